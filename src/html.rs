//! Text as HTML and HTML as text, for fields that hold rich text and for e-mails.
//! <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_describesobjects_describesobjectresult.htm>
//! (`htmlFormatted`), <https://help.salesforce.com/s/articleView?id=platform.fields_using_html_editor.htm>

/// Tags that are taken for HTML where a text has one, each between spaces. Others are plain text: `<acme@acme.example>`.
const TAGS: &str = " a abbr b blockquote br code div em font h1 h2 h3 h4 h5 h6 hr html i img li ol p pre s span strike \
                    strong sub sup table tbody td th thead tr u ul ";
/// Tags that begin a line, each between spaces.
const BLOCKS: &str = " blockquote br div h1 h2 h3 h4 h5 h6 hr li ol p pre table tr ul ";
/// Tags whose content nobody sees, each between spaces.
const HIDDEN: &str = " head script style title ";
/// The characters that names of entities stand for.
const ENTITIES: [(&str, char); 6] =
    [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\''), ("nbsp", ' ')];

/// Whether a text is HTML already: it has a tag or an entity that HTML knows.
pub(crate) fn is_html(text: &str) -> bool {
    let is_tag = |(at, _)| tag(&text[at..]).is_some_and(|(name, _)| is_among(TAGS, name));
    text.match_indices('<').any(is_tag) || text.match_indices('&').any(|(at, _)| entity(&text[at..]).is_some())
}

/// A text as HTML that shows it: line breaks are kept, and nothing in it is markup.
pub(crate) fn encoded(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for (at, line) in text.trim().lines().enumerate() {
        if at > 0 {
            html.push_str("<br>");
        }
        for character in line.chars() {
            match character {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                other => html.push(other),
            }
        }
    }
    html
}

/// The text that HTML shows: a line for each paragraph, item or row.
pub(crate) fn text(html: &str) -> String {
    let mut shown = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(character) = rest.chars().next() {
        let mut next = &rest[character.len_utf8()..];
        match character {
            '<' if let Some((name, length)) = tag(rest) => {
                let is_end = rest.starts_with("</");
                next = &rest[length..];
                if is_among(HIDDEN, name) && !is_end {
                    next = behind_end(next, name);
                } else if is_among(BLOCKS, name) {
                    begin_line(&mut shown, name, is_end);
                }
            }
            '&' if let Some((character, length)) = entity(rest) => {
                shown.push(character);
                next = &rest[length..];
            }
            character if character.is_ascii_whitespace() => {
                if !shown.ends_with([' ', '\n']) && !shown.is_empty() {
                    shown.push(' ');
                }
            }
            character => shown.push(character),
        }
        rest = next;
    }
    shown.trim().to_owned()
}

/// Begins a line for a tag. Of tags that are blocks, several behind each other begin but one.
fn begin_line(shown: &mut String, name: &str, is_end: bool) {
    while shown.ends_with(' ') {
        shown.pop();
    }
    if !shown.is_empty() && (name.eq_ignore_ascii_case("br") || !shown.ends_with('\n')) {
        shown.push('\n');
    }
    if name.eq_ignore_ascii_case("li") && !is_end {
        shown.push_str("- ");
    }
}

/// The name of the tag that a text begins with, and the bytes of the tag.
fn tag(text: &str) -> Option<(&str, usize)> {
    let inner = text.strip_prefix('<')?;
    let inner = inner.strip_prefix('/').unwrap_or(inner);
    let name = &inner[..inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len())];
    let behind = inner[name.len()..].chars().next()?;
    let is_name =
        name.starts_with(|c: char| c.is_ascii_alphabetic()) && (behind.is_ascii_whitespace() || "/>".contains(behind));
    let is_tag = is_name || name.is_empty() && behind == '!';
    is_tag.then_some((name, text.find('>')? + 1))
}

/// What stands behind the end of a tag's content.
fn behind_end<'t>(text: &'t str, name: &str) -> &'t str {
    let is_end = |at: &usize| {
        text[*at..].starts_with("</") && tag(&text[*at..]).is_some_and(|(end, _)| end.eq_ignore_ascii_case(name))
    };
    let at = text.match_indices('<').map(|(at, _)| at).find(is_end);
    at.and_then(|at| Some(&text[at + tag(&text[at..])?.1..])).unwrap_or_default()
}

/// The character of the entity that a text begins with, and the bytes of the entity.
fn entity(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(12).position(|byte| byte == b';')?;
    let name = text.get(1..end)?;
    let character = match name.strip_prefix('#') {
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(digits) => char::from_u32(u32::from_str_radix(digits, 16).ok()?)?,
            None => char::from_u32(number.parse().ok()?)?,
        },
        None => ENTITIES.iter().find(|(known, _)| *known == name)?.1,
    };
    Some((character, end + 1))
}

/// Whether a name is one of a list of names between spaces.
fn is_among(list: &str, name: &str) -> bool {
    list.split(' ').any(|known| !known.is_empty() && known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_html_knows_is_html_and_all_else_is_text() {
        for text in ["<p>One</p>", "a<br>b", "a <B>b</B>", "R&amp;D", "&#39;", "<a href=\"x\">y</a>", "</div>"] {
            assert!(is_html(text), "{text}");
        }
        for text in [
            "",
            "1 < 2 & 3 > 2",
            "<acme@acme.example>",
            "a<b",
            "R&D; x",
            "<bob> <acme>",
            "a & b",
            "&nosuch;",
            "<",
            "&#x;",
        ] {
            assert!(!is_html(text), "{text}");
        }
    }

    #[test]
    fn html_is_read_as_the_text_it_shows() {
        for (html, shown) in [
            (
                "<p>Bob showed the <b>new hall</b>.</p><p>Open:</p><ul><li>price &lt; 100 &amp; more</li><li>x</li></ul>",
                "Bob showed the new hall.\nOpen:\n- price < 100 & more\n- x",
            ),
            ("a<br>b<br><br>c", "a\nb\n\nc"),
            ("Plain\nlines &#39;&#x41;&nbsp;", "Plain lines 'A"),
            ("<style>p{}</style>x<script>alert(1 < 2)</script><!-- no -->y", "xy"),
            ("a < b & c", "a < b & c"),
            ("<head><title>t</title></head>Hi<script>never ends", "Hi"),
            ("", ""),
        ] {
            assert_eq!(text(html), shown, "{html}");
        }
    }

    #[test]
    fn a_text_that_is_encoded_is_read_again_as_it_was() {
        for plain in ["one\ntwo", "1 < 2 & <x> \"q\"\n\nend", "&amp;", "a\r\nb", "ä 😀", "<p>"] {
            assert_eq!(text(&encoded(plain)), plain.replace("\r\n", "\n"), "{}", encoded(plain));
        }
    }
}
