//! Where requests go.

use std::fmt;
use std::net::IpAddr;

/// Where requests go: a scheme and a host, nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

/// Why a text is no origin requests may go to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an origin is https://HOST or, on this machine alone, http://127.0.0.1:PORT, without a path")]
pub struct InvalidOrigin;

impl Origin {
    /// Parses `https://HOST`, or `http://` with a loopback address.
    ///
    /// Whether the host is Salesforce's is for the plugin to say: see `Host::origin`.
    pub fn parse(text: &str) -> Result<Self, InvalidOrigin> {
        let text = text.trim_end_matches('/');
        let uri: http::Uri = text.parse().map_err(|_| InvalidOrigin)?;
        let authority = uri.authority().ok_or(InvalidOrigin)?;
        let plain = !authority.as_str().contains('@') && !authority.host().is_empty();
        let bare = uri.path() == "/" && uri.query().is_none();
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => is_loopback(authority.host()),
            _ => false,
        };
        let rebuilt = format!("{}://{authority}", uri.scheme_str().unwrap_or_default());
        if plain && bare && secure && rebuilt.eq_ignore_ascii_case(text) {
            Ok(Self(rebuilt.to_ascii_lowercase()))
        } else {
            Err(InvalidOrigin)
        }
    }

    /// The origin of a connection without an org.
    pub(crate) fn nowhere() -> Self {
        Self(String::new())
    }

    /// The origin of a host that is known to be one.
    pub(crate) fn of_host(host: &'static str) -> Self {
        Self(format!("https://{host}"))
    }

    /// Whether it is this machine itself: a demo org's.
    pub fn is_loopback(&self) -> bool {
        self.0.starts_with("http://")
    }

    /// The origin as text, without a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Whether a host is this machine itself, where TLS would protect nothing.
pub(crate) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_scheme_and_a_host() {
        for good in ["https://acme.my.salesforce.com", "https://Acme.my.salesforce.com/", "http://127.0.0.1:8080"] {
            assert!(Origin::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "acme.my.salesforce.com",
            "http://acme.my.salesforce.com",
            "https://acme.my.salesforce.com/services",
            "https://acme.my.salesforce.com?x",
            "https://user:password@acme.my.salesforce.com",
            "http://127.0.0.1:80@evil.example",
            "ftp://127.0.0.1",
            "https://",
        ] {
            assert!(Origin::parse(bad).is_err(), "{bad}");
        }
    }
}
