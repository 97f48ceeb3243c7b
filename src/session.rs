//! One call: the platform and the user's preferences, read once.

use crate::platform::Platform;
use crate::vocabulary::Preferences;

/// What every tool works with.
pub struct Session<'p> {
    platform: &'p dyn Platform,
    preferences: Preferences,
}

impl<'p> Session<'p> {
    /// A session for one call.
    pub fn new(platform: &'p dyn Platform) -> Self {
        Self { preferences: platform.preferences(), platform }
    }
}
