//! `properties::soql::what_is_read_is_what_the_org_reads`

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| properties::soql::what_is_read_is_what_the_org_reads(input));
