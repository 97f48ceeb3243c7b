//! Lines with a version and a checksum before them, for the host's cache.

/// Raise it whenever the meaning of a line changes: entries of another version are forgotten, not converted.
const VERSION: &str = "schema6";

/// Digits of the checksum.
const DIGITS: usize = 16;

/// Puts the version and a checksum before lines.
pub(super) fn seal(lines: [&str; 2]) -> Vec<u8> {
    let start = VERSION.len() + 1 + DIGITS;
    let mut sealed = Vec::with_capacity(start + lines[0].len() + lines[1].len());
    sealed.extend_from_slice(VERSION.as_bytes());
    sealed.push(b' ');
    sealed.resize(start, b'0');
    lines.iter().for_each(|lines| sealed.extend_from_slice(lines.as_bytes()));
    let (head, lines) = sealed.split_at_mut(start);
    let mut sum = checksum(lines);
    for digit in head.iter_mut().rev().take(DIGITS) {
        *digit = b"0123456789abcdef"[(sum & 15) as usize];
        sum >>= 4;
    }
    sealed
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
