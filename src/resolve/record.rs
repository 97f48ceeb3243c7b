//! Which record is meant: by id, by link, or by a name that only one record fits. Never a guess.

use crate::error::Error;
use crate::id::{IdError, RecordId, standard_object};
use crate::known::{Known, PlanError};
use crate::lower::lower;
use crate::policy::Effect;
use crate::record::{Fields, Record};
use crate::reply::Values;
use crate::resolve::matching::{self, Fit, Interpretation, MIN_NAME_CHARS, NameMatch};
use crate::resolve::names;
use crate::resolve::nicknames;
use crate::resolve::{archive, person, shown};
use crate::schema::well_known::{CORE, ID, IS_ACTIVE, IS_CLOSED};
use crate::schema::{ObjectSchema, lookup};
use crate::soql::{
    Comparison, Condition, Direction, FieldList, FieldPath, List, Literal, LiteralError, Nulls, ObjectName, Order,
    Pattern, Select, Text,
};
use crate::sort::by_rank;
use crate::wit::Candidate;
use crate::within::{holds, trimmed};

/// Records of a similar name that are looked at. Sorted by name, the one that has exactly that name is among the first.
pub(crate) const MAX_SIMILAR: u32 = 50;
/// The most candidates in an answer: more than a person chooses among call for more of the name.
pub(crate) const MAX_CANDIDATES: usize = 10;
/// The most characters of one fact of a candidate, which tells it apart and is not there to be read.
pub(crate) const MAX_FACT_CHARS: usize = 120;

/// A record as somebody refers to it.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// Its object.
    pub(crate) object: ObjectName,
    /// How it is referred to.
    pub(crate) by: By,
}

/// How a record is referred to.
#[derive(Debug, Clone)]
pub(crate) enum By {
    /// By its id.
    Id(RecordId),
    /// By its name, or a part of it.
    Name(String),
}

/// Reads an id or a link to a record; none where it is a name.
pub(crate) fn id(argument: &str, input: &str) -> Result<Option<RecordId>, Error> {
    match RecordId::from_text(input) {
        Ok(id) => Ok(Some(id)),
        Err(reason) if is_meant_as_id(input, &reason) => Err(Error::argument(argument, reason.to_string())),
        Err(_) if input.chars().count() < MIN_NAME_CHARS => {
            let message = "say which record: its id, its link, or at least two characters of its name";
            Err(Error::argument(argument, message))
        }
        Err(_) => Ok(None),
    }
}

/// Reads a reference.
pub(crate) fn read(known: &Known, record: &str, object: Option<&str>) -> Result<Target, PlanError> {
    let input = trimmed(record);
    let id = id("record", input)?;
    let object = match object {
        Some(object) => names::object(known, object)?,
        None => match &id {
            Some(id) => names::object_of(known, id)?,
            None => {
                return Err(Error::argument(
                    "object",
                    format!("say in `object` what {input:?} is; only an id can go without"),
                )
                .allowing(CORE.map(str::to_owned).to_vec())
                .into());
            }
        },
    };
    let by = match id {
        None => By::Name(input.to_owned()),
        Some(id) => match (standard_object(id.prefix()), known.schema(&object)?.key_prefix.as_deref()) {
            // A word of 15 letters can look like an id; the object's own prefix tells.
            (None, Some(prefix)) if prefix != id.prefix() => By::Name(input.to_owned()),
            (Some(other), _) if !other.eq_ignore_ascii_case(object.as_str()) => {
                return Err(Error::argument("object", format!("the id {id} is one of {other}, not of {object}"))
                    .allowing(vec![other.to_owned()])
                    .into());
            }
            _ => By::Id(id),
        },
    };
    Ok(Target { object, by })
}

/// Whether a text that is no id was copied as one, so that no record is called so.
pub(crate) fn is_meant_as_id(input: &str, reason: &IdError) -> bool {
    match reason {
        // Words of 18 letters and digits are rare, and all but rare with a digit among the first three.
        IdError::Checksum(..) => input.bytes().take(3).any(|byte| byte.is_ascii_digit()),
        IdError::Site(_) | IdError::Link(_) => holds(input, "://"),
        _ => false,
    }
}

/// The condition a reference means, and how many records to look at. Looking for a name is reading: it tells which
/// records there are.
pub(crate) fn condition(known: &Known, target: &Target) -> Result<(Condition, u32), PlanError> {
    match &target.by {
        By::Id(id) => Ok((is(id), 1)),
        By::Name(name) => {
            known.allow_object(&target.object, Effect::ReadOnly).map_err(|error| {
                error
                    .with_context("so no name of one can be looked for: give the record's id, or ask the person for it")
            })?;
            Ok((like(known, &target.object, name, "record")?, MAX_SIMILAR))
        }
    }
}

/// The condition that a record is this one.
pub(crate) fn is(id: &RecordId) -> Condition {
    Condition::compare(ID, Comparison::Eq, *id)
}

/// The condition that a record is one of these; none if there are none.
pub(crate) fn is_any(ids: impl IntoIterator<Item = RecordId>) -> Option<Condition> {
    let values = List::new(ids.into_iter().map(Literal::from))?;
    Some(Condition::In { field: ID, negated: false, values })
}

/// A query for what tells the records of a condition apart.
pub(crate) fn candidate_query(
    known: &Known,
    object: &ObjectName,
    (condition, limit): (Condition, u32),
) -> Result<Select, PlanError> {
    let fields = FieldList::of(ID, names::distinguishing_columns(known, object)?);
    let mut select = Select::new(fields, object.clone());
    select.condition = Some(condition);
    archive::include_activities(&mut select);
    select.order_by = if limit > 1 { by_name(known, object)? } else { Vec::new() };
    select.limit = Some(limit);
    Ok(select)
}

/// A query for the records a reference may mean, with what tells them apart.
pub(crate) fn select(known: &Known, target: &Target) -> Result<Select, PlanError> {
    candidate_query(known, &target.object, condition(known, target)?)
}

/// Sorted by name, so that the record that has exactly that name comes before those whose names go on.
pub(crate) fn by_name(known: &Known, object: &ObjectName) -> Result<Vec<Order>, PlanError> {
    let name = names::name_of(known, object)?;
    Ok(vec![Order { field: name, direction: Direction::Ascending, nulls: Nulls::Last }])
}

/// The condition that a record's name, number, subject or e-mail address is like a text, or that a person goes by it.
pub(crate) fn like(known: &Known, object: &ObjectName, text: &str, argument: &str) -> Result<Condition, PlanError> {
    let schema = known.schema(object)?;
    if !names::have_names(known, object)? {
        let message = format!("{object} records have no name that could be looked for; give the record's id");
        return Err(names::denied(known, object, &schema, Error::argument(argument, message)));
    }
    let name = names::name_of(known, object)?;
    let mut any = Vec::new();
    for interpretation in interpretations(known, &schema, text) {
        if interpretation.is_whole_company(&schema.name) {
            let text = Text::new(&interpretation.text).map_err(|reason| too_long(argument, &reason))?;
            any.push(Condition::compare(name.clone(), Comparison::Eq, text));
        } else {
            any.extend(like_as(&schema, &name, &interpretation.text, argument)?);
        }
    }
    Condition::any(any).ok_or_else(|| Error::input("no field to look in").into())
}

/// The names that a text may give to a record of an object.
pub(crate) fn interpretations(known: &Known, schema: &ObjectSchema, text: &str) -> Vec<Interpretation> {
    matching::interpretations(text, &schema.name, &|word| {
        lookup::is_word_for(schema, word, &known.settings().vocabulary)
    })
}

/// The conditions by one interpretation of the text.
fn like_as(schema: &ObjectSchema, name: &FieldPath, text: &str, argument: &str) -> Result<Vec<Condition>, Error> {
    let mut any = vec![Condition::Like { field: name.clone(), pattern: pattern(text, argument)? }];
    if schema.has_field("Subject") && name.as_str() != "Subject" {
        any.push(Condition::Like { field: FieldPath::from_static("Subject"), pattern: pattern(text, argument)? });
    }
    for email in ["Email", "PersonEmail"] {
        if text.contains('@') && schema.has_field(email) {
            let text = Text::new(text).map_err(|reason| too_long(argument, &reason))?;
            any.push(Condition::compare(FieldPath::from_static(email), Comparison::Eq, text));
        }
    }
    if schema.has_field("FirstName") && schema.has_field("LastName") {
        any.extend(other_first_name(text, argument)?);
        if let ((person, Some(place)), Some(works_at)) = (matching::split(text), employer(schema)) {
            let mut is_called = vec![Condition::Like { field: name.clone(), pattern: pattern(person, argument)? }];
            is_called.extend(other_first_name(person, argument)?);
            let mut all = vec![Condition::Like { field: works_at, pattern: pattern(place, argument)? }];
            all.extend(Condition::any(is_called));
            any.extend(Condition::all(all));
        }
    }
    Ok(any)
}

/// The field that says where a person works.
fn employer(schema: &ObjectSchema) -> Option<FieldPath> {
    match schema.name.as_str() {
        "Contact" => Some(FieldPath::from_static("Account.Name")),
        "Lead" => Some(FieldPath::from_static("Company")),
        _ => None,
    }
}

/// The words of a text in their order, with anything between: "Acme renewal" finds "Acme - Renewal 2026".
pub(crate) fn pattern(text: &str, argument: &str) -> Result<Pattern, Error> {
    let words = text.split_whitespace().map(|word| Pattern::exactly(word).map(|word| word.as_str().to_owned()));
    let words = words.collect::<Result<Vec<_>, _>>().map_err(|reason| too_long(argument, &reason))?;
    Pattern::parse(&format!("%{}%", words.join("%"))).map_err(|reason| too_long(argument, &reason))
}

fn too_long(argument: &str, reason: &LiteralError) -> Error {
    Error::argument(argument, reason.to_string())
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
    Ok(Condition::all(vec![called, last]))
}

/// What was found for a name.
pub(crate) struct Resolution<'r> {
    /// The records that fit, best first.
    pub(crate) fit: Vec<(Fit, Candidate, &'r Record)>,
    /// The users of such a name who have left.
    pub(crate) inactive: Vec<Candidate>,
    /// Whether the first is meant: no other fits, or it does so well that what else was found can't be.
    pub(crate) is_settled: bool,
}

/// Chooses among what queries sorted by name have found in each object. A record whose name matches at least as closely
/// as `enough` is meant, if no other fits as well. Users who have left are set aside where only active ones will do.
pub(crate) fn resolve<'r>(
    known: &Known,
    name: &str,
    results: &'r [(ObjectName, Vec<Record>)],
    enough: NameMatch,
    active_only: bool,
) -> Resolution<'r> {
    let (mut fit, mut inactive) = (Vec::new(), Vec::new());
    let (mut all_seen, mut name_seen) = (true, true);
    for (object, records) in results {
        let mut last = None;
        let interpretations =
            known.schema(object).map(|schema| interpretations(known, &schema, name)).unwrap_or_default();
        let telling = Telling::of(known, object.clone());
        for record in records {
            let fields = record.fields();
            let candidate = telling.as_ref().and_then(|telling| telling.candidate(known, &fields));
            let Some(candidate) = candidate else { continue };
            last = candidate.name.as_ref().map(|name| lower(name));
            // Found as the account that it is as well, the contact is no other.
            let is_account = |account| results.iter().any(|(_, others)| names::of_id(others, account).is_some());
            if person::account_of(record).is_some_and(is_account) {
                continue;
            }
            if active_only
                && object.as_str() == "User"
                && fields.get(IS_ACTIVE.as_str()).is_some_and(|active| active.get() == "false")
            {
                inactive.push(candidate);
            } else if let Some(fits) =
                matching::fit(&interpretations, object.as_str(), candidate.name.as_deref(), &fields)
            {
                let score = matching::score(fits, name, candidate.name.as_deref(), &fields);
                fit.push((score.into(), (fits, candidate, record)));
            }
        }
        if records.len() >= MAX_SIMILAR as usize {
            all_seen = false;
            // After the last one that was looked at there may be another of its name.
            name_seen &= last.is_some_and(|last| last > lower(name));
        }
    }
    let mut fit = by_rank(fit);
    let Some(best) = fit.first().map(|(fits, ..)| *fits) else {
        return Resolution { fit, inactive, is_settled: false };
    };
    let same = fit.iter().take_while(|(fits, ..)| fits.is_interpreted_as(best)).count();
    fit.truncate(same);
    let equals = fit.iter().filter(|(fits, ..)| *fits == best).count();
    let is_seen = all_seen || (best.is_perfect() && name_seen);
    let is_settled = is_seen && (fit.len() == 1 || (equals == 1 && best.is_at_least(enough)));
    Resolution { fit, inactive, is_settled }
}

/// The one record that is meant, or why there is none.
pub(crate) fn choose(known: &Known, target: &Target, records: Vec<Record>) -> Result<Record, Error> {
    let object = &target.object;
    let name = match &target.by {
        By::Id(id) => {
            return records.into_iter().next().ok_or_else(|| Error::not_found(no_such(object, id)));
        }
        By::Name(name) => name,
    };
    let results = [(object.clone(), records)];
    let found = resolve(known, name, &results, NameMatch::SameWords, false);
    match found.fit.first() {
        None => Err(Error::not_found(format!(
            "no {object} has a name like that; try a part of the name, another object, or salesforce_find"
        ))),
        Some((_, _, record)) if found.is_settled => Ok((*record).clone()),
        Some(_) => {
            let more = if results[0].1.len() >= MAX_SIMILAR as usize { "at least " } else { "" };
            let message = format!(
                "{more}{} {object} records fit that name; ask the person which is meant, then call again with its id",
                found.fit.len()
            );
            let candidates = found.fit.into_iter().map(|(_, candidate, _)| candidate).take(MAX_CANDIDATES).collect();
            Err(Error::ambiguous(message).with_candidates(candidates))
        }
    }
}

/// There is no record of an id.
pub(crate) fn no_such(object: &ObjectName, id: &RecordId) -> String {
    format!("there is no {object} with the id {id}, or the user may not see it")
}

/// A record as a candidate; absent if it does not say its object and id, or is of an object that may not be read.
pub(crate) fn candidate(known: &Known, record: &Record) -> Option<Candidate> {
    let fields = record.fields();
    Telling::of(known, ObjectName::parse(&fields.object()?).ok()?)?.candidate(known, &fields)
}

/// What tells the records of an object apart.
pub(crate) struct Telling {
    object: ObjectName,
    name: FieldPath,
    facts: Vec<FieldPath>,
}

impl Telling {
    /// Nothing of an object that may not be read.
    pub(crate) fn of(known: &Known, object: ObjectName) -> Option<Self> {
        if !known.may_read(&object) {
            return None;
        }
        let name = names::name_of(known, &object).ok()?;
        let mut facts = names::distinguishing_columns(known, &object).unwrap_or_default();
        facts.retain(|column| ![name.as_str(), "Id", IS_CLOSED.as_str()].contains(&column.as_str()));
        Some(Self { object, name, facts })
    }

    /// A record of the object; absent if it does not say its id.
    pub(crate) fn candidate(&self, known: &Known, fields: &Fields<'_>) -> Option<Candidate> {
        let facts = self.facts.iter().map(FieldPath::as_str).filter(|column| !person::is_no_fact(column, fields));
        Some(Candidate {
            object: self.object.to_string(),
            id: fields.text("Id")?,
            name: fields.text(self.name.as_str()),
            field: None,
            facts: shown::members(known, &self.object, fields, facts, false, &mut Values::cut_after(MAX_FACT_CHARS)),
        })
    }
}
