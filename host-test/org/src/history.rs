//! Field history: who changed which tracked field, from what to what. Where the org has no history objects, nothing
//! is tracked.
//! <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_associated_objects_history.htm>

use crate::{
    schema::{Field, FieldType, Object},
    store::{Row, Store},
    value::Value,
};

/// What an administrator chose to track.
#[derive(Debug)]
pub(crate) struct Tracked {
    pub(crate) object: &'static str,
    pub(crate) history: &'static str,
    /// The field of a history row that names the record.
    pub(crate) parent: &'static str,
    fields: &'static [&'static str],
}

const TRACKED: [Tracked; 6] = [
    Tracked {
        object: "Account",
        history: "AccountHistory",
        parent: "AccountId",
        fields: &["Name", "Industry", "AnnualRevenue", "OwnerId", "Phone", "Tier__c"],
    },
    Tracked {
        object: "Contact",
        history: "ContactHistory",
        parent: "ContactId",
        fields: &["AccountId", "Email", "OwnerId", "Phone", "Salary_Grade__c", "Title"],
    },
    Tracked {
        object: "Lead",
        history: "LeadHistory",
        parent: "LeadId",
        fields: &["Company", "OwnerId", "Rating", "Status"],
    },
    Tracked {
        object: "Opportunity",
        history: "OpportunityFieldHistory",
        parent: "OpportunityId",
        fields: &[
            "Amount",
            "CloseDate",
            "Description",
            "Discount__c",
            "NextStep",
            "OwnerId",
            "Probability",
            "StageName",
        ],
    },
    Tracked {
        object: "Case",
        history: "CaseHistory",
        parent: "CaseId",
        fields: &["ContactId", "IsEscalated", "OwnerId", "Priority", "Status", "Subject"],
    },
    Tracked {
        object: "Project__c",
        history: "Project__History",
        parent: "ParentId",
        fields: &[
            "Budget__c",
            "Health__c",
            "Notes__c",
            "OwnerId",
            "Project_Lead__c",
            "Start_Date__c",
            "Status__c",
            "Tags__c",
        ],
    },
];

/// What is tracked, by the history object.
pub(crate) fn of(history: &str) -> Option<&'static Tracked> {
    TRACKED.iter().find(|tracked| tracked.history == history)
}

/// What is tracked of an object.
pub(crate) fn on(object: &str) -> Option<&'static Tracked> {
    TRACKED.iter().find(|tracked| tracked.object == object)
}

/// A change, as a history row says it.
#[derive(Debug, PartialEq)]
pub(crate) struct Change {
    pub(crate) field: String,
    pub(crate) kind: &'static str,
    pub(crate) from: Value,
    pub(crate) to: Value,
}

impl Change {
    /// Something that happened to the record, without a value: `created`.
    pub(crate) fn event(name: &str) -> Self {
        Self { field: name.to_owned(), kind: "Text", from: Value::Null, to: Value::Null }
    }
}

impl Tracked {
    /// The tracked field that a history row calls so: standard lookups lose their `Id` there.
    pub(crate) fn field_of(&self, called: &str) -> String {
        let field = self.fields.iter().find(|field| **field == called || called_in_history(field) == called);
        field.map_or(called, |field| field).to_owned()
    }

    /// The changes between two states of a record. A lookup gives two: the names, and the ids.
    pub(crate) fn changes(&self, object: &Object, store: &Store, old: &Row, row: &Row) -> Vec<Change> {
        let mut changes = Vec::new();
        let fields = self.fields.iter().filter_map(|name| object.field(name));
        for field in fields.filter(|field| old.get(&field.name) != row.get(&field.name)) {
            let (from, to) = (old.get(&field.name), row.get(&field.name));
            let called = called_in_history(&field.name).to_owned();
            if field.kind == FieldType::Reference {
                let names = [from, to].map(|id| name_of(store, id));
                let [from, to] = names;
                changes.push(Change { field: called.clone(), kind: "Text", from, to });
            }
            let (from, to) = if is_kept(field) { (from.clone(), to.clone()) } else { (Value::Null, Value::Null) };
            changes.push(Change { field: called, kind: data_type(field), from, to });
        }
        changes
    }
}

fn called_in_history(field: &str) -> &str {
    field.strip_suffix("Id").unwrap_or(field)
}

/// Of long texts and multi-select picklists only the fact of a change is kept.
fn is_kept(field: &Field) -> bool {
    field.kind != FieldType::Multipicklist && !(field.kind == FieldType::Textarea && field.length > 255)
}

fn name_of(store: &Store, id: &Value) -> Value {
    let row = id.as_str().and_then(|id| store.find(id));
    row.map(|row| row.get("Name").clone()).unwrap_or_default()
}

fn data_type(field: &Field) -> &'static str {
    match field.kind {
        FieldType::Reference | FieldType::Id => "EntityId",
        FieldType::Picklist | FieldType::Combobox => "DynamicEnum",
        FieldType::Multipicklist => "MultiEnum",
        FieldType::Currency => "Currency",
        FieldType::Percent => "Percent",
        FieldType::Double | FieldType::Int => "Double",
        FieldType::Date => "DateOnly",
        FieldType::Datetime => "DateTime",
        FieldType::Boolean => "Boolean",
        FieldType::Email => "Email",
        FieldType::Phone => "Phone",
        FieldType::Textarea => "MultiLineText",
        _ => "Text",
    }
}
