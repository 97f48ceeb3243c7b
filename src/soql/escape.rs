//! What a literal's text becomes between its quotes, and how long that is: one function for strings, one for LIKE.

use std::fmt::{self, Write};

/// Characters that [a string in a WHERE clause][manual] may have, escapes included. They are counted in UTF-16 units,
/// as the server's language does, which never counts fewer than other ways.
///
/// [manual]: https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_soslsoql.htm
pub(super) const MAX_UNITS: usize = 4000;

/// Writes the inside of a string literal.
///
/// [Reserved Characters][reserved]: `'` and `\` are reserved and take a backslash. [Quoted String Escape
/// Sequences][escapes]: `\n`, `\r`, `\t` and `\uXXXX` keep what could end a line out of the text; `%` and `_` must
/// *not* be escaped outside of LIKE.
///
/// [reserved]: https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_reservedcharacters.htm
/// [escapes]: https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm
pub(super) fn text(text: &str, out: &mut impl Write) -> fmt::Result {
    with_backslashes(text, r"\\", out)
}

/// Writes the inside of the literal after LIKE.
///
/// [Quoted String Escape Sequences][escapes]: in LIKE, and only there, `\%` and `\_` are the characters themselves and
/// `\\` is a backslash. That is how a `Pattern` is written already, so its backslashes stay as they are.
///
/// [escapes]: https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm
pub(super) fn pattern(pattern: &str, out: &mut impl Write) -> fmt::Result {
    with_backslashes(pattern, r"\", out)
}

/// Writes a text with something in place of each backslash. What stays as it is, is written at once.
fn with_backslashes(text: &str, backslash: &str, out: &mut impl Write) -> fmt::Result {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'&' | b'('..=b'[' | b']'..=b'~');
    let mut rest = text;
    loop {
        let plain = rest.bytes().position(|byte| !is_plain(byte)).unwrap_or(rest.len());
        let (before, behind) = rest.split_at(plain);
        out.write_str(before)?;
        let mut characters = behind.chars();
        match characters.next() {
            None => return Ok(()),
            Some('\\') => out.write_str(backslash)?,
            Some(other) => quoted(other, out)?,
        }
        rest = characters.as_str();
    }
}

/// Writes a character that is no backslash.
fn quoted(character: char, out: &mut impl Write) -> fmt::Result {
    match character {
        '\'' => out.write_str(r"\'"),
        '\n' => out.write_str(r"\n"),
        '\r' => out.write_str(r"\r"),
        '\t' => out.write_str(r"\t"),
        // Line and paragraph separators end a line for some readers.
        '\u{2028}' | '\u{2029}' => write!(out, r"\u{:04X}", u32::from(character)),
        control if control.is_control() => write!(out, r"\u{:04X}", u32::from(control)),
        other => out.write_char(other),
    }
}

/// The length of what `write` writes, in UTF-16 units.
pub(super) fn units(write: impl FnOnce(&mut Units) -> fmt::Result) -> usize {
    let mut units = Units(0);
    match write(&mut units) {
        Ok(()) => units.0,
        // Counting cannot fail.
        Err(fmt::Error) => usize::MAX,
    }
}

/// A writer that only counts.
pub(super) struct Units(usize);

impl Write for Units {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.encode_utf16().count();
        Ok(())
    }
}
