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

/// What the browser is told at the end of a sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// The language of the texts, as HTML names it.
    pub lang: &'static str,
    /// Whether it did not end well.
    pub trouble: bool,
    /// The title.
    pub title: String,
    /// What else there is to say.
    pub paragraphs: Vec<String>,
}

/// Signs a user in: shows the address the browser has to go to, waits for it to come back, gets the tokens, and keeps
/// them. The browser is told how it ended when it has ended.
pub fn sign_in(
    client: &Client,
    listener: &Listener,
    show: impl FnOnce(&str),
    keep: impl FnOnce(&SignedIn) -> Result<(), SignInError>,
) -> Result<SignedIn, SignInError> {
    sign_in_showing(client, listener, show, keep, |result| match result {
        Ok(SignedIn { identity, grant }) => page::connected(identity, &grant.origin),
        Err(error) => page::failed(error),
    })
}

/// The same, with an ending of the caller's own.
pub fn sign_in_ending(
    client: &Client,
    listener: &Listener,
    show: impl FnOnce(&str),
    keep: impl FnOnce(&SignedIn) -> Result<(), SignInError>,
    ending: impl FnOnce(Result<&SignedIn, &SignInError>) -> Ending,
) -> Result<SignedIn, SignInError> {
    sign_in_showing(client, listener, show, keep, |result| page::ending(&ending(result)))
}

fn sign_in_showing(
    client: &Client,
    listener: &Listener,
    show: impl FnOnce(&str),
    keep: impl FnOnce(&SignedIn) -> Result<(), SignInError>,
    page: impl FnOnce(Result<&SignedIn, &SignInError>) -> String,
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
    browser.show(if result.is_ok() { 200 } else { 400 }, &page(result.as_ref()));
    result
}
