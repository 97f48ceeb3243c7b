//! Comparing bytes, which every look for a name does: eight at a time, for what the compiler comes with takes them one by
//! one, and hosts count instructions.

/// What the compiler calls to compare bytes: negative, zero or positive as the first are less than, the same as or greater
/// than the others.
///
/// # Safety
///
/// Both have to be the beginnings of that many bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcmp(one: *const u8, other: *const u8, length: usize) -> i32 {
    let mut at = 0;
    if length >= 8 {
        let last = length - 8;
        loop {
            // SAFETY: at most the last eight are left.
            let word = unsafe { one.add(at).cast::<u64>().read_unaligned() };
            // SAFETY: the same.
            let against = unsafe { other.add(at).cast::<u64>().read_unaligned() };
            if word != against {
                // The first byte is the lowest.
                return if word.swap_bytes() < against.swap_bytes() { -1 } else { 1 };
            }
            if at == last {
                return 0;
            }
            at += 8;
            if at > last {
                // They overlap those before, which are the same.
                at = last;
            }
        }
    }
    while at < length {
        // SAFETY: it is not the end yet.
        let (byte, against) = unsafe { (*one.add(at), *other.add(at)) };
        if byte != against {
            return i32::from(byte) - i32::from(against);
        }
        at += 1;
    }
    0
}
