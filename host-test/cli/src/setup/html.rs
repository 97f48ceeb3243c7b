//! HTML by types: a text becomes part of a page escaped or not at all.

use std::fmt::Write as _;

/// Elements and texts, ready to be sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Html(String);

/// One element.
#[derive(Debug, Clone)]
pub(super) struct Tag {
    name: &'static str,
    attributes: String,
    inner: Html,
}

/// Elements without an end.
const VOID: [&str; 5] = ["input", "br", "meta", "link", "hr"];

/// An element without anything in it yet.
pub(super) fn tag(name: &'static str) -> Tag {
    Tag { name, attributes: String::new(), inner: Html::default() }
}

impl Tag {
    /// An attribute with a value.
    pub(super) fn set(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        // Writing to memory can't fail.
        let _ = write!(self.attributes, " {name}=\"{}\"", escaped(value.as_ref()));
        self
    }

    /// An attribute that is there or not.
    pub(super) fn flag(mut self, name: &'static str, on: bool) -> Self {
        if on {
            self.attributes.push(' ');
            self.attributes.push_str(name);
        }
        self
    }

    /// What is in the element, after what is there.
    pub(super) fn add(mut self, inner: impl Into<Html>) -> Self {
        self.inner.0.push_str(&inner.into().0);
        self
    }

    /// The same for each of several.
    pub(super) fn all<I: Into<Html>>(self, inner: impl IntoIterator<Item = I>) -> Self {
        inner.into_iter().fold(self, Self::add)
    }
}

impl Html {
    /// What comes after what is there.
    pub(super) fn add(mut self, more: impl Into<Self>) -> Self {
        self.0.push_str(&more.into().0);
        self
    }

    /// The text of the page's source.
    pub(super) fn into_source(self) -> String {
        self.0
    }
}

impl From<Tag> for Html {
    fn from(Tag { name, attributes, inner }: Tag) -> Self {
        if VOID.contains(&name) {
            Self(format!("<{name}{attributes}>"))
        } else {
            Self(format!("<{name}{attributes}>{}</{name}>", inner.0))
        }
    }
}

impl From<&str> for Html {
    fn from(text: &str) -> Self {
        Self(escaped(text))
    }
}

impl From<String> for Html {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<&String> for Html {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl<T: Into<Html>> From<Option<T>> for Html {
    fn from(one: Option<T>) -> Self {
        one.map(Into::into).unwrap_or_default()
    }
}

/// A text with `{name}` in it, where something else stands in the place of each name.
pub(super) fn filled<const N: usize>(text: &str, places: [(&str, Html); N]) -> Html {
    let mut html = Html::default();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, later)) = after.split_once('}') else { break };
        html = html.add(before);
        html = match places.iter().find(|(place, _)| *place == name) {
            Some((_, filling)) => html.add(filling.clone()),
            None => html.add(name),
        };
        rest = later;
    }
    html.add(rest)
}

/// Text within HTML, in an attribute too. What a terminal or a reader of the page would not see is shown as such.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for one in text.chars() {
        match one {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\0' => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_can_end_neither_its_element_nor_its_attribute() {
        let hostile = "\"'><script>&\0";
        let html = Html::from(tag("p").set("title", hostile).add(hostile)).into_source();
        let safe = "&quot;&#39;&gt;&lt;script&gt;&amp;\u{fffd}";
        assert_eq!(html, format!("<p title=\"{safe}\">{safe}</p>"));
        assert_eq!(filled("<{one}>", [("one", hostile.into())]).into_source(), format!("&lt;{safe}&gt;"));
    }

    #[test]
    fn places_are_filled_by_name() {
        let html = filled("{b} and {a}: {c", [("a", tag("b").add("1").into()), ("b", "2".into())]);
        assert_eq!(html.into_source(), "2 and <b>1</b>: {c");
    }
}
