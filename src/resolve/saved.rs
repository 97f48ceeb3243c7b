//! Which saved report or list view is meant: by id, by link, or by a name that only one of both has. Never a guess.

use crate::error::Error;
use crate::id::RecordId;
use crate::json::{Json, Object};
use crate::record::Record;
use crate::reply::Values;
use crate::resolve::matching::{NameMatch, match_name};
use crate::resolve::record::{self, MAX_CANDIDATES};
use crate::schema::lookup;
use crate::schema::well_known::ID;
use crate::soql::{
    Comparison, Condition, Direction, FieldList, FieldPath, LiteralError, Nulls, ObjectName, Order, Pattern, Select,
    Text,
};
use crate::sort::by_rank;
use crate::wit::Candidate;
use crate::within::split_around;

const REPORT: ObjectName = ObjectName::from_static("Report");
const LIST_VIEW: ObjectName = ObjectName::from_static("ListView");
/// What their ids begin with.
const PREFIXES: [&str; 2] = ["00O", "00B"];

const NAME: FieldPath = FieldPath::from_static("Name");
const DEVELOPER_NAME: FieldPath = FieldPath::from_static("DeveloperName");
const SOBJECT_TYPE: FieldPath = FieldPath::from_static("SobjectType");
const LAST_RUN: FieldPath = FieldPath::from_static("LastRunDate");
const LAST_VIEWED: FieldPath = FieldPath::from_static("LastViewedDate");

/// What tells reports apart, and list views.
const FACTS: [&str; 4] = ["FolderName", "Format", "LastRunDate", "SobjectType"];
/// Of a similar name, at most: what Salesforce sends in one page.
const MAX_SIMILAR: u32 = 2000;
/// Of a name that is nearly the one that was said, at most.
const MAX_NEAR: u32 = 200;
/// How near a name has to be, of 100, to be offered, and how many are.
const MIN_LIKENESS: u32 = 40;
const MAX_NEAREST: usize = 5;
/// Letters of a word by which names are looked for that are nearly this one.
const NEAR_CHARS: usize = 3;
/// Words of a name that are looked for.
const MAX_WORDS: usize = 10;

/// What stands before a name and is no part of it.
const ARTICLES: [&str; 3] = ["the", "my", "our"];
/// What people call them.
const WORDS: [&str; 6] = ["report", "reports", "list", "lists", "view", "views"];

/// A report or a list view that is there.
#[derive(Debug, Clone)]
pub(crate) struct Saved {
    pub(crate) id: RecordId,
    pub(crate) is: Is,
    name: String,
    developer_name: String,
    /// As Salesforce sent it.
    pub(crate) record: Record,
}

/// What it is.
#[derive(Debug, Clone)]
pub(crate) enum Is {
    /// A report.
    Report {
        /// Whether it is a list of rows, without groups.
        is_tabular: bool,
        /// Whether it is several reports in one.
        is_joined: bool,
    },
    /// A list view.
    View {
        /// Of this object.
        object: ObjectName,
        /// Whether Salesforce gives its rows.
        is_readable: bool,
    },
}

impl Saved {
    /// Of a record; none of what is neither.
    pub(crate) fn of(record: Record) -> Option<Self> {
        let fields = record.fields();
        let text = |name| fields.text(name).unwrap_or_default();
        let is = match fields.object()?.as_str() {
            "Report" => {
                let format = text("Format");
                Is::Report { is_tabular: format == "Tabular", is_joined: format == "MultiBlock" }
            }
            "ListView" => {
                let object = ObjectName::parse(&text("SobjectType")).ok()?;
                let is_readable = fields.get("IsSoqlCompatible").is_none_or(|is| is.get() == "true");
                Is::View { object, is_readable }
            }
            _ => return None,
        };
        let id = RecordId::parse(&text("Id")).ok()?;
        let (name, developer_name) = (text(NAME.as_str()), text(DEVELOPER_NAME.as_str()));
        drop(fields);
        Some(Self { id, is, name, developer_name, record })
    }

    /// As a reply shows it.
    pub(crate) fn candidate(&self) -> Candidate {
        let fields = self.record.fields();
        let (mut facts, mut values) = (Object::default(), Values::cut_after(record::MAX_FACT_CHARS));
        for fact in FACTS {
            if let Some(value) = fields.get(fact) {
                facts.member(fact, Json::trusted(&values.copy(Some(value))));
            }
        }
        let object = if matches!(self.is, Is::Report { .. }) { REPORT } else { LIST_VIEW };
        Candidate {
            object: object.to_string(),
            id: self.id.to_string(),
            name: fields.text("Name"),
            facts: facts.finish(),
            field: None,
        }
    }
}

/// How one is referred to.
#[derive(Debug, Clone)]
pub(crate) enum By {
    Id(RecordId),
    Name(String),
}

/// Reads a reference, and the object that a link to a list view names: `…/lightning/o/Lead/list?filterName=00B…`, or
/// the view's API name there.
pub(crate) fn read(text: &str) -> Result<(By, Option<&str>), Error> {
    let (text, object) = match split_around(text, "filterName=") {
        Some((before, view)) if let Some((_, path)) = split_around(before, "/o/") => {
            let object = path.split_once('/').map(|(object, _)| object);
            (view.split_once('&').map_or(view, |(view, _)| view), object)
        }
        _ => (text, None),
    };
    match record::id("name", text)? {
        Some(id) if PREFIXES.contains(&id.prefix()) => Ok((By::Id(id), object)),
        Some(id) if text.contains('/') => {
            let message = format!("the id {id} is of neither a report nor a list view");
            Err(Error::argument("name", message))
        }
        _ => Ok((By::Name(text.to_owned()), object)),
    }
}

/// Queries for what a reference may mean: reports, unless they are not wanted, and list views, of one object if it is
/// named.
pub(crate) fn selects(by: &By, object: Option<&ObjectName>, with_reports: bool) -> Result<Vec<Select>, Error> {
    let condition = match by {
        By::Id(id) => Some(record::is(id)),
        By::Name(name) => {
            let mut any = Vec::new();
            for interpretation in interpretations(name) {
                any.extend(Condition::all(words(interpretation, usize::MAX)?));
            }
            if !name.contains(' ') {
                let name = Text::new(name).map_err(|reason| too_long(&reason))?;
                any.push(Condition::compare(DEVELOPER_NAME, Comparison::Eq, name));
            }
            Condition::any(any)
        }
    };
    Ok(both(condition, object, with_reports, MAX_SIMILAR))
}

/// Queries for those whose names are nearly this one; none if it has too little to go by.
pub(crate) fn near(name: &str, object: Option<&ObjectName>, with_reports: bool) -> Result<Vec<Select>, Error> {
    let condition = Condition::any(words(name, NEAR_CHARS)?);
    Ok(condition.map(|condition| both(Some(condition), object, with_reports, MAX_NEAR)).unwrap_or_default())
}

/// Queries for those that were looked at last.
pub(crate) fn recent(object: Option<&ObjectName>, with_reports: bool, limit: u32) -> Vec<Select> {
    both(None, object, with_reports, limit)
}

/// A condition for each of the first words of a name, or for how they begin.
fn words(name: &str, begin: usize) -> Result<Vec<Condition>, Error> {
    let mut conditions = Vec::new();
    for word in name.split_whitespace().take(MAX_WORDS) {
        let end = word.char_indices().nth(begin).map_or(word.len(), |(end, _)| end);
        if begin == usize::MAX || word.chars().count() >= begin {
            let pattern = Pattern::contains(&word[..end]).map_err(|reason| too_long(&reason))?;
            conditions.push(Condition::Like { field: NAME, pattern });
        }
    }
    Ok(conditions)
}

fn too_long(reason: &LiteralError) -> Error {
    Error::argument("name", reason.to_string())
}

fn both(condition: Option<Condition>, object: Option<&ObjectName>, with_reports: bool, limit: u32) -> Vec<Select> {
    let select = |from: ObjectName, fields: [FieldPath; 2], own: Option<Condition>| {
        let mut list = FieldList::from(ID);
        list.add(NAME);
        list.add(DEVELOPER_NAME);
        for field in fields {
            list.add(field);
        }
        let mut order = vec![LAST_VIEWED];
        if from == REPORT {
            list.add(LAST_RUN);
            order.push(LAST_RUN);
        }
        let mut select = Select::new(list, from);
        let mut conditions = Vec::new();
        conditions.extend(condition.clone());
        conditions.extend(own);
        select.condition = Condition::all(conditions);
        for field in order {
            select.order_by.push(Order { field, direction: Direction::Descending, nulls: Nulls::Last });
        }
        select.limit = Some(limit);
        select
    };
    let mut selects = Vec::new();
    // An object is said of a list view alone.
    if with_reports && object.is_none() {
        selects.push(select(REPORT, [FieldPath::from_static("FolderName"), FieldPath::from_static("Format")], None));
    }
    let own = object.and_then(|object| Text::new(object.as_str()).ok());
    let own = own.map(|object| Condition::compare(SOBJECT_TYPE, Comparison::Eq, object));
    selects.push(select(LIST_VIEW, [SOBJECT_TYPE, FieldPath::from_static("IsSoqlCompatible")], own));
    selects
}

/// The names that a text may give, the text itself first: people add what the thing is, and articles.
fn interpretations(name: &str) -> [&str; 4] {
    let is_among = |words: &[&str], word: &str| words.iter().any(|known| known.eq_ignore_ascii_case(word));
    let without_article = |name| match str::split_once(name, ' ') {
        Some((first, rest)) if is_among(&ARTICLES, first) => rest,
        _ => name,
    };
    let mut bare = name;
    while let Some((rest, last)) = bare.rsplit_once(' ')
        && is_among(&WORDS, last)
    {
        bare = rest.trim_end();
    }
    [name, without_article(name), bare, without_article(bare)]
}

/// The one that is meant, and whether it is only by words of its name; none if none fits.
pub(crate) fn choose(by: &By, found: Vec<Saved>) -> Result<Option<(Saved, bool)>, Error> {
    let By::Name(name) = by else { return Ok(found.into_iter().next().map(|saved| (saved, false))) };
    let mut fits = Vec::new();
    let mut best = u32::MAX;
    let all = interpretations(name);
    for saved in &found {
        let mut fit = u32::MAX;
        for (distance, interpretation) in all.into_iter().enumerate() {
            // Mostly there is nothing to leave out, and all are the text itself.
            if all.iter().take(distance).any(|before| *before == interpretation) {
                continue;
            }
            fit = fit.min(match_name(interpretation, &saved.name, false) as u32 * 8 + distance as u32);
        }
        if saved.developer_name.eq_ignore_ascii_case(name) {
            fit = 0;
        }
        best = best.min(fit);
        fits.push(fit);
    }
    const BY_WORDS: u32 = NameMatch::SomeWords as u32 * 8;
    // Whoever is called just so is meant, and not those that have more in their names.
    let most = if best < BY_WORDS { best } else { BY_WORDS + 7 };
    let mut meant = Vec::new();
    for (saved, fit) in found.into_iter().zip(fits) {
        if fit <= most {
            meant.push((saved, fit >= BY_WORDS));
        }
    }
    if meant.len() > 1 {
        let message = format!(
            "{} saved reports and list views fit that name; ask the person which is meant, then call again with its id as `name`",
            meant.len()
        );
        let candidates = meant.iter().take(MAX_CANDIDATES).map(|(saved, _)| saved.candidate()).collect();
        return Err(Error::ambiguous(message).with_candidates(candidates));
    }
    Ok(meant.pop())
}

/// Those whose names are nearest to one, nearest first.
pub(crate) fn nearest(name: &str, found: Vec<Saved>) -> Vec<Candidate> {
    let mut near = Vec::new();
    for saved in found {
        let likeness = lookup::likeness(name, &saved.name);
        if likeness >= MIN_LIKENESS {
            near.push((100 - likeness.min(100), saved));
        }
    }
    by_rank(near).iter().take(MAX_NEAREST).map(Saved::candidate).collect()
}
