//! One user's connection to one org: where, as whom, how, and what is kept for that user between calls.

mod cache;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::token::Token;
use crate::types::{ConnectionSettings, ObjectGrants};
use crate::wire::origin::Origin;
use crate::wire::soap;
use crate::wire::token_provider::{Renewed, TokenProvider};
use crate::wire::transport::{Failure, FailureKind, RequestLimits, Transcript, Transport};

pub use cache::Cache;

/// One user's connection to one org. A platform keeps one for every user and org, and shares none.
///
/// ```
/// use salesforce_host::types::ConnectionSettings;
/// use salesforce_host::{Connection, Https, Origin, Token};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let origin = Origin::parse("https://acme.my.salesforce.com")?;
/// let token = Token::new("00D5g000004XyZ1!AQ4AQFr0mZ.Kc9_TqWb7uLxYpE2sVhJdN")?;
/// let connection = Connection::new(origin, token, Https::new());
/// // This user wants nothing changed.
/// connection.set_settings(ConnectionSettings { read_only: true, ..connection.settings() });
/// assert!(connection.settings().read_only);
/// # Ok(())
/// # }
/// ```
pub struct Connection {
    pub(crate) origin: Origin,
    pub(crate) token: Box<dyn TokenProvider>,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Box<dyn Fn() -> u64 + Send + Sync>,
    pub(crate) cache: Cache,
    settings: Mutex<ConnectionSettings>,
    /// A new token that was refused like the one before it: renewing that would never end.
    rejected_fresh_token: Mutex<Option<Token>>,
    refresh_error: Mutex<Option<String>>,
    user: Mutex<Option<User>>,
}

/// Whose a connection is, as far as a model has to know it before its first call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The user's name.
    pub name: String,
    /// The user's time zone, as IANA calls it: `Europe/Berlin`.
    pub zone: String,
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
            rejected_fresh_token: Mutex::default(),
            refresh_error: Mutex::default(),
            user: Mutex::default(),
        }
    }

    /// The connection of a user who is known without asking the org.
    pub fn with_user(self, user: User) -> Self {
        *locked(&self.user) = Some(user);
        self
    }

    /// Whose it is, if that is known without asking the org.
    pub fn user(&self) -> Option<User> {
        locked(&self.user).clone()
    }

    /// Asks the org whose it is: one request, `GET /services/oauth2/userinfo`. Nothing is learned where it does not say.
    /// <https://help.salesforce.com/s/articleView?id=sf.remoteaccess_using_userinfo_endpoint.htm>
    pub fn learn_user(&self) -> Option<User> {
        let limits = RequestLimits { timeout: USER_TIMEOUT, max_response_bytes: MAX_USER_BYTES };
        let request = http::Request::get("/services/oauth2/userinfo").extension(limits).body(Vec::new()).ok()?;
        let response = self.send(request).ok().filter(|response| response.status().is_success())?;
        let UserInfo { name, zoneinfo } = serde_json::from_slice(response.body()).ok()?;
        let user = User { name, zone: zoneinfo };
        *locked(&self.user) = Some(user.clone());
        Some(user)
    }

    /// The connection with a record of what goes through it from now on.
    pub fn recorded(mut self) -> (Self, Arc<Transcript>) {
        let transcript = Arc::new(Transcript::new(self.transport));
        self.transport = transcript.clone();
        (self, transcript)
    }

    /// No org and no user: for what the plugin knows without either, such as its tools. Every request is refused.
    pub fn none() -> Self {
        let refuse = |_: http::Request<Vec<u8>>| Err(Failure::before(FailureKind::Denied, "there is no connection"));
        Self::new(Origin::nowhere(), || None, refuse)
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
            *locked(&self.refresh_error) = self.token.last_refresh_error();
        }
        token
    }

    /// A token in place of one the org refuses, unless that one is new and renewing is no cure.
    pub(crate) fn renewed(&self, refused: &Token, within: Duration) -> Result<Option<Renewed>, Failure> {
        if locked(&self.rejected_fresh_token).as_ref() == Some(refused) {
            return Ok(None);
        }
        let renewed = self.token.renewed(refused, within);
        *locked(&self.refresh_error) = renewed.as_ref().err().and_then(|failure| failure.detail.clone());
        renewed
    }

    /// Why there was no token, or none in place of a refused one, when that was last tried, in words for the person whose connection it is.
    pub fn last_refresh_error(&self) -> Option<String> {
        locked(&self.refresh_error).clone()
    }

    /// Remembers that the org refuses even a new token, as it does when the session is not one for the REST API.
    pub(crate) fn mark_rejected(&self, token: &Token) {
        *locked(&self.rejected_fresh_token) = Some(token.clone());
    }

    /// Sends a request of the program's own to the org, past the plugin, with the user's token in place of any other
    /// authorization. Only path and query of its URI count. If the org refuses the token, the request has done nothing
    /// and is sent once more with another one.
    pub fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Failure> {
        let path = request.uri().path().to_owned();
        let refuses = |response: &http::Response<Vec<u8>>| refuses_token(&path, response.status().as_u16());
        let (response, rejected) = self.exchange(&request, false, refuses)?;
        if let Some(token) = rejected {
            self.mark_rejected(&token);
        }
        Ok(response)
    }

    /// Sends a call of the program's own to the SOAP API, with the user's token in its envelope too, where that API
    /// wants it: in the one empty `sessionId` of the body. The request is as [`Connection::send`] takes it; the token
    /// is in no text that is recorded. A session that is over is a fault there, which nothing was done before.
    ///
    /// # Errors
    /// Nothing is sent to another path, or where the envelope has no place for the token or several.
    /// <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_header_sessionheader.htm>
    pub fn send_soap(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Failure> {
        if !soap::is_path(request.uri().path()) || soap::filled(request.body(), "").is_none() {
            let detail = "a call of the SOAP API has one empty sessionId";
            return Err(Failure::before(FailureKind::Denied, detail));
        }
        // A new token that is no good here may well be good for REST, so that is not remembered.
        self.exchange(&request, true, |response| soap::refuses_session(response.body())).map(|(response, _)| response)
    }

    /// Sends a request with the user's token, which is in its envelope too if `is_soap`, and once more with another one
    /// where the answer `refuses` it. Beside the answer stands the new token that was refused as well, if one was.
    fn exchange(
        &self,
        request: &http::Request<Vec<u8>>,
        is_soap: bool,
        refuses: impl Fn(&http::Response<Vec<u8>>) -> bool,
    ) -> Result<(http::Response<Vec<u8>>, Option<Token>), Failure> {
        let token = self.access_token().ok_or_else(|| {
            let why = self.last_refresh_error().unwrap_or_else(|| "the user has to sign in".to_owned());
            Failure::before(FailureKind::AuthRequired, why)
        })?;
        let send = |token: &Token| {
            let filled = if is_soap { soap::filled(request.body(), token.reveal()) } else { None };
            let body = filled.unwrap_or_else(|| request.body().clone());
            self.transport.send(self.addressed(request, body, token)?)
        };
        let response = send(&token)?;
        if !refuses(&response) {
            return Ok((response, None));
        }
        let Some(Renewed { token, fresh }) = self.renewed(&token, RequestLimits::of(request).timeout)? else {
            return Ok((response, None));
        };
        let response = send(&token)?;
        let rejected = (fresh && refuses(&response)).then_some(token);
        Ok((response, rejected))
    }

    /// A request with the address of the org, a body and a token.
    fn addressed(
        &self,
        request: &http::Request<Vec<u8>>,
        body: Vec<u8>,
        token: &Token,
    ) -> Result<http::Request<Vec<u8>>, Failure> {
        let denied = |detail: &str| Failure::before(FailureKind::Denied, detail);
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let mut request = request.clone();
        *request.body_mut() = body;
        *request.uri_mut() =
            format!("{}{path}", self.origin).parse().map_err(|_| denied("the path is not valid in a URI"))?;
        request.headers_mut().insert(http::header::AUTHORIZATION, token.bearer());
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

/// What the org says of the user, as far as it is used.
#[derive(serde::Deserialize)]
struct UserInfo {
    #[serde(default)]
    name: String,
    #[serde(default)]
    zoneinfo: String,
}

/// Longest wait for the answer about the user, which nobody asked for.
const USER_TIMEOUT: Duration = Duration::from_secs(5);
const MAX_USER_BYTES: usize = 64 * 1024;

/// Whether the org does not accept the token. Userinfo says so with another status than the REST API, and SOAP by a
/// fault.
/// <https://help.salesforce.com/s/articleView?id=sf.remoteaccess_using_userinfo_endpoint.htm>
pub(crate) fn refuses_token(path: &str, status: u16) -> bool {
    (status == 401 && !soap::is_path(path)) || (status == 403 && path.starts_with("/services/oauth2/"))
}

/// Every tool and every object the user has a right to.
pub(crate) fn unrestricted() -> ConnectionSettings {
    ConnectionSettings {
        tools: None,
        read_only: false,
        objects: ObjectGrants { read: None, append: None, edit: None },
        instructions: None,
        vocabulary: Vec::new(),
        soap_session: true,
    }
}

fn system_clock() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}

/// A panic elsewhere leaves whole values behind, so poison means nothing here.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
