//! What an instance allocates from, and never frees one by one: it serves one call, and its memory goes with it.
//!
//! Code that frees is a twelfth of a component and of a call's fuel. With nothing to free, the compiler leaves it out.
//! What grows still grows in place or gives its old room back, and a response's body, the largest thing there is, is
//! given back once it is read ([`give_back`]), so that a call takes little more memory than it would.

#[cfg(all(target_family = "wasm", feature = "arena"))]
pub(crate) use only::give_back;

/// Frees the body of a response.
#[cfg(not(all(target_family = "wasm", feature = "arena")))]
pub(crate) fn give_back(body: Vec<u8>) {
    drop(body);
}

#[cfg(all(target_family = "wasm", feature = "arena"))]
#[allow(unsafe_code)]
mod only {
    use std::alloc::{GlobalAlloc, Layout};
    use std::mem::ManuallyDrop;

    use talc::wasm::{WasmDynamicTalc, new_wasm_dynamic_allocator};

    #[global_allocator]
    static ARENA: Arena = Arena(new_wasm_dynamic_allocator());

    struct Arena(WasmDynamicTalc);

    // SAFETY: the allocator within keeps the contract; memory that is never freed is never handed out twice.
    unsafe impl GlobalAlloc for Arena {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            // SAFETY: the caller keeps the same contract.
            unsafe { self.0.alloc(layout) }
        }

        #[inline(always)]
        unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}

        unsafe fn realloc(&self, start: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
            // SAFETY: the caller keeps the same contract, and `start` is from the allocator within.
            unsafe { self.0.realloc(start, layout, new_size) }
        }
    }

    /// Frees the body of a response.
    pub(crate) fn give_back(body: Vec<u8>) {
        let mut body = ManuallyDrop::new(body);
        if let Ok(layout) = Layout::array::<u8>(body.capacity())
            && layout.size() > 0
        {
            // SAFETY: the bytes are from the allocator within, with this layout, and nobody uses them any more.
            unsafe { ARENA.0.dealloc(body.as_mut_ptr(), layout) };
        }
    }
}
