//! Records that a write refers to by name: owners, queues, accounts, contacts, any object's. Never a guess.
//!
//! A query for each object that a name may be one of, and the choice among what those queries find.

use crate::error::Error;
use crate::id::RecordId;
use crate::json::{Json, Object, Shape, quoted};
use crate::known::{Known, PlanError};
use crate::lower::lower;
use crate::policy::Effect;
use crate::record::Record;
use crate::resolve::matching::NameMatch;
use crate::resolve::names;
use crate::resolve::price_book::{self, BOOK, DEAL};
use crate::resolve::record::{self, By};
use crate::schema::person::{self, ACCOUNT_ID, IS_PERSON};
use crate::schema::well_known::{BUSINESS, ID, IS_ACTIVE, LOOKUP_TARGETS, PEOPLE};
use crate::schema::{Field, FieldType, Source, columns};
use crate::soql::{Comparison, Condition, Direction, FieldPath, Nulls, ObjectName, Order, Select, Text};
use crate::wit::Candidate;

/// The most objects that one name is looked for in: each is a query of its own, and a request takes five of them.
const MAX_TARGETS: usize = 4;
/// The most candidates in an answer, of all its unclear names together: a person chooses among them.
const MAX_CANDIDATES: usize = 10;

/// What stands for a record, and the queries that find it.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// The field or argument it stands in.
    pub(crate) argument: String,
    by: By,
    /// None for an id that stands for itself.
    queries: Vec<(ObjectName, Select)>,
    /// The object of such an id: its records may not be read.
    unread: Option<ObjectName>,
    /// What is said of the external id that it was found by.
    key: Option<String>,
    /// How closely a name has to match, to be taken though others fit as well.
    enough: NameMatch,
}

/// The record that is meant.
#[derive(Debug)]
pub(crate) struct Found {
    /// The field or argument it goes in.
    pub(crate) argument: String,
    /// Its id.
    pub(crate) id: RecordId,
    /// The record.
    pub(crate) candidate: Candidate,
    /// The record as it was read; none of what may not be read.
    pub(crate) record: Option<Record>,
    /// What the name was taken for: says the id, and nothing out of the org. None where the id or the whole name was given.
    pub(crate) notice: Option<String>,
    /// Whether what was said is only a part of its name.
    by_part: bool,
    /// The company it belongs to; an account is its own.
    company: Option<String>,
}

/// The place among the `wanted` of the name in a lookup's value, which is added unless it is there; none where the value
/// is an id, is empty, means the user, or belongs to another type of field.
pub(crate) fn want(
    known: &Known,
    field: &Field,
    json: &str,
    wanted: &mut Vec<Wanted>,
) -> Result<Option<usize>, PlanError> {
    let Some(name) = name(field, json).filter(|_| field.references != ["RecordType"] && !is_me(field, json)) else {
        return Ok(None);
    };
    let is_same = |one: &Wanted| one.argument == field.name && one.name() == Some(&name);
    if let Some(place) = wanted.iter().position(is_same) {
        return Ok(Some(place));
    }
    let targets = || field.references.iter().map(String::as_str);
    let usual = LOOKUP_TARGETS.into_iter().filter(|object| targets().any(|target| target == *object));
    let mut objects: Vec<_> = usual.take(MAX_TARGETS).map(ObjectName::from_static).collect();
    if objects.is_empty() {
        for object in targets().take(MAX_TARGETS) {
            objects.push(ObjectName::parse(object)?);
        }
    }
    wanted.push(among(known, &field.name, By::Name(name), objects, NameMatch::SameWords)?);
    Ok(Some(wanted.len() - 1))
}

/// The name in a lookup's value. What is an id, meant as one or too short for a name is left to who reads ids.
pub(crate) fn name(field: &Field, json: &str) -> Option<String> {
    if field.field_type != FieldType::Reference || field.references.is_empty() {
        return None;
    }
    let Some(Shape::Text(text)) = Shape::of(json) else { return None };
    let text = text.trim();
    matches!(record::id(&field.name, text), Ok(None)).then(|| text.to_owned())
}

/// Whether a value means the user, and the field it is for takes users.
pub(crate) fn is_me(field: &Field, json: &str) -> bool {
    let Some(input) = name(field, json) else { return false };
    ["me", "myself", "my"].iter().any(|me| input.eq_ignore_ascii_case(me))
        && field.references.iter().any(|object| object == "User")
}

/// The contact that an account of this id is; no account where the org has none that are persons.
pub(crate) fn person_of(known: &Known, argument: &str, account: RecordId) -> Result<Option<Wanted>, PlanError> {
    let object = ObjectName::from_static("Contact");
    if !known.description(&object)?.has_field(IS_PERSON) {
        return Ok(None);
    }
    let mut wanted = among(known, argument, By::Id(account), vec![object], NameMatch::Exact)?;
    for (_, select) in &mut wanted.queries {
        let is_of_account = Condition::compare(FieldPath::from_static(ACCOUNT_ID), Comparison::Eq, account);
        let is_person = Condition::compare(FieldPath::from_static(IS_PERSON), Comparison::Eq, true);
        select.condition = Condition::all(vec![is_of_account, is_person]);
    }
    Ok(Some(wanted))
}

/// What an argument says for a record of one object.
pub(crate) fn named(known: &Known, argument: &str, text: &str, object: ObjectName) -> Result<Wanted, PlanError> {
    let target = reference(known, [argument, argument], text, Some(object.as_str()))?;
    among(known, argument, target.by, vec![object], NameMatch::SameWords)
}

/// What an argument says for the record that something is about, of any object but people: those have another argument.
/// What a name alone is of is said by the second.
pub(crate) fn about(
    known: &Known,
    [argument, of, people]: [&str; 3],
    text: &str,
    object: Option<&str>,
) -> Result<Wanted, PlanError> {
    let is_any = object.is_none() && record::id(argument, text.trim())?.is_none();
    // A name without an object is read as an account's.
    let target = reference(known, [argument, of], text, if is_any { Some(BUSINESS[0]) } else { object })?;
    if PEOPLE.contains(&target.object.as_str()) {
        let message = ["people go in `", people, "`; `", argument, "` is the record it is about"].concat();
        return Err(Error::argument(argument, message).into());
    }
    let objects = if is_any { BUSINESS.map(ObjectName::from_static).to_vec() } else { vec![target.object] };
    among(known, argument, target.by, objects, NameMatch::SameWords)
}

/// Reads a reference in an argument, with errors about the record and its object as the tool calls those.
fn reference(
    known: &Known,
    [argument, of]: [&str; 2],
    text: &str,
    object: Option<&str>,
) -> Result<record::Target, PlanError> {
    record::read(known, text, object).map_err(|mut error| {
        if let PlanError::Failed(error) = &mut error {
            error.rename_argument("record", argument);
            error.rename_argument("object", of);
        }
        error
    })
}

/// What may be a record of these objects. Of many objects those the settings keep from being read are left out. Where
/// none is left, a name is refused, and an id is taken as it is.
pub(crate) fn among(
    known: &Known,
    argument: &str,
    by: By,
    mut objects: Vec<ObjectName>,
    enough: NameMatch,
) -> Result<Wanted, PlanError> {
    let may_read = |object: &ObjectName| known.may_read(object);
    if objects.iter().any(may_read) {
        objects.retain(may_read);
    } else if let (By::Id(_), Some(object)) = (&by, objects.first()) {
        // To write that it is this one, nothing has to be read of it.
        let unread = Some(object.clone());
        return Ok(Wanted { argument: argument.to_owned(), by, queries: Vec::new(), unread, key: None, enough });
    }
    objects.iter().try_for_each(|object| known.allow_object(object, Effect::ReadOnly))?;
    known.need_schemas(&objects)?;
    let mut queries = Vec::new();
    for object in objects {
        let select = match &by {
            By::Id(id) => record::candidate_query(known, &object, (record::is(id), 1))?,
            By::Name(name) => query_for(known, &object, name, argument)?,
        };
        queries.push((object, select));
    }
    Ok(Wanted { argument: argument.to_owned(), by, queries, unread: None, key: None, enough })
}

fn query_for(known: &Known, object: &ObjectName, name: &str, argument: &str) -> Result<Select, PlanError> {
    if names::name_of(known, object)? == ID {
        let message = format!("{argument}: {object} records have no name to find them by; give the id");
        return Err(Error::argument(argument, message).into());
    }
    let mut all = vec![record::like(known, object, name, argument)?];
    match object.as_str() {
        // Of groups, only queues own records.
        // <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_group.htm>
        "Group" => {
            let queue = Text::new("Queue").map_err(Error::from)?;
            all.push(Condition::compare(FieldPath::from_static("Type"), Comparison::Eq, queue));
        }
        // What became of a converted lead is a contact.
        "Lead" => all.push(Condition::compare(FieldPath::from_static("IsConverted"), Comparison::Eq, false)),
        price_book::ENTRY => all.extend(price_book::sold()),
        _ => {}
    }
    let condition = Condition::all(all).ok_or_else(|| Error::input("no name"))?;
    let mut select = record::candidate_query(known, object, (condition, record::MAX_SIMILAR))?;
    if object.as_str() == price_book::ENTRY {
        price_book::COLUMNS.into_iter().for_each(|column| select.add(column));
    }
    if object.as_str() == "User" {
        // Who has left is looked at too, but last, so that it can be said.
        let active_first = Order { field: IS_ACTIVE, direction: Direction::Descending, nulls: Nulls::Last };
        select.order_by.insert(0, active_first);
    }
    Ok(select)
}

/// Has the deal of a line item read where its product is given by name: the deal's price book says which entry is meant.
pub(crate) fn with_deal(known: &Known, deal: Option<&str>, wanted: &mut Vec<Wanted>) -> Result<(), PlanError> {
    if !wanted.iter().any(Wanted::is_entry) {
        return Ok(());
    }
    if let Some(id) = deal.and_then(|json| id_in(Json::parse(json).ok()?))
        && !wanted.iter().any(|one| one.argument == DEAL && matches!(one.by, By::Id(known) if known == id))
    {
        let objects = vec![ObjectName::from_static("Opportunity")];
        wanted.push(among(known, DEAL, By::Id(id), objects, NameMatch::SameWords)?);
    }
    // Nobody knows yet whether the user may see it, until the deal is described.
    wanted.iter_mut().filter(|one| one.argument == DEAL).try_for_each(|deal| deal.read(known, &[BOOK]))
}

/// Leaves of the entries of price books those of the book of the one deal. Where there are several deals, or the user may
/// not see which book it is, nobody can say here which entry is meant.
fn in_the_deals_book(known: &Known, wanted: &[Wanted], found: &mut [Vec<(ObjectName, Vec<Record>)>]) {
    let mut deals = wanted.iter().zip(&*found).filter(|(one, _)| one.argument == DEAL);
    let (Some((deal, records)), None) = (deals.next(), deals.next()) else { return };
    let Ok(deal) = deal.choose(known, records) else { return };
    let deal = records.iter().find_map(|(_, records)| names::of_id(records, deal.id));
    let Some(deal) = deal.filter(|deal| deal.fields().names().any(|name| name == BOOK.as_str())) else { return };
    let book = price_book::of(&deal);
    for (_, entries) in wanted.iter().zip(found).filter(|(one, _)| one.is_entry()) {
        entries.iter_mut().for_each(|(_, entries)| price_book::keep(entries, book));
    }
}

/// The queries of all names, in order.
pub(crate) fn selects(wanted: &[Wanted]) -> impl Iterator<Item = &Select> {
    wanted.iter().flat_map(|wanted| wanted.queries.iter().map(|(_, select)| select))
}

/// What a query found, or why it failed.
pub(crate) type Answer = Result<Vec<Record>, Error>;

/// The record of each name, out of what the queries found; fails for all names at once that fit none or several.
pub(crate) fn choose(known: &Known, wanted: &[Wanted], answers: Vec<Answer>) -> Result<Vec<Found>, Error> {
    let mut answers = answers.into_iter();
    let mut records = Vec::with_capacity(wanted.len());
    for wanted in wanted {
        records.push(wanted.records(answers.by_ref().take(wanted.queries.len()).collect())?);
    }
    in_the_deals_book(known, wanted, &mut records);
    let mut found = Vec::new();
    let mut unclear = Vec::new();
    for (wanted, records) in wanted.iter().zip(&records) {
        match wanted.choose(known, records) {
            Ok(record) => found.push(record),
            Err(choice) => unclear.push((wanted, choice)),
        }
    }
    let person = found.iter().find(|found| ["who", "WhoId"].contains(&&*found.argument));
    for (wanted, what) in wanted.iter().zip(&found) {
        if unclear.is_empty()
            && ["what", "WhatId"].contains(&&*what.argument)
            && person.is_some_and(|person| what.is_unlikely_with(person))
        {
            let message = format!(
                "{}: the only record that fits does so by a part of its name, and is of another account than the person",
                what.argument
            );
            unclear.push((wanted, Unclear { message, candidates: vec![what.candidate.clone()], several: true }));
        }
    }
    if unclear.is_empty() { Ok(found) } else { Err(unresolved(unclear)) }
}

impl Found {
    /// Whether its whole name was said, or its id.
    pub(crate) fn is_exact(&self) -> bool {
        !self.by_part
    }

    /// Whether a record that was found by a part of its name is of another company than the person.
    fn is_unlikely_with(&self, who: &Self) -> bool {
        // Of other objects nobody can say whose they are.
        let has_company = BUSINESS.contains(&self.candidate.object.as_str());
        // Of whom nothing may be read, nobody can say it either.
        self.by_part && has_company && who.candidate.name.is_some() && self.company != who.company
    }
}

/// The company a record belongs to, in lower case.
fn company(candidate: &Candidate, record: &Record) -> Option<String> {
    let fields = record.fields();
    let name = match candidate.object.as_str() {
        "Account" => candidate.name.clone(),
        _ => fields.text("Account.Name").or_else(|| fields.text("Company")),
    };
    name.map(|name| lower(&name))
}

/// A record of which nothing but its id is known.
fn nameless(object: &ObjectName, id: &RecordId) -> Candidate {
    let facts = "{}".to_owned();
    Candidate { object: object.to_string(), id: id.to_string(), name: None, facts, field: None }
}

/// Why a name stands for no one record.
struct Unclear {
    message: String,
    candidates: Vec<Candidate>,
    several: bool,
}

impl Wanted {
    /// The objects it is looked for in.
    pub(crate) fn objects(&self) -> impl Iterator<Item = &ObjectName> {
        self.queries.iter().map(|(object, _)| object)
    }

    /// Has more fields read of the record, as far as an object is known to have them.
    pub(crate) fn read(&mut self, known: &Known, fields: &[FieldPath]) -> Result<(), PlanError> {
        for (object, select) in &mut self.queries {
            let schema = known.schema(object)?;
            let is_there = |field: &&FieldPath| schema.source != Source::Described || schema.has_field(field.as_str());
            fields.iter().filter(is_there).for_each(|field| select.add(field.clone()));
        }
        Ok(())
    }

    /// Has read what tells whether a contact is a person account, now that the org is known to have them.
    pub(crate) fn read_person(&mut self, known: &Known) {
        for (object, select) in self.queries.iter_mut().filter(|(object, _)| object.as_str() == "Contact") {
            let Ok(schema) = known.schema(object) else { continue };
            person::columns(&schema).iter().for_each(|column| select.add(FieldPath::from_static(column)));
        }
    }

    /// Whether it is looked for among the entries of price books.
    fn is_entry(&self) -> bool {
        self.objects().any(|object| object.as_str() == price_book::ENTRY)
    }

    /// The name, if it is one.
    pub(crate) fn name(&self) -> Option<&str> {
        match &self.by {
            By::Name(name) => Some(name),
            By::Id(_) => None,
        }
    }

    /// Takes the record of an external id for the one that is meant.
    pub(crate) fn take(&mut self, id: RecordId) {
        let key = std::mem::replace(&mut self.by, By::Id(id));
        if let By::Name(key) = key {
            self.key = Some(format!("{}: {key:?} is the external id of {id}", self.argument));
        }
    }

    /// The records found for the name, by object.
    fn records(&self, answers: Vec<Answer>) -> Result<Vec<(ObjectName, Vec<Record>)>, Error> {
        let mut records = Vec::new();
        let mut refused = None;
        for ((object, _), answer) in self.queries.iter().zip(answers) {
            match answer {
                Ok(found) => records.push((object.clone(), found)),
                // One object of several may be hidden from the user.
                Err(error) if error.names_unknown() => refused = Some(error),
                Err(error) => return Err(error),
            }
        }
        match refused {
            Some(error) if records.is_empty() => Err(error),
            _ => Ok(records),
        }
    }

    fn choose(&self, known: &Known, results: &[(ObjectName, Vec<Record>)]) -> Result<Found, Unclear> {
        match &self.by {
            By::Id(id) => self.by_id(known, id, results),
            By::Name(name) => self.by_name(known, name, results),
        }
    }

    fn unclear(&self, message: &str, candidates: Vec<Candidate>, several: bool) -> Unclear {
        Unclear { message: format!("{}: {message}", self.argument), candidates, several }
    }

    fn by_id(&self, known: &Known, id: &RecordId, results: &[(ObjectName, Vec<Record>)]) -> Result<Found, Unclear> {
        let record = results.iter().flat_map(|(_, records)| records).next();
        let known = record.and_then(|record| Some((record::candidate(known, record)?, Some(record))));
        let Some((candidate, record)) = known.or_else(|| Some((nameless(self.unread.as_ref()?, id), None))) else {
            let none = self.queries.first().map(|(object, _)| record::no_such(object, id));
            return Err(self.unclear(&none.unwrap_or_default(), Vec::new(), false));
        };
        Ok(Found {
            argument: self.argument.clone(),
            // Of a person account, the contact's.
            id: RecordId::parse(&candidate.id).unwrap_or(*id),
            company: record.and_then(|record| company(&candidate, record)),
            record: record.cloned(),
            candidate,
            notice: self.key.clone(),
            by_part: false,
        })
    }

    fn by_name(&self, known: &Known, name: &str, results: &[(ObjectName, Vec<Record>)]) -> Result<Found, Unclear> {
        let input = quoted(name);
        let record::Resolution { fit, inactive, is_settled } = record::resolve(known, name, results, self.enough, true);
        let left_out = match inactive.len() {
            0 => String::new(),
            1 => "; an inactive user of such a name was left out".to_owned(),
            count => format!("; {count} inactive users of such a name were left out"),
        };
        let count = fit.len();
        match fit.into_iter() {
            mut fit if is_settled => {
                let Some((fits, candidate, record)) = fit.next() else {
                    return Err(self.unclear("nothing", inactive, false));
                };
                let Ok(id) = RecordId::parse(&candidate.id) else {
                    return Err(self.unclear("the record came without its id", Vec::new(), false));
                };
                let is_exact = fits.is_at_least(NameMatch::SameWords);
                let others = if count > 1 && !is_exact { format!(", the best of {count}") } else { String::new() };
                // Who was named exactly is in the receipt.
                let is_news = !is_exact || !inactive.is_empty();
                let notice = is_news.then(|| format!("{}: {input} is {id}{others}{left_out}", self.argument));
                let (company, by_part) = (company(&candidate, record), !is_exact);
                let record = Some(record.clone());
                Ok(Found { argument: self.argument.clone(), id, candidate, record, notice, by_part, company })
            }
            _ if count == 0 && inactive.is_empty() => {
                let objects: Vec<_> = self.queries.iter().map(|(object, _)| object.as_str()).collect();
                Err(self.unclear(&format!("no {} has a name like {input}", objects.join(" or ")), Vec::new(), false))
            }
            _ if count == 0 => {
                Err(self.unclear(&format!("only inactive users have a name like {input}"), inactive, false))
            }
            fit => {
                let candidates = fit.map(|(_, candidate, _)| candidate).collect();
                Err(self.unclear(&format!("{count} records fit {input}{left_out}"), candidates, true))
            }
        }
    }
}

fn unresolved(unclear: Vec<(&Wanted, Unclear)>) -> Error {
    let each = MAX_CANDIDATES.div_ceil(unclear.len());
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
            candidate.field = Some(wanted.argument.clone());
            candidate
        }));
        fields.push(wanted.argument.clone());
    }
    let message = format!("nothing was written: {}; {advice}", messages.join("; "));
    let error = if several { Error::ambiguous(message) } else { Error::not_found(message) };
    error.about(fields).with_candidates(all)
}

/// The path to the name of the record a lookup points to, where it surely has one.
pub(crate) fn name_path(field: &Field) -> Result<Option<FieldPath>, Error> {
    let path = match &field.relationship {
        Some(relationship) if field.is_polymorphic() => Some(format!("{relationship}.Name")),
        _ => columns::parent_name(field),
    };
    path.map(|path| names::path(&path)).transpose()
}

/// A JSON object of names by id; absent where there are none.
pub(crate) fn by_id(names: impl IntoIterator<Item = (String, String)>) -> Option<String> {
    let mut object = Object::default();
    let mut known: Vec<String> = Vec::new();
    for (id, name) in names {
        if !known.contains(&id) {
            object.text(&id, &name);
            known.push(id);
        }
    }
    (!object.is_empty()).then(|| object.finish())
}

/// The id that a value holds, if it holds one.
pub(crate) fn id_in(value: Json<'_>) -> Option<RecordId> {
    RecordId::parse(&value.text()?).ok()
}
