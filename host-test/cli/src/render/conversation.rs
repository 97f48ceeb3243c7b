//! Replies as a model reads them: each fact once, no space spent on looks, and nothing cut.
//!
//! What came out of the org never begins a line: it stands behind its name, or behind the space a row begins with. So it
//! can't pass for a line of ours, whatever it says.

use crate::exact::{Members, Value};
use salesforce_host::types::{Changed, Error};

use super::replies::*;
use super::{candidates_of, counted, how, instant, named, object, printable, quoted, visible};

/// Between the cells of a row. A space behind it makes one token with a word; one before would cost a byte more and no
/// token less.
const SEPARATOR: &str = "| ";

/// From so many rows on, what they all share is said once.
const MIN_ROWS_TO_SHARE: usize = 3;
/// Columns that name a record, where each row has another value.
const NAMES: [&str; 2] = ["Name", "CaseNumber"];
const ID: &str = "Id";
/// What ends a text that was cut.
const CUT: char = '…';

pub(super) fn laid_out(reply: Reply, keeps_ids: bool) -> String {
    match reply {
        Reply::Find(reply) => find(&reply),
        Reply::Get(reply) => get(&reply),
        Reply::Query(reply) => query(&reply, keeps_ids),
        Reply::Report(reply) => report(&reply, keeps_ids),
        Reply::Describe(reply) => describe(&reply),
        Reply::Activities(reply) => activities(&reply),
        Reply::WhoAmI(reply) => who_am_i(&reply),
        Reply::ReadFile(reply) => read_file(&reply),
        Reply::Create(reply) => create(&reply),
        Reply::LogActivity(reply) => log_activity(&reply),
        Reply::Update(reply) => update(&reply),
        Reply::ConvertLead(reply) => convert_lead(&reply),
        Reply::Delete(reply) => delete(&reply),
        Reply::Restore(reply) => restore(&reply),
        Reply::Approve(reply) => approve(&reply),
        Reply::SendEmail(reply) => send_email(&reply),
    }
}

// ---- the tools ----

/// What stands before the field that has the text which was looked for.
const FOUND_IN: &str = "found in";

fn find(reply: &FindReply) -> String {
    let mut text = Text::default();
    match (reply.candidates.len(), shared_object(&reply.candidates)) {
        (0, _) => text.line("No record fits."),
        (1, _) => text.line("One record fits:"),
        (many, Some(object)) => text.line(&format!("{many} {object} records fit, best first:")),
        (many, None) => text.line(&format!("{many} records fit, best first:")),
    }
    text.candidates(&reply.candidates, reply.candidates.len() > 1, FOUND_IN);
    text.notices(&reply.notices);
    text.0
}

fn get(reply: &GetReply) -> String {
    let mut text = Text::default();
    text.line(&format!("{} {}", reply.object, opened(&reply.link, &reply.id)));
    text.fields(&reply.fields, &Members::default());
    for related in &reply.related {
        let more = if related.complete { "" } else { ", and there are more" };
        let count = if related.rows.is_empty() { "none".to_owned() } else { related.rows.len().to_string() };
        text.line(&format!("{}: {count}{more}", printable(&related.name)));
        // What is over is not called again, unless for the rest of a text.
        let needs_id = |row: &Value| related.name != "ActivityHistories" || has_cut_text(row);
        text.rows(&related.columns, &related.rows, needs_id, false);
    }
    text.notices(&reply.notices);
    text.0
}

fn query(reply: &QueryReply, keeps_ids: bool) -> String {
    let mut text = Text::default();
    let count = reply.rows.len();
    let plural = if count == 1 { "" } else { "s" };
    let of = match (reply.total, reply.complete) {
        (Some(total), false) => format!(" of {total}"),
        (None, false) => ", and there are more".to_owned(),
        (Some(total), true) if usize::try_from(total) != Ok(count) => format!(" of {total}"),
        _ => String::new(),
    };
    match &reply.totals {
        Some(_) => text.line(&format!("{} records in {count} group{plural}{of}", reply.object)),
        None => text.line(&format!("{count} {} record{plural}{of}", reply.object)),
    }
    text.rows(&reply.columns, &reply.rows, |_| true, keeps_ids);
    if let Some(totals) = &reply.totals {
        text.line(&format!("In all: {}", facts(totals)));
    }
    text.notices(&reply.notices);
    text.details(reply.details.as_ref());
    if let Some(soql) = &reply.soql {
        text.line(&format!("Ran: {}", printable(soql)));
    }
    if let Some(cursor) = &reply.cursor {
        text.line(&format!("cursor: {}", shown(cursor, &[])));
    }
    text.0
}

fn report(reply: &ReportReply, keeps_ids: bool) -> String {
    let mut text = Text::default();
    match (&reply.link, reply.sources.as_slice()) {
        (Some(link), [Candidate { object, id, name, facts: known, field: None }]) => {
            let name = named(name.as_deref());
            text.line(&format!("{object}{name}: {} {}", counted(reply), opened(link, id)));
            if !known.0.is_empty() {
                text.line(&format!(" {}", facts(known)));
            }
        }
        (link, sources) => {
            let more = if reply.complete { "" } else { ", and there are more" };
            text.line(&format!("Reports and list views{more}:"));
            // Of either kind, the ids tell those apart that have one name.
            text.candidates(sources, true, "for");
            if let Some(link) = link {
                text.line(&format!("{}: {}", counted(reply), printable(link)));
            }
        }
    }
    let filters = reply.filters.iter().map(|ReportFilter { column, operator, value, added }| {
        let added = if *added { " (added)" } else { "" };
        let value = said(&Value::from(value.as_str()), &[';']);
        format!("{} {} {value}{added}", shown(column, &[';']), printable(operator))
    });
    if !reply.filters.is_empty() {
        text.line(&format!("Filtered: {}", filters.collect::<Vec<_>>().join("; ")));
    }
    if let Some(logic) = &reply.logic {
        text.line(&format!("Logic: {}", printable(logic)));
    }
    text.rows(&reply.columns, &reply.rows, |_| true, keeps_ids);
    if !reply.subtotals.is_empty() {
        text.line("Subtotals:");
        text.rows(&reply.columns, &reply.subtotals, |_| true, true);
    }
    if let Some(totals) = &reply.totals {
        text.line(&format!("In all: {}", facts(totals)));
    }
    text.notices(&reply.notices);
    text.0
}

fn describe(reply: &DescribeReply) -> String {
    let mut text = Text::default();
    text.objects(reply.object.as_slice());
    for FieldInfo { name, label, data_type, required, writable, length, values, references, help } in &reply.fields {
        let label = if label == name { String::new() } else { format!(" ({})", shown(label, &['(', ')'])) };
        let mut field = format!(" {name}{label}: {data_type}");
        let mut add = |word: &str| field.extend([", ", word]);
        if *required {
            add("required");
        }
        match writable {
            Writable::Yes => {}
            Writable::No => add("read only"),
            Writable::OnCreate => add("writable on create"),
            Writable::OnUpdate => add("writable on update"),
        }
        if let Some(length) = length {
            add(&format!("at most {length} characters"));
        }
        for (word, items) in [("to", references), ("one of", values)] {
            if !items.is_empty() {
                add(&format!("{word}: {}", listed(items)));
            }
        }
        if let Some(help) = help {
            add(&quoted(help));
        }
        text.line(&field);
    }
    text.objects(&reply.objects);
    text.notices(&reply.notices);
    text.0
}

fn activities(reply: &ActivitiesReply) -> String {
    let mut text = Text::default();
    let of = reply.record.as_ref().map(|record| format!(" of {}", settled(record))).unwrap_or_default();
    let plural = if reply.items.len() == 1 { "y" } else { "ies" };
    let more = if reply.complete { "" } else { ", and there are more" };
    text.line(&format!("{} activit{plural}{of}{more}", reply.items.len()));
    text.line(&format!("Now: {} ({})", printable(&reply.now), printable(&reply.zone)));
    let owner = shared(reply.items.iter().map(|item| item.owner.as_deref())).flatten();
    if let Some(owner) = owner {
        text.line(&format!("Owner of all: {}", shown(owner, &[])));
    }
    for item in &reply.items {
        text.line(&activity(item, reply, owner.is_some()));
    }
    text.notices(&reply.notices);
    text.0
}

/// One entry on a line: ` Sat 2026-05-09, call, Call, Completed, with Bob Stone`.
fn activity(item: &Activity, reply: &ActivitiesReply, is_owner_said: bool) -> String {
    let words = |text: &Option<String>| text.as_deref().map(|text| shown(text, &[',']));
    let after = |word: &str, text: &Option<String>| words(text).map(|text| format!("{word} {text}"));
    // Of a record's own timeline, most are with it or about it.
    let of = |id: &Option<String>| {
        id.as_deref().filter(|_| reply.record.is_none()).map(|id| format!(" ({})", printable(id)))
    };
    let side = |word: &str, name: &Option<String>, id: &Option<String>| {
        after(word, name).map(|said| said + &of(id).unwrap_or_default())
    };
    let parts = [
        words(&item.when),
        Some(item.kind.words().to_owned()),
        words(&item.subject),
        words(&item.status),
        item.overdue.then(|| "overdue".to_owned()),
        item.incoming.map(|incoming| super::way(incoming).to_owned()),
        after("from", &item.from),
        after("to", &item.to),
        // Of an e-mail, that may be who it is from or to.
        if item.who == item.from || item.who == item.to { None } else { side("with", &item.who, &item.who_id) },
        side("about", &item.what, &item.what_id),
        if is_owner_said { None } else { after("owner", &item.owner) },
        item.minutes.map(|minutes| format!("{minutes} min")),
        may_be_called(item, reply).then(|| shown(&item.id, &[','])),
        item.text.as_deref().map(quoted),
    ];
    format!(" {}", parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

/// Whether a next call may need an entry's id: it can still be done or moved, or its text was cut.
fn may_be_called(item: &Activity, reply: &ActivitiesReply) -> bool {
    // `Tue 2026-05-12 15:00` and `Tue 2026-05-12`: behind the weekday, texts are in the order of times.
    let day = |text: &str| text.split_once(' ').map(|(_, day)| day.to_owned());
    let is_past = item.when.as_deref().and_then(day).zip(day(&reply.now)).is_some_and(|(when, now)| when < now);
    let is_cut = item.text.as_deref().is_some_and(|text| text.ends_with(CUT));
    reply.record.is_none() || matches!(item.kind, EntryKind::Task | EntryKind::Approval) || is_cut || !is_past
}

fn who_am_i(reply: &WhoAmIReply) -> String {
    let mut text = Text::default();
    let user = super::user(&reply.user);
    text.line(&format!("User: {}", facts(&user)));
    text.line(&format!("Org: {}", facts(&super::org(&reply.org))));
    text.line(&format!("Now: {} ({})", printable(&reply.now), printable(&reply.zone)));
    let mut rights: Vec<(String, &[String])> = Vec::new();
    for (right, objects) in [("read", &reply.readable), ("create", &reply.creatable), ("change", &reply.editable)] {
        match rights.iter_mut().find(|(_, known)| known == objects) {
            Some((known, _)) => known.extend([", ", right]),
            None => rights.push((right.to_owned(), objects)),
        }
    }
    for (right, objects) in rights {
        let objects = if objects.is_empty() { "nothing".to_owned() } else { listed(objects) };
        text.line(&format!("May {right}: {objects}"));
    }
    if let Some(ApiCalls { left, allowed }) = &reply.api_calls {
        text.line(&format!("API calls of 24 hours: {left} of {allowed} left"));
    }
    text.notices(&reply.notices);
    text.0
}

fn create(reply: &CreateReply) -> String {
    let mut text = Text::default();
    let none = Members::default();
    let names = reply.names.as_ref().unwrap_or(&none);
    if reply.records.len() != 1 {
        text.line(&format!("Created: {} {} records", reply.records.len(), reply.object));
    }
    for record in &reply.records {
        match reply.records.len() {
            1 => text.line(&format!("Created: {} {}", reply.object, opened(&record.link, &record.id))),
            _ => text.line(&opened(&record.link, &record.id)),
        }
        text.fields(&record.fields, names);
    }
    text.other_names(names, reply.records.iter().flat_map(|record| &record.fields.0).map(|(_, value)| value));
    text.undo(Some(&reply.undo), reply.records.first().map_or("", |record| &record.id));
    text.notices_on(&reply.notices, &by_id(names));
    text.0
}

fn log_activity(reply: &LogActivityReply) -> String {
    let mut text = Text::default();
    let sides = [("With", &reply.who), ("About", &reply.what)];
    let is_side = |value: &Value| {
        sides.iter().any(|(_, side)| side.as_ref().is_some_and(|side| value.as_str() == Some(side.id.as_str())))
    };
    for activity in &reply.created {
        let when = activity.when.as_deref().map(|when| format!(", {}", printable(when))).unwrap_or_default();
        text.line(&format!("Logged: {}{when} {}", activity.kind.words(), opened(&activity.link, &activity.id)));
        for (name, value) in activity.fields.0.iter().filter(|(_, value)| !is_side(value)) {
            text.field(name, value, &Members::default());
        }
        for clash in &activity.clashes {
            text.line(&format!(" At the same time: {}", super::clash(clash)));
        }
        text.undo(activity.undo.as_ref(), &activity.id);
    }
    for (word, side) in sides {
        if let Some(side) = side {
            text.line(&format!("{word}: {}", settled(side)));
        }
    }
    if reply.created.iter().any(|activity| activity.when.is_some()) {
        text.line(&format!("Times: {}", printable(&reply.zone)));
    }
    let named = sides.iter().filter_map(|(_, side)| side.as_ref()).filter(|side| !side.id.is_empty());
    let named = named.filter_map(|side| Some((side.id.as_str(), quoted(side.name.as_deref()?))));
    text.notices_on(&reply.notices, &named.collect::<Vec<_>>());
    text.0
}

fn update(reply: &UpdateReply) -> String {
    let mut text = Text::default();
    let none = Members::default();
    let names = reply.names.as_ref().unwrap_or(&none);
    let (mut heading, mut indent) = (format!("Changed: {}", reply.object), " ");
    let is_one = reply.records.len() == 1;
    if !is_one {
        text.line(&format!("Changed: {} {} records", reply.records.len(), reply.object));
        (heading, indent) = (String::new(), "  ");
    }
    for record in &reply.records {
        let name = named(record.name.as_deref());
        text.line(&format!("{heading}{name} {}", opened(&record.link, &record.id)));
        for FieldChange { field, before, after } in &record.changes {
            let before =
                before.as_ref().map_or_else(|| "(not shown)".to_owned(), |value| known_as(value, names, &['→']));
            text.line(&format!("{indent}{field}: {before} → {}", known_as(after, names, &['→'])));
        }
    }
    let changes = reply.records.iter().flat_map(|record| &record.changes);
    text.other_names(names, changes.flat_map(|change| change.before.iter().chain([&change.after])));
    if reply.undo.as_ref().is_some_and(|undo| is_swap(undo, reply)) {
        text.line("Undo: swap the values");
    } else {
        let id = reply.records.first().filter(|_| is_one).map_or("", |record| &record.id);
        text.undo(reply.undo.as_ref(), id);
    }
    text.notices_on(&reply.notices, &by_id(names));
    text.details(reply.details.as_ref());
    text.0
}

/// Whether a call takes an update back that says what it found as what it wants, and the other way round.
fn is_swap(undo: &Undo, reply: &UpdateReply) -> bool {
    let Some(arguments) = &undo.arguments else { return false };
    if undo.tool.as_deref() != Some("salesforce_update") || undo.instructions.is_some() {
        return false;
    }
    match (&arguments.0[..], reply.records.as_slice()) {
        ([(name, Value::Array(undone))], records) if name == "records" && undone.len() == records.len() => undone
            .iter()
            .zip(records)
            .all(|(undone, record)| undone.as_object().is_some_and(|undone| swaps(undone, record))),
        (_, [record]) => swaps(arguments, record),
        _ => false,
    }
}

/// Whether the change of a record is taken back by its old values for its new ones.
fn swaps(undone: &Members, changed: &UpdatedRecord) -> bool {
    let [(record, id), (to, Value::Object(fields)), (expected, Value::Object(from))] = &undone.0[..] else {
        return false;
    };
    let is_swapped = |change: &FieldChange| {
        let before = change.before.as_ref().unwrap_or(&Value::Null);
        (fields.get(&change.field), from.get(&change.field)) == (Some(before), Some(&change.after))
    };
    (record.as_str(), id.as_str()) == ("record", Some(&changed.id))
        && (to.as_str(), expected.as_str()) == ("fields", "from")
        && (fields.0.len(), from.0.len()) == (changed.changes.len(), changed.changes.len())
        && changed.changes.iter().all(is_swapped)
}

fn convert_lead(reply: &ConvertLeadReply) -> String {
    let mut text = Text::default();
    text.line("Converted:");
    for record in &reply.records {
        let (name, how) = (named(record.name.as_deref()), how(record));
        text.line(&format!("{}{name}{how} {}", record.object, opened(&record.link, &record.id)));
        text.fields(&record.fields, &Members::default());
    }
    text.undo(Some(&reply.undo), "");
    let called = reply.records.iter().filter_map(|record| Some((record.id.as_str(), quoted(record.name.as_deref()?))));
    text.notices_on(&reply.notices, &called.collect::<Vec<_>>());
    text.0
}

fn delete(reply: &DeleteReply) -> String {
    let mut text = Text::default();
    for record in &reply.records {
        text.line(&format!("Deleted: {} {}{}", record.object, record.id, named(record.name.as_deref())));
        if !record.facts.0.is_empty() {
            text.line(&format!(" {}", facts(&record.facts)));
        }
    }
    text.line(&printable(&reply.recovery));
    let id = reply.records.first().filter(|_| reply.records.len() == 1).map_or("", |one| &one.id);
    text.undo(reply.undo.as_ref(), id);
    text.notices(&reply.notices);
    text.0
}

fn restore(reply: &RestoreReply) -> String {
    let mut text = Text::default();
    let name = named(reply.name.as_deref());
    text.line(&format!("Restored: {}{name} {}", reply.object, opened(&reply.link, &reply.id)));
    if !reply.facts.0.is_empty() {
        text.line(&format!(" {}", facts(&reply.facts)));
    }
    text.undo(reply.undo.as_ref(), &reply.id);
    text.notices(&reply.notices);
    text.0
}

fn approve(reply: &ApproveReply) -> String {
    let ApproveReply { object, id, link, decision, .. } = reply;
    let mut text = Text::default();
    let name = named(reply.name.as_deref());
    text.line(&format!("{}: {object}{name} {}{}", decision.words(), opened(link, id), super::stands(reply)));
    text.notices(&reply.notices);
    text.0
}

fn send_email(reply: &SendEmailReply) -> String {
    let mut text = Text::default();
    text.line(&super::sent(reply));
    for recipient in &reply.recipients {
        text.line(&format!(" {}", super::recipient(recipient)));
    }
    if let Some(id) = &reply.about_id {
        text.line(&format!("About{} {}", named(reply.about.as_deref()), printable(id)));
    }
    text.notices(&reply.notices);
    text.0
}

/// The text of a file stands in quotes, as one line.
fn read_file(reply: &ReadFileReply) -> String {
    let mut text = Text::default();
    text.line(&format!("{} {}", super::file(reply), opened(&reply.link, &reply.id)));
    if let Some(read) = &reply.text {
        text.line(&format!(" text: {}", quoted(read)));
    }
    text.notices(&reply.notices);
    text.0
}

/// An error of a tool, with what the org said quoted.
pub(super) fn error(error: &Error) -> String {
    let mut text = Text::default();
    // Whether anything was written stands at the end.
    let message = match error.changed {
        Changed::No => error.message.strip_prefix("nothing was written: ").unwrap_or(&error.message),
        _ => &error.message,
    };
    text.line(&format!("{}: {}", error.kind.name().replace('_', " "), printable(message)));
    // Its code says less than its words.
    if let Some(said) = error.org_message.as_deref().map(quoted).or(error.code.as_deref().map(printable)) {
        text.line(&format!("Salesforce says {said}"));
    }
    let current = error.current.as_ref().map(|current| object(&current.fields)).unwrap_or_default();
    // That a statement is wrong says where.
    let is_named = |field: &String| {
        names_whole(message, field) || field == "soql" || current.0.iter().any(|(name, _)| name == field)
    };
    let fields: Vec<String> = error.fields.iter().filter(|field| !is_named(field)).cloned().collect();
    for (title, items) in [("Fields", &fields), ("Possible", &error.allowed)] {
        if !items.is_empty() {
            text.line(&format!("{title}: {}", listed(items)));
        }
    }
    text.details(error.details.as_deref().map(object).as_ref());
    text.candidates(&candidates_of(error), false, "for");
    if let Some(current) = &error.current {
        text.line(&format!("Now: {} {}", current.object, opened(&current.link, &current.id)));
        text.fields(&object(&current.fields), &Members::default());
        let by = current.changed_by.as_deref().map(|name| format!(" by {}", quoted(name))).unwrap_or_default();
        let at = current.changed_at.as_deref().map(|at| format!(", {}", instant(at).unwrap_or_else(|| printable(at))));
        if current.changed_by.is_some() || at.is_some() {
            text.line(&format!("Last changed{by}{}", at.unwrap_or_default()));
        }
    }
    text.0
}

// ---- their parts ----

/// The lines so far.
#[derive(Default)]
struct Text(String);

impl Text {
    fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    fn notices(&mut self, notices: &[String]) {
        self.notices_on(notices, &[]);
    }

    /// The same, with records by the names the reply has for their ids.
    fn notices_on(&mut self, notices: &[String], names: &[(&str, String)]) {
        for notice in notices {
            let notice = names.iter().fold(printable(notice), |notice, (id, name)| notice.replace(id, name));
            self.line(&format!("Note: {notice}"));
        }
    }

    /// The org's words that a message or a notice speaks of, by field.
    fn details(&mut self, details: Option<&Members>) {
        for (name, words) in details.into_iter().flat_map(|details| &details.0) {
            let words: Vec<String> = match words {
                Value::Array(words) => words.iter().map(|word| cell(word, &[','])).collect(),
                word => vec![cell(word, &[','])],
            };
            self.line(&format!(" {}: {}", printable(name), words.join(", ")));
        }
    }

    fn fields(&mut self, fields: &Members, names: &Members) {
        fields.0.iter().for_each(|(name, value)| self.field(name, value, names));
    }

    fn field(&mut self, name: &str, value: &Value, names: &Members) {
        self.line(&format!(" {}: {}", printable(name), known_as(value, names, &[])));
    }

    /// Names of records that no value shown is the id of.
    fn other_names<'v>(&mut self, names: &Members, shown: impl Iterator<Item = &'v Value> + Clone) {
        for (id, name) in &names.0 {
            if !shown.clone().any(|value| value.as_str() == Some(id)) {
                self.line(&format!(" {}: {}", printable(id), said(name, &[])));
            }
        }
    }

    /// How to take a write back. A call that deletes what was just created says nothing the receipt has not said.
    fn undo(&mut self, undo: Option<&Undo>, id: &str) {
        let Some(Undo { tool, arguments, instructions }) = undo else { return };
        if let Some(tool) = tool {
            let record = |(name, value): &(String, Value)| name != "record" || value.as_str() == Some(id);
            let is_said = tool == "salesforce_delete" && arguments.iter().flat_map(|members| &members.0).all(record);
            let name = arguments.iter().flat_map(|members| &members.0).find(|(name, _)| name == "name");
            let arguments = match name {
                Some((_, name)) if is_said => format!(" of the record by the name {name}"),
                _ => arguments.as_ref().map(|arguments| format!(" {arguments}")).unwrap_or_default(),
            };
            self.line(&format!("Undo: {tool}{}", printable(&arguments)));
        }
        if let Some(instructions) = instructions {
            let instructions = printable(instructions);
            // The record is the one of this receipt, if there is only one.
            let instructions = if id.is_empty() { instructions } else { instructions.replace(id, "it") };
            self.line(&format!("Undo: {instructions}"));
        }
    }

    /// Objects with what the user may do to their records: all of it, unless it is said.
    fn objects(&mut self, objects: &[ObjectInfo]) {
        for ObjectInfo { name, label, creatable, editable } in objects {
            let label = if label == name { String::new() } else { format!(" ({})", shown(label, &['(', ')'])) };
            let rights = match (creatable, editable) {
                (true, true) => "",
                (true, false) => ": read, create",
                (false, true) => ": read, change",
                (false, false) => ": read",
            };
            self.line(&format!("{name}{label}{rights}"));
        }
    }

    /// Records that may be meant: a table where they are of one object.
    fn candidates(&mut self, candidates: &[Candidate], is_object_said: bool, by: &str) {
        match shared_object(candidates) {
            Some(object) if candidates.len() > 1 => {
                let field = shared(candidates.iter().map(|candidate| candidate.field.as_deref())).flatten();
                if !is_object_said {
                    let field = field.map(|field| format!(" {by} {field}")).unwrap_or_default();
                    self.line(&format!("{} {object} records{field}:", candidates.len()));
                }
                let (columns, rows) = compared(candidates, field.is_none() || by == FOUND_IN, by);
                self.rows(&columns, &rows, |_| true, true);
            }
            _ => {
                for Candidate { object, id, name, facts: known, field } in candidates {
                    let name = named(name.as_deref());
                    let field = field.as_deref().map(|field| format!(" {by} {field}")).unwrap_or_default();
                    let separator = if known.0.is_empty() { "" } else { ", " };
                    self.line(&format!(" {object} {id}{name}{field}{separator}{}", facts(known)));
                }
            }
        }
    }

    /// Rows below their columns. What all rows share is said once. Ids are left out of rows that need none, and of all
    /// where another column names each, unless they are kept.
    fn rows(&mut self, columns: &[String], rows: &[Value], needs_id: impl Fn(&Value) -> bool, keeps_ids: bool) {
        if rows.is_empty() {
            return;
        }
        let mut columns: Vec<Column<'_>> =
            columns.iter().enumerate().map(|(at, name)| Column::new(name, at, rows)).collect();
        for ids in columns.iter_mut().filter(|column| column.name == ID) {
            ids.cells.iter_mut().zip(rows).filter(|(_, row)| !needs_id(row)).for_each(|(id, _)| id.clear());
        }
        let is_named = columns.iter().any(|column| NAMES.contains(&column.name) && column.tells_apart());
        let is_needed = |column: &&Column<'_>| keeps_ids || column.name != ID || !is_named;
        let (empty, filled): (Vec<_>, Vec<_>) = columns.iter().filter(is_needed).partition(|column| column.is_empty());
        let empty: Vec<_> = empty.into_iter().filter(|column| column.name != ID).collect();
        let is_shared = |column: &&Column<'_>| rows.len() >= MIN_ROWS_TO_SHARE && column.shared().is_some();
        let (mut same, mut differing): (Vec<_>, Vec<_>) = filled.into_iter().partition(is_shared);
        if differing.is_empty() && !same.is_empty() {
            // Somebody has to be on the lines.
            differing.push(same.remove(0));
        }
        if !differing.is_empty() {
            self.line(&differing.iter().map(|column| printable(column.name)).collect::<Vec<_>>().join(SEPARATOR));
            for row in 0..rows.len() {
                let cells = differing.iter().map(|column| column.cells[row].as_str()).collect::<Vec<_>>();
                self.line(format!(" {}", cells.join(SEPARATOR)).trim_end());
            }
        }
        if !same.is_empty() {
            let same =
                same.iter().filter_map(|column| Some(format!("{}: {}", printable(column.name), column.shared()?)));
            self.line(&format!("In all rows: {}", same.collect::<Vec<_>>().join(SEPARATOR)));
        }
        if !empty.is_empty() {
            let empty: Vec<_> = empty.iter().map(|column| printable(column.name)).collect();
            self.line(&format!("Empty: {}", empty.join(", ")));
        }
    }
}

struct Column<'c> {
    name: &'c str,
    cells: Vec<String>,
}

impl<'c> Column<'c> {
    fn new(name: &'c str, at: usize, rows: &[Value]) -> Self {
        let is_share = name.starts_with("share of ");
        let cells = rows.iter().map(|row| match row.item(at).unwrap_or(&Value::Null) {
            Value::Number(number) if is_share => percent(number),
            value => cell(value, &['|']),
        });
        Self { name, cells: cells.collect() }
    }

    fn is_empty(&self) -> bool {
        self.cells.iter().all(String::is_empty)
    }

    /// What stands in each row, if it is the same.
    fn shared(&self) -> Option<&str> {
        shared(self.cells.iter().map(String::as_str))
    }

    /// Whether each row has a value of its own.
    fn tells_apart(&self) -> bool {
        let mut cells: Vec<&String> = self.cells.iter().collect();
        cells.sort();
        cells.windows(2).all(|pair| pair[0] != pair[1]) && cells.iter().all(|cell| !cell.is_empty())
    }
}

/// Whether a text of a row was cut.
fn has_cut_text(row: &Value) -> bool {
    row.as_array().into_iter().flatten().filter_map(Value::as_str).any(|text| text.ends_with(CUT))
}

/// Whether a message has a name as a word of its own, and not as a part of a longer one or of a path.
fn names_whole(message: &str, name: &str) -> bool {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    message.match_indices(name).any(|(at, _)| {
        let (before, after) = (&message[..at], &message[at + name.len()..]);
        let is_path = after.strip_prefix('.').is_some_and(|rest| rest.starts_with(is_word));
        !before.ends_with(is_word) && !before.ends_with('.') && !after.starts_with(is_word) && !is_path
    })
}

/// Ids with the names of their records, as a sentence says them.
fn by_id(names: &Members) -> Vec<(&str, String)> {
    let named = names.0.iter().filter(|(id, _)| !id.is_empty());
    named.filter_map(|(id, name)| Some((id.as_str(), quoted(name.as_str()?)))).collect()
}

/// What all have in common.
fn shared<T: PartialEq>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next()?;
    items.all(|item| item == first).then_some(first)
}

/// The object of all candidates.
fn shared_object(candidates: &[Candidate]) -> Option<&str> {
    shared(candidates.iter().map(|candidate| candidate.object.as_str()))
}

/// Candidates of one object as columns and rows.
fn compared(candidates: &[Candidate], may_differ_in_field: bool, by: &str) -> (Vec<String>, Vec<Value>) {
    let mut columns = vec![ID.to_owned(), "Name".to_owned()];
    let has_field = may_differ_in_field && candidates.iter().any(|candidate| candidate.field.is_some());
    if has_field {
        columns.push(if by == FOUND_IN { "Found in" } else { "For" }.to_owned());
    }
    let before = columns.len();
    for (name, _) in candidates.iter().flat_map(|candidate| &candidate.facts.0) {
        if !columns[before..].contains(name) {
            columns.push(name.clone());
        }
    }
    let rows = candidates.iter().map(|Candidate { id, name, facts, field, .. }| {
        let fact = |wanted: &String| {
            let known = facts.0.iter().find(|(name, _)| name == wanted);
            known.map_or(Value::Null, |(_, value)| value.clone())
        };
        let mut row = vec![Value::from(id.as_str()), Value::from(name.clone())];
        row.extend(has_field.then(|| Value::from(field.clone())));
        row.extend(columns[before..].iter().map(fact));
        Value::Array(row)
    });
    let rows = rows.collect();
    (columns, rows)
}

/// A record that was settled on: what it is called, and its id behind.
fn settled(candidate: &Candidate) -> String {
    format!("{}{} ({})", candidate.object, named(candidate.name.as_deref()), candidate.id)
}

/// Where a person opens a record, with its id in it.
fn opened(link: &str, id: &str) -> String {
    if link.contains(id) { printable(link) } else { format!("{id} {}", printable(link)) }
}

/// `City: Berlin, Owner: Riley Reyes`
fn facts(members: &Members) -> String {
    let facts = members.0.iter().map(|(name, value)| format!("{}: {}", printable(name), said(value, &[','])));
    facts.collect::<Vec<_>>().join(", ")
}

/// `Hot, Warm, Cold`
fn listed(items: &[String]) -> String {
    items.iter().map(|item| shown(item, &[','])).collect::<Vec<_>>().join(", ")
}

/// A value, with the name of the record that it is the id of.
fn known_as(value: &Value, names: &Members, between: &[char]) -> String {
    let name = value.as_str().and_then(|id| names.0.iter().find(|(known, _)| known == id));
    match name {
        Some((id, name)) => format!("{} ({id})", said(name, between)),
        None => said(value, between),
    }
}

/// A value that may be empty.
fn said(value: &Value, between: &[char]) -> String {
    let cell = cell(value, between);
    if cell.is_empty() { "(empty)".to_owned() } else { cell }
}

/// A value; nothing where there is none.
fn cell(value: &Value, between: &[char]) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => as_written(number),
        Value::String(text) if text.is_empty() => String::new(),
        Value::String(text) => instant(text).unwrap_or_else(|| shown(text, between)),
        Value::Array(items) => items.iter().map(|item| child(item, between)).collect::<Vec<_>>().join("; "),
        other => printable(&other.to_string()),
    }
}

/// A child record in its parent's row: `Name: Bob, Title: Buyer`.
fn child(item: &Value, between: &[char]) -> String {
    let between = [between, &[',', ';']].concat();
    match item {
        Value::Object(members) => members
            .0
            .iter()
            .map(|(name, value)| format!("{name}: {}", said(value, &between)))
            .collect::<Vec<_>>()
            .join(", "),
        other => said(other, &between),
    }
}

/// A text, in quotes where it could be taken for something else: it holds what stands between two such texts, or what
/// no line shows, begins as a quoted text does, ends later or earlier than it seems to, or is a word of ours.
fn shown(text: &str, between: &[char]) -> String {
    const OURS: [&str; 4] = ["", "(empty)", "(not shown)", "none"];
    let is_doubtful = text.contains(between)
        || text.starts_with('"')
        || text.trim() != text
        || text.contains("  ")
        || text.chars().any(|character| visible(character) != character)
        || OURS.contains(&text);
    if is_doubtful { quoted(text) } else { text.to_owned() }
}

/// `120000` for 120000.0, and every digit of a longer one.
fn as_written(number: &str) -> String {
    if !number.contains(['e', 'E']) {
        let whole = number.split_once('.').map(|(whole, fraction)| (whole, fraction.trim_end_matches('0')));
        return match whole {
            Some((whole, "")) => whole.to_owned(),
            Some((whole, fraction)) => format!("{whole}.{fraction}"),
            None => number.to_owned(),
        };
    }
    // Above that, not every whole number is one of these.
    const MAX_EXACT: f64 = 9_007_199_254_740_992.0;
    match number.parse::<f64>() {
        Ok(whole) if whole.fract() == 0.0 && whole.abs() < MAX_EXACT => format!("{whole:.0}"),
        _ => number.to_owned(),
    }
}

/// `28.57%` for 0.2857
fn percent(share: &str) -> String {
    let Ok(share) = share.parse::<f64>() else { return share.to_owned() };
    let text = format!("{:.2}", share * 100.0);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}
