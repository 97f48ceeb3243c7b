//! `salesforce-plugin component`: the component this program carries, as a file.

use std::io::Write;
use std::path::Path;

use salesforce_host::{COMPONENT, Host, Limits};

use crate::failure::Failure;

/// Writes the component, or the code it is compiled to on this machine.
pub(crate) fn run(file: &Path, precompiled: bool, out: &mut impl Write) -> Result<(), Failure> {
    let bytes = if precompiled { Host::new(Limits::default())?.precompile()? } else { COMPONENT.to_vec() };
    std::fs::write(file, &bytes).map_err(|error| Failure::Host(format!("{}: {error}", file.display())))?;
    writeln!(out, "{} bytes written to {}", bytes.len(), file.display())?;
    Ok(())
}
