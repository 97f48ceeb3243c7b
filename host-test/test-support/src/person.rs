//! A person with a browser, a folder and a demo org on this machine: what the tests of signing in share.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use demo_org::Org;
use demo_org::serve::Server;
use salesforce_host::config_dir::{ConfigDir, ConnectionName};
use salesforce_host::profile::{Profile, Site};
use salesforce_host::sign_in::{self, Client, Listener, SignInError};
use salesforce_host::store::{StoredTokens, TokenStore, Tokens};
use salesforce_host::wire::Https;
use salesforce_host::{Connection, Origin, Token, Transport};
use url::Url;
use url::form_urlencoded::Serializer;

use crate::HOST;

/// A folder of connections, gone when the test is over.
pub struct Folder(pub ConfigDir);

impl Folder {
    #[allow(clippy::new_without_default)] // Each is another one.
    pub fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        Self(ConfigDir::at(
            std::env::temp_dir().join(format!("salesforce-plugin-home-{}-{number}", std::process::id())),
        ))
    }

    pub fn path(&self) -> PathBuf {
        self.0.root().to_owned()
    }

    pub fn profile(&self, name: &str) -> Profile {
        Profile::read(&self.0, &named(name)).unwrap()
    }

    pub fn connection(&self, name: &str) -> Connection {
        self.profile(name).open(&HOST, &self.0, &named(name)).unwrap().unwrap()
    }

    pub fn tokens(&self, name: &str) -> Tokens {
        StoredTokens::of(&self.0, &named(name), &self.profile(name).owner()).load().unwrap().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(self.0.root()));
    }
}

pub fn named(name: &str) -> ConnectionName {
    name.parse().unwrap()
}

/// A demo org at an address of this machine.
pub struct Served {
    pub org: Arc<Org>,
    pub origin: Origin,
    _server: Server,
}

impl Served {
    #[allow(clippy::new_without_default)] // Each is another one.
    pub fn new() -> Self {
        Self::of(Org::demo())
    }

    pub fn of(org: Org) -> Self {
        let org = Arc::new(org);
        let server = Server::start(Arc::clone(&org), 0).unwrap();
        let origin = Origin::parse(&server.origin()).unwrap();
        Self { org, origin, _server: server }
    }

    pub fn client(&self) -> Client {
        Client::new(&HOST, &self.origin, demo_org::CONSUMER_KEY, Https::new()).unwrap()
    }

    /// How often a token was asked for.
    pub fn refreshes(&self) -> usize {
        let asked = self.org.requests();
        asked.iter().filter(|entry| entry.path.ends_with("/token") && entry.body.contains("refresh_token=")).count()
    }

    /// Whether the org accepts an access token.
    pub fn accepts(&self, token: &Token) -> bool {
        self.client().identity(token).is_ok()
    }
}

/// Signs a user in and keeps the connection, as `salesforce-plugin connect` does; also, what the browser shows in the end.
pub fn connect(
    served: &Served,
    folder: &Folder,
    name: &str,
    user: &str,
    decision: &'static str,
) -> (Result<(), SignInError>, String) {
    let client = served.client();
    let listener = Listener::bind(0).unwrap();
    let mut window = None;
    let result = sign_in::sign_in(
        &client,
        &listener,
        |url| {
            let (url, user) = (url.to_owned(), user.to_owned());
            window = Some(thread::spawn(move || browse(&url, &user, decision)));
        },
        |signed_in| {
            let profile = Profile::new(Site::At(signed_in.grant.origin.clone()), demo_org::CONSUMER_KEY, signed_in);
            profile.keep(&client, &folder.0, &named(name), &signed_in.grant.tokens)
        },
    );
    (result.map(drop), window.unwrap().join().unwrap())
}

/// Signs a user in, who says yes.
#[track_caller]
pub fn connected(served: &Served, folder: &Folder, name: &str, user: &str) {
    let (result, page) = connect(served, folder, name, user, "allow");
    result.unwrap();
    assert!(page.contains("<h1>Connected</h1>"), "{page}");
}

/// What a person does in the browser: looks at the form, chooses a user, decides, and follows the way back.
pub fn browse(url: &str, user: &str, decision: &str) -> String {
    let form = fetch(http::Request::get(url).body(Vec::new()).unwrap());
    assert_eq!(form.status(), 200);
    let url = Url::parse(url).unwrap();
    let fields = Serializer::new(String::new())
        .extend_pairs(url.query_pairs())
        .extend_pairs([("user", user), ("decision", decision)])
        .finish();
    let action = format!("{}{}", url.origin().ascii_serialization(), url.path());
    let sent = fetch(http::Request::post(action).body(fields.into_bytes()).unwrap());
    assert_eq!(sent.status(), 302);
    let back = sent.headers()["location"].to_str().unwrap().to_owned();
    text(&fetch(http::Request::get(back).body(Vec::new()).unwrap()))
}

pub fn fetch(request: http::Request<Vec<u8>>) -> http::Response<Vec<u8>> {
    Https::new().send(request).unwrap()
}

pub fn text(response: &http::Response<Vec<u8>>) -> String {
    String::from_utf8(response.body().clone()).unwrap()
}

/// A connected user whose session has expired, at an org where a second refresh of the same token revokes everything.
pub fn expired() -> (Served, Folder) {
    expired_at(Org::demo())
}

/// The same at this org.
pub fn expired_at(org: Org) -> (Served, Folder) {
    let (served, folder) = (Served::of(org), Folder::new());
    served.org.change_app(|app| app.rotates = true);
    connected(&served, &folder, "acme", "riley");
    served.org.expire_sessions("riley");
    (served, folder)
}
