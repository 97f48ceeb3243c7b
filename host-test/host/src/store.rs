//! Where the tokens of a connection are kept between calls: the system's keychain where there is one, else a file
//! only its owner can read.

mod file;
mod keychain;
mod lock;

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::config_dir::{ConfigDir, ConnectionName};
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
    /// What is there are the tokens of somebody else, or for another org.
    #[error(
        "the tokens kept in {place} are not this connection's: they are {theirs}'s, and the connection is {ours}'s. \
         Nothing was sent with them: disconnect, and connect again"
    )]
    NotOurs {
        /// Where they are.
        place: String,
        /// Whose they are.
        theirs: Box<Owner>,
        /// Whose they would have to be.
        ours: Box<Owner>,
    },
    /// There is no keychain, or it is locked.
    #[error("this system's keychain can't be used just now")]
    Keychain,
    /// The keychain was asked and said nothing.
    #[error("this system's keychain did not answer within {} s: unlock it, and try again", .0.as_secs())]
    KeychainSilent(Duration),
    /// Another process holds the lock.
    #[error("another program is busy with the tokens of this connection")]
    Busy,
}

/// Whom tokens are for: they are kept together with this, and given to nobody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The org's origin, where alone they are sent.
    pub origin: String,
    /// The user's id.
    pub user_id: String,
    /// The org's id.
    pub organization_id: String,
}

impl fmt::Display for Owner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "user {} of org {} at {}", self.user_id, self.organization_id, self.origin)
    }
}

/// The store of a connection: its file, where there is one, else the keychain, and a file again where there is none.
///
/// Once a connection has a file, it stays with it: two places could not be changed in one step. So what a keychain
/// that was given up on may still write later is never read.
pub struct StoredTokens {
    file: FileStore,
    keychain: Option<Keychain>,
}

impl StoredTokens {
    /// The store of a connection. A folder the person has moved holds everything itself.
    pub fn of(config_dir: &ConfigDir, name: &ConnectionName, owner: &Owner) -> Self {
        let file = FileStore::new(config_dir.connection(name).join("token"), owner.clone());
        let keychain = (!config_dir.is_moved()).then(|| Keychain::new(name, owner.clone()));
        Self { file, keychain }
    }

    /// Where the tokens are, or will be, in words; and why it is a plain file where a keychain was to be.
    pub fn place(&self) -> String {
        let file = self.file.path().display();
        match &self.keychain {
            None => format!("{file}, a plain file, since the folder of the connections was moved"),
            Some(_) if self.file.exists() => {
                format!("{file}, a plain file, for this system's keychain could not be used when they were kept")
            }
            Some(keychain) if keychain.is_there() => "this system's keychain".to_owned(),
            Some(_) => format!("this system's keychain, which can't be used just now; the next are kept in {file}"),
        }
    }
}

impl TokenStore for StoredTokens {
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
    owner: Cow<'t, Owner>,
    access_token: Cow<'t, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<Cow<'t, str>>,
}

impl Tokens {
    /// The one whose end ends the others.
    pub(crate) fn spent_last(&self) -> &Token {
        self.refresh.as_ref().unwrap_or(&self.access)
    }

    pub(crate) fn to_bytes(&self, owner: &Owner) -> Vec<u8> {
        let written = Written {
            owner: Cow::Borrowed(owner),
            access_token: self.access.reveal().into(),
            refresh_token: self.refresh.as_ref().map(|token| token.reveal().into()),
        };
        // Texts are always JSON.
        serde_json::to_vec(&written).unwrap_or_default()
    }

    /// Reads what was written for an owner; the reason why it can't be stays here, for it could quote a token.
    pub(crate) fn from_bytes(bytes: &[u8], owner: &Owner, place: &str) -> Result<Self, StoreError> {
        let unreadable = || StoreError::Unreadable(place.to_owned());
        let written: Written<'_> = serde_json::from_slice(bytes).map_err(|_| unreadable())?;
        if *written.owner != *owner {
            let theirs = Box::new(written.owner.into_owned());
            return Err(StoreError::NotOurs { place: place.to_owned(), theirs, ours: Box::new(owner.clone()) });
        }
        let token = |text: &str| Token::new(text).map_err(|_| unreadable());
        let refresh = written.refresh_token.as_deref().map(token).transpose()?;
        Ok(Self { access: token(&written.access_token)?, refresh })
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

    pub(crate) fn owner(user: &str) -> Owner {
        let origin = "https://acme.my.salesforce.com".to_owned();
        Owner { origin, user_id: format!("005-{user}"), organization_id: "00D-acme".to_owned() }
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

    fn stored(folder: &Folder, keychain: Option<Keychain>) -> StoredTokens {
        StoredTokens { file: FileStore::new(folder.0.join("token"), owner("riley")), keychain }
    }

    #[test]
    fn nothing_prints_tokens() {
        assert_eq!(format!("{:?}", tokens(1)), "Tokens { access: Token(…), refresh: Some(Token(…)) }");
    }

    #[test]
    fn a_keychain_that_works_leaves_no_file() {
        let folder = Folder::new("keychain");
        let stored = stored(&folder, Some(keychain::tests::mock("works", owner("riley"))));
        assert_eq!(stored.load().unwrap(), None);
        stored.save(&tokens(1)).unwrap();
        assert_eq!(stored.load().unwrap(), Some(tokens(1)));
        assert!(!folder.0.join("token").exists());
        stored.forget().unwrap();
        assert_eq!(stored.load().unwrap(), None);
    }

    #[test]
    fn a_keychain_that_fails_is_replaced_by_a_file_for_good() {
        let folder = Folder::new("degraded");
        let keychain = keychain::tests::mock("fails", owner("riley"));
        keychain::tests::fail_once(&keychain);
        let stored = stored(&folder, Some(keychain));
        stored.save(&tokens(1)).unwrap();
        assert!(folder.0.join("token").exists());
        stored.save(&tokens(2)).unwrap();
        assert_eq!(stored.load().unwrap(), Some(tokens(2)));
        stored.forget().unwrap();
        assert_eq!(stored.load().unwrap(), None);
    }

    #[test]
    fn a_keychain_that_cannot_be_asked_is_no_reason_to_sign_in_again() {
        let folder = Folder::new("locked");
        let keychain = keychain::tests::mock("locked", owner("riley"));
        keychain.save(&tokens(1)).unwrap();
        keychain::tests::fail_once(&keychain);
        let stored = stored(&folder, Some(keychain));
        assert!(matches!(stored.load(), Err(StoreError::Keychain)));
        assert_eq!(stored.load().unwrap(), Some(tokens(1)));
    }

    #[test]
    fn a_keychain_that_does_not_answer_is_replaced_by_a_file_and_what_it_says_later_is_not_read() {
        let folder = Folder::new("silent");
        let mut keychain = keychain::tests::mock("silent-stored", owner("riley"));
        keychain.save(&tokens(1)).unwrap();
        let silent = keychain::tests::silence(&mut keychain);
        let stored = stored(&folder, Some(keychain));
        assert!(matches!(stored.load(), Err(StoreError::KeychainSilent(_))));
        stored.save(&tokens(2)).unwrap();
        drop(silent);
        assert_eq!(stored.load().unwrap(), Some(tokens(2)));
        assert!(
            stored.place().contains("a plain file, for this system's keychain could not be used"),
            "{}",
            stored.place()
        );
    }

    #[test]
    fn tokens_of_another_user_org_or_origin_are_given_to_nobody() {
        let folder = Folder::new("owner");
        let ours = owner("riley");
        let others = [
            owner("jonas"),
            Owner { organization_id: "00D-globex".to_owned(), ..ours.clone() },
            Owner { origin: "https://globex.my.salesforce.com".to_owned(), ..ours.clone() },
        ];
        for (number, other) in others.into_iter().enumerate() {
            let name = format!("owner-{number}");
            let keychain = || Some(keychain::tests::mock(&name, ours.clone()));
            let file = |owner: &Owner| FileStore::new(folder.0.join(&name), owner.clone());
            for stores in [
                (
                    StoredTokens { file: file(&other), keychain: None },
                    StoredTokens { file: file(&ours), keychain: None },
                ),
                (
                    StoredTokens { file: file(&other), keychain: Some(keychain::tests::mock(&name, other.clone())) },
                    StoredTokens { file: file(&ours), keychain: keychain() },
                ),
            ] {
                let (theirs, ours) = stores;
                theirs.save(&tokens(1)).unwrap();
                assert_eq!(theirs.load().unwrap(), Some(tokens(1)));
                let error = ours.load().unwrap_err();
                assert!(matches!(error, StoreError::NotOurs { .. }), "{error}");
                let text = format!("{error} {error:?}");
                assert!(text.contains("connect again") && text.contains(&other.to_string()), "{text}");
                assert!(!text.contains("token.number"), "{text}");
                theirs.forget().unwrap();
            }
        }
    }
}
