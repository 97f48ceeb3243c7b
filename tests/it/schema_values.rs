//! Picklist values, and searching by words.

use salesforce_plugin::schema::picklist::{self, How, Value};
use salesforce_plugin::schema::{GlobalDescribe, ObjectSchema, ObjectSummary, PicklistValue, search, standard};
use salesforce_plugin::wit::Alias;

fn values(values: &[(&str, Option<&str>)]) -> Vec<PicklistValue> {
    values
        .iter()
        .zip(0..)
        .map(|((value, label), place)| PicklistValue {
            value: (*value).to_owned(),
            label: label.map(str::to_owned),
            place,
            default: false,
            valid_for: None,
        })
        .collect()
}

#[test]
fn a_picklist_value_is_repaired_by_label_spelling_or_unique_beginning() {
    let stages = values(&[
        ("Prospecting", None),
        ("closed_won", Some("Closed Won")),
        ("closed_lost", Some("Closed Lost")),
        ("Technology", None),
    ]);
    let repaired = |text: &str| match picklist::resolve(&stages, text) {
        Value::Exact => text.to_owned(),
        Value::Repaired { value, how } => format!("{value} {how:?}"),
        Value::Unknown { nearest } => format!("~ {}", nearest.join(", ")),
    };
    assert_eq!(repaired("closed_won"), "closed_won");
    assert_eq!(repaired("Closed Won"), format!("closed_won {:?}", How::Label));
    assert_eq!(repaired("closed-WON"), format!("closed_won {:?}", How::Spelling));
    assert_eq!(repaired("tech"), format!("Technology {:?}", How::Prefix));
    assert_eq!(repaired("won"), format!("closed_won {:?}", How::Words));
    assert_eq!(repaired("lost closed"), format!("closed_lost {:?}", How::Words));
    assert_eq!(repaired("closed"), "~ Closed Won, Closed Lost");
    assert_eq!(repaired("Closed Wn"), "~ Closed Won, Closed Lost");
    assert_eq!(repaired("t"), "~ Prospecting, Closed Won, Closed Lost, Technology");
    assert_eq!(repaired(""), "~ Prospecting, Closed Won, Closed Lost, Technology");
}

#[test]
fn a_word_that_is_denied_in_a_value_does_not_stand_for_it() {
    let answers = values(&[("Not Interested", None), ("No Decision", None), ("Call back later", None)]);
    let repaired = |text: &str| match picklist::resolve(&answers, text) {
        Value::Repaired { value, .. } => Some(value),
        _ => None,
    };
    assert_eq!(repaired("interested"), None);
    assert_eq!(repaired("decision"), None);
    assert_eq!(repaired("later").as_deref(), Some("Call back later"));
    assert_eq!(repaired("interested, not").as_deref(), Some("Not Interested"));
}

#[test]
fn a_value_with_another_ones_label_is_itself() {
    let swapped = values(&[("A", Some("B")), ("B", Some("A"))]);
    assert_eq!(picklist::resolve(&swapped, "A"), Value::Exact);
}

#[test]
fn values_that_differ_only_in_case_are_not_chosen_between() {
    assert!(matches!(picklist::resolve(&values(&[("hot", None), ("Hot", None)]), "HOT"), Value::Unknown { .. }));
}

#[test]
fn an_invented_value_finds_no_value() {
    let ratings = values(&[("Hot", None), ("Warm", None), ("Cold", None)]);
    let Value::Unknown { nearest } = picklist::resolve(&ratings, "Super hot") else { panic!() };
    assert_eq!(nearest[0], "Hot");
}

fn names(schema: &ObjectSchema, query: &str, words: &[Alias]) -> Vec<String> {
    search::fields(schema, query, words).into_iter().map(|field| field.name.clone()).collect()
}

#[test]
fn fields_are_found_by_words_of_label_name_and_common_use() {
    let account = standard::object("Account").unwrap();
    assert_eq!(names(&account, "employees", &[]), ["NumberOfEmployees"]);
    assert_eq!(names(&account, "employee", &[]), ["NumberOfEmployees"]);
    assert_eq!(names(&account, "headcount", &[]), ["NumberOfEmployees"]);
    assert_eq!(names(&account, "billing city", &[])[0], "BillingCity");
    assert_eq!(names(&account, "rev", &[]), ["AnnualRevenue"]);
    assert!(names(&account, "zzz", &[]).is_empty());
    assert!(names(&account, "", &[]).is_empty());
}

#[test]
fn fields_are_found_by_picklist_values_help_and_the_users_words_and_labels_come_first() {
    let schema = ObjectSchema::from_describe(
        br#"{"name": "X__c", "fields": [
          {"name": "A__c", "label": "Alpha", "type": "picklist", "picklistValues": [{"value": "Renewal", "active": true}]},
          {"name": "B__c", "label": "Beta", "type": "string", "inlineHelpText": "Date of the renewal"},
          {"name": "C__c", "label": "Renewals", "type": "date"},
          {"name": "D__c", "label": "Delta", "type": "date"}]}"#,
    )
    .unwrap();
    assert_eq!(names(&schema, "renewal", &[]), ["C__c", "A__c", "B__c"]);
    let words = [Alias { term: "Renewals".to_owned(), object: Some("X__c".to_owned()), name: "D__c".to_owned() }];
    assert_eq!(names(&schema, "renewal", &words)[0], "D__c");
}

#[test]
fn objects_are_found_by_words() {
    let global = GlobalDescribe::from_json(
        br#"{"sobjects": [
          {"name": "Contact", "label": "Contact", "labelPlural": "Contacts", "queryable": true},
          {"name": "Opportunity", "label": "Opportunity", "labelPlural": "Opportunities", "queryable": true},
          {"name": "OpportunityContactRole", "label": "Opportunity Contact Role", "queryable": true}]}"#,
    )
    .unwrap();
    let names =
        |query: &str| search::objects(&global, query, &[]).into_iter().map(ObjectSummary::name).collect::<Vec<_>>();
    assert_eq!(names("contact"), ["Contact", "OpportunityContactRole"]);
    assert_eq!(names("deals"), ["Opportunity"]);
}
