//! What the project's pages say is so: their links, paths, commands, settings, figures, and the tests they name.

mod page;
mod shell;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use clap::error::ErrorKind;
use demo_org::Org;
use salesforce_host::settings::{Settings, ToolNames};
use salesforce_host::types::ConnectionSettings;
use salesforce_host::wire::HttpsOptions;
use salesforce_host::{CallError, Limits};
use serde_json::Value;
use test_support::{HOST, demo};

use page::{Page, pages, read, root, spans_of};
use shell::{commands, program_arguments, words};

/// Most bytes of the README: one screen each of what it is for.
const MAX_README_BYTES: usize = 10_000;
/// Most characters of a line that is no table's.
const MAX_LINE_CHARS: usize = 120;

// ---- form ----

#[test]
fn the_readme_fits_its_budget() {
    let bytes = read("README.md").len();
    assert!(bytes <= MAX_README_BYTES, "{bytes} bytes of at most {MAX_README_BYTES}: the rest belongs in docs/");
}

#[test]
fn every_page_can_be_read_in_an_editor() {
    for page in pages() {
        for (number, line) in page.prose() {
            let long = line.chars().count() > MAX_LINE_CHARS && !line.starts_with('|');
            assert!(!long, "{}:{number}: longer than {MAX_LINE_CHARS} characters", page.path);
            // These tests read code spans line by line.
            assert!(line.matches('`').count() % 2 == 0, "{}:{number}: a code span ends in another line", page.path);
        }
    }
}

#[test]
fn every_page_is_reached_from_the_readme() {
    let readme = Page::at("README.md");
    let links: Vec<String> = readme.links().into_iter().map(|link| link.text).collect();
    for page in pages().iter().filter(|page| page.path.starts_with("docs/")) {
        assert!(links.contains(&page.path), "README.md has no link to {}", page.path);
    }
}

// ---- links and paths ----

#[test]
fn every_link_leads_somewhere() {
    for page in pages() {
        let folder = Path::new(&page.path).parent().unwrap();
        for link in page.links() {
            if link.text.starts_with("https://") {
                continue;
            }
            let (path, anchor) = link.text.split_once('#').unwrap_or((&link.text, ""));
            let target = if path.is_empty() { page.path.clone() } else { joined(folder, path) };
            assert!(root().join(&target).exists(), "{}: there is no {target}", link.place);
            if !anchor.is_empty() {
                let anchors = Page::at(&target).anchors();
                assert!(
                    anchors.iter().any(|known| known == anchor),
                    "{}: #{anchor} is none of {anchors:?}",
                    link.place
                );
            }
        }
    }
}

/// A relative path from a folder, without `..`.
fn joined(folder: &Path, path: &str) -> String {
    let mut parts: Vec<&str> = folder.iter().map(|part| part.to_str().unwrap()).collect();
    for part in path.split('/') {
        match part {
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[test]
fn every_path_that_is_named_exists() {
    for page in pages() {
        for span in page.spans() {
            if is_path(&span.text) {
                assert!(root().join(&span.text).exists(), "{}: there is no {}", span.place, span.text);
            }
        }
    }
}

/// Whether a code span names a file or folder of this project, and not one of the reader's machine.
fn is_path(span: &str) -> bool {
    const INSIDE: [&str; 8] = ["src/", "wit/", "tests/", "docs/", "host-test/", "adapters/", ".ci/", ".github/"];
    const ENDINGS: [&str; 8] = ["/", ".rs", ".md", ".wit", ".sh", ".json", ".txt", ".toml"];
    // What the program keeps for a person, and what clients are configured by.
    const ELSEWHERE: [&str; 8] =
        ["~", "/", "http://", "connections/", ".vscode/", "config.toml", "settings.toml", "claude_desktop_config.json"];
    let inside = INSIDE.iter().any(|start| span.starts_with(start));
    (inside || ENDINGS.iter().any(|ending| span.ends_with(ending)))
        && !span.contains([' ', '%'])
        && !span.contains("NAME")
        && !ELSEWHERE.iter().any(|start| span.starts_with(start))
}

// ---- commands ----

#[test]
fn every_command_is_one_the_program_takes() {
    let mut commands_seen = 0;
    for page in pages() {
        for fence in page.fences().iter().filter(|fence| fence.language == "sh") {
            for words in commands(&fence.text) {
                if let Some(arguments) = program_arguments(&words) {
                    takes(&fence.place, arguments, &[]);
                    commands_seen += 1;
                }
            }
        }
        for fence in page.fences() {
            for arguments in client_arguments(&fence.language, &fence.text) {
                takes(&fence.place, &arguments, &[]);
                commands_seen += 1;
            }
        }
        // In a sentence a command may lack what it needs, as in `salesforce-plugin mcp`.
        for span in page.spans().iter().filter(|span| span.text.starts_with("salesforce-plugin ")) {
            let lacks = [ErrorKind::MissingRequiredArgument, ErrorKind::MissingSubcommand];
            takes(&span.place, &words(&span.text)[1..], &lacks);
        }
    }
    assert!(commands_seen > 20, "only {commands_seen} commands were found");
}

/// Holds arguments against the program's own definition. Placeholders are in capitals there.
#[track_caller]
fn takes(place: &str, arguments: &[String], but: &[ErrorKind]) {
    let given = arguments.iter().map(|word| if word == "NAME" || word == "ORIGIN" { "demo" } else { word.as_str() });
    let parsed =
        salesforce_plugin_cli::arguments().try_get_matches_from(["salesforce-plugin"].into_iter().chain(given));
    if let Err(error) = parsed {
        let fine = [ErrorKind::DisplayHelp, ErrorKind::DisplayVersion];
        assert!(fine.contains(&error.kind()) || but.contains(&error.kind()), "{place}: {arguments:?}\n{error}");
    }
}

/// What the configuration of an MCP client gives the program to start.
fn client_arguments(language: &str, text: &str) -> Vec<Vec<String>> {
    let servers: Option<Value> = match language {
        "json" => serde_json::from_str::<Value>(text)
            .ok()
            .and_then(|config| config.get("mcpServers").or(config.get("servers")).cloned()),
        "toml" => toml::from_str::<Value>(text).ok().and_then(|config| config.get("mcp_servers").cloned()),
        _ => None,
    };
    let servers = servers.iter().flat_map(|servers| servers.as_object().unwrap().values());
    let started = servers.filter(|server| server.get("url").is_none()).map(|server| {
        assert!(server["command"].as_str().unwrap().ends_with("/salesforce-plugin"), "{server}");
        let arguments = server["args"].as_array().unwrap().iter();
        arguments.map(|word| word.as_str().unwrap().to_owned()).collect()
    });
    started.collect()
}

#[test]
fn every_call_is_understood_by_its_tool() {
    let mut calls_seen = 0;
    for page in pages() {
        for fence in page.fences().iter().filter(|fence| fence.language == "sh") {
            for words in commands(&fence.text) {
                let Some(at) = words.iter().position(|word| word == "call") else { continue };
                let (tool, arguments) = (words[at + 1].as_str(), words[at + 2].as_str());
                if tool == "TOOL" {
                    continue;
                }
                calls_seen += 1;
                let connection = demo(&Arc::new(Org::demo()), "riley");
                connection
                    .set_settings(ConnectionSettings { tools: Some(vec!["all".to_owned()]), ..connection.settings() });
                let reply = HOST.session(connection).call_json(tool, arguments);
                let refused = match &reply {
                    Err(CallError::Tool(error)) => error.to_json()["kind"] == "invalid_input",
                    Err(CallError::Host(_)) => true,
                    Ok(_) => false,
                };
                assert!(!refused, "{}: {tool} {arguments}: {reply:?}", fence.place);
            }
        }
    }
    assert!(calls_seen > 5, "only {calls_seen} calls were found");
}

#[test]
fn every_cargo_command_names_packages_and_targets_there_are() {
    let packages = packages();
    for page in pages() {
        for fence in page.fences().iter().filter(|fence| fence.language == "sh") {
            for words in commands(&fence.text).iter().filter(|words| words[0] == "cargo") {
                let after = |option: &str| {
                    let at = words.iter().position(|word| word == option)?;
                    words.get(at + 1).map(String::as_str)
                };
                let package = after("-p");
                let folder = match package {
                    None => "",
                    Some(package) => packages
                        .get(package)
                        .unwrap_or_else(|| panic!("{}: no package {package} in {packages:?}", fence.place)),
                };
                for (option, kind) in [("--bench", "benches"), ("--example", "examples")] {
                    if let Some(target) = after(option) {
                        let file = root().join(folder).join(kind).join(format!("{target}.rs"));
                        assert!(file.exists(), "{}: there is no {}", fence.place, file.display());
                    }
                }
                if let Some(binary) = after("--test") {
                    let module = words.last().unwrap();
                    let file = root().join(folder).join("tests").join(binary).join(format!("{module}.rs"));
                    assert!(file.exists(), "{}: there is no {}", fence.place, file.display());
                }
                if let Some(path) = after("--path") {
                    assert!(root().join(path).join("src/main.rs").exists(), "{}: no program in {path}", fence.place);
                }
            }
        }
    }
}

/// The packages of the workspace with their folders.
fn packages() -> BTreeMap<String, String> {
    let manifest = |folder: &str| toml::from_str::<Value>(&read(&format!("{folder}Cargo.toml"))).unwrap();
    let name = |folder: &str| manifest(folder)["package"]["name"].as_str().unwrap().to_owned();
    let members = manifest("")["workspace"]["members"].clone();
    let members = members.as_array().unwrap().iter().map(|member| format!("{}/", member.as_str().unwrap()));
    members.chain(["".to_owned()]).map(|folder| (name(&folder), folder)).collect()
}

#[test]
fn the_reference_of_commands_is_made_from_the_program_and_fresh() {
    const BEGIN: &str = "<!-- commands:begin -->\n";
    const END: &str = "<!-- commands:end -->";
    let mut program = salesforce_plugin_cli::arguments();
    program.build();
    let mut reference = format!("### Options of every command\n\n{}", table(program.get_arguments()));
    for command in program.get_subcommands().filter(|command| command.get_name() != "help") {
        let own: Vec<_> = command.get_arguments().filter(|argument| !argument.is_global_set()).collect();
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        reference.push_str(&format!("\n### `{}`\n\n{about}.\n", command.get_name()));
        if own.iter().any(|argument| is_shown(argument)) {
            reference.push_str(&format!("\n{}", table(own.into_iter())));
        }
    }
    let page = Page::at("docs/cli.md");
    let (before, rest) = page.text.split_once(BEGIN).expect("docs/cli.md has the first marker");
    let (_, after) = rest.split_once(END).expect("docs/cli.md has the second marker");
    refresh("docs/cli.md", &format!("{before}{BEGIN}{reference}{END}{after}"));
}

fn is_shown(argument: &clap::Arg) -> bool {
    !matches!(argument.get_id().as_str(), "help" | "version") && !argument.is_hide_set()
}

/// Arguments and options as rows.
fn table<'a>(arguments: impl Iterator<Item = &'a clap::Arg>) -> String {
    let mut table = "| Option | Meaning |\n| --- | --- |\n".to_owned();
    for argument in arguments.filter(|argument| is_shown(argument)) {
        let value = argument.get_value_names().filter(|_| argument.get_action().takes_values());
        let value = value.map(|names| names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "));
        let name = match (argument.get_long(), &value) {
            (Some(long), Some(value)) => format!("--{long} {value}"),
            (Some(long), None) => format!("--{long}"),
            (None, value) => value.clone().unwrap_or_default(),
        };
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        let values: Vec<String> =
            argument.get_possible_values().iter().map(|value| format!("`{}`", value.get_name())).collect();
        let values = match &values[..] {
            _ if !argument.get_action().takes_values() => String::new(),
            [] => String::new(),
            values => format!(" One of {}.", values.join(", ")),
        };
        let defaults: Vec<_> = argument.get_default_values().iter().filter_map(|value| value.to_str()).collect();
        let default = match &defaults[..] {
            [default] if argument.get_action().takes_values() => format!(" Default: `{default}`."),
            _ => String::new(),
        };
        let stop = if help.ends_with(['.', '…']) { "" } else { "." };
        table.push_str(&format!("| `{name}` | {help}{stop}{values}{default} |\n"));
    }
    table
}

/// Brings a generated page up to date, and fails if it was not.
#[track_caller]
fn refresh(path: &str, fresh: &str) {
    if read(path) != fresh {
        fs::write(root().join(path), fresh).unwrap();
        panic!("{path} was stale: it has been made anew, so look at the difference and commit it");
    }
}

#[test]
fn every_environment_variable_is_documented() {
    let mut read_by_the_program = BTreeSet::new();
    for file in sources().filter(|file| file.path.contains("/src/")) {
        let quoted = file.text.split('"').filter(|text| text.starts_with("SALESFORCE_"));
        let names = quoted.filter(|text| text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'));
        read_by_the_program.extend(names.map(str::to_owned));
    }
    let page = Page::at("docs/cli.md");
    let documented: BTreeSet<String> = page
        .rows()
        .iter()
        .flat_map(|(_, cells)| spans_of(cells[0]))
        .filter(|span| span.starts_with("SALESFORCE_"))
        .map(str::to_owned)
        .collect();
    assert_eq!(documented, read_by_the_program);
}

// ---- blocks ----

#[test]
fn every_json_block_is_json() {
    for page in pages() {
        for fence in page.fences().iter().filter(|fence| fence.language == "json") {
            if let Err(error) = serde_json::from_str::<Value>(&fence.text) {
                panic!("{}: {error}", fence.place);
            }
        }
    }
}

#[test]
fn every_toml_block_is_accepted_by_who_reads_it() {
    let tools = ToolNames::of(&HOST).unwrap();
    let (mut settings, mut configs, mut clients) = (0, 0, 0);
    for page in pages() {
        for fence in page.fences().iter().filter(|fence| fence.language == "toml") {
            if fence.text.contains("[mcp_servers.") {
                // Its arguments are held against the program elsewhere.
                assert_eq!(client_arguments("toml", &fence.text).len(), 1, "{}", fence.place);
                clients += 1;
            } else if fence.text.contains("consumer_key") {
                accepted_by_connect(&fence.place, &fence.text);
                configs += 1;
            } else {
                if let Err(error) = Settings::parse(&fence.text, &tools) {
                    panic!("{}: {error}", fence.place);
                }
                settings += 1;
            }
        }
    }
    assert!(settings > 0 && configs > 0 && clients > 0);
}

/// Whether `connect` reads a configuration: it asks what it lacks only after that.
#[track_caller]
fn accepted_by_connect(place: &str, config: &str) {
    let home = std::env::temp_dir().join(format!("salesforce-plugin-docs-{}", std::process::id()));
    fs::create_dir_all(&home).unwrap();
    fs::write(home.join("config.toml"), config).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_salesforce-plugin"))
        .args(["connect", "acme"])
        .env("SALESFORCE_PLUGIN_HOME", &home)
        .output()
        .unwrap();
    fs::remove_dir_all(&home).unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(error.contains("which org is it?"), "{place}: {error}");
}

#[test]
fn the_transcript_of_the_readme_is_what_the_demo_prints() {
    let output = Command::new(env!("CARGO_BIN_EXE_salesforce-plugin")).arg("demo").output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let readme = Page::at("README.md");
    let fences = readme.fences();
    let transcript = fences.iter().find(|fence| fence.language == "text").expect("README.md has a transcript");

    // A line `…` stands for lines left out, and `…` in a line for any text.
    let mut rest = printed.lines().peekable();
    let mut skipping = true;
    for shown in transcript.text.lines() {
        if shown == "…" {
            skipping = true;
            continue;
        }
        while skipping && rest.peek().is_some_and(|line| !matches(shown, line)) {
            rest.next();
        }
        let line = rest.next().unwrap_or_default();
        assert!(matches(shown, line), "{}: shown\n{shown}\nprinted\n{line}", transcript.place);
        skipping = false;
    }
}

/// Whether a line is what is shown of it, where `…` stands for any text.
fn matches(shown: &str, line: &str) -> bool {
    let Some((first, others)) = shown.split_once('…') else { return shown == line };
    let Some(mut rest) = line.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = others.split('…').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// The example of the library is compiled as its documentation's test.
#[test]
fn the_example_of_the_readme_is_the_one_of_the_library() {
    let library = read("host-test/host/src/lib.rs");
    let (_, example) = library.split_once("//! ```no_run\n").expect("the library has an example");
    let (example, _) = example.split_once("//! ```\n").expect("the example ends");
    let shown: Vec<&str> = example
        .lines()
        .map(|line| line.trim_start_matches("//!").strip_prefix(' ').unwrap_or_default())
        .filter(|line| *line != "#" && !line.starts_with("# "))
        .collect();
    let readme = Page::at("README.md");
    let fences = readme.fences();
    let block = fences.iter().find(|fence| fence.language == "rust").expect("README.md has an example");
    assert_eq!(block.text.lines().collect::<Vec<_>>(), shown);
}

// ---- figures ----

#[test]
fn every_limit_is_the_one_the_code_has() {
    let page = Page::at("docs/limits.md");
    let mut rows: BTreeMap<&str, String> =
        page.rows().iter().map(|(_, cells)| (cells[0], cells[1..].join(" | "))).collect();
    for (name, figures) in limits() {
        let row = rows.remove(name).unwrap_or_else(|| panic!("docs/limits.md has no row {name:?}"));
        let digits = |text: &str| -> Vec<u64> {
            let words = text.split(|char: char| !char.is_ascii_digit() && char != ',');
            words.filter_map(|word| word.replace(',', "").parse().ok()).collect()
        };
        let said: BTreeSet<u64> = digits(&row).into_iter().collect();
        assert_eq!(said, figures.into_iter().collect(), "docs/limits.md: {name}: {row}");
    }
    assert!(rows.is_empty(), "no test holds these rows of docs/limits.md: {rows:?}");
}

/// The rows of `docs/limits.md`, each with every figure in it.
fn limits() -> Vec<(&'static str, Vec<u64>)> {
    const MIB: usize = 1024 * 1024;
    let tool = |name: &str, constants: &[&str]| {
        let file = format!("src/{name}.rs");
        constants.iter().map(|name| constant(&file, name)).collect::<Vec<u64>>()
    };
    let one = |figure: u64| vec![figure];
    let limits = Limits::default();
    let https = HttpsOptions::default();
    let minutes = constant("src/tools/log_activity.rs", "MAX_MINUTES");
    vec![
        ("Candidates of a search", tool("tools/find", &["DEFAULT_CANDIDATES", "MAX_CANDIDATES"])),
        ("Objects searched at once", one(constant("src/rest/composite.rs", "MAX_QUERIES"))),
        (
            "Rows of a query",
            [tool("tools/query", &["DEFAULT_ROWS"]), tool("reply", &["MAX_ROWS"]), tool("cursor", &["MAX_OFFSET"])]
                .concat(),
        ),
        (
            "Groups of numbers",
            [tool("tools/query", &["DEFAULT_GROUPS"]), tool("tools/query/numbers", &["MAX_GROUPS"])].concat(),
        ),
        ("Rows of a report", [tool("tools/report", &["DEFAULT_ROWS"]), tool("reply", &["MAX_ROWS"])].concat()),
        ("Groups of a report", [tool("tools/report", &["DEFAULT_GROUPS"]), tool("reply", &["MAX_ROWS"])].concat()),
        ("Rows of a list view", [tool("tools/report", &["DEFAULT_ROWS"]), tool("reply", &["MAX_ROWS"])].concat()),
        ("Reports and list views listed, each", tool("tools/report", &["DEFAULT_RECENT", "MAX_RECENT"])),
        ("Filters of a report", tool("tools/report/filters", &["MAX_FILTERS"])),
        ("Fields that make groups", tool("tools/query/group", &["MAX_GROUPINGS"])),
        ("Records that times are computed of, the latest", tool("reply", &["MAX_ROWS"])),
        ("Child records of each row", tool("resolve/statement", &["DEFAULT_CHILDREN", "MAX_CHILDREN"])),
        ("Rows of each related list", tool("resolve/related", &["MAX_ROWS"])),
        ("Entries of a timeline", tool("tools/activities", &["DEFAULT_ITEMS", "MAX_ITEMS"])),
        ("Fields or objects described", tool("tools/describe", &["DEFAULT_ENTRIES", "MAX_ENTRIES"])),
        ("Picklist values described", tool("tools/describe", &["MAX_VALUES"])),
        ("Characters of a reply's rows", tool("reply", &["MAX_REPLY_CHARS"])),
        ("Characters of a text in a list", tool("reply", &["MAX_TEXT_CHARS"])),
        ("Characters of a text in one record", tool("tools/get", &["MAX_TEXT_CHARS"])),
        ("Characters of a text in a timeline", tool("tools/activities", &["MAX_TEXT_CHARS"])),
        ("Characters of a file's text", tool("tools/read_file", &["MAX_TEXT_CHARS"])),
        ("Bytes of a file that is read", tool("tools/read_file", &["MAX_BYTES"])),
        ("Recipients of an e-mail, copies included", tool("tools/send_email", &["MAX_RECIPIENTS", "MAX_NAMED"])),
        (
            "Characters of an e-mail's text, and of its subject",
            tool("tools/send_email", &["MAX_BODY_CHARS", "MAX_SUBJECT_CHARS"]),
        ),
        ("Characters of a comment on an approval", tool("tools/approve", &["MAX_COMMENT_CHARS"])),
        ("Records of one write", tool("write/several", &["MAX_RECORDS"])),
        ("Subqueries in conditions", tool("sql/refusal", &["MAX_SEMI_JOINS"])),
        ("Characters of a SOQL query", tool("sql/refusal", &["MAX_CHARS"])),
        ("Characters of an activity's text", tool("tools/log_activity", &["MAX_TEXT_CHARS"])),
        ("Characters of an activity's subject", tool("tools/log_activity", &["MAX_SUBJECT_CHARS"])),
        ("Minutes of a meeting", vec![minutes, minutes / 60 / 24]),
        ("Time of a call, the org's included", one(limits.deadline.as_secs())),
        ("Memory of a call", one((limits.memory_bytes / MIB) as u64)),
        ("Requests to Salesforce in a call", one(limits.requests.into())),
        ("Bytes of a response", one((limits.response_bytes / MIB) as u64)),
        ("Bytes of a reply", one((limits.reply_bytes / MIB) as u64)),
        ("Calls at once, of all users", one(limits.calls.into())),
        ("Repetitions of a request that did nothing", one(https.retries.into())),
        ("Time until a connection stands", one(https.connect_timeout.as_secs())),
        ("Characters of your instructions", one(constant("host-test/host/src/settings.rs", "MAX_INSTRUCTIONS_LENGTH"))),
    ]
}

/// The value of a constant, out of its source: the component's are in no library that could be asked.
#[track_caller]
fn constant(file: &str, name: &str) -> u64 {
    let source = read(file);
    let declared = source.split_once(&format!("const {name}: "));
    let (_, declared) = declared.unwrap_or_else(|| panic!("{file} has no constant {name}"));
    let value = declared.split_once(" = ").and_then(|(_, value)| value.split_once(';')).expect("a value").0;
    let factors = value.split('*').map(|factor| factor.trim().replace('_', "").parse::<u64>());
    factors.map(|factor| factor.unwrap_or_else(|_| panic!("{file}: {name} is {value}"))).product()
}

#[test]
fn versions_and_ports_are_those_of_the_code() {
    let version = env!("CARGO_PKG_VERSION");
    assert!(read("wit/world.wit").contains(&format!("package salesforce:plugin@{version};")), "{version}");
    let rest = read("src/rest.rs");
    let (_, path) = rest.split_once("VERSION_PATH: &str = \"/services/data/").expect("the path of the API's version");
    let api = path.split('"').next().unwrap_or_default();
    let port = constant("host-test/cli/src/app.rs", "DEFAULT_PORT");
    for page in pages() {
        for (mark, right) in [
            ("salesforce:plugin@", version.to_owned()),
            ("REST API v", api.trim_start_matches('v').to_owned()),
            ("http://localhost:", format!("{port}/callback")),
        ] {
            for after in
                page.text.split(mark).skip(1).filter(|after| after.starts_with(|char: char| char.is_ascii_digit()))
            {
                assert!(after.starts_with(&right), "{}: after {mark:?} stands no {right}", page.path);
            }
        }
    }
    let changelog = read("CHANGELOG.md");
    let newest = changelog.lines().find_map(|line| line.strip_prefix("## ")).expect("a version");
    assert!(newest.starts_with(version), "CHANGELOG.md: {newest} is not {version}");
}

// ---- tests ----

#[test]
fn every_test_that_is_named_exists() {
    let tests = tests();
    let mut named = 0;
    for path in ["docs/threat-model.md", "docs/architecture.md", "src/lib.rs", "host-test/host/src/lib.rs"] {
        let page = Page::at(path);
        let documented = page.prose().into_iter().filter(|(_, line)| !path.ends_with(".rs") || line.starts_with("//!"));
        for (number, line) in documented {
            for span in spans_of(line).filter(|span| is_test(span)) {
                assert!(tests.contain(span), "{path}:{number}: there is no test {span}");
                named += 1;
            }
            // In a package's own documentation paths begin at its folder.
            for span in spans_of(line).filter(|span| path.ends_with(".rs") && span.starts_with("tests/")) {
                let package = path.trim_end_matches("src/lib.rs");
                assert!(root().join(package).join(span).exists(), "{path}:{number}: there is no {span}");
            }
        }
    }
    assert!(named > 50, "only {named} tests were found");
}

#[test]
fn every_line_of_the_threat_model_is_held_by_a_test() {
    let tests = tests();
    let page = Page::at("docs/threat-model.md");
    for (place, cells) in page.rows() {
        let held: Vec<&str> = cells.last().into_iter().flat_map(|cell| spans_of(cell)).collect();
        assert!(!held.is_empty(), "{place} names no test");
        for span in held {
            assert!(tests.contain(span), "{place}: there is no test {span}");
        }
    }
    let invariants = Page::at("docs/architecture.md");
    for paragraph in invariants.text.split("\n\n").filter(|paragraph| paragraph.starts_with("**Invariant:**")) {
        // What is the absence of something has no test.
        let absence = ["the host never links", "a plan can't send", "Nothing iterates"]
            .iter()
            .any(|text| paragraph.contains(text));
        let held = spans_of(paragraph).any(|span| tests.contain(span));
        assert!(held || absence, "no test holds: {paragraph}");
    }
}

// ---- rooms ----

#[test]
fn every_room_and_package_keeps_to_what_the_architecture_says() {
    let page = Page::at("docs/architecture.md");
    let (mut rooms, mut packages) = (0, 0);
    for (place, cells) in page.rows() {
        let [name, _, never] = cells[..] else { continue };
        let name = spans_of(name).next().unwrap_or_default();
        let never: Vec<&str> = spans_of(never).collect();
        assert!(!never.is_empty(), "{place}: {name} may use everything");
        if name.starts_with("src/") {
            rooms += 1;
            // A room is a folder with the file of its name, or that file alone.
            let room = name.trim_end_matches('/').trim_end_matches(".rs");
            let (file, folder) = (format!("{room}.rs"), format!("{room}/"));
            for source in sources().filter(|source| source.path == file || source.path.starts_with(&folder)) {
                let used = used_modules(&source.text);
                let wrong: Vec<_> = never.iter().filter(|module| used.contains(**module)).collect();
                assert!(wrong.is_empty(), "{place}: {} uses {wrong:?}", source.path);
            }
        } else {
            packages += 1;
            let manifest: Value = toml::from_str(&read(&format!("{name}/Cargo.toml"))).unwrap();
            // A package without dependencies has no such table.
            for dependency in manifest["dependencies"].as_object().into_iter().flat_map(|table| table.keys()) {
                assert!(!never.contains(&dependency.as_str()), "{place}: {name} depends on {dependency}");
            }
        }
    }
    assert!(rooms > 5 && packages > 3);
}

#[test]
fn no_tool_uses_another() {
    let name = |path: &str| path.strip_prefix("src/tools/")?.split(['/', '.']).next().map(str::to_owned);
    let tools: BTreeSet<String> = sources().filter_map(|source| name(&source.path)).collect();
    assert!(tools.len() > 5);
    for source in sources() {
        let Some(own) = name(&source.path) else { continue };
        let code = code(&source.text);
        for other in tools.iter().filter(|other| **other != own) {
            for way in [format!("tools::{other}::"), format!("tools::{other};"), format!("super::{other}::")] {
                assert!(!code.contains(&way), "{} uses the tool {other}", source.path);
            }
        }
    }
}

/// The modules of its crate that a file uses, apart from its tests.
fn used_modules(text: &str) -> BTreeSet<String> {
    let code = code(text);
    let mut used = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        // `crate::{call, rest::Endpoint}` names several.
        let names = match after.strip_prefix('{') {
            Some(list) => list.split(';').next().unwrap_or_default().split(',').map(str::trim).collect(),
            None => vec![after],
        };
        let word =
            |name: &str| name.split(|char: char| !char.is_alphanumeric() && char != '_').next().map(str::to_owned);
        used.extend(names.into_iter().filter_map(word));
    }
    used
}

/// A file without its comments and its own tests.
fn code(text: &str) -> String {
    let (code, _) = text.split_once("#[cfg(test)]\nmod tests").unwrap_or((text, ""));
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Whether a code span reads like a test's name: a sentence, perhaps with its module.
fn is_test(span: &str) -> bool {
    let plain = span.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_:".contains(&byte));
    let sentence = span.rsplit("::").next().unwrap_or_default().matches('_').count() >= 3;
    plain && sentence && !span.starts_with("salesforce_")
}

/// Every test of the workspace, by the name of its file.
struct Tests(BTreeMap<String, BTreeSet<String>>);

impl Tests {
    /// Whether there is a test `module::name`, a test `name`, or a file `module` with tests.
    fn contain(&self, named: &str) -> bool {
        match named.rsplit_once("::") {
            Some((module, name)) => self.0.get(module).is_some_and(|tests| tests.contains(name)),
            None => self.0.contains_key(named) || self.0.values().any(|tests| tests.contains(named)),
        }
    }
}

fn tests() -> Tests {
    let mut tests: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in sources() {
        let stem = Path::new(&file.path).file_stem().unwrap().to_str().unwrap();
        let mut marked = false;
        for line in file.text.lines().map(str::trim) {
            if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
                marked = true;
            } else if marked && let Some(name) = line.trim_start_matches("async ").strip_prefix("fn ") {
                let name = name.split(['(', '<']).next().unwrap_or_default();
                tests.entry(stem.to_owned()).or_default().insert(name.to_owned());
                marked = false;
            }
        }
    }
    Tests(tests)
}

/// Every Rust file of the workspace.
fn sources() -> impl Iterator<Item = Page> {
    let mut folders: Vec<String> = ["src", "tests", "host-test", "json"].map(str::to_owned).into();
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root().join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{folder}/{}", entry.file_name().into_string().unwrap());
            match entry.file_type().unwrap().is_dir() {
                true => folders.push(path),
                false if path.ends_with(".rs") => files.push(path),
                false => {}
            }
        }
    }
    files.sort();
    files.into_iter().map(|path| Page::at(&path))
}
