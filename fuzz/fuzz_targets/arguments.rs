//! `properties::arguments::bad_arguments_write_nothing_and_no_request_is_stopped_at_the_door`

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| properties::arguments::bad_arguments_write_nothing_and_no_request_is_stopped_at_the_door(input));
