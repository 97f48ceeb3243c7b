//! Which record is meant: by id, by link, or by a name that only one record fits. Never a guess.

use super::names;
use super::reply::Values;
use crate::error::Error;
use crate::id::{IdError, RecordId, standard_object};
use crate::rank::by_rank;
use crate::record::Record;
use crate::session::{Session, Stuck};
use crate::soql::{
    Comparison, Condition, Direction, FieldList, FieldPath, LiteralError, Nulls, ObjectName, Order, Pattern, Select,
    Text,
};
use crate::vocabulary::Candidate;

/// Records of a similar name that are looked at. Sorted by name, the one called just so is among the first.
const MOST_SIMILAR: u32 = 50;
/// Characters of a name that is looked for: nearly every name has some letter in it.
pub(super) const SHORTEST_NAME: usize = 2;
/// Candidates in an answer.
const MOST_CANDIDATES: usize = 10;
/// Characters of a text among a candidate's facts.
const LONGEST_FACT: usize = 120;

/// A record as somebody refers to it.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// Its object.
    pub(super) object: ObjectName,
    /// How it is referred to.
    pub(super) by: By,
}

/// How a record is referred to.
#[derive(Debug, Clone)]
pub(super) enum By {
    /// By its id.
    Id(RecordId),
    /// By its name, or a part of it.
    Name(String),
}

/// Reads a reference. Sends nothing, unless an id of a custom object comes without the object.
pub(super) fn read(session: &Session<'_>, record: &str, object: Option<&str>) -> Result<Target, Stuck> {
    let said = record.trim();
    let id = match RecordId::from_text(said) {
        Ok(id) => Some(id),
        Err(reason) if is_meant_as_id(said, &reason) => {
            return Err(Error::field("record", reason.to_string(), Vec::new()).into());
        }
        Err(_) if said.chars().count() < SHORTEST_NAME => {
            let message = "say which record: its id, its link, or at least two characters of its name";
            return Err(Error::field("record", message, Vec::new()).into());
        }
        Err(_) => None,
    };
    let object = match object {
        Some(object) => names::object(session, object)?,
        None => match &id {
            Some(id) => names::object_of(session, id)?,
            None => {
                return Err(Error::field(
                    "object",
                    format!("say in `object` what {said:?} is; only an id can go without"),
                    ["Account", "Contact", "Lead", "Opportunity", "Case"].map(str::to_owned).to_vec(),
                )
                .into());
            }
        },
    };
    let by = match id {
        None => By::Name(said.to_owned()),
        Some(id) => match (standard_object(id.prefix()), session.schema(&object)?.key_prefix.as_deref()) {
            // A word of 15 letters can look like an id; the object's own prefix tells.
            (None, Some(prefix)) if prefix != id.prefix() => By::Name(said.to_owned()),
            (Some(other), _) if !other.eq_ignore_ascii_case(object.as_str()) => {
                return Err(Error::field(
                    "object",
                    format!("the id {id} is one of {other}, not of {object}"),
                    vec![other.to_owned()],
                )
                .into());
            }
            _ => By::Id(id),
        },
    };
    Ok(Target { object, by })
}

/// Whether a text that is no id was copied as one, so that no record is called so.
fn is_meant_as_id(said: &str, reason: &IdError) -> bool {
    match reason {
        // Words of 18 letters and digits are rare, and all but rare with a digit among the first three.
        IdError::Checksum(..) => said.bytes().take(3).any(|byte| byte.is_ascii_digit()),
        IdError::Site(_) | IdError::Link(_) => said.contains("://"),
        _ => false,
    }
}

/// The condition a reference means, and how many records to look at.
pub(super) fn condition(session: &Session<'_>, target: &Target) -> Result<(Condition, u32), Stuck> {
    match &target.by {
        By::Id(id) => Ok((is(id), 1)),
        By::Name(name) => Ok((like(session, &target.object, name, "record")?, MOST_SIMILAR)),
    }
}

/// The condition that a record is this one.
pub(super) fn is(id: &RecordId) -> Condition {
    Condition::compare(names::ID, Comparison::Eq, *id)
}

/// A query for records of one object whose name, number or e-mail address is like a text.
pub(super) fn named_like(
    session: &Session<'_>,
    object: &ObjectName,
    columns: &[FieldPath],
    text: &str,
    limit: u32,
) -> Result<Select, Stuck> {
    let fields = FieldList::new(std::iter::once(names::ID).chain(columns.iter().cloned()))
        .ok_or_else(|| Error::input("no field to read"))?;
    let mut select = Select::new(fields, object.clone());
    select.condition = Some(like(session, object, text, "text")?);
    select.order_by = by_name(session, object)?;
    select.limit = Some(limit);
    Ok(select)
}

/// Sorted by name, so that the record called just so comes before those whose names go on.
pub(super) fn by_name(session: &Session<'_>, object: &ObjectName) -> Result<Vec<Order>, Stuck> {
    let name = names::name_of(session, object)?;
    Ok(vec![Order { field: name, direction: Direction::Ascending, nulls: Nulls::Last }])
}

fn like(session: &Session<'_>, object: &ObjectName, text: &str, argument: &str) -> Result<Condition, Stuck> {
    let too_long = |reason: LiteralError| Error::field(argument, reason.to_string(), Vec::new());
    // Words in their order, with anything between: "Acme renewal" finds "Acme - Renewal 2026".
    let words: Vec<_> = text
        .split_whitespace()
        .map(|word| Pattern::exactly(word).map(|word| word.as_str().to_owned()))
        .collect::<Result<_, _>>()
        .map_err(too_long)?;
    let pattern = Pattern::parse(&format!("%{}%", words.join("%"))).map_err(too_long)?;
    let name = names::name_of(session, object)?;
    let mut any = vec![Condition::Like { field: name.clone(), pattern: pattern.clone() }];
    let schema = session.schema(object)?;
    if let Some(subject) = schema.field("Subject").filter(|field| field.name != name.as_str()) {
        any.push(Condition::Like { field: names::path(&subject.name)?, pattern });
    }
    if let Some(email) = schema.field("Email").filter(|_| text.contains('@')) {
        any.push(Condition::compare(names::path(&email.name)?, Comparison::Eq, Text::new(text).map_err(too_long)?));
    }
    Condition::any(any).ok_or_else(|| Error::input("no field to look in").into())
}

/// The one record that is meant, or why there is none.
pub(super) fn choose<'r>(
    session: &Session<'_>,
    target: &Target,
    records: &'r [Record],
    notices: &mut Vec<String>,
) -> Result<&'r Record, Error> {
    let object = &target.object;
    let name = match &target.by {
        By::Id(id) => {
            return records.first().ok_or_else(|| Error::NotFound {
                message: format!("there is no {object} with the id {id}, or the user may not see it"),
            });
        }
        By::Name(name) => name,
    };
    let ranked = by_rank(records.iter().filter_map(|record| {
        let candidate = candidate_of(session, object, record)?;
        let said = Said::of(name, candidate.name.as_deref());
        Some((said as u32, (said, candidate, record)))
    }));
    let mut exact = ranked.iter().filter(|(said, ..)| *said == Said::Whole).count();
    // They come by name, so that after the last there may be another of its name.
    let last = records.last().filter(|_| records.len() >= MOST_SIMILAR as usize);
    if last
        .and_then(|last| candidate_of(session, object, last)?.name)
        .is_some_and(|last| Said::of(name, Some(&last)) == Said::Whole)
    {
        exact += 1;
    }
    match (ranked.as_slice(), exact) {
        ([], _) => Err(Error::NotFound {
            message: format!(
                "no {object} has a name like that; try a part of the name, another object, or salesforce_find"
            ),
        }),
        ([(_, _, record)], _) => Ok(record),
        ([(_, _, record), others @ ..], 1) => {
            notices.push(format!(
                "{} other {object} record{} have that name as a part of theirs; this one is called just so",
                others.len(),
                if others.len() == 1 { "" } else { "s" }
            ));
            Ok(record)
        }
        (all, _) => {
            let more = if all.len() >= MOST_SIMILAR as usize { "at least " } else { "" };
            let message = format!(
                "{more}{} {object} records fit that name; ask the person which is meant, then call again with its id",
                all.len()
            );
            let candidates = ranked.into_iter().map(|(_, candidate, _)| candidate).take(MOST_CANDIDATES).collect();
            Err(Error::Ambiguous { message, candidates })
        }
    }
}

/// How a record's name relates to what was said, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Said {
    /// It is the name.
    Whole,
    /// The name begins with it.
    Beginning,
    /// It is somewhere in the name.
    Part,
    /// The record was found by something else.
    Otherwise,
}

impl Said {
    pub(super) fn of(said: &str, name: Option<&str>) -> Self {
        let said = said.trim().to_lowercase();
        match name.map(str::to_lowercase) {
            Some(name) if name == said => Self::Whole,
            Some(name) if name.starts_with(&said) => Self::Beginning,
            Some(name) if name.contains(&said) => Self::Part,
            _ => Self::Otherwise,
        }
    }
}

/// A record as a candidate; absent if it does not say its object and id.
pub(super) fn candidate(session: &Session<'_>, record: &Record) -> Option<Candidate> {
    let object = ObjectName::parse(&record.fields().object()?).ok()?;
    candidate_of(session, &object, record)
}

fn candidate_of(session: &Session<'_>, object: &ObjectName, record: &Record) -> Option<Candidate> {
    let fields = record.fields();
    let id = fields.text("Id")?;
    let name = names::name_of(session, object).ok()?;
    let columns = names::telling(session, object).unwrap_or_default();
    let telling = columns.iter().map(FieldPath::as_str).filter(|column| ![name.as_str(), "Id"].contains(column));
    Some(Candidate {
        object: object.to_string(),
        id,
        name: fields.text(name.as_str()),
        facts: Values::cut_after(LONGEST_FACT).object(telling.map(|column| (column, fields.get(column)))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_said_whole_comes_before_one_that_begins_so() {
        let names = ["The Acme", "Acme Corporation", "ACME", "Bolt"];
        let ranked = by_rank(names.map(|name| (Said::of("acme ", Some(name)) as u32, name)));
        assert_eq!(ranked, ["ACME", "Acme Corporation", "The Acme", "Bolt"]);
    }
}
