//! `properties::settings::a_file_cut_anywhere_is_never_looser`

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| properties::settings::a_file_cut_anywhere_is_never_looser(input));
