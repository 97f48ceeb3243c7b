//! A host of `wasi:http`: as `wasmtime serve` runs a server, with a fresh instance for each request.

use std::sync::Mutex;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Store};
use wasmtime_wasi_http::p2::bindings::http::types::Scheme;
use wasmtime_wasi_http::p2::bindings::sync::Proxy;
use wasmtime_wasi_http::{Error, WasiHttpView as _};

use crate::engine::{Grants, Limiter, Used};
use crate::wasi::{Network, Wasi};

/// What the tests hold an instance to; these hosts grant what the operator says.
const GRANTS: Grants = Grants {
    fuel: u64::MAX,
    memory: 64 * 1024 * 1024,
    instances: 10,
    tables: 10,
    table_elements: 10_000,
    memories: 10,
    requests: u32::MAX,
};

/// One request to a fresh instance, of a host that links what `wasmtime serve -S cli` does, and what `link` adds.
pub(crate) fn serve(
    (engine, component): &(Engine, Component),
    link: impl FnOnce(&mut Linker<Wasi>),
    network: Network,
    environment: &[(&str, &str)],
    request: Request<String>,
) -> (Response<String>, Used) {
    let mut linker: Linker<Wasi> = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker).unwrap();
    wasmtime_wasi_http::p2::add_only_http_to_linker_sync(&mut linker).unwrap();
    link(&mut linker);
    let mut store = Store::new(engine, Wasi::new(network, Limiter::new(GRANTS), environment));
    store.limiter(|state| &mut state.limiter);
    store.set_fuel(GRANTS.fuel).unwrap();
    let body = |text: String| Full::new(Bytes::from(text)).map_err(|never| -> Error { match never {} });
    let incoming = store.data_mut().http().new_incoming_request(Scheme::Https, request.map(body)).unwrap();
    let (sender, receiver) = std::sync::mpsc::channel();
    let sender = Mutex::new(sender);
    let out = store.data_mut().http().new_response_outparam_from_callback(move |response| {
        // The body is written once somebody reads it.
        let reading = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let (parts, body) = response.unwrap().into_parts();
            let bytes = runtime.block_on(body.collect()).unwrap().to_bytes();
            Response::from_parts(parts, String::from_utf8(bytes.to_vec()).unwrap())
        });
        sender.lock().unwrap().send(reading).unwrap();
    });
    let proxy = Proxy::instantiate(&mut store, component, &linker).unwrap();
    proxy.wasi_http_incoming_handler().call_handle(&mut store, incoming, out.unwrap()).unwrap();
    let fuel = GRANTS.fuel - store.get_fuel().unwrap();
    let requests = store.data().network.requests.load(Ordering::SeqCst);
    let used = Used { fuel, memory: store.data().limiter.memory, requests };
    drop(store);
    (receiver.recv().unwrap().join().unwrap(), used)
}
