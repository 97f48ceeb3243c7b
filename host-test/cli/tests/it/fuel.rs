//! What every tool costs a host that counts fuel is held, so that nobody makes a call dearer unseen.

#[path = "../fuel/calls.rs"]
mod calls;

use std::fmt::Write as _;

use calls::Call;

/// Thousands of units of every call, cold and warm. Whoever changes them says so in the commit.
const HELD: &str = "\
    find, cold: 4554
    find, warm: 4554
    get, cold: 888
    get, warm: 888
    query of 25 rows, cold: 1963
    query of 25 rows, warm: 1963
    query of 2,000 rows, cold: 43603
    query of 2,000 rows, warm: 42183
    query of groups, cold: 6242
    query of groups, warm: 1316
    describe Account, cold: 11455
    describe Account, warm: 2068
    activities of a record, cold: 2326
    activities of a record, warm: 2249
    the user's day, cold: 587
    the user's day, warm: 511
    who_am_i, cold: 6368
    who_am_i, warm: 793
    query of a path, cold: 1769
    query of a path, warm: 1769
    create, cold: 10885
    create, warm: 1508
    log_activity, cold: 4920
    log_activity, warm: 4846
    update, cold: 1559
    update, warm: 1559
    delete, cold: 677
    delete, warm: 677
";
/// How far from it a call may be, in percent.
const TOLERANCE: u64 = 5;

#[test]
fn the_fuel_of_every_tool_is_held() {
    let mut held = HELD.lines().map(str::trim).filter(|line| !line.is_empty());
    let (mut now, mut is_off) = (String::new(), false);
    calls::each(|Call { what, cache, usage, .. }| {
        let fuel = usage.fuel.unwrap() / 1_000;
        let of_held = held.next().and_then(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok()).unwrap_or_default();
        is_off |= fuel.abs_diff(of_held) * 100 > of_held * TOLERANCE;
        writeln!(now, "{what}, {cache}: {fuel}").unwrap();
    });
    assert!(!is_off && held.next().is_none(), "held were\n{HELD}\nand now they are\n{now}");
}
