//! Texts that the build script has packed: every byte of the component is compiled on some hosts at each call.

/// A byte below the space, unless it is a tab or ends a line, says how much of what was before is there again, from this
/// many bytes on, and two more how far back it is.
const SHORTEST: usize = 4;

/// The text that was packed, behind another.
pub(crate) fn unpacked(before: &str, packed: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(4 * packed.len());
    text.extend_from_slice(before.as_bytes());
    let mut rest = packed;
    loop {
        let plain = rest.iter().position(|byte| matches!(byte, b'\0'..b'\t' | b'\x0b'..b' ')).unwrap_or(rest.len());
        let (before, behind) = rest.split_at(plain);
        text.extend_from_slice(before);
        let [length, low, high, behind @ ..] = behind else { return text };
        let start = text.len().saturating_sub(u16::from_le_bytes([*low, *high]).into());
        let end = start + usize::from(*length) + SHORTEST;
        if end <= text.len() {
            text.extend_from_within(start..end);
        }
        rest = behind;
    }
}
