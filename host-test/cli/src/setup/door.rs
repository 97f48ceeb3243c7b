//! Who may come in: whoever brings the code of this run, once, and from then on that browser.
//!
//! Other pages of the browser reach this server too, and other programs of the machine. So the code stands in the part of
//! the address that a browser sends to nobody, counts once and for a short time, and is given for a cookie that is sent
//! along from this server's own pages alone. The cookie is bound to a path that nobody knows, since a browser tells ports
//! of one address not apart. A code that comes twice has been seen by somebody else: then the first is out too.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::{HeaderMap, Method, header};

use crate::loopback::{are_equal, random_text};

/// How long the code can be brought. A browser takes seconds to start.
const CODE_LIFETIME: Duration = Duration::from_secs(5 * 60);
/// The name of the cookie that lets in.
const COOKIE: &str = "salesforce-plugin";
/// The name of one that lets nobody in: it tells the same browser from another one that brings the code again.
const MARK: &str = "salesforce-plugin-was-here";

/// The door of one run.
pub(super) struct Door {
    host: String,
    origin: String,
    run: String,
    code: String,
    cookie: String,
    mark: String,
    opened: Mutex<Opened>,
    since: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opened {
    NotYet,
    Once,
    /// The code has come twice.
    Shut,
}

/// What became of a code that was brought.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Brought {
    /// The browser is in: the cookies to set.
    In([String; 2]),
    /// The same browser has come again.
    Again,
    /// It is not the code of this run, or too late.
    Wrong,
    /// It has come before: nobody is in any more.
    Twice,
}

impl Door {
    /// The door of a server at a port of 127.0.0.1; absent when the system has no chance to give.
    pub(super) fn new(port: u16) -> Option<Self> {
        let host = format!("127.0.0.1:{port}");
        Some(Self {
            origin: format!("http://{host}"),
            host,
            run: random_text()?,
            code: random_text()?,
            cookie: random_text()?,
            mark: random_text()?,
            opened: Mutex::new(Opened::NotYet),
            since: Instant::now(),
        })
    }

    /// The address to open, with the code where only the browser sees it.
    pub(super) fn address(&self) -> String {
        format!("{}/#{}", self.origin, self.code)
    }

    /// The path below which every page is.
    pub(super) fn base(&self) -> String {
        format!("/{}", self.run)
    }

    /// The rest of a path below that one.
    pub(super) fn inside<'p>(&self, path: &'p str) -> Option<&'p str> {
        let (run, _) = path.strip_prefix('/')?.split_once('/')?;
        are_equal(run.as_bytes(), self.run.as_bytes()).then(|| path.get(run.len() + 1..))?
    }

    /// Whether a request names this server as its host, once and exactly, and, where it would change something, comes
    /// from one of its own pages.
    pub(super) fn is_for_us(&self, method: &Method, headers: &HeaderMap) -> bool {
        let once = |name: header::HeaderName| {
            let mut values = headers.get_all(name).iter();
            values.next().filter(|_| values.next().is_none()).and_then(|value| value.to_str().ok())
        };
        let reads = matches!(*method, Method::GET | Method::HEAD);
        once(header::HOST) == Some(&self.host)
            && (reads || once(header::ORIGIN) == Some(&self.origin))
            // Whoever says that another site asks is believed.
            && (!headers.contains_key(header::ORIGIN) || once(header::ORIGIN) == Some(&self.origin))
    }

    /// Takes a code.
    pub(super) fn bring(&self, code: &str, headers: &HeaderMap) -> Brought {
        if !are_equal(code.trim().as_bytes(), self.code.as_bytes()) {
            return Brought::Wrong;
        }
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        match *opened {
            Opened::NotYet if self.since.elapsed() > CODE_LIFETIME => Brought::Wrong,
            Opened::NotYet => {
                *opened = Opened::Once;
                let base = self.base();
                Brought::In([
                    format!("{COOKIE}={}; Path={base}/; HttpOnly; SameSite=Strict", self.cookie),
                    format!("{MARK}={}; Path=/; HttpOnly; SameSite=Strict", self.mark),
                ])
            }
            // A person who follows the printed address too.
            Opened::Once if has(headers, MARK, &self.mark) => Brought::Again,
            Opened::Once | Opened::Shut => {
                *opened = Opened::Shut;
                Brought::Twice
            }
        }
    }

    /// Whether a request comes from the browser that is in.
    pub(super) fn knows(&self, headers: &HeaderMap) -> bool {
        if *self.opened.lock().unwrap_or_else(PoisonError::into_inner) != Opened::Once {
            return false;
        }
        has(headers, COOKIE, &self.cookie)
    }
}

fn has(headers: &HeaderMap, cookie: &str, wanted: &str) -> bool {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut values = cookies.flat_map(|line| line.split("; ")).filter_map(|pair| pair.split_once('='));
    values.any(|(name, value)| name == cookie && are_equal(value.as_bytes(), wanted.as_bytes()))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(header::HeaderName, &str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap()));
        pairs.fold(HeaderMap::new(), |mut all, (name, value)| {
            all.append(name, value);
            all
        })
    }

    #[test]
    fn a_request_names_this_server_and_a_write_comes_from_its_own_pages() {
        let door = Door::new(4242).unwrap();
        let (host, origin) = ((header::HOST, "127.0.0.1:4242"), (header::ORIGIN, "http://127.0.0.1:4242"));
        assert!(door.is_for_us(&Method::GET, &headers(std::slice::from_ref(&host))));
        assert!(door.is_for_us(&Method::POST, &headers(&[host.clone(), origin.clone()])));
        assert!(!door.is_for_us(&Method::POST, &headers(std::slice::from_ref(&host))));
        for other in
            ["localhost:4242", "127.0.0.1", "127.0.0.1:4243", "127.0.0.1:4242.evil.example", "evil.example:4242", ""]
        {
            assert!(!door.is_for_us(&Method::GET, &headers(&[(header::HOST, other)])), "{other}");
            assert!(!door.is_for_us(&Method::GET, &headers(&[host.clone(), (header::HOST, other)])), "{other}");
        }
        for other in
            ["null", "http://localhost:4242", "http://127.0.0.1:4243", "https://127.0.0.1:4242", "http://evil.example"]
        {
            for method in [Method::POST, Method::GET, Method::PUT] {
                assert!(!door.is_for_us(&method, &headers(&[host.clone(), (header::ORIGIN, other)])), "{other}");
            }
            assert!(!door.is_for_us(&Method::POST, &headers(&[host.clone(), origin.clone(), (header::ORIGIN, other)])));
        }
    }

    #[test]
    fn a_code_counts_once_and_one_that_comes_twice_shuts_everybody_out() {
        let door = Door::new(4242).unwrap();
        assert_eq!(door.bring("", &HeaderMap::new()), Brought::Wrong);
        assert_eq!(door.bring(&door.run, &HeaderMap::new()), Brought::Wrong);
        let code = door.address().split_once('#').unwrap().1.to_owned();
        let Brought::In([cookie, mark]) = door.bring(&code, &HeaderMap::new()) else { panic!("the code is right") };
        let (pair, mark) = (cookie.split(';').next().unwrap(), mark.split(';').next().unwrap());
        assert!(cookie.ends_with(&format!("; Path=/{}/; HttpOnly; SameSite=Strict", door.run)), "{cookie}");
        assert!(door.knows(&headers(&[(header::COOKIE, pair)])));
        assert!(!door.knows(&headers(&[(header::COOKIE, "salesforce-plugin=other")])));
        assert!(!door.knows(&headers(&[])) && !door.knows(&headers(&[(header::COOKIE, mark)])));
        assert_eq!(door.bring(&code, &headers(&[(header::COOKIE, mark)])), Brought::Again);
        assert!(door.knows(&headers(&[(header::COOKIE, pair)])));
        assert_eq!(door.bring(&code, &HeaderMap::new()), Brought::Twice);
        assert!(!door.knows(&headers(&[(header::COOKIE, pair)])));
        assert_eq!(door.bring(&code, &headers(&[(header::COOKIE, mark)])), Brought::Twice);
    }

    #[test]
    fn every_run_has_a_code_a_cookie_and_a_path_of_its_own() {
        let (one, other) = (Door::new(4242).unwrap(), Door::new(4242).unwrap());
        let all = [&one.run, &one.code, &one.cookie, &other.run, &other.code, &other.cookie];
        for (at, secret) in all.iter().enumerate() {
            assert!(secret.len() > 40 && all.iter().skip(at + 1).all(|later| later != secret));
        }
        assert_eq!(one.inside(&format!("/{}/c/acme/", one.run)), Some("/c/acme/"));
        for path in ["/", "", "/x/", &format!("/{}", one.run), &format!("/{}/", other.run)] {
            assert_eq!(one.inside(path), None, "{path}");
        }
    }
}
