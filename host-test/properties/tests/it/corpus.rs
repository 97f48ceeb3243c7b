//! The inputs in `fuzz/corpus`: where a fuzzer begins, and what one found.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use properties::PROPERTIES;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

fn names(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(fuzz().join(folder)).unwrap().map(Result::unwrap);
    entries.map(|entry| entry.path().file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

#[test]
fn every_property_holds_of_what_a_fuzzer_begins_with() {
    for (name, property) in PROPERTIES {
        let inputs: Vec<_> = fs::read_dir(fuzz().join("corpus").join(name)).unwrap().map(Result::unwrap).collect();
        assert!(inputs.len() > 3, "{name}");
        for input in inputs {
            property(&fs::read(input.path()).unwrap());
        }
    }
}

#[test]
fn every_property_has_a_target_and_a_corpus_and_nothing_else_does() {
    let expected: BTreeSet<String> = PROPERTIES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names("fuzz_targets"), expected);
    assert_eq!(names("corpus"), expected);
    for name in expected {
        let target = fs::read_to_string(fuzz().join("fuzz_targets").join(format!("{name}.rs"))).unwrap();
        assert!(target.contains(&format!("properties::{name}::")), "{name} asks another property");
    }
}
