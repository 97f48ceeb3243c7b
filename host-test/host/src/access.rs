//! Who else could write to a file or folder this program trusts: what others can change is nobody's word.

use std::io;
use std::path::{Path, PathBuf};

/// Why a file or folder is not trusted.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// Somebody else than its owner could have changed it.
    #[error("others can write to {}: take that right away (on Unix, chmod go-w), see what stands in it, and try again", .0.display())]
    OthersCanWrite(PathBuf),
    /// Its owner is neither this user nor the system's administrator.
    #[error("{} belongs to another user", .0.display())]
    AnotherOwner(PathBuf),
    /// It can't be looked at.
    #[error("{}: {error}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

/// Refuses a file or folder that somebody else than this user and the administrator can write to. What is not there
/// can't be changed either.
///
/// Elsewhere than on Unix rights are inherited from the person's own folder, and nothing is checked.
pub fn written_by_owner_alone(path: &Path) -> Result<(), AccessError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let metadata = match std::fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(AccessError::Io { path: path.to_owned(), error }),
        };
        // In a folder such as /tmp everybody can write, and nobody can replace what is another's.
        let is_shared_safely = metadata.is_dir() && metadata.mode() & 0o1000 != 0;
        if metadata.mode() & 0o022 != 0 && !is_shared_safely {
            return Err(AccessError::OthersCanWrite(path.to_owned()));
        }
        if metadata.uid() != 0 && metadata.uid() != rustix::process::geteuid().as_raw() {
            return Err(AccessError::AnotherOwner(path.to_owned()));
        }
    }
    let _ = path;
    Ok(())
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::store::tests::Folder;

    fn set(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn what_others_can_write_to_is_refused_with_its_name() {
        let folder = Folder::new("access");
        let file = folder.0.join("settings.toml");
        fs::write(&file, "read_only = true").unwrap();
        for (mode, trusted) in
            [(0o644, true), (0o600, true), (0o444, true), (0o664, false), (0o646, false), (0o622, false)]
        {
            set(&file, mode);
            assert_eq!(written_by_owner_alone(&file).is_ok(), trusted, "{mode:o}");
        }
        assert!(written_by_owner_alone(&file).unwrap_err().to_string().contains("settings.toml"));
        assert!(written_by_owner_alone(&folder.0.join("absent")).is_ok());
    }
}
