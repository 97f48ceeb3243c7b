//! The access token: it can be spent and looked for, and nothing prints it.

mod escapes;

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use http::HeaderValue;
use memchr::memmem::Finder;

/// An access token. Its `Debug` is blank and it has no `Display`. Cloning shares it.
///
/// What crosses to the guest is searched for it, so a token must be long enough not to occur by chance.
#[derive(Clone)]
pub struct Token(Arc<Held>);

struct Held {
    text: String,
    /// The value of `authorization`.
    bearer: HeaderValue,
    /// Made when first needed, and once: that takes longer than the search of a short answer.
    search: OnceLock<Search>,
}

impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        self.0.text == other.0.text
    }
}

impl Eq for Token {}

/// Why a text can't be an access token. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an access token is {MIN_LENGTH} to {MAX_LENGTH} visible ASCII characters, without spaces or line ends")]
pub struct InvalidToken;

/// Shorter ones could not be told from ordinary text.
const MIN_LENGTH: usize = 16;
/// A header of 16 kB is refused by Salesforce.
const MAX_LENGTH: usize = 8_192;
/// How much of either end of the token the search among undone escapes goes without: half an escape that happens to
/// stand there takes the other half from the token.
const SWALLOWED: usize = 8;
/// What the search never goes without, so that nothing is found by chance.
const SIGNIFICANT: usize = 12;

/// What stands in place of a text that repeats the token.
pub(crate) const WITHHELD: &str = "(withheld: it repeats the access token)";

impl Token {
    /// A token from its text; spaces and line ends around it are forgiven.
    pub fn new(text: &str) -> Result<Self, InvalidToken> {
        let text = text.trim();
        if !(MIN_LENGTH..=MAX_LENGTH).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(InvalidToken);
        }
        let mut bearer = HeaderValue::from_str(&format!("Bearer {text}")).map_err(|_| InvalidToken)?;
        bearer.set_sensitive(true);
        Ok(Self(Arc::new(Held { text: text.to_owned(), bearer, search: OnceLock::new() })))
    }

    /// The value of `authorization`, marked so that `http` does not print it either.
    pub fn bearer(&self) -> HeaderValue {
        self.0.bearer.clone()
    }

    /// The token itself, for where it is kept and for the org's sign-in endpoints.
    pub(crate) fn reveal(&self) -> &str {
        &self.0.text
    }

    /// The token a request carries.
    pub(crate) fn of<B>(request: &http::Request<B>) -> Option<Self> {
        let value = request.headers().get(http::header::AUTHORIZATION)?.to_str().ok()?;
        Self::new(value.strip_prefix("Bearer ")?).ok()
    }

    /// The part that must stay secret: a session id is the org's id, which everybody may know, `!`, and the secret.
    fn secret(&self) -> &str {
        match self.0.text.split_once('!') {
            Some((_, secret)) if secret.len() >= MIN_LENGTH => secret,
            _ => &self.0.text,
        }
    }

    /// Whether bytes contain the token: plainly, in base64 or in hexadecimal, each under any number of layers of
    /// percent, JSON and HTML escapes.
    ///
    /// It always comes to an answer, in time that grows with the length of the bytes alone. It finds echoes, not
    /// conspiracies: an org bent on it could hide its own token in ways nobody can search for.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        self.search().finds(bytes)
    }

    /// JSON in which every text that repeats the token says [`WITHHELD`] instead, so that what stands beside it is not
    /// lost; nothing where the token stands outside of texts. The work grows with the length of the bytes alone.
    pub(crate) fn withheld(&self, json: &[u8]) -> Option<Vec<u8>> {
        let search = self.search();
        let mut kept = Vec::with_capacity(json.len());
        let mut rest = json;
        while let Some((before, after)) = split_at_byte(rest, b'"') {
            let (text, after) = after.split_at(end_of_text(after)?);
            kept.extend_from_slice(before);
            kept.push(b'"');
            kept.extend_from_slice(if search.finds(text) { WITHHELD.as_bytes() } else { text });
            kept.push(b'"');
            rest = after.get(1..)?;
        }
        kept.extend_from_slice(rest);
        (!search.finds(&kept)).then_some(kept)
    }

    /// The text without the token, for people's eyes.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if !self.is_in(text.as_bytes()) {
            return Cow::Borrowed(text);
        }
        let cut = text.replace(&self.0.text, "…").replace(self.secret(), "…");
        Cow::Owned(if self.is_in(cut.as_bytes()) { WITHHELD.to_owned() } else { cut })
    }

    fn search(&self) -> &Search {
        self.0.search.get_or_init(|| Search::new(self))
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
        needles.sort_unstable();
        needles.dedup();
        needles
    }
}

/// What gives a token away, ready to be looked for in many texts.
struct Search {
    plain: Vec<Finder<'static>>,
    /// The same among undone escapes.
    inner: Vec<Finder<'static>>,
}

impl Search {
    fn new(token: &Token) -> Self {
        let needles = token.needles();
        let inner = needles.iter().filter_map(|needle| {
            // A token may have what looks like an escape within it.
            let needle = escapes::undone(needle, |_| ());
            let swallowed = SWALLOWED.min(needle.len().saturating_sub(SIGNIFICANT) / 2);
            Some(Finder::new(needle.get(swallowed..needle.len() - swallowed)?).into_owned())
        });
        let inner = inner.collect();
        Self { plain: needles.iter().map(|needle| Finder::new(needle).into_owned()).collect(), inner }
    }

    fn finds(&self, bytes: &[u8]) -> bool {
        if bytes.len() < SIGNIFICANT {
            return false;
        }
        if self.plain.iter().any(|needle| needle.find(bytes).is_some()) {
            return true;
        }
        if memchr::memchr3(b'%', b'\\', b'&', bytes).is_none() {
            return false;
        }
        let undone = escapes::undone(bytes, |_| ());
        self.inner.iter().any(|needle| needle.find(&undone).is_some())
    }
}

fn split_at_byte(bytes: &[u8], byte: u8) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(byte, bytes)?;
    Some((bytes.get(..at)?, bytes.get(at + 1..)?))
}

/// Where the quotation mark is that ends a text of JSON, from behind the one that begins it.
fn end_of_text(text: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + memchr::memchr2(b'"', b'\\', text.get(from..)?)?;
        match text.get(at)? {
            b'"' => return Some(at),
            _ => from = at + 2,
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token(…)")
    }
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
        assert_eq!(format!("{:?}", token().bearer()), "Sensitive");
    }

    #[test]
    fn of_json_only_the_texts_that_repeat_the_token_are_withheld() {
        let secret = SESSION.split_once('!').unwrap().1;
        let escaped = SESSION.replace('.', "\\u002e");
        let withheld = |json: &str| token().withheld(json.as_bytes()).map(|json| String::from_utf8(json).unwrap());
        assert_eq!(
            withheld(&format!(r#"{{"a \" b":"Acme","{secret}":1,"c":["x {SESSION} y","{escaped}","\\"],"d":"e"}}"#)),
            Some(format!(r#"{{"a \" b":"Acme","{WITHHELD}":1,"c":["{WITHHELD}","{WITHHELD}","\\"],"d":"e"}}"#))
        );
        for elsewhere in
            [secret.to_owned(), format!("[{secret}]"), format!(r#"["a", "{secret}"#), format!(r#""{secret}\"#)]
        {
            assert_eq!(withheld(&elsewhere), None, "{elsewhere}");
        }
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

    /// Numbers that are the same in every run.
    struct Random(u64);

    impl Random {
        fn below(&mut self, limit: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            usize::try_from(self.0 % u64::try_from(limit).unwrap()).unwrap()
        }

        /// A text of these pieces.
        fn text(&mut self, pieces: &[&str]) -> String {
            (0..self.below(12)).map(|_| pieces[self.below(pieces.len())]).collect()
        }

        /// The text with one more layer of escapes: of some characters, or of all, and always of what would else be
        /// taken for an escape.
        fn escaped(&mut self, text: &str) -> String {
            let (notation, share) = (self.below(6), [1, 2, 10][self.below(3)]);
            text.chars()
                .map(|one| match notation {
                    _ if !one.is_ascii() => one.to_string(),
                    0 if one == '%' || self.below(share) == 0 => format!("%{:02x}", u32::from(one)),
                    1 if one == '%' || self.below(share) == 0 => format!("%{:02X}", u32::from(one)),
                    2 if one == '\\' || one == '"' => format!("\\{one}"),
                    2 if self.below(share) == 0 => format!("\\u{:04x}", u32::from(one)),
                    3 if one == '/' => "\\/".to_owned(),
                    3 if one == '\\' || self.below(share) == 0 => format!("\\x{:02x}", u32::from(one)),
                    4 if one == '&' => "&amp;".to_owned(),
                    4 if self.below(share) == 0 => format!("&#{};", u32::from(one)),
                    5 if one == '&' || self.below(share) == 0 => format!("&#x{:04X};", u32::from(one)),
                    _ => one.to_string(),
                })
                .collect()
        }
    }

    impl Random {
        /// The text under some layers of escapes. Each can make it several times as long, which ends it.
        fn stacked(&mut self, text: &str) -> String {
            let mut text = text.to_owned();
            for _ in 0..self.below(12) {
                if text.len() > 2_000 {
                    break;
                }
                text = self.escaped(&text);
            }
            text
        }
    }

    /// What stands around a token, halves of escapes among it.
    const AROUND: [&str; 17] =
        ["%", "%2", "x", "u0", "\\", "\\\\u", "\\u00", "&", "&#", "&#6", "&amp", ";", "41", "ü", " ", "\"", "Acme"];

    #[test]
    fn a_token_is_found_under_any_stack_of_escapes() {
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        let secret = SESSION.split_once('!').unwrap().1;
        let forms = [
            SESSION.to_owned(),
            secret.to_owned(),
            STANDARD_NO_PAD.encode(format!("ab{SESSION}c")),
            URL_SAFE_NO_PAD.encode(format!("a{SESSION}")),
            secret.bytes().map(|byte| format!("{byte:02x}")).collect(),
        ];
        for round in 0..500 {
            let form = &forms[round % forms.len()];
            let bare = format!("{}{form}{}", random.text(&AROUND), random.text(&AROUND));
            let text = random.stacked(&bare);
            assert!(
                token().is_in(text.as_bytes()),
                "round {round}: {bare} became {}",
                String::from_utf8_lossy(&escapes::undone(text.as_bytes(), |_| ()))
            );
        }
        // Deeper than anybody would count.
        let deep = SESSION.replace('.', &format!("%{}2e", "25".repeat(10_000)));
        assert!(token().is_in(deep.as_bytes()));
    }

    #[test]
    fn a_text_without_the_token_is_never_an_echo_however_deep_its_escapes() {
        let mut random = Random(0x2545_f491_4f6c_dd1d);
        let secret = SESSION.split_once('!').unwrap().1;
        // Parts of the token are not the token.
        let (start, middle, end) = (&SESSION[..22], &secret[30..41], &secret[secret.len() - 11..]);
        let pieces: Vec<&str> =
            AROUND.into_iter().chain([start, middle, end, "\\\\\\\\", "%2525", "&amp;#38;"]).collect();
        for _ in 0..500 {
            let bare = random.text(&pieces);
            let text = random.stacked(&bare);
            assert!(!token().is_in(text.as_bytes()), "{bare}");
        }
        for deep in [
            "Webform %252525252525252541".to_owned(),
            format!("%{}41", "25".repeat(100_000)),
            format!("{}u0041", "\\".repeat(100_000)),
            format!("&{}#65;", "amp;".repeat(100_000)),
        ] {
            assert!(!token().is_in(deep.as_bytes()));
        }
    }

    #[test]
    fn a_token_that_looks_like_escapes_is_found_too() {
        let token = Token::new("abcd%41efgh\\u0042ij&#67;klmnop").unwrap();
        for echo in ["abcd%41efgh\\u0042ij&#67;klmnop", "abcd%2541efgh\\\\u0042ij&amp;#67;klmnop"] {
            assert!(token.is_in(echo.as_bytes()), "{echo}");
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
