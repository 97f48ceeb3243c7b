//! `properties::mask::no_word_of_a_value_survives`

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| properties::mask::no_word_of_a_value_survives(input));
