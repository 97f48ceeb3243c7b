//! The demo org in this process: its faults are acted out without waiting for anything.

use std::sync::{Arc, OnceLock};
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
        let made = Arc::clone(org);
        let behind = Behind::new(user, move || Arc::clone(&made));
        // Who ends the user's sessions from here on ends this one too.
        behind.get();
        behind.connection(whose(org, user), pace)
    }

    /// The same, where the org is made when something is first asked of it: a server that has listed its tools, and runs
    /// none yet, needs no org, which takes more memory than all the rest of it. Of the usual user it is known without the
    /// org who that is and what time it is there; for another one the org is made at once.
    pub fn connection_when_asked(
        make: impl Fn() -> Arc<Org> + Send + Sync + 'static,
        user: &str,
        pace: Duration,
    ) -> Result<Connection, InvalidOrigin> {
        let behind = Behind::new(user, make);
        let whose = if user == USUAL_USER { Some(usual_user()) } else { whose(behind.org(), user) };
        behind.connection(whose, pace)
    }
}

/// A demo org that is made when it is needed, with the one token that a connection has.
struct Behind {
    user: String,
    make: Box<dyn Fn() -> Arc<Org> + Send + Sync>,
    made: OnceLock<(Arc<Org>, Option<Token>)>,
}

impl Behind {
    fn new(user: &str, make: impl Fn() -> Arc<Org> + Send + Sync + 'static) -> Self {
        Self { user: user.to_owned(), make: Box::new(make), made: OnceLock::new() }
    }

    fn get(&self) -> &(Arc<Org>, Option<Token>) {
        self.made.get_or_init(|| {
            let org = (self.make)();
            let token = Token::new(&org.token(&self.user)).ok();
            (org, token)
        })
    }

    fn org(&self) -> &Arc<Org> {
        &self.get().0
    }

    /// The org's time, which stands still until somebody moves it.
    fn now(&self) -> u64 {
        let now = |(org, _): &(Arc<Org>, _)| u64::try_from(org.now().as_millisecond()).unwrap_or_default();
        self.made.get().map_or(NOW, now)
    }

    fn connection(self, whose: Option<User>, pace: Duration) -> Result<Connection, InvalidOrigin> {
        let behind = Arc::new(self);
        let (of_token, of_clock) = (Arc::clone(&behind), Arc::clone(&behind));
        let transport = move |request| {
            thread::sleep(pace);
            Demo(Arc::clone(behind.org())).send(request)
        };
        let connection = Connection::new(Origin::parse(ORIGIN)?, move || of_token.get().1.clone(), transport);
        let connection = connection.with_clock(move || of_clock.now());
        Ok(match whose {
            Some(user) => connection.with_user(user),
            None => connection,
        })
    }
}

/// Who one is in the demo org unless somebody else is named.
pub(crate) const USUAL_USER: &str = "riley";

/// What a new demo org says of its usual user.
fn usual_user() -> User {
    User { name: "Riley Reyes".to_owned(), zone: "America/Los_Angeles".to_owned() }
}

/// A new demo org's time, 2026-05-12T15:00:00Z, in milliseconds since the Unix epoch.
const NOW: u64 = 1_778_598_000_000;

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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use salesforce_host::{Host, Limits};

    fn counted(user: &str) -> (Connection, Arc<AtomicUsize>) {
        let made = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&made);
        let make = move || {
            count.fetch_add(1, Ordering::Relaxed);
            Arc::new(Org::demo())
        };
        (Demo::connection_when_asked(make, user, Duration::ZERO).unwrap(), made)
    }

    #[test]
    fn what_is_known_of_the_usual_user_without_an_org_is_what_the_org_says() {
        let org = Arc::new(Org::demo());
        let at_once = Demo::connection(&org, USUAL_USER).unwrap();
        let (when_asked, made) = counted(USUAL_USER);
        assert_eq!((when_asked.user(), when_asked.now()), (at_once.user(), at_once.now()));
        assert_eq!(made.load(Ordering::Relaxed), 0);
        // Another user's are not guessed.
        let (other, made) = counted("jonas");
        assert_eq!((other.user(), made.load(Ordering::Relaxed)), (whose(&org, "jonas"), 1));
    }

    #[test]
    fn an_org_is_made_once_and_by_the_first_call() {
        let host = Host::new(Limits::default()).unwrap();
        let (connection, made) = counted(USUAL_USER);
        let session = host.session(connection);
        session.tools().unwrap();
        session.instructions().unwrap();
        assert_eq!(made.load(Ordering::Relaxed), 0);
        for _ in 0..2 {
            session.call_json("salesforce_find", r#"{"text": "Acme"}"#).unwrap();
            assert_eq!(made.load(Ordering::Relaxed), 1);
        }
    }
}
