//! `query`, `queryAll` and their pages; `search` and `parameterizedSearch`.

use serde_json::{Map, Value as Json, json};

use super::{Answer, Call, Cursor, Desk};
use crate::{
    refusal::Refusal,
    soql::{self, Options},
    sosl::{self, Returning, Search, SearchFields},
};

const LARGEST_PAGE: usize = 2_000;
const SMALLEST_PAGE: usize = 200;
/// The size of a result whose rows another system has: whether there is more is for `done` to say.
const UNKNOWN: i64 = -1;

/// `GET query?q=…`, and `queryAll` with the recycle bin.
pub(super) fn query(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    let text = call
        .parameter("q")
        .ok_or_else(|| Refusal::new(400, "MALFORMED_QUERY", "SOQL statements cannot be empty or null"))?;
    let options =
        Options { version: &call.version, deleted: call.segments.first().is_some_and(|name| name == "queryAll") };
    let found = soql::query(desk.view(), text, options)?;
    let records: Vec<Json> = found
        .records
        .iter()
        .map(serde_json::to_value)
        .collect::<Result<_, _>>()
        .map_err(|cause| Refusal::new(500, "UNKNOWN_EXCEPTION", cause.to_string()))?;
    let page = page_size(desk, call);
    let total = if soql::has_unknown_size(text) { UNKNOWN } else { i64::try_from(found.total_size).unwrap_or(UNKNOWN) };
    if records.len() <= page {
        let mut body = json!({"totalSize": total, "done": true});
        body["records"] = Json::Array(records);
        return Ok(Answer::json(200, body));
    }
    // Cursors are numbered like rows, by a prefix that no object has.
    let locator = desk.store.next_id("01g").to_string();
    let cursor = Cursor { user: desk.context.user.clone(), records, page, total };
    let answer = page_of(&cursor, &locator, 0, &call.version);
    desk.cursors.insert(locator, cursor);
    Ok(answer)
}

/// `GET query/{locator}-{offset}`
pub(super) fn next_page(desk: &mut Desk<'_>, call: &Call, locator: &str) -> Result<Answer, Refusal> {
    let invalid = || Refusal::new(400, "INVALID_QUERY_LOCATOR", "invalid query locator");
    let (locator, offset) = locator.split_once('-').ok_or_else(invalid)?;
    let offset: usize = offset.parse().map_err(|_| invalid())?;
    let cursor = desk
        .cursors
        .get(locator)
        .filter(|cursor| cursor.user == desk.context.user && offset <= cursor.records.len())
        .ok_or_else(invalid)?;
    Ok(page_of(cursor, locator, offset, &call.version))
}

fn page_of(cursor: &Cursor, locator: &str, offset: usize, version: &str) -> Answer {
    let end = cursor.records.len().min(offset + cursor.page);
    let page = cursor.records.get(offset..end).unwrap_or_default();
    let mut body = json!({"totalSize": cursor.total, "done": end == cursor.records.len(), "records": page});
    if end < cursor.records.len()
        && let Json::Object(body) = &mut body
    {
        let next = format!("/services/data/{version}/query/{locator}-{end}");
        body.insert("nextRecordsUrl".to_owned(), json!(next));
    }
    Answer::json(200, body)
}

/// What the caller asks for is a hint: the org may hand out less.
fn page_size(desk: &Desk<'_>, call: &Call) -> usize {
    let asked = call.header("sforce-query-options").unwrap_or_default().split([';', ',']).find_map(|option| {
        let (name, value) = option.split_once('=')?;
        (name.trim().eq_ignore_ascii_case("batchSize")).then(|| value.trim().parse().ok())?
    });
    let page = asked.unwrap_or(LARGEST_PAGE).clamp(SMALLEST_PAGE, LARGEST_PAGE);
    desk.page_limit.map_or(page, |limit| page.min(limit.max(1)))
}

/// `GET search?q=FIND …`
pub(super) fn search(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    let text = call.parameter("q").ok_or_else(no_search_term)?;
    found(desk, call, &Search::parse(text)?)
}

/// `GET parameterizedSearch?q=…`, or `POST` with the same in its body: plain text, in which nothing is special.
pub(super) fn parameterized_search(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    let body = if call.method == http::Method::GET { search_parameters(call)? } else { call.object()? };
    let mut search = Search::plain(body.get("q").and_then(Json::as_str).ok_or_else(no_search_term)?)?;
    let mut shared = Vec::new();
    for (name, value) in &body {
        match name.as_str() {
            "q" | "sobjects" | "spellCorrection" | "sobject" => {}
            "in" => {
                search.fields = value
                    .as_str()
                    .and_then(SearchFields::parse)
                    .ok_or_else(|| malformed_search("in must be ALL, NAME, EMAIL or PHONE"))?;
            }
            "fields" => shared = names(value)?,
            "defaultLimit" => search.default_limit = Some(limit(value)?),
            "overallLimit" => search.overall_limit = Some(limit(value)?),
            other => return Err(super::unsupported(&format!("{other} in parameterizedSearch"))),
        }
    }
    for object in body.get("sobjects").and_then(Json::as_array).into_iter().flatten() {
        search.returning.push(returning(object, &shared)?);
    }
    found(desk, call, &search)
}

/// One of `sobjects`: `{name, fields, where, orderBy, limit}`, or only its name.
fn returning(object: &Json, shared: &[String]) -> Result<Returning, Refusal> {
    if let Some(name) = object.as_str() {
        return Returning::of(name, shared, None, None, None);
    }
    let text = |key: &str| object.get(key).and_then(Json::as_str);
    let name = text("name").ok_or_else(|| malformed_search("an sobject needs its name"))?;
    let own = object.get("fields").map(names).transpose()?;
    let fields = own.as_deref().unwrap_or(shared);
    let limit = object.get("limit").map(limit).transpose()?;
    Returning::of(name, fields, text("where"), text("orderBy"), limit)
}

/// A list of names, or one string of them with commas.
fn names(value: &Json) -> Result<Vec<String>, Refusal> {
    let names: Option<Vec<String>> = match value {
        Json::String(list) => Some(list.split(',').map(|name| name.trim().to_owned()).collect()),
        Json::Array(list) => list.iter().map(|name| name.as_str().map(str::to_owned)).collect(),
        _ => None,
    };
    names.ok_or_else(|| malformed_search("fields must be a list of names"))
}

fn limit(value: &Json) -> Result<u64, Refusal> {
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok());
    number.ok_or_else(|| malformed_search("a limit must be a number"))
}

/// The body that the parameters of a GET stand for: `sobject=Account&Account.fields=Id,Name&Account.limit=5`.
fn search_parameters(call: &Call) -> Result<Map<String, Json>, Refusal> {
    let mut body = Map::new();
    let mut objects: Vec<Map<String, Json>> = Vec::new();
    for (name, value) in &call.query {
        match name.split_once('.') {
            None if name == "sobject" => {
                for object in value.split(',') {
                    objects.push(Map::from_iter([("name".to_owned(), json!(object.trim()))]));
                }
            }
            None => {
                body.insert(name.clone(), json!(value));
            }
            Some((object, key)) => {
                let entry = objects.iter_mut().find(|entry| entry.get("name").and_then(Json::as_str) == Some(object));
                let entry = entry.ok_or_else(|| malformed_search(&format!("{object} is no sobject of this search")))?;
                entry.insert(key.to_owned(), json!(value));
            }
        }
    }
    body.insert("sobjects".to_owned(), json!(objects));
    Ok(body)
}

fn found(desk: &Desk<'_>, call: &Call, search: &Search) -> Result<Answer, Refusal> {
    let options = sosl::Options { version: &call.version, indexed_until: desk.indexed_until };
    let records = sosl::search(desk.view(), search, options)?;
    Ok(Answer::json(200, json!({"searchRecords": records})))
}

fn no_search_term() -> Refusal {
    malformed_search("No search term found. The search term must be enclosed in braces.")
}

fn malformed_search(message: &str) -> Refusal {
    Refusal::new(400, "MALFORMED_SEARCH", message)
}
