//! What every tool costs a host that counts fuel is held, so that nobody makes a call dearer unseen.

#[path = "../fuel/calls.rs"]
mod calls;

use std::fmt::Write as _;

use calls::Call;

/// Thousands of units of every call, cold and warm. Whoever changes them says so in the commit.
const HELD: &str = "\
    find, cold: 3808
    find, warm: 3808
    get, cold: 732
    get, warm: 732
    query of 25 rows, cold: 1496
    query of 25 rows, warm: 1496
    query of 2,000 rows, cold: 29674
    query of 2,000 rows, warm: 29154
    query of groups, cold: 2721
    query of groups, warm: 1072
    describe Account, cold: 4397
    describe Account, warm: 1474
    activities of a record, cold: 1706
    activities of a record, warm: 1642
    the user's day, cold: 1235
    the user's day, warm: 1171
    who_am_i, cold: 2694
    who_am_i, warm: 629
    query of a path, cold: 1324
    query of a path, warm: 1324
    create, cold: 4042
    create, warm: 1118
    log_activity, cold: 4537
    log_activity, warm: 4473
    update, cold: 1371
    update, warm: 1371
    convert_lead, cold: 2457
    convert_lead, warm: 2378
    delete, cold: 529
    delete, warm: 529
    restore, cold: 608
    restore, warm: 608
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
