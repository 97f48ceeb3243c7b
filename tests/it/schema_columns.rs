//! The embedded table, and the columns shown when nobody said which.

use std::collections::BTreeMap;

use salesforce_plugin::schema::columns;
use salesforce_plugin::schema::lookup::{self, How, PathMatch};
use salesforce_plugin::schema::{FieldType, ObjectSchema, ObjectSummary, Source, Use, standard};

#[test]
fn the_table_knows_the_core_objects_without_values_and_permissions() {
    let names: Vec<_> = standard::objects().map(ObjectSummary::name).collect();
    assert_eq!(names[..8], ["Account", "Contact", "Lead", "Opportunity", "Case", "Task", "Event", "User"]);
    for name in names {
        let schema = standard::object(name).unwrap();
        assert_eq!(schema.source, Source::Standard);
        assert!(schema.fields.len() > 1 && schema.fields.iter().all(|field| field.picklist.is_none()), "{name}");
        assert!(schema.fields.iter().all(|field| field.field_type != FieldType::Other), "{name}");
        let mut fields: Vec<_> = schema.fields.iter().map(|field| &field.name).collect();
        fields.sort();
        fields.dedup();
        assert_eq!(fields.len(), schema.fields.len(), "{name} lists a field twice");
    }
    assert!(standard::object("Plan__c").is_none());
    assert!(standard::object("contact").is_some());
}

#[test]
fn the_table_says_what_a_new_record_needs() {
    let required = |name: &str| {
        standard::object(name).unwrap().required().map(|field| field.name.clone()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(required("Account"), "Name");
    assert_eq!(required("Contact"), "LastName");
    assert_eq!(required("Lead"), "LastName Company");
    assert_eq!(required("Opportunity"), "Name StageName CloseDate");
    assert_eq!(required("Case") + &required("Task") + &required("Event"), "");
}

#[test]
fn the_table_knows_what_can_neither_be_written_nor_filtered() {
    let field = |object: &str, name: &str| standard::object(object).unwrap().field(name).unwrap().clone();
    assert!(!field("Account", "CreatedDate").createable && !field("Account", "CreatedDate").updateable);
    assert!(!field("Contact", "Name").updateable);
    assert!(!field("Case", "Description").filterable);
    assert!(!field("Task", "TaskSubtype").updateable && field("Task", "TaskSubtype").createable);
    assert!(!field("Account", "BillingAddress").createable);
}

#[test]
fn the_table_knows_the_children_people_ask_for() {
    let account = standard::object("Account").unwrap();
    for relationship in ["Contacts", "Opportunities", "Cases", "OpenActivities", "ActivityHistories", "Tasks"] {
        assert!(account.child(relationship).is_some(), "{relationship}");
    }
    assert_eq!(account.children_of("opportunity").next().unwrap().field, "AccountId");
}

#[test]
fn every_usual_column_of_a_core_object_exists() {
    let known: BTreeMap<String, ObjectSchema> = standard::objects()
        .map(ObjectSummary::name)
        .chain([standard::NAME])
        .map(|name| (name.to_owned(), standard::object(name).unwrap()))
        .collect();
    for (name, schema) in &known {
        for purpose in [Use::List, Use::Get, Use::Find] {
            for column in columns::usual(schema, purpose) {
                match lookup::path(schema, &column, &[], &|name| known.get(name)) {
                    PathMatch::Found(path) => assert_eq!((path.name.as_str(), path.how), (&*column, How::ApiName)),
                    other => panic!("{name}.{column}: {other:?}"),
                }
            }
        }
    }
}

#[test]
fn a_usual_column_the_user_may_not_see_is_left_out() {
    let account = ObjectSchema::from_describe(
        br#"{"name": "Account", "fields": [{"name": "Name", "type": "string"}, {"name": "BillingCity", "type": "string"}]}"#,
    )
    .unwrap();
    assert_eq!(columns::usual(&account, Use::List), ["Name", "BillingCity"]);
}

const PLAN: &[u8] = br#"{"name": "Plan__c", "fields": [
    {"name": "Id", "type": "id"}, {"name": "OwnerId", "type": "reference", "relationshipName": "Owner"},
    {"name": "Name", "type": "string", "nameField": true}, {"name": "CreatedDate", "type": "datetime"},
    {"name": "LastModifiedDate", "type": "datetime"}, {"name": "Notes__c", "type": "textarea", "length": 32000},
    {"name": "Done__c", "type": "boolean"}, {"name": "Text__c", "type": "string"},
    {"name": "Stage__c", "type": "picklist"}, {"name": "Amount__c", "type": "currency", "createable": true, "nillable": false}
]}"#;

#[test]
fn any_other_object_shows_its_name_what_likely_matters_its_owner_and_dates() {
    let plan = ObjectSchema::from_describe(PLAN).unwrap();
    let usual = |purpose| columns::usual(&plan, purpose).join(" ");
    assert_eq!(usual(Use::List), "Name Amount__c Stage__c Text__c Owner.Name CreatedDate LastModifiedDate");
    assert_eq!(usual(Use::Get), "Name Amount__c Stage__c Text__c Done__c Owner.Name CreatedDate LastModifiedDate");
}

#[test]
fn a_junction_shows_the_names_of_what_it_joins() {
    let seat = ObjectSchema::from_describe(
        br#"{"name": "Seat__c", "fields": [{"name": "Name", "type": "string", "nameField": true},
          {"name": "Plan__c", "type": "reference", "referenceTo": ["Plan__c"], "relationshipName": "Plan__r"},
          {"name": "Case__c", "type": "reference", "referenceTo": ["Case"], "relationshipName": "Case__r"},
          {"name": "Who__c", "type": "reference", "referenceTo": ["A", "B"], "relationshipName": "Who__r"}]}"#,
    )
    .unwrap();
    assert_eq!(columns::usual(&seat, Use::List), ["Name", "Plan__r.Name", "Case__r.CaseNumber"]);
}

#[test]
fn fields_that_matter_come_first() {
    let plan = ObjectSchema::from_describe(PLAN).unwrap();
    let names: Vec<_> = columns::by_importance(&plan, usize::MAX).into_iter().map(|field| field.name).collect();
    assert_eq!(names[..2], ["Name", "Amount__c"]);
    assert_eq!(names.len(), plan.fields.len());
    let account = standard::object("Account").unwrap();
    assert_eq!(columns::by_importance(&account, 1)[0].name, "Name");
}
