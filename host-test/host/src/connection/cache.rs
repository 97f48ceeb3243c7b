//! What the plugin keeps for one user between calls.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes kept between calls, in memory and bounded: the longest unused go first.
#[derive(Debug, Default)]
pub struct Cache(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    values: BTreeMap<String, Entry>,
    bytes: usize,
    /// Counts uses, so that entries can be put in order of their last.
    uses: u64,
}

#[derive(Debug)]
struct Entry {
    value: Vec<u8>,
    used: u64,
}

impl Cache {
    const MAX_KEY_LENGTH: usize = 256;
    const MAX_VALUE_BYTES: usize = 512 * 1024;
    const MAX_BYTES: usize = 4 * 1024 * 1024;

    /// The bytes under a key.
    pub fn get(&self, key: &str) -> Option<Vec<u8>> {
        let mut entries = self.lock();
        entries.uses += 1;
        let now = entries.uses;
        let entry = entries.values.get_mut(key)?;
        entry.used = now;
        Some(entry.value.clone())
    }

    /// Keeps bytes under a key, unless they are too many.
    pub fn put(&self, key: &str, value: Vec<u8>) {
        if key.len() > Self::MAX_KEY_LENGTH || value.len() > Self::MAX_VALUE_BYTES {
            return;
        }
        let mut entries = self.lock();
        entries.uses += 1;
        entries.bytes += key.len() + value.len();
        let entry = Entry { value, used: entries.uses };
        if let Some(old) = entries.values.insert(key.to_owned(), entry) {
            entries.bytes -= key.len() + old.value.len();
        }
        while entries.bytes > Self::MAX_BYTES {
            let longest_unused = entries.values.iter().min_by_key(|(_, entry)| entry.used).map(|(key, _)| key.clone());
            let Some(key) = longest_unused else { break };
            if let Some(old) = entries.values.remove(&key) {
                entries.bytes -= key.len() + old.value.len();
            }
        }
    }

    /// Forgets everything: after a change in the org's setup, and when the user signs out.
    pub fn clear(&self) {
        *self.lock() = Entries::default();
    }

    /// Everything that is kept.
    pub fn entries(&self) -> Vec<(String, Vec<u8>)> {
        self.lock().values.iter().map(|(key, entry)| (key.clone(), entry.value.clone())).collect()
    }

    /// A panic elsewhere leaves whole values behind, so poison means nothing here.
    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_cache_forgets_what_was_not_used_for_longest() {
        let cache = Cache::default();
        let value = vec![0; 500 * 1024];
        for key in ["a", "b", "c", "d", "e", "f", "g", "h"] {
            cache.put(key, value.clone());
            assert!(cache.get("a").is_some());
        }
        cache.put("i", value);
        let kept: Vec<String> = cache.entries().into_iter().map(|(key, _)| key).collect();
        assert_eq!(kept, ["a", "c", "d", "e", "f", "g", "h", "i"]);
    }

    #[test]
    fn what_is_too_large_for_the_cache_is_not_kept() {
        let cache = Cache::default();
        cache.put("large", vec![0; 600 * 1024]);
        cache.put(&"k".repeat(300), vec![0]);
        assert!(cache.entries().is_empty());
        cache.put("key", vec![1, 2]);
        cache.put("key", vec![3]);
        assert_eq!(cache.get("key"), Some(vec![3]));
    }
}
