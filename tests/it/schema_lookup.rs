//! From what people say to what Salesforce calls it.

use std::collections::BTreeMap;

use salesforce_plugin::schema::lookup::{self, FieldMatch, How, ObjectMatch, PathMatch};
use salesforce_plugin::schema::{GlobalDescribe, ObjectSchema, standard};
use salesforce_plugin::wit::Alias;

fn alias(term: &str, object: Option<&str>, name: &str) -> Alias {
    Alias { term: term.to_owned(), object: object.map(str::to_owned), name: name.to_owned() }
}

fn described(fields: &str) -> ObjectSchema {
    let json = format!(r#"{{"name": "Plan__c", "label": "Plan", "fields": [{fields}]}}"#);
    ObjectSchema::from_describe(json.as_bytes()).unwrap()
}

/// What a text finds on a core object: "ApiName how", or the nearest.
fn find(object: &str, text: &str) -> String {
    let schema = standard::object(object).unwrap();
    match lookup::field(&schema, text, &[]) {
        FieldMatch::Found { field, how } => format!("{} {how:?}", field.name),
        FieldMatch::AmbiguousLabel { fields } => {
            format!("? {}", fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", "))
        }
        FieldMatch::Unknown { nearest } => format!("~ {}", nearest.join(", ")),
    }
}

#[test]
fn a_field_is_found_by_api_name_label_lookup_or_common_word() {
    for (object, text, expected) in [
        ("Account", "numberofemployees", "NumberOfEmployees ApiName"),
        ("Account", "Employees", "NumberOfEmployees Label"),
        ("Account", "number of employees", "NumberOfEmployees Label"),
        ("Account", "annual_revenue", "AnnualRevenue Label"),
        ("Account", "billing state / province", "BillingState Label"),
        ("Account", "headcount", "NumberOfEmployees Alias"),
        ("Account", "Owner", "OwnerId Relationship"),
        ("Account", "account owner", "OwnerId Alias"),
        ("Account", "Parent Account", "ParentId Label"),
        ("Contact", "account", "AccountId Relationship"),
        ("Contact", " Asst. Phone ", "AssistantPhone Label"),
        ("Opportunity", "Stage", "StageName Label"),
        ("Task", "due date", "ActivityDate Alias"),
        ("Task", "Assigned To", "OwnerId Label"),
        ("Task", "Related To", "WhatId Label"),
        ("Task", "comments", "Description Alias"),
        ("User", "Role", "UserRoleId Label"),
    ] {
        assert_eq!(find(object, text), expected, "{object}: {text}");
    }
}

#[test]
fn the_name_of_an_object_without_name_is_its_number_or_subject() {
    assert_eq!(find("Case", "Name"), "CaseNumber Alias");
    // Pages call the person of a task "Name".
    assert_eq!(find("Task", "name"), "? Subject, WhoId");
    assert_eq!(find("Contact", "name"), "Name ApiName");
}

#[test]
fn a_label_of_several_fields_is_ambiguous() {
    let schema = described(
        r#"{"name": "A__c", "label": "Region", "type": "string"}, {"name": "B__c", "label": "region", "type": "string"}"#,
    );
    let FieldMatch::AmbiguousLabel { fields } = lookup::field(&schema, "Region", &[]) else { panic!() };
    assert_eq!(fields.len(), 2);
}

#[test]
fn a_near_miss_is_offered_and_never_taken() {
    assert_eq!(find("Account", "Indutry"), "~ Industry");
    assert!(find("Account", "number of employes").starts_with("~ Employees (NumberOfEmployees)"));
    assert!(find("Account", "city").contains("Billing City (BillingCity), Shipping City (ShippingCity)"));
    assert_eq!(find("Account", "xqzv"), "~ ");
    assert_eq!(find("Account", "  "), "~ ");
}

#[test]
fn the_users_words_stand_for_fields_of_their_object_after_labels() {
    let schema = standard::object("Account").unwrap();
    let words = [
        alias("Size", Some("account"), "numberofemployees"),
        alias("Size", Some("Lead"), "AnnualRevenue"),
        alias("Industry", Some("Account"), "Sic"),
        alias("Tier", Some("Account"), "Tier__c"),
    ];
    let found = |text: &str| match lookup::field(&schema, text, &words) {
        FieldMatch::Found { field, how } => Some((field.name.clone(), how)),
        _ => None,
    };
    assert_eq!(found("size"), Some(("NumberOfEmployees".to_owned(), How::Alias)));
    assert_eq!(found("industry"), Some(("Industry".to_owned(), How::ApiName)));
    assert_eq!(found("tier"), None, "the table doesn't know the field, so describe has to");
}

/// What a path finds when all core objects are at hand.
fn walk(object: &str, text: &str) -> String {
    let known: BTreeMap<&str, ObjectSchema> = ["Account", "Contact", "Lead", "Case", "User", "Name", "Task"]
        .into_iter()
        .map(|name| (name, standard::object(name).unwrap()))
        .collect();
    let schema = standard::object(object).unwrap();
    match lookup::path(&schema, text, &[], &|name| known.get(name)) {
        PathMatch::Found(path) => format!("{} {:?}", path.name, path.how),
        PathMatch::Needs { object } => format!("needs {object}"),
        PathMatch::TooDeep => "too deep".to_owned(),
        PathMatch::AmbiguousLabel { object, .. } => format!("? {object}"),
        PathMatch::Unknown { object, part, nearest } => format!("~ {object} {part}: {}", nearest.join(", ")),
    }
}

#[test]
fn a_path_is_found_by_names_and_labels_of_each_part() {
    for (object, text, expected) in [
        ("Contact", "LastName", "LastName ApiName"),
        ("Contact", "account.name", "Account.Name ApiName"),
        ("Contact", "Account.Annual Revenue", "Account.AnnualRevenue Label"),
        ("Contact", "Account.Owner.Name", "Account.Owner.Name ApiName"),
        ("Contact", "AccountId.Name", "Account.Name ApiName"),
        ("Contact", "Account Name", "Account.Name Label"),
        ("Contact", "Reports To.Email", "ReportsTo.Email Label"),
        ("Contact", "Asst. Phone", "AssistantPhone Label"),
        ("Contact", "Contact.Email", "Email ApiName"),
        ("Account", "Account.Name", "Name ApiName"),
        ("Account", "Parent Account.Owner.E-mail", "Parent.Owner.Email Label"),
        ("Case", "Contact Email", "ContactEmail Label"),
        ("Case", "Contact.Email", "Contact.Email ApiName"),
    ] {
        assert_eq!(walk(object, text), expected, "{object}: {text}");
    }
}

#[test]
fn a_lookup_to_several_objects_opens_only_what_they_share() {
    assert_eq!(walk("Task", "Who.Name"), "Who.Name ApiName");
    assert_eq!(walk("Task", "Related To.Name"), "What.Name Label");
    assert_eq!(walk("Case", "Owner.Name"), "Owner.Name ApiName");
    assert_eq!(walk("Task", "Who.AccountId"), "~ Name AccountId: ");
}

#[test]
fn an_unknown_part_of_a_path_is_named_with_the_nearest_of_its_object() {
    assert_eq!(walk("Contact", "Account.Indutry"), "~ Account Indutry: Industry");
    assert!(walk("Contact", "Acount.Industry").starts_with("~ Contact Acount.Industry: "));
}

#[test]
fn a_parent_that_is_not_at_hand_is_asked_for() {
    assert_eq!(walk("Opportunity", "Campaign.Name"), "needs Campaign");
    assert_eq!(walk("Contact", "Account.Parent.Owner.Profile.Name"), "needs Profile");
    assert_eq!(walk("Contact", "Owner Profile Name"), "needs Profile");
}

#[test]
fn a_path_ends_where_soql_does() {
    assert!(walk("Account", "Parent.Parent.Parent.Parent.Parent.Name").starts_with("Parent."));
    assert_eq!(walk("Account", "Parent.Parent.Parent.Parent.Parent.Parent.Name"), "too deep");
}

fn object(text: &str, global: Option<&GlobalDescribe>, words: &[Alias]) -> String {
    match lookup::object(text, global, words) {
        ObjectMatch::Found { name, how } => format!("{name} {how:?}"),
        ObjectMatch::AmbiguousLabel { names } => format!("? {}", names.join(", ")),
        ObjectMatch::Unknown { nearest } => format!("~ {}", nearest.join(", ")),
    }
}

#[test]
fn an_object_is_found_by_name_label_plural_or_common_word() {
    for (text, expected) in [
        ("account", "Account ApiName"),
        ("Opportunities", "Opportunity Label"),
        ("opportunity contact role", "OpportunityContactRole Label"),
        ("Deal", "Opportunity Alias"),
        ("deals", "Opportunity Alias"),
        ("tickets", "Case Alias"),
        ("company", "Account Alias"),
        ("customers", "Account Alias"),
        ("people", "~ "),
        ("to-do", "Task Alias"),
        ("Plan__c", "Plan__c ApiName"),
        ("acme__Plan__c", "acme__Plan__c ApiName"),
        ("x'; DROP__c", "~ "),
        ("Name", "~ "),
        ("Acount", "~ "),
        ("", "~ "),
    ] {
        assert_eq!(object(text, None, &[]), expected, "{text}");
    }
}

#[test]
fn the_orgs_own_objects_come_before_what_is_embedded() {
    let global = GlobalDescribe::from_json(
        br#"{"sobjects": [
          {"name": "Account", "label": "Customer", "labelPlural": "Customers", "queryable": true},
          {"name": "Plan__c", "label": "Deal", "labelPlural": "Deals", "queryable": true},
          {"name": "a__Step__c", "label": "Step", "labelPlural": "Steps", "queryable": true},
          {"name": "b__Step__c", "label": "Step", "labelPlural": "Steps", "queryable": true}]}"#,
    )
    .unwrap();
    let find = |text| object(text, Some(&global), &[]);
    assert_eq!(find("deals"), "Plan__c Label");
    assert_eq!(find("customer"), "Account Label");
    assert_eq!(find("company"), "Account Alias");
    assert_eq!(find("STEP"), "? a__Step__c, b__Step__c");
    assert_eq!(find("Opportunity"), "~ ", "the user can't see it");
    assert_eq!(find("Plans__c"), "~ Deal (Plan__c)");
}

#[test]
fn the_users_words_stand_for_objects() {
    let words = [alias("customer", None, "contact"), alias("project", None, "Plan__c"), alias("x", Some("Lead"), "Y")];
    assert_eq!(object("Customer", None, &words), "Contact Alias");
    assert_eq!(object("Project", None, &words), "Plan__c Alias");
    assert_eq!(object("x", None, &words), "~ ");
}
