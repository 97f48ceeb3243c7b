//! Where a list of records goes on, as an argument of the next call.

use crate::error::Error;
use crate::soql::Select;

/// Salesforce skips no more rows than this.
/// <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_offset.htm>
pub(crate) const MAX_OFFSET: u32 = 2000;

/// Where a list goes on: how many rows to skip, and of which query. Not an address, so it can lead nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) skip: u32,
    pub(crate) fingerprint: u32,
}

impl Cursor {
    /// Reads the argument.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let parsed = text.split_once('-').and_then(|(skip, fingerprint)| {
            Some(Self { skip: skip.parse().ok()?, fingerprint: u32::from_str_radix(fingerprint, 16).ok()? })
        });
        parsed
            .filter(|cursor| cursor.skip <= MAX_OFFSET && cursor.to_string() == text)
            .ok_or_else(|| Error::argument("cursor", "this is no cursor; give the one of the previous reply, or none"))
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{:08x}", self.skip, self.fingerprint)
    }
}

/// FNV-1a of a query's text: tells queries apart, no more.
pub(crate) fn fingerprint(select: &Select) -> u32 {
    select.to_string().bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_as_it_was_written() {
        let cursor = Cursor { skip: 25, fingerprint: 0xab };
        assert_eq!(Cursor::parse(&cursor.to_string()).unwrap(), cursor);
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        for text in [
            "",
            "25",
            "25-",
            "-ab",
            "2001-000000ab",
            "25-AB",
            "https://evil.example/",
            "/services/data/v65.0/query/01g-2000",
            "+25-000000ab",
        ] {
            assert!(Cursor::parse(text).is_err(), "{text}");
        }
    }
}
