//! How far reading goes from one object to others: which fields may be read of what lookups point to, and which of an
//! object's own fields belong to another.

use crate::error::Error;
use crate::known::{Known, PlanError};
use crate::policy::Effect;
use crate::schema::lookup::Path;
use crate::schema::{Field, ObjectSchema, Source, columns, repeated, standard};
use crate::soql::ObjectName;
use crate::within::split_once;

/// Refuses a field that lies beyond what the settings let be read.
///
/// What a lookup points to, what that is called and of which object it is, belongs to the record that holds the lookup.
/// All else belongs to what it points to: a field at the end of a path, and a lookup that a path goes on through.
pub(crate) fn allow(known: &Known, object: &ObjectName, path: &Path<'_>) -> Result<(), PlanError> {
    if known.settings().objects.read.is_none() {
        return Ok(());
    }
    let mut owner = object.clone();
    for (index, lookup) in path.through.iter().enumerate() {
        let is_last = index + 1 == path.through.len();
        if !(is_last && tells_which(path)) {
            allow_targets(known, &owner, lookup)?;
        }
        owner = match lookup.references.as_slice() {
            [target] => ObjectName::parse(target)?,
            _ => ObjectName::from_static(standard::NAME),
        };
    }
    for source in repeated::sources(path.object, &path.field.name) {
        known.allow_object(&ObjectName::from_static(source), Effect::ReadOnly)?;
    }
    Ok(())
}

/// Whether a field at the end of a path says no more than which record the last lookup points to.
fn tells_which(path: &Path<'_>) -> bool {
    let name = path.field.name.as_str();
    if path.object == standard::NAME {
        ["Id", "Name", "Type"].contains(&name)
    } else {
        path.field.name_field || name == "Id"
    }
}

/// Refuses to read of the records of a lookup, unless each object that it may point to may be read.
fn allow_targets(known: &Known, owner: &ObjectName, lookup: &Field) -> Result<(), PlanError> {
    let is_one = lookup.references.len() == 1;
    for target in &lookup.references {
        known.allow_object(&ObjectName::parse(target)?, Effect::ReadOnly).map_err(|error| {
            if is_one {
                return error;
            }
            error.with_context(format!(
                "{} points to records of several objects: only their name, id and type are read, unless all of those may be",
                lookup.name
            ))
        })?;
    }
    match lookup.references.as_slice() {
        [] => Err(Error::switched_off(&format!("reading what {} points to", lookup.name), None).into()),
        [_] => Ok(()),
        // The embedded table knows the targets that every org has.
        _ if known.schema(owner)?.source != Source::Described => Err(PlanError::needs_description(owner)),
        _ => Ok(()),
    }
}

/// Whether all fields of an object may be read: none repeats what may not.
pub(crate) fn may_read_all(known: &Known, object: &ObjectName) -> bool {
    repeated::fields(object.as_str()).iter().all(|field| may_read_own(known, object.as_str(), field))
}

/// Whether a column that nobody asked for may be read; one that may not is left out.
pub(crate) fn may_show(known: &Known, schema: &ObjectSchema, column: &str) -> bool {
    if known.settings().objects.read.is_none() {
        return true;
    }
    let Some((relationship, field)) = split_once(column, b'.') else {
        return may_read_own(known, &schema.name, column);
    };
    let Some(lookup) = schema.parent(relationship) else { return false };
    let is_name = field == "Name" || columns::parent_name(lookup).is_some_and(|name| name == column);
    is_name || lookup.references.iter().all(|target| known.may_read_named(target))
}

/// Whether a field of an object's own may be read: not where it repeats what a record holds that may not.
pub(crate) fn may_read_own(known: &Known, object: &str, field: &str) -> bool {
    let mut sources = repeated::sources(object, field).iter();
    sources.all(|source| known.may_read_named(source))
}
