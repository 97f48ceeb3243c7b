//! Where this program keeps what belongs to a person's connections: one folder for each.

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// The environment variable that puts everything elsewhere, tokens included.
const OVERRIDE: &str = "SALESFORCE_PLUGIN_HOME";
/// The folder's name below the platform's folder for configuration.
const FOLDER: &str = "salesforce-plugin";

/// The name a person gives a connection: `[a-z0-9][a-z0-9_-]{0,39}`, so that it is a folder's name on every system.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConnectionName(String);

/// Why a text is no connection's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a connection's name is 1 to {MAX_NAME_LENGTH} of a-z, 0-9, _ and -, and begins with a letter or digit")]
pub struct InvalidName;

const MAX_NAME_LENGTH: usize = 40;

impl ConnectionName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ConnectionName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let first = text.bytes().next().is_some_and(plain);
        let rest = text.bytes().all(|byte| plain(byte) || byte == b'_' || byte == b'-');
        if first && rest && text.len() <= MAX_NAME_LENGTH { Ok(Self(text.to_owned())) } else { Err(InvalidName) }
    }
}

impl fmt::Display for ConnectionName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The folder of one person's connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigDir {
    root: PathBuf,
    /// Whether the person has put it there: then nothing of it is kept elsewhere.
    moved: bool,
}

/// Why there is no such folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this user has no folder for configuration: set the environment variable {OVERRIDE} to a folder")]
pub struct NoConfigDir;

impl ConfigDir {
    /// `$SALESFORCE_PLUGIN_HOME`, or else `salesforce-plugin` in the platform's folder for configuration.
    pub fn from_env() -> Result<Self, NoConfigDir> {
        match env::var_os(OVERRIDE).filter(|root| !root.is_empty()) {
            Some(root) => Ok(Self::at(root)),
            None => Ok(Self { root: configuration().ok_or(NoConfigDir)?.join(FOLDER), moved: false }),
        }
    }

    /// A folder of the person's choice.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), moved: true }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of one connection.
    pub fn connection(&self, name: &ConnectionName) -> PathBuf {
        self.connections().join(name.as_str())
    }

    /// The lock of one connection's tokens. No connection's name has a dot, and the file outlives its connection.
    pub fn lock(&self, name: &ConnectionName) -> PathBuf {
        self.connections().join(format!("{name}.lock"))
    }

    /// The folder that holds those of the connections.
    pub(crate) fn connections(&self) -> PathBuf {
        self.root.join("connections")
    }

    /// Whether the person has put the folder where it is.
    pub fn is_moved(&self) -> bool {
        self.moved
    }
}

/// `%APPDATA%`, `$XDG_CONFIG_HOME` or `~/.config`.
fn configuration() -> Option<PathBuf> {
    let absolute = |value: OsString| Some(PathBuf::from(value)).filter(|path| path.is_absolute());
    if cfg!(windows) {
        return env::var_os("APPDATA").and_then(absolute);
    }
    env::var_os("XDG_CONFIG_HOME").and_then(absolute).or_else(|| Some(env::home_dir()?.join(".config")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connections_name_is_a_plain_folders_name() {
        for good in ["a", "acme", "acme-uat_2", "0", &"a".repeat(40)] {
            assert!(good.parse::<ConnectionName>().is_ok(), "{good}");
        }
        for bad in ["", "-a", "_a", "Acme", "a.b", "..", "a/b", "a\\b", "a b", "ä", "a\0", &"a".repeat(41)] {
            assert_eq!(bad.parse::<ConnectionName>(), Err(InvalidName), "{bad}");
        }
    }

    #[test]
    fn every_connection_has_a_folder_of_its_own() {
        let config_dir = ConfigDir::at("/somewhere");
        let name = "acme".parse().unwrap();
        assert_eq!(config_dir.connection(&name), Path::new("/somewhere/connections/acme"));
    }
}
