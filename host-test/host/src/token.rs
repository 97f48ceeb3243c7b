//! The access token: it can be spent and looked for, and nothing prints it.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use http::HeaderValue;
use memchr::memmem;

/// An access token. Its `Debug` is blank and it has no `Display`.
///
/// What crosses to the guest is searched for it, so a token must be long enough not to occur by chance.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// Why a text can't be an access token. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an access token is {SHORTEST} to {LONGEST} visible ASCII characters, without spaces or line ends")]
pub struct InvalidToken;

/// Shorter ones could not be told from ordinary text.
const SHORTEST: usize = 16;
/// A header of 16 kB is refused by Salesforce.
const LONGEST: usize = 8_192;
/// How many layers of escapes are undone in the search for an echo; nothing honest has more.
const LAYERS: usize = 8;

impl Token {
    /// A token from its text; spaces and line ends around it are forgiven.
    pub fn new(text: &str) -> Result<Self, InvalidToken> {
        let text = text.trim();
        if (SHORTEST..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidToken)
        }
    }

    /// The value of `authorization`, marked so that `http` does not print it either.
    pub fn bearer(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", self.0)).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// The token itself, for where it is kept and for the org's sign-in endpoints.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// The token a request carries.
    pub(crate) fn of<B>(request: &http::Request<B>) -> Option<Self> {
        let value = request.headers().get(http::header::AUTHORIZATION)?.to_str().ok()?;
        Self::new(value.strip_prefix("Bearer ")?).ok()
    }

    /// The part that must stay secret: a session id is the org's id, which everybody may know, `!`, and the secret.
    fn secret(&self) -> &str {
        match self.0.split_once('!') {
            Some((_, secret)) if secret.len() >= SHORTEST => secret,
            _ => &self.0,
        }
    }

    /// Whether bytes contain the token: plainly, with percent, JSON or HTML escapes, in base64 or in hexadecimal.
    ///
    /// It finds echoes, not conspiracies: an org bent on it could hide its own token in ways nobody can search for.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        let needles = self.needles();
        let mut text = Cow::Borrowed(bytes);
        for _ in 0..=LAYERS {
            if needles.iter().any(|needle| memmem::find(&text, needle).is_some()) {
                return true;
            }
            match unescaped(&text) {
                Some(plainer) => text = Cow::Owned(plainer),
                None => return false,
            }
        }
        true
    }

    /// The text without the token, for people's eyes.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if !self.is_in(text.as_bytes()) {
            return Cow::Borrowed(text);
        }
        let cut = text.replace(&self.0, "…").replace(self.secret(), "…");
        Cow::Owned(if self.is_in(cut.as_bytes()) { "(withheld: it repeats the access token)".to_owned() } else { cut })
    }

    /// What gives the token away.
    fn needles(&self) -> Vec<Vec<u8>> {
        let secret = self.secret();
        let mut needles = vec![secret.as_bytes().to_vec()];
        // Within a longer text the secret starts at any of three offsets, and its first and last digits depend on the
        // neighbours; what lies between does not.
        for offset in 0..3 {
            let mut padded = vec![0; offset];
            padded.extend_from_slice(secret.as_bytes());
            let whole = padded.len() / 3 * 4;
            for encoded in [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)] {
                let start = if offset == 0 { 0 } else { 4 };
                needles.extend(encoded.get(start..whole).map(|inner| inner.as_bytes().to_vec()));
            }
        }
        let hexadecimal: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        needles.push(hexadecimal.to_uppercase().into_bytes());
        needles.push(hexadecimal.into_bytes());
        needles
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token(…)")
    }
}

/// The bytes with one layer of escapes undone; `None` when there was none. Only ASCII is of interest.
fn unescaped(text: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    let mut changed = false;
    while let Some((&byte, tail)) = rest.split_first() {
        if let Some((escaped, used)) = escape(rest) {
            plain.push(escaped);
            rest = rest.get(used..).unwrap_or_default();
            changed = true;
        } else {
            plain.push(byte);
            rest = tail;
        }
    }
    changed.then_some(plain)
}

/// The ASCII character an escape at the start of the bytes stands for, and the escape's length.
fn escape(text: &[u8]) -> Option<(u8, usize)> {
    match text {
        [b'%', digits @ ..] => Some((number(digits.get(..2)?, 16)?, 3)),
        // JSON within JSON doubles its backslashes.
        [b'\\', ..] => {
            let run = text.iter().take_while(|byte| **byte == b'\\').count();
            match text.get(run..)? {
                [b'u', digits @ ..] => Some((number(digits.get(..4)?, 16)?, run + 5)),
                [b'x', digits @ ..] => Some((number(digits.get(..2)?, 16)?, run + 3)),
                [b'/', ..] => Some((b'/', run + 1)),
                _ => None,
            }
        }
        [b'&', b'#', digits @ ..] => {
            let end = digits.iter().take(8).position(|byte| *byte == b';')?;
            let number = match digits.get(..end)? {
                [b'x' | b'X', hexadecimal @ ..] => number(hexadecimal, 16)?,
                decimal => number(decimal, 10)?,
            };
            Some((number, end + 3))
        }
        _ => None,
    }
}

fn number(digits: &[u8], radix: u32) -> Option<u8> {
    let value = u32::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()?;
    u8::try_from(value).ok().filter(u8::is_ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: &str = "00D5g000004XyZ1!AQ4AQFr0mZ.Kc9_TqWb7uLxYpE2sVhJdNgRiOaMkCeB3vXz8wHtP6lSfUyQj";

    fn token() -> Token {
        Token::new(SESSION).unwrap()
    }

    #[test]
    fn nothing_prints_a_token() {
        assert_eq!(format!("{:?}", token()), "Token(…)");
        assert_eq!(format!("{:?}", token().bearer().unwrap()), "Sensitive");
    }

    #[test]
    fn what_could_not_be_a_token_is_refused() {
        for text in ["", "short", "has a space in the middle", "ends\nin the middle of it", "ünïcödé-ünïcödé-ünïcödé"]
        {
            assert!(Token::new(text).is_err(), "{text:?}");
        }
        assert!(Token::new(&format!("{SESSION}\n")).is_ok());
    }

    #[test]
    fn an_echo_is_found_however_it_is_written() {
        let secret = SESSION.split_once('!').unwrap().1;
        let json = SESSION.replace('!', "\\u0021").replace('.', "\\u002e");
        let twice = SESSION.replace('!', "%2521").replace('.', "%252E").replace('_', "%255f");
        let html = secret.replace('.', "&#46;").replace('_', "&#x5F;");
        let everything: String = SESSION.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let hexadecimal: String = SESSION.bytes().map(|byte| format!("{byte:02x}")).collect();
        let nested = json.replace('\\', "\\\\\\\\");
        for echo in [SESSION.to_owned(), secret.to_owned(), json, nested, twice, html, everything, hexadecimal] {
            assert!(token().is_in(format!("before {echo} after").as_bytes()), "{echo}");
        }
        for before in ["", "a", "ab", "abc"] {
            for encoded in [
                STANDARD_NO_PAD.encode(format!("{before}{SESSION}after")),
                URL_SAFE_NO_PAD.encode(format!("{before}{SESSION}")),
            ] {
                assert!(token().is_in(encoded.as_bytes()), "{before} {encoded}");
            }
        }
    }

    #[test]
    fn ordinary_text_is_no_echo() {
        for text in ["", "00D5g000004XyZ1", "100 % of \\u0021 &#33; &# \\", r#"{"Name":"A\\\\\\\\B \"C\" 50%"}"#] {
            assert!(!token().is_in(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn redaction_cuts_the_token_and_withholds_what_it_cannot_cut() {
        assert_eq!(token().redact(&format!("a {SESSION} b")), "a … b");
        assert_eq!(token().redact(&SESSION.replace('.', "%2E")), "(withheld: it repeats the access token)");
        assert_eq!(token().redact("Acme"), "Acme");
    }
}
