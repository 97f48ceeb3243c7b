//! What every tool costs a host that counts fuel is held, so that nobody makes a call dearer unseen.

#[path = "../fuel/calls.rs"]
mod calls;

use std::fmt::Write as _;

use calls::Call;

/// Thousands of units of every call, cold and warm. Whoever changes them says so in the commit.
const HELD: &str = "\
    find, cold: 4144
    find, warm: 4144
    get, cold: 813
    get, warm: 813
    query of 25 rows, cold: 1603
    query of 25 rows, warm: 1603
    query of 2,000 rows, cold: 31454
    query of 2,000 rows, warm: 30940
    query of groups, cold: 2940
    query of groups, warm: 1206
    describe Account, cold: 4751
    describe Account, warm: 1667
    activities of a record, cold: 1820
    activities of a record, warm: 1751
    the user's day, cold: 872
    the user's day, warm: 803
    who_am_i, cold: 2787
    who_am_i, warm: 684
    query of a path, cold: 1448
    query of a path, warm: 1448
    create, cold: 4346
    create, warm: 1260
    log_activity, cold: 4630
    log_activity, warm: 4561
    update, cold: 1514
    update, warm: 1514
    convert_lead, cold: 2699
    convert_lead, warm: 2611
    delete, cold: 581
    delete, warm: 581
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
