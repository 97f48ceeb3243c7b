//! `POST /services/data/vXX.X/composite`
//!
//! Up to 25 requests in one, each of which may refer to the results of those before it. Counts once against the
//! org's limit. The outer status is 200 even when parts failed.
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite.htm>

use http::header::CONTENT_TYPE;

use super::query::records;
use super::{Endpoint, ReadError, Refusal, VERSION_PATH, accept, name_of, parse};
use crate::json::{Json, Object, ObjectWriter, Raw, ToJson, Walk};
use crate::record::Record;
use crate::within;

/// Queries that a composite request takes, as many as the manual says. Of all parts it takes 25.
/// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite.htm>
pub const MAX_QUERIES: usize = 5;

/// Several requests in one. A part that fails does not undo the others, unless it is all or none.
#[derive(Debug, Default)]
pub struct Composite {
    parts: Vec<(&'static str, http::Request<Vec<u8>>)>,
    writes: u32,
    all_or_none: bool,
}

/// An endpoint's place in a composite request: reads that part of the response.
#[derive(Debug, Clone, Copy)]
pub struct Part(usize);

impl Composite {
    /// One of which nothing is written if any part fails, a part that only reads included.
    pub fn all_or_none() -> Self {
        Self { all_or_none: true, ..Self::default() }
    }

    /// Adds an endpoint, under a name that later parts can refer to.
    pub fn add<E: Endpoint>(&mut self, name: &'static str, endpoint: &E) -> Result<Part, http::Error> {
        self.parts.push((name, endpoint.request()?));
        self.writes += u32::from(E::WRITES);
        Ok(Part(self.parts.len() - 1))
    }

    /// Whether a request's values hold what a composite request would take for a reference to one of its parts. The
    /// manual names no escape, so such a request has to go alone.
    /// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/using_composite_resources_composite.htm>
    pub fn would_misread(values: &str) -> bool {
        within::holds(values, "@{")
    }

    /// Whether a part may change the org.
    pub fn writes(&self) -> bool {
        self.writes > 0
    }

    /// Whether a part that is refused for what it would write proves that nothing was written.
    pub fn is_one_write(&self) -> bool {
        self.writes == 1 || (self.writes > 1 && self.all_or_none)
    }
}

/// A request as a part of another.
struct PartRequest<'a> {
    name: &'a str,
    request: &'a http::Request<Vec<u8>>,
}

impl ToJson for PartRequest<'_> {
    fn write(&self, out: &mut String) {
        let mut headers = Object::default();
        own_headers(self.request.headers()).for_each(|(name, value)| headers.text(name, value));
        let mut part = ObjectWriter::new(out);
        part.add("method", &self.request.method().as_str());
        part.add("referenceId", &self.name);
        part.add("url", &self.request.uri().to_string());
        if !headers.is_empty() {
            part.add("httpHeaders", &Raw(&headers.finish()));
        }
        let body = std::str::from_utf8(self.request.body()).ok().and_then(|body| Json::parse(body).ok());
        part.add("body", &body.map(|body| Raw(body.get())));
        part.finish();
    }
}

/// The headers of a part that are its own: the composite request sets the content type for all.
fn own_headers(headers: &http::HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let own = headers.iter().filter(|(name, _)| **name != CONTENT_TYPE);
    own.filter_map(|(name, value)| Some((name_of(name), value.to_str().ok()?)))
}

impl Endpoint for Composite {
    type Response = Parts;
    // What the parts do is known only when they are added: `writes()` says it.
    const WRITES: bool = false;

    fn request(&self) -> Result<http::Request<Vec<u8>>, http::Error> {
        let parts: Vec<_> = self.parts.iter().map(|(name, request)| PartRequest { name, request }).collect();
        let mut body = String::new();
        let mut members = ObjectWriter::new(&mut body);
        members.add("allOrNone", &self.all_or_none);
        members.add("compositeRequest", &parts);
        members.finish();
        http::Request::post(format!("{VERSION_PATH}/composite"))
            .header(CONTENT_TYPE, "application/json")
            .body(body.into_bytes())
    }

    fn read(&self, response: http::Response<&[u8]>) -> Result<Parts, ReadError> {
        let body = accept(&response, http::StatusCode::OK)?;
        let parts = simdutf8::basic::from_utf8(body).ok().and_then(parts).unwrap_or_default();
        if parts.is_empty() {
            parse("composite answer", body)?;
        }
        if parts.len() == self.parts.len() {
            Ok(Parts(parts))
        } else {
            Err(ReadError::Unreadable("the composite answer has another number of parts than the request".to_owned()))
        }
    }
}

/// The responses in an answer, each with where its members lie; none if it is no JSON or no answer.
fn parts(text: &str) -> Option<Vec<Record>> {
    let mut from = Walk::of(text);
    let mut parts = None;
    let mut goes_on = from.enter(b'{');
    while goes_on {
        match from.name().as_ref() {
            "compositeResponse" if from.is_before(b'[') => parts = Some(records(&mut from)),
            _ => from.skip(),
        }
        goes_on = from.goes_on(b'}');
    }
    from.finish().ok()?;
    parts
}

/// The responses of the parts.
#[derive(Debug)]
pub struct Parts(Vec<Record>);

impl Parts {
    /// Reads one part with the endpoint that planned it. Where the part was only halted because another one failed,
    /// the refusal is that one's.
    pub fn read<E: Endpoint>(&self, part: Part, endpoint: &E) -> Result<E::Response, ReadError> {
        let response =
            self.0.get(part.0).and_then(as_http).ok_or_else(|| {
                ReadError::Unreadable("a part of the composite answer has no valid status".to_owned())
            })?;
        endpoint.read(response).map_err(|error| match error {
            ReadError::Refused(refusal) if refusal.is_halted() => ReadError::Refused(self.refusal().unwrap_or(refusal)),
            error => error,
        })
    }

    /// Whether a part was refused, and not only halted because of another.
    pub fn is_refused(&self, part: Part) -> bool {
        let response = self.0.get(part.0).and_then(as_http).filter(|part| !part.status().is_success());
        response.is_some_and(|part| !Refusal::read(part.status(), part.body()).is_halted())
    }

    /// What the first part was refused with that was not only halted because of another.
    pub fn refusal(&self) -> Option<Refusal> {
        let refused = self.0.iter().filter_map(as_http).filter(|part| !part.status().is_success());
        refused.map(|part| Refusal::read(part.status(), part.body())).find(|refusal| !refusal.is_halted())
    }
}

/// A part of the answer as the response it stands for.
fn as_http(part: &Record) -> Option<http::Response<&[u8]>> {
    let part = part.fields();
    let mut response = http::Response::new(part.get("body").map_or(&b""[..], |body| body.get().as_bytes()));
    let status = part.get("httpStatusCode")?.get().parse().ok()?;
    *response.status_mut() = http::StatusCode::from_u16(status).ok()?;
    Some(response)
}
