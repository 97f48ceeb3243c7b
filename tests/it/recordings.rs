//! Answers of real orgs, which live beside the repository and are no part of it.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// One recorded answer.
pub(crate) struct Recording {
    /// `source/folder/file.json`.
    pub(crate) name: String,
    /// 200 where the recording does not say.
    pub(crate) status: u16,
    /// The body as it was sent, byte for byte.
    pub(crate) body: String,
}

impl Recording {
    /// The body as any JSON reader sees it; null for what is no JSON.
    pub(crate) fn value(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    pub(crate) fn response(&self) -> http::Response<&[u8]> {
        response(self.status, self.body.as_bytes())
    }
}

pub(crate) fn response(status: u16, body: &[u8]) -> http::Response<&[u8]> {
    http::Response::builder().status(status).body(body).unwrap()
}

/// The folder of the recordings; where it is absent, that is said aloud.
fn root() -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    // A worktree lies one level deeper than the main checkout.
    let found = ["../shared/recorded", "../../shared/recorded"].iter().map(|it| here.join(it)).find(|it| it.is_dir());
    if found.is_none() {
        eprintln!("SKIPPED: there is no ../shared/recorded beside {}", here.display());
    }
    found
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// Every folder of recordings as `source/folder`; absent where there are no recordings at all.
pub(crate) fn folders() -> Option<Vec<String>> {
    let sources = sorted(&root()?).into_iter().filter(|path| path.is_dir());
    Some(
        sources
            .flat_map(|source| sorted(&source))
            .map(|folder| format!("{}/{}", name(folder.parent().unwrap()), name(&folder)))
            .collect(),
    )
}

/// The recordings of a folder; absent where there are no recordings at all.
pub(crate) fn of(folder: &str) -> Option<Vec<Recording>> {
    let read = |path: PathBuf| {
        #[derive(Deserialize)]
        struct File {
            status: Option<u16>,
            body: Box<RawValue>,
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let file: File = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        // A body that is no JSON is recorded as a string.
        let body = serde_json::from_str::<String>(file.body.get()).unwrap_or_else(|_| file.body.get().to_owned());
        Recording { name: format!("{folder}/{}", name(&path)), status: file.status.unwrap_or(200), body }
    };
    Some(sorted(&root()?.join(folder)).into_iter().map(read).collect())
}
