//! How a write is taken back: the call that does it.

use crate::id::{RecordId, standard_object};
use crate::json::Object;
use crate::known::Known;
use crate::policy::Effect;
use crate::soql::ObjectName;
use crate::wit::Undo;

/// The call that deletes a record which was just created, where the settings allow the object. Whether the tool is on is
/// for the caller to ask.
pub(crate) fn deletion(known: &Known, object: &ObjectName, id: &RecordId, called: Option<String>) -> Option<Undo> {
    let mut arguments = reference(known, object, id)?;
    arguments.text("name", &called.unwrap_or_else(|| id.to_string()));
    Some(Undo { tool: Some("salesforce_delete".to_owned()), arguments: Some(arguments.finish()), instructions: None })
}

/// The call that restores a record which was just deleted. Whether the tool is on is for the caller to ask.
pub(crate) fn restoration(known: &Known, object: &ObjectName, id: &RecordId) -> Option<Undo> {
    let arguments = reference(known, object, id)?;
    Some(Undo { tool: Some("salesforce_restore".to_owned()), arguments: Some(arguments.finish()), instructions: None })
}

/// What names a record in a call that changes it, where the settings allow the object.
fn reference(known: &Known, object: &ObjectName, id: &RecordId) -> Option<Object> {
    // A note has the id, and is deleted as, a document.
    let standard = standard_object(id.prefix());
    let as_object = standard.map_or_else(|| object.clone(), ObjectName::from_static);
    known.allow_object(&as_object, Effect::Overwrites).ok()?;
    let mut arguments = Object::default();
    arguments.text("record", id.as_str());
    if standard.is_none() {
        arguments.text("object", object.as_str());
    }
    Some(arguments)
}
