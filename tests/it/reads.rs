//! What is found, read and listed: the demo org's own records, by name.

use demo_org::access::ObjectAccess;
use demo_org::{Effect, Fault};
use serde_json::{Value, json};

use crate::bench::Bench;
use crate::said::{numbers, records};

/// One column of a list's rows, or of a related list's.
fn column(list: &Value, name: &str) -> Vec<Value> {
    let at = list["columns"].as_array().unwrap().iter().position(|column| column == name);
    let at = at.unwrap_or_else(|| panic!("no column {name} in {list:#}"));
    list["rows"].as_array().unwrap().iter().map(|row| row[at].clone()).collect()
}

/// The names of a list's rows.
fn names(list: &Value) -> Vec<String> {
    column(list, "Name").into_iter().map(|name| name.as_str().unwrap_or_default().to_owned()).collect()
}

/// The names of the records that match, sorted by name; one request.
#[track_caller]
fn listed(bench: &Bench, mut arguments: Value) -> Vec<String> {
    arguments["fields"] = json!(["Name"]);
    arguments["order_by"] = json!([{ "field": "Name" }]);
    let before = bench.requests();
    let reply = bench.ok("query", records(arguments));
    assert_eq!(bench.requests(), before + 1);
    names(&reply)
}

#[track_caller]
fn accounts(filters: Value) -> Vec<String> {
    listed(&Bench::warm(&["Account"]), json!({ "object": "Account", "filters": filters }))
}

#[track_caller]
fn opportunities(filters: Value) -> Vec<String> {
    listed(&Bench::warm(&["Opportunity"]), json!({ "object": "Opportunity", "filters": filters }))
}

/// The candidates of a search, as (object, name).
fn found(reply: &Value) -> Vec<(String, String)> {
    let text = |candidate: &Value, key: &str| candidate[key].as_str().unwrap_or_default().to_owned();
    reply["candidates"].as_array().unwrap().iter().map(|one| (text(one, "object"), text(one, "name"))).collect()
}

fn pair(object: &str, name: &str) -> (String, String) {
    (object.to_owned(), name.to_owned())
}

// ---- find ----

#[test]
fn a_text_is_found_across_the_usual_objects_in_one_request() {
    let bench = Bench::new();
    let reply = bench.ok("find", json!({ "text": "globex", "limit": 25 }));
    let found = found(&reply);
    assert_eq!(found[0], pair("Account", "Globex"));
    assert!(found.contains(&pair("Opportunity", "Globex platform deal")), "{found:?}");
    assert!(found.contains(&pair("Contact", "Bob Fisher")), "by his e-mail address: {found:?}");
    assert_eq!(bench.requests(), 1);
}

#[test]
fn a_person_is_found_by_e_mail_phone_and_case_by_number() {
    for (text, object, name) in [
        ("bob.stone@acme.example", "Contact", "Bob Stone"),
        ("+1 415 555 0101", "Contact", "Bob Stone"),
        ("4155550101", "Contact", "Bob Stone"),
        ("00001001", "Case", "00001001"),
        ("reset password", "Case", "00001004"),
        ("Foxglove", "Lead", "Dana Fox"),
        ("O'Brien & Sons", "Account", "O'Brien & Sons \"Fine\" Tools"),
        ("Søren", "Account", "Søren & Müller 🚀 Rockets"),
        ("שלום", "Account", "שלום Trading"),
    ] {
        let bench = Bench::new();
        let reply = bench.ok("find", json!({ "text": text }));
        assert_eq!(found(&reply).first(), Some(&pair(object, name)), "{text}: {reply:#}");
    }
}

#[test]
fn what_tells_candidates_apart_comes_with_them() {
    let bench = Bench::new();
    let reply = bench.ok("find", json!({ "text": "Bob", "objects": ["person"] }));
    assert_eq!(found(&reply), [pair("Contact", "Bob Fisher"), pair("Contact", "Bob Stone")]);
    let facts = &reply["candidates"][1]["facts"];
    assert_eq!((&facts["Account.Name"], &facts["Title"]), (&json!("Acme"), &json!("Head of Procurement")));
}

#[test]
fn more_than_the_limit_is_cut_with_a_notice() {
    let bench = Bench::new();
    let reply = bench.ok("find", json!({ "text": "acme", "objects": ["Account"], "limit": 2 }));
    assert_eq!(found(&reply).len(), 2);
    assert_eq!(found(&reply)[0], pair("Account", "Acme"));
    let reply = bench.ok("find", json!({ "text": "acme", "limit": 3 }));
    assert_eq!(found(&reply).len(), 3);
    assert!(reply["notices"][0].as_str().unwrap().contains("more records fit"), "{reply}");
}

#[test]
fn what_the_index_has_not_reached_yet_is_found_by_queries_in_a_second_request() {
    let bench = Bench::warm(&["Account"]);
    bench.org.pause_search_index();
    bench.org.advance(std::time::Duration::from_secs(1));
    bench.created(json!({ "object": "Account", "fields": { "Name": "Zenith Rail" } }));
    bench.org.forget_requests();
    let reply = bench.ok("find", json!({ "text": "zenith" }));
    assert_eq!(found(&reply), [pair("Account", "Zenith Rail")]);
    assert_eq!(bench.requests(), 2);
}

#[test]
fn nothing_found_is_an_empty_answer_that_says_how_to_go_on() {
    let bench = Bench::new();
    let reply = bench.ok("find", json!({ "text": "the Zenith deal" }));
    assert_eq!(reply["candidates"], json!([]));
    assert!(reply["notices"][0].as_str().unwrap().starts_with("nothing fits: try fewer words"), "{reply}");
    assert_eq!(bench.requests(), 2);
}

#[test]
fn words_in_another_form_are_found_and_said_to_be() {
    let bench = Bench::new();
    let reply = bench.ok("find", json!({ "text": "exports hanging", "objects": ["Case"] }));
    assert_eq!(reply["candidates"][0]["id"], bench.id("case_old_1"), "{reply:#}");
    let said = "nothing has the words \"exports hanging\", but these have \"export hang\"";
    assert_eq!(reply["notices"], json!([said]));
    // What is found as it was said takes no request more, and what is not found in any form is not.
    let requests = bench.requests();
    let reply = bench.ok("find", json!({ "text": "export hangs", "objects": ["Case"] }));
    assert_eq!((&reply["candidates"][0]["id"], reply.get("notices")), (&json!(bench.id("case_old_1")), None));
    assert_eq!(bench.requests(), requests + 1);
    let reply = bench.ok("find", json!({ "text": "zebras floating", "objects": ["Case"] }));
    assert_eq!(reply["candidates"], json!([]));
    assert!(reply["notices"][0].as_str().unwrap().starts_with("nothing fits"), "{reply:#}");
    assert_eq!(bench.requests(), requests + 4);
}

#[test]
fn an_object_the_user_may_not_see_spoils_no_other() {
    let bench = Bench::new();
    bench.org.change_access("riley", |access| {
        access.objects.insert("Lead".to_owned(), ObjectAccess::NONE);
    });
    let reply = bench.ok("find", json!({ "text": "hooli" }));
    assert!(found(&reply).contains(&pair("Account", "Hooli")), "{reply}");
    assert!(reply["notices"][0].as_str().unwrap().starts_with("Lead could not be searched"), "{reply}");
    assert_eq!(bench.requests(), 2);
    // Asked for by name, it does not exist.
    let error = bench.err("find", json!({ "text": "hooli", "objects": ["Lead"] }));
    assert_eq!(error["kind"], "invalid_input");
    assert!(error["message"].as_str().unwrap().contains("does not exist or is not visible"), "{error}");
}

#[test]
fn other_objects_are_searched_when_named() {
    let bench = Bench::new();
    let reply = bench.ok("find", json!({ "text": "migration", "objects": ["Project__c"] }));
    assert_eq!(found(&reply), [pair("Project__c", "Acme Migration")]);
    let reply = bench.ok("find", json!({ "text": "Jane", "objects": ["User"] }));
    assert_eq!(found(&reply).len(), 3);
    let reply = bench.ok("find", json!({ "text": "trade fair", "objects": ["events"] }));
    // One of them is archived.
    assert_eq!(found(&reply), [pair("Event", "Trade fair"), pair("Event", "Trade fair")]);
}

// ---- get ----

#[test]
fn a_record_is_read_by_id_link_and_name() {
    let bench = Bench::new();
    let id = bench.id("globex");
    for arguments in [
        json!({ "record": id }),
        json!({ "record": &id[..15] }),
        json!({ "record": format!("https://demo.lightning.force.com/lightning/r/Account/{id}/view") }),
        json!({ "record": id, "object": "account" }),
        json!({ "record": "globex", "object": "company" }),
    ] {
        let reply = bench.ok("get", arguments.clone());
        assert_eq!(reply["id"], id, "{arguments}");
        assert_eq!(reply["object"], "Account");
        assert_eq!(reply["link"], format!("https://demo.my.salesforce.com/{id}"));
        assert_eq!(reply["fields"]["Name"], "Globex");
        assert_eq!(reply["fields"]["Owner.Name"], "Riley Reyes");
    }
    assert_eq!(bench.requests(), 5);
}

#[test]
fn a_record_is_read_with_the_fields_asked_for() {
    let bench = Bench::warm(&["Account"]);
    let fields = ["Employees", "account reference", "Owner.Email", "Account Owner", "Fax"];
    let reply = bench.ok("get", json!({ "object": "Account", "record": "Acme", "fields": fields }));
    assert_eq!(
        reply["fields"],
        json!({
            "NumberOfEmployees": 100, "Customer_Code__c": "ACME-001", "Owner.Email": "riley@demo.example",
            "Owner.Name": "Riley Reyes", "Fax": null,
        }),
        "what was asked for and is empty is told"
    );
    assert_eq!(bench.requests(), 1);
}

#[test]
fn a_record_read_in_full_shows_every_field_that_has_a_value() {
    let bench = Bench::warm(&["Account"]);
    let concise = bench.ok("get", json!({ "object": "Account", "record": "Acme" }));
    let reply = bench.ok("get", json!({ "object": "Account", "record": "Acme", "full": true }));
    let fields = reply["fields"].as_object().unwrap();
    assert_eq!(fields["Health_Score__c"], 82);
    assert_eq!(fields["Tier__c"], "Gold");
    assert!(fields.len() > concise["fields"].as_object().unwrap().len());
    assert!(fields.values().all(|value| !value.is_null()));
    assert_eq!(bench.requests(), 2);
    // What is asked for besides, such as a parent's field, comes too.
    let arguments = json!({ "record": bench.id("acme"), "full": true, "fields": ["Owner.Email"] });
    let reply = bench.ok("get", arguments);
    assert_eq!(reply["fields"]["Owner.Email"], "riley@demo.example");
    assert_eq!(reply["fields"]["Tier__c"], "Gold");
}

#[test]
fn several_records_of_a_name_are_candidates() {
    let bench = Bench::new();
    let error = bench.err("get", json!({ "object": "Contact", "record": "Bob" }));
    assert_eq!(error["kind"], "ambiguous");
    let names: Vec<_> = error["candidates"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["Bob Fisher", "Bob Stone", "Robert Klein"]);
    assert_eq!(error["candidates"][0]["facts"]["Account.Name"], "Globex");
    assert_eq!(bench.requests(), 1);
}

#[test]
fn a_record_that_is_not_there_or_not_to_be_seen_is_not_found() {
    let bench = Bench::new();
    for key in ["gone", "nightfall"] {
        let error = bench.err("get", json!({ "record": bench.id(key) }));
        assert_eq!(error["kind"], "not_found", "{key}");
        assert!(error["message"].as_str().unwrap().contains("or the user may not see it"), "{error}");
    }
    let error = bench.err("get", json!({ "object": "Opportunity", "record": "Project Nightfall" }));
    assert_eq!(error["kind"], "not_found");
}

#[test]
fn the_contacts_of_a_deal_are_its_contact_roles() {
    let bench = Bench::new();
    let arguments = json!({ "record": bench.id("acme_renewal"), "related": ["contacts"] });
    let roles = bench.ok("get", arguments)["related"][0].clone();
    assert!(roles["columns"].to_string().contains("Role"), "{roles:#}");
}

#[test]
fn related_lists_of_standard_and_custom_objects_come_in_the_same_request() {
    let bench = Bench::warm(&["Account", "Project__c"]);
    let related = ["Contacts", "opportunity", "cases", "Projects__r"];
    let reply = bench.ok("get", json!({ "record": bench.id("acme"), "related": related }));
    let lists = reply["related"].as_array().unwrap();
    assert_eq!(lists.iter().map(|list| list["name"].clone()).collect::<Vec<_>>(), related);
    assert_eq!(names(&lists[0]).len(), 2);
    assert_eq!(names(&lists[1]), ["Acme renewal", "Acme data centre"]);
    assert_eq!(lists[2]["rows"].as_array().unwrap().len(), 3);
    let mut projects = names(&lists[3]);
    projects.sort();
    assert_eq!(projects, ["Acme Migration", "Acme Training"]);
    assert!(lists.iter().all(|list| list["complete"] == true));
    assert_eq!(bench.requests(), 1);
}

#[test]
fn only_open_ones_are_listed_when_asked_so() {
    let bench = Bench::new();
    let related = ["open_opportunities", "open_cases"];
    let reply = bench.ok("get", json!({ "record": bench.id("acme"), "related": related }));
    assert_eq!(names(&reply["related"][0]), ["Acme renewal"]);
    assert_eq!(column(&reply["related"][1], "Subject").len(), 2);
    assert_eq!(bench.requests(), 1);
}

#[test]
fn activities_come_with_a_name_too_in_one_request_more() {
    let bench = Bench::new();
    let reply = bench.ok("get", json!({ "object": "Account", "record": "Acme", "related": ["activities"] }));
    let history = &reply["related"][1];
    assert_eq!(history["name"], "ActivityHistories");
    assert_eq!(column(history, "Subject")[0], "Call", "the latest first");
    assert_eq!(bench.requests(), 2);
}

#[test]
fn an_object_without_children_of_a_kind_has_an_empty_list() {
    let bench = Bench::new();
    let reply = bench.ok("get", json!({ "record": bench.id("quill"), "related": ["contacts"] }));
    assert_eq!(reply["related"][0]["rows"], json!([]));
    assert_eq!(reply["related"][0]["complete"], true);
}

#[test]
fn a_custom_object_is_read_by_its_label() {
    let bench = Bench::new();
    let reply = bench.ok("get", json!({ "object": "project", "record": "migration", "fields": ["Customer.Name"] }));
    assert_eq!(reply["object"], "Project__c");
    assert_eq!(reply["fields"], json!({ "Account__r.Name": "Acme" }));
    // The list of objects, the description, the query.
    assert_eq!(bench.requests(), 3);
}

// ---- list: operators ----

#[test]
fn every_operator_finds_what_it_says() {
    let german = ["ACME Labs GmbH", "Bavaria Antriebe GmbH", "Hanse Logistik GmbH", "Nordlicht Fertigung GmbH"];
    let germany = |filter: Value| accounts(json!([{ "field": "BillingCountry", "value": "Germany" }, filter]));
    assert_eq!(
        accounts(json!([{ "field": "Industry", "op": "eq", "value": "energy" }])),
        ["Globex"],
        "texts compare in any case"
    );
    assert_eq!(germany(json!({ "field": "Industry", "op": "ne", "value": "Manufacturing" })), ["Hanse Logistik GmbH"]);
    assert_eq!(germany(json!({ "field": "Employees", "op": "lt", "value": 250 })), ["Nordlicht Fertigung GmbH"]);
    assert_eq!(
        germany(json!({ "field": "Employees", "op": "lte", "value": "250" })),
        ["ACME Labs GmbH", "Nordlicht Fertigung GmbH"]
    );
    assert_eq!(germany(json!({ "field": "Employees", "op": "gt", "value": 780 })), ["Bavaria Antriebe GmbH"]);
    assert_eq!(
        germany(json!({ "field": "Employees", "op": "gte", "value": 780 })),
        ["Bavaria Antriebe GmbH", "Rheinwerk Maschinenbau AG"]
    );
    assert_eq!(
        accounts(json!([{ "field": "BillingCity", "op": "in", "value": ["Kiel", "Graz"] }])),
        ["Alpen Mechanik GmbH", "Nordlicht Fertigung GmbH"]
    );
    assert_eq!(
        accounts(json!([{ "field": "BillingCity", "value": ["Kiel"] }])),
        ["Nordlicht Fertigung GmbH"],
        "an array is in"
    );
    assert_eq!(
        germany(json!({ "field": "BillingCity", "op": "not_in", "value": ["Köln", "Hamburg", "München"] })),
        ["ACME Labs GmbH", "Nordlicht Fertigung GmbH"]
    );
    assert_eq!(germany(json!({ "field": "Name", "op": "ends_with", "value": "gmbh" })), german);
    assert_eq!(
        germany(json!({ "field": "Name", "op": "starts_with", "value": "Rhein" })),
        ["Rheinwerk Maschinenbau AG"]
    );
    assert_eq!(germany(json!({ "field": "Name", "op": "contains", "value": "antrieb" })), ["Bavaria Antriebe GmbH"]);
    assert_eq!(
        germany(json!({ "field": "Name", "op": "not_contains", "value": "GmbH" })),
        ["Rheinwerk Maschinenbau AG"]
    );
    assert_eq!(germany(json!({ "field": "Name", "op": "like", "value": "_c%GmbH" })), ["ACME Labs GmbH"]);
    assert_eq!(germany(json!({ "field": "Name", "op": "not_like", "value": "%GmbH" })), ["Rheinwerk Maschinenbau AG"]);
    assert_eq!(
        germany(json!({ "field": "Customer Code", "op": "empty" })).len()
            + germany(json!({ "field": "Account Reference", "op": "not_empty" })).len(),
        5
    );
}

#[test]
fn a_wildcard_in_a_text_is_a_character() {
    for (op, value) in [
        ("contains", "100% Organic_"),
        ("starts_with", "100%"),
        ("ends_with", "Organic_Foods"),
        ("like", "100\\% Organic\\_Foods"),
    ] {
        assert_eq!(
            accounts(json!([{ "field": "Name", "op": op, "value": value }])),
            ["100% Organic_Foods"],
            "{op} {value}"
        );
    }
    let both = accounts(json!([{ "field": "Name", "op": "like", "value": "100%Organic_Foods" }]));
    assert_eq!(both, ["100% Organic_Foods", "1000 OrganicXFoods"]);
}

#[test]
fn texts_that_break_careless_quoting_are_compared_as_they_are() {
    for name in [
        "O'Brien & Sons \"Fine\" Tools",
        "Back\\slash Systems\\",
        "100% Organic_Foods",
        "Søren & Müller 🚀 Rockets",
        "שלום Trading",
        "<b>Bold</b> & {Braces} [Brackets]",
    ] {
        for op in ["eq", "contains", "in"] {
            assert_eq!(accounts(json!([{ "field": "Name", "op": op, "value": name }])), [name], "{op}");
        }
    }
    let injection = "x' OR Name != '";
    assert_eq!(accounts(json!([{ "field": "Name", "value": injection }])), [""; 0]);
}

#[test]
fn no_value_is_asked_for_in_four_ways() {
    let all = |filter: Value| opportunities(json!([filter]));
    for filter in [
        json!({ "field": "Amount", "op": "empty" }),
        json!({ "field": "Amount", "op": "eq", "value": null }),
        json!({ "field": "Amount", "op": "eq" }),
        json!({ "field": "Amount", "value": null }),
    ] {
        assert_eq!(all(filter.clone()), ["Drones fleet"], "{filter}");
    }
    for filter in
        [json!({ "field": "Amount", "op": "not_empty" }), json!({ "field": "Amount", "op": "ne", "value": null })]
    {
        assert_eq!(all(filter).len(), 14);
    }
}

#[test]
fn several_picklist_values_are_included_or_excluded() {
    let bench = Bench::warm(&["Project__c"]);
    let projects = |op: &str, value: Value| {
        let filter = json!({ "field": "Topics", "op": op, "value": value });
        listed(&bench, json!({ "object": "Project", "filters": [filter] }))
    };
    bench.ok("describe", json!({}));
    assert_eq!(projects("includes", json!(["Security", "Integration"])), ["Acme Migration", "Globex Rollout"]);
    assert_eq!(projects("includes", json!("Migration;Security")), ["Acme Migration"]);
    assert_eq!(projects("includes", json!(["Migration;Training"])), [""; 0]);
    assert_eq!(projects("excludes", json!(["Training"])), ["Acme Migration", "Globex Rollout"]);
}

#[test]
fn a_picklist_value_is_compared_by_its_label_too() {
    let emea = ["ACME Labs GmbH", "Acme Holdings"];
    for value in ["EMEA", "Europe, Middle East and Africa"] {
        let filters = json!([
            { "field": "Sales Territory", "value": value },
            { "field": "Name", "op": "starts_with", "value": "Acme" },
        ]);
        let mut names = accounts(filters);
        names.sort();
        assert_eq!(names, emea);
    }
}

#[test]
fn groups_of_conditions_need_one_of_each() {
    let bench = Bench::warm(&["Account"]);
    let arguments = json!({
        "object": "Account",
        "filters": [{ "field": "Billing Country", "value": "Germany" }],
        "any_of": [
            [{ "field": "BillingCity", "value": "Kiel" }, { "field": "BillingCity", "value": "Hamburg" },
             { "field": "BillingCity", "value": "Berlin" }],
            [{ "field": "Employees", "op": "gt", "value": 400 }, { "field": "Industry", "value": "Manufacturing" }],
        ],
    });
    assert_eq!(listed(&bench, arguments), ["ACME Labs GmbH", "Hanse Logistik GmbH", "Nordlicht Fertigung GmbH"]);
}

#[test]
fn fields_of_parents_are_filtered_and_shown() {
    let bench = Bench::warm(&["Contact"]);
    let reply = bench.ok(
        "query",
        records(json!({
            "object": "Contact",
            "fields": ["Name", "Account.Billing City", "Account.Owner.Name"],
            "filters": [{ "field": "Account Name", "op": "starts_with", "value": "Acme" }],
            "order_by": [{ "field": "Account.Name" }, { "field": "Name", "descending": true }],
        })),
    );
    assert_eq!(reply["columns"], json!(["Id", "Name", "Account.BillingCity", "Account.Owner.Name"]));
    assert_eq!(names(&reply), ["Robert Klein", "Bob Stone"]);
    assert_eq!(reply["rows"][0][3], "Riley Reyes");
    assert_eq!(bench.requests(), 1);
    let tasks = bench.ok(
        "query",
        records(json!({ "object": "Task", "filters": [{ "field": "Who.Name", "value": "Nina Volkov" }] })),
    );
    assert_eq!(column(&tasks, "Who.Name"), ["Nina Volkov"]);
}

// ---- list: dates ----

#[test]
fn dates_are_compared_as_days_and_by_literals() {
    let closing = |op: &str, value: &str| opportunities(json!([{ "field": "Close Date", "op": op, "value": value }]));
    assert_eq!(closing("eq", "2026-05-22"), ["Acme renewal"]);
    assert_eq!(closing("gt", "2026-08-15"), ["Drones fleet"]);
    assert_eq!(closing("eq", "THIS_MONTH").len(), 5);
    assert_eq!(closing("eq", "this_month").len(), 5);
    assert_eq!(closing("eq", "NEXT_N_DAYS:10"), ["Acme renewal", "Hooli expansion"]);
    assert_eq!(closing("eq", "LAST_FISCAL_QUARTER").len(), 5);
    assert_eq!(closing("lt", "LAST_N_QUARTERS:1"), ["Hooli archive"]);
}

#[test]
fn a_moment_is_compared_with_a_moment_or_with_the_users_day() {
    // Lee Park came on the 10th at 18:00 UTC, Nina Volkov on the 11th at 9:00 UTC, at 2:00 in San Francisco.
    let leads = |user: &str, filter: Value| {
        listed(&Bench::of(user).after_describing(&["Lead"]), json!({ "object": "Lead", "filters": [filter] }))
    };
    let day = |day: &str| json!({ "field": "Created Date", "value": day });
    assert_eq!(leads("riley", day("2026-05-10")), ["Lee Park"]);
    assert_eq!(
        leads("riley", json!({ "field": "CreatedDate", "op": "gt", "value": "2026-05-10" })),
        ["Dana Fox", "Nina Volkov"]
    );
    assert_eq!(
        leads("riley", json!({ "field": "CreatedDate", "op": "gte", "value": "2026-05-11T11:00:00+02:00" })),
        ["Dana Fox", "Nina Volkov"]
    );
    assert_eq!(
        leads("riley", json!({ "field": "CreatedDate", "op": "in", "value": ["2026-05-10", "TODAY", "YESTERDAY"] })),
        ["Dana Fox", "Lee Park", "Nina Volkov"]
    );
    // Kept by the org's own calendar: the week of en_US begins on Sunday, that of de_DE on Monday.
    assert_eq!(leads("riley", day("THIS_WEEK")), ["Dana Fox", "Lee Park", "Nina Volkov"]);
    assert_eq!(leads("jonas", day("THIS_WEEK")), ["Dana Fox", "Nina Volkov"]);
}

// ---- list: children ----

#[test]
fn records_with_and_without_matching_children_are_told_apart() {
    let bench = Bench::warm(&["Account"]);
    let with = |child: Value| {
        let filters = json!([{ "field": "Name", "op": "contains", "value": "acme" }]);
        listed(&bench, json!({ "object": "Account", "filters": filters, "children": child }))
    };
    assert_eq!(with(json!([{ "object": "Contact" }])), ["Acme"]);
    assert_eq!(with(json!([{ "object": "contacts", "exists": false }])).len(), 3);
    let won = json!([{ "field": "Stage", "value": "Closed Won" }]);
    assert_eq!(with(json!([{ "object": "Opportunity", "filters": won }])), ["Acme"]);
    let both = json!([
        { "object": "Opportunity", "filters": won },
        { "object": "Case", "exists": false, "filters": [{ "field": "Priority", "value": "Low" }] },
    ]);
    assert_eq!(with(both), ["Acme"]);
}

#[test]
fn children_are_joined_by_the_lookup_that_is_named() {
    let bench = Bench::warm(&["User", "Account", "Contact"]);
    let users = |via: &str| {
        let child =
            json!({ "object": "Account", "via": via, "filters": [{ "field": "Name", "value": "Lumen Analytics" }] });
        listed(&bench, json!({ "object": "User", "children": [child] }))
    };
    assert_eq!(users("Owner"), ["Riley Reyes"]);
    assert_eq!(users("CreatedById"), ["Riley Reyes"]);
    let managers = json!({ "object": "Contact", "children": [{ "object": "Contact", "via": "Reports To" }] });
    assert_eq!(listed(&bench, managers), ["Bob Stone"]);
}

// ---- list: order, pages, counts ----

#[test]
fn records_without_a_value_come_last_unless_they_are_wanted_first() {
    let bench = Bench::warm(&["Opportunity"]);
    let amounts = |key: Value| {
        let filters = json!([{ "field": "Close Date", "op": "gt", "value": "2026-06-15" }]);
        let arguments = json!({
            "object": "Opportunity", "fields": ["Amount"], "filters": filters, "order_by": [key],
        });
        column(&bench.ok("query", records(arguments)), "Amount")
    };
    assert_eq!(amounts(json!({ "field": "Amount" })), json!([10000, 50000, 90000, null]).as_array().unwrap()[..]);
    assert_eq!(
        amounts(json!({ "field": "Amount", "descending": true })),
        json!([90000, 50000, 10000, null]).as_array().unwrap()[..]
    );
    assert_eq!(
        amounts(json!({ "field": "Amount", "nulls_last": false })),
        json!([null, 10000, 50000, 90000]).as_array().unwrap()[..]
    );
}

#[test]
fn a_cursor_leads_through_every_row_once() {
    let bench = Bench::warm(&["Account"]);
    // Many rows tie in what they are sorted by.
    let mut arguments =
        json!({ "object": "Account", "fields": ["Name"], "limit": 4, "order_by": [{ "field": "Industry" }] });
    let mut all = Vec::new();
    loop {
        let reply = bench.ok("query", records(arguments.clone()));
        all.extend(column(&reply, "Id").into_iter().map(|id| id.as_str().unwrap().to_owned()));
        assert_eq!(reply["complete"].as_bool().unwrap(), reply.get("cursor").is_none());
        match reply.get("cursor") {
            None => {
                assert_eq!(reply["total"], all.len());
                break;
            }
            Some(cursor) => {
                assert_eq!(reply.get("total"), None, "not known before the end");
                arguments["cursor"] = cursor.clone();
            }
        }
    }
    assert_eq!(all.len(), bench.org.rows("Account").len());
    assert_eq!(bench.requests(), all.len().div_ceil(4));
    all.sort();
    all.dedup();
    assert_eq!(all.len(), bench.org.rows("Account").len());
}

#[test]
fn a_page_that_ends_where_the_rows_end_is_complete() {
    let bench = Bench::warm(&["Account"]);
    let filters = json!([{ "field": "BillingCountry", "value": "Germany" }]);
    let reply = bench.ok("query", records(json!({ "object": "Account", "filters": filters, "limit": 5 })));
    assert_eq!((&reply["complete"], &reply["total"]), (&json!(true), &json!(5)));
    assert_eq!(reply.get("cursor"), None);
}

#[test]
fn all_matching_records_are_counted_in_the_same_request() {
    let bench = Bench::warm(&["Opportunity"]);
    let arguments = json!({
        "object": "Opportunity", "fields": ["Name"], "limit": 2, "count": true,
        "filters": [{ "field": "StageName", "value": "Closed Won" }], "order_by": [{ "field": "Amount" }],
    });
    let reply = bench.ok("query", records(arguments));
    assert_eq!((&reply["total"], &reply["complete"]), (&json!(5), &json!(false)));
    assert_eq!(names(&reply), ["Initech licences", "Hooli archive"]);
    assert_eq!(bench.requests(), 1);
}

#[test]
fn ones_own_records_are_listed_when_asked_so() {
    let mine = listed(
        &Bench::of("jonas").after_describing(&["Opportunity"]),
        json!({ "object": "Opportunity", "mine": true }),
    );
    assert_eq!(mine, ["Hanse tracking", "Rheinwerk line 4"]);
}

#[test]
fn two_thousand_rows_come_together_from_small_pages() {
    let bench = Bench::warm(&["Meter_Reading__c"]);
    bench.org.limit_pages(300);
    let reply =
        bench.ok("query", records(json!({ "object": "Meter_Reading__c", "fields": ["Reading"], "limit": 2000 })));
    let mut ids = column(&reply, "Id");
    assert_eq!(ids.len(), 2000);
    ids.sort_by_key(ToString::to_string);
    ids.dedup();
    assert_eq!(ids.len(), 2000);
    assert_eq!(reply["complete"], false);
    // 2,001 rows were asked for, and the last page is not needed.
    assert_eq!(bench.requests(), 7);
    // 600 more are there, and the cursor reaches them.
    let cursor = &reply["cursor"];
    let arguments = json!({ "object": "Meter_Reading__c", "fields": ["Reading"], "limit": 2000, "cursor": cursor });
    let rest = bench.ok("query", records(arguments));
    assert_eq!((rest["rows"].as_array().unwrap().len(), &rest["complete"]), (600, &json!(true)));
    assert_eq!(rest["total"], 2600);
}

#[test]
fn rows_beyond_what_salesforce_pages_through_are_said_to_be_there() {
    let bench = Bench::warm(&["Meter_Reading__c"]);
    let arguments = json!({ "object": "Meter_Reading__c", "fields": ["Reading"], "limit": 1500 });
    let mut next = arguments.clone();
    next["cursor"] = bench.ok("query", records(arguments))["cursor"].clone();
    next["limit"] = json!(800);
    let reply = bench.ok("query", records(next));
    assert_eq!((reply["rows"].as_array().unwrap().len(), &reply["complete"]), (800, &json!(false)));
    assert_eq!(reply.get("cursor"), None);
    assert!(reply["notices"][0].as_str().unwrap().contains("narrow the conditions"), "{reply}");
}

#[test]
fn rows_too_large_for_one_reply_come_in_several() {
    let bench = Bench::warm(&["Meter_Reading__c"]);
    let fields = ["Name", "Taken At", "Account__r.Name", "Owner.Name", "CreatedDate", "LastModifiedDate"];
    let mut arguments = json!({ "object": "Meter_Reading__c", "fields": fields, "limit": 1200 });
    let first = bench.ok("query", records(arguments.clone()));
    let shown = first["rows"].as_array().unwrap().len();
    assert!(shown < 1200 && first.to_string().len() < 110_000, "{shown} rows, {} bytes", first.to_string().len());
    assert!(first["notices"][0].as_str().unwrap().contains("fit in one reply"), "{}", first["notices"]);
    // The next page begins where this one ends.
    arguments["cursor"] = first["cursor"].clone();
    arguments["limit"] = json!(1);
    let mut both = column(&first, "Id");
    both.extend(column(&bench.ok("query", records(arguments)), "Id"));
    let mut rows: Vec<_> = bench.org.rows("Meter_Reading__c").iter().map(|row| json!(row.id.to_string())).collect();
    rows.sort_by_key(ToString::to_string);
    assert_eq!(both, rows[..=shown]);
}

#[test]
fn a_next_page_elsewhere_is_not_followed() {
    for url in [
        "https://evil.example/services/data/v65.0/query/01g-2000",
        "//evil.example/services/data/v65.0/query/01g-2000",
        "/services/data/v65.0/query/../sobjects/Account/describe",
        "/services/data/v65.0/query/01g-2000?x=y",
        "/services/apexrest/steal",
    ] {
        let bench = Bench::warm(&["Account"]);
        let body = json!({ "totalSize": 26, "done": false, "nextRecordsUrl": url, "records": [] }).to_string();
        let answer = Effect::Answer { status: 200, content_type: "application/json", body };
        bench.org.fault(Fault::new(answer));
        let error = bench.err("query", records(json!({ "object": "Account" })));
        assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some("unexpected_reply"), Some("no")));
        assert!(!error.to_string().contains("evil"), "{error}");
        assert_eq!(bench.requests(), 1, "{url}");
    }
}

#[test]
fn a_condition_too_long_for_a_request_line_travels_in_a_body() {
    let bench = Bench::warm(&["Account"]);
    let mut ids: Vec<_> = bench.org.rows("Account").iter().map(|row| row.id.to_string()).collect();
    ids.truncate(3);
    ids.extend((0..600).map(|number| format!("001zz{number:010}")));
    let filters = json!([{ "field": "Id", "op": "in", "value": ids }]);
    let reply = bench.ok("query", records(json!({ "object": "Account", "filters": filters })));
    assert_eq!(reply["rows"].as_array().unwrap().len(), 3);
    assert_eq!(bench.requests(), 1);
    assert!(bench.org.requests()[0].path.ends_with("/composite"));
    assert!(bench.sent.borrow().iter().all(|request| request.uri().path_and_query().unwrap().as_str().len() < 8_000));
}

#[test]
fn a_condition_too_long_to_be_sent_at_all_is_refused() {
    let bench = Bench::warm(&["Account"]);
    let names: Vec<_> = (0..40).map(|number| format!("{number}{}", "x".repeat(3000))).collect();
    let soql = "SELECT Id FROM Account WHERE Name IN :names";
    let error = bench.refused("query", json!({ "soql": soql, "params": { "names": names } }));
    assert!(error["message"].as_str().unwrap().contains("shorter values"), "{error}");
}

#[test]
fn a_read_that_fails_says_why() {
    for (fault, kind) in [
        (Fault::html_503(), "unavailable"),
        (Fault::server_unavailable(), "unavailable"),
        (Fault::daily_limit(), "limit_reached"),
        (Fault::concurrency_limit(), "limit_reached"),
        (Fault::not_for_rest(), "forbidden"),
        (Fault::new(Effect::Truncate), "unexpected_reply"),
        (Fault::new(Effect::WrongContent), "unavailable"),
        (Fault::new(Effect::DropAfter), "unavailable"),
        (Fault::new(Effect::CutBody), "unavailable"),
        (Fault::new(Effect::Delay(std::time::Duration::from_secs(99))), "timeout"),
        (Fault::new(Effect::Redirect("https://evil.example/".to_owned())), "unexpected_reply"),
    ] {
        let bench = Bench::warm(&["Account"]);
        bench.org.fault(fault.clone());
        let error = bench.err("query", records(json!({ "object": "Account" })));
        assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some(kind), Some("no")), "{fault:?}");
        assert_eq!(bench.requests(), 1, "nothing is sent twice: {fault:?}");
        assert!(!error["message"].as_str().unwrap().contains("evil"));
    }
    let bench = Bench::new();
    bench.org.expire(&bench.org.token("riley"));
    assert_eq!(bench.err("find", json!({ "text": "acme" }))["kind"], "sign_in");
}

// ---- describe ----

#[test]
fn the_fields_that_matter_come_first_and_the_rest_is_counted() {
    let bench = Bench::new();
    let reply = bench.ok("describe", json!({ "object": "Opportunity", "limit": 6 }));
    assert_eq!(
        reply["object"],
        json!({ "name": "Opportunity", "label": "Opportunity", "creatable": true, "editable": true })
    );
    assert_eq!(reply["fields"].as_array().unwrap().len(), 6);
    assert_eq!(reply["fields"][0]["name"], "Name");
    let required: Vec<_> =
        reply["fields"].as_array().unwrap().iter().filter(|field| field["required"] == true).collect();
    assert_eq!(required.len(), 3, "{reply:#}");
    assert!(reply["notices"][0].as_str().unwrap().contains("more fields"), "{reply}");
    assert_eq!(bench.requests(), 1);
}

#[test]
fn a_field_is_found_by_a_concept() {
    let bench = Bench::warm(&["Account"]);
    let reply = bench.ok("describe", json!({ "object": "Account", "search": "employees" }));
    assert_eq!(
        reply["fields"][0],
        json!({ "name": "NumberOfEmployees", "label": "Employees", "data_type": "int", "writable": "yes" })
    );
    let reply = bench.ok("describe", json!({ "object": "Account", "search": "territory" }));
    assert_eq!(reply["fields"][0]["values"], json!(["AMER", "EMEA", "APAC"]));
    let reply = bench.ok("describe", json!({ "object": "Account", "search": "owner" }));
    assert_eq!(reply["fields"][0]["references"], json!(["User"]));
    let reply = bench.ok("describe", json!({ "object": "Account", "search": "shoe size" }));
    assert_eq!(reply["notices"], json!(["no field of Account fits; without search all are listed"]));
    assert_eq!(bench.requests(), 0);
}

#[test]
fn what_the_user_may_do_with_a_field_is_said() {
    let bench = Bench::new();
    let field = |object: &str, name: &str| {
        let reply = bench.ok("describe", json!({ "object": object, "search": name, "limit": 500 }));
        let field = reply["fields"].as_array().unwrap().iter().find(|field| field["name"] == name).cloned();
        field.unwrap_or_else(|| panic!("{name} is not there: {reply:#}"))
    };
    assert_eq!(field("Account", "CreatedDate")["writable"], "no");
    assert_eq!(field("Account", "Health_Score__c")["writable"], "no");
    assert_eq!(field("Task", "TaskSubtype")["writable"], "on_create");
    assert_eq!(field("Lead", "EmailBouncedReason")["writable"], "on_update");
    assert_eq!(field("Account", "Site")["length"], 80);
}

#[test]
fn a_field_hidden_from_the_user_is_not_there() {
    let bench = Bench::new();
    let reply = bench.ok("describe", json!({ "object": "Contact", "search": "salary grade" }));
    assert_eq!(reply.get("fields"), None);
    let admin = Bench::of("admin");
    let reply = admin.ok("describe", json!({ "object": "Contact", "search": "salary grade" }));
    assert_eq!(reply["fields"][0]["name"], "Salary_Grade__c");
}

#[test]
fn the_objects_the_user_may_see_are_listed_and_searched() {
    let bench = Bench::new();
    let reply = bench.ok("describe", json!({ "limit": 500 }));
    let objects: Vec<_> = reply["objects"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert!(objects.contains(&json!("Account")) && objects.contains(&json!("Project__c")));
    assert!(!objects.contains(&json!("Contract")), "hidden from Riley");
    let reply = bench.ok("describe", json!({ "search": "project" }));
    assert_eq!(
        reply["objects"][0],
        json!({ "name": "Project__c", "label": "Project", "creatable": true, "editable": true })
    );
    let reply = Bench::of("vera").ok("describe", json!({ "search": "account" }));
    assert_eq!((&reply["objects"][0]["creatable"], &reply["objects"][0]["editable"]), (&json!(false), &json!(false)));
    assert_eq!(bench.requests(), 1);
}

#[test]
fn a_custom_object_is_described_by_its_label() {
    let bench = Bench::new();
    let reply = bench.ok("describe", json!({ "object": "Projects", "limit": 500 }));
    assert_eq!(reply["object"]["name"], "Project__c");
    let fields = reply["fields"].as_array().unwrap();
    let customer = fields.iter().find(|field| field["name"] == "Account__c").unwrap();
    assert_eq!((&customer["label"], &customer["required"]), (&json!("Customer"), &json!(true)));
    assert_eq!(bench.requests(), 2);
}

#[test]
fn a_list_that_is_empty_for_a_value_no_picklist_has_says_so() {
    let bench = Bench::new();
    let filters = json!([{ "field": "Industry", "value": "Manufactoring" }]);
    let reply = bench.ok("query", records(json!({ "object": "Account", "filters": filters })));
    assert_eq!(reply["rows"], json!([]));
    let notice = reply["notices"][0].as_str().unwrap();
    assert!(notice.contains(r#"Industry: "Manufactoring" is none of its values"#), "{notice}");
    assert_eq!(reply["details"]["Industry"][0], "Manufacturing", "{reply}");
    assert_eq!(bench.requests(), 2, "the picklist had to be looked up");

    let filters = json!([{ "field": "Industry", "value": "Manufacturing" }, { "field": "Name", "value": "Nobody" }]);
    let reply = bench.ok("query", records(json!({ "object": "Account", "filters": filters })));
    assert_eq!((&reply["rows"], &reply["notices"]), (&json!([]), &serde_json::Value::Null));
    assert_eq!(bench.requests(), 3, "the picklist is known now");
}

#[test]
fn a_lookup_named_as_people_do_is_read_by_name_and_its_id_by_id() {
    let bench = Bench::new();
    let columns = |object: &str, fields: &[&str]| {
        bench.ok("query", records(json!({ "object": object, "fields": fields, "limit": 1 })))["columns"].clone()
    };
    assert_eq!(columns("Contact", &["Owner", "Account"]), json!(["Id", "Owner.Name", "Account.Name"]));
    assert_eq!(columns("Contact", &["OwnerId", "Account ID"]), json!(["Id", "OwnerId", "AccountId"]));
    assert_eq!(columns("Contact", &["Account.Owner"]), json!(["Id", "Account.Owner.Name"]));
    assert_eq!(columns("Task", &["Who", "What"]), json!(["Id", "Who.Name", "What.Name"]));
}

// ---- filters by who and what a record points to ----

/// The names of the records of a list.
fn named(bench: &Bench, object: &str, filters: Value) -> Vec<String> {
    let reply =
        bench.ok("query", records(json!({ "object": object, "fields": ["Name"], "filters": filters, "limit": 2000 })));
    names(&reply)
}

#[test]
fn a_lookup_is_compared_with_the_name_of_what_it_points_to() {
    let bench = Bench::new();
    let by_name = named(&bench, "Opportunity", json!([{ "field": "Account.Name", "value": "Acme" }]));
    assert!(!by_name.is_empty());
    for field in ["Account", "AccountId", "Account ID"] {
        assert_eq!(named(&bench, "Opportunity", json!([{ "field": field, "value": "acme" }])), by_name, "{field}");
    }
    let either = named(&bench, "Opportunity", json!([{ "field": "Account", "value": ["Acme", bench.id("globex")] }]));
    let globex = named(&bench, "Opportunity", json!([{ "field": "AccountId", "value": bench.id("globex") }]));
    assert_eq!(either.len(), by_name.len() + globex.len());
    let all = named(&bench, "Opportunity", json!([{ "field": "AccountId", "op": "not_empty" }]));
    let neither = json!([{ "field": "Account", "op": "not_in", "value": ["Acme", bench.id("globex")] },
                         { "field": "AccountId", "op": "not_empty" }]);
    assert_eq!(named(&bench, "Opportunity", neither).len(), all.len() - either.len());
    let part = json!([{ "field": "Account", "op": "starts_with", "value": "acm" }]);
    assert_eq!(
        named(&bench, "Opportunity", part),
        named(&bench, "Opportunity", json!([{ "field": "Account.Name", "op": "like", "value": "acm%" }]))
    );
    // A polymorphic one, and one whose record has a number for its name.
    assert!(
        !column(
            &bench.ok(
                "query",
                records(json!({ "object": "Case", "fields": ["Subject"],
        "filters": [{ "field": "Case Owner", "value": "Riley Reyes" }] }))
            ),
            "Subject"
        )
        .is_empty()
    );
    bench.ok("query", records(json!({ "object": "Case", "filters": [{ "field": "ParentId", "value": "00001001" }] })));
}

#[test]
fn a_part_of_a_name_matches_no_lookup_and_that_is_said() {
    let bench = Bench::new();
    let part = json!([{ "field": "Account", "value": "Acm" }]);
    let said = "AccountId: \"Acm\" was compared with whole names; LIKE '%…%' finds a part of one";
    let reply = bench.ok("query", records(json!({ "object": "Opportunity", "filters": part })));
    assert_eq!((&reply["rows"], &reply["notices"]), (&json!([]), &json!([said])));
    for measures in [json!([]), json!([{ "function": "sum", "field": "Amount" }])] {
        let arguments = json!({ "object": "Opportunity", "filters": part, "measures": measures });
        let reply = bench.ok("query", numbers(arguments));
        assert!(reply["notices"].as_array().unwrap().contains(&json!(said)), "{reply}");
    }
}

#[test]
fn me_in_a_filter_is_the_user_without_a_request_once_known() {
    let bench = Bench::new();
    let riley = bench.id("riley");
    let mine = named(&bench, "Account", json!([{ "field": "OwnerId", "value": riley }]));
    assert_eq!(bench.requests(), 1);
    for (number, field) in ["OwnerId", "Owner", "Owner.Name"].into_iter().enumerate() {
        assert_eq!(named(&bench, "Account", json!([{ "field": field, "value": "me" }])), mine, "{field}");
        assert_eq!(bench.requests(), 3 + number);
    }
    let all = named(&bench, "Account", json!([]));
    let others = named(&bench, "Account", json!([{ "field": "Owner", "op": "ne", "value": "ME" }]));
    assert_eq!(others.len() + mine.len(), all.len());
    let two = json!([{ "field": "Owner.Name", "op": "in", "value": ["me", "Sam Lee"] }]);
    let sams = named(&bench, "Account", json!([{ "field": "Owner", "value": "Sam Lee" }]));
    assert_eq!(named(&bench, "Account", two).len(), mine.len() + sams.len());
    // Nobody looks for an account called me.
    assert_eq!(named(&bench, "Account", json!([{ "field": "Name", "value": "me" }])), Vec::<String>::new());
    let count = json!({ "object": "Account", "filters": [{ "field": "Owner", "value": "me" }] });
    assert_eq!(bench.ok("query", numbers(count))["rows"][0][0], mine.len());
}
