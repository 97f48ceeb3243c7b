//! Paths made by chance out of what servers and proxies read differently.

use std::cell::Cell;

use properties::egress;
use proptest::prelude::*;
use proptest::sample::select;

use crate::chance::{made_of, runner};

const STARTS: [&str; 5] =
    ["", "/services", "/services/data/v65.0", "/services/data/v65.0/sobjects", "/services/oauth2/userinfo"];

const PIECES: [&str; 48] = [
    "/services",
    "/data",
    "/v65.0",
    "/query",
    "/sobjects",
    "/Account",
    "/oauth2",
    "/userinfo",
    "/token",
    "/Soap",
    "/composite",
    "/apexrest",
    "/",
    "%2f",
    "%2F",
    "\\",
    "%5c",
    ";",
    "%3b",
    "%253b",
    ".",
    "..",
    "%2e",
    "/..",
    "/.",
    "%",
    "%25",
    "%20",
    "%00",
    "%0d%0a",
    "?",
    "#",
    "%23",
    "%3f",
    "a",
    "%61",
    "%C3%BC",
    "%c0%af",
    "ü",
    ",",
    "=",
    "@",
    ":",
    "~",
    "-",
    "_",
    "+",
    "'",
];

#[test]
fn what_is_let_out_leads_to_the_same_place_however_it_is_read() {
    let inputs = (select(&STARTS[..]), made_of(&PIECES, 6))
        .prop_map(|(start, rest)| format!("{start}{}", String::from_utf8(rest).unwrap()));
    let let_out = Cell::new(0_usize);
    runner(4_000)
        .run(&inputs, |path| {
            let_out.set(let_out.get() + usize::from(egress::leads_where_it_seems(&path)));
            Ok(())
        })
        .unwrap();
    assert!(let_out.get() > 100, "{let_out:?}");
}
