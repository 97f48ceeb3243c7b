//! What an instance allocates from: memory is handed out from front to back and never freed, for an instance serves one
//! call, and its memory goes with it.
//!
//! Where nothing is freed, the compiler leaves out all code that frees, a twelfth of a component, and to allocate is an
//! addition. What grows does so in place while it is the last that was handed out, as most texts are.

use std::alloc::{GlobalAlloc, Layout};
use std::arch::wasm32::{memory_grow, memory_size};
use std::cell::Cell;
use std::ptr;

#[global_allocator]
static ARENA: Arena = Arena { next: Cell::new(0), end: Cell::new(0) };

const PAGE: usize = 64 * 1024;
/// How many pages are asked for at least.
const STEP: usize = 4;

/// The addresses that are left: from `next` until before `end`. None are before the first allocation.
struct Arena {
    next: Cell<usize>,
    end: Cell<usize>,
}

// SAFETY: an instance has one thread.
unsafe impl Sync for Arena {}

// SAFETY: what is handed out ends where the rest begins, and the rest is memory that nobody else has.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // An alignment is a power of two.
        let mask = layout.align() - 1;
        let start = self.next.get().wrapping_add(mask) & !mask;
        match self.end.get().checked_sub(start) {
            Some(left) if layout.size() <= left => {
                self.next.set(start + layout.size());
                ptr::with_exposed_provenance_mut(start)
            }
            _ => self.alloc_more(layout),
        }
    }

    #[inline(always)]
    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}

    unsafe fn realloc(&self, start: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        let is_last = start.addr() + layout.size() == self.next.get();
        if let Some(next) = start.addr().checked_add(new_size).filter(|next| is_last && *next <= self.end.get()) {
            self.next.set(next);
            return start;
        }
        // SAFETY: the caller promises that the layout is valid with its new size, and that `start` is of the old one.
        unsafe {
            let moved = self.alloc(Layout::from_size_align_unchecked(new_size, layout.align()));
            if !moved.is_null() {
                ptr::copy_nonoverlapping(start, moved, layout.size().min(new_size));
            }
            moved
        }
    }
}

impl Arena {
    /// Allocates where the rest is too small: first of all, and whenever memory has to grow.
    #[cold]
    fn alloc_more(&self, layout: Layout) -> *mut u8 {
        unsafe extern "C" {
            /// Where the linker's data ends.
            static __heap_base: u8;
        }
        if self.end.get() == 0 {
            self.next.set((&raw const __heap_base).expose_provenance());
            self.end.set(memory_size(0) * PAGE);
        }
        let missing = self.next.get().saturating_add(layout.size()).saturating_add(layout.align());
        let pages = missing.saturating_sub(self.end.get()).div_ceil(PAGE);
        if pages > 0 {
            if memory_grow(0, pages.max(STEP)) == usize::MAX && memory_grow(0, pages) == usize::MAX {
                return ptr::null_mut();
            }
            self.end.set(memory_size(0) * PAGE);
        }
        // SAFETY: the size is not zero, as the caller of `alloc` promised.
        unsafe { self.alloc(layout) }
    }
}
