//! Gives the guest's module the memory from the start that most calls come to ask for.
//!
//! What a call asks for is the kernel's to give, and to take back before the next call: each time all threads of a
//! process wait for each other. What an instance begins with is there already.

use wasm_encoder::{MemorySection, MemoryType};
use wasmparser::{Parser, Payload};

use crate::code;

/// Pages of 64 KiB beyond what holds the stack and the data: what the guest asks for at once, when it first does.
const ROOM: u64 = 4;

/// The module with that much more memory.
pub fn with_room(bytes: &[u8]) -> Vec<u8> {
    let memory = Parser::new(0).parse_all(bytes).find_map(|payload| match payload {
        Ok(Payload::MemorySection(memories)) => memories.into_iter().next()?.ok(),
        _ => None,
    });
    let memory = memory.expect("the guest has a memory");
    let larger = MemoryType {
        minimum: memory.initial + ROOM,
        maximum: memory.maximum,
        memory64: memory.memory64,
        shared: memory.shared,
        page_size_log2: memory.page_size_log2,
    };
    code::with_section(bytes, MemorySection::new().memory(larger))
}
