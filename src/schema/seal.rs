//! What stands around the lines that the host keeps, so that only whole ones of this version are read.

/// Raise it whenever the meaning of a line changes: entries of another version are forgotten, not converted.
const VERSION: [u8; 7] = *b"schema7";

/// Bytes behind the lines.
const SEAL: usize = VERSION.len() + size_of::<u64>() * 2;

/// Puts the version and a checksum behind lines.
pub(super) fn seal(lines: [&str; 2]) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(lines[0].len() + lines[1].len() + SEAL);
    lines.iter().for_each(|lines| sealed.extend_from_slice(lines.as_bytes()));
    sealed.extend_from_slice(&seal_of(&sealed));
    sealed
}

/// The lines, each behind the end of another, if they are whole and of this version.
pub(super) fn unseal(bytes: &[u8]) -> Option<&str> {
    let (lines, seal) = bytes.split_last_chunk()?;
    if *seal == seal_of(lines) { simdutf8::basic::from_utf8(lines).ok() } else { None }
}

/// What stands behind lines: the version, and a letter for every four bits of the checksum.
fn seal_of(lines: &[u8]) -> [u8; SEAL] {
    let mut seal = [0; SEAL];
    let mut sum = checksum(lines);
    for (place, byte) in seal.iter_mut().enumerate() {
        *byte = match VERSION.get(place) {
            Some(byte) => *byte,
            None => {
                sum = sum.rotate_left(4);
                b'a' + (sum & 15) as u8
            }
        };
    }
    seal
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
