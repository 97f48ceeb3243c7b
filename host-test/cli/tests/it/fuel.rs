//! What every tool costs a host that counts fuel is held, so that nobody makes a call dearer unseen.

#[path = "../fuel/calls.rs"]
mod calls;

use std::fmt::Write as _;

use calls::Call;

/// Thousands of units of every call, cold and warm. Whoever changes them says so in the commit.
const HELD: &str = "\
    find, cold: 2982
    find, warm: 2982
    get, cold: 546
    get, warm: 546
    query of 25 rows, cold: 887
    query of 25 rows, warm: 887
    query of 2,000 rows, cold: 15459
    query of 2,000 rows, warm: 14905
    query of groups, cold: 2296
    query of groups, warm: 791
    describe Account, cold: 3848
    describe Account, warm: 1117
    activities of a record, cold: 1334
    activities of a record, warm: 1276
    the user's day, cold: 1055
    the user's day, warm: 996
    who_am_i, cold: 2408
    who_am_i, warm: 501
    query of a path, cold: 855
    query of a path, warm: 855
    create, cold: 3537
    create, warm: 806
    log_activity, cold: 2237
    log_activity, warm: 2179
    update, cold: 1046
    update, warm: 1046
    convert_lead, cold: 1839
    convert_lead, warm: 1770
    report of groups, cold: 1133
    report of groups, warm: 683
    report of 2,000 rows, cold: 45066
    report of 2,000 rows, warm: 44696
    list view, cold: 1892
    list view, warm: 1587
    delete, cold: 423
    delete, warm: 423
    restore, cold: 481
    restore, warm: 481
    approve, cold: 969
    approve, warm: 909
    read_file, cold: 3177
    read_file, warm: 955
    send_email, cold: 3309
    send_email, warm: 3309
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
