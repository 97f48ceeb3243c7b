//! Record ids: 15 case-sensitive characters, and three more that make them safe without case.

use std::fmt;

const CHECKSUM: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The id of a record, always in its 18-character form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(String);

impl Id {
    /// Reads 15 characters, or 18 with the right checksum; anything else is `None` (Salesforce: `MALFORMED_ID`).
    pub fn parse(text: &str) -> Option<Self> {
        let short = text.get(..15)?;
        if !short.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return None;
        }
        let long = format!("{short}{}", checksum(short));
        (text.len() == 15 || text == long).then_some(Self(long))
    }

    /// The `number`-th id of the object with this key prefix: no two calls with other arguments give the same id.
    pub fn numbered(key_prefix: &str, number: u64) -> Self {
        let mut tail = [b'0'; 7];
        let mut rest = number;
        for place in tail.iter_mut().rev() {
            *place = BASE62.get((rest % 62) as usize).copied().unwrap_or(b'0');
            rest /= 62;
        }
        // `dM0` and a zero: the pod this org pretends to live on.
        let short = format!("{key_prefix:0<3.3}dM00{}0", String::from_utf8_lossy(&tail));
        let long = format!("{short}{}", checksum(&short));
        Self(long)
    }

    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The three characters that tell the object.
    pub fn key_prefix(&self) -> &str {
        self.0.get(..3).unwrap_or_default()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for Id {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// One character for each chunk of five: bit *i* says that character *i* is upper case.
fn checksum(short: &str) -> String {
    short
        .as_bytes()
        .chunks(5)
        .map(|chunk| {
            let bits = chunk
                .iter()
                .enumerate()
                .filter(|(_, byte)| byte.is_ascii_uppercase())
                .fold(0, |bits, (place, _)| bits | 1 << place);
            CHECKSUM.get(bits).copied().map_or('A', char::from)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_of_a_published_id_is_right() {
        let id = Id::parse("0038M0000016Wv8").expect("15 characters");
        assert_eq!(id.as_str(), "0038M0000016Wv8QAE");
        assert_eq!(Id::parse("0038M0000016Wv8QAE"), Some(id));
    }

    #[test]
    fn a_wrong_checksum_or_length_is_no_id() {
        assert_eq!(Id::parse("0038M0000016Wv8QAF"), None);
        assert_eq!(Id::parse("0038M0000016Wv"), None);
        assert_eq!(Id::parse("0038M0000016Wv8QA"), None);
        assert_eq!(Id::parse("0038M000001'Wv8"), None);
    }

    #[test]
    fn numbered_ids_differ_and_sort_by_number() {
        let ids: Vec<_> = [1, 2, 61, 62, 4000].map(|number| Id::numbered("001", number)).into();
        assert!(ids.is_sorted() && ids.iter().all(|id| id.as_str().len() == 18));
        assert_eq!(Id::parse(ids[0].as_str()).as_ref(), Some(&ids[0]));
    }
}
