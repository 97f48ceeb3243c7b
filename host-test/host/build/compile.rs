//! Compiles components to machine code while a package is built, so that what is built needs no compiler.

use std::env;

use wasmtime::{Engine, OptLevel, RegallocAlgorithm};

#[path = "../src/machine_code.rs"]
mod machine_code;

/// Machine code for the platform the package is built for.
///
/// With a target named, the compiler takes the instructions that every processor of the target has, whatever the
/// machine that builds has besides: the code runs wherever the program does.
pub(crate) fn compile(component: &[u8], counts_fuel: bool) -> Vec<u8> {
    let target = env::var("TARGET").expect("cargo sets it");
    let mut config = machine_code::config(counts_fuel);
    config.target(&target).unwrap_or_else(|error| panic!("no machine code can be made for {target}: {error:#}"));
    // While a program is developed its code is made more often than it is run.
    if env::var("PROFILE").is_ok_and(|profile| profile == "debug") {
        config.cranelift_opt_level(OptLevel::None).cranelift_regalloc_algorithm(RegallocAlgorithm::SinglePass);
    }
    // Windows demands unwind tables; elsewhere only debuggers would read them.
    config.native_unwind_info(target.contains("windows"));
    let code = Engine::new(&config).and_then(|engine| engine.precompile_component(component));
    code.unwrap_or_else(|error| panic!("the component does not compile for {target}: {error:#}"))
}
