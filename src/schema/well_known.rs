//! Objects and fields of Salesforce's own that the code itself speaks of, each in this one place.

use crate::soql::{FieldPath, ObjectName};

/// The field every record has.
pub(crate) const ID: FieldPath = FieldPath::from_static("Id");
/// Whether a deal, a case or a task is done with.
pub(crate) const IS_CLOSED: FieldPath = FieldPath::from_static("IsClosed");
/// Whether an event takes whole days.
pub(crate) const IS_ALL_DAY: &str = "IsAllDayEvent";
/// The text of an e-mail, which is empty where it only has HTML.
pub(crate) const TEXT_BODY: &str = "TextBody";
/// The HTML of an e-mail, which is shown as text.
pub(crate) const HTML_BODY: &str = "HtmlBody";
/// Whether a record is in the recycle bin.
pub(crate) const IS_DELETED: FieldPath = FieldPath::from_static("IsDeleted");
/// Whether a user still works here.
pub(crate) const IS_ACTIVE: FieldPath = FieldPath::from_static("IsActive");
/// When a record was created.
pub(crate) const CREATED_DATE: FieldPath = FieldPath::from_static("CreatedDate");
/// Who created a record.
pub(crate) const CREATED_BY: FieldPath = FieldPath::from_static("CreatedById");
/// What kind of its object a record is, where the org has several.
pub(crate) const RECORD_TYPE: &str = "RecordTypeId";

pub(crate) static TASK: ObjectName = ObjectName::from_static("Task");
pub(crate) static EVENT: ObjectName = ObjectName::from_static("Event");
/// An e-mail, where the org keeps e-mails as such.
pub(crate) static EMAIL: ObjectName = ObjectName::from_static("EmailMessage");
/// A note as people write it, which Salesforce keeps as a document.
pub(crate) static NOTE: ObjectName = ObjectName::from_static("ContentNote");
/// What relates a document, and so a note, to a record.
pub(crate) static NOTE_LINK: ObjectName = ObjectName::from_static("ContentDocumentLink");

/// The people one does business with: who an activity can be with.
pub(crate) const PEOPLE: [&str; 2] = ["Contact", "Lead"];
/// Objects whose records are people: of their names only words and beginnings of words are said.
pub(crate) const PEOPLE_AND_USERS: [&str; 3] = ["Contact", "Lead", "User"];
/// What an activity can be about, of the objects nearly every org works with.
pub(crate) const BUSINESS: [&str; 3] = ["Account", "Opportunity", "Case"];
/// The objects nearly every org works with, those people ask about most first.
pub(crate) const CORE: [&str; 5] = ["Account", "Contact", "Lead", "Opportunity", "Case"];
/// Tasks and events.
pub(crate) const ACTIVITY_OBJECTS: [&str; 2] = ["Task", "Event"];
/// Lists of a record's tasks and events, which Salesforce describes as objects.
pub(crate) const ACTIVITY_LISTS: [&str; 2] = ["ActivityHistory", "OpenActivity"];
/// Objects whose records a lookup by name is tried in where it has several: owners, then the core, then campaigns.
pub(crate) const LOOKUP_TARGETS: [&str; 8] =
    ["User", "Group", "Account", "Contact", "Lead", "Opportunity", "Case", "Campaign"];
