//! `properties::answer::a_reply_is_json_that_every_reader_takes`

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| properties::answer::a_reply_is_json_that_every_reader_takes(input));
