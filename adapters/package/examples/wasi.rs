//! Runs a command built for WASI: `wasi FILE ARGUMENTS…`. Cargo runs tests of code for the sandbox by it.

use std::error::Error;
use std::path::Path;
use std::{env, process};

use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

struct State {
    wasi: WasiCtx,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let file = arguments.first().ok_or("name the file of a component")?;
    let engine = Engine::default();
    let component = Component::from_file(&engine, Path::new(file))?;
    let mut linker: Linker<State> = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    // What is asked of properties stands in the environment.
    let wasi = WasiCtx::builder().inherit_stdio().inherit_env().args(&arguments).build();
    let mut store = Store::new(&engine, State { wasi, table: ResourceTable::new() });
    let command = Command::instantiate(&mut store, &component, &linker)?;
    let ran = command.wasi_cli_run().call_run(&mut store)?;
    if ran.is_err() {
        process::exit(1);
    }
    Ok(())
}
