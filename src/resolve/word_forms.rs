//! Words without the ends that English gives them: what people call "exports hanging" may be written "Export hangs".

/// The ends, the longest first.
const ENDS: [&str; 5] = ["ing", "ies", "ed", "es", "s"];
/// What is left of a word has at least so many letters: less is in too many words.
const MIN_STEM_CHARS: usize = 4;

/// A text with the words that have such an end cut short; none if no word has one.
pub(crate) fn stems(text: &str) -> Option<String> {
    let mut stems = Vec::new();
    let mut is_other = false;
    for word in text.split_whitespace() {
        let cut = ENDS.into_iter().find_map(|end| word.strip_suffix(end));
        // A plural is not "class".
        let stem = cut.filter(|stem| stem.chars().count() >= MIN_STEM_CHARS && !word.ends_with("ss"));
        is_other |= stem.is_some();
        stems.push(stem.unwrap_or(word));
    }
    is_other.then(|| stems.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_their_ends_unless_too_little_is_left() {
        for (text, expected) in [
            ("exports hanging", Some("export hang")),
            ("crashed logins", Some("crash login")),
            ("companies", Some("compan")),
            ("Zürichs Größen", Some("Zürich Größen")),
            ("glass class", None),
            ("used gas being", None),
            ("Acme", None),
            ("", None),
        ] {
            assert_eq!(stems(text).as_deref(), expected, "{text}");
        }
    }
}
