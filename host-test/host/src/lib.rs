//! Reference host for the Salesforce plugin: what an agent platform does to run it, as a library.
//!
//! It embeds the component and nothing of the guest's code: everything it knows of the plugin it knows from `wit/`.
//!
//! ```no_run
//! use salesforce_host::{Connection, Host, Https, Limits, Origin, Token};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let host = Host::new(Limits::default())?; // Once: loads the component.
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
//! # Where to look
//!
//! Each line uses those below it and none above.
//!
//! * `profile`: the connections a person keeps under names, from sign-in to sign-out.
//! * `sign_in`: signs a user in at their org, and renews the tokens that come of it.
//! * `settings`: what the person behind a connection lets the tools do, as a file.
//! * `recording`: a session as a file that can be shown to others, and played back in the org's place.
//! * `engine`: runs the component; [`Host`], [`Session`] and [`Limits`] come from here, and wasmtime lives nowhere else.
//! * `connection`: one user's connection to one org, and what is kept for that user between calls.
//! * `wire`: every byte that leaves or enters: checks, origins, transports.
//! * `store`: tokens at rest, in the keychain or a file.
//! * `config_dir`: the folder for all that is kept.
//! * `types` and `error`: the records of the contract, and what can go wrong with a call.
//! * `cancel` and `token`: how a call is stopped, and the access token that nothing prints.
//!
//! # Invariants
//!
//! * The token never reaches the guest, a log, an error or a transcript: module [`token`], tests in `tests/it/token.rs`.
//! * A request that could leave the origin, end a header or make a session dies before egress: module
//!   [`egress`](wire::egress), tests in `tests/it/egress.rs`.
//! * A call ends, and takes its memory with it, whatever the guest does: `tests/it/limits.rs`.
//! * A call that is stopped sends nothing more and ends: `tests/it/stop.rs`.
//! * What one user's connection caches or prefers, no other connection sees: `tests/it/connection.rs`.
//! * An expired token is renewed once, over all threads and processes, and a process that dies on the way loses no
//!   connection: module [`sign_in`], tests in `tests/it/renewal.rs`.
//! * A sign-in ends with who began it, and what it gives is kept by its owner alone: `tests/it/sign_in.rs`, [`store`].
//! * The component imports what `wit/` says and nothing of `wasi:`: `tests/it/component.rs`.

/// What the build script has made, beginning where a page of memory does.
macro_rules! paged_bytes {
    ($name:literal) => {{
        const LENGTH: usize = include_bytes!(concat!(env!("OUT_DIR"), $name)).len();
        static BYTES: crate::engine::own_code::Paged<LENGTH> =
            crate::engine::own_code::Paged(*include_bytes!(concat!(env!("OUT_DIR"), $name)));
        &BYTES.0
    }};
}

pub mod access;
mod bindings;
pub mod cancel;
pub mod config_dir;
pub mod connection;
mod engine;
pub mod error;
mod machine_code;
pub mod profile;
pub mod recording;
pub mod settings;
pub mod sign_in;
pub mod store;
pub mod token;
pub mod types;
pub mod wire;

pub use connection::Connection;
pub use engine::host::Host;
pub use engine::limits::{Limits, Usage};
pub use engine::session::Session;
pub use error::{CallError, HostError};
pub use token::Token;
pub use wire::{Https, Origin, TokenProvider, Transport};

/// The component this library was built with.
pub const COMPONENT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/plugin.wasm"));

/// [`COMPONENT`] as machine code for the platform this library was built for, made by the same version of `wasmtime`.
///
/// An engine loads it that has epoch interruption, counts no fuel, and else has wasmtime's settings as they are. It begins
/// where a page of memory does.
pub const MACHINE_CODE: &[u8] = paged_bytes!("/plugin.cwasm");
