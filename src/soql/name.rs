//! Names of objects and fields: parsed, because SOQL has no way to quote one.

use crate::excerpt::Excerpt;
use std::borrow::Cow;
use std::fmt;

/// Relationships a path may climb: [Understanding Relationship Query Limitations][manual] allows five.
///
/// [manual]: https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_relationships_query_limits.htm
const MAX_STEPS: usize = 5;

/// Bytes of a whole name or path. The longest API name (namespace, 40 characters, suffix) has about 60.
const MAX_BYTES: usize = 255;

/// Why a text is no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// A part is empty, begins with something else than a letter, or has a character that no API name has.
    #[error("{0} is not an API name; a name begins with a letter and has only letters, digits and underscores")]
    Character(Excerpt),
    /// A path where a single name belongs.
    #[error("{0} is a path; a single name without dots belongs here")]
    Path(Excerpt),
    /// A path over more relationships than SOQL follows.
    #[error("{0} follows more than {MAX_STEPS} relationships, the most SOQL allows")]
    Steps(Excerpt),
    /// Longer than any name can be.
    #[error("{0} is longer than {MAX_BYTES} characters, so it cannot be an API name")]
    Length(Excerpt),
}

/// How many names `text` consists of, or `None` if one of them is malformed.
const fn names(text: &[u8]) -> Option<usize> {
    let (mut names, mut start, mut at) = (1, true, 0);
    while at < text.len() {
        match text[at] {
            b'A'..=b'Z' | b'a'..=b'z' => start = false,
            b'0'..=b'9' | b'_' if !start => {}
            b'.' if !start => (names, start) = (names + 1, true),
            _ => return None,
        }
        at += 1;
    }
    if start { None } else { Some(names) }
}

fn checked(text: &str, most_names: usize) -> Result<(), NameError> {
    if text.len() > MAX_BYTES {
        return Err(NameError::Length(Excerpt::of(text)));
    }
    match names(text.as_bytes()) {
        None => Err(NameError::Character(Excerpt::of(text))),
        Some(count) if count <= most_names => Ok(()),
        Some(_) if most_names == 1 => Err(NameError::Path(Excerpt::of(text))),
        Some(_) => Err(NameError::Steps(Excerpt::of(text))),
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $most_names:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(Cow<'static, str>);

        impl $name {
            /// Reads a name, spelled as in the org or in any other case.
            ///
            /// # Errors
            ///
            /// What keeps the text from being a name.
            pub fn parse(text: &str) -> Result<Self, NameError> {
                checked(text, $most_names)?;
                Ok(Self(Cow::Owned(text.to_owned())))
            }


            /// A name that is known when the plugin is compiled; in a `const`, a wrong one does not compile.
            ///
            /// # Panics
            ///
            /// If `parse` would refuse the text.
            pub const fn from_static(text: &'static str) -> Self {
                let fits = matches!(names(text.as_bytes()), Some(count) if count <= $most_names);
                assert!(fits && text.len() <= MAX_BYTES, "not an API name");
                Self(Cow::Borrowed(text))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }
    };
}

name! {
    /// API name of an object, such as `Account` or `Invoice__c`.
    ObjectName, 1
}

name! {
    /// API name of one field or relationship, such as `Industry` or `Contacts`.
    FieldName, 1
}

name! {
    /// A field, perhaps of a parent: `Industry`, `Account.Owner.Name`.
    FieldPath, MAX_STEPS + 1
}

impl FieldPath {
    /// A column of the embedded table, which is not looked through at every call: `columns_of_the_table_are_names`.
    pub(crate) const fn of_table(column: &'static str) -> Self {
        Self(Cow::Borrowed(column))
    }

    /// The names of the path, from the queried object outwards.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('.')
    }

    /// The field's own name, without the relationships that lead to it.
    pub fn last(&self) -> &str {
        self.0.rsplit_once('.').map_or(&self.0, |(_, last)| last)
    }

    /// The relationships that lead to the field, if it is one of a parent.
    pub fn parent(&self) -> Option<&str> {
        self.0.rsplit_once('.').map(|(parent, _)| parent)
    }
}

impl From<FieldName> for FieldPath {
    fn from(name: FieldName) -> Self {
        Self(name.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_org_are_names() {
        for text in ["Account", "Id", "Invoice__c", "ns__Invoice__c", "A1", "Contacts__r", "x"] {
            assert_eq!(ObjectName::parse(text).unwrap().as_str(), text);
            assert_eq!(FieldName::parse(text).unwrap().as_str(), text);
            assert_eq!(FieldPath::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn nothing_but_a_name_is_one() {
        for text in [
            "",
            " ",
            "1A",
            "_A",
            "A B",
            "A,B",
            "A'",
            "A\\",
            "A)",
            "(SELECT Id FROM A)",
            "A--",
            "Ä",
            "A\0",
            "A\n",
            "*",
            "A-B",
            ".",
            ".A",
            "A.",
            "A..B",
            "A.1",
            "COUNT()",
        ] {
            for error in [
                ObjectName::parse(text).unwrap_err(),
                FieldName::parse(text).unwrap_err(),
                FieldPath::parse(text).unwrap_err(),
            ] {
                assert!(matches!(error, NameError::Character(_)), "{text:?}: {error}");
            }
        }
    }

    #[test]
    fn a_path_is_no_single_name() {
        assert_eq!(
            ObjectName::parse("Account.Owner").unwrap_err().to_string(),
            "\"Account.Owner\" is a path; a single name without dots belongs here"
        );
    }

    #[test]
    fn a_path_follows_five_relationships_and_no_more() {
        assert!(FieldPath::parse("A.B.C.D.E.Name").is_ok());
        assert_eq!(
            FieldPath::parse("A.B.C.D.E.F.Name").unwrap_err().to_string(),
            "\"A.B.C.D.E.F.Name\" follows more than 5 relationships, the most SOQL allows"
        );
    }

    #[test]
    fn an_overlong_name_is_refused_and_not_repeated_in_full() {
        let error = FieldPath::parse(&"a".repeat(256)).unwrap_err();
        assert!(matches!(error, NameError::Length(_)));
        assert!(error.to_string().len() < 200);
        assert!(FieldPath::parse(&"a".repeat(255)).is_ok());
    }

    #[test]
    fn a_path_knows_its_parts() {
        let path = FieldPath::from_static("Account.Owner.Name");
        assert_eq!(path.segments().collect::<Vec<_>>(), ["Account", "Owner", "Name"]);
        assert_eq!((path.parent(), path.last()), (Some("Account.Owner"), "Name"));
        let field = FieldPath::from_static("Name");
        assert_eq!((field.parent(), field.last()), (None, "Name"));
    }

    #[test]
    fn columns_of_the_table_are_names() {
        let table = include_str!("../schema/standard.txt").lines().filter(|line| line.starts_with('!'));
        let columns: Vec<_> = table.flat_map(|line| line.split_once('\t').unwrap().1.split(' ')).collect();
        assert!(columns.len() > 100, "the usual columns of a dozen objects, for three purposes");
        for column in columns {
            assert_eq!(FieldPath::parse(column).unwrap(), FieldPath::of_table(column));
        }
    }

    #[test]
    #[should_panic(expected = "not an API name")]
    fn a_wrong_static_name_stops_the_build() {
        let _ = FieldPath::from_static("A B");
    }
}
