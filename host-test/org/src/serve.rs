//! The org on a loopback port: HTTP/1.1 with keep-alive, enough for any ordinary client.
//! Acts out what [`crate::Reply`] says: delays, dropped connections, bodies that break off.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use http::{Method, Request, Response, header};

use crate::org::{Org, Reply};

/// A connection without a request for this long is closed.
const IDLE: Duration = Duration::from_secs(30);
const LARGEST_HEAD: u64 = 64 * 1024;
const LARGEST_BODY: usize = 32 * 1024 * 1024;

/// A running server; stops when dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves `org` on `port` of 127.0.0.1; port 0 takes a free one.
    ///
    /// # Errors
    /// The port cannot be bound.
    pub fn start(org: Arc<Org>, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                if let Ok(stream) = stream {
                    let org = Arc::clone(&org);
                    // A client that breaks off is no trouble of the server.
                    thread::spawn(move || drop(converse(&org, &stream)));
                }
            }
        });
        Ok(Self { address, stop, thread: Some(thread) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:port`
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Waits for as long as the server runs, which is until the process ends.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the listener, so that it sees it should stop.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn converse(org: &Org, stream: &TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(IDLE))?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while let Some((request, keep)) = read_request(&mut reader, stream)? {
        let head = *request.method() == Method::HEAD;
        let mut reply = org.handle(request);
        while let Reply::Delayed { by, then } = reply {
            thread::sleep(by);
            reply = *then;
        }
        match reply {
            Reply::Response(response) => {
                let length = response.body().len();
                write_response(stream, &response, length, keep, head)?;
            }
            Reply::Cut { response, length } => {
                write_response(stream, &response, length, false, head)?;
                return stream.shutdown(Shutdown::Both);
            }
            Reply::Dropped { .. } | Reply::Delayed { .. } => return stream.shutdown(Shutdown::Both),
        }
        if !keep {
            return stream.shutdown(Shutdown::Write);
        }
    }
    Ok(())
}

fn write_response(
    mut stream: &TcpStream,
    response: &Response<Vec<u8>>,
    length: usize,
    keep: bool,
    head: bool,
) -> io::Result<()> {
    let status = response.status();
    let mut bytes =
        format!("HTTP/1.1 {} {}\r\n", status.as_u16(), status.canonical_reason().unwrap_or("Status")).into_bytes();
    for (name, value) in response.headers() {
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    if !matches!(status.as_u16(), 204 | 304) {
        bytes.extend_from_slice(format!("content-length: {length}\r\n").as_bytes());
    }
    bytes.extend_from_slice(if keep { b"connection: keep-alive\r\n\r\n" } else { b"connection: close\r\n\r\n" });
    if !head {
        bytes.extend_from_slice(response.body());
    }
    stream.write_all(&bytes)?;
    stream.flush()
}

/// The next request and whether to keep the connection; `None` when the client is done.
fn read_request(
    reader: &mut BufReader<&TcpStream>,
    stream: &TcpStream,
) -> io::Result<Option<(Request<Vec<u8>>, bool)>> {
    let first = read_line(reader)?;
    if first.is_empty() {
        return Ok(None);
    }
    let mut words = first.split(' ');
    let (Some(method), Some(target), Some(version)) = (words.next(), words.next(), words.next()) else {
        return Err(bad("not a request line"));
    };
    let mut request = Request::builder().method(method).uri(target);
    let mut length = 0;
    let mut chunked = false;
    let mut expects = false;
    let mut keep = version == "HTTP/1.1";
    loop {
        let line = read_line(reader)?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').ok_or_else(|| bad("not a header"))?;
        let (name, value) = (name.trim(), value.trim());
        if name.eq_ignore_ascii_case(header::CONTENT_LENGTH.as_str()) {
            length = value.parse().map_err(|_| bad("not a length"))?;
        } else if name.eq_ignore_ascii_case(header::TRANSFER_ENCODING.as_str()) {
            chunked = value.eq_ignore_ascii_case("chunked");
        } else if name.eq_ignore_ascii_case(header::CONNECTION.as_str()) {
            keep = !value.eq_ignore_ascii_case("close") && (keep || value.eq_ignore_ascii_case("keep-alive"));
        } else if name.eq_ignore_ascii_case(header::EXPECT.as_str()) {
            expects = true;
        }
        request = request.header(name, value);
    }
    if expects {
        let mut stream = stream;
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    let body = if chunked { read_chunks(reader)? } else { read_exactly(reader, length)? };
    let request = request.body(body).map_err(|cause| bad(&cause.to_string()))?;
    Ok(Some((request, keep)))
}

fn read_chunks(reader: &mut BufReader<&TcpStream>) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = read_line(reader)?;
        let size = line.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).map_err(|_| bad("not a chunk size"))?;
        if size == 0 {
            while !read_line(reader)?.is_empty() {}
            return Ok(body);
        }
        if body.len().saturating_add(size) > LARGEST_BODY {
            return Err(bad("too large a body"));
        }
        body.extend(read_exactly(reader, size)?);
        read_line(reader)?;
    }
}

fn read_exactly(reader: &mut BufReader<&TcpStream>, length: usize) -> io::Result<Vec<u8>> {
    if length > LARGEST_BODY {
        return Err(bad("too large a body"));
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(body)
}

/// A line without its end; empty at the end of the head, and of the connection.
fn read_line(reader: &mut BufReader<&TcpStream>) -> io::Result<String> {
    let mut line = Vec::new();
    reader.by_ref().take(LARGEST_HEAD).read_until(b'\n', &mut line)?;
    let text = String::from_utf8(line).map_err(|_| bad("not text"))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn bad(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason.to_owned())
}
