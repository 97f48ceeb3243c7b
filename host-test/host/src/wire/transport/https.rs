//! HTTPS to a real org, and plain HTTP to a loopback address.

use std::error::Error;
use std::sync::{Arc, OnceLock, mpsc};
use std::time::{Duration, Instant};
use std::{fmt, io, mem};

use http::{Method, StatusCode};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;
use tokio::runtime::{self, Runtime};
use tokio_util::sync::CancellationToken;

use super::retry::{self, Budget};
use super::{Failure, FailureKind, RequestLimits, Transport};
use crate::wire::origin::is_loopback;

/// A client with the platform's certificates. It follows no redirect, keeps no cookie, undoes gzip, speaks HTTP/2 where
/// the org does, and keeps connections open between requests. Cloning shares all of that.
///
/// A request that provably did nothing is sent again, and so is a read that broke or met an overloaded edge: see
/// [`HttpsOptions::retries`]. Its proxy, for `https` alone, is the one of `HTTPS_PROXY` or `ALL_PROXY`, unless
/// `NO_PROXY` names the host.
#[derive(Debug, Clone)]
pub struct Https(Arc<Shared>);

/// What an [`Https`] does where the defaults do not fit.
#[derive(Debug, Clone)]
pub struct HttpsOptions {
    /// Longest time until a connection stands, TLS included. Default: 10 s.
    pub connect_timeout: Duration,
    /// How often one request may be sent again. Default: 2. All requests together repeat no more than about every
    /// tenth, after the first ten.
    pub retries: u32,
    /// Longest pause before the first repetition; each one doubles it, and chance shortens it. Default: 200 ms.
    pub pause: Duration,
    /// The proxy. Default: what the environment says.
    pub proxy: Option<Proxy>,
    /// Authorities trusted besides the platform's, as DER. Default: none.
    pub roots: Vec<Vec<u8>>,
}

impl Default for HttpsOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            retries: 2,
            pause: Duration::from_millis(200),
            proxy: Proxy::of(|name| std::env::var(name).ok()),
            roots: Vec::new(),
        }
    }
}

/// A proxy that HTTPS is tunnelled through, so that it sees the org's name and nothing else.
#[derive(Clone)]
pub struct Proxy {
    url: String,
    except: String,
}

impl Proxy {
    /// Where it is, without the name and password that its URL may hold; absent where the URL is none.
    pub fn host(&self) -> Option<String> {
        let url = url::Url::parse(&self.url).ok()?;
        let port = url.port_or_known_default().map(|port| format!(":{port}")).unwrap_or_default();
        Some(format!("{}{port}", url.host_str()?))
    }

    /// The proxy that environment variables name.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let first = |names: &[&str]| names.iter().find_map(|name| variable(name).filter(|value| !value.is_empty()));
        Some(Self {
            url: first(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])?,
            except: first(&["NO_PROXY", "no_proxy"]).unwrap_or_default(),
        })
    }
}

/// Its URL may hold a password.
impl fmt::Debug for Proxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Proxy").field("except", &self.except).finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Shared {
    options: HttpsOptions,
    budget: Budget,
    /// Made when first needed: reading the platform's certificates takes a while.
    secure: OnceLock<Result<reqwest::Client, &'static str>>,
    loopback: OnceLock<Result<reqwest::Client, &'static str>>,
}

impl Https {
    /// A client with the default options.
    pub fn new() -> Self {
        Self::with(HttpsOptions::default())
    }

    /// A client with options.
    pub fn with(options: HttpsOptions) -> Self {
        Self(Arc::new(Shared {
            options,
            budget: Budget::default(),
            secure: OnceLock::new(),
            loopback: OnceLock::new(),
        }))
    }

    /// Whether requests could be sent at all: this machine's root certificates can be read, and its proxy is one. Sends
    /// nothing. The words say what to look at.
    pub fn ready(&self) -> Result<(), &'static str> {
        self.0.secure.get_or_init(|| secure(&self.0.options)).as_ref().map(drop).map_err(|problem| *problem)
    }

    fn client(&self, uri: &http::Uri) -> Result<reqwest::Client, Failure> {
        let options = &self.0.options;
        let client = match uri.scheme_str() {
            Some("https") => self.0.secure.get_or_init(|| secure(options)),
            Some("http") if is_loopback(uri.host().unwrap_or_default()) => {
                // A proxy would get to see the token, and could not reach this machine anyway.
                self.0.loopback.get_or_init(|| plain(options))
            }
            _ => return Err(Failure::before(FailureKind::Denied, "only https leaves this machine")),
        };
        client.clone().map_err(|detail| Failure::before(FailureKind::Unreachable, detail))
    }
}

impl Default for Https {
    fn default() -> Self {
        Self::new()
    }
}

fn client(options: &HttpsOptions) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .user_agent(concat!("salesforce-plugin/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(options.connect_timeout)
        .no_proxy()
}

/// The client for everything but this machine itself. The words say what to look at, and quote nothing.
fn secure(options: &HttpsOptions) -> Result<reqwest::Client, &'static str> {
    let mut client = client(options).https_only(true).tls_backend_preconfigured(tls(&options.roots)?);
    if let Some(Proxy { url, except }) = &options.proxy {
        let proxy = reqwest::Proxy::https(url).map_err(|_| "HTTPS_PROXY or ALL_PROXY is not the URL of a proxy")?;
        client = client.proxy(proxy.no_proxy(reqwest::NoProxy::from_string(except)));
    }
    client.build().map_err(|_| "the client can't be made")
}

/// The client for this machine itself. The library wants TLS to be set up all the same, so it trusts nobody.
fn plain(options: &HttpsOptions) -> Result<reqwest::Client, &'static str> {
    let tls = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|_| "TLS can't be set up")?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    client(options).tls_backend_preconfigured(tls).build().map_err(|_| "the client can't be made")
}

fn tls(roots: &[Vec<u8>]) -> Result<ClientConfig, &'static str> {
    let roots = roots.iter().cloned().map(CertificateDer::from);
    let verifier = Verifier::new_with_extra_roots(roots, provider())
        .map_err(|_| "this machine's root certificates can't be read")?;
    let mut tls = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|_| "TLS can't be set up")?
        // Not as dangerous as its name: the verifier is the platform's.
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(tls)
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// Where the clients of this process wait for the network; calls themselves wait on threads of their own.
fn network() -> Option<&'static Runtime> {
    static NETWORK: OnceLock<Option<Runtime>> = OnceLock::new();
    let start = || runtime::Builder::new_multi_thread().worker_threads(2).thread_name("network").enable_all().build();
    NETWORK.get_or_init(|| start().ok()).as_ref()
}

impl Transport for Https {
    fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Failure> {
        let client = self.client(request.uri())?;
        let network = network().ok_or_else(|| Failure::before(FailureKind::Unreachable, "no thread can be started"))?;
        let cancelled = request.extensions().get::<CancellationToken>().cloned().unwrap_or_default();
        if cancelled.is_cancelled() {
            return Err(Failure::before(FailureKind::Cancelled, "the call was stopped"));
        }
        let shared = Arc::clone(&self.0);
        // Not `block_on`, which would refuse to work on a thread of a caller's own runtime.
        let (sender, receiver) = mpsc::channel();
        network.spawn(async move {
            let outcome = cancelled.run_until_cancelled(shared.converse(&client, request)).await;
            let stopped = || Err(Failure::after(FailureKind::Cancelled, "the call was stopped"));
            // The receiver waits until it has this.
            drop(sender.send(outcome.unwrap_or_else(stopped)));
        });
        receiver.recv().unwrap_or_else(|_| Err(Failure::after(FailureKind::Unreachable, "the client failed")))
    }
}

impl Shared {
    /// Sends a request until it is answered, or may not be sent again.
    async fn converse(
        &self,
        client: &reqwest::Client,
        request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Vec<u8>>, Failure> {
        let allowance = RequestLimits::of(&request);
        let deadline = Instant::now() + allowance.timeout;
        let mut sent = false;
        let mut repetition = 0;
        loop {
            let outcome = tokio::time::timeout_at(deadline.into(), exchange(client, &request, allowance))
                .await
                // It may have been the connection that took so long; nothing here can tell.
                .unwrap_or_else(|_| Err(Missed::for_good(Failure::after(FailureKind::Timeout, "no answer in time"))));
            if outcome.as_ref().is_ok_and(|response| !overloaded(response)) {
                self.budget.earn();
            }
            let asked = outcome.as_ref().ok().and_then(retry_after).unwrap_or_default();
            let pause = retry::pause(self.options.pause, repetition).max(asked);
            let again = repetition < self.options.retries
                && may_be_repeated(request.method(), &outcome)
                && pause < deadline.saturating_duration_since(Instant::now())
                && self.budget.spend();
            if !again {
                return outcome.map_err(|missed| {
                    let request_sent = sent || missed.failure.request_sent;
                    Failure { request_sent, ..missed.failure }
                });
            }
            sent |= outcome.map_or_else(|missed| missed.failure.request_sent, |_| true);
            repetition += 1;
            tokio::time::sleep(pause).await;
        }
    }
}

/// A failure of one attempt, and whether another could fare better.
struct Missed {
    failure: Failure,
    for_good: bool,
}

impl Missed {
    fn for_good(failure: Failure) -> Self {
        Self { failure, for_good: true }
    }

    fn for_now(failure: Failure) -> Self {
        Self { failure, for_good: false }
    }
}

/// Whether a request may be sent once more: what never left may, and what only reads. A POST may not even when all it
/// carries are reads, for nothing here can tell.
fn may_be_repeated(method: &Method, outcome: &Result<http::Response<Vec<u8>>, Missed>) -> bool {
    let reads = *method == Method::GET;
    match outcome {
        Ok(response) => reads && overloaded(response),
        Err(missed) => !missed.for_good && (reads || !missed.failure.request_sent),
    }
}

/// Whether an answer is that of an edge that could not reach the org, or of an org that could not serve just now.
fn overloaded(response: &http::Response<Vec<u8>>) -> bool {
    matches!(response.status(), StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT)
}

/// How long an answer asks to wait. A date, which the header may have too, is not worth a calendar here.
fn retry_after(response: &http::Response<Vec<u8>>) -> Option<Duration> {
    response.headers().get(http::header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// One attempt.
async fn exchange(
    client: &reqwest::Client,
    request: &http::Request<Vec<u8>>,
    allowance: RequestLimits,
) -> Result<http::Response<Vec<u8>>, Missed> {
    let unmade = |_| Missed::for_good(Failure::before(FailureKind::Denied, "the request could not be made"));
    let mut outgoing = http::Request::new(request.body().clone());
    *outgoing.method_mut() = request.method().clone();
    *outgoing.uri_mut() = request.uri().clone();
    *outgoing.headers_mut() = request.headers().clone();
    let mut outgoing = reqwest::Request::try_from(outgoing).map_err(unmade)?;
    if request.body().is_empty() {
        // A body without bytes is none: servers dislike a GET that has one.
        *outgoing.body_mut() = None;
    }
    let mut incoming = client.execute(outgoing).await.map_err(|error| missed(&error))?;
    let mut response = http::Response::new(Vec::new());
    *response.status_mut() = incoming.status();
    *response.version_mut() = incoming.version();
    *response.headers_mut() = mem::take(incoming.headers_mut());
    // Counted as it comes, after gzip is undone: a few bytes on the wire can be a flood.
    while let Some(chunk) = incoming.chunk().await.map_err(|error| missed(&error))? {
        if chunk.len() > allowance.max_response_bytes - response.body().len() {
            let detail = "the response is larger than allowed";
            return Err(Missed::for_good(Failure::after(FailureKind::TooLarge, detail)));
        }
        response.body_mut().extend_from_slice(&chunk);
    }
    Ok(response)
}

/// What kind of failure it is, and whether anything left. Only this file's own words go on: a library's message may
/// quote what it was given.
fn missed(error: &reqwest::Error) -> Missed {
    let before = |detail| Failure::before(FailureKind::Unreachable, detail);
    if !error.is_connect() {
        return match error {
            error if error.is_builder() => {
                Missed::for_good(Failure::before(FailureKind::Denied, "the request could not be made"))
            }
            error if error.is_timeout() => Missed::for_good(Failure::after(FailureKind::Timeout, "no answer in time")),
            _ => Missed::for_now(Failure::after(FailureKind::Unreachable, "the connection broke")),
        };
    }
    if error.is_timeout() {
        return Missed::for_now(Failure::before(FailureKind::Timeout, "no connection in time"));
    }
    if error.is_dns() {
        return Missed::for_now(before("the host name is not known"));
    }
    match cause(error) {
        Some(Cause::Tls) => {
            Missed::for_good(before("no secure connection: the certificate or the protocol is refused"))
        }
        Some(Cause::Refused) => Missed::for_now(before("the connection was refused")),
        None => Missed::for_now(before("no connection, or the proxy refused one")),
    }
}

enum Cause {
    Tls,
    Refused,
}

/// Why there is no connection, as far as it is known.
fn cause(error: &reqwest::Error) -> Option<Cause> {
    let mut source = error.source();
    while let Some(error) = source {
        if error.is::<rustls::Error>() {
            return Some(Cause::Tls);
        }
        // What an I/O error wraps is not among its sources.
        let io = error.downcast_ref::<io::Error>();
        if io.is_some_and(|io| io.kind() == io::ErrorKind::ConnectionRefused) {
            return Some(Cause::Refused);
        }
        let wrapped = io.and_then(io::Error::get_ref).map(|inner| inner as &(dyn Error + 'static));
        source = wrapped.or_else(|| error.source());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for host in ["localhost", "127.0.0.1", "127.8.8.8", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "[::2]", "0.0.0.0", ""] {
            assert!(!is_loopback(host), "{host}");
        }
        let request = http::Request::get("http://example.com/services/data").body(Vec::new()).unwrap();
        let refused = Https::new().send(request).unwrap_err();
        assert_eq!((refused.kind, refused.request_sent), (FailureKind::Denied, false));
    }

    #[test]
    fn the_environment_names_the_proxy_and_nothing_prints_its_password() {
        let of = |pairs: &[(&str, &str)]| {
            Proxy::of(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
        };
        assert!(of(&[]).is_none());
        assert!(of(&[("HTTPS_PROXY", ""), ("HTTP_PROXY", "http://plain.example:1")]).is_none());
        let proxy =
            of(&[("https_proxy", "http://me:secret@a.example:1"), ("ALL_PROXY", "http://b.example:2")]).unwrap();
        assert_eq!(proxy.url, "http://me:secret@a.example:1");
        let proxy = of(&[("ALL_PROXY", "http://me:secret@b.example:2"), ("NO_PROXY", "localhost")]).unwrap();
        assert_eq!((proxy.url.as_str(), proxy.except.as_str()), ("http://me:secret@b.example:2", "localhost"));
        let options = HttpsOptions { proxy: Some(proxy), ..HttpsOptions::default() };
        assert!(!format!("{options:?}").contains("secret"));
    }
}
