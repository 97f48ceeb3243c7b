//! Why the program ends early, and with which exit code.

use std::io;
use std::process::ExitCode;

use salesforce_host::HostError;
use salesforce_host::config_dir::NoConfigDir;
use salesforce_host::profile::ProfileError;
use salesforce_host::sign_in::SignInError;
use salesforce_host::store::StoreError;
use salesforce_host::wire::InvalidOrigin;

use crate::render::printable;

/// Why the program ends early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The tool said no, and it has been shown.
    #[error("")]
    Tool,
    /// The person has to change the command.
    #[error("{0}")]
    Usage(String),
    /// It did not work.
    #[error("{0}")]
    Host(String),
    /// Whoever read the output has closed it, and wants no more.
    #[error("")]
    OutputClosed,
}

impl Failure {
    /// How the program ends, with a word on standard error where the person has not been told yet.
    pub(crate) fn exit(&self) -> ExitCode {
        let code = match self {
            Self::OutputClosed => return ExitCode::SUCCESS,
            Self::Tool => return ExitCode::from(1),
            Self::Usage(_) => 2,
            Self::Host(_) => 3,
        };
        eprintln!("salesforce-plugin: {self}");
        ExitCode::from(code)
    }
}

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        Self::Host(error.to_string())
    }
}

impl From<InvalidOrigin> for Failure {
    fn from(error: InvalidOrigin) -> Self {
        Self::Host(error.to_string())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::OutputClosed } else { Self::Host(error.to_string()) }
    }
}

impl From<NoConfigDir> for Failure {
    fn from(error: NoConfigDir) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<ProfileError> for Failure {
    fn from(error: ProfileError) -> Self {
        match error {
            ProfileError::Unknown(_) | ProfileError::Invalid { .. } => Self::Usage(error.to_string()),
            _ => Self::Host(printable(&error.to_string())),
        }
    }
}

impl From<SignInError> for Failure {
    fn from(error: SignInError) -> Self {
        Self::Host(printable(&error.to_string()))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Host(error.to_string())
    }
}
