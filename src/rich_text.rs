//! Rich text, which Salesforce keeps as HTML, as the text that people see; and text as HTML.

use crate::within;

/// Elements of which nothing is seen.
const UNSEEN: [&str; 4] = ["head", "style", "script", "title"];
/// Elements that begin a line.
const BLOCKS: [&str; 16] =
    ["p", "div", "br", "li", "ul", "ol", "tr", "table", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6"];
/// Characters by name; any other is by number, or left as it stands.
const NAMED: [(&str, char); 8] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("ndash", '–'),
    ("mdash", '—'),
];

/// The text of HTML: a line for each paragraph, line break and list item, and no markup. Plain text stays as it is, but
/// for blanks in a row.
pub(crate) fn to_text(html: &str) -> String {
    beginning(html, false)
}

/// The same of HTML that may go on: then an element that has begun and has no end yet is left out.
pub(crate) fn beginning(html: &str, goes_on: bool) -> String {
    let mut text = Seen { goes_on, ..Seen::default() };
    let mut rest = html;
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'<' | b'&')) {
        text.push(&rest[..at]);
        rest = &rest[at..];
        let taken = if rest.starts_with('&') { character(rest, &mut text) } else { tag(rest, &mut text) };
        rest = &rest[taken..];
    }
    text.push(rest);
    text.text.truncate(text.text.trim_end().len());
    text.text
}

#[derive(Default)]
struct Seen {
    text: String,
    /// Whether a blank or a line belongs before what follows.
    blank: bool,
    line: bool,
    goes_on: bool,
}

impl Seen {
    fn push(&mut self, mut text: &str) {
        while !text.is_empty() {
            let is_blank = |byte: u8| byte.is_ascii_whitespace();
            let begins_blank = text.bytes().next().is_some_and(is_blank);
            let end = text.bytes().position(|byte| is_blank(byte) != begins_blank).unwrap_or(text.len());
            let (part, rest) = text.split_at(end);
            if begins_blank {
                self.blank = true;
            } else {
                self.add(part);
            }
            text = rest;
        }
    }

    fn add(&mut self, text: &str) {
        if !self.text.is_empty() && self.line {
            self.text.push('\n');
        } else if self.blank && !self.text.is_empty() {
            self.text.push(' ');
        }
        (self.blank, self.line) = (false, false);
        self.text.push_str(text);
    }
}

/// Reads `&…;`, and says how long it is.
fn character(rest: &str, text: &mut Seen) -> usize {
    let (meant, length) = meant(rest);
    text.add(meant.encode_utf8(&mut [0; 4]));
    length
}

/// What `&…;` at the beginning of a text means, and how long it is; the `&` itself where it is none.
fn meant(rest: &str) -> (char, usize) {
    // The longest name has eight characters: a text may have any number of these, and none of them an end.
    let end = rest.bytes().skip(1).take(9).position(|byte| byte == b';');
    let name = end.and_then(|end| rest.get(1..=end));
    let meant = name.and_then(|name| {
        let number = match name.strip_prefix('#') {
            None => return NAMED.iter().find(|(known, _)| *known == name).map(|(_, meant)| *meant),
            Some(number) => number,
        };
        let hex = number.strip_prefix(['x', 'X']);
        char::from_u32(u32::from_str_radix(hex.unwrap_or(number), if hex.is_some() { 16 } else { 10 }).ok()?)
    });
    match (name, meant) {
        (Some(name), Some(meant)) => (meant, name.len() + 2),
        _ => ('&', 1),
    }
}

/// A text between two tags, of HTML or XML, as it reads.
pub(crate) fn unescaped(text: &str) -> String {
    let mut read = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (meant, length) = meant(&rest[at..]);
        read.push_str(&rest[..at]);
        read.push(meant);
        rest = &rest[at + length..];
    }
    read.push_str(rest);
    read
}

/// Writes a character as it stands between two tags, of HTML or XML.
pub(crate) fn escape(character: char, out: &mut String) {
    match character {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        other => out.push(other),
    }
}

/// Reads `<…>`, and says how long it is, with what is not seen of the element.
fn tag(rest: &str, text: &mut Seen) -> usize {
    let inside = &rest[1..];
    let name = inside.strip_prefix('/').unwrap_or(inside);
    let length = name.bytes().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(name.len());
    let is_markup = length > 0 || inside.starts_with("!--");
    let close = if inside.starts_with("!--") { "-->" } else { ">" };
    let Some(end) = within::place(rest, close).filter(|_| is_markup) else {
        if is_markup && text.goes_on {
            return rest.len();
        }
        text.add("<");
        return 1;
    };
    let end = end + close.len();
    let name = name[..length].to_ascii_lowercase();
    if BLOCKS.contains(&name.as_str()) {
        text.line = true;
    }
    if inside.starts_with('/') || !UNSEEN.contains(&name.as_str()) {
        return end;
    }
    // Up to the end of what is not seen, in whatever case.
    let closing = "</".to_owned() + &name;
    within::place(&rest[end..].to_ascii_lowercase(), &closing).map_or(rest.len(), |at| end + at)
}

/// Elements by which a text is told to be HTML; in others, as in `<acme@acme.example>`, brackets are text.
const ELEMENTS: &str = " a abbr b blockquote br code div em font h1 h2 h3 h4 h5 h6 hr html i img li ol p pre s span strike \
                        strong sub sup table tbody td th thead tr u ul ";

/// Whether a text is HTML already: it has an element or a character by name that HTML knows.
pub(crate) fn is_html(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| is_element(&text[at + 1..]))
        || text.match_indices('&').any(|(at, _)| character(&text[at..], &mut Seen::default()) > 1)
}

/// Whether what follows a bracket is an element of HTML, or its end.
fn is_element(inside: &str) -> bool {
    let inside = inside.strip_prefix('/').unwrap_or(inside);
    let length = inside.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inside.len());
    let (name, behind) = inside.split_at(length);
    let is_known = |known: &str| !known.is_empty() && known.eq_ignore_ascii_case(name);
    behind.starts_with([' ', '\t', '\n', '/', '>']) && behind.contains('>') && ELEMENTS.split(' ').any(is_known)
}

/// A text as HTML that shows it: line breaks are kept, and nothing in it is markup.
pub(crate) fn from_text(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for (at, line) in text.trim().lines().enumerate() {
        html.push_str(if at > 0 { BREAK } else { "" });
        line.chars().for_each(|character| escape(character, &mut html));
    }
    html
}

/// What a line break of a text becomes.
const BREAK: &str = "<br>";

/// Whether HTML has no markup but line breaks, as that made of a text.
pub(crate) fn is_plain(html: &str) -> bool {
    html.matches('<').count() == html.matches(BREAK).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rich_text_is_read_as_people_see_it() {
        for (html, text) in [
            ("", ""),
            ("plain", "plain"),
            ("<p>One &lt; two</p>", "One < two"),
            ("<p>a</p><p>b</p>", "a\nb"),
            ("a<br>b<br/>c", "a\nb\nc"),
            (
                "<p>Bob showed the <b>new hall</b>.</p><p>Open:</p><ul><li>price &lt; 100 &amp; delivery</li><li>training</li></ul>",
                "Bob showed the new hall.\nOpen:\nprice < 100 & delivery\ntraining",
            ),
            (
                "<html><head><style>p { color: blue }</style></head><body><p>Hello Riley,</p>\n<p>1 June</p></body></html>",
                "Hello Riley,\n1 June",
            ),
            ("<STYLE>x</STYLE>seen", "seen"),
            ("<!-- a > b -->seen", "seen"),
            ("caf&#233; &#x1F600; &nbsp;!", "café 😀  !"),
            ("AT&T &unknown; & <3", "AT&T &unknown; & <3"),
            ("<a href='https://x.example/?a=1&b=2'>link</a>", "link"),
            ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
            ("<p>cut", "cut"),
            ("cut <p", "cut <p"),
            ("<style>never closed", ""),
        ] {
            assert_eq!(to_text(html), text, "{html}");
        }
    }

    #[test]
    fn what_html_knows_is_html_and_all_else_is_text() {
        for text in ["<p>One</p>", "a<br>b", "a <B>b</B>", "R&amp;D", "&#39;", "<a href=\"x\">y</a>", "</div>", "<br/>"]
        {
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
            "<p",
        ] {
            assert!(!is_html(text), "{text}");
        }
    }

    #[test]
    fn a_text_as_html_shows_that_text() {
        for text in ["one\ntwo", "1 < 2 & <x> \"q\"", "&amp;", "a\r\nb", "ä 😀", "<p>"] {
            assert_eq!(to_text(&from_text(text)), text.replace("\r\n", "\n"), "{}", from_text(text));
            assert!(is_plain(&from_text(text)));
        }
        assert_eq!(from_text("a\n\nb"), "a<br><br>b");
        assert!(!is_plain("<p>a<br>b</p>"));
    }
}
