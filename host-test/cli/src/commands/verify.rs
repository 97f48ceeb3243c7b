//! `salesforce-plugin verify`: which of the plugin's assumptions about Salesforce hold in an org.

use std::io::Write;

use salesforce_host::{Host, Limits};
use serde_json::json;

use crate::args::Arguments;
use crate::failure::Failure;
use crate::open;
use crate::verify::{self, Verdict};

/// Runs the checks and prints a table, or JSON. An assumption that does not hold is a refusal, for the exit code.
pub(crate) fn run(arguments: &Arguments, write: bool, exact: bool, out: &mut impl Write) -> Result<(), Failure> {
    let host = Host::new(Limits::default())?;
    let connection = open::open(&host, arguments)?.connection;
    let report = verify::run(&connection, verify::reads().iter().chain(verify::writes().iter().filter(|_| write)));
    let of = |wanted: &str| report.findings.iter().filter(|finding| finding.verdict.to_string() == wanted).count();
    let counts = ["holds", "does not hold", "can't tell"].map(|verdict| (verdict, of(verdict)));
    if exact {
        let findings: Vec<_> = report
            .findings
            .iter()
            .map(|finding| {
                let (Verdict::DoesNotHold(answer) | Verdict::CannotTell(answer)) = &finding.verdict else {
                    return json!({"name": finding.name, "relied_on_by": finding.relied_on_by, "verdict": "holds"});
                };
                json!({"name": finding.name, "relied_on_by": finding.relied_on_by,
                    "verdict": finding.verdict.to_string(), "answer": answer})
            })
            .collect();
        writeln!(out, "{}", json!({"findings": findings, "left_behind": report.left_behind}))?;
    } else {
        let width = report.findings.iter().map(|finding| finding.name.chars().count()).max().unwrap_or_default();
        for finding in &report.findings {
            let name = finding.name;
            writeln!(out, "{:<13}  {name:<width$}  {}", finding.verdict.to_string(), finding.relied_on_by)?;
            if let Verdict::DoesNotHold(answer) | Verdict::CannotTell(answer) = &finding.verdict {
                writeln!(out, "{:<13}  └ {answer}", "")?;
            }
        }
        let counts = counts.map(|(verdict, count)| format!("{count} {verdict}"));
        writeln!(out, "\n{} checks: {}", report.findings.len(), counts.join(", "))?;
        if !report.left_behind.is_empty() {
            writeln!(out, "Could not be deleted, please do: {}", report.left_behind.join(", "))?;
        }
    }
    let [_, (_, broken), _] = counts;
    if broken > 0 || !report.left_behind.is_empty() { Err(Failure::Tool) } else { Ok(()) }
}
