//! What every tool costs a host that counts fuel is held, so that nobody makes a call dearer unseen.

#[path = "../fuel/calls.rs"]
mod calls;

use std::fmt::Write as _;

use calls::Call;

/// Thousands of units of every call, cold and warm. Whoever changes them says so in the commit.
const HELD: &str = "\
    find, cold: 3203
    find, warm: 3203
    get, cold: 586
    get, warm: 586
    query of 25 rows, cold: 973
    query of 25 rows, warm: 973
    query of 2,000 rows, cold: 16754
    query of 2,000 rows, warm: 16240
    query of groups, cold: 2440
    query of groups, warm: 847
    describe Account, cold: 4056
    describe Account, warm: 1156
    activities of a record, cold: 1431
    activities of a record, warm: 1367
    the user's day, cold: 1111
    the user's day, warm: 1048
    who_am_i, cold: 2528
    who_am_i, warm: 533
    query of a path, cold: 911
    query of a path, warm: 911
    create, cold: 3739
    create, warm: 838
    log_activity, cold: 2399
    log_activity, warm: 2335
    update, cold: 1133
    update, warm: 1133
    convert_lead, cold: 1940
    convert_lead, warm: 1866
    report of groups, cold: 1217
    report of groups, warm: 744
    report of 2,000 rows, cold: 47947
    report of 2,000 rows, warm: 47559
    list view, cold: 2014
    list view, warm: 1692
    delete, cold: 448
    delete, warm: 448
    restore, cold: 510
    restore, warm: 510
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
