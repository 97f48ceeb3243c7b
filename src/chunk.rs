//! Bytes moved and compared many at once: to look at each alone is what a call spends most on.

/// What one instruction moves.
pub(crate) const CHUNK: usize = 16;

/// Writes over the bytes at a place, if there are so many. What is too much of a chunk the next is written over.
pub(crate) fn write<const BYTES: usize>(text: &mut [u8], at: usize, bytes: [u8; BYTES]) {
    if let Some(place) = text.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
        *place = bytes;
    }
}

/// The bytes at a place, if there are so many.
pub(crate) fn read(text: &[u8], at: usize) -> Option<[u8; CHUNK]> {
    text.get(at..)?.first_chunk().copied()
}

/// Whether two texts are the same: eight bytes at once, where the compiler's own comparison takes one.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    one.len() == other.len()
        && match one.len() {
            8.. => have_same::<8>(one, other),
            4.. => have_same::<4>(one, other),
            _ => one == other,
        }
}

/// Whether texts of the same length, of one word at least, have the same words. The last begins before the one before has
/// ended.
fn have_same<const WORD: usize>(one: &[u8], other: &[u8]) -> bool {
    let last = one.len() - WORD;
    let mut at = 0;
    loop {
        let start = at.min(last);
        let words: [Option<&[u8; WORD]>; 2] = [one, other].map(|text| text.get(start..).and_then(<[u8]>::first_chunk));
        if words[0] != words[1] || start == last {
            return words[0] == words[1];
        }
        at += WORD;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn texts_are_the_same_if_the_standard_library_says_so(one in "[ab]{0,20}", other in "[ab]{0,20}") {
            prop_assert_eq!(is_same(&one, &other), one == other);
            prop_assert!(is_same(&one, &one.clone()));
            // Of the same length, and other in one place.
            for at in 0..one.len() {
                let changed = [&one[..at], "c", &one[at + 1..]].concat();
                prop_assert!(!is_same(&one, &changed));
            }
        }
    }
}
