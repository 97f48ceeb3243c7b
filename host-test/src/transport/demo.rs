//! The demo org in this process: its faults are acted out without waiting for anything.

use demo_org::{Org, Reply};

use super::{Allowance, Failure, FailureKind, Transport};

impl Transport for Org {
    fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Failure> {
        let allowance = Allowance::of(&request);
        let mut reply = self.handle(request);
        let mut waited = std::time::Duration::ZERO;
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
