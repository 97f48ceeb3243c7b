//! What the org fills in by itself: names, addresses, statuses, periods, activity dates, and one trigger.
//! Runs on every save, seeding too.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::{
    id::Id,
    refusal::Refusal,
    schema::{FieldType, Object, Schema},
    store::{Row, Store},
    value::Value,
};

/// When and by whom a row is saved.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    pub(crate) user: Id,
    pub(crate) now: Timestamp,
    pub(crate) fiscal_year_start_month: i8,
}

/// Gives a new row what it was not given: checkboxes, default picklist values, owner, record type, number.
pub(crate) fn defaults(object: &Object, store: &mut Store, row: &mut Row, moment: &Moment) {
    for field in &object.fields {
        if !row.get(&field.name).is_null() {
            continue;
        }
        if field.kind == FieldType::Boolean {
            row.set(&field.name, false);
        } else if let Some(default) = field.picklist.iter().find(|value| value.default) {
            row.set(&field.name, default.value.as_str());
        } else if field.auto_number {
            let number = store.next_number(&object.name);
            let text = match object.name.as_str() {
                "Case" => format!("{:08}", 1000 + number),
                "Meter_Reading__c" => format!("MR-{number:05}"),
                "Visit__c" => format!("SV-{number:04}"),
                _ => format!("{number:08}"),
            };
            row.set(&field.name, text);
        } else if field.name == "RecordTypeId" {
            let person = !row.get("LastName").is_null();
            let kind = object.record_types.iter().find(|kind| {
                if object.name == "Account" && person { kind.developer_name == "PersonAccount" } else { kind.default }
            });
            if let Some(kind) = kind {
                row.set("RecordTypeId", Value::from(&kind.id));
            }
        } else if field.name == "OwnerId" && field.defaulted_on_create {
            row.set("OwnerId", Value::from(&moment.user));
        } else if field.name == "Name" && object.is_custom() {
            // A custom object without a name is named by its id.
            let id = row.id.as_str().to_owned();
            row.set("Name", id);
        }
    }
    match object.name.as_str() {
        "Task" if row.get("TaskSubtype").is_null() => row.set("TaskSubtype", "Task"),
        "Event" if row.get("EventSubtype").is_null() => row.set("EventSubtype", "Event"),
        _ => {}
    }
    for (field, value) in [("CreatedDate", Value::from(moment.now)), ("CreatedById", Value::from(&moment.user))] {
        if object.field(field).is_some() && row.get(field).is_null() {
            row.set(field, value);
        }
    }
}

/// Stamps who changed the row last.
pub(crate) fn stamp(object: &Object, row: &mut Row, moment: &Moment) {
    for (field, value) in [
        ("LastModifiedDate", Value::from(moment.now)),
        ("LastModifiedById", Value::from(&moment.user)),
        ("SystemModstamp", Value::from(moment.now)),
    ] {
        if object.field(field).is_some() {
            row.set(field, value);
        }
    }
}

/// Computes everything that follows from the other fields of the row and of its parents.
///
/// # Errors
/// A state or country that the org's lists lack, or an event without a time.
pub(crate) fn derive(
    object: &Object,
    store: &Store,
    row: &mut Row,
    old: Option<&Row>,
    moment: &Moment,
) -> Result<(), Refusal> {
    match object.name.as_str() {
        "Contact" | "Lead" | "User" => person_name(row),
        "Account" => account(object, row),
        "Opportunity" => opportunity(store, row, old, moment),
        "Case" => case(store, row, moment),
        "Task" => task(store, row, moment),
        "Event" => event(store, row)?,
        "Attachment" => {
            let bytes = row.get("Body").as_str().map(|body| crate::base64::decode(body).len()).unwrap_or_default();
            row.set("BodyLength", i64::try_from(bytes).unwrap_or_default());
        }
        "CampaignMember" => super::campaign::member(store, row, old, moment)?,
        "EmailMessage" => super::email::derive(row, old)?,
        "PricebookEntry" => super::products::entry(store, row),
        "OpportunityLineItem" => super::products::line(store, row, old)?,
        _ => {}
    }
    for field in &object.fields {
        if field.kind == FieldType::Location {
            super::address::location(row, &field.name);
        }
        if field.kind == FieldType::Address {
            super::address::derive(object, row, old, &field.name)?;
        }
    }
    Ok(())
}

fn person_name(row: &mut Row) {
    let names: Vec<&str> = ["FirstName", "LastName"].into_iter().filter_map(|field| row.get(field).as_str()).collect();
    let name = names.join(" ");
    row.set("Name", name);
}

fn account(object: &Object, row: &mut Row) {
    let person = object.record_types.iter().any(|kind| {
        kind.developer_name == "PersonAccount" && row.get("RecordTypeId").as_str() == Some(kind.id.as_str())
    });
    row.set("IsPersonAccount", person);
    if person {
        person_name(row);
    }
    // The org's one trigger: what is read back is not what was written.
    if let Some(code) = row.get("Customer_Code__c").as_str() {
        let code = code.trim().to_uppercase();
        row.set("Customer_Code__c", code);
    }
}

fn opportunity(store: &Store, row: &mut Row, old: Option<&Row>, moment: &Moment) {
    let changed = old.is_none_or(|old| old.get("StageName") != row.get("StageName"));
    let stage = store.rows("OpportunityStage").find(|stage| stage.get("ApiName") == row.get("StageName")).cloned();
    if changed {
        let probability_given = match old {
            Some(old) => old.get("Probability") != row.get("Probability"),
            None => !row.get("Probability").is_null(),
        };
        if let Some(stage) = &stage {
            if !probability_given {
                row.set("Probability", stage.get("DefaultProbability").clone());
            }
            row.set("ForecastCategory", stage.get("ForecastCategory").clone());
            row.set("ForecastCategoryName", stage.get("ForecastCategoryName").clone());
        }
        // A stage the org does not know is an open one.
        for field in ["ForecastCategory", "ForecastCategoryName"] {
            if stage.is_none() {
                row.set(field, "Pipeline");
            }
        }
        let is = |field| stage.as_ref().is_some_and(|stage| stage.get(field).is_true());
        row.set("IsClosed", is("IsClosed"));
        row.set("IsWon", is("IsWon"));
        if old.is_some() || row.get("LastStageChangeDate").is_null() {
            let since = if old.is_some() { Value::from(moment.now) } else { row.get("CreatedDate").clone() };
            row.set("LastStageChangeDate", since);
        }
    }
    let expected = match (row.get("Amount").as_f64(), row.get("Probability").as_f64()) {
        (Some(amount), Some(percent)) => Value::Number(amount * percent / 100.0),
        _ => Value::Null,
    };
    row.set("ExpectedRevenue", expected);
    if let Some(close) = row.get("CloseDate").as_date() {
        let (year, quarter) = fiscal_period(close, moment.fiscal_year_start_month);
        row.set("FiscalYear", i64::from(year));
        row.set("FiscalQuarter", i64::from(quarter));
        row.set("Fiscal", format!("{year} {quarter}"));
    }
    if old.is_none() && row.get("AccountId").is_null() {
        let account = row
            .get("ContactId")
            .as_str()
            .and_then(|contact| store.get("Contact", contact))
            .map(|contact| contact.get("AccountId").clone());
        row.set("AccountId", account.unwrap_or_default());
    }
}

/// A fiscal year that does not begin in January is named by the calendar year it ends in.
fn fiscal_period(date: Date, start: i8) -> (i16, i8) {
    let months = (date.month() - start).rem_euclid(12);
    let year = if start > 1 && date.month() >= start { date.year() + 1 } else { date.year() };
    (year, months / 3 + 1)
}

fn case(store: &Store, row: &mut Row, moment: &Moment) {
    let closed = is_closed(store, "CaseStatus", row);
    row.set("IsClosed", closed);
    match (closed, row.get("ClosedDate").is_null()) {
        (true, true) => row.set("ClosedDate", moment.now),
        (false, false) => row.set("ClosedDate", Value::Null),
        _ => {}
    }
    let contact = row.get("ContactId").as_str().and_then(|id| store.get("Contact", id));
    if row.get("AccountId").is_null() {
        let account = contact.map(|contact| contact.get("AccountId").clone());
        row.set("AccountId", account.unwrap_or_default());
    }
    for (field, source) in
        [("ContactPhone", "Phone"), ("ContactMobile", "MobilePhone"), ("ContactEmail", "Email"), ("ContactFax", "Fax")]
    {
        row.set(field, contact.map(|contact| contact.get(source).clone()).unwrap_or_default());
    }
}

fn task(store: &Store, row: &mut Row, moment: &Moment) {
    let closed = is_closed(store, "TaskStatus", row);
    row.set("IsClosed", closed);
    match (closed, row.get("CompletedDateTime").is_null()) {
        (true, true) => row.set("CompletedDateTime", moment.now),
        (false, false) => row.set("CompletedDateTime", Value::Null),
        _ => {}
    }
    let high = row.get("Priority").as_str() == Some("High");
    row.set("IsHighPriority", high);
    let account = activity_account(store, row);
    row.set("AccountId", account);
}

fn is_closed(store: &Store, statuses: &str, row: &Row) -> bool {
    store.rows(statuses).any(|status| status.get("IsClosed").is_true() && status.get("ApiName") == row.get("Status"))
}

fn event(store: &Store, row: &mut Row) -> Result<(), Refusal> {
    super::event::derive(row)?;
    let account = activity_account(store, row);
    row.set("AccountId", account);
    Ok(())
}

/// The account of an activity: of what it is about, else of whom it is with.
fn activity_account(store: &Store, row: &Row) -> Value {
    let of = |field: &str| {
        let id = row.get(field).as_str()?;
        let parent = store.find(id)?;
        Some(match parent.object.as_str() {
            "Account" => Value::from(&parent.id),
            "Project__c" => parent.get("Account__c").clone(),
            _ => parent.get("AccountId").clone(),
        })
    };
    of("WhatId").filter(|account| !account.is_null()).or_else(|| of("WhoId")).unwrap_or_default()
}

/// After an activity was saved or deleted: when its people and things were last touched.
pub(crate) fn touch_parents(schema: &Schema, store: &mut Store, activity: &Row, now: Timestamp) {
    for field in ["WhoId", "WhatId", "AccountId"] {
        let Some(parent) = activity.get(field).as_str().and_then(|id| store.find(id)).cloned() else {
            continue;
        };
        let knows = schema.object(&parent.object).is_some_and(|object| object.field("LastActivityDate").is_some());
        if !knows {
            continue;
        }
        let today = now.to_zoned(TimeZone::UTC).date();
        let last = ["Task", "Event"]
            .into_iter()
            .flat_map(|object| store.rows(object))
            .filter(|row| !row.is_deleted())
            .filter(|row| {
                ["WhoId", "WhatId", "AccountId"].iter().any(|field| row.get(field).as_str() == Some(parent.id.as_str()))
            })
            .filter(|row| row.get("IsClosed").is_true() || row.object == "Event")
            .filter_map(|row| row.get("ActivityDate").as_date())
            .filter(|date| *date <= today)
            .max();
        let mut parent = parent;
        parent.set("LastActivityDate", last.map(Value::from).unwrap_or_default());
        store.put(parent);
    }
}
