//! What becomes of HTML that is written to a rich text field: tags that the editor does not know go, and their text
//! stays; signs that are no tags become text.
//! <https://help.salesforce.com/s/articleView?id=platform.fields_using_html_editor.htm>

/// Tags that stay.
const KNOWN: [&str; 48] = [
    "a",
    "abbr",
    "acronym",
    "address",
    "b",
    "blockquote",
    "br",
    "caption",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
];
/// Tags that go with all they hold.
const HIDDEN: [&str; 2] = ["script", "style"];

/// The text as the field keeps it.
pub(super) fn cleaned(html: &str) -> String {
    let mut kept = String::new();
    let mut rest = html;
    while let Some(c) = rest.chars().next() {
        let mut after = rest.get(c.len_utf8()..).unwrap_or_default();
        match c {
            '<' => match tag(rest) {
                Some((name, tag, behind)) => {
                    let name = name.to_ascii_lowercase();
                    if KNOWN.contains(&name.as_str()) {
                        kept.push_str(tag);
                    }
                    after = behind;
                    if HIDDEN.contains(&name.as_str()) && !tag.starts_with("</") {
                        after = behind_end(behind, &name);
                    }
                }
                None => kept.push_str("&lt;"),
            },
            '>' => kept.push_str("&gt;"),
            '&' if !is_entity(after) => kept.push_str("&amp;"),
            c => kept.push(c),
        }
        rest = after;
    }
    kept
}

/// The name of the tag that the text begins with, the tag, and what follows it.
fn tag(text: &str) -> Option<(&str, &str, &str)> {
    let inner = text.strip_prefix('<')?;
    let inner = inner.strip_prefix('/').unwrap_or(inner);
    if !inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '!') {
        return None;
    }
    let end = text.find('>')? + 1;
    let name_end = inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len());
    Some((inner.get(..name_end)?, text.get(..end)?, text.get(end..)?))
}

fn behind_end<'a>(text: &'a str, name: &str) -> &'a str {
    let end = format!("</{name}");
    let found = text.to_ascii_lowercase().find(&end);
    found.and_then(|at| text.get(at..)).and_then(|rest| rest.split_once('>')).map_or("", |(_, behind)| behind)
}

/// Whether what follows an ampersand makes it an entity: `amp;`, `#39;`.
fn is_entity(after: &str) -> bool {
    after.split_once(';').is_some_and(|(name, _)| {
        let name = name.strip_prefix('#').unwrap_or(name);
        !name.is_empty() && name.len() <= 8 && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_tags_stay_and_all_else_becomes_text_or_goes() {
        for (html, kept) in [
            ("<p>One<br>two</p>", "<p>One<br>two</p>"),
            ("margin < 5% & rising > 3%", "margin &lt; 5% &amp; rising &gt; 3%"),
            ("x<y and <acme>", "x"),
            ("<acme>Acme</acme> &lt;ok&gt; &#39;", "Acme &lt;ok&gt; &#39;"),
            ("a<script>alert(1)</SCRIPT>b<style>c", "ab"),
            ("<!-- note -->text", "text"),
            ("<UL><LI>one</LI></UL>", "<UL><LI>one</LI></UL>"),
            ("ends <", "ends &lt;"),
        ] {
            assert_eq!(cleaned(html), kept, "{html}");
        }
    }
}
