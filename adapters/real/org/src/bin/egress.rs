//! An egress proxy, as operators put one beside a server: it takes requests without TLS on this machine alone, and has
//! connections with TLS to one host, which it keeps. `egress ADDRESS HOST` listens on ADDRESS, and trusts the authorities
//! of the file that SSL_CERT_FILE names.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::SendRequest;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

type Fault = Box<dyn std::error::Error + Send + Sync>;
type Connection = SendRequest<Full<Bytes>>;

/// The one host, and the connections to it that nobody uses.
struct Upstream {
    host: String,
    connector: TlsConnector,
    idle: Mutex<Vec<Connection>>,
}

fn main() -> Result<(), Fault> {
    let [address, host] = <[String; 2]>::try_from(std::env::args().skip(1).collect::<Vec<_>>())
        .map_err(|_| "usage: egress ADDRESS HOST")?;
    let address: SocketAddr = address.parse()?;
    if !address.ip().is_loopback() {
        return Err("what comes here has tokens in it, and no TLS: the address must be this machine's own".into());
    }
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(std::env::var("SSL_CERT_FILE")?)? {
        roots.add(certificate?)?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let upstream = Arc::new(Upstream { host, connector: TlsConnector::from(Arc::new(config)), idle: Mutex::default() });
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = TcpListener::bind(address).await?;
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let upstream = Arc::clone(&upstream);
            tokio::spawn(async move {
                let pass = service_fn(move |request| passed(Arc::clone(&upstream), request));
                // Whoever breaks off is no trouble of the proxy.
                drop(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), pass).await);
            });
        }
    })
}

/// What the host answers, or that it was not reached. A request is sent once, for only its sender knows whether it may be
/// repeated.
async fn passed(upstream: Arc<Upstream>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Fault> {
    let response = async {
        let (mut parts, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).parse()?;
        parts.uri = path;
        parts.headers.insert(header::HOST, HeaderValue::from_str(&upstream.host)?);
        parts.headers.remove(header::CONNECTION);
        parts.headers.remove(header::TRANSFER_ENCODING);
        let mut connection = upstream.connection().await?;
        let response = connection.send_request(Request::from_parts(parts, Full::new(body))).await?;
        let (mut parts, body) = response.into_parts();
        let body = body.collect().await?.to_bytes();
        parts.headers.remove(header::CONNECTION);
        parts.headers.remove(header::TRANSFER_ENCODING);
        upstream.keep(connection);
        Ok::<_, Fault>(Response::from_parts(parts, Full::new(body)))
    };
    match response.await {
        Ok(response) => Ok(response),
        Err(_) => Ok(Response::builder().status(StatusCode::BAD_GATEWAY).body(Full::default())?),
    }
}

impl Upstream {
    /// A connection that is open, or a new one.
    async fn connection(&self) -> Result<Connection, Fault> {
        while let Some(mut connection) = self.taken() {
            if connection.ready().await.is_ok() {
                return Ok(connection);
            }
        }
        let stream = TcpStream::connect((&*self.host, 443)).await?;
        stream.set_nodelay(true)?;
        let stream = self.connector.connect(ServerName::try_from(self.host.clone())?, stream).await?;
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(sender)
    }

    fn taken(&self) -> Option<Connection> {
        self.idle.lock().ok()?.pop()
    }

    fn keep(&self, connection: Connection) {
        if let (false, Ok(mut idle)) = (connection.is_closed(), self.idle.lock()) {
            idle.push(connection);
        }
    }
}
