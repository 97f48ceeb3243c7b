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

#[cfg(test)]
mod tests {
    use super::*;

    /// A step: how far back it repeats from, what stands in it, and how much is repeated.
    fn step(back: usize, plain: &str, repeated: usize) -> Vec<u8> {
        let step = back | plain.len() << 14 | repeated.saturating_sub(3) << 18;
        [&step.to_le_bytes()[..3], plain.as_bytes()].concat()
    }

    #[test]
    fn a_text_is_what_stands_in_its_steps_and_what_they_repeat() {
        let long = "0123456789".repeat(7);
        let expected = ["Name, Name, ", &long, "!"].concat();
        let first = [step(6, "Name, ", 6), step(10, "0123456789", 10), step(20, "", 20), step(30, "", 30)].concat();
        let steps = [&(expected.len() as u16).to_le_bytes()[..], &first, &step(0, "!", 0), &[0; CHUNK]].concat();
        assert_eq!(String::from_utf8(unpacked(&steps)).unwrap(), expected);
    }

    #[test]
    fn of_steps_that_are_cut_short_or_lead_nowhere_nothing_is_read_beyond_them() {
        let whole = [&12_u16.to_le_bytes()[..], &step(6, "Name, ", 6), &[0; CHUNK]].concat();
        for end in 0..whole.len() {
            let text = unpacked(&whole[..end]);
            assert_eq!(text.len(), if end < 2 { 0 } else { 12 });
        }
        let nowhere = [&12_u16.to_le_bytes()[..], &step(100, "Name, ", 6), &[0; CHUNK]].concat();
        assert_eq!(unpacked(&nowhere), b"Name, \0\0\0\0\0\0");
    }
}
