//! The system's keychain: Keychain Services, the Credential Manager, or the Secret Service over D-Bus.
//!
//! A keychain may ask the person to unlock it, or not answer at all, and there is no way to stop a question once it is
//! put. So each is put on a thread of its own, and waited for no longer than [`MAX_WAIT`].

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use keyring::Error;

use super::{Owner, StoreError, TokenStore, Tokens};
use crate::config_dir::ConnectionName;

/// What the keychain lists the entries under.
const SERVICE: &str = "salesforce-plugin";
/// How long a keychain may take: enough to unlock it, and well below what a call may last.
pub(super) const MAX_WAIT: Duration = Duration::from_secs(10);

/// One connection's entry in the keychain.
pub struct Keychain {
    entry: Arc<Entry>,
    owner: Owner,
    max_wait: Duration,
}

/// The entry as the threads that ask share it.
struct Entry {
    name: String,
    /// Opening it may take as long as asking.
    opened: OnceLock<keyring::Entry>,
    /// Whether a question was given up on and is still open. A second one would wait behind it.
    is_stuck: AtomicBool,
}

impl Keychain {
    /// The entry of a connection, whose tokens are one user's.
    pub fn new(name: &ConnectionName, owner: Owner) -> Self {
        let entry = Entry { name: name.as_str().to_owned(), opened: OnceLock::new(), is_stuck: AtomicBool::new(false) };
        Self { entry: Arc::new(entry), owner, max_wait: MAX_WAIT }
    }

    /// Whether there is a keychain that answers.
    pub fn is_there(&self) -> bool {
        self.ask(|_| Ok(())).is_ok()
    }

    /// Asks the keychain, for a limited time. No lock of this process is held meanwhile.
    fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&keyring::Entry) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, StoreError> {
        let silent = || StoreError::KeychainSilent(self.max_wait);
        if self.entry.is_stuck.load(Ordering::SeqCst) {
            return Err(silent());
        }
        let (answer, answered) = mpsc::sync_channel(1);
        let entry = Arc::clone(&self.entry);
        thread::spawn(move || {
            // Whoever asked may have gone.
            let _ = answer.send(entry.open().and_then(question));
            entry.is_stuck.store(false, Ordering::SeqCst);
        });
        match answered.recv_timeout(self.max_wait) {
            // Some of its errors carry the bytes they are about.
            Ok(result) => result.map_err(|_| StoreError::Keychain),
            Err(RecvTimeoutError::Timeout) => {
                self.entry.is_stuck.store(true, Ordering::SeqCst);
                // The answer may have come between the two lines above.
                match answered.try_recv() {
                    Ok(result) => {
                        self.entry.is_stuck.store(false, Ordering::SeqCst);
                        result.map_err(|_| StoreError::Keychain)
                    }
                    Err(_) => Err(silent()),
                }
            }
            Err(RecvTimeoutError::Disconnected) => Err(StoreError::Keychain),
        }
    }
}

impl Entry {
    fn open(&self) -> Result<&keyring::Entry, Error> {
        match self.opened.get() {
            Some(entry) => Ok(entry),
            None => {
                let entry = keyring::Entry::new(SERVICE, &self.name)?;
                Ok(self.opened.get_or_init(|| entry))
            }
        }
    }
}

impl TokenStore for Keychain {
    fn load(&self) -> Result<Option<Tokens>, StoreError> {
        let found = self.ask(|entry| match entry.get_secret() {
            Ok(bytes) => Ok(Some(bytes)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        })?;
        found.map(|bytes| Tokens::from_bytes(&bytes, &self.owner, "this system's keychain")).transpose()
    }

    fn save(&self, tokens: &Tokens) -> Result<(), StoreError> {
        let bytes = tokens.to_bytes(&self.owner);
        self.ask(move |entry| entry.set_secret(&bytes))
    }

    fn forget(&self) -> Result<(), StoreError> {
        self.ask(|entry| match entry.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(error),
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::{LazyLock, Mutex};
    use std::time::Instant;

    use keyring_core::api::CredentialStoreApi;
    use keyring_core::mock;

    use super::super::tests::{owner, tokens};
    use super::*;

    /// A keychain in memory.
    pub(in crate::store) fn mock(name: &str, owner: Owner) -> Keychain {
        static STORE: LazyLock<Mutex<std::sync::Arc<mock::Store>>> =
            LazyLock::new(|| Mutex::new(mock::Store::new().unwrap()));
        let inner = STORE.lock().unwrap().build(SERVICE, name, None).unwrap();
        let keychain = Keychain::new(&name.parse().unwrap(), owner);
        assert!(keychain.entry.opened.set(keyring::Entry { inner }).is_ok());
        keychain
    }

    /// The next thing asked of it fails.
    pub(in crate::store) fn fail_once(keychain: &Keychain) {
        let entry = keychain.entry.opened.get().unwrap();
        let credential = entry.inner.as_any().downcast_ref::<mock::Cred>().unwrap();
        credential.set_error(Error::NoStorageAccess("locked".into()));
    }

    /// It does not answer until what is returned is dropped.
    pub(in crate::store) fn silence(keychain: &mut Keychain) -> mpsc::Sender<()> {
        keychain.max_wait = Duration::from_millis(1);
        let (silent, answers) = mpsc::channel::<()>();
        let asked = keychain.ask(move |_| {
            let _ = answers.recv();
            Ok(())
        });
        assert!(matches!(asked, Err(StoreError::KeychainSilent(_))), "{asked:?}");
        silent
    }

    #[test]
    fn a_keychain_that_does_not_answer_ends_the_question_and_is_named() {
        let mut keychain = mock("silent", owner("riley"));
        keychain.save(&tokens(1)).unwrap();
        let silent = silence(&mut keychain);
        // It would take a minute if anybody waited for it.
        keychain.max_wait = Duration::from_secs(60);
        let started = Instant::now();
        for result in [keychain.load().map(drop), keychain.save(&tokens(2)), keychain.forget()] {
            let error = result.unwrap_err();
            assert!(matches!(error, StoreError::KeychainSilent(_)));
            assert!(error.to_string().contains("keychain") && error.to_string().contains("unlock"), "{error}");
        }
        assert!(started.elapsed() < Duration::from_secs(30));
        // Once it answers, it is asked again.
        drop(silent);
        while keychain.entry.is_stuck.load(Ordering::SeqCst) {
            thread::yield_now();
        }
        assert_eq!(keychain.load().unwrap(), Some(tokens(1)));
    }
}
