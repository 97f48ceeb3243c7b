//! Each adapter under what its host links and grants, against the demo org, and the packages.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod contract;
mod engine;
mod example;
mod ironclaw_0_24;
mod ironclaw_1;
mod one_tool;
mod packages;
mod play;
mod serving;
mod wasi;
mod wasi_http;
mod wasi_http_config;
mod wassette;
mod zeroclaw;
