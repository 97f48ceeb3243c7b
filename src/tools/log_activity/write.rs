//! Writing an activity and its follow-up: one request, all of it or nothing, with what else is at that time before and
//! what the org holds after.

use super::new::{CLOSED_STATUS, New, UNREAD, members};
use super::{KEEPS_NONE, MAX_SHOWN, OWNER, WHO};
use crate::calendar::{self, Span};
use crate::call::{Call, read_error, unsendable};
use crate::error::Error;
use crate::id::RecordId;
use crate::json::{Json, quoted};
use crate::known::Known;
use crate::record::{Fields, Record};
use crate::reply::Values;
use crate::resolve::lookup::Found;
use crate::rest::{Composite, Create, Part, Query, Retrieve, Which};
use crate::schema::well_known::{EMAIL, EVENT, NOTE_LINK};
use crate::soql::{
    Comparison, Condition, Direction, FieldList, FieldName, FieldPath, Nulls, ObjectName, Order, Select,
};
use crate::time::clock::Clock;
use crate::tools;
use crate::wit::{ActivityKind, Changed, LoggedActivity};
use crate::write::lost_response::{self, Recovery};
use crate::write::undo;

/// Writes all of it or nothing, and reads it back; nothing where it is written of an e-mail that the org does not keep.
pub(super) fn write(
    call: &Call<'_>,
    clock: &Clock,
    new: &[New],
    found: &[Found],
    notices: &mut Vec<String>,
) -> Result<Option<Vec<LoggedActivity>>, Error> {
    let fields = new.iter().map(|new| new.fields(call.known())).collect::<Result<Vec<_>, _>>()?;
    let times: Vec<Span> = new.iter().filter_map(|new| new.takes).collect();
    let mut taken = match times.is_empty() || !call.known().may_read(&EVENT) {
        true => None,
        false => Some(Query::new(&calendar::taken(clock, &times)?)),
    };
    let began = call.now();
    let (parts, held, clashing) = loop {
        let mut composite = Composite::all_or_none();
        // Before the writes, so that what is new is not among them.
        let clash = taken.as_ref().map(|taken| composite.add("clash", taken)).transpose().map_err(unsendable)?;
        let parts = compose(&mut composite, new, &fields, found)?;
        let answer = call.send_all(&composite);
        // A part that only reads undoes the others: nothing was written, and it goes without.
        if let (Ok(answer), Some(clash)) = (&answer, clash)
            && answer.is_refused(clash)
        {
            taken = None;
            continue;
        }
        if let (Ok(answer), [(_, retrieve, own), ..]) = (&answer, parts.as_slice())
            && *retrieve.object == EMAIL
            && own.iter().any(|part| answer.is_refused(*part))
            && answer.refusal().is_some_and(|refusal| KEEPS_NONE.iter().any(|code| refusal.is(code)))
        {
            return Ok(None);
        }
        // Where something else was refused, a record was halted and says why.
        let (mut held, mut clashing) = (Vec::new(), None);
        let read = answer.and_then(|answer| {
            for (_, retrieve, [_, part]) in &parts {
                held.push(answer.read(*part, retrieve).map_err(|error| read_error(error, true))?);
            }
            clashing = clash.zip(taken.as_ref()).and_then(|(part, taken)| answer.read(part, taken).ok());
            Ok(())
        });
        break (parts, read.map(|()| held), clashing.map(|page| page.records).unwrap_or_default());
    };
    let held = match held {
        Err(cause) if cause.outcome_unknown() => {
            notices.push("Salesforce did not answer, so what was to be written was looked for and found".to_owned());
            recover(call, &parts, began, cause)?
        }
        held => held?,
    };
    let owner = found.iter().find(|found| found.argument == OWNER).and_then(|owner| owner.candidate.name.as_deref());
    let owner = owner.map(quoted);
    let mut created = Vec::new();
    for ((new, retrieve, _), record) in parts.iter().zip(&held) {
        let mut logged = logged(call, clock, (new, retrieve), record, owner.as_deref(), notices)?;
        if let Some(time) = new.takes {
            logged.clashes =
                clashing.iter().filter_map(|event| calendar::clash(clock, &event.fields(), time)).collect();
        }
        created.push(logged);
    }
    if created.iter().any(|logged| !logged.clashes.is_empty()) {
        notices.push(
            "the user has other events at that time, which `clashes` names: ask whether that is meant".to_owned(),
        );
    }
    Ok(Some(created))
}

/// A record that is written, and the parts that write it and read it back.
type Written<'a> = (&'a New, Retrieve<'a>, [Part; 2]);

/// The parts that write and read back.
fn compose<'a>(
    composite: &mut Composite,
    new: &'a [New],
    fields: &'a [Vec<FieldName>],
    found: &[Found],
) -> Result<Vec<Written<'a>>, Error> {
    let status = quoted(CLOSED_STATUS);
    if new.iter().any(|new| new.values.iter().any(|(_, json)| *json == status)) {
        composite.add("status", &closed_status()?).map_err(unsendable)?;
    }
    let mut parts = Vec::new();
    for ((new, fields), [name, read]) in new.iter().zip(fields).zip([["activity", "held"], ["next", "next_held"]]) {
        let made = create(composite, name, new.object, &new.values)?;
        if new.kind == ActivityKind::Note {
            link(composite, found)?;
        }
        let retrieve = Retrieve { object: new.object, record: Which::CreatedBy(name), fields };
        let held = composite.add(read, &retrieve).map_err(unsendable)?;
        parts.push((new, retrieve, [made, held]));
    }
    Ok(parts)
}

/// What the org holds of an activity that was written.
fn logged(
    call: &Call<'_>,
    clock: &Clock,
    (new, retrieve): (&New, &Retrieve<'_>),
    record: &Record,
    owner: Option<&str>,
    notices: &mut Vec<String>,
) -> Result<LoggedActivity, Error> {
    let fields = record.fields();
    let id = fields.text("Id").and_then(|id| RecordId::parse(&id).ok());
    let id = id.ok_or_else(|| Error::unreadable("the activity came without its id", Changed::Unknown))?;
    let is_told = call.known().may_read(retrieve.object);
    let sent;
    let (fields, when) = if is_told {
        let held = new.held(&fields);
        if held != new.when {
            notices.push("the org changed a time; tell the person what `when` says".to_owned());
        }
        (fields, held)
    } else {
        let notice = Known::untold(retrieve.object);
        if !notices.contains(&notice) {
            notices.push(notice);
        }
        sent = new.json();
        (Fields::of(Json::trusted(&sent)), new.when)
    };
    let mut values = Values::cut_after(MAX_SHOWN);
    let is_email = *retrieve.object == EMAIL;
    let hidden = |field: &str| {
        ["Id", "StartDateTime", "ReminderDateTime", "ActivityDate"].contains(&field)
            || UNREAD.contains(&field)
            || (is_email && ["MessageDate", "IsClientManaged", "Status", "ParentId"].contains(&field))
    };
    let names: Vec<&str> = match is_told {
        true => retrieve.fields.iter().map(FieldName::as_str).collect(),
        // What the org looks up for itself is not what the call said.
        false => new.values.iter().filter(|(_, json)| *json != quoted(CLOSED_STATUS)).map(|(name, _)| *name).collect(),
    };
    let shown = names.into_iter().filter(|field| !hidden(field));
    let name = fields.text("Subject").or_else(|| fields.text("Title"));
    // Whose it is reads better by name.
    let owner = owner.filter(|_| new.values.iter().any(|(field, _)| *field == "OwnerId"));
    let shown = shown.filter(|field| *field != "OwnerId" || owner.is_none());
    let owner = owner.map(|owner| ("Owner.Name", Some(Json::trusted(owner))));
    let fields = values.object(shown.map(|field| (field, fields.get(field))).chain(owner));
    if let Some(notice) = values.notice().filter(|notice| !notices.contains(notice)) {
        notices.push(notice);
    }
    let mut undo =
        tools::is_on(call, "delete").then(|| undo::deletion(call.known(), retrieve.object, &[(id, name)])).flatten();
    if let Some(undo) = undo.as_mut().filter(|_| is_email) {
        let activity = "the activity that Salesforce made of the e-mail may stay: delete that too, by its ActivityId";
        undo.instructions = Some(activity.to_owned());
    }
    Ok(LoggedActivity {
        kind: new.kind,
        link: call.link(id.as_str()),
        id: id.to_string(),
        when: when.map(|when| clock.shown(when)),
        undo,
        clashes: Vec::new(),
        fields,
    })
}

/// After a write that may have happened: what it wrote, if all of it is there.
fn recover(call: &Call<'_>, parts: &[Written<'_>], began: i64, cause: Error) -> Result<Vec<Record>, Error> {
    let mut records = Vec::new();
    for (new, retrieve, _) in parts {
        let Ok(schema) = call.plan(retrieve.object, Known::schema) else { return Err(cause) };
        let values: Vec<_> =
            new.values.iter().filter_map(|(name, json)| Some((schema.field(name)?, json.as_str()))).collect();
        let read: Vec<FieldPath> = retrieve.fields.iter().cloned().map(FieldPath::from).collect();
        match lost_response::find_created(call, retrieve.object, &values, &read, began) {
            Recovery::One(_, record, _) => records.push(record),
            Recovery::Unsettled(found, candidates) => {
                return Err(cause.with_context(found).with_candidates(candidates));
            }
        }
    }
    Ok(records)
}

/// Relates the note to its records.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_contentdocumentlink.htm>
fn link(composite: &mut Composite, found: &[Found]) -> Result<(), Error> {
    for found in found.iter().filter(|found| found.argument != OWNER) {
        let values = [
            ("ContentDocumentId", quoted("@{activity.id}")),
            ("LinkedEntityId", quoted(found.id.as_str())),
            ("ShareType", quoted("V")),
        ];
        create(composite, if found.argument == WHO { "who_link" } else { "what_link" }, &NOTE_LINK, &values)?;
    }
    Ok(())
}

fn create(
    composite: &mut Composite,
    name: &'static str,
    object: &ObjectName,
    values: &[(&str, String)],
) -> Result<Part, Error> {
    let create = Create { object, values: members(values), allow_duplicate: false, assign: None };
    composite.add(name, &create).map_err(unsendable)
}

/// The closed status that is the org's own choice, or its first.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_taskstatus.htm>
fn closed_status() -> Result<Query, Error> {
    const FIELD: [FieldPath; 3] =
        [FieldPath::from_static("ApiName"), FieldPath::from_static("IsDefault"), FieldPath::from_static("SortOrder")];
    let [name, default, order] = FIELD;
    let mut select = Select::new(FieldList::from(name), ObjectName::from_static("TaskStatus"));
    select.condition = Some(Condition::compare(FieldPath::from_static("IsClosed"), Comparison::Eq, true));
    select.order_by = vec![
        Order { field: default, direction: Direction::Descending, nulls: Nulls::Last },
        Order { field: order, direction: Direction::Ascending, nulls: Nulls::Last },
    ];
    select.limit = Some(1);
    Ok(Query::new(&select))
}
