//! Related lists of a record, as child queries of the record's own query.

use crate::error::Error;
use crate::known::{Known, PlanError};
use crate::policy::Effect;
use crate::record::Fields;
use crate::resolve::{archive, names};
use crate::schema::well_known::{ACTIVITY_OBJECTS, ID, IS_DELETED};
use crate::schema::{ChildRelationship, ObjectSchema};
use crate::soql::{
    ChildSelect, Comparison, Condition, Direction, FieldList, FieldName, FieldPath, Literal, Nulls, ObjectName, Order,
    Select,
};

/// The most records of one related list beside its parent; `query` reads on.
pub(crate) const MAX_ROWS: u32 = 10;

/// Salesforce's own relationships of activities: past and open ones, of the record and of what belongs to it.
const ACTIVITIES: [&str; 2] = [OPEN, PAST];
pub(crate) const OPEN: &str = "OpenActivities";
pub(crate) const PAST: &str = "ActivityHistories";

/// Lists that people call otherwise than Salesforce does, the relationship's name there, what is shown of them, and what
/// says which is the latest.
const BY_WORD: [(&str, &str, &[&str], &str); 2] = [
    ("history", "Histories", &["Field", "OldValue", "NewValue", "CreatedDate", "CreatedBy.Name"], "CreatedDate"),
    (
        "files",
        "ContentDocumentLinks",
        &[
            "ContentDocument.Title",
            "ContentDocument.FileExtension",
            "ContentDocument.ContentSize",
            "ContentDocument.LastModifiedDate",
        ],
        "ContentDocument.LastModifiedDate",
    ),
];

/// One related list: its name as asked for and its query.
#[derive(Debug, Clone)]
pub(crate) struct List {
    pub(crate) name: String,
    /// The object of its records.
    pub(crate) object: ObjectName,
    pub(crate) select: ChildSelect,
    /// Whether some of them may be archived.
    pub(crate) may_be_archived: bool,
}

/// Whether a list of activities is among those asked for.
pub(crate) fn asks_for_activities(names: &[String]) -> bool {
    names.iter().any(|name| {
        name.eq_ignore_ascii_case("activities") || ACTIVITIES.iter().any(|activity| activity.eq_ignore_ascii_case(name))
    })
}

/// Plans the related lists a name means: one, or for activities two.
pub(crate) fn plan(known: &Known, object: &ObjectName, name: &str) -> Result<Vec<List>, PlanError> {
    if asks_for_activities(&[name.to_owned()]) {
        for activity in ACTIVITY_OBJECTS {
            known.allow_object(&ObjectName::from_static(activity), Effect::ReadOnly)?;
        }
        return ACTIVITIES
            .into_iter()
            .filter(|activity| name.eq_ignore_ascii_case("activities") || activity.eq_ignore_ascii_case(name))
            .map(activities)
            .collect::<Result<_, Error>>()
            .map_err(PlanError::from);
    }
    let (relationship, only_open) = match name.to_ascii_lowercase().strip_prefix("open_") {
        Some(rest) => (rest.to_owned(), true),
        None => (name.to_owned(), false),
    };
    let parent_schema = known.schema(object)?;
    let word = BY_WORD
        .iter()
        .find(|(word, list, ..)| [word, list].into_iter().any(|known| known.eq_ignore_ascii_case(&relationship)));
    let relationship = word.map_or(relationship.as_str(), |(_, list, ..)| list);
    let (child, api_name) = child_list(known, object, &parent_schema, name, relationship)?;
    let of = ObjectName::parse(&child.object)?;
    known.allow_object(&of, Effect::ReadOnly)?;
    let schema = known.schema(&of)?;
    // What the parent is called says its own record.
    let parent = schema.field(&child.field).and_then(|field| field.relationship.clone()).unwrap_or_default();
    let shown: Vec<String> = word.iter().flat_map(|(.., shown, _)| *shown).map(|column| (*column).to_owned()).collect();
    let columns = names::columns(known, &of, &shown)?;
    let columns = columns.as_slice().iter().filter(|column| column.parent() != Some(parent.as_str()));
    let condition = if only_open { Some(is_open(&schema, &of, api_name)?) } else { None };
    let may_be_archived = ACTIVITY_OBJECTS.contains(&of.as_str()) && !only_open;
    let latest = match word {
        Some((.., latest)) => latest,
        None if schema.has_field("LastModifiedDate") => "LastModifiedDate",
        None => "Id",
    };
    Ok(vec![List {
        name: name.to_owned(),
        select: ChildSelect {
            relationship: relationship_name(api_name)?,
            fields: FieldList::of(ID, columns.cloned()),
            condition: if may_be_archived { archive::undeleted(condition) } else { condition },
            order_by: vec![order(latest, Direction::Descending)?],
            limit: Some(MAX_ROWS),
        },
        object: of,
        may_be_archived,
    }])
}

/// The related list of an object, by the relationship's name or by the child object's, which is what people say; with
/// its API name.
fn child_list<'s>(
    known: &Known,
    object: &ObjectName,
    schema: &'s ObjectSchema,
    name: &str,
    relationship: &str,
) -> Result<(&'s ChildRelationship, &'s str), PlanError> {
    let children = schema.children.iter().filter(|child| child.relationship.is_some());
    // The contacts of a deal are said by their roles.
    let is_of_deal = schema.name == "Opportunity" && relationship.eq_ignore_ascii_case("contacts");
    let relationship = if is_of_deal { "OpportunityContactRoles" } else { relationship };
    let child = children
        .clone()
        .find(|child| child.relationship.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(relationship)))
        .or_else(|| children.clone().find(|child| child.object.eq_ignore_ascii_case(relationship)));
    if let Some(found) = child.and_then(|child| Some((child, child.relationship.as_deref()?))) {
        return Ok(found);
    }
    if !known.is_fresh(object) {
        return Err(PlanError::needs_description(object));
    }
    let message = format!("{object} has no related list {name:?} that is visible to the user");
    let lists = children.filter_map(|child| child.relationship.clone()).take(40).collect();
    Err(Error::argument("related", message).allowing(lists).into())
}

/// The condition that records are open.
fn is_open(schema: &ObjectSchema, object: &ObjectName, api_name: &str) -> Result<Condition, Error> {
    let Some(closed) = schema.field("IsClosed") else {
        let message = format!("{object} records are neither open nor closed; ask for {api_name}");
        return Err(Error::argument("related", message).allowing(vec![api_name.to_owned()]));
    };
    Ok(Condition::compare(names::path(&closed.name)?, Comparison::Eq, Literal::Boolean(false)))
}

fn activities(relationship: &'static str) -> Result<List, Error> {
    const COLUMNS: [&str; 9] =
        ["Id", "ActivityDate", "Subject", "ActivityType", "Status", "IsTask", "Who.Name", "Owner.Name", "Description"];
    let select = activity_list(relationship, &COLUMNS.map(FieldPath::from_static), MAX_ROWS)?;
    let may_be_archived = relationship == PAST;
    let object = ObjectName::from_static(if may_be_archived { "ActivityHistory" } else { "OpenActivity" });
    Ok(List { name: relationship.to_owned(), object, select, may_be_archived })
}

/// Activities can be sorted in this one way and not filtered, unless the user may view all data.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_activityhistory.htm>,
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_openactivity.htm>
pub(crate) fn activity_list(
    relationship: &'static str,
    columns: &[FieldPath],
    limit: u32,
) -> Result<ChildSelect, Error> {
    let direction = if relationship == OPEN { Direction::Ascending } else { Direction::Descending };
    let mut fields = FieldList::of(ID, columns.iter().cloned());
    // They come with deleted ones where archived ones are read, and can't be filtered.
    fields.add(IS_DELETED);
    Ok(ChildSelect {
        relationship: FieldName::from_static(relationship),
        fields,
        condition: None,
        order_by: vec![order("ActivityDate", direction)?, order("LastModifiedDate", Direction::Descending)?],
        limit: Some(limit),
    })
}

/// Whether a record of such a list is in the recycle bin.
pub(crate) fn is_deleted(fields: &Fields<'_>) -> bool {
    fields.get(IS_DELETED.as_str()).is_some_and(|deleted| deleted.get() == "true")
}

pub(crate) fn order(field: &str, direction: Direction) -> Result<Order, Error> {
    Ok(Order { field: names::path(field)?, direction, nulls: Nulls::Last })
}

/// A query for the records of an object under conditions, in the order of one field: one more than a number of them, so
/// that it shows whether there are more.
pub(crate) fn query(
    object: &ObjectName,
    columns: &[&'static str],
    conditions: Vec<Condition>,
    order_by: &str,
    newest: bool,
    limit: u32,
) -> Result<Select, Error> {
    let fields = columns.iter().map(|column| FieldPath::from_static(column));
    let mut select = Select::new(FieldList::of(ID, fields), object.clone());
    select.condition = Condition::all(conditions);
    let direction = if newest { Direction::Descending } else { Direction::Ascending };
    select.order_by = vec![order(order_by, direction)?];
    select.limit = Some(limit + 1);
    Ok(select)
}

fn relationship_name(name: &str) -> Result<FieldName, Error> {
    Ok(FieldName::parse(name)?)
}
