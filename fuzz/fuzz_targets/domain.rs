//! `properties::domain::an_address_leads_to_the_org_it_names`

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| properties::domain::an_address_leads_to_the_org_it_names(input));
