//! Recordings in files of a test, and what two replies that differ in masked words have in common.

use std::path::{Path, PathBuf};

use salesforce_host::recording::Recording;
use serde_json::{Value, json};

/// A file of its own, gone with it.
pub struct File(PathBuf);

impl File {
    pub fn new(name: &str, text: &str) -> Self {
        let file = std::env::temp_dir().join(format!("recording-{}-{name}.json", std::process::id()));
        std::fs::write(&file, text).unwrap();
        Self(file)
    }

    pub fn of(name: &str, recording: &Recording) -> Self {
        let file = Self::new(name, "");
        recording.save(&file.0).unwrap();
        file
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for File {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}

/// JSON with its texts cut out, unless they are the contract's own.
pub fn shape(value: &Value) -> Value {
    match value {
        Value::String(_) => json!(""),
        Value::Array(items) => items.iter().map(shape).collect(),
        Value::Object(object) => object
            .iter()
            .map(|(name, value)| {
                let own = ["kind", "changed", "code", "object", "columns", "field"].contains(&name.as_str());
                (name.clone(), if own { value.clone() } else { shape(value) })
            })
            .collect(),
        other => other.clone(),
    }
}
