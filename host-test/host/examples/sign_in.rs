//! An embedding with sign-in: a user signs in at their org in the browser, and their session renews itself.
//! `cargo run -p salesforce-host --example sign_in -- acme.my.salesforce.com CONSUMER_KEY`; without arguments the org is
//! a demo org on this machine. The app has the callback URL `http://localhost:7717/callback`.
//!
//! A web application has a callback of its own: there `Client::begin`, `Client::exchange` and `Client::identity` are the
//! three steps, and whatever serves the callback takes them.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use demo_org::Org;
use demo_org::serve::Server;
use salesforce_host::sign_in::{Client, Listener, RefreshingTokens, sign_in};
use salesforce_host::store::{StoreError, TokenStore, Tokens};
use salesforce_host::{Connection, Host, Https, Limits, Origin};

/// Where a platform keeps the tokens of a user: encrypted, and in one row, so that saving is all or nothing.
#[derive(Clone, Default)]
struct Row(Arc<Mutex<Option<Tokens>>>);

impl TokenStore for Row {
    fn load(&self) -> Result<Option<Tokens>, StoreError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    fn save(&self, tokens: &Tokens) -> Result<(), StoreError> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(tokens.clone());
        Ok(())
    }

    fn forget(&self) -> Result<(), StoreError> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let host = Host::new(Limits::default())?;
    let mut arguments = std::env::args().skip(1);
    let (origin, consumer_key, port, _demo) = match (arguments.next(), arguments.next()) {
        (Some(domain), Some(key)) => {
            // The plugin knows which hosts are Salesforce's: the user's token goes to no other.
            let origin = host.origin(&domain)?.map_err(|refusal| refusal.message)?;
            (Origin::parse(&origin)?, key, 7717, None)
        }
        _ => {
            let server = Server::start(Arc::new(Org::demo()), 0)?;
            (Origin::parse(&server.origin())?, demo_org::CONSUMER_KEY.to_owned(), 0, Some(server))
        }
    };

    let client = Client::new(&host, &origin, &consumer_key, Https::new())?;
    let listener = Listener::bind(port)?;
    let store = Row::default();
    let signed_in = sign_in(
        &client,
        &listener,
        |url| println!("Open this address in a browser on this machine, and sign in:\n\n  {url}\n"),
        |signed_in| Ok(store.save(&signed_in.grant.tokens)?),
    )?;
    println!("Signed in: {} ({})", signed_in.identity.name, signed_in.identity.username);

    // Renews the access token when the org refuses it, once, whoever else needs it at the same time.
    let lock = std::env::temp_dir().join(format!("{}.lock", signed_in.identity.user_id));
    let tokens = RefreshingTokens::new(client, store, lock);
    let session = host.session(Connection::new(signed_in.grant.origin, tokens, Https::new()));
    println!("{}", session.call_json("salesforce_who_am_i", "{}")?);
    Ok(())
}
