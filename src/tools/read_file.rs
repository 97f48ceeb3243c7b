//! `read_file`: the text of a file. One `GET` of what is said of the file, or one `query` of a record with its files; then
//! `GET sobjects/ContentVersion/{id}/VersionData` or `GET sobjects/Attachment/{id}/Body`.
//!
//! Salesforce takes no text out of files, so only those are read that are text; of all others it is told what they are.

use crate::call::Call;
use crate::error::Error;
use crate::id::RecordId;
use crate::json::Json;
use crate::known::{self, Known, PlanError};
use crate::policy::Effect;
use crate::record::{Fields, Record};
use crate::reply::{Values, enough};
use crate::resolve::matching::NameMatch;
use crate::resolve::names;
use crate::resolve::record::{self, MAX_CANDIDATES, MAX_SIMILAR, Target};
use crate::resolve::related;
use crate::rest::{Content, Page, Retrieve, Which};
use crate::rich_text;
use crate::schema::well_known::NOTE_LINK;
use crate::soql::{FieldName, ObjectName, Select, Selection};
use crate::wit::{Changed, ErrorKind, ReadFileArgs, ReadFileReply};

static DOCUMENT: ObjectName = ObjectName::from_static("ContentDocument");
static VERSION: ObjectName = ObjectName::from_static("ContentVersion");
/// A file of the old kind, which belongs to one record.
static ATTACHMENT: ObjectName = ObjectName::from_static("Attachment");

/// What is read of each: what it is called, what kind of file it is, how large it is, and the record of its bytes. The
/// last is what the related list of a record shows of a file.
static KINDS: [(&str, &ObjectName, [&str; 4]); 4] = [
    ("069", &DOCUMENT, DOCUMENT_COLUMNS),
    ("068", &VERSION, ["Title", "FileExtension", "ContentSize", "Id"]),
    ("00P", &ATTACHMENT, ["Name", "ContentType", "BodyLength", "Id"]),
    ("06A", &NOTE_LINK, ["Id", "Id", "Id", "ContentDocumentId"]),
];
const DOCUMENT_COLUMNS: [&str; 4] = ["Title", "FileExtension", "ContentSize", "LatestPublishedVersionId"];

/// Endings of files that are text.
const TEXTS: [&str; 11] = ["txt", "text", "csv", "tsv", "json", "xml", "md", "vtt", "srt", "eml", "log"];
/// Endings of those that are read as what people see of them; the last is a note.
const PAGES: [&str; 4] = ["html", "htm", "text/html", "snote"];

/// Bytes of a file that is read.
const MAX_BYTES: u32 = 1_000_000;
/// Characters of its text that are told.
const MAX_TEXT_CHARS: usize = 20_000;

/// Reads a file.
pub(super) fn read_file(call: &Call<'_>, args: ReadFileArgs) -> Result<ReadFileReply, Error> {
    let mut reply = find(call, &args)?;
    let kind = reply.reply.file_type.as_deref().unwrap_or_default();
    let is_page = PAGES.contains(&kind);
    let told = if !is_page && !TEXTS.contains(&kind) && !kind.starts_with("text/") {
        Err("this is no text file, so it is not read here: a person opens it by its link")
    } else if reply.reply.size > MAX_BYTES {
        Err(TOO_LARGE)
    } else {
        match call.send(&Content { object: reply.object, id: &reply.version, size: reply.reply.size }) {
            Err(error) if error.is_too_large() => Err(TOO_LARGE),
            bytes => Ok(bytes?),
        }
    };
    let ReadFileReply { text, complete, notices, link, .. } = &mut reply.reply;
    let notice = match told {
        Err(notice) => Some(notice.to_owned()),
        Ok(bytes) => {
            let Ok(read) = simdutf8::basic::from_utf8(&bytes) else {
                let message = ["the file is not in UTF-8, so it can't be read here: a person opens it at ", link];
                return Err(Error::argument("file", "").explained(ErrorKind::Rejected, &message.concat()));
            };
            let read = read.strip_prefix('\u{feff}').unwrap_or(read);
            let mut values = Values::cut_after(MAX_TEXT_CHARS);
            let begun = |bytes| {
                let begun = &read[..read.floor_char_boundary(bytes)];
                Some(if is_page { rich_text::beginning(begun, bytes < read.len()) } else { begun.to_owned() })
            };
            *text = enough(read.len(), MAX_TEXT_CHARS, &begun).map(|text| values.text(text));
            values.notice()
        }
    };
    *complete = notice.is_none();
    notices.extend(notice);
    Ok(reply.reply)
}

const TOO_LARGE: &str = "the file is too large to be read here: a person opens it by its link";

/// A file, and where its bytes are.
struct File {
    reply: ReadFileReply,
    object: &'static ObjectName,
    version: RecordId,
}

impl File {
    fn of(
        call: &Call<'_>,
        record: &Fields<'_>,
        object: &'static ObjectName,
        columns: &[&str; 4],
    ) -> Result<Self, Error> {
        let [name, kind, size, version] = columns.map(|column| record.get(column));
        let id = |json: Option<Json<'_>>| RecordId::parse(&json?.text()?).ok();
        let mut file_type = kind.and_then(|kind| kind.text()).map(|kind| kind.to_ascii_lowercase());
        let name = name.and_then(|name| name.text()).map(|name| name.into_owned());
        // Of an old one the name says it better, as a rule.
        if let (true, Some((_, ending))) = (*object == ATTACHMENT, name.as_deref().unwrap_or_default().rsplit_once('.'))
        {
            let ending = ending.to_ascii_lowercase();
            if TEXTS.contains(&&*ending) || PAGES.contains(&&*ending) {
                file_type = Some(ending);
            }
        }
        let known = || Some((id(record.get("Id"))?, id(version)?, size?.get().parse().ok()?));
        let (id, version, size) =
            known().ok_or_else(|| Error::unreadable("a file has another shape than documented", Changed::No))?;
        let reply = ReadFileReply {
            link: call.link(id.as_str()),
            id: id.to_string(),
            name,
            file_type,
            size,
            text: None,
            complete: false,
            notices: Vec::new(),
        };
        Ok(Self { reply, object: if *object == DOCUMENT { &VERSION } else { object }, version })
    }
}

/// The file that is meant.
fn find(call: &Call<'_>, args: &ReadFileArgs) -> Result<File, Error> {
    let known = call.known();
    let mut given = record::id("file", args.file.trim())?;
    while let Some(id) = given {
        let Some((_, object, columns)) = KINDS.iter().find(|(prefix, ..)| *prefix == id.prefix()) else { break };
        allow(known, object)?;
        let mut fields = vec![FieldName::from_static("Id")];
        fields.extend(columns.iter().filter(|column| **column != "Id").map(|column| FieldName::from_static(column)));
        let record = call.send(&Retrieve { object, record: Which::Id(&id), fields: &fields })?;
        let fields = record.fields();
        if **object != NOTE_LINK {
            return File::of(call, &fields, object, columns);
        }
        given = fields.text(columns[3]).and_then(|id| RecordId::parse(&id).ok());
    }
    if args.record.is_none() {
        let message = "say in `record` of which record the file is, or give the file's id or link";
        return Err(Error::argument(if given.is_some() { "file" } else { "record" }, message));
    }
    of_record(call, args)
}

/// Reading a document is reading its version.
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
    let (list, records) =
        call.run(&target, plan, |(select, list)| Ok((list, call.query(&select, usize::MAX)?.records)))?;
    let holder = record::choose(known, &target, records)?;
    let mut documents = Vec::new();
    // A list without records is null.
    if let Some(links) = holder.fields().get(list.as_str()) {
        let links = Page::nested(links);
        let links =
            links.ok_or_else(|| Error::unreadable("a related list has another shape than documented", Changed::No))?;
        for link in &links.records {
            documents.extend(link.fields().get("ContentDocument").map(Record::from));
        }
    }
    let files = [(DOCUMENT.clone(), documents)];
    let mut name = args.file.trim();
    loop {
        let mut found = record::resolve(known, name, &files, NameMatch::SameWords, false);
        // No query has asked for the name: all files are here.
        found.fit.retain(|(fit, ..)| fit.is_by_name());
        let (kind, message) = match (found.fit.as_slice(), name.rsplit_once('.')) {
            ([(_, _, record), rest @ ..], _) if found.is_settled || rest.is_empty() => {
                return File::of(call, &record.fields(), &DOCUMENT, &DOCUMENT_COLUMNS);
            }
            ([], Some((stem, _))) => {
                name = stem;
                continue;
            }
            ([], None) => (
                ErrorKind::NotFound,
                "no file of this record is called so; the candidates are those there are, as far as the user may see them",
            ),
            _ => (
                ErrorKind::Ambiguous,
                "several files of the record fit that name; ask the person which is meant, then call again with its id",
            ),
        };
        let mut candidates = Vec::new();
        for (_, candidate, _) in found.fit {
            candidates.push(candidate);
        }
        if candidates.is_empty() {
            files[0].1.iter().for_each(|file| candidates.extend(record::candidate(known, file)));
        }
        candidates.truncate(MAX_CANDIDATES);
        return Err(Error::argument("file", "").explained(kind, message).with_candidates(candidates));
    }
}

/// A query for the record with its files, and what the list of those is called.
fn plan(known: &Known, target: &Target) -> Result<(Select, FieldName), PlanError> {
    allow(known, &DOCUMENT)?;
    let lists = related::plan(known, &target.object, "files");
    let (mut lists, ()) = known::both(lists, known.need_schemas(&[DOCUMENT.clone(), NOTE_LINK.clone()]))?;
    let mut select = record::select(known, target)?;
    let Some(mut list) = lists.pop() else { return Err(Error::input("no files").into()) };
    for column in DOCUMENT_COLUMNS.iter().chain(&["Id"]) {
        list.select.fields.add(names::path(&["ContentDocument.", column].concat())?);
    }
    list.select.limit = Some(MAX_SIMILAR);
    let relationship = list.select.relationship.clone();
    if let Selection::Records { children, .. } = &mut select.selection {
        children.push(list.select);
    }
    Ok((select, relationship))
}
