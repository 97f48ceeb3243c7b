//! Where the user's access token comes from, request by request.

use std::time::Duration;

use crate::token::Token;
use crate::wire::transport::Failure;

/// Has the user's access token, or gets a new one. Asked once for every request.
///
/// A [`Token`] provides itself, and so does a closure that returns one. What renews them is
/// [`RefreshingTokens`](crate::sign_in::RefreshingTokens), or the platform's own:
///
/// ```
/// use std::sync::{Mutex, PoisonError};
/// use std::time::Duration;
///
/// use salesforce_host::wire::{Failure, Renewed};
/// use salesforce_host::{Token, TokenProvider};
///
/// struct Vault(Mutex<Token>);
///
/// impl TokenProvider for Vault {
///     fn token(&self) -> Option<Token> {
///         Some(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
///     }
///
///     fn renewed(&self, refused: &Token, _within: Duration) -> Result<Option<Renewed>, Failure> {
///         let held = self.token();
///         // Another request may have renewed it meanwhile; else the user has to sign in.
///         Ok(held.filter(|held| held != refused).map(|token| Renewed { token, fresh: false }))
///     }
/// }
/// ```
pub trait TokenProvider: Send + Sync {
    /// The token; absent when the user has to sign in.
    fn token(&self) -> Option<Token>;

    /// Why there was none when it was last asked for, where that is not that the user has to sign in.
    fn last_refresh_error(&self) -> Option<String> {
        None
    }

    /// A token in place of one the org refuses; absent where there is no other way than to sign in again. The failure
    /// says what stood in the way, and that the refused request has done nothing.
    fn renewed(&self, refused: &Token, within: Duration) -> Result<Option<Renewed>, Failure> {
        let _ = (refused, within);
        Ok(None)
    }
}

/// A token in place of another.
#[derive(Debug, Clone)]
pub struct Renewed {
    /// The token.
    pub token: Token,
    /// Whether the org has only just issued it, so that it can't have expired.
    pub fresh: bool,
}

impl TokenProvider for Token {
    fn token(&self) -> Option<Token> {
        Some(self.clone())
    }
}

impl<F: Fn() -> Option<Token> + Send + Sync> TokenProvider for F {
    fn token(&self) -> Option<Token> {
        self()
    }
}
