//! Guests that misbehave, as machine code for the host; `build.rs` makes them.
//!
//! Most return an empty reply when they get no arguments, which shows that the host is well after what they did.

macro_rules! guest {
    ($file:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/", $file, ".cwasm"))
    };
}

/// Loops forever.
pub const LOOPS: &[u8] = guest!("loops");
/// Loops forever, and is compiled for a host that counts fuel.
pub const LOOPS_WITH_FUEL: &[u8] = guest!("loops-fuel");
/// Allocates without end.
pub const ALLOCATES: &[u8] = guest!("allocates");
/// Traps.
pub const TRAPS: &[u8] = guest!("traps");
/// Calls itself until its stack is full.
pub const RECURSES: &[u8] = guest!("recurses");
/// Sends `GET` to the path it gets as arguments, with the name it gets as the value of a header, and replies with the
/// body of the response, or with the detail of the failure: the host's words, byte for byte.
pub const SENDS: &[u8] = guest!("sends");
/// Sends until it is refused, and then replies with the refusal.
pub const SENDS_UNTIL_REFUSED: &[u8] = guest!("sends-until-refused");
/// Posts the name it gets, as XML, to the path it gets as arguments, with the credential in the session of SOAP, and
/// replies as [`SENDS`] does.
pub const POSTS_SOAP: &[u8] = guest!("posts-soap");
/// Sends one request, and loops.
pub const SENDS_AND_LOOPS: &[u8] = guest!("sends-and-loops");
