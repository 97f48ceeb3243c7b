//! What people ask of a CRM, as the host's own tests play it, behind each adapter.

#[path = "../../../../host-test/host/tests/tasks/accounts.rs"]
mod accounts;
#[path = "../../../../host-test/host/tests/tasks/desk.rs"]
mod desk;
#[path = "../../../../host-test/host/tests/tasks/opportunities.rs"]
mod opportunities;
#[path = "../../../../host-test/host/tests/tasks/people.rs"]
mod people;
#[path = "../../../../host-test/host/tests/tasks/reports.rs"]
mod reports;
#[path = "../../../../host-test/host/tests/tasks/service.rs"]
mod service;

use std::sync::Arc;

use demo_org::Org;
use serde_json::Value;

pub(crate) use accounts::*;
pub(crate) use desk::*;
pub(crate) use opportunities::*;
pub(crate) use people::*;
pub(crate) use reports::*;
pub(crate) use service::*;

/// Everything that is played: all that a host can be asked with a call. To convert a lead is asked only of those that
/// hand the token to their adapter.
pub(crate) const ALL: [&Task; 40] = [
    &RECENT_ACCOUNTS,
    &WHAT_ABOUT_ACME,
    &EMPLOYEES,
    &EMPLOYEES_STALE,
    &NEW_ACME,
    &NEW_ACME_ANYWAY,
    &NEW_LEAD_BLOCKED,
    &GERMAN_MANUFACTURERS,
    &ASSIGN_INITECH,
    &BOB_AT_ACME,
    &ADD_SARAH,
    &SALARY_GRADE,
    &UNTOUCHED_LEADS,
    &LEAD_WITHOUT_COMPANY,
    &SUPER_HOT,
    &LEADS_BY_SOURCE,
    &WIN_LOSS,
    &PIPELINE,
    &CLOSED_WON,
    &PUSH_AND_RAISE,
    &NEW_GLOBEX_DEAL,
    &QUIET_DEALS,
    &LOCKED_FOR_A_MOMENT,
    &LOCKED_FOR_LONG,
    &OLD_CASES,
    &NEW_CASE,
    &LOG_CALL,
    &LOG_EMAIL,
    &NOTE_ON_DEAL,
    &LAST_INTERACTIONS,
    &TOKEN_EXPIRED,
    &LIMIT_REACHED,
    &WHO_OWNS_GLOBEX,
    &MY_DAY,
    &TOP_DEALS,
    &CASES_BY_PRIORITY,
    &RUN_REPORT,
    &FILTERED_REPORT,
    &TWO_REPORTS,
    &LIST_VIEW,
];

/// The twelve that are asked most, by their names in the table.
pub(crate) const TWELVE: [&str; 12] = ["1", "2", "3", "4", "5", "11", "12", "25", "26", "36", "41", "45"];

/// Plays a task as somebody new, with the token of then. `call` calls a tool through the adapter.
pub(crate) fn play(
    task: &Task,
    call: impl Fn(&Arc<Org>, &str, &str, &str) -> Result<String, Value> + 'static,
) -> Arc<Org> {
    let org = org();
    let (of_call, token) = (Arc::clone(&org), org.token("riley"));
    let with_token = move |tool: &str, arguments: &str| call(&of_call, &token, tool, arguments);
    let desk = Desk::new(Arc::clone(&org), Box::new(with_token));
    desk.play(task);
    org
}
