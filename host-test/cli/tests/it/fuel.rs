//! What every tool costs a host that counts fuel is held, so that nobody makes a call dearer unseen.

#[path = "../fuel/calls.rs"]
mod calls;

use std::fmt::Write as _;

use calls::Call;

/// Thousands of units of every call, cold and warm. Whoever changes them says so in the commit.
const HELD: &str = "\
    find, cold: 1790
    find, warm: 1790
    get, cold: 333
    get, warm: 333
    query of 25 rows, cold: 715
    query of 25 rows, warm: 715
    query of 2,000 rows, cold: 15623
    query of 2,000 rows, warm: 15046
    query of groups, cold: 2232
    query of groups, warm: 768
    describe Account, cold: 3691
    describe Account, warm: 1122
    activities of a record, cold: 1116
    activities of a record, warm: 1057
    the user's day, cold: 1054
    the user's day, warm: 995
    who_am_i, cold: 2394
    who_am_i, warm: 485
    query of a path, cold: 595
    query of a path, warm: 595
    create, cold: 3380
    create, warm: 811
    log_activity, cold: 1623
    log_activity, warm: 1564
    update, cold: 912
    update, warm: 912
    convert_lead, cold: 1313
    convert_lead, warm: 1259
    report of groups, cold: 1110
    report of groups, warm: 677
    report of 2,000 rows, cold: 45047
    report of 2,000 rows, warm: 44692
    list view, cold: 1881
    list view, warm: 1585
    delete, cold: 255
    delete, warm: 255
    restore, cold: 316
    restore, warm: 316
    approve, cold: 765
    approve, warm: 705
    read_file, cold: 2941
    read_file, warm: 726
    send_email, cold: 2394
    send_email, warm: 2394
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
