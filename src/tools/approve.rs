//! `approve`: decides on what waits for the user, submits a record for approval, or takes that back. One composite request
//! of queries reads what waits of the record, then `POST process/approvals`, or for a step of a flow
//! `POST actions/standard/reviewApprovalWorkItem`; where it may go on, the same queries say whom it waits for then. One
//! `query` before where the record is given by name; with an empty cache, `GET userinfo`.
//!
//! No tool takes a decision back, so which step is meant is never guessed.

use crate::call::Call;
use crate::error::Error;
use crate::id::RecordId;
use crate::json::{Json, Object};
use crate::known::{Known, PlanError};
use crate::policy::Effect;
use crate::record::Record;
use crate::reply::Values;
use crate::resolve::approvals::{self, FLOW_ITEM, FLOW_TARGET, TARGET, WORK_ITEM};
use crate::resolve::lookup::{self, Wanted};
use crate::resolve::names;
use crate::resolve::record::{self, MAX_CANDIDATES, MAX_FACT_CHARS};
use crate::resolve::related::query;
use crate::rest::Action;
use crate::soql::{Comparison, Condition, FieldPath, ObjectName, Select};
use crate::wit::{ApprovalDecision, ApproveArgs, ApproveReply, Candidate, ErrorKind};
use crate::write::references;

const USER: ObjectName = ObjectName::from_static("User");
/// Who belongs to a queue.
static MEMBER: ObjectName = ObjectName::from_static("GroupMember");

/// How the ids of steps begin, in the older framework and in that of flows.
const ITEM_PREFIX: &str = "04i";
const FLOW_PREFIX: &str = "9jR";
/// The most steps of one record that are looked at, the latest of those of flows.
const MAX_STEPS: u32 = 20;
/// The most queues of a user that are looked at.
const MAX_QUEUES: u32 = 500;
/// Characters of a comment.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_processinstancestep.htm>
const MAX_COMMENT_CHARS: usize = 4000;
/// How an approval stands that goes on, and one of a flow.
const PENDING: &str = "Pending";
const GOES_ON: &str = "InProgress";

/// Whom a step waits for, the record, and what tells it apart besides.
const FACTS: [&str; 4] =
    ["Actor.Name", "ProcessInstance.TargetObject.Name", "CreatedDate", "ProcessInstance.SubmittedBy.Name"];
const FLOW_FACTS: [&str; 4] =
    ["AssignedTo.Name", "RelatedRecord.Name", "CreatedDate", "ApprovalSubmission.SubmittedBy.Name"];

/// Decides, submits or takes back.
pub(super) fn approve(call: &Call<'_>, args: ApproveArgs) -> Result<ApproveReply, Error> {
    let decision = args.decision;
    check(call.known(), &args)?;
    let mut asked = Asked { of: target(call, &args)?, item: None, user: call.user()?.id, args: &args };
    if [ITEM_PREFIX, FLOW_PREFIX].contains(&asked.of.prefix()) {
        asked.item = Some(asked.of);
    }
    let seen = look(call, &asked)?;
    let step = match decision {
        ApprovalDecision::Submit if seen.steps.is_empty() => None,
        ApprovalDecision::Submit => return Err(unclear(ErrorKind::Conflict, ALREADY, &seen.steps)),
        _ => Some(choose(&asked, &seen.steps)?),
    };
    if let Some(step) = step {
        let fields = step.record.fields();
        let of = fields.text(if step.is_flow { FLOW_TARGET } else { TARGET });
        asked.of = of.and_then(|id| RecordId::parse(&id).ok()).unwrap_or(asked.of);
    }
    let object = call.plan(&asked.of, |known, id| {
        let object = names::object_of(known, id)?;
        known.allow_object(&object, Effect::Overwrites)?;
        Ok(object)
    })?;
    let is_flow = step.is_some_and(|step| step.is_flow);
    if is_flow && args.approver.is_some() {
        return Err(Error::argument("approver", "nothing was written: a flow says itself who decides next"));
    }
    let mut notices = Vec::from_iter(seen.notice);
    let status = match call.write(&action(&asked, step, seen.next)) {
        Ok(result) => result.fields().text("instanceStatus"),
        Err(cause) if cause.outcome_unknown() => return Err(looked_into(call, &asked, step, cause)),
        Err(error) => return Err(explained(error, &args)),
    };
    let mut reply = ApproveReply {
        link: call.link(asked.of.as_str()),
        id: asked.of.to_string(),
        object: object.to_string(),
        name: None,
        decision,
        status,
        waits_for: Vec::new(),
        notices: Vec::new(),
    };
    let own = step.map(|step| step.id);
    let mut steps = seen.steps;
    if reply.status.as_deref().is_none_or(|status| status == PENDING) {
        asked.item = None;
        match look(call, &asked) {
            Ok(now) => {
                for step in now.steps.iter().filter(|step| step.is_flow == is_flow) {
                    if step.waits {
                        reply.waits_for.extend(step.fact(0));
                    } else if Some(step.id) == own {
                        let status = step.record.fields().text("ApprovalSubmission.Status");
                        reply.status = status.map(|status| if status == GOES_ON { PENDING.to_owned() } else { status });
                    }
                }
                steps.extend(now.steps);
            }
            Err(_) => notices.push("whom it waits for now could not be read".to_owned()),
        }
    }
    if call.known().may_read(&object) {
        reply.name = steps.first().and_then(|step| step.fact(1));
    }
    let undo = match decision {
        ApprovalDecision::Submit => {
            "until it is decided, salesforce_approve takes it back by the decision recall, where the process lets who submitted"
        }
        _ => "no tool takes this back: a person can submit the record again, or ask an admin",
    };
    notices.push(undo.to_owned());
    Ok(ApproveReply { notices, ..reply })
}

/// What is asked for.
struct Asked<'a> {
    /// The record; as long as it is not known, the step.
    of: RecordId,
    /// The step that was said in place of the record.
    item: Option<RecordId>,
    user: RecordId,
    args: &'a ApproveArgs,
}

/// Refuses what can't be meant, and what can't be looked for.
fn check(known: &Known, args: &ApproveArgs) -> Result<(), Error> {
    if args.comment.as_deref().is_some_and(|comment| comment.chars().count() > MAX_COMMENT_CHARS) {
        return Err(Error::argument("comment", "a comment has at most 4,000 characters; shorten it"));
    }
    if args.approver.is_some() && matches!(args.decision, ApprovalDecision::Reject | ApprovalDecision::Recall) {
        return Err(Error::argument("approver", "after this nobody decides: leave `approver` out"));
    }
    if args.decision != ApprovalDecision::Submit && !approvals::may_read(known, true) {
        approvals::OBJECTS.iter().try_for_each(|object| known.allow_object(object, Effect::ReadOnly))?;
    }
    Ok(())
}

/// The record or the step, by its id.
fn target(call: &Call<'_>, args: &ApproveArgs) -> Result<RecordId, Error> {
    if let Some(item) = record::id("record", args.record.trim())?
        && [ITEM_PREFIX, FLOW_PREFIX].contains(&item.prefix())
    {
        return match args.decision {
            ApprovalDecision::Submit => {
                Err(Error::argument("record", "what is submitted is a record, and this is a step of an approval"))
            }
            _ => Ok(item),
        };
    }
    let target = call.plan(args, |known, args| {
        let target = record::read(known, &args.record, args.object.as_deref())?;
        known.allow_object(&target.object, Effect::Overwrites)?;
        Ok(target)
    })?;
    references::id_of(call, target)
}

/// A step of an approval of the record.
struct Step {
    id: RecordId,
    is_flow: bool,
    waits: bool,
    /// Whether it waits for the user, or for a queue of theirs.
    is_own: bool,
    /// As it was read.
    record: Record,
}

impl Step {
    fn fact(&self, place: usize) -> Option<String> {
        self.record.fields().text(if self.is_flow { FLOW_FACTS } else { FACTS }[place])
    }
}

/// What was found.
#[derive(Default)]
struct Seen {
    steps: Vec<Step>,
    /// Whom the next step is to wait for, and what was taken for that.
    next: Option<RecordId>,
    notice: Option<String>,
}

/// What a query is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Queues,
    Items,
    FlowItems,
}

/// What there is of approvals of the record, and who is named.
fn look(call: &Call<'_>, asked: &Asked<'_>) -> Result<Seen, Error> {
    call.run(asked, plan, |(plan, mut wanted)| {
        let mut selects = Vec::new();
        plan.iter().for_each(|(_, select)| selects.push(select));
        lookup::selects(&wanted).for_each(|select| selects.push(select));
        let mut answers = call.records_of_all(&selects)?.into_iter();
        let mut seen = Seen::default();
        let mut own = vec![asked.user.to_string()];
        for (source, _) in &plan {
            let records = match answers.next() {
                // The org has none of this kind.
                Some(Err(error)) if error.is_refused_with("INVALID_TYPE") => continue,
                records => records.transpose()?.unwrap_or_default(),
            };
            let is_flow = *source == Source::FlowItems;
            for record in records {
                let fields = record.fields();
                if *source == Source::Queues {
                    own.extend(fields.text("GroupId"));
                    continue;
                }
                let actor = fields.text(if is_flow { "AssignedToId" } else { "ActorId" });
                seen.steps.push(Step {
                    id: names::id_of(&record)?,
                    is_flow,
                    waits: !is_flow || fields.text("Status").as_deref() == Some(approvals::WAITS),
                    is_own: actor.is_some_and(|actor| own.contains(&actor)),
                    record,
                });
            }
        }
        for found in references::choose(call, &mut wanted, answers.collect())? {
            (seen.next, seen.notice) = (Some(found.id), found.notice);
        }
        Ok(seen)
    })
}

type Plan = (Vec<(Source, Select)>, Vec<Wanted>);

fn plan(known: &Known, asked: &Asked<'_>) -> Result<Plan, PlanError> {
    let (mut plan, mut wanted) = (Vec::new(), Vec::new());
    let is_submit = asked.args.decision == ApprovalDecision::Submit;
    let is = |field, id| Condition::compare(FieldPath::from_static(field), Comparison::Eq, id);
    if known.may_read(&MEMBER) && !is_submit {
        let of_user = vec![is("UserOrGroupId", asked.user)];
        plan.push((Source::Queues, query(&MEMBER, &["GroupId"], of_user, "Id", false, MAX_QUEUES)?));
    }
    for (source, prefix, target) in
        [(Source::Items, ITEM_PREFIX, TARGET), (Source::FlowItems, FLOW_PREFIX, FLOW_TARGET)]
    {
        let is_flow = source == Source::FlowItems;
        let condition = match asked.item {
            Some(item) if item.prefix() != prefix => continue,
            Some(item) => record::is(&item),
            None => is(target, asked.of),
        };
        if approvals::may_read(known, is_flow) && !(is_flow && is_submit) {
            plan.push((source, approvals::items(is_flow, vec![condition], is_flow, MAX_STEPS)?));
        }
    }
    if let Some(approver) = &asked.args.approver {
        wanted.push(lookup::named(known, "approver", approver, USER)?);
    }
    Ok((plan, wanted))
}

/// The one step that is meant.
fn choose<'s>(asked: &Asked<'_>, steps: &'s [Step]) -> Result<&'s Step, Error> {
    let is_recall = asked.args.decision == ApprovalDecision::Recall;
    let (mut fit, mut count, mut waiting) = (None, 0, 0);
    for step in steps.iter().filter(|step| step.waits) {
        waiting += 1;
        let fits = if is_recall { !step.is_flow } else { asked.item.is_some() || step.is_own };
        // A record is in one approval of the older kind at a time, and that is taken back whole.
        if fits && !(is_recall && count > 0) {
            (fit, count) = (Some(step), count + 1);
        }
    }
    let (kind, message) = match (fit, count) {
        (Some(one), 1) => return Ok(one),
        (Some(_), _) => (ErrorKind::Ambiguous, SEVERAL),
        (None, _) if waiting == 0 => (ErrorKind::NotFound, NOTHING),
        (None, _) if is_recall => (ErrorKind::Rejected, OF_A_FLOW),
        (None, _) => (ErrorKind::NotFound, FOR_OTHERS),
    };
    Err(unclear(kind, message, steps))
}

const NOTHING: &str = "nothing was written: no approval waits here, as far as the user can see: tell the person";
const FOR_OTHERS: &str = "nothing was written: what waits of this record waits for others, as the candidates say: tell the person, and only if they say that they act for those, call again with its id";
const SEVERAL: &str = "nothing was written: several steps of this record wait; ask the person which is meant, then call again with its id";
const OF_A_FLOW: &str =
    "nothing was written: this approval is a flow's, which no tool takes back: a person can do it in Salesforce";
const ALREADY: &str = "nothing was written: the record waits for an approval already: tell the person for whose";
const NOT_THEIRS: &str = "nothing was written: Salesforce does not let the user decide on this: as a rule it waits for somebody else, so tell the person";
const DECIDED: &str = "nothing was written: this step waits no more, as a rule because somebody decided or took it back meanwhile: look again, and tell the person";

/// Why no step was chosen, with those that wait.
fn unclear(kind: ErrorKind, message: &str, steps: &[Step]) -> Error {
    let mut candidates = Vec::new();
    for step in steps {
        if !step.waits || candidates.len() == MAX_CANDIDATES {
            continue;
        }
        let fields = step.record.fields();
        let (object, facts) = if step.is_flow { (FLOW_ITEM, FLOW_FACTS) } else { (WORK_ITEM, FACTS) };
        candidates.push(Candidate {
            object: object.to_string(),
            id: step.id.to_string(),
            name: None,
            field: None,
            facts: Values::cut_after(MAX_FACT_CHARS).object(facts.iter().map(|fact| (*fact, fields.get(fact)))),
        });
    }
    Error::argument("record", "").explained(kind, message).with_candidates(candidates)
}

/// What is sent.
fn action(asked: &Asked<'_>, step: Option<&Step>, next: Option<RecordId>) -> Action {
    // The manual has these in lower case for flows, and an org was seen to refuse that.
    let word = match asked.args.decision {
        ApprovalDecision::Approve => "Approve",
        ApprovalDecision::Reject => "Reject",
        ApprovalDecision::Submit => "Submit",
        ApprovalDecision::Recall => "Removed",
    };
    let is_flow = step.is_some_and(|step| step.is_flow);
    let names = if is_flow { ["approvalWorkItemId", "approvalDecision"] } else { ["contextId", "actionType"] };
    let mut request = Object::default();
    request.text(names[0], step.map_or(&asked.of, |step| &step.id).as_str());
    request.text(names[1], word);
    if let Some(comment) = &asked.args.comment {
        request.text("comments", comment);
    }
    if let Some(next) = next {
        request.member("nextApproverIds", Json::trusted(&["[\"", next.as_str(), "\"]"].concat()));
    }
    let request = request.finish();
    if is_flow { Action::review(&request) } else { Action::approval(&request) }
}

/// What is known of a decision without an answer: whether the step still waits, or of what was submitted whether one does.
fn looked_into(call: &Call<'_>, asked: &Asked<'_>, step: Option<&Step>, cause: Error) -> Error {
    let Ok(now) = look(call, asked) else {
        return cause.with_context("looking whether it has happened failed as well");
    };
    let waits = match step {
        None => now.steps.is_empty(),
        Some(step) => now.steps.iter().any(|now| now.id == step.id && now.waits),
    };
    match waits {
        // What Salesforce itself says of who may not decide on a step of a flow, as an org was seen to.
        true if cause.is_refused_with("UNKNOWN_EXCEPTION") && cause.has_status(&[400]) => {
            cause.nothing_written().explained(ErrorKind::Forbidden, NOT_THEIRS)
        }
        true => cause.with_context("it was looked for, and has not happened so far"),
        false => {
            cause.with_context("it was looked for, and has happened, unless somebody else did it at the same time")
        }
    }
}

/// The same refusal, as it is to be understood of an approval.
fn explained(error: Error, args: &ApproveArgs) -> Error {
    let is = |code| error.is_refused_with(code);
    let is_submit = args.decision == ApprovalDecision::Submit;
    let (kind, message) = if is("REQUIRED_FIELD_MISSING") && args.approver.is_none() {
        let message =
            "nothing was written: the process asks who decides next: ask the person, and say it in `approver`";
        return error.explained(ErrorKind::InvalidInput, message).about(vec!["approver".to_owned()]);
    } else if is("INSUFFICIENT_ACCESS") || is("INSUFFICIENT_ACCESS_OR_READONLY") {
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
    } else if !is_submit && (is("INVALID_CROSS_REFERENCE_KEY") || is("INVALID_INPUT")) {
        (ErrorKind::Conflict, DECIDED)
    } else {
        return error;
    };
    error.explained(kind, message)
}
