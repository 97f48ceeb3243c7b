//! Every byte that leaves or enters: what may go out, how it travels, and what may come in.

pub mod egress;
pub(crate) mod ingress;
pub(crate) mod origin;
pub(crate) mod soap;
pub(crate) mod token_provider;
pub(crate) mod transport;

pub use origin::{InvalidOrigin, Origin};
pub use token_provider::{Renewed, TokenProvider};
pub use transport::{
    Answer, CancellationToken, Exchange, Failure, FailureKind, Https, HttpsOptions, Proxy, RequestLimits, Transcript,
    Transport,
};
