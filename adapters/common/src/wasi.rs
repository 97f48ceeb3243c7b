//! Requests over `wasi:http`, as the user whose token the host has handed over.
//!
//! The token is in the guest's memory here, for such hosts inject none. It is put into one header, and for the SOAP API
//! into its envelope, and nowhere else.

use http::Request;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderName};
use salesforce_plugin::platform::{FailureReason, SendFailure};
use salesforce_plugin::rest::name_of;
use salesforce_plugin::within;

use crate::failure::{sent, unsent};
use crate::settings::{Settings, origin};
use crate::wire::{self, MAX_RESPONSE_BYTES, TIMEOUT_MS};

#[allow(missing_docs, unsafe_code)] // Generated.
pub mod bindings {
    wit_bindgen::generate!({ path: "wit", world: "outgoing", generate_all });
}

/// What sends a request, by itself: it takes what is [`handed_over`].
#[allow(missing_docs, unsafe_code)] // Generated.
mod handler {
    wit_bindgen::generate!({
        inline: "
            package salesforce:handler;

            world outgoing {
                import wasi:http/outgoing-handler@0.2.12;
            }
        ",
        path: "wit",
        with: {
            "wasi:http/outgoing-handler@0.2.12": generate,
            "wasi:http/types@0.2.12": crate::wasi::handed_over,
            "wasi:io/error@0.2.12": crate::wasi::bindings::wasi::io::error,
            "wasi:io/poll@0.2.12": crate::wasi::bindings::wasi::io::poll,
            "wasi:io/streams@0.2.12": crate::wasi::bindings::wasi::io::streams,
            "wasi:clocks/monotonic-clock@0.2.12": crate::wasi::bindings::wasi::clocks::monotonic_clock,
        },
    });
}

/// The types of `wasi:http`, where what the host takes over is never dropped.
///
/// The bindings look behind each call whether something is left to be dropped. An error of the host is read only after
/// that, and so the compiler would put the whole of it together, each of forty cases by itself: a kilobyte.
mod handed_over {
    use std::mem::ManuallyDrop;

    use super::bindings::wasi::http::types;
    pub(super) use super::bindings::wasi::http::types::*;

    pub(super) struct HandedOver<T>(ManuallyDrop<T>);
    pub(super) type OutgoingRequest = HandedOver<types::OutgoingRequest>;
    pub(super) type RequestOptions = HandedOver<types::RequestOptions>;

    impl<T> From<T> for HandedOver<T> {
        fn from(resource: T) -> Self {
            Self(ManuallyDrop::new(resource))
        }
    }

    impl OutgoingRequest {
        pub(super) fn take_handle(&self) -> u32 {
            self.0.take_handle()
        }
    }

    impl RequestOptions {
        pub(super) fn take_handle(&self) -> u32 {
            self.0.take_handle()
        }
    }
}

use bindings::wasi::cli::environment::get_environment;
use bindings::wasi::clocks::wall_clock;
use bindings::wasi::config::store;
use bindings::wasi::http::types::{
    ErrorCode, Fields, FutureIncomingResponse, IncomingResponse, Method, OutgoingBody, OutgoingRequest, RequestOptions,
    Scheme,
};
use bindings::wasi::io::streams::{InputStream, OutputStream, StreamError};
use handler::wasi::http::outgoing_handler;

/// Longest time until a connection stands, in nanoseconds.
const CONNECT_TIMEOUT: u64 = 10_000_000_000;
/// What a stream takes at once.
const CHUNK_BYTES: usize = 4096;
/// What a stream is asked for at once: most that it has is whole then, and copied once less.
const PART_BYTES: u64 = 1024 * 1024;

/// Milliseconds since the Unix epoch.
pub fn now() -> u64 {
    let now = wall_clock::now();
    now.seconds * 1000 + u64::from(now.nanoseconds / 1_000_000)
}

/// The environment, which the host hands over whole, or what a host has in its place.
pub struct Environment(Vec<(String, String)>);

impl Environment {
    /// Reads it.
    pub fn read() -> Self {
        Self(get_environment())
    }

    /// Reads what the host's `wasi:config` has, under the same names.
    ///
    /// # Errors
    /// What the host says, where it can't read that itself.
    pub fn of_config() -> Result<Self, String> {
        match store::get_all() {
            Ok(all) => Ok(Self(all)),
            Err(store::Error::Upstream(why) | store::Error::Io(why)) => Err(why),
        }
    }

    /// A variable; none where it is not set, or empty.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(set, value)| set == name && !value.is_empty()).map(|(_, value)| &**value)
    }

    /// The settings.
    ///
    /// # Errors
    /// A sentence that names the variable, for whoever set it.
    pub fn settings(&self) -> Result<Settings, String> {
        let written = self.variable(SETTINGS).unwrap_or("{}");
        let mut settings = Settings::read(written).map_err(|why| format!("{SETTINGS} can't be used: {why}"))?;
        settings.connection.soap_session = true;
        if settings.origin.is_none() {
            settings.origin = self.variable(DOMAIN).map(origin).transpose()?;
        }
        Ok(settings)
    }
}

/// The settings, as JSON.
pub const SETTINGS: &str = "SALESFORCE_SETTINGS";
/// The org, where the settings name none.
pub const DOMAIN: &str = "SALESFORCE_DOMAIN";

/// Sends a request as the user, and waits for the whole response. `way` is the origin of the org, or of what stands on the
/// way to it.
///
/// # Errors
/// What the host could not or would not send, and a response that is cut, late or too large.
pub fn send(way: &str, token: &str, request: &Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, SendFailure> {
    let outgoing = outgoing(way, token, request)?;
    let body = outgoing.body().map_err(|()| unsent(FailureReason::Denied))?;
    let writing = Writing::begin(&body, request.body());
    let response = begun(outgoing)?;
    writing.finish(body);
    read(arrived(&response)?)
}

/// Has the host begin with a request.
// Not where it is called, so that the compiler leaves out of the error what nobody reads.
#[inline(never)]
fn begun(request: OutgoingRequest) -> Result<FutureIncomingResponse, SendFailure> {
    outgoing_handler::handle(request.into(), Some(options().into())).map_err(|code| failure(&code))
}

/// Waits until a response begins.
#[inline(never)]
fn arrived(response: &FutureIncomingResponse) -> Result<IncomingResponse, SendFailure> {
    response.subscribe().block();
    match response.get() {
        Some(Ok(Ok(response))) => Ok(response),
        Some(Ok(Err(code))) => Err(failure(&code)),
        _ => Err(sent(FailureReason::Unreachable)),
    }
}

/// Sends a request of the SOAP API, with the token in the one empty `sessionId` of its envelope.
///
/// # Errors
/// As of [`send`]; an envelope without that place is not sent.
pub fn send_soap(
    way: &str,
    token: &str,
    mut request: Request<Vec<u8>>,
) -> Result<http::Response<Vec<u8>>, SendFailure> {
    *request.body_mut() = wire::with_session(request.body(), token).ok_or(unsent(FailureReason::Denied))?;
    send(way, token, &request)
}

fn outgoing(way: &str, token: &str, request: &Request<Vec<u8>>) -> Result<OutgoingRequest, SendFailure> {
    let denied = || unsent(FailureReason::Denied);
    wire::check(request)?;
    let (scheme, authority) = match (way.strip_prefix("https://"), way.strip_prefix("http://")) {
        (Some(authority), _) => (Scheme::Https, authority),
        (_, Some(authority)) => (Scheme::Http, authority),
        _ => return Err(denied()),
    };
    let headers = Fields::new();
    let append = |name: &HeaderName, value: &[u8]| headers.append(name_of(name), value).map_err(|_| denied());
    request.headers().iter().try_for_each(|(name, value)| append(name, value.as_bytes()))?;
    append(&AUTHORIZATION, format!("Bearer {token}").as_bytes())?;
    // A GET has no body, and no length.
    if !request.body().is_empty() {
        append(&CONTENT_LENGTH, request.body().len().to_string().as_bytes())?;
    }
    let outgoing = OutgoingRequest::new(headers);
    let method = match *request.method() {
        http::Method::GET => Method::Get,
        http::Method::POST => Method::Post,
        http::Method::PATCH => Method::Patch,
        http::Method::DELETE => Method::Delete,
        _ => return Err(denied()),
    };
    let path = request.uri().path_and_query().map(http::uri::PathAndQuery::as_str);
    let steps = [
        outgoing.set_method(&method),
        outgoing.set_scheme(Some(&scheme)),
        outgoing.set_authority(Some(authority)),
        outgoing.set_path_with_query(path),
    ];
    if steps.iter().all(Result::is_ok) { Ok(outgoing) } else { Err(denied()) }
}

fn options() -> RequestOptions {
    let options = RequestOptions::new();
    let timeout = u64::from(TIMEOUT_MS) * 1_000_000;
    // A host that can't set one has its own.
    let _ = options.set_connect_timeout(Some(CONNECT_TIMEOUT));
    let _ = options.set_first_byte_timeout(Some(timeout));
    let _ = options.set_between_bytes_timeout(Some(timeout));
    options
}

/// A body that is being written.
pub struct Writing<'b> {
    stream: Option<OutputStream>,
    rest: &'b [u8],
}

impl<'b> Writing<'b> {
    /// Hands over what the stream takes at once, before the headers leave, so that they leave together: a second packet
    /// may have to wait until the first is acknowledged.
    pub fn begin(body: &OutgoingBody, bytes: &'b [u8]) -> Self {
        // Of nothing there is no stream, and one that breaks says why in the response.
        let stream = if bytes.is_empty() { None } else { body.write().ok() };
        let most = stream.as_ref().and_then(|stream| stream.check_write().ok()).unwrap_or_default();
        let (first, rest) = bytes.split_at(bytes.len().min(usize::try_from(most).unwrap_or(usize::MAX)));
        let is_open = stream.as_ref().is_some_and(|stream| stream.write(first).is_ok());
        Self { stream, rest: if is_open { rest } else { &[] } }
    }

    /// Writes the rest, and says that it was all.
    pub fn finish(self, body: OutgoingBody) {
        if let Some(stream) = self.stream {
            let _ = self.rest.chunks(CHUNK_BYTES).try_for_each(|chunk| stream.blocking_write_and_flush(chunk));
        }
        let _ = OutgoingBody::finish(body, None);
    }
}

fn read(response: IncomingResponse) -> Result<http::Response<Vec<u8>>, SendFailure> {
    let status = response.status();
    let headers = response.headers().entries();
    let body = response.consume().map_err(|()| sent(FailureReason::Unreachable))?;
    let stream = body.stream().map_err(|()| sent(FailureReason::Unreachable))?;
    let bytes = read_all(&stream, MAX_RESPONSE_BYTES).map_err(sent)?;
    wire::response(status, headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())), bytes)
}

/// Reads a stream to its end.
///
/// # Errors
/// There are more bytes than `most`, or the stream broke before its end.
pub fn read_all(stream: &InputStream, most: usize) -> Result<Vec<u8>, FailureReason> {
    // Put together once they are all there: what grew would be copied again and again, and leave each copy behind.
    let (mut parts, mut bytes) = (Vec::new(), 0);
    loop {
        match stream.blocking_read(PART_BYTES) {
            Ok(part) if bytes + part.len() > most => return Err(FailureReason::TooLarge),
            Ok(part) => {
                bytes += part.len();
                parts.push(part);
            }
            Err(StreamError::Closed) => break,
            Err(StreamError::LastOperationFailed(_)) => return Err(FailureReason::Unreachable),
        }
    }
    Ok(if parts.len() == 1 { parts.swap_remove(0) } else { parts.concat() })
}

/// What can be done about a request that got no response, and whether it may have left.
// Where it is called, so that the compiler leaves out the words of errors that nobody reads.
#[inline(always)]
fn failure(code: &ErrorCode) -> SendFailure {
    match code {
        ErrorCode::ConnectionTimeout | ErrorCode::DnsTimeout => unsent(FailureReason::Timeout),
        ErrorCode::ConnectionReadTimeout | ErrorCode::ConnectionWriteTimeout | ErrorCode::HttpResponseTimeout => {
            sent(FailureReason::Timeout)
        }
        ErrorCode::HttpRequestDenied
        | ErrorCode::DestinationIpProhibited
        | ErrorCode::HttpRequestMethodInvalid
        | ErrorCode::HttpRequestUriInvalid => unsent(FailureReason::Denied),
        ErrorCode::DnsError(_)
        | ErrorCode::DestinationNotFound
        | ErrorCode::DestinationIpUnroutable
        | ErrorCode::ConnectionRefused
        | ErrorCode::ConnectionLimitReached
        | ErrorCode::TlsCertificateError => unsent(FailureReason::Unreachable),
        ErrorCode::HttpResponseBodySize(_) => sent(FailureReason::TooLarge),
        // ZeroClaw says in words what it does not let through, and before anything leaves.
        ErrorCode::InternalError(Some(why)) if within::holds(why, "egress policy") => unsent(FailureReason::Denied),
        _ => sent(FailureReason::Unreachable),
    }
}
