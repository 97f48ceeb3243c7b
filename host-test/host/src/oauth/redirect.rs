//! The way back from the browser: an address of this machine that waits for one redirect.
//!
//! <https://www.rfc-editor.org/rfc/rfc8252#section-7.3>. Salesforce compares the address as a whole, port and host name
//! included, so both are fixed: `http://localhost:PORT/callback`.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use super::{Attempt, SignInError, page, parameters};
use crate::types::SignInFailure;

const PATH: &str = "/callback";
/// The longest request line and headers a browser sends here.
const LONGEST_HEAD: u64 = 32 * 1024;
/// Browsers open connections they may never use.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(20);

/// Waits at `localhost`, which may be either of two addresses: another program must not have the other one.
#[derive(Debug)]
pub struct Listener {
    sockets: Vec<TcpListener>,
    port: u16,
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
        Ok(Self { sockets, port })
    }

    /// The address to register with the app.
    pub fn redirect(&self) -> String {
        format!("http://localhost:{}{PATH}", self.port)
    }

    /// Waits for the redirect of one sign-in. Whatever else asks is told so, and ends nothing.
    pub(super) fn wait(&self, attempt: &Attempt, within: Duration) -> Result<Arrival, SignInError> {
        let until = Instant::now() + within;
        let (arrived, arrivals) = mpsc::channel();
        loop {
            for socket in &self.sockets {
                // A connection that breaks at once is none.
                while let Ok((stream, _)) = socket.accept() {
                    let (arrived, state) = (arrived.clone(), attempt.state.clone());
                    thread::spawn(move || receive(stream, &state, &arrived));
                }
            }
            match arrivals.recv_timeout(PAUSE) {
                Ok(arrival) => return Ok(arrival),
                Err(RecvTimeoutError::Timeout) if Instant::now() < until => {}
                Err(_) => return Err(SignInError::TooLate(within)),
            }
        }
    }
}

/// Reads one request, and passes it on if it is the redirect of this sign-in.
fn receive(stream: TcpStream, state: &str, arrived: &Sender<Arrival>) {
    let Ok(target) = target(&stream) else { return };
    let browser = Browser(stream);
    // A browser that has left is no trouble: nothing depends on its page.
    match outcome(&target, state) {
        Redirect::Ours(outcome) => drop(arrived.send(Arrival { outcome, browser })),
        Redirect::Others => browser.show(400, &page::not_this_one()),
        Redirect::None => browser.show(404, &page::not_this_one()),
    }
}

/// The path and query of a `GET`.
fn target(stream: &TcpStream) -> io::Result<String> {
    // On some systems a connection inherits that its listener does not wait.
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream.take(LONGEST_HEAD));
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 && line != "\r\n" {
        line.clear();
    }
    let mut words = first.split_ascii_whitespace();
    match (words.next(), words.next()) {
        (Some("GET"), Some(target)) => Ok(target.to_owned()),
        _ => Err(ErrorKind::InvalidData.into()),
    }
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

/// Reads what the browser was sent back with. A code counts with this sign-in's state only. A refusal counts without
/// any state too, since no manual says that every one carries it; all it can do is to end the wait.
fn outcome(target: &str, state: &str) -> Redirect {
    let Some(url) = parameters(target).filter(|url| url.path() == PATH) else { return Redirect::None };
    let get = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let stated = get("state");
    let ours = stated.as_deref() == Some(state);
    match (get("code"), get("error")) {
        (_, Some(error)) if ours || stated.is_none() => {
            let description = get("error_description").map(|text| super::plain(&text));
            Redirect::Ours(Err(SignInFailure { error: super::plain(&error), description }))
        }
        (Some(code), None) if ours => Redirect::Ours(Ok(code)),
        _ => Redirect::Others,
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
        let sent = self.0.write_all(head.as_bytes()).and_then(|()| self.0.write_all(page.as_bytes()));
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
    fn a_refusal_counts_unless_it_is_of_another_sign_in() {
        let target = "/callback?error=invalid_client&error_description=app+must+be+installed+into+org";
        let expected = || refusal("invalid_client", Some("app must be installed into org"));
        assert_eq!(outcome(target, "mine"), expected());
        assert_eq!(outcome(&format!("{target}&state=mine"), "mine"), expected());
        assert_eq!(outcome(&format!("{target}&state=other"), "mine"), Redirect::Others);
        assert_eq!(outcome("/callback?error=a%1b%5B2Jb&code=x&state=mine", "mine"), refusal("a?[2Jb", None));
    }

    #[test]
    fn a_port_that_is_taken_is_named() {
        let first = Listener::bind(0).unwrap();
        let error = Listener::bind(first.port).unwrap_err();
        assert!(error.to_string().contains(&first.port.to_string()), "{error}");
    }
}
