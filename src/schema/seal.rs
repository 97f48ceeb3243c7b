//! What stands around the lines that the host keeps, so that only whole ones of this version are read.

/// Raise it whenever the meaning of a line changes: entries of another version are forgotten, not converted.
const VERSION: [u8; 7] = *b"schema7";

/// Puts the version and a checksum behind lines.
pub(super) fn seal(lines: [&str; 2]) -> Vec<u8> {
    let mut sealed = lines.concat().into_bytes();
    let sum = checksum(&sealed);
    sealed.extend_from_slice(&VERSION);
    sealed.extend_from_slice(&sum.to_le_bytes());
    sealed
}

/// The lines, each behind the end of another, if they are whole and of this version.
pub(super) fn unseal(bytes: &[u8]) -> Option<&str> {
    let (bytes, sum) = bytes.split_last_chunk()?;
    let lines = bytes.strip_suffix(&VERSION)?;
    if checksum(lines) == u64::from_le_bytes(*sum) { simdutf8::basic::from_utf8(lines).ok() } else { None }
}

/// FNV-1a, eight bytes at a time: the host's cache is trusted, but an entry may be cut short.
fn checksum(bytes: &[u8]) -> u64 {
    let mut sum = 0xcbf2_9ce4_8422_2325_u64 ^ bytes.len() as u64;
    let (words, rest) = bytes.as_chunks();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    for word in words.iter().chain([&last]) {
        sum = (sum ^ u64::from_le_bytes(*word)).wrapping_mul(0x0000_0100_0000_01b3);
        sum ^= sum >> 32;
    }
    sum
}
