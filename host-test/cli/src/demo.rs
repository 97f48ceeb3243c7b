//! The demo org in this process: its faults are acted out without waiting for anything.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use demo_org::{Org, Reply};
use salesforce_host::connection::User;
use salesforce_host::wire::{Failure, FailureKind, InvalidOrigin, RequestLimits, Transport};
use salesforce_host::{Connection, Origin, Token};

/// Where the links of a demo org point.
const ORIGIN: &str = "https://demo.my.salesforce.com";

/// A demo org as a transport. Cloning shares the org.
#[derive(Clone)]
pub struct Demo(pub Arc<Org>);

impl Demo {
    /// A connection of a user of a demo org, at the org's time.
    pub fn connection(org: &Arc<Org>, user: &str) -> Result<Connection, InvalidOrigin> {
        Self::connection_at_pace(org, user, Duration::ZERO)
    }

    /// The same, where somebody is to see that every answer takes a while.
    pub fn connection_at_pace(org: &Arc<Org>, user: &str, pace: Duration) -> Result<Connection, InvalidOrigin> {
        let token = Token::new(&org.token(user)).ok();
        let (clock, demo) = (Arc::clone(org), Self(Arc::clone(org)));
        let transport = move |request| {
            thread::sleep(pace);
            demo.send(request)
        };
        let connection = Connection::new(Origin::parse(ORIGIN)?, move || token.clone(), transport);
        let connection = connection.with_clock(move || u64::try_from(clock.now().as_millisecond()).unwrap_or_default());
        Ok(match whose(org, user) {
            Some(user) => connection.with_user(user),
            None => connection,
        })
    }
}

/// What somebody who signed in as a user of the demo org would be remembered by.
fn whose(org: &Org, user: &str) -> Option<User> {
    let row = org.row(&org.id(user)?)?;
    let text = |field: &str| row.get(field).as_str().unwrap_or_default().to_owned();
    Some(User { name: format!("{} {}", text("FirstName"), text("LastName")), zone: text("TimeZoneSidKey") })
}

impl Transport for Demo {
    fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Failure> {
        let allowance = RequestLimits::of(&request);
        let mut reply = self.0.handle(request);
        let mut waited = Duration::ZERO;
        loop {
            match reply {
                Reply::Response(response) => return Ok(response),
                Reply::Delayed { by, then } => {
                    waited += by;
                    if waited >= allowance.timeout {
                        return Err(Failure::after(FailureKind::Timeout, "no answer in time"));
                    }
                    reply = *then;
                }
                // An org that never saw the request is one there was no connection to.
                Reply::Dropped { request_seen: false } => {
                    return Err(Failure::before(FailureKind::Unreachable, "no connection"));
                }
                Reply::Dropped { request_seen: true } | Reply::Cut { .. } => {
                    return Err(Failure::after(FailureKind::Unreachable, "the connection broke"));
                }
            }
        }
    }
}
