//! Where the tokens of a connection are kept between calls: the system's keychain where there is one, else a file
//! only its owner can read.

mod file;
mod keychain;
mod lock;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::config_dir::{ConnectionName, Home};
use crate::token::Token;

pub use file::FileStore;
pub(crate) use file::replace;
pub use keychain::Keychain;
pub use lock::Lock;

/// What a sign-in gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// Spent in requests, until the org calls it expired.
    pub access: Token,
    /// Spent for a new access token; absent when the app may not refresh.
    pub refresh: Option<Token>,
}

/// Keeps the tokens of one connection.
///
/// `save` is all or nothing: whenever the process ends, `load` finds the tokens of before or those of after.
pub trait TokenStore: Send + Sync {
    /// The tokens; absent when there are none.
    fn load(&self) -> Result<Option<Tokens>, StoreError>;
    /// Keeps tokens in place of those there are. Once this returns, they outlast the process and a loss of power.
    fn save(&self, tokens: &Tokens) -> Result<(), StoreError>;
    /// Forgets the tokens.
    fn forget(&self) -> Result<(), StoreError>;
}

impl<T: TokenStore + ?Sized> TokenStore for Arc<T> {
    fn load(&self) -> Result<Option<Tokens>, StoreError> {
        (**self).load()
    }

    fn save(&self, tokens: &Tokens) -> Result<(), StoreError> {
        (**self).save(tokens)
    }

    fn forget(&self) -> Result<(), StoreError> {
        (**self).forget()
    }
}

/// Why tokens can't be read or kept. Nothing of them is in it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file or folder.
    #[error("{}: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What happened to it.
        error: io::Error,
    },
    /// The file could be read by others, so that nobody knows who has.
    #[error("others can read {0}: disconnect and connect again")]
    Exposed(PathBuf),
    /// What is there are no tokens.
    #[error("what is kept in {0} are no tokens: connect again")]
    Unreadable(String),
    /// There is no keychain, or it is locked.
    #[error("this system's keychain can't be used just now")]
    Keychain,
    /// Another process holds the lock.
    #[error("another program is busy with the tokens of this connection")]
    Busy,
}

/// The store of a connection: its file, where there is one, else the keychain, and a file again where there is none.
///
/// Once a connection has a file, it stays with it: two places could not be changed in one step.
pub struct Kept {
    file: FileStore,
    keychain: Option<Keychain>,
}

impl Kept {
    /// The store of a connection. A home the person has moved holds everything itself.
    pub fn of(home: &Home, name: &ConnectionName) -> Self {
        let file = FileStore::new(home.connection(name).join("token"));
        let keychain = if home.is_moved() { None } else { Keychain::of(name).ok() };
        Self { file, keychain }
    }

    /// Where the tokens are, or will be, in words.
    pub fn place(&self) -> String {
        match self.keychain {
            Some(_) if !self.file.exists() => "this system's keychain".to_owned(),
            _ => self.file.path().display().to_string(),
        }
    }
}

impl TokenStore for Kept {
    fn load(&self) -> Result<Option<Tokens>, StoreError> {
        match &self.keychain {
            Some(keychain) if !self.file.exists() => keychain.load(),
            _ => self.file.load(),
        }
    }

    fn save(&self, tokens: &Tokens) -> Result<(), StoreError> {
        if let Some(keychain) = &self.keychain
            && !self.file.exists()
            && keychain.save(tokens).is_ok()
        {
            return Ok(());
        }
        self.file.save(tokens)
    }

    fn forget(&self) -> Result<(), StoreError> {
        // A keychain that can't be asked holds nothing this program could still use.
        let keychain = self.keychain.as_ref().map_or(Ok(()), TokenStore::forget);
        self.file.forget()?;
        keychain
    }
}

/// How tokens are written down.
#[derive(Serialize, Deserialize)]
struct Written<'t> {
    access_token: std::borrow::Cow<'t, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<std::borrow::Cow<'t, str>>,
}

impl Tokens {
    /// The one whose end ends the others.
    pub(crate) fn spent_last(&self) -> &Token {
        self.refresh.as_ref().unwrap_or(&self.access)
    }

    fn to_bytes(&self) -> Vec<u8> {
        let written = Written {
            access_token: self.access.reveal().into(),
            refresh_token: self.refresh.as_ref().map(|token| token.reveal().into()),
        };
        // Two strings are always JSON.
        serde_json::to_vec(&written).unwrap_or_default()
    }

    /// Reads what was written; the reason why it can't be stays here, for it could quote a token.
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let written: Written<'_> = serde_json::from_slice(bytes).ok()?;
        let refresh = match written.refresh_token {
            Some(token) => Some(Token::new(&token).ok()?),
            None => None,
        };
        Some(Self { access: Token::new(&written.access_token).ok()?, refresh })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn tokens(number: u32) -> Tokens {
        Tokens {
            access: Token::new(&format!("00DdM0000000001!access.token.number.{number}")).unwrap(),
            refresh: Some(Token::new(&format!("5Aep861.refresh.token.number.{number}")).unwrap()),
        }
    }

    /// An empty folder, gone when the test is over.
    pub(crate) struct Folder(pub(crate) PathBuf);

    impl Folder {
        pub(crate) fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("salesforce-plugin-{name}-{}", std::process::id()));
            std::fs::create_dir_all(&path).unwrap();
            Self(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            drop(std::fs::remove_dir_all(&self.0));
        }
    }

    fn kept(folder: &Folder, keychain: Option<Keychain>) -> Kept {
        Kept { file: FileStore::new(folder.0.join("token")), keychain }
    }

    #[test]
    fn nothing_prints_tokens() {
        assert_eq!(format!("{:?}", tokens(1)), "Tokens { access: Token(…), refresh: Some(Token(…)) }");
    }

    #[test]
    fn a_keychain_that_works_leaves_no_file() {
        let folder = Folder::new("keychain");
        let kept = kept(&folder, Some(keychain::tests::mock("works")));
        assert_eq!(kept.load().unwrap(), None);
        kept.save(&tokens(1)).unwrap();
        assert_eq!(kept.load().unwrap(), Some(tokens(1)));
        assert!(!folder.0.join("token").exists());
        kept.forget().unwrap();
        assert_eq!(kept.load().unwrap(), None);
    }

    #[test]
    fn a_keychain_that_fails_is_replaced_by_a_file_for_good() {
        let folder = Folder::new("degraded");
        let keychain = keychain::tests::mock("fails");
        keychain::tests::fail_once(&keychain);
        let kept = kept(&folder, Some(keychain));
        kept.save(&tokens(1)).unwrap();
        assert!(folder.0.join("token").exists());
        kept.save(&tokens(2)).unwrap();
        assert_eq!(kept.load().unwrap(), Some(tokens(2)));
        kept.forget().unwrap();
        assert_eq!(kept.load().unwrap(), None);
    }

    #[test]
    fn a_keychain_that_cannot_be_asked_is_no_reason_to_sign_in_again() {
        let folder = Folder::new("locked");
        let keychain = keychain::tests::mock("locked");
        keychain.save(&tokens(1)).unwrap();
        keychain::tests::fail_once(&keychain);
        let kept = kept(&folder, Some(keychain));
        assert!(matches!(kept.load(), Err(StoreError::Keychain)));
        assert_eq!(kept.load().unwrap(), Some(tokens(1)));
    }
}
