//! Demo orgs behind TLS, under the name of a Salesforce org: what the hosts' real loaders reach when the name is made to
//! lead here. `intercepted-org ADDRESS NAME USERS FOLDER` listens on ADDRESS and writes into FOLDER the certificate of
//! the authority it made, `ca.pem`, and `users`: a line for each user, with the token, a word that only this user's
//! records have, and the id of one of them.
//!
//! Each user has an org of their own behind the same name, chosen by the token, so that a reply which crosses from one
//! user to another shows. `GET /intercepted` answers how many requests there were, and how many changed something.
//!
//! `POST /intercepted` with `closing` ends every connection with its answer from then on, and lets no session be
//! resumed, so that every client pays for a connection with each request, as the most forgetful does; with `keeping`,
//! none is ended any more.

use std::collections::HashMap;
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use demo_org::{Org, Reply};
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::StoresServerSessions;

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// One user: the org, and the token that the org knows them by.
struct User {
    org: Org,
    token: HeaderValue,
}

/// All who have an org here, by the header they send.
struct Users {
    by_header: HashMap<HeaderValue, User>,
    requests: AtomicUsize,
    /// Whether every connection ends with its answer.
    closing: AtomicBool,
}

/// Gives tickets by which a session could be resumed, and knows none of them again. Without tickets, the first request
/// of a client that waits for its packets to be acknowledged would wait 40 ms longer.
#[derive(Debug)]
struct Forgetful;

impl StoresServerSessions for Forgetful {
    fn put(&self, _: Vec<u8>, _: Vec<u8>) -> bool {
        true
    }

    fn get(&self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }

    fn take(&self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }

    fn can_cache(&self) -> bool {
        true
    }
}

fn main() -> Result<(), Fault> {
    let [address, name, users, folder] = <[String; 4]>::try_from(std::env::args().skip(1).collect::<Vec<_>>())
        .map_err(|_| "usage: intercepted-org ADDRESS NAME USERS FOLDER")?;
    let folder = PathBuf::from(folder);
    let (authority, config) = secured(&name)?;
    let (listed, users) = users_of(users.parse()?)?;
    let address: SocketAddr = address.parse()?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await?;
        fs::write(folder.join("ca.pem"), authority)?;
        // Last, since whoever waits for the org waits for this file.
        fs::write(folder.join("users.part"), listed)?;
        fs::rename(folder.join("users.part"), folder.join("users"))?;
        let mut forgetful = config.clone();
        forgetful.session_storage = Arc::new(Forgetful);
        let acceptors = [config, forgetful].map(|config| TlsAcceptor::from(Arc::new(config)));
        let users = Arc::new(users);
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let closing = users.closing.load(Ordering::SeqCst);
            let (acceptor, users) = (acceptors[usize::from(closing)].clone(), Arc::clone(&users));
            tokio::spawn(async move {
                // A client that trusts nobody, or breaks off, is no trouble of the server.
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let answer = service_fn(move |request| answer(Arc::clone(&users), request));
                let connection = hyper::server::conn::http1::Builder::new();
                drop(connection.serve_connection(TokioIo::new(stream), answer).await);
            });
        }
    })
}

/// An authority that vouches for `name`, as PEM, and what a server under that name says of itself.
fn secured(name: &str) -> Result<(String, ServerConfig), Fault> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Authority of the intercepted org");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let key = KeyPair::generate()?;
    let authority = params.self_signed(&key)?;
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new([name.to_owned()])?.signed_by(&key, &issuer)?;
    let chain = vec![CertificateDer::from(certificate.der().to_vec())];
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::try_from(key.serialize_der())?)?;
    Ok((authority.pem(), config))
}

/// Users, each with an org in which one account has a name that no other org knows.
fn users_of(count: usize) -> Result<(String, Users), Fault> {
    let (mut listed, mut by_header) = (String::new(), HashMap::new());
    for number in 0..count {
        let org = Org::demo();
        let (token, marker) = (format!("00DdM0000000001!user.{number:04}"), format!("Marker{number:04}"));
        let record = org.id("acme").ok_or("the demo org has no Acme")?;
        org.set(&record, "Name", format!("{marker} Works"));
        listed.push_str(&format!("{token} {marker} {record}\n"));
        let known = HeaderValue::from_str(&format!("Bearer {}", org.token("riley")))?;
        by_header.insert(HeaderValue::from_str(&format!("Bearer {token}"))?, User { org, token: known });
    }
    Ok((listed, Users { by_header, requests: AtomicUsize::new(0), closing: AtomicBool::new(false) }))
}

/// Answers, and ends the connection where that is wanted. Whoever asks about the orgs has a connection that stays.
async fn answer(users: Arc<Users>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Fault> {
    let is_of_orgs = request.uri().path() != "/intercepted";
    let closing = is_of_orgs && users.closing.load(Ordering::SeqCst);
    let mut response = answer_of(&users, request).await?;
    if closing {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}

/// Has the org of whoever asks answer.
async fn answer_of(users: &Users, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Fault> {
    let (mut parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    if parts.uri.path() == "/intercepted" {
        if parts.method == Method::POST {
            let closing = match &*body {
                b"closing" => true,
                b"keeping" => false,
                _ => return Ok(Response::builder().status(StatusCode::BAD_REQUEST).body(Full::default())?),
            };
            users.closing.store(closing, Ordering::SeqCst);
        }
        let writes: usize = users.by_header.values().map(|user| user.org.writes().len()).sum();
        let counted = format!("{{\"requests\":{},\"writes\":{writes}}}", users.requests.load(Ordering::SeqCst));
        return Ok(Response::new(Full::new(Bytes::from(counted))));
    }
    users.requests.fetch_add(1, Ordering::SeqCst);
    let unknown = HeaderValue::from_static("Bearer nobody");
    let Some(user) = parts.headers.get(header::AUTHORIZATION).and_then(|sent| users.by_header.get(sent)) else {
        // Any org refuses a token that it does not know, and says how.
        let refusing = Org::demo();
        parts.headers.insert(header::AUTHORIZATION, unknown);
        return given(refusing.handle(Request::from_parts(parts, body.to_vec())));
    };
    parts.headers.insert(header::AUTHORIZATION, user.token.clone());
    given(user.org.handle(Request::from_parts(parts, body.to_vec())))
}

/// What the org says; no faults are set here, so nothing is late or cut.
fn given(reply: Reply) -> Result<Response<Full<Bytes>>, Fault> {
    let mut response = reply.response().ok_or("the org gave no answer")?;
    if response.status() == StatusCode::NO_CONTENT {
        response.body_mut().clear();
    }
    Ok(response.map(|body| Full::new(Bytes::from(body))))
}
