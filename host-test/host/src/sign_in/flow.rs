//! One sign-in from its first address to its last page.

use std::time::Duration;

use super::redirect::Arrival;
use super::{Client, Grant, Identity, Listener, SignInError, page};

/// Longest time a person may take in the browser.
const BROWSER_TIMEOUT: Duration = Duration::from_secs(5 * 60);

/// What a sign-in gives.
#[derive(Debug)]
pub struct SignedIn {
    /// The tokens, and what they are good for.
    pub grant: Grant,
    /// Whose they are.
    pub identity: Identity,
}

/// Signs a user in: shows the address the browser has to go to, waits for it to come back, gets the tokens, and keeps
/// them. The browser is told how it ended when it has ended.
pub fn sign_in(
    client: &Client,
    listener: &Listener,
    show: impl FnOnce(&str),
    keep: impl FnOnce(&SignedIn) -> Result<(), SignInError>,
) -> Result<SignedIn, SignInError> {
    let attempt = client.begin(&listener.redirect())?;
    show(&attempt.url);
    let Arrival { outcome, browser } = listener.wait(&attempt, BROWSER_TIMEOUT)?;
    let finish = || {
        let code = outcome.map_err(|failure| client.refused(failure))?;
        let grant = client.exchange(&attempt, &code)?;
        let identity = client.identity(&grant.tokens.access)?;
        let signed_in = SignedIn { grant, identity };
        keep(&signed_in)?;
        Ok(signed_in)
    };
    let result = finish();
    match &result {
        Ok(SignedIn { identity, grant }) => browser.show(200, &page::connected(identity, &grant.origin)),
        Err(error) => browser.show(400, &page::failed(error)),
    }
    result
}
