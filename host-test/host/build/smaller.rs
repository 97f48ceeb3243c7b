//! What is done to a module once it is linked, in the order that each makes the next one's work easier.

use crate::{branches, constants, data, shrink, sums, trap, zeros};

/// The module, smaller, and no less.
pub(crate) fn smaller(module: &[u8]) -> Vec<u8> {
    let shrunk = data::without_unread(&shrink::shrink(&trap::at_once(module)), module);
    constants::in_globals(&sums::kept(&zeros::left_out(&branches::as_ifs(&shrunk))))
}
