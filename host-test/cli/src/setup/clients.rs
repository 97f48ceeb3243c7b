//! The agents on this machine that can use the tools, and the files in which they are told so.
//!
//! A file is changed in one place and left as it is everywhere else, comments too, after the person has seen the change.

mod json;

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use toml_edit::{Array, DocumentMut, Item, Table};

/// The largest file that is changed, in bytes.
const MAX_BYTES: u64 = 4 * 1024 * 1024;
/// What the tools are called in the files of agents.
const SERVER: &str = "salesforce";

/// An agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Client {
    /// As forms name it.
    pub(super) id: &'static str,
    /// Its own name.
    pub(super) name: &'static str,
    /// The file that tells it of servers.
    pub(super) path: PathBuf,
    form: Form,
}

/// How a file says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `{"mcpServers": {"salesforce": {…}}}`
    McpServers,
    /// `{"servers": {"salesforce": {"type": "stdio", …}}}`
    Servers,
    /// `[mcp_servers.salesforce]`
    Toml,
}

/// How an agent starts the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) program: PathBuf,
    pub(super) connection: String,
    /// Where connections are kept, if the person has moved that.
    pub(super) home: Option<PathBuf>,
}

/// What would become of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) before: String,
    pub(super) after: String,
}

/// Why a file can't be changed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// The agent does not seem to be on this machine.
    NotThere,
    /// The file is none that the agent would understand, or can't be read or written.
    File(String),
}

/// A line of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line<'t> {
    Same(&'t str),
    Gone(&'t str),
    New(&'t str),
    /// Lines that are left out.
    More,
}

/// Every agent whose file is known, for a person's folder.
pub(super) fn clients(home: &Path) -> Vec<Client> {
    let data = if cfg!(windows) {
        home.join("AppData").join("Roaming")
    } else if cfg!(target_os = "macos") {
        home.join("Library").join("Application Support")
    } else {
        home.join(".config")
    };
    let client = |id, name, path, form| Client { id, name, path, form };
    vec![
        client(
            "claude-desktop",
            "Claude Desktop",
            data.join("Claude").join("claude_desktop_config.json"),
            Form::McpServers,
        ),
        client("vs-code", "VS Code", data.join("Code").join("User").join("mcp.json"), Form::Servers),
        client("cursor", "Cursor", home.join(".cursor").join("mcp.json"), Form::McpServers),
        client("gemini-cli", "Gemini CLI", home.join(".gemini").join("settings.json"), Form::McpServers),
        client("codex", "Codex", home.join(".codex").join("config.toml"), Form::Toml),
    ]
}

impl Start {
    fn arguments(&self) -> [&str; 3] {
        ["mcp", "--connection", &self.connection]
    }

    fn environment(&self) -> Option<(&'static str, String)> {
        Some(("SALESFORCE_PLUGIN_HOME", self.home.as_ref()?.display().to_string()))
    }

    fn json(&self, form: Form) -> Value {
        let mut server = Map::new();
        if form == Form::Servers {
            server.insert("type".to_owned(), "stdio".into());
        }
        server.insert("command".to_owned(), self.program.display().to_string().into());
        server.insert("args".to_owned(), self.arguments().to_vec().into());
        if let Some((name, value)) = self.environment() {
            server.insert("env".to_owned(), serde_json::json!({name: value}));
        }
        Value::Object(server)
    }

    /// The configuration that most agents take.
    pub(super) fn snippet(&self) -> String {
        let whole = serde_json::json!({"mcpServers": {SERVER: self.json(Form::McpServers)}});
        format!("{whole:#}")
    }

    /// The command that tells Claude Code, which keeps no file for people to change.
    pub(super) fn claude_code(&self) -> String {
        let environment = self.environment().map(|(name, value)| format!("--env {name}={} ", shell(&value)));
        let program = shell(&self.program.display().to_string());
        let [mcp, option, name] = self.arguments();
        format!(
            "claude mcp add --scope user {}{SERVER} -- {program} {mcp} {option} {name}",
            environment.unwrap_or_default()
        )
    }
}

/// A word as a shell takes it.
fn shell(word: &str) -> String {
    let plain = |one: char| one.is_ascii_alphanumeric() || "/._-+:@%,=~".contains(one);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

impl Client {
    /// What would become of the file.
    pub(super) fn plan(&self, start: &Start) -> Result<Plan, Problem> {
        if !self.path.parent().is_some_and(Path::is_dir) {
            return Err(Problem::NotThere);
        }
        let before = self.read()?;
        let after = match self.form {
            Form::McpServers => in_json(&before, "mcpServers", start, self.form),
            Form::Servers => in_json(&before, "servers", start, self.form),
            Form::Toml => in_toml(&before, start),
        };
        Ok(Plan { after: after.map_err(|problem| self.problem(&problem))?, before })
    }

    /// Changes the file, if it still says what the person saw.
    pub(super) fn write(&self, plan: &Plan) -> Result<(), Problem> {
        if self.read()? != plan.before {
            return Err(self.problem("it has just been changed"));
        }
        self.replace(&plan.after).map_err(|error| self.problem(&error.to_string()))
    }

    fn read(&self) -> Result<String, Problem> {
        match fs::metadata(&self.path) {
            Ok(metadata) if metadata.len() > MAX_BYTES => return Err(self.problem("it is too large")),
            _ => {}
        }
        match fs::read_to_string(&self.path) {
            Ok(text) => Ok(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            Err(error) => Err(self.problem(&error.to_string())),
        }
    }

    /// Puts another text in its place, in one step, with the rights the file has. It may hold keys of other servers.
    fn replace(&self, text: &str) -> io::Result<()> {
        let target = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let next = target.with_extension("salesforce-plugin.new");
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let mut file = options.open(&next)?;
        if let Ok(metadata) = fs::metadata(&target) {
            file.set_permissions(metadata.permissions())?;
        }
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&next, &target)
    }

    fn problem(&self, what: &str) -> Problem {
        Problem::File(format!("{}: {what}", self.path.display()))
    }
}

/// The name for a server that starts so: the one it has already, or a free one.
fn server_name(start: &Start, args_of: impl Fn(&str) -> Option<Vec<String>>) -> String {
    let is_ours = |name: &str| args_of(name).is_none_or(|args| args == start.arguments());
    if is_ours(SERVER) { SERVER.to_owned() } else { format!("{SERVER}-{}", start.connection) }
}

fn in_json(before: &str, key: &str, start: &Start, form: Form) -> Result<String, String> {
    let not_json = || "it is not JSON".to_owned();
    if before.trim().is_empty() {
        return Ok(format!("{:#}\n", serde_json::json!({key: {SERVER: start.json(form)}})));
    }
    let root = json::object(before).ok_or_else(not_json)?;
    let Some(servers) = root.member(before, key) else {
        let servers = serde_json::json!({SERVER: start.json(form)});
        return Ok(root.with(before, key, &servers));
    };
    let servers = json::object_at(before, servers.start).ok_or_else(|| format!("{key:?} in it is no object"))?;
    let args_of = |name: &str| {
        let text = before.get(servers.member(before, name)?)?;
        let server: Value = serde_json::from_str(text).ok()?;
        Some(server.get("args")?.as_array()?.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect())
    };
    let name = server_name(start, args_of);
    Ok(servers.with(before, &name, &start.json(form)))
}

fn in_toml(before: &str, start: &Start) -> Result<String, String> {
    let mut document: DocumentMut = before.parse().map_err(|_| "it is not TOML".to_owned())?;
    let mut table = Table::new();
    table.set_implicit(true);
    let servers = document.entry("mcp_servers").or_insert(Item::Table(table));
    let servers = servers.as_table_like_mut().ok_or_else(|| "\"mcp_servers\" in it is no table".to_owned())?;
    let args_of = |name: &str| {
        let args = servers.get(name)?.get("args")?.as_array()?;
        Some(args.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect())
    };
    let name = server_name(start, args_of);
    let server = servers.entry(&name).or_insert(Item::Table(Table::new()));
    let server = server.as_table_like_mut().ok_or_else(|| format!("{name:?} in it is no table"))?;
    server.insert("command", Item::Value(start.program.display().to_string().into()));
    server.insert("args", Item::Value(start.arguments().into_iter().collect::<Array>().into()));
    if let Some((name, value)) = start.environment() {
        let mut environment = toml_edit::InlineTable::new();
        environment.insert(name, value.into());
        server.insert("env", Item::Value(environment.into()));
    }
    Ok(document.to_string())
}

impl Plan {
    /// Whether there is nothing to do.
    pub(super) fn is_done(&self) -> bool {
        self.before == self.after
    }

    /// The lines that change, with a few around them.
    pub(super) fn lines(&self) -> Vec<Line<'_>> {
        const AROUND: usize = 3;
        let (before, after): (Vec<&str>, Vec<&str>) = (self.before.lines().collect(), self.after.lines().collect());
        let first = before.iter().zip(&after).take_while(|(one, other)| one == other).count();
        let most = before.len().min(after.len()) - first;
        let last =
            before.iter().rev().zip(after.iter().rev()).take(most).take_while(|(one, other)| one == other).count();
        let (old_end, new_end) = (before.len() - last, after.len() - last);
        let start = first.saturating_sub(AROUND);
        let end = (new_end + AROUND).min(after.len());
        let mut lines = Vec::new();
        lines.extend((start > 0).then_some(Line::More));
        lines.extend(after.get(start..first).unwrap_or_default().iter().copied().map(Line::Same));
        lines.extend(before.get(first..old_end).unwrap_or_default().iter().copied().map(Line::Gone));
        lines.extend(after.get(first..new_end).unwrap_or_default().iter().copied().map(Line::New));
        lines.extend(after.get(new_end..end).unwrap_or_default().iter().copied().map(Line::Same));
        lines.extend((end < after.len()).then_some(Line::More));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> Start {
        Start { program: PathBuf::from("/bin/salesforce-plugin"), connection: "acme".to_owned(), home: None }
    }

    #[track_caller]
    fn check(before: &str, after: &str) {
        let found = in_json(before, "mcpServers", &start(), Form::McpServers).unwrap();
        assert_eq!(found, after);
        // A second time there is nothing to do.
        assert_eq!(in_json(&found, "mcpServers", &start(), Form::McpServers).unwrap(), found);
    }

    const ENTRY: &str = r#""salesforce": {
      "command": "/bin/salesforce-plugin",
      "args": [
        "mcp",
        "--connection",
        "acme"
      ]
    }"#;

    #[test]
    fn what_is_in_the_file_stays_as_it_is() {
        check("", &format!("{{\n  \"mcpServers\": {{\n    {ENTRY}\n  }}\n}}\n"));
        check("{}", &format!("{{\n  \"mcpServers\": {{\n    {ENTRY}\n  }}\n}}"));
        check(
            "{\n  // mine\n  \"theme\": \"dark\" /* as ever */\n}\n",
            &format!(
                "{{\n  // mine\n  \"theme\": \"dark\",\n  \"mcpServers\": {{\n    {ENTRY}\n  }} /* as ever */\n}}\n"
            ),
        );
        check(
            "{\n  \"mcpServers\": {\n    \"other\": {\"command\": \"x\"}, // keep\n  },\n  \"a\": [1,  2]\n}\n",
            &format!(
                "{{\n  \"mcpServers\": {{\n    \"other\": {{\"command\": \"x\"}},\n    {ENTRY}, // keep\n  }},\n  \"a\": [1,  2]\n}}\n"
            ),
        );
    }

    #[test]
    fn another_connection_keeps_its_place_and_the_same_one_is_renewed() {
        let other = r#"{"mcpServers": {"salesforce": {"command": "/old", "args": ["mcp", "--connection", "other"]}}}"#;
        let after = in_json(other, "mcpServers", &start(), Form::McpServers).unwrap();
        let value: Value = serde_json::from_str(&after).unwrap();
        assert_eq!(value["mcpServers"]["salesforce"]["command"], "/old");
        assert_eq!(value["mcpServers"]["salesforce-acme"]["command"], "/bin/salesforce-plugin");
        let same = other.replace("other", "acme");
        let value: Value =
            serde_json::from_str(&in_json(&same, "mcpServers", &start(), Form::McpServers).unwrap()).unwrap();
        assert_eq!(value["mcpServers"].as_object().unwrap().len(), 1);
        assert_eq!(value["mcpServers"]["salesforce"]["command"], "/bin/salesforce-plugin");
    }

    #[test]
    fn a_file_that_is_none_is_left_alone() {
        for text in ["[]", "{", "{\"mcpServers\": 1}", "{\"mcpServers\": {}", "nothing", "{\"a\": }", "{} {}"] {
            assert!(in_json(text, "mcpServers", &start(), Form::McpServers).is_err(), "{text}");
        }
        assert!(in_toml("a = ", &start()).is_err());
        assert!(in_toml("mcp_servers = 1", &start()).is_err());
    }

    #[test]
    fn toml_keeps_its_comments() {
        let before = "# mine\nmodel = \"x\" # fast\n\n[mcp_servers.other]\ncommand = \"y\"\n";
        let after = in_toml(before, &start()).unwrap();
        assert!(after.starts_with(before), "{after}");
        let added = "\n[mcp_servers.salesforce]\ncommand = \"/bin/salesforce-plugin\"\nargs = [\"mcp\", \"--connection\", \"acme\"]\n";
        assert!(after.ends_with(added), "{after}");
        assert_eq!(in_toml(&after, &start()).unwrap(), after);
        assert!(in_toml("", &start()).unwrap().starts_with("[mcp_servers.salesforce]"));
    }

    #[test]
    fn a_change_shows_what_goes_and_what_comes() {
        let plan = Plan { before: "a\nb\nc\nd\ne\nf\ng".to_owned(), after: "a\nb\nc\nd\nX\nf\ng".to_owned() };
        use Line::{Gone, More, New, Same};
        assert_eq!(plan.lines(), [More, Same("b"), Same("c"), Same("d"), Gone("e"), New("X"), Same("f"), Same("g")]);
        let plan = Plan { before: String::new(), after: "a\n".to_owned() };
        assert_eq!(plan.lines(), [New("a")]);
        let plan = Plan { before: "a\na\n".to_owned(), after: "a\na\na\n".to_owned() };
        assert_eq!(plan.lines(), [Same("a"), Same("a"), New("a")]);
    }

    #[test]
    fn a_path_with_spaces_is_one_word_of_a_shell() {
        let start = Start { program: PathBuf::from("/my apps/it's"), home: Some(PathBuf::from("/h")), ..start() };
        let command = start.claude_code();
        assert_eq!(
            command,
            "claude mcp add --scope user --env SALESFORCE_PLUGIN_HOME=/h salesforce -- '/my apps/it'\\''s' mcp --connection acme"
        );
    }
}
