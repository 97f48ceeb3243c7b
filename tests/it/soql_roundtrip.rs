//! Whatever query the core can build, others read as that very query.
//!
//! Two readers judge the text: the demo org's parser, written from Salesforce's grammar without a look at the renderer,
//! must find the same query in it; the grammar of `tree-sitter-sfapex`, made by others, must find no error in it.

use demo_org::soql as org;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::Union;
use proptest::test_runner::Config;
use salesforce_plugin::soql::{
    Aggregate, ChildSelect, Comparison, Condition, Date, DateLiteral, DatePart, DateTime, Direction, FieldList,
    FieldName, FieldPath, Function, GroupOrder, Grouping, Key, List, Literal, LiteralError, Measure, Nulls, Number,
    ObjectName, Operand, Order, OrderBy, Pattern, Scope, Select, Selection, SemiJoin, Text, TimeOfDay,
};

/// Names on which the grammar of `tree-sitter-sfapex` 3.0.1 refuses real SOQL, because it takes them for the beginning
/// of a function; with each a query it should accept.
const FAULTS: [(&str, &str); 2] =
    [("Distance", "SELECT Distance FROM Account"), ("Fields", "SELECT Fields FROM Account")];

/// Asks of many cases.
fn config() -> Config {
    Config { cases: 5_000, failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_rendered_query_is_read_as_the_query_it_was(query in query()) {
        let text = query.to_string();
        prop_assume!(text.chars().count() <= 100_000);
        let read = org::parse(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        prop_assert_eq!(read, translated(&query), "{}", text);
        if !has_fault(&text) {
            prop_assert!(grammar_accepts(&text), "{}", text);
        }
    }

    #[test]
    fn a_rendered_query_of_groups_is_read_as_the_query_it_was(query in aggregate()) {
        let text = query.to_string();
        prop_assume!(text.chars().count() <= 100_000);
        let read = org::parse(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        prop_assert_eq!(read, translated_groups(&query), "{}", text);
        if !has_fault(&text) {
            prop_assert!(grammar_accepts(&text), "{}", text);
        }
    }

    #[test]
    fn a_pattern_of_a_text_matches_that_text_and_nothing_else(text in text()) {
        use org::LikePart::AnyRun;
        let text = text.as_str();
        let this = || (!text.is_empty()).then(|| org::LikePart::Text(text.to_owned()));
        let around = |before: &[org::LikePart], after: &[org::LikePart]| {
            [before, this().as_slice(), after].concat()
        };
        for (pattern, parts) in [
            (Pattern::exactly(text), around(&[], &[])),
            (Pattern::starts_with(text), around(&[], &[AnyRun])),
            (Pattern::ends_with(text), around(&[AnyRun], &[])),
            (Pattern::contains(text), around(&[AnyRun], &[AnyRun])),
        ] {
            // The escapes of a pattern can make it too long where the text was not.
            let Ok(pattern) = pattern else { continue };
            // The org counts the quotes around a pattern as well, though not those around a text.
            let literal = pattern.to_string();
            if literal.encode_utf16().count() <= 4_000 {
                prop_assert_eq!(like(&literal), parts);
            }
        }
    }
}

#[test]
fn a_value_that_is_given_stays_one_literal_of_what_is_sent() {
    let bench = crate::bench::Bench::warm(&["Account"]);
    let mut runner = proptest::test_runner::TestRunner::new(Config { cases: 300, ..config() });
    let outcome = runner.run(&text(), |text| {
        let given = text.as_str();
        let soql = "SELECT Id FROM Account WHERE Name = :v AND Id IN (SELECT AccountId FROM Contact WHERE Title = :v)";
        let arguments = serde_json::json!({ "soql": soql, "params": { "v": given } });
        let reply = bench.call("query", arguments);
        prop_assert!(reply.is_ok(), "{reply:?}");
        let sent = bench.sent.borrow().last().unwrap().uri().query().unwrap_or_default().to_owned();
        // What is too long for an address goes in a body.
        let Some((_, sent)) = url::form_urlencoded::parse(sent.as_bytes()).next() else { return Ok(()) };
        let query = org::parse(&sent).map_err(|error| TestCaseError::fail(format!("{error}: {sent}")))?;
        let is_given = |condition: &org::Condition| {
            matches!(condition, org::Condition::Compare { value: org::Value::Text(held), .. } if held == given)
        };
        let Some(org::Condition::All(parts)) = &query.condition else { panic!("{sent}") };
        let org::Condition::InQuery { query: inner, .. } = &parts[1] else { panic!("{sent}") };
        prop_assert!(parts.len() == 2 && is_given(&parts[0]), "{sent}");
        prop_assert!(inner.condition.as_ref().is_some_and(is_given), "{sent}");
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn each_fault_of_the_other_grammar_is_still_there() {
    for (_, example) in FAULTS {
        assert!(org::parse(example).is_ok() && has_fault(example), "{example}");
        assert!(!grammar_accepts(example), "no longer a fault, strike it off the list: {example}");
    }
}

fn has_fault(text: &str) -> bool {
    let is_part_of_name = |character: char| character.is_ascii_alphanumeric() || character == '_';
    text.split(|character| !is_part_of_name(character))
        .any(|word| FAULTS.iter().any(|(name, _)| name.eq_ignore_ascii_case(word)))
}

fn grammar_accepts(text: &str) -> bool {
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&tree_sitter_sfapex::soql::LANGUAGE.into()).expect("the grammar fits this tree-sitter");
    let tree = parser.parse(text, None).expect("no timeout is set");
    !tree.root_node().has_error()
}

fn like(pattern: &str) -> Vec<org::LikePart> {
    let query = org::parse(&format!("SELECT Id FROM Account WHERE Name LIKE {pattern}"));
    match query.map(|query| query.condition) {
        Ok(Some(org::Condition::Like { pattern, .. })) => pattern.parts,
        other => panic!("{pattern}: {other:?}"),
    }
}

// From the core's query to the org's, member by member.

fn translated(query: &Select) -> org::Query {
    let select = match &query.selection {
        Selection::Count => vec![column(org::Expression::CountRows(org::Position::default()))],
        Selection::Records { fields, children } => {
            let children = children.iter().map(|child| org::SelectItem::Children(Box::new(child_query(child))));
            columns(fields).into_iter().chain(children).collect()
        }
    };
    org::Query {
        scope: query.scope.map(|Scope::Mine| org::Scope::Mine),
        condition: query.condition.as_ref().map(condition_of),
        order_by: query.order_by.iter().map(order_of).collect(),
        limit: query.limit.map(u64::from),
        offset: query.offset.map(u64::from),
        ..records(select, query.from.as_str())
    }
}

fn translated_groups(query: &Aggregate) -> org::Query {
    let (keys, having, order_by, limit) = match &query.grouping {
        None => (Vec::new(), None, Vec::new(), None),
        Some(grouping) => {
            let order_by = grouping.order_by.iter().map(|order| org::Order {
                expression: match &order.by {
                    OrderBy::Key(key) => key_of(key),
                    OrderBy::Measure(measure) => measure_of(measure),
                },
                descending: order.direction == Direction::Descending,
                nulls_last: order.nulls == Nulls::Last,
            });
            let having = grouping.having.as_ref().map(condition_of);
            let keys = grouping.keys.as_slice().iter().map(key_of).collect();
            (keys, having, order_by.collect(), grouping.limit)
        }
    };
    let aliased = |prefix: &'static str, expressions: Vec<org::Expression>| {
        expressions.into_iter().enumerate().map(move |(index, expression)| org::SelectItem::Expression {
            expression,
            alias: Some(format!("{prefix}{index}")),
        })
    };
    let measures = query.measures.as_slice().iter().map(measure_of).collect();
    org::Query {
        scope: query.scope.map(|Scope::Mine| org::Scope::Mine),
        condition: query.condition.as_ref().map(condition_of),
        having,
        order_by,
        limit: limit.map(u64::from),
        group_by: keys.clone(),
        ..records(aliased("g", keys).chain(aliased("m", measures)).collect(), query.from.as_str())
    }
}

fn key_of(key: &Key) -> org::Expression {
    match key {
        Key::Field(field) => field_of(field),
        Key::Part { part, field, zoned } => org::Expression::Date {
            function: part_of(*part),
            field: org::Path::new(field.as_str()),
            convert_timezone: *zoned,
        },
    }
}

fn part_of(part: DatePart) -> org::DateFunction {
    match part {
        DatePart::Day => org::DateFunction::DayOnly,
        DatePart::Month => org::DateFunction::CalendarMonth,
        DatePart::Quarter => org::DateFunction::CalendarQuarter,
        DatePart::Year => org::DateFunction::CalendarYear,
        DatePart::FiscalMonth => org::DateFunction::FiscalMonth,
        DatePart::FiscalQuarter => org::DateFunction::FiscalQuarter,
        DatePart::FiscalYear => org::DateFunction::FiscalYear,
        DatePart::DayInMonth => org::DateFunction::DayInMonth,
        DatePart::DayInWeek => org::DateFunction::DayInWeek,
        DatePart::DayInYear => org::DateFunction::DayInYear,
        DatePart::HourInDay => org::DateFunction::HourInDay,
        DatePart::WeekInMonth => org::DateFunction::WeekInMonth,
        DatePart::WeekInYear => org::DateFunction::WeekInYear,
    }
}

fn measure_of(measure: &Measure) -> org::Expression {
    org::Expression::Aggregate {
        function: match measure.function {
            Function::Count => org::Aggregate::Count,
            Function::CountDistinct => org::Aggregate::CountDistinct,
            Function::Sum => org::Aggregate::Sum,
            Function::Average => org::Aggregate::Avg,
            Function::Min => org::Aggregate::Min,
            Function::Max => org::Aggregate::Max,
        },
        field: org::Path::new(measure.field.as_str()),
    }
}

fn child_query(child: &ChildSelect) -> org::Query {
    org::Query {
        condition: child.condition.as_ref().map(condition_of),
        order_by: child.order_by.iter().map(order_of).collect(),
        limit: child.limit.map(u64::from),
        ..records(columns(&child.fields), child.relationship.as_str())
    }
}

/// A query of records and nothing else.
pub(crate) fn records(select: Vec<org::SelectItem>, from: &str) -> org::Query {
    org::Query {
        select,
        from: org::Path::new(from),
        alias: None,
        scope: None,
        condition: None,
        group_by: Vec::new(),
        having: None,
        order_by: Vec::new(),
        limit: None,
        offset: None,
        for_view: false,
        for_reference: false,
    }
}

fn columns(fields: &FieldList) -> Vec<org::SelectItem> {
    fields.as_slice().iter().map(|field| column(field_of(field))).collect()
}

fn column(expression: org::Expression) -> org::SelectItem {
    org::SelectItem::Expression { expression, alias: None }
}

fn field_of(field: &FieldPath) -> org::Expression {
    org::Expression::Field(org::Path::new(field.as_str()))
}

fn order_of(order: &Order) -> org::Order {
    org::Order {
        expression: field_of(&order.field),
        descending: order.direction == Direction::Descending,
        nulls_last: order.nulls == Nulls::Last,
    }
}

fn condition_of(condition: &Condition) -> org::Condition {
    let at = org::Position::default();
    let all = |conditions: &List<Condition>| conditions.as_slice().iter().map(condition_of).collect();
    let options = |values: &List<Text>| {
        values.as_slice().iter().map(|value| value.as_str().split(';').map(str::to_owned).collect()).collect()
    };
    match condition {
        Condition::Compare { operand, op, value } => org::Condition::Compare {
            left: match operand {
                Operand::Field(field) => field_of(field),
                Operand::Day(field) => org::Expression::Date {
                    function: org::DateFunction::DayOnly,
                    field: org::Path::new(field.as_str()),
                    convert_timezone: true,
                },
                Operand::Part { part, field, zoned } => org::Expression::Date {
                    function: part_of(*part),
                    field: org::Path::new(field.as_str()),
                    convert_timezone: *zoned,
                },
                Operand::Measure(measure) => measure_of(measure),
            },
            operator: operator_of(*op),
            value: value_of(value),
            at,
        },
        Condition::Like { field, pattern } => org::Condition::Like {
            left: field_of(field),
            pattern: org::LikePattern { parts: pattern_parts(pattern.as_str()) },
        },
        Condition::In { field, negated, values } => org::Condition::In {
            left: field_of(field),
            negated: *negated,
            values: values.as_slice().iter().map(value_of).collect(),
            at,
        },
        Condition::Includes { field, values } => {
            org::Condition::Includes { left: org::Path::new(field.as_str()), negated: false, values: options(values) }
        }
        Condition::Excludes { field, values } => {
            org::Condition::Includes { left: org::Path::new(field.as_str()), negated: true, values: options(values) }
        }
        Condition::InSelect { field, negated, query } => org::Condition::InQuery {
            left: org::Path::new(field.as_str()),
            negated: *negated,
            query: Box::new(org::Query {
                condition: query.condition.as_ref().map(condition_of),
                ..records(
                    vec![column(org::Expression::Field(org::Path::new(query.select.as_str())))],
                    query.from.as_str(),
                )
            }),
        },
        Condition::And(conditions) => org::Condition::All(all(conditions)),
        Condition::Or(conditions) => org::Condition::Any(all(conditions)),
        Condition::Not(condition) => org::Condition::Not(Box::new(condition_of(condition))),
    }
}

fn operator_of(op: Comparison) -> org::Operator {
    match op {
        Comparison::Eq => org::Operator::Equal,
        Comparison::Ne => org::Operator::NotEqual,
        Comparison::Lt => org::Operator::Less,
        Comparison::Le => org::Operator::LessOrEqual,
        Comparison::Gt => org::Operator::Greater,
        Comparison::Ge => org::Operator::GreaterOrEqual,
    }
}

fn pattern_parts(pattern: &str) -> Vec<org::LikePart> {
    let mut parts = Vec::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        let literal = match character {
            '%' => {
                parts.push(org::LikePart::AnyRun);
                continue;
            }
            '_' => {
                parts.push(org::LikePart::AnyOne);
                continue;
            }
            '\\' => characters.next().unwrap(),
            other => other,
        };
        match parts.last_mut() {
            Some(org::LikePart::Text(text)) => text.push(literal),
            _ => parts.push(org::LikePart::Text(literal.to_string())),
        }
    }
    parts
}

fn value_of(literal: &Literal) -> org::Value {
    match literal {
        Literal::Null => org::Value::Null,
        Literal::Boolean(value) => org::Value::Boolean(*value),
        Literal::Number(number) => org::Value::Number(number.as_str().to_owned()),
        Literal::Text(text) => org::Value::Text(text.as_str().to_owned()),
        Literal::Date(date) => org::Value::Date(day(*date).parse().unwrap()),
        Literal::DateTime(moment) => {
            let seconds = f64::from(moment.second()) + f64::from(moment.millisecond()) / 1000.0;
            let (hour, minute) = (moment.hour(), moment.minute());
            org::Value::DateTime(
                format!("{}T{hour:02}:{minute:02}:{seconds:06.3}Z", day(moment.date())).parse().unwrap(),
            )
        }
        Literal::TimeOfDay(time) => org::Value::Time(time.to_string().trim_end_matches('Z').parse().unwrap()),
        Literal::DateLiteral(range) => org::Value::DateLiteral(range_of(*range)),
    }
}

fn day(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
}

fn range_of(range: DateLiteral) -> org::DateLiteral {
    use org::DateLiteral::{Ago, Last, Last90Days, LastN, Next, Next90Days, NextN, This, Today, Tomorrow, Yesterday};
    let unit = |unit: &str| match unit.trim_end_matches('S') {
        "DAY" => org::Unit::Day,
        "WEEK" => org::Unit::Week,
        "MONTH" => org::Unit::Month,
        "QUARTER" => org::Unit::Quarter,
        "YEAR" => org::Unit::Year,
        "FISCAL_QUARTER" => org::Unit::FiscalQuarter,
        "FISCAL_YEAR" => org::Unit::FiscalYear,
        other => panic!("{other}"),
    };
    let name = range.name();
    match (name, range.n()) {
        ("YESTERDAY", None) => Yesterday,
        ("TODAY", None) => Today,
        ("TOMORROW", None) => Tomorrow,
        ("LAST_90_DAYS", None) => Last90Days,
        ("NEXT_90_DAYS", None) => Next90Days,
        (_, None) => match name.split_once('_') {
            Some(("LAST", rest)) => Last(unit(rest)),
            Some(("THIS", rest)) => This(unit(rest)),
            Some(("NEXT", rest)) => Next(unit(rest)),
            _ => panic!("{name}"),
        },
        (_, Some(n)) => match (name.strip_prefix("LAST_N_"), name.strip_prefix("NEXT_N_"), name.strip_prefix("N_")) {
            (Some(rest), ..) => LastN(unit(rest), n),
            (_, Some(rest), _) => NextN(unit(rest), n),
            (_, _, Some(rest)) => Ago(unit(rest.strip_suffix("_AGO").unwrap()), n),
            _ => panic!("{name}"),
        },
    }
}

/// The other grammar knows no times of day.
#[test]
fn a_time_of_day_is_read_as_the_time_it_was() {
    for text in ["00:00", "10:30", "23:59:59.999Z", "3pm", "12:15 am"] {
        let time = TimeOfDay::parse(text).unwrap();
        let field = FieldPath::from_static("Starts_At__c");
        let mut select = Select::new(FieldList::from(field.clone()), ObjectName::from_static("Visit__c"));
        select.condition = Some(Condition::compare(field, Comparison::Ge, time));
        let read = org::parse(&select.to_string()).unwrap();
        assert_eq!(read, translated(&select), "{text}");
    }
}

// Queries of every form the core can build.

fn query() -> impl Strategy<Value = Select> {
    let rest = (
        option::weighted(0.8, condition()),
        vec(order(), 0..3),
        option::of(limit()),
        option::weighted(0.2, 0..=2000_u32),
    );
    (selection(), object(), option::of(Just(Scope::Mine)), rest).prop_map(
        |(selection, from, scope, (condition, order_by, limit, offset))| {
            // A count has no rows to sort.
            let order_by = if selection == Selection::Count { Vec::new() } else { order_by };
            Select { selection, from, scope, condition, order_by, limit, offset, archived: false }
        },
    )
}

fn aggregate() -> impl Strategy<Value = Aggregate> {
    (
        vec(measure(), 1..4),
        object(),
        option::of(Just(Scope::Mine)),
        option::of(condition()),
        option::weighted(0.8, grouping()),
    )
        .prop_map(|(measures, from, scope, condition, grouping)| Aggregate {
            measures: List::new(measures).unwrap(),
            from,
            scope,
            condition,
            grouping,
            archived: false,
        })
}

fn measure() -> impl Strategy<Value = Measure> {
    use Function::{Average, Count, CountDistinct, Max, Min, Sum};
    (select(vec![Count, CountDistinct, Sum, Average, Min, Max]), path())
        .prop_map(|(function, field)| Measure { function, field })
}

/// Keys, of which none is there twice, and sort keys out of them, as the API wants it.
fn grouping() -> impl Strategy<Value = Grouping> {
    let having = (measure(), select(vec![Comparison::Eq, Comparison::Lt, Comparison::Ge]), number())
        .prop_map(|(measure, op, value)| Condition::compare(Operand::Measure(measure), op, value));
    let having = having.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(|parts| Condition::all(parts).unwrap()),
            vec(inner.clone(), 2..4).prop_map(|parts| Condition::any(parts).unwrap()),
            inner.prop_map(|inner| !inner),
        ]
    });
    let order = prop_oneof![any::<Index>().prop_map(Ok), measure().prop_map(Err)];
    (vec(key(), 1..4), option::of(having), vec((order, any::<bool>(), any::<bool>()), 0..3), option::of(limit()))
        .prop_map(|(mut keys, having, order, limit)| {
            let mut known: Vec<String> = Vec::new();
            keys.retain(|key| {
                let text = key.to_string().to_lowercase();
                let is_new = !known.contains(&text);
                known.push(text);
                is_new
            });
            let order_by = order.into_iter().map(|(by, ascending, nulls_first)| GroupOrder {
                by: match by {
                    Ok(index) => OrderBy::Key(index.get(&keys).clone()),
                    Err(measure) => OrderBy::Measure(measure),
                },
                direction: if ascending { Direction::Ascending } else { Direction::Descending },
                nulls: if nulls_first { Nulls::First } else { Nulls::Last },
            });
            Grouping { order_by: order_by.collect(), having, limit, keys: List::new(keys).unwrap() }
        })
}

fn date_part() -> impl Strategy<Value = DatePart> {
    use DatePart::{
        Day, DayInMonth, DayInWeek, DayInYear, FiscalMonth, FiscalQuarter, FiscalYear, HourInDay, Month, Quarter,
        WeekInMonth, WeekInYear, Year,
    };
    select(vec![
        Day,
        Month,
        Quarter,
        Year,
        FiscalMonth,
        FiscalQuarter,
        FiscalYear,
        DayInMonth,
        DayInWeek,
        DayInYear,
        HourInDay,
        WeekInMonth,
        WeekInYear,
    ])
}

fn key() -> impl Strategy<Value = Key> {
    let part = date_part();
    prop_oneof![
        path().prop_map(Key::Field),
        (part, path(), any::<bool>()).prop_map(|(part, field, zoned)| Key::Part { part, field, zoned }),
    ]
}

fn selection() -> impl Strategy<Value = Selection> {
    let records = (fields(), vec(child(), 0..3)).prop_map(|(fields, mut children)| {
        let mut known: Vec<String> = Vec::new();
        children.retain(|child| {
            let name = child.relationship.as_str().to_lowercase();
            let is_new = !known.contains(&name);
            known.push(name);
            is_new
        });
        Selection::Records { fields, children }
    });
    prop_oneof![1 => Just(Selection::Count), 9 => records]
}

fn fields() -> impl Strategy<Value = FieldList> {
    vec(path(), 1..6).prop_map(|fields| FieldList::new(fields).unwrap())
}

fn child() -> impl Strategy<Value = ChildSelect> {
    (relationship(), fields(), option::of(tree()), vec(order(), 0..2), option::of(limit())).prop_map(
        |(relationship, fields, condition, order_by, limit)| ChildSelect {
            relationship,
            fields,
            condition,
            order_by,
            limit,
        },
    )
}

/// The API reads a limit as a signed 32-bit number.
fn limit() -> impl Strategy<Value = u32> {
    prop_oneof![0..=2_000_u32, Just(2_147_483_647)]
}

fn order() -> impl Strategy<Value = Order> {
    (path(), any::<bool>(), any::<bool>()).prop_map(|(field, ascending, nulls_first)| Order {
        field,
        direction: if ascending { Direction::Ascending } else { Direction::Descending },
        nulls: if nulls_first { Nulls::First } else { Nulls::Last },
    })
}

/// A condition of a whole query: the only place where the API takes semi-joins, and two of them at most.
fn condition() -> impl Strategy<Value = Condition> {
    prop_oneof![
        3 => tree(),
        1 => (option::of(tree()), vec(semi_join(), 1..=2))
            .prop_map(|(tree, semi_joins)| Condition::all(tree.into_iter().chain(semi_joins)).unwrap()),
    ]
}

fn semi_join() -> impl Strategy<Value = Condition> {
    (field(), any::<bool>(), field(), object(), option::of(tree())).prop_map(
        |(field, negated, select, from, condition)| Condition::InSelect {
            field,
            negated,
            query: Box::new(SemiJoin { select, from, condition }),
        },
    )
}

fn tree() -> impl Strategy<Value = Condition> {
    leaf().prop_recursive(4, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..4).prop_map(|parts| Condition::all(parts).unwrap()),
            vec(inner.clone(), 1..4).prop_map(|parts| Condition::any(parts).unwrap()),
            inner.clone().prop_map(|part| !part),
            inner.prop_map(|part| Condition::Not(Box::new(part))),
        ]
    })
}

fn leaf() -> impl Strategy<Value = Condition> {
    let equality = select(vec![Comparison::Eq, Comparison::Ne]);
    let any_op = || {
        use Comparison::{Eq, Ge, Gt, Le, Lt, Ne};
        select(vec![Eq, Ne, Lt, Le, Gt, Ge])
    };
    let unordered = prop_oneof![Just(Literal::Null), any::<bool>().prop_map(Literal::from)];
    prop_oneof![
        1 => (path(), equality, unordered).prop_map(|(field, op, value)| Condition::compare(field, op, value)),
        4 => (path(), any_op(), value()).prop_map(|(field, op, value)| Condition::compare(field, op, value)),
        1 => (path(), any_op(), date())
            .prop_map(|(field, op, date)| Condition::compare(Operand::Day(field), op, date)),
        1 => (path(), date_part(), any::<bool>(), any_op(), number()).prop_map(|(field, part, zoned, op, number)| {
            Condition::compare(Operand::Part { part, field, zoned }, op, number)
        }),
        3 => (path(), pattern()).prop_map(|(field, pattern)| Condition::Like { field, pattern }),
        3 => (path(), any::<bool>(), values())
            .prop_map(|(field, negated, values)| Condition::In { field, negated, values }),
        1 => (path(), options()).prop_map(|(field, values)| Condition::Includes { field, values }),
        1 => (path(), options()).prop_map(|(field, values)| Condition::Excludes { field, values }),
    ]
}

fn value() -> impl Strategy<Value = Literal> {
    prop_oneof![
        4 => text().prop_map(Literal::from),
        1 => number().prop_map(Literal::from),
        1 => date().prop_map(Literal::from),
        1 => moment().prop_map(Literal::from),
        1 => range().prop_map(Literal::from),
    ]
}

/// A list of values of one kind, or of texts and null.
fn values() -> impl Strategy<Value = List<Literal>> {
    let some = |value: BoxedStrategy<Literal>| vec(value, 1..5).boxed();
    let text_or_null = prop_oneof![9 => text().prop_map(Literal::from), 1 => Just(Literal::Null)];
    Union::new([
        some(text_or_null.boxed()),
        some(number().prop_map(Literal::from).boxed()),
        some(date().prop_map(Literal::from).boxed()),
        some(moment().prop_map(Literal::from).boxed()),
    ])
    .prop_map(|values| List::new(values).unwrap())
}

fn options() -> impl Strategy<Value = List<Text>> {
    let option =
        prop_oneof![3 => text(), 1 => regex("[A-Z]{1,3}(;[A-Z']{1,3}){1,2}").prop_map(|text| Text::new(text).unwrap())];
    vec(option, 1..4).prop_map(|values| List::new(values).unwrap())
}

/// What breaks out of quotes, escapes and lines where someone was careless.
const HOSTILE: &[&str] = &[
    "'",
    "\\",
    "\\'",
    "''",
    "\\\\",
    "\"",
    "%",
    "_",
    "\\%",
    "\\_",
    "\n",
    "\r",
    "\r\n",
    "\t",
    "\0",
    "\u{8}",
    "\u{b}",
    "\u{c}",
    "\u{1b}",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{2028}",
    "\u{2029}",
    "\u{feff}",
    "\u{202e}",
    "😀",
    "é",
    "漢",
    "\\n",
    "\\u0027",
    "\\N",
    "//",
    "///",
    "--",
    "/*",
    ";",
    ":x",
    "{0}",
    "@{ref.id}",
    "' OR Name != '",
    "') LIMIT 1",
    "null",
    " ",
];

fn letters() -> impl Strategy<Value = String> {
    vec(prop_oneof![3 => select(HOSTILE).prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from), 2 => regex("[A-Za-z0-9 ]{1,6}")], 0..8)
        .prop_map(|pieces| pieces.concat())
}

/// Any text, now and then one as long as SOQL takes.
fn text() -> impl Strategy<Value = Text> {
    let short = letters().prop_map(|text| Text::new(text).unwrap());
    let long = (letters(), any::<Index>()).prop_map(|(piece, length)| {
        let mut text = piece.repeat(4_000 / piece.len().max(1));
        text.extend(std::iter::repeat_n('x', length.index(100)));
        loop {
            match Text::new(text.clone()) {
                Ok(text) => return text,
                // One character has at most six when it is escaped.
                Err(LiteralError::Length(_, units)) => {
                    let excess = (units - 4_000).div_ceil(6);
                    text.truncate(text.floor_char_boundary(text.len() - excess));
                }
                Err(other) => panic!("{other}"),
            }
        }
    });
    prop_oneof![40 => short, 1 => long]
}

fn pattern() -> impl Strategy<Value = Pattern> {
    let wild = vec(prop_oneof![select(vec!["%", "_", "\\%", "\\_", "\\\\", "'", "\n", "\0", "a", "😀"])], 0..12)
        .prop_map(|pieces| Pattern::parse(&pieces.concat()).unwrap());
    let around = (letters(), 0..4).prop_map(|(text, kind)| {
        match kind {
            0 => Pattern::contains(&text),
            1 => Pattern::starts_with(&text),
            2 => Pattern::ends_with(&text),
            _ => Pattern::exactly(&text),
        }
        .unwrap()
    });
    prop_oneof![wild, around]
}

fn number() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<i64>().prop_map(Number::from),
        regex("-?[0-9]{1,12}(\\.[0-9]{1,6})?([eE][+-]?[0-9])?").prop_map(|text| Number::parse(&text).unwrap()),
    ]
}

fn date() -> impl Strategy<Value = Date> {
    (1700..=4000, 1..=12, 1..=31)
        .prop_filter_map("no such day", |(year, month, day)| Date::parse(&format!("{year}-{month:02}-{day:02}")).ok())
}

fn moment() -> impl Strategy<Value = DateTime> {
    (date(), regex("T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,4})?(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])"))
        .prop_filter_map("outside the years", |(date, time)| DateTime::parse(&format!("{}{time}", day(date))).ok())
}

fn range() -> impl Strategy<Value = DateLiteral> {
    let unit = "(WEEK|MONTH|QUARTER|YEAR|FISCAL_QUARTER|FISCAL_YEAR)";
    let units = "(DAYS|WEEKS|MONTHS|QUARTERS|YEARS|FISCAL_QUARTERS|FISCAL_YEARS)";
    let number = "([1-9]|[1-9][0-9]|2[0-4][0-9])";
    let plain = format!("YESTERDAY|TODAY|TOMORROW|(LAST|NEXT)_90_DAYS|(LAST|THIS|NEXT)_{unit}");
    let counted = format!("(LAST|NEXT)_N_{units}:{number}|N_{units}_AGO:{number}");
    prop_oneof![regex(&plain), regex(&counted)].prop_map(|text| DateLiteral::parse(&text).unwrap())
}

/// A pattern is read once; proptest would read a bare one for every case.
fn regex(pattern: &str) -> impl Strategy<Value = String> + use<> {
    proptest::string::string_regex(pattern).unwrap()
}

/// Names, among them those that begin like a keyword. A reserved word itself is no field's name in any org.
fn name() -> impl Strategy<Value = String> {
    let real = select(vec![
        "Id",
        "Name",
        "Amount",
        "Order__c",
        "Selected__c",
        "From__c",
        "Andy",
        "Notes",
        "Inc",
        "Likes",
        "Nulls__c",
        "Today",
        "True__c",
        "Limits",
        "Whereabouts__c",
        "Last_N_Days__c",
        "Count__c",
        "ns__Field__c",
    ]);
    prop_oneof![3 => real.prop_map(str::to_owned), 1 => regex("[A-Za-z][A-Za-z0-9_]{0,9}__c")]
}

fn field() -> impl Strategy<Value = FieldName> {
    name().prop_map(|name| FieldName::parse(&name).unwrap())
}

/// No field's name: `Account.Name` of Account would be `Name`, and a second one where `Name` is selected already.
fn object() -> impl Strategy<Value = ObjectName> {
    let standard = select(vec!["Account", "Order", "Group", "Case"]).prop_map(str::to_owned);
    prop_oneof![standard, regex("[A-Za-z][A-Za-z0-9_]{0,9}__x")].prop_map(|name| ObjectName::parse(&name).unwrap())
}

/// No field's name either.
fn relationship() -> impl Strategy<Value = FieldName> {
    let standard = select(vec!["Contacts", "Orders", "Cases"]).prop_map(str::to_owned);
    prop_oneof![standard, regex("[A-Za-z][A-Za-z0-9_]{0,9}__r")].prop_map(|name| FieldName::parse(&name).unwrap())
}

fn path() -> impl Strategy<Value = FieldPath> {
    prop_oneof![3 => vec(name(), 1..=1), 1 => vec(name(), 2..=6)]
        .prop_map(|names| FieldPath::parse(&names.join(".")).unwrap())
}
