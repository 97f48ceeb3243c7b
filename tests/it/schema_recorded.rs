//! The schema module against recorded describes, which live outside the repository.

use std::path::{Path, PathBuf};

use salesforce_plugin::schema::{FieldType, GlobalDescribe, ObjectSchema, standard};
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
        eprintln!("{:50} {sent:7} -> {kept:6} bytes, {:4.1} %", path.display(), kept as f64 * 100.0 / sent as f64);
        assert_eq!(ObjectSchema::from_bytes(&bytes), Some(schema), "{}", path.display());
        assert!(kept * 100 < sent * 25, "{} kept {kept} of {sent} bytes", path.display());
    }
}

#[test]
fn a_recorded_global_describe_projects_and_comes_back_from_the_cache_unchanged() {
    for folder in ["recorded/cumulusci/describe-global", "recorded/restforce/describe-global"] {
        for (path, body) in bodies(folder) {
            let global = GlobalDescribe::from_json(&body).unwrap();
            assert!(global.object("account").is_some());
            let bytes = global.to_bytes();
            eprintln!("{:50} {:7} -> {:6} bytes", path.display(), compact(&body), bytes.len());
            assert_eq!(GlobalDescribe::from_bytes(&bytes), Some(global));
        }
    }
}

#[test]
fn the_standard_table_agrees_with_recorded_describes() {
    let mut differences = Vec::new();
    for (path, body) in describes() {
        let described = ObjectSchema::from_describe(&body).unwrap();
        let Some(table) = standard::object(&described.name) else { continue };
        for field in &table.fields {
            let Some(theirs) = described.field(&field.name) else {
                differences.push(format!("{}: {}.{} missing", path.display(), table.name, field.name));
                continue;
            };
            if field.field_type != theirs.field_type
                || field.label != theirs.label
                || field.relationship != theirs.relationship
                || field.references != theirs.references
                || (
                    field.createable,
                    field.updateable,
                    field.required,
                    field.filterable,
                    field.sortable,
                    field.groupable,
                    field.name_field,
                    field.id_lookup,
                ) != (
                    theirs.createable,
                    theirs.updateable,
                    theirs.required,
                    theirs.filterable,
                    theirs.sortable,
                    theirs.groupable,
                    theirs.name_field,
                    theirs.id_lookup,
                )
            {
                differences.push(format!("{}: {:?}\n      {:?}", path.display(), field, theirs));
            }
        }
    }
    let _ = FieldType::Id;
    for d in &differences {
        eprintln!("{d}");
    }
}
