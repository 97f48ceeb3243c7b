//! A small org of its own for the tests of queries and searches: rows are put in as they are, without rules.

use demo_org::{
    access::{Access, ObjectAccess},
    context::{Context, View},
    id::Id,
    refusal::Refusal,
    schema::{FieldType, Schema},
    soql::{self, Options, QueryResult},
    store::{Row, Store},
    value::Value,
};
use jiff::{civil::Weekday, tz::TimeZone};
use serde_json::{Value as Json, json};

/// Wednesday, 18 March 2026, 03:30 in Berlin; still Tuesday in Los Angeles.
const NOW: &str = "2026-03-18T02:30:00Z";

pub(crate) struct World {
    pub(crate) schema: Schema,
    pub(crate) store: Store,
    pub(crate) access: Access,
    pub(crate) context: Context,
}

impl World {
    /// Nothing but a user in Berlin who sees everything.
    pub(crate) fn empty() -> Self {
        let user = Id::numbered("005", 1);
        let schema = Schema::parse(concat!(
            include_str!("../../src/data/schema.txt"),
            include_str!("../../src/data/odd_schema.txt")
        ))
        .unwrap();
        let mut world = Self {
            schema,
            store: Store::default(),
            access: Access::full(user.clone()),
            context: Context {
                user,
                now: NOW.parse().unwrap(),
                zone: TimeZone::get("Europe/Berlin").unwrap(),
                locale: "de_DE".to_owned(),
                language: "en_US".to_owned(),
                week_start: Weekday::Monday,
                fiscal_year_start_month: 2,
                fiscal_year_named_by_start: false,
            },
        };
        world.put("User", json!({"Name": "Ada Admin", "FirstName": "Ada", "LastName": "Admin", "IsActive": true}));
        world
    }

    /// Puts a row in and gives its id. Dates and instants are text, typed by the schema.
    pub(crate) fn put(&mut self, object: &str, fields: Json) -> String {
        let object = self.schema.object(object).unwrap();
        let id = self.store.next_id(object.key_prefix.as_deref().unwrap());
        let mut row = Row { object: object.name.clone(), id: id.clone(), fields: Default::default() };
        row.set("Id", Value::from(&id));
        row.set("IsDeleted", false);
        for (name, value) in fields.as_object().unwrap() {
            let field = object.field(name).unwrap_or_else(|| panic!("{}.{name}", object.name));
            let value = match (field.kind, value) {
                (_, Json::Null) => Value::Null,
                (_, Json::Bool(flag)) => Value::Boolean(*flag),
                (FieldType::Int, Json::Number(number)) => Value::Integer(number.as_i64().unwrap()),
                (_, Json::Number(number)) => Value::Number(number.as_f64().unwrap()),
                (FieldType::Date, Json::String(text)) => Value::Date(text.parse().unwrap()),
                (FieldType::Datetime, Json::String(text)) => Value::DateTime(text.parse().unwrap()),
                (FieldType::Time, Json::String(text)) => Value::Time(text.trim_end_matches('Z').parse().unwrap()),
                (_, Json::String(text)) => Value::text(text.as_str()),
                other => panic!("{other:?}"),
            };
            row.set(&field.name, value);
        }
        self.store.put(row);
        id.as_str().to_owned()
    }

    pub(crate) fn view(&self) -> View<'_> {
        View { schema: &self.schema, store: &self.store, access: &self.access, context: &self.context }
    }

    pub(crate) fn query(&self, text: &str) -> Result<QueryResult, Refusal> {
        soql::query(self.view(), text, Options { version: "v62.0", deleted: false })
    }

    pub(crate) fn query_all(&self, text: &str) -> Result<QueryResult, Refusal> {
        soql::query(self.view(), text, Options { version: "v62.0", deleted: true })
    }

    /// The result as it goes over the wire, in its own order.
    #[track_caller]
    pub(crate) fn wire(&self, text: &str) -> String {
        let result = self.query(text).unwrap_or_else(|refusal| panic!("{text}\n{refusal}"));
        serde_json::to_string(&result).unwrap()
    }

    /// The records without their attributes, each one line of values.
    #[track_caller]
    pub(crate) fn lines(&self, text: &str) -> Vec<String> {
        let result = self.query(text).unwrap_or_else(|refusal| panic!("{text}\n{refusal}"));
        lines(&result)
    }

    /// The code and the last line of the message of a refused query.
    #[track_caller]
    pub(crate) fn refusal(&self, text: &str) -> (u16, &'static str, String) {
        match self.query(text) {
            Ok(result) => panic!("{text}\nanswered {}", serde_json::to_string(&result).unwrap()),
            Err(refusal) => {
                let detail = refusal.message.rsplit('\n').next().unwrap_or_default().to_owned();
                (refusal.status, refusal.code, detail)
            }
        }
    }

    /// Makes the running user somebody without "View All Data" who does not see these fields or objects.
    pub(crate) fn restrict(&mut self, hidden_objects: &[&str], hidden_fields: &[(&str, &str)]) {
        self.access.view_all_data = false;
        self.access.modify_all_data = false;
        for object in hidden_objects {
            self.access.objects.insert((*object).to_owned(), ObjectAccess::NONE);
        }
        for (object, field) in hidden_fields {
            self.access.hidden.insert(((*object).to_owned(), (*field).to_owned()));
        }
    }
}

/// Each record as its values, joined by ` | `.
pub(crate) fn lines(result: &QueryResult) -> Vec<String> {
    let json = serde_json::to_value(result).unwrap();
    let order = |record: &demo_org::soql::Record| -> Vec<String> {
        record.fields.iter().map(|(name, _)| name.clone()).collect()
    };
    json["records"]
        .as_array()
        .unwrap()
        .iter()
        .zip(&result.records)
        .map(|(json, record)| {
            let shown = order(record).into_iter().map(|name| match &json[&name] {
                Json::String(text) => text.clone(),
                other => other.to_string(),
            });
            shown.collect::<Vec<_>>().join(" | ")
        })
        .collect()
}
