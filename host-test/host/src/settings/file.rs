//! The settings file on disk: read whole, changed by one process at a time, and replaced in one step.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::{Change, Settings, SettingsError, ToolNames, edited};
use crate::access::{AccessError, written_by_owner_alone};

/// Nobody writes that much by hand.
const MAX_BYTES: u64 = 256 * 1024;

/// Where a connection's settings are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsFile(PathBuf);

/// Why settings can't be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// What it says has no meaning.
    #[error("{}, {error}", .path.display())]
    Meaning {
        /// The file.
        path: PathBuf,
        /// Where in it, and what.
        error: SettingsError,
    },
    /// Somebody else could have written it.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// It says nothing any more, though it did.
    #[error("{}: {what}", .path.display())]
    Lost {
        /// The file.
        path: PathBuf,
        /// How, and what to do.
        what: &'static str,
    },
    /// Somebody else has changed it since the person saw it.
    #[error("{} has been changed meanwhile", .0.display())]
    Changed(PathBuf),
    /// It can't be read or written.
    #[error("{}: {error}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

impl FileError {
    /// Whether this program has run out of file handles: no mistake of the person's, and it passes.
    pub fn is_shortage(&self) -> bool {
        match self {
            Self::Io { error, .. } | Self::Access(AccessError::Io { error, .. }) => is_shortage(error),
            _ => false,
        }
    }
}

/// Whether the system gives this program, or any, no more file handles.
pub fn is_shortage(error: &io::Error) -> bool {
    // EMFILE and ENFILE, and what Windows says instead.
    const UNIX: [i32; 2] = [24, 23];
    const WINDOWS: [i32; 2] = [4, 10024];
    let codes = if cfg!(windows) { WINDOWS } else { UNIX };
    error.raw_os_error().is_some_and(|code| codes.contains(&code))
}

impl SettingsFile {
    /// The settings of the connection whose files are in this folder.
    pub fn of(folder: &Path) -> Self {
        Self(folder.join("settings.toml"))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Its text; empty when there is no such file.
    pub fn text(&self) -> Result<String, FileError> {
        Ok(self.read()?.unwrap_or_default())
    }

    /// Its text; absent when there is no such file.
    pub fn read(&self) -> Result<Option<String>, FileError> {
        written_by_owner_alone(self.0.parent().unwrap_or(Path::new(".")))?;
        written_by_owner_alone(&self.0)?;
        let read = || {
            let mut text = String::new();
            File::open(&self.0)?.take(MAX_BYTES + 1).read_to_string(&mut text)?;
            if text.len() as u64 > MAX_BYTES {
                return Err(io::Error::other(format!("larger than {MAX_BYTES} bytes")));
            }
            Ok(Some(text))
        };
        match read() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            result => result.map_err(|error| self.io(error)),
        }
    }

    /// What a text in this file means.
    pub fn parse(&self, text: &str, tools: &ToolNames) -> Result<Settings, FileError> {
        Settings::parse(text, tools).map_err(|error| FileError::Meaning { path: self.0.clone(), error })
    }

    /// What it says.
    pub fn load(&self, tools: &ToolNames) -> Result<Settings, FileError> {
        self.parse(&self.text()?, tools)
    }

    /// Changes it, in one step for all changes. Whoever reads meanwhile finds the old file or the new one, and no two changes get lost in each other.
    pub fn change(&self, changes: &[Change], tools: &ToolNames) -> Result<(), FileError> {
        self.change_if(|_| true, changes, tools)
    }

    /// The same, for a person who has seen the text of this [`fingerprint`]: where it says something else by now,
    /// nothing is changed.
    pub fn change_from(&self, seen: &str, changes: &[Change], tools: &ToolNames) -> Result<(), FileError> {
        self.change_if(|text| fingerprint(text) == seen, changes, tools)
    }

    fn change_if(
        &self,
        is_seen: impl Fn(&str) -> bool,
        changes: &[Change],
        tools: &ToolNames,
    ) -> Result<(), FileError> {
        let folder = self.0.parent().unwrap_or(Path::new("."));
        private_folder(folder).map_err(|error| self.io(error))?;
        let turn = private(&folder.join("settings.lock"), OpenOptions::new().create(true).truncate(false))
            .and_then(|file| file.lock().map(|()| file))
            .map_err(|error| self.io(error))?;
        let before = self.text()?;
        if !is_seen(&before) {
            return Err(FileError::Changed(self.0.clone()));
        }
        let text =
            edited(&before, changes, tools).map_err(|error| FileError::Meaning { path: self.0.clone(), error })?;
        self.replace(&text).map_err(|error| self.io(error))?;
        drop(turn);
        Ok(())
    }

    fn replace(&self, text: &str) -> io::Result<()> {
        // Where a person keeps it elsewhere, behind a link, it is changed there.
        let target = fs::canonicalize(&self.0).unwrap_or_else(|_| self.0.clone());
        let next = target.with_extension("toml.new");
        let mut file = private(&next, OpenOptions::new().create(true).truncate(true))?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&next, &target)
    }

    fn io(&self, error: io::Error) -> FileError {
        FileError::Io { path: self.0.clone(), error }
    }
}

/// What tells a text from every other one, without repeating it.
pub fn fingerprint(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text))
}

/// A file that only its owner can read.
fn private(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.write(true).open(path)
}

fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path)
}

#[cfg(test)]
mod tests {
    use super::super::tests::names;
    use super::*;
    use crate::store::tests::Folder;

    #[cfg(unix)]
    #[test]
    fn settings_that_others_can_write_are_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::new("settings-access");
        let file = SettingsFile::of(&folder.0);
        let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        fs::write(file.path(), "read_only = true").unwrap();
        assert!(file.load(&names()).is_ok());
        set(file.path(), 0o666);
        assert!(file.load(&names()).unwrap_err().to_string().contains("others can write to "));
        set(file.path(), 0o600);
        set(&folder.0, 0o775);
        assert!(matches!(file.load(&names()), Err(FileError::Access(_))));
    }

    #[test]
    fn a_change_of_what_somebody_else_has_changed_meanwhile_is_refused() {
        let folder = Folder::new("settings-meanwhile");
        let file = SettingsFile::of(&folder.0);
        let seen = fingerprint(&file.text().unwrap());
        file.change_from(&seen, &[Change::ReadOnly(true)], &names()).unwrap();
        let other = file.change_from(&seen, &[Change::ReadOnly(false)], &names());
        assert!(matches!(other, Err(FileError::Changed(_))), "{other:?}");
        assert_eq!(file.text().unwrap(), "read_only = true\n");
    }

    #[test]
    fn running_out_of_file_handles_is_told_from_a_mistake() {
        let file = SettingsFile::of(Path::new("/folder"));
        assert!(!file.io(io::Error::from_raw_os_error(13)).is_shortage());
        if cfg!(unix) {
            assert!([23, 24].into_iter().all(|code| file.io(io::Error::from_raw_os_error(code)).is_shortage()));
        }
    }
}
