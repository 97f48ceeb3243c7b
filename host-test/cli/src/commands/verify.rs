//! `salesforce-plugin verify`: which of the plugin's assumptions about Salesforce hold in an org.

use std::io::Write;

use salesforce_host::types::ConnectionSettings;
use salesforce_host::{Host, Limits};
use serde_json::json;

use crate::args::Arguments;
use crate::failure::Failure;
use crate::open;
use crate::style::Progress;
use crate::verify::{self, Verdict};

/// Refuses to write where the settings or the command line let nothing be written, before anything is sent.
fn may_write(settings: &ConnectionSettings) -> Result<(), Failure> {
    let refused = |what: String| Err(Failure::Usage(format!("verify --write: {what}; nothing was sent")));
    if settings.read_only {
        return refused("nothing may be changed, by --read-only or by read_only in settings.toml".to_owned());
    }
    if let Some(tools) = &settings.tools {
        let is_on =
            |tool: &str| tools.iter().any(|name| name == "all" || name.trim_start_matches("salesforce_") == tool);
        if let Some(off) = ["create", "update"].into_iter().find(|tool| !is_on(tool)) {
            return refused(format!("it creates and changes records, and the tool {off} is off"));
        }
    }
    for (granted, doing) in [(&settings.objects.append, "created"), (&settings.objects.edit, "changed")] {
        let Some(granted) = granted else { continue };
        let is_granted = |object: &str| granted.iter().any(|name| name.eq_ignore_ascii_case(object));
        if let Some(object) = OBJECTS.into_iter().find(|object| !is_granted(object)) {
            return refused(format!("{object} records may not be {doing}, by [objects] in settings.toml"));
        }
    }
    Ok(())
}

/// What the checks make, change and delete.
const OBJECTS: [&str; 8] =
    ["Account", "Task", "Event", "EmailMessage", "Lead", "Contact", "ContentNote", "ContentDocumentLink"];

/// Runs the checks and prints a table, or JSON. An assumption that does not hold is a refusal, for the exit code.
pub(crate) fn run(arguments: &Arguments, write: bool, exact: bool, out: &mut impl Write) -> Result<(), Failure> {
    let host = Host::new(Limits::default())?;
    let connection = open::open_with(&host, arguments, &verify::EXTRAS)?.under_settings(&host, arguments)?;
    if write {
        may_write(&connection.settings())?;
    }
    let progress = Progress::start("Checking what the plugin takes for granted");
    let report = verify::run(&connection, verify::reads().iter().chain(verify::writes().iter().filter(|_| write)));
    drop(progress);
    let of = |wanted: &str| report.findings.iter().filter(|finding| finding.verdict.to_string() == wanted).count();
    let counts = ["holds", "does not hold", "can't tell"].map(|verdict| (verdict, of(verdict)));
    if exact {
        let findings: Vec<_> = report
            .findings
            .iter()
            .map(|finding| {
                let mut one = json!({"name": finding.name, "relied_on_by": finding.relied_on_by,
                    "verdict": finding.verdict.to_string()});
                match (&finding.verdict, &finding.found) {
                    (Verdict::DoesNotHold(answer) | Verdict::CannotTell(answer), _) => one["answer"] = json!(answer),
                    (Verdict::Holds, Some(found)) => one["found"] = json!(found),
                    (Verdict::Holds, None) => {}
                }
                one
            })
            .collect();
        let not_asked = verify::NOT_ASKED.map(|(what, why)| json!({"what": what, "why": why}));
        let report = json!({"findings": findings, "not_asked": not_asked, "left_behind": report.left_behind});
        writeln!(out, "{report}")?;
    } else {
        let width = report.findings.iter().map(|finding| finding.name.chars().count()).max().unwrap_or_default();
        for finding in &report.findings {
            let name = finding.name;
            writeln!(out, "{:<13}  {name:<width$}  {}", finding.verdict.to_string(), finding.relied_on_by)?;
            let line = match &finding.verdict {
                Verdict::DoesNotHold(answer) | Verdict::CannotTell(answer) => Some(answer),
                Verdict::Holds => finding.found.as_ref(),
            };
            if let Some(line) = line {
                writeln!(out, "{:<13}  └ {line}", "")?;
            }
        }
        let counts = counts.map(|(verdict, count)| format!("{count} {verdict}"));
        writeln!(out, "\n{} checks: {}", report.findings.len(), counts.join(", "))?;
        for (what, why) in verify::NOT_ASKED {
            writeln!(out, "Not asked: {what}; {why}")?;
        }
        if !report.left_behind.is_empty() {
            writeln!(out, "Could not be deleted, please do: {}", report.left_behind.join(", "))?;
        }
    }
    let [_, (_, broken), _] = counts;
    if broken > 0 || !report.left_behind.is_empty() { Err(Failure::Tool) } else { Ok(()) }
}
