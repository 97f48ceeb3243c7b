//! `salesforce-plugin doctor`: what of this machine keeps the plugin from working, and what to do about it.

use std::io::Write;

use salesforce_host::config_dir::ConfigDir;
use salesforce_host::settings::ToolNames;
use salesforce_host::{Host, Limits};
use serde_json::json;

use crate::doctor::{self, Verdict};
use crate::failure::Failure;
use crate::render::printable;
use crate::style::{Colour, Colours, Progress};

/// Looks, and says what it found.
pub(crate) fn run(exact: bool, out: &mut impl Write) -> Result<(), Failure> {
    let config_dir = ConfigDir::from_env()?;
    let tools = ToolNames::of(&Host::new(Limits::default())?)?;
    let progress = Progress::start("Looking");
    let findings = doctor::run(&config_dir, &tools, |what| progress.say(format!("Looking at {what}")));
    drop(progress);
    let has_problem = findings.iter().any(|finding| finding.verdict == Verdict::Problem);
    if exact {
        writeln!(out, "{}", json!({"checks": findings}))?;
    } else {
        let colours = Colours::of_stdout();
        let width = findings.iter().map(|finding| finding.name.chars().count()).max().unwrap_or_default();
        for finding in &findings {
            let mark = match finding.verdict {
                Verdict::Ok => colours.paint(Colour::Green, "ok     "),
                Verdict::Note => colours.paint(Colour::Yellow, "note   "),
                Verdict::Problem => colours.paint(Colour::Red, "problem"),
            };
            writeln!(out, "{mark}  {:<width$}  {}", finding.name, printable(&finding.text))?;
            if let Some(advice) = &finding.advice {
                writeln!(out, "{:7}  {:<width$}  └ {advice}", "", "")?;
            }
        }
    }
    if has_problem { Err(Failure::Tool) } else { Ok(()) }
}
