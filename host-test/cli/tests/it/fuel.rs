//! What every tool costs a host that counts fuel is held, so that nobody makes a call dearer unseen.

#[path = "../fuel/calls.rs"]
mod calls;

use std::fmt::Write as _;

use calls::Call;

/// Thousands of units of every call, cold and warm. Whoever changes them says so in the commit.
const HELD: &str = "\
    find, cold: 2581
    find, warm: 2581
    get, cold: 538
    get, warm: 538
    query of 25 rows, cold: 878
    query of 25 rows, warm: 878
    query of 2,000 rows, cold: 15454
    query of 2,000 rows, warm: 14898
    query of groups, cold: 2290
    query of groups, warm: 782
    describe Account, cold: 3839
    describe Account, warm: 1084
    activities of a record, cold: 1293
    activities of a record, warm: 1235
    the user's day, cold: 1055
    the user's day, warm: 996
    who_am_i, cold: 2408
    who_am_i, warm: 495
    query of a path, cold: 843
    query of a path, warm: 843
    create, cold: 3528
    create, warm: 773
    log_activity, cold: 2188
    log_activity, warm: 2129
    update, cold: 965
    update, warm: 965
    convert_lead, cold: 1804
    convert_lead, warm: 1736
    report of groups, cold: 1115
    report of groups, warm: 681
    report of 2,000 rows, cold: 45050
    report of 2,000 rows, warm: 44694
    list view, cold: 1882
    list view, warm: 1586
    delete, cold: 405
    delete, warm: 405
    restore, cold: 466
    restore, warm: 466
    approve, cold: 946
    approve, warm: 886
    read_file, cold: 3140
    read_file, warm: 913
    send_email, cold: 3257
    send_email, warm: 3257
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
