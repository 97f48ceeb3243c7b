//! `read_file`: the text of a file. One `query` of the file, or of the record with its files, then
//! `GET sobjects/ContentVersion/{id}/VersionData` or `GET sobjects/Attachment/{id}/Body`; one `GET` before where the file is
//! given by what links it to a record.
//!
//! Salesforce takes no text out of files, so only those are read that are text; of all others it is told what they are.

use crate::call::Call;
use crate::error::Error;
use crate::id::RecordId;
use crate::json::Json;
use crate::known::{Known, PlanError};
use crate::policy::Effect;
use crate::record::{Fields, Record};
use crate::reply::Values;
use crate::resolve::matching::NameMatch;
use crate::resolve::names;
use crate::resolve::record::{self, MAX_CANDIDATES, MAX_SIMILAR, Target};
use crate::resolve::related;
use crate::rest::{Content, Page, Retrieve, Which};
use crate::rich_text;
use crate::soql::{ChildSelect, FieldList, FieldName, FieldPath, ObjectName, Select, Selection};
use crate::wit::{Changed, ErrorKind, ReadFileArgs, ReadFileReply};

static DOCUMENT: ObjectName = ObjectName::from_static("ContentDocument");
static VERSION: ObjectName = ObjectName::from_static("ContentVersion");
static LINK: ObjectName = ObjectName::from_static("ContentDocumentLink");
/// A file of the old kind, which belongs to one record.
static ATTACHMENT: ObjectName = ObjectName::from_static("Attachment");

/// What the related lists of a record are called that hold its files.
const LINKS: &str = "ContentDocumentLinks";
const ATTACHMENTS: &str = "Attachments";

/// What is read of each: what it is called, what kind of file it is and how large.
const DOCUMENT_COLUMNS: [&str; 4] = ["Title", "FileExtension", "ContentSize", "LatestPublishedVersionId"];
const VERSION_COLUMNS: [&str; 3] = ["Title", "FileExtension", "ContentSize"];
const ATTACHMENT_COLUMNS: [&str; 3] = ["Name", "ContentType", "BodyLength"];

/// Endings of files that are text.
const TEXTS: [&str; 11] = ["txt", "text", "csv", "tsv", "json", "xml", "md", "vtt", "srt", "eml", "log"];
/// Endings of those that are read as what people see of them; the last is a note.
const PAGES: [&str; 3] = ["html", "htm", "snote"];

/// Bytes of a file that is read.
const MAX_BYTES: u32 = 1_000_000;
/// Characters of its text that are told.
const MAX_TEXT_CHARS: usize = 20_000;

/// Reads a file.
pub(super) fn read_file(call: &Call<'_>, args: ReadFileArgs) -> Result<ReadFileReply, Error> {
    let file = find(call, &args)?;
    let link = call.link(file.id.as_str());
    let mut reply = ReadFileReply {
        id: file.id.to_string(),
        link,
        name: file.name,
        file_type: file.kind,
        size: file.size,
        text: None,
        complete: false,
        notices: Vec::new(),
    };
    let kind = reply.file_type.as_deref().unwrap_or_default();
    let is_page = PAGES.contains(&kind) || kind == "text/html";
    if !is_page && !TEXTS.contains(&kind) && !kind.starts_with("text/") {
        reply.notices.push("this is no text file, so it is not read here: a person opens it by its link".to_owned());
        return Ok(reply);
    }
    if file.size > MAX_BYTES {
        reply.notices.push(TOO_LARGE.to_owned());
        return Ok(reply);
    }
    let bytes = match call.send(&Content { object: file.object, id: &file.version, size: file.size }) {
        Err(error) if error.is_too_large() => {
            reply.notices.push(TOO_LARGE.to_owned());
            return Ok(reply);
        }
        bytes => bytes?,
    };
    let text = String::from_utf8(bytes).map_err(|_| {
        let message = ["the file is not in UTF-8, so it can't be read here: a person opens it at ", &reply.link];
        Error::input("").explained(ErrorKind::Rejected, &message.concat()).about(vec!["file".to_owned()])
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut values = Values::cut_after(MAX_TEXT_CHARS);
    let text = if is_page { rich_text::to_text(text) } else { text.to_owned() };
    reply.text = Some(values.text(text));
    reply.notices.extend(values.notice());
    reply.complete = reply.notices.is_empty();
    Ok(reply)
}

const TOO_LARGE: &str = "the file is too large to be read here: a person opens it by its link";

/// A file, by what its record says.
struct File {
    /// The object that holds its bytes, and the record of it.
    object: &'static str,
    version: RecordId,
    /// The file as people open it.
    id: RecordId,
    name: Option<String>,
    /// How it ends, or its media type.
    kind: Option<String>,
    size: u32,
}

impl File {
    fn of(record: &Fields<'_>, object: &ObjectName) -> Result<Self, Error> {
        let id = |field| record.text(field).and_then(|id| RecordId::parse(&id).ok());
        let is_attachment = *object == ATTACHMENT;
        let name = record.text(if is_attachment { "Name" } else { "Title" });
        let number = record.get(if is_attachment { "BodyLength" } else { "ContentSize" });
        // Of an old one the name says it, as a rule.
        let ending = name.as_deref().filter(|_| is_attachment).and_then(|name| name.rsplit_once('.'));
        let ending = ending.map(|(_, ending)| ending.to_owned()).filter(|ending| is_text(&ending.to_ascii_lowercase()));
        let kind = ending.or_else(|| record.text(if is_attachment { "ContentType" } else { "FileExtension" }));
        let version = id(if *object == DOCUMENT { "LatestPublishedVersionId" } else { "Id" });
        let unreadable = || Error::unreadable("a file has another shape than documented", Changed::No);
        Ok(Self {
            object: if is_attachment { "Attachment" } else { "ContentVersion" },
            version: version.ok_or_else(unreadable)?,
            id: id("Id").ok_or_else(unreadable)?,
            kind: kind.map(|kind| kind.to_ascii_lowercase()),
            size: number.and_then(|size| size.get().parse().ok()).ok_or_else(unreadable)?,
            name,
        })
    }
}

fn is_text(ending: &str) -> bool {
    TEXTS.contains(&ending) || PAGES.contains(&ending)
}

/// The file that is meant.
fn find(call: &Call<'_>, args: &ReadFileArgs) -> Result<File, Error> {
    let known = call.known();
    let (mut id, mut object) = (record::id("file", args.file.trim())?, None);
    if let Some(given) = &id {
        object = match given.prefix() {
            "069" => Some(&DOCUMENT),
            "068" => Some(&VERSION),
            "00P" => Some(&ATTACHMENT),
            // What the related list of a record shows of its files.
            "06A" => {
                known.allow_object(&LINK, Effect::ReadOnly)?;
                let fields = [FieldName::from_static("ContentDocumentId")];
                let link = call.send(&Retrieve { object: &LINK, record: Which::Id(given), fields: &fields })?;
                id = link.fields().text("ContentDocumentId").and_then(|id| RecordId::parse(&id).ok());
                Some(&DOCUMENT)
            }
            _ => None,
        };
    }
    if let (Some(id), Some(object)) = (id, object) {
        allow(known, object)?;
        let columns = if *object == DOCUMENT {
            &DOCUMENT_COLUMNS[..]
        } else if *object == VERSION {
            &VERSION_COLUMNS
        } else {
            &ATTACHMENT_COLUMNS
        };
        let mut select = related::query(object, columns, vec![record::is(&id)], "Id", false, 0)?;
        select.order_by = Vec::new();
        let records = call.query(&select, 1)?.records;
        let found = records.first().ok_or_else(|| Error::not_found(record::no_such(object, &id)))?;
        return File::of(&found.fields(), object);
    }
    if args.record.is_none() {
        let message = "say in `record` of which record the file is, or give the file's id or link";
        return Err(Error::argument(if id.is_some() { "file" } else { "record" }, message));
    }
    of_record(call, args)
}

/// Reading a file is reading its version.
fn allow(known: &Known, object: &ObjectName) -> Result<(), Error> {
    known.allow_object(object, Effect::ReadOnly)?;
    if *object == DOCUMENT { known.allow_object(&VERSION, Effect::ReadOnly) } else { Ok(()) }
}

/// The file of a record that is called so.
fn of_record(call: &Call<'_>, args: &ReadFileArgs) -> Result<File, Error> {
    let known = call.known();
    let target = call.plan(args, |known, args| {
        let target = record::read(known, args.record.as_deref().unwrap_or_default(), args.object.as_deref())?;
        known.allow_object(&target.object, Effect::ReadOnly)?;
        names::check_queryable(known, &target.object)?;
        Ok(target)
    })?;
    let records = call.run(&target, plan, |select| Ok(call.query(&select, usize::MAX)?.records))?;
    let holder = record::choose(known, &target, records)?;
    let fields = holder.fields();
    let links = rows(&fields, LINKS)?;
    let documents = links.iter().filter_map(|link| link.fields().get("ContentDocument").map(Record::from)).collect();
    let files = [(DOCUMENT.clone(), documents), (ATTACHMENT.clone(), rows(&fields, ATTACHMENTS)?)];
    let name = args.file.trim();
    let called = |name| {
        let mut found = record::resolve(known, name, &files, NameMatch::SameWords, false);
        // No query has asked for the name: all files are here.
        found.fit.retain(|(fit, ..)| fit.is_by_name());
        found
    };
    let mut found = called(name);
    if let (true, Some((stem, _))) = (found.fit.is_empty(), name.rsplit_once('.')) {
        found = called(stem);
    }
    match found.fit.first() {
        Some((_, candidate, record)) if found.is_settled || found.fit.len() == 1 => {
            let object = if candidate.object == DOCUMENT.as_str() { &DOCUMENT } else { &ATTACHMENT };
            File::of(&record.fields(), object)
        }
        Some(_) => {
            let candidates = found.fit.into_iter().map(|(_, candidate, _)| candidate).take(MAX_CANDIDATES).collect();
            let message =
                "several files of the record fit that name; ask the person which is meant, then call again with its id";
            Err(Error::ambiguous(message).about(vec!["file".to_owned()]).with_candidates(candidates))
        }
        None => {
            let all = files.iter().flat_map(|(_, records)| records);
            let there = all.filter_map(|file| record::candidate(known, file)).take(MAX_CANDIDATES).collect();
            let message = "no file of this record is called so; the candidates are those there are, as far as the user may see them";
            Err(Error::not_found(message).about(vec!["file".to_owned()]).with_candidates(there))
        }
    }
}

/// A query for the record with its files.
fn plan(known: &Known, target: &Target) -> Result<Select, PlanError> {
    let mut select = record::select(known, target)?;
    let mut lists = related::plan(known, &target.object, "files").map_err(|mut error| {
        if let PlanError::Failed(error) = &mut error {
            error.rename_argument("related", "record");
        }
        error
    })?;
    allow(known, &DOCUMENT)?;
    for list in &mut lists {
        for column in DOCUMENT_COLUMNS.iter().chain(&["Id"]) {
            list.select.fields.add(names::path(&["ContentDocument.", column].concat())?);
        }
        list.select.limit = Some(MAX_SIMILAR);
    }
    let mut children: Vec<ChildSelect> = lists.into_iter().map(|list| list.select).collect();
    let mut objects = vec![DOCUMENT.clone()];
    let schema = known.schema(&target.object)?;
    let has_attachments = schema.children.iter().any(|child| child.relationship.as_deref() == Some(ATTACHMENTS));
    if has_attachments && known.may_read(&ATTACHMENT) {
        objects.push(ATTACHMENT.clone());
        children.push(ChildSelect {
            relationship: FieldName::from_static(ATTACHMENTS),
            fields: FieldList::of(FieldPath::from_static("Id"), ATTACHMENT_COLUMNS.map(FieldPath::from_static)),
            condition: None,
            order_by: Vec::new(),
            limit: Some(MAX_SIMILAR),
        });
    }
    known.need_schemas(&objects)?;
    if let Selection::Records { children: lists, .. } = &mut select.selection {
        lists.extend(children);
    }
    Ok(select)
}

/// The records of a related list, which is null where it has none.
fn rows(record: &Fields<'_>, list: &str) -> Result<Vec<Record>, Error> {
    let Some(children) = record.get(list) else { return Ok(Vec::new()) };
    let page = Page::of(Json::get(children));
    page.map(|page| page.records)
        .ok_or_else(|| Error::unreadable("a related list has another shape than documented", Changed::No))
}
