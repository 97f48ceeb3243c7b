//! `salesforce-plugin setup`: a page on this machine for whoever would rather click.

use std::fs::{self, File};
use std::io::Write;
use std::process::{Child, Command, Stdio};

use salesforce_host::config_dir::ConfigDir;
use salesforce_host::{Host, Limits};

use crate::args::{Arguments, Setup};
use crate::failure::Failure;
use crate::open;
use crate::setup::{self, DEFAULT_IDLE, Options, StartError};

/// Serves the page until it is closed, or nobody uses it.
pub(crate) fn run(command: &Setup, arguments: &Arguments, out: &mut impl Write) -> Result<(), Failure> {
    let config_dir = ConfigDir::from_env()?;
    let _turn = turn(&config_dir)?;
    let options = Options {
        config_dir,
        host: Host::new(Limits::default())?,
        org: open::demo_org(&arguments.demo_mode, &arguments.user),
        port: command.port,
        pace: open::pace(&arguments.demo_mode),
        idle: DEFAULT_IDLE,
        home: std::env::home_dir(),
        program: std::env::current_exe()?,
        is_for_agent: command.for_agent,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let served = runtime.block_on(async {
        let setup = setup::Setup::bind(options).await.map_err(|error| match error {
            StartError::Io(error) => Failure::from(error),
            StartError::Host(error) => error.into(),
        })?;
        let address = setup.address();
        if !open_browser(&address, command.no_browser) {
            writeln!(
                out,
                "Open this address in a browser on this machine; it lets in who opens it first:\n\n  {address}\n"
            )?;
        } else {
            writeln!(
                out,
                "The set-up page has been opened in your browser. If it has not, open this address:\n\n  {address}\n"
            )?;
        }
        out.flush()?;
        setup.serve().await;
        Ok(())
    });
    // A request to Salesforce may be under way that nobody waits for.
    runtime.shutdown_background();
    served
}

/// One page at a time: it would be two that stop each other's sign-ins.
fn turn(config_dir: &ConfigDir) -> Result<File, Failure> {
    let mut folder = fs::DirBuilder::new();
    folder.recursive(true);
    // Whatever the person's usual rights for new folders are: one that others can write to is not used.
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        folder.mode(0o700);
    }
    folder.create(config_dir.root())?;
    let file = File::options().create(true).append(true).open(config_dir.root().join("setup.lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => {
            Err(Failure::Usage("the set-up page is open already: use that one, or close it".to_owned()))
        }
        Err(fs::TryLockError::Error(error)) => Err(error.into()),
    }
}

/// The environment variable that keeps browsers closed, whatever its value.
const NO_BROWSER: &str = "SALESFORCE_PLUGIN_NO_BROWSER";

/// Opens an address in the person's browser; false where that is not wanted or not possible.
pub(super) fn open_browser(address: &str, unwanted: bool) -> bool {
    !unwanted && std::env::var_os(NO_BROWSER).is_none() && ::open::that_detached(address).is_ok()
}

/// Whether a page can be shown to somebody: there is a desktop.
pub(super) fn has_desktop() -> bool {
    if std::env::var_os(NO_BROWSER).is_some() {
        return false;
    }
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(any(windows, target_os = "macos")) || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

/// The page, opened by a program of its own, which outlasts this one.
pub(super) struct Beside(Child);

impl Beside {
    /// Opens the page.
    pub(super) fn start() -> Result<Self, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["setup", "--for-agent"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Self(command.spawn()?))
    }

    /// Opens the page again where it has been closed.
    pub(super) fn show(&mut self) -> Result<(), Failure> {
        if self.0.try_wait()?.is_some() {
            *self = Self::start()?;
        }
        Ok(())
    }
}
