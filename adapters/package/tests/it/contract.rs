//! An adapter imports what its host links, and nothing else.

use std::collections::BTreeSet;

use adapter_package::{EXAMPLE, IRONCLAW_0_24, IRONCLAW_1, WASI_HTTP, WASI_HTTP_CONFIG, WASSETTE, ZEROCLAW};
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;
use wasmtime::{Config, Engine};

use crate::engine;

/// Most bytes of an adapter, of which the core takes all but a tenth.
const MAX_BYTES: usize = 850_000;

/// What `wasi:http` of version 0.2 needs, which every host of it links.
const HTTP: [&str; 8] = [
    "wasi:cli/environment",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:http/outgoing-handler",
    "wasi:http/types",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
];

fn names(component: &[u8]) -> (BTreeSet<String>, BTreeSet<String>) {
    let (engine, component) = engine::compiled(component);
    let kind = component.component_type();
    let imports = kind.imports(&engine).map(|(name, _)| name.to_owned()).collect();
    (imports, kind.exports(&engine).map(|(name, _)| name.to_owned()).collect())
}

#[track_caller]
fn check(component: &[u8], imports: &[&str], exports: &[&str]) {
    let (imported, exported) = names(component);
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(imported.difference(&owned(imports)).collect::<Vec<_>>(), [""; 0], "the host links no such import");
    assert_eq!(exported, owned(exports));
    println!("{exports:?}: {} bytes", component.len());
    assert!(component.len() <= MAX_BYTES, "{} bytes", component.len());
}

/// The WASI of version 0.2 that a host links, at the version that the adapters are built for: hosts link any 0.2.
fn wasi(others: &[&'static str]) -> Vec<String> {
    HTTP.iter().map(|name| format!("{name}@0.2.12")).chain(others.iter().map(|name| (*name).to_owned())).collect()
}

#[test]
fn ironclaw_0_24_links_what_its_adapter_imports() {
    check(IRONCLAW_0_24, &["near:agent/host@0.3.0"], &["near:agent/tool@0.3.0"]);
}

#[test]
fn ironclaw_1_links_what_its_adapter_imports() {
    check(IRONCLAW_1, &["near:agent/host@0.4.1"], &["near:agent/tool@0.4.1"]);
}

#[test]
fn zeroclaw_links_what_its_adapter_imports() {
    // The last holds names of types alone, which need nothing linked.
    let imports =
        wasi(&["zeroclaw:plugin/secrets@0.1.0", "zeroclaw:plugin/state@0.1.0", "zeroclaw:plugin/types@0.1.0"]);
    let imports: Vec<_> = imports.iter().map(String::as_str).filter(|name| !name.contains("environment")).collect();
    check(ZEROCLAW, &imports, &["zeroclaw:plugin/plugin-info@0.1.0", "zeroclaw:plugin/tool@0.1.0"]);
}

#[test]
fn hosts_of_wasi_http_link_what_the_server_imports() {
    let imports = wasi(&[]);
    let imports: Vec<_> = imports.iter().map(String::as_str).collect();
    check(WASI_HTTP, &imports, &["wasi:http/incoming-handler@0.2.12"]);
}

#[test]
fn hosts_with_wasi_config_link_what_its_server_imports() {
    let imports = wasi(&["wasi:config/store@0.2.0-rc.1"]);
    let imports: Vec<_> = imports.iter().map(String::as_str).filter(|name| !name.contains("environment")).collect();
    check(WASI_HTTP_CONFIG, &imports, &["wasi:http/incoming-handler@0.2.12"]);
}

#[test]
fn wassette_links_what_its_adapter_imports_and_sees_every_tool() {
    let imports = wasi(&[]);
    let imports: Vec<_> = imports.iter().map(String::as_str).collect();
    let tools = crate::wassette::tools();
    check(WASSETTE, &imports, &tools.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn no_adapter_has_a_core_that_a_host_would_count_as_several() {
    // IronClaw grants ten instances: a component and an adapter of it fit, three components do not.
    for component in [IRONCLAW_0_24, IRONCLAW_1, ZEROCLAW, WASI_HTTP, WASI_HTTP_CONFIG, WASSETTE, EXAMPLE] {
        let engine = Engine::new(&Config::new()).unwrap();
        let component = Component::from_binary(&engine, component).unwrap();
        let resources = component.resources_required().unwrap();
        assert_eq!(resources.num_memories, 1);
        assert!(resources.num_tables <= 10, "{} tables", resources.num_tables);
        let exports = component.component_type().exports(&engine).count();
        assert!(exports > 0);
        for (name, item) in component.component_type().imports(&engine) {
            assert!(matches!(item.ty, ComponentItem::ComponentInstance(_)), "{name} is no interface");
        }
    }
}
