//! `properties::echo::a_token_is_found_under_any_escapes`

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| properties::echo::a_token_is_found_under_any_escapes(input));
