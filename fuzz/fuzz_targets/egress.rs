//! `properties::egress::what_is_let_out_leads_where_it_seems`

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| properties::egress::what_is_let_out_leads_where_it_seems(input));
