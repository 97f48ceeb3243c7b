//! What machine code of a component depends on: one place for the build scripts that make it and the engine that runs
//! it.

use wasmtime::Config;

/// The settings that code and engine must share; with other ones the engine refuses the code.
pub(crate) fn config(counts_fuel: bool) -> Config {
    let mut config = Config::new();
    config
        .memory_init_cow(true)
        .epoch_interruption(true)
        .consume_fuel(counts_fuel)
        // Backtraces of the guest are not taken, so the map of its addresses would never be read.
        .generate_address_map(false)
        .wasm_backtrace_max_frames(None);
    config
}
