//! What stands around the lines that the host keeps, so that only whole ones of this version are read.

/// Raise it whenever the meaning of a line changes: entries of another version are forgotten, not converted.
const VERSION: &str = "schema6";

/// Puts the version and a checksum before lines.
pub(super) fn seal(lines: [&str; 2]) -> Vec<u8> {
    let lines = lines.concat();
    format!("{VERSION} {:x}{lines}", checksum(lines.as_bytes())).into_bytes()
}

/// The lines, each behind the end of another, if they are whole and of this version.
pub(super) fn unseal(bytes: &[u8]) -> Option<&str> {
    let text = simdutf8::basic::from_utf8(bytes).ok()?;
    let sum_and_lines = text.strip_prefix(VERSION)?.strip_prefix(' ')?;
    let (sum, lines) = sum_and_lines.split_at(sum_and_lines.find('\n').unwrap_or(sum_and_lines.len()));
    if u64::from_str_radix(sum, 16).ok()? != checksum(lines.as_bytes()) {
        return None;
    }
    Some(lines)
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
