//! What of this machine a connection needs, looked at one by one: each finding says what is so, and what to do.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use http::header;
use jiff::fmt::rfc2822;
use salesforce_host::config_dir::{ConfigDir, ConnectionName};
use salesforce_host::profile::{Profile, Site};
use salesforce_host::settings::{SettingsFile, ToolNames};
use salesforce_host::sign_in::Listener;
use salesforce_host::store::{Keychain, Owner, StoredTokens, TokenStore};
use salesforce_host::wire::{HttpsOptions, RequestLimits};
use salesforce_host::{Https, Transport};
use serde::Serialize;

use crate::app::Config;

/// What a clock may be wrong by: Salesforce refuses what is minutes off.
const MAX_SKEW: Duration = Duration::from_secs(120);
/// Longest wait for an org to answer.
const TIMEOUT: Duration = Duration::from_secs(15);
/// An answer here is a list of versions.
const MAX_BYTES: usize = 256 * 1024;

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it has to be.
    Ok,
    /// It works, and could be better.
    Note,
    /// It keeps something from working.
    Problem,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What.
    pub name: String,
    /// How it is.
    pub verdict: Verdict,
    /// What is so.
    pub text: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

impl Finding {
    fn ok(name: &str, text: impl Into<String>) -> Self {
        Self { name: name.to_owned(), verdict: Verdict::Ok, text: text.into(), advice: None }
    }

    fn note(name: &str, text: impl Into<String>, advice: &str) -> Self {
        Self { name: name.to_owned(), verdict: Verdict::Note, text: text.into(), advice: Some(advice.to_owned()) }
    }

    fn problem(name: &str, text: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { name: name.to_owned(), verdict: Verdict::Problem, text: text.into(), advice: Some(advice.into()) }
    }
}

/// Looks at everything; `before` hears what is looked at next.
pub fn run(config_dir: &ConfigDir, tools: &ToolNames, before: impl Fn(&str)) -> Vec<Finding> {
    let https = Https::with(HttpsOptions { retries: 0, ..HttpsOptions::default() });
    let mut findings = Vec::new();
    let mut look = |what: &str, finding: &dyn Fn() -> Vec<Finding>| {
        before(what);
        findings.extend(finding());
    };
    look("the folder", &|| vec![folder(config_dir)]);
    look("the keychain", &|| vec![keychain(config_dir)]);
    look("the port", &|| vec![port(config_dir)]);
    look("the proxy", &|| vec![proxy(HttpsOptions::default().proxy.as_ref())]);
    look("the certificates", &|| vec![certificates(&https)]);
    let names = Profile::names(config_dir).unwrap_or_default();
    for name in &names {
        look(&format!("the connection {name}"), &|| connection(config_dir, name, tools, &https));
    }
    if names.is_empty() {
        findings.push(Finding::note("connections", "there is none yet", "make one with `salesforce-plugin setup`"));
    }
    findings
}

fn folder(config_dir: &ConfigDir) -> Finding {
    let (name, root) = ("folder", config_dir.root().display().to_string());
    if let Err(error) = Config::read(config_dir) {
        return Finding::problem(name, error.to_string(), "put config.toml right, or remove it");
    }
    match salesforce_host::access::written_by_owner_alone(config_dir.root()) {
        Ok(()) => Finding::ok(name, root),
        Err(error) => Finding::problem(name, error.to_string(), "what others can change is not used"),
    }
}

fn keychain(config_dir: &ConfigDir) -> Finding {
    let name = "keychain";
    if config_dir.is_moved() {
        return Finding::ok(name, "not used, since the folder was moved: tokens are in files that only you can read");
    }
    // An entry that nobody has: what matters is whether it answers.
    let nobody = Owner { origin: String::new(), user_id: String::new(), organization_id: String::new() };
    let probe: Result<ConnectionName, _> = "doctor".parse();
    match probe.map(|probe| Keychain::new(&probe, nobody).load()) {
        // What somebody keeps under that name is there, and not this one's.
        Ok(
            Ok(_)
            | Err(salesforce_host::store::StoreError::NotOurs { .. } | salesforce_host::store::StoreError::Unreadable(_)),
        ) => Finding::ok(name, "answers"),
        Ok(Err(error)) => Finding::note(
            name,
            error.to_string(),
            "tokens are kept in files that only you can read; to use the keychain, unlock it (on Linux, run a Secret Service such as gnome-keyring), and connect again",
        ),
        Err(error) => Finding::problem(name, error.to_string(), "report this"),
    }
}

fn port(config_dir: &ConfigDir) -> Finding {
    let port = Config::read(config_dir).unwrap_or_default().port(None, None);
    match Listener::bind(port) {
        Ok(listener) => {
            Finding::ok("port", format!("{} is free for the way back from the browser", listener.redirect()))
        }
        Err(error) => Finding::problem(
            "port",
            error.to_string(),
            "a sign-in may be under way: wait for it, or set callback_port in config.toml to the port of another callback URL of the app",
        ),
    }
}

fn proxy(proxy: Option<&salesforce_host::wire::Proxy>) -> Finding {
    match proxy.map(|proxy| proxy.host()) {
        None => Finding::ok("proxy", "none"),
        Some(Some(host)) => Finding::ok("proxy", format!("{host}, by the environment")),
        Some(None) => Finding::problem(
            "proxy",
            "HTTPS_PROXY or ALL_PROXY is not the URL of a proxy",
            "set it to a URL such as http://proxy.example.com:8080, or unset it",
        ),
    }
}

fn certificates(https: &Https) -> Finding {
    match https.ready() {
        Ok(()) => Finding::ok("certificates", "this machine's root certificates can be read"),
        Err(problem) => Finding::problem(
            "certificates",
            problem,
            "install the system's certificates (on Debian, apt-get install ca-certificates), or set SSL_CERT_FILE",
        ),
    }
}

/// What is remembered of a connection, and whether its org answers.
fn connection(config_dir: &ConfigDir, name: &ConnectionName, tools: &ToolNames, https: &Https) -> Vec<Finding> {
    let label = format!("connection {name}");
    let profile = match Profile::read(config_dir, name) {
        Ok(profile) => profile,
        Err(error) => {
            return vec![Finding::problem(
                &label,
                error.to_string(),
                format!("put the file right, or connect again: salesforce-plugin connect {name}"),
            )];
        }
    };
    let mut findings = Vec::new();
    if let Err(error) = SettingsFile::of(&config_dir.connection(name)).load(tools) {
        findings.push(Finding::problem(
            &format!("settings of {name}"),
            error.to_string(),
            "no tool runs until they are put right",
        ));
    }
    let Site::At(origin) = &profile.origin else {
        findings.push(Finding::ok(&label, "the demo org, which is in this program"));
        return findings;
    };
    match StoredTokens::of(config_dir, name, &profile.owner()).load() {
        Ok(Some(_)) => findings.push(Finding::ok(&label, format!("{} at {origin}", profile.username))),
        Ok(None) => findings.push(Finding::problem(
            &label,
            "it is signed out",
            format!("connect again: salesforce-plugin connect {name}"),
        )),
        Err(error) => findings.push(Finding::problem(
            &label,
            error.to_string(),
            format!("connect again: salesforce-plugin connect {name}"),
        )),
    }
    findings.extend(reached(&format!("org of {name}"), origin.as_str(), https));
    findings
}

/// Whether an org answers, and whether its clock and this one agree. Nothing secret is sent.
fn reached(name: &str, origin: &str, https: &Https) -> Vec<Finding> {
    let limits = RequestLimits { timeout: TIMEOUT, max_response_bytes: MAX_BYTES };
    let Ok(request) = http::Request::get(format!("{origin}/services/data")).extension(limits).body(Vec::new()) else {
        return vec![Finding::problem(name, "its address is none", "connect again")];
    };
    let started = Instant::now();
    match https.send(request) {
        Ok(response) => {
            let time = started.elapsed().as_millis();
            let mut findings = vec![Finding::ok(name, format!("answers after {time} ms"))];
            let theirs = response.headers().get(header::DATE).and_then(|date| date.to_str().ok()).and_then(seconds);
            findings.extend(theirs.map(|theirs| clock(theirs, now())));
            findings
        }
        Err(failure) => vec![Finding::problem(
            name,
            format!("can't be reached: {}", failure.detail.unwrap_or_else(|| "no detail".to_owned())),
            "check the network, the proxy, and that the address opens in a browser; behind a company's proxy its certificate has to be in this machine's store",
        )],
    }
}

/// Compares this machine's clock with an org's, in seconds since 1970.
fn clock(theirs: u64, ours: u64) -> Finding {
    let skew = Duration::from_secs(ours.abs_diff(theirs));
    if skew <= MAX_SKEW {
        return Finding::ok("clock", "agrees with the org's");
    }
    let side = if ours > theirs { "ahead of" } else { "behind" };
    Finding::problem(
        "clock",
        format!("is {} s {side} the org's", skew.as_secs()),
        "set it right, and have the system keep it right (NTP): Salesforce refuses sign-ins of a wrong time",
    )
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map(|time| time.as_secs()).unwrap_or_default()
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`: <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7>
fn seconds(date: &str) -> Option<u64> {
    let zoned = rfc2822::DateTimeParser::new().parse_zoned(date).ok()?;
    u64::try_from(zoned.timestamp().as_second()).ok()
}

#[cfg(test)]
mod tests {
    use salesforce_host::wire::Proxy;

    use super::*;

    #[test]
    fn a_clock_that_is_minutes_off_is_a_problem_on_either_side() {
        let theirs = seconds("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        assert_eq!(theirs, 784_111_777);
        for ours in [theirs, theirs + 120, theirs - 120] {
            assert_eq!(clock(theirs, ours).verdict, Verdict::Ok);
        }
        let (fast, slow) = (clock(theirs, theirs + 121), clock(theirs, theirs - 3600));
        assert_eq!((fast.verdict, slow.verdict), (Verdict::Problem, Verdict::Problem));
        assert_eq!(
            (fast.text.as_str(), slow.text.as_str()),
            ("is 121 s ahead of the org's", "is 3600 s behind the org's")
        );
        assert_eq!(seconds("yesterday"), None);
    }

    #[test]
    fn a_proxy_is_named_without_its_password() {
        let of = |url: &str| proxy(Proxy::of(|name| (name == "HTTPS_PROXY").then(|| url.to_owned())).as_ref());
        assert_eq!(of("http://me:secret@proxy.example:8080").text, "proxy.example:8080, by the environment");
        assert_eq!(of("proxy").verdict, Verdict::Problem);
        assert_eq!(proxy(None), Finding::ok("proxy", "none"));
    }
}
