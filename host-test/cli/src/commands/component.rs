//! `salesforce-plugin component`: the component this program carries, as a file.

use std::io::Write;
use std::path::Path;

use salesforce_host::COMPONENT;

use crate::failure::Failure;

/// Writes the component.
pub(crate) fn run(file: &Path, out: &mut impl Write) -> Result<(), Failure> {
    std::fs::write(file, COMPONENT).map_err(|error| Failure::Host(format!("{}: {error}", file.display())))?;
    writeln!(out, "{} bytes written to {}", COMPONENT.len(), file.display())?;
    Ok(())
}
