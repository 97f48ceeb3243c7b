//! The background process that archives old activities.
//! <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_guidelines_archive.htm>

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::store::{Row, Store};

const YEAR: SignedDuration = SignedDuration::from_hours(365 * 24);

/// Archives every task and event that is old enough. What is archived stays so.
pub(crate) fn run(store: &mut Store, now: Timestamp) {
    let rows = ["Task", "Event"].into_iter().flat_map(|object| store.rows(object));
    let old: Vec<Row> = rows.filter(|row| !row.is_archived() && is_old(row, now)).cloned().collect();
    for mut row in old {
        row.set("IsArchived", true);
        store.put(row);
    }
}

/// Events of 365 days ago and more; closed tasks that were due then, or without a due date were created then.
fn is_old(row: &Row, now: Timestamp) -> bool {
    let limit = now - YEAR;
    let day = limit.to_zoned(TimeZone::UTC).date();
    let due = row.get("ActivityDate").as_date();
    if row.object == "Event" {
        let start = row.get("ActivityDateTime").as_timestamp();
        return due.is_some_and(|due| due <= day) || start.is_some_and(|start| start <= limit);
    }
    let created = row.get("CreatedDate").as_timestamp();
    row.get("IsClosed").is_true()
        && match due {
            Some(due) => due <= day,
            None => created.is_some_and(|created| created <= limit),
        }
}
