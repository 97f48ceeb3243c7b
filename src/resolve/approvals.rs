//! Steps of approvals that wait, in the older of Salesforce's two frameworks and in that of flows.

use crate::error::Error;
use crate::known::Known;
use crate::resolve::related::query;
use crate::soql::{Condition, ObjectName, Select};

/// Where a step waits.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_processinstanceworkitem.htm>
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_approvalworkitem.htm>
pub(crate) const WORK_ITEM: &ObjectName = &OBJECTS[0];
pub(crate) const FLOW_ITEM: &ObjectName = &FLOW_OBJECTS[0];

/// The record that an approval is of.
pub(crate) const TARGET: &str = "ProcessInstance.TargetObjectId";
pub(crate) const FLOW_TARGET: &str = "RelatedRecordId";

/// What a step of a flow says of itself that waits.
pub(crate) const WAITS: &str = "Assigned";

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
const FLOW_COLUMNS: [&str; 10] = [
    "Id",
    "Status",
    "AssignedToId",
    "AssignedTo.Name",
    "CreatedDate",
    FLOW_TARGET,
    "RelatedRecord.Name",
    "ApprovalSubmission.Status",
    "ApprovalSubmission.SubmittedById",
    "ApprovalSubmission.SubmittedBy.Name",
];

/// The objects of the older kind, and those of flows.
pub(crate) static OBJECTS: [ObjectName; 2] =
    [ObjectName::from_static("ProcessInstanceWorkitem"), ObjectName::from_static("ProcessInstance")];
static FLOW_OBJECTS: [ObjectName; 2] =
    [ObjectName::from_static("ApprovalWorkItem"), ObjectName::from_static("ApprovalSubmission")];

/// Whether the settings let steps of a kind be read.
pub(crate) fn may_read(known: &Known, of_flows: bool) -> bool {
    if of_flows { &FLOW_OBJECTS } else { &OBJECTS }.iter().all(|object| known.may_read(object))
}

/// A query for steps of a kind. Those of the older kind are there as long as they wait, and the manual says of no date of
/// theirs that they can be sorted by it: those that wait longest come first. Those of flows are there for good.
pub(crate) fn items(of_flows: bool, conditions: Vec<Condition>, newest: bool, limit: u32) -> Result<Select, Error> {
    match of_flows {
        true => query(FLOW_ITEM, &FLOW_COLUMNS, conditions, "CreatedDate", newest, limit),
        false => query(WORK_ITEM, &COLUMNS, conditions, "ElapsedTimeInDays", !newest, limit),
    }
}
