//! One user's connection to one org: where, as whom, how, and what is kept for that user between calls.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::token::Token;
use crate::transport::{Allowance, Failure, FailureKind, Transcript, Transport};
use crate::types::{ConnectionSettings, ObjectGrants};

/// Where requests go: a scheme and a host, nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

/// Why a text is no origin requests may go to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an origin is https://HOST or, on this machine alone, http://127.0.0.1:PORT, without a path")]
pub struct InvalidOrigin;

impl Origin {
    /// Parses `https://HOST`, or `http://` with a loopback address.
    ///
    /// Whether the host is Salesforce's is for the plugin to say: see [`Host::origin`](crate::Host::origin).
    pub fn parse(text: &str) -> Result<Self, InvalidOrigin> {
        let text = text.trim_end_matches('/');
        let uri: http::Uri = text.parse().map_err(|_| InvalidOrigin)?;
        let authority = uri.authority().ok_or(InvalidOrigin)?;
        let plain = !authority.as_str().contains('@') && !authority.host().is_empty();
        let bare = uri.path() == "/" && uri.query().is_none();
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => crate::transport::is_loopback(authority.host()),
            _ => false,
        };
        let rebuilt = format!("{}://{authority}", uri.scheme_str().unwrap_or_default());
        if plain && bare && secure && rebuilt.eq_ignore_ascii_case(text) {
            Ok(Self(rebuilt.to_ascii_lowercase()))
        } else {
            Err(InvalidOrigin)
        }
    }

    /// Where the links of a masked org point.
    pub(crate) fn masked() -> Self {
        Self(format!("https://{}", crate::cassette::HOST))
    }

    /// Whether it is this machine itself: a demo org's.
    pub fn is_loopback(&self) -> bool {
        self.0.starts_with("http://")
    }

    /// The origin as text, without a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Has the user's access token, or gets a new one. Asked once for every request.
pub trait TokenProvider: Send + Sync {
    /// The token; absent when the user has to sign in.
    fn token(&self) -> Option<Token>;

    /// Why there was none when it was last asked for, where that is not that the user has to sign in.
    fn trouble(&self) -> Option<String> {
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

/// One user's connection to one org. A platform keeps one for every user and org, and shares none.
pub struct Connection {
    pub(crate) origin: Origin,
    pub(crate) token: Box<dyn TokenProvider>,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Box<dyn Fn() -> u64 + Send + Sync>,
    pub(crate) cache: Cache,
    settings: Mutex<ConnectionSettings>,
    /// A new token that was refused like the one before it: renewing that would never end.
    incurable: Mutex<Option<Token>>,
    trouble: Mutex<Option<String>>,
}

impl Connection {
    /// A connection with the system's clock, an empty cache and no restrictions.
    pub fn new(origin: Origin, token: impl TokenProvider + 'static, transport: impl Transport + 'static) -> Self {
        Self {
            origin,
            token: Box::new(token),
            transport: Arc::new(transport),
            clock: Box::new(system_clock),
            cache: Cache::default(),
            settings: Mutex::new(unrestricted()),
            incurable: Mutex::default(),
            trouble: Mutex::default(),
        }
    }

    /// The connection with a record of what goes through it from now on.
    pub fn recorded(mut self) -> (Self, Arc<Transcript>) {
        let transcript = Arc::new(Transcript::new(self.transport));
        self.transport = transcript.clone();
        (self, transcript)
    }

    /// No org and no user: for what the plugin knows without either.
    pub(crate) fn none() -> Self {
        let refuse = |_: http::Request<Vec<u8>>| Err(Failure::before(FailureKind::Denied, "there is no connection"));
        Self::new(Origin(String::new()), || None, refuse)
    }

    /// The connection with another clock: milliseconds since the Unix epoch.
    pub fn with_clock(mut self, clock: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// The user's token; where there is none, why is remembered.
    pub(crate) fn access_token(&self) -> Option<Token> {
        let token = self.token.token();
        if token.is_none() {
            *locked(&self.trouble) = self.token.trouble();
        }
        token
    }

    /// A token in place of one the org refuses, unless that one is new and renewing is no cure.
    pub(crate) fn renewed(&self, refused: &Token, within: Duration) -> Result<Option<Renewed>, Failure> {
        if locked(&self.incurable).as_ref() == Some(refused) {
            return Ok(None);
        }
        let renewed = self.token.renewed(refused, within);
        *locked(&self.trouble) = renewed.as_ref().err().and_then(|failure| failure.detail.clone());
        renewed
    }

    /// Why there was no token, or none in place of a refused one, when that was last tried, in words for the person whose connection it is.
    pub fn trouble(&self) -> Option<String> {
        locked(&self.trouble).clone()
    }

    /// Remembers that the org refuses even a new token, as it does when the session is not one for the REST API.
    pub(crate) fn give_up_on(&self, token: &Token) {
        *locked(&self.incurable) = Some(token.clone());
    }

    /// Sends a request of the program's own to the org, past the plugin, with the user's token in place of any other
    /// authorization. Only path and query of its URI count. If the org refuses the token, the request has done nothing
    /// and is sent once more with another one.
    pub fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Failure> {
        let token = self.access_token().ok_or_else(|| {
            let why = self.trouble().unwrap_or_else(|| "the user has to sign in".to_owned());
            Failure::before(FailureKind::AuthRequired, why)
        })?;
        let path = request.uri().path().to_owned();
        let response = self.transport.send(self.addressed(&request, &token)?)?;
        if !refuses_token(&path, response.status().as_u16()) {
            return Ok(response);
        }
        let Some(Renewed { token, fresh }) = self.renewed(&token, Allowance::of(&request).timeout)? else {
            return Ok(response);
        };
        let response = self.transport.send(self.addressed(&request, &token)?)?;
        if fresh && refuses_token(&path, response.status().as_u16()) {
            self.give_up_on(&token);
        }
        Ok(response)
    }

    /// A request with the address of the org and a token.
    fn addressed(&self, request: &http::Request<Vec<u8>>, token: &Token) -> Result<http::Request<Vec<u8>>, Failure> {
        let denied = |detail: &str| Failure::before(FailureKind::Denied, detail);
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let mut request = request.clone();
        *request.uri_mut() =
            format!("{}{path}", self.origin).parse().map_err(|_| denied("the path is not valid in a URI"))?;
        let bearer = token.bearer().ok_or_else(|| denied("the token can't be sent"))?;
        request.headers_mut().insert(http::header::AUTHORIZATION, bearer);
        Ok(request)
    }

    /// Where requests go.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The time by its clock, in milliseconds since the Unix epoch.
    pub fn now(&self) -> u64 {
        (self.clock)()
    }

    /// What is kept for this user between calls.
    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    /// The user's choices.
    pub fn settings(&self) -> ConnectionSettings {
        locked(&self.settings).clone()
    }

    /// Changes the user's choices, from the next call on.
    pub fn set_settings(&self, settings: ConnectionSettings) {
        *locked(&self.settings) = settings;
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Connection").field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// Whether the org does not accept the token. Userinfo says so with another status than the REST API.
/// <https://help.salesforce.com/s/articleView?id=sf.remoteaccess_using_userinfo_endpoint.htm>
pub(crate) fn refuses_token(path: &str, status: u16) -> bool {
    status == 401 || (status == 403 && path.starts_with("/services/oauth2/"))
}

/// Every tool and every object the user has a right to.
pub(crate) fn unrestricted() -> ConnectionSettings {
    ConnectionSettings {
        tools: None,
        read_only: false,
        objects: ObjectGrants { read: None, append: None, edit: None },
        instructions: None,
        vocabulary: Vec::new(),
    }
}

fn system_clock() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}

/// Bytes kept between calls, in memory and bounded: the longest unused go first.
#[derive(Debug, Default)]
pub struct Cache(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    values: BTreeMap<String, Entry>,
    bytes: usize,
    /// Counts uses, so that entries can be put in order of their last.
    uses: u64,
}

#[derive(Debug)]
struct Entry {
    value: Vec<u8>,
    used: u64,
}

impl Cache {
    const LONGEST_KEY: usize = 256;
    const LARGEST_VALUE: usize = 512 * 1024;
    const LARGEST: usize = 4 * 1024 * 1024;

    /// The bytes under a key.
    pub fn get(&self, key: &str) -> Option<Vec<u8>> {
        let mut entries = locked(&self.0);
        entries.uses += 1;
        let now = entries.uses;
        let entry = entries.values.get_mut(key)?;
        entry.used = now;
        Some(entry.value.clone())
    }

    /// Keeps bytes under a key, unless they are too many.
    pub fn put(&self, key: &str, value: Vec<u8>) {
        if key.len() > Self::LONGEST_KEY || value.len() > Self::LARGEST_VALUE {
            return;
        }
        let mut entries = locked(&self.0);
        entries.uses += 1;
        entries.bytes += key.len() + value.len();
        let entry = Entry { value, used: entries.uses };
        if let Some(old) = entries.values.insert(key.to_owned(), entry) {
            entries.bytes -= key.len() + old.value.len();
        }
        while entries.bytes > Self::LARGEST {
            let longest_unused = entries.values.iter().min_by_key(|(_, entry)| entry.used).map(|(key, _)| key.clone());
            let Some(key) = longest_unused else { break };
            if let Some(old) = entries.values.remove(&key) {
                entries.bytes -= key.len() + old.value.len();
            }
        }
    }

    /// Forgets everything: after a change in the org's setup, and when the user signs out.
    pub fn clear(&self) {
        *locked(&self.0) = Entries::default();
    }

    /// Everything that is kept.
    pub fn entries(&self) -> Vec<(String, Vec<u8>)> {
        locked(&self.0).values.iter().map(|(key, entry)| (key.clone(), entry.value.clone())).collect()
    }
}

/// A panic elsewhere leaves whole values behind, so poison means nothing here.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_scheme_and_a_host() {
        for good in ["https://acme.my.salesforce.com", "https://Acme.my.salesforce.com/", "http://127.0.0.1:8080"] {
            assert!(Origin::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "acme.my.salesforce.com",
            "http://acme.my.salesforce.com",
            "https://acme.my.salesforce.com/services",
            "https://acme.my.salesforce.com?x",
            "https://user:password@acme.my.salesforce.com",
            "http://127.0.0.1:80@evil.example",
            "ftp://127.0.0.1",
            "https://",
        ] {
            assert!(Origin::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_full_cache_forgets_what_was_not_used_for_longest() {
        let cache = Cache::default();
        let value = vec![0; 500 * 1024];
        for key in ["a", "b", "c", "d", "e", "f", "g", "h"] {
            cache.put(key, value.clone());
            assert!(cache.get("a").is_some());
        }
        cache.put("i", value);
        let kept: Vec<String> = cache.entries().into_iter().map(|(key, _)| key).collect();
        assert_eq!(kept, ["a", "c", "d", "e", "f", "g", "h", "i"]);
    }

    #[test]
    fn what_is_too_large_for_the_cache_is_not_kept() {
        let cache = Cache::default();
        cache.put("large", vec![0; 600 * 1024]);
        cache.put(&"k".repeat(300), vec![0]);
        assert!(cache.entries().is_empty());
        cache.put("key", vec![1, 2]);
        cache.put("key", vec![3]);
        assert_eq!(cache.get("key"), Some(vec![3]));
    }
}
