//! Our parser against an independent grammar of SOQL, the one of `tree-sitter-sfapex`.
//!
//! That grammar was written to colour text, so it is lenient. Where the two differ on the corpus, the query is
//! listed here with the reason; a difference that is not listed fails.

use demo_org::soql::parse;

use crate::soql_corpus::{INVALID, UNSUPPORTED, VALID};

/// What the other grammar accepts and Salesforce refuses, and why we side with Salesforce.
const TOO_LENIENT: &[(&str, &str)] = &[
    ("SELECT Id FROM Account AS a", "it allows AS before an object's alias"),
    ("SELECT Account. Name FROM Contact", "it allows blanks around the dots of a path"),
    ("SELECT Account .Name FROM Contact", "it allows blanks around the dots of a path"),
    ("SELECT Group FROM Account", "keywords are names to it where no clause can start"),
    ("SELECT From.Name FROM Account", "keywords are names to it where no clause can start"),
    ("SELECT Id FROM Account WHERE Name LIKE 5", "LIKE takes any literal there"),
    ("SELECT Id FROM Account WHERE Name LIKE null", "LIKE takes any literal there"),
    ("SELECT Id FROM Account WHERE Name = 'a\nb'", "its strings may hold line breaks"),
    ("SELECT Id FROM Account WHERE Name = 'a\rb'", "its strings may hold line breaks"),
    ("SELECT Id FROM Account WHERE Name = 'a\\f'", "it believes the manual about \\f"),
    ("SELECT Id FROM Account WHERE Name = 'a\\_'", "it allows LIKE's escapes everywhere"),
    ("SELECT Id FROM Account WHERE Name != 'a\\%'", "it allows LIKE's escapes everywhere"),
    ("SELECT Id FROM Account WHERE Name IN ('a\\%')", "it allows LIKE's escapes everywhere"),
    ("SELECT Id FROM Account WHERE Name = '\\u00g1'", "it does not read the digits after \\u"),
    ("SELECT Id FROM Account WHERE Name = '\\ud83d'", "it does not read the digits after \\u"),
    ("SELECT Id FROM Account WHERE CreatedDate > 2026-02-30", "it knows no calendar"),
    ("SELECT Id FROM Account WHERE CreatedDate = LAST_N_DAYS: 3", "it allows blanks after the colon"),
    ("SELECT Id FROM Account FOR UPDATE", "it is made for Apex, where FOR UPDATE exists"),
    (
        "SELECT AccountId FROM Contact GROUP BY AccountId HAVING AccountId IN (SELECT Id FROM Account)",
        "HAVING takes whatever WHERE takes",
    ),
    ("SELECT Tags__c FROM Contact GROUP BY Tags__c HAVING Tags__c INCLUDES ('a')", "HAVING takes whatever WHERE takes"),
    ("SELECT NAMES(Id) FROM Account", "it takes any function name"),
    ("SELECT SUM() FROM Account", "it takes any function name before ()"),
];

/// Real SOQL that the other grammar refuses.
const TOO_STRICT: &[(&str, &str)] = &[];

fn grammar_accepts(text: &str) -> bool {
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&tree_sitter_sfapex::soql::LANGUAGE.into()).expect("the grammar fits this tree-sitter");
    let tree = parser.parse(text, None).expect("no timeout is set");
    !tree.root_node().has_error()
}

/// The texts on which the grammar's verdict is not `expected`, less the listed ones.
fn surprises<'a>(texts: impl Iterator<Item = &'a str>, expected: bool, listed: &[(&str, &str)]) -> Vec<&'a str> {
    let is_listed = |text: &str| listed.iter().any(|(known, _)| *known == text);
    texts.filter(|text| (grammar_accepts(text) == expected) == is_listed(text)).collect()
}

#[test]
fn the_independent_grammar_accepts_every_valid_query_but_the_listed_ones() {
    let surprises = surprises(VALID.iter().copied(), true, TOO_STRICT);
    assert!(surprises.is_empty(), "{surprises:#?}");
}

#[test]
fn the_independent_grammar_refuses_every_syntax_error_but_the_listed_ones() {
    assert!(INVALID.iter().all(|(text, _)| parse(text).is_err()));
    let surprises = surprises(INVALID.iter().map(|(text, _)| *text), false, TOO_LENIENT);
    assert!(surprises.is_empty(), "{surprises:#?}");
}

#[test]
fn what_we_call_unsupported_is_soql_to_the_independent_grammar() {
    let surprises = surprises(UNSUPPORTED.iter().map(|(text, _)| *text), true, &[]);
    assert!(surprises.is_empty(), "{surprises:#?}");
}

/// Rough tokens: words, blanks, single signs, and literals as one.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || "_.:\\".contains(c);
        let length = match first {
            '\'' => rest[1..].find('\'').map_or(rest.len(), |end| end + 2),
            c if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        pieces.push(&rest[..length]);
        rest = &rest[length..];
    }
    pieces
}

#[test]
fn whatever_we_accept_of_mangled_queries_the_independent_grammar_accepts_too() {
    let mut surprises = Vec::new();
    let mut accepted = 0;
    for text in VALID {
        let pieces = pieces(text);
        let last = pieces.len() - 1;
        let mut mangled = Vec::new();
        for index in 0..=last {
            let without = [&pieces[..index], &pieces[index + 1..]].concat().concat();
            let doubled = [&pieces[..=index], &[" "], &pieces[index..]].concat().concat();
            let mut swapped = pieces.clone();
            swapped.swap(index, (index + 2).min(last));
            mangled.extend([without, doubled, swapped.concat(), pieces[..index].concat()]);
        }
        for text in mangled {
            if parse(&text).is_ok() {
                accepted += 1;
                if !grammar_accepts(&text) {
                    surprises.push(text);
                }
            }
        }
    }
    surprises.sort();
    surprises.dedup();
    assert!(accepted > 300, "{accepted}");
    assert!(surprises.is_empty(), "{surprises:#?}");
}
