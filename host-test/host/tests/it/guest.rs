//! Sessions with guests that misbehave.

use std::sync::Arc;

use salesforce_host::{Connection, Host, Limits, Origin, Session, Token, Transport};
use test_support::TOKEN;

/// A session with a guest of [`test_support::guests`].
pub(crate) fn session(guest: &[u8], limits: Limits, transport: impl Transport + 'static) -> Session {
    with_fuel(guest, limits, None, transport)
}

/// A session like [`session`], on a host that counts fuel if there is a limit to it.
pub(crate) fn with_fuel(
    guest: &[u8],
    limits: Limits,
    fuel: Option<u64>,
    transport: impl Transport + 'static,
) -> Session {
    // SAFETY: the build script of `test-support` compiled the guest.
    #[allow(unsafe_code)]
    let host = unsafe { Host::from_machine_code(guest, limits, fuel) }.unwrap();
    let origin = Origin::parse("https://acme.my.salesforce.com").unwrap();
    host.session(Arc::new(Connection::new(origin, Token::new(TOKEN).unwrap(), transport)))
}
