//! Makes guests that misbehave, for tests that run on the host as it is, without a compiler: components of the plugin's
//! own world whose `catalog.call` is written by hand.

// A build script reports a failure by panicking.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, Resolve};

#[path = "../host/build/compile.rs"]
mod compile;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    for input in ["../../wit", "../host/build/compile.rs", "../host/src/machine_code.rs"] {
        println!("cargo:rerun-if-changed={input}");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let greedy = "i32.const 1 memory.grow i32.const -1 i32.eq if unreachable end";
    let recursive = "i32.const 0 i32.const 0 i32.const 0 i32.const 1 call $self drop";
    let stubborn =
        format!("block loop {MESSENGER} drop i32.const 1040 i32.load8_u br_if 1 br 0 end end i32.const 3072");
    for (name, counts_fuel, body) in [
        ("loops", false, unless_empty("")),
        ("loops-fuel", true, unless_empty("")),
        ("allocates", false, unless_empty(greedy)),
        ("traps", false, unless_empty("unreachable")),
        ("recurses", false, unless_empty(recursive)),
        ("sends", false, MESSENGER.to_owned()),
        ("sends-until-refused", false, stubborn),
        ("posts-soap", false, soap()),
        ("sends-and-loops", false, unless_empty(&format!("{MESSENGER} drop loop br 0 end"))),
    ] {
        let code = compile::compile(&component(&body), counts_fuel);
        fs::write(out.join(name).with_extension("cwasm"), code).expect("OUT_DIR can be written to");
    }
}

/// Returns an empty reply when it gets no arguments, and otherwise does what `then` says, forever.
fn unless_empty(then: &str) -> String {
    format!(
        "local.get 3 i32.eqz if {ok} i32.const 3072 return end loop {then} br 0 end unreachable",
        ok = "i32.const 3072 i32.const 0 i32.store8 i32.const 3076 i32.const 0 i32.store i32.const 3080 i32.const 0 i32.store"
    )
}

/// Sends `GET` to the path it gets as arguments, with the name it gets as the value of a header, and replies with the
/// body of the response, or with the detail of the failure: the host's words, byte for byte.
const MESSENGER: &str = "
    i32.const 1024 call $access-token
    ;; One header: its name is data, its value the first argument.
    i32.const 2048 i32.const 512 i32.store
    i32.const 2052 i32.const 20 i32.store
    i32.const 2056 local.get 0 i32.store
    i32.const 2060 local.get 1 i32.store
    i32.const 0                                   ;; get
    local.get 2 local.get 3                       ;; path
    i32.const 2048 i32.const 1                    ;; headers
    i32.const 0 i32.const 0 i32.const 0           ;; no body
    i32.const 0                                   ;; the credential as a bearer's
    i32.const 1028 i32.load                       ;; the handle
    i32.const 1040 call $send
    i32.const 3072 i32.const 0 i32.store8
    i32.const 1040 i32.load8_u
    if
      i32.const 3076 i32.const 1052 i32.load i32.store
      i32.const 3080 i32.const 1056 i32.load i32.store
    else
      i32.const 3076 i32.const 1056 i32.load i32.store
      i32.const 3080 i32.const 1060 i32.load i32.store
    end
    i32.const 3072";

/// Posts the name it gets, as XML, to the path it gets as arguments, with the credential in its session, and replies as
/// [`MESSENGER`] does.
fn soap() -> String {
    let header = "i32.const 2048 i32.const 512 i32.store\n    i32.const 2052 i32.const 20 i32.store
    i32.const 2056 local.get 0 i32.store\n    i32.const 2060 local.get 1 i32.store";
    let kind = "i32.const 2048 i32.const 544 i32.store i32.const 2052 i32.const 12 i32.store
    i32.const 2056 i32.const 576 i32.store i32.const 2060 i32.const 8 i32.store";
    let replaced = [
        (header, kind),
        ("i32.const 0                                   ;; get", "i32.const 1"),
        ("i32.const 0 i32.const 0 i32.const 0           ;; no body", "i32.const 1 local.get 0 local.get 1"),
        ("i32.const 0                                   ;; the credential as a bearer's", "i32.const 1"),
    ];
    replaced.iter().fold(MESSENGER.to_owned(), |body, (from, to)| {
        assert!(body.contains(from), "{from}");
        body.replace(from, to)
    })
}

/// A guest whose `catalog.call` has this body; its parameters are name and arguments, each as pointer and length, its
/// result the pointer to a `result<string, error>`.
fn component(body: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit")).unwrap();
    let world = resolve.select_world(&[package], Some("plugin")).unwrap();
    let dummy = dummy_module(&resolve, world, ManglingAndAbi::Legacy(LiftLowerAbi::Sync));
    let mut text = Module(wasmprinter::print_bytes(dummy).unwrap());

    let send = text.import("salesforce:plugin/http@0.1.0", "send");
    let access_token = text.import("salesforce:plugin/secrets@0.1.0", "access-token");
    let call = text.export("salesforce:plugin/catalog@0.1.0#call");
    let body = body.replace("$send", &send).replace("$access-token", &access_token).replace("$self", &call);
    text.replace_body(&call, &body);
    // Never frees, and never runs out in these tests: arguments and responses go beyond the second page.
    text.replace_body(
        &text.export("cabi_realloc"),
        "global.get $top global.get $top local.get 3 i32.add i32.const 7 i32.add i32.const -8 i32.and global.set $top",
    );
    text.0 = text.0.replace(
        "(memory (;0;) 0)",
        r#"(memory (;0;) 4) (global $top (mut i32) (i32.const 65536)) (data (i32.const 512) "sforce-query-options") (data (i32.const 544) "content-type") (data (i32.const 576) "text/xml")"#,
    );

    let mut module = wat::parse_str(&text.0).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap()
}

/// The text of a core module.
struct Module(String);

impl Module {
    /// The index of an imported function.
    fn import(&self, interface: &str, name: &str) -> String {
        let start = format!("(import \"{interface}\" \"{name}\" (func (;");
        let (_, rest) = self.0.split_once(&start).expect("the world has the import");
        rest.split_once(';').unwrap().0.to_owned()
    }

    /// The index of an exported function.
    fn export(&self, name: &str) -> String {
        let start = format!("(export \"{name}\" (func ");
        let (_, rest) = self.0.split_once(&start).expect("the world has the export");
        rest.split_once(')').unwrap().0.to_owned()
    }

    /// Gives a function another body.
    fn replace_body(&mut self, index: &str, body: &str) {
        let head = self.0.find(&format!("(func (;{index};) (type")).unwrap();
        let at = head + self.0[head..].find("unreachable").unwrap();
        self.0.replace_range(at..at + "unreachable".len(), body);
    }
}
