//! What a word of the person's stands for: a field or an object, as the org itself names them.

use salesforce_host::types::{DescribeArgs, ErrorKind, FieldInfo, ObjectInfo};
use salesforce_host::{CallError, Session};

/// Where a field is looked for when no object was said.
const USUAL: [&str; 5] = ["Account", "Contact", "Opportunity", "Lead", "Case"];
/// Most suggestions at once.
const MAX_SUGGESTIONS: usize = 12;

/// Something of the org that a word may stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Meaning {
    /// As the settings have it: `Account.NumberOfEmployees`, or `Opportunity`.
    pub(super) value: String,
    /// As the org labels it: `Employees`, with the object's label for a field.
    pub(super) label: String,
    pub(super) object: Option<String>,
}

/// Why a meaning is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unclear {
    /// The org knows nothing of this name, but perhaps something near.
    Unknown(Vec<Meaning>),
    /// The org can't be asked.
    NotAsked(String),
}

/// What the person typed: an object, and perhaps a field of it.
#[derive(Debug, PartialEq, Eq)]
struct Typed<'t> {
    object: Option<&'t str>,
    text: &'t str,
}

impl<'t> Typed<'t> {
    /// Reads `Account.Employees`, `Account: Employees`, `Employees on Account`, `Employees (Account)`, `Opportunity`.
    fn of(text: &'t str) -> Self {
        let text = text.trim();
        for (mark, field_first) in
            [(" on ", true), (" of ", true), (" von ", true), (" (", true), (".", false), (":", false), ("/", false)]
        {
            if let Some((one, other)) = text.split_once(mark) {
                let (field, object) = if field_first { (one, other) } else { (other, one) };
                let object = object.trim().trim_end_matches(')');
                if !object.is_empty() {
                    return Self { object: Some(object), text: field.trim() };
                }
            }
        }
        Self { object: None, text }
    }
}

/// What the org has that fits a text so far, best first.
pub(super) fn suggestions(session: &Session, text: &str) -> Result<Vec<Meaning>, CallError> {
    let typed = Typed::of(text);
    if typed.text.is_empty() && typed.object.is_none() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    match typed.object {
        Some(object) => found.extend(fields(session, object, typed.text)?),
        None => {
            found.extend(objects(session, typed.text)?);
            for object in USUAL {
                // One that this user may not use has no fields to offer.
                found.extend(fields(session, object, typed.text).unwrap_or_default());
            }
        }
    }
    found.truncate(MAX_SUGGESTIONS);
    Ok(found)
}

/// The one thing of the org that a text means.
pub(super) fn meaning(session: &Session, text: &str) -> Result<Meaning, Unclear> {
    let typed = Typed::of(text);
    let found = match typed.object {
        Some(object) => fields(session, object, typed.text),
        None => objects(session, typed.text),
    };
    let found = match found {
        Ok(found) => found,
        Err(CallError::Tool(error)) if matches!(error.kind, ErrorKind::InvalidInput | ErrorKind::NotFound) => {
            Vec::new()
        }
        Err(error) => return Err(Unclear::NotAsked(error.to_string())),
    };
    let same = |meaning: &&Meaning| {
        let name = meaning.value.rsplit('.').next().unwrap_or_default();
        [name, meaning.label.as_str()].iter().any(|known| known.eq_ignore_ascii_case(typed.text))
    };
    match found.iter().find(same) {
        Some(meaning) => Ok(meaning.clone()),
        // A field may have been meant, of an object that was not said.
        None if typed.object.is_none() => {
            let near = suggestions(session, text).unwrap_or_default();
            let mut exact = near.iter().filter(same);
            match (exact.next(), exact.next()) {
                (Some(only), None) => Ok(only.clone()),
                _ => Err(Unclear::Unknown(near)),
            }
        }
        None => Err(Unclear::Unknown(found)),
    }
}

fn fields(session: &Session, object: &str, text: &str) -> Result<Vec<Meaning>, CallError> {
    let search = Some(text.to_owned()).filter(|text| !text.is_empty());
    let described = session.describe(&DescribeArgs { object: Some(object.to_owned()), search, limit: Some(25) })?;
    let object = described.object.as_ref();
    let of = |field: FieldInfo| {
        let ObjectInfo { name, label, .. } = object?;
        Some(Meaning { value: format!("{name}.{}", field.name), label: field.label, object: Some(label.clone()) })
    };
    Ok(described.fields.into_iter().filter_map(of).collect())
}

fn objects(session: &Session, text: &str) -> Result<Vec<Meaning>, CallError> {
    let search = Some(text.to_owned()).filter(|text| !text.is_empty());
    let described = session.describe(&DescribeArgs { object: None, search, limit: Some(25) })?;
    let of = |object: ObjectInfo| Meaning { value: object.name, label: object.label, object: None };
    Ok(described.objects.into_iter().map(of).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_understood_in_every_way_it_is_typed() {
        let field = Typed { object: Some("Account"), text: "Employees" };
        for text in [
            "Employees on Account",
            "Account.Employees",
            "Account: Employees",
            "Employees (Account)",
            " Account / Employees",
        ] {
            assert_eq!(Typed::of(text), field, "{text}");
        }
        assert_eq!(Typed::of(" Opportunity "), Typed { object: None, text: "Opportunity" });
        assert_eq!(Typed::of("Account."), Typed { object: Some("Account"), text: "" });
        assert_eq!(Typed::of(".x"), Typed { object: None, text: ".x" });
    }
}
