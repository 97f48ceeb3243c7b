//! Record ids: 15 or 18 characters as people copy them, always 18 with a checked ending from then on.

use std::fmt;

use crate::excerpt::Excerpt;
use crate::within::{split_around, trimmed};

/// A record id in its 18-character form.
///
/// Its characters are letters and digits only, so it can stand in a path or a query as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordId([u8; 18]);

/// Why a text is no record id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Neither 15 nor 18 characters.
    #[error("{0} has {1} characters; a record id has 15 or 18")]
    Length(Excerpt, usize),
    /// A character that no id has.
    #[error("{0} contains {1:?}; a record id has only letters and digits")]
    Character(Excerpt, char),
    /// Letters only.
    #[error("{0} has no digit; every record id has one")]
    Word(Excerpt),
    /// The last three characters do not confirm the case of the others.
    #[error(
        "{0} was changed on its way: its first 15 characters ask for the ending {1}; copy it again, since upper and \
         lower case matter"
    )]
    Checksum(Excerpt, String),
    /// A link to another site.
    #[error("{0} is not a link to Salesforce")]
    Site(Excerpt),
    /// A link to something else than a record.
    #[error("the link {0} names no record; copy the link of the record's own page")]
    Link(Excerpt),
}

/// Domains of Salesforce that show records: [My Domain URL Formats][help], government and China included.
///
/// [help]: https://help.salesforce.com/s/articleView?id=sf.domain_name_url_formats.htm&type=5
const SITES: [&str; 7] = [
    "salesforce.com",
    "force.com",
    "salesforce.mil",
    "crmforce.mil",
    "sfcrmproducts.cn",
    "sfcrmapps.cn",
    "salesforce-setup.com",
];

/// Key prefixes of standard objects: [Standard Field Record ID Prefix Decoder][help].
///
/// [help]: https://help.salesforce.com/s/articleView?id=000385203&type=1
const STANDARD: [(&str, &str); 33] = [
    ("001", "Account"),
    ("002", "Note"),
    ("003", "Contact"),
    ("005", "User"),
    ("006", "Opportunity"),
    ("00D", "Organization"),
    ("00E", "UserRole"),
    ("00G", "Group"),
    ("00K", "OpportunityContactRole"),
    ("00P", "Attachment"),
    ("00Q", "Lead"),
    ("00T", "Task"),
    ("00U", "Event"),
    ("00a", "CaseComment"),
    ("00e", "Profile"),
    ("00k", "OpportunityLineItem"),
    ("00v", "CampaignMember"),
    ("012", "RecordType"),
    ("01s", "Pricebook2"),
    ("01t", "Product2"),
    ("01u", "PricebookEntry"),
    ("02i", "Asset"),
    ("02s", "EmailMessage"),
    ("068", "ContentVersion"),
    ("069", "ContentDocument"),
    ("06A", "ContentDocumentLink"),
    ("0Q0", "Quote"),
    ("500", "Case"),
    ("501", "Solution"),
    ("701", "Campaign"),
    ("800", "Contract"),
    ("801", "Order"),
    ("802", "OrderItem"),
];

/// The standard object whose ids begin with these three characters; case matters.
pub fn standard_object(prefix: &str) -> Option<&'static str> {
    STANDARD.iter().find(|(known, _)| *known == prefix).map(|(_, object)| *object)
}

impl RecordId {
    /// Reads an id of 15 or 18 characters.
    ///
    /// # Errors
    ///
    /// What keeps the text from being an id.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        // Most texts that are read so are ids, and have no other byte.
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && let Some(character) = text.chars().find(|character| !character.is_ascii_alphanumeric())
        {
            return Err(IdError::Character(Excerpt::of(text), character));
        }
        let wrong_length = || IdError::Length(Excerpt::of(text), text.len());
        let (start, ending) = text.as_bytes().split_first_chunk::<15>().ok_or_else(wrong_length)?;
        if !ending.is_empty() && ending.len() != 3 {
            return Err(wrong_length());
        }
        // A word of 15 letters ("congratulations") has the form of an id, but no org has counted that far.
        if !text.bytes().any(|byte| byte.is_ascii_digit()) {
            return Err(IdError::Word(Excerpt::of(text)));
        }
        let mut id = [0; 18];
        let expected = checksum(start);
        id[..15].copy_from_slice(start);
        id[15..].copy_from_slice(&expected);
        if !ending.is_empty() && ending != expected {
            let expected = expected.iter().map(|byte| char::from(*byte)).collect();
            return Err(IdError::Checksum(Excerpt::of(text), expected));
        }
        Ok(Self(id))
    }

    /// Reads an id, or the link of a record's page as people paste it:
    /// `https://NAME.lightning.force.com/lightning/r/Account/001…/view`, `https://NAME.my.salesforce.com/001…`.
    ///
    /// # Errors
    ///
    /// What keeps the text from being an id or such a link.
    pub fn from_text(text: &str) -> Result<Self, IdError> {
        let text = trimmed(text);
        if !text.contains('/') {
            return Self::parse(text);
        }
        let link = split_around(text, "://").map_or(text, |(_, rest)| rest);
        let (host, path) = link.split_once('/').unwrap_or((link, ""));
        if !is_site(host) {
            return Err(IdError::Site(Excerpt::of(text)));
        }
        // The query can name other records (where to go back to, which tab is open); the fragment is the path of old
        // links, `/one/one.app#/sObject/001…/view`.
        let (path, fragment) = path.split_once('#').unwrap_or((path, ""));
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        let fragment = fragment.split_once('?').map_or(fragment, |(fragment, _)| fragment);
        path.split('/')
            .chain(fragment.split('/'))
            .find_map(|segment| Self::parse(segment).ok())
            .ok_or_else(|| IdError::Link(Excerpt::of(text)))
    }

    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        // The bytes are ASCII, see `parse`.
        str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The three characters that tell the object.
    pub fn prefix(&self) -> &str {
        self.as_str().get(..3).unwrap_or_default()
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// The ending that tells which of the 15 characters are upper case, so that an id survives systems that ignore case:
/// one character for five, bit *i* for the *i*-th of them.
fn checksum(start: &[u8; 15]) -> [u8; 3] {
    const DIGITS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
    let mut ending = [0; 3];
    for (digit, chunk) in ending.iter_mut().zip(start.chunks(5)) {
        let bits = chunk.iter().rev().fold(0, |bits, byte| bits << 1 | usize::from(byte.is_ascii_uppercase()));
        *digit = DIGITS[bits];
    }
    ending
}

/// Whether a host is one of Salesforce's, on a dot boundary; or an org on this machine, whose links replies hold too.
fn is_site(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let (name, port) = host.split_once(':').unwrap_or((&host, ""));
    if ["localhost", "127.0.0.1"].contains(&name) && port.bytes().all(|byte| byte.is_ascii_digit()) {
        return true;
    }
    SITES.iter().any(|site| host.strip_suffix(site).is_some_and(|name| name.len() > 1 && name.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs of the two forms, worked out by hand from the rule above `checksum`.
    const PAIRS: [(&str, &str); 5] = [
        ("001000000000001", "001000000000001AAA"),
        ("001D000000IRFma", "001D000000IRFmaIAH"),
        ("00QA0000000abcD", "00QA0000000abcDMAQ"),
        ("a0ZZZ00000ZzZzZ", "a0ZZZ00000ZzZzZ2AV"),
        ("0ABCD0ABCD0ABCD", "0ABCD0ABCD0ABCD444"),
    ];

    #[test]
    fn an_id_of_15_characters_gets_its_ending() {
        for (short, long) in PAIRS {
            assert_eq!(RecordId::parse(short).unwrap().as_str(), long);
            assert_eq!(RecordId::parse(long).unwrap(), RecordId::parse(short).unwrap());
        }
    }

    #[test]
    fn a_refusal_says_what_is_wrong() {
        for (text, message) in [
            ("", "\"\" has 0 characters; a record id has 15 or 18"),
            ("00100000000000", "\"00100000000000\" has 14 characters; a record id has 15 or 18"),
            ("0010000000000011", "\"0010000000000011\" has 16 characters; a record id has 15 or 18"),
            ("001000000000001AAAA", "\"001000000000001AAAA\" has 19 characters; a record id has 15 or 18"),
            ("00100000000000-", "\"00100000000000-\" contains '-'; a record id has only letters and digits"),
            ("Congratulations", "\"Congratulations\" has no digit; every record id has one"),
            (
                "001d000000irfmaIAH",
                "\"001d000000irfmaIAH\" was changed on its way: its first 15 characters ask for the ending AAA; copy it \
                 again, since upper and lower case matter",
            ),
        ] {
            assert_eq!(RecordId::parse(text).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn nothing_that_could_leave_its_place_in_a_path_or_a_query_is_an_id() {
        for text in [
            "../../001000000",
            "001000000000/01",
            "00100000000000/",
            "0010000000000%2",
            "001000000000001?x=",
            "0010000000'0001",
            "00100000 000001",
            "00100000000000\n",
            "00100000000000é",
            "００1000000000001",
            "001000000000.01",
            "001000000000001\0",
        ] {
            assert!(matches!(RecordId::parse(text), Err(IdError::Character(..))), "{text}");
        }
    }

    #[test]
    fn a_pasted_link_is_the_record_it_shows() {
        for link in [
            "001D000000IRFma",
            "  001D000000IRFmaIAH\n",
            "https://acme.lightning.force.com/lightning/r/Account/001D000000IRFmaIAH/view",
            "https://acme.lightning.force.com/lightning/r/001D000000IRFmaIAH/view",
            "https://acme.my.salesforce.com/001D000000IRFma",
            "https://acme.my.salesforce.com/001D000000IRFma/e?retURL=%2F003000000000001",
            "https://acme--uat.sandbox.lightning.force.com/lightning/r/Account/001D000000IRFmaIAH/view?ws=%2F500000000000001",
            "https://acme.lightning.force.com/lightning/r/Account/001D000000IRFmaIAH/related/Contacts/view",
            "https://acme.lightning.force.com/one/one.app#/sObject/001D000000IRFmaIAH/view?t=1",
            "acme.lightning.force.com/lightning/r/Account/001D000000IRFmaIAH/view#top",
            "https://acme.lightning.sfcrmapps.cn/lightning/r/Account/001D000000IRFmaIAH/view",
            "https://acme.lightning.crmforce.mil/lightning/r/Account/001D000000IRFmaIAH/view",
            "HTTPS://ACME.MY.SALESFORCE.COM/001D000000IRFma",
            "http://127.0.0.1:8080/001D000000IRFmaIAH",
            "http://localhost/001D000000IRFmaIAH",
        ] {
            assert_eq!(
                RecordId::from_text(link).map(|id| id.to_string()),
                Ok("001D000000IRFmaIAH".to_owned()),
                "{link}"
            );
        }
    }

    #[test]
    fn a_link_elsewhere_is_no_record() {
        for link in [
            "https://evil-salesforce.com/001D000000IRFma",
            "https://salesforce.com.evil.example/001D000000IRFma",
            "https://acme.my.salesforce.com@evil.example/001D000000IRFma",
            "https://salesforce.com/001D000000IRFma",
            "/001D000000IRFma",
            "https:///001D000000IRFma",
            "http://localhost.evil.example/001D000000IRFma",
            "http://localhost:80@evil.example/001D000000IRFma",
        ] {
            assert!(matches!(RecordId::from_text(link), Err(IdError::Site(_))), "{link}");
        }
    }

    #[test]
    fn a_link_to_a_list_is_no_record() {
        for link in [
            "https://acme.lightning.force.com/lightning/o/Account/list?filterName=00BD0000005Xyzq",
            "https://acme.my.salesforce.com/",
            "https://acme.lightning.force.com/lightning/r/Account/001d000000irfmaIAH/view",
        ] {
            assert!(matches!(RecordId::from_text(link), Err(IdError::Link(_))), "{link}");
        }
    }

    #[test]
    fn a_prefix_tells_a_standard_object() {
        let object = |id: &str| standard_object(RecordId::parse(id).unwrap().prefix());
        assert_eq!(object("00Q000000000001"), Some("Lead"));
        assert_eq!(object("00k000000000001"), Some("OpportunityLineItem"));
        assert_eq!(object("00K000000000001"), Some("OpportunityContactRole"));
        assert_eq!(object("a01000000000001"), None);
        assert!(STANDARD.is_sorted(), "one place for each prefix, easy to find");
        assert!(STANDARD.iter().all(|(prefix, _)| prefix.len() == 3));
    }
}
