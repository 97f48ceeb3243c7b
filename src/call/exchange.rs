//! Requests of one call and their responses: alone or several in one, page after page, and again while a row is locked.

use super::Call;
use crate::error::Error;
use crate::id::RecordId;
use crate::record::Record;
use crate::rest::{
    ApiCalls, Composite, Endpoint, MAX_QUERIES, Names, Page, Parts, Query, QueryMore, ReadError, Retrieve, Which,
    date_of,
};
use crate::soql::{FieldPath, Select};
use crate::wit::Changed;

/// A query longer than this goes in the body of a composite request, since Salesforce refuses a request line and
/// headers of more than 16,384 bytes and the token is one of the headers.
const MAX_PATH_BYTES: usize = 8_000;

/// How often a write is sent while its row is locked.
const MAX_TRIES: u32 = 3;

/// No try begins later than this after the first.
const MAX_RETRY_SECONDS: i64 = 15;

/// Pages of one result that are read. Salesforce sends 200 records a page or more, but for the last: that many pages hold
/// more than any tool shows, and an org that sends a record a page ends the call early.
/// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_queryoptions.htm>
const MAX_PAGES: u32 = 25;

/// Names for the parts of a composite request that only the order tells apart: at most 25, Salesforce's limit.
pub(crate) const PART_NAMES: [&str; 25] = [
    "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9", "p10", "p11", "p12", "p13", "p14", "p15", "p16", "p17",
    "p18", "p19", "p20", "p21", "p22", "p23", "p24", "p25",
];

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

/// What was read of a record after it was written.
#[derive(Default)]
pub(crate) struct ReadBack {
    /// Its fields; none where the user may not see it any more.
    pub(crate) record: Option<Record>,
    /// What the records are called that its lookups point to, as far as that was asked.
    pub(crate) names: Option<Record>,
}

impl Call<'_> {
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
        self.exchange_request(endpoint, endpoint.request(), writes)
    }

    /// The same of the endpoint's request.
    fn exchange_request<E: Endpoint>(
        &self,
        endpoint: &E,
        request: http::Result<http::Request<Vec<u8>>>,
        writes: bool,
    ) -> Result<E::Response, Error> {
        let (parts, body) = self.answer(request, E::IS_SOAP, writes)?;
        endpoint.read(http::Response::from_parts(parts, &body)).map_err(|error| read_error(error, writes))
    }

    /// The org's answer to a request, whatever it says; of its headers is kept what later parts of the call go by.
    fn answer(
        &self,
        request: http::Result<http::Request<Vec<u8>>>,
        is_soap: bool,
        writes: bool,
    ) -> Result<(http::response::Parts, Vec<u8>), Error> {
        let request = request.map_err(unsendable)?;
        let response = if is_soap { self.platform.send_soap(request) } else { self.platform.send(request) };
        let response = response.map_err(|failure| Error::no_response(&failure, writes))?;
        let (parts, body) = response.into_parts();
        if let Some(calls) = ApiCalls::read(&parts.headers)
            && self.api_calls().is_none_or(|known| calls.left() < known.left())
        {
            self.api_calls.set(Some(calls));
        }
        if let Some(date) = date_of(&parts.headers) {
            // The response that was fastest on its way says most.
            self.org_ahead.set(Some(date - self.now()).max(self.org_ahead.get()));
        }
        Ok((parts, body))
    }

    /// Sends one write alone, again while its row is locked.
    pub(crate) fn write<W: Endpoint>(&self, write: &W) -> Result<W::Response, Error> {
        let mut tries = Tries::new(self);
        loop {
            match self.send(write) {
                Err(error) if error.is_refused_with(LOCKED) && tries.again() => {}
                outcome => return outcome,
            }
        }
    }

    /// Writes and reads back what came of it; no record where the user may not see it any more. One composite request,
    /// of which the write is the part [`WRITE`], unless its values would be misread there: then two. `id` says of the
    /// written record what `read` can only refer to. The names that the `paths` lead to come along, where they do without
    /// another request.
    pub(crate) fn write_and_read<W: Endpoint>(
        &self,
        write: &W,
        values: &str,
        read: Retrieve<'_>,
        paths: &[FieldPath],
        id: impl FnOnce(&W::Response) -> RecordId,
    ) -> Result<(W::Response, ReadBack), Error> {
        if Composite::would_misread(values) {
            let written = self.write(write)?;
            let id = id(&written);
            let record = self.send(&Retrieve { record: Which::Id(&id), ..read }).ok();
            return Ok((written, ReadBack { record, names: None }));
        }
        let mut composite = Composite::default();
        let write_part = composite.add(WRITE, write).map_err(unsendable)?;
        let read_part = composite.add("read", &read).map_err(unsendable)?;
        let names = Names { object: read.object, record: read.record.clone(), paths };
        let names_part = (!paths.is_empty()).then(|| composite.add("names", &names)).transpose().map_err(unsendable)?;
        let answer = self.send_all(&composite)?;
        let written = answer.read(write_part, write).map_err(|error| read_error(error, W::WRITES))?;
        let record = answer.read(read_part, &read).ok();
        let names = names_part.and_then(|part| answer.read(part, &names).ok().flatten());
        Ok((written, ReadBack { record, names }))
    }

    /// Runs a query, and reads on until there are `enough` records where Salesforce sends them in several pages.
    pub(crate) fn query(&self, select: &Select, enough: usize) -> Result<Page, Error> {
        self.run_query(&Query::new(select), enough)
    }

    /// The same of a query's text.
    pub(crate) fn run_query(&self, query: &Query, enough: usize) -> Result<Page, Error> {
        let request = query.request();
        let path = request.as_ref().ok().and_then(|request| request.uri().path_and_query());
        let page = if path.is_some_and(|path| path.as_str().len() <= MAX_PATH_BYTES) {
            self.exchange_request(query, request, false)?
        } else {
            let mut composite = Composite::default();
            let part = composite.add("query", query).map_err(unsendable)?;
            self.send_all(&composite)?.read(part, query).map_err(|error| read_error(error, false))?
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

    /// The records that queries find, in as few requests as Salesforce allows.
    pub(crate) fn records_of_all(&self, selects: &[&Select]) -> Result<Vec<Result<Vec<Record>, Error>>, Error> {
        let mut records = Vec::new();
        for page in self.query_all(selects)? {
            records.push(page.map(|page| page.records));
        }
        Ok(records)
    }

    /// Reads on from a page until there are `enough` records.
    pub(crate) fn read_on(&self, mut page: Page, enough: usize) -> Result<Page, Error> {
        let mut pages = 1;
        while !page.done && page.records.len() < enough {
            pages += 1;
            if pages > MAX_PAGES {
                let records = page.records.len();
                let what = format!("the result comes in more than {MAX_PAGES} pages, of {records} records so far");
                return Err(Error::unreadable(what, Changed::No));
            }
            let next = page.next_records_url.as_deref().and_then(QueryMore::from_url);
            let elsewhere = || Error::unreadable("the address of the next page leads out of the API", Changed::No);
            let next = next.ok_or_else(elsewhere)?;
            let more = self.send(&next)?;
            page.done = more.done || more.records.is_empty();
            page.next_records_url = more.next_records_url;
            page.records.extend(more.records);
        }
        Ok(page)
    }
}

/// A plan that makes no valid request: it is too long for a URL.
pub(crate) fn unsendable(error: http::Error) -> Error {
    Error::input(format!("the call makes no valid request ({error}); ask for fewer fields or shorter values"))
}

/// What a response that is no success means for what was written.
pub(crate) fn read_error(error: ReadError, writes: bool) -> Error {
    match error {
        ReadError::Refused(refusal) => {
            let changed = refusal.changed(writes);
            Error::refused(refusal, changed)
        }
        ReadError::Unreadable(what) => Error::unreadable(what, if writes { Changed::Unknown } else { Changed::No }),
    }
}
