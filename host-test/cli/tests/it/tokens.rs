//! What conversations cost a model in tokens is held, so that nobody makes them dearer unseen.

#[path = "../tokens/plays.rs"]
pub(crate) mod plays;

use plays::Cost;

/// What a model reads in all plays together. Whoever changes it says so in the commit.
const HELD: usize = 185_900;
/// How far from it the sum may be, in percent.
const TOLERANCE: usize = 2;
/// Most tokens of what the server says before the first call.
const MAX_INSTRUCTIONS: usize = 120;

#[tokio::test]
async fn what_a_model_reads_in_all_plays_is_held() {
    let preface = plays::preface().await;
    let mut sum = Cost::default();
    for play in plays::all() {
        sum += plays::cost(&play, preface, &mut |_| {}).await;
    }
    assert_eq!(sum.structures, 0, "a reply comes once");
    let off = sum.input.abs_diff(HELD);
    assert!(off * 100 <= HELD * TOLERANCE, "{} tokens are read where {HELD} were: {sum:?}, {preface:?}", sum.input);
}

#[tokio::test]
async fn the_instructions_are_short() {
    let instructions = plays::preface().await.instructions;
    assert!(instructions <= MAX_INSTRUCTIONS, "{instructions} tokens");
}
