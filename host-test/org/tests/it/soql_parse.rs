//! What the SOQL parser takes, what it makes of it, and what it refuses in which words.

use demo_org::soql::{
    Condition, DateLiteral, Expression, LikePart, LikePattern, Operator, Path, Query, Unit, Value, parse,
};

use crate::soql_corpus::{BROKEN_RULES, INVALID, UNSUPPORTED, VALID};

#[track_caller]
fn parsed(text: &str) -> Query {
    parse(text).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

/// The value that `WHERE F = …` compares with.
#[track_caller]
fn value(literal: &str) -> Value {
    match parsed(&format!("SELECT Id FROM A WHERE F = {literal}")).condition {
        Some(Condition::Compare { value, .. }) => value,
        other => panic!("not a comparison: {other:?}"),
    }
}

#[track_caller]
fn pattern(literal: &str) -> Vec<LikePart> {
    match parsed(&format!("SELECT Id FROM A WHERE F LIKE {literal}")).condition {
        Some(Condition::Like { pattern, .. }) => pattern.parts,
        other => panic!("not a pattern: {other:?}"),
    }
}

#[test]
fn every_valid_query_parses_and_survives_its_own_display() {
    for text in VALID {
        let query = parsed(text);
        let shown = query.to_string();
        assert_eq!(parsed(&shown), query, "{text}\n{shown}");
        assert_eq!(parsed(&shown).to_string(), shown, "{text}");
    }
}

#[test]
fn every_invalid_query_is_refused_with_salesforces_code_and_words() {
    for (text, detail) in INVALID.iter().chain(BROKEN_RULES) {
        let error = match parse(text) {
            Ok(query) => panic!("accepted: {text}\nas {query}"),
            Err(error) => error,
        };
        let code = if detail.contains("offset allowed") { "NUMBER_OUTSIDE_VALID_RANGE" } else { "MALFORMED_QUERY" };
        assert_eq!((error.error_code(), error.status()), (code, 400), "{text}");
        assert!(error.message.ends_with(detail), "{text}\nexpected {detail:?}\nfound {}", error.message);
    }
}

#[test]
fn what_the_engine_lacks_is_refused_loudly() {
    for (text, what) in UNSUPPORTED {
        let error = match parse(text) {
            Ok(query) => panic!("accepted: {text}\nas {query}"),
            Err(error) => error,
        };
        assert_eq!((error.error_code(), error.status()), ("DEMO_ORG_UNSUPPORTED", 501), "{text}\n{error}");
        let detail = format!("the demo org does not support {what}");
        assert!(error.message.ends_with(&detail), "{text}\n{error}");
    }
}

#[test]
fn an_error_shows_the_place_row_and_column() {
    let message = |text: &str| match parse(text) {
        Ok(_) => panic!("accepted: {text}"),
        Err(error) => error.message,
    };
    assert_eq!(
        message("SELECT Id, FROM Account"),
        "\nSELECT Id, FROM Account\n           ^\nERROR at Row:1:Column:12\nunexpected token: 'FROM'"
    );
    assert_eq!(
        message("SELECT Id\nFROM Account\nWHERE Näme = 'a'"),
        "\nWHERE Näme = 'a'\n       ^\nERROR at Row:3:Column:8\nunexpected token: 'ä'"
    );
    assert_eq!(
        message("SELECT Id, AccountId, CreatedById, CreatedDate, LastModifiedById, From Contact"),
        "\nCreatedDate, LastModifiedById, From Contact\n                               ^\n\
         ERROR at Row:1:Column:67\nunexpected token: 'From'"
    );
}

#[test]
fn a_query_may_be_long_but_not_endless() {
    let text = |length: usize| {
        let start = "SELECT Id FROM Account WHERE Name = 'a'";
        format!("{start}{}", " ".repeat(length - start.len()))
    };
    assert!(parse(&text(100_000)).is_ok());
    let refused = parse(&text(100_001)).unwrap_err();
    assert_eq!(refused.error_code(), "MALFORMED_QUERY");
}

#[test]
fn a_string_in_where_has_at_most_4000_characters() {
    for template in [
        "SELECT Id FROM A WHERE F = '{}'",
        "SELECT Id FROM A WHERE F IN ('a', '{}')",
        "SELECT Id FROM A WHERE NOT (F = 'a' AND G = '{}')",
        "SELECT Id FROM A WHERE Id IN (SELECT B FROM C WHERE F = '{}')",
        "SELECT Id FROM A WHERE F INCLUDES ('{}')",
    ] {
        let text = |length| template.replace("{}", &"é".repeat(length));
        assert!(parse(&text(4_000)).is_ok(), "{template}");
        assert!(parse(&text(4_001)).is_err(), "{template}");
    }
    assert!(parse(&format!("SELECT Id FROM A WHERE F LIKE '{}'", "a".repeat(4_001))).is_err());
}

#[test]
fn deep_nesting_is_an_error_and_no_stack_overflow() {
    let text = format!("SELECT Id FROM A WHERE {}F = 1", "(".repeat(90_000));
    assert!(parse(&text).is_err());
}

#[test]
fn string_literals_are_held_decoded() {
    for (literal, expected) in [
        (r"'plain'", "plain"),
        (r"'O\'Brien'", "O'Brien"),
        (r"'C:\\'", "C:\\"),
        (r#"'a "b" \"c\"'"#, "a \"b\" \"c\""),
        (r"'1\n2\r3\t4'", "1\n2\r3\t4"),
        (r"'\b'", "\u{7}"),
        (r"'\u00e9\u6771'", "é東"),
        (r"'\ud83d\ude00!'", "😀!"),
        (r"'100%_'", "100%_"),
    ] {
        assert_eq!(value(literal), Value::Text(expected.to_owned()), "{literal}");
    }
}

#[test]
fn a_pattern_tells_wildcards_from_escaped_ones() {
    let text = |text: &str| LikePart::Text(text.to_owned());
    assert_eq!(pattern("'%'"), [LikePart::AnyRun]);
    assert_eq!(pattern(r"'\%'"), [text("%")]);
    assert_eq!(
        pattern(r"'a%\_b_c\\%'"),
        [text("a"), LikePart::AnyRun, text("_b"), LikePart::AnyOne, text("c\\"), LikePart::AnyRun,]
    );
    assert_eq!(pattern("''"), []);
}

#[test]
fn any_text_survives_display_as_literal_and_as_pattern() {
    for hostile in [
        "'",
        "\\",
        "\\'",
        "a\\",
        "%",
        "_",
        "\\%",
        "\n",
        "\r\n",
        "\t",
        "\u{0}",
        "\u{7}",
        "\u{1f}",
        "\u{7f}",
        "\"",
        "'; DELETE",
        "é😀",
        "' OR Name != '",
        "\\u0041",
        "",
    ] {
        let compare = Condition::Compare {
            left: Expression::Field(Path::new("F")),
            operator: Operator::Equal,
            value: Value::Text(hostile.to_owned()),
            at: Default::default(),
        };
        let text = format!("SELECT Id FROM A WHERE {compare}");
        assert_eq!(parsed(&text).condition, Some(compare), "{text}");
        let parts = if hostile.is_empty() {
            vec![LikePart::AnyRun]
        } else {
            vec![LikePart::AnyRun, LikePart::Text(hostile.to_owned())]
        };
        let like = Condition::Like { left: Expression::Field(Path::new("F")), pattern: LikePattern { parts } };
        let text = format!("SELECT Id FROM A WHERE {like}");
        assert_eq!(parsed(&text).condition, Some(like), "{text}");
    }
}

#[test]
fn values_keep_their_type_and_their_digits() {
    assert_eq!(value("null"), Value::Null);
    assert_eq!(value("TRUE"), Value::Boolean(true));
    assert_eq!(value("9007199254740993"), Value::Number("9007199254740993".to_owned()));
    assert_eq!(value("-1.50"), Value::Number("-1.50".to_owned()));
    assert_eq!(value("+5"), Value::Number("5".to_owned()));
    assert_eq!(value("2026-03-15"), Value::Date("2026-03-15".parse().unwrap()));
    assert_eq!(value("2026-03-15T01:30:00+05:30"), Value::DateTime("2026-03-14T20:00:00Z".parse().unwrap()));
    assert_eq!(value("LAST_N_FISCAL_QUARTERS:2"), Value::DateLiteral(DateLiteral::LastN(Unit::FiscalQuarter, 2)));
    assert_eq!(value("next_week"), Value::DateLiteral(DateLiteral::Next(Unit::Week)));
}

#[test]
fn a_time_is_a_value_of_its_own_and_survives_display() {
    assert_eq!(value("09:05:00.120Z"), Value::Time(jiff::civil::time(9, 5, 0, 120_000_000)));
    let shown = parsed("SELECT Id FROM A WHERE F IN (09:05:00.120Z, null)").to_string();
    assert_eq!(shown, "SELECT Id FROM A WHERE F IN (09:05:00.120Z, null)");
}

#[test]
fn keywords_and_functions_ignore_case_and_names_keep_it() {
    let query = parsed(
        "sElEcT iD, owner.NAME fRoM aCCount wHeRe DAY_only(CREATEDdate) in (today) oRdEr bY Name dEsC nUlLs LaSt",
    );
    assert_eq!(
        query.to_string(),
        "SELECT iD, owner.NAME FROM aCCount WHERE DAY_ONLY(CREATEDdate) IN (TODAY) ORDER BY Name DESC NULLS LAST"
    );
}
