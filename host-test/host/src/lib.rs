//! Reference host for the Salesforce plugin: what an agent platform does to run it, as a library.
//!
//! It embeds the component and nothing of the guest's code: everything it knows of the plugin it knows from `wit/`.
//!
//! ```no_run
//! use salesforce_host::{Connection, Host, Https, Limits, Origin, Token};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let host = Host::new(Limits::default())?; // Once: compiles the component.
//! let origin = Origin::parse("https://acme.my.salesforce.com")?;
//! let token = Token::new(&std::env::var("SALESFORCE_ACCESS_TOKEN")?)?;
//! let session = host.session(Connection::new(origin, token, Https::new())); // One for each user.
//! for tool in session.tools()? {
//!     println!("{}: {} {}", tool.name, tool.description, tool.input_schema);
//! }
//! println!("{}", session.call_json("salesforce_find", r#"{"text": "Acme"}"#)?); // A fresh instance for each call.
//! # Ok(())
//! # }
//! ```
//!
//! # Invariants
//!
//! * The token never reaches the guest, a log, an error or a transcript: module [`token`], tests in `tests/it/token.rs`.
//! * A request that could leave the origin, end a header or make a session dies before egress: module [`egress`].
//! * A call ends, and takes its memory with it, whatever the guest does: `tests/it/limits.rs`.
//! * A call that is stopped sends nothing more and ends: `tests/it/stop.rs`.
//! * What one user's connection caches or prefers, no other connection sees: `tests/it/connection.rs`.
//! * An expired token is renewed once, over all threads and processes, and a process that dies on the way loses no
//!   connection: module [`oauth`], tests in `tests/it/renewal.rs`.
//! * A sign-in ends with who began it, and what it gives is kept by its owner alone: `tests/it/sign_in.rs`, [`store`].
//! * The component imports what `wit/` says and nothing of `wasi:`: `tests/it/component.rs`.

pub mod access;
mod bindings;
mod call;
pub mod cassette;
mod connection;
pub mod egress;
mod error;
mod home;
mod host;
mod ingress;
pub mod oauth;
mod saved;
mod session;
pub mod settings;
mod stop;
pub mod store;
pub mod token;
pub mod transport;

pub use bindings::exports::salesforce::plugin::catalog::{Annotations, Effect, Tool};
pub use cassette::Cassette;
pub use connection::{Cache, Connection, InvalidOrigin, Origin, Renewed, TokenProvider};
pub use error::{CallError, HostError};
pub use home::{ConnectionName, Home, InvalidName, NoHome};
pub use host::{Host, Limits, Usage};
pub use saved::{Saved, SavedError, Site};
pub use session::Session;
pub use settings::{Settings, SettingsFile, ToolNames};
pub use stop::Stop;
pub use token::Token;
pub use transport::{Allowance, Exchange, Failure, FailureKind, Https, Transcript, Transport};

/// The records of the contract.
pub mod types {
    pub use crate::bindings::salesforce::plugin::read_types::{
        ActivitiesArgs, ActivitiesReply, Activity, AggregateArgs, AggregateFunction, AggregateReply, ApiCalls,
        ChildFilter, DescribeArgs, DescribeReply, FieldInfo, Filter, FindArgs, FindReply, GetArgs, GetReply, Grouping,
        ListArgs, ListReply, Measure, ObjectInfo, Operator, OrgInfo, Period, RelatedList, RunSoqlArgs, RunSoqlReply,
        SortKey, Timeframe, UserInfo, WhoAmIArgs, WhoAmIReply, Writable,
    };
    pub use crate::bindings::salesforce::plugin::settings_types::{Alias, ConnectionSettings, ObjectGrants};
    pub use crate::bindings::salesforce::plugin::sign_in_types::{
        Actor, Advice, DomainRefusal, OauthProfile, Scope, SignInFailure,
    };
    pub use crate::bindings::salesforce::plugin::types::{
        ActivityKind, Candidate, Changed, CurrentRecord, Error, ErrorKind,
    };
    pub use crate::bindings::salesforce::plugin::write_types::{
        CallDirection, Change, CreateArgs, CreateReply, DeleteArgs, DeleteReply, FieldChange, FollowUp, FollowUpKind,
        LogActivityArgs, LogActivityReply, LoggedActivity, Undo, UpdateArgs, UpdateReply,
    };
}

/// The component this library was built with.
pub const COMPONENT: &[u8] = include_bytes!(env!("PLUGIN_COMPONENT"));
