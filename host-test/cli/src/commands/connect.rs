//! `salesforce-plugin connect`: signs a person in to an org, and shows what the new connection can do.

use std::io::Write;

use salesforce_host::config_dir::{ConfigDir, ConnectionName};
use salesforce_host::profile::{Profile, ProfileError, Site};
use salesforce_host::sign_in::{self, Client, Listener, SignInError};
use salesforce_host::store::StoredTokens;
use salesforce_host::wire::Https;
use salesforce_host::{Host, Limits, Origin};

use super::setup;
use crate::app::{CONSUMER_KEY, Config, Embedded, is_consumer_key, site};
use crate::args::{Arguments, Connect, Setup};
use crate::failure::Failure;
use crate::open::{DEMO, demo_org, opened};
use crate::render::printable;
use crate::style::Progress;
use crate::summary;

/// Connects; somebody who has not said what is asked for everything by the set-up page.
pub(crate) fn run(arguments: &Connect, general: &Arguments, out: &mut impl Write) -> Result<(), Failure> {
    let Some(name) = &arguments.name else {
        return setup::run(&Setup { no_browser: arguments.no_browser, ..Setup::default() }, general, out);
    };
    let config_dir = ConfigDir::from_env()?;
    let config = Config::read(&config_dir)?;
    let earlier = match Profile::read(&config_dir, name) {
        Ok(profile) => Some(profile),
        Err(ProfileError::Unknown(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let domain = domain(arguments, name, earlier.as_ref())?;
    let host = &Host::new(Limits::default())?;
    // Serves until the sign-in is over.
    let embedded = match site(host, "--domain", &domain)? {
        Site::At(origin) => Err(origin),
        Site::Embedded => Ok(Embedded::serve(demo_org(&general.demo_mode, &general.user))?),
    };
    let origin = embedded.as_ref().map_or_else(|origin| origin, |embedded| &embedded.origin);
    let key = consumer_key(arguments, &config, earlier.as_ref(), origin)?;
    let listener = Listener::bind(config.port(arguments.port, Some(origin)))?;
    let client = Client::new(host, origin, &key, Https::new())?;

    let mut shown = Ok(());
    let mut kept = None;
    let mut waiting = None;
    let signed_in = sign_in::sign_in(
        &client,
        &listener,
        |url| {
            shown = show(url, arguments.no_browser, out);
            waiting = Some(Progress::start("Waiting for the browser"));
        },
        |signed_in| {
            let site = match &embedded {
                Ok(_) => Site::Embedded,
                Err(_) => Site::At(signed_in.grant.origin.clone()),
            };
            let profile = Profile::new(site, &key, signed_in);
            profile.keep(&client, &config_dir, name, &signed_in.grant.tokens)?;
            kept = Some(profile);
            Ok(())
        },
    );
    drop(waiting);
    shown?;
    let signed_in = signed_in.map_err(|error| explained(&error, &listener))?;
    let Some(profile) = kept else { return Ok(()) };
    let connection = match &embedded {
        Ok(embedded) => embedded.connection(&signed_in.grant.tokens.access),
        Err(_) => opened(&profile, host, &config_dir, name)?,
    };
    writeln!(out, "\nConnected: {name}")?;
    summary::show(host, connection, &profile, out)?;
    match profile.origin {
        Site::Embedded => {
            writeln!(out, "  Tokens     none are kept: the demo org is in this program, and new at every start")?
        }
        Site::At(_) => {
            writeln!(out, "  Tokens     kept in {}", StoredTokens::of(&config_dir, name, &profile.owner()).place())?
        }
    }
    writeln!(out, "\nNext: salesforce-plugin --connection {name} call find '{{\"text\": \"Acme\"}}'")?;
    Ok(())
}

/// The org the person means: the one named, the one of the connection there is, or the embedded one.
fn domain(arguments: &Connect, name: &ConnectionName, earlier: Option<&Profile>) -> Result<String, Failure> {
    match (&arguments.domain, earlier) {
        (Some(domain), _) => Ok(domain.clone()),
        (None, Some(profile)) => Ok(profile.origin.to_string()),
        (None, None) if name.as_str() == DEMO => Ok(DEMO.to_owned()),
        (None, None) => Err(Failure::Usage(format!(
            "which org is it? Give any address of it, as in `salesforce-plugin connect {name} --domain NAME.my.salesforce.com`, \
             or let `salesforce-plugin setup` ask you"
        ))),
    }
}

fn consumer_key(
    arguments: &Connect,
    config: &Config,
    earlier: Option<&Profile>,
    origin: &Origin,
) -> Result<String, Failure> {
    let key = match config.consumer_key(arguments.consumer_key.as_deref(), earlier) {
        Some(key) => key,
        // Demo orgs know one app.
        None if origin.is_loopback() => demo_org::CONSUMER_KEY.to_owned(),
        None => {
            return Err(Failure::Usage(format!(
                "which app is it? Give the consumer key of the app your Salesforce admin made, with --consumer-key, in \
                 the environment variable {CONSUMER_KEY}, or as consumer_key in config.toml; docs/connect.md says how the \
                 app is made"
            )));
        }
    };
    if !is_consumer_key(&key) {
        return Err(Failure::Usage(
            "a consumer key is letters, digits, dots and underscores without spaces".to_owned(),
        ));
    }
    Ok(key)
}

/// Sends the person to the org's sign-in. The address holds nothing secret: the verifier stays here.
fn show(url: &str, no_browser: bool, out: &mut impl Write) -> Result<(), Failure> {
    // A browser that does not open is no failure: the address is there for every other one.
    if !setup::open_browser(url, no_browser) {
        writeln!(out, "Open this address in a browser on this machine, and sign in:\n\n  {url}\n")?;
    } else {
        writeln!(out, "Sign in in the browser that has just opened. If none has, open this address:\n\n  {url}\n")?;
    }
    out.flush()?;
    Ok(())
}

/// A failure, with the address to register where that may be what is wrong: some orgs say so in the browser alone.
fn explained(error: &SignInError, listener: &Listener) -> Failure {
    let address = match error {
        SignInError::Refused { failure, .. } => failure.error == "redirect_uri_mismatch",
        other => matches!(other, SignInError::TooLate(_)),
    };
    let mut text = error.to_string();
    if address {
        text.push_str("; the callback URL to register with the app is ");
        text.push_str(&listener.redirect());
    }
    Failure::Host(printable(&text))
}
