//! The machine code that comes with the library, run where it lies in the program.
//!
//! A copy of it is megabytes of memory that every process has for itself, written before the first call. Where it lies it
//! is a part of the program's file, which processes share and nobody can write to, and what no call needs is never read.
//! Linux on x86-64 does so, where it was tried; elsewhere the code is copied.

use std::sync::atomic::{AtomicBool, Ordering};

use wasmtime::component::Component;
use wasmtime::{Config, Engine};

/// Bytes that begin where a page of memory does: only of whole pages can rights be changed.
#[repr(C, align(4096))]
pub(crate) struct Paged<const N: usize>(pub(crate) [u8; N]);

/// Code that is there as long as the program is.
pub(super) struct OwnCode {
    bytes: &'static [u8],
    /// Whether a component runs where the code lies. The engine knows components by their addresses, and so it is one at
    /// a time; another one gets a copy.
    is_taken: AtomicBool,
}

impl OwnCode {
    /// Code that begins at the bounds of a page.
    pub(super) const fn new(bytes: &'static [u8]) -> Self {
        Self { bytes, is_taken: AtomicBool::new(false) }
    }

    /// A component with an engine of its own, of these settings.
    ///
    /// # Safety
    ///
    /// The bytes must be what the compiler gave.
    #[allow(unsafe_code)] // The caller vouches for the code, for nothing here can check it.
    pub(super) unsafe fn load(&'static self, mut config: Config) -> wasmtime::Result<(Engine, Component)> {
        let in_place = self.take() && rights::given_back_to(&self.is_taken, &mut config);
        let engine = Engine::new(&config)?;
        let component = if in_place {
            // SAFETY: the caller promises what the bytes are; they are there for ever, and nobody can write to them.
            unsafe { Component::deserialize_raw(&engine, self.bytes.into()) }
        } else {
            // SAFETY: the caller promises what the bytes are.
            unsafe { Component::deserialize(&engine, self.bytes) }
        };
        Ok((engine, component?))
    }

    fn take(&self) -> bool {
        self.is_taken.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod rights {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use rustix::mm::{MprotectFlags, mprotect};
    use wasmtime::{Config, CustomCodeMemory};

    /// Has an engine give the program's own pages the right to be run, and give them back when its code is no longer in
    /// use.
    pub(super) fn given_back_to(is_taken: &'static AtomicBool, config: &mut Config) -> bool {
        config.with_custom_code_memory(Some(Arc::new(Constants { is_taken })));
        true
    }

    /// Constants of the program.
    struct Constants {
        is_taken: &'static AtomicBool,
    }

    impl CustomCodeMemory for Constants {
        fn required_alignment(&self) -> usize {
            align_of::<super::Paged<0>>()
        }

        #[allow(unsafe_code)] // There is no other way to ask the system.
        fn publish_executable(&self, start: *const u8, length: usize) -> wasmtime::Result<()> {
            // SAFETY: these are whole pages of code that the program's file holds, which can be read and never written.
            unsafe { mprotect(start.cast_mut().cast(), length, MprotectFlags::READ | MprotectFlags::EXEC) }?;
            Ok(())
        }

        /// Nobody writes to a constant, so its pages stay what they are. The engine comes here when it has forgotten them.
        fn unpublish_executable(&self, _: *const u8, _: usize) -> wasmtime::Result<()> {
            self.is_taken.store(false, Ordering::Release);
            Ok(())
        }
    }
}

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
mod rights {
    /// The code is copied.
    pub(super) fn given_back_to(_: &std::sync::atomic::AtomicBool, _: &mut wasmtime::Config) -> bool {
        false
    }
}

#[cfg(all(test, target_os = "linux", target_arch = "x86_64"))]
mod tests {
    use super::Paged;
    use crate::{Host, Limits};

    #[test]
    fn hosts_beside_and_after_each_other_all_run() {
        let hosts = || [Host::new(Limits::default()).unwrap(), Host::new(Limits::default()).unwrap()];
        let runs = |host: &Host| assert!(host.origin("acme.my.salesforce.com").unwrap().is_ok());
        let [first, second] = hosts();
        runs(&first);
        drop(first);
        runs(&second);
        hosts().iter().chain([&second]).for_each(runs);
    }

    #[test]
    fn what_runs_where_it_lies_can_be_written_by_nobody() {
        let _host = Host::new(Limits::default()).unwrap();
        // Instructions begin on the second page.
        let instructions = crate::MACHINE_CODE.as_ptr().addr() + align_of::<Paged<0>>();
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let rights = maps.lines().find_map(|line| {
            let (range, rest) = line.split_once(' ')?;
            let (start, end) = range.split_once('-')?;
            let [start, end] = [start, end].map(|address| usize::from_str_radix(address, 16).unwrap());
            (start..end).contains(&instructions).then(|| rest.split(' ').next())?
        });
        assert_eq!(rights, Some("r-xp"));
    }
}
