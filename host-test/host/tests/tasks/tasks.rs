//! What people ask of a CRM, and the calls a careful model makes for it, against the component and the demo org.
//!
//! The tests (`tests/it/tasks.rs`) and the table (`examples/tasks.rs`) both play these. A play is the model's part: it
//! passes on the person's words, asks where the plugin says so, and checks what came back. Whatever it does not expect
//! to be written must not be written.

mod accounts;
mod desk;
mod opportunities;
mod people;
mod reports;
mod service;
mod verbs;

use std::sync::Arc;

use demo_org::{Extra, Org};
use salesforce_host::types::{Actor, SignInFailure};
use salesforce_host::{CallError, Host};
use test_support::{HOST, demo};

pub(crate) use accounts::*;
pub(crate) use desk::*;
pub(crate) use opportunities::*;
pub(crate) use people::*;
pub(crate) use reports::*;
pub(crate) use service::*;
pub(crate) use verbs::*;

/// What the org has where tools are played that are off by default.
const EXTRAS: [Extra; 3] = [Extra::Approvals, Extra::FlowApprovals, Extra::Files];

/// Tokens of a reply that is no list of records.
pub(crate) const MAX_TOKENS: usize = 1_500;

/// All tasks, in the order of the table.
pub(crate) const ALL: [&Task; 42] = [
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
    &CONVERT_DANA,
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
    &NOT_APPROVED,
    &WHO_OWNS_GLOBEX,
    &MY_DAY,
    &TOP_DEALS,
    &CASES_BY_PRIORITY,
    &RUN_REPORT,
    &FILTERED_REPORT,
    &TWO_REPORTS,
    &LIST_VIEW,
];

/// What playing a task has used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Used {
    /// Requests to Salesforce.
    pub(crate) requests: usize,
    /// Tokens of the longest reply, errors included.
    pub(crate) tokens: usize,
}

/// Plays a task as somebody new, and as somebody who asked the same before.
pub(crate) fn cold_and_warm(host: &Host, task: &Task) -> (Used, Used) {
    let (cold, cached) = play(host, task, Vec::new());
    (cold, play(host, task, cached).0)
}

/// Plays a task with a cache; what it used, and the cache it left.
fn play(host: &Host, task: &Task, cached: Cached) -> (Used, Cached) {
    let needs_more = OFF_BY_DEFAULT.iter().any(|off| off.name == task.name);
    let org = if needs_more { Arc::new(Org::demo_with(EXTRAS)) } else { org() };
    let session = host.session(demo(&org, "riley"));
    if needs_more {
        let mut settings = session.connection().settings();
        settings.tools = Some(vec!["all".to_owned()]);
        session.connection().set_settings(settings);
    }
    for (key, value) in cached {
        session.connection().cache().put(&key, value);
    }
    let asked = session.clone();
    let call = move |tool: &str, arguments: &str| {
        asked.call_json(tool, arguments).map_err(|error| match error {
            CallError::Tool(error) => error.to_json(),
            CallError::Host(error) => panic!("{tool} {arguments}: {error:?}"),
        })
    };
    let seen = Desk::new(Arc::clone(&org), Box::new(call)).play(task);
    let tokens = seen.iter().map(|answer| tiktoken_rs::o200k_base_singleton().encode_ordinary(answer).len());
    let used = Used { requests: org.requests().len(), tokens: tokens.max().unwrap_or_default() };
    (used, session.connection().cache().entries())
}

type Cached = Vec<(String, Vec<u8>)>;

pub(crate) const NOT_APPROVED: Task = Task {
    name: "46, approval",
    prompt: "Connect Salesforce (the admin has not approved the app)",
    ideal: 0,
    warm: 0,
    cold: 0,
    play: |_| {
        let explain = |error: &str, description: &str| {
            let failure = SignInFailure { error: error.to_owned(), description: Some(description.to_owned()) };
            HOST.explain(&failure).unwrap()
        };
        let advice = explain("invalid_client", "app must be installed into org");
        assert_eq!((advice.actor, advice.retry), (Actor::Admin, false));
        assert!(advice.message.contains("Connected Apps OAuth Usage") && advice.message.contains("Install"));
        let advice = explain("invalid_app_access", "user is not admin approved to access this app");
        assert_eq!(advice.actor, Actor::Admin);
        assert!(advice.message.contains("profiles or permission sets"), "{}", advice.message);
        let advice = explain("invalid_grant", "expired access/refresh token");
        assert_eq!(advice.actor, Actor::User);
    },
};
