//! As much XML as SOAP takes: elements with namespaces, text, entities and CDATA. No document types.

use std::collections::BTreeMap;

const MAX_DEPTH: usize = 32;

/// An element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    /// Empty where it has none.
    pub(super) namespace: String,
    /// Without a prefix.
    pub(super) name: String,
    /// `xsi:nil`.
    pub(super) nil: bool,
    pub(super) children: Vec<Element>,
    /// The text in it, children left out.
    pub(super) text: String,
}

impl Element {
    /// The first child of this namespace and name.
    pub(super) fn child(&self, namespace: &str, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.namespace == namespace && child.name == name)
    }
}

/// Namespaces by prefix; the default one has none.
type Scope = BTreeMap<String, String>;

/// The root element of a document.
///
/// # Errors
/// What is wrong with it.
pub(super) fn parse(text: &str) -> Result<Element, String> {
    let mut reader = Reader { rest: text.trim_start_matches('\u{feff}') };
    reader.skip_misc()?;
    let root = reader.element(&Scope::new(), 0)?;
    reader.skip_misc()?;
    if reader.rest.is_empty() { Ok(root) } else { Err("content is not allowed in trailing section".to_owned()) }
}

/// A text as an element or an attribute holds it.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

struct Reader<'a> {
    rest: &'a str,
}

/// What an open tag says.
struct Tag<'a> {
    name: &'a str,
    attributes: Vec<(&'a str, String)>,
    closed: bool,
}

impl<'a> Reader<'a> {
    fn take(&mut self, token: &str) -> bool {
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn until(&mut self, end: &str) -> Result<&'a str, String> {
        let (before, after) = self.rest.split_once(end).ok_or_else(|| format!("no {end} before the end"))?;
        self.rest = after;
        Ok(before)
    }

    /// Space, comments and processing instructions.
    fn skip_misc(&mut self) -> Result<(), String> {
        loop {
            self.rest = self.rest.trim_start();
            if self.take("<?") {
                self.until("?>")?;
            } else if self.take("<!--") {
                self.until("-->")?;
            } else if self.rest.starts_with("<!") {
                return Err("a document type is not allowed".to_owned());
            } else {
                return Ok(());
            }
        }
    }

    fn element(&mut self, outer: &Scope, depth: usize) -> Result<Element, String> {
        if depth > MAX_DEPTH {
            return Err("elements nest too deep".to_owned());
        }
        let tag = self.tag()?;
        let mut scope = outer.clone();
        for (name, value) in &tag.attributes {
            if let Some(prefix) = name.strip_prefix("xmlns:") {
                scope.insert(prefix.to_owned(), value.clone());
            } else if *name == "xmlns" {
                scope.insert(String::new(), value.clone());
            }
        }
        let (namespace, name) = resolved(tag.name, &scope)?;
        let nil = tag
            .attributes
            .iter()
            .any(|(name, value)| name.rsplit(':').next() == Some("nil") && matches!(value.as_str(), "true" | "1"));
        let mut element = Element { namespace, name, nil, ..Element::default() };
        if !tag.closed {
            self.content(&mut element, tag.name, &scope, depth)?;
        }
        Ok(element)
    }

    /// What stands between an open tag and its end.
    fn content(&mut self, element: &mut Element, name: &str, scope: &Scope, depth: usize) -> Result<(), String> {
        loop {
            let at = self.rest.find('<').ok_or_else(|| format!("{name} has no end"))?;
            element.text.push_str(&unescaped(self.rest.get(..at).unwrap_or_default())?);
            self.rest = self.rest.get(at..).unwrap_or_default();
            if self.take("</") {
                let end = self.until(">")?.trim_end();
                return if end == name { Ok(()) } else { Err(format!("{end} ends {name}")) };
            }
            if self.take("<![CDATA[") {
                element.text.push_str(self.until("]]>")?);
            } else if self.rest.starts_with("<!") || self.rest.starts_with("<?") {
                self.skip_misc()?;
            } else {
                element.children.push(self.element(scope, depth + 1)?);
            }
        }
    }

    fn tag(&mut self) -> Result<Tag<'a>, String> {
        if !self.take("<") {
            return Err("only whitespace content allowed before start tag".to_owned());
        }
        let name = self.name()?;
        let mut attributes = Vec::new();
        loop {
            self.rest = self.rest.trim_start();
            if self.take("/>") {
                return Ok(Tag { name, attributes, closed: true });
            }
            if self.take(">") {
                return Ok(Tag { name, attributes, closed: false });
            }
            let attribute = self.name()?;
            self.rest = self.rest.trim_start();
            let quote = self.take("=").then(|| self.rest.trim_start().chars().next()).flatten();
            let quote = quote.filter(|quote| "\"'".contains(*quote)).ok_or("an attribute without a quoted value")?;
            self.until(&quote.to_string())?;
            attributes.push((attribute, unescaped(self.until(&quote.to_string())?)?));
        }
    }

    fn name(&mut self) -> Result<&'a str, String> {
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || "_-.:".contains(c))).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        if name.is_empty() { Err("a name is missing".to_owned()) } else { Ok(name) }
    }
}

/// The namespace and the name of `urn:leadId`.
fn resolved(name: &str, scope: &Scope) -> Result<(String, String), String> {
    let (prefix, local) = name.split_once(':').unwrap_or(("", name));
    match scope.get(prefix) {
        Some(namespace) => Ok((namespace.clone(), local.to_owned())),
        None if prefix.is_empty() => Ok((String::new(), local.to_owned())),
        None => Err(format!("the prefix {prefix} is not bound")),
    }
}

fn unescaped(text: &str) -> Result<String, String> {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        let (entity, after) = after.split_once(';').ok_or("an & that begins no entity")?;
        plain.push_str(before);
        let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
        let character = match entity {
            "lt" => Some('<'),
            "gt" => Some('>'),
            "amp" => Some('&'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            entity => match entity.strip_prefix("#x") {
                Some(digits) => number(digits, 16),
                None => entity.strip_prefix('#').and_then(|digits| number(digits, 10)),
            },
        };
        plain.push(character.ok_or_else(|| format!("the entity {entity} is not known"))?);
        rest = after;
    }
    plain.push_str(rest);
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, &str>) {
        fn shown(element: &Element) -> String {
            let children: Vec<String> = element.children.iter().map(shown).collect();
            format!("{{{}}}{}[{}{}]", element.namespace, element.name, element.text, children.join(","))
        }
        let got = parse(text).map(|root| shown(&root));
        assert_eq!(got.as_deref().map_err(String::as_str), expected, "{text}");
    }

    #[test]
    fn elements_have_namespaces_texts_and_children() {
        check("<?xml version=\"1.0\"?>\n<!-- x --><a/>", Ok("{}a[]"));
        check("<a xmlns='urn:x'><b>1 &lt; 2 &#38; &#x41;</b></a>", Ok("{urn:x}a[{urn:x}b[1 < 2 & A]]"));
        check("<p:a xmlns:p=\"urn:x\" t = 'a>b'><b><![CDATA[<&>]]></b></p:a>", Ok("{urn:x}a[{}b[<&>]]"));
        check("<a><!-- <b/> --><?pi?></a>", Ok("{}a[]"));
        let nil = parse("<a xmlns:x='urn:y' x:nil='true'/>").expect("an element");
        assert!(nil.nil);
    }

    #[test]
    fn what_is_no_document_is_refused() {
        check("", Err("only whitespace content allowed before start tag"));
        check("<a>", Err("a has no end"));
        check("<a></b>", Err("b ends a"));
        check("<p:a/>", Err("the prefix p is not bound"));
        check("<a/><b/>", Err("content is not allowed in trailing section"));
        check("<a>&nbsp;</a>", Err("the entity nbsp is not known"));
        check("<a b=c/>", Err("an attribute without a quoted value"));
        check("<!DOCTYPE a><a/>", Err("a document type is not allowed"));
        check(&"<a>".repeat(40), Err("elements nest too deep"));
    }
}
