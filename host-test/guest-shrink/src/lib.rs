//! Makes the guest's module and component smaller by what is seen only once they are linked.
//!
//! Each file is one pass over the module, and none touches what the code does. What comes out is as valid as what went in:
//! the encoder of components validates it.

// It is for build scripts, which report a failure by panicking.
#![allow(clippy::expect_used, clippy::panic)]

mod branches;
mod code;
mod constants;
mod data;
mod idle;
mod joined;
mod linked;
mod names;
mod parts;
mod room;
mod shrink;
mod sums;
mod texts;
mod trap;
mod zeros;

pub use room::with_room;

/// The encoder's component, shorter, and no less.
pub fn shortened(component: &[u8]) -> Vec<u8> {
    joined::sections(&names::in_short(component))
}

/// The linker's module, smaller, and no less. Each pass makes the next one's work easier.
pub fn smaller(module: &[u8]) -> Vec<u8> {
    let shrunk = data::without_unread(&shrink::shrink(&idle::without_calls(&trap::at_once(module))), module);
    constants::in_globals(&sums::kept(&zeros::left_out(&branches::as_ifs(&shrunk))))
}
