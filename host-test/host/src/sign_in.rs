//! Signs a user in at the user's org: authorization code with PKCE and state, refresh, revocation.
//!
//! What it knows of Salesforce it asks the plugin: where the endpoints are, which scopes to ask for, and what a refusal
//! means. Requests go to the sign-in endpoints of one origin, outside of every transcript.
//!
//! <https://www.rfc-editor.org/rfc/rfc6749#section-4.1>, <https://www.rfc-editor.org/rfc/rfc7636>

mod flow;
mod page;
mod redirect;
mod renewal;

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use url::form_urlencoded::Serializer;

use crate::engine::host::Host;
use crate::error::HostError;
use crate::store::{StoreError, Tokens};
use crate::token::Token;
use crate::types::{Actor, Advice, DomainRefusal, OauthProfile, SignInFailure};
use crate::wire::origin::Origin;
use crate::wire::transport::{Failure, RequestLimits, Transport};

pub use flow::{Ending, SignedIn, sign_in, sign_in_ending};
pub use redirect::Listener;
pub use renewal::RefreshingTokens;

/// Longest time for one request of a sign-in.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Answers here are small.
const MAX_BYTES: usize = 256 * 1024;
/// Waits before the same request is sent again, when the org says that another one is under way.
const RETRY_DELAYS: [Duration; 3] = [Duration::from_millis(250), Duration::from_millis(500), Duration::from_secs(1)];
/// An org whose knowledge the plugin lends to those it can't know: the demo orgs of this machine.
const FALLBACK_DOMAIN: &str = "https://demo.my.salesforce.com";

/// The app, as one org's sign-in endpoints meet it.
pub struct Client {
    host: Host,
    transport: Arc<dyn Transport>,
    origin: Origin,
    profile: OauthProfile,
    consumer_key: String,
}

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The org said no, with what the plugin makes of it.
    #[error("{} (Salesforce says {}{})", .advice.message, .failure.error, described(.failure))]
    Refused {
        /// What the org said, without control characters and tokens.
        failure: SignInFailure,
        /// Whose move it is.
        advice: Advice,
    },
    /// The domain is not one of Salesforce.
    #[error("{}{}", .0.message, suggested(.0))]
    Domain(DomainRefusal),
    /// No answer came.
    #[error("the org's sign-in can't be reached: {}", .0.detail.as_deref().unwrap_or("no detail"))]
    NoAnswer(Failure),
    /// An answer came that is none.
    #[error("the org's sign-in answered with status {0} and nothing that could be understood: try again later")]
    Unreadable(u16),
    /// The org speaks for another one.
    #[error("the org that signed the user in is {0}, which is not the one that was asked: connect to that one")]
    Elsewhere(String),
    /// The browser did not come back in time.
    #[error("nobody signed in within {} minutes", .0.as_secs() / 60)]
    TooLate(Duration),
    /// Nobody waits for it any more.
    #[error("the sign-in was stopped")]
    Stopped,
    /// The redirect can't be waited for.
    #[error(
        "port {port} of this machine can't be used for the way back from the browser ({error}): end what uses it, or \
         choose another port, which the admin has to register with the app too"
    )]
    Port {
        /// Which.
        port: u16,
        /// Why.
        error: std::io::Error,
    },
    /// This machine has no random numbers.
    #[error("this machine gives no random numbers")]
    Random,
    /// There are no tokens, or none that can be renewed.
    #[error("the sign-in is over: connect again")]
    SignedOut,
    /// The connection is another user's.
    #[error("this connection is {0}'s: disconnect it first, or connect under another name")]
    Taken(String),
    /// The tokens can't be read or kept.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The plugin can't be asked.
    #[error(transparent)]
    Host(#[from] HostError),
}

fn described(failure: &SignInFailure) -> String {
    failure.description.as_deref().map(|description| format!(": {description}")).unwrap_or_default()
}

fn suggested(refusal: &DomainRefusal) -> String {
    refusal.suggestion.as_deref().map(|domain| format!("; did you mean {domain}?")).unwrap_or_default()
}

/// One sign-in under way. Its verifier is what makes the code worthless to everybody else.
pub struct Attempt {
    /// Where the user's browser has to go.
    pub url: String,
    state: String,
    verifier: String,
    redirect: String,
}

/// What the token endpoint grants.
#[derive(Debug)]
pub struct Grant {
    /// The tokens.
    pub tokens: Tokens,
    /// Where the org wants its requests.
    pub origin: Origin,
    /// What the tokens are good for.
    pub scopes: Vec<String>,
}

/// Who a token stands for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Identity {
    /// The user's id.
    pub user_id: String,
    /// The org's id.
    pub organization_id: String,
    /// What the user signs in with.
    #[serde(rename = "preferred_username")]
    pub username: String,
    /// The user's name.
    #[serde(default)]
    pub name: String,
    /// The user's time zone, as IANA calls it.
    #[serde(default, rename = "zoneinfo")]
    pub zone: Option<String>,
}

impl Client {
    /// The app with a consumer key, at the org of an origin. The transport is to be the bare one: what records
    /// requests would record tokens.
    pub fn new(
        host: &Host,
        origin: &Origin,
        consumer_key: &str,
        transport: impl Transport + 'static,
    ) -> Result<Self, SignInError> {
        let profile = if origin.is_loopback() {
            let known = host.oauth(FALLBACK_DOMAIN)?.map_err(SignInError::Domain)?;
            let moved = |url: String| url.replacen(&known.origin, origin.as_str(), 1);
            OauthProfile {
                authorize_url: moved(known.authorize_url),
                token_url: moved(known.token_url),
                revoke_url: moved(known.revoke_url),
                userinfo_url: moved(known.userinfo_url),
                origin: origin.as_str().to_owned(),
                ..known
            }
        } else {
            host.oauth(origin.as_str())?.map_err(SignInError::Domain)?
        };
        let (host, transport, origin) = (host.clone(), Arc::new(transport), origin.clone());
        Ok(Self { host, transport, origin, profile, consumer_key: consumer_key.to_owned() })
    }

    /// Begins a sign-in that comes back to an address of this machine.
    pub fn begin(&self, redirect: &str) -> Result<Attempt, SignInError> {
        let (state, verifier) = (random()?, random()?);
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
        let scopes: Vec<&str> = self.profile.scopes.iter().map(|scope| scope.name.as_str()).collect();
        let query = Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.consumer_key)
            .append_pair("redirect_uri", redirect)
            .append_pair("scope", &scopes.join(" "))
            .append_pair("state", &state)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", &self.profile.code_challenge_method)
            .finish();
        let url = format!("{}?{query}", self.profile.authorize_url);
        Ok(Attempt { url, state, verifier, redirect: redirect.to_owned() })
    }

    /// Exchanges the code of a sign-in for tokens.
    pub fn exchange(&self, attempt: &Attempt, code: &str) -> Result<Grant, SignInError> {
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", &self.consumer_key),
            ("code", code),
            ("code_verifier", &attempt.verifier),
            ("redirect_uri", &attempt.redirect),
        ];
        self.grant(&form, TIMEOUT)
    }

    /// Spends a refresh token for a new access token, and, where they rotate, for the next refresh token.
    pub fn refresh(&self, refresh: &Token, within: Duration) -> Result<Grant, SignInError> {
        let until = Instant::now() + within;
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", self.consumer_key.as_str()),
            ("refresh_token", refresh.reveal()),
        ];
        let mut pauses = RETRY_DELAYS.into_iter();
        loop {
            let left = until.saturating_duration_since(Instant::now()).min(TIMEOUT);
            let error = match self.grant(&form, left) {
                Err(error @ SignInError::Refused { .. }) if error.may_pass() || error.is_race() => error,
                other => return other,
            };
            match pauses.next().filter(|pause| Instant::now() + *pause < until) {
                Some(pause) => thread::sleep(pause),
                None if error.is_race() => return Err(self.over(error)),
                None => return Err(error),
            }
        }
    }

    /// What a refusal means that goes on saying that a code has expired, where no code was sent: the sign-in is over.
    fn over(&self, error: SignInError) -> SignInError {
        let SignInError::Refused { failure, .. } = error else { return error };
        match self.host.explain(&SignInFailure { error: failure.error.clone(), description: None }) {
            Ok(advice) => SignInError::Refused { failure, advice },
            Err(error) => error.into(),
        }
    }

    /// Revokes a token; a refresh token takes its sessions along. One the org knows nothing of is revoked already.
    pub fn revoke(&self, token: &Token) -> Result<(), SignInError> {
        let response = self.post(&self.profile.revoke_url, &[("token", token.reveal())], TIMEOUT)?;
        let status = response.status();
        if status.is_success() || status.is_client_error() {
            Ok(())
        } else {
            Err(SignInError::Unreadable(status.as_u16()))
        }
    }

    /// Asks who an access token stands for.
    pub fn identity(&self, access: &Token) -> Result<Identity, SignInError> {
        let mut request = http::Request::get(&self.profile.userinfo_url).header(ACCEPT, "application/json");
        if let Some(headers) = request.headers_mut() {
            headers.insert(AUTHORIZATION, access.bearer());
        }
        let response = self.send(request, Vec::new(), TIMEOUT)?;
        self.read(&response, |text| access.redact(text).into_owned())
    }

    /// What the plugin makes of a refusal.
    fn refused(&self, failure: SignInFailure) -> SignInError {
        match self.host.explain(&failure) {
            Ok(advice) => SignInError::Refused { failure, advice },
            Err(error) => error.into(),
        }
    }

    fn grant(&self, form: &[(&str, &str)], within: Duration) -> Result<Grant, SignInError> {
        let response = self.post(&self.profile.token_url, form, within)?;
        // What was sent is not to come back in an error.
        let sent: Vec<Token> = form.iter().filter_map(|(_, value)| Token::new(value).ok()).collect();
        let reply: Reply =
            self.read(&response, |text| sent.iter().fold(text.to_owned(), |text, one| one.redact(&text).into_owned()))?;
        let unreadable = || SignInError::Unreadable(response.status().as_u16());
        let access = Token::new(&reply.access_token).map_err(|_| unreadable())?;
        let refresh = reply.refresh_token.map(|token| Token::new(&token)).transpose().map_err(|_| unreadable())?;
        Ok(Grant {
            tokens: Tokens { access, refresh },
            origin: self.settled(reply.instance_url)?,
            scopes: reply.scope.split_ascii_whitespace().map(ToOwned::to_owned).collect(),
        })
    }

    /// The origin the org names for its requests: an org of Salesforce may have moved, one of this machine may not.
    fn settled(&self, instance: Option<String>) -> Result<Origin, SignInError> {
        let Some(instance) = instance.filter(|instance| instance.trim_end_matches('/') != self.origin.as_str()) else {
            return Ok(self.origin.clone());
        };
        let elsewhere = || SignInError::Elsewhere(plain(&instance));
        if self.origin.is_loopback() {
            return Err(elsewhere());
        }
        let origin = self.host.origin(&instance)?.map_err(|_| elsewhere())?;
        Origin::parse(&origin).map_err(|_| elsewhere())
    }

    fn post(&self, url: &str, form: &[(&str, &str)], within: Duration) -> Result<http::Response<Vec<u8>>, SignInError> {
        let body = Serializer::new(String::new()).extend_pairs(form).finish();
        let request = http::Request::post(url)
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, body.into_bytes(), within)
    }

    fn send(
        &self,
        request: http::request::Builder,
        body: Vec<u8>,
        within: Duration,
    ) -> Result<http::Response<Vec<u8>>, SignInError> {
        let request = request
            .extension(RequestLimits { timeout: within, max_response_bytes: MAX_BYTES })
            .body(body)
            .map_err(|_| SignInError::Unreadable(0))?;
        self.transport.send(request).map_err(SignInError::NoAnswer)
    }

    /// Reads an answer, or the refusal in its place. `redact` cuts out what must not be repeated.
    fn read<T: DeserializeOwned>(
        &self,
        response: &http::Response<Vec<u8>>,
        redact: impl Fn(&str) -> String,
    ) -> Result<T, SignInError> {
        let unreadable = || SignInError::Unreadable(response.status().as_u16());
        if response.status().is_success() {
            return serde_json::from_slice(response.body()).map_err(|_| unreadable());
        }
        let said: Refusal = serde_json::from_slice(response.body()).map_err(|_| unreadable())?;
        let words = |text: String| plain(&redact(&text));
        Err(self.refused(SignInFailure { error: words(said.error), description: said.error_description.map(words) }))
    }
}

impl SignInError {
    /// Whether the same may succeed later, without anybody doing anything.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Refused { advice, .. } => advice.retry,
            Self::NoAnswer(_) | Self::Unreadable(_) => true,
            _ => false,
        }
    }

    /// Whether only the org's admin can let the user or the app in.
    pub(crate) fn needs_admin(&self) -> bool {
        matches!(self, Self::Refused { advice, .. } if advice.actor == Actor::Admin)
    }

    /// Whether the org says of a refresh token what is said of codes: that is how it called, and some orgs still call,
    /// another refresh of the same sign-in that is under way.
    /// <https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_flow_errors.htm>
    fn is_race(&self) -> bool {
        let Self::Refused { failure, .. } = self else { return false };
        let said = failure.description.as_deref().unwrap_or_default().to_ascii_lowercase();
        failure.error == "invalid_grant" && said.contains("expired authorization code")
    }
}

/// The reply of the token endpoint. There is no `expires_in`: see `docs/architecture.md`.
#[derive(Deserialize)]
struct Reply {
    access_token: String,
    refresh_token: Option<String>,
    instance_url: Option<String>,
    #[serde(default)]
    scope: String,
}

/// The refusal of the token endpoint.
#[derive(Deserialize)]
struct Refusal {
    error: String,
    error_description: Option<String>,
}

/// 256 random bits, as text for URLs.
fn random() -> Result<String, SignInError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| SignInError::Random)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Text of the other side, short and without anything a terminal would obey.
fn plain(text: &str) -> String {
    text.chars().take(300).map(|one| if one.is_ascii_graphic() || one == ' ' { one } else { '?' }).collect()
}
