//! Sessions with guests that misbehave.

use std::sync::Arc;

use salesforce_host::{Connection, Host, Limits, Origin, Session, Token, Transport};
use test_support::TOKEN;

/// A session with a guest of [`test_support::guests`].
pub(crate) fn session(guest: &[u8], limits: Limits, transport: impl Transport + 'static) -> Session {
    // SAFETY: the build script of `test-support` compiled the guest.
    #[allow(unsafe_code)]
    let host = unsafe { Host::from_machine_code(guest, limits) }.unwrap();
    let origin = Origin::parse("https://acme.my.salesforce.com").unwrap();
    host.session(Arc::new(Connection::new(origin, Token::new(TOKEN).unwrap(), transport)))
}
