//! One call: sends what endpoints plan, keeps what describes say, and asks the settings before anything else.

pub(crate) mod organization;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::error::Error;
use crate::id::RecordId;
use crate::platform::Platform;
use crate::policy::{self, Effect};
use crate::record::Record;
use crate::rest::{
    ApiCalls, Composite, Describe, DescribeGlobal, Endpoint, Page, Parts, PicklistValues, Query, QueryMore, ReadError,
    Retrieve, User, UserInfo, Which,
};
use crate::schema::{GlobalDescribe, ObjectSchema, Source, standard};
use crate::soql::{FieldPath, ObjectName, Select};
use crate::wit::{Changed, ConnectionSettings};

/// How long a description is used without asking again.
const MAX_AGE_MS: u64 = 24 * 60 * 60 * 1000;

/// How long a description is believed when it lacks what somebody names: an admin may just have added it.
const TRUSTED_AGE_MS: u64 = 5 * 60 * 1000;

/// A query longer than this goes in the body of a composite request, since Salesforce refuses a request line and
/// headers of more than 16,384 bytes and the token is one of the headers.
const MAX_PATH_BYTES: usize = 8_000;

/// A composite request takes at most five queries.
/// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite.htm>
const MAX_QUERIES: usize = 5;

/// How often a write is sent while its row is locked.
const MAX_TRIES: u32 = 3;

/// No try begins later than this after the first.
const MAX_RETRY_SECONDS: i64 = 15;

/// What every tool works with.
pub struct Call<'p> {
    platform: &'p dyn Platform,
    settings: ConnectionSettings,
    schemas: RefCell<Vec<(ObjectName, Known)>>,
    /// The columns that tell an object's records apart, which every candidate asks for.
    telling: RefCell<Vec<(ObjectName, Vec<FieldPath>)>>,
    /// What the response that left the fewest said.
    api_calls: Cell<Option<ApiCalls>>,
}

/// An object's schema as far as this call knows it.
#[derive(Clone)]
struct Known {
    schema: Rc<ObjectSchema>,
    /// Whether a field it lacks does not exist: the description is recent.
    exhaustive: bool,
}

/// Why planning stopped: for want of a description, or for good.
pub(crate) enum Stuck {
    /// The objects have to be described first.
    Needs(Vec<ObjectName>),
    /// The call fails.
    Failed(Error),
}

impl From<Error> for Stuck {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl Stuck {
    pub(crate) fn needs(object: &ObjectName) -> Self {
        Self::Needs(vec![object.clone()])
    }
}

impl<'p> Call<'p> {
    /// A session for one call.
    pub fn new(platform: &'p dyn Platform) -> Self {
        Self {
            settings: platform.settings(),
            platform,
            schemas: RefCell::default(),
            telling: RefCell::default(),
            api_calls: Cell::default(),
        }
    }

    /// The settings of this connection.
    pub(crate) fn settings(&self) -> &ConnectionSettings {
        &self.settings
    }

    /// Where a person opens the org.
    pub(crate) fn origin(&self) -> String {
        self.platform.origin()
    }

    /// Where a person opens a record.
    pub(crate) fn link(&self, id: &str) -> String {
        format!("{}/{id}", self.platform.origin())
    }

    /// Refuses an object that the settings keep from this tier.
    pub(crate) fn allow_object(&self, object: &ObjectName, effect: Effect) -> Result<(), Error> {
        policy::allow_object(&self.settings, object.as_str(), effect)
    }

    /// Seconds since the Unix epoch.
    pub(crate) fn now(&self) -> i64 {
        (self.platform.now() / 1000).try_into().unwrap_or(i64::MAX)
    }

    // ---- requests ----

    /// The org's API calls, as far as the responses of this call said.
    pub(crate) fn api_calls(&self) -> Option<ApiCalls> {
        self.api_calls.get()
    }

    /// Adds a word on the org's API calls, where few are left, to the notices of a reply or to an error.
    pub(crate) fn warn(&self, outcome: Result<&mut Vec<String>, &mut Error>) {
        let Some(warning) = self.api_calls().and_then(ApiCalls::warning) else { return };
        match outcome {
            Ok(notices) => notices.push(warning),
            Err(error) => {
                let cause = Box::new(std::mem::replace(error, Error::input("")));
                *error = Error::Warned { cause, warning };
            }
        }
    }

    /// Sends one endpoint's request and reads its response.
    pub(crate) fn send<E: Endpoint>(&self, endpoint: &E) -> Result<E::Response, Error> {
        self.exchange(endpoint, E::WRITES)
    }

    /// Sends several endpoints' requests as one, again while a row is locked if that proves that nothing was written.
    /// Each part of the answer is read by its own endpoint.
    pub(crate) fn send_all(&self, composite: &Composite) -> Result<Parts, Error> {
        let mut tries = Tries::new(self);
        loop {
            let answer = self.exchange(composite, composite.writes())?;
            let is_locked = composite.is_one_write() && answer.refusal().is_some_and(|refusal| refusal.is(LOCKED));
            if !(is_locked && tries.again()) {
                return Ok(answer);
            }
        }
    }

    fn exchange<E: Endpoint>(&self, endpoint: &E, writes: bool) -> Result<E::Response, Error> {
        let request = endpoint.request().map_err(unsendable)?;
        let response = self.platform.send(request).map_err(|failure| Error::NoResponse { failure, writes })?;
        let (parts, body) = response.into_parts();
        if let Some(calls) = ApiCalls::read(&parts.headers)
            && self.api_calls().is_none_or(|known| calls.left() < known.left())
        {
            self.api_calls.set(Some(calls));
        }
        endpoint.read(http::Response::from_parts(parts, &body)).map_err(|error| read_error(error, writes))
    }

    /// Sends one write alone, again while its row is locked.
    pub(crate) fn write<W: Endpoint>(&self, write: &W) -> Result<W::Response, Error> {
        let mut tries = Tries::new(self);
        loop {
            match self.send(write) {
                Err(Error::Refused { refusal, .. }) if refusal.is(LOCKED) && tries.again() => {}
                outcome => return outcome,
            }
        }
    }

    /// Writes and reads back what came of it; no record where the user may not see it any more. One composite request,
    /// of which the write is the part [`WRITE`], unless its values would be misread there: then two. `id` says of the
    /// written record what `read` can only refer to.
    pub(crate) fn write_and_read<W: Endpoint>(
        &self,
        write: &W,
        values: &str,
        read: Retrieve<'_>,
        id: impl FnOnce(&W::Response) -> RecordId,
    ) -> Result<(W::Response, Option<Record>), Error> {
        if Composite::would_misread(values) {
            let written = self.write(write)?;
            let id = id(&written);
            let record = self.send(&Retrieve { record: Which::Id(&id), ..read }).ok();
            return Ok((written, record));
        }
        let mut composite = Composite::default();
        let write_part = composite.add(WRITE, write).map_err(unsendable)?;
        let read_part = composite.add("read", &read).map_err(unsendable)?;
        let answer = self.send_all(&composite)?;
        let written = answer.read(write_part, write).map_err(|error| read_error(error, W::WRITES))?;
        Ok((written, answer.read(read_part, &read).ok()))
    }

    /// Runs a query, and reads on until there are `enough` records where Salesforce sends them in several pages.
    pub(crate) fn query(&self, select: &Select, enough: usize) -> Result<Page, Error> {
        self.run(&Query::new(select), enough)
    }

    /// The same of a query's text.
    pub(crate) fn run(&self, query: &Query, enough: usize) -> Result<Page, Error> {
        let too_long = query
            .request()
            .map_or(true, |request| request.uri().path_and_query().map_or(0, |p| p.as_str().len()) > MAX_PATH_BYTES);
        let page = if too_long {
            let mut composite = Composite::default();
            let part = composite.add("query", query).map_err(unsendable)?;
            self.send_all(&composite)?.read(part, query).map_err(|error| read_error(error, false))?
        } else {
            self.send(query)?
        };
        self.read_on(page, enough)
    }

    /// Runs queries in as few requests as Salesforce allows. What is refused of one spoils no other.
    pub(crate) fn query_all(&self, selects: &[&Select]) -> Result<Vec<Result<Page, Error>>, Error> {
        if let [select] = selects {
            return Ok(vec![self.query(select, usize::MAX)]);
        }
        let mut pages = Vec::new();
        for some in selects.chunks(MAX_QUERIES) {
            let mut composite = Composite::default();
            let mut parts = Vec::new();
            for (select, name) in some.iter().zip(PART_NAMES) {
                let query = Query::new(select);
                parts.push((composite.add(name, &query).map_err(unsendable)?, query));
            }
            let answer = self.send_all(&composite)?;
            for (part, query) in &parts {
                let page = answer.read(*part, query).map_err(|error| read_error(error, false));
                pages.push(page.and_then(|page| self.read_on(page, usize::MAX)));
            }
        }
        Ok(pages)
    }

    /// Reads on from a page until there are `enough` records.
    pub(crate) fn read_on(&self, mut page: Page, enough: usize) -> Result<Page, Error> {
        while !page.done && page.records.len() < enough {
            let next =
                page.next_records_url.as_deref().and_then(QueryMore::from_url).ok_or_else(|| Error::Unreadable {
                    what: "the address of the next page leads out of the API".to_owned(),
                    changed: Changed::No,
                })?;
            let more = self.send(&next)?;
            page.done = more.done || more.records.is_empty();
            page.next_records_url = more.next_records_url;
            page.records.extend(more.records);
        }
        Ok(page)
    }

    // ---- schemas ----

    /// Plans again until nothing more has to be described. A plan is pure: it looks schemas up and sends nothing.
    pub(crate) fn plan<T>(&self, plan: impl Fn() -> Result<T, Stuck>) -> Result<T, Error> {
        loop {
            match plan() {
                Ok(planned) => return Ok(planned),
                Err(Stuck::Failed(error)) => return Err(error),
                // Ends: an object that has been described in this call is never needed again.
                Err(Stuck::Needs(objects)) => self.describe(&objects)?,
            }
        }
    }

    /// Plans and sends; where the org refuses a field that was only assumed, plans again with descriptions.
    pub(crate) fn planned<P, T>(
        &self,
        plan: impl Fn() -> Result<P, Stuck>,
        send: impl Fn(&P) -> Result<T, Error>,
    ) -> Result<T, Error> {
        loop {
            match send(&self.plan(&plan)?) {
                Err(Error::Refused { refusal, .. }) if refusal.names_unknown() && self.refresh()? => {}
                outcome => return outcome,
            }
        }
    }

    /// What is known of an object without a request: its cached description, or the embedded table.
    pub(crate) fn schema(&self, object: &ObjectName) -> Result<Rc<ObjectSchema>, Stuck> {
        if let Some(known) = self.known(object) {
            return Ok(known.schema);
        }
        let known = match self.cached(object.as_str()) {
            Some((schema, age)) => Known { schema: Rc::new(schema), exhaustive: age < TRUSTED_AGE_MS },
            None => match standard::object(object.as_str()) {
                // The pseudo-object of polymorphic lookups can't be described.
                Some(schema) => Known { exhaustive: schema.name == standard::NAME, schema: Rc::new(schema) },
                None => return Err(Stuck::needs(object)),
            },
        };
        let schema = known.schema.clone();
        self.learn(object, known);
        Ok(schema)
    }

    fn known(&self, object: &ObjectName) -> Option<Known> {
        self.schemas.borrow().iter().find(|(name, _)| name == object).map(|(_, known)| known.clone())
    }

    /// The columns that tell an object's records apart, worked out once for what is known of it.
    pub(crate) fn telling(
        &self,
        object: &ObjectName,
        work_out: impl FnOnce() -> Result<Vec<FieldPath>, Stuck>,
    ) -> Result<Vec<FieldPath>, Stuck> {
        if let Some((_, columns)) = self.telling.borrow().iter().find(|(known, _)| known == object) {
            return Ok(columns.clone());
        }
        let columns = work_out()?;
        self.telling.borrow_mut().push((object.clone(), columns.clone()));
        Ok(columns)
    }

    fn learn(&self, object: &ObjectName, known: Known) {
        self.telling.borrow_mut().retain(|(name, _)| name != object);
        let mut schemas = self.schemas.borrow_mut();
        schemas.retain(|(name, _)| name != object);
        schemas.push((object.clone(), known));
    }

    /// The description of an object, with its picklists and what is required.
    pub(crate) fn described(&self, object: &ObjectName) -> Result<Rc<ObjectSchema>, Stuck> {
        let schema = self.schema(object)?;
        if schema.source == Source::Described { Ok(schema) } else { Err(Stuck::needs(object)) }
    }

    /// Whether what the schema of an object lacks does not exist; if not, the object has to be described.
    pub(crate) fn is_exhaustive(&self, object: &ObjectName) -> bool {
        self.known(object).is_some_and(|known| known.exhaustive)
    }

    /// After the org refused a field: describes the objects that were planned from less than a fresh description.
    /// False if there are none, so that trying again would change nothing.
    pub(crate) fn refresh(&self) -> Result<bool, Error> {
        let known = self.schemas.borrow();
        let stale: Vec<_> = known.iter().filter(|(_, known)| !known.exhaustive).map(|(name, _)| name.clone()).collect();
        drop(known);
        if stale.is_empty() {
            return Ok(false);
        }
        self.describe(&stale).map(|()| true)
    }

    /// Describes objects, in one request.
    pub(crate) fn describe(&self, objects: &[ObjectName]) -> Result<(), Error> {
        let endpoints: Vec<_> = objects.iter().map(Describe).collect();
        let described = match endpoints.as_slice() {
            [endpoint] => vec![self.send(endpoint)],
            endpoints => {
                let mut composite = Composite::default();
                let parts = endpoints
                    .iter()
                    .zip(PART_NAMES)
                    .map(|(endpoint, name)| composite.add(name, endpoint))
                    .collect::<Result<Vec<_>, _>>()
                    .map_err(unsendable)?;
                let answer = self.send_all(&composite)?;
                let read = |(part, endpoint)| answer.read(part, endpoint).map_err(|error| read_error(error, false));
                parts.into_iter().zip(endpoints).map(read).collect()
            }
        };
        for (object, schema) in objects.iter().zip(described) {
            let schema = schema.map_err(|error| match error {
                Error::Refused { refusal, .. } if refusal.status == 404 => unknown_object(object.as_str()),
                error => error,
            })?;
            self.keep(object.as_str(), &schema.to_bytes());
            self.learn(object, Known { schema: Rc::new(schema), exhaustive: true });
        }
        Ok(())
    }

    /// What a record type leaves of an object's picklists, as [`PicklistValues`] says: one request unless cached, for
    /// less than five minutes if it has to be `fresh`. Nothing is narrowed where the org does not say: then it is left
    /// to the org to refuse.
    pub(crate) fn narrowed(
        &self,
        object: &ObjectName,
        schema: &ObjectSchema,
        record_type: &RecordId,
        fresh: bool,
    ) -> ObjectSchema {
        // No two ids of 18 characters differ in case alone.
        let name = format!("{object}/{record_type}");
        if let Some((narrowed, age)) = self.cached(&name)
            && (!fresh || age < TRUSTED_AGE_MS)
        {
            return narrowed;
        }
        let narrowed = match self.send(&PicklistValues { object, schema, record_type }) {
            Ok(narrowed) => narrowed,
            // The resource does not know the object, or is not for this user: no use in asking again today.
            Err(Error::Refused { refusal, .. })
                if matches!(refusal.status, 400 | 403 | 404) && !refusal.is("REQUEST_LIMIT_EXCEEDED") =>
            {
                schema.bare()
            }
            Err(_) => return schema.bare(),
        };
        self.keep(&name, &narrowed.to_bytes());
        narrowed
    }

    /// The objects there are: one request unless cached.
    pub(crate) fn objects(&self) -> Result<GlobalDescribe, Error> {
        if let Some(objects) = self.kept_objects() {
            return Ok(objects);
        }
        let objects = self.send(&DescribeGlobal)?;
        self.keep_objects(&objects);
        Ok(objects)
    }

    /// The objects there are, if they are cached.
    pub(crate) fn kept_objects(&self) -> Option<GlobalDescribe> {
        GlobalDescribe::from_bytes(&self.kept(GLOBAL)?.0)
    }

    pub(crate) fn keep_objects(&self, objects: &GlobalDescribe) {
        self.keep(GLOBAL, &objects.to_bytes());
    }

    // ---- the user ----

    /// Who the user is: one request unless cached.
    pub(crate) fn user(&self) -> Result<User, Error> {
        let kept = self.kept(USER).and_then(|(bytes, _)| {
            let text = String::from_utf8(bytes).ok()?;
            let (id, zone) = text.split_once(' ')?;
            Some(User { id: RecordId::parse(id).ok()?, zone: zone.to_owned() })
        });
        match kept {
            Some(user) => Ok(user),
            None => Ok(self.keep_user(self.send(&UserInfo)?)),
        }
    }

    pub(crate) fn keep_user(&self, user: User) -> User {
        self.keep(USER, format!("{} {}", user.id, user.zone).as_bytes());
        user
    }

    fn cached(&self, object: &str) -> Option<(ObjectSchema, u64)> {
        let (bytes, age) = self.kept(object)?;
        Some((ObjectSchema::from_bytes(&bytes)?, age))
    }

    /// What was kept under a name, with its age, unless it is too old.
    pub(crate) fn kept(&self, name: &str) -> Option<(Vec<u8>, u64)> {
        let mut bytes = self.platform.cached(&cache_key(name))?;
        let stamp = u64::from_be_bytes(bytes.get(..8)?.try_into().ok()?);
        let age = self.platform.now().checked_sub(stamp).filter(|age| *age < MAX_AGE_MS)?;
        bytes.drain(..8);
        Some((bytes, age))
    }

    /// Keeps bytes with the time.
    pub(crate) fn keep(&self, name: &str, bytes: &[u8]) {
        let stamped = [&self.platform.now().to_be_bytes(), bytes].concat();
        self.platform.cache(&cache_key(name), &stamped);
    }
}

/// How a write is refused whose row somebody else is writing: nothing was written.
const LOCKED: &str = "UNABLE_TO_LOCK_ROW";

/// The tries of a write whose row is locked: at once, for there is nothing to wait by; but Salesforce itself waits for a
/// lock before it says so, up to ten seconds by its Record Locking Cheat Sheet (not checked on an org), so that time is
/// a bound too.
struct Tries<'s> {
    call: &'s Call<'s>,
    began: i64,
    made: u32,
}

impl<'s> Tries<'s> {
    fn new(call: &'s Call<'s>) -> Self {
        Self { call, began: call.now(), made: 1 }
    }

    /// Whether there is one more.
    fn again(&mut self) -> bool {
        self.made += 1;
        self.made <= MAX_TRIES && self.call.now() - self.began < MAX_RETRY_SECONDS
    }
}

/// The part of a composite request that writes.
pub(crate) const WRITE: &str = "write";

/// The cache's name for the list of objects: no object is called so.
const GLOBAL: &str = "*";

/// The cache's name for the user: no object is called so either.
const USER: &str = "@";

/// Names for the parts of a composite request that only the order tells apart: at most 25, Salesforce's limit.
pub(crate) const PART_NAMES: [&str; 25] = [
    "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9", "p10", "p11", "p12", "p13", "p14", "p15", "p16", "p17",
    "p18", "p19", "p20", "p21", "p22", "p23", "p24", "p25",
];

fn cache_key(name: &str) -> String {
    format!("describe/{}", name.to_ascii_lowercase())
}

/// An object nobody knows.
pub(crate) fn unknown_object(object: &str) -> Error {
    Error::field(
        object,
        format!(
            "the object {object:?} does not exist or is not visible to the user; salesforce_describe without an object lists those there are"
        ),
        Vec::new(),
    )
}

/// A plan that makes no valid request: it is too long for a URL.
pub(crate) fn unsendable(error: http::Error) -> Error {
    Error::input(format!("the call makes no valid request ({error}); ask for fewer fields or shorter values"))
}

/// What a response that is no success means for what was written.
pub(crate) fn read_error(error: ReadError, writes: bool) -> Error {
    match error {
        ReadError::Refused(refusal) => Error::Refused { changed: refusal.changed(writes), refusal: Box::new(refusal) },
        ReadError::Unreadable(what) => {
            Error::Unreadable { what, changed: if writes { Changed::Unknown } else { Changed::No } }
        }
    }
}
