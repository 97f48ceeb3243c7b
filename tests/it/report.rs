//! Saved reports and list views, by their names: found or asked about, run and read, filtered, and refused in words.

use demo_org::{Extra, Org};
use serde_json::{Value, json};

use crate::bench::Bench;

fn bench() -> Bench {
    Bench::on(Org::demo_with([Extra::Reports, Extra::ListViews]), "riley")
}

/// The reply to a report by its name.
#[track_caller]
fn named(bench: &Bench, name: &str) -> Value {
    bench.ok("report", json!({ "name": name }))
}

#[test]
fn a_summary_is_its_groups_and_their_numbers() {
    let bench = bench();
    for name in ["Open Pipeline by Stage", "open pipeline", "won by owner and type", "All Meter Readings"] {
        let reply = named(&bench, name);
        let short = reply.to_string();
        eprintln!("{}", &short[..short.len().min(3000)]);
    }
    for name in ["my open deals", "all accounts"] {
        let reply = named(&bench, name);
        eprintln!("{reply:#}");
    }
    eprintln!("{:#}", bench.ok("report", json!({})));
    eprintln!(
        "{:#}",
        bench.ok("report", json!({"name":"Open Pipeline by Stage","details":true,"filters":{"Amount":{">=":120000}}}))
    );
    eprintln!("{:#}", bench.err("report", json!({"name":"Open Cases"})));
    eprintln!("{:#}", bench.err("report", json!({"name":"New this week"})));
    eprintln!("{:#}", bench.err("report", json!({"name":"Opne Pipline"})));
    eprintln!("{:#}", bench.err("report", json!({"name":"Deals and Cases"})));
    eprintln!("{:#}", bench.err("report", json!({"name":"Recently Viewed Accounts"})));
    panic!()
}
