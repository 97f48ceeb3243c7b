//! Servers on a port of this machine that do what no org should: one for each test, by a closure for each connection.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// A listening server; it lives as long as the test binary.
pub struct Loopback {
    pub address: SocketAddr,
    accepted: Arc<AtomicUsize>,
}

impl Loopback {
    /// Hands every connection to `converse`, on a thread of its own, with how many there were before it.
    pub fn start(converse: impl Fn(TcpStream, usize) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let accepted = Arc::new(AtomicUsize::new(0));
        let (count, converse) = (Arc::clone(&accepted), Arc::new(converse));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let before = count.fetch_add(1, Ordering::SeqCst);
                let converse = Arc::clone(&converse);
                thread::spawn(move || converse(stream.unwrap(), before));
            }
        });
        Self { address, accepted }
    }

    /// Answers each request of each connection with these bytes.
    pub fn answering(response: Vec<u8>) -> Self {
        Self::start(move |stream, _| {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            while head(&mut reader).is_some() {
                (&stream).write_all(&response).unwrap();
            }
        })
    }

    /// Says who it is with a certificate for `localhost`, speaks HTTP/2 alone, and answers each request with its path.
    /// Also gives the certificate, as DER.
    pub fn secure() -> (Self, Vec<u8>) {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let provider = tokio_rustls::rustls::crypto::ring::default_provider();
        let mut config = ServerConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap())
            .unwrap();
        config.alpn_protocols = vec![b"h2".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let server = Self::start(move |stream, _| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                stream.set_nonblocking(true).unwrap();
                let stream = tokio::net::TcpStream::from_std(stream).unwrap();
                // A client that trusts nobody breaks off here.
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let answer = service_fn(|request: http::Request<hyper::body::Incoming>| async move {
                    Ok::<_, std::convert::Infallible>(http::Response::new(request.uri().path().to_owned()))
                });
                drop(http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), answer).await);
            });
        });
        (server, cert.der().to_vec())
    }

    /// A proxy that tunnels to this machine and nowhere else, and passes on the heads of the requests made to itself.
    pub fn proxy(asked: std::sync::mpsc::Sender<String>) -> Self {
        Self::start(move |stream, _| {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let Some(request) = head(&mut reader) else { return };
            let target = request.split(' ').nth(1).unwrap().to_owned();
            asked.send(request).unwrap();
            if !target.starts_with("localhost:") {
                return (&stream).write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").unwrap();
            }
            let target = TcpStream::connect(&target).unwrap();
            (&stream).write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
            let back = (target.try_clone().unwrap(), stream.try_clone().unwrap());
            thread::spawn(move || drop(std::io::copy(&mut &back.0, &mut &back.1)));
            drop(std::io::copy(&mut &stream, &mut &target));
        })
    }

    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many connections there have been.
    pub fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }
}

/// A request's head, with its body read and thrown away; `None` when the client is done.
pub fn head(reader: &mut BufReader<TcpStream>) -> Option<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    reader.read_exact(&mut vec![0; length.unwrap_or(0)]).ok()?;
    Some(head)
}
