//! Plays what people ask of a CRM on the demo org and prints what it costs, as a table in Markdown:
//! `cargo bench -p salesforce-host --bench tasks`.

// A play fails as a test does; that is caught and printed.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

#[path = "../tests/tasks/tasks.rs"]
mod play;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use salesforce_host::{Host, Limits};

fn main() -> ExitCode {
    let host = Host::new(Limits::default()).unwrap();
    println!("| | What the person says | Passed | Requests, warm | Cold | Shortest | Longest reply, tokens |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    let mut failed = 0;
    for task in play::ALL {
        let played = catch_unwind(AssertUnwindSafe(|| play::cold_and_warm(&host, task))).ok();
        let passed = played.filter(|(cold, warm)| {
            (warm.requests, cold.requests) == (task.warm, task.cold) && cold.tokens.max(warm.tokens) <= play::MAX_TOKENS
        });
        failed += usize::from(passed.is_none());
        let [warm, cold, tokens] = match played {
            Some((cold, warm)) => [warm.requests, cold.requests, cold.tokens.max(warm.tokens)].map(|n| n.to_string()),
            None => [const { String::new() }; 3],
        };
        let passed = if passed.is_some() { "yes" } else { "no" };
        println!("| {} | {} | {passed} | {warm} | {cold} | {} | {tokens} |", task.name, task.prompt, task.ideal);
    }
    println!("\n{} of {} passed.", play::ALL.len() - failed, play::ALL.len());
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
