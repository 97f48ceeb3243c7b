//! Every property, on inputs made by chance out of the pieces its inputs are made of, and on those in `fuzz/corpus`.

// `clippy.toml` allows these in `#[test]` functions only; what they call is test code too.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod answers;
mod chance;
mod corpus;
mod egress;
