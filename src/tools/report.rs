//! `report`: a saved report or a list view, by its name. One composite of two queries finds it, unless it was found within
//! the hour; then one `analytics/reports/{id}` runs a report, after a `…/describe` where filters are added, or one
//! `listviews/{id}/results` reads a list view.
//!
//! A report may tell of any object, and does not say of which: where the settings name the objects that may be read, no
//! report is run.

mod filters;
mod run;
mod scale;
mod sums;
mod view;

use self::filters::Asked;
use crate::call::Call;
use crate::error::Error;
use crate::json::{Cursor, Json};
use crate::known::{Known, PlanError};
use crate::lower::lower;
use crate::policy::Effect;
use crate::record::Record;
use crate::reply::{MAX_ROWS, bounded};
use crate::resolve::names;
use crate::resolve::saved::{self, By, Is, Saved};
use crate::rest;
use crate::soql::{ObjectName, Select};
use crate::wit::{ErrorKind, ReportArgs, ReportReply};

/// Rows of records, and of groups, when the call gives no limit.
const DEFAULT_ROWS: u32 = 25;
const DEFAULT_GROUPS: u32 = 50;
/// Reports and list views each, when none is named.
const DEFAULT_RECENT: u32 = 10;
const MAX_RECENT: u32 = 50;

/// How long a name stands for what was found by it: what is called the same may be saved meanwhile.
const KEPT_MS: u64 = 60 * 60 * 1000;

const NOT_GRANTED: &str = "a report may tell of any object, and the settings name those that may be read; salesforce_query reads them, and list views of them are read too";

/// Runs a report, or reads a list view.
pub(super) fn report(call: &Call<'_>, args: ReportArgs) -> Result<ReportReply, Error> {
    bounded("limit", args.limit, MAX_ROWS, MAX_ROWS)?;
    let asked = filters::read(args.filters.as_deref())?;
    let Some(name) = args.name.as_deref().map(str::trim).filter(|name| !name.is_empty()) else {
        return recent(call, &args);
    };
    let (by, of_link) = saved::read(name)?;
    let object = object(call, args.object.as_deref().or(of_link))?;
    let wanted = Wanted { by, object, key: key(name, args.object.as_deref()) };
    if let Some(saved) = wanted.kept(call) {
        match show(call, &saved, &args, &asked) {
            // It is there no more, or called so no more.
            Err(error) if error.has_status(&[404]) => {}
            outcome => return outcome,
        }
    }
    let (saved, by_words) = wanted.find(call)?;
    let mut reply = show(call, &saved, &args, &asked)?;
    if by_words {
        reply.notices.push("it is the only one with these words in its name".to_owned());
    } else {
        call.cache_put(&wanted.key, saved.record.json().as_bytes());
    }
    Ok(reply)
}

/// Whether reports are run: nothing keeps an object from being read.
fn runs_reports(call: &Call<'_>) -> bool {
    call.settings().objects.read.is_none()
}

fn reports_are_off() -> Error {
    Error::switched_off("running reports", None).with_context(NOT_GRANTED)
}

/// The object of a list view.
fn object(call: &Call<'_>, said: Option<&str>) -> Result<Option<ObjectName>, Error> {
    let read = |known: &Known, said: &&str| {
        let object = names::object(known, said)?;
        known.allow_object(&object, Effect::ReadOnly)?;
        Ok::<_, PlanError>(object)
    };
    said.map(|said| call.plan(&said, read)).transpose()
}

/// The cache's name for what a name stands for: no object is called so.
fn key(name: &str, object: Option<&str>) -> String {
    ["*saved/", object.unwrap_or_default(), "/", &lower(name)].concat()
}

/// A report or list view that is asked for.
struct Wanted {
    by: By,
    object: Option<ObjectName>,
    key: String,
}

impl Wanted {
    /// As it was found before.
    fn kept(&self, call: &Call<'_>) -> Option<Saved> {
        let (bytes, age) = call.cache_get(&self.key)?;
        let text = String::from_utf8(bytes).ok().filter(|_| age < KEPT_MS)?;
        Saved::of(Record::from(Json::parse(&text).ok()?))
    }

    /// Finds it, and says whether it is only by words of its name.
    fn find(&self, call: &Call<'_>) -> Result<(Saved, bool), Error> {
        let with_reports = runs_reports(call);
        let Self { by, object, .. } = self;
        let mut found = all(call, &saved::selects(by, object.as_ref(), with_reports)?)?;
        // Of several, those are meant that may be read; one alone is refused as its object is.
        if !with_reports && found.len() > 1 {
            found = readable(call, found);
        }
        if let Some(chosen) = saved::choose(by, found)? {
            return Ok(chosen);
        }
        let mut error = Error::not_found(
            "no report or list view that the user may see is called so; without `name` those looked at last are listed",
        );
        if let By::Name(name) = by {
            let near = saved::near(name, object.as_ref(), with_reports)?;
            let near =
                if near.is_empty() { Vec::new() } else { saved::nearest(name, readable(call, all(call, &near)?)) };
            if !near.is_empty() {
                error = error.explained(
                    ErrorKind::NotFound,
                    "no report or list view that the user may see is called so; the candidates are called nearly so: ask the person which is meant",
                );
            }
            error = error.with_candidates(near);
        }
        Err(if with_reports { error } else { error.with_context(NOT_GRANTED) })
    }
}

/// What queries find. One that is refused, as where the user may see no reports, spoils no other.
fn all(call: &Call<'_>, selects: &[Select]) -> Result<Vec<Saved>, Error> {
    let selects: Vec<&Select> = selects.iter().collect();
    let (mut found, mut refused, mut refusals) = (Vec::new(), None, 0);
    for records in call.records_of_all(&selects)? {
        match records {
            Ok(records) => {
                for record in records {
                    found.extend(Saved::of(record));
                }
            }
            Err(error) if error.names_unknown() => {
                refused = Some(error);
                refusals += 1;
            }
            Err(error) => return Err(error),
        }
    }
    match refused {
        Some(error) if refusals == selects.len() => Err(error
            .explained(ErrorKind::Forbidden, "the user may see neither reports nor list views; an admin can grant it")),
        _ => Ok(found),
    }
}

/// Those whose records may be read.
fn readable(call: &Call<'_>, found: Vec<Saved>) -> Vec<Saved> {
    let mut readable = Vec::new();
    for saved in found {
        if !matches!(&saved.is, Is::View { object, .. } if !call.known().may_read(object)) {
            readable.push(saved);
        }
    }
    readable
}

/// Those that were looked at last.
fn recent(call: &Call<'_>, args: &ReportArgs) -> Result<ReportReply, Error> {
    if args.filters.is_some() || args.details.is_some() {
        return Err(Error::argument("name", "say in `name` which report: filters and details go with one"));
    }
    let limit = bounded("limit", args.limit, DEFAULT_RECENT, MAX_RECENT)?;
    let object = object(call, args.object.as_deref())?;
    let with_reports = runs_reports(call);
    let found = all(call, &saved::recent(object.as_ref(), with_reports, limit))?;
    let mut reply = empty();
    let (mut reports, mut views) = (0, 0);
    for saved in &found {
        *(if matches!(saved.is, Is::Report { .. }) { &mut reports } else { &mut views }) += 1;
    }
    reply.complete = reports < limit && views < limit;
    for saved in readable(call, found) {
        reply.sources.push(saved.candidate());
    }
    if !with_reports {
        reply.notices.push(["reports are left out: ", NOT_GRANTED].concat());
    }
    if reply.sources.is_empty() {
        reply.notices.push("the user sees no report and no list view".to_owned());
    }
    Ok(reply)
}

fn empty() -> ReportReply {
    ReportReply {
        sources: Vec::new(),
        link: None,
        columns: Vec::new(),
        rows: Vec::new(),
        subtotals: Vec::new(),
        total: None,
        totals: None,
        complete: true,
        filters: Vec::new(),
        logic: None,
        notices: Vec::new(),
    }
}

/// The members of these names that have something in them, of the object a cursor stands before. An answer may have
/// thousands of such objects, so no byte is looked at twice.
fn members<'a>(cursor: &mut Cursor<'a>, names: &[&str], members: &mut [Option<Json<'a>>]) {
    let is_object = cursor.enter_object();
    while is_object && let Some(name) = cursor.next_name() {
        let value = cursor.value();
        if let Some(place) = names.iter().position(|known| name == *known)
            && let Some(member) = members.get_mut(place)
        {
            *member = Some(value).filter(|value| !value.is_null() && value.get() != "\"\"");
        }
    }
}

/// Runs it or reads it, as it is.
fn show(call: &Call<'_>, saved: &Saved, args: &ReportArgs, asked: &[Asked]) -> Result<ReportReply, Error> {
    let mut reply = empty();
    reply.sources.push(saved.candidate());
    match &saved.is {
        Is::Report { is_tabular, is_joined } => {
            let link = call.link(saved.id.as_str());
            if !runs_reports(call) {
                return Err(reports_are_off());
            }
            if *is_joined {
                return Err(joined(&link));
            }
            let details = args.details.unwrap_or(*is_tabular);
            let changes = if asked.is_empty() {
                None
            } else {
                let description = call.send(&rest::Saved::report(&saved.id)).map_err(explained)?;
                Some(filters::changes(&description, asked, &call.settings().vocabulary)?)
            };
            let answer = call.send(&rest::Saved::run(&saved.id, details, changes)).map_err(explained)?;
            let usual = if details { DEFAULT_ROWS } else { DEFAULT_GROUPS };
            let limit = args.limit.unwrap_or(usual) as usize;
            if !run::fill(&mut reply, &answer, details, limit, asked.len())? {
                return Err(joined(&link));
            }
            reply.link = Some(link);
        }
        Is::View { object, is_readable } => {
            call.known().allow_object(object, Effect::ReadOnly)?;
            if !asked.is_empty() {
                let message = "filters are added to reports alone; salesforce_query reads records by conditions like those of the list view";
                return Err(Error::argument("filters", message));
            }
            let link =
                [&call.origin(), "/lightning/o/", object.as_str(), "/list?filterName=", saved.id.as_str()].concat();
            if !is_readable {
                let message =
                    ["Salesforce gives the rows of this list view to no program: a person can open it at ", &link];
                return Err(Error::argument("name", message.concat()));
            }
            view::fill(call, &mut reply, object, &saved.id, args.limit.unwrap_or(DEFAULT_ROWS)).map_err(explained)?;
            reply.link = Some(link);
        }
    }
    Ok(reply)
}

fn joined(link: &str) -> Error {
    let message =
        ["this is a joined report, of which Salesforce's API gives only a part: a person can open it at ", link];
    Error::argument("name", message.concat())
}

/// What Salesforce says of reports and list views in words of its own, as advice.
fn explained(error: Error) -> Error {
    let is_limit = error.is_refused_with("REQUEST_LIMIT_EXCEEDED");
    if error.has_status(&[404]) {
        error.explained(
            ErrorKind::NotFound,
            "there is no such report or list view, or the user may not see the folder it is in: without `name` those there are are listed; or ask the person",
        )
    } else if error.has_status(&[403]) && !is_limit {
        error.explained(
            ErrorKind::Forbidden,
            "Salesforce does not run this report for the user: it takes the permission \"Run Reports\" and the right to read what the report is of, which an admin can grant, and no org runs more than 500 reports an hour; org_message may say which it is",
        )
    } else if error.is_refused_with("BAD_REQUEST") {
        error.explained(
            ErrorKind::InvalidInput,
            "Salesforce can't run the report so: org_message may name the filter at fault; correct it, or leave it out",
        )
    } else {
        error
    }
}
