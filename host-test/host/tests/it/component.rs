//! What the component asks for and offers.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use demo_org::Org;
use salesforce_host::COMPONENT;
use test_support::{HOST, demo};
use wasmparser::{BlockType, Operator, Parser, Payload};

#[test]
fn the_component_imports_our_interfaces_and_nothing_ambient() {
    assert_eq!(
        HOST.imports(),
        [
            "types",
            "read-types",
            "write-types",
            "settings-types",
            "sign-in-types",
            "secrets",
            "http",
            "clock",
            "cache",
            "settings",
        ]
        .map(|name| format!("salesforce:plugin/{name}@0.1.0"))
    );
}

#[test]
fn the_component_exports_the_tiers_the_catalog_and_the_sign_in() {
    assert_eq!(
        HOST.exports(),
        ["read", "append", "edit", "catalog", "sign-in"].map(|name| format!("salesforce:plugin/{name}@0.1.0"))
    );
}

#[test]
fn the_component_stays_under_its_budget() {
    assert!(COMPONENT.len() <= 867_500, "{} bytes", COMPONENT.len());
}

#[test]
fn nothing_in_the_component_frees_replies_or_is_there_twice() {
    let mut bodies = HashSet::new();
    let mut functions = 0;
    let mut calls = Vec::new();
    for payload in Parser::new(0).parse_all(COMPONENT) {
        match payload.unwrap() {
            Payload::ExportSection(exports) => {
                assert!(exports.into_iter().all(|export| !export.unwrap().name.starts_with("cabi_post_")));
            }
            Payload::CodeSectionEntry(body) => {
                functions += 1;
                bodies.insert(&COMPONENT[body.range()]);
                calls.extend(body.get_operators_reader().unwrap().into_iter().filter_map(|operator| match operator {
                    Ok(Operator::Call { function_index }) => Some(function_index),
                    _ => None,
                }));
            }
            _ => {}
        }
    }
    // Beside the guest, the encoder adds what passes its imports on, which is alike where their types are.
    assert!(functions > 2_000 && functions - bodies.len() < 10, "{functions} functions, {} bodies", bodies.len());
    // A call's number of one byte is one of 128, and those go to who is called most.
    let short = calls.iter().filter(|callee| **callee < 128).count();
    assert!(short * 3 > calls.len(), "{short} of {} calls have a short number", calls.len());
}

#[test]
fn a_long_constant_that_stands_often_is_read_from_a_global() {
    let (mut constants, mut reads) = (HashMap::new(), 0);
    for payload in Parser::new(0).parse_all(COMPONENT) {
        let Payload::CodeSectionEntry(body) = payload.unwrap() else { continue };
        let mut operators = body.get_operators_reader().unwrap();
        while !operators.eof() {
            let start = operators.original_position();
            match operators.read().unwrap() {
                Operator::I32Const { .. } | Operator::I64Const { .. } | Operator::V128Const { .. } => {
                    *constants.entry(&COMPONENT[start..operators.original_position()]).or_insert(0) += 1;
                }
                Operator::GlobalGet { .. } => reads += 1,
                _ => {}
            }
        }
    }
    assert!(reads > 5_000, "{reads} globals are read");
    // A global takes three bytes beyond its constant, and reading it three at most.
    let spares = |(constant, count): &(&[u8], usize)| constant.len() * count > constant.len() + 3 + 3 * count;
    assert_eq!(constants.into_iter().find(spares), None);
}

#[test]
fn the_component_traps_at_once_where_it_gives_up() {
    let (mut traps, mut calls_before) = (0, 0);
    for payload in Parser::new(0).parse_all(COMPONENT) {
        let Payload::CodeSectionEntry(body) = payload.unwrap() else { continue };
        let mut after_call = false;
        for operator in body.get_operators_reader().unwrap() {
            let operator = operator.unwrap();
            if matches!(operator, Operator::Unreachable) {
                traps += 1;
                calls_before += usize::from(after_call);
            }
            after_call = matches!(operator, Operator::Call { .. });
        }
    }
    // A function that gives up for another would end in a call and a trap.
    assert!(traps > 200 && calls_before == 0, "{traps} traps, {calls_before} of them after a call");
}

#[test]
fn no_block_of_the_component_is_there_only_to_be_left_early() {
    let mut ifs = 0;
    for payload in Parser::new(0).parse_all(COMPONENT) {
        let Payload::CodeSectionEntry(body) = payload.unwrap() else { continue };
        let mut begins_block = false;
        for operator in body.get_operators_reader().unwrap() {
            match operator.unwrap() {
                Operator::Block { blockty: BlockType::Empty } => begins_block = true,
                Operator::BrIf { relative_depth: 0 } => assert!(!begins_block, "it would be shorter as an if"),
                Operator::If { .. } => {
                    ifs += 1;
                    begins_block = false;
                }
                Operator::Block { .. }
                | Operator::Loop { .. }
                | Operator::End
                | Operator::Else
                | Operator::Br { .. }
                | Operator::BrIf { .. }
                | Operator::BrTable { .. } => begins_block = false,
                _ => {}
            }
        }
    }
    assert!(ifs > 1_000, "{ifs} ifs");
}

#[test]
fn no_place_on_the_stack_is_worked_out_twice_in_a_row() {
    let (mut sums, mut again) = (0, 0);
    for payload in Parser::new(0).parse_all(COMPONENT) {
        let Payload::CodeSectionEntry(body) = payload.unwrap() else { continue };
        let mut before = [None, None];
        let mut known = HashSet::new();
        for operator in body.get_operators_reader().unwrap() {
            let operator = operator.unwrap();
            match operator {
                Operator::I32Add => {
                    if let [Some(Operator::LocalGet { local_index }), Some(Operator::I32Const { value })] = before {
                        sums += 1;
                        again += usize::from(!known.insert((local_index, value)));
                    }
                }
                Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                    known.retain(|(local, _)| *local != local_index);
                }
                Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => known.clear(),
                Operator::Else | Operator::End => known.clear(),
                _ => {}
            }
            before = [before[1].take(), Some(operator)];
        }
    }
    // Twice is too seldom to keep it where its distance is a short number.
    assert!(sums > 1_000 && again * 20 < sums, "{again} of {sums}");
}

#[test]
fn the_component_holds_nothing_that_none_of_its_code_reads() {
    let holds = |text: &[u8]| COMPONENT.windows(text.len()).any(|part| part == text);
    // Where a panic of the standard library would be told to come from.
    assert!(holds(b"salesforce_find") && !holds(b"crates/core/src"));
    for payload in Parser::new(0).parse_all(COMPONENT) {
        let Payload::DataSection(section) = payload.unwrap() else { continue };
        for data in section {
            assert!(!data.unwrap().data.windows(16).any(|part| part == [0; 16]), "memory is zero in any case");
        }
    }
}

#[test]
fn only_what_a_host_sees_has_a_long_name() {
    let mut names = 0;
    for payload in Parser::new(0).parse_all(COMPONENT) {
        let Payload::ExportSection(exports) = payload.unwrap() else { continue };
        for export in exports {
            names += 1;
            assert!(export.unwrap().name.len() <= 3);
        }
    }
    assert!(names > 20, "{names} names");
}

#[test]
fn most_calls_ask_for_no_memory_beyond_what_an_instance_begins_with() {
    let org = Arc::new(Org::demo());
    let session = HOST.session(demo(&org, "riley"));
    let record = org.id("acme").unwrap();
    let memory = Parser::new(0).parse_all(COMPONENT).find_map(|payload| match payload.unwrap() {
        Payload::MemorySection(memories) => memories.into_iter().next(),
        _ => None,
    });
    let begins_with = usize::try_from(memory.unwrap().unwrap().initial).unwrap() * 64 * 1024;
    for (tool, arguments) in [
        ("salesforce_find", r#"{"text": "acme"}"#.to_owned()),
        ("salesforce_get", format!(r#"{{"record": "{record}"}}"#)),
        ("salesforce_query", r#"{"soql": "SELECT * FROM Account"}"#.to_owned()),
        ("salesforce_update", format!(r#"{{"record": "{record}", "fields": {{"Description": "x"}}}}"#)),
    ] {
        let (reply, usage) = session.call_measured(tool, &arguments);
        reply.unwrap();
        assert_eq!(usage.memory_bytes, begins_with, "{tool}");
    }
}
