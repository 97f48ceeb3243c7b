//! Filters as people give them, as conditions of a query: the operator, the field's type and the value made to fit.

use crate::details::Details;
use crate::error::Error;
use crate::excerpt::Excerpt;
use crate::json::{Json, Shape};
use crate::known::{Known, PlanError};
use crate::resolve::names::{self, Named};
use crate::resolve::value::{self, Compared};
use crate::resolve::{lookup, phone};
use crate::schema::treatment::{self, Kind, Operator, Treatment};
use crate::schema::well_known::IS_DELETED;
use crate::schema::{Field, FieldType, ObjectSchema, PicklistValue, Source, picklist, place, standard};
use crate::soql::{Comparison, Condition, FieldPath, List, Literal, Number, ObjectName, Operand, Pattern, Text};

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

/// The condition that a filter on this field is. Of groups, `by_name` says, only what is grouped by can be compared.
pub(crate) fn one(
    known: &Known,
    object: &ObjectName,
    named: Named,
    filter: &Filter,
    by_name: bool,
) -> Result<Condition, PlanError> {
    let treatment = names::treatment(known, &named, filter.op.operator())?;
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
    match treatment {
        Treatment::Several => return several(known, named, filter),
        Treatment::Digits => {
            if let Some(condition) = phone_number(known, &named, filter)? {
                return Ok(condition);
            }
        }
        _ if is_place(&named, filter.op) => {
            if let Some(condition) = in_place(known, &named, filter, by_name)? {
                return Ok(condition);
            }
        }
        _ => {}
    }
    if let Some(comparison) = compared
        && let Some(condition) = by_record(known, object, &named, comparison, value)?
    {
        return Ok(condition);
    }
    Ok(match filter.op {
        Op::Is(comparison) => compare(&named, comparison, value)?,
        Op::In { negated } => in_list(&named, negated, value)?,
        Op::Like if is_lookup(&named) => like(&name_field_of(known, object, &named)?, value)?,
        Op::Like => like(&named, value)?,
        // Of any other field the table refuses it.
        Op::Includes { .. } => return several(known, named, filter),
    })
}

/// A condition on a multi-select picklist: whatever is compared with one of its values means that it includes it.
fn several(known: &Known, named: Named, filter: &Filter) -> Result<Condition, PlanError> {
    let negated = filter.op.is_negated();
    let (mut values, mut nothing) = (Vec::new(), false);
    for item in items(&named, &filter.value)? {
        match item.shape() {
            Shape::Null => nothing = true,
            Shape::Text(text) if filter.op == Op::Like => values.extend(matching(known, &named, &text)?),
            _ => values.push(text(&named, item.get())?),
        }
    }
    let mut texts = Vec::new();
    for input in values {
        let known = value::known_value(&named.field, &input).unwrap_or(input);
        texts.push(Text::new(known).map_err(|reason| Error::argument(named.path.as_str(), reason.to_string()))?);
    }
    let field = named.path.clone();
    let includes = List::new(texts).map(|values| match negated {
        false => Condition::Includes { field: field.clone(), values },
        true => Condition::Excludes { field: field.clone(), values },
    });
    let op = if negated { Comparison::Ne } else { Comparison::Eq };
    let empty = nothing.then(|| Condition::compare(field.clone(), op, Literal::Null));
    let both = includes.into_iter().chain(empty);
    let condition = if negated { Condition::all(both) } else { Condition::any(both) };
    condition.ok_or_else(|| empty_list(&named).into())
}

/// The values of a picklist that a pattern fits; where it fits none, its text, which none includes.
fn matching(known: &Known, named: &Named, pattern: &str) -> Result<Vec<String>, PlanError> {
    let text = pattern.trim_matches('%');
    if text.is_empty() || text.contains(['%', '_', '\\']) {
        let message = format!("{} takes several values of a list; compare it by INCLUDES with those", named.path);
        return Err(Error::argument(named.path.as_str(), message).into());
    }
    let schema = known.description(&named.object)?;
    let text = text.to_lowercase();
    let fits = |value: &str| {
        let value = value.to_lowercase();
        match (pattern.starts_with('%'), pattern.ends_with('%')) {
            (true, true) => value.contains(&text),
            (true, false) => value.ends_with(&text),
            (false, true) => value.starts_with(&text),
            (false, false) => value == text,
        }
    };
    let mut found = Vec::new();
    for value in schema.field(&named.field.name).and_then(|field| field.picklist.as_ref()).into_iter().flatten() {
        if fits(&value.value) || fits(value.shown()) {
            found.push(value.value.clone());
        }
    }
    if found.is_empty() {
        found.push(text);
    }
    Ok(found)
}

/// A condition on a phone number, by the ways in which it is written; none where that is no number.
fn phone_number(known: &Known, named: &Named, filter: &Filter) -> Result<Option<Condition>, PlanError> {
    // Whose records these are, only each of them says.
    if named.object.as_str() == standard::NAME || names::is_external(&named.object) {
        return Ok(None);
    }
    let held = |pattern: &str| known.values(&named.object, &names::field_name(&named.field.name)?, pattern);
    let mut texts = Vec::new();
    let mut each = Vec::new();
    for item in items(named, &filter.value)? {
        if item.is_null() {
            return Ok(None);
        }
        let input = text(named, item.get())?;
        if filter.op == Op::Like {
            let Some(pattern) = phone::like(&input) else { return Ok(None) };
            each.push(held(&pattern).map(|held| held.into_iter().filter(|held| phone::fits(&input, held)).collect()));
        } else if let Some(digits) = phone::digits(&input) {
            let same = |held: Vec<String>| held.into_iter().filter(|held| phone::is_same(&digits, held)).collect();
            each.push(held(&phone::pattern(&digits)).map(same));
            texts.push(input);
        } else {
            texts.push(input);
        }
    }
    let each: Vec<Vec<String>> = crate::known::all(each)?;
    for held in each.into_iter().flatten() {
        if !texts.contains(&held) {
            texts.push(held);
        }
    }
    any_text(named, &named.path, texts, filter.op.is_negated())
}

/// The condition that a field has one of some texts, or none; nothing without texts.
fn any_text(
    named: &Named,
    field: &FieldPath,
    texts: Vec<String>,
    negated: bool,
) -> Result<Option<Condition>, PlanError> {
    let mut values: Vec<Literal> = Vec::new();
    for text in texts {
        values.push(Text::new(text).map_err(|reason| Error::argument(named.path.as_str(), reason.to_string()))?.into());
    }
    let op = if negated { Comparison::Ne } else { Comparison::Eq };
    Ok(match (values.pop(), values.is_empty()) {
        (None, _) => None,
        (Some(value), true) => Some(Condition::compare(field.clone(), op, value)),
        (Some(last), false) => {
            values.push(last);
            List::new(values).map(|values| Condition::In { field: field.clone(), negated, values })
        }
    })
}

/// Whether a condition compares with a country or a state.
fn is_place(named: &Named, op: Op) -> bool {
    let local = named.field.name.strip_suffix("__s").unwrap_or(&named.field.name);
    let may_be = match named.kind {
        Kind::Place => true,
        Kind::Type(FieldType::String) => treatment::is_place_name(local),
        Kind::Type(FieldType::Picklist) => place::is_code(&named.field),
        _ => false,
    };
    may_be && matches!(op.operator(), Operator::Equal | Operator::In | Operator::Like)
}

/// The fields of countries or states beside a field that names them; none in an org that keeps them as free text.
fn place_codes(schema: &ObjectSchema, named: &Named) -> Option<Field> {
    place::codes(schema, schema.field(&named.field.name)?).cloned()
}

/// A condition on a country or a state, by its code; none where nothing says what is meant, or the org has no codes.
fn in_place(known: &Known, named: &Named, filter: &Filter, by_name: bool) -> Result<Option<Condition>, PlanError> {
    let mut schema = known.schema(&named.object)?;
    if schema.source != Source::Described {
        // Only the org says whether it lists countries and states; a name is most likely the one that it has.
        let needs_list = |item: &Json<'_>| item.text().is_some_and(|text| place::needs_list(&text));
        if !items(named, &filter.value)?.iter().any(needs_list) {
            return Ok(None);
        }
        schema = known.description(&named.object)?;
    }
    let Some(codes) = place_codes(&schema, named) else { return Ok(None) };
    let field = if by_name { named.path.clone() } else { named.beside(&codes.name)? };
    let is_called = by_name && codes.name != named.field.name;
    let (mut texts, mut others) = (Vec::new(), Vec::new());
    for item in items(named, &filter.value)? {
        if item.is_null() {
            return Ok(None);
        }
        let input = text(named, item.get())?;
        // A pattern without a wildcard is a value.
        if filter.op == Op::Like && input.contains(['%', '_']) {
            return Ok(None);
        }
        match place::find(codes.picklist.as_deref().unwrap_or_default(), &input).as_slice() {
            [] => others.extend(any_text(named, &named.path, vec![input], false)?),
            found if is_called => texts.extend(found.iter().map(|found| found.shown().to_owned())),
            [one] => match place::countries(&schema, &codes, one) {
                countries if countries.is_empty() || by_name => texts.push(one.value.clone()),
                countries => others.extend(of_country(named, &schema, &codes, one, countries)?),
            },
            found => texts.extend(found.iter().take(1).map(|found| found.value.clone())),
        }
    }
    let negated = filter.op.is_negated();
    if others.is_empty() {
        return any_text(named, &field, texts, negated);
    }
    others.extend(any_text(named, &field, texts, false)?);
    let condition = Condition::any(others);
    Ok(if negated { condition.map(|condition| !condition) } else { condition })
}

/// A state whose code another country has too.
fn of_country(
    named: &Named,
    schema: &ObjectSchema,
    codes: &Field,
    state: &PicklistValue,
    countries: Vec<String>,
) -> Result<Option<Condition>, PlanError> {
    let country = codes.controller.as_deref().and_then(|name| schema.field(name));
    let country = country.map_or("", |country| &country.name);
    let state = any_text(named, &named.beside(&codes.name)?, vec![state.value.clone()], false)?;
    let country = any_text(named, &named.beside(country)?, countries, false)?;
    Ok(Condition::all(state.into_iter().chain(country)))
}

fn without_value(named: Named, comparison: Comparison) -> Result<Condition, PlanError> {
    match comparison {
        Comparison::Eq | Comparison::Ne => Ok(Condition::compare(named.path, comparison, Literal::Null)),
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
    /// Says which picklist values of filters are taken for another; and where `nothing` was found, which are none.
    /// Not an error: records may hold values that are out of use. Only then picklists that are unknown are looked up.
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
        self.of_type(known, &named, filter, nothing)?;
        let is_picklist = matches!(named.field.field_type, FieldType::Picklist | FieldType::MultiPicklist);
        if !is_picklist || !filter.op.is_of_values() || is_place(&named, filter.op) {
            return Ok(());
        }
        // What a lookup with several targets points to can't be described.
        if named.field.picklist.is_none() && nothing && named.object.as_str() != standard::NAME {
            known.description(&named.object)?;
        }
        let Some(values) = named.field.picklist.as_deref() else { return Ok(()) };
        for item in items(&named, &filter.value)? {
            let Ok(input) = text(&named, item.get()) else { continue };
            for input in value::parts(&named.field, &input) {
                match picklist::resolve(values, input) {
                    // Salesforce compares without regard to case.
                    picklist::Value::Repaired { value, .. } if !value.eq_ignore_ascii_case(input) => {
                        self.is_taken = true;
                        self.notices.push(value::repaired_notice(named.path.as_str(), input, "`details`"));
                        self.details.add(named.path.as_str(), &value);
                    }
                    picklist::Value::Unknown { nearest } if nothing => {
                        self.notices.push(format!(
                            "{}: {} is none of its values; `details` shows the nearest",
                            named.path,
                            Excerpt::of(input)
                        ));
                        nearest.iter().for_each(|value| self.details.add(named.path.as_str(), value));
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

impl Remarks {
    /// Says what the type of a field makes of a condition that a person may not expect.
    fn of_type(&mut self, known: &Known, named: &Named, filter: &Filter, nothing: bool) -> Result<(), PlanError> {
        if filter.value == "null" {
            return Ok(());
        }
        match named.kind.treatment(filter.op.operator()) {
            Treatment::Several if !matches!(filter.op, Op::Includes { .. }) => {
                self.notices
                    .push(format!("{} takes several values: it is compared by whether it includes these", named.path));
            }
            Treatment::Percent => {
                for item in items(named, &filter.value)? {
                    if Number::parse(item.get()).is_ok_and(|number| number.is_fraction()) {
                        self.notices.push(format!(
                            "{} is a percentage, of which 75 is 75 %: {} is less than one percent",
                            named.path,
                            item.get()
                        ));
                    }
                }
            }
            Treatment::Digits => {
                if matches!(phone_number(known, named, filter), Ok(Some(Condition::In { values, .. })) if values.as_slice().len() > items(named, &filter.value)?.len())
                {
                    self.notices.push(format!("{} is compared by its digits, however it is written", named.path));
                }
            }
            _ if is_place(named, filter.op) => self.of_place(known, named, filter, nothing)?,
            _ if nothing && named.field.name == IS_DELETED.as_str() && filter.value.contains("true") => {
                self.notices.push("deleted records are not read".to_owned());
            }
            _ => {}
        }
        Ok(())
    }

    /// Says which country or state was meant, or that nothing says which.
    fn of_place(&mut self, known: &Known, named: &Named, filter: &Filter, nothing: bool) -> Result<(), PlanError> {
        let path = named.path.as_str();
        let mut schema = known.schema(&named.object)?;
        if schema.source != Source::Described {
            if !nothing {
                return Ok(());
            }
            schema = known.description(&named.object)?;
        }
        let codes = place_codes(&schema, named);
        let values = codes.as_ref().and_then(|codes| codes.picklist.as_deref());
        for item in items(named, &filter.value)? {
            let Ok(input) = text(named, item.get()) else { continue };
            if filter.op == Op::Like && input.contains(['%', '_']) {
                continue;
            }
            let shown = Excerpt::of(&input);
            let Some(values) = values else {
                if nothing && !filter.op.is_negated() {
                    self.notices.push(format!(
                        "{path} is free text in this org: {shown} was compared as it is spelled; grouping by {path} shows how it is written"
                    ));
                }
                continue;
            };
            match place::find(values, &input).as_slice() {
                [] => {
                    let why = "is no country or state of the org's list; `details` shows the nearest";
                    self.notices.push(format!("{path}: {shown} {why}"));
                    if let picklist::Value::Unknown { nearest } = picklist::resolve(values, &input) {
                        nearest.iter().for_each(|value| self.details.add(path, value));
                    }
                }
                [one] if one.value == input || one.shown().eq_ignore_ascii_case(&input) => {}
                [one] => {
                    self.is_taken = true;
                    self.notices.push(value::repaired_notice(path, &input, "`details`"));
                    self.details.add(path, one.shown());
                }
                several => {
                    let why =
                        "is the code of states of several countries, which `details` shows; compare the country too";
                    self.notices.push(format!("{path}: {shown} {why}"));
                    several.iter().for_each(|value| self.details.add(path, value.shown()));
                }
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
