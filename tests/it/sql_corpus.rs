//! Statements as people and models write them, and the SOQL each must become or the refusal it must get.
//!
//! `sql_corpus.txt` holds them. The SOQL is read twice: by the room itself, which must find the same in it and have
//! nothing to note, and by the demo org's parser, which was written from Salesforce's grammar and shares no code with
//! it. What that parser does not know, the grammar of `tree-sitter-sfapex` has to accept.
//!
//! Where the corpus has to stand in for an org, names are taken for API names once their spaces are gone, `*` for
//! `FIELDS(STANDARD)`, and a parameter for the text of its name; today is a fixed day.

use std::sync::LazyLock;

use demo_org::soql as org;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::Config;
use salesforce_plugin::soql::{Comparison, Date, DateTime, Direction, Nulls, Pattern};
use salesforce_plugin::sql::{
    Aggregate, Column, Condition, DatePart, Expression, FieldSet, GroupKind, Literal, Match, Moment, Name, Order, Path,
    Query, Reason, Refusal, Shift, Statement, Value,
};

use crate::soql_roundtrip::records;

const CORPUS: &str = include_str!("sql_corpus.txt");
/// Now, for statements that are about it.
const NOW: &str = "2026-05-31T15:00:00Z";

/// A statement and what must come of it.
struct Case {
    line: usize,
    text: String,
    outcome: Outcome,
}

enum Outcome {
    /// This SOQL, and these notes.
    Soql(String, Vec<String>),
    /// A refusal at this line and column, whose words contain these.
    Refused(usize, usize, String),
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(corpus);

/// The cases: a statement of any number of lines, then `=> ` and its SOQL, perhaps `~ ` and its notes; or `!! ` and
/// where and why it is refused. Lines that begin with `#` are headings.
fn corpus() -> Vec<Case> {
    let mut cases = Vec::new();
    let (mut text, mut line) = (String::new(), 0);
    for (index, current) in CORPUS.lines().enumerate() {
        if let Some(soql) = current.strip_prefix("=> ") {
            let outcome = Outcome::Soql(soql.to_owned(), Vec::new());
            cases.push(Case { line, text: std::mem::take(&mut text), outcome });
        } else if let Some(notes) = current.strip_prefix("~ ") {
            let Some(Case { outcome: Outcome::Soql(_, noted), .. }) = cases.last_mut() else { panic!("{index}") };
            *noted = notes.split(", ").map(str::to_owned).collect();
        } else if let Some(refusal) = current.strip_prefix("!! ") {
            let (at, reason) = refusal.split_once(' ').unwrap();
            let (row, column) = at.split_once(':').unwrap();
            let outcome = Outcome::Refused(row.parse().unwrap(), column.parse().unwrap(), reason.to_owned());
            cases.push(Case { line, text: std::mem::take(&mut text), outcome });
        } else if current.is_empty() || current.starts_with("# ") {
            assert!(text.is_empty(), "line {line} of the corpus has no outcome");
        } else {
            if text.is_empty() {
                line = index + 1;
            } else {
                text.push('\n');
            }
            text.push_str(current);
        }
    }
    cases
}

#[test]
fn every_statement_of_the_corpus_becomes_its_soql_or_is_refused_where_it_says() {
    let cases = &*CASES;
    assert!(cases.len() >= 300, "{} statements", cases.len());
    let failures: Vec<String> = cases
        .iter()
        .filter_map(|case| check(case).err().map(|why| format!("line {}: {}\n  {why}", case.line, case.text)))
        .collect();
    assert!(failures.is_empty(), "{} of {} fail:\n{}", failures.len(), cases.len(), failures.join("\n"));
}

#[test]
fn no_statement_stands_in_the_corpus_twice() {
    let mut texts: Vec<String> = CASES.iter().map(|case| case.text.clone()).collect();
    texts.sort();
    let twice: Vec<_> = texts.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| &pair[0]).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

fn check(case: &Case) -> Result<(), String> {
    let read = Statement::parse(&case.text);
    match (&case.outcome, read) {
        (Outcome::Refused(line, column, reason), Err(refusal)) => {
            let is_same =
                (refusal.line, refusal.column) == (*line, *column) && refusal.reason.to_string().contains(reason);
            if is_same { Ok(()) } else { Err(format!("!! {}:{} {}", refusal.line, refusal.column, refusal.reason)) }
        }
        (Outcome::Refused(..), Ok(statement)) => Err(format!("is read as {}", shown(&statement))),
        (Outcome::Soql(..), Err(refusal)) => Err(format!("!! {}:{} {}", refusal.line, refusal.column, refusal.reason)),
        (Outcome::Soql(soql, notes), Ok(statement)) => {
            let noted: Vec<String> = statement.notes.iter().map(noted).collect();
            let query = settled(statement.query.clone());
            let again = Statement::parse(soql).map_err(|refusal| format!("its SOQL is refused: {refusal}"))?;
            if !again.notes.is_empty() {
                return Err(format!("its SOQL is changed: {:?}", again.notes));
            }
            if settled(again.query) != query {
                return Err(format!("=> {}", shown(&statement)));
            }
            match org::parse(soql) {
                Ok(judged) if translated(&query).as_ref() != Some(&judged) => {
                    return Err(format!("the judge reads {judged}\n  and not {}", shown(&statement)));
                }
                Err(error) if error.kind != org::SyntaxErrorKind::Unsupported => {
                    return Err(format!("the judge: {error}"));
                }
                Err(_) if !grammar_accepts(soql) => return Err("its SOQL has an error to the other grammar".to_owned()),
                _ => {}
            }
            if noted == *notes { Ok(()) } else { Err(format!("~ {}", noted.join(", "))) }
        }
    }
}

/// The kind of a note, as the corpus names it.
fn noted(note: &salesforce_plugin::sql::Note) -> String {
    format!("{note:?}").split(|character: char| !character.is_alphanumeric()).next().unwrap_or_default().to_owned()
}

/// A statement as the judge would write it, or else as it is.
fn shown(statement: &Statement) -> String {
    let query = settled(statement.query.clone());
    translated(&query).map_or_else(|| format!("{query:?}"), |query| query.to_string())
}

fn grammar_accepts(text: &str) -> bool {
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&tree_sitter_sfapex::soql::LANGUAGE.into()).expect("the grammar fits this tree-sitter");
    let tree = parser.parse(text, None).expect("no timeout is set");
    !tree.root_node().has_error()
}

#[test]
fn a_label_may_have_any_letter() {
    for text in ["SELECT Größe FROM Account", "SELECT \"Größe\" FROM Account", "SELECT [Größe] FROM Account"] {
        let query = Statement::parse(text).unwrap().query;
        assert!(matches!(&query.select[..], [Column::Expression { expression, .. }]
            if expression.field().unwrap().to_string() == "Größe"));
    }
}

#[test]
fn what_takes_too_much_space_or_time_is_refused() {
    let deep = |open: &str, close: &str| format!("SELECT Id FROM A WHERE {}B = 1{}", open.repeat(50), close.repeat(50));
    for text in [deep("(", ")"), deep("NOT ", ""), deep("!", "")] {
        assert_eq!(Statement::parse(&text).unwrap_err().reason, Reason::Depth, "{text}");
    }
    let nested = format!("{}SELECT Id FROM A{}", "(".repeat(50), ")".repeat(50));
    assert_eq!(Statement::parse(&nested).unwrap_err().reason, Reason::Depth);
    let functions = format!("SELECT Id FROM A WHERE {}B{} = 1", "LOWER(".repeat(50), ")".repeat(50));
    assert_eq!(Statement::parse(&functions).unwrap_err().reason, Reason::Depth);
    let children = format!("SELECT {}Id FROM A{}", "(SELECT ".repeat(50), ") FROM A".repeat(50));
    assert_eq!(Statement::parse(&children).unwrap_err().reason, Reason::Depth);
    let long = format!("SELECT Id FROM A WHERE B = '{}'", "x".repeat(100_000));
    assert_eq!(Statement::parse(&long).unwrap_err().reason, Reason::Length);
    let columns = format!("SELECT {} FROM A", ["B"; 501].join(", "));
    assert_eq!(Statement::parse(&columns).unwrap_err().reason, Reason::Size);
    let joins: String = (0..20).map(|n| format!(" JOIN B b{n} ON a.BId = b{n}.Id")).collect();
    assert_eq!(Statement::parse(&format!("SELECT a.Id FROM A a{joins}")).unwrap_err().reason, Reason::Size);
    let parts = format!("SELECT Id FROM A WHERE B IN ({})", vec!["1"; 13_000].join(","));
    assert_eq!(Statement::parse(&parts).unwrap_err().reason, Reason::Size);
}

#[test]
fn long_lists_and_long_conditions_are_read() {
    let ids = (0..4_000).map(|n| format!("'001dM000000{n:04}QAA'")).collect::<Vec<_>>().join(", ");
    let statement = Statement::parse(&format!("SELECT Id FROM A WHERE Id IN ({ids})")).unwrap();
    assert!(matches!(statement.query.condition, Some(Condition::In { values, .. }) if values.len() == 4_000));
    let any = (0..4_000).map(|n| format!("B = {n}")).collect::<Vec<_>>().join(" OR ");
    let statement = Statement::parse(&format!("SELECT Id FROM A WHERE {any}")).unwrap();
    assert!(matches!(statement.query.condition, Some(Condition::Any(any)) if any.len() == 4_000));
}

/// Asks of so many cases.
fn config(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}

// Conditions as trees, written as SQL with as few parentheses as its precedence asks for, and some more.

#[derive(Debug, Clone)]
enum Tree {
    Is(usize),
    Not(Box<Tree>),
    And(Vec<Tree>),
    Or(Vec<Tree>),
}

const ATOMS: usize = 5;

fn tree() -> impl Strategy<Value = Tree> {
    (0..ATOMS).prop_map(Tree::Is).prop_recursive(5, 30, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| Tree::Not(Box::new(inner))),
            vec(inner.clone(), 2..4).prop_map(Tree::And),
            vec(inner, 2..4).prop_map(Tree::Or),
        ]
    })
}

impl Tree {
    fn holds(&self, atoms: u32) -> bool {
        match self {
            Self::Is(atom) => atoms >> atom & 1 == 1,
            Self::Not(inner) => !inner.holds(atoms),
            Self::And(parts) => parts.iter().all(|part| part.holds(atoms)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(atoms)),
        }
    }

    /// 0 for OR, 1 for AND, 2 for what binds stronger.
    fn sql(&self, around: u8, extra: &mut impl Iterator<Item = bool>) -> String {
        let (binds, text) = match self {
            Self::Is(atom) => (2, format!("F{atom} = 1")),
            Self::Not(inner) => (2, format!("NOT {}", inner.sql(2, extra))),
            Self::And(parts) => (1, parts.iter().map(|part| part.sql(1, extra)).collect::<Vec<_>>().join(" AND ")),
            Self::Or(parts) => (0, parts.iter().map(|part| part.sql(0, extra)).collect::<Vec<_>>().join(" OR ")),
        };
        if binds < around || extra.next() == Some(true) { format!("({text})") } else { text }
    }
}

fn holds(condition: &Condition, atoms: u32) -> bool {
    match condition {
        Condition::All(parts) => parts.iter().all(|part| holds(part, atoms)),
        Condition::Any(parts) => parts.iter().any(|part| holds(part, atoms)),
        Condition::Not(inner) => !holds(inner, atoms),
        Condition::Compare { left, op: Comparison::Eq, .. } => {
            let name = left.field().unwrap().to_string();
            atoms >> name[1..].parse::<u32>().unwrap() & 1 == 1
        }
        other => panic!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(config(2_000))]

    #[test]
    fn a_condition_holds_when_sql_says_it_does(tree in tree(), extra in vec(any::<bool>(), 0..60)) {
        let sql = tree.sql(0, &mut extra.into_iter());
        let statement = Statement::parse(&format!("SELECT Id FROM A WHERE {sql}"));
        let statement = statement.map_err(|refusal| TestCaseError::fail(format!("{refusal}\n{sql}")))?;
        let condition = statement.query.condition.unwrap();
        for atoms in 0..1 << ATOMS {
            prop_assert_eq!(holds(&condition, atoms), tree.holds(atoms), "{} with {:05b}", sql, atoms);
        }
        // And SOQL, which has no precedence, can say it.
        let query = translated(&Statement::parse(&format!("SELECT Id FROM A WHERE {sql}")).unwrap().query).unwrap();
        let again = org::parse(&query.to_string());
        prop_assert_eq!(again.unwrap(), query);
    }
}

// Spellings.

/// A text in another spelling: letters in other cases, other blanks, comments, more at its end. What stands in quotes
/// stays, and so do currencies, whose codes are in capitals, and the names of parameters.
fn respelled(text: &str, choices: &[u8]) -> String {
    const BLANKS: [&str; 6] = [" ", "\n", "\t ", "  ", " /* it's a \"comment\" */ ", " -- SELECT '\n"];
    let mut choices = choices.iter().copied().cycle();
    let mut choose = || choices.next().unwrap_or_default();
    let mut respelled = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let close = match first {
            '\'' | '"' | '`' => Some(first),
            '[' => Some(']'),
            '‘' => Some('’'),
            '“' => Some('”'),
            _ => None,
        };
        let length = match close {
            Some(close) => {
                let mut length = first.len_utf8();
                let mut characters = rest[length..].chars();
                while let Some(character) = characters.next() {
                    length += character.len_utf8();
                    if character == '\\' {
                        length += characters.next().map_or(0, char::len_utf8);
                    } else if character == close {
                        break;
                    }
                }
                length
            }
            None if first.is_whitespace() => rest.len() - rest.trim_start().len(),
            None => {
                let is_word = |character: char| character.is_alphanumeric() || character == '_';
                rest.find(|character| !is_word(character)).unwrap_or(rest.len()).max(first.len_utf8())
            }
        };
        let (part, after) = rest.split_at(length);
        let is_currency = part.len() > 3 && part.as_bytes()[3].is_ascii_digit();
        if first.is_whitespace() {
            respelled.push_str(BLANKS[usize::from(choose()) % BLANKS.len()]);
        } else if close.is_some() || is_currency || respelled.ends_with(':') {
            respelled.push_str(part);
        } else {
            let flips = choose();
            respelled.extend(part.chars().enumerate().map(|(index, character)| match flips >> (index % 8) & 1 {
                0 => character.to_ascii_lowercase(),
                _ => character.to_ascii_uppercase(),
            }));
        }
        rest = after;
    }
    match choose() % 4 {
        0 => format!("({respelled})"),
        1 => format!("{respelled} ;"),
        2 => format!("/* so */{respelled}--"),
        _ => respelled,
    }
}

fn kind(refusal: &Refusal) -> std::mem::Discriminant<Reason> {
    std::mem::discriminant(&refusal.reason)
}

proptest! {
    #![proptest_config(config(3_000))]

    #[test]
    fn spelling_changes_nothing(case in any::<Index>(), choices in vec(any::<u8>(), 1..40)) {
        let case = &CASES[case.index(CASES.len())];
        // Comments have a spelling of their own, and so has ESCAPE; more than one statement stays more than one.
        let is_apart = ["--", "/*", "ESCAPE", ";"].iter().any(|sign| case.text.contains(sign));
        prop_assume!(!is_apart);
        let text = respelled(&case.text, &choices);
        match (Statement::parse(&case.text), Statement::parse(&text)) {
            (Ok(plain), Ok(other)) => prop_assert_eq!(plain, other, "{}", text),
            // A text that is not closed goes on into what was added.
            (Err(plain), Err(other)) => {
                prop_assert!(kind(&plain) == kind(&other) || plain.reason == Reason::Unclosed, "{}: {}", text, other);
            }
            (plain, other) => prop_assert!(false, "{}: {:?} {:?}", text, plain.err(), other.err()),
        }
    }
}

// Chance.

/// A text's words, values and signs.
fn parts(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut quote = None;
    let mut glue = false;
    for character in text.chars() {
        let is_word = character.is_alphanumeric() || "_:.%".contains(character);
        match (quote, character) {
            (Some(open), _) => {
                parts.last_mut().unwrap().push(character);
                quote = quote.filter(|_| character != open);
            }
            (None, '\'' | '"') => {
                parts.push(character.to_string());
                quote = Some(character);
                glue = false;
            }
            (None, _) if character.is_whitespace() => glue = false,
            (None, _) if is_word && glue => parts.last_mut().unwrap().push(character),
            (None, _) => {
                parts.push(character.to_string());
                glue = is_word;
            }
        }
    }
    parts
}

/// The judge's tree as this room says the same: without short names, and with conditions no deeper than they need be.
fn plain(mut query: org::Query) -> org::Query {
    let own: Vec<String> = query.alias.take().into_iter().chain([query.from.last().to_owned()]).collect();
    let strip = |path: &mut org::Path| {
        if path.parts.len() > 1 && own.iter().any(|own| own.eq_ignore_ascii_case(&path.parts[0])) {
            path.parts.remove(0);
        }
    };
    for item in &mut query.select {
        match item {
            org::SelectItem::Expression { expression, .. } => plain_expression(expression, &strip),
            org::SelectItem::Children(children) => {
                strip(&mut children.from);
                **children = plain((**children).clone());
            }
            org::SelectItem::Fields(..) => {}
        }
    }
    query.group_by.iter_mut().for_each(|key| plain_expression(key, &strip));
    query.order_by.iter_mut().for_each(|order| plain_expression(&mut order.expression, &strip));
    query.condition = query.condition.map(|condition| plain_condition(condition, &strip));
    query.having = query.having.map(|condition| plain_condition(condition, &strip));
    query
}

fn plain_expression(expression: &mut org::Expression, strip: &impl Fn(&mut org::Path)) {
    match expression {
        org::Expression::Field(path)
        | org::Expression::Aggregate { field: path, .. }
        | org::Expression::Date { field: path, .. }
        | org::Expression::ToLabel(path) => strip(path),
        org::Expression::Format(inner) => plain_expression(inner, strip),
        org::Expression::CountRows(_) => {}
    }
}

fn plain_condition(condition: org::Condition, strip: &impl Fn(&mut org::Path)) -> org::Condition {
    let flat = |parts: Vec<org::Condition>, is_all: bool| {
        let parts = parts.into_iter().map(|part| plain_condition(part, strip));
        parts
            .flat_map(|part| match part {
                org::Condition::All(inner) if is_all => inner,
                org::Condition::Any(inner) if !is_all => inner,
                other => vec![other],
            })
            .collect()
    };
    match condition {
        org::Condition::All(parts) => org::Condition::All(flat(parts, true)),
        org::Condition::Any(parts) => org::Condition::Any(flat(parts, false)),
        org::Condition::Not(inner) => match plain_condition(*inner, strip) {
            org::Condition::Not(inner) => *inner,
            org::Condition::InQuery { left, negated, query } => {
                org::Condition::InQuery { left, negated: !negated, query }
            }
            other => org::Condition::Not(Box::new(other)),
        },
        org::Condition::Compare { mut left, operator, value, at } => {
            plain_expression(&mut left, strip);
            org::Condition::Compare { left, operator, value, at }
        }
        org::Condition::Like { mut left, pattern } => {
            plain_expression(&mut left, strip);
            org::Condition::Like { left, pattern }
        }
        org::Condition::In { mut left, negated, values, at } => {
            plain_expression(&mut left, strip);
            org::Condition::In { left, negated, values, at }
        }
        org::Condition::InQuery { mut left, negated, query } => {
            strip(&mut left);
            org::Condition::InQuery { left, negated, query: Box::new(plain(*query)) }
        }
        org::Condition::Includes { mut left, negated, values } => {
            strip(&mut left);
            org::Condition::Includes { left, negated, values }
        }
    }
}

/// A statement of the corpus, or its SOQL, with a few parts left out, doubled, exchanged or taken from elsewhere.
fn mangled(base: Index, of_soql: bool, changes: &[(u8, Index, Index)]) -> String {
    let texts: Vec<&str> = CASES
        .iter()
        .map(|case| match &case.outcome {
            Outcome::Soql(soql, _) if of_soql => soql.as_str(),
            _ => case.text.as_str(),
        })
        .collect();
    let mut parts = parts(texts[base.index(texts.len())]);
    for (change, at, from) in changes {
        let at = at.index(parts.len());
        match change % 4 {
            0 if parts.len() > 1 => {
                parts.remove(at);
            }
            1 => parts.insert(at, parts[at].clone()),
            2 => {
                let other = from.index(parts.len());
                parts.swap(at, other);
            }
            _ => {
                let others = self::parts(texts[from.index(texts.len())]);
                parts[at] = others[from.index(others.len())].clone();
            }
        }
    }
    parts.join(" ")
}

proptest! {
    #![proptest_config(config(8_000))]

    #[test]
    fn whatever_chance_makes_of_a_statement_is_refused_or_means_what_it_says(
        base in any::<Index>(),
        of_soql in any::<bool>(),
        changes in vec((any::<u8>(), any::<Index>(), any::<Index>()), 0..4),
    ) {
        let judged = judge(&mangled(base, of_soql, &changes));
        prop_assert!(judged.is_ok(), "{}", judged.unwrap_err());
    }
}

/// Each part of each statement's SOQL once left out and once doubled, and each two neighbours exchanged.
#[test]
fn one_part_too_few_too_many_or_in_the_wrong_place_is_refused_or_means_what_it_says() {
    let (mut taken, mut refused) = (0, 0);
    for case in CASES.iter() {
        let Outcome::Soql(soql, _) = &case.outcome else { continue };
        let parts = parts(soql);
        for at in 0..parts.len() {
            let (mut fewer, mut more, mut exchanged) = (parts.clone(), parts.clone(), parts.clone());
            fewer.remove(at);
            more.insert(at, parts[at].clone());
            exchanged.swap(at, (at + 1) % parts.len());
            for mangled in [fewer, more, exchanged] {
                match judge(&mangled.join(" ")).unwrap() {
                    Some(true) => taken += 1,
                    Some(false) => refused += 1,
                    None => {}
                }
            }
        }
    }
    // Nearly all that the judge takes is read, so that the comparison is one.
    assert!(taken > 400 && refused * 20 < taken, "{taken} are read and {refused} are not");
}

/// Holds a text against the judge: whether it was read where the judge reads it too.
fn judge(text: &str) -> Result<Option<bool>, String> {
    let judged = org::parse(text).ok();
    let Ok(statement) = Statement::parse(text) else { return Ok(judged.map(|_| false)) };
    let Some(query) = translated(&settled(statement.query)) else { return Ok(None) };
    let taken = judged.is_some();
    // What Salesforce takes means the same to it.
    if let Some(judged) = judged
        && plain(judged) != query
    {
        return Err(format!("{text}\nis read as {query}"));
    }
    // What is read, it can be told.
    let told = query.to_string();
    match org::parse(&told) {
        Ok(again) if again != query => Err(format!("{text}\nis told as {told}")),
        Err(error)
            if error.kind != org::SyntaxErrorKind::Unsupported
                && !is_later(&error.message)
                && !calls_reserved(&query)
                && !names_reserved(&error.message, text) =>
        {
            Err(format!("{text}\n{}", error.message))
        }
        _ => Ok(taken.then_some(true)),
    }
}

/// Whether it is a word of SOQL's own that cannot be told, and a name because it stands in quotes or after AS.
fn names_reserved(message: &str, text: &str) -> bool {
    let Some((_, token)) = message.rsplit_once("unexpected token: '") else { return false };
    let word = token.trim_end_matches('\'').to_lowercase();
    let text = text.to_lowercase();
    let is_quoted = |quote: char| text.split(quote).skip(1).any(|after| after.trim_start().starts_with(&word));
    text.contains(&format!("as {word}")) || ['\'', '"', '`', '['].into_iter().any(is_quoted)
}

/// Whether a column is called by a word of SOQL's own, which can't be told; Salesforce is never told the name.
fn calls_reserved(query: &org::Query) -> bool {
    const RESERVED: [&str; 21] = [
        "AND", "ASC", "DESC", "EXCLUDES", "FIRST", "FROM", "GROUP", "HAVING", "IN", "INCLUDES", "LAST", "LIKE",
        "LIMIT", "NOT", "NULL", "NULLS", "OR", "SELECT", "USING", "WHERE", "WITH",
    ];
    query.select.iter().any(|item| match item {
        org::SelectItem::Expression { alias: Some(alias), .. } => {
            alias.eq_ignore_ascii_case("AS") || RESERVED.iter().any(|word| word.eq_ignore_ascii_case(alias))
        }
        _ => false,
    })
}

/// What this room leaves to whoever knows the org, asks for columns or cuts the rows.
fn is_later(message: &str) -> bool {
    ["offset allowed", "must have a LIMIT", "duplicate field selected"].iter().any(|later| message.contains(later))
}

// What an org and a clock would settle.

fn settled(mut query: Query) -> Query {
    for column in &mut query.select {
        match column {
            Column::Usual(at) => *column = Column::Fields(FieldSet::Standard, *at),
            Column::Fields(..) => {}
            Column::Expression { expression, alias } => {
                settle_expression(expression);
                alias.iter_mut().for_each(settle_name);
            }
            Column::Children(children) => **children = settled((**children).clone()),
            Column::TypeOf { .. } | Column::Total(_) => {}
        }
    }
    settle_path(&mut query.from);
    query.condition.iter_mut().chain(&mut query.having).for_each(settle);
    query.group_by.iter_mut().flat_map(|group_by| &mut group_by.keys).for_each(settle_expression);
    query.order_by.iter_mut().for_each(|order| settle_expression(&mut order.by));
    query
}

fn settle_name(name: &mut Name) {
    name.text.retain(|character| character.is_alphanumeric() || character == '_');
}

fn settle_path(path: &mut Path) {
    path.parts.iter_mut().for_each(settle_name);
}

fn settle_expression(expression: &mut Expression) {
    match expression {
        Expression::Field(field)
        | Expression::Aggregate { field, .. }
        | Expression::Date { field, .. }
        | Expression::Label(field)
        | Expression::Converted(field)
        | Expression::IsSubtotal(field)
        | Expression::Distance { field, .. } => settle_path(field),
        Expression::Formatted(inner) => settle_expression(inner),
        Expression::Elapsed { from, to, .. } => {
            for moment in [from, to] {
                if let Moment::Field(field) | Moment::Day(field) = moment {
                    settle_path(field);
                }
            }
        }
        Expression::CountRows(_) => {}
    }
}

fn settle(condition: &mut Condition) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter_mut().for_each(settle),
        Condition::Not(inner) => settle(inner),
        Condition::Compare { left, value, .. } => {
            settle_expression(left);
            settle_value(value);
        }
        Condition::Like { left, pattern } => {
            settle_expression(left);
            if let Match::Parameter(name, at) = pattern {
                *pattern = Match::Pattern(Pattern::parse(&format!(":{name}")).unwrap(), *at);
            }
        }
        Condition::In { left, values, .. } => {
            settle_expression(left);
            values.iter_mut().for_each(settle_value);
        }
        Condition::Includes { field, values, .. } => {
            settle_path(field);
            values.iter_mut().for_each(settle_value);
        }
        Condition::InSelect { field, query, .. } => {
            settle_path(field);
            settle_path(&mut query.select);
            settle_path(&mut query.from);
            query.condition.iter_mut().for_each(settle);
        }
    }
}

fn settle_value(literal: &mut Literal) {
    literal.value = match &literal.value {
        Value::Day(shift) => Value::Date(Date::parse(&moved(*shift).strftime("%Y-%m-%d").to_string()).unwrap()),
        Value::Moment(shift) => {
            Value::DateTime(DateTime::parse(&moved(*shift).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap())
        }
        Value::Parameter(name) => Value::Text(format!(":{name}")),
        other => other.clone(),
    };
}

fn moved(shift: Shift) -> jiff::civil::DateTime {
    let now: jiff::Timestamp = NOW.parse().unwrap();
    let span = jiff::Span::new().months(shift.months).days(shift.days).seconds(shift.seconds);
    jiff::tz::TimeZone::UTC.to_datetime(now).checked_add(span).unwrap()
}

// From the statement to the judge's query, member by member; nothing for what that has no word for.

fn translated(query: &Query) -> Option<org::Query> {
    let select = query.select.iter().map(item).collect::<Option<Vec<_>>>()?;
    let group_by = match &query.group_by {
        None => Vec::new(),
        Some(group_by) if group_by.kind == GroupKind::Plain => {
            group_by.keys.iter().map(expression).collect::<Option<_>>()?
        }
        Some(_) => return None,
    };
    if !query.categories.is_empty() {
        return None;
    }
    Some(org::Query {
        select,
        from: path(&query.from),
        alias: None,
        scope: match &query.scope {
            None => None,
            Some(scope) => Some(org::parse(&format!("SELECT Id FROM A USING SCOPE {scope}")).ok()?.scope?),
        },
        condition: optional(query.condition.as_ref(), condition)?,
        group_by,
        having: optional(query.having.as_ref(), condition)?,
        order_by: query.order_by.iter().map(order).collect::<Option<_>>()?,
        limit: query.limit.map(u64::from),
        offset: query.offset.map(u64::from),
        for_view: false,
        for_reference: false,
    })
}

/// Nothing of nothing, and nothing if there is no word for something.
fn optional<T, R>(value: Option<&T>, translate: impl Fn(&T) -> Option<R>) -> Option<Option<R>> {
    match value {
        None => Some(None),
        Some(value) => translate(value).map(Some),
    }
}

fn item(column: &Column) -> Option<org::SelectItem> {
    Some(match column {
        Column::Usual(_) | Column::TypeOf { .. } | Column::Total(_) => return None,
        Column::Fields(set, _) => org::SelectItem::Fields(
            match set {
                FieldSet::All => org::FieldSet::All,
                FieldSet::Custom => org::FieldSet::Custom,
                FieldSet::Standard => org::FieldSet::Standard,
            },
            org::Position::default(),
        ),
        Column::Expression { expression: of, alias } => org::SelectItem::Expression {
            expression: expression(of)?,
            alias: alias.as_ref().map(|alias| alias.text.clone()),
        },
        Column::Children(children) => org::SelectItem::Children(Box::new(translated(children)?)),
    })
}

fn path(path: &Path) -> org::Path {
    org::Path { parts: path.parts.iter().map(|name| name.text.clone()).collect(), at: org::Position::default() }
}

fn expression(of: &Expression) -> Option<org::Expression> {
    Some(match of {
        Expression::Field(field) => org::Expression::Field(path(field)),
        Expression::CountRows(_) => org::Expression::CountRows(org::Position::default()),
        Expression::Aggregate { function, field } => org::Expression::Aggregate {
            function: match function {
                Aggregate::Count => org::Aggregate::Count,
                Aggregate::CountDistinct => org::Aggregate::CountDistinct,
                Aggregate::Sum => org::Aggregate::Sum,
                Aggregate::Average => org::Aggregate::Avg,
                Aggregate::Min => org::Aggregate::Min,
                Aggregate::Max => org::Aggregate::Max,
            },
            field: path(field),
        },
        Expression::Date { part, field, zoned } => {
            org::Expression::Date { function: date_part(*part), field: path(field), convert_timezone: *zoned }
        }
        Expression::Label(field) => org::Expression::ToLabel(path(field)),
        Expression::Formatted(inner) => org::Expression::Format(Box::new(expression(inner)?)),
        Expression::Elapsed { .. }
        | Expression::Converted(_)
        | Expression::IsSubtotal(_)
        | Expression::Distance { .. } => return None,
    })
}

fn date_part(part: DatePart) -> org::DateFunction {
    match part {
        DatePart::CalendarMonth => org::DateFunction::CalendarMonth,
        DatePart::CalendarQuarter => org::DateFunction::CalendarQuarter,
        DatePart::CalendarYear => org::DateFunction::CalendarYear,
        DatePart::DayInMonth => org::DateFunction::DayInMonth,
        DatePart::DayInWeek => org::DateFunction::DayInWeek,
        DatePart::DayInYear => org::DateFunction::DayInYear,
        DatePart::DayOnly => org::DateFunction::DayOnly,
        DatePart::FiscalMonth => org::DateFunction::FiscalMonth,
        DatePart::FiscalQuarter => org::DateFunction::FiscalQuarter,
        DatePart::FiscalYear => org::DateFunction::FiscalYear,
        DatePart::HourInDay => org::DateFunction::HourInDay,
        DatePart::WeekInMonth => org::DateFunction::WeekInMonth,
        DatePart::WeekInYear => org::DateFunction::WeekInYear,
    }
}

fn order(order: &Order) -> Option<org::Order> {
    Some(org::Order {
        expression: expression(&order.by)?,
        descending: order.direction == Direction::Descending,
        nulls_last: order.nulls == Some(Nulls::Last),
    })
}

fn condition(of: &Condition) -> Option<org::Condition> {
    let at = org::Position::default();
    let all = |parts: &[Condition]| parts.iter().map(condition).collect::<Option<Vec<_>>>();
    Some(match of {
        Condition::All(parts) => org::Condition::All(all(parts)?),
        Condition::Any(parts) => org::Condition::Any(all(parts)?),
        Condition::Not(inner) => org::Condition::Not(Box::new(condition(inner)?)),
        Condition::Compare { left, op, value: literal } => {
            org::Condition::Compare { left: expression(left)?, operator: operator(*op), value: value(literal)?, at }
        }
        Condition::Like { left, pattern: Match::Pattern(pattern, _) } => {
            org::Condition::Like { left: expression(left)?, pattern: like(pattern) }
        }
        Condition::Like { .. } => return None,
        Condition::In { left, negated, values } => org::Condition::In {
            left: expression(left)?,
            negated: *negated,
            values: values.iter().map(value).collect::<Option<_>>()?,
            at,
        },
        Condition::Includes { field, negated, values } => org::Condition::Includes {
            left: path(field),
            negated: *negated,
            values: values
                .iter()
                .map(|value| match &value.value {
                    Value::Text(text) => Some(text.split(';').map(str::to_owned).collect()),
                    _ => None,
                })
                .collect::<Option<_>>()?,
        },
        Condition::InSelect { field, negated, query } => {
            let select = Expression::Field(query.select.clone());
            org::Condition::InQuery {
                left: path(field),
                negated: *negated,
                query: Box::new(org::Query {
                    from: path(&query.from),
                    condition: optional(query.condition.as_ref(), condition)?,
                    ..records(vec![org::SelectItem::Expression { expression: expression(&select)?, alias: None }], "")
                }),
            }
        }
    })
}

fn operator(op: Comparison) -> org::Operator {
    match op {
        Comparison::Eq => org::Operator::Equal,
        Comparison::Ne => org::Operator::NotEqual,
        Comparison::Lt => org::Operator::Less,
        Comparison::Le => org::Operator::LessOrEqual,
        Comparison::Gt => org::Operator::Greater,
        Comparison::Ge => org::Operator::GreaterOrEqual,
    }
}

fn like(pattern: &Pattern) -> org::LikePattern {
    let query = org::parse(&format!("SELECT Id FROM A WHERE A LIKE {pattern}"));
    match query.map(|query| query.condition) {
        Ok(Some(org::Condition::Like { pattern, .. })) => pattern,
        other => panic!("{pattern}: {other:?}"),
    }
}

fn value(literal: &Literal) -> Option<org::Value> {
    Some(match &literal.value {
        Value::Null => org::Value::Null,
        Value::Boolean(value) => org::Value::Boolean(*value),
        Value::Number(number) => org::Value::Number(number.as_str().to_owned()),
        Value::Text(text) => org::Value::Text(text.clone()),
        Value::Date(date) => org::Value::Date(date.to_string().parse().unwrap()),
        Value::DateTime(moment) => org::Value::DateTime(moment.to_string().parse().unwrap()),
        Value::Range(range) => match org::parse(&format!("SELECT Id FROM A WHERE A = {range}")).unwrap().condition {
            Some(org::Condition::Compare { value, .. }) => value,
            other => panic!("{other:?}"),
        },
        Value::Currency { .. } | Value::Day(_) | Value::Moment(_) | Value::Parameter(_) => return None,
    })
}
