//! `src/catalog.json` and the tool table of the README are made from `wit/` and are fresh; the definitions stay small.

use std::fs;
use std::path::{Path, PathBuf};

use wit_parser::{Function, PackageId, Resolve, Type, TypeDefKind, WorldItem, WorldKey};

use crate::schema::{self, Direction, Json, sentences, snake};

/// Most tokens of what every conversation of a model starts with.
const MAX_TOKENS: usize = 1_800;

/// The tools that are off unless the settings name them.
const OFF: [&str; 5] =
    ["salesforce_delete", "salesforce_restore", "salesforce_approve", "salesforce_read_file", "salesforce_send_email"];

/// One tool, as the WIT declares it.
struct Tool {
    name: String,
    title: String,
    effect: &'static str,
    description: String,
    input: Json,
    output: Json,
}

#[test]
fn the_catalog_is_made_from_the_wit_and_fresh() {
    let lines: Vec<String> = tools()
        .into_iter()
        .map(|tool| {
            let entry = Json::Object(vec![
                ("name", Json::Text(tool.name)),
                ("title", Json::Text(tool.title)),
                ("effect", Json::text(tool.effect)),
                ("description", Json::Text(tool.description)),
                ("input_schema", tool.input),
                ("output_schema", tool.output),
            ]);
            serde_json::to_string(&entry).unwrap()
        })
        .collect();
    refresh(&root().join("src/catalog.json"), &format!("[\n{}\n]\n", lines.join(",\n")));
}

#[test]
fn the_tool_table_of_the_readme_is_made_from_the_wit_and_fresh() {
    const BEGIN: &str = "<!-- tools:begin -->\n";
    const END: &str = "<!-- tools:end -->";
    let mut table = "| Tool | What it does | Effect |\n| --- | --- | --- |\n".to_owned();
    for tool in tools() {
        let effect = match tool.effect {
            "read_only" => "reads",
            "additive" => "adds",
            _ => "overwrites",
        };
        let first = tool.description.split_once(". ").map_or(tool.description.as_str(), |(first, _)| first);
        table.push_str(&format!("| `{}` | {} | {effect} |\n", tool.name, first.trim_end_matches('.')));
    }
    let readme = root().join("README.md");
    let text = fs::read_to_string(&readme).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect("README.md has the first marker");
    let (_, after) = rest.split_once(END).expect("README.md has the second marker");
    refresh(&readme, &format!("{before}{BEGIN}{table}{END}{after}"));
}

#[test]
fn the_definitions_of_the_tools_that_are_on_by_default_fit_their_budget() {
    let by_default = tools().into_iter().filter(|tool| !OFF.contains(&tool.name.as_str()));
    let tokens: Vec<_> = by_default.map(|tool| (definition_tokens(&tool).iter().sum::<usize>(), tool.name)).collect();
    let sum: usize = tokens.iter().map(|(tokens, _)| tokens).sum();
    assert!(sum <= MAX_TOKENS, "{sum} tokens of at most {MAX_TOKENS}: {tokens:?}");
}

#[test]
fn every_client_accepts_the_names_of_the_tools() {
    for tool in tools() {
        assert!(
            tool.name.len() <= 40 && tool.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
            "{}",
            tool.name
        );
    }
}

#[test]
fn every_argument_is_described_to_the_model() {
    for tool in tools() {
        assert!(!tool.description.is_empty(), "{}", tool.name);
        let text = serde_json::to_string(&tool.input).unwrap();
        assert!(!text.contains(r#""description":"""#), "{}: {text}", tool.name);
    }
}

/// Tokens of name, description and input schema.
fn definition_tokens(tool: &Tool) -> [usize; 3] {
    let tokens = |text: &str| tiktoken_rs::o200k_base_singleton().encode_ordinary(text).len();
    [tokens(&tool.name), tokens(&tool.description), tokens(&serde_json::to_string(&tool.input).unwrap())]
}

/// The tools of the world, in the order of the WIT.
fn tools() -> Vec<Tool> {
    let (resolve, package) = contract();
    let world = resolve.select_world(&[package], Some("plugin")).unwrap();
    let mut tools = Vec::new();
    for (key, item) in &resolve.worlds[world].exports {
        let (WorldKey::Interface(_), WorldItem::Interface { id, .. }) = (key, item) else { continue };
        let interface = &resolve.interfaces[*id];
        let effect = match interface.name.as_deref() {
            Some("read") => "read_only",
            Some("append") => "additive",
            Some("edit") => "overwrites",
            _ => continue,
        };
        tools.extend(interface.functions.values().map(|function| tool(&resolve, function, effect)));
    }
    tools
}

/// The contract, read from `wit/`.
pub(crate) fn contract() -> (Resolve, PackageId) {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(root().join("wit")).unwrap();
    (resolve, package)
}

fn tool(resolve: &Resolve, function: &Function, effect: &'static str) -> Tool {
    let [arguments] = &function.params[..] else { panic!("{} takes one record", function.name) };
    Tool {
        name: format!("salesforce_{}", snake(&function.name)),
        title: title(&function.name),
        effect,
        description: sentences(function.docs.contents.as_deref()),
        input: schema::of(resolve, arguments.ty, Direction::Input),
        output: schema::of(resolve, reply(resolve, function), Direction::Output),
    }
}

/// What a function returns when it succeeds.
fn reply(resolve: &Resolve, function: &Function) -> Type {
    let Some(Type::Id(id)) = function.result else { panic!("{} returns a result", function.name) };
    let TypeDefKind::Result(result) = &resolve.types[id].kind else { panic!("{} returns a result", function.name) };
    result.ok.expect("a reply")
}

/// The title for people: the function's name, with its object where that is a bare verb.
fn title(function: &str) -> String {
    match function {
        "find" => "Find records".to_owned(),
        "get" => "Read a record".to_owned(),
        "query" => "Query records".to_owned(),
        "report" => "Run a report or read a list view".to_owned(),
        "describe" => "Look up fields and objects".to_owned(),
        "create" => "Create a record".to_owned(),
        "update" => "Change a record".to_owned(),
        "delete" => "Delete a record".to_owned(),
        "restore" => "Restore a record".to_owned(),
        "approve" => "Decide on an approval".to_owned(),
        "send-email" => "Send an e-mail".to_owned(),
        "log-activity" => "Log an activity".to_owned(),
        "who-am-i" => "The user, the org and their time".to_owned(),
        other => {
            let words = other.replace('-', " ");
            let (first, rest) = words.split_at(1);
            first.to_uppercase() + rest
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Brings a generated file up to date, and fails if it was not.
#[track_caller]
fn refresh(file: &Path, fresh: &str) {
    let committed = fs::read_to_string(file).unwrap_or_default();
    if committed != fresh {
        fs::write(file, fresh).unwrap();
        panic!(
            "{} was stale: it has been made anew from wit/, so look at the difference and commit it",
            file.display()
        );
    }
}
