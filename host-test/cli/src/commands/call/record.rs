//! `--record` and `--replay`: a call's wire on file.

use std::path::Path;
use std::sync::Arc;

use salesforce_host::Connection;
use salesforce_host::recording::{Recording, Replay};

use crate::failure::Failure;

/// Writes a recording, and says so where it does not mix with the reply.
pub(crate) fn save(recording: &Recording, file: &Path) -> Result<(), Failure> {
    recording.save(file).map_err(|error| Failure::Host(format!("{}: {error}", file.display())))?;
    eprintln!(
        "salesforce-plugin: recorded, with everything masked but names of fields, numbers and dates: {}",
        file.display()
    );
    Ok(())
}

/// A connection that a recording answers.
pub(crate) fn replay(file: &Path) -> Result<(Connection, Option<Arc<Replay>>), Failure> {
    let recording = Recording::load(file).map_err(|damaged| Failure::Usage(damaged.to_string()))?;
    let (connection, replay) = recording.connection();
    Ok((connection, Some(replay)))
}
