#[test]
fn probe() {
    for (unit, name) in [("a", "a"), ("é", "e"), ("😀", "emoji"), (r"\'", "quote"), (r"\u0001","u"), (r"\\", "bs")] {
        for (kind, like) in [("=", false), ("LIKE", true)] {
            let _ = like;
            let ok = |n: usize| demo_org::soql::parse_condition(&format!("Name {kind} '{}'", unit.repeat(n))).is_ok();
            let (mut lo, mut hi) = (0_usize, 9000_usize);
            while lo < hi { let mid = (lo + hi).div_ceil(2); if ok(mid) { lo = mid } else { hi = mid - 1 } }
            println!("PROBE {name} {kind}: {lo}");
        }
        let ok = |n: usize| demo_org::soql::parse_condition(&format!("Name LIKE '%{}%'", unit.repeat(n))).is_ok();
        println!("PROBE {name} 4000 in %%: {} {} {}", ok(3997), ok(3998), ok(3999));
    }
}
