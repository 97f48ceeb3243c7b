//! Records named in lookups: owners, queues, accounts, contacts, any object's by its name. Never a guess.
//!
//! A `query` for each object that a name may be one of; all names of a call go in one composite request, with the
//! query that reads the record where there is one.

use super::target::{self, Said};
use super::{names, nicknames, value};
use crate::catalog::Effect;
use crate::error::Error;
use crate::id::RecordId;
use crate::json::{Json, Shape, quoted};
use crate::record::Record;
use crate::rest::Page;
use crate::schema::{Field, FieldType, ObjectSchema, columns};
use crate::session::{Session, Stuck};
use crate::soql::{Comparison, Condition, Direction, FieldPath, Nulls, ObjectName, Order, Select, Selection, Text};
use crate::vocabulary::Candidate;

/// Where to look when a lookup takes many objects: those people name most, first. Each costs a query.
const USUAL_TARGETS: [&str; 8] = ["User", "Group", "Account", "Contact", "Lead", "Opportunity", "Case", "Campaign"];
/// Objects to look in for one name.
const MOST_TARGETS: usize = 4;
/// Candidates in an answer, of all names together.
const MOST_CANDIDATES: usize = 10;
const IS_ACTIVE: FieldPath = FieldPath::from_static("IsActive");

/// A name that stands for a record, and the queries that find it.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// The field or argument it stands in.
    pub(super) place: String,
    name: String,
    looks: Vec<(ObjectName, Select)>,
}

/// The record a name stands for.
#[derive(Debug)]
pub(super) struct Found {
    /// The field or argument it goes in.
    pub(super) place: String,
    /// Its id.
    pub(super) id: RecordId,
    /// What it is called, as far as it is called anything.
    pub(super) called: Option<String>,
    /// What the name was taken for: says the id, and nothing out of the org.
    pub(super) notice: String,
}

/// The name in a lookup's value; none where the value is an id, is empty or belongs to another type of field.
fn wanted(session: &Session<'_>, field: &Field, json: &str) -> Result<Option<Wanted>, Stuck> {
    let Some(name) = name(field, json) else { return Ok(None) };
    let objects: Vec<ObjectName> = match &field.references[..] {
        [object] => vec![named_object(object)?],
        several => {
            let known = |object: &&str| several.iter().any(|target| target == object);
            let usual = USUAL_TARGETS.iter().filter(|object| known(object)).take(MOST_TARGETS);
            let mut objects: Vec<_> = usual.map(|object| ObjectName::from_static(object)).collect();
            if objects.is_empty() {
                objects = several.iter().take(MOST_TARGETS).map(|o| named_object(o)).collect::<Result<_, _>>()?;
            }
            // Of many, those the settings keep away are left out; a single one is refused by its name below.
            let may_read = |object: &ObjectName| session.allow_object(object, Effect::ReadOnly).is_ok();
            if objects.iter().any(may_read) {
                objects.retain(may_read);
            }
            objects
        }
    };
    among(session, &field.name, &name, &objects).map(Some)
}

/// The name in a lookup's value. What is an id, meant as one or too short for a name is left to who reads ids.
pub(super) fn name(field: &Field, json: &str) -> Option<String> {
    if field.field_type != FieldType::Reference || field.references.is_empty() {
        return None;
    }
    let Some(Shape::Text(text)) = Shape::of(json) else { return None };
    let text = text.trim();
    let is_name = match RecordId::from_text(text) {
        Ok(_) => false,
        Err(reason) => !target::is_meant_as_id(text, &reason) && text.chars().count() >= target::SHORTEST_NAME,
    };
    is_name.then(|| text.to_owned())
}

/// A name that may be one of these objects'.
pub(super) fn among(session: &Session<'_>, place: &str, name: &str, objects: &[ObjectName]) -> Result<Wanted, Stuck> {
    let mut looks = Vec::new();
    for object in objects {
        session.allow_object(object, Effect::ReadOnly)?;
        if names::name_of(session, object)? == names::ID {
            let message = format!("{place}: {object} records have no name to find them by; give the id");
            return Err(Error::field(place, message, Vec::new()).into());
        }
        looks.push((object.clone(), look(session, object, name, place)?));
    }
    Ok(Wanted { place: place.to_owned(), name: name.to_owned(), looks })
}

fn look(session: &Session<'_>, object: &ObjectName, name: &str, place: &str) -> Result<Select, Stuck> {
    let columns = names::telling(session, object)?;
    let mut select = target::named_like(session, object, &columns, name, place, target::MOST_SIMILAR)?;
    match object.as_str() {
        "User" => {
            // Who has left is looked at too, but last, so that it can be said.
            if let Selection::Records { fields, .. } = &mut select.selection {
                fields.add(IS_ACTIVE);
            }
            let active_first = Order { field: IS_ACTIVE, direction: Direction::Descending, nulls: Nulls::Last };
            select.order_by.insert(0, active_first);
        }
        // Of groups, only queues own records.
        // <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_group.htm>
        "Group" => {
            let queue = Text::new("Queue").map_err(|reason| Error::input(reason.to_string()))?;
            let is_queue = Condition::compare(FieldPath::from_static("Type"), Comparison::Eq, queue);
            select.condition = Condition::all(select.condition.into_iter().chain([is_queue]));
        }
        _ => {}
    }
    Ok(select)
}

/// The queries of all names, in order.
pub(super) fn selects(wanted: &[Wanted]) -> impl Iterator<Item = &Select> {
    wanted.iter().flat_map(|wanted| wanted.looks.iter().map(|(_, select)| select))
}

/// Finds the records of names, in one request.
pub(super) fn find(session: &Session<'_>, wanted: &[Wanted]) -> Result<Vec<Found>, Error> {
    let selects: Vec<_> = selects(wanted).collect();
    choose(session, wanted, session.query_all(&selects)?)
}

/// The record of each name, out of what the queries found; fails for all names at once that fit none or several.
pub(super) fn choose(
    session: &Session<'_>,
    wanted: &[Wanted],
    pages: impl IntoIterator<Item = Result<Page, Error>>,
) -> Result<Vec<Found>, Error> {
    let mut pages = pages.into_iter();
    let mut found = Vec::new();
    let mut unclear = Vec::new();
    for wanted in wanted {
        match wanted.choose(session, &wanted.records(&mut pages)?) {
            Ok(record) => found.push(record),
            Err(choice) => unclear.push((wanted, choice)),
        }
    }
    if unclear.is_empty() { Ok(found) } else { Err(unresolved(unclear)) }
}

/// Why a name stands for no one record.
struct Unclear {
    message: String,
    candidates: Vec<Candidate>,
    several: bool,
}

impl Wanted {
    /// The records found for the name, each with its object.
    fn records(
        &self,
        pages: &mut impl Iterator<Item = Result<Page, Error>>,
    ) -> Result<Vec<(ObjectName, Record)>, Error> {
        let mut records = Vec::new();
        let mut answered = false;
        let mut refused = None;
        for ((object, _), page) in self.looks.iter().zip(pages) {
            match page {
                Ok(page) => {
                    answered = true;
                    records.extend(page.records.into_iter().map(|record| (object.clone(), record)));
                }
                // One object of several may be hidden from the user.
                Err(Error::Refused { refusal, changed }) if refusal.names_unknown() => {
                    refused = Some(Error::Refused { refusal, changed });
                }
                Err(error) => return Err(error),
            }
        }
        match refused {
            Some(error) if !answered => Err(error),
            _ => Ok(records),
        }
    }

    fn choose(&self, session: &Session<'_>, records: &[(ObjectName, Record)]) -> Result<Found, Unclear> {
        let is_inactive =
            |record: &Record| record.fields().get(IS_ACTIVE.as_str()).is_some_and(|active| active.get() == "false");
        let (gone, records): (Vec<_>, Vec<_>) = records
            .iter()
            .map(|(object, record)| (object, record))
            .partition(|(object, record)| object.as_str() == "User" && is_inactive(record));
        let ranked = target::ranked(session, &self.name, &records);
        let exact = target::exact(&ranked, &records);
        let said = quoted(&self.name);
        let left_out = match gone.len() {
            0 => String::new(),
            1 => "; an inactive user of such a name was left out".to_owned(),
            count => format!("; {count} inactive users of such a name were left out"),
        };
        match ranked.as_slice() {
            [] if gone.is_empty() => {
                let looked: Vec<_> = self.looks.iter().map(|(object, _)| object.as_str()).collect();
                let message = format!("{}: no {} has a name like {said}", self.place, looked.join(" or "));
                Err(Unclear { message, candidates: Vec::new(), several: false })
            }
            [] => {
                let message = format!("{}: only inactive users have a name like {said}", self.place);
                let ranked = target::ranked(session, &self.name, &gone);
                Err(Unclear { message, candidates: candidates(ranked), several: false })
            }
            [(how, candidate, record), others @ ..] if others.is_empty() || exact == 1 => {
                let Ok(id) = names::id_of(record) else {
                    let message = format!("{}: the record came without its id", self.place);
                    return Err(Unclear { message, candidates: Vec::new(), several: false });
                };
                let others = match others.len() {
                    0 if *how == Said::Whole => String::new(),
                    0 => ", the only one that fits".to_owned(),
                    count => format!(", the one called just so; {count} more have that in their names"),
                };
                Ok(Found {
                    place: self.place.clone(),
                    id,
                    called: candidate.name.clone(),
                    notice: format!("{}: {said} was taken for {id}{others}{left_out}", self.place),
                })
            }
            many => {
                let count = many.len();
                let message = format!("{}: {count} records fit {said}{left_out}", self.place);
                Err(Unclear { message, candidates: candidates(ranked), several: true })
            }
        }
    }
}

fn candidates(ranked: Vec<target::Ranked<'_>>) -> Vec<Candidate> {
    ranked.into_iter().map(|(_, candidate, _)| candidate).collect()
}

fn unresolved(unclear: Vec<(&Wanted, Unclear)>) -> Error {
    let each = MOST_CANDIDATES.div_ceil(unclear.len());
    let several = unclear.iter().any(|(_, unclear)| unclear.several);
    let advice = if several {
        "ask the person which of the candidates is meant, then call again with its id"
    } else {
        "ask the person, or look with salesforce_find"
    };
    let mut fields = Vec::new();
    let mut messages = Vec::new();
    let mut all = Vec::new();
    for (wanted, Unclear { message, candidates, .. }) in unclear {
        messages.push(message);
        all.extend(candidates.into_iter().take(each).map(|mut candidate| {
            candidate.field = Some(wanted.place.clone());
            candidate
        }));
        fields.push(wanted.place.clone());
    }
    let message = format!("nothing was written: {}; {advice}", messages.join("; "));
    Error::Unresolved { message, fields, candidates: all, several }
}

/// The path to the name of the record a lookup points to, where it surely has one.
pub(super) fn name_path(field: &Field) -> Result<Option<FieldPath>, Error> {
    let path = match &field.relationship {
        Some(relationship) if field.is_polymorphic() => Some(format!("{relationship}.Name")),
        _ => columns::parent_name(field),
    };
    path.map(|path| names::path(&path)).transpose()
}

/// Whether the record a lookup points to goes by what was said: each word is one of its name, or a short form of it.
pub(super) fn goes_by(said: &str, called: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect()
    };
    let called = words(called);
    let said = words(said);
    let is_one =
        |word: &String| called.contains(word) || nicknames::of(word).any(|other| called.iter().any(|c| c == other));
    !said.is_empty() && said.iter().all(is_one)
}

/// A value to write, as JSON of its field's type, and what was repaired to get there. A name in a lookup is set aside
/// among the `wanted`, and stands for itself until its record is found.
pub(super) fn to_write(
    session: &Session<'_>,
    schema: &ObjectSchema,
    object: &ObjectName,
    field: &Field,
    json: &str,
    wanted: &mut Vec<Wanted>,
) -> Result<(String, Option<String>), Stuck> {
    if field.references == ["RecordType"]
        && let Some(name) = name(field, json)
    {
        // Describe lists them all.
        let schema = session.described(object)?;
        return record_type(&schema, field, &name).map_err(|error| names::denied(session, object, &schema, error));
    }
    if let Some(name) = self::wanted(session, field, json)? {
        wanted.push(name);
        return Ok((json.to_owned(), None));
    }
    value::to_write(field, json).map_err(|error| match error {
        error if field.is_limited() => names::denied(session, object, schema, error),
        error => error.into(),
    })
}

/// The record type of a name, among those the user may choose.
fn record_type(schema: &ObjectSchema, field: &Field, name: &str) -> Result<(String, Option<String>), Error> {
    let usable = || schema.record_types.iter().filter(|kind| kind.available && !kind.master);
    match usable().find(|kind| kind.name.to_lowercase() == name.to_lowercase()) {
        Some(kind) => {
            let note = format!("{}: {} was taken for {}", field.name, quoted(name), kind.id);
            Ok((quoted(&kind.id), Some(note)))
        }
        None => {
            let message = format!("{} is no record type of {} that the user may choose", quoted(name), schema.name);
            Err(Error::field(&field.name, message, usable().map(|kind| kind.name.clone()).collect()))
        }
    }
}

/// A JSON object of names by id; absent where there are none.
pub(super) fn by_id(names: impl IntoIterator<Item = (String, String)>) -> Option<String> {
    let mut members: Vec<String> = Vec::new();
    for (id, name) in names {
        let member = format!("{}:{}", quoted(&id), quoted(&name));
        if !members.contains(&member) {
            members.push(member);
        }
    }
    (!members.is_empty()).then(|| format!("{{{}}}", members.join(",")))
}

fn named_object(object: &str) -> Result<ObjectName, Error> {
    ObjectName::parse(object).map_err(|reason| Error::input(reason.to_string()))
}

/// The id that a value holds, if it holds one.
pub(super) fn id_in(value: Json<'_>) -> Option<RecordId> {
    RecordId::parse(&value.text()?).ok()
}

#[cfg(test)]
mod tests {
    use super::goes_by;

    #[test]
    fn a_record_goes_by_its_words_and_by_short_forms() {
        for said in ["Sam", "sam lee", "LEE", "Samuel Lee"] {
            assert!(goes_by(said, "Sam Lee"), "{said}");
        }
        for said in ["Samantha Fox", "Sa", "", "-", "Jane"] {
            assert!(!goes_by(said, "Sam Lee"), "{said}");
        }
    }
}
