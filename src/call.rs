//! One call: the only room that reaches the platform, and the driver that plans, fetches what a plan lacks, and sends.
//!
//! It knows no tool, and nothing of what people say.

mod exchange;
mod knowledge;
pub(crate) mod organization;

use std::cell::Cell;

use crate::error::Error;
use crate::known::{Known, PlanError};
use crate::platform::Platform;
use crate::rest::ApiCalls;
use crate::wit::ConnectionSettings;

pub(crate) use exchange::{PART_NAMES, ReadBack, WRITE, read_error, unsendable};

/// One call: what every tool works with.
pub struct Call<'p> {
    platform: &'p dyn Platform,
    known: Known,
    /// What the response that left the fewest said.
    api_calls: Cell<Option<ApiCalls>>,
    /// Seconds by which the org's clock is ahead of the platform's, as the responses of this call said.
    org_ahead: Cell<Option<i64>>,
}

impl<'p> Call<'p> {
    /// A call that has learned nothing yet but its settings.
    pub fn new(platform: &'p dyn Platform) -> Self {
        Self {
            known: Known::new(platform.settings()),
            platform,
            api_calls: Cell::default(),
            org_ahead: Cell::default(),
        }
    }

    /// What was learned so far.
    pub(crate) fn known(&self) -> &Known {
        &self.known
    }

    /// The settings of this connection.
    pub(crate) fn settings(&self) -> &ConnectionSettings {
        self.known.settings()
    }

    /// Where a person opens the org.
    pub(crate) fn origin(&self) -> String {
        self.platform.origin()
    }

    /// Where a person opens a record.
    pub(crate) fn link(&self, id: &str) -> String {
        format!("{}/{id}", self.platform.origin())
    }

    /// Seconds since the Unix epoch.
    pub(crate) fn now(&self) -> i64 {
        (self.platform.now() / 1000).try_into().unwrap_or(i64::MAX)
    }

    /// A time by the org's clock, of one by the platform's; none as long as no response said what time it is there. At
    /// most as late as it really was: the way of the response counts as the org's clock being behind.
    pub(crate) fn org_time(&self, moment: i64) -> Option<i64> {
        Some(moment + self.org_ahead.get()?)
    }

    /// The org's API calls, as far as the responses of this call said.
    pub(crate) fn api_calls(&self) -> Option<ApiCalls> {
        self.api_calls.get()
    }

    /// Adds a word on the org's API calls, where few are left, to the notices of a reply or to an error.
    pub(crate) fn warn(&self, outcome: Result<&mut Vec<String>, &mut Error>) {
        let Some(warning) = self.api_calls().and_then(ApiCalls::warning) else { return };
        match outcome {
            Ok(notices) => notices.push(warning),
            Err(error) => error.add_context(warning),
        }
    }

    /// Drops what an error would tell of records that may not be read.
    pub(crate) fn keep_back(&self, error: &mut Error) {
        if self.settings().objects.read.is_some() {
            error.keep_names_back();
        }
    }

    /// Plans from what is known, fetches what the plan lacks, and plans again until it lacks nothing.
    ///
    /// A plan is a function of what is known and of its arguments, and of nothing else: it captures nothing, so it can't
    /// reach the call, and can't send.
    ///
    /// ```
    /// # use salesforce_plugin::{call::Call, error::Error, rest::User};
    /// fn zone(call: &Call<'_>) -> Result<User, Error> {
    ///     call.plan(&(), |known, ()| known.user())
    /// }
    /// ```
    ///
    /// The same plan, asked of the call in place of what is known:
    ///
    /// ```compile_fail,E0308
    /// # use salesforce_plugin::{call::Call, error::Error, rest::User};
    /// fn zone(call: &Call<'_>) -> Result<User, Error> {
    ///     call.plan(&(), |_, ()| Ok(call.plan(&(), |known, ()| known.user())?))
    /// }
    /// ```
    pub fn plan<A: ?Sized, P>(&self, args: &A, plan: fn(&Known, &A) -> Result<P, PlanError>) -> Result<P, Error> {
        loop {
            match plan(&self.known, args) {
                Ok(plan) => return Ok(plan),
                // Ends: what was fetched in this call is not needed again.
                Err(error) => self.supply(error)?,
            }
        }
    }

    /// The same, and whether anything had to be fetched.
    pub(crate) fn plan_noting<A: ?Sized, P>(
        &self,
        args: &A,
        plan: fn(&Known, &A) -> Result<P, PlanError>,
    ) -> Result<(P, bool), Error> {
        match plan(&self.known, args) {
            Ok(plan) => Ok((plan, false)),
            Err(error) => {
                self.supply(error)?;
                Ok((self.plan(args, plan)?, true))
            }
        }
    }

    /// Plans and sends; where the org refuses a field that was only assumed, plans again with descriptions.
    pub(crate) fn run<A: ?Sized, P, T>(
        &self,
        args: &A,
        plan: fn(&Known, &A) -> Result<P, PlanError>,
        send: impl Fn(P) -> Result<T, Error>,
    ) -> Result<T, Error> {
        loop {
            match plan(&self.known, args) {
                Ok(plan) => match send(plan) {
                    Ok(done) => return Ok(done),
                    Err(error) => self.learn_from(error)?,
                },
                Err(error) => self.supply(error)?,
            }
        }
    }

    /// Fetches what a plan lacks, unless it fails for good.
    fn supply(&self, error: PlanError) -> Result<(), Error> {
        match error {
            PlanError::Needs(needs) => self.fetch(needs),
            PlanError::Failed(error) => Err(error),
        }
    }

    /// Describes what was only assumed, if that is what the org refused.
    pub(crate) fn learn_from(&self, error: Error) -> Result<(), Error> {
        if error.names_unknown() && self.refresh()? { Ok(()) } else { Err(error) }
    }
}
