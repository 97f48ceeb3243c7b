//! `salesforce-plugin man`: the manual, a page for the program and one for each command.

use std::fs;
use std::io::Write;
use std::path::Path;

use clap_mangen::generate_to;

use crate::failure::Failure;

/// Writes the pages into a folder.
pub(crate) fn run(folder: &Path, out: &mut impl Write) -> Result<(), Failure> {
    let failed = |error| Failure::Host(format!("{}: {error}", folder.display()));
    fs::create_dir_all(folder).map_err(failed)?;
    generate_to(crate::arguments(), folder).map_err(failed)?;
    writeln!(out, "The manual is in {}", folder.display())?;
    Ok(())
}
