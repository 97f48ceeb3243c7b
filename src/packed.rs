//! Texts that the build script has packed: every byte of the component is compiled on some hosts at each call.

use crate::chunk::{CHUNK, read, write};

/// Room behind a text for what is too much: the most that a step repeats, in whole chunks.
const ROOM: usize = 96;

/// The text that was packed. It begins with its length, in two bytes. Then every step has three, which say how far back in
/// the text it repeats from (14 bits), how many bytes stand in the step as they are (4 bits), and how much is then repeated
/// (6 bits: nothing, or one byte for each and three more).
pub(crate) fn unpacked(packed: &[u8]) -> Vec<u8> {
    let Some(([low, high], mut steps)) = packed.split_first_chunk() else { return Vec::new() };
    let (mut at, end) = (0, usize::from(u16::from_le_bytes([*low, *high])));
    let mut text = vec![0; end + ROOM];
    while at < end
        && let Some(([low, middle, high], rest)) = steps.split_first_chunk()
    {
        let step = usize::from(*low) | usize::from(*middle) << 8 | usize::from(*high) << 16;
        let (back, plain, repeated) = (step & 0x3fff, step >> 14 & 15, step >> 18);
        if let Some(chunk) = read(rest, 0) {
            write(&mut text, at, chunk);
        }
        steps = rest.get(plain..).unwrap_or_default();
        at += plain;
        if repeated > 0 {
            let until = at + repeated + 3;
            let mut place = at;
            while place < until {
                if let Some(chunk) = read(&text, place.wrapping_sub(back)) {
                    write(&mut text, place, chunk);
                }
                place += CHUNK;
            }
            at = until;
        }
    }
    text.truncate(end);
    text
}
