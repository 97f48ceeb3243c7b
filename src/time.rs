//! Local time: time zones, and the clock of a user. Pure.

pub(crate) mod clock;
pub mod zone;
