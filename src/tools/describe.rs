//! `describe`: the fields of an object, or the objects there are. One describe, none with a warm cache.

use crate::call::Call;
use crate::error::Error;
use crate::policy::Effect;
use crate::resolve::names;
use crate::schema::{FieldType, ObjectSchema, ObjectSummary, Shown, columns, search};
use crate::wit::{DescribeArgs, DescribeReply, FieldInfo, ObjectInfo, Writable};

/// Fields or objects in a reply when the call gives no limit: what a model reads without harm to its context.
const DEFAULT_ENTRIES: u32 = 40;
/// The highest limit a call may give.
const MAX_ENTRIES: u32 = 500;
/// The most picklist values shown of one field; a notice says how many more there are.
const MAX_VALUES: usize = 40;

/// Looks up fields or objects.
pub(super) fn describe(call: &Call<'_>, args: DescribeArgs) -> Result<DescribeReply, Error> {
    let limit = crate::reply::bounded("limit", args.limit, DEFAULT_ENTRIES, MAX_ENTRIES)? as usize;
    let search = args.search.as_deref().map(str::trim).filter(|search| !search.is_empty());
    match args.object.as_deref() {
        Some(object) => fields(call, object, search, limit),
        None => objects(call, search, limit),
    }
}

fn fields(call: &Call<'_>, object: &str, search: Option<&str>, limit: usize) -> Result<DescribeReply, Error> {
    let schema = call.plan(object, |known, object| {
        let object = names::object(known, object)?;
        known.allow_object(&object, Effect::ReadOnly)?;
        known.description(&object)
    })?;
    let (found, all): (Vec<Shown<'_>>, _) = match search {
        Some(search) => {
            let found = search::fields(&schema, search, &call.settings().vocabulary);
            (found.iter().take(limit).filter_map(|field| columns::shown(&schema, field)).collect(), found.len())
        }
        None => (columns::by_importance(&schema, limit), schema.fields.len()),
    };
    let mut notices = Vec::new();
    if found.is_empty() {
        notices.push(format!("no field of {} fits; without search all are listed", schema.name));
    }
    if all > limit {
        notices.push(format!("{} more fields; search for what you need, or raise the limit", all - limit));
    }
    let shown = found.into_iter().map(|field| field_info(field, &mut notices)).collect();
    Ok(DescribeReply { object: Some(object_info(&schema)), fields: shown, objects: Vec::new(), notices })
}

fn objects(call: &Call<'_>, search: Option<&str>, limit: usize) -> Result<DescribeReply, Error> {
    let global = call.plan(&(), |known, ()| known.objects())?;
    let found: Vec<ObjectSummary<'_>> = match search {
        Some(search) => search::objects(&global, search, &call.settings().vocabulary),
        None => global.objects().collect(),
    };
    let mut notices = Vec::new();
    let allowed: Vec<_> = found
        .into_iter()
        .filter(|object| object.queryable())
        .filter(|object| call.known().may_read_named(object.name()))
        .collect();
    if allowed.is_empty() {
        notices.push("no object fits; without search all are listed".to_owned());
    }
    if allowed.len() > limit {
        notices.push(format!("{} more objects; search for what you need, or raise the limit", allowed.len() - limit));
    }
    let objects = allowed
        .into_iter()
        .take(limit)
        .map(|object| ObjectInfo {
            name: object.name().to_owned(),
            label: object.label().into_owned(),
            creatable: object.createable(),
            editable: object.updateable(),
        })
        .collect();
    Ok(DescribeReply { object: None, fields: Vec::new(), objects, notices })
}

fn object_info(schema: &ObjectSchema) -> ObjectInfo {
    ObjectInfo {
        name: schema.name.clone(),
        label: schema.label().into_owned(),
        creatable: schema.createable,
        editable: schema.updateable,
    }
}

fn field_info(field: Shown<'_>, notices: &mut Vec<String>) -> FieldInfo {
    let (values, more) = field.values(MAX_VALUES);
    if more > 0 {
        notices.push(format!("{}: {more} more picklist values", field.name));
    }
    FieldInfo {
        name: field.name.to_owned(),
        data_type: match field.field_type {
            FieldType::Percent => "percent (75 is 75 %)".to_owned(),
            other if field.html => [other.name(), " (htmlFormatted)"].concat(),
            other => other.name().to_owned(),
        },
        required: field.required,
        writable: match (field.createable, field.updateable) {
            (false, false) => Writable::No,
            (true, false) => Writable::OnCreate,
            (false, true) => Writable::OnUpdate,
            (true, true) => Writable::Yes,
        },
        length: field.length.filter(|_| !field.field_type.has_values()),
        values,
        references: field.references().map(str::to_owned).collect(),
        label: field.label,
        help: field.help,
    }
}
