//! What must hold of any input, each property stated once. The tests of this package ask it of inputs made by chance and
//! of those in `fuzz/corpus`; the targets in `fuzz/` ask it of whatever libFuzzer comes up with.
//!
//! A property is a function of bytes that panics where it does not hold. What it makes of the bytes is said at its
//! module; wherever an input has several parts, a zero byte ends each.
//!
//! Both halves are linked here, as in no other package: nothing but tests may depend on this one.

// `clippy.toml` allows these in `#[test]` functions only; what they call is test code too.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

pub mod answer;
pub mod arguments;
pub mod domain;
pub mod echo;
pub mod egress;
pub mod json;
pub mod mask;
pub mod settings;
pub mod soql;
mod strict;

/// Something that holds of any bytes.
pub type Property = fn(&[u8]);

/// Every property, by the name of its target in `fuzz/fuzz_targets` and of its folder in `fuzz/corpus`.
pub const PROPERTIES: [(&str, Property); 9] = [
    ("answer", answer::a_reply_is_json_that_every_reader_takes),
    ("arguments", arguments::bad_arguments_write_nothing_and_no_request_is_stopped_at_the_door),
    ("domain", domain::an_address_leads_to_the_org_it_names),
    ("echo", echo::a_token_is_found_under_any_escapes),
    ("egress", egress::what_is_let_out_leads_where_it_seems),
    ("json", json::cutting_and_writing_anew_keep_the_value),
    ("mask", mask::no_word_of_a_value_survives),
    ("settings", settings::a_file_cut_anywhere_is_never_looser),
    ("soql", soql::what_is_read_is_what_the_org_reads),
];

/// The parts of an input: a zero byte ends each.
fn parts(input: &[u8]) -> impl Iterator<Item = &[u8]> {
    input.split(|byte| *byte == 0)
}

/// Bytes as text; what is no UTF-8 is replaced.
fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
