//! Gives the guest's module the memory from the start that most calls come to ask for.
//!
//! What a call asks for is the kernel's to give, and to take back before the next call: each time all threads of a
//! process wait for each other. What an instance begins with is there already.

use wasm_encoder::{MemorySection, MemoryType, Module, RawSection};
use wasmparser::{Parser, Payload};

/// Pages of 64 KiB beyond what holds the stack and the data: what the guest asks for at once, when it first does.
const ROOM: u64 = 4;

/// The module with that much more memory.
pub fn with_room(bytes: &[u8]) -> Vec<u8> {
    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.expect("the linker writes what can be read");
        if let Payload::MemorySection(memories) = &payload {
            let memory = memories.clone().into_iter().next().and_then(Result::ok).expect("the guest has a memory");
            let larger = MemoryType {
                minimum: memory.initial + ROOM,
                maximum: memory.maximum,
                memory64: memory.memory64,
                shared: memory.shared,
                page_size_log2: memory.page_size_log2,
            };
            module.section(MemorySection::new().memory(larger));
        } else if let Some((id, range)) = payload.as_section() {
            module.section(&RawSection { id, data: &bytes[range] });
        }
    }
    module.finish()
}
