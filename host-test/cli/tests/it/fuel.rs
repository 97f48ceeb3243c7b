//! What every tool costs a host that counts fuel is held, so that nobody makes a call dearer unseen.

#[path = "../fuel/calls.rs"]
mod calls;

use std::fmt::Write as _;

use calls::Call;

/// Thousands of units of every call, cold and warm. Whoever changes them says so in the commit.
const HELD: &str = "\
    find, cold: 4622
    find, warm: 4622
    get, cold: 892
    get, warm: 892
    query of 25 rows, cold: 1985
    query of 25 rows, warm: 1985
    query of 2,000 rows, cold: 43626
    query of 2,000 rows, warm: 42191
    query of groups, cold: 6221
    query of groups, warm: 1304
    describe Account, cold: 11413
    describe Account, warm: 2043
    activities of a record, cold: 2289
    activities of a record, warm: 2214
    the user's day, cold: 566
    the user's day, warm: 491
    who_am_i, cold: 6338
    who_am_i, warm: 789
    query of a path, cold: 1769
    query of a path, warm: 1769
    create, cold: 10843
    create, warm: 1476
    log_activity, cold: 4917
    log_activity, warm: 4840
    update, cold: 1649
    update, warm: 1649
    delete, cold: 667
    delete, warm: 667
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
