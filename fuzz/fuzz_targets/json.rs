//! `properties::json::cutting_and_writing_anew_keep_the_value`

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| properties::json::cutting_and_writing_anew_keep_the_value(input));
