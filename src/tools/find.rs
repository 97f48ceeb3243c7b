//! `find`: records by text. One `parameterizedSearch`; where the search index has nothing, one composite of queries.
//!
//! The index follows a write by seconds or minutes, and knows no words of one character: SOQL then answers instead. Where
//! nothing has the words, one composite more asks for their stems.

use crate::call::Call;
use crate::error::Error;
use crate::json::quoted;
use crate::known::{Known, PlanError};
use crate::policy::Effect;
use crate::record::Record;
use crate::resolve::matching::{self, Fit, Interpretation};
use crate::resolve::names;
use crate::resolve::person;
use crate::resolve::record::{self, Telling};
use crate::resolve::why;
use crate::resolve::word_forms;
use crate::rest::{MAX_QUERIES, Search};
use crate::schema::well_known::CORE;
use crate::soql::{FieldPath, ObjectName, Select};
use crate::sort::by_rank;
use crate::wit::{FindArgs, FindReply};

/// Candidates when the call gives no limit: as many as a person looks through.
const DEFAULT_CANDIDATES: u32 = 8;
/// The highest limit a call may give.
const MAX_CANDIDATES: u32 = 25;
/// Objects at most: one query each, where the search finds nothing.
const MAX_OBJECTS: usize = MAX_QUERIES;

/// Finds records by text.
pub(super) fn find(call: &Call<'_>, args: FindArgs) -> Result<FindReply, Error> {
    let limit = crate::reply::bounded("limit", args.limit, DEFAULT_CANDIDATES, MAX_CANDIDATES)?;
    let text = args.text.trim();
    if text.chars().count() < matching::MIN_NAME_CHARS {
        return Err(Error::argument("text", "give at least two characters to look for"));
    }
    if args.objects.len() > MAX_OBJECTS {
        return Err(Error::argument("objects", format!("name at most {MAX_OBJECTS} objects")));
    }
    call.run(&Asked { text, objects: &args.objects, limit }, plan, |plan| {
        let mut notices = plan.notices.clone();
        let mut found = look(call, text, &plan, limit, &mut notices)?;
        if found.iter().any(|record| person::is_open(call.known(), record)) {
            call.plan(&(), person::describe)?;
            let plan = call.plan(&Asked { text, objects: &args.objects, limit }, self::plan)?;
            found = look(call, text, &plan, limit, &mut Vec::new())?;
        }
        let stems = word_forms::stems(text).filter(|_| found.is_empty());
        if let Some(stems) = &stems {
            let plan = call.plan(&Asked { text: stems, objects: &args.objects, limit }, self::plan)?;
            found = query(call, &plan, &mut Vec::new())?;
            if !found.is_empty() {
                notices.push(format!("nothing has the words {}, but these have {}", quoted(text), quoted(stems)));
            }
        }
        Ok(reply(call.known(), stems.as_deref().unwrap_or(text), found, limit as usize, notices))
    })
}

/// What is asked for.
struct Asked<'a> {
    text: &'a str,
    objects: &'a [String],
    limit: u32,
}

/// What to ask.
struct Plan {
    /// What is said of objects that can't be searched.
    notices: Vec<String>,
    /// The objects to search, each with the fields that tell its records apart.
    objects: Vec<(ObjectName, Vec<FieldPath>)>,
    /// The same, with the fields that may say why a record was found.
    sought: Vec<(ObjectName, Vec<FieldPath>)>,
    /// The same in queries.
    queries: Vec<Select>,
}

fn plan(known: &Known, &Asked { text, objects, limit }: &Asked<'_>) -> Result<Plan, PlanError> {
    let mut plan = Plan { notices: Vec::new(), objects: Vec::new(), sought: Vec::new(), queries: Vec::new() };
    let objects = self::objects(known, objects)?;
    known.need_schemas(&objects)?;
    for object in objects {
        names::check_queryable(known, &object)?;
        if !names::have_names(known, &object)? {
            let why = " records have no name to look for; read them by query, or give the record's id";
            plan.notices.push([object.as_str(), why].concat());
            continue;
        }
        let columns = names::distinguishing_columns(known, &object)?;
        // Sorted, so that the one that has exactly that name is among them.
        let most = limit.max(2);
        plan.queries.push(record::candidate_query(
            known,
            &object,
            (record::like(known, &object, text, "text")?, most),
        )?);
        plan.sought.push((object.clone(), why::columns(known, &object, &columns)));
        plan.objects.push((object, columns));
    }
    match plan.notices.first() {
        Some(notice) if plan.objects.is_empty() => Err(Error::argument("objects", notice.as_str()).into()),
        _ => Ok(plan),
    }
}

/// The objects to search, at least one: a search that names none is one of all there are.
fn objects(known: &Known, input: &[String]) -> Result<Vec<ObjectName>, PlanError> {
    let mut objects = Vec::new();
    for name in input {
        let object = names::object(known, name)?;
        known.allow_object(&object, Effect::ReadOnly)?;
        if !objects.contains(&object) {
            objects.push(object);
        }
    }
    if objects.is_empty() {
        // Objects nobody named are left out in silence where the settings keep them away.
        let usual = CORE.map(ObjectName::from_static).into_iter();
        objects = usual.filter(|object| known.allow_object(object, Effect::ReadOnly).is_ok()).collect();
    }
    if objects.is_empty() {
        let allowed = known.settings().objects.read.clone().unwrap_or_default();
        let message = "the settings of this connection keep the usual objects from being read; name one of the allowed";
        return Err(Error::argument("objects", message).allowing(allowed).into());
    }
    Ok(objects)
}

/// What the search index has, or where it has nothing, the records themselves.
fn look(call: &Call<'_>, text: &str, plan: &Plan, limit: u32, notices: &mut Vec<String>) -> Result<Vec<Record>, Error> {
    let found = match search(call, text, &plan.sought, limit)? {
        Some(found) => found,
        // A field that nobody has to see may be hidden from the user.
        None => search(call, text, &plan.objects, limit)?.unwrap_or_default(),
    };
    if found.is_empty() { query(call, plan, notices) } else { Ok(found) }
}

/// What the search index has; none where a field spoils the search. One that an object spoils finds nothing, and the
/// queries follow.
fn search(
    call: &Call<'_>,
    text: &str,
    objects: &[(ObjectName, Vec<FieldPath>)],
    limit: u32,
) -> Result<Option<Vec<Record>>, Error> {
    match call.send(&Search { text, objects, limit }) {
        Err(error) if error.is_refused_with("INVALID_FIELD") => Ok(None),
        Err(error) if error.names_unknown() || error.is_refused_with("MALFORMED_SEARCH") => Ok(Some(Vec::new())),
        outcome => outcome.map(Some),
    }
}

/// What the records themselves say, object by object, so that one the user may not see spoils no other.
fn query(call: &Call<'_>, plan: &Plan, notices: &mut Vec<String>) -> Result<Vec<Record>, Error> {
    let queries: Vec<_> = plan.queries.iter().collect();
    let mut found = Vec::new();
    let (mut refused, mut refusals) = (None, 0);
    for ((object, _), page) in plan.objects.iter().zip(call.query_all(&queries)?) {
        match page {
            Ok(page) => found.extend(page.records),
            Err(error) if error.names_unknown() => {
                notices.push(format!(
                    "{object} could not be searched: it, or one of its usual fields, is not visible to the user"
                ));
                refused = Some(error);
                refusals += 1;
            }
            Err(error) => return Err(error),
        }
    }
    // With nothing to show at all, describing the objects may help.
    match refused {
        Some(error) if found.is_empty() && refusals == queries.len() => Err(error),
        _ => Ok(found),
    }
}

/// How the records of an object are told apart, and what the text may mean among them.
struct OfObject {
    name: String,
    /// Nothing of an object that may not be read.
    telling: Option<Telling>,
    interpretations: Vec<Interpretation>,
}

impl OfObject {
    fn known(known: &Known, name: String, text: &str) -> Self {
        let object = ObjectName::parse(&name).ok();
        let schema = object.as_ref().and_then(|object| known.schema(object).ok());
        let interpretations = schema.map(|schema| record::interpretations(known, &schema, text)).unwrap_or_default();
        Self { name, telling: object.and_then(|object| Telling::of(known, object)), interpretations }
    }
}

const UNEXPLAINED: &str = "why some were found is not seen here: Salesforce looks through more fields than are read, and for other forms of words";

/// The records as candidates: those that have exactly that name first, else in the order they came.
fn reply(known: &Known, text: &str, mut found: Vec<Record>, limit: usize, mut notices: Vec<String>) -> FindReply {
    person::merge(known, &mut found);
    let mut candidates = Vec::new();
    let mut of_object: Option<OfObject> = None;
    let mut are_explained = true;
    for record in &found {
        let fields = record.fields();
        let Some(object) = fields.object() else { continue };
        // Records of an object come together.
        if of_object.as_ref().is_none_or(|of_object| of_object.name != object) {
            of_object = Some(OfObject::known(known, object, text));
        }
        let Some(OfObject { telling: Some(telling), interpretations, .. }) = &of_object else { continue };
        let Some(mut candidate) = telling.candidate(known, &fields) else { continue };
        let name = candidate.name.as_deref();
        let fit = matching::fit(interpretations, &candidate.object, name, &fields).unwrap_or(Fit::BY_OTHER_MEANS);
        let rank = matching::score(fit, text, name, &fields).into();
        are_explained &= why::explain(&mut candidate, text, fit, &fields);
        candidates.push((rank, candidate));
    }
    let mut candidates = by_rank(candidates);
    if candidates.is_empty() {
        notices.push(
            "nothing fits: try fewer words, and only such as are in a name, not \"deal\" or \"account\"".to_owned(),
        );
    }
    if candidates.len() > limit {
        notices
            .push(format!("{} more records fit; say more of the name, or name the object", candidates.len() - limit));
        candidates.truncate(limit);
    }
    if !are_explained {
        notices.push(UNEXPLAINED.to_owned());
    }
    FindReply { candidates, notices }
}
