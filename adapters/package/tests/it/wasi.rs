//! Hosts of `wasi:http`, with wasmtime's own implementation of it; only the way to the org is a test's.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use demo_org::{Org, Reply};
use http::{Request, Response};
use http_body::{Body, Frame};
use http_body_util::{BodyExt as _, Full};
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView};

use crate::engine::{self, Limiter};

/// WASI of one instance.
pub(crate) struct Wasi {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    pub(crate) network: Network,
    pub(crate) limiter: Limiter,
}

impl Wasi {
    pub(crate) fn new(network: Network, limiter: Limiter, environment: &[(&str, &str)]) -> Self {
        let mut wasi = WasiCtxBuilder::new();
        wasi.envs(environment);
        // The org's time, so that what is asked of "today" is the same whenever the test runs.
        wasi.wall_clock(OrgClock(Arc::clone(&network.org)));
        Self { wasi: wasi.build(), http: WasiHttpCtx::new(), table: ResourceTable::new(), network, limiter }
    }
}

impl WasiView for Wasi {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for Wasi {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.network, table: &mut self.table, ctx: &mut self.http }
    }
}

struct OrgClock(Arc<Org>);

impl wasmtime_wasi::HostWallClock for OrgClock {
    fn resolution(&self) -> std::time::Duration {
        std::time::Duration::from_millis(1)
    }

    fn now(&self) -> std::time::Duration {
        std::time::Duration::from_millis(engine::now(&self.0))
    }
}

/// The way to the org: to the hosts that the operator granted, and no other.
pub(crate) struct Network {
    pub(crate) org: Arc<Org>,
    pub(crate) granted: &'static str,
    /// What the requests go by.
    pub(crate) scheme: &'static str,
    /// What the host answers where the operator granted nothing.
    pub(crate) denial: fn() -> Error,
    pub(crate) requests: Arc<std::sync::atomic::AtomicU32>,
}

impl Network {
    pub(crate) fn new(org: &Arc<Org>, granted: &'static str) -> Self {
        Self {
            org: Arc::clone(org),
            granted,
            scheme: "https",
            denial: || Error::HttpRequestDenied,
            requests: Arc::default(),
        }
    }
}

type Io = Box<dyn Future<Output = Result<(), Error>> + Send>;

impl WasiHttpHooks for Network {
    /// Little, so that what is longer goes out in parts.
    fn p2_outgoing_body_chunk_size(&mut self) -> usize {
        256
    }

    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Io,
    ) -> Box<dyn Future<Output = Result<(Response<WasiBody>, Io), Error>> + Send> {
        let org = Arc::clone(&self.org);
        let uri = request.uri();
        let authority = uri.authority().map(http::uri::Authority::as_str);
        let is_granted = authority == Some(self.granted) && uri.scheme_str() == Some(self.scheme);
        let denial = self.denial;
        self.requests.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        Box::new(async move {
            if !is_granted {
                return Err(denial());
            }
            let (parts, body) = request.into_parts();
            let body = body.collect().await?.to_bytes().to_vec();
            let response = answer(org.handle(Request::from_parts(parts, body)), options)?;
            Ok((response, Box::new(async { Ok(()) }) as Io))
        })
    }
}

fn answer(reply: Reply, options: Option<RequestOptions>) -> Result<Response<WasiBody>, Error> {
    let whole = |body: Vec<u8>| Full::new(Bytes::from(body)).map_err(|never| match never {}).boxed_unsync();
    match reply {
        Reply::Response(response) => Ok(response.map(whole)),
        Reply::Delayed { by, .. } if options.and_then(|o| o.first_byte_timeout).is_some_and(|most| by > most) => {
            Err(Error::HttpResponseTimeout)
        }
        Reply::Delayed { then, .. } => answer(*then, options),
        Reply::Dropped { .. } => Err(Error::HttpResponseIncomplete),
        Reply::Cut { response, .. } => Ok(response.map(|body| CutBody(Some(Bytes::from(body))).boxed_unsync())),
    }
}

/// A body that breaks off.
struct CutBody(Option<Bytes>);

impl Body for CutBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        Poll::Ready(Some(self.0.take().map_or(Err(Error::HttpResponseIncomplete), |bytes| Ok(Frame::data(bytes)))))
    }
}
