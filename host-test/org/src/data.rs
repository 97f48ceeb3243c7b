//! The rows the demo org begins with, and the rights of its users.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::{Map, Value as Json};

use crate::{
    access::{Access, ObjectAccess},
    archive, exact,
    id::Id,
    save::{
        derive::{self, Moment},
        products,
    },
    schema::{Field, FieldType, Object, Schema, TableError},
    store::{Row, Store},
    value::Value,
};

/// The schema's text form.
pub(crate) const SCHEMA: &str = include_str!("data/schema.txt");
const RECORDS: &str = include_str!("data/records.txt");
const ARCHIVED: &str = include_str!("data/archived.txt");

/// The number of the first archived row of an object.
const FIRST_ARCHIVED: u64 = 500_000;

/// What many real orgs have and few demos need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extra {
    /// Odd types and objects: `src/data/odd_schema.txt` and `src/data/odd_records.txt`.
    ///
    /// | Object | What is odd |
    /// |---|---|
    /// | `Visit__c` | times, rich text, percents, numbers of 18 digits, a restricted multi-select, a place, an address of its own |
    /// | `Invoice__x` | external: `totalSize` is -1, rows go by `ExternalId` too, many clauses are refused |
    /// | `Order_Shipped__e` | a platform event: can be published and neither queried nor read; has no `Id` |
    /// | `EmailMessage` | two e-mails with nothing but HTML (`html_mail`, `html_case_mail`) |
    /// | `Account` | `Opens_At__c` (a time) and `Portrait__c` (rich text) |
    Oddities,
    /// Products, price books and line items of opportunities: `src/data/product_schema.txt` and
    /// `src/data/product_records.txt`.
    Products,
    /// Saved lists: `src/data/list_view_schema.txt`, `src/data/list_view_records.txt`, and what they show in
    /// `src/rest/list_views.rs`.
    ListViews,
    /// Saved reports: `src/data/report_schema.txt`, `src/data/report_records.txt`, and what they show in
    /// `src/rest/reports/saved.rs`.
    Reports,
    /// Field history, and the stages of opportunities: `src/data/history_schema.txt`, `src/data/history_records.txt`;
    /// what is tracked is in `src/history.rs`. From now on every save is written down.
    History,
    /// Approval processes, and records that wait for one and are locked: `src/data/approval_schema.txt`,
    /// `src/data/approval_records.txt`, and the processes in `src/save/approve.rs`.
    ///
    /// | Record | Work item | What of it |
    /// |---|---|---|
    /// | `hooli_expansion` | `approval_hooli_item` | waits for Riley, submitted by Jane Miller |
    /// | `case_old_3` | `approval_case_item` | waits for the queue Tier 2, which Riley is in |
    /// | `rollout` | `approval_rollout_item` | waits for Jane Okafor; Sam, who submitted it, may recall it |
    /// | `training` | `approval_training_item` | waits for Jane Okafor; Riley, who submitted it, may recall it |
    /// | `discounted` | | a deal that Riley can submit, to the manager, Ada |
    /// | `migration` | | a project that Riley can submit, to an approver of choice |
    /// | `won_may` | | approved |
    Approvals,
    /// Flow approvals, which leave no trace in the objects of [`Extra::Approvals`]: `src/data/flow_approval_schema.txt`,
    /// `src/data/flow_approval_records.txt`. The work item `flow_globex_item` waits for Riley, `flow_case_item` for the
    /// queue Tier 2.
    FlowApprovals,
    /// Files and old attachments of records: `src/data/file_schema.txt`, `src/data/file_records.txt`.
    ///
    /// | Version | Of | What it is |
    /// |---|---|---|
    /// | `order_form_1` | `globex_deal`, `globex` | plain text |
    /// | `price_list_2` | `acme_renewal` | CSV, the newer of two versions |
    /// | `quote_pdf_1`, `injected_file_1` | `acme` | PDF; Markdown that gives orders |
    /// | `questionnaire_1` | `case_new_1` | HTML |
    /// | `recording_1` | `globex_deal` | 48,000,000 bytes, all but the first of them zeros |
    /// | `secret_plan_1` | `nightfall` | seen only by Jane Miller and those who see all |
    /// | `old_plan` (an attachment) | `initech` | plain text |
    Files,
    /// The statuses that members of a campaign can have: `src/data/campaign_schema.txt`,
    /// `src/data/campaign_records.txt`. Any other is replaced by the default one.
    Campaigns,
    /// States and countries are free text: there are no code fields, and nothing checks what is written.
    TextAddresses,
}

impl Extra {
    fn schema(self) -> &'static str {
        match self {
            Self::Oddities => include_str!("data/odd_schema.txt"),
            Self::Products => include_str!("data/product_schema.txt"),
            Self::ListViews => include_str!("data/list_view_schema.txt"),
            Self::Reports => include_str!("data/report_schema.txt"),
            Self::History => include_str!("data/history_schema.txt"),
            Self::Approvals => include_str!("data/approval_schema.txt"),
            Self::FlowApprovals => include_str!("data/flow_approval_schema.txt"),
            Self::Files => include_str!("data/file_schema.txt"),
            Self::Campaigns => include_str!("data/campaign_schema.txt"),
            Self::TextAddresses => "",
        }
    }

    /// Its rows, and the number of the first of them: they are numbered apart, so that the ids of rows that are made
    /// later are those of the plain demo org.
    fn records(self) -> (&'static str, u64) {
        match self {
            Self::Oddities => (include_str!("data/odd_records.txt"), 600_000),
            Self::Products => (include_str!("data/product_records.txt"), 700_000),
            Self::ListViews => (include_str!("data/list_view_records.txt"), 800_000),
            Self::Reports => (include_str!("data/report_records.txt"), 900_000),
            Self::History => (include_str!("data/history_records.txt"), 1_000_000),
            Self::Approvals => (include_str!("data/approval_records.txt"), 1_100_000),
            Self::FlowApprovals => (include_str!("data/flow_approval_records.txt"), 1_400_000),
            Self::Files => (include_str!("data/file_records.txt"), 1_200_000),
            Self::Campaigns => (include_str!("data/campaign_records.txt"), 1_300_000),
            Self::TextAddresses => ("", 0),
        }
    }
}

/// The schema with these extras.
///
/// # Errors
/// The first line that makes no sense.
pub(crate) fn schema(extras: &BTreeSet<Extra>) -> Result<Schema, TableError> {
    let text: Vec<&str> = [SCHEMA].into_iter().chain(extras.iter().map(|extra| extra.schema())).collect();
    let mut schema = Schema::parse(&text.join("\n"))?;
    if extras.contains(&Extra::TextAddresses) {
        schema.drop_address_codes();
    }
    Ok(schema)
}

/// The moment the demo org begins at: a Tuesday, 8:00 in San Francisco and 17:00 in Berlin.
pub(crate) const NOW: &str = "2026-05-12T15:00:00Z";

/// How many meter readings there are: more than one page of any query.
const METER_READINGS: u32 = 2_600;

/// A line of the records that makes no sense.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("line {line}: {reason}")]
pub(crate) struct SeedError {
    line: usize,
    reason: String,
}

/// The seeded rows, and their ids by key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seed {
    pub(crate) store: Store,
    pub(crate) keys: BTreeMap<String, Id>,
}

/// Reads the records, with those of the extras.
pub(crate) fn seed(schema: &Schema, now: Timestamp, extras: &BTreeSet<Extra>) -> Result<Seed, SeedError> {
    let mut seed = Seed::default();
    for object in schema.objects() {
        for kind in &object.record_types {
            seed.keys.insert(format!("{}.{}", object.name, kind.developer_name), kind.id.clone());
        }
    }
    records(schema, &mut seed, now, RECORDS, None)?;
    records(schema, &mut seed, now, ARCHIVED, Some(FIRST_ARCHIVED))?;
    for extra in extras {
        let (text, first) = extra.records();
        records(schema, &mut seed, now, text, Some(first))?;
    }
    let lines: Vec<Row> = seed.store.rows("OpportunityLineItem").cloned().collect();
    for line in &lines {
        products::sum_up(&mut seed.store, line);
    }
    record_types(schema, &mut seed, now);
    meter_readings(schema, &mut seed, now);
    let activities: Vec<Row> =
        ["Task", "Event"].into_iter().flat_map(|object| seed.store.rows(object)).cloned().collect();
    for activity in &activities {
        derive::touch_parents(schema, &mut seed.store, activity, now);
    }
    archive::run(&mut seed.store, now);
    Ok(seed)
}

/// Puts the rows of a text in, which may refer to each other and to those before. Their ids are the next ones, or
/// numbered from `first` on.
fn records(schema: &Schema, seed: &mut Seed, now: Timestamp, text: &str, first: Option<u64>) -> Result<(), SeedError> {
    let mut lines = Vec::new();
    for (index, text) in text.lines().enumerate() {
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let error = |reason: &str| SeedError { line: index + 1, reason: reason.to_owned() };
        let mut words = text.splitn(3, ' ');
        let (Some(object), Some(key), Some(json)) = (words.next(), words.next(), words.next()) else {
            return Err(error("not `Object key {…}`"));
        };
        let object = schema.object(object).ok_or_else(|| error("no such object"))?;
        let fields: Map<String, Json> = serde_json::from_str(json).map_err(|cause| error(&cause.to_string()))?;
        let prefix = object.key_prefix.as_deref().unwrap_or("000");
        let number = u64::try_from(lines.len()).unwrap_or_default();
        let id = first.map_or_else(|| seed.store.next_id(prefix), |first| Id::numbered(prefix, first + number));
        if seed.keys.insert(key.to_owned(), id.clone()).is_some() {
            return Err(error("a key used twice"));
        }
        lines.push((index + 1, object, id, fields));
    }
    for (line, object, id, fields) in lines {
        put(seed, object, id, fields, now).map_err(|reason| SeedError { line, reason })?;
    }
    Ok(())
}

fn put(seed: &mut Seed, object: &Object, id: Id, fields: Map<String, Json>, now: Timestamp) -> Result<(), String> {
    let mut row = Row { object: object.name.clone(), id: id.clone(), fields: BTreeMap::new() };
    for (name, json) in fields {
        let field = object.field(&name).filter(|field| field.name == name);
        let field = field.ok_or_else(|| format!("no field {name}"))?;
        row.set(&name, value(field, &json, &seed.keys, now)?);
    }
    row.set("Id", Value::from(&id));
    let admin = seed.keys.get("admin").cloned().unwrap_or(id);
    let owner = seed.keys.get("riley").cloned().unwrap_or(admin.clone());
    if object.field("OwnerId").is_some_and(|field| field.createable || field.updateable) && row.get("OwnerId").is_null()
    {
        row.set("OwnerId", Value::from(&owner));
    }
    let created = row.get("CreatedDate").as_timestamp().unwrap_or(now - SignedDuration::from_hours(24 * 200));
    let modified = row.get("LastModifiedDate").as_timestamp().unwrap_or(created);
    let modifier = row.get("LastModifiedById").clone();
    let moment = Moment { user: admin, now: created, fiscal_year_start_month: 2 };
    derive::defaults(object, &mut seed.store, &mut row, &moment);
    derive::stamp(object, &mut row, &Moment { now: modified, ..moment.clone() });
    if !modifier.is_null() {
        row.set("LastModifiedById", modifier);
    }
    derive::derive(object, &seed.store, &mut row, None, &moment).map_err(|refusal| refusal.to_string())?;
    seed.store.put(row);
    Ok(())
}

fn value(field: &Field, json: &Json, keys: &BTreeMap<String, Id>, now: Timestamp) -> Result<Value, String> {
    let bad = || format!("{} cannot be {json}", field.name);
    Ok(match (field.kind, json) {
        (_, Json::Null) => Value::Null,
        (_, Json::Bool(flag)) => Value::Boolean(*flag),
        (FieldType::Int, Json::Number(number)) => Value::Integer(number.as_i64().ok_or_else(bad)?),
        (_, Json::Number(number)) => Value::Number(number.as_f64().ok_or_else(bad)?),
        (kind, Json::String(text)) if kind.is_number() => exact::value(text).ok_or_else(bad)?,
        (FieldType::Time, Json::String(text)) => Value::Time(text.trim_end_matches('Z').parse().map_err(|_| bad())?),
        (FieldType::Reference, Json::String(text)) => {
            let key = text.strip_prefix('@').ok_or_else(bad)?;
            Value::from(keys.get(key).ok_or_else(bad)?)
        }
        (FieldType::AnyType, Json::String(text)) if text.starts_with('@') => {
            Value::from(keys.get(text.trim_start_matches('@')).ok_or_else(bad)?)
        }
        (FieldType::Datetime, Json::String(text)) => match relative(text) {
            Some(offset) => Value::DateTime(now + offset),
            None => Value::DateTime(text.parse().map_err(|_| bad())?),
        },
        (FieldType::Date, Json::String(text)) => match relative(text) {
            Some(offset) => Value::Date((now + offset).to_zoned(TimeZone::UTC).date()),
            None => Value::Date(text.parse().map_err(|_| bad())?),
        },
        (_, Json::String(text)) if text == "@long" => Value::text(long_description()),
        (_, Json::String(text)) => Value::text(text.as_str()),
        _ => return Err(bad()),
    })
}

/// `-3d`, `+5d`, `-2h`.
fn relative(text: &str) -> Option<SignedDuration> {
    let sign = text.chars().next().filter(|sign| "+-".contains(*sign))?;
    let hours = if text.ends_with('d') { 24 } else { 1 };
    let number: i64 = text.get(1..text.len() - 1)?.parse().ok()?;
    let hours = SignedDuration::from_hours(number * hours);
    Some(if sign == '-' { -hours } else { hours })
}

/// About 6,000 characters: more than a reply should repeat.
fn long_description() -> String {
    (1..=60)
        .map(|number| format!("{number}. Robert asked about item {number} of the list, and we went through its terms, dates and price. "))
        .collect()
}

fn record_types(schema: &Schema, seed: &mut Seed, now: Timestamp) {
    let Some(described) = schema.object("RecordType") else {
        return;
    };
    let created = now - SignedDuration::from_hours(24 * 500);
    for object in schema.objects() {
        for kind in &object.record_types {
            let mut row = Row { object: "RecordType".to_owned(), id: kind.id.clone(), fields: BTreeMap::new() };
            row.set("Id", Value::from(&kind.id));
            row.set("Name", kind.name.as_str());
            row.set("DeveloperName", kind.developer_name.as_str());
            row.set("SobjectType", object.name.as_str());
            row.set("IsActive", true);
            if let Some(admin) = seed.keys.get("admin") {
                let moment = Moment { user: admin.clone(), now: created, fiscal_year_start_month: 2 };
                derive::defaults(described, &mut seed.store, &mut row, &moment);
                derive::stamp(described, &mut row, &moment);
            }
            seed.store.put(row);
        }
    }
}

/// One reading an hour, in turn of Initech, Globex and Acme; values repeat every 100 rows.
fn meter_readings(schema: &Schema, seed: &mut Seed, now: Timestamp) {
    let Some(object) = schema.object("Meter_Reading__c") else {
        return;
    };
    let (Some(admin), Some(prefix)) = (seed.keys.get("admin").cloned(), object.key_prefix.as_deref()) else {
        return;
    };
    let accounts: Vec<Id> =
        ["initech", "globex", "acme"].iter().filter_map(|key| seed.keys.get(*key)).cloned().collect();
    for (number, account) in (0..METER_READINGS).zip(accounts.iter().cycle()) {
        let id = seed.store.next_id(prefix);
        let taken = now - SignedDuration::from_hours(i64::from(METER_READINGS - number));
        let mut row = Row { object: object.name.clone(), id: id.clone(), fields: BTreeMap::new() };
        row.set("Id", Value::from(&id));
        row.set("Account__c", Value::from(account));
        row.set("Value__c", f64::from(number % 100));
        row.set("Taken_At__c", taken);
        let moment = Moment { user: admin.clone(), now: taken, fiscal_year_start_month: 2 };
        derive::defaults(object, &mut seed.store, &mut row, &moment);
        derive::stamp(object, &mut row, &moment);
        seed.store.put(row);
    }
}

/// The rights of a seeded user.
pub(crate) fn access(key: &str, user: Id) -> Access {
    let names = |pairs: &[(&str, &str)]| -> BTreeSet<(String, String)> {
        pairs.iter().map(|(object, field)| ((*object).to_owned(), (*field).to_owned())).collect()
    };
    let mut access = Access::full(user);
    if key == "admin" {
        return access;
    }
    access.view_all_data = false;
    access.modify_all_data = false;
    access.hidden = names(&[("Contact", "Salary_Grade__c")]);
    access.read_only = names(&[("Account", "Health_Score__c"), ("Opportunity", "Discount__c")]);
    if key == "vera" {
        access.default = ObjectAccess::READ;
        access.convert_leads = false;
        for object in ["Campaign", "CampaignMember", "Contract", "Meter_Reading__c"] {
            access.objects.insert(object.to_owned(), ObjectAccess::NONE);
        }
    } else {
        access.objects.insert("Contract".to_owned(), ObjectAccess::NONE);
    }
    access
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_records_of_extras_read_and_change_no_other_row() {
        let now: Timestamp = NOW.parse().expect("an instant");
        let none = BTreeSet::new();
        let plain = seed(&schema(&none).expect("a schema"), now, &none).expect("readable records");
        let extras = BTreeSet::from([
            Extra::Oddities,
            Extra::Products,
            Extra::ListViews,
            Extra::Reports,
            Extra::History,
            Extra::Approvals,
            Extra::FlowApprovals,
            Extra::Files,
            Extra::Campaigns,
        ]);
        let rich = seed(&schema(&extras).expect("a schema"), now, &extras).expect("readable records");
        for (key, id) in &plain.keys {
            assert_eq!(rich.keys.get(key), Some(id), "{key}");
            let (plain, rich) = (plain.store.find(id.as_str()), rich.store.find(id.as_str()));
            for (name, value) in plain.into_iter().flat_map(|row| &row.fields) {
                assert_eq!(rich.map(|row| row.get(name)), Some(value), "{key}.{name}");
            }
        }
    }

    #[test]
    fn the_embedded_records_read() {
        let none = BTreeSet::new();
        let schema = schema(&none).expect("a schema");
        let seed = seed(&schema, NOW.parse().expect("an instant"), &none).expect("readable records");
        assert_eq!(seed.store.rows("Meter_Reading__c").count(), 2_600);
        let acme = seed.store.find(seed.keys["acme"].as_str()).expect("Acme");
        assert_eq!(acme.get("BillingCountryCode").as_str(), Some("US"));
        assert_eq!(acme.get("LastActivityDate").as_date().map(|date| date.to_string()).as_deref(), Some("2026-05-09"));
        let renewal = seed.store.find(seed.keys["acme_renewal"].as_str()).expect("the renewal");
        assert_eq!(renewal.get("ExpectedRevenue"), &Value::Number(108_000.0));
        assert_eq!(renewal.get("Fiscal").as_str(), Some("2027 2"));
    }
}
