//! Hosts of `wasi:http` that have settings in `wasi:config` 0.2.0-rc.1, as `wasmtime serve -S cli -S config` does.

use std::sync::{Arc, LazyLock};

use adapter_package::{WASI_HTTP_CONFIG, wasi_http as package};
use demo_org::Org;
use http::{Request, Response, StatusCode};
use serde_json::json;
use wasmtime::Engine;
use wasmtime::component::{Component, ComponentType, Linker, Lower};

use crate::engine::{self, HOST};
use crate::wasi::{Network, Wasi};
use crate::wasi_http::{URL, message, post, read};
use crate::{serving, wasi_http};

static COMPONENT: LazyLock<(Engine, Component)> = LazyLock::new(|| engine::compiled(WASI_HTTP_CONFIG));

/// What such a host links.
const STORE: &str = "wasi:config/store@0.2.0-rc.1";

/// Why a host has no value.
#[derive(Debug, Clone, ComponentType, Lower)]
#[component(variant)]
enum Unread {
    #[component(name = "upstream")]
    Upstream(String),
    #[component(name = "io")]
    Io(String),
}

type Values = Result<Vec<(String, String)>, Unread>;

/// Links functions of that form, with these values. <https://github.com/WebAssembly/wasi-config>
fn link(linker: &mut Linker<Wasi>, interface: &str, values: Values) {
    let mut store = linker.instance(interface).unwrap();
    let all = values.clone();
    store.func_wrap("get-all", move |_, (): ()| Ok((all.clone(),))).unwrap();
    let get = move |_: wasmtime::StoreContextMut<'_, Wasi>, (name,): (String,)| {
        let found = |all: Vec<(String, String)>| all.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value);
        Ok((values.clone().map(found),))
    };
    store.func_wrap("get", get).unwrap();
}

fn serve(org: &Arc<Org>, values: Values, request: Request<String>) -> Response<String> {
    // What the environment says is not asked for.
    let environment = [("SALESFORCE_MCP_URL", "https://elsewhere.example/mcp"), ("SALESFORCE_DOMAIN", "elsewhere")];
    serving::serve(&COMPONENT, |linker| link(linker, STORE, values), Network::new(org, HOST), &environment, request).0
}

fn owned(values: &[(&str, &str)]) -> Values {
    Ok(values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

#[test]
fn what_the_host_has_is_used_in_place_of_the_environment() {
    let org = Arc::new(Org::demo());
    let find = || {
        let params = json!({ "name": "salesforce_find", "arguments": { "text": "Acme" } });
        post(&org.token("riley")).body(message("tools/call", params)).unwrap()
    };
    for values in [
        &[("SALESFORCE_MCP_URL", URL), ("SALESFORCE_DOMAIN", HOST)][..],
        &[("SALESFORCE_MCP_URL", URL), ("SALESFORCE_SETTINGS", r#"{"domain": "demo", "read_only": true}"#)],
    ] {
        let response = serve(&org, owned(values), find());
        assert_eq!(read(&response)["result"]["isError"], false, "{response:?}");
        assert!(response.body().contains("Acme"));
    }
    assert_eq!(org.requests().len(), 2);
}

#[test]
fn what_the_host_lacks_or_cant_read_serves_nobody_and_says_why() {
    let org = Arc::new(Org::demo());
    for (values, said) in [
        (owned(&[]), "SALESFORCE_MCP_URL is not set"),
        (owned(&[("SALESFORCE_MCP_URL", URL)]), "the settings name no org"),
        (Err(Unread::Upstream("the vault is sealed".to_owned())), "the vault is sealed"),
        (Err(Unread::Io("no such file".to_owned())), "no such file"),
    ] {
        let response = serve(&org, values, post("token").body(message("ping", json!({}))).unwrap());
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR, "{said}");
        assert!(response.body().contains(said), "{response:?}");
    }
    assert!(org.requests().is_empty());
}

#[test]
fn each_server_starts_only_where_what_it_imports_is_linked() {
    let (engine, component) = &*COMPONENT;
    let mut linker: Linker<Wasi> = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker).unwrap();
    wasmtime_wasi_http::p2::add_only_http_to_linker_sync(&mut linker).unwrap();
    let refused = |linker: &Linker<Wasi>| format!("{:#}", linker.instantiate_pre(component).err().unwrap());
    assert!(refused(&linker).contains(STORE), "{}", refused(&linker));
    // The draft before it is another interface to a host, with the same functions.
    let mut of_draft = linker.clone();
    link(&mut of_draft, "wasi:config/store@0.2.0-draft", owned(&[]));
    assert!(refused(&of_draft).contains(STORE), "{}", refused(&of_draft));
    link(&mut linker, STORE, owned(&[]));
    assert!(linker.instantiate_pre(component).is_ok());
    // The other one needs none of it.
    let (engine, component) = &*wasi_http::COMPONENT;
    let mut linker: Linker<Wasi> = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker).unwrap();
    wasmtime_wasi_http::p2::add_only_http_to_linker_sync(&mut linker).unwrap();
    assert!(linker.instantiate_pre(component).is_ok());
}

#[test]
fn the_package_is_the_component_alone() {
    let files = package::config_package();
    assert_eq!(files, [("salesforce-mcp-config.wasm".to_owned(), WASI_HTTP_CONFIG.to_vec())]);
}
