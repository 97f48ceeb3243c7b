//! A file only its owner can read, replaced as a whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Owner, StoreError, TokenStore, Tokens};

/// Tokens in a file.
#[derive(Debug, Clone)]
pub struct FileStore {
    path: PathBuf,
    owner: Owner,
}

impl FileStore {
    /// The tokens of an owner at a path; the folders above come with the first tokens.
    pub fn new(path: impl Into<PathBuf>, owner: Owner) -> Self {
        Self { path: path.into(), owner }
    }

    /// Where the file is, or will be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn exists(&self) -> bool {
        self.path.exists()
    }

    fn failed(&self) -> impl Fn(io::Error) -> StoreError + '_ {
        |error| StoreError::File { path: self.path.clone(), error }
    }
}

impl TokenStore for FileStore {
    fn load(&self) -> Result<Option<Tokens>, StoreError> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.failed()(error)),
        };
        if is_exposed(&file).map_err(self.failed())? {
            return Err(StoreError::Exposed(self.path.clone()));
        }
        // Where it can't be told who could read it, nobody else can from now on.
        only_owner(&self.path).map_err(self.failed())?;
        let bytes = io::read_to_string(file).map_err(self.failed())?;
        Tokens::from_bytes(bytes.as_bytes(), &self.owner, &self.path.display().to_string()).map(Some)
    }

    fn save(&self, tokens: &Tokens) -> Result<(), StoreError> {
        replace(&self.path, &tokens.to_bytes(&self.owner)).map_err(self.failed())
    }

    fn forget(&self) -> Result<(), StoreError> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.failed()(error)),
            _ => Ok(()),
        }
    }
}

/// Writes a file of the owner's own in one step: whoever reads it finds what was there or what is there now.
///
/// The new file stands beside it for a moment under a name of its own, which the next try takes over: callers hold the
/// connection's lock, so there is never more than one.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    make_folder(folder)?;
    let new = path.with_extension("new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = owners_own(OpenOptions::new().write(true).create_new(true)).open(&new)?;
    // Closed to others while there is nothing in it yet.
    only_owner(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&new, path)?;
    sync_folder(folder)
}

/// Makes a folder, and those above it, for their owner alone.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Readable by its owner alone, from the moment it is made. Elsewhere than on Unix [`only_owner`] sees to it.
fn owners_own(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// On Windows a file has the rights of its folder, so they are taken away and given to its owner alone: by the system's
/// own program, for what it calls needs code this project does not write. On Unix a file is made so.
///
/// <https://learn.microsoft.com/windows-server/administration/windows-commands/icacls>
#[cfg(windows)]
fn only_owner(path: &Path) -> io::Result<()> {
    use std::process::{Command, Stdio};

    /// The well-known name of whoever owns a file, the same in every language of the system.
    const OWNER_RIGHTS: &str = "*S-1-3-4:F";
    let root = std::env::var_os("SystemRoot").ok_or_else(|| io::Error::other("SystemRoot is not set"))?;
    let status = Command::new(Path::new(&root).join("System32").join("icacls.exe"))
        .arg(path)
        .args(["/inheritance:r", "/grant:r", OWNER_RIGHTS, "/q"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other("the file can't be closed to other users")) }
}

#[cfg(not(windows))]
fn only_owner(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn is_exposed(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(file.metadata()?.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_exposed(_: &File) -> io::Result<bool> {
    Ok(false)
}

/// A new name is on the disk once its folder is. Elsewhere than on Unix a folder can't be opened for that.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Folder, owner, tokens};
    use super::*;

    #[test]
    fn tokens_are_found_again_until_they_are_forgotten() {
        let folder = Folder::new("file");
        let store = FileStore::new(folder.0.join("deep/er/token"), owner("riley"));
        assert_eq!(store.load().unwrap(), None);
        store.save(&tokens(1)).unwrap();
        store.save(&tokens(2)).unwrap();
        assert_eq!(store.load().unwrap(), Some(tokens(2)));
        let without = Tokens { refresh: None, ..tokens(3) };
        store.save(&without).unwrap();
        assert_eq!(store.load().unwrap(), Some(without));
        store.forget().unwrap();
        store.forget().unwrap();
        assert_eq!(store.load().unwrap(), None);
    }

    #[test]
    fn what_a_crash_left_half_written_is_neither_read_nor_in_the_way() {
        let folder = Folder::new("torn");
        let store = FileStore::new(folder.0.join("token"), owner("riley"));
        store.save(&tokens(1)).unwrap();
        fs::write(folder.0.join("token.new"), br#"{"access_tok"#).unwrap();
        assert_eq!(store.load().unwrap(), Some(tokens(1)));
        store.save(&tokens(2)).unwrap();
        assert_eq!(store.load().unwrap(), Some(tokens(2)));
        assert!(!folder.0.join("token.new").exists());
    }

    #[test]
    fn what_are_no_tokens_is_said_without_repeating_it() {
        let folder = Folder::new("unreadable");
        let store = FileStore::new(folder.0.join("token"), owner("riley"));
        for text in ["", "{}", r#"{"access_token":"00DdM0000000001!very.secret","refresh_token":7}"#] {
            replace(store.path(), text.as_bytes()).unwrap();
            let error = store.load().unwrap_err();
            assert!(error.to_string().contains("connect again"), "{error}");
            assert!(!format!("{error} {error:?}").contains("secret"));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_token_file_is_its_owners_alone_or_is_not_used() {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::new("mode");
        let store = FileStore::new(folder.0.join("connection/token"), owner("riley"));
        store.save(&tokens(1)).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(store.path()), mode(&folder.0.join("connection"))), (0o600, 0o700));
        fs::set_permissions(store.path(), fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(store.load(), Err(StoreError::Exposed(_))));
        // Saved again, it is closed again.
        store.save(&tokens(2)).unwrap();
        assert_eq!(store.load().unwrap(), Some(tokens(2)));
    }
}
