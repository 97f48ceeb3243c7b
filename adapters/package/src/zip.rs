//! A package as one zip, for hosts that take an upload. Nothing is compressed and every time is the format's first, so
//! that the same files give the same bytes.

use crate::Files;

/// Marks of the format (PKWARE's APPNOTE, 4.3).
const LOCAL_FILE: u32 = 0x0403_4b50;
const CENTRAL_FILE: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
/// Version 2.0 of the format, in which names may have folders.
const VERSION: u16 = 20;
/// 1980-01-01.
const FIRST_DAY: u16 = 0x21;

/// The files as a zip, in the order of their paths.
pub fn zip(files: &Files) -> Vec<u8> {
    let mut files: Vec<_> = files.iter().collect();
    files.sort();
    let (mut out, mut central) = (Vec::new(), Vec::new());
    for (name, bytes) in &files {
        let start = out.len();
        out.extend(LOCAL_FILE.to_le_bytes());
        let entry = entry(name, bytes);
        out.extend(&entry);
        out.extend(name.as_bytes());
        out.extend(bytes);
        central.extend(CENTRAL_FILE.to_le_bytes());
        central.extend(VERSION.to_le_bytes());
        central.extend(&entry);
        // No comment, on the first disk, with no attributes.
        central.extend([0; 10]);
        central.extend(length(start).to_le_bytes());
        central.extend(name.as_bytes());
    }
    let count = u16::try_from(files.len()).unwrap_or(u16::MAX);
    let start = length(out.len());
    out.extend(&central);
    out.extend(END.to_le_bytes());
    out.extend([0; 4]);
    [count, count].iter().for_each(|count| out.extend(count.to_le_bytes()));
    out.extend(length(central.len()).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0; 2]);
    out
}

/// What stands of a file both before it and in the directory at the end.
fn entry(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut entry = Vec::new();
    // No flags; stored as it is; no time.
    [VERSION, 0, 0, 0, FIRST_DAY].iter().for_each(|field| entry.extend(field.to_le_bytes()));
    [crc32(bytes), length(bytes.len()), length(bytes.len())].iter().for_each(|field| entry.extend(field.to_le_bytes()));
    entry.extend(u16::try_from(name.len()).unwrap_or(u16::MAX).to_le_bytes());
    entry.extend([0; 2]);
    entry
}

/// A length: a package has some megabytes.
fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

/// The checksum of the format, by the polynomial of ISO 3309.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standards_example() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }
}
