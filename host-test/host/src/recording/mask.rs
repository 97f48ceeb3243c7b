//! Masking: what could say whose org it was becomes a placeholder of the same shape, and the same thing the same
//! placeholder wherever it occurs, so that references still match and a replay asks what was recorded.
//!
//! What stays, stays for what it is: a name of the schema that a describe in the recording or the table of every org
//! (`standard.txt`) has, a label of those, a picklist value of a standard field, a code of an error, a date in a field of
//! dates, a word of the tools' own schemas, a word Salesforce itself uses in its messages, and JSON's numbers. What goes:
//! hosts, ids, and every other word, one by one, whatever stands between them, keys of JSON included. Placeholders come
//! of a key that is made for each cassette and kept nowhere.
//!
//! Afterwards a cassette is searched for every word of the originals that may not stay ([`Mask::leaks`]): the search
//! knows what is allowed, and not what was done.
//!
//! What the plugin knows of a word, such as that a Sarah may be a Sally, it does not know of a placeholder: a call with a
//! nickname is replayed up to the query that asks for all of its forms.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, DefaultHasher, Hash as _, Hasher as _, RandomState};
use std::sync::LazyLock;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Value};

use super::words::{
    ARGUMENT_DATES, DATE_LITERALS, HEADER_WORDS, JSON_KEYS, MESSAGE_WORDS, PATH_WORDS, PICKLISTS, PLUGIN_VALUES,
    SCHEMA_NAMES, SOQL_WORDS, STANDARD, SUFFIXES, TIME_WORDS,
};

/// Where every replayed request goes.
pub(super) const HOST: &str = "masked.my.salesforce.com";

/// What every org has, from `standard.txt`.
struct Standard {
    /// API names, in lower case.
    names: HashSet<String>,
    /// Those of dates, and labels of such.
    dates: HashSet<String>,
    /// Names and labels without what stands between their words, in lower case.
    labels: HashSet<String>,
    /// The words that names and labels are made of, in lower case.
    vocabulary: HashSet<String>,
}

static STANDARD_NAMES: LazyLock<Standard> = LazyLock::new(|| {
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

/// How often a placeholder of one length is looked for before a longer one is.
const MAX_ATTEMPTS: u64 = 100;

/// What kind of text a JSON value is part of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Rows, and whatever else an org holds.
    Data,
    /// A tool's arguments.
    Arguments,
    /// The same, where a field of dates is given.
    Dates,
    /// What objects and fields there are.
    Schema,
    /// The headers of a part of a composite request or response.
    Headers,
}

/// The placeholders given out so far, and what needs none.
pub struct Mask {
    /// Absent where nothing is to be masked, only written as a cassette writes it.
    key: Option<[u64; 2]>,
    host: String,
    /// Values that stay, in lower case: picklists of standard fields.
    plain: HashSet<String>,
    /// API names of described objects and fields, in lower case.
    names: HashSet<String>,
    /// Names and labels of described objects and fields, joined and in lower case.
    labels: HashSet<String>,
    /// Labels of described objects and fields as they are.
    described: HashSet<String>,
    /// Names and labels of fields of dates, joined and in lower case.
    dates: HashSet<String>,
    /// Names of arguments and choices of the tools, in lower case.
    vocabulary: HashSet<String>,
    /// What the plugin calls the parts of its composite requests.
    references: HashSet<String>,
    /// Codes of errors, in lower case.
    codes: HashSet<String>,
    /// Words that stayed for their place or form: a version in a path, a date in a field of dates, a type in a describe.
    kept: HashSet<String>,
    words: HashMap<String, String>,
    ids: HashMap<String, String>,
    /// Every word of the originals.
    originals: HashSet<String>,
    taken: HashSet<String>,
    /// The words of everything that is known: worked out when nothing more is learned.
    allowed: OnceCell<HashSet<String>>,
    /// For words of a length, of digits alone or not, how much longer their placeholders have to be by now.
    longer: HashMap<(usize, bool), usize>,
}

impl Mask {
    /// A mask for what an org at this host says, unlike any other.
    pub fn new(host: &str) -> Self {
        Self::with_key(host, Some([0, 1].map(|number: u64| RandomState::new().hash_one(number))))
    }

    /// Writes everything as a cassette does, and masks nothing.
    pub(crate) fn transparent() -> Self {
        Self::with_key("", None)
    }

    fn with_key(host: &str, key: Option<[u64; 2]>) -> Self {
        let mut taken: HashSet<String> = HashSet::new();
        if key.is_some() {
            taken.extend(STANDARD_NAMES.vocabulary.iter().chain(&STANDARD_NAMES.names).cloned());
            for words in [&*SOQL_WORDS, &*MESSAGE_WORDS, &*JSON_KEYS, &*PATH_WORDS] {
                taken.extend(words.iter().map(|word| (*word).to_owned()));
            }
        }
        Self {
            key,
            host: host.to_ascii_lowercase(),
            plain: PLUGIN_VALUES.iter().map(|value| value.to_lowercase()).collect(),
            names: HashSet::new(),
            labels: HashSet::new(),
            described: HashSet::new(),
            dates: HashSet::new(),
            vocabulary: HashSet::new(),
            references: HashSet::new(),
            codes: HashSet::new(),
            kept: HashSet::new(),
            words: HashMap::new(),
            ids: HashMap::new(),
            originals: HashSet::new(),
            taken,
            allowed: OnceCell::new(),
            longer: HashMap::new(),
        }
    }

    // ---- what is known before anything is masked ----

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

    fn learn_names(&mut self, described: &Map<String, Value>) {
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

    fn learn_field(&mut self, field: &Map<String, Value>) {
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

    /// Whether a text of the finished cassette has a word of the originals that may not stay.
    pub(crate) fn leaks(&self, text: &str) -> bool {
        // Escapes are no words, and what they hide was noted as they were read.
        words(&percent_decode_str(text).decode_utf8_lossy()).any(|word| {
            let word = word.to_lowercase();
            self.originals.contains(&word) && !self.may_stay(&word)
        })
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
    fn may_stay(&self, word: &str) -> bool {
        if self.allowed_words().contains(word) || is_everybodys_id(word) {
            return true;
        }
        self.kept.contains(word) || STANDARD_NAMES.vocabulary.contains(word) || STANDARD_NAMES.names.contains(word)
    }

    /// The words of everything that is known, in lower case. They are worked out once a cassette.
    fn allowed_words(&self) -> &HashSet<String> {
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

    // ---- requests and answers ----

    /// A path with its query: decoded, so that people can read it.
    pub(crate) fn target(&mut self, path_and_query: &str) -> (String, Vec<(String, String)>) {
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned();
            let value = match name {
                "q" => self.soql(&value),
                "fields" | "sObjects" => self.names_in(&value),
                _ if is_number(&value) => self.keep(&value),
                _ => self.text(&value),
            };
            let name =
                if PATH_WORDS.contains(name.to_lowercase().as_str()) { name.to_owned() } else { self.text(name) };
            (name, value)
        });
        let query = pairs.collect();
        (self.path(path), query)
    }

    /// A path: what is no resource of the API and no name of the schema is masked.
    fn path(&mut self, path: &str) -> String {
        let mut segments: Vec<String> = Vec::new();
        let plain: Vec<String> =
            path.split('/').map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned()).collect();
        for (at, segment) in plain.iter().enumerate() {
            let before = |count: usize| at.checked_sub(count).and_then(|at| plain.get(at)).map_or("", String::as_str);
            let field = before(1);
            // The value of an external id follows its field.
            let value = before(3) == "sobjects" && !is_id(field) && !field.contains('{') && field != "describe";
            let stays = !value
                && (PATH_WORDS.contains(segment.to_lowercase().as_str())
                    || self.is_name(segment)
                    || self.is_reference(segment));
            segments.push(match segment {
                _ if stays => segment.clone(),
                version if !value && is_version(version) => self.keep(version),
                other => self.text(other),
            });
        }
        segments.join("/")
    }

    /// The body of a request to a path, or of its answer.
    pub fn body(&mut self, path: &str, body: &Value) -> Value {
        let part = if is_schema(path) || path.contains("/parameterizedSearch") { Part::Schema } else { Part::Data };
        self.value(body, "", part)
    }

    /// A tool's arguments.
    pub(crate) fn arguments(&mut self, arguments: &Value) -> Value {
        self.value(arguments, "", Part::Arguments)
    }

    /// Text that is not JSON.
    pub fn text(&mut self, text: &str) -> String {
        self.each(text, Self::word)
    }

    /// A header's value.
    pub(crate) fn header(&mut self, name: &str, value: &str) -> String {
        match name.to_ascii_lowercase().as_str() {
            "location" => self.address(value),
            "retry-after" if is_number(value) => self.keep(value),
            // `batchSize=2000`
            "sforce-query-options" if value.strip_prefix("batchSize=").is_some_and(is_number) => self.keep(value),
            "date" | "last-modified" | "if-modified-since" | "if-unmodified-since" | "retry-after"
                if is_http_date(value) =>
            {
                self.keep(value)
            }
            _ => self.each(value, |mask, word| {
                let stays = HEADER_WORDS.contains(word.to_lowercase().as_str());
                if stays { word.to_owned() } else { mask.word(word) }
            }),
        }
    }

    /// The calls used of those allowed, out of what Salesforce says of its limits.
    pub(crate) fn usage(&mut self, value: &str) -> Option<String> {
        let usage = value.split([',', ';']).find(|part| part.trim_start().starts_with("api-usage="))?.trim();
        let numbers = usage.strip_prefix("api-usage=")?;
        numbers.split('/').all(is_number).then(|| self.keep(usage))
    }

    // ---- JSON ----

    fn value(&mut self, value: &Value, key: &str, part: Part) -> Value {
        match value {
            Value::String(text) => Value::String(self.string(text, key, part)),
            Value::Array(items) => items.iter().map(|item| self.value(item, key, part)).collect(),
            Value::Object(object) => Value::Object(self.object(object, key, part)),
            other => other.clone(),
        }
    }

    fn object(&mut self, object: &Map<String, Value>, key: &str, part: Part) -> Map<String, Value> {
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
        // What is given for a field that is named beside it.
        let of_dates = part == Part::Arguments
            && object.get("field").and_then(Value::as_str).is_some_and(|field| self.is_of_dates(field));
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
                Part::Arguments if of_dates && name != "field" => Part::Dates,
                Part::Arguments if self.is_of_dates(name) || ARGUMENT_DATES.contains(&name.as_str()) => Part::Dates,
                part => part,
            };
            masked.insert(self.key(name, part), self.value(value, name, part));
        }
        masked
    }

    fn key(&mut self, name: &str, part: Part) -> String {
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

    fn string(&mut self, text: &str, key: &str, part: Part) -> String {
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

    fn data(&mut self, text: &str, key: &str) -> String {
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

    fn schema(&mut self, text: &str, key: &str) -> String {
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
    fn described(&mut self, text: &str) -> String {
        self.each(text, |mask, word| if is_id(word) { mask.id(word) } else { mask.keep(word) })
    }

    fn argument(&mut self, text: &str, key: &str, part: Part) -> String {
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

    // ---- texts ----

    /// Masks what stands in quotes, and outside of them every name that is not known.
    fn soql(&mut self, query: &str) -> String {
        let mut masked = String::new();
        let mut rest = query;
        while let Some((before, literal)) = rest.split_once('\'') {
            let mut escaped = false;
            let end = literal.find(|character| {
                let ends = character == '\'' && !escaped;
                escaped = character == '\\' && !escaped;
                ends
            });
            let (inside, after) = literal.split_at(end.unwrap_or(literal.len()));
            masked.push_str(&self.statement(before));
            masked.push('\'');
            masked.push_str(&self.literal(inside));
            masked.push('\'');
            rest = after.strip_prefix('\'').unwrap_or(after);
        }
        masked.push_str(&self.statement(rest));
        masked
    }

    /// What stands outside of quotes: words of the language, names, numbers and dates.
    fn statement(&mut self, text: &str) -> String {
        if self.key.is_none() {
            return text.to_owned();
        }
        let mut masked = String::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let is_part = |one: char| is_word(one) || one == '_';
            let is_of_number = |one: char| one.is_ascii_alphanumeric() || "-:.+".contains(one);
            let end = if first.is_ascii_digit() {
                rest.find(|one: char| !is_of_number(one)).unwrap_or(rest.len())
            } else if is_part(first) {
                rest.find(|one: char| !is_part(one)).unwrap_or(rest.len())
            } else {
                rest.find(is_part).unwrap_or(rest.len())
            };
            let (token, after) = rest.split_at(end.max(first.len_utf8()));
            if first.is_ascii_digit() && (is_decimal(token) || is_date(token)) {
                masked.push_str(&self.keep(token));
            } else if is_part(first) {
                let lower = token.to_lowercase();
                let stays = SOQL_WORDS.contains(lower.as_str())
                    || DATE_LITERALS.contains(lower.as_str())
                    || self.is_name(token)
                    || is_alias(token);
                masked.push_str(&if stays { token.to_owned() } else { self.text(token) });
            } else {
                masked.push_str(token);
            }
            rest = after;
        }
        masked
    }

    /// A literal's inside: an escape is no letter of a word.
    fn literal(&mut self, inside: &str) -> String {
        if self.plain.contains(&inside.to_lowercase()) || self.is_name(inside) {
            return inside.to_owned();
        }
        let mut masked = String::new();
        let mut rest = inside;
        while let Some((before, after)) = rest.split_once('\\') {
            let length = if after.starts_with('u') { 5 } else { after.chars().next().map_or(0, char::len_utf8) };
            let (escape, after) = after.split_at_checked(length).unwrap_or((after, ""));
            masked.push_str(&self.text(before));
            masked.push('\\');
            masked.push_str(escape);
            rest = after;
        }
        masked.push_str(&self.text(rest));
        masked
    }

    /// An error's message: Salesforce's own words stay, the names and codes that are known, and where in a query it is.
    fn message(&mut self, text: &str) -> String {
        if self.key.is_none() {
            return text.to_owned();
        }
        let mut masked = String::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let is_part = |one: char| is_word(one) || one == '_';
            let end = if is_part(first) { rest.find(|one: char| !is_part(one)) } else { rest.find(is_part) };
            let (token, after) = rest.split_at(end.unwrap_or(rest.len()));
            let lower = token.to_lowercase();
            let is_place = is_number(token) && (masked.ends_with("Row:") || masked.ends_with("Column:"));
            if is_place {
                masked.push_str(&self.keep(token));
            } else if !is_part(first)
                || MESSAGE_WORDS.contains(lower.as_str())
                || self.is_name(token)
                || self.codes.contains(&lower)
            {
                masked.push_str(token);
            } else {
                masked.push_str(&self.text(token));
            }
            rest = after;
        }
        masked
    }

    /// API names in a list, with their dots; one that is not known is masked.
    fn names_in(&mut self, list: &str) -> String {
        let is_part = |one: char| one == ',' || one == '.' || one == ' ';
        list.split_inclusive(is_part)
            .map(|piece| {
                let name = piece.trim_end_matches(is_part);
                let end = piece.get(name.len()..).unwrap_or_default();
                let masked = if self.is_name(name) { name.to_owned() } else { self.text(name) };
                masked + end
            })
            .collect()
    }

    /// A zone of the tz database.
    fn zone(&mut self, text: &str) -> String {
        let is_zone = text.split('/').count() <= 3
            && text.starts_with(|first: char| first.is_ascii_uppercase())
            && text.chars().all(|one| one.is_ascii_alphanumeric() || "/_+-".contains(one))
            && (text.contains('/') || ["GMT", "UTC"].contains(&text));
        if is_zone { self.keep(text) } else { self.text(text) }
    }

    /// `en_US`, `zh_Hans_CN`.
    fn locale(&mut self, text: &str) -> String {
        let is_locale = text.len() <= 20
            && text.split(['_', '-']).enumerate().all(|(at, part)| {
                let sized = if at == 0 { matches!(part.len(), 2 | 3) } else { matches!(part.len(), 2..=4) };
                sized && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
            });
        if is_locale { self.keep(text) } else { self.text(text) }
    }

    /// Lets stay what has the form that belongs where it stands.
    fn keep(&mut self, text: &str) -> String {
        if self.key.is_some() {
            self.kept.extend(words(text).map(str::to_lowercase));
        }
        text.to_owned()
    }

    /// Changes each word, and the host wherever it stands; what is between words stays.
    fn each(&mut self, text: &str, mut change: impl FnMut(&mut Self, &str) -> String) -> String {
        if self.key.is_none() {
            return text.to_owned();
        }
        let host = self.host.clone();
        let mut masked = String::new();
        let mut rest = text;
        loop {
            let found = if host.is_empty() { None } else { rest.find(host.as_str()) };
            let (part, after) = rest.split_at(found.unwrap_or(rest.len()));
            let mut left = part;
            while let Some(first) = left.chars().next() {
                let end = if is_word(first) { left.find(|one| !is_word(one)) } else { left.find(is_word) };
                let (token, next) = left.split_at(end.unwrap_or(left.len()));
                // `__c` and its like say what kind of name it is.
                let is_suffix = masked.ends_with("__") && SUFFIXES.contains(&token);
                masked.push_str(&if is_word(first) && !is_suffix { change(self, token) } else { token.to_owned() });
                left = next;
            }
            match after.strip_prefix(host.as_str()) {
                Some(after) if found.is_some() => {
                    masked.push_str(HOST);
                    rest = after;
                }
                _ => return masked,
            }
        }
    }

    // ---- what is known ----

    /// An API name of every org or of a described object or field, perhaps with a dot.
    fn is_name(&self, text: &str) -> bool {
        let known = |name: &str| {
            let name = name.to_lowercase();
            STANDARD_NAMES.names.contains(&name) || self.names.contains(&name)
        };
        !text.is_empty() && text.split('.').all(known)
    }

    /// A name or label as people write it: a known one, or made of the words that those of every org are made of.
    fn is_label(&self, text: &str) -> bool {
        let joined = joined(text);
        let known = |label: &str| STANDARD_NAMES.labels.contains(label) || self.labels.contains(label);
        !joined.is_empty()
            && (known(&joined) || text.split('.').all(|part| known(&self::joined(part))) || {
                let mut words = parts(text).into_iter();
                words.all(|word| STANDARD_NAMES.vocabulary.contains(&word) || SOQL_WORDS.contains(word.as_str()))
            })
    }

    /// A field of dates, by name or label.
    fn is_of_dates(&self, field: &str) -> bool {
        let last = joined(field.rsplit('.').next().unwrap_or(field));
        STANDARD_NAMES.dates.contains(&last) || self.dates.contains(&last)
    }

    /// `@{part.id}` in a composite request, with the name of a part that there is.
    fn is_reference(&self, text: &str) -> bool {
        let inside = text.strip_prefix("@{").and_then(|rest| rest.strip_suffix('}'));
        inside.is_some_and(|inside| {
            let (part, path) = inside.split_at(inside.find(['.', '[']).unwrap_or(inside.len()));
            let known =
                |piece: &str| piece.is_empty() || is_number(piece) || JSON_KEYS.contains(piece) || self.is_name(piece);
            (self.key.is_none() || self.references.contains(part)) && path.split(['.', '[', ']']).all(known)
        })
    }

    // ---- placeholders ----

    /// A word's placeholder, with capitals and digits where the word has them.
    fn word(&mut self, word: &str) -> String {
        if is_id(word) {
            return self.id(word);
        }
        let plain = word.to_lowercase();
        if PLAIN_WORDS.contains(&plain.as_str()) {
            return word.to_owned();
        }
        let placeholder = match self.words.get(&plain) {
            Some(placeholder) => placeholder.clone(),
            None => {
                let placeholder =
                    self.free(
                        &plain,
                        |random, character| {
                            if character.is_numeric() { digit(random) } else { letter(random) }
                        },
                    );
                self.words.insert(plain, placeholder.clone());
                placeholder
            }
        };
        let mut shape = word.chars();
        placeholder
            .chars()
            .map(|character| match shape.next() {
                Some(original) if original.is_uppercase() => character.to_ascii_uppercase(),
                _ => character,
            })
            .collect()
    }

    /// An id's placeholder: of the same object, of the same length, and with a checksum that fits.
    fn id(&mut self, id: &str) -> String {
        let (short, _) = id.split_at(15);
        let (prefix, rest) = short.split_at(3);
        // The ids of what is nobody's, such as the master record type, are the same everywhere.
        if rest.bytes().all(|byte| byte == b'0') {
            return id.to_owned();
        }
        let placeholder = match self.ids.get(short) {
            Some(placeholder) => placeholder.clone(),
            None => {
                let free = self.free(rest, |random, character| match character {
                    '0'..='9' => digit(random),
                    'A'..='Z' => letter(random).to_ascii_uppercase(),
                    _ => letter(random),
                });
                let placeholder = format!("{prefix}{free}");
                self.ids.insert(short.to_owned(), placeholder.clone());
                placeholder
            }
        };
        if id.len() == 15 { placeholder } else { format!("{placeholder}{}", checksum(&placeholder)) }
    }

    /// A placeholder that nothing else has, made character by character.
    fn free(&mut self, plain: &str, make: impl Fn(u64, char) -> char) -> String {
        let kind = (plain.chars().count(), plain.chars().all(char::is_numeric));
        // Where the shorter ones have run out they are not tried again for every word.
        let mut longer = self.longer.get(&kind).copied().unwrap_or_default();
        for attempt in 1_u64.. {
            let mut hasher = DefaultHasher::new();
            (self.key, plain, attempt).hash(&mut hasher);
            let placeholder: String = plain
                .chars()
                .chain(std::iter::repeat_n('x', longer))
                .map(|character| {
                    character.hash(&mut hasher);
                    make(hasher.finish(), character)
                })
                .collect();
            if placeholder != plain && self.taken.insert(placeholder.clone()) {
                return placeholder;
            }
            if attempt % MAX_ATTEMPTS == 0 {
                longer += 1;
                self.longer.insert(kind, longer);
            }
        }
        // There are more numbers than anybody counts to.
        plain.to_owned()
    }
}

fn letter(random: u64) -> char {
    char::from(b"abcdefghijklmnopqrstuvwxyz"[(random % 26) as usize])
}

fn digit(random: u64) -> char {
    char::from(b"0123456789"[(random % 10) as usize])
}

fn is_schema(path: &str) -> bool {
    path.ends_with("/describe")
        || path.ends_with("/sobjects")
        || path.contains("/object-info/") && !path.ends_with("__c")
}

/// Words that say nothing of anybody, wherever they stand.
const PLAIN_WORDS: [&str; 2] = ["http", "https"];

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

/// Whether a character is of a word: letters, digits, and every sign beyond ASCII that is no space or punctuation, since
/// a name may be made of those.
fn is_word(character: char) -> bool {
    let is_punctuation = matches!(
        character,
        '\u{80}'..='\u{bf}' | '×' | '÷' | '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff0f}'
            | '\u{ff1a}'..='\u{ff20}' | '\u{2190}'..='\u{21ff}'
    );
    character.is_alphanumeric() || (!character.is_ascii() && !is_punctuation && !character.is_whitespace())
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !is_word(character)).filter(|word| !word.is_empty())
}

/// The words of a name or label, in lower case: a capital after a small letter begins one.
fn parts(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    for word in words(text) {
        let mut part = String::new();
        for character in word.chars() {
            if character.is_uppercase() && part.ends_with(char::is_lowercase) {
                parts.push(std::mem::take(&mut part).to_lowercase());
            }
            part.push(character);
        }
        parts.push(part.to_lowercase());
    }
    parts
}

/// A name or label without what stands between its words, in lower case.
fn joined(text: &str) -> String {
    words(text).flat_map(str::chars).flat_map(char::to_lowercase).collect()
}

/// What the plugin and Salesforce call the columns of groups.
fn is_alias(name: &str) -> bool {
    let numbered = |prefix: &str| name.strip_prefix(prefix).is_some_and(is_number);
    numbered("g") || numbered("m") || numbered("expr")
}

fn is_api_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `5`, `2.50`.
fn is_decimal(text: &str) -> bool {
    text.split('.').count() <= 2 && text.split('.').all(is_number)
}

/// `v65.0`.
fn is_version(text: &str) -> bool {
    text.strip_prefix('v')
        .and_then(|version| version.strip_suffix(".0"))
        .is_some_and(|number| number.len() < 4 && is_number(number))
}

/// `INVALID_FIELD`, `invalid_grant`.
fn is_code(text: &str) -> bool {
    let of = |is: fn(&u8) -> bool| text.bytes().all(|byte| is(&byte) || byte == b'_' || byte.is_ascii_digit());
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.len() <= 80
        && (of(u8::is_ascii_uppercase) || (of(u8::is_ascii_lowercase) && text.contains('_')))
}

/// The id of what is nobody's, such as the master record type, is the same everywhere.
fn is_everybodys_id(word: &str) -> bool {
    word.len() >= 15 && word.bytes().skip(3).take(12).all(|byte| byte == b'0')
}

/// `Tue, 12 May 2026 15:00:00 GMT`, and nothing else.
fn is_http_date(text: &str) -> bool {
    let pieces: Vec<&str> = text.split([' ', ',', ':']).filter(|piece| !piece.is_empty()).collect();
    let [_, day, _, year, hour, minute, second, "GMT"] = pieces.as_slice() else { return false };
    [day, year, hour, minute, second].into_iter().all(|number| is_number(number))
        && words(text).all(|word| is_number(word) || HEADER_WORDS.contains(word.to_lowercase().as_str()))
}

/// A date that there is, or an instant of it, and nothing else.
fn is_date(text: &str) -> bool {
    let Some((date, time)) = text.split_at_checked(10) else { return false };
    let numbers: Vec<&str> = date.split('-').collect();
    let [year, month, day] = numbers.as_slice() else { return false };
    let within = |text: &str, digits: usize, least: u32, most: u32| {
        text.len() == digits
            && is_number(text)
            && text.parse().is_ok_and(|number: u32| (least..=most).contains(&number))
    };
    let is_day = within(year, 4, 1700, 4000) && within(month, 2, 1, 12) && within(day, 2, 1, 31);
    let clock = time.strip_prefix(['T', ' ']).unwrap_or_default();
    let is_time = clock.len() >= 5 && clock.len() <= 18 && {
        let (hour, rest) = clock.split_at_checked(2).unwrap_or_default();
        let minute = rest.get(1..3).unwrap_or_default();
        within(hour, 2, 0, 24)
            && rest.starts_with(':')
            && within(minute, 2, 0, 59)
            && rest.bytes().all(|byte| byte.is_ascii_digit() || b":.+-Z".contains(&byte))
    };
    is_day && (time.is_empty() || is_time)
}

/// `LAST_N_DAYS:30`, `TODAY`.
fn is_date_literal(text: &str) -> bool {
    let (name, number) = text.split_once(':').unwrap_or((text, "0"));
    is_number(number) && DATE_LITERALS.contains(name.to_lowercase().as_str()) && name.to_uppercase() == name
}

/// Whether a word is a record's id: 18 characters whose checksum fits, or 15 that begin as ids do.
fn is_id(word: &str) -> bool {
    let alphanumeric = word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match word.len() {
        18 if alphanumeric => {
            let (short, sum) = word.split_at(15);
            checksum(short) == sum
        }
        15 if alphanumeric => {
            word.starts_with(|first: char| first.is_ascii_digit())
                && word.bytes().filter(u8::is_ascii_digit).count() >= 3
                && word.bytes().any(|byte| byte.is_ascii_alphabetic())
        }
        _ => false,
    }
}

/// The three characters that say which of the fifteen before them are capitals.
fn checksum(short: &str) -> String {
    let sum = |chunk: &[u8]| {
        let capitals = chunk.iter().enumerate().filter(|(_, byte)| byte.is_ascii_uppercase());
        let bits: usize = capitals.map(|(at, _)| 1 << at).sum();
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345".get(bits).map_or('A', |byte| char::from(*byte))
    };
    short.as_bytes().chunks(5).map(sum).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mask() -> Mask {
        Mask::with_key("acme.my.salesforce.com", Some([1, 2]))
    }

    #[test]
    fn a_word_keeps_its_shape_and_is_the_same_wherever_it_stands() {
        let mut mask = mask();
        let acme = mask.text("Acme");
        assert!(acme != "Acme" && acme.len() == 4 && acme.starts_with(|first: char| first.is_ascii_uppercase()));
        assert_eq!(mask.text("ACME, acme (acme)"), {
            let lower = acme.to_ascii_lowercase();
            format!("{}, {lower} ({lower})", acme.to_ascii_uppercase())
        });
        let phone = mask.text("+1 415 555-0100");
        assert_eq!((phone.len(), phone.matches(|c: char| c.is_ascii_digit()).count()), (15, 11), "{phone}");
        assert_ne!(phone, "+1 415 555-0100");
        let email = mask.text("bob.stone@acme.example");
        assert!(email.contains(&format!("@{}.", acme.to_ascii_lowercase())), "{email}");
    }

    #[test]
    fn different_words_never_share_a_placeholder() {
        let mut mask = mask();
        let masked: HashSet<String> = (0..2_000).map(|number| mask.text(&format!("{number:04}"))).collect();
        assert_eq!(masked.len(), 2_000);
        // There are more of these than there are placeholders of two digits.
        let masked: HashSet<String> = (10..100).map(|number| mask.text(&number.to_string())).collect();
        assert_eq!(masked.len(), 90);
    }

    #[test]
    fn many_short_words_are_masked_with_few_attempts_for_each() {
        let mut mask = mask();
        let words: Vec<String> =
            ('\u{4e00}'..'\u{4f00}').flat_map(|a| ('\u{4e00}'..'\u{4e50}').map(move |b| format!("{a}{b}"))).collect();
        let masked: HashSet<String> = words.iter().map(|word| mask.text(word)).collect();
        assert_eq!(masked.len(), words.len());
        // All shorter ones were given up once, and not for each word.
        assert_eq!(mask.longer.get(&(2, false)), Some(&2));
    }

    #[test]
    fn an_id_stays_one_of_its_object_in_both_its_lengths() {
        let mut mask = mask();
        let long = mask.text("001dM0000000010QAA");
        assert!(long != "001dM0000000010QAA" && long.starts_with("001") && is_id(&long), "{long}");
        assert_eq!(mask.text("001dM0000000010"), &long[..15]);
        assert_eq!(mask.text("see 001dM0000000010QAA."), format!("see {long}.").replace("see", &mask.text("see")));
        assert_eq!(mask.text("012000000000000AAA"), "012000000000000AAA");
    }

    #[test]
    fn a_query_keeps_its_words_and_loses_those_in_quotes() {
        let mut mask = mask();
        let query = r"SELECT Id, Name FROM Account WHERE Name LIKE '%O\'Brien\nCo%' AND OwnerId = '005dM0000000020QAA' AND CreatedDate = LAST_N_DAYS:30 LIMIT 25";
        let masked = mask.soql(query);
        let [o, brien, co] = ["O", "Brien", "Co"].map(|word| mask.text(word));
        let owner = mask.text("005dM0000000020QAA");
        assert_eq!(
            masked,
            query.replace(r"%O\'Brien\nCo%", &format!(r"%{o}\'{brien}\n{co}%")).replace("005dM0000000020QAA", &owner)
        );
    }

    #[test]
    fn an_error_keeps_its_code_and_salesforces_words_and_loses_the_orgs() {
        let mut mask = mask();
        mask.learn(
            &json!({"name": "Account", "keyPrefix": "001", "fields": [{"name": "Loss_Reason__c", "custom": true}]}),
        );
        let error = json!([{"errorCode": "INVALID_FIELD", "fields": ["Loss_Reason__c"],
                     "message": "No such column 'Loss_Reason__c' on entity Zephyrines: ask Marguerite_Duras at Row:1"}]);
        mask.learn(&error);
        let masked = mask.body("/services/data/v65.0/query", &error);
        assert_eq!(
            (&masked[0]["errorCode"], &masked[0]["fields"][0]),
            (&json!("INVALID_FIELD"), &json!("Loss_Reason__c"))
        );
        let message = masked[0]["message"].as_str().unwrap();
        assert!(message.starts_with("No such column 'Loss_Reason__c' on entity "), "{message}");
        assert!(
            !message.contains("Zephyrines") && !message.contains("Marguerite") && !message.contains("Duras"),
            "{message}"
        );
        assert!(message.ends_with("Row:1"), "{message}");
    }

    #[test]
    fn picklists_of_standard_fields_stay_and_those_of_custom_ones_go() {
        let field = |name: &str, custom: bool, value: &str| json!({"name": name, "label": name, "custom": custom, "picklistValues": [{"value": value, "label": value}]});
        let describe = json!({"name": "Account", "keyPrefix": "001", "fields": [
            field("Industry", false, "Technology"), field("Tier__c", true, "Gold")]});
        let mut mask = mask();
        mask.learn(&describe);
        let masked = mask.body("/services/data/v65.0/sobjects/Account/describe", &describe);
        assert_eq!(masked["fields"][0], describe["fields"][0]);
        assert_eq!(masked["fields"][1]["name"], "Tier__c");
        let gold = masked["fields"][1]["picklistValues"][0]["value"].clone();
        assert_ne!(gold, "Gold");
        let row = json!({"attributes": {"type": "Account"}, "Industry": "Technology", "Tier__c": "Gold", "Amount": 5,
            "CreatedDate": "2026-05-12T15:00:00.000+0000"});
        let mut expected = row.clone();
        expected["Tier__c"] = gold;
        assert_eq!(mask.body("/services/data/v65.0/query", &row), expected);
    }

    #[test]
    fn the_host_goes_and_so_do_external_ids_in_paths() {
        let mut mask = mask();
        assert_eq!(mask.text("https://acme.my.salesforce.com/"), format!("https://{HOST}/"));
        let described =
            json!({"name": "Account", "keyPrefix": "001", "fields": [{"name": "Customer_Code__c", "custom": true}]});
        mask.learn(&described);
        let (path, query) =
            mask.target("/services/data/v65.0/sobjects/Account/Customer_Code__c/ACME%2D001?fields=Id,Name");
        assert!(path.starts_with("/services/data/v65.0/sobjects/Account/Customer_Code__c/"), "{path}");
        assert!(!path.contains("ACME"), "{path}");
        assert_eq!(query, [("fields".to_owned(), "Id,Name".to_owned())]);
    }

    #[test]
    fn names_of_apps_and_layouts_go_though_they_stand_where_names_of_the_schema_do() {
        let limits = json!({"DailyApiRequests": {"Max": 5, "Zanzibar Loader": {"Max": 1}}});
        let masked = mask().body("/services/data/v65.0/limits", &limits).to_string();
        assert!(masked.contains("DailyApiRequests") && !masked.contains("Zanzibar"), "{masked}");
        let describe = json!({"name": "Account", "keyPrefix": "001", "fields": [], "namedLayoutInfos": [{"name": "Zanzibar"}],
            "recordTypeInfos": [{"name": "Zanzibar", "developerName": "Zanzibar"}]});
        let masked = mask().body("/services/data/v65.0/composite", &describe).to_string();
        assert!(masked.contains("Account") && !masked.contains("Zanzibar"), "{masked}");
    }

    #[test]
    fn what_is_not_masked_is_written_in_the_same_way() {
        let url = "/services/data/v65.0/query?q=SELECT+Id+FROM+Account+WHERE+Name%3D%27zanzibar%27";
        assert_eq!(Mask::transparent().address(url), mask().address(url).replace(&mask().text("zanzibar"), "zanzibar"));
    }

    /// What stands in a place of each kind that once was left readable, and what may be seen of it.
    fn masked(part: &str, value: &Value) -> String {
        let mut mask = mask();
        mask.learn_tool(
            &json!({"properties": {"object": {}, "kind": {"enum": ["call", "note"]}, "fields": {}, "by": {}}}),
        );
        mask.reserve_json(value);
        let masked = match part {
            "arguments" => mask.arguments(value),
            "describe" => mask.body("/services/data/v65.0/sobjects/Account/describe", value),
            "picklists" => {
                mask.body("/services/data/v65.0/ui-api/object-info/Account/picklist-values/012000000000000AAA", value)
            }
            _ => mask.body("/services/data/v65.0/query", value),
        };
        assert!(!mask.leaks_json(&masked), "{masked}");
        masked.to_string()
    }

    #[test]
    fn names_of_one_letter_or_sign_go_and_so_do_initials_and_mailboxes() {
        let text =
            masked("data", &json!({"Name": "王 小 明", "FirstName": "J", "Site": "🦄 ७", "Email": "k@zephyr.example"}));
        for word in ["王", "小", "明", "\"J\"", "🦄", "७", "k@", "zephyr"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
    }

    #[test]
    fn a_date_stays_in_a_field_of_dates_and_nowhere_else() {
        let date = "2026-05-12";
        assert!(masked("data", &json!({"CloseDate": date})).contains(date));
        assert!(masked("data", &json!({"CreatedDate": "2026-05-12T15:00:00.000+0000"})).contains("15:00:00.000+0000"));
        for number in ["0171-55-12 34567", "2026-13-40", "1234-56-78", date] {
            let text = masked("data", &json!({"Phone": number, "CloseDate": number}));
            assert_eq!(text.matches(number).count(), usize::from(number == date), "{text}");
        }
        assert!(masked("arguments", &json!({"changes": [{"field": "Close Date", "to": date}]})).contains(date));
        assert!(!masked("arguments", &json!({"changes": [{"field": "Phone", "to": date}]})).contains(date));
    }

    #[test]
    fn what_looks_like_an_address_of_the_api_is_none() {
        for value in [
            json!({"Name": "/services/Zanzibar Freight"}),
            json!({"url": "/services/data/v65.0/sobjects/Zanzibar/Freight"}),
            json!({"attributes": {"type": "Zanzibar", "url": "https://zanzibar.example/services/data/Freight?zanzibar=Freight"}}),
            json!({"Name": "@{Zanzibar.Freight}", "referenceId": "Zanzibar", "method": "Freight", "errorCode": "Zanzibar Freight"}),
            json!({"TimeZoneSidKey": "Zanzibar Freight", "locale": "Zanzibar", "language": "Freight"}),
            json!({"message": "Zanzibar_Freight and FREIGHT_ZANZIBAR 4711", "fields": ["Zanzibar__c", "Freight"]}),
            json!({"Zanzibar": {"Freight.Zanzibar": 1, "zanzibar-app": 2, "001dM0000000010QAA": 3}}),
        ] {
            let text = masked("data", &value).to_lowercase();
            assert!(!text.contains("zanzibar") && !text.contains("freight") && !text.contains("4711"), "{text}");
        }
        let mut mask = mask();
        for place in
            ["https://zanzibar.my.salesforce.com/services/data/v65.0/query?q=x", "//zanzibar.example/", "/zanzibar"]
        {
            let place = mask.header("location", place);
            assert!(!place.contains("zanzibar"), "{place}");
        }
        assert_eq!(
            mask.header("location", "https://acme.my.salesforce.com/services/data"),
            format!("https://{HOST}/services/data")
        );
    }

    #[test]
    fn picklists_of_custom_fields_go_wherever_they_come_from() {
        let value = json!([{"value": "Zanzibar", "label": "Zanzibar"}]);
        let text = masked(
            "picklists",
            &json!({"picklistFieldValues": {
            "Tier__c": {"controllerValues": {"Zanzibar": 0}, "values": value}, "Industry": {"values": []}}}),
        );
        assert!(!text.contains("Zanzibar") && text.contains("Industry") && text.contains("__c"), "{text}");
        let text = masked(
            "describe",
            &json!({"name": "Account", "keyPrefix": "001", "fields": [
            {"name": "Tier__c", "custom": true, "picklistValues": value}]}),
        );
        assert!(!text.contains("Zanzibar"), "{text}");
    }

    #[test]
    fn an_argument_that_names_nothing_known_goes() {
        for key in ["object", "by", "kind", "field", "fields", "order_by", "related", "zanzibar"] {
            let text = masked(
                "arguments",
                &json!({key: "Zanzibar", "fields": {"Zanzibar Freight": 1, "zanzibar": [{"op": "Freight"}]}}),
            );
            assert!(!text.to_lowercase().contains("zanzibar") && !text.contains("Freight"), "{text}");
        }
        let known =
            json!({"object": "Account", "by": "Billing City", "kind": "call", "fields": {"NumberOfEmployees": 5}});
        assert_eq!(masked("arguments", &known), known.to_string());
    }

    #[test]
    fn of_a_query_only_what_is_known_stays_outside_of_quotes_too() {
        let mut mask = mask();
        let query = "select Id, Zanzibar__c, COUNT(Id) freight FROM Account WHERE CloseDate > 2026-05-12 AND Amount > 10.5 \
                     AND Phone = '2026-05-12' AND CreatedDate = LAST_N_DAYS:30 AND LAST_ZANZIBAR = TODAY LIMIT 5";
        let masked = mask.soql(query);
        let lower = masked.to_lowercase();
        assert!(
            !lower.contains("zanzibar") && !lower.contains("freight") && !masked.contains("'2026-05-12'"),
            "{masked}"
        );
        for stays in [
            "select Id, ",
            "__c, COUNT(Id) ",
            " FROM Account WHERE CloseDate > 2026-05-12 AND Amount > 10.5 AND Phone = '",
            " AND CreatedDate = LAST_N_DAYS:30 AND ",
            " = TODAY LIMIT 5",
        ] {
            assert!(masked.contains(stays), "{stays}: {masked}");
        }
        let row = mask.body("/services/data/v65.0/query", &json!({"Zanzibar__c": 1, "freight": 2}));
        for key in row.as_object().unwrap().keys() {
            assert!(masked.contains(key.as_str()), "{key}: {masked}");
        }
    }

    #[test]
    fn a_word_that_is_left_is_found() {
        let mut mask = mask();
        mask.reserve_json(&json!({"Name": "Zanzibar", "Zephyr": 5}));
        for text in ["zanzibar", "a Zanzibar!", "ZEPHYR_1"] {
            assert!(mask.leaks(text), "{text}");
        }
        assert!(mask.leaks_json(&json!([{"a": {"zephyr": null}}])));
        assert!(!mask.leaks_json(&json!({"Name": "Account", "id": 5})));
    }

    #[test]
    fn a_long_recording_takes_time_by_its_length() {
        let row = |number: usize| json!({"Name": format!("Person {number} of {}", number * 7), "Id": number});
        let rows: Value = (0..20_000).map(row).collect();
        let mut mask = mask();
        mask.reserve_json(&rows);
        let masked = mask.body("/services/data/v65.0/query", &rows);
        assert!(!mask.leaks_json(&masked));
    }
}
