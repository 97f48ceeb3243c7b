//! Undoes escapes until none is left, in one pass whatever their depth: percent, JSON and HTML, each within any other.

/// Names of HTML for characters that tokens and escapes are made of.
const NAMED: [(&[u8], u8); 13] = [
    (b"amp", b'&'),
    (b"ast", b'*'),
    (b"bsol", b'\\'),
    (b"dollar", b'$'),
    (b"equals", b'='),
    (b"excl", b'!'),
    (b"lowbar", b'_'),
    (b"num", b'#'),
    (b"percnt", b'%'),
    (b"period", b'.'),
    (b"plus", b'+'),
    (b"semi", b';'),
    (b"sol", b'/'),
];

/// The text with every escape of an ASCII character undone, however many layers of them it has, and without
/// backslashes.
///
/// The bytes are put one after another on top of what is plain already. One that completes an escape takes the rest of
/// it off the top, and the character it stands for takes the byte's place, where it may complete another escape in
/// turn. So each byte is put down once and taken off at most once: the work is bounded by the length of the text alone.
/// `visit` is told how many bytes each step looks at, for the test that counts them.
///
/// It makes no difference which escape is undone first: whatever order is taken, the end is the same. So a text comes
/// to the same end as any text that it is an escaped form of, and that is what finds a token under any stack of
/// escapes. Two things would be exceptions. Two backslashes stand for one: so they count for nothing, and `x41` and
/// `u0041` are escapes without one, in what is looked for as in what is looked through. And `&#x41;` has one of those
/// inside: so it is `&#A;` for a while.
pub(super) fn undone(text: &[u8], mut visit: impl FnMut(usize)) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    for &next in text {
        visit(1);
        let mut byte = next;
        while let Some((character, length)) = completed(&plain, byte, &mut visit) {
            visit(length);
            plain.truncate(plain.len() - length);
            byte = character;
        }
        if byte != b'\\' {
            plain.push(byte);
        }
    }
    plain
}

/// The character of the escape that a byte completes, and how much of the escape stands before the byte.
fn completed(before: &[u8], byte: u8, visit: &mut impl FnMut(usize)) -> Option<(u8, usize)> {
    match byte {
        b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' => match *before {
            [.., b'%' | b'x', first] => Some((ascii(&[first, byte], 16)?, 2)),
            [.., b'u', first, second, third] => Some((ascii(&[first, second, third, byte], 16)?, 4)),
            _ => None,
        },
        b';' => completed_by_semicolon(before, visit),
        _ => None,
    }
}

/// `&#65;`, `&#x41;` and `&period;`.
///
/// No semicolon that is put down is ever taken off again, so what one has looked through stays behind it and is not
/// looked through by the next.
fn completed_by_semicolon(before: &[u8], visit: &mut impl FnMut(usize)) -> Option<(u8, usize)> {
    match *before {
        // `x41` has become its character, which is nothing where it is a backslash.
        [.., b'&', b'#'] => return Some((b'\\', 2)),
        [.., b'&', b'#', character] if character.is_ascii() => return Some((character, 3)),
        _ => {}
    }
    let length = before.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'#').count();
    visit(length);
    let (start, name) = before.split_at(before.len() - length);
    let character = match (start, name) {
        ([.., b'&'], [b'#', b'X' | b'x', digits @ ..]) => ascii(digits, 16)?,
        ([.., b'&'], [b'#', digits @ ..]) => ascii(digits, 10)?,
        ([.., b'&'], name) => NAMED.iter().find(|(known, _)| *known == name)?.1,
        // The first two digits of `x0041` have become the character with their number.
        ([.., b'&', b'#', first @ 0..=7], digits) => {
            let number = ascii(digits, 16)?;
            let character = if digits.len() == 1 { first << 4 | number } else { number };
            return (*first == 0 || digits.len() == 1).then_some((character, length + 3));
        }
        _ => return None,
    };
    Some((character, length + 1))
}

/// The ASCII character with a number, which may have any count of zeros before it.
fn ascii(digits: &[u8], radix: u32) -> Option<u8> {
    if digits.is_empty() {
        return None;
    }
    let number = digits.iter().try_fold(0_u32, |number, digit| {
        let number = number * radix + char::from(*digit).to_digit(radix)?;
        (number < 128).then_some(number)
    })?;
    u8::try_from(number).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        String::from_utf8(undone(text.as_bytes(), |_| ())).unwrap()
    }

    #[test]
    fn every_notation_is_undone_within_every_other() {
        for (escaped, character) in [
            ("%41", "A"),
            ("\\x41", "A"),
            ("\\u0041", "A"),
            ("\\\\\\\\u0041", "A"),
            ("&#65;", "A"),
            ("&#x41;", "A"),
            ("&#X00000000000000041;", "A"),
            ("&#x041;&#x5C;&#x26;&#x3b;", "A&;"),
            ("&lowbar;", "_"),
            ("\\/", "/"),
            ("%2525252525252525252541", "A"),
            ("%5cu0041", "A"),
            ("\\u0025\\u0034\\u0031", "A"),
            ("&amp;amp;#37;41", "A"),
            ("%4\\u0031", "A"),
            ("&#\\x36\\u0035;", "A"),
            ("&#\\x7841;", "A"),
            ("\\x5c\\x750041", "A"),
        ] {
            assert_eq!(plain(&format!("x {escaped} y")), format!("x {character} y"), "{escaped}");
        }
    }

    #[test]
    fn what_is_no_escape_of_ascii_stays() {
        for text in ["", "100 % of", "&nbsp; &#228; &#xe4; &amp", "%e4 %zz %", "u00e4 ud83d xe4", ";;"] {
            assert_eq!(plain(text), text);
        }
    }

    /// Every step looks at a few bytes, and there are no more steps than bytes, whatever the text.
    #[test]
    fn the_work_grows_with_the_length_of_the_text_and_with_nothing_else() {
        const LENGTH: usize = 100_000;
        let nested = |unit: &str| format!("%{}41", unit.repeat(LENGTH / unit.len()));
        let mut texts: Vec<String> =
            ["\\", "%", "&#", "&", ";", "%25", "\\u005c", "\\\\u", "a;", "&amp;", "&#38;", "&#0", "%5c", "\\x"]
                .into_iter()
                .map(|unit| unit.repeat(LENGTH / unit.len()))
                .collect();
        texts.extend([nested("25"), nested("%25"), format!("&#{}65;", "0".repeat(LENGTH)), "x".repeat(LENGTH)]);
        texts.push(format!("&{}#65;", "amp;".repeat(LENGTH / 4)));
        texts.push(format!("{}{}", "\\".repeat(LENGTH / 2), "u0041".repeat(LENGTH / 10)));
        texts.push(format!("{}{}", "a".repeat(LENGTH / 2), ";".repeat(LENGTH / 2)));
        texts.push(format!("{}{}", "a".repeat(LENGTH / 2), "&#65;".repeat(LENGTH / 10)));
        // As long as a response may be, of everything in turns: each time another piece comes after another.
        let pieces = ["\\", "%", "&#", "%25", "\\u005c", "&amp;", ";", "41", "x", "&#0", "\"", "u0"];
        let mixed = (0..).map(|turn: usize| pieces[turn.wrapping_mul(0x9e37_79b1) / 7 % pieces.len()]);
        texts.push(mixed.take(8 * 1024 * 1024 / 3).collect());
        for text in texts {
            let mut visited = 0;
            undone(text.as_bytes(), |bytes| visited += bytes);
            let start: String = text.chars().take(12).collect();
            assert!(visited <= 4 * text.len(), "{start}…: {visited} for {}", text.len());
        }
    }
}
