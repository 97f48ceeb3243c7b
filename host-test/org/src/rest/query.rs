//! `query`, `queryAll` and their pages; `search` and `parameterizedSearch`.

use serde_json::{Value as Json, json};

use super::{Answer, Call, Cursor, Desk};
use crate::{
    refusal::Refusal,
    soql::{self, Options},
};

const LARGEST_PAGE: usize = 2_000;
const SMALLEST_PAGE: usize = 200;

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
    if records.len() <= page {
        return Ok(Answer::json(200, json!({"totalSize": found.total_size, "done": true, "records": records})));
    }
    // Cursors are numbered like rows, by a prefix that no object has.
    let locator = desk.store.next_id("01g").to_string();
    let cursor = Cursor { user: desk.context.user.clone(), records, page };
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
    let mut body = json!({"totalSize": cursor.records.len(), "done": end == cursor.records.len(), "records": page});
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
pub(super) fn search(_desk: &mut Desk<'_>, _call: &Call) -> Result<Answer, Refusal> {
    Err(super::unsupported("search yet"))
}

/// `GET` or `POST parameterizedSearch`
pub(super) fn parameterized_search(_desk: &mut Desk<'_>, _call: &Call) -> Result<Answer, Refusal> {
    Err(super::unsupported("parameterizedSearch yet"))
}
