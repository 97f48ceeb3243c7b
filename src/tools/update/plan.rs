//! What to change of one record: the fields with their new values, and what is read for it.

use super::Asked;
use crate::error::Error;
use crate::json::{Json, quoted};
use crate::known::{self, Known, PlanError};
use crate::policy::Effect;
use crate::record::Record;
use crate::reply::{Values, with_decimals};
use crate::resolve::lookup::{self, Wanted};
use crate::resolve::names;
use crate::resolve::record::{self, Target};
use crate::rich_text;
use crate::schema::well_known::{ID, RECORD_TYPE};
use crate::schema::{FieldType, ObjectSchema};
use crate::soql::{FieldList, FieldName, FieldPath, ObjectName, Select};
use crate::write::event;
use crate::write::fit;
use crate::write::picklists::{self, Held};
use crate::write::places::{self, Place};
use crate::write::values::{self, FieldValue, Write};

/// What is read besides the fields: when the record was changed, by whom, and by what (`SystemModstamp` moves with
/// every change, also those of automations, so that a condition on it never fails for one that was read).
const SYSTEM: [FieldPath; 3] = [
    FieldPath::from_static("SystemModstamp"),
    FieldPath::from_static("LastModifiedDate"),
    FieldPath::from_static("LastModifiedBy.Name"),
];

/// What to ask of one record and what to write to it.
pub(super) struct Plan {
    pub(super) target: Target,
    pub(super) changes: Vec<Change>,
    pub(super) select: Select,
    /// What is read besides, before and after, for it follows from the changes.
    pub(super) following: Vec<FieldName>,
    /// Whether the reply may tell what the record holds.
    pub(super) is_told: bool,
    pub(super) allow_duplicate: bool,
    /// Whether it is the account that the contact is which was named.
    pub(super) is_person: bool,
}

impl Plan {
    /// The fields that are read after the write.
    pub(super) fn read_back(&self) -> Vec<FieldName> {
        let mut names = self.following.clone();
        for change in &self.changes {
            for name in [&change.value.name, change.value.asked()] {
                if !names.contains(name) {
                    names.push(name.clone());
                }
            }
        }
        names
    }

    /// The paths to what the records are called that lookups are to point to, and that nobody named.
    pub(super) fn unnamed(&self) -> Result<Vec<FieldPath>, Error> {
        let mut paths = Vec::new();
        for change in self.changes.iter().filter(|_| self.is_told) {
            paths.extend(change.value.unknown_name()?);
        }
        Ok(paths)
    }

    /// Puts whole values where something is to be added to what is there, and codes where states are named, now that it is
    /// known what the record holds.
    pub(super) fn settle(&mut self, known: &Known, record: &Record) -> Result<(), Error> {
        let fields = record.fields();
        for FieldValue { field, amendment, json, .. } in self.changes.iter_mut().map(|change| &mut change.value) {
            if let Some(amendment) = amendment {
                if !self.is_told {
                    let message = format!(
                        "{} records may not be read, so the whole new value has to be given",
                        self.target.object
                    );
                    return Err(Error::argument(&field.name, message));
                }
                *json = amendment.of(field, fields.get(&field.name))?;
            }
        }
        let Ok(schema) = known.schema(&self.target.object) else { return Ok(()) };
        let held = if self.is_told { Held::Values(&fields) } else { Held::Untold };
        let mut values: Vec<_> = self.changes.iter_mut().map(|change| &mut change.value).collect();
        let besides = places::settle(&schema, &mut values, Some(held))?;
        self.changes.extend(besides.into_iter().map(|value| Change { value, from: None, path: None }));
        Ok(())
    }
}

/// One field's change.
pub(super) struct Change {
    /// The new value.
    pub(super) value: FieldValue,
    /// The value it must have now, as JSON.
    pub(super) from: Option<String>,
    /// The path to what the record is called that a lookup points to.
    pub(super) path: Option<FieldPath>,
}

impl Change {
    pub(super) fn name(&self) -> &str {
        self.value.name.as_str()
    }

    pub(super) fn asked(&self) -> &str {
        self.value.asked().as_str()
    }

    /// A value of the field as people read it.
    pub(super) fn shown(&self, value: Option<Json<'_>>, values: &mut Values) -> String {
        match value.and_then(Json::text).filter(|_| self.value.field.html) {
            Some(html) => values.copy_text(&quoted(&rich_text::to_text(&html))).into_owned(),
            None => with_decimals(values.copy(value), self.value.field.decimals).into_owned(),
        }
    }

    pub(super) fn to(&self) -> &str {
        &self.value.json
    }
}

pub(super) fn plan(known: &Known, asked: &Asked<'_>, wanted: &mut Vec<Wanted>) -> Result<Plan, PlanError> {
    let target = record::read(known, &asked.record, asked.object)?;
    known.allow_object(&target.object, Effect::Overwrites)?;
    let schema = known.schema(&target.object)?;
    if !schema.updateable {
        let error = Error::argument("object", format!("the user may not change {} records", target.object));
        return Err(names::denied(known, &target.object, &schema, error));
    }
    let changes = changes(known, &target.object, asked, wanted)?;
    let (condition, limit) = record::condition(known, &target)?;
    let mut fields = FieldList::from(ID);
    let is_told = known.may_read(&target.object);
    if is_told {
        names::distinguishing_columns(known, &target.object)?.into_iter().for_each(|field| fields.add(field));
    }
    for change in &changes {
        fields.add(change.value.name.clone().into());
        change.path.iter().for_each(|path| fields.add(path.clone()));
    }
    if is_told {
        add_narrowing(&*known.schema(&target.object)?, &changes, &mut fields)?;
    }
    let following = event::with(&target.object, changes.iter().map(Change::name));
    following.iter().filter(|_| is_told).for_each(|field| fields.add(field.clone().into()));
    SYSTEM.into_iter().for_each(|field| fields.add(field));
    let mut select = Select::new(fields, target.object.clone());
    select.condition = Some(condition);
    if limit > 1 {
        select.order_by = record::by_name(known, &target.object)?;
    }
    select.limit = Some(limit);
    Ok(Plan {
        target,
        changes,
        select,
        following,
        is_told,
        allow_duplicate: asked.allow_duplicate,
        is_person: asked.is_person,
    })
}

/// The changes, each with what it expects. Names in lookups are added to the `wanted`.
pub(super) fn changes(
    known: &Known,
    object: &ObjectName,
    asked: &Asked<'_>,
    wanted: &mut Vec<Wanted>,
) -> Result<Vec<Change>, PlanError> {
    let mut changes: Vec<Change> = Vec::new();
    known::all(values::given("fields", &asked.fields)?.map(|(name, json)| {
        let is_given = |name: &str| changes.iter().any(|change| change.name() == name);
        let value = values::read(known, object, Write::Change, (&name, json.get()), &is_given, wanted)?;
        changes.push(change(known, object, value)?);
        Ok(())
    }))?;
    let schema = known.schema(object)?;
    let mut values: Vec<_> = changes.iter_mut().map(|change| &mut change.value).collect();
    places::settle(&schema, &mut values, None).map_err(|error| names::denied(known, object, &schema, error))?;
    if changes.is_empty() {
        return Err(Error::argument("fields", "say what to change: at least one field with its new value").into());
    }
    if let Some(from) = &asked.from {
        let expected = values::given("from", from)?;
        known::all(expected.map(|(name, json)| expect(known, object, (&name, json.get()), &mut changes)))?;
    }
    Ok(changes)
}

fn change(known: &Known, object: &ObjectName, value: FieldValue) -> Result<Change, PlanError> {
    let field = &value.field;
    if value.json == "null" && value.amendment.is_none() && field.required {
        let error = Error::argument(&field.name, format!("{} can't be empty", field.name));
        return Err(names::denied(known, object, &*known.schema(object)?, error));
    }
    let path = lookup::name_path(field)?;
    Ok(Change { value, from: None, path })
}

/// Adds to a change the value that its field must have now.
fn expect(
    known: &Known,
    object: &ObjectName,
    (input, from): (&str, &str),
    changes: &mut [Change],
) -> Result<(), PlanError> {
    let name = names::own_field(known, object, input)?.name.clone();
    let is_of = |change: &&mut Change| [change.name(), change.asked()].contains(&name.as_str());
    let Some(change) = changes.iter_mut().find(is_of) else {
        let message = format!("{name} is in `from` alone; what is expected is said of fields that change");
        return Err(Error::argument(input, message).into());
    };
    if change.from.is_some() {
        return Err(Error::argument(input, format!("{name} is given twice in `from`")).into());
    }
    let field = &change.value.field;
    let mut from = from.to_owned();
    if lookup::is_me(field, &from) {
        from = quoted(known.user()?.id.as_str());
    }
    // Compared with an id, a name would never be the one that is there.
    if field.field_type == FieldType::Reference && (change.path.is_none() || lookup::name(field, &from).is_none()) {
        fit::to_write(field, &from)?;
    }
    change.from = Some(from);
    Ok(())
}

/// Adds the fields that decide which picklist values the record may hold, and those whose values the changes decide.
fn add_narrowing(schema: &ObjectSchema, changes: &[Change], fields: &mut FieldList) -> Result<(), Error> {
    let is_changed = |name: &str| changes.iter().any(|change| change.value.field.name == name);
    let controls = |name: &str| changes.iter().any(|change| change.value.field.controller.as_deref() == Some(name));
    let has_picklist = changes.iter().any(|change| change.value.field.picklist.is_some());
    let has_types = picklists::kinds(schema).next().is_some();
    for change in changes {
        let place = Place::of(schema, &change.value.field);
        for field in place.into_iter().flat_map(|place| [Some(place.code), place.country]).flatten() {
            fields.add(names::path(&field.name)?);
        }
        fields.add(change.value.asked().clone().into());
    }
    for field in schema.fields.iter() {
        if controls(&field.name)
            || field.controller.as_deref().is_some_and(is_changed)
            || has_picklist && has_types && field.name == RECORD_TYPE
        {
            fields.add(names::path(&field.name)?);
        }
    }
    Ok(())
}
