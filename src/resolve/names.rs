//! What people call things, as Salesforce calls them: objects, fields and columns, through the schemas at hand.
//!
//! Where a schema is missing, that is what the plan needs.

use std::borrow::Cow;
use std::rc::Rc;

use crate::error::Error;
use crate::id::{RecordId, standard_object};
use crate::json::Json;
use crate::known::{self, Known, Need, PlanError};
use crate::record::Record;
use crate::resolve::reach;
use crate::schema::columns;
use crate::schema::lookup::{self, FieldMatch, ObjectMatch, PathMatch};
use crate::schema::person;
use crate::schema::treatment::{Kind, Operator, Treatment, Why, event_times};
use crate::schema::well_known::{HTML_BODY, ID, IS_ALL_DAY, IS_CLOSED, TEXT_BODY};
use crate::schema::{Field, Found, ObjectSchema, Sought, Source, Use, standard};
use crate::soql::{FieldList, FieldName, FieldPath, ObjectName};
use crate::wit::Changed;

/// A field by the path that leads to it.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    /// The path, by API names.
    pub(crate) path: FieldPath,
    /// The field at its end.
    pub(crate) field: Field,
    /// What that is to the table of treatments.
    pub(crate) kind: Kind,
    /// The object it belongs to.
    pub(crate) object: ObjectName,
    /// The path of the lookup that leads to that object, if it is a parent.
    pub(crate) lookup: Option<FieldPath>,
}

impl Named {
    /// A field beside it, of the same record.
    pub(crate) fn beside(&self, name: &str) -> Result<FieldPath, Error> {
        match self.path.parent() {
            Some(parent) => path(&[parent, ".", name].concat()),
            None => path(name),
        }
    }
}

/// The object of a name, label or common word. Needs the org's list of objects for what is neither a core object nor
/// an API name.
pub(crate) fn object(known: &Known, input: &str) -> Result<ObjectName, PlanError> {
    let vocabulary = &known.settings().vocabulary;
    let found = match lookup::object(input, None, vocabulary) {
        ObjectMatch::Unknown { .. } => match known.found(Sought::Called(input.to_owned()))? {
            Found::Among(list) => match lookup::object(input, Some(&*list), vocabulary) {
                ObjectMatch::Unknown { .. } if known.has_old_list() => return Err(Need::FreshObjects.into()),
                found => found,
            },
            Found::Names(names) => ObjectMatch::of_names(names),
        },
        found => found,
    };
    match found {
        ObjectMatch::Found { name, .. } => Ok(ObjectName::parse(&name)?),
        ObjectMatch::AmbiguousLabel { names } => {
            Err(Error::argument("object", format!("several objects are labelled {input:?}; give the API name"))
                .allowing(names)
                .into())
        }
        ObjectMatch::Unknown { nearest } => {
            Err(Error::argument("object", format!("the object {input:?} does not exist or is not visible to the user"))
                .allowing(nearest)
                .into())
        }
    }
}

/// The object an id belongs to, by its first three characters.
pub(crate) fn object_of(known: &Known, id: &RecordId) -> Result<ObjectName, PlanError> {
    if let Some(name) = standard_object(id.prefix()) {
        return Ok(ObjectName::from_static(name));
    }
    let name = match known.found(Sought::Prefix(id.prefix().to_owned()))? {
        Found::Among(list) => match list.by_key_prefix(id.prefix()) {
            None if known.has_old_list() => return Err(Need::FreshObjects.into()),
            object => object.map(|object| object.name().to_owned()),
        },
        Found::Names(names) => names.into_iter().next(),
    };
    let unknown = || Error::argument("record", format!("no object visible to the user has ids like {id}"));
    Ok(ObjectName::parse(&name.ok_or_else(unknown)?)?)
}

/// The field of a name, label or path, of an object or of its parents.
pub(crate) fn field(known: &Known, object: &ObjectName, input: &str) -> Result<Named, PlanError> {
    let schema = known.schema(object)?;
    let mut parents: Vec<Rc<ObjectSchema>> = Vec::new();
    loop {
        let parent = |name: &str| parents.iter().map(Rc::as_ref).find(|parent| parent.name == name);
        let needed = match lookup::path(&schema, input, &known.settings().vocabulary, &parent) {
            PathMatch::Found(found) => {
                reach::allow(known, object, &found)?;
                let lookup = found.through.split_last().map(|(last, before)| {
                    let before = before.iter().filter_map(|lookup| lookup.relationship.as_deref());
                    path(&before.chain([last.name.as_str()]).collect::<Vec<_>>().join("."))
                });
                return Ok(Named {
                    path: path(&found.name)?,
                    field: found.field.clone(),
                    kind: found.kind,
                    object: ObjectName::parse(found.object)?,
                    lookup: lookup.transpose()?,
                });
            }
            PathMatch::Needs { object } => object,
            PathMatch::AmbiguousLabel { fields, .. } => return Err(ambiguous(input, &fields).into()),
            PathMatch::TooDeep => {
                // The most that SOQL follows: `lookup::MAX_DEPTH`.
                let why = "this leads through more than 5 lookups, the most Salesforce follows; begin nearer to it";
                return Err(Error::argument(input, why).into());
            }
            PathMatch::Unknown { object, part, .. } if object == standard::NAME => {
                return Err(not_shared(known, input, &part)?);
            }
            PathMatch::Unknown { object, nearest, .. } => {
                let lacking = ObjectName::parse(&object)?;
                return Err(unknown_field(known, &lacking, input, nearest));
            }
        };
        let parent = ObjectName::parse(&needed)?;
        parents.push(known.schema(&parent)?);
    }
}

/// A field that not every object has which a lookup may point to.
fn not_shared(known: &Known, input: &str, part: &str) -> Result<PlanError, PlanError> {
    let shared = known.schema(&ObjectName::from_static(standard::NAME))?;
    let head = input.trim().strip_suffix(part.trim()).unwrap_or_default();
    let why = "the lookup points to records of several objects, and only what all of them have is read through it; query the object itself for more";
    let mut allowed = Vec::new();
    for field in shared.fields.iter() {
        allowed.push([head, &field.name].concat());
    }
    Ok(Error::argument(input, why).allowing(allowed).into())
}

/// Refuses to read records of an object that Salesforce does not query.
pub(crate) fn check_queryable(known: &Known, object: &ObjectName) -> Result<(), PlanError> {
    let schema = known.schema(object)?;
    if schema.queryable {
        return Ok(());
    }
    let why = match object.as_str() {
        event if event.ends_with("__e") => {
            "it is a platform event, which is published and never stored; ask for the records that its subscribers write"
        }
        _ => "Salesforce keeps its records from queries",
    };
    let error = Error::argument("object", [object.as_str(), " can't be queried: ", why].concat());
    Err(denied(known, object, &schema, error))
}

/// Whether the rows of an object are another system's, which Salesforce asks and which answers less.
/// <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_limits.htm>
pub(crate) fn is_external(object: &ObjectName) -> bool {
    object.as_str().ends_with("__x")
}

/// Whether records of an object can be looked for by what they are called.
pub(crate) fn have_names(known: &Known, object: &ObjectName) -> Result<bool, PlanError> {
    Ok(!is_external(object) && known.schema(object)?.name_field().is_some())
}

/// What the table says of an operator on a field, which Salesforce may refuse for its type.
pub(crate) fn treatment(known: &Known, named: &Named, operator: Operator) -> Result<Treatment, PlanError> {
    let why = match named.kind.treatment(operator) {
        Treatment::Refused(why) => why,
        treatment => return Ok(treatment),
    };
    let message = match (why, operator) {
        (Why::YesOrNo, Operator::Order) => [named.path.as_str(), " can only be compared with = and !="].concat(),
        _ => why.of(named.path.as_str(), named.field.field_type),
    };
    let instead: &[&str] = match why {
        Why::One => &["IN", "NOT IN"],
        Why::Several => &["INCLUDES", "EXCLUDES"],
        Why::YesOrNo => &["=", "!="],
        _ => &[],
    };
    let mut allowed = Vec::new();
    for operator in instead {
        allowed.push((*operator).to_owned());
    }
    if matches!(why, Why::Parts | Why::Location) {
        for field in known.schema(&named.object)?.fields.iter() {
            if field.compound.as_ref() == Some(&named.field.name) {
                allowed.push(named.beside(&field.name)?.to_string());
            }
        }
    }
    Err(Error::argument(named.path.as_str(), message).allowing(allowed).into())
}

/// A field of the object itself, for a write.
pub(crate) fn own_field(known: &Known, object: &ObjectName, input: &str) -> Result<Field, PlanError> {
    let schema = known.schema(object)?;
    match lookup::field(&schema, input, &known.settings().vocabulary) {
        FieldMatch::Found { field, .. } => Ok(field.clone()),
        FieldMatch::AmbiguousLabel { fields } => Err(ambiguous(input, &fields).into()),
        FieldMatch::Unknown { nearest } => Err(unknown_field(known, object, input, nearest)),
    }
}

/// A schema that is less than a fresh description can't deny a field: then the object has to be described.
fn unknown_field(known: &Known, object: &ObjectName, input: &str, nearest: Vec<String>) -> PlanError {
    if known.is_fresh(object) {
        let message = format!("the field {input:?} does not exist on {object} or is not visible to the user");
        Error::argument(input, message).allowing(nearest).into()
    } else {
        PlanError::needs_description(object)
    }
}

/// What a description denies is asked again unless it is fresh, for an admin may have changed it. What the embedded
/// table denies is so in every org.
pub(crate) fn denied(known: &Known, object: &ObjectName, schema: &ObjectSchema, error: Error) -> PlanError {
    if schema.source == Source::Standard || known.is_fresh(object) {
        error.into()
    } else {
        PlanError::needs_description(object)
    }
}

fn ambiguous(input: &str, fields: &[&Field]) -> Error {
    let names = fields.iter().map(|field| field.name.clone()).collect();
    Error::argument(input, format!("several fields are labelled {input:?}; give the API name")).allowing(names)
}

/// The columns of a reply: the id, and those asked for or the usual ones.
pub(crate) fn columns(known: &Known, object: &ObjectName, input: &[String]) -> Result<FieldList, PlanError> {
    let mut fields = FieldList::from(ID);
    if input.is_empty() {
        usual(known, object, Use::List)?.into_iter().for_each(|field| fields.add(field));
    }
    for column in known::all(input.iter().map(|name| column(known, object, name)))? {
        fields.add(column);
    }
    let (mut moment, mut text) = (None, None);
    for column in fields.as_slice() {
        if event_times(column.last()).is_some_and(|(moment, _)| moment == column.last()) {
            moment = Some(column.clone());
        } else if column.last() == TEXT_BODY {
            text = Some(column.clone());
        }
    }
    // Midnight UTC is a day where an event takes whole days.
    if let Some(moment) = moment {
        let named = field(known, object, moment.as_str())?;
        if named.kind == Kind::EventTime {
            fields.add(named.beside(IS_ALL_DAY)?);
        }
    }
    // An e-mail may have its text as HTML alone.
    if let Some(text) = text {
        let named = field(known, object, text.as_str())?;
        if known.schema(&named.object)?.has_field(HTML_BODY) {
            fields.add(named.beside(HTML_BODY)?);
        }
    }
    Ok(fields)
}

fn column(known: &Known, object: &ObjectName, input: &str) -> Result<FieldPath, PlanError> {
    let named = field(known, object, input)?;
    // Who asks for "Owner" wants to read a name; who asks for "OwnerId" or "Owner ID", the id.
    match named.field.relationship.as_deref() {
        Some(relationship) if !input.trim().to_ascii_lowercase().ends_with("id") => {
            name_of_parent(known, &named, relationship)
        }
        _ => Ok(named.path),
    }
}

/// The name of what a lookup points to.
pub(crate) fn name_of_parent(known: &Known, lookup: &Named, relationship: &str) -> Result<FieldPath, PlanError> {
    let name = match lookup.field.references.as_slice() {
        [parent] => name_of(known, &ObjectName::parse(parent)?)?.to_string(),
        _ => "Name".to_owned(),
    };
    let to_lookup = lookup.path.parent().map(|path| format!("{path}.")).unwrap_or_default();
    Ok(path(&format!("{to_lookup}{relationship}.{name}"))?)
}

/// The columns of one record.
pub(crate) fn columns_of_one(known: &Known, object: &ObjectName, input: &[String]) -> Result<FieldList, PlanError> {
    if input.is_empty() {
        return Ok(FieldList::of_usual(ID, usual(known, object, Use::Get)?));
    }
    columns(known, object, input)
}

/// Every field of an object, but for those that repeat what may not be read.
pub(crate) fn every_field(known: &Known, object: &ObjectName) -> Result<Vec<FieldPath>, PlanError> {
    let schema = known.description(object)?;
    let fields = schema.fields.iter().filter(|field| !field.field_type.is_compound());
    let fields = fields.filter(|field| reach::may_read_own(known, &schema.name, &field.name));
    Ok(fields.map(|field| path(&field.name)).collect::<Result<_, _>>()?)
}

/// The fields that tell an object's records apart, first the one that names them.
pub(crate) fn distinguishing_columns(known: &Known, object: &ObjectName) -> Result<Vec<FieldPath>, PlanError> {
    known.distinguishing(object, || {
        let mut fields = FieldList::of(ID, [name_of(known, object)?]);
        usual(known, object, Use::Find)?.into_iter().for_each(|field| fields.add(field));
        let schema = known.schema(object)?;
        if schema.has_field(IS_CLOSED.as_str()) {
            fields.add(IS_CLOSED);
        }
        for column in person::columns(&schema) {
            if schema.has_field(column) {
                fields.add(FieldPath::from_static(column));
            }
        }
        Ok(fields.as_slice().to_vec())
    })
}

fn usual(known: &Known, object: &ObjectName, purpose: Use) -> Result<Vec<FieldPath>, PlanError> {
    let schema = known.schema(object)?;
    let usual = columns::usual(&schema, purpose).into_iter();
    let readable = usual.filter(|column| reach::may_show(known, &schema, column));
    let paths = readable.map(|column| match column {
        Cow::Borrowed(column) => Ok(FieldPath::of_table(column)),
        Cow::Owned(column) => FieldPath::parse(&column),
    });
    Ok(paths.collect::<Result<_, _>>()?)
}

/// The field that names an object's records; the id where none does.
pub(crate) fn name_of(known: &Known, object: &ObjectName) -> Result<FieldPath, PlanError> {
    let schema = known.schema(object)?;
    Ok(schema.name_field().map_or(Ok(ID), |field| path(&field.name))?)
}

/// Whether the org's assignment rules choose the owners of such records. (Those of accounts choose territories.)
pub(crate) fn has_assignment_rules(object: &ObjectName) -> bool {
    ["Lead", "Case"].contains(&object.as_str())
}

/// The id of a record Salesforce sent.
pub(crate) fn id_of(record: &Record) -> Result<RecordId, Error> {
    let id = record.get("Id").and_then(Json::text).and_then(|id| RecordId::parse(&id).ok());
    id.ok_or_else(|| Error::unreadable("a record came without its id", Changed::No))
}

/// The record of an id among those that were read.
pub(crate) fn of_id(records: &[Record], id: RecordId) -> Option<Record> {
    records.iter().find(|record| id_of(record).is_ok_and(|own| own == id)).cloned()
}

/// A path out of a schema, which only holds names.
pub(crate) fn path(name: &str) -> Result<FieldPath, Error> {
    Ok(FieldPath::parse(name)?)
}

/// A name out of a schema.
pub(crate) fn field_name(name: &str) -> Result<FieldName, Error> {
    Ok(FieldName::parse(name)?)
}
