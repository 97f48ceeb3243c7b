//! How often and how soon a request may be sent again.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// What repetitions may cost a connection: when the org is down for everything, repeating everything helps nobody.
#[derive(Debug)]
pub(super) struct Budget(AtomicU32);

/// A repetition costs this many tokens, and an answer earns one back.
const RETRY_COST: u32 = 10;
/// Enough for ten repetitions in a row.
const MAX_TOKENS: u32 = 10 * RETRY_COST;
/// Longest pause, however many came before it.
const MAX_LENGTH: Duration = Duration::from_secs(2);

impl Default for Budget {
    fn default() -> Self {
        Self(AtomicU32::new(MAX_TOKENS))
    }
}

impl Budget {
    /// Notes an answer.
    pub(super) fn earn(&self) {
        self.change(|tokens| Some((tokens + 1).min(MAX_TOKENS)));
    }

    /// Pays for a repetition, if there is enough left.
    pub(super) fn spend(&self) -> bool {
        self.change(|tokens| tokens.checked_sub(RETRY_COST))
    }

    fn change(&self, to: impl FnMut(u32) -> Option<u32>) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, to).is_ok()
    }
}

/// How long to wait: any time up to a bound that doubles, so that clients that failed together do not return together.
pub(super) fn pause(first: Duration, repetition: u32) -> Duration {
    let bound = first.saturating_mul(1 << repetition.min(16)).min(MAX_LENGTH);
    // A hasher's seed is the randomness the standard library has.
    let chance = u32::try_from(RandomState::new().hash_one(repetition) >> 32).unwrap_or(u32::MAX);
    bound.mul_f64(f64::from(chance) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_repetitions_in_a_row_use_the_budget_up_and_ten_answers_earn_one_back() {
        let budget = Budget::default();
        assert_eq!((0..20).filter(|_| budget.spend()).count(), 10);
        for _ in 0..9 {
            budget.earn();
        }
        assert!(!budget.spend());
        budget.earn();
        assert!(budget.spend());
        for _ in 0..1_000 {
            budget.earn();
        }
        assert_eq!((0..20).filter(|_| budget.spend()).count(), 10);
    }

    #[test]
    fn pauses_grow_to_a_bound_and_differ() {
        let first = Duration::from_millis(200);
        for repetition in 0..40 {
            let bound = first.saturating_mul(1 << repetition.min(10)).min(MAX_LENGTH);
            assert!((0..100).all(|_| pause(first, repetition) <= bound), "{repetition}");
        }
        let some: Vec<_> = (0..100).map(|_| pause(first, 3)).collect();
        assert!(some.iter().any(|one| *one != some[0]) && some.iter().any(|one| *one > first));
    }
}
