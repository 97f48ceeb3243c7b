//! Prints what conversations cost a model in tokens, as a table in Markdown: `cargo bench --bench tokens`. With a word
//! behind it, such as `-- show`, the replies too.

// A play fails as a test does.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

// The tests use more of it.
#[allow(dead_code)]
#[path = "../tests/tokens/plays.rs"]
mod plays;

use plays::{Cost, Preface};

/// What a server took that passes on raw SOQL, with 14 tools of 1,621 tokens: 136,000 for 17 tasks of these kinds, in 57
/// calls. They were other tasks and longer conversations, so it is a line to stay below, not a measure.
const THIN_SERVER: usize = 8_000;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    // Cargo says `--bench` to every bench.
    let is_shown = std::env::args().skip(1).any(|argument| argument == "show");
    let preface = plays::preface().await;
    let Preface { definitions, instructions } = preface;
    println!("Definitions: {definitions} tokens. Instructions: {instructions}.\n");
    println!("| | What the person says | Calls | Their arguments | Replies | Their structures | Input of all turns |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    let row = |name: &str, prompt: &str, cost: &Cost| {
        let Cost { calls, arguments, texts, structures, input, .. } = cost;
        println!("| {name} | {prompt} | {calls} | {arguments} | {texts} | {structures} | {input} |");
    };
    let mut sum = Cost::default();
    for play in plays::all() {
        let mut shown = Vec::new();
        let cost = plays::cost(&play, preface, &mut |reply| shown.push(reply.to_owned())).await;
        row(play.name, play.prompt, &cost);
        if is_shown {
            shown.iter().for_each(|reply| println!("\n```text\n{reply}\n```\n"));
        }
        sum += cost;
    }
    row("", "In all", &sum);
    println!("\n{} of {} tokens are definitions, instructions and prompts.", sum.fixed, sum.input);
    let plays = plays::all().len();
    println!("A conversation takes {} on average; the line to beat, {THIN_SERVER}.", sum.input / plays);
}
