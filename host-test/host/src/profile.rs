//! The connections of a person: what is remembered of each between calls, besides its tokens.

use std::fmt;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::access::{AccessError, written_by_owner_alone};
use crate::config_dir::{ConfigDir, ConnectionName};
use crate::connection::{Connection, User};
use crate::engine::host::Host;
use crate::sign_in::{Client, RefreshingTokens, SignInError, SignedIn};
use crate::store::{self, Lock, Owner, StoreError, StoredTokens, TokenStore, Tokens};
use crate::wire::origin::{InvalidOrigin, Origin};
use crate::wire::transport::Https;

/// How long another program may hold a connection's lock before this one gives up.
const LOCK_TIMEOUT: Duration = Duration::from_secs(30);
/// What stands in place of an address for an org that the program itself carries.
const EMBEDDED: &str = "demo";

/// Where an org is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Site {
    /// In the program that uses this library, as the demo org is in the command line: new at every start, and without
    /// tokens, since who is asked is who would give them.
    Embedded,
    /// At an address.
    At(Origin),
}

/// What is remembered of a connection: `connection.toml` in its folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The org.
    pub origin: Site,
    /// The app the user signed in to.
    pub consumer_key: String,
    /// What the user signs in with.
    pub username: String,
    /// The user's name.
    pub name: String,
    /// The user's time zone, as IANA calls it, when the connection was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// The user's id.
    pub user_id: String,
    /// The org's id.
    pub organization_id: String,
    /// What the tokens are good for.
    pub scopes: Vec<String>,
}

/// Why a connection can't be used or changed.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// Nobody has made it.
    #[error("there is no connection {0}: make it with `salesforce-plugin connect {0}`")]
    Unknown(ConnectionName),
    /// Its file can't be read or written.
    #[error("{}: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What happened to it.
        error: io::Error,
    },
    /// Its file says something else than a connection.
    #[error("{}: {reason}", path.display())]
    Invalid {
        /// Which.
        path: PathBuf,
        /// What is wrong, with line and key.
        reason: String,
    },
    /// Somebody else could have written it.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// Its org can't be asked.
    #[error(transparent)]
    SignIn(#[from] SignInError),
}

impl Profile {
    /// What is remembered of a sign-in to an org.
    pub fn new(origin: Site, consumer_key: &str, SignedIn { grant, identity }: &SignedIn) -> Self {
        Self {
            origin,
            consumer_key: consumer_key.to_owned(),
            username: identity.username.clone(),
            name: identity.name.clone(),
            zone: identity.zone.clone(),
            user_id: identity.user_id.clone(),
            organization_id: identity.organization_id.clone(),
            scopes: grant.scopes.clone(),
        }
    }

    /// Where what is remembered of a connection is kept.
    pub fn file(config_dir: &ConfigDir, name: &ConnectionName) -> PathBuf {
        config_dir.connection(name).join("connection.toml")
    }

    /// The names of all connections, in their order.
    pub fn names(config_dir: &ConfigDir) -> Result<Vec<ConnectionName>, ProfileError> {
        let folder = config_dir.connections();
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(ProfileError::File { path: folder, error }),
        };
        let mut names: Vec<ConnectionName> = entries
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .filter(|name| Self::file(config_dir, name).exists())
            .collect();
        names.sort();
        Ok(names)
    }

    /// Reads what is remembered of a connection.
    pub fn read(config_dir: &ConfigDir, name: &ConnectionName) -> Result<Self, ProfileError> {
        let path = Self::file(config_dir, name);
        for place in [config_dir.root(), &config_dir.connections(), &config_dir.connection(name), &path] {
            written_by_owner_alone(place)?;
        }
        match fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text)
                .map_err(|error| ProfileError::Invalid { path, reason: error.to_string().trim_end().to_owned() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(ProfileError::Unknown(name.clone())),
            Err(error) => Err(ProfileError::File { path, error }),
        }
    }

    /// The connection itself, with its own tokens, cache and settings. Absent for an embedded org, which the program that
    /// carries it connects to.
    ///
    /// The address in the file is checked as one that a person pastes: the token goes to Salesforce or to this machine.
    pub fn open(
        &self,
        host: &Host,
        config_dir: &ConfigDir,
        name: &ConnectionName,
    ) -> Result<Option<Connection>, ProfileError> {
        let Site::At(origin) = &self.origin else { return Ok(None) };
        let client = Client::new(host, origin, &self.consumer_key, Https::new())?;
        let (opened, again, called) = (self.clone(), config_dir.clone(), name.clone());
        let tokens =
            RefreshingTokens::new(client, StoredTokens::of(config_dir, name, &self.owner()), config_dir.lock(name))
                .while_ours(move || Self::read(&again, &called).is_ok_and(|now| now.is_same_users(&opened)));
        let connection = Connection::new(origin.clone(), tokens, Https::new());
        Ok(Some(match self.user() {
            Some(user) => connection.with_user(user),
            None => connection,
        }))
    }

    /// Keeps a connection with its tokens, in place of an earlier one of the same user, whose tokens are revoked.
    pub fn keep(
        &self,
        client: &Client,
        config_dir: &ConfigDir,
        name: &ConnectionName,
        tokens: &Tokens,
    ) -> Result<(), SignInError> {
        let _lock = Lock::take(&config_dir.lock(name), LOCK_TIMEOUT)?;
        let earlier = Self::read(config_dir, name).ok();
        if let Some(earlier) = &earlier
            && !earlier.is_same_users(self)
        {
            // Nobody is to find another user's settings. That nothing came of the sign-in is said in any case.
            drop(client.revoke(tokens.spent_last()));
            return Err(SignInError::Taken(earlier.username.clone()));
        }
        self.write(config_dir, name)?;
        if self.origin == Site::Embedded {
            return Ok(());
        }
        // The org may have moved meanwhile; the user is the same.
        let before = earlier.map_or_else(|| self.owner(), |earlier| earlier.owner());
        let earlier = StoredTokens::of(config_dir, name, &before).load().ok().flatten();
        StoredTokens::of(config_dir, name, &self.owner()).save(tokens)?;
        // Nobody could use or revoke it later. That the org can't be asked just now is no reason to fail.
        if let Some(earlier) = earlier.filter(|earlier| earlier.refresh != tokens.refresh) {
            drop(client.revoke(earlier.spent_last()));
        }
        Ok(())
    }

    /// Whether two connections are of the same user of the same org.
    fn is_same_users(&self, other: &Self) -> bool {
        (&self.user_id, &self.organization_id) == (&other.user_id, &other.organization_id)
    }

    /// Whose it is; absent where no time zone is remembered, without which the day is not known.
    pub fn user(&self) -> Option<User> {
        Some(User { name: self.name.clone(), zone: self.zone.clone()? })
    }

    /// Whom its tokens are for.
    pub fn owner(&self) -> Owner {
        Owner {
            origin: self.origin.to_string(),
            user_id: self.user_id.clone(),
            organization_id: self.organization_id.clone(),
        }
    }

    fn write(&self, config_dir: &ConfigDir, name: &ConnectionName) -> Result<(), SignInError> {
        let path = Self::file(config_dir, name);
        let text = toml::to_string(self).unwrap_or_default();
        store::replace(&path, text.as_bytes()).map_err(|error| SignInError::Store(StoreError::File { path, error }))
    }

    /// Ends a connection: revokes its tokens, then forgets everything of it. Where the org can't be asked, nothing is
    /// forgotten, unless the person insists.
    pub fn disconnect(
        &self,
        host: &Host,
        config_dir: &ConfigDir,
        name: &ConnectionName,
        insist: bool,
    ) -> Result<(), ProfileError> {
        let lock = Lock::take(&config_dir.lock(name), LOCK_TIMEOUT).map_err(SignInError::from)?;
        let store = StoredTokens::of(config_dir, name, &self.owner());
        let revoked = self.revoke(host, &store);
        if !insist {
            revoked?;
        }
        store.forget().map_err(SignInError::from)?;
        let folder = config_dir.connection(name);
        let removed = fs::remove_dir_all(&folder);
        drop(lock);
        removed.map_err(|error| ProfileError::File { path: folder, error })
    }

    fn revoke(&self, host: &Host, store: &StoredTokens) -> Result<(), SignInError> {
        let Site::At(origin) = &self.origin else { return Ok(()) };
        if let Some(tokens) = store.load()? {
            let client = Client::new(host, origin, &self.consumer_key, Https::new())?;
            client.revoke(tokens.spent_last())?;
        }
        Ok(())
    }
}

impl fmt::Display for Site {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Embedded => EMBEDDED,
            Self::At(origin) => origin.as_str(),
        })
    }
}

impl FromStr for Site {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        if text == EMBEDDED { Ok(Self::Embedded) } else { Origin::parse(text).map(Self::At) }
    }
}

impl Serialize for Site {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Site {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
