//! Reading describes, and keeping them.

use salesforce_plugin::schema::{
    FieldType, GlobalDescribe, ObjectSchema, ObjectSummary, PicklistValue, Source, ValidFor,
};

const PLAN: &str = r#"{
  "name": "ns__Plan__c", "label": "Plan \"A\"", "labelPlural": null, "keyPrefix": "a00", "createable": true,
  "queryable": true, "somethingNew": [{"deep": [1, 2]}],
  "fields": [
    {"name": "Id", "label": "Record ID", "type": "id", "idLookup": true, "filterable": true, "length": 18},
    {"name": "Name", "label": "Plan Name", "type": "string", "length": 80, "nameField": true, "createable": true,
     "updateable": true, "nillable": false, "defaultedOnCreate": false, "filterable": true, "sortable": true},
    {"name": "ns__Stage__c", "label": "Stage", "type": "picklist", "restrictedPicklist": true, "createable": true,
     "nillable": false, "defaultedOnCreate": true, "controllerName": "ns__Kind__c", "picklistValues": [
      {"active": true, "value": "new", "label": "Brand new"}, {"active": false, "value": "old", "label": "Old"},
      {"active": true, "defaultValue": true, "value": "Done", "label": "Done", "validFor": "gA=="}, {"active": true, "value": "a\tb\\c\nd\r", "label": null}]},
    {"name": "ns__Client__c", "label": "Client", "type": "reference", "referenceTo": ["Account"],
     "relationshipName": "ns__Client__r", "inlineHelpText": " Who pays.\r\n  Not who asks. "},
    {"name": "ns__Old__c", "label": "Old", "type": "string", "deprecatedAndHidden": true},
    {"name": "ns__Empty__c", "label": null, "type": "picklist", "length": null, "createable": null, "nillable": null,
     "picklistValues": null, "referenceTo": null, "relationshipName": null, "inlineHelpText": null},
    {"name": "ns__Hue__c", "type": "hologram"}
  ],
  "childRelationships": [
    {"childSObject": "ns__Step__c", "field": "ns__Plan__c", "relationshipName": "Steps__r"},
    {"childSObject": "ns__Log__c", "field": "ns__Plan__c", "relationshipName": null},
    {"childSObject": "ns__Gone__c", "field": "ns__Plan__c", "relationshipName": "Gone__r", "deprecatedAndHidden": true},
    {"childSObject": "ns__Plan__ChangeEvent", "field": "X", "relationshipName": null}
  ],
  "recordTypeInfos": [
    {"recordTypeId": "012000000000000AAA", "name": "Master", "active": true, "available": true, "master": true,
     "defaultRecordTypeMapping": false, "urls": {}},
    {"recordTypeId": "012000000000001AAA", "name": "Retired", "active": false}
  ]
}"#;

fn plan() -> ObjectSchema {
    ObjectSchema::from_describe(PLAN.as_bytes()).unwrap()
}

#[test]
fn a_describe_is_reduced_to_what_the_tools_need() {
    let plan = plan();
    assert_eq!((plan.name.as_str(), &*plan.label()), ("ns__Plan__c", "Plan \"A\""));
    assert_eq!((plan.createable, plan.updateable, plan.source), (true, false, Source::Described));
    let client = plan.field("NS__client__C").unwrap();
    assert_eq!(client.references, ["Account"]);
    assert_eq!(client.relationship.as_deref(), Some("ns__Client__r"));
    assert_eq!(client.help.as_deref(), Some("Who pays. Not who asks."));
    assert_eq!(plan.name_field().unwrap().length, Some(80));
    assert_eq!(plan.field("Id").unwrap().length, None, "only text has a length worth knowing");
}

#[test]
fn what_a_member_means_is_told_by_the_list_it_is_in() {
    // The last object of one list begins like the first of the next.
    let describe = r#"{"name":"A","recordTypeInfos":[{"name":"B","type":"int","label":"C"}],
        "childRelationships":[{"name":"B","type":"int","label":"C"}],"fields":[{"name":"B","type":"int","label":"C",
        "referenceTo":[{"value":"D"}],"picklistValues":[{"value":"D"}]},{"name":"E","type":"picklist",
        "referenceTo":[{"value":"D"}],"picklistValues":[{"value":"D"},{"value":"D","label":"F"}]}]}"#;
    let schema = ObjectSchema::from_describe(describe.as_bytes()).unwrap();
    let fields: Vec<_> = schema.fields.iter().map(|field| (&*field.name, field.field_type, field.label())).collect();
    assert_eq!(
        fields,
        [("B", FieldType::Int, "C".into()), ("E", FieldType::Picklist, "E".into())],
        "{:?}",
        schema.record_types
    );
    let values = schema.field("E").unwrap().picklist.clone().unwrap();
    let values: Vec<_> = values.iter().map(|value| (&*value.value, value.shown())).collect();
    assert_eq!(values, [("D", "D"), ("D", "F")]);
}

#[test]
fn a_new_record_needs_what_may_be_set_may_not_be_empty_and_has_no_default() {
    assert_eq!(plan().required().map(|field| field.name.as_str()).collect::<Vec<_>>(), ["Name"]);
}

#[test]
fn only_active_picklist_values_are_kept_and_labels_only_where_they_differ() {
    let plan = plan();
    let stage = plan.field("ns__Stage__c").unwrap();
    let value = |value: &str, label: Option<&str>, place| PicklistValue {
        value: value.to_owned(),
        label: label.map(str::to_owned),
        place,
        default: value == "Done",
        valid_for: (value == "Done").then(|| ValidFor::from_base64("gA==")),
    };
    let expected = [value("new", Some("Brand new"), 0), value("Done", None, 2), value("a\tb\\c\nd\r", None, 3)];
    assert_eq!(stage.picklist.as_deref(), Some(&expected[..]));
    assert_eq!((stage.restricted, stage.controller.as_deref()), (true, Some("ns__Kind__c")));
}

#[test]
fn an_empty_picklist_is_known_to_be_empty_and_no_picklist_has_none() {
    let plan = plan();
    assert_eq!(plan.field("ns__Empty__c").unwrap().picklist.as_deref(), Some(&[][..]));
    assert_eq!(plan.field("Name").unwrap().picklist, None);
}

#[test]
fn nulls_missing_keys_and_unknown_types_are_survived() {
    let plan = plan();
    assert_eq!(plan.label_plural(), plan.label());
    assert_eq!(plan.field("ns__Empty__c").unwrap().label(), "Empty");
    assert_eq!(plan.field("ns__Hue__c").unwrap().field_type, FieldType::Other);
    assert!(ObjectSchema::from_describe(br#"{"name": "X", "fields": null}"#).unwrap().fields.is_empty());
}

#[test]
fn hidden_fields_hidden_children_change_events_and_inactive_record_types_are_dropped() {
    let plan = plan();
    assert!(plan.field("ns__Old__c").is_none());
    let children: Vec<_> = plan.children.iter().map(|child| child.object.as_str()).collect();
    assert_eq!(children, ["ns__Step__c", "ns__Log__c"]);
    assert_eq!(plan.child("steps__r").unwrap().field, "ns__Plan__c");
    assert_eq!(plan.record_types.len(), 1);
    assert!(plan.record_types[0].master);
}

#[test]
fn what_is_no_describe_is_refused_with_its_place_and_without_its_text() {
    let error = ObjectSchema::from_describe(br#"{"name": "X", "fields": [{"name": "secret"#).unwrap_err();
    assert!(!error.to_string().contains("secret"), "{error}");
    let error = ObjectSchema::from_describe(br#"{"name": "X", "label": topsecret}"#).unwrap_err();
    assert_eq!(error.to_string(), "the description of an object could not be read at line 1, column 24");
    let odd = ObjectSchema::from_describe(br#"{"name": "X", "createable": "yes", "fields": 5}"#).unwrap();
    assert!(!odd.createable && odd.fields.is_empty(), "what has another type is as good as missing");
    assert!(ObjectSchema::from_describe(b"[]").is_err());
}

#[test]
fn a_schema_comes_back_from_the_cache_unchanged() {
    let plan = plan();
    assert_eq!(ObjectSchema::from_bytes(&plan.to_bytes()), Some(plan));
}

#[test]
fn a_field_of_a_kept_schema_is_found_by_its_whole_name_in_any_case() {
    let plan = plan();
    for field in plan.fields.iter() {
        // Nothing of it was read yet.
        let kept = ObjectSchema::from_bytes(&plan.to_bytes()).unwrap();
        assert!(kept.has_field(&field.name) && !kept.has_field(&field.name[..field.name.len() - 1]), "{}", field.name);
        assert_eq!(kept.field(&field.name.to_uppercase()), Some(field));
    }
    assert!(!plan.has_field(""));
}

#[test]
fn a_cut_changed_or_older_cache_entry_is_none() {
    let bytes = plan().to_bytes();
    for end in 0..bytes.len() {
        assert_eq!(ObjectSchema::from_bytes(&bytes[..end]), None, "cut at {end}");
    }
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert_eq!(ObjectSchema::from_bytes(&changed), None, "changed at {at}");
    }
    let mut older = bytes;
    let version = older.windows(7).rposition(|bytes| bytes == b"schema7").unwrap();
    older[version..version + 7].copy_from_slice(b"schema6");
    assert_eq!(ObjectSchema::from_bytes(&older), None);
}

/// Whether each of the places is among the bits, which is the same after the cache.
fn places(base64: &str, places: impl Iterator<Item = u32>) -> Vec<bool> {
    let describe = format!(
        r#"{{"name": "X", "fields": [{{"name": "B", "type": "picklist", "controllerName": "A",
            "picklistValues": [{{"value": "v", "active": true, "validFor": "{base64}"}}]}}]}}"#
    );
    let schema = ObjectSchema::from_describe(describe.as_bytes()).unwrap();
    assert_eq!(ObjectSchema::from_bytes(&schema.to_bytes()).as_ref(), Some(&schema));
    let valid_for = schema.field("B").unwrap().picklist.as_ref().unwrap()[0].valid_for.clone().unwrap();
    places.map(|place| valid_for.includes(place)).collect()
}

#[test]
fn the_controlling_values_of_a_dependent_one_are_read_from_its_bits() {
    assert_eq!(places("gA==", 0..9), [true, false, false, false, false, false, false, false, false]);
    assert_eq!(places("QAAA", 0..3), [false, true, false]);
    // The example of public forums: the 21st of 24.
    let expected: Vec<_> = (0..30).map(|place| place == 20).collect();
    assert_eq!(places("AAAI", 0..30), expected);
    // All four shapes of a byte: 0xff 0x00 0xfb 0xef.
    let expected: Vec<_> =
        [0xff_u8, 0x00, 0xfb, 0xef].iter().flat_map(|byte| (0..8).map(move |bit| byte >> (7 - bit) & 1 == 1)).collect();
    assert_eq!(places("/wD77w==", 0..32), expected);
    // None at all, and far beyond the end.
    assert_eq!(places("AAAA", 0..40), [false; 40]);
    assert_eq!(places("gA==", [60_000, u32::MAX].into_iter()), [false; 2]);
}

#[test]
fn where_nothing_controls_a_picklist_no_bits_are_kept() {
    let describe = br#"{"name": "X", "fields": [{"name": "B", "type": "picklist", "controllerName": null,
        "picklistValues": [{"value": "v", "active": true, "validFor": "gA=="}]}]}"#;
    let schema = ObjectSchema::from_describe(describe).unwrap();
    assert_eq!(schema.field("B").unwrap().picklist.as_ref().unwrap()[0].valid_for, None);
}

#[test]
fn the_digits_before_the_point_are_the_length_of_a_number() {
    let describe = br#"{"name": "X", "fields": [
        {"name": "Int", "type": "int", "digits": 8, "precision": 0, "scale": 0, "length": 0},
        {"name": "Amount", "type": "currency", "precision": 18, "scale": 2, "digits": 0},
        {"name": "Ratio", "type": "percent", "precision": 2, "scale": 2},
        {"name": "Unsaid", "type": "double", "precision": 0, "scale": 0}]}"#;
    let schema = ObjectSchema::from_describe(describe).unwrap();
    let lengths: Vec<_> = schema.fields.iter().map(|field| field.length).collect();
    assert_eq!(lengths, [Some(8), Some(16), Some(0), None]);
    let decimals: Vec<_> = schema.fields.iter().map(|field| field.decimals).collect();
    assert_eq!(decimals, [0, 2, 2, 0]);
    assert_eq!(ObjectSchema::from_bytes(&schema.to_bytes()), Some(schema));
}

#[test]
fn the_same_describe_gives_the_same_bytes() {
    assert_eq!(plan().to_bytes(), plan().to_bytes());
}

#[test]
fn the_list_of_objects_leaves_out_what_can_be_neither_read_nor_created() {
    let json = br#"{"encoding": "UTF-8", "sobjects": [
      {"name": "Account", "label": "Firma", "labelPlural": "Firmen", "keyPrefix": "001", "queryable": true,
       "createable": true, "updateable": true, "searchable": true, "custom": false, "urls": {}},
      {"name": "AccountChangeEvent", "label": "Account Change Event", "queryable": false, "createable": false},
      {"name": "Plan__c", "label": "Plan", "labelPlural": "Plans", "keyPrefix": null, "queryable": true, "custom": true},
      {"name": "Old__c", "label": "Old", "queryable": true, "deprecatedAndHidden": true}]}"#;
    let global = GlobalDescribe::from_json(json).unwrap();
    let names: Vec<_> = global.objects().map(ObjectSummary::name).collect();
    assert_eq!(names, ["Account", "Plan__c"]);
    assert_eq!(global.by_key_prefix("001").unwrap().label_plural(), "Firmen");
    assert!(global.object("plan__c").unwrap().custom());
    assert_eq!(GlobalDescribe::from_bytes(&global.to_bytes()), Some(global));
}
