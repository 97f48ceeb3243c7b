//! The content of a note: text as HTML, as base64.
//!
//! <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_contentnote.htm>:
//! special characters have to be escaped, and line breaks count only as HTML.

/// A text as a note's `Content`.
pub(crate) fn content(text: &str) -> String {
    base64(html(text).as_bytes())
}

/// A paragraph a line.
fn html(text: &str) -> String {
    let mut html = String::new();
    for line in text.trim().lines() {
        html.push_str("<p>");
        for character in line.chars() {
            match character {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                '"' => html.push_str("&quot;"),
                other => html.push(other),
            }
        }
        html.push_str(if line.trim().is_empty() { "<br></p>" } else { "</p>" });
    }
    html
}

/// <https://www.rfc-editor.org/rfc/rfc4648#section-4>
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| usize::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let fills = digit > chunk.len();
            text.push(if fills { '=' } else { char::from(DIGITS[bits >> (18 - 6 * digit) & 63]) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_paragraph_and_nothing_in_it_is_markup() {
        assert_eq!(
            html(" Tom & <b>Jerry</b>\n\nsaid \"no\" \n"),
            "<p>Tom &amp; &lt;b&gt;Jerry&lt;/b&gt;</p><p><br></p><p>said &quot;no&quot;</p>"
        );
    }

    #[test]
    fn bytes_are_written_as_the_standard_says() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
            ("ÿ?>", "w78/Pg=="),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }
}
