//! What every tool costs a host that counts fuel is held, so that nobody makes a call dearer unseen.

#[path = "../fuel/calls.rs"]
mod calls;

use std::fmt::Write as _;

use calls::Call;

/// Thousands of units of every call, cold and warm. Whoever changes them says so in the commit.
const HELD: &str = "\
    find, cold: 4573
    find, warm: 4573
    get, cold: 882
    get, warm: 882
    query of 25 rows, cold: 1905
    query of 25 rows, warm: 1905
    query of 2,000 rows, cold: 40262
    query of 2,000 rows, warm: 38827
    query of groups, cold: 6178
    query of groups, warm: 1263
    describe Account, cold: 11180
    describe Account, warm: 1811
    activities of a record, cold: 2209
    activities of a record, warm: 2133
    the user's day, cold: 857
    the user's day, warm: 782
    who_am_i, cold: 6291
    who_am_i, warm: 753
    query of a path, cold: 1714
    query of a path, warm: 1714
    create, cold: 10779
    create, warm: 1412
    log_activity, cold: 4814
    log_activity, warm: 4736
    update, cold: 1646
    update, warm: 1646
    delete, cold: 652
    delete, warm: 652
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
