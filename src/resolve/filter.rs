//! Filters as people give them, as conditions of a query: the operator, the field's type and the value made to fit.

use crate::details::Details;
use crate::error::Error;
use crate::excerpt::Excerpt;
use crate::json::{Json, Shape};
use crate::known::{Known, PlanError};
use crate::lower::lower;
use crate::resolve::names::{self, Named};
use crate::resolve::value::{self, Compared};
use crate::resolve::{lookup, phone};
use crate::schema::treatment::{self, Kind, Operator, Treatment};
use crate::schema::well_known::IS_DELETED;
use crate::schema::{FieldType, PicklistValue, Source, picklist, place, standard};
use crate::soql::{Comparison, Condition, FieldPath, List, Literal, Number, ObjectName, Operand, Pattern, Text};
use crate::within::{holds, place};

/// Objects that Salesforce joins with no other.
/// <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_comparisonoperators.htm>
pub(crate) const UNJOINED: [&str; 8] =
    ["ActivityHistory", "Attachment", "Event", "EventAttendee", "EventRelation", "Note", "OpenActivity", "Task"];

/// One condition on a field, as it was said.
#[derive(Debug, Clone)]
pub(crate) struct Filter {
    /// Name, label or path.
    pub(crate) field: String,
    /// How it is compared.
    pub(crate) op: Op,
    /// With what, as JSON: one value, or a list of them.
    pub(crate) value: String,
}

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    /// With one value.
    Is(Comparison),
    /// With several: it is one of them, or none.
    In { negated: bool },
    /// With a pattern.
    Like,
    /// A multi-select picklist with several values, each one or some joined by semicolons.
    Includes { negated: bool },
}

impl Op {
    /// Whether it asks for values that are the same, or are not.
    fn is_of_values(self) -> bool {
        !matches!(self.operator(), Operator::Like | Operator::Order)
    }

    /// Whether it asks for what is not so.
    fn is_negated(self) -> bool {
        matches!(self, Self::Is(Comparison::Ne) | Self::In { negated: true } | Self::Includes { negated: true })
    }

    /// The column of the table of treatments.
    pub(crate) fn operator(self) -> Operator {
        match self {
            Self::Is(Comparison::Eq | Comparison::Ne) => Operator::Equal,
            Self::Is(_) => Operator::Order,
            Self::In { .. } => Operator::In,
            Self::Like => Operator::Like,
            Self::Includes { .. } => Operator::Includes,
        }
    }
}

/// The condition that a filter on this field is, and what is to be said of it. Of groups, `of_groups` says, only what is
/// grouped by can be compared.
pub(crate) fn one(
    known: &Known,
    object: &ObjectName,
    named: &Named,
    filter: &Filter,
    of_groups: bool,
    remarks: &mut Remarks,
) -> Result<Condition, PlanError> {
    let treatment = names::treatment(known, named, filter.op.operator())?;
    if !named.field.filterable {
        let message = format!(
            "Salesforce can't filter by {} (a {}); leave the condition out and read the values",
            named.path,
            named.field.field_type.name()
        );
        return Err(Error::argument(&filter.field, message).into());
    }
    let value = filter.value.as_str();
    let compared = match filter.op {
        Op::Is(comparison) => {
            if value == "null" {
                return without_value(named, comparison);
            }
            matches!(comparison, Comparison::Eq | Comparison::Ne).then_some(comparison)
        }
        Op::In { negated } => Some(if negated { Comparison::Ne } else { Comparison::Eq }),
        _ => None,
    };
    let is_of_place = is_place(named, filter.op);
    if is_of_place || matches!(treatment, Treatment::Several | Treatment::Digits) {
        let (mut texts, has_null) = texts(named, filter)?;
        let mut meant = Meant { by_name: Vec::new(), by_code: None };
        let is_meant = match treatment {
            Treatment::Several => several(known, named, filter, texts, &mut meant, remarks)?,
            Treatment::Digits => phone_number(known, named, filter, &mut texts, &mut meant, remarks)?,
            _ => in_place(known, named, filter, texts, of_groups, &mut meant, remarks)?,
        };
        if is_meant {
            return meant.condition(named, filter.op, treatment == Treatment::Several, has_null);
        }
    }
    if treatment == Treatment::Percent {
        for item in items(named, value)? {
            if Number::parse(item.get()).is_ok_and(|number| number.is_fraction()) {
                let why = " is a percentage, of which 75 is 75 %: this is less than one percent";
                remarks.notices.push([named.path.as_str(), why].concat());
            }
        }
    }
    if let Some(comparison) = compared
        && let Some(condition) = by_record(known, object, named, comparison, value)?
    {
        return Ok(condition);
    }
    Ok(match filter.op {
        Op::Is(comparison) => compare(named, comparison, value)?,
        Op::In { negated } => in_list(named, negated, value)?,
        Op::Like if is_lookup(named) => like(&name_field_of(known, object, named)?, value)?,
        // Of any other field the table refuses INCLUDES.
        Op::Like | Op::Includes { .. } => like(named, value)?,
    })
}

/// The values of a condition as texts, and whether null is among them.
fn texts(named: &Named, filter: &Filter) -> Result<(Vec<String>, bool), Error> {
    let (mut texts, mut has_null) = (Vec::new(), false);
    for item in items(named, &filter.value)? {
        if item.is_null() {
            has_null = true;
        } else {
            texts.push(text(named, item.get())?);
        }
    }
    Ok((texts, has_null))
}

/// What texts mean that are compared with a field.
struct Meant {
    /// Its own values.
    by_name: Vec<String>,
    /// Those of another field beside it.
    by_code: Option<(FieldPath, Vec<String>)>,
}

impl Meant {
    /// The condition that a field has one of the values, or includes it, or has none.
    fn condition(self, named: &Named, op: Op, includes: bool, has_null: bool) -> Result<Condition, PlanError> {
        let negated = op.is_negated();
        let mut each = Vec::new();
        let own = (named.path.clone(), self.by_name);
        for (field, texts) in self.by_code.into_iter().chain([own]) {
            let mut values = Vec::with_capacity(texts.len());
            for text in texts {
                values.push(Text::new(text).map_err(Error::from)?);
            }
            if includes {
                each.extend(List::new(values).map(|values| match negated {
                    false => Condition::Includes { field, values },
                    true => Condition::Excludes { field, values },
                }));
            } else {
                let values = List::new(values.into_iter().map(Literal::from));
                each.extend(values.map(|values| Condition::In { field, negated, values }));
            }
        }
        if has_null {
            let op = if negated { Comparison::Ne } else { Comparison::Eq };
            each.push(Condition::compare(named.path.clone(), op, Literal::Null));
        }
        let condition = if negated { Condition::all(each) } else { Condition::any(each) };
        condition.ok_or_else(|| empty_list(named).into())
    }
}

/// A condition on a multi-select picklist: whatever is compared with one of its values means that it includes it.
fn several(
    known: &Known,
    named: &Named,
    filter: &Filter,
    texts: Vec<String>,
    meant: &mut Meant,
    remarks: &mut Remarks,
) -> Result<bool, PlanError> {
    for input in texts {
        if filter.op == Op::Like {
            matching(known, named, &input, &mut meant.by_name)?;
        } else {
            meant.by_name.push(value::known_value(&named.field, &input).unwrap_or(input));
        }
    }
    if filter.op.operator() != Operator::Includes {
        let why = " takes several values: it is compared by whether it includes these";
        remarks.notices.push([named.path.as_str(), why].concat());
    }
    Ok(true)
}

/// Whether a pattern has characters that stand for others, or a backslash before some.
fn has_wildcard(pattern: &str) -> bool {
    pattern.bytes().any(|byte| matches!(byte, b'%' | b'_' | b'\\'))
}

/// The values of a picklist that a pattern fits; where it fits none, its text, which none includes.
fn matching(known: &Known, named: &Named, pattern: &str, values: &mut Vec<String>) -> Result<(), PlanError> {
    let text = lower(pattern.trim_matches('%'));
    if text.is_empty() || has_wildcard(&text) {
        let message = [named.path.as_str(), " takes several values of a list; compare it by INCLUDES"].concat();
        return Err(Error::argument(named.path.as_str(), message).into());
    }
    let schema = known.description(&named.object)?;
    let before = values.len();
    for value in schema.field(&named.field.name).and_then(|field| field.picklist.as_ref()).into_iter().flatten() {
        for name in [&value.value, value.shown()] {
            let name = lower(name);
            let fits = match place(&name, &text) {
                None => false,
                Some(at) => (at == 0 || pattern.starts_with('%')) && (name.ends_with(&text) || pattern.ends_with('%')),
            };
            if fits {
                values.push(value.value.clone());
                break;
            }
        }
    }
    if values.len() == before {
        values.push(text);
    }
    Ok(())
}

/// The most phone numbers of a condition whose other spellings are looked up: one request each.
const MAX_NUMBERS: usize = 10;

/// A condition on a phone number, by the ways in which it is written; none where it is no number.
fn phone_number(
    known: &Known,
    named: &Named,
    filter: &Filter,
    texts: &mut Vec<String>,
    meant: &mut Meant,
    remarks: &mut Remarks,
) -> Result<bool, PlanError> {
    let said = texts.len();
    // Of which object a record is, a lookup to several does not say.
    if named.object.as_str() == standard::NAME || names::is_external(&named.object) || said > MAX_NUMBERS {
        return Ok(false);
    }
    let field = names::field_name(&named.field.name)?;
    let is_pattern = filter.op == Op::Like;
    for at in 0..said {
        let Some(digits) = phone::digits(&texts[at]) else { continue };
        for held in known.values(&named.object, &field, &phone::pattern(&digits))? {
            let fits =
                if is_pattern { phone::fits(&texts[at], &digits, &held) } else { phone::is_same(&digits, &held) };
            if fits && !texts.contains(&held) {
                texts.push(held);
            }
        }
    }
    if texts.len() > said {
        remarks.notices.push([named.path.as_str(), " is compared by its digits, however it is written"].concat());
    }
    if is_pattern {
        texts.drain(..said);
    }
    meant.by_name = std::mem::take(texts);
    // A pattern that no number fits is a pattern all the same.
    Ok(!(is_pattern && meant.by_name.is_empty()))
}

/// Whether a condition compares with a country or a state.
fn is_place(named: &Named, op: Op) -> bool {
    let is_of_places = match named.kind {
        Kind::Place => true,
        Kind::Type(FieldType::String) => treatment::is_place_name(&named.field.name),
        Kind::Type(FieldType::Picklist) => place::is_code(&named.field),
        _ => false,
    };
    is_of_places && matches!(op.operator(), Operator::Equal | Operator::In | Operator::Like)
}

/// A condition on a country or a state, by its code; none where nothing says what is meant, or the org has no codes.
fn in_place(
    known: &Known,
    named: &Named,
    filter: &Filter,
    texts: Vec<String>,
    of_groups: bool,
    meant: &mut Meant,
    remarks: &mut Remarks,
) -> Result<bool, PlanError> {
    // A pattern without a wildcard is a value.
    if filter.op == Op::Like && texts.iter().any(|text| has_wildcard(text)) {
        return Ok(false);
    }
    let mut schema = known.schema(&named.object)?;
    if schema.source != Source::Described {
        // Only the org says whether it lists countries and states; a name is most likely the one that it has.
        if !texts.iter().any(|text| place::needs_list(text)) {
            return Ok(false);
        }
        schema = known.description(&named.object)?;
    }
    let Some(codes) = schema.field(&named.field.name).and_then(|field| place::codes(&schema, field)) else {
        return Ok(false);
    };
    let values = codes.picklist.as_deref().unwrap_or_default();
    let is_named_by_code = codes.name == named.field.name;
    let mut by_code = Vec::new();
    for input in texts {
        let found = place::find(values, &input);
        let Some(first) = found.first() else {
            remarks.unknown_place(named, &input, values);
            meant.by_name.push(input);
            continue;
        };
        let is_code = first.value.eq_ignore_ascii_case(&input);
        let is_unique = place::is_unique(values, &first.value);
        if is_named_by_code || !of_groups && (is_code || is_unique) {
            if !is_unique {
                let why = " is the code of states of several countries; compare the country too";
                remarks.notices.push([first.value.as_str(), why].concat());
            }
            by_code.push(first.value.clone());
        } else {
            meant.by_name.push(first.shown().to_owned());
        }
        if !is_code && !first.shown().eq_ignore_ascii_case(&input) {
            remarks.taken_for(named, &input, first.shown());
        }
    }
    meant.by_code = Some((named.beside(&codes.name)?, by_code));
    Ok(true)
}

fn without_value(named: &Named, comparison: Comparison) -> Result<Condition, PlanError> {
    match comparison {
        Comparison::Eq | Comparison::Ne => Ok(Condition::compare(named.path.clone(), comparison, Literal::Null)),
        _ => {
            let message = format!("the condition on {} needs a value", named.path);
            Err(Error::argument(named.path.as_str(), message).into())
        }
    }
}

/// Whether a field points to a record that is called something.
fn is_lookup(named: &Named) -> bool {
    named.field.field_type == FieldType::Reference && named.field.relationship.is_some()
}

/// What the record is called that a lookup points to.
fn name_field_of(known: &Known, object: &ObjectName, lookup: &Named) -> Result<Named, PlanError> {
    let relationship = lookup.field.relationship.as_deref().unwrap_or_default();
    let path = names::name_of_parent(known, lookup, relationship)?;
    names::field(known, object, path.as_str())
}

/// A comparison with records in other words than their ids: their names, and "me" for the user; none where the value is
/// nothing of the kind.
fn by_record(
    known: &Known,
    object: &ObjectName,
    named: &Named,
    op: Comparison,
    value: &str,
) -> Result<Option<Condition>, PlanError> {
    // The field may itself be what a record is called.
    let is_name = !is_lookup(named);
    let lookup = match &named.lookup {
        _ if !is_name => named.clone(),
        Some(lookup) if named.field.name_field => names::field(known, object, lookup.as_str())?,
        _ => return Ok(None),
    };
    let mut each = Vec::new();
    let mut is_special = false;
    for item in items(named, value)? {
        let json = item.get();
        each.push(if lookup::is_me(&lookup.field, json) {
            is_special = true;
            Condition::compare(lookup.path.clone(), op, known.user()?.id)
        } else if !is_name && lookup::name(&lookup.field, json).is_some() {
            is_special = true;
            compare(&name_field_of(known, object, named)?, op, json)?
        } else {
            compare(named, op, json)?
        });
    }
    let condition = if op == Comparison::Ne { Condition::all(each) } else { Condition::any(each) };
    Ok(condition.filter(|_| is_special))
}

/// What is to be said of the picklist values in filters.
#[derive(Debug, Default)]
pub(crate) struct Remarks {
    /// In words.
    pub(crate) notices: Vec<String>,
    /// The values that those speak of.
    pub(crate) details: Details,
    /// Whether a value is taken for another.
    pub(crate) is_taken: bool,
}

impl Remarks {
    /// Says which picklist values of filters are taken for another, and which are none, where `nothing` was found or other
    /// values of the condition hide it. Not an error: records may hold values that are out of use. Only where nothing was
    /// found are picklists looked up that are unknown.
    pub(crate) fn of(known: &Known, &(filters, nothing): &(&[(ObjectName, Filter)], bool)) -> Result<Self, PlanError> {
        let mut remarks = Self::default();
        for (object, filter) in filters {
            remarks.add(known, object, filter, nothing)?;
        }
        Ok(remarks)
    }

    fn add(&mut self, known: &Known, object: &ObjectName, filter: &Filter, nothing: bool) -> Result<(), PlanError> {
        // The query was planned, so all names are known.
        let Ok(named) = names::field(known, object, &filter.field) else { return Ok(()) };
        if nothing && is_lookup(&named) && matches!(filter.op, Op::Is(Comparison::Eq) | Op::In { negated: false }) {
            let is_part = |item: &&Json<'_>| {
                !lookup::is_me(&named.field, item.get()) && lookup::name(&named.field, item.get()).is_some()
            };
            self.notices.extend(items(&named, &filter.value)?.iter().find(is_part).map(|input| {
                let input = input.get();
                format!("{}: {input} was compared with whole names; LIKE '%…%' finds a part of one", named.path)
            }));
        }
        if nothing {
            self.of_nothing(known, &named, filter)?;
        }
        let is_picklist = matches!(named.field.field_type, FieldType::Picklist | FieldType::MultiPicklist);
        if !is_picklist || !filter.op.is_of_values() || is_place(&named, filter.op) {
            return Ok(());
        }
        // What a lookup with several targets points to can't be described.
        if named.field.picklist.is_none() && nothing && named.object.as_str() != standard::NAME {
            known.description(&named.object)?;
        }
        let Some(values) = named.field.picklist.as_deref() else { return Ok(()) };
        let items = items(&named, &filter.value)?;
        // Rows that are there by other values do not show that one is none.
        let may_hide = items.len() > 1 || filter.op.is_negated();
        for item in items {
            let Ok(input) = text(&named, item.get()) else { continue };
            for input in value::parts(&named.field, &input) {
                match picklist::resolve(values, input) {
                    // Salesforce compares without regard to case.
                    picklist::Value::Repaired { value, .. } if !value.eq_ignore_ascii_case(input) => {
                        self.taken_for(&named, input, &value);
                    }
                    picklist::Value::Unknown { nearest } if nothing || may_hide => self.unknown(&named, input, nearest),
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

impl Remarks {
    /// Says that a value was taken for another.
    fn taken_for(&mut self, named: &Named, input: &str, value: &str) {
        self.is_taken = true;
        self.notices.push(value::repaired_notice(named.path.as_str(), input, "`details`"));
        self.details.add(named.path.as_str(), value);
    }

    /// Says that a value is none.
    fn unknown(&mut self, named: &Named, input: &str, nearest: Vec<String>) {
        let path = named.path.as_str();
        self.notices.push(format!("{path}: {} is none of its values; `details` shows the nearest", Excerpt::of(input)));
        nearest.iter().for_each(|value| self.details.add(path, value));
    }

    fn unknown_place(&mut self, named: &Named, input: &str, values: &[PicklistValue]) {
        if let picklist::Value::Unknown { nearest } = picklist::resolve(values, input) {
            self.unknown(named, input, nearest);
        }
    }

    /// Says what may be wrong with a condition by which nothing was found.
    fn of_nothing(&mut self, known: &Known, named: &Named, filter: &Filter) -> Result<(), PlanError> {
        if named.field.name == IS_DELETED.as_str() && holds(&filter.value, "true") {
            self.notices.push("deleted records are not read".to_owned());
        }
        if is_place(named, filter.op) && !filter.op.is_negated() {
            let schema = known.description(&named.object)?;
            let field = schema.field(&named.field.name);
            let has_codes = field.is_some_and(|field| place::codes(&schema, field).is_some());
            // With the org's list the values may be understood.
            self.is_taken |= has_codes;
            if !has_codes {
                let path = named.path.as_str();
                let why = " is free text in this org and was compared as it is spelled; group by it to see how";
                self.notices.push([path, why].concat());
            }
        }
        Ok(())
    }
}

fn compare(named: &Named, op: Comparison, value: &str) -> Result<Condition, Error> {
    let (operand, literal) = operand(named, value)?;
    Ok(Condition::Compare { operand, op, value: literal })
}

fn operand(named: &Named, value: &str) -> Result<(Operand, Literal), Error> {
    Ok(match value::literal(&named.field, value)? {
        Compared::Literal(literal) => (Operand::Field(named.path.clone()), literal),
        Compared::Day(day) => (Operand::Day(named.path.clone()), Literal::Date(day)),
    })
}

/// `IN` and `NOT IN`. Days of a datetime field need a comparison each, for a day there is no single instant.
fn in_list(named: &Named, negated: bool, value: &str) -> Result<Condition, Error> {
    let compared = items(named, value)?.iter().map(|item| operand(named, item.get())).collect::<Result<Vec<_>, _>>()?;
    let plain = compared.iter().all(|(operand, literal)| {
        matches!(operand, Operand::Field(_)) && !matches!(literal, Literal::DateLiteral(_) | Literal::Null)
    });
    let empty = || empty_list(named);
    if plain {
        let values = List::new(compared.into_iter().map(|(_, literal)| literal)).ok_or_else(empty)?;
        return Ok(Condition::In { field: named.path.clone(), negated, values });
    }
    let op = if negated { Comparison::Ne } else { Comparison::Eq };
    let each = compared.into_iter().map(|(operand, value)| Condition::Compare { operand, op, value });
    if negated { Condition::all(each) } else { Condition::any(each) }.ok_or_else(empty)
}

/// The items of a list; one value counts as a list of one.
fn items<'a>(named: &Named, value: &'a str) -> Result<Vec<Json<'a>>, Error> {
    let value = Json::parse(value)
        .map_err(|_| Error::argument(named.path.as_str(), format!("the value for {} is not JSON", named.path)))?;
    Ok(if value.get().starts_with('[') { value.items().collect() } else { vec![value] })
}

fn empty_list(named: &Named) -> Error {
    Error::argument(
        named.path.as_str(),
        format!("the list of values for {} is empty, so nothing can match", named.path),
    )
}

fn like(named: &Named, value: &str) -> Result<Condition, Error> {
    let pattern = Pattern::parse(&text(named, value)?);
    let pattern = pattern.map_err(|reason| Error::argument(named.path.as_str(), reason.to_string()))?;
    Ok(Condition::Like { field: named.path.clone(), pattern })
}

/// A text, or a number as people may write a number that is a text to Salesforce.
fn text(named: &Named, value: &str) -> Result<String, Error> {
    match Shape::of(value) {
        Some(Shape::Text(text)) => Ok(text),
        Some(Shape::Number(number)) => Ok(number.to_owned()),
        _ => Err(Error::argument(named.path.as_str(), format!("the value for {} must be a text", named.path))),
    }
}
