//! What every tool costs a host that counts fuel is held, so that nobody makes a call dearer unseen.

#[path = "../fuel/calls.rs"]
mod calls;

use std::fmt::Write as _;
use std::sync::Arc;

use calls::Call;
use demo_org::Org;
use salesforce_host::{Host, Limits};
use serde_json::Value;
use test_support::demo_changed;

/// Thousands of units of every call, cold and warm. Whoever changes them says so in the commit.
const HELD: &str = "\
    find, cold: 1428
    find, warm: 1428
    get, cold: 133
    get, warm: 133
    query of 25 rows, cold: 575
    query of 25 rows, warm: 575
    query of 2,000 rows, cold: 11189
    query of 2,000 rows, warm: 10839
    query of groups, cold: 1323
    query of groups, warm: 522
    describe Account, cold: 1775
    describe Account, warm: 565
    activities of a record, cold: 822
    activities of a record, warm: 774
    the user's day, cold: 796
    the user's day, warm: 749
    who_am_i, cold: 771
    who_am_i, warm: 652
    query of a path, cold: 557
    query of a path, warm: 557
    create, cold: 1643
    create, warm: 433
    log_activity, cold: 1297
    log_activity, warm: 1249
    update, cold: 681
    update, warm: 681
    convert_lead, cold: 1081
    convert_lead, warm: 1039
    report of groups, cold: 838
    report of groups, warm: 531
    report of 2,000 rows, cold: 25552
    report of 2,000 rows, warm: 25243
    list view, cold: 1129
    list view, warm: 925
    delete, cold: 206
    delete, warm: 206
    restore, cold: 283
    restore, warm: 283
    approve, cold: 569
    approve, warm: 520
    read_file, cold: 1631
    read_file, warm: 593
    send_email, cold: 1924
    send_email, warm: 1924
";
/// How far from it a call may be, in percent.
const TOLERANCE: u64 = 5;
/// Most memory of any of them, in bytes: nothing is freed within a call, and hosts there are grant 10 MiB.
const MOST_MEMORY: usize = 3 << 20;

#[test]
fn the_fuel_of_every_tool_is_held() {
    let mut held = HELD.lines().map(str::trim).filter(|line| !line.is_empty());
    let (mut now, mut is_off) = (String::new(), false);
    calls::each(|Call { what, cache, usage, .. }| {
        let fuel = usage.fuel.unwrap() / 1_000;
        let of_held = held.next().and_then(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok()).unwrap_or_default();
        assert!(usage.memory_bytes <= MOST_MEMORY, "{what}, {cache}: {} bytes of memory", usage.memory_bytes);
        is_off |= fuel.abs_diff(of_held) * 100 > of_held * TOLERANCE;
        writeln!(now, "{what}, {cache}: {fuel}").unwrap();
    });
    assert!(!is_off && held.next().is_none(), "held were\n{HELD}\nand now they are\n{now}");
}

/// Bytes of the largest descriptions that orgs were seen to have.
const LARGEST: usize = 390_000;

/// A description of as many fields as make it that large: those there are, again and again under other names.
fn large(body: &[u8]) -> Vec<u8> {
    let mut description: Value = serde_json::from_slice(body).unwrap();
    let fields = description["fields"].as_array().unwrap().clone();
    let mut more = fields.clone();
    let mut bytes = body.len();
    for (number, field) in fields.iter().cycle().enumerate() {
        if bytes >= LARGEST {
            break;
        }
        let mut field = field.clone();
        for (name, between) in [("name", '_'), ("label", ' '), ("relationshipName", '_'), ("controllerName", '_')] {
            if let Some(text) = field[name].as_str() {
                field[name] = format!("{text}{between}{number}").into();
            }
        }
        field["nillable"] = true.into();
        bytes += field.to_string().len() + 1;
        more.push(field);
    }
    description["fields"] = more.into();
    serde_json::to_vec(&description).unwrap()
}

#[test]
fn the_largest_descriptions_leave_room_in_what_the_smallest_hosts_give() {
    let host = Host::metered(Limits::default(), 7_000_000).unwrap();
    for (tool, arguments) in [
        ("salesforce_describe", r#"{"object": "Account"}"#),
        ("salesforce_create", r#"{"object": "Account", "fields": {"Name": "Zenith"}}"#),
    ] {
        let org = Arc::new(Org::demo());
        let connection = demo_changed(&org, "admin", |address, body| {
            if address.ends_with("/sobjects/Account/describe") { large(&body) } else { body }
        });
        let session = host.session(connection);
        let (reply, usage) = session.call_measured(tool, arguments);
        reply.unwrap();
        assert!(usage.memory_bytes <= 6 << 20, "{tool}: {} bytes of memory", usage.memory_bytes);
    }
}
