//! The tokens of a saved connection, renewed when the org refuses one: once, whoever else has the same need.
//!
//! The way of a renewal, each step safe to die after: take the connection's lock; read what is kept, which another
//! process may have renewed meanwhile; spend the refresh token; keep what comes; only then use it. Between the org's
//! answer and keeping it there is no step, but where refresh tokens rotate a process that dies just there takes the
//! only good one along. No client can close that gap; the user has to connect again.

#[cfg(test)]
mod interleavings;

use std::any::Any;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Client, SignInError};
use crate::store::{Lock, StoreError, TokenStore, Tokens};
use crate::token::Token;
use crate::wire::token_provider::{Renewed, TokenProvider};
use crate::wire::transport::{Failure, FailureKind};

/// The tokens of one connection, shared with every other process that uses it.
pub struct RefreshingTokens {
    client: Client,
    store: Box<dyn TokenStore>,
    turns: Box<dyn Turns>,
    still_ours: Box<dyn Fn() -> bool + Send + Sync>,
    known: Mutex<Known>,
}

/// How threads and processes take turns: one at a time, until what is returned is dropped.
trait Turns: Send + Sync {
    fn take(&self, within: Duration) -> Result<Box<dyn Any + Send>, StoreError>;
}

/// By a lock on a file.
impl Turns for PathBuf {
    fn take(&self, within: Duration) -> Result<Box<dyn Any + Send>, StoreError> {
        Ok(Box::new(Lock::take(self, within)?))
    }
}

/// What this process knows without asking the store.
#[derive(Default)]
struct Known {
    access: Option<Token>,
    /// Tokens the org gave and the store did not take: kept in mind for the next try, for there are no others.
    unsaved: Option<Tokens>,
    /// Why the store could not be asked.
    refresh_error: Option<String>,
}

impl RefreshingTokens {
    /// The tokens in a store, guarded by the lock at a path.
    pub fn new(client: Client, store: impl TokenStore + 'static, lock: impl Into<PathBuf>) -> Self {
        Self::taking_turns(client, store, lock.into())
    }

    /// The same, with another way to take turns.
    fn taking_turns(client: Client, store: impl TokenStore + 'static, turns: impl Turns + 'static) -> Self {
        let (store, turns) = (Box::new(store), Box::new(turns));
        Self { client, store, turns, still_ours: Box::new(|| true), known: Mutex::default() }
    }

    /// Asks, before it trusts what is in the store, whether the connection is still the one that was opened: its name
    /// may have been given to another user meanwhile, whose tokens are not for who holds this.
    pub fn while_ours(self, still_ours: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { still_ours: Box::new(still_ours), ..self }
    }

    /// A token in place of one the org refuses.
    pub fn renew(&self, refused: &Token, within: Duration) -> Result<Renewed, SignInError> {
        let until = Instant::now() + within;
        let _turn = self.turns.take(within)?;
        if !(self.still_ours)() {
            return Err(SignInError::SignedOut);
        }
        let unsaved = self.known().unsaved.take();
        if let Some(tokens) = unsaved {
            return self.keep(tokens);
        }
        let tokens = self.store.load()?.ok_or(SignInError::SignedOut)?;
        if tokens.access != *refused {
            self.known().access = Some(tokens.access.clone());
            return Ok(Renewed { token: tokens.access, fresh: false });
        }
        let refresh = tokens.refresh.ok_or(SignInError::SignedOut)?;
        let grant = self.client.refresh(&refresh, until.saturating_duration_since(Instant::now()))?;
        // Without rotation the refresh token stays as it is, and the reply leaves it out.
        self.keep(Tokens { refresh: grant.tokens.refresh.or(Some(refresh)), ..grant.tokens })
    }

    /// Keeps new tokens, and only then gives the access token out.
    fn keep(&self, tokens: Tokens) -> Result<Renewed, SignInError> {
        let access = tokens.access.clone();
        if let Err(error) = self.store.save(&tokens) {
            self.known().unsaved = Some(tokens);
            return Err(error.into());
        }
        self.known().access = Some(access.clone());
        Ok(Renewed { token: access, fresh: true })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // A panic elsewhere leaves whole values behind.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TokenProvider for RefreshingTokens {
    fn token(&self) -> Option<Token> {
        if let Some(access) = self.known().access.clone() {
            return Some(access);
        }
        // No lock is held meanwhile: a keychain takes its time.
        let loaded = self.store.load();
        self.known().refresh_error = loaded.as_ref().err().map(ToString::to_string);
        let tokens = loaded.ok().flatten();
        // Asked second: without the lock, another user's tokens may have come just before, but not unannounced.
        let access = tokens.filter(|_| (self.still_ours)())?.access;
        // Another thread may have renewed them meanwhile.
        Some(self.known().access.get_or_insert(access).clone())
    }

    fn last_refresh_error(&self) -> Option<String> {
        self.known().refresh_error.clone()
    }

    fn renewed(&self, refused: &Token, within: Duration) -> Result<Option<Renewed>, Failure> {
        // Another thread may have been first.
        let known = self.known().access.clone();
        if let Some(token) = known.filter(|token| token != refused) {
            return Ok(Some(Renewed { token, fresh: false }));
        }
        self.renew(refused, within).map(Some).map_err(|error| {
            let kind = match &error {
                SignInError::Store(StoreError::Busy) => FailureKind::Timeout,
                SignInError::NoAnswer(failure) => failure.kind,
                SignInError::Store(_) => FailureKind::Unreachable,
                error if error.may_pass() => FailureKind::Unreachable,
                error => {
                    // Another sign-in may have put new ones there by the next call.
                    self.known().access = None;
                    if error.needs_admin() { FailureKind::AdminRequired } else { FailureKind::AuthRequired }
                }
            };
            // What the org refused it has not done.
            Failure::before(kind, error.to_string())
        })
    }
}
