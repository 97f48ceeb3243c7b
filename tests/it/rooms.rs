//! The rooms of the guest: what a file of `src/` may import, and that imports run in no circle.
//!
//! A folder and the file of its name are one room; files within a room may know their own room's face.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A room, and the only rooms it may import.
const ONLY: [(&str, &[&str]); 6] = [
    ("policy", &["error", "within", "wit"]),
    ("known", &["error", "id", "policy", "rest", "schema", "soql", "wit"]),
    ("soql", &["excerpt", "id", "within"]),
    ("sql", &["excerpt", "soql", "within"]),
    ("time", &["error", "id", "soql"]),
    ("platform", &["wit"]),
];

/// A room, and rooms it may not import.
const NEVER: [(&str, &[&str]); 8] = [
    ("resolve", &["call", "catalog", "component", "platform", "rest", "time", "tools", "write"]),
    ("write", &["catalog", "component", "platform", "tools"]),
    ("call", &["catalog", "component", "resolve", "tools", "write"]),
    ("tools", &["catalog", "component", "platform"]),
    ("rest", &["call", "known", "platform", "resolve", "tools", "write"]),
    ("schema", &["call", "known", "platform", "resolve", "rest", "tools", "write"]),
    ("reply", &["call", "known", "platform", "resolve", "rest", "tools", "write"]),
    ("error", &["call", "known", "resolve", "tools", "write"]),
];

/// A file by its path without the ending, as `resolve/names`, and the files it imports.
type Imports = BTreeMap<String, BTreeSet<String>>;

#[test]
fn every_file_stays_in_its_room() {
    assert_eq!(broken_rules(&imports(&sources())), [""; 0]);
}

#[test]
fn imports_run_in_no_circle() {
    let imports = imports(&sources());
    assert!(imports.len() > 80, "only {} files were read", imports.len());
    assert_eq!(circles(&imports), Vec::<Vec<String>>::new());
}

#[test]
fn every_rule_is_about_a_room_there_is() {
    let rooms: BTreeSet<String> = sources().keys().map(|file| room(file).to_owned()).collect();
    for (ruled, others) in ONLY.iter().chain(&NEVER) {
        for name in others.iter().chain([ruled]) {
            assert!(rooms.contains(*name), "{name}");
        }
    }
}

/// The rules that planted files break.
#[track_caller]
fn check(files: &[(&str, &str)], broken: &[&str], in_circles: &[&[&str]]) {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let imports = imports(&files);
    assert_eq!(broken_rules(&imports), broken);
    assert_eq!(circles(&imports), in_circles);
}

#[test]
fn a_tool_that_imports_a_tool_is_found() {
    let create = "use super::delete::undo;\nuse crate::reply::{self, Values};\n";
    let files = [("tools/create", create), ("tools/delete", ""), ("tools", "mod create;"), ("reply", "")];
    check(&files, &["tools/create imports the tool tools/delete"], &[]);
    // A tool's own folder is its own, and the table belongs to the room.
    check(&[("tools/sum", "use self::one::X;"), ("tools/sum/one", "use super::two;"), ("tools/sum/two", "")], &[], &[]);
}

#[test]
fn a_room_that_imports_what_it_may_not_is_found() {
    let rest = ("rest", "pub use query::Page;\nmod query;\n");
    for import in
        ["use crate::rest::Page;", "fn f() { crate::rest::Page::empty() }", "use crate::{\n    rest::Page,\n};"]
    {
        check(&[("resolve/names", import), rest, ("rest/query", "")], &["resolve/names imports rest/query"], &[]);
    }
    check(&[("policy", "use crate::json::quoted;"), ("json", "")], &["policy imports json"], &[]);
    // Neither words nor tests are imports.
    let text = "//! Not `crate::call`.\n#[cfg(test)]\nmod tests {\n    use crate::call::Call;\n}\n";
    check(&[("resolve/names", text), ("call", "")], &[], &[]);
}

#[test]
fn a_circle_is_found_through_what_a_room_shows_of_its_files() {
    let face = "mod literal;\nmod number;\npub use literal::{Literal, LiteralError};\npub use number::Number;\n";
    let files =
        [("soql", face), ("soql/literal", "use super::Number;"), ("soql/number", "use super::LiteralError as Error;")];
    check(&files, &[], &[&["soql/literal", "soql/number"]]);
    check(&[("id", "use crate::text;"), ("text", "use super::id::Id;")], &[], &[&["id", "text"]]);
}

fn sources() -> BTreeMap<String, String> {
    fn add(folder: &Path, name: &str, files: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let (path, file) = (entry.path(), entry.file_name().into_string().unwrap());
            if path.is_dir() {
                add(&path, &format!("{name}{file}/"), files);
            } else if let Some(module) = file.strip_suffix(".rs") {
                files.insert(format!("{name}{module}"), fs::read_to_string(&path).unwrap());
            }
        }
    }
    let mut files = BTreeMap::new();
    add(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), "", &mut files);
    files
}

fn room(file: &str) -> &str {
    file.split('/').next().unwrap()
}

/// Whether one is the face of the other, or the same.
fn is_one_room(one: &str, other: &str) -> bool {
    let holds = |face: &str, file: &str| file.strip_prefix(face).is_some_and(|rest| rest.starts_with('/'));
    one == other || holds(one, other) || holds(other, one)
}

fn broken_rules(imports: &Imports) -> Vec<String> {
    let mut broken = Vec::new();
    for (file, imported) in imports {
        for other in imported {
            let (from, to) = (room(file), room(other));
            let tool = |file: &str| file.split('/').nth(1).map(str::to_owned);
            if from == "tools" && to == "tools" && tool(file).is_some() && tool(file) != tool(other) {
                broken.push(format!("{file} imports the tool {other}"));
            }
            let is_barred = ONLY.iter().any(|(room, only)| *room == from && !only.contains(&to))
                || NEVER.iter().any(|(room, never)| *room == from && never.contains(&to));
            if from != to && is_barred {
                broken.push(format!("{file} imports {other}"));
            }
        }
    }
    broken
}

/// Files that reach one another, as groups.
fn circles(imports: &Imports) -> Vec<Vec<String>> {
    let reached = |start: &str| {
        let mut reached = BTreeSet::new();
        let mut next = vec![start];
        while let Some(file) = next.pop() {
            for other in imports.get(file).into_iter().flatten() {
                if reached.insert(other.clone()) {
                    next.push(other);
                }
            }
        }
        reached
    };
    let reached: BTreeMap<_, _> = imports.keys().map(|file| (file.as_str(), reached(file))).collect();
    let mut circles: Vec<Vec<String>> = Vec::new();
    for (file, others) in &reached {
        if others.contains(*file) && !circles.iter().flatten().any(|known| known == file) {
            circles.push(others.iter().filter(|other| reached[other.as_str()].contains(*file)).cloned().collect());
        }
    }
    circles
}

fn imports(files: &BTreeMap<String, String>) -> Imports {
    // What a room's face shows of its files, and where it really is.
    let mut shown = BTreeMap::new();
    for (file, text) in files {
        for path in uses(&code(text)).into_iter().filter_map(|(is_public, path)| is_public.then_some(path)) {
            let path = path.strip_prefix("self::").unwrap_or(&path);
            if let Some((home, item)) = path.rsplit_once("::")
                && let home = format!("{file}/{}", home.replace("::", "/"))
                && files.contains_key(&home)
            {
                shown.insert(format!("{file}/{item}"), home);
            }
        }
    }
    let imported = |file: &str, text: &str| {
        let code = code(text);
        let paths = uses(&code).into_iter().map(|(_, path)| path).chain(inline_paths(&code));
        let homes = paths.filter_map(|path| home(file, &path, files, &shown));
        homes.filter(|home| !is_one_room(file, home)).collect()
    };
    files.iter().map(|(file, text)| (file.clone(), imported(file, text))).collect()
}

/// The file a path leads to.
fn home(file: &str, path: &str, files: &BTreeMap<String, String>, shown: &BTreeMap<String, String>) -> Option<String> {
    let mut segments = path.split("::").peekable();
    let mut home = match segments.next()? {
        "crate" => String::new(),
        "self" => file.to_owned(),
        "super" => file.rsplit_once('/').map_or("", |(parent, _)| parent).to_owned(),
        _ => return None,
    };
    while segments.next_if_eq(&"super").is_some() {
        home = home.rsplit_once('/').map_or("", |(parent, _)| parent).to_owned();
    }
    for segment in segments {
        let inner = if home.is_empty() { segment.to_owned() } else { format!("{home}/{segment}") };
        if files.contains_key(&inner) {
            home = inner;
        } else {
            home = shown.get(&inner).cloned().unwrap_or(home);
            break;
        }
    }
    files.contains_key(&home).then_some(home)
}

/// A file's text without comments and unit tests.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    text.lines().map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>().join("\n")
}

/// Every path of every `use`, and whether it shows what it imports.
fn uses(code: &str) -> Vec<(bool, String)> {
    let mut uses = Vec::new();
    for statement in code.split(';') {
        let words = statement.split_whitespace().collect::<Vec<_>>();
        let Some(at) = words.iter().rposition(|word| *word == "use") else { continue };
        let is_public = at > 0 && words[at - 1].starts_with("pub");
        // The spaces that are left part a name from another one for it.
        let tree = words[at + 1..].join(" ").replace(" as ", "@").replace(' ', "");
        leaves("", &tree, &mut |path| uses.push((is_public, path.split('@').next().unwrap().to_owned())));
    }
    uses
}

/// The paths of a tree like `a::{b, c::{d, self}}`.
fn leaves(prefix: &str, tree: &str, add: &mut impl FnMut(String)) {
    let Some((head, rest)) = tree.split_once('{') else {
        add(format!("{prefix}{tree}"));
        return;
    };
    let prefix = format!("{prefix}{head}");
    let (mut depth, mut start) = (0, 0);
    for (at, character) in rest.char_indices() {
        match character {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                if start < at {
                    leaves(&prefix, &rest[start..at], add);
                }
                start = at + 1;
                if character == '}' {
                    return;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
}

/// Paths that are written out where they are used.
fn inline_paths(code: &str) -> Vec<String> {
    let is_part = |character: char| character.is_alphanumeric() || "_:".contains(character);
    let paths = code.split(|character| !is_part(character));
    paths.filter(|path| path.starts_with("crate::") || path.starts_with("super::")).map(str::to_owned).collect()
}
