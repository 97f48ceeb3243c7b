//! Bytes of a text that are looked at together, and what is seen of them at once: a bit for each.

/// Bytes of a text that are looked at together.
pub(crate) const STEP: usize = 16;

/// The bytes at a place, the first the lowest; nothing where there are not enough.
#[inline]
pub(crate) fn step(bytes: &[u8], at: usize) -> Option<u128> {
    bytes.get(at..)?.first_chunk().copied().map(u128::from_le_bytes)
}

/// The same with zeros behind the end.
pub(crate) fn last_step(bytes: &[u8], at: usize) -> u128 {
    let mut last = [0; STEP];
    let rest = bytes.get(at..).unwrap_or_default();
    if let Some(start) = last.get_mut(..rest.len()) {
        start.copy_from_slice(rest);
    }
    u128::from_le_bytes(last)
}

/// A bit for each byte that is a quote, a backslash or a control character.
#[cfg(target_feature = "simd128")]
#[inline(always)]
pub(crate) fn ends(step: u128) -> u32 {
    use std::arch::wasm32::{u8x16_lt, u8x16_splat, v128_or};

    let bytes = vector(step);
    let controls = u8x16_lt(bytes, u8x16_splat(b' '));
    bits(v128_or(v128_or(equal(bytes, b'"'), equal(bytes, b'\\')), controls))
}

#[cfg(not(target_feature = "simd128"))]
pub(crate) fn ends(step: u128) -> u32 {
    bits(step, |byte| matches!(byte, b'"' | b'\\' | 0..0x20))
}

/// A bit for each byte that ends a number: a comma, a closing bracket, space, or the zero that is behind the end.
#[cfg(target_feature = "simd128")]
#[inline]
pub(crate) fn number_ends(step: u128) -> u32 {
    use std::arch::wasm32::{u8x16_le, u8x16_splat, v128_or};

    let bytes = vector(step);
    let closings = equal(v128_or(bytes, u8x16_splat(0x20)), b'}');
    bits(v128_or(v128_or(equal(bytes, b','), closings), u8x16_le(bytes, u8x16_splat(b' '))))
}

#[cfg(not(target_feature = "simd128"))]
pub(crate) fn number_ends(step: u128) -> u32 {
    bits(step, |byte| matches!(byte, b',' | b']' | b'}' | 0..=b' '))
}

/// A bit for each byte that is no ASCII letter, digit or underscore.
#[cfg(target_feature = "simd128")]
#[inline]
pub(crate) fn word_ends(step: u128) -> u32 {
    use std::arch::wasm32::{u8x16_lt, u8x16_splat, u8x16_sub, v128_or};

    let bytes = vector(step);
    let letters = u8x16_lt(u8x16_sub(v128_or(bytes, u8x16_splat(0x20)), u8x16_splat(b'a')), u8x16_splat(26));
    let digits = u8x16_lt(u8x16_sub(bytes, u8x16_splat(b'0')), u8x16_splat(10));
    bits(v128_or(v128_or(letters, digits), equal(bytes, b'_'))) ^ 0xFFFF
}

#[cfg(not(target_feature = "simd128"))]
pub(crate) fn word_ends(step: u128) -> u32 {
    bits(step, |byte| !(byte.is_ascii_alphanumeric() || byte == b'_'))
}

/// A bit for each byte that is this one.
#[cfg(target_feature = "simd128")]
pub(crate) fn places(step: u128, byte: u8) -> u32 {
    bits(equal(vector(step), byte))
}

#[cfg(not(target_feature = "simd128"))]
pub(crate) fn places(step: u128, byte: u8) -> u32 {
    bits(step, |one| one == byte)
}

/// For both of these a bit for each byte that is it, a letter in any case.
#[cfg(target_feature = "simd128")]
#[inline]
pub(crate) fn letters(step: u128, sought: [u8; 2]) -> [u32; 2] {
    use std::arch::wasm32::{u8x16_splat, v128_or};

    let lower = v128_or(vector(step), u8x16_splat(0x20));
    sought.map(|byte| bits(equal(lower, byte | 0x20)))
}

#[cfg(not(target_feature = "simd128"))]
pub(crate) fn letters(step: u128, sought: [u8; 2]) -> [u32; 2] {
    sought.map(|byte| bits(step, |one| one | 0x20 == byte | 0x20))
}

/// A bit for each byte that is a quote, a backslash, an opening or a closing bracket.
#[cfg(target_feature = "simd128")]
#[inline]
pub(crate) fn marks(step: u128) -> [u32; 4] {
    use std::arch::wasm32::{u8x16_splat, v128_or};

    let bytes = vector(step);
    // In ASCII this bit tells braces from brackets.
    let braces = v128_or(bytes, u8x16_splat(0x20));
    [bits(equal(bytes, b'"')), bits(equal(bytes, b'\\')), bits(equal(braces, b'{')), bits(equal(braces, b'}'))]
}

#[cfg(not(target_feature = "simd128"))]
pub(crate) fn marks(step: u128) -> [u32; 4] {
    [
        bits(step, |byte| byte == b'"'),
        bits(step, |byte| byte == b'\\'),
        bits(step, |byte| matches!(byte, b'{' | b'[')),
        bits(step, |byte| matches!(byte, b'}' | b']')),
    ]
}

/// The bytes with ASCII letters in lower case.
#[cfg(target_feature = "simd128")]
#[inline]
pub(crate) fn lowered(step: u128) -> u128 {
    use std::arch::wasm32::{u8x16_lt, u8x16_splat, u8x16_sub, u64x2_extract_lane, v128_and, v128_or};

    let bytes = vector(step);
    let capitals = u8x16_lt(u8x16_sub(bytes, u8x16_splat(b'A')), u8x16_splat(26));
    let lowered = v128_or(bytes, v128_and(capitals, u8x16_splat(0x20)));
    u128::from(u64x2_extract_lane::<0>(lowered)) | u128::from(u64x2_extract_lane::<1>(lowered)) << 64
}

#[cfg(not(target_feature = "simd128"))]
pub(crate) fn lowered(step: u128) -> u128 {
    u128::from_le_bytes(step.to_le_bytes().map(|byte| byte.to_ascii_lowercase()))
}

/// A bit for each byte that is no ASCII.
#[cfg(target_feature = "simd128")]
#[inline]
pub(crate) fn others_than_ascii(step: u128) -> u32 {
    bits(vector(step))
}

#[cfg(not(target_feature = "simd128"))]
pub(crate) fn others_than_ascii(step: u128) -> u32 {
    bits(step, |byte| !byte.is_ascii())
}

/// A bit for each byte of UTF-8 that no character begins with.
#[cfg(target_feature = "simd128")]
#[inline]
pub(crate) fn inner_bytes(step: u128) -> u32 {
    use std::arch::wasm32::{i8x16_lt, i8x16_splat};

    bits(i8x16_lt(vector(step), i8x16_splat(-0x40)))
}

#[cfg(not(target_feature = "simd128"))]
pub(crate) fn inner_bytes(step: u128) -> u32 {
    bits(step, |byte| byte & 0xC0 == 0x80)
}

/// Bytes that are compared together.
pub(crate) type Block = [[u8; STEP]; 4];

/// Where two blocks first differ, if they do.
#[inline(always)]
pub(crate) fn difference(one: &Block, other: &Block) -> Option<usize> {
    if is_same(one, other) {
        return None;
    }
    let mut place = 0;
    for (one, other) in one.iter().zip(other) {
        let found = others(u128::from_le_bytes(*one), u128::from_le_bytes(*other));
        if found != 0 {
            return Some(place + found.trailing_zeros() as usize);
        }
        place += STEP;
    }
    None
}

#[cfg(target_feature = "simd128")]
#[inline(always)]
fn is_same(one: &Block, other: &Block) -> bool {
    use std::arch::wasm32::{v128_any_true, v128_or, v128_xor};

    let differ = |at: usize| v128_xor(vector(u128::from_le_bytes(one[at])), vector(u128::from_le_bytes(other[at])));
    !v128_any_true(v128_or(v128_or(differ(0), differ(1)), v128_or(differ(2), differ(3))))
}

#[cfg(not(target_feature = "simd128"))]
fn is_same(one: &Block, other: &Block) -> bool {
    one == other
}

/// A bit for each byte that is another there.
#[cfg(target_feature = "simd128")]
#[inline(always)]
fn others(one: u128, other: u128) -> u32 {
    bits(std::arch::wasm32::u8x16_ne(vector(one), vector(other)))
}

#[cfg(not(target_feature = "simd128"))]
fn others(one: u128, other: u128) -> u32 {
    bits(one ^ other, |byte| byte != 0)
}

#[cfg(target_feature = "simd128")]
#[inline]
fn vector(step: u128) -> std::arch::wasm32::v128 {
    std::arch::wasm32::u64x2(step as u64, (step >> 64) as u64)
}

#[cfg(target_feature = "simd128")]
#[inline]
fn equal(bytes: std::arch::wasm32::v128, byte: u8) -> std::arch::wasm32::v128 {
    std::arch::wasm32::u8x16_eq(bytes, std::arch::wasm32::u8x16_splat(byte))
}

#[cfg(target_feature = "simd128")]
#[inline]
fn bits(bytes: std::arch::wasm32::v128) -> u32 {
    u32::from(std::arch::wasm32::u8x16_bitmask(bytes))
}

#[cfg(not(target_feature = "simd128"))]
fn bits(step: u128, is_meant: impl Fn(u8) -> bool) -> u32 {
    step.to_be_bytes().into_iter().fold(0, |found, byte| found << 1 | u32::from(is_meant(byte)))
}
