//! Which org, as whom, under which settings: the one place that turns what the person said into a connection.

use std::sync::Arc;
use std::time::Duration;

use demo_org::{Effect, Extra, Fault, Org};
use salesforce_host::config_dir::{ConfigDir, ConnectionName};
use salesforce_host::profile::{Profile, ProfileError};
use salesforce_host::settings::{SettingsFile, ToolNames};
use salesforce_host::types::ConnectionSettings;
use salesforce_host::wire::{Https, InvalidOrigin};
use salesforce_host::{Connection, Host, Origin, Token};

use crate::args::{Arguments, DemoMode};
use crate::demo::Demo;
use crate::failure::Failure;

/// Where the token for a real org comes from. Arguments are seen by every process of the machine.
pub(crate) const ACCESS_TOKEN: &str = "SALESFORCE_ACCESS_TOKEN";

/// The name of the demo org, as an org and as a connection.
pub(crate) const DEMO: &str = "demo";

/// How long every answer of a slow org takes.
const SLOW: Duration = Duration::from_secs(2);

/// A connection with its settings, where it has a name they could be kept under.
pub(crate) struct Opened {
    pub(crate) connection: Connection,
    pub(crate) settings: Option<SettingsFile>,
}

impl Opened {
    /// The connection under its settings and what the command line says.
    pub(crate) fn under_settings(self, host: &Host, arguments: &Arguments) -> Result<Connection, Failure> {
        if let Some(file) = &self.settings {
            let names = ToolNames::of(host)?;
            let settings = file.load(&names).map_err(|error| Failure::Usage(error.to_string()))?;
            self.connection.set_settings(settings.connection_settings(&names));
        }
        known_tools(host, arguments)?;
        let mut connection_settings = self.connection.settings();
        restrict(&mut connection_settings, arguments.read_only, arguments.tools.as_deref());
        self.connection.set_settings(connection_settings);
        Ok(self.connection)
    }
}

/// Refuses a tool that there is none of, before it silently leaves nothing on.
pub(crate) fn known_tools(host: &Host, arguments: &Arguments) -> Result<(), Failure> {
    let Some(said) = &arguments.tools else { return Ok(()) };
    let names = ToolNames::of(host)?;
    for name in said.iter().filter(|name| !["default", "all", "none"].contains(&name.as_str())) {
        names.find(name).map_err(|problem| Failure::Usage(format!("--tools {name}: {problem}")))?;
    }
    Ok(())
}

/// What was said on the command line goes before what the settings say.
pub(crate) fn restrict(connection_settings: &mut ConnectionSettings, read_only: bool, tools: Option<&[String]>) {
    connection_settings.read_only |= read_only;
    if let Some(tools) = tools {
        connection_settings.tools = Some(tools.to_vec());
    }
}

/// Opens the connection the person named: a stored one, the demo org, or an org with a token from the environment.
pub(crate) fn open(host: &Host, arguments: &Arguments) -> Result<Opened, Failure> {
    open_with(host, arguments, &[])
}

/// The same, where the demo org has extras.
pub(crate) fn open_with(host: &Host, arguments: &Arguments, extras: &[Extra]) -> Result<Opened, Failure> {
    let embedded = || {
        let Arguments { demo_mode, user, .. } = arguments;
        let (extras, modes, name) = (extras.to_vec(), demo_mode.clone(), user.clone());
        Demo::connection_when_asked(move || demo_org_with(&extras, &modes, &name), user, pace(demo_mode))
    };
    let connection = match (arguments.org.as_deref(), &arguments.connection) {
        (Some(DEMO), _) | (None, None) => embedded()?,
        (Some(org), _) => with_token_of_environment(host, org)?,
        (None, Some(name)) => stored(host, name, arguments)?,
    };
    Ok(Opened { connection, settings: settings(arguments)? })
}

/// Opens the only connection there is, with its settings; absent where there is none yet.
pub(crate) fn only(host: &Host, config_dir: &ConfigDir, modes: &[DemoMode]) -> Result<Option<Opened>, Failure> {
    let mut names = Profile::names(config_dir)?.into_iter();
    match (names.next(), names.next()) {
        (None, _) => Ok(None),
        (Some(name), None) => {
            let profile = Profile::read(config_dir, &name)?;
            let connection = opened_in(&profile, host, config_dir, &name, modes)?;
            Ok(Some(Opened { connection, settings: Some(SettingsFile::of(&config_dir.connection(&name))) }))
        }
        (Some(_), Some(_)) => Err(Failure::Usage("which org? Give --connection NAME, --org ORG or --demo".to_owned())),
    }
}

/// The settings of the connection; none for an org that has no name here.
pub(crate) fn settings(arguments: &Arguments) -> Result<Option<SettingsFile>, Failure> {
    let name = match (&arguments.connection, arguments.org.as_deref()) {
        (Some(name), _) => name.clone(),
        (None, None | Some(DEMO)) => DEMO.parse().map_err(|error| Failure::Host(format!("{error}")))?,
        (None, Some(_)) => return Ok(None),
    };
    match ConfigDir::from_env() {
        Ok(config_dir) => Ok(Some(SettingsFile::of(&config_dir.connection(&name)))),
        // The demo org needs no folder to be tried.
        Err(_) if arguments.connection.is_none() => Ok(None),
        Err(error) => Err(Failure::Usage(error.to_string())),
    }
}

/// The embedded org, as one of its users.
pub(crate) fn demo(arguments: &Arguments) -> Result<Connection, Failure> {
    let Arguments { demo_mode, user, .. } = arguments;
    let (modes, name) = (demo_mode.clone(), user.clone());
    Ok(Demo::connection_when_asked(move || demo_org(&modes, &name), user, pace(demo_mode))?)
}

/// The embedded org, with what is to be wrong with it, for one of its users.
pub(crate) fn demo_org(modes: &[DemoMode], user: &str) -> Arc<Org> {
    demo_org_with(&[], modes, user)
}

fn demo_org_with(extras: &[Extra], modes: &[DemoMode], user: &str) -> Arc<Org> {
    // So that a report and a list view can be asked for as anything else can.
    let org = Org::demo_with([Extra::Reports, Extra::ListViews].into_iter().chain(extras.iter().copied()));
    for mode in modes {
        match mode {
            DemoMode::AppNotInstalled => org.change_app(|app| app.installed = false),
            DemoMode::InactiveUser => {
                if let Some(id) = org.id(user) {
                    org.set(&id, "IsActive", false);
                }
            }
            DemoMode::Rotation => org.change_app(|app| app.rotates = true),
            // For who asks it over the network; what asks it in this process waits by itself.
            DemoMode::Slow => org.fault(Fault::new(Effect::Delay(SLOW)).times(u32::MAX)),
            DemoMode::NoApiCalls => org.allow_calls(0),
        }
    }
    Arc::new(org)
}

/// How long every answer of the embedded org takes in this process.
pub(crate) fn pace(modes: &[DemoMode]) -> Duration {
    if modes.contains(&DemoMode::Slow) { SLOW } else { Duration::ZERO }
}

/// A connection that somebody signed in to, or the demo org under its name.
fn stored(host: &Host, name: &ConnectionName, arguments: &Arguments) -> Result<Connection, Failure> {
    let config_dir = ConfigDir::from_env()?;
    match Profile::read(&config_dir, name) {
        Err(ProfileError::Unknown(_)) if name.as_str() == DEMO => demo(arguments),
        profile => opened_in(&profile?, host, &config_dir, name, &arguments.demo_mode),
    }
}

/// What is remembered of a connection, opened: with its own tokens, or to the embedded org as its user.
pub(crate) fn opened(
    profile: &Profile,
    host: &Host,
    config_dir: &ConfigDir,
    name: &ConnectionName,
) -> Result<Connection, Failure> {
    opened_in(profile, host, config_dir, name, &[])
}

/// The same, with what is to be wrong with the embedded org.
fn opened_in(
    profile: &Profile,
    host: &Host,
    config_dir: &ConfigDir,
    name: &ConnectionName,
    modes: &[DemoMode],
) -> Result<Connection, Failure> {
    if let Some(connection) = profile.open(host, config_dir, name)? {
        return Ok(connection);
    }
    let user = Org::demo().user_named(&profile.username).ok_or_else(|| ProfileError::Invalid {
        path: Profile::file(config_dir, name),
        reason: format!("the demo org has no user {}", profile.username),
    })?;
    Ok(Demo::connection_at_pace(&demo_org(modes, &user), &user, pace(modes))?)
}

/// The origin a person means by an address.
pub(crate) fn origin(host: &Host, option: &str, address: &str) -> Result<Origin, Failure> {
    if address.starts_with("http://") {
        return Origin::parse(address).map_err(|InvalidOrigin| {
            Failure::Usage("plain http:// is for this machine alone, as in http://127.0.0.1:8080".to_owned())
        });
    }
    // The plugin knows which hosts are Salesforce's: the token goes to no other.
    let origin = host.origin(address)?.map_err(|refusal| {
        let suggestion = refusal.suggestion.map(|domain| format!("; did you mean {domain}?")).unwrap_or_default();
        Failure::Usage(format!("{option} {address}: {}{suggestion}", refusal.message))
    })?;
    Origin::parse(&origin).map_err(|error| Failure::Host(error.to_string()))
}

fn with_token_of_environment(host: &Host, org: &str) -> Result<Connection, Failure> {
    let origin = origin(host, "--org", org)?;
    let token = std::env::var(ACCESS_TOKEN)
        .map_err(|_| Failure::Usage(format!("an access token is needed in the environment variable {ACCESS_TOKEN}")))?;
    let token = Token::new(&token).map_err(|error| Failure::Usage(format!("{ACCESS_TOKEN}: {error}")))?;
    Ok(Connection::new(origin, token, Https::new()))
}
