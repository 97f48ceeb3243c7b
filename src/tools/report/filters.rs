//! Filters that a call adds to a report's own: read from the arguments, and put behind those that the report has, which a
//! run would forget otherwise.
//! <https://developer.salesforce.com/docs/atlas.en-us.api_analytics.meta/api_analytics/sforce_analytics_rest_api_filter_reports.htm>

use super::sums::{Sums, sum};
use crate::error::Error;
use crate::json::{Json, List, ObjectWriter, Raw, Shape};
use crate::record::{Fields, Record};
use crate::schema::lookup::{self, FieldMatch};
use crate::schema::picklist;
use crate::schema::{Field, FieldType, ObjectSchema, PicklistValue};
use crate::soql::{Date, DateTime, Number};
use crate::wit::Alias;

/// Most filters of a report.
const MAX_FILTERS: usize = 20;

/// What people write, and Salesforce's word for it.
const OPERATORS: [(&str, &str); 11] = [
    ("=", "equals"),
    ("!=", "notEqual"),
    ("<", "lessThan"),
    (">", "greaterThan"),
    ("<=", "lessOrEqual"),
    (">=", "greaterOrEqual"),
    ("contains", "contains"),
    ("not contains", "notContain"),
    ("starts with", "startsWith"),
    ("includes", "includes"),
    ("excludes", "excludes"),
];

/// A filter as the call has it.
pub(super) struct Asked {
    column: String,
    /// Salesforce's word; none where the type of the column decides.
    operator: Option<&'static str>,
    values: Vec<String>,
}

/// Reads the argument: each column with a value, several, or operators with theirs.
pub(super) fn read(filters: Option<&str>) -> Result<Vec<Asked>, Error> {
    let mut asked = Vec::new();
    for (column, value) in filters.into_iter().flat_map(|filters| Json::trusted(filters).members()) {
        if !value.is_object() {
            asked.push(Asked { column: column.clone().into_owned(), operator: None, values: values(&column, value)? });
            continue;
        }
        let before = asked.len();
        for (operator, value) in value.members() {
            let operator = Some(self::operator(&column, &operator)?);
            asked.push(Asked { column: column.clone().into_owned(), operator, values: values(&column, value)? });
        }
        if asked.len() == before {
            return Err(Error::argument(&column, "a filter has a value: {\">=\": 500}"));
        }
    }
    Ok(asked)
}

fn operator(column: &str, said: &str) -> Result<&'static str, Error> {
    let mut allowed = Vec::new();
    for (word, name) in OPERATORS {
        let is_word = said.starts_with(|letter: char| letter.is_ascii_alphabetic());
        if word == said || (is_word && (lookup::is_called(said, word) || lookup::is_called(said, name))) {
            return Ok(name);
        }
        allowed.push(word.to_owned());
    }
    Err(Error::argument(column, format!("{said:?} is no operator of filters")).allowing(allowed))
}

/// A value or several as texts; null is none.
fn values(column: &str, value: Json<'_>) -> Result<Vec<String>, Error> {
    Ok(match value.shape() {
        Shape::Null => vec![String::new()],
        Shape::Boolean(is) => vec![is.to_string()],
        Shape::Number(number) => vec![number.to_owned()],
        Shape::Text(text) => vec![text],
        Shape::List(items) if !items.is_empty() && !items.iter().any(|item| item.get().starts_with('[')) => {
            let mut all = Vec::new();
            for item in items {
                all.extend(values(column, item)?);
            }
            all
        }
        Shape::List(_) | Shape::Object => {
            return Err(Error::argument(column, "a filter has one value, or a list of values"));
        }
    })
}

/// What differs from the report, as a JSON object: its own filters, then these, and the logic that joins them.
pub(super) fn changes(description: &Record, asked: &[Asked], vocabulary: &[Alias]) -> Result<String, Error> {
    let description = description.fields();
    let metadata = description.get("reportMetadata").map(Fields::of).unwrap_or_default();
    let columns = Columns::of(&description, &metadata);
    let (mut filters, mut own) = (List::default(), 0);
    for filter in metadata.list("reportFilters") {
        filters.item(filter);
        own += 1;
    }
    if own + asked.len() > MAX_FILTERS {
        let message =
            format!("a report has at most {MAX_FILTERS} filters, and this one has {own} of its own: add fewer");
        return Err(Error::argument("filters", message));
    }
    // Logic that leaves a filter out is refused, or leaves it without effect; without logic all hold.
    let mut logic = metadata.text("reportBooleanFilter").filter(|logic| !logic.is_empty());
    let mut number = own;
    for asked in asked {
        filters.item(Json::trusted(&filter(&columns, asked, vocabulary)?));
        number += 1;
        if let Some(logic) = &mut logic {
            if number == own + 1 {
                logic.insert(0, '(');
                logic.push(')');
            }
            logic.push_str(" AND ");
            logic.push_str(&number.to_string());
        }
    }
    let (mut changes, mut text) = (String::new(), String::new());
    let mut members = ObjectWriter::new(&mut changes);
    members.add("reportFilters", &Raw(&filters.finish()));
    if let Some(logic) = logic {
        members.add("reportBooleanFilter", &logic);
    }
    members.finish();
    let mut members = ObjectWriter::new(&mut text);
    members.add("reportMetadata", &Raw(&changes));
    members.finish();
    Ok(text)
}

/// A filter as Salesforce takes it.
fn filter(columns: &Columns, asked: &Asked, vocabulary: &[Alias]) -> Result<String, Error> {
    let column = columns.find(&asked.column, vocabulary)?;
    let is_list = column.field_type == FieldType::MultiPicklist;
    let operator = asked.operator.unwrap_or(if is_list { "includes" } else { "equals" });
    let mut texts = String::new();
    for value in &asked.values {
        let value = self::value(column, operator, value)?;
        texts.push_str(if texts.is_empty() { "" } else { "," });
        // Commas part values, but not between quotes. From Salesforce's help on filters of reports; not checked on an org.
        if value.contains(',') { texts.push_str(&["\"", &value, "\""].concat()) } else { texts.push_str(&value) }
    }
    let mut filter = String::new();
    let mut members = ObjectWriter::new(&mut filter);
    members.add("column", &column.name);
    members.add("operator", &operator);
    members.add("value", &texts);
    members.finish();
    Ok(filter)
}

/// A value of a column, as far as its type tells what that can be.
fn value(column: &Field, operator: &str, text: &str) -> Result<String, Error> {
    let text = text.trim();
    let wrong = |must_be: &str| Err(Error::argument(&column.name, format!("{text:?} is no {must_be}")));
    let is_part = ["contains", "notContain", "startsWith"].contains(&operator);
    match column.field_type {
        _ if text.is_empty() || is_part => {}
        kind if kind.is_number() => {
            return match Number::parse(text) {
                Ok(number) => Ok(number.as_str().to_owned()),
                Err(_) => wrong("number"),
            };
        }
        FieldType::Boolean if !["true", "false"].contains(&text) => return wrong("true and no false"),
        FieldType::Date | FieldType::DateTime if Date::parse(text).is_err() && DateTime::parse(text).is_err() => {
            return wrong("day like \"2026-05-31\"; give two filters, >= and <=, for a period");
        }
        _ => {}
    }
    let values = column.picklist.as_deref().filter(|values| !values.is_empty() && !text.is_empty() && !is_part);
    match values.map(|values| picklist::resolve(values, text)) {
        Some(picklist::Value::Repaired { value, .. }) => Ok(value),
        Some(picklist::Value::Unknown { nearest }) => {
            let message = format!("{text:?} is none of the values of this column");
            Err(Error::argument(&column.name, message).allowing(nearest))
        }
        _ => Ok(text.to_owned()),
    }
}

/// The columns of a report's type, as fields of an object, so that they go by what fields go by.
struct Columns {
    all: ObjectSchema,
    /// Their places by name.
    sums: Sums,
    /// The names of those that the report shows.
    shown: Vec<String>,
}

impl Columns {
    fn of(description: &Fields<'_>, metadata: &Fields<'_>) -> Self {
        // The type of a report of cases is "CaseList", of opportunities "Opportunity", of others "CustomEntity$Plan__c".
        let kind = metadata.text("reportType.type").unwrap_or_default();
        let kind = kind.rsplit_once('$').map_or(&*kind, |(_, name)| name);
        let name = kind.strip_suffix("List").unwrap_or(kind);
        let all = ObjectSchema::named(name);
        let mut columns = Self { all, sums: Sums::new(), shown: Vec::new() };
        for category in description.list("reportTypeMetadata.categories") {
            columns.add(Fields::of(category).get("columns"), false);
        }
        let extended = description.get("reportExtendedMetadata").map(Fields::of).unwrap_or_default();
        columns.add(extended.get("detailColumnInfo"), true);
        columns.add(extended.get("groupingColumnInfo"), true);
        columns
    }

    fn add(&mut self, told: Option<Json<'_>>, is_shown: bool) {
        for (name, column) in told.unwrap_or(Json::NULL).members() {
            let sum = sum(&name);
            let is_this = |place: usize| self.all.fields.get(place).is_some_and(|known| known.name == name);
            if self.sums.find(sum, is_this).is_none() {
                self.all.fields.push(field(&name, &Fields::of(column)));
                self.sums.add(sum);
            }
            if is_shown {
                self.shown.push(name.into_owned());
            }
        }
    }

    /// The column of a name or label. One that is shown is meant before others that are called the same.
    fn find(&self, text: &str, vocabulary: &[Alias]) -> Result<&Field, Error> {
        let (message, allowed) = match lookup::field(&self.all, text, &self.words(vocabulary)) {
            FieldMatch::Found { field, .. } if field.filterable => return Ok(field),
            FieldMatch::Found { .. } => ("Salesforce filters no report by this column", Vec::new()),
            FieldMatch::AmbiguousLabel { fields } => {
                let (mut shown, mut names) = (None, Vec::new());
                let mut several = false;
                for field in fields {
                    if self.shown.contains(&field.name) {
                        several |= shown.replace(field).is_some();
                    }
                    names.push(field.name.clone());
                }
                match shown.filter(|field| field.filterable && !several) {
                    Some(field) => return Ok(field),
                    None => ("several columns have this label; give the name of one", names),
                }
            }
            FieldMatch::Unknown { nearest } => ("no column of the report is called so", nearest),
        };
        Err(Error::argument(text, message).allowing(allowed))
    }

    /// The user's words for fields, as words for the columns that show them: `AMOUNT`, `Account.Region__c`, or the field's
    /// label.
    fn words(&self, vocabulary: &[Alias]) -> Vec<Alias> {
        let mut words = Vec::new();
        for alias in vocabulary.iter().filter(|alias| alias.object.is_some()) {
            let shows = |column: &&Field| {
                let name = column.name.rsplit_once('.').map_or(&*column.name, |(_, name)| name);
                name.eq_ignore_ascii_case(&alias.name)
                    || lookup::is_called(name, &alias.name)
                    || lookup::is_called(&column.label(), &alias.name)
            };
            if let Some(column) = self.all.fields.iter().find(shows) {
                let (object, name) = (Some(self.all.name.clone()), column.name.clone());
                words.push(Alias { term: alias.term.clone(), object, name });
            }
        }
        words
    }
}

fn field(name: &str, column: &Fields<'_>) -> Field {
    let mut picklist = Vec::new();
    let field_type = FieldType::from_name(&column.text("dataType").unwrap_or_default());
    if field_type.has_values() {
        for (value, place) in column.list("filterValues").zip(0..) {
            let value = Fields::of(value);
            if let Some(name) = value.text("name") {
                let label = value.text("label");
                picklist.push(PicklistValue { value: name, label, place, default: false, valid_for: None });
            }
        }
    }
    Field {
        name: name.to_owned(),
        own_label: column.text("label"),
        field_type,
        length: None,
        decimals: 0,
        createable: false,
        updateable: false,
        required: false,
        filterable: column.get("filterable").is_none_or(|may| may.get() == "true"),
        sortable: false,
        groupable: false,
        name_field: false,
        id_lookup: false,
        external_id: false,
        calculated: false,
        restricted: false,
        html: false,
        picklist: Some(picklist),
        controller: None,
        references: Vec::new(),
        relationship: None,
        compound: None,
        help: None,
    }
}
