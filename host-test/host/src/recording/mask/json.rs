//! JSON, value by value: what it is part of, and under what key it stands, say what may stay.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::known::STANDARD_NAMES;
use super::shapes::{is_alias, is_code, is_date, is_date_literal, is_id, is_number, words};
use super::{HOST, Mask, Part};
use crate::recording::words::{
    ARGUMENT_DATES, HEADER_WORDS, JSON_KEYS, MESSAGE_WORDS, PICKLISTS, SCHEMA_NAMES, TIME_WORDS,
};

impl Mask {
    pub(super) fn value(&mut self, value: &Value, key: &str, part: Part) -> Value {
        match value {
            Value::String(text) => Value::String(self.string(text, key, part)),
            Value::Array(items) => items.iter().map(|item| self.value(item, key, part)).collect(),
            Value::Object(object) => Value::Object(self.object(object, key, part)),
            other => other.clone(),
        }
    }

    pub(super) fn object(&mut self, object: &Map<String, Value>, key: &str, part: Part) -> Map<String, Value> {
        let part = match part {
            // A part of a composite request says by its address what it is, and a describe by what it has.
            Part::Data if object.contains_key("keyPrefix") && object.contains_key("fields") => Part::Schema,
            // Rows among search results, and what is the org's own within a schema.
            Part::Schema
                if object.contains_key("attributes") || ["recordTypeInfos", "namedLayoutInfos"].contains(&key) =>
            {
                Part::Data
            }
            Part::Dates => Part::Arguments,
            part => part,
        };
        let part = if key == "httpHeaders" { Part::Headers } else { part };
        let own_values = object.get("custom") == Some(&Value::Bool(true));
        let mut masked = Map::new();
        for (name, value) in object {
            let part = match part {
                _ if own_values && name == "picklistValues" => Part::Data,
                // Each field with its values: those of a custom field are the org's own.
                Part::Schema
                    if key == "picklistFieldValues" && !STANDARD_NAMES.names.contains(&name.to_lowercase()) =>
                {
                    Part::Data
                }
                Part::Arguments if self.is_of_dates(name) || ARGUMENT_DATES.contains(&name.as_str()) => Part::Dates,
                part => part,
            };
            masked.insert(self.key(name, part), self.value(value, name, part));
        }
        masked
    }

    pub(super) fn key(&mut self, name: &str, part: Part) -> String {
        let lower = name.to_lowercase();
        let stays = match part {
            Part::Arguments | Part::Dates => {
                self.vocabulary.contains(&lower) || self.is_name(name) || self.is_label(name)
            }
            Part::Headers => {
                HEADER_WORDS.contains(lower.as_str())
                    || words(name).all(|word| HEADER_WORDS.contains(word.to_lowercase().as_str()))
            }
            Part::Data | Part::Schema => {
                if is_alias(name) {
                    self.keep(name);
                }
                JSON_KEYS.contains(name) || self.is_name(name) || is_alias(name) || self.plain.contains(&lower)
            }
        };
        if stays { name.to_owned() } else { self.text(name) }
    }

    pub(super) fn string(&mut self, text: &str, key: &str, part: Part) -> String {
        if text.is_empty() || self.is_reference(text) {
            return text.to_owned();
        }
        match part {
            Part::Headers => self.header(key, text),
            Part::Arguments | Part::Dates => self.argument(text, key, part),
            _ if self.plain.contains(&text.to_lowercase()) || (key == "ShareType" && text == "V") => text.to_owned(),
            Part::Schema => self.schema(text, key),
            Part::Data => self.data(text, key),
        }
    }

    pub(super) fn data(&mut self, text: &str, key: &str) -> String {
        let stays = match key {
            "errorCode" | "statusCode" => is_code(text),
            "error" => is_code(text) || MESSAGE_WORDS.contains(text),
            "method" if ["GET", "POST", "PATCH", "DELETE"].contains(&text) => return self.keep(text),
            "referenceId" => self.references.contains(text),
            "fields" | "type" => self.is_name(text),
            "TimeZoneSidKey" | "zoneinfo" => return self.zone(text),
            "LanguageLocaleKey" | "LocaleSidKey" | "language" | "locale" => return self.locale(text),
            _ if self.is_of_dates(key) && is_date(text) => return self.keep(text),
            _ => false,
        };
        match key {
            _ if stays => text.to_owned(),
            "url" | "nextRecordsUrl" | "location" | "Location" => self.address(text),
            "message" | "error_description" | "errorMessage" => self.message(text),
            _ => self.text(text),
        }
    }

    pub(super) fn schema(&mut self, text: &str, key: &str) -> String {
        match key {
            "q" => self.text(text),
            "where" => self.soql(text),
            "in" if PICKLISTS.contains(&text) => text.to_owned(),
            "label" | "labelPlural" | "value" => self.described(text),
            "name" | "fields" | "sobject" | "sobjects" | "field" => self.names_in(text),
            _ if SCHEMA_NAMES.contains(&key) => self.described(text),
            _ => self.data(text, key),
        }
    }

    /// A text of a describe that stays, but for ids.
    pub(super) fn described(&mut self, text: &str) -> String {
        self.each(text, |mask, word| if is_id(word) { mask.id(word) } else { mask.keep(word) })
    }

    pub(super) fn argument(&mut self, text: &str, key: &str, part: Part) -> String {
        let lower = text.to_lowercase();
        if ["query", "soql", "sql"].contains(&key) && lower.trim_start().starts_with("select") {
            return self.soql(text);
        }
        if let Some(rest) = text.strip_prefix("https://").filter(|rest| rest.starts_with(self.host.as_str())) {
            let path = self.path(rest.get(self.host.len()..).unwrap_or_default());
            return format!("https://{HOST}{path}");
        }
        let is_time = || words(text).all(|word| is_number(word) || TIME_WORDS.contains(word.to_lowercase().as_str()));
        if part == Part::Dates && (is_date(text) || is_time()) {
            return self.keep(text);
        }
        let stays = self.vocabulary.contains(&lower)
            || self.plain.contains(&lower)
            || is_date_literal(text)
            || (SCHEMA_ARGUMENTS.contains(&key) && (self.is_name(text) || self.is_label(text)));
        if stays { text.to_owned() } else { self.text(text) }
    }

    /// An address within a body or a header.
    pub(crate) fn address(&mut self, text: &str) -> String {
        let (origin, rest) = match text.split_once("://") {
            Some((scheme, rest)) => {
                let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
                (format!("{}://{}", self.text(scheme), self.text(host)), path)
            }
            None => (String::new(), text),
        };
        let (path, query) = self.target(rest);
        let query: Vec<String> = query
            .iter()
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
            .collect();
        if query.is_empty() { format!("{origin}{path}") } else { format!("{origin}{path}?{}", query.join("&")) }
    }
}

pub(super) fn is_schema(path: &str) -> bool {
    path.ends_with("/describe")
        || path.ends_with("/sobjects")
        || path.contains("/object-info/") && !path.ends_with("__c")
}

/// Keys of arguments whose values name objects and fields.
const SCHEMA_ARGUMENTS: [&str; 13] = [
    "by",
    "direction",
    "field",
    "fields",
    "function",
    "group_by",
    "kind",
    "object",
    "objects",
    "op",
    "order_by",
    "related",
    "via",
];
