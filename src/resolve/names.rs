//! What people call things, as Salesforce calls them: objects, fields and columns, through the schemas at hand.
//!
//! Looks up and never sends: where a schema is missing, the plan is stuck until the session has described the object.

use std::rc::Rc;

use crate::call::{Call, Stuck, unknown_object};
use crate::error::Error;
use crate::id::{RecordId, standard_object};
use crate::policy::Effect;
use crate::record::Record;
use crate::resolve::matching::IS_CLOSED;
use crate::schema::columns::{self, Use};
use crate::schema::lookup::{self, FieldMatch, ObjectMatch, PathMatch};
use crate::schema::{Field, ObjectSchema, Source, standard};
use crate::soql::{FieldList, FieldName, FieldPath, ObjectName};
use crate::wit::Changed;
use crate::write::conversion;

/// The field every record has.
pub(crate) const ID: FieldPath = FieldPath::from_static("Id");

/// A field by the path that leads to it.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    /// The path, by API names.
    pub(crate) path: FieldPath,
    /// The field at its end.
    pub(crate) field: Field,
    /// The object it belongs to.
    pub(crate) object: ObjectName,
    /// The path of the lookup that leads to that object, if it is a parent.
    pub(crate) lookup: Option<FieldPath>,
}

/// The object of a name, label or common word. Needs the org's list of objects for what is neither a core object nor
/// an API name.
pub(crate) fn object(call: &Call<'_>, said: &str) -> Result<ObjectName, Stuck> {
    let vocabulary = &call.settings().vocabulary;
    let known = match lookup::object(said, None, vocabulary) {
        ObjectMatch::Unknown { .. } => lookup::object(said, Some(&call.objects()?), vocabulary),
        known => known,
    };
    match known {
        ObjectMatch::Found { name, .. } => Ok(ObjectName::parse(&name).map_err(|_| unknown_object(&name))?),
        ObjectMatch::AmbiguousLabel { names } => {
            Err(Error::field("object", format!("several objects are labelled {said:?}; give the API name"), names)
                .into())
        }
        ObjectMatch::Unknown { nearest } => Err(Error::field(
            "object",
            format!("the object {said:?} does not exist or is not visible to the user"),
            nearest,
        )
        .into()),
    }
}

/// The object an id belongs to, by its first three characters.
pub(crate) fn object_of(call: &Call<'_>, id: &RecordId) -> Result<ObjectName, Stuck> {
    if let Some(name) = standard_object(id.prefix()) {
        return Ok(ObjectName::from_static(name));
    }
    let objects = call.objects()?;
    let object = objects.by_key_prefix(id.prefix()).ok_or_else(|| {
        Error::field("record", format!("no object visible to the user has ids like {id}"), Vec::new())
    })?;
    Ok(ObjectName::parse(&object.name).map_err(|_| unknown_object(&object.name))?)
}

/// The field of a name, label or path, of an object or of its parents.
pub(crate) fn field(call: &Call<'_>, object: &ObjectName, said: &str) -> Result<Named, Stuck> {
    let schema = call.schema(object)?;
    let mut parents: Vec<Rc<ObjectSchema>> = Vec::new();
    loop {
        let known = |name: &str| parents.iter().map(Rc::as_ref).find(|parent| parent.name == name);
        let needed = match lookup::path(&schema, said, &call.settings().vocabulary, &known) {
            PathMatch::Found(found) => {
                // What a parent is called is a part of the child; the rest is the parent's own.
                if !found.through.is_empty() && !found.field.name_field && found.object != standard::NAME {
                    let parent = ObjectName::parse(found.object).map_err(|_| unknown_object(found.object))?;
                    call.allow_object(&parent, Effect::ReadOnly)?;
                }
                let lookup = found.through.split_last().map(|(last, before)| {
                    let before = before.iter().filter_map(|lookup| lookup.relationship.as_deref());
                    path(&before.chain([last.name.as_str()]).collect::<Vec<_>>().join("."))
                });
                return Ok(Named {
                    path: path(&found.name)?,
                    field: found.field.clone(),
                    object: ObjectName::parse(found.object).map_err(|_| unknown_object(found.object))?,
                    lookup: lookup.transpose()?,
                });
            }
            PathMatch::Needs { object } => object,
            PathMatch::AmbiguousLabel { fields, .. } => return Err(ambiguous(said, &fields).into()),
            PathMatch::Unknown { object, nearest, .. } => {
                let lacking = ObjectName::parse(&object).map_err(|_| unknown_object(&object))?;
                return Err(unknown_field(call, &lacking, said, nearest));
            }
        };
        let parent = ObjectName::parse(&needed).map_err(|_| unknown_object(&needed))?;
        parents.push(call.schema(&parent)?);
    }
}

/// A field of the object itself, for a write.
pub(crate) fn own_field(call: &Call<'_>, object: &ObjectName, said: &str) -> Result<Field, Stuck> {
    let schema = call.schema(object)?;
    match lookup::field(&schema, said, &call.settings().vocabulary) {
        FieldMatch::Found { field, .. } => Ok(field.clone()),
        FieldMatch::AmbiguousLabel { fields } => Err(ambiguous(said, &fields).into()),
        FieldMatch::Unknown { nearest } => Err(unknown_field(call, object, said, nearest)),
    }
}

/// A schema that is less than a fresh description can't deny a field: then the object has to be described.
fn unknown_field(call: &Call<'_>, object: &ObjectName, said: &str, nearest: Vec<String>) -> Stuck {
    if call.is_exhaustive(object) {
        let message = format!("the field {said:?} does not exist on {object} or is not visible to the user");
        Error::field(said, message, nearest).into()
    } else {
        Stuck::needs(object)
    }
}

/// What a description denies is asked again unless it is fresh, for an admin may have changed it. What the embedded
/// table denies is so in every org.
pub(crate) fn denied(call: &Call<'_>, object: &ObjectName, schema: &ObjectSchema, error: Error) -> Stuck {
    if schema.source == Source::Standard || call.is_exhaustive(object) { error.into() } else { Stuck::needs(object) }
}

fn ambiguous(said: &str, fields: &[&Field]) -> Error {
    let names = fields.iter().map(|field| field.name.clone()).collect();
    Error::field(said, format!("several fields are labelled {said:?}; give the API name"), names)
}

/// A field that the user, or anybody, can't write.
pub(crate) fn not_writable(schema: &ObjectSchema, field: &Field, written: &str) -> Error {
    let parts: Vec<_> = schema
        .fields
        .iter()
        .filter(|part| part.compound.as_deref() == Some(&field.name) && (part.createable || part.updateable))
        .map(|part| part.name.clone())
        .collect();
    let message = if field.name == "IsConverted" {
        conversion::ADVICE.to_owned()
    } else if parts.is_empty() {
        format!(
            "{} can't be set when a record is {written}: Salesforce keeps it, or the user lacks the right",
            field.name
        )
    } else {
        format!("{} is made of parts; set those", field.name)
    };
    Error::field(&field.name, message, parts)
}

/// The columns of a reply: the id, and those asked for or the usual ones.
pub(crate) fn columns(call: &Call<'_>, object: &ObjectName, said: &[String]) -> Result<FieldList, Stuck> {
    let mut fields = vec![ID];
    if said.is_empty() {
        fields.extend(usual(call, object, Use::List)?);
    }
    for name in said {
        let named = field(call, object, name)?;
        // Who asks for "Owner" wants to read a name; who asks for "OwnerId" or "Owner ID", the id.
        fields.push(match named.field.relationship.as_deref() {
            Some(relationship) if !name.trim().to_ascii_lowercase().ends_with("id") => {
                name_of_parent(call, &named, relationship)?
            }
            _ => named.path,
        });
    }
    list(fields)
}

/// The name of what a lookup points to.
pub(crate) fn name_of_parent(call: &Call<'_>, lookup: &Named, relationship: &str) -> Result<FieldPath, Stuck> {
    let name = match lookup.field.references.as_slice() {
        [parent] => name_of(call, &ObjectName::parse(parent).map_err(|_| unknown_object(parent))?)?.to_string(),
        _ => "Name".to_owned(),
    };
    let to_lookup = lookup.path.parent().map(|path| format!("{path}.")).unwrap_or_default();
    Ok(path(&format!("{to_lookup}{relationship}.{name}"))?)
}

/// The columns of one record.
pub(crate) fn columns_of_one(call: &Call<'_>, object: &ObjectName, said: &[String]) -> Result<FieldList, Stuck> {
    if said.is_empty() {
        return list(std::iter::once(ID).chain(usual(call, object, Use::Get)?));
    }
    columns(call, object, said)
}

/// Every field of an object.
pub(crate) fn every_field(call: &Call<'_>, object: &ObjectName) -> Result<Vec<FieldPath>, Stuck> {
    let schema = call.described(object)?;
    let fields = schema.fields.iter().filter(|field| !field.field_type.is_compound());
    Ok(fields.map(|field| path(&field.name)).collect::<Result<_, _>>()?)
}

/// The fields that tell an object's records apart, first the one that names them.
pub(crate) fn telling(call: &Call<'_>, object: &ObjectName) -> Result<Vec<FieldPath>, Stuck> {
    call.telling(object, || {
        let mut fields = vec![ID, name_of(call, object)?];
        fields.extend(usual(call, object, Use::Find)?);
        if call.schema(object)?.field(IS_CLOSED.as_str()).is_some() {
            fields.push(IS_CLOSED);
        }
        Ok(list(fields)?.as_slice().to_vec())
    })
}

fn usual(call: &Call<'_>, object: &ObjectName, purpose: Use) -> Result<Vec<FieldPath>, Stuck> {
    let schema = call.schema(object)?;
    Ok(columns::usual(&schema, purpose).iter().map(|name| path(name)).collect::<Result<_, _>>()?)
}

/// The field that names an object's records; the id where none does.
pub(crate) fn name_of(call: &Call<'_>, object: &ObjectName) -> Result<FieldPath, Stuck> {
    let schema = call.schema(object)?;
    Ok(schema.name_field().map_or(Ok(ID), |field| path(&field.name))?)
}

/// Whether the org's assignment rules choose the owners of such records. (Those of accounts choose territories.)
pub(crate) fn has_assignment_rules(object: &ObjectName) -> bool {
    ["Lead", "Case"].contains(&object.as_str())
}

/// The id of a record Salesforce sent.
pub(crate) fn id_of(record: &Record) -> Result<RecordId, Error> {
    let id = record.fields().text("Id").and_then(|id| RecordId::parse(&id).ok());
    id.ok_or_else(|| Error::Unreadable { what: "a record came without its id".to_owned(), changed: Changed::No })
}

/// A path out of a schema, which only holds names.
pub(crate) fn path(name: &str) -> Result<FieldPath, Error> {
    FieldPath::parse(name).map_err(|reason| Error::input(reason.to_string()))
}

/// A name out of a schema.
pub(crate) fn field_name(name: &str) -> Result<FieldName, Error> {
    FieldName::parse(name).map_err(|reason| Error::input(reason.to_string()))
}

fn list(fields: impl IntoIterator<Item = FieldPath>) -> Result<FieldList, Stuck> {
    FieldList::new(fields).ok_or_else(|| Error::input("no field to read").into())
}
