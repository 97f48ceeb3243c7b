//! What every tool costs a host that counts fuel is held, so that nobody makes a call dearer unseen.

#[path = "../fuel/calls.rs"]
mod calls;

use std::fmt::Write as _;

use calls::Call;

/// Thousands of units of every call, cold and warm. Whoever changes them says so in the commit.
const HELD: &str = "\
    find, cold: 1679
    find, warm: 1679
    get, cold: 327
    get, warm: 327
    query of 25 rows, cold: 661
    query of 25 rows, warm: 661
    query of 2,000 rows, cold: 14011
    query of 2,000 rows, warm: 13571
    query of groups, cold: 1813
    query of groups, warm: 755
    describe Account, cold: 2846
    describe Account, warm: 1096
    activities of a record, cold: 1067
    activities of a record, warm: 1013
    the user's day, cold: 1044
    the user's day, warm: 990
    who_am_i, cold: 2072
    who_am_i, warm: 474
    query of a path, cold: 560
    query of a path, warm: 560
    create, cold: 2539
    create, warm: 789
    log_activity, cold: 1568
    log_activity, warm: 1514
    update, cold: 874
    update, warm: 874
    convert_lead, cold: 1293
    convert_lead, warm: 1240
    report of groups, cold: 1055
    report of groups, warm: 621
    report of 2,000 rows, cold: 43201
    report of 2,000 rows, warm: 42847
    list view, cold: 1633
    list view, warm: 1339
    delete, cold: 247
    delete, warm: 247
    restore, cold: 315
    restore, warm: 315
    approve, cold: 741
    approve, warm: 685
    read_file, cold: 2518
    read_file, warm: 708
    send_email, cold: 2328
    send_email, warm: 2328
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
