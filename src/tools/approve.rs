//! `approve`: decides on what waits for the user, submits a record for approval, or takes that back. One composite request
//! of queries reads the record and what waits of it, then `POST process/approvals`, or for a step of a flow
//! `POST actions/standard/reviewApprovalWorkItem`; where it goes on, one `query` of whom it waits for then. One `query`
//! before where the record is given by name or by a step, and where an approver is named; with an empty cache,
//! `GET userinfo`.
//!
//! No tool takes a decision back, so which step is meant is never guessed.

use crate::call::Call;
use crate::error::Error;
use crate::id::RecordId;
use crate::json::{Json, List, Object, quoted};
use crate::known::{Known, PlanError};
use crate::policy::Effect;
use crate::record::Record;
use crate::reply::Values;
use crate::resolve::approvals::{self, FLOW_ITEM, FLOW_TARGET, TARGET, WORK_ITEM};
use crate::resolve::lookup::{self, Wanted};
use crate::resolve::names;
use crate::resolve::record::{self, By, MAX_CANDIDATES, MAX_FACT_CHARS, Target};
use crate::resolve::related::query;
use crate::rest::Action;
use crate::soql::{Comparison, Condition, DateTime, FieldPath, Literal, ObjectName, Select, Text};
use crate::wit::{ApprovalDecision, ApproveArgs, ApproveReply, Candidate, ErrorKind, Undo};
use crate::write::references;

/// The objects that only the older kind has: what is asked for approval, who belongs to a queue, and what was decided.
static INSTANCE: ObjectName = ObjectName::from_static("ProcessInstance");
static MEMBER: ObjectName = ObjectName::from_static("GroupMember");
static STEP: ObjectName = ObjectName::from_static("ProcessInstanceStep");

/// How the ids of steps begin.
const ITEM_PREFIXES: [&str; 2] = ["04i", FLOW_PREFIX];
const FLOW_PREFIX: &str = "9jR";
/// The most steps of one record that wait.
const MAX_STEPS: u32 = 20;
/// The most queues of a user that are looked at.
const MAX_QUEUES: u32 = 500;
/// Characters of a comment.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_processinstancestep.htm>
const MAX_COMMENT_CHARS: usize = 4000;
/// Seconds by which what was decided may seem older than the call, for its time is cut to whole seconds.
const GRAIN: i64 = 2;
/// How an approval stands that goes on.
const PENDING: &str = "Pending";

/// What is read of a step: whom it waits for, and what tells it apart.
const FACTS: [&str; 3] = ["Actor.Name", "CreatedDate", "ProcessInstance.SubmittedBy.Name"];
const FLOW_FACTS: [&str; 3] = ["AssignedTo.Name", "CreatedDate", "ApprovalSubmission.SubmittedBy.Name"];
/// What is read of a step of a flow besides.
const FLOW_COLUMNS: [&str; 6] =
    ["AssignedToId", "AssignedTo.Name", "ApprovalSubmissionId", "ApprovalSubmission.Status", "Status", "ReviewedById"];

/// Decides, submits or takes back.
pub(super) fn approve(call: &Call<'_>, args: ApproveArgs) -> Result<ApproveReply, Error> {
    let decision = args.decision;
    check(call.known(), &args)?;
    let (target, item) = target(call, &args)?;
    let By::Id(id) = target.by else { return Err(Error::input("no record")) };
    let next = match &args.approver {
        None => None,
        Some(_) => call.run(&args, approver, |wanted| references::find(call, &mut [wanted]))?.into_iter().next(),
    };
    let user = call.user()?.id;
    let asked = Asked { object: &target.object, id, user, decision };
    let (record, steps) = look(call, &target, &asked)?;
    let step = match decision {
        ApprovalDecision::Submit => match steps.iter().find(|step| !step.is_flow) {
            None => None,
            Some(_) => return Err(unclear(ErrorKind::Conflict, ALREADY, &steps)),
        },
        _ => Some(choose(&asked, item, &steps)?),
    };
    if let (Some(found), true) = (&next, step.is_some_and(|step| step.is_flow)) {
        let message = "nothing was written: a flow says itself who decides next; leave `approver` out";
        return Err(Error::argument("approver", message).with_candidates(vec![found.candidate.clone()]));
    }
    let began = call.now();
    let action = action(&asked, step, &args, next.as_ref().map(|found| found.id));
    let mut notices: Vec<String> = next.into_iter().filter_map(|found| found.notice).collect();
    let after = match call.write(&action) {
        Ok(result) => {
            let status = result.fields().text("instanceStatus");
            match status.as_deref() {
                // Nobody has to say any more.
                Some(status) if status != PENDING => After { status: Some(status.to_owned()), ..After::default() },
                _ => after(call, &asked, step, None).unwrap_or_else(|_| {
                    notices.push("whom it waits for now could not be read".to_owned());
                    After { status, ..After::default() }
                }),
            }
        }
        Err(cause) if cause.outcome_unknown() => match after(call, &asked, step, Some(began)) {
            Ok(after) if after.is_done => {
                notices.push("Salesforce did not answer, so it was looked for: it has happened".to_owned());
                after
            }
            // What Salesforce itself says of who may not decide on a step of a flow, as an org was seen to.
            Ok(_) if cause.is_refused_with("UNKNOWN_EXCEPTION") && cause.has_status(&[400]) => {
                return Err(cause.nothing_written().explained(ErrorKind::Forbidden, NOT_THEIRS));
            }
            Ok(_) => return Err(cause.with_context("it was looked for, and has not happened so far")),
            Err(_) => return Err(cause.with_context("looking whether it has happened failed as well")),
        },
        Err(error) => return Err(explained(error, &args)),
    };
    let name = record.and_then(|record| record::candidate(call.known(), &record)?.name);
    Ok(ApproveReply {
        object: target.object.to_string(),
        id: id.to_string(),
        link: call.link(id.as_str()),
        name,
        decision,
        status: after.status,
        waits_for: after.waits_for,
        undo: undo(decision, &id),
        notices,
    })
}

/// What is asked for.
struct Asked<'a> {
    object: &'a ObjectName,
    id: RecordId,
    user: RecordId,
    decision: ApprovalDecision,
}

/// Refuses what can't be meant, and what can't be looked for.
fn check(known: &Known, args: &ApproveArgs) -> Result<(), Error> {
    let length = args.comment.as_deref().map_or(0, |comment| comment.chars().count());
    if length > MAX_COMMENT_CHARS {
        return Err(Error::argument("comment", "a comment has at most 4,000 characters; shorten it"));
    }
    if args.approver.is_some() && matches!(args.decision, ApprovalDecision::Reject | ApprovalDecision::Recall) {
        return Err(Error::argument(
            "approver",
            "`approver` goes with approve and submit alone: after this nobody decides",
        ));
    }
    if args.decision != ApprovalDecision::Submit && !approvals::may_read_of_flows(known) {
        known.allow_object(&WORK_ITEM, Effect::ReadOnly)?;
        known.allow_object(&INSTANCE, Effect::ReadOnly)?;
    }
    Ok(())
}

/// The record by its id, and the step if one was said in its place.
fn target(call: &Call<'_>, args: &ApproveArgs) -> Result<(Target, Option<RecordId>), Error> {
    let item = record::id("record", args.record.trim())?.filter(|id| ITEM_PREFIXES.contains(&id.prefix()));
    let Some(item) = item else {
        let mut target = call.plan(args, |known, args| {
            let target = record::read(known, &args.record, args.object.as_deref())?;
            known.allow_object(&target.object, Effect::Overwrites)?;
            Ok(target)
        })?;
        if let By::Name(_) = target.by {
            let records = call.run(&target, record::select, |select| Ok(call.query(&select, usize::MAX)?.records))?;
            target.by = By::Id(names::id_of(&record::choose(call.known(), &target, records)?)?);
        }
        return Ok((target, None));
    };
    if args.decision == ApprovalDecision::Submit {
        return Err(Error::argument("record", "what is submitted is a record, and this is a step of an approval"));
    }
    let is_flow = item.prefix() == FLOW_PREFIX;
    let is_it = record::is(&item);
    let select = if is_flow { approvals::flow_items(vec![is_it], 1) } else { approvals::items(is_it, 1) };
    let records = call.query(&select?, 1)?.records;
    let of = records.first().and_then(|record| record.fields().text(if is_flow { FLOW_TARGET } else { TARGET }));
    let Some(id) = of.and_then(|id| RecordId::parse(&id).ok()) else {
        return Err(Error::not_found("nothing was written: this step waits no more, or the user may not see it"));
    };
    let target = call.plan(&id, |known, id| {
        let object = names::object_of(known, id)?;
        known.allow_object(&object, Effect::Overwrites)?;
        Ok(Target { object, by: By::Id(*id) })
    })?;
    Ok((target, Some(item)))
}

/// Whom the next step is to wait for.
fn approver(known: &Known, args: &ApproveArgs) -> Result<Wanted, PlanError> {
    let text = args.approver.as_deref().unwrap_or_default();
    lookup::named(known, "approver", text, ObjectName::from_static("User"))
}

/// A step that waits.
struct Step {
    id: RecordId,
    is_flow: bool,
    /// Whether it waits for the user, or for a queue of theirs.
    is_own: bool,
    /// As it was read.
    record: Record,
}

/// What a query is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Record,
    Queues,
    Items,
    FlowItems,
}

fn is_of(field: &'static str, id: RecordId) -> Condition {
    Condition::compare(FieldPath::from_static(field), Comparison::Eq, id)
}

/// The record, and what waits of it.
fn look(call: &Call<'_>, target: &Target, asked: &Asked<'_>) -> Result<(Option<Record>, Vec<Step>), Error> {
    let answers = call.run(asked, plan, |plan| {
        let selects: Vec<&Select> = plan.iter().map(|(_, select)| select).collect();
        let mut answers = Vec::new();
        let found = if selects.is_empty() { Vec::new() } else { call.records_of_all(&selects)? };
        for ((source, _), records) in plan.iter().zip(found) {
            let records = match records {
                // The org has none of this kind.
                Err(error) if *source != Source::Record && error.is_refused_with("INVALID_TYPE") => Vec::new(),
                records => records?,
            };
            answers.push((*source, records));
        }
        Ok(answers)
    })?;
    let mut record = None;
    let mut own = vec![asked.user.to_string()];
    let mut steps = Vec::new();
    for (source, records) in answers {
        match source {
            Source::Record => record = Some(record::choose(call.known(), target, records)?),
            Source::Queues => own.extend(records.iter().filter_map(|member| member.fields().text("GroupId"))),
            Source::Items | Source::FlowItems => {
                let is_flow = source == Source::FlowItems;
                let actor = if is_flow { "AssignedToId" } else { "ActorId" };
                for record in records {
                    let is_own = record.fields().text(actor).is_some_and(|actor| own.contains(&actor));
                    steps.push(Step { id: names::id_of(&record)?, is_flow, is_own, record });
                }
            }
        }
    }
    Ok((record, steps))
}

fn plan(known: &Known, asked: &Asked<'_>) -> Result<Vec<(Source, Select)>, PlanError> {
    let mut plan = Vec::new();
    if known.may_read(asked.object) {
        plan.push((Source::Record, record::candidate_query(known, asked.object, (record::is(&asked.id), 1))?));
    }
    if known.may_read(&MEMBER) && asked.decision != ApprovalDecision::Submit {
        let of_user = vec![is_of("UserOrGroupId", asked.user)];
        plan.push((Source::Queues, query(&MEMBER, &["GroupId"], of_user, "Id", false, MAX_QUEUES)?));
    }
    if approvals::may_read(known) {
        plan.push((Source::Items, approvals::items(is_of(TARGET, asked.id), MAX_STEPS)?));
    }
    if approvals::may_read_of_flows(known) && asked.decision != ApprovalDecision::Submit {
        let waiting = vec![approvals::waits()?, is_of(FLOW_TARGET, asked.id)];
        plan.push((Source::FlowItems, flow_items(waiting)?));
    }
    Ok(plan)
}

fn flow_items(conditions: Vec<Condition>) -> Result<Select, Error> {
    let mut select = approvals::flow_items(conditions, MAX_STEPS)?;
    FLOW_COLUMNS.into_iter().for_each(|column| select.add(FieldPath::from_static(column)));
    Ok(select)
}

/// The one step that is meant.
fn choose<'s>(asked: &Asked<'_>, item: Option<RecordId>, steps: &'s [Step]) -> Result<&'s Step, Error> {
    let is_recall = asked.decision == ApprovalDecision::Recall;
    let fits = |step: &&Step| match item {
        Some(item) => step.id == item,
        None => is_recall || step.is_own,
    };
    let mut fit: Vec<&Step> = steps.iter().filter(fits).collect();
    if is_recall {
        // A record is in one approval of the older kind at a time, and that is taken back whole.
        fit.retain(|step| !step.is_flow);
        fit.truncate(1);
    }
    match fit.as_slice() {
        [one] => Ok(one),
        [] if steps.is_empty() => Err(unclear(ErrorKind::NotFound, NOTHING, steps)),
        [] if is_recall => Err(unclear(ErrorKind::Rejected, OF_A_FLOW, steps)),
        [] => Err(unclear(ErrorKind::NotFound, FOR_OTHERS, steps)),
        _ => Err(unclear(ErrorKind::Ambiguous, SEVERAL, steps)),
    }
}

const NOTHING: &str =
    "nothing was written: no approval of this record waits, as far as the user can see: tell the person";
const FOR_OTHERS: &str = "nothing was written: what waits of this record waits for others, as the candidates say: tell the person, and only if they say that they act for those, call again with its id";
const SEVERAL: &str = "nothing was written: several steps of this record wait; ask the person which is meant, then call again with its id";
const OF_A_FLOW: &str =
    "nothing was written: this approval is a flow's, which no tool takes back: a person can do it in Salesforce";
const ALREADY: &str = "nothing was written: the record waits for an approval already: tell the person for whose";
const NOT_THEIRS: &str = "nothing was written: Salesforce does not let the user decide on this: as a rule it waits for somebody else, so tell the person";
const DECIDED: &str = "nothing was written: this step waits no more, as a rule because somebody decided or took it back meanwhile: look again, and tell the person";

/// Why no step was chosen, with those that wait.
fn unclear(kind: ErrorKind, message: &str, steps: &[Step]) -> Error {
    let candidate = |step: &Step| {
        let fields = step.record.fields();
        let facts = if step.is_flow { FLOW_FACTS } else { FACTS };
        Candidate {
            object: if step.is_flow { FLOW_ITEM.to_string() } else { WORK_ITEM.to_string() },
            id: step.id.to_string(),
            name: None,
            field: None,
            facts: Values::cut_after(MAX_FACT_CHARS).object(facts.into_iter().map(|fact| (fact, fields.get(fact)))),
        }
    };
    let candidates = steps.iter().take(MAX_CANDIDATES).map(candidate).collect();
    Error::not_found("").explained(kind, message).about(vec!["record".to_owned()]).with_candidates(candidates)
}

/// What is sent.
fn action(asked: &Asked<'_>, step: Option<&Step>, args: &ApproveArgs, next: Option<RecordId>) -> Action {
    // The manual has these in lower case for flows, and an org was seen to refuse that.
    let (word, _) = words(asked.decision);
    let of = step.map_or(&asked.id, |step| &step.id).as_str();
    let mut request = Object::default();
    let is_flow = step.is_some_and(|step| step.is_flow);
    let names = if is_flow { ["approvalWorkItemId", "approvalDecision"] } else { ["contextId", "actionType"] };
    request.text(names[0], of);
    request.text(names[1], word);
    if let Some(comment) = args.comment.as_deref().filter(|comment| !comment.trim().is_empty()) {
        request.text("comments", comment);
    }
    if let Some(next) = next {
        let mut ids = List::default();
        ids.item(Json::trusted(&quoted(next.as_str())));
        request.member("nextApproverIds", Json::trusted(&ids.finish()));
    }
    let request = request.finish();
    if is_flow { Action::review(&request) } else { Action::approval(&request) }
}

/// What Salesforce calls a decision, and what stands of it afterwards.
fn words(decision: ApprovalDecision) -> (&'static str, &'static str) {
    match decision {
        ApprovalDecision::Approve => ("Approve", "Approved"),
        ApprovalDecision::Reject => ("Reject", "Rejected"),
        ApprovalDecision::Submit => ("Submit", "Started"),
        ApprovalDecision::Recall => ("Removed", "Removed"),
    }
}

/// How an approval stands.
#[derive(Default)]
struct After {
    /// Whether what was asked for has happened, where that was to be found out.
    is_done: bool,
    status: Option<String>,
    waits_for: Vec<String>,
}

/// Reads how the approval stands; where there was no answer, also whether the user has decided since the call began, in
/// seconds since the Unix epoch.
fn after(call: &Call<'_>, asked: &Asked<'_>, step: Option<&Step>, lost: Option<i64>) -> Result<After, Error> {
    let mut after = After::default();
    if let Some(step) = step.filter(|step| step.is_flow) {
        let submission = step.record.fields().text("ApprovalSubmissionId");
        let submission = submission.and_then(|id| RecordId::parse(&id).ok()).ok_or_else(|| Error::input("no flow"))?;
        for record in call.query(&flow_items(vec![is_of("ApprovalSubmissionId", submission)])?, usize::MAX)?.records {
            let fields = record.fields();
            let waits = fields.text("Status").as_deref() == Some("Assigned");
            if waits {
                after.waits_for.extend(fields.text("AssignedTo.Name"));
            }
            if fields.text("Id").as_deref() == Some(step.id.as_str()) {
                after.is_done = !waits && fields.text("ReviewedById").as_deref() == Some(asked.user.as_str());
            }
            let status = fields.text("ApprovalSubmission.Status");
            after.status = status.map(|status| if status == "InProgress" { PENDING.to_owned() } else { status });
        }
        return Ok(after);
    }
    let (_, status) = words(asked.decision);
    for object in [&WORK_ITEM, &INSTANCE].into_iter().chain(lost.map(|_| &STEP)) {
        call.known().allow_object(object, Effect::ReadOnly)?;
    }
    let mut selects = vec![approvals::items(is_of(TARGET, asked.id), MAX_STEPS)?];
    if let Some(began) = lost {
        let since = DateTime::from_unix(call.org_time(began).unwrap_or(began) - GRAIN);
        let mut decided = vec![is_of(TARGET, asked.id), is_of("ActorId", asked.user)];
        decided.push(Condition::compare(FieldPath::from_static("StepStatus"), Comparison::Eq, Text::new(status)?));
        decided.extend(since.map(|since| {
            Condition::compare(FieldPath::from_static("CreatedDate"), Comparison::Ge, Literal::from(since))
        }));
        selects.push(query(&STEP, &["Id"], decided, "Id", true, 1)?);
    }
    let mut answers = call.records_of_all(&selects.iter().collect::<Vec<_>>())?.into_iter();
    let waiting = answers.next().transpose()?.unwrap_or_default();
    after.is_done = answers.next().transpose()?.is_some_and(|steps| !steps.is_empty());
    after.waits_for = waiting.iter().filter_map(|record| record.fields().text("Actor.Name")).collect();
    after.status = Some(if waiting.is_empty() { status } else { PENDING }.to_owned());
    Ok(after)
}

/// The same refusal, as it is to be understood.
/// <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm>
fn explained(error: Error, args: &ApproveArgs) -> Error {
    let code = error.refusal().and_then(|refusal| refusal.code.clone()).unwrap_or_default();
    let is_submit = args.decision == ApprovalDecision::Submit;
    let (kind, message) = match code.as_str() {
        "NO_APPLICABLE_PROCESS" => (
            ErrorKind::Rejected,
            "nothing was written: no approval process of the org takes this record as it is, or takes it from this user: tell the person, for an admin sees in Setup, Approval Processes, what they ask for",
        ),
        "ALREADY_IN_PROCESS" => (ErrorKind::Conflict, ALREADY),
        "REQUIRED_FIELD_MISSING" if args.approver.is_none() => {
            let message = "nothing was written: the process asks who decides next: ask the person, and call again with `approver`";
            return error.explained(ErrorKind::InvalidInput, message).about(vec!["approver".to_owned()]);
        }
        "MANAGER_NOT_DEFINED" => (
            ErrorKind::Rejected,
            "nothing was written: the next step waits for a manager, and Salesforce knows none of this user: tell the person, for an admin can set one",
        ),
        "INSUFFICIENT_ACCESS" | "INSUFFICIENT_ACCESS_OR_READONLY" | "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY" => {
            let message = match args.decision {
                ApprovalDecision::Recall => {
                    "nothing was written: an admin can take this back, and who submitted it only where the process lets them: tell the person"
                }
                ApprovalDecision::Submit => {
                    "nothing was written: the user may not submit this record: its owner or an admin can"
                }
                _ => NOT_THEIRS,
            };
            (ErrorKind::Forbidden, message)
        }
        "INVALID_CROSS_REFERENCE_KEY" | "INVALID_INPUT" if !is_submit => (ErrorKind::Conflict, DECIDED),
        _ => return error,
    };
    error.explained(kind, message)
}

/// What takes it back: nothing but a recall, of what was submitted.
fn undo(decision: ApprovalDecision, id: &RecordId) -> Undo {
    if decision != ApprovalDecision::Submit {
        let instructions = "no tool takes this back: a person can submit the record again, or ask an admin".to_owned();
        return Undo { tool: None, arguments: None, instructions: Some(instructions) };
    }
    let mut arguments = Object::default();
    arguments.text("record", id.as_str());
    arguments.text("decision", "recall");
    let instructions = "it works until it is decided, where the process lets who submitted take it back".to_owned();
    Undo {
        tool: Some("salesforce_approve".to_owned()),
        arguments: Some(arguments.finish()),
        instructions: Some(instructions),
    }
}
