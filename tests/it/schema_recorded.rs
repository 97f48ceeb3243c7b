//! The schema module against recorded describes, which live outside the repository.

use std::path::{Path, PathBuf};

use salesforce_plugin::schema::{Field, GlobalDescribe, ObjectSchema, standard};
use serde_json::value::RawValue;

/// The describes at hand as (path, body); none where the folder is absent, said aloud.
fn describes() -> Vec<(PathBuf, Vec<u8>)> {
    ["describe", "recorded/cumulusci/describe", "recorded/restforce/describe"]
        .iter()
        .flat_map(|it| bodies(it))
        .collect()
}

fn bodies(folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    // A worktree lies one level deeper than the main checkout.
    let shared = if shared.exists() { shared } else { Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared") };
    let folder = shared.join(folder);
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("SKIPPED: no recorded describes in {}", folder.display());
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|path| (path.clone(), body(&std::fs::read(path).unwrap()))).collect()
}

/// A recording wraps the body; a plain describe is the body.
fn body(file: &[u8]) -> Vec<u8> {
    #[derive(serde::Deserialize)]
    struct Recording<'a> {
        #[serde(borrow)]
        body: Option<&'a RawValue>,
    }
    let recording: Recording<'_> = serde_json::from_slice(file).unwrap();
    recording.body.map_or_else(|| file.to_vec(), |body| body.get().as_bytes().to_vec())
}

/// A describe as Salesforce sends it, without the space that makes recordings readable.
fn compact(body: &[u8]) -> usize {
    serde_json::from_slice::<serde_json::Value>(body).unwrap().to_string().len()
}

#[test]
fn every_recorded_describe_projects_and_comes_back_from_the_cache_unchanged() {
    for (path, body) in describes() {
        let schema = ObjectSchema::from_describe(&body).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(!schema.fields.is_empty(), "{}", path.display());
        let bytes = schema.to_bytes();
        let (kept, sent) = (bytes.len(), compact(&body));
        eprintln!("{} {sent} -> {kept} bytes, {:.1} %", path.display(), kept as f64 * 100.0 / sent as f64);
        assert_eq!(ObjectSchema::from_bytes(&bytes), Some(schema), "{}", path.display());
        assert!(kept * 100 < sent * 15, "{} kept {kept} of {sent} bytes", path.display());
    }
}

#[test]
fn every_recorded_dependent_value_goes_with_values_that_its_controller_has() {
    let mut checked = 0;
    for (path, body) in describes() {
        let schema = ObjectSchema::from_describe(&body).unwrap();
        for field in schema.fields.iter().filter(|field| field.controller.is_some()) {
            let shown = format!("{}: {}", path.display(), field.name);
            let controller = schema.field(field.controller.as_deref().unwrap()).unwrap_or_else(|| panic!("{shown}"));
            let places: Vec<u32> = controller.picklist.iter().flatten().map(|value| value.place).collect();
            for value in field.picklist.iter().flatten() {
                let valid_for = value.valid_for.as_ref().unwrap_or_else(|| panic!("{shown}: {}", value.value));
                let goes_with: Vec<u32> = (0..1_000).filter(|place| valid_for.includes(*place)).collect();
                assert!(!goes_with.is_empty(), "{shown}: {}", value.value);
                assert!(goes_with.iter().all(|place| places.contains(place)), "{shown}: {} {goes_with:?}", value.value);
                checked += 1;
            }
        }
    }
    eprintln!("{checked} dependent values checked");
}

#[test]
fn a_recorded_global_describe_projects_and_comes_back_from_the_cache_unchanged() {
    for folder in ["recorded/cumulusci/describe-global", "recorded/restforce/describe-global"] {
        for (path, body) in bodies(folder) {
            let global = GlobalDescribe::from_json(&body).unwrap();
            assert!(global.object("account").is_some());
            let bytes = global.to_bytes();
            eprintln!("{} {} -> {} bytes", path.display(), compact(&body), bytes.len());
            assert_eq!(GlobalDescribe::from_bytes(&bytes), Some(global));
        }
    }
}

/// Everything the table says about a field, but for what it can't know.
fn facts(field: &Field) -> impl PartialEq + std::fmt::Debug {
    (
        (field.label().into_owned(), field.field_type, field.relationship.clone(), field.references.clone()),
        (field.createable, field.updateable, field.required, field.name_field, field.id_lookup),
        (field.filterable, field.sortable, field.groupable),
        field.compound.clone(),
    )
}

#[test]
fn the_standard_table_agrees_with_recorded_describes_but_for_known_differences() {
    let known = [
        // The org has person accounts, whose name is made of first and last name.
        ("cumulusci/describe/Account.json", "Name"),
        // The targets every org has, instead of the eighty of this one.
        ("Event.json", "WhatId"),
    ];
    let mut checked = 0;
    for (path, body) in describes() {
        let described = ObjectSchema::from_describe(&body).unwrap();
        let Some(table) = standard::object(&described.name) else { continue };
        if is_derived(&body) {
            continue;
        }
        let (shown, file) = (path.display(), path.to_string_lossy());
        assert_eq!(
            (table.label(), table.label_plural(), &table.key_prefix, table.createable, table.updateable),
            (
                described.label(),
                described.label_plural(),
                &described.key_prefix,
                described.createable,
                described.updateable
            ),
            "{shown}"
        );
        for field in table.fields.iter() {
            let theirs = described.field(&field.name).unwrap_or_else(|| panic!("{shown} has no {}", field.name));
            if !known.iter().any(|(at, name)| file.ends_with(at) && field.name == *name) {
                assert_eq!(facts(field), facts(theirs), "{shown}: {}", field.name);
            }
            checked += 1;
        }
        for child in table.children.iter() {
            assert!(described.children.iter().any(|known| known == child), "{shown} has no {child:?}");
        }
    }
    eprintln!("{checked} fields of the standard table checked");
}

#[test]
fn the_standard_table_agrees_with_derived_describes_on_names_and_lookups() {
    // Those files know only programming-language types and no labels: numbers are int, picklists string.
    let known = ["Task.CompletedDateTime", "EmailMessage.ActivityId"];
    for (path, body) in describes() {
        let described = ObjectSchema::from_describe(&body).unwrap();
        let Some(table) = standard::object(&described.name) else { continue };
        if !is_derived(&body) {
            continue;
        }
        for field in table.fields.iter() {
            if known.contains(&format!("{}.{}", table.name, field.name).as_str()) {
                continue;
            }
            let shown = path.display();
            let theirs = described.field(&field.name).unwrap_or_else(|| panic!("{shown} has no {}", field.name));
            assert_eq!(field.relationship, theirs.relationship, "{shown}: {}", field.name);
        }
    }
}

fn is_derived(body: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Sourced {
        #[serde(default)]
        _source: String,
    }
    serde_json::from_slice::<Sourced>(body).unwrap()._source.starts_with("derived")
}
