//! The way back from the browser: an address of this machine that waits for one redirect.
//!
//! <https://www.rfc-editor.org/rfc/rfc8252#section-7.3>. Salesforce compares the address as a whole, port and host name
//! included, so both are fixed: `http://localhost:PORT/callback`.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use url::form_urlencoded;

use super::{Attempt, SignInError, page};
use crate::cancel::CancelHandle;
use crate::types::SignInFailure;

const PATH: &str = "/callback";
/// The longest request line and headers a browser sends here, in bytes.
const MAX_HEADER_BYTES: usize = 32 * 1024;
/// Browsers open connections they may never use.
const READ_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections that have not said all of their request yet. Beyond that, the oldest has to go.
const MAX_PENDING: usize = 128;
/// New connections of one address between two looks at the others.
const MAX_ACCEPTED: usize = 16;
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// Waits at `localhost`, which may be either of two addresses: another program must not have the other one.
#[derive(Debug)]
pub struct Listener {
    sockets: Vec<TcpListener>,
    port: u16,
    stop: CancelHandle,
}

/// The browser, back with an outcome and waiting for a page.
pub(super) struct Arrival {
    pub(super) outcome: Result<String, SignInFailure>,
    pub(super) browser: Browser,
}

/// A browser that waits for a page.
pub(super) struct Browser(TcpStream);

impl Listener {
    /// Waits at a port; 0 takes a free one.
    pub fn bind(port: u16) -> Result<Self, SignInError> {
        let failed = |error| SignInError::Port { port, error };
        let bind = |address: SocketAddr| {
            let socket = TcpListener::bind(address)?;
            socket.set_nonblocking(true)?;
            Ok(socket)
        };
        let first = bind((Ipv4Addr::LOCALHOST, port).into()).map_err(failed)?;
        let port = first.local_addr().map_err(failed)?.port();
        let mut sockets = vec![first];
        match bind((Ipv6Addr::LOCALHOST, port).into()) {
            Ok(second) => sockets.push(second),
            Err(error) if error.kind() == ErrorKind::AddrInUse => return Err(failed(error)),
            // A machine without IPv6 has one address only.
            Err(_) => {}
        }
        Ok(Self { sockets, port, stop: CancelHandle::default() })
    }

    /// The same, which waits no longer once the stop is pulled.
    pub fn cancelled_by(self, stop: &CancelHandle) -> Self {
        Self { stop: stop.clone(), ..self }
    }

    /// The address to register with the app.
    pub fn redirect(&self) -> String {
        format!("http://localhost:{}{PATH}", self.port)
    }

    /// Waits for the redirect of one sign-in. Whatever else asks is told so, and ends nothing.
    pub(super) fn wait(&self, attempt: &Attempt, within: Duration) -> Result<Arrival, SignInError> {
        let until = Instant::now() + within;
        let host = format!("localhost:{}", self.port);
        let mut pending = VecDeque::new();
        while Instant::now() < until {
            for socket in &self.sockets {
                // A connection that breaks at once is none.
                let accepted = std::iter::from_fn(|| socket.accept().ok()).take(MAX_ACCEPTED);
                pending.extend(accepted.filter_map(|(stream, _)| Pending::new(stream)));
            }
            pending.drain(..pending.len().saturating_sub(MAX_PENDING));
            for _ in 0..pending.len() {
                let Some(mut connection) = pending.pop_front() else { break };
                let target = match connection.read() {
                    Progress::Waiting => {
                        pending.push_back(connection);
                        continue;
                    }
                    Progress::Over => continue,
                    Progress::Complete => target(&connection.head, &host),
                };
                let browser = Browser(connection.stream);
                // A browser that has left is no trouble: nothing depends on its page.
                match target.map_or(Redirect::None, |target| outcome(target, &attempt.state)) {
                    Redirect::Ours(outcome) => return Ok(Arrival { outcome, browser }),
                    Redirect::Others => browser.show(400, &page::not_this_one()),
                    Redirect::None => browser.show(404, &page::not_this_one()),
                }
            }
            if self.stop.is_cancelled() {
                return Err(SignInError::Stopped);
            }
            thread::sleep(POLL_INTERVAL);
        }
        Err(SignInError::TooLate(within))
    }
}

/// A connection whose request is not there yet. Nobody waits for it: it is looked at from time to time.
struct Pending {
    stream: TcpStream,
    head: Vec<u8>,
    until: Instant,
}

/// How far a request has come.
enum Progress {
    /// More may follow.
    Waiting,
    /// Its head is there. There is no body in what a browser is redirected to.
    Complete,
    /// It is too long or too slow, or the connection broke.
    Over,
}

impl Pending {
    fn new(stream: TcpStream) -> Option<Self> {
        stream.set_nonblocking(true).ok()?;
        Some(Self { stream, head: Vec::new(), until: Instant::now() + READ_TIMEOUT })
    }

    /// Takes what has come, and waits for nothing.
    fn read(&mut self) -> Progress {
        let mut chunk = [0; 4 * 1024];
        loop {
            match self.stream.read(&mut chunk) {
                Ok(0) => return Progress::Over,
                Ok(length) => {
                    let searched = self.head.len().saturating_sub(3);
                    self.head.extend(chunk.iter().take(length));
                    let ends =
                        self.head.get(searched..).is_some_and(|new| new.windows(4).any(|end| end == b"\r\n\r\n"));
                    if self.head.len() > MAX_HEADER_BYTES {
                        return Progress::Over;
                    }
                    if ends {
                        return Progress::Complete;
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock && Instant::now() < self.until => {
                    return Progress::Waiting;
                }
                Err(_) => return Progress::Over,
            }
        }
    }
}

/// The path and query of a `GET` of this very host. A page that had its own name point to this machine has another one.
fn target<'h>(head: &'h [u8], host: &str) -> Option<&'h str> {
    let mut lines = std::str::from_utf8(head).ok()?.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (Some("GET"), Some(target), Some("HTTP/1.1" | "HTTP/1.0"), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return None;
    };
    let mut hosts = lines.filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("host").then(|| value.trim())
    });
    let ours = hosts.next().is_some_and(|value| value.eq_ignore_ascii_case(host)) && hosts.next().is_none();
    ours.then_some(target)
}

/// What a request to this machine is.
#[derive(Debug, PartialEq, Eq)]
enum Redirect {
    /// The end of this sign-in: a code, or the org's refusal.
    Ours(Result<String, SignInFailure>),
    /// The end of another one, or of none.
    Others,
    /// Something else, such as the browser's wish for an icon.
    None,
}

/// Reads what the browser was sent back with. A code and a refusal count with this sign-in's state only, which the org
/// has to send with either: <https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1>. Anybody can write the rest. No
/// parameter may be there twice.
fn outcome(target: &str, state: &str) -> Redirect {
    let Some(query) = target.strip_prefix(PATH) else { return Redirect::None };
    let query = match query.strip_prefix('?') {
        Some(query) => query,
        None if query.is_empty() => "",
        None => return Redirect::None,
    };
    let once = |name: &str| {
        let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name);
        match (values.next(), values.next()) {
            (None, _) => Ok(None),
            (Some((_, value)), None) => Ok(Some(value.into_owned())),
            (Some(_), Some(_)) => Err(()),
        }
    };
    let (Ok(stated), Ok(code), Ok(error), Ok(description)) =
        (once("state"), once("code"), once("error"), once("error_description"))
    else {
        return Redirect::Others;
    };
    if stated.as_deref() != Some(state) {
        return Redirect::Others;
    }
    match (code, error) {
        (_, Some(error)) => Redirect::Ours(Err(SignInFailure {
            error: super::plain(&error),
            description: description.map(|text| super::plain(&text)),
        })),
        (Some(code), None) => Redirect::Ours(Ok(code)),
        (None, None) => Redirect::Others,
    }
}

impl Browser {
    /// Shows a page, which runs nothing, loads nothing and is kept nowhere.
    pub(super) fn show(mut self, status: u16, page: &str) {
        let reason = http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
        let head = format!(
            "HTTP/1.1 {status} {}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\n\
             content-security-policy: default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
             form-action 'none'; frame-ancestors 'none'\r\nreferrer-policy: no-referrer\r\ncache-control: no-store\r\n\
             connection: close\r\n\r\n",
            reason.unwrap_or("Status"),
            page.len(),
        );
        // Somebody who does not read the page must not keep the others waiting.
        let timeout = self.0.set_nonblocking(false).and_then(|()| self.0.set_write_timeout(Some(POLL_INTERVAL)));
        let sent =
            timeout.and_then(|()| self.0.write_all(head.as_bytes())).and_then(|()| self.0.write_all(page.as_bytes()));
        // Whoever closed the window does not miss the page.
        drop(sent.and_then(|()| self.0.flush()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(error: &str, description: Option<&str>) -> Redirect {
        Redirect::Ours(Err(SignInFailure { error: error.into(), description: description.map(ToOwned::to_owned) }))
    }

    #[test]
    fn a_code_counts_with_the_state_of_this_sign_in_only() {
        assert_eq!(outcome("/callback?code=a%2Bb&state=mine", "mine"), Redirect::Ours(Ok("a+b".to_owned())));
        for other in ["/callback?code=a&state=other", "/callback?code=a", "/callback?state=mine", "/callback"] {
            assert_eq!(outcome(other, "mine"), Redirect::Others, "{other}");
        }
        for none in ["/favicon.ico", "/", "/callback/x?code=a&state=mine", "//evil.example/callback?code=a&state=mine2"]
        {
            assert_ne!(outcome(none, "mine"), Redirect::Ours(Ok("a".to_owned())), "{none}");
        }
    }

    #[test]
    fn a_refusal_counts_with_the_state_of_this_sign_in_only() {
        let target = "/callback?error=invalid_client&error_description=app+must+be+installed+into+org";
        let expected = refusal("invalid_client", Some("app must be installed into org"));
        assert_eq!(outcome(&format!("{target}&state=mine"), "mine"), expected);
        for other in ["", "&state=", "&state=other", "&state=mine&state=mine", "&state=other&state=mine", "&State=mine"]
        {
            assert_eq!(outcome(&format!("{target}{other}"), "mine"), Redirect::Others, "{other}");
        }
        assert_eq!(outcome("/callback?error=a%1b%5B2Jb&code=x&state=mine", "mine"), refusal("a?[2Jb", None));
    }

    #[test]
    fn what_was_sent_to_another_place_is_nothing() {
        let head = |line: &str, host: &str| format!("{line}\r\naccept: */*\r\n{host}\r\n\r\n");
        let mine = "GET /callback?code=a&state=mine HTTP/1.1";
        assert!(target(head(mine, "Host: localhost:7717").as_bytes(), "localhost:7717").is_some());
        for host in [
            "Host: evil.example",
            "Host: localhost:7718",
            "Host: localhost",
            "Host: localhost:7717.evil.example",
            "Host: 127.0.0.1:7717",
            "Host: localhost:7717\r\nHost: localhost:7717",
            "Host: localhost:7717\r\nHost: evil.example",
            "Host : localhost:7717",
            "Host:",
            "X-Host: localhost:7717",
        ] {
            assert_eq!(target(head(mine, host).as_bytes(), "localhost:7717"), None, "{host}");
        }
        for line in
            ["POST /callback HTTP/1.1", "GET /callback", "GET  /callback HTTP/1.1", "GET /callback HTTP/2", "GET"]
        {
            assert_eq!(target(head(line, "Host: localhost:7717").as_bytes(), "localhost:7717"), None, "{line}");
        }
        for elsewhere in [
            "http://evil.example/callback?code=a&state=mine",
            "http://localhost:7717/callback?code=a&state=mine",
            "//evil.example/callback?code=a&state=mine",
            "/x/../callback?code=a&state=mine",
            "/%63allback?code=a&state=mine",
            "/callback/?code=a&state=mine",
            "/callback;x?code=a&state=mine",
            "/callbacks?code=a&state=mine",
            "callback?code=a&state=mine",
        ] {
            assert_eq!(outcome(elsewhere, "mine"), Redirect::None, "{elsewhere}");
        }
    }

    fn attempt() -> Attempt {
        let text = |text: &str| text.to_owned();
        Attempt { url: text(""), state: text("mine"), verifier: text(""), redirect: text("") }
    }

    /// Sends a request, and then is the browser that waits for the page.
    fn ask(port: u16, target: &str, host: &str) -> TcpStream {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        write!(stream, "GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
        stream
    }

    #[test]
    fn neither_idle_connections_nor_endless_ones_keep_the_redirect_out() {
        let listener = Listener::bind(0).unwrap();
        let port = listener.port;
        let asking = thread::spawn(move || {
            let connect = || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
            let mut others: Vec<TcpStream> = (0..2 * MAX_PENDING).map(|_| connect()).collect();
            let mut endless = connect();
            // It is cut off in the middle.
            drop(endless.write_all(&b"GET /callback HTTP/1.1\r\nx: ".repeat(MAX_HEADER_BYTES)));
            for partial in others.iter_mut().take(10) {
                drop(partial.write_all(b"GET /callback?code=other&state=mi"));
            }
            let browser = ask(port, "/callback?code=ours&state=mine", &format!("localhost:{port}"));
            (others, endless, browser)
        });
        let arrival = listener.wait(&attempt(), Duration::from_secs(60)).unwrap();
        assert_eq!(arrival.outcome.unwrap(), "ours");
        drop(asking.join().unwrap());
    }

    #[test]
    fn who_does_not_know_the_state_ends_nothing_and_reads_nothing_of_salesforce() {
        let listener = Listener::bind(0).unwrap();
        let (port, host) = (listener.port, format!("localhost:{}", listener.port));
        let asking = thread::spawn(move || {
            let mut pages = Vec::new();
            for (target, host) in [
                ("/callback?error=access_denied&error_description=call+this+number", host.as_str()),
                ("/callback?error=access_denied&error_description=call+this+number&state=other", host.as_str()),
                ("/callback?code=theirs", host.as_str()),
                ("/callback?code=theirs&state=mine", "evil.example"),
                ("/favicon.ico", host.as_str()),
            ] {
                let mut page = String::new();
                ask(port, target, host).read_to_string(&mut page).unwrap();
                pages.push(page);
            }
            (pages, ask(port, "/callback?code=ours&state=mine", &host))
        });
        let arrival = listener.wait(&attempt(), Duration::from_secs(60)).unwrap();
        assert_eq!(arrival.outcome.unwrap(), "ours");
        for page in asking.join().unwrap().0 {
            assert!(page.starts_with("HTTP/1.1 40") && page.contains("Nothing to see here"), "{page}");
            assert!(!page.contains("Salesforce says") && !page.contains("this number"), "{page}");
        }
    }

    #[test]
    fn a_wait_that_is_stopped_ends_and_gives_the_port_back() {
        let stop = CancelHandle::default();
        let listener = Listener::bind(0).unwrap().cancelled_by(&stop);
        let port = listener.port;
        stop.cancel();
        assert!(matches!(listener.wait(&attempt(), Duration::from_secs(60)), Err(SignInError::Stopped)));
        drop(listener);
        assert_eq!(Listener::bind(port).unwrap().port, port);
    }

    #[test]
    fn a_port_that_is_taken_is_named() {
        let first = Listener::bind(0).unwrap();
        let error = Listener::bind(first.port).unwrap_err();
        assert!(error.to_string().contains(&first.port.to_string()), "{error}");
    }
}
