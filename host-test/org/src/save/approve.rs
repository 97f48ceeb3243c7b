//! Approvals: submitting a record, deciding on it, and the lock on it meanwhile. Three processes of one step each.
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_process_approvals_post.htm>

use jiff::Timestamp;

use super::Transaction;
use crate::{
    id::Id,
    journal::WriteKind,
    refusal::Refusal,
    store::{Row, Store},
    value::Value,
};

/// Who decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Approver {
    /// The submitter's manager.
    Manager,
    /// Whom the submitter names.
    Chosen,
    /// A queue, by its unique name.
    Queue(&'static str),
}

/// An approval process, whose row goes by the same unique name.
struct Process {
    name: &'static str,
    object: &'static str,
    approver: Approver,
    admits: fn(&Row) -> bool,
    /// Whether who submitted a record may take it back.
    recalls: bool,
}

const PROCESSES: [Process; 3] = [
    Process {
        name: "Discount_Approval",
        object: "Opportunity",
        approver: Approver::Manager,
        admits: |row| row.get("Discount__c").as_f64().is_some_and(|discount| discount >= 10.0),
        recalls: false,
    },
    Process {
        name: "Project_Budget",
        object: "Project__c",
        approver: Approver::Chosen,
        admits: |_| true,
        recalls: true,
    },
    Process {
        name: "Case_Escalation",
        object: "Case",
        approver: Approver::Queue("Tier_2"),
        admits: |row| row.get("IsEscalated").is_true(),
        recalls: false,
    },
];

/// What a request asks for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Approval {
    pub(crate) context: Option<String>,
    pub(crate) submitter: Option<String>,
    pub(crate) approvers: Vec<String>,
    pub(crate) comments: Option<String>,
    pub(crate) process: Option<String>,
    pub(crate) skip_criteria: bool,
}

/// What became of it.
#[derive(Clone, Debug)]
pub(crate) struct Processed {
    pub(crate) record: Id,
    pub(crate) instance: Id,
    pub(crate) status: &'static str,
    /// The actor and the work item of the next step, if there is one.
    pub(crate) next: Option<(Id, Id)>,
}

impl Transaction<'_> {
    /// Whether the user may not change the record because it waits for an approval.
    pub(super) fn check_lock(&self, id: &Id) -> Result<(), Refusal> {
        if self.access.modify_all_data || pending(self.store, id).is_none() {
            return Ok(());
        }
        let message = "This record is locked. If you need to edit it, contact your admin.";
        Err(Refusal::save("ENTITY_IS_LOCKED", message, &[]))
    }

    /// Submits a record.
    ///
    /// # Errors
    /// `ALREADY_IN_PROCESS`, `NO_APPLICABLE_PROCESS`, `MANAGER_NOT_DEFINED`, `REQUIRED_FIELD_MISSING` without an
    /// approver where one has to be named, and `INSUFFICIENT_ACCESS` for a record the user may not edit.
    pub(crate) fn submit(&mut self, ask: &Approval) -> Result<Processed, Refusal> {
        let record = self.approval_record(ask)?;
        if pending(self.store, &record.id).is_some() {
            return Err(Refusal::save(
                "ALREADY_IN_PROCESS",
                "This record is currently in an approval process. A record can be in only one approval process at a time.",
                &[],
            ));
        }
        let submitter = self.submitter(ask)?;
        let (process, definition) = self.process_for(ask, &record)?;
        let actor = self.approver(process, &submitter, ask)?;
        let instance = self.make(
            "ProcessInstance",
            &[
                ("ProcessDefinitionId", Value::from(&definition)),
                ("TargetObjectId", Value::from(&record.id)),
                ("Status", Value::from("Pending")),
                ("SubmittedById", Value::from(&submitter)),
            ],
        );
        let instance = instance.ok_or_else(no_process)?.id;
        self.add_step(&instance, "Started", &submitter, &submitter, ask);
        let item = self.make(
            "ProcessInstanceWorkitem",
            &[
                ("ProcessInstanceId", Value::from(&instance)),
                ("ActorId", Value::from(&actor)),
                ("OriginalActorId", Value::from(&actor)),
            ],
        );
        let item = item.ok_or_else(no_process)?.id;
        Ok(Processed { record: record.id, instance, status: "Pending", next: Some((actor, item)) })
    }

    /// Approves or rejects by a work item.
    ///
    /// # Errors
    /// `INVALID_CROSS_REFERENCE_KEY` for what is no work item that waits, `INSUFFICIENT_ACCESS` for another's.
    pub(crate) fn decide(&mut self, ask: &Approval, approve: bool) -> Result<Processed, Refusal> {
        let (item, instance) = self.waiting(ask)?;
        let actor = item.get("ActorId").as_str().and_then(Id::parse).ok_or_else(no_item)?;
        if !self.acts_for(&actor) {
            return Err(no_right());
        }
        self.close(ask, &item, instance, if approve { "Approved" } else { "Rejected" })
    }

    /// Takes a record back by the work item that waits. Administrators may, and who submitted it where the process
    /// lets them.
    /// <https://developer.salesforce.com/docs/atlas.en-us.264.0.apexref.meta/apexref/apex_ProcessWorkitemRequest.htm>
    ///
    /// # Errors
    /// `INVALID_CROSS_REFERENCE_KEY` for what is no work item that waits, `INSUFFICIENT_ACCESS` for who may not.
    pub(crate) fn recall(&mut self, ask: &Approval) -> Result<Processed, Refusal> {
        let (item, instance) = self.waiting(ask)?;
        let definition = instance.get("ProcessDefinitionId").as_str();
        let definition = definition.and_then(|id| self.store.get("ProcessDefinition", id));
        let name = definition.and_then(|row| row.get("DeveloperName").as_str());
        let lets = PROCESSES.iter().any(|process| process.recalls && Some(process.name) == name);
        let submitted = instance.get("SubmittedById").as_str() == Some(self.context.user.as_str());
        if !(self.access.modify_all_data || (lets && submitted)) {
            return Err(no_right());
        }
        self.close(ask, &item, instance, "Removed")
    }

    /// A work item that waits, and what it is a step of.
    fn waiting(&self, ask: &Approval) -> Result<(Row, Row), Refusal> {
        let id = ask.context.as_deref().and_then(Id::parse).ok_or_else(no_item)?;
        let item = self.store.get("ProcessInstanceWorkitem", id.as_str()).cloned().ok_or_else(no_item)?;
        let instance = item.get("ProcessInstanceId").as_str().and_then(|id| self.store.get("ProcessInstance", id));
        let instance = instance.cloned().ok_or_else(no_item)?;
        Ok((item, instance))
    }

    /// Ends an approval in this way.
    fn close(
        &mut self,
        ask: &Approval,
        item: &Row,
        mut instance: Row,
        status: &'static str,
    ) -> Result<Processed, Refusal> {
        let record = instance.get("TargetObjectId").as_str().and_then(Id::parse).ok_or_else(no_item)?;
        let user = self.context.user.clone();
        instance.set("Status", status);
        instance.set("CompletedDate", self.context.now);
        instance.set("LastActorId", Value::from(&user));
        self.store.put(instance.clone());
        self.wrote(WriteKind::Updated, &instance, Vec::new());
        self.store.purge("ProcessInstanceWorkitem", &item.id);
        let original = item.get("OriginalActorId").as_str().and_then(Id::parse).ok_or_else(no_item)?;
        self.add_step(&instance.id, status, &user, &original, ask);
        Ok(Processed { record, instance: instance.id, status, next: None })
    }

    fn add_step(&mut self, instance: &Id, status: &str, actor: &Id, original: &Id, ask: &Approval) {
        let fields = [
            ("ProcessInstanceId", Value::from(instance)),
            ("StepStatus", Value::from(status)),
            ("ActorId", Value::from(actor)),
            ("OriginalActorId", Value::from(original)),
            ("Comments", ask.comments.as_deref().map(Value::text).unwrap_or_default()),
        ];
        self.make("ProcessInstanceStep", &fields);
    }

    fn approval_record(&self, ask: &Approval) -> Result<Row, Refusal> {
        let text = ask.context.as_deref().unwrap_or_default();
        let id = Id::parse(text).ok_or_else(|| Refusal::save("MALFORMED_ID", format!("malformed id {text}"), &[]))?;
        let missing = || Refusal::save("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", &[]);
        let row = self.store.find(id.as_str()).filter(|row| !row.is_deleted() && self.access.sees(row));
        let row = row.cloned().ok_or_else(missing)?;
        let object = self.access.object(self.schema, &row.object).ok_or_else(missing)?;
        if self.access.on(object).edit && self.access.edits(object, &row) { Ok(row) } else { Err(no_right()) }
    }

    /// Another submitter can be named by those who modify all data.
    fn submitter(&self, ask: &Approval) -> Result<Id, Refusal> {
        let Some(text) = ask.submitter.as_deref() else {
            return Ok(self.context.user.clone());
        };
        let user = Id::parse(text).filter(|id| self.is_active_user(id));
        match user {
            Some(user) if self.access.modify_all_data || user == self.context.user => Ok(user),
            Some(_) => Err(no_right()),
            None => Err(Refusal::save("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", &[])),
        }
    }

    fn is_active_user(&self, id: &Id) -> bool {
        self.store.get("User", id.as_str()).is_some_and(|row| row.get("IsActive").is_true())
    }

    /// The process a record goes through, and the id of its row.
    fn process_for(&self, ask: &Approval, record: &Row) -> Result<(&'static Process, Id), Refusal> {
        let row_of = |process: &Process| {
            let mut rows = self.store.rows("ProcessDefinition");
            rows.find(|row| row.get("DeveloperName").as_str() == Some(process.name)).map(|row| row.id.clone())
        };
        let named = |process: &Process| {
            let wanted = ask.process.as_deref();
            wanted.is_none_or(|text| process.name == text || row_of(process) == Id::parse(text))
        };
        let skips = ask.skip_criteria && ask.process.is_some();
        let process = PROCESSES
            .iter()
            .find(|process| process.object == record.object && named(process) && (skips || (process.admits)(record)));
        process.and_then(|process| Some((process, row_of(process)?))).ok_or_else(no_process)
    }

    fn approver(&self, process: &Process, submitter: &Id, ask: &Approval) -> Result<Id, Refusal> {
        match process.approver {
            Approver::Manager => {
                let user = self.store.get("User", submitter.as_str());
                let manager = user.and_then(|user| user.get("ManagerId").as_str()).and_then(Id::parse);
                manager.ok_or_else(|| Refusal::save("MANAGER_NOT_DEFINED", "Manager undefined.", &[]))
            }
            Approver::Queue(name) => {
                let queue = self.store.rows("Group").find(|row| row.get("DeveloperName").as_str() == Some(name));
                queue.map(|row| row.id.clone()).ok_or_else(no_process)
            }
            Approver::Chosen => {
                let Some(first) = ask.approvers.first() else {
                    let message = "missing required field: [nextApproverIds]";
                    return Err(Refusal::save("REQUIRED_FIELD_MISSING", message, &["nextApproverIds"]));
                };
                let chosen = Id::parse(first).filter(|id| self.is_active_user(id));
                chosen.ok_or_else(|| Refusal::save("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", &[]))
            }
        }
    }

    /// Whether the user is the actor, in the queue that is, or decides for everybody.
    pub(super) fn acts_for(&self, actor: &Id) -> bool {
        let user = &self.context.user;
        let member = |row: &Row| {
            row.get("GroupId").as_str() == Some(actor.as_str())
                && row.get("UserOrGroupId").as_str() == Some(user.as_str())
        };
        self.access.modify_all_data || actor == user || self.store.rows("GroupMember").any(member)
    }
}

/// The approval that a record waits for.
fn pending<'a>(store: &'a Store, id: &Id) -> Option<&'a Row> {
    store.rows("ProcessInstance").find(|row| {
        !row.is_deleted()
            && row.get("TargetObjectId").as_str() == Some(id.as_str())
            && row.get("Status").as_str() == Some("Pending")
    })
}

/// How long approvals have been waiting, which their rows say.
pub(crate) fn age(store: &mut Store, now: Timestamp) {
    let waiting = |row: &&Row| row.object != "ProcessInstance" || row.get("CompletedDate").is_null();
    let rows = ["ProcessInstance", "ProcessInstanceWorkitem"].into_iter().flat_map(|object| store.rows(object));
    let rows: Vec<Row> = rows.filter(waiting).cloned().collect();
    for mut row in rows {
        let since = row.get("CreatedDate").as_timestamp().unwrap_or(now);
        let minutes = now.duration_since(since).as_mins();
        #[allow(clippy::cast_precision_loss)] // Minutes of some years.
        let minutes = minutes as f64;
        row.set("ElapsedTimeInMinutes", minutes);
        row.set("ElapsedTimeInHours", (minutes / 60.0 * 100.0).round() / 100.0);
        row.set("ElapsedTimeInDays", (minutes / 1_440.0 * 1_000.0).round() / 1_000.0);
        store.put(row);
    }
}

fn no_item() -> Refusal {
    Refusal::save("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", &[])
}

fn no_process() -> Refusal {
    Refusal::save("NO_APPLICABLE_PROCESS", "No applicable approval process was found.", &[])
}

fn no_right() -> Refusal {
    Refusal::save("INSUFFICIENT_ACCESS", "insufficient access rights on object id", &[])
}
