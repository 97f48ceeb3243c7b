//! Steps of approvals that wait, in the older of Salesforce's two frameworks and in that of flows.

use crate::error::Error;
use crate::known::Known;
use crate::resolve::related::query;
use crate::soql::{Comparison, Condition, FieldPath, ObjectName, Select, Text};

/// Where a step waits.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_processinstanceworkitem.htm>
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_approvalworkitem.htm>
pub(crate) static WORK_ITEM: ObjectName = ObjectName::from_static("ProcessInstanceWorkitem");
pub(crate) static FLOW_ITEM: ObjectName = ObjectName::from_static("ApprovalWorkItem");

/// The record that an approval is of.
pub(crate) const TARGET: &str = "ProcessInstance.TargetObjectId";
pub(crate) const FLOW_TARGET: &str = "RelatedRecordId";

const COLUMNS: [&str; 8] = [
    "Id",
    "ActorId",
    "Actor.Name",
    "CreatedDate",
    TARGET,
    "ProcessInstance.TargetObject.Name",
    "ProcessInstance.SubmittedById",
    "ProcessInstance.SubmittedBy.Name",
];
const FLOW_COLUMNS: [&str; 6] = [
    "Id",
    "CreatedDate",
    FLOW_TARGET,
    "RelatedRecord.Name",
    "ApprovalSubmission.SubmittedById",
    "ApprovalSubmission.SubmittedBy.Name",
];

/// Whether the settings let the older kind be read.
pub(crate) fn may_read(known: &Known) -> bool {
    ["ProcessInstanceWorkitem", "ProcessInstance"].into_iter().all(|object| known.may_read_named(object))
}

/// Whether the settings let those of flows be read.
pub(crate) fn may_read_of_flows(known: &Known) -> bool {
    ["ApprovalWorkItem", "ApprovalSubmission"].into_iter().all(|object| known.may_read_named(object))
}

/// A query for steps of the older kind, which are there as long as they wait; those that wait longest first, for the
/// manual says of no date of these that they can be sorted by it.
pub(crate) fn items(condition: Condition, limit: u32) -> Result<Select, Error> {
    query(&WORK_ITEM, &COLUMNS, vec![condition], "ElapsedTimeInDays", true, limit)
}

/// A query for steps of flows, which are there for good.
pub(crate) fn flow_items(conditions: Vec<Condition>, limit: u32) -> Result<Select, Error> {
    query(&FLOW_ITEM, &FLOW_COLUMNS, conditions, "CreatedDate", false, limit)
}

/// That a step of a flow waits.
pub(crate) fn waits() -> Result<Condition, Error> {
    Ok(Condition::compare(FieldPath::from_static("Status"), Comparison::Eq, Text::new("Assigned")?))
}
