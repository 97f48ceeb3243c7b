//! An org repeats the token in its answer. The parts of the input are what stands before the token, what stands after
//! it, and the layers of escapes around all of it, a byte each.

use salesforce_host::Token;

/// A session id as Salesforce makes them: the org's id, `!`, and the secret.
const SESSION: &str = "00D5g000004XyZ1!AQ4AQFr0mZ.Kc9_TqWb7uLxYpE2sVhJdNgRiOaMkCeB3vXz8wHtP6lSfUyQj";
/// A text this long gets no further layer: each can make it six times as long.
const MAX_LENGTH: usize = 4_000;

/// Under any layers of percent, JSON and HTML escapes, of all characters or some, the token is found; and without it
/// nothing is.
pub fn a_token_is_found_under_any_escapes(input: &[u8]) {
    let mut parts = crate::parts(input);
    let mut next = || parts.next().unwrap_or_default();
    let (before, after, layers) = (crate::text(next()).into_owned(), crate::text(next()).into_owned(), next());
    let token = Token::new(SESSION).unwrap();
    for (bare, holds) in [(format!("{before}{SESSION}{after}"), true), (format!("{before}{after}"), false)] {
        let mut text = bare.clone();
        assert_eq!(token.is_in(text.as_bytes()), holds, "{text}");
        for layer in layers {
            if text.len() > MAX_LENGTH {
                break;
            }
            text = escaped(&text, *layer);
            assert_eq!(token.is_in(text.as_bytes()), holds, "{bare} became {text}");
        }
    }
}

/// The text with one more layer of escapes: of every so many characters, and always of what would else be taken for an
/// escape.
fn escaped(text: &str, layer: u8) -> String {
    let (notation, every) = (layer % 6, usize::from(layer / 6) + 1);
    let escape = |(at, one): (usize, char)| {
        let (is_one, code) = (at % every == 0, u32::from(one));
        match notation {
            _ if !one.is_ascii() => one.to_string(),
            0 if one == '%' || is_one => format!("%{code:02x}"),
            1 if one == '%' || is_one => format!("%{code:02X}"),
            2 if one == '\\' || one == '"' => format!("\\{one}"),
            2 if is_one => format!("\\u{code:04x}"),
            3 if one == '/' => "\\/".to_owned(),
            3 if one == '\\' || is_one => format!("\\x{code:02x}"),
            4 if one == '&' => "&amp;".to_owned(),
            4 if is_one => format!("&#{code};"),
            5 if one == '&' || is_one => format!("&#x{code:04X};"),
            _ => one.to_string(),
        }
    };
    text.chars().enumerate().map(escape).collect()
}
