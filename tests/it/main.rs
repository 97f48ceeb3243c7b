//! Tests of the core that need a second opinion, in one binary.

// `clippy.toml` allows these in `#[test]` functions only; what they call is test code too.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod soql_roundtrip;
