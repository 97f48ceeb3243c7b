//! Local time: time zones, and the clock of a user. It is told what time it is, and reads no clock.

pub(crate) mod clock;
pub mod zone;
