//! What people say is written and compared as they mean it, whatever the type of the field: and taken back to the letter.

use demo_org::{Extra, Org};
use serde_json::{Value, json};

use crate::bench::Bench;

fn odd() -> Bench {
    Bench::on(Org::demo_with([Extra::Oddities]), "riley")
}

/// A bench that has described these objects.
fn warm(objects: &[&str]) -> Bench {
    odd().after_describing(objects)
}

/// What the org holds in a field of a seeded row, numbers to the digit.
fn held(bench: &Bench, key: &str, field: &str) -> String {
    let row = bench.org.row(&bench.org.id(key).unwrap()).unwrap();
    match row.get(field).to_json() {
        Value::String(text) => text.trim_matches(['\u{e0f0}', '\u{e0f1}']).to_owned(),
        other => other.to_string(),
    }
}

fn id(bench: &Bench, key: &str) -> String {
    bench.org.id(key).unwrap().to_string()
}

/// The arguments of a change of one field.
fn change(bench: &Bench, object: &str, key: &str, field: &str, to: Value) -> Value {
    json!({ "object": object, "record": id(bench, key), "fields": { field: to } })
}

/// Changes a field of a visit as somebody says it, sees what the org holds then, and takes it back to the letter.
#[track_caller]
fn writes(field: &str, to: Value, expected: &str) -> Value {
    // JSON values of these tests hold no long numbers.
    let key = if field == "Balance__c" { "visit_initech" } else { "visit_acme" };
    let bench = warm(&["Visit__c"]);
    let before = held(&bench, key, field);
    let reply = bench.ok("update", change(&bench, "Visit__c", key, field, to.clone()));
    assert_eq!(held(&bench, key, field), expected, "{field} = {to}: {reply:#}");
    undo(&bench, &reply);
    assert_eq!(held(&bench, key, field), before, "{field} = {to}, taken back by {:#}", reply["undo"]);
    // What was read before may be expected.
    let expected = reply["records"][0]["changes"][0]["before"].clone();
    let mut again = change(&bench, "Visit__c", key, field, to);
    again["from"] = json!({ field: expected });
    bench.ok("update", again);
    reply
}

#[track_caller]
fn undo(bench: &Bench, reply: &Value) {
    let undo = &reply["undo"];
    assert_eq!(undo["tool"], "salesforce_update", "{reply:#}");
    bench.ok("update", undo["arguments"].clone());
}

/// A value that a field of a visit refuses before anything is sent.
#[track_caller]
fn refuses(field: &str, to: Value, words: &str) -> Value {
    let bench = warm(&["Visit__c"]);
    let mut error = Value::Null;
    for (tool, arguments) in [
        ("update", change(&bench, "Visit__c", "visit_acme", field, to.clone())),
        ("create", json!({ "object": "Visit__c", "fields": { field: to } })),
    ] {
        error = bench.refused(tool, arguments);
        assert_eq!(error["fields"], json!([field]), "{error:#}");
        assert!(error["message"].as_str().unwrap().contains(words), "{error:#}");
    }
    error
}

/// Whether a change of a field of a visit goes through on the condition that it has this value now.
#[track_caller]
fn expects(field: &str, from: Value, is_met: bool) {
    let bench = warm(&["Visit__c"]);
    let to = if held(&bench, "visit_acme", field) == "null" { json!("x") } else { Value::Null };
    let mut arguments = change(&bench, "Visit__c", "visit_acme", field, to);
    arguments["from"] = json!({ field: from });
    match bench.call("update", arguments) {
        Ok(_) => assert!(is_met, "{field} is not {from}"),
        Err(error) => assert!(!is_met && error["kind"] == "conflict", "{field} is {from}: {error:#}"),
    }
}

// ---- percent ----

#[test]
fn a_percentage_is_what_people_call_it() {
    for (to, percent) in [
        (json!("62.5%"), "62.5"),
        (json!("62.5 %"), "62.5"),
        (json!("62.5 percent"), "62.5"),
        (json!(62.5), "62.5"),
        (json!("62.5"), "62.5"),
        (json!("0.5%"), "0.5"),
        (json!("-12%"), "-12.0"),
        (json!(0), "0.0"),
        (json!("1e2%"), "100.0"),
    ] {
        writes("Satisfaction__c", to, percent);
    }
}

#[test]
fn a_fraction_in_a_percentage_is_asked_about() {
    for to in [json!(0.75), json!("0.75"), json!(7.5e-1)] {
        let error = refuses("Satisfaction__c", to, "ask the person");
        assert_eq!(error["allowed"], json!(["75%", "0.75%"]), "{error:#}");
    }
    let error = refuses("Satisfaction__c", json!(-0.005), "ask the person");
    assert_eq!(error["allowed"], json!(["-0.5%", "-0.005%"]));
    for to in [json!("75 %%"), json!("much"), json!("%"), json!("1,5%"), json!(1e300)] {
        refuses("Satisfaction__c", to, "75 or \"75%\" for 75 %");
    }
    refuses("Satisfaction__c", json!("1000%"), "at most 3 digits before the point");
}

#[test]
fn a_percentage_that_is_a_fraction_is_taken_back_to_the_letter() {
    let bench = warm(&["Visit__c"]);
    let reply = bench.ok("update", change(&bench, "Visit__c", "visit_globex", "Satisfaction__c", json!(80)));
    assert_eq!(reply["undo"]["arguments"]["fields"]["Satisfaction__c"], "0.75%");
    undo(&bench, &reply);
    assert_eq!(held(&bench, "visit_globex", "Satisfaction__c"), "0.75");
}

#[test]
fn a_percentage_is_expected_in_each_of_its_spellings() {
    for from in [json!(75), json!("75%"), json!("75 %"), json!(75.0), json!("7.5e1")] {
        expects("Satisfaction__c", from, true);
    }
    for from in [json!(0.75), json!("0.75%"), json!("76%"), json!("")] {
        expects("Satisfaction__c", from, false);
    }
}

// ---- times of day ----

#[test]
fn a_time_of_day_is_understood_and_written_in_its_one_form() {
    for (to, time) in [
        ("3pm", "15:00:00.000Z"),
        ("3:30 p.m.", "15:30:00.000Z"),
        ("10:30", "10:30:00.000Z"),
        ("16:45:30", "16:45:30.000Z"),
        ("16:45:00.000Z", "16:45:00.000Z"),
        ("12am", "00:00:00.000Z"),
    ] {
        writes("Starts_At__c", json!(to), time);
    }
    for to in [json!("25:00"), json!("soon"), json!(15), json!("2026-05-12T15:00:00Z"), json!(["15:00"]), json!(true)] {
        refuses("Starts_At__c", to, "expected");
    }
}

#[test]
fn a_time_of_day_is_expected_in_each_of_its_spellings() {
    for from in ["10:00", "10am", "10:00:00", "10:00:00.000Z"] {
        expects("Starts_At__c", json!(from), true);
    }
    expects("Starts_At__c", json!("10pm"), false);
}

// ---- long numbers ----

#[test]
fn a_long_number_keeps_its_digits_there_and_back() {
    let bench = warm(&["Visit__c"]);
    let id = id(&bench, "visit_acme");
    // As text: a JSON value of these tests would lose the digits.
    let call = |arguments: String| {
        let call = salesforce_plugin::call::Call::new(&bench);
        salesforce_plugin::tools::call(&call, "update", &arguments).map_err(|error| error.to_string())
    };
    for (field, old, new) in [
        ("Balance__c", "1234567890123456.78", "9876543210987654.32"),
        ("Balance__c", "1234567890123456.78", "-9876543210987654.32"),
        ("Serial_Number__c", "123456789012345678", "987654321098765432"),
    ] {
        let arguments = |from: &str, to: &str| {
            format!(
                r#"{{"object":"Visit__c","record":"{id}","fields":{{"{field}":{to}}},"from":{{"{field}":{from}}}}}"#
            )
        };
        // The last digit counts.
        let near = format!("{}9", &old[..old.len() - 1]);
        assert!(call(arguments(&near, new)).is_err(), "{near}");
        let reply = call(arguments(old, new)).unwrap();
        assert!(reply.contains(&format!(r#""before":{old}"#)) && reply.contains(new), "{reply}");
        assert!(held(&bench, "visit_acme", field).starts_with(new), "{}", held(&bench, "visit_acme", field));
        let start = reply.find(r#""undo""#).unwrap();
        let (_, undone) = reply[start..].split_once(r#""arguments":"#).unwrap();
        let end = undone.find("}}").map(|at| at + 2).unwrap();
        let undone = &undone[..end];
        call(undone.to_owned()).unwrap_or_else(|error| panic!("{undone}: {error}"));
        assert!(held(&bench, "visit_acme", field).starts_with(old), "{}", held(&bench, "visit_acme", field));
    }
}

#[test]
fn a_number_is_taken_in_each_spelling_and_refused_where_it_does_not_fit() {
    for (to, held) in [
        (json!("12.5"), "12.5"),
        (json!(1.5e3), "1500.0"),
        (json!("-0.25"), "-0.25"),
        (json!("1E-2"), "0.01"),
        (json!(-7), "-7.0"),
        (json!(0), "0.0"),
    ] {
        writes("Balance__c", to, held);
    }
    for to in [json!("1,000"), json!("75%"), json!("a lot"), json!(true), json!("1e400"), json!("$5"), json!("0x10")] {
        refuses("Balance__c", to, "expected a plain number");
    }
    for to in [json!("12345678901234567.89"), json!(1e30)] {
        refuses("Balance__c", to, "at most 16 digits before the point");
    }
    refuses("Balance__c", json!({ "amount": 5 }), "one value, not a list or an object");
    refuses("Summary__c", json!({ "text": "a" }), "one value, not a list or an object");
    writes("Summary__c", json!(1500.5), "1500.5");
}

// ---- multi-selects ----

#[test]
fn the_values_of_a_multi_select_are_a_list_or_a_text() {
    for (to, held) in [
        (json!(["Pricing", "Security"]), "PRC;SEC"),
        (json!("SEC;PRC"), "SEC;PRC"),
        (json!("training; pricing"), "TRN;PRC"),
        (json!(["TRN"]), "TRN"),
        (json!(["Security", "SEC", "security"]), "SEC"),
        (Value::Null, "null"),
    ] {
        writes("Topics__c", to, held);
    }
}

#[test]
fn an_empty_value_of_a_multi_select_is_a_slip() {
    for to in [json!([]), json!(""), json!(" "), json!("PRC;"), json!(";PRC"), json!("PRC;;TRN"), json!(["PRC", ""])] {
        refuses("Topics__c", to, "null clears it");
    }
    for to in [json!([1]), json!(true), json!({ "a": 1 }), json!([["PRC"]])] {
        refuses("Topics__c", to, "expected one value or more");
    }
    let error = refuses("Topics__c", json!("PRC;Nothing"), "is not a value of the picklist");
    assert_eq!(error["allowed"], json!(["Pricing", "Training", "Security"]));
    for from in [json!("TRN;PRC"), json!(["Training", "pricing"]), json!("Pricing;Training")] {
        expects("Topics__c", from, true);
    }
    expects("Topics__c", json!("PRC"), false);
}

#[test]
fn the_order_of_a_multi_select_comes_back_as_it_was() {
    let bench = warm(&["Visit__c"]);
    let reply = bench.ok("update", change(&bench, "Visit__c", "visit_initech", "Topics__c", json!("TRN")));
    undo(&bench, &reply);
    assert_eq!(held(&bench, "visit_initech", "Topics__c"), "SEC;PRC");
}

// ---- rich text ----

#[test]
fn plain_text_becomes_html_and_html_stays() {
    for (to, html, shown) in [
        (
            "Price < 100 & more\nfrom <acme@acme.example>",
            "Price &lt; 100 &amp; more<br>from &lt;acme@acme.example&gt;",
            "Price < 100 & more\nfrom <acme@acme.example>",
        ),
        ("One line", "One line", "One line"),
        ("<p>One <b>two</b></p>", "<p>One <b>two</b></p>", "One two"),
        ("R&amp;D", "R&amp;D", "R&D"),
    ] {
        let reply = writes("Report__c", json!(to), html);
        assert_eq!(reply["records"][0]["changes"][0]["after"], shown);
        let before = "Bob showed the new hall.\nOpen points:\nprice < 100 & delivery\ntraining";
        assert_eq!(reply["records"][0]["changes"][0]["before"], before);
    }
    let bench = warm(&["Visit__c"]);
    let reply = bench.created(json!({ "object": "Visit__c", "fields": { "Report__c": "a < b\nc" } }));
    assert_eq!(reply["fields"]["Report__c"], "a < b\nc");
    // Text of other fields stays text.
    writes("Summary__c", json!("1 < 2\n<b>"), "1 < 2\n<b>");
}

#[test]
fn rich_text_is_expected_as_it_is_read_or_as_it_is_kept() {
    for from in [
        json!("Bob showed the new hall.\nOpen points:\nprice < 100 & delivery\ntraining"),
        json!(
            "<p>Bob showed the <b>new hall</b>.</p><p>Open points:</p><ul><li>price &lt; 100 &amp; delivery</li><li>training</li></ul>"
        ),
    ] {
        expects("Report__c", from, true);
    }
    expects("Report__c", json!("Bob showed the old hall."), false);
}

#[test]
fn rich_text_that_says_so_already_keeps_its_form() {
    let bench = warm(&["Visit__c"]);
    let same = json!("Bob showed the new hall.\nOpen points:\nprice < 100 & delivery\ntraining");
    let reply = bench.ok("update", change(&bench, "Visit__c", "visit_acme", "Report__c", same));
    assert!(reply["notices"].to_string().contains("nothing was written"), "{reply:#}");
    assert_eq!(bench.org.writes().len(), 0);
}

#[test]
fn html_that_looks_like_plain_text_is_taken_back_to_the_letter() {
    for odd in ["two\nlines", "R&D", "a <x> b"] {
        let bench = warm(&["Visit__c"]);
        let html = json!({ "html": odd });
        bench.ok("update", change(&bench, "Visit__c", "visit_acme", "Report__c", html));
        let before = held(&bench, "visit_acme", "Report__c");
        let reply = bench.ok("update", change(&bench, "Visit__c", "visit_acme", "Report__c", json!("other")));
        undo(&bench, &reply);
        assert_eq!(held(&bench, "visit_acme", "Report__c"), before, "{reply:#}");
    }
    refuses("Report__c", json!({ "html": 1 }), "expected a text, or HTML");
    refuses("Report__c", json!({ "html": "a", "b": "c" }), "expected a text, or HTML");
}

// ---- cut texts ----

/// An account with a long description, and what a list shows of it.
fn long(bench: &Bench) -> (String, String) {
    let text = format!("{}{}", "Long story. ".repeat(30), "The end of it. ".repeat(20)).trim_end().to_owned();
    bench.ok("update", change(bench, "Account", "acme", "Description", json!(text)));
    bench.org.forget_requests();
    let cut: String = text.chars().take(255).collect();
    (text, format!("{cut}…"))
}

#[test]
fn a_text_that_a_reply_cut_counts_as_the_whole_it_was_cut_of() {
    let bench = warm(&["Account"]);
    let (text, cut) = long(&bench);
    let mut arguments = change(&bench, "Account", "acme", "Description", json!("Short."));
    arguments["from"] = json!({ "Description": cut });
    let reply = bench.ok("update", arguments.clone());
    assert_eq!(reply["records"][0]["changes"][0]["before"], cut);
    assert!(reply["notices"].to_string().contains("cut after 255 characters"), "{reply:#}");
    undo(&bench, &reply);
    assert_eq!(held(&bench, "acme", "Description"), text);
    // Another text is another, and what `current` shows of the one there says that it is cut.
    arguments["from"] = json!({ "Description": format!("Other. {cut}") });
    let error = bench.err("update", arguments);
    assert_eq!((&error["kind"], &error["changed"]), (&json!("conflict"), &json!("no")));
    assert_eq!(error["current"]["fields"]["Description"], cut, "{error:#}");
    assert!(error["message"].as_str().unwrap().contains("cut after 255 characters"), "{error:#}");
}

#[test]
fn a_text_that_a_reply_cut_is_not_written_over_the_whole() {
    let bench = warm(&["Account"]);
    let (text, cut) = long(&bench);
    for to in [cut.clone(), format!("{cut} And more."), format!("{cut}\nAnd more.")] {
        let error = bench.err("update", change(&bench, "Account", "acme", "Description", json!(to)));
        assert_eq!((&error["kind"], &error["fields"]), (&json!("invalid_input"), &json!(["Description"])), "{error:#}");
        assert!(error["message"].as_str().unwrap().contains("would be lost"), "{error:#}");
        assert_eq!(held(&bench, "acme", "Description"), text);
    }
    // Somebody else's ellipsis is theirs.
    for to in ["Wait… and see.".to_owned(), format!("{}…", "Another story. ".repeat(20))] {
        bench.ok("update", change(&bench, "Account", "acme", "Description", json!(to)));
        assert_eq!(held(&bench, "acme", "Description"), to);
    }
}

// ---- phones ----

#[test]
fn a_phone_number_is_expected_by_its_digits() {
    for (from, is_met) in [
        ("+1 415 555 0100", true),
        ("+1 (415) 555-0100", true),
        ("14155550100", true),
        ("001 415 555 0100", true),
        ("415-555-0100", true),
        ("+1 415 555 0101", false),
        ("555 0199", false),
        ("Acme", false),
    ] {
        let bench = warm(&["Account"]);
        let mut arguments = change(&bench, "Account", "acme", "Phone", json!("+1 415 555 0199"));
        arguments["from"] = json!({ "Phone": from });
        assert_eq!(bench.call("update", arguments).is_ok(), is_met, "{from}");
    }
    // A number is still written as it is said.
    let bench = warm(&["Account"]);
    bench.ok("update", change(&bench, "Account", "acme", "Phone", json!("(415) 555-0100")));
    assert_eq!(held(&bench, "acme", "Phone"), "(415) 555-0100");
}

// ---- countries and states ----

/// The parts of an address that say where: name and code of the country, name and code of the state.
fn place(bench: &Bench, key: &str, prefix: &str) -> [String; 4] {
    ["Country", "CountryCode", "State", "StateCode"].map(|part| held(bench, key, &format!("{prefix}{part}")))
}

/// Changes where a seeded record is, as somebody says it, and takes it back.
#[track_caller]
fn moves(object: &str, key: &str, fields: Value, prefix: &str, expected: [&str; 4]) -> Value {
    let bench = warm(&[object]);
    let before = place(&bench, key, prefix);
    let reply = bench.ok("update", json!({ "object": object, "record": id(&bench, key), "fields": fields }));
    assert_eq!(place(&bench, key, prefix), expected, "{fields}: {reply:#}");
    undo(&bench, &reply);
    assert_eq!(place(&bench, key, prefix), before, "{fields}, taken back by {:#}", reply["undo"]);
    reply
}

/// A change of where a seeded record is that is refused, and nothing written.
#[track_caller]
fn stays(object: &str, key: &str, fields: Value, about: Value) -> Value {
    let bench = warm(&[object]);
    let error = bench.err("update", json!({ "object": object, "record": id(&bench, key), "fields": fields }));
    assert_eq!(
        (&error["kind"], &error["changed"], &error["fields"]),
        (&json!("invalid_input"), &json!("no"), &about),
        "{error:#}"
    );
    assert_eq!(bench.org.writes().len(), 0);
    error
}

const GERMANY: [&str; 4] = ["Germany", "DE", "null", "null"];
const NEW_YORK: [&str; 4] = ["United States", "US", "New York", "NY"];

#[test]
fn a_country_is_written_by_whatever_it_is_called() {
    for (field, country) in [
        ("BillingCountry", "USA"),
        ("BillingCountry", "US"),
        ("BillingCountry", "U.S.A."),
        ("BillingCountry", "united states"),
        ("BillingCountry", "United States of America"),
        ("BillingCountryCode", "USA"),
        ("BillingCountryCode", "United States"),
        ("BillingCountryCode", "us"),
        ("Billing Country", "USA"),
    ] {
        let fields = json!({ field: country });
        let reply = moves("Account", "rheinwerk", fields, "Billing", ["United States", "US", "null", "null"]);
        let is_name = !field.ends_with("Code");
        let (before, after) = if is_name { ("Germany", "United States") } else { ("DE", "US") };
        let change = &reply["records"][0]["changes"][0];
        assert_eq!((&change["before"], &change["after"]), (&json!(before), &json!(after)), "{reply:#}");
    }
    for country in ["DE", "Germany", "Deutschland", "DEU"] {
        let fields = json!({ "BillingCountry": country, "BillingState": null });
        moves("Account", "acme", fields, "Billing", GERMANY);
    }
}

#[test]
fn a_state_is_the_one_of_its_country() {
    for state in ["NY", "New York", "new york"] {
        for field in ["BillingState", "BillingStateCode"] {
            moves("Account", "acme", json!({ field: state }), "Billing", NEW_YORK);
        }
    }
    let ontario = ["Canada", "CA", "Ontario", "ON"];
    moves("Account", "acme", json!({ "BillingCountry": "CA", "BillingState": "ON" }), "Billing", ontario);
    moves(
        "Account",
        "acme",
        json!({ "BillingCountryCode": "Canada", "BillingStateCode": "Ontario" }),
        "Billing",
        ontario,
    );
    moves("Contact", "bob", json!({ "MailingState": "NY" }), "Mailing", NEW_YORK);
    moves("Lead", "dana", json!({ "Country": "USA", "State": "NY" }), "", NEW_YORK);
    moves("Account", "acme", json!({ "ShippingCountry": "UK" }), "Shipping", ["United Kingdom", "GB", "null", "null"]);
    let none = ["null"; 4];
    moves("Account", "acme", json!({ "BillingCountry": null, "BillingState": "" }), "Billing", none);
}

#[test]
fn a_state_without_a_country_brings_its_country_or_asks_for_it() {
    for state in ["California", "CA"] {
        let reply = moves("Lead", "dana", json!({ "State": state }), "", ["United States", "US", "California", "CA"]);
        assert!(reply["notices"].to_string().contains("a state needs its country"), "{reply:#}");
        let bench = warm(&["Account"]);
        let fields = json!({ "Name": "Stateful", "ShippingState": state });
        let reply = bench.created(json!({ "object": "Account", "fields": fields }));
        assert_eq!(reply["fields"]["ShippingState"], "California", "{reply:#}");
        assert_eq!(reply["fields"]["ShippingCountryCode"], "US", "{reply:#}");
    }
    // Two countries may have a state of one code.
    let bench = odd();
    bench.rewrite.replace(Some(Box::new(|body| {
        let Ok(mut described) = serde_json::from_str::<Value>(&body) else { return body };
        for field in described["fields"].as_array_mut().into_iter().flatten() {
            if field["name"] == "StateCode" {
                let values = field["picklistValues"].as_array_mut().unwrap();
                let mut twin = values.iter().find(|value| value["value"] == "NSW").unwrap().clone();
                twin["value"] = json!("WA");
                twin["label"] = json!("Western Australia");
                values.push(twin);
            }
        }
        described.to_string()
    })));
    let bench = bench.after_describing(&["Lead"]);
    let dana = id(&bench, "dana");
    let error = bench.err("update", json!({ "object": "Lead", "record": dana, "fields": { "State": "WA" } }));
    assert_eq!(error["fields"], json!(["StateCode", "CountryCode"]), "{error:#}");
    assert_eq!(error["allowed"], json!(["Australia", "United States"]), "{error:#}");
    bench.ok("update", json!({ "object": "Lead", "record": dana, "fields": { "State": "WA", "Country": "US" } }));
    assert_eq!(place(&bench, "dana", ""), ["United States", "US", "Washington", "WA"]);
}

#[test]
fn places_that_clash_are_named_before_anything_is_sent() {
    let pair = json!(["BillingStateCode", "BillingCountryCode"]);
    let error = stays("Account", "acme", json!({ "BillingState": "Ontario" }), pair.clone());
    assert!(error["allowed"].to_string().contains("California"), "{error:#}");
    stays("Account", "acme", json!({ "BillingCountry": "Canada", "BillingState": "Texas" }), pair.clone());
    // The state that is kept has to go along.
    for country in ["Germany", "CA"] {
        let error = stays("Account", "acme", json!({ "BillingCountry": country }), pair.clone());
        assert_eq!(error["details"]["BillingStateCode"], json!(["CA"]), "{error:#}");
    }
    stays("Account", "acme", json!({ "BillingCountry": null }), pair.clone());
    let both = json!({ "BillingCountry": "France", "BillingCountryCode": "DE" });
    stays("Account", "rheinwerk", both, json!(["BillingCountry", "BillingCountryCode"]));
    let agreeing = json!({ "BillingCountry": "USA", "BillingCountryCode": "US" });
    moves("Account", "rheinwerk", agreeing, "Billing", ["United States", "US", "null", "null"]);
    // Of a new record too, and without a request.
    let bench = warm(&["Account"]);
    for fields in [
        json!({ "Name": "X", "BillingCountry": "Germany", "BillingState": "Texas" }),
        json!({ "Name": "X", "BillingCountry": "France", "BillingCountryCode": "DE" }),
    ] {
        bench.refused("create", json!({ "object": "Account", "fields": fields }));
    }
}

#[test]
fn a_place_that_no_list_has_is_refused_with_what_is_near() {
    let bench = warm(&["Account"]);
    for (field, value, near) in [
        ("BillingCountry", json!("Germnay"), "Germany"),
        ("BillingCountryCode", json!("XX"), "United States"),
        ("BillingState", json!("Calfornia"), "California"),
        ("BillingState", json!("ZZ"), "Texas"),
    ] {
        let arguments = change(&bench, "Account", "acme", field, value.clone());
        let before = bench.counts();
        let error = bench.err("update", arguments);
        assert_eq!(bench.counts(), before, "{error:#}");
        assert_eq!(error["fields"], json!([field]), "{error:#}");
        assert!(!error["allowed"].as_array().unwrap().is_empty(), "{field} {value} {near}: {error:#}");
        if near != "United States" && near != "Texas" {
            assert!(error["allowed"].to_string().contains(near), "{error:#}");
        }
    }
    for value in [json!(1), json!(["US"]), json!(true), json!({ "code": "US" })] {
        bench.refused("update", change(&bench, "Account", "acme", "BillingCountry", value));
    }
}

#[test]
fn a_place_is_expected_by_whatever_it_is_called() {
    for (field, from, is_met) in [
        ("BillingCountry", "USA", true),
        ("BillingCountry", "US", true),
        ("BillingCountry", "United States", true),
        ("BillingCountryCode", "United States", true),
        ("BillingCountry", "Germany", false),
        ("BillingState", "CA", true),
        ("BillingState", "California", true),
        ("BillingStateCode", "california", true),
        ("BillingState", "Texas", false),
    ] {
        let bench = warm(&["Account"]);
        let to =
            if field.contains("State") { json!({ field: "NY" }) } else { json!({ field: "CA", "BillingState": "ON" }) };
        let arguments =
            json!({ "object": "Account", "record": id(&bench, "acme"), "fields": to, "from": { field: from } });
        assert_eq!(bench.call("update", arguments).is_ok(), is_met, "{field} {from}");
    }
}

#[test]
fn an_address_that_an_admin_added_takes_its_places_by_whatever_they_are_called() {
    let venue =
        |bench: &Bench| ["Venue__CountryCode__s", "Venue__StateCode__s"].map(|part| held(bench, "visit_globex", part));
    for (fields, expected) in [
        (json!({ "Venue__StateCode__s": "california" }), ["US", "CA"]),
        (json!({ "Venue__CountryCode__s": "Deutschland", "Venue__StateCode__s": null }), ["DE", "null"]),
        (json!({ "Venue__CountryCode__s": "USA" }), ["US", "TX"]),
        (json!({ "Venue__CountryCode__s": null, "Venue__StateCode__s": null }), ["null", "null"]),
    ] {
        let bench = warm(&["Visit__c"]);
        let reply =
            bench.ok("update", json!({ "object": "Visit__c", "record": id(&bench, "visit_globex"), "fields": fields }));
        assert_eq!(venue(&bench), expected, "{fields}: {reply:#}");
        if reply["undo"].is_object() {
            undo(&bench, &reply);
        }
        assert_eq!(venue(&bench), ["US", "TX"], "{fields}");
    }
    for (fields, about) in [
        (json!({ "Venue__CountryCode__s": "Atlantis" }), "Venue__CountryCode__s"),
        (json!({ "Venue__CountryCode__s": "Germany" }), "Venue__StateCode__s"),
        (json!({ "Venue__StateCode__s": "Ontario" }), "Venue__StateCode__s"),
        (json!({ "Venue__c": "Berlin" }), "Venue__c"),
    ] {
        let bench = warm(&["Visit__c"]);
        let error = bench
            .err("update", json!({ "object": "Visit__c", "record": id(&bench, "visit_globex"), "fields": fields }));
        assert!(error["fields"].as_array().unwrap().contains(&json!(about)), "{fields}: {error:#}");
        assert_eq!((&error["kind"], bench.org.writes().len()), (&json!("invalid_input"), 0), "{error:#}");
    }
    let bench = warm(&["Visit__c"]);
    let visit = json!({ "Account__c": "Acme", "Venue__City__s": "Austin", "Venue__StateCode__s": "Texas" });
    let reply = bench.created(json!({ "object": "Visit__c", "fields": visit }));
    assert_eq!(reply["fields"]["Venue__CountryCode__s"], "US", "{reply:#}");
}

#[test]
fn where_the_org_has_free_text_a_place_is_written_as_it_is_said() {
    let bench = Bench::on(Org::demo_with([Extra::TextAddresses]), "riley").after_describing(&["Account"]);
    let fields = json!({ "BillingCountry": "USA", "BillingState": "Bavaria" });
    bench.ok("update", json!({ "object": "Account", "record": id(&bench, "acme"), "fields": fields }));
    assert_eq!(held(&bench, "acme", "BillingCountry"), "USA");
    assert_eq!(held(&bench, "acme", "BillingState"), "Bavaria");
}

// ---- persons, e-mails, events, parents ----

#[test]
fn the_name_of_a_person_is_set_by_its_parts() {
    let bench = warm(&["Account"]);
    let error = bench.err("update", change(&bench, "Account", "maria", "Name", json!("Maria Lima")));
    assert_eq!((&error["kind"], &error["changed"]), (&json!("invalid_input"), &json!("no")), "{error:#}");
    assert!(error["message"].as_str().unwrap().contains("nobody may set it"), "{error:#}");
    assert!(error["allowed"].to_string().contains("LastName"), "{error:#}");
    bench.ok("update", change(&bench, "Account", "maria", "LastName", json!("Lima")));
    let named = json!({ "Name": "Ana Lima", "LastName": "Lima", "PersonEmail": "ana@mail.example" });
    let error = bench.refused("create", json!({ "object": "Account", "fields": named }));
    assert_eq!(error["fields"], json!(["Name"]));
    let typed = json!({ "Name": "Ana Lima", "RecordType": "Person Account" });
    let error = bench.err("create", json!({ "object": "Account", "fields": typed }));
    assert!(error["message"].as_str().unwrap().contains("set FirstName and LastName"), "{error:#}");
    // The other way round.
    let error = bench.err("update", change(&bench, "Account", "acme", "PersonEmail", json!("a@b.example")));
    assert!(error["message"].as_str().unwrap().contains("is a company"), "{error:#}");
}

#[test]
fn what_an_account_that_may_not_be_read_is_stays_untold() {
    let bench = warm(&["Account"]);
    bench.settings.borrow_mut().objects.read = Some(vec!["Contact".to_owned()]);
    let error = bench.err("update", change(&bench, "Account", "maria", "Name", json!("Maria Lima")));
    assert!(!error["message"].as_str().unwrap().contains("person account"), "{error:#}");
}

#[test]
fn an_email_that_was_sent_is_said_to_be_frozen() {
    let bench = warm(&["EmailMessage"]);
    let error = bench.err("update", change(&bench, "EmailMessage", "mail", "Subject", json!("Other")));
    assert_eq!((&error["kind"], &error["changed"]), (&json!("rejected"), &json!("no")), "{error:#}");
    assert!(error["message"].as_str().unwrap().contains("frozen"), "{error:#}");
}

#[test]
fn times_of_an_event_that_do_not_go_together_are_refused_before_they_are_sent() {
    let start = "2026-06-01T08:00:00Z";
    for (times, field) in [
        (json!({ "StartDateTime": start, "EndDateTime": "2026-06-20T08:00:00Z" }), "EndDateTime"),
        (json!({ "StartDateTime": start, "EndDateTime": "2026-06-01T07:00:00Z" }), "EndDateTime"),
        (json!({ "StartDateTime": start, "DurationInMinutes": 20_161 }), "DurationInMinutes"),
        (json!({ "StartDateTime": start, "DurationInMinutes": -1 }), "DurationInMinutes"),
        (
            json!({ "StartDateTime": start, "EndDateTime": "2026-06-01T09:00:00Z", "DurationInMinutes": 30 }),
            "DurationInMinutes",
        ),
        (json!({ "IsAllDayEvent": true, "StartDateTime": start }), "StartDateTime"),
        (json!({ "IsAllDayEvent": true, "StartDateTime": "2026-06-01T00:00:00+02:00" }), "StartDateTime"),
        (
            json!({ "IsAllDayEvent": true, "StartDateTime": "2026-06-01T00:00:00Z", "ActivityDate": "2026-06-02" }),
            "ActivityDate",
        ),
        (json!({ "ActivityDate": "2026-06-02" }), "ActivityDate"),
        (json!({ "DurationInMinutes": 30 }), "StartDateTime"),
        (json!({ "StartDateTime": start }), "DurationInMinutes"),
        (json!({ "IsAllDayEvent": true }), "StartDateTime"),
    ] {
        let bench = warm(&["Event"]);
        let mut fields = json!({ "Subject": "Fair" });
        fields.as_object_mut().unwrap().extend(times.as_object().unwrap().clone());
        let error = bench.refused("create", json!({ "object": "Event", "fields": fields }));
        assert_eq!(error["fields"], json!([field]), "{times}: {error:#}");
    }
    for times in [
        json!({ "StartDateTime": start, "EndDateTime": "2026-06-15T08:00:00Z" }),
        json!({ "StartDateTime": start, "EndDateTime": "2026-06-01T09:00:00Z", "DurationInMinutes": 60 }),
        json!({ "IsAllDayEvent": true, "ActivityDate": "2026-06-02" }),
        json!({ "IsAllDayEvent": true, "StartDateTime": "2026-06-02T00:00:00Z", "DurationInMinutes": 2880 }),
        json!({ "StartDateTime": start, "DurationInMinutes": 0 }),
    ] {
        let mut fields = json!({ "Subject": "Fair" });
        fields.as_object_mut().unwrap().extend(times.as_object().unwrap().clone());
        warm(&["Event"]).created(json!({ "object": "Event", "fields": fields }));
    }
}

#[test]
fn a_change_of_an_events_times_is_held_against_those_it_keeps_and_taken_back_whole() {
    for (key, fields, field) in [
        ("meeting_next", json!({ "EndDateTime": "2026-06-14T16:30:00Z" }), "EndDateTime"),
        ("meeting_next", json!({ "EndDateTime": "2020-01-01T16:30:00Z" }), "EndDateTime"),
        ("meeting_next", json!({ "ActivityDate": "2026-05-20" }), "ActivityDate"),
        ("fair", json!({ "StartDateTime": "2026-05-22T09:30:00Z" }), "StartDateTime"),
    ] {
        let bench = Bench::on(Org::demo(), "admin").after_describing(&["Event"]);
        let arguments = json!({ "object": "Event", "record": id(&bench, key), "fields": fields });
        let error = bench.err("update", arguments);
        assert_eq!((&error["fields"], &error["kind"]), (&json!([field]), &json!("invalid_input")), "{error:#}");
        assert_eq!(bench.org.writes().len(), 0);
    }
    let times = |bench: &Bench, key: &str| {
        ["IsAllDayEvent", "StartDateTime", "EndDateTime", "DurationInMinutes", "ActivityDate"]
            .map(|field| held(bench, key, field))
    };
    for (key, fields) in [
        ("meeting_next", json!({ "IsAllDayEvent": true, "ActivityDate": "2026-05-20", "DurationInMinutes": 1440 })),
        ("meeting_next", json!({ "StartDateTime": "2026-05-20T10:00:00Z" })),
        ("meeting_next", json!({ "EndDateTime": "2026-05-14T18:00:00Z" })),
        ("meeting_next", json!({ "DurationInMinutes": 45 })),
        ("fair", json!({ "ActivityDate": "2026-05-22" })),
        ("fair", json!({ "IsAllDayEvent": false, "StartDateTime": "2026-05-20T10:00:00Z", "DurationInMinutes": 60 })),
    ] {
        let bench = Bench::on(Org::demo(), "admin").after_describing(&["Event"]);
        let before = times(&bench, key);
        let reply = bench.ok("update", json!({ "object": "Event", "record": id(&bench, key), "fields": fields }));
        assert_ne!(times(&bench, key), before);
        undo(&bench, &reply);
        assert_eq!(times(&bench, key), before, "{fields}, taken back by {:#}", reply["undo"]);
    }
}

#[test]
fn a_parent_is_found_by_its_external_id() {
    let bench = warm(&["Visit__c"]);
    let acme = id(&bench, "acme");
    let fields = json!({ "Account__c": "ACME-001" });
    let reply = bench.created(json!({ "object": "Visit__c", "fields": fields }));
    assert_eq!(reply["fields"]["Account__c"], acme, "{reply:#}");
    assert!(reply["notices"].to_string().contains("is the external id of"), "{reply:#}");
    let reply = bench.ok("update", change(&bench, "Contact", "bob", "Account", json!("GLOB-001")));
    assert_eq!(held(&bench, "bob", "AccountId"), id(&bench, "globex"), "{reply:#}");
    let error = bench.err("update", change(&bench, "Contact", "bob", "Account", json!("ACME-999")));
    assert_eq!(error["kind"], "not_found", "{error:#}");
}
