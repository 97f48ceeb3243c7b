//! The system's keychain: Keychain Services, the Credential Manager, or the Secret Service over D-Bus.

use keyring::Error;

use super::{StoreError, TokenStore, Tokens};
use crate::config_dir::ConnectionName;

/// What the keychain lists the entries under.
const SERVICE: &str = "salesforce-plugin";

/// One connection's entry in the keychain.
pub struct Keychain(keyring::Entry);

impl Keychain {
    /// The entry of a connection, on a system that has a keychain.
    pub fn of(name: &ConnectionName) -> Result<Self, StoreError> {
        keyring::Entry::new(SERVICE, name.as_str()).map(Self).map_err(|error| unusable(&error))
    }
}

impl TokenStore for Keychain {
    fn load(&self) -> Result<Option<Tokens>, StoreError> {
        match self.0.get_secret() {
            Ok(bytes) => Tokens::from_bytes(&bytes)
                .map(Some)
                .ok_or_else(|| StoreError::Unreadable("this system's keychain".to_owned())),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(unusable(&error)),
        }
    }

    fn save(&self, tokens: &Tokens) -> Result<(), StoreError> {
        self.0.set_secret(&tokens.to_bytes()).map_err(|error| unusable(&error))
    }

    fn forget(&self) -> Result<(), StoreError> {
        match self.0.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(unusable(&error)),
        }
    }
}

/// Drops what the keychain says: some of its errors carry the bytes they are about.
fn unusable(_: &Error) -> StoreError {
    StoreError::Keychain
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::{LazyLock, Mutex};

    use keyring_core::api::CredentialStoreApi;
    use keyring_core::mock;

    use super::*;

    /// A keychain in memory.
    pub(in crate::store) fn mock(name: &str) -> Keychain {
        static STORE: LazyLock<Mutex<std::sync::Arc<mock::Store>>> =
            LazyLock::new(|| Mutex::new(mock::Store::new().unwrap()));
        let inner = STORE.lock().unwrap().build(SERVICE, name, None).unwrap();
        Keychain(keyring::Entry { inner })
    }

    /// The next thing asked of it fails.
    pub(in crate::store) fn fail_once(keychain: &Keychain) {
        let credential = keychain.0.inner.as_any().downcast_ref::<mock::Cred>().unwrap();
        credential.set_error(Error::NoStorageAccess("locked".into()));
    }
}
