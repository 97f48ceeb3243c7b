//! Names by a sum of their bytes: reports have thousands of facts and hundreds of columns, and one is found without a look
//! at all of them.

/// Sums that names are told apart by.
const SUMS: usize = 1024;

/// The places of names, one after the other.
pub(super) struct Sums {
    /// The last place of each sum.
    last: Vec<usize>,
    /// Of each place the one before it that has the same sum.
    before: Vec<usize>,
}

/// The sum of a name.
pub(super) fn sum(name: &str) -> usize {
    name.bytes().fold(0, |sum: usize, byte| sum.wrapping_mul(31).wrapping_add(byte.into())) % SUMS
}

impl Sums {
    /// No places yet.
    pub(super) fn new() -> Self {
        Self { last: vec![usize::MAX; SUMS], before: Vec::new() }
    }

    /// Adds the next place, of a name of this sum.
    pub(super) fn add(&mut self, sum: usize) {
        self.before.push(self.last[sum]);
        self.last[sum] = self.before.len() - 1;
    }

    /// A place of a name of this sum that is meant.
    pub(super) fn find(&self, sum: usize, is_meant: impl Fn(usize) -> bool) -> Option<usize> {
        let mut place = self.last[sum];
        while let Some(before) = self.before.get(place) {
            if is_meant(place) {
                return Some(place);
            }
            place = *before;
        }
        None
    }
}
