//! How long the search for an echoed token takes in responses of 8 MiB that are made to take long:
//! `cargo bench -p salesforce-host --bench echo`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, missing_docs)]

use std::time::{Duration, Instant};

use salesforce_host::Token;

/// The default limit of a response, in bytes.
const LENGTH: usize = 8 * 1024 * 1024;

fn main() {
    let token = Token::new("00D5g000004XyZ1!AQ4AQFr0mZ.Kc9_TqWb7uLxYpE2sVhJdNgRiOaMkCeB3vXz8wHtP6lSfUyQj")
        .expect("it is as long as a token");
    let repeated = |unit: &str| unit.repeat(LENGTH / unit.len());
    let units = ["\\", "%", "&#", "%25", "\\\\u", "\\u005c", "&amp;", "&#38;", "%25\\u0025&#37;", "\\\"", "x", "AQ4AQ"];
    let mut texts: Vec<(&str, String)> = units.into_iter().map(|unit| (unit, repeated(unit))).collect();
    texts.push(("%252525…41", format!("%{}41", repeated("25"))));
    texts.push(("&amp;amp;…#65;", format!("&{}#65;", repeated("amp;"))));
    texts.push(("&#0000…65;", format!("&#{}65;", repeated("0"))));
    for (name, text) in texts {
        let time = |_| {
            let started = Instant::now();
            assert!(!token.is_in(text.as_bytes()));
            started.elapsed()
        };
        let best = (0..5).map(time).min().unwrap_or(Duration::ZERO);
        println!("{name:>16} {:>6.1} ms", best.as_secs_f64() * 1e3);
    }
}
