//! How a write is taken back: the call that does it.

use crate::id::{RecordId, standard_object};
use crate::json::{Json, List, Object};
use crate::known::Known;
use crate::policy::Effect;
use crate::soql::ObjectName;
use crate::wit::Undo;

/// The call that deletes records of an object which were just created, each with what it is called, where the settings
/// allow the object. Whether the tool is on is for the caller to ask.
pub(crate) fn deletion(known: &Known, object: &ObjectName, made: &[(RecordId, Option<String>)]) -> Option<Undo> {
    let (first, _) = made.first()?;
    let mut arguments = Object::default();
    let record = |into: &mut Object, (id, called): &(RecordId, Option<String>)| {
        into.text("record", id.as_str());
        into.text("name", called.as_deref().unwrap_or(id.as_str()));
    };
    match made {
        [one] => record(&mut arguments, one),
        several => {
            let mut records = List::default();
            for one in several {
                let mut own = Object::default();
                record(&mut own, one);
                records.item(Json::trusted(&own.finish()));
            }
            arguments.member("records", Json::trusted(&records.finish()));
        }
    }
    add_object(known, object, first, &mut arguments)?;
    Some(Undo { tool: Some("salesforce_delete".to_owned()), arguments: Some(arguments.finish()), instructions: None })
}

/// The call that restores a record which was just deleted. Whether the tool is on is for the caller to ask.
pub(crate) fn restoration(known: &Known, object: &ObjectName, id: &RecordId) -> Option<Undo> {
    let mut arguments = Object::default();
    arguments.text("record", id.as_str());
    add_object(known, object, id, &mut arguments)?;
    Some(Undo { tool: Some("salesforce_restore".to_owned()), arguments: Some(arguments.finish()), instructions: None })
}

/// Adds the object that an id does not tell, where the settings allow it to be changed; nothing where they do not.
fn add_object(known: &Known, object: &ObjectName, id: &RecordId, arguments: &mut Object) -> Option<()> {
    // A note has the id, and is deleted as, a document.
    let standard = standard_object(id.prefix());
    let as_object = standard.map_or_else(|| object.clone(), ObjectName::from_static);
    known.allow_object(&as_object, Effect::Overwrites).ok()?;
    if standard.is_none() {
        arguments.text("object", object.as_str());
    }
    Some(())
}
