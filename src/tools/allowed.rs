//! Which picklist values one record may hold: what is left of a picklist by the field that controls it, and by the
//! record type. Once a day and record type under which picklist values are written, one
//! `GET ui-api/object-info/{object}/picklist-values/{recordTypeId}`; for all else, nothing is sent.

use super::value;
use crate::error::Error;
use crate::id::RecordId;
use crate::json::{Json, Shape, quoted};
use crate::record::Fields;
use crate::schema::picklist::{self, Value as Picked};
use crate::schema::{Field, FieldType, ObjectSchema, PicklistValue, RecordType};
use crate::session::Session;
use crate::soql::ObjectName;

/// The field that holds a record's type.
pub(super) const RECORD_TYPE: &str = "RecordTypeId";

/// A field's value out of a call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given<'a> {
    /// The field.
    pub(super) field: &'a Field,
    /// Its value, as JSON of the field's type.
    pub(super) json: &'a str,
    /// Whether it is written: not what the record holds already.
    pub(super) writes: bool,
}

/// The picklists of a write.
#[derive(Debug)]
pub(super) struct Picklists<'a> {
    /// The object.
    pub(super) object: &'a ObjectName,
    /// Its description.
    pub(super) schema: &'a ObjectSchema,
    /// All the call says.
    pub(super) given: &'a [Given<'a>],
    /// What the record holds; none if it is new.
    pub(super) held: Option<&'a Fields<'a>>,
}

/// What the controlling field of a picklist holds.
enum Controlling {
    /// Nothing is known of it.
    Unknown,
    Empty,
    /// The value of this place, as people see it.
    Value(u16, String),
}

impl Picklists<'_> {
    /// Refuses a value that the record can't hold; says what it will hold that does not go together.
    pub(super) fn check(&self, session: &Session<'_>) -> Result<Vec<String>, Error> {
        for given in self.given {
            self.goes_with_its_controller(given)?;
        }
        if let Some((id, name)) = self.record_type() {
            // What was kept for hours may lack what an admin just allowed.
            if self.go_with_record_type(session, &id, &name, false).is_err() {
                self.go_with_record_type(session, &id, &name, true)?;
            }
        }
        Ok(self.left_behind())
    }

    fn said(&self, name: &str) -> Option<&Given<'_>> {
        self.given.iter().find(|given| given.field.name == name)
    }

    fn writes(&self, name: &str) -> bool {
        self.said(name).is_some_and(|given| given.writes)
    }

    fn holds(&self, name: &str) -> Option<&str> {
        self.held.map(|held| held.get(name).map_or("null", |value| value.get()))
    }

    // ---- dependent picklists ----

    /// The API takes what Salesforce's pages would not offer (countries and states apart), so that only this check
    /// keeps records as their admin wants them.
    /// <https://help.salesforce.com/s/articleView?id=platform.fields_dependent_field_considerations.htm>
    fn goes_with_its_controller(&self, given: &Given<'_>) -> Result<(), Error> {
        let Some(controller) = self.controller(given.field) else { return Ok(()) };
        if !given.writes && !self.writes(&controller.name) {
            return Ok(());
        }
        let field = given.field;
        let values = field.picklist.as_deref().unwrap_or_default();
        let fields = vec![field.name.clone(), controller.name.clone()];
        for part in parts(field, given.json) {
            let Some(valid_for) = find(values, &part).and_then(|value| value.valid_for.as_ref()) else { continue };
            let part = quoted(&part);
            // A checkbox has no list of values, and its own say enough.
            let of_controller = || {
                let all = controller.picklist.iter().flatten();
                all.filter(|value| valid_for.includes(value.place)).map(|value| value.shown().to_owned()).collect()
            };
            match self.controlling(controller) {
                Controlling::Empty => {
                    let message = format!(
                        "{} depends on {}, which is empty: {part} goes with those allowed, so set that as well",
                        field.name, controller.name
                    );
                    return Err(Error::Input { message, fields, allowed: of_controller() });
                }
                Controlling::Value(place, shown) if !valid_for.includes(place) => {
                    let others: Vec<String> = of_controller();
                    let others = match others.as_slice() {
                        [] => String::new(),
                        some => format!("; it goes with {}", some.join(", ")),
                    };
                    let message = format!(
                        "{part} is not allowed for {} while {} is {}{others}",
                        field.name,
                        controller.name,
                        quoted(&shown)
                    );
                    let goes = |value: &&PicklistValue| value.valid_for.as_ref().is_none_or(|it| it.includes(place));
                    let allowed = values.iter().filter(goes).map(|value| value.shown().to_owned()).collect();
                    return Err(Error::Input { message, fields, allowed });
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn controller(&self, field: &Field) -> Option<&Field> {
        self.schema.field(field.controller.as_deref()?)
    }

    fn controlling(&self, field: &Field) -> Controlling {
        // A country may be given by its name, and Salesforce finds the code.
        // <https://help.salesforce.com/s/articleView?id=platform.admin_state_country_picklist_overview.htm>
        let by_name = || self.said(field.name.strip_suffix("Code")?).filter(|given| given.json != "null");
        let json = match self.said(&field.name).or_else(by_name) {
            Some(given) => given.json,
            None => match self.holds(&field.name) {
                Some(json) => json,
                // A new record.
                None => {
                    let mut values = field.picklist.iter().flatten();
                    return match values.find(|value| value.default) {
                        Some(value) => Controlling::Value(value.place, value.shown().to_owned()),
                        None if field.field_type == FieldType::Boolean => Controlling::Unknown,
                        None => Controlling::Empty,
                    };
                }
            },
        };
        match Shape::of(json) {
            Some(Shape::Null) => Controlling::Empty,
            Some(Shape::Boolean(value)) => Controlling::Value(value.into(), value.to_string()),
            Some(Shape::Text(text)) => {
                let values = field.picklist.as_deref().unwrap_or_default();
                let value = match picklist::resolve(values, &text) {
                    Picked::Repaired { value, .. } => value,
                    Picked::Exact | Picked::Unknown { .. } => text,
                };
                // An inactive one has its place, but nobody knows it here.
                find(values, &value)
                    .map_or(Controlling::Unknown, |value| Controlling::Value(value.place, value.shown().to_owned()))
            }
            _ => Controlling::Unknown,
        }
    }

    /// Values the record keeps though what controls them changes: nothing to refuse, for Salesforce's own pages leave
    /// them to the person too.
    fn left_behind(&self) -> Vec<String> {
        let mut notices = Vec::new();
        for field in self.schema.fields.iter().filter(|field| self.said(&field.name).is_none()) {
            let Some(controller) = self.controller(field).filter(|controller| self.writes(&controller.name)) else {
                continue;
            };
            let values = field.picklist.as_deref().unwrap_or_default();
            for part in self.holds(&field.name).map(|json| parts(field, json)).unwrap_or_default() {
                let valid_for = find(values, &part).and_then(|value| value.valid_for.as_ref());
                let is_left = valid_for.is_some_and(|valid_for| match self.controlling(controller) {
                    Controlling::Unknown => false,
                    Controlling::Empty => true,
                    Controlling::Value(place, _) => !valid_for.includes(place),
                });
                if is_left {
                    notices.push(format!(
                        "{} keeps {}, which does not go with the new {}; set or clear it as well",
                        field.name,
                        quoted(&part),
                        controller.name
                    ));
                }
            }
        }
        notices
    }

    // ---- record types ----

    /// The record type that narrows the picklists of this write, with its name.
    fn record_type(&self) -> Option<(RecordId, String)> {
        let has_type = |given: &Given<'_>| given.writes && given.field.picklist.is_some() && given.json != "null";
        if !self.given.iter().any(has_type) {
            return None;
        }
        let json = match self.said(RECORD_TYPE) {
            Some(given) => Some(given.json),
            None => self.holds(RECORD_TYPE),
        };
        let id = match json {
            Some(json) => Json::parse(json).ok()?.text()?.into_owned(),
            None => self.usual_record_type()?.id.clone(),
        };
        let kind = kinds(self.schema).find(|kind| kind.id == id)?;
        Some((RecordId::parse(&id).ok()?, kind.name.clone()))
    }

    /// What a new record gets that says no type.
    fn usual_record_type(&self) -> Option<&RecordType> {
        // There is another default for persons, and describe does not say which.
        let is_person = self.object.as_str() == "Account" && self.said("LastName").is_some();
        usual_record_type(self.schema).filter(|_| !is_person)
    }

    fn go_with_record_type(&self, session: &Session<'_>, id: &RecordId, name: &str, fresh: bool) -> Result<(), Error> {
        let narrowed = session.narrowed(self.object, self.schema, id, fresh);
        for given in self.given.iter().filter(|given| given.writes || self.writes(RECORD_TYPE)) {
            let field = given.field;
            let Some(allowed) = narrowed.values(&field.name) else { continue };
            let Some(part) = parts(field, given.json).into_iter().find(|part| !allowed.contains(part)) else {
                continue;
            };
            let message =
                format!("{} is not allowed for {} of the record type {}", quoted(&part), field.name, quoted(name));
            let values = field.picklist.as_deref().unwrap_or_default();
            let shown = |value: &String| find(values, value).map_or(value.as_str(), PicklistValue::shown).to_owned();
            return Err(Error::field(&field.name, message, allowed.iter().map(shown).collect()));
        }
        Ok(())
    }
}

/// The record types of an object, without the one that every object has and that allows everything.
pub(super) fn kinds(schema: &ObjectSchema) -> impl Iterator<Item = &RecordType> {
    schema.record_types.iter().filter(|kind| !kind.master)
}

/// What a new record gets that says no type, as far as it is sure.
pub(super) fn usual_record_type(schema: &ObjectSchema) -> Option<&RecordType> {
    let mut defaults = schema.record_types.iter().filter(|kind| kind.default);
    defaults.next().filter(|kind| !kind.master && defaults.next().is_none())
}

fn find<'v>(values: &'v [PicklistValue], value: &str) -> Option<&'v PicklistValue> {
    values.iter().find(|known| known.value == value)
}

/// The values in a picklist's JSON.
fn parts(field: &Field, json: &str) -> Vec<String> {
    match Shape::of(json) {
        Some(Shape::Text(text)) if field.picklist.is_some() => value::parts(field, &text).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}
