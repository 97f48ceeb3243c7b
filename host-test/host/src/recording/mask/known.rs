//! What needs no placeholder: what describes, the tools' schemas and the table of every org say of names, labels and
//! values.

use std::collections::HashSet;
use std::sync::LazyLock;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::placeholders::PLAIN_WORDS;
use super::shapes::{is_api_name, is_code, is_everybodys_id, is_id, is_number, is_word, joined, parts, words};
use super::{HOST, Mask};
use crate::recording::words::{
    DATE_LITERALS, HEADER_WORDS, JSON_KEYS, MESSAGE_WORDS, PATH_WORDS, SCHEMA_NAMES, SOQL_WORDS, STANDARD, SUFFIXES,
    TIME_WORDS,
};

/// What every org has, from `standard.txt`.
pub(super) struct Standard {
    /// API names, in lower case.
    pub(super) names: HashSet<String>,
    /// Those of dates, and labels of such.
    pub(super) dates: HashSet<String>,
    /// Names and labels without what stands between their words, in lower case.
    pub(super) labels: HashSet<String>,
    /// The words that names and labels are made of, in lower case.
    pub(super) vocabulary: HashSet<String>,
}

pub(super) static STANDARD_NAMES: LazyLock<Standard> = LazyLock::new(|| {
    let mut standard =
        Standard { names: HashSet::new(), dates: HashSet::new(), labels: HashSet::new(), vocabulary: HashSet::new() };
    for line in STANDARD.lines().filter(|line| !line.starts_with('#')) {
        let (name, is_date) = line.strip_suffix("\td").map_or((line, false), |name| (name, true));
        let text = match name.strip_prefix('~') {
            Some(label) => label,
            None => {
                standard.names.insert(name.to_lowercase());
                name
            }
        };
        let joined = joined(text);
        if is_date {
            standard.dates.insert(joined.clone());
        }
        standard.labels.insert(joined);
        standard.vocabulary.extend(parts(text));
    }
    standard
});

impl Mask {
    /// Notes the words of the tools' own schemas: names of arguments, and choices.
    pub(crate) fn learn_tool(&mut self, schema: &Value) {
        match schema {
            Value::Array(items) => items.iter().for_each(|item| self.learn_tool(item)),
            Value::Object(object) => {
                if let Some(properties) = object.get("properties").and_then(Value::as_object) {
                    self.vocabulary.extend(properties.keys().map(|name| name.to_lowercase()));
                }
                let choices = object.get("enum").and_then(Value::as_array).into_iter().flatten();
                self.vocabulary.extend(choices.filter_map(Value::as_str).map(str::to_lowercase));
                object.values().for_each(|value| self.learn_tool(value));
            }
            _ => {}
        }
    }

    /// Notes what the plugin calls the parts of a composite request.
    pub(crate) fn learn_request(&mut self, body: &Value) {
        let parts = body.get("compositeRequest").and_then(Value::as_array).into_iter().flatten();
        self.references.extend(parts.filter_map(|part| part.get("referenceId")?.as_str().map(str::to_owned)));
    }

    /// Notes the names and labels that describes have, the picklists of standard fields, and codes of errors.
    pub fn learn(&mut self, body: &Value) {
        match body {
            Value::Array(items) => items.iter().for_each(|item| self.learn(item)),
            Value::Object(object) => {
                let text = |name: &str| object.get(name).and_then(Value::as_str);
                if object.contains_key("keyPrefix") && text("name").is_some() {
                    self.learn_names(object);
                    for list in ["fields", "childRelationships"] {
                        let entries = object.get(list).and_then(Value::as_array).into_iter().flatten();
                        entries.filter_map(Value::as_object).for_each(|entry| self.learn_field(entry));
                    }
                }
                for key in ["errorCode", "statusCode"] {
                    self.codes.extend(text(key).filter(|code| is_code(code)).map(str::to_lowercase));
                }
                object.values().for_each(|value| self.learn(value));
            }
            _ => {}
        }
    }

    pub(super) fn learn_names(&mut self, described: &Map<String, Value>) {
        for key in ["name", "relationshipName", "childSObject", "field"] {
            if let Some(name) = described.get(key).and_then(Value::as_str).filter(|name| is_api_name(name)) {
                self.names.insert(name.to_lowercase());
                self.labels.insert(joined(name));
            }
        }
        for key in ["label", "labelPlural"] {
            let label = described.get(key).and_then(Value::as_str);
            self.labels.extend(label.map(joined));
            self.described.extend(label.map(str::to_owned));
        }
    }

    pub(super) fn learn_field(&mut self, field: &Map<String, Value>) {
        self.learn_names(field);
        let text = |name: &str| field.get(name).and_then(Value::as_str);
        if matches!(text("type"), Some("date" | "datetime")) {
            self.dates.extend([text("name"), text("label")].into_iter().flatten().map(joined));
        }
        if field.get("custom") != Some(&Value::Bool(false)) {
            return;
        }
        for value in field.get("picklistValues").and_then(Value::as_array).into_iter().flatten() {
            let texts = ["value", "label"].into_iter().filter_map(|name| value.get(name)?.as_str());
            self.plain.extend(texts.map(str::to_lowercase));
        }
    }

    /// Notes the words of a text, so that none of them becomes a placeholder of another, and none is left over.
    pub(crate) fn reserve(&mut self, text: &str) {
        let decoded = percent_decode_str(text).decode_utf8_lossy();
        for text in [text, &decoded] {
            for word in words(text) {
                if is_id(word) {
                    self.taken.insert(word.chars().take(15).skip(3).collect());
                }
                let word = word.to_lowercase();
                self.taken.insert(word.clone());
                self.originals.insert(word);
            }
        }
    }

    /// The same, of all texts of JSON, keys included; its escapes are no words.
    pub(crate) fn reserve_json(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.reserve(text),
            Value::Array(items) => items.iter().for_each(|item| self.reserve_json(item)),
            Value::Object(object) => object.iter().for_each(|(key, value)| {
                self.reserve(key);
                self.reserve_json(value);
            }),
            _ => {}
        }
    }

    /// Whether a text of the finished recording has a word of the originals that may not stay.
    pub(crate) fn leaks(&self, text: &str) -> bool {
        // Escapes are no words, and what they hide was noted as they were read.
        words(&percent_decode_str(&self.without_chance_escapes(text)).decode_utf8_lossy()).any(|word| {
            let word = word.to_lowercase();
            self.originals.contains(&word) && !self.may_stay(&word)
        })
    }

    /// The text with each `%` escaped that has a placeholder behind it, or a word that stays and is more than an escape:
    /// together they are none, whatever it may look like.
    fn without_chance_escapes(&self, text: &str) -> String {
        let mut pieces = text.split('%');
        let mut escaped = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let end = piece.find(|one| !is_word(one)).unwrap_or(piece.len());
            let word = piece.split_at(end).0.to_lowercase();
            let is_placeholder = self.taken.contains(&word) && !self.originals.contains(&word);
            let is_kept = word.len() > 2 && self.may_stay(&word);
            escaped.push_str(if is_placeholder || is_kept { "%25" } else { "%" });
            escaped.push_str(piece);
        }
        escaped
    }

    /// The same, of all texts of JSON, keys included.
    pub(crate) fn leaks_json(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.leaks(text),
            Value::Array(items) => items.iter().any(|item| self.leaks_json(item)),
            Value::Object(object) => object.iter().any(|(key, value)| self.leaks(key) || self.leaks_json(value)),
            _ => false,
        }
    }

    /// Whether a word, in lower case, is one of those that say nothing of anybody.
    pub(super) fn may_stay(&self, word: &str) -> bool {
        if self.allowed_words().contains(word) || is_everybodys_id(word) {
            return true;
        }
        self.kept.contains(word) || STANDARD_NAMES.vocabulary.contains(word) || STANDARD_NAMES.names.contains(word)
    }

    /// The words of everything that is known, in lower case. They are worked out once a recording.
    pub(super) fn allowed_words(&self) -> &HashSet<String> {
        self.allowed.get_or_init(|| {
            let mut allowed = HashSet::new();
            let fixed: [&HashSet<&str>; 7] =
                [&SOQL_WORDS, &MESSAGE_WORDS, &JSON_KEYS, &PATH_WORDS, &HEADER_WORDS, &TIME_WORDS, &DATE_LITERALS];
            let fixed = fixed.into_iter().flatten().chain(SCHEMA_NAMES).chain(&SUFFIXES).chain(&PLAIN_WORDS).copied();
            for text in fixed.chain([HOST]) {
                allowed.extend(words(text).map(str::to_lowercase));
            }
            let learned = [&self.plain, &self.names, &self.vocabulary, &self.references, &self.codes, &self.described];
            for text in learned.into_iter().flatten() {
                allowed.extend(words(text).map(str::to_lowercase));
            }
            allowed
        })
    }

    /// An API name of every org or of a described object or field, perhaps with a dot.
    pub(super) fn is_name(&self, text: &str) -> bool {
        let known = |name: &str| {
            let name = name.to_lowercase();
            STANDARD_NAMES.names.contains(&name) || self.names.contains(&name)
        };
        !text.is_empty() && text.split('.').all(known)
    }

    /// A name or label as people write it: a known one, or made of the words that those of every org are made of. However
    /// its words are run together or split, each that stands there has to be one that may stay.
    pub(super) fn is_label(&self, text: &str) -> bool {
        let joined = joined(text);
        let known = |label: &str| STANDARD_NAMES.labels.contains(label) || self.labels.contains(label);
        let is_of_words = || {
            let mut words = parts(text).into_iter();
            words.all(|word| STANDARD_NAMES.vocabulary.contains(&word) || SOQL_WORDS.contains(word.as_str()))
        };
        !joined.is_empty()
            && (known(&joined) || text.split('.').all(|part| known(&self::joined(part))) || is_of_words())
            && words(text).all(|word| self.may_stay(&word.to_lowercase()))
    }

    /// A field of dates, by name or label.
    pub(super) fn is_of_dates(&self, field: &str) -> bool {
        let last = joined(field.rsplit('.').next().unwrap_or(field));
        STANDARD_NAMES.dates.contains(&last) || self.dates.contains(&last)
    }

    /// `@{part.id}` in a composite request, with the name of a part that there is.
    pub(super) fn is_reference(&self, text: &str) -> bool {
        let inside = text.strip_prefix("@{").and_then(|rest| rest.strip_suffix('}'));
        inside.is_some_and(|inside| {
            let (part, path) = inside.split_at(inside.find(['.', '[']).unwrap_or(inside.len()));
            let known =
                |piece: &str| piece.is_empty() || is_number(piece) || JSON_KEYS.contains(piece) || self.is_name(piece);
            (self.key.is_none() || self.references.contains(part)) && path.split(['.', '[', ']']).all(known)
        })
    }
}
