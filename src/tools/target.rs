//! Which record is meant: by id, by link, or by a name that only one record fits. Never a guess.

use super::reply::Values;
use super::{names, nicknames};
use crate::error::Error;
use crate::id::{IdError, RecordId, standard_object};
use crate::rank::by_rank;
use crate::record::Record;
use crate::schema::ObjectSchema;
use crate::session::{Session, Stuck};
use crate::soql::{
    Comparison, Condition, Direction, FieldList, FieldPath, List, Literal, LiteralError, Nulls, ObjectName, Order,
    Pattern, Select, Text,
};
use crate::vocabulary::Candidate;

/// Records of a similar name that are looked at. Sorted by name, the one called just so is among the first.
pub(super) const MOST_SIMILAR: u32 = 50;
/// Characters of a name that is looked for: nearly every name has some letter in it.
pub(super) const SHORTEST_NAME: usize = 2;
/// Candidates in an answer.
pub(super) const MOST_CANDIDATES: usize = 10;
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
pub(super) fn is_meant_as_id(said: &str, reason: &IdError) -> bool {
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

/// A query for what tells the records of a condition apart.
pub(super) fn telling(
    session: &Session<'_>,
    object: &ObjectName,
    (condition, limit): (Condition, u32),
) -> Result<Select, Stuck> {
    let fields = FieldList::new(names::telling(session, object)?).ok_or_else(|| Error::input("no field to read"))?;
    let mut select = Select::new(fields, object.clone());
    select.condition = Some(condition);
    select.order_by = if limit > 1 { by_name(session, object)? } else { Vec::new() };
    select.limit = Some(limit);
    Ok(select)
}

/// The records a reference may mean, with what tells them apart.
pub(super) fn records(session: &Session<'_>, target: &Target) -> Result<Vec<Record>, Error> {
    session.planned(
        || telling(session, &target.object, condition(session, target)?),
        |select| Ok(session.query(select, usize::MAX)?.records),
    )
}

/// A query for records of one object whose name, number or e-mail address is like a text.
pub(super) fn named_like(
    session: &Session<'_>,
    object: &ObjectName,
    columns: &[FieldPath],
    text: &str,
    argument: &str,
    limit: u32,
) -> Result<Select, Stuck> {
    let fields = FieldList::new(std::iter::once(names::ID).chain(columns.iter().cloned()))
        .ok_or_else(|| Error::input("no field to read"))?;
    let mut select = Select::new(fields, object.clone());
    select.condition = Some(like(session, object, text, argument)?);
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
    let pattern = pattern(text, argument)?;
    let name = names::name_of(session, object)?;
    let mut any = vec![Condition::Like { field: name.clone(), pattern: pattern.clone() }];
    let schema = session.schema(object)?;
    if let Some(subject) = schema.field("Subject").filter(|field| field.name != name.as_str()) {
        any.push(Condition::Like { field: names::path(&subject.name)?, pattern });
    }
    if let Some(email) = schema.field("Email").filter(|_| text.contains('@')) {
        let text = Text::new(text).map_err(|reason| too_long(argument, &reason))?;
        any.push(Condition::compare(names::path(&email.name)?, Comparison::Eq, text));
    }
    if schema.field("FirstName").is_some() && schema.field("LastName").is_some() {
        any.extend(other_first_name(text, argument)?);
        if let (Some((person, place)), Some(works_at)) = (text.split_once(AT), employer(&schema)) {
            let by_name = Condition::Like { field: name, pattern: self::pattern(person, argument)? };
            let is_called = Condition::any([by_name].into_iter().chain(other_first_name(person, argument)?));
            let there = Condition::Like { field: works_at, pattern: self::pattern(place, argument)? };
            any.extend(Condition::all(is_called.into_iter().chain([there])));
        }
    }
    Condition::any(any).ok_or_else(|| Error::input("no field to look in").into())
}

/// Between a person and where they work: "Bob at Acme".
const AT: &str = " at ";

/// The field that says where a person works.
fn employer(schema: &ObjectSchema) -> Option<FieldPath> {
    match schema.name.as_str() {
        "Contact" => Some(FieldPath::from_static("Account.Name")),
        "Lead" => Some(FieldPath::from_static("Company")),
        _ => None,
    }
}

/// The words of a text in their order, with anything between: "Acme renewal" finds "Acme - Renewal 2026".
pub(super) fn pattern(text: &str, argument: &str) -> Result<Pattern, Error> {
    let words = text.split_whitespace().map(|word| Pattern::exactly(word).map(|word| word.as_str().to_owned()));
    let words = words.collect::<Result<Vec<_>, _>>().map_err(|reason| too_long(argument, &reason))?;
    Pattern::parse(&format!("%{}%", words.join("%"))).map_err(|reason| too_long(argument, &reason))
}

fn too_long(argument: &str, reason: &LiteralError) -> Error {
    Error::field(argument, reason.to_string(), Vec::new())
}

/// Who is filed under another form of the first name: "Bob Stone" finds Robert Stone.
fn other_first_name(text: &str, argument: &str) -> Result<Option<Condition>, Error> {
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let others: Result<Vec<_>, _> = nicknames::of(first).map(|name| Text::new(name).map(Literal::from)).collect();
    let Some(values) = List::new(others.map_err(|reason| too_long(argument, &reason))?) else { return Ok(None) };
    let called = Condition::In { field: FieldPath::from_static("FirstName"), negated: false, values };
    if rest.trim().is_empty() {
        return Ok(Some(called));
    }
    let last = Condition::Like { field: FieldPath::from_static("LastName"), pattern: pattern(rest, argument)? };
    Ok(Condition::all([called, last]))
}

/// A record as a candidate, with how its name relates to what was said.
pub(super) type Ranked<'r> = (Said, Candidate, &'r Record);

/// Records as candidates, those called just so first.
pub(super) fn ranked<'r>(session: &Session<'_>, name: &str, records: &[(&ObjectName, &'r Record)]) -> Vec<Ranked<'r>> {
    by_rank(records.iter().filter_map(|(object, record)| {
        let candidate = candidate_of(session, object, record)?;
        let email = record.fields().text("Email").filter(|_| name.contains('@'));
        let said = Said::of(name, candidate.name.as_deref()).min(Said::of(name, email.as_deref()));
        Some((said as u32, (said, candidate, *record)))
    }))
}

/// How many of the records are called just so.
pub(super) fn exact(ranked: &[Ranked<'_>], records: &[(&ObjectName, &Record)]) -> usize {
    let whole = ranked.iter().filter(|(said, ..)| *said == Said::Whole);
    // They come by name, so that after the last one looked at there may be another of its name.
    let last_looked_at = |record: &Record| {
        records.chunk_by(|(one, _), (other, _)| one == other).any(|of_one_object| {
            of_one_object.len() >= MOST_SIMILAR as usize
                && of_one_object.last().is_some_and(|(_, last)| std::ptr::eq(*last, record))
        })
    };
    whole.map(|(_, _, record)| if last_looked_at(record) { 2 } else { 1 }).sum()
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
    let records: Vec<_> = records.iter().map(|record| (object, record)).collect();
    let ranked = ranked(session, name, &records);
    let exact = exact(&ranked, &records);
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
        let person = said.split_once(AT).map(|(person, _)| person.trim());
        match name.map(str::to_lowercase) {
            Some(name) if name == said || person == Some(&name) => Self::Whole,
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
        field: None,
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
