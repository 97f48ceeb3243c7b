//! `--trace`: what went over the wire, as people read it.

use std::io::{self, Write};

use crate::render::printable;
use salesforce_host::wire::Exchange;

/// Longest body shown, in characters.
const MAX_LENGTH: usize = 2_000;

/// Prints exchanges. They are without the token already.
pub(crate) fn print(exchanges: &[Exchange], out: &mut impl Write) -> io::Result<()> {
    for exchange in exchanges {
        writeln!(out, "> {} {}", exchange.method, printable(&exchange.path))?;
        writeln!(out, "> authorization: Bearer …")?;
        part(out, '>', &exchange.headers, &exchange.body)?;
        match &exchange.outcome {
            Ok(answer) => {
                writeln!(out, "< {} ({} bytes)", answer.status, answer.bytes)?;
                part(out, '<', &answer.headers, &answer.body)?;
            }
            Err(failure) => {
                let detail = failure.detail.as_deref().unwrap_or_default();
                let sent = if failure.request_sent { "sent" } else { "not sent" };
                writeln!(out, "< no response ({sent}): {detail}")?;
            }
        }
        writeln!(out)?;
    }
    Ok(())
}

fn part(out: &mut impl Write, mark: char, headers: &[(String, String)], body: &str) -> io::Result<()> {
    for (name, value) in headers {
        writeln!(out, "{mark} {name}: {}", printable(value))?;
    }
    if body.is_empty() {
        return Ok(());
    }
    let shown: String = printable(body).chars().take(MAX_LENGTH).collect();
    let cut = body.chars().count().saturating_sub(MAX_LENGTH);
    let rest = if cut > 0 { format!(" … {cut} more characters") } else { String::new() };
    writeln!(out, "{mark} {shown}{rest}")
}
