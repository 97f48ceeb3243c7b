//! Searches: what is found, in which order, and what is refused.

use demo_org::{
    refusal::Refusal,
    soql::Record,
    sosl::{self, Options, Returning, Search, SearchFields},
};
use serde_json::json;

use crate::soql_world::World;

const OPTIONS: Options<'static> = Options { version: "v62.0", indexed_until: None };

fn world() -> World {
    let mut world = World::empty();
    for (name, phone, site, notes) in [
        ("The Acme Shop", "", "", ""),
        ("Acme Corporation", "+1 (415) 555-0100", "", ""),
        ("acme", "", "", ""),
        ("Globex", "030 1234567", "", "Once a partner of Acme in Berlin"),
        ("O'Brien & Sons", "", "https://obrien.example", ""),
    ] {
        world.put("Account", json!({"Name": name, "Phone": phone, "Website": site, "Description": notes}));
    }
    let acme = world.store.rows("Account").nth(2).unwrap().id.as_str().to_owned();
    for (first, last, email) in
        [("Sarah", "Chen", "sarah.chen@brightpath.com"), ("Bob", "Chen-Ray", "bob@acme.example")]
    {
        world.put(
            "Contact",
            json!({"Name": format!("{first} {last}"), "FirstName": first, "LastName": last, "Email": email, "AccountId": acme}),
        );
    }
    world.put("Case", json!({"CaseNumber": "00001001", "Subject": "Login fails", "Description": "Since Monday"}));
    world.put("Account", json!({"Name": "Acme Gone", "IsDeleted": true}));
    world
}

#[track_caller]
fn find(world: &World, text: &str) -> Result<Vec<Record>, Refusal> {
    sosl::search(world.view(), &Search::parse(text)?, OPTIONS)
}

/// The values of the found records, without their parents' attributes.
fn values(records: &[Record]) -> String {
    let value = |record: &Record| {
        let json = serde_json::to_value(record).unwrap();
        let shown = record.fields.iter().map(|(name, _)| match &json[name] {
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Object(parent) => parent["Name"].as_str().unwrap_or_default().to_owned(),
            other => other.to_string(),
        });
        shown.collect::<Vec<_>>().join(" | ")
    };
    records.iter().map(value).collect::<Vec<_>>().join(", ")
}

#[track_caller]
fn check(world: &World, text: &str, expected: &str) {
    let found = find(world, text).unwrap_or_else(|refusal| panic!("{text}\n{refusal}"));
    assert_eq!(values(&found), expected, "{text}");
}

#[test]
fn words_are_found_whole_and_the_best_match_comes_first() {
    let world = world();
    for (term, expected) in [
        ("acme", "acme, Acme Corporation, The Acme Shop, Globex"),
        ("ACME", "acme, Acme Corporation, The Acme Shop, Globex"),
        ("acm", ""),
        ("acm*", "acme, Acme Corporation, The Acme Shop, Globex"),
        ("ac?e", "acme, Acme Corporation, The Acme Shop, Globex"),
        ("acme berlin", "Globex"),
        ("acme AND corporation", "Acme Corporation"),
        ("corporation OR shop", "Acme Corporation, The Acme Shop"),
        ("acme AND NOT corporation", "acme, The Acme Shop, Globex"),
        ("acme AND (corporation OR shop)", "Acme Corporation, The Acme Shop"),
        ("\"acme shop\"", "The Acme Shop"),
        ("\"shop acme\"", ""),
        ("shop acme", "The Acme Shop"),
        ("o\\'brien", "O'Brien & Sons"),
        ("o\\'brien \\& sons", "O'Brien & Sons"),
        ("\"and\" once", ""),
        ("obrien", "O'Brien & Sons"),
    ] {
        check(&world, &format!("FIND {{{term}}} RETURNING Account(Name)"), expected);
    }
}

#[test]
fn the_fields_searched_are_those_asked_for() {
    let world = world();
    for (search, expected) in [
        ("FIND {acme} IN NAME FIELDS RETURNING Account(Name)", "acme, Acme Corporation, The Acme Shop"),
        ("FIND {chen} IN NAME FIELDS RETURNING Contact(Name)", "Bob Chen-Ray, Sarah Chen"),
        ("FIND {brightpath} IN EMAIL FIELDS RETURNING Contact(Name)", "Sarah Chen"),
        ("FIND {sarah.chen@brightpath.com} IN EMAIL FIELDS RETURNING Contact(Name)", "Sarah Chen"),
        ("FIND {acme} IN EMAIL FIELDS RETURNING Contact(Name)", "Bob Chen-Ray"),
        ("FIND {login} IN NAME FIELDS RETURNING Case(CaseNumber, Subject)", "00001001 | Login fails"),
        ("FIND {monday} IN NAME FIELDS RETURNING Case(CaseNumber)", ""),
        ("FIND {monday} RETURNING Case(CaseNumber)", "00001001"),
        ("FIND {4155550100} IN PHONE FIELDS RETURNING Account(Name)", "Acme Corporation"),
        ("FIND {14155550100} IN PHONE FIELDS RETURNING Account(Name)", "Acme Corporation"),
        ("FIND {\\+1 415 555 0100} IN PHONE FIELDS RETURNING Account(Name)", "Acme Corporation"),
        ("FIND {0301234567} IN PHONE FIELDS RETURNING Account(Name)", "Globex"),
        ("FIND {5551234} IN PHONE FIELDS RETURNING Account(Name)", ""),
    ] {
        check(&world, search, expected);
    }
}

#[test]
fn returning_filters_orders_limits_and_reads_parents() {
    let world = world();
    for (search, expected) in [
        ("FIND {acme} RETURNING Account(Name ORDER BY Name DESC)", "The Acme Shop, Globex, Acme Corporation, acme"),
        ("FIND {acme} RETURNING Account(Name LIMIT 2)", "acme, Acme Corporation"),
        ("FIND {acme} RETURNING Account(Name LIMIT 1 OFFSET 1)", "Acme Corporation"),
        ("FIND {acme} RETURNING Account(Name WHERE Name LIKE '%(%' OR Phone != null)", "Acme Corporation, Globex"),
        ("FIND {chen} RETURNING Contact(FirstName, Account.Name LIMIT 1)", "Bob | acme"),
        ("FIND {acme} RETURNING Contact(Name), Account(Name LIMIT 1)", "Bob Chen-Ray, acme"),
        ("FIND {acme} RETURNING Account(Name), Contact(Name) LIMIT 2", "acme, Acme Corporation"),
    ] {
        check(&world, search, expected);
    }
    let ids = find(&world, "FIND {chen} RETURNING Contact").unwrap();
    assert_eq!(
        serde_json::to_string(&ids[0]).unwrap(),
        r#"{"attributes":{"type":"Contact","url":"/services/data/v62.0/sobjects/Contact/003dM0000000020QAA"},"Id":"003dM0000000020QAA"}"#
    );
    assert_eq!(find(&world, "FIND {chen}").unwrap().len(), 2);
}

#[test]
fn hidden_fields_and_rows_are_not_searched() {
    let mut world = world();
    world.restrict(&["Case"], &[("Account", "Description")]);
    check(&world, "FIND {berlin} RETURNING Account(Name)", "");
    assert_eq!(find(&world, "FIND {login}").unwrap().len(), 0);
    assert_eq!(find(&world, "FIND {login} RETURNING Case").unwrap_err().code, "INVALID_TYPE");
    assert_eq!(find(&world, "FIND {acme} RETURNING Account(Description)").unwrap_err().code, "INVALID_FIELD");
}

#[test]
fn a_structured_search_takes_plain_text() {
    let world = world();
    let run = |text: &str, fields, returning: Vec<Returning>| {
        let search = Search { fields, returning, default_limit: Some(2), ..Search::plain(text).unwrap() };
        values(&sosl::search(world.view(), &search, OPTIONS).unwrap())
    };
    let names = |object: &str| Returning::of(object, &["Name".to_owned()], None, None, None).unwrap();
    for (text, expected) in [
        ("Acme", "acme, Acme Corporation"),
        ("O'Brien & Sons?", "O'Brien & Sons"),
        ("{acme} [corporation] (!)", "Acme Corporation"),
        ("acme or corporation", ""),
        ("corp*", "Acme Corporation"),
        ("+1 415 555-0100", "Acme Corporation"),
    ] {
        assert_eq!(run(text, SearchFields::All, vec![names("Account")]), expected, "{text}");
    }
    let returning = Returning::of(
        "Account",
        &["Name".to_owned(), "Phone".to_owned()],
        Some("Phone != null"),
        Some("Name DESC"),
        Some(1),
    );
    assert_eq!(run("acme", SearchFields::All, vec![returning.unwrap()]), "Globex | 030 1234567");
    assert_eq!(run("chen", SearchFields::Name, vec![names("Account"), names("Contact")]), "Bob Chen-Ray, Sarah Chen");
}

#[test]
fn plain_text_needs_two_characters() {
    for text in ["", "a", "--", " a* "] {
        assert_eq!(Search::plain(text).unwrap_err().code, "MALFORMED_SEARCH", "{text}");
    }
}

#[test]
fn overlong_texts_lose_their_operators_and_then_everything() {
    let world = world();
    let padded = |length: usize| format!("FIND {{acme OR shop {}}} RETURNING Account(Name)", " ".repeat(length));
    check(&world, &padded(10), "acme, Acme Corporation, The Acme Shop, Globex");
    check(&world, &padded(5_000), "The Acme Shop");
    check(&world, &padded(11_000), "");
}

#[test]
fn an_unescaped_reserved_character_is_malformed() {
    for c in ['&', '|', '!', '{', '[', ']', '^', '~', ':', '\'', '+', '-'] {
        for text in
            [format!("FIND {{John{c}jane}} RETURNING Contact"), format!("FIND {{\"John{c}jane\"}} RETURNING Contact")]
        {
            assert_eq!(Search::parse(&text).unwrap_err().code, "MALFORMED_SEARCH", "{text}");
        }
        let escaped = format!("FIND {{John\\{c}jane}} RETURNING Contact");
        assert!(Search::parse(&escaped).is_ok(), "{escaped}");
    }
    assert_eq!(
        Search::parse("FIND {John|jane_gray@uoa.edu} RETURNING Contact").unwrap_err().message,
        "\nFIND {John|jane_gray@uoa.edu} RETURNING Contact\n         ^\nERROR at Row:1:Column:10\n\
         line 1:10 mismatched character '|' expecting '}'"
    );
}

#[test]
fn bad_searches_are_refused_with_a_reason() {
    let world = world();
    for (search, status, code, detail) in [
        ("FIND acme", 400, "MALFORMED_SEARCH", "No search term found. The search term must be enclosed in braces."),
        ("FIND {}", 400, "MALFORMED_SEARCH", "No search term found. The search term must be enclosed in braces."),
        ("FIND {acme", 400, "MALFORMED_SEARCH", "No search term found. The search term must be enclosed in braces."),
        ("acme", 400, "MALFORMED_SEARCH", "unexpected token: 'acme'"),
        ("FIND {a}", 400, "MALFORMED_SEARCH", "search term must be longer than one character: a"),
        ("FIND {a*}", 400, "MALFORMED_SEARCH", "search term must be longer than one character: a*"),
        ("FIND {acme AND}", 400, "MALFORMED_SEARCH", "unexpected operator or parenthesis in the search term"),
        ("FIND {and acme}", 400, "MALFORMED_SEARCH", "unexpected operator or parenthesis in the search term"),
        ("FIND {(acme}", 400, "MALFORMED_SEARCH", "unexpected operator or parenthesis in the search term"),
        ("FIND {acme)}", 400, "MALFORMED_SEARCH", "unexpected operator or parenthesis in the search term"),
        ("FIND {\"acme}", 400, "MALFORMED_SEARCH", "the search term has a quotation mark without its twin"),
        ("FIND {ac\\me}", 400, "MALFORMED_SEARCH", "line 1:8 mismatched character '\\' expecting '}'"),
        ("FIND {acme} IN SOME FIELDS", 400, "MALFORMED_SEARCH", "unexpected token: 'SOME'"),
        ("FIND {acme} IN ALL", 400, "MALFORMED_SEARCH", "unexpected token: '<EOF>'"),
        ("FIND {acme} RETURNING", 400, "MALFORMED_SEARCH", "unexpected token: '<EOF>'"),
        ("FIND {acme} RETURNING Account(Id", 400, "MALFORMED_SEARCH", "unexpected token: '<EOF>'"),
        ("FIND {acme} RETURNING Account()", 400, "MALFORMED_SEARCH", "unexpected token: '<EOF>'"),
        ("FIND {acme} RETURNING Account(Id WHERE)", 400, "MALFORMED_SEARCH", "unexpected token: '<EOF>'"),
        (
            "FIND {acme} RETURNING Account(COUNT(Id))",
            400,
            "MALFORMED_SEARCH",
            "RETURNING takes fields only: no aggregates, subqueries or FOR",
        ),
        ("FIND {acme} LIMIT many", 400, "MALFORMED_SEARCH", "unexpected token: 'many'"),
        ("FIND {acme} nonsense", 400, "MALFORMED_SEARCH", "unexpected token: 'nonsense'"),
        ("FIND {acme} WITH HIGHLIGHT", 501, "DEMO_ORG_UNSUPPORTED", "the demo org does not support WITH in a search"),
        (
            "FIND {acme} IN SIDEBAR FIELDS",
            501,
            "DEMO_ORG_UNSUPPORTED",
            "the demo org does not support IN SIDEBAR FIELDS",
        ),
        (
            "FIND {acme} RETURNING OpportunityStage(Id)",
            400,
            "INVALID_TYPE_FOR_OPERATION",
            "entity type OpportunityStage does not support search",
        ),
    ] {
        let refusal = find(&world, search).unwrap_err();
        let found = refusal.message.rsplit('\n').next().unwrap_or_default();
        assert_eq!((refusal.status, refusal.code, found), (status, code, detail), "{search}");
    }
    // The place counts in the whole text.
    let refusal = find(&world, "FIND {acme} RETURNING Contact(Id), Account(Id, Foo)").unwrap_err();
    assert_eq!(refusal.code, "INVALID_FIELD");
    assert!(refusal.message.contains("ERROR at Row:1:Column:48\nNo such column 'Foo'"), "{}", refusal.message);
    let refusal = find(&world, "FIND {acme} RETURNING Case(Name)").unwrap_err();
    assert_eq!(refusal.code, "INVALID_FIELD");
}

#[test]
fn a_row_is_found_only_once_it_is_indexed() {
    let mut world = World::empty();
    world.put("Account", json!({"Name": "Fresh", "CreatedDate": "2026-03-18T02:29:59Z"}));
    let search = Search::parse("FIND {fresh} RETURNING Account").unwrap();
    for (until, expected) in [("2026-03-18T02:29:00Z", 0), ("2026-03-18T02:29:59Z", 0), ("2026-03-18T02:30:00Z", 1)] {
        let options = Options { indexed_until: Some(until.parse().unwrap()), ..OPTIONS };
        assert_eq!(sosl::search(world.view(), &search, options).unwrap().len(), expected, "{until}");
    }
}
