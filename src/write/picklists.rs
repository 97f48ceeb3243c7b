//! Which picklist values one record may hold: what is left of a picklist by the field that controls it, and by the
//! record type. A plan: what a record type leaves it needs once a day, where picklist values are written under one.

use crate::details::{Details, Remarks};
use crate::error::Error;
use crate::id::RecordId;
use crate::json::Shape;
use crate::known::{Known, PlanError};
use crate::record::Fields;
use crate::resolve::value;
use crate::schema::well_known::RECORD_TYPE;
use crate::schema::{Field, FieldType, ObjectSchema, PicklistValue, RecordType, ValidFor};
use crate::soql::ObjectName;
use crate::within::holds;

/// What a refusal calls the values of the controlling field that a value goes with.
const GOES_WITH: &str = "goes_with";

/// A field's value out of a call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given<'a> {
    /// The field.
    pub(crate) field: &'a Field,
    /// Its value, as JSON of the field's type.
    pub(crate) json: &'a str,
    /// Whether it is written: not what the record holds already.
    pub(crate) writes: bool,
}

/// The picklists of a write.
#[derive(Debug)]
pub(crate) struct Picklists<'a> {
    /// The object.
    pub(crate) object: &'a ObjectName,
    /// Its description.
    pub(crate) schema: &'a ObjectSchema,
    /// All the call says.
    pub(crate) given: &'a [Given<'a>],
    /// What else decides.
    pub(crate) held: Held<'a>,
}

/// What is known of the record that is written.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Held<'a> {
    /// There is none yet.
    New,
    /// These values.
    Values(&'a Fields<'a>),
    /// Nothing that may be told: a refusal would tell it. Then it is left to the org.
    Untold,
}

/// Why a value does not go with the field that controls its picklist.
struct Clash {
    /// The place of the controlling value; none where there is no value.
    place: Option<u32>,
    /// That value as people see it.
    held: String,
}

impl Picklists<'_> {
    /// Refuses a value that the record can't hold; says what it keeps that will not go together.
    pub(crate) fn check(&self, known: &Known) -> Result<Remarks, PlanError> {
        let mut left_behind = Remarks::default();
        for field in self.schema.dependent() {
            if let Some(controller) = self.controller(field) {
                self.go_together(field, controller, &mut left_behind)?;
            }
        }
        if let Some(kind) = self.record_type()
            && let Ok(id) = RecordId::parse(&kind.id)
        {
            // What was kept for hours may lack what an admin just allowed.
            for fresh in [false, true] {
                let narrowed = known.picklists(self.object, id, fresh)?;
                match self.denied(&narrowed, kind) {
                    Some(error) if fresh => return Err(error.into()),
                    Some(_) => {}
                    None => break,
                }
            }
        }
        Ok(left_behind)
    }

    fn input(&self, name: &str) -> Option<&Given<'_>> {
        self.given.iter().find(|given| given.field.name == name)
    }

    fn writes(&self, name: &str) -> bool {
        self.input(name).is_some_and(|given| given.writes)
    }

    fn holds(&self, name: &str) -> Option<&str> {
        let Held::Values(held) = self.held else { return None };
        Some(held.get(name).map_or("null", |value| value.get()))
    }

    /// The API takes what Salesforce's pages would not offer (countries and states apart), so that only this check
    /// keeps records as their admin wants them. A value that the record keeps, though what controls it changes, is not
    /// refused: Salesforce's own pages leave it to the person too.
    /// <https://help.salesforce.com/s/articleView?id=platform.fields_dependent_field_considerations.htm>
    fn go_together(&self, field: &Field, controller: &Field, left_behind: &mut Remarks) -> Result<(), Error> {
        let input = self.input(&field.name);
        if !self.writes(&field.name) && !self.writes(&controller.name) {
            return Ok(());
        }
        let Some(json) = input.map(|given| given.json).or_else(|| self.holds(&field.name)) else { return Ok(()) };
        for part in parts(field, json) {
            let Some((valid_for, clash)) = self.clash(field, controller, &part) else { continue };
            // Salesforce takes no state that is not one of its country, nor one without a country.
            if input.is_some() || holds(&field.name, "StateCode") {
                return Err(apart(field, controller, &part, valid_for, &clash));
            }
            let notice = format!(
                "{} keeps its value, which `details` shows and which does not go with the new {}; set or clear it as well",
                field.name, controller.name
            );
            if left_behind.notices.last() != Some(&notice) {
                left_behind.notices.push(notice);
            }
            left_behind.details.add(&field.name, &part);
        }
        Ok(())
    }

    fn controller(&self, field: &Field) -> Option<&Field> {
        self.schema.field(field.controller.as_deref()?)
    }

    /// Why a value of a field does not go with what its controller will hold; none where it goes, or nobody can say.
    fn clash<'v>(&self, field: &'v Field, controller: &Field, value: &str) -> Option<(&'v ValidFor, Clash)> {
        // Two countries may have a state of one code.
        let mut entries = field.picklist.iter().flatten().filter(|known| known.value == value);
        let valid_for = entries.clone().next()?.valid_for.as_ref()?;
        let mut goes_with = |place| entries.any(|known| known.valid_for.as_ref().is_some_and(|it| it.includes(place)));
        let clash = match self.controlling(controller)? {
            None => Clash { place: None, held: String::new() },
            Some((place, _)) if goes_with(place) => return None,
            Some((place, held)) => Clash { place: Some(place), held },
        };
        Some((valid_for, clash))
    }

    /// What a controlling field will hold, with its place; none if that is not known.
    fn controlling(&self, field: &Field) -> Option<Option<(u32, String)>> {
        let known = |value: &PicklistValue| (value.place, value.shown().to_owned());
        let json = match self.input(&field.name) {
            Some(given) => given.json,
            None => match self.holds(&field.name) {
                Some(json) => json,
                None if matches!(self.held, Held::Untold) => return None,
                // A new record. What a checkbox is by default, describe says too, but nobody reads it.
                None if field.field_type == FieldType::Boolean => return None,
                None => return Some(field.picklist.iter().flatten().find(|value| value.default).map(known)),
            },
        };
        match Shape::of(json)? {
            Shape::Null => Some(None),
            Shape::Boolean(value) => Some(Some((value.into(), value.to_string()))),
            Shape::Text(text) => {
                let value = value::known_value(field, &text).unwrap_or(text);
                // An inactive value has a place too, but a schema lacks it.
                find(field, &value).map(|value| Some(known(value)))
            }
            _ => None,
        }
    }

    /// The record type that narrows the picklists of this write.
    fn record_type(&self) -> Option<&RecordType> {
        let is_narrowed =
            |given: &Given<'_>| self.is_new(given) && given.field.picklist.is_some() && given.json != "null";
        if !self.given.iter().any(is_narrowed) {
            return None;
        }
        let json = match self.input(RECORD_TYPE) {
            Some(given) => Some(given.json),
            None => self.holds(RECORD_TYPE),
        };
        let Some(json) = json else {
            if let Held::Untold = self.held {
                return None;
            }
            // Persons have a default of their own, and describe does not say which.
            let is_person = self.object.as_str() == "Account" && self.input("LastName").is_some();
            return usual_record_type(self.schema).filter(|_| !is_person);
        };
        record_type_of(self.schema, json)
    }

    /// Whether a value is new to the record type, or the record type to it.
    fn is_new(&self, given: &Given<'_>) -> bool {
        given.writes || self.writes(RECORD_TYPE)
    }

    fn denied(&self, narrowed: &ObjectSchema, kind: &RecordType) -> Option<Error> {
        for given in self.given {
            let Some(field) = narrowed.field(&given.field.name) else { continue };
            for part in parts(field, given.json) {
                if self.is_new(given) && find(field, &part).is_none() {
                    let name = &field.name;
                    let mut details = Details::default();
                    details.add(name, &part);
                    details.add(RECORD_TYPE, &kind.name);
                    let message = format!(
                        "the value for {name} is not allowed with the record type that `details` shows: take one of `allowed`"
                    );
                    let error = Error::argument(name, message).allowing(shown(field, &|_| true));
                    return Some(error.with_details(details));
                }
            }
        }
        None
    }
}

/// A value that does not go with what its controller will hold.
fn apart(field: &Field, controller: &Field, value: &str, valid_for: &ValidFor, clash: &Clash) -> Error {
    let (name, controls) = (&field.name, &controller.name);
    let mut details = Details::default();
    details.add(name, value);
    let goes_with = shown(controller, &|value| valid_for.includes(value.place));
    let (message, allowed) = match clash.place {
        None => {
            let message = format!(
                "the value for {name} is not allowed while {controls} is empty; `allowed` has the values of {controls} it goes with"
            );
            (message, goes_with)
        }
        Some(place) => {
            let mut message = format!(
                "the value for {name} is not allowed while {controls} is what `details` shows: take one of `allowed`"
            );
            // A checkbox has but one other value.
            if !goes_with.is_empty() {
                message.push_str(&format!(", or set {controls} to one of those in `{GOES_WITH}`"));
            }
            details.add(controls, &clash.held);
            goes_with.iter().for_each(|value| details.add(GOES_WITH, value));
            let is_allowed =
                |value: &PicklistValue| value.valid_for.as_ref().is_none_or(|valid_for| valid_for.includes(place));
            (message, shown(field, &is_allowed))
        }
    };
    Error::input(message).about(vec![name.clone(), controls.clone()]).allowing(allowed).with_details(details)
}

/// The record types of an object, without the one that every object has and that allows everything.
pub(crate) fn kinds(schema: &ObjectSchema) -> impl Iterator<Item = &RecordType> {
    schema.record_types.iter().filter(|kind| !kind.master)
}

/// What a new record gets that says no type, as far as it is sure.
pub(crate) fn usual_record_type(schema: &ObjectSchema) -> Option<&RecordType> {
    let mut defaults = schema.record_types.iter().filter(|kind| kind.default);
    defaults.next().filter(|kind| !kind.master && defaults.next().is_none())
}

/// The record type whose id a JSON text is.
pub(crate) fn record_type_of<'s>(schema: &'s ObjectSchema, json: &str) -> Option<&'s RecordType> {
    kinds(schema).find(|kind| json.trim_matches('"') == kind.id)
}

fn find<'f>(field: &'f Field, value: &str) -> Option<&'f PicklistValue> {
    field.picklist.iter().flatten().find(|known| known.value == value)
}

/// The values of a field that fit, as people see them.
fn shown(field: &Field, fits: &dyn Fn(&PicklistValue) -> bool) -> Vec<String> {
    let mut shown = Vec::new();
    for value in field.picklist.iter().flatten() {
        if fits(value) {
            shown.push(value.shown().to_owned());
        }
    }
    shown
}

/// The values in a picklist's JSON.
fn parts(field: &Field, json: &str) -> Vec<String> {
    let mut parts = Vec::new();
    if let (Some(_), Some(Shape::Text(text))) = (&field.picklist, Shape::of(json)) {
        for part in value::parts(field, &text) {
            parts.push(part.to_owned());
        }
    }
    parts
}
