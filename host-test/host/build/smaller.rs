//! What is done to a module once it is linked, in the order that each makes the next one's work easier.

use crate::{branches, constants, shrink, sums, trap};

/// The module, smaller, and no less.
pub(crate) fn smaller(module: &[u8]) -> Vec<u8> {
    let linked = shrink::shrink(&trap::at_once(module));
    constants::in_globals(&sums::kept(&branches::as_ifs(&linked)))
}
