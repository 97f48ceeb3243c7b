//! Masking: what could say whose org it was becomes a placeholder of the same shape, and the same thing the same
//! placeholder wherever it occurs, so that references still match and a replay asks what was recorded.
//!
//! What stays: names of objects and fields, labels, picklists of standard fields, error codes, numbers, dates, and the
//! words Salesforce itself uses in its errors. What goes: hosts, ids, and every other word, one by one, whatever stands
//! between them. Placeholders come of a key that is made for each cassette and kept nowhere.
//!
//! What the plugin knows of a word, such as that a Sarah may be a Sally, it does not know of a placeholder: a call with a
//! nickname is replayed up to the query that asks for all of its forms.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, DefaultHasher, Hash as _, Hasher as _, RandomState};

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Value};

/// Where every replayed request goes.
pub(crate) const HOST: &str = "masked.my.salesforce.com";

/// Keys of arguments whose values name objects, fields and choices of the tools.
const ARGUMENT_NAMES: &[&str] = &[
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

/// Keys of rows and other answers whose texts stay.
const DATA_NAMES: &[&str] = &[
    "LanguageLocaleKey",
    "LocaleSidKey",
    "TimeZoneSidKey",
    "error",
    "errorCode",
    "fields",
    "language",
    "locale",
    "method",
    "referenceId",
    "statusCode",
    "type",
    "zoneinfo",
];

/// Keys of a describe, or of other facts about a schema, whose texts stay.
const SCHEMA_NAMES: &[&str] = &[
    "compoundFieldName",
    "controllerName",
    "childSObject",
    "extraTypeInfo",
    "field",
    "fields",
    "keyPrefix",
    "label",
    "labelPlural",
    "name",
    "nameField",
    "referenceTargetField",
    "referenceTo",
    "relationshipName",
    "soapType",
    "sobject",
    "sobjects",
    "type",
    "validFor",
    "value",
    "in",
];

/// What the plugin itself writes into queries and rows.
const PLUGIN_VALUES: &[&str] =
    &["Call", "Email", "Inbound", "Internal", "Meeting", "Outbound", "Queue", "SNOTE", "Task", "V"];

/// Words that say nothing of anybody.
const PLAIN_WORDS: &[&str] = &["http", "https", "id"];

/// Words of Salesforce's own messages. Only in messages do they stay.
const MESSAGE_WORDS: &str = "a access actual after and as asc allowed already an and any api are as at attempting authenticate \
    authorization bad be been being but by call can cannot character characters child column common correct could \
    criteria cross current custom daily data date day deleted desc describe did do does double duplicate each enabled end \
    enough entity error exceeded exist exists expected expired failed field fields filter filtered for format found \
    from greater group has have id identifier if in inactive insufficient integer internal invalid is json key length \
    limit line list locked lock login long longer malformed match matched maximum may missing more must name names no \
    not null number object of on one only operation operator operators or organization owner parameter parent parse \
    permission picklist please provided query reached read record records reference relationship relationships request \
    required requested resource restricted retry row rows rule save see server session set single size sobject \
    specified string such than that the this to token too total totalrequests transaction type unable unavailable \
    understand unexpected unknown update updated url use used user using valid value values was when where which while \
    by first from group having in last like limit nulls offset or order restriction select single sorted takes with wsdl you your";

/// What kind of text a JSON value is part of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Rows, and whatever else an org holds.
    Data,
    /// A tool's arguments.
    Arguments,
    /// What objects and fields there are.
    Schema,
    /// The headers of a part of a composite request or response.
    Headers,
}

/// Replaces what an org says of people and business by placeholders, the same for the same. These are those given out
/// so far.
pub struct Mask {
    /// Absent where nothing is to be masked, only written as a cassette writes it.
    key: Option<[u64; 2]>,
    host: String,
    /// Values that stay: picklists of standard fields.
    plain: HashSet<String>,
    /// Names of fields and objects that came up: a message may speak of them.
    names: HashSet<String>,
    words: HashMap<String, String>,
    ids: HashMap<String, String>,
    taken: HashSet<String>,
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
        let host = host.to_ascii_lowercase();
        let (words, ids) = (HashMap::new(), HashMap::new());
        let plain = PLUGIN_VALUES.iter().map(|value| (*value).to_owned()).collect();
        Self { key, host, plain, names: HashSet::new(), words, ids, taken: HashSet::new() }
    }

    /// Notes the names of fields and the picklists of standard ones, before anything is masked.
    pub fn learn(&mut self, body: &Value) {
        match body {
            Value::Array(items) => items.iter().for_each(|item| self.learn(item)),
            Value::Object(object) => {
                self.names.extend(object.keys().cloned());
                let standard = object.get("custom") == Some(&Value::Bool(false));
                for value in object.get("picklistValues").and_then(Value::as_array).into_iter().flatten() {
                    for name in ["value", "label"] {
                        if let Some(text) = value.get(name).and_then(Value::as_str).filter(|_| standard) {
                            self.plain.insert(text.to_owned());
                        }
                    }
                }
                object.values().for_each(|value| self.learn(value));
            }
            _ => {}
        }
    }

    /// Notes the words of a text, so that none of them becomes a placeholder of another.
    pub(crate) fn reserve(&mut self, text: &str) {
        for word in text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()) {
            self.taken.insert(word.to_lowercase());
            if is_id(word) {
                self.taken.insert(word.chars().take(15).skip(3).collect());
            }
        }
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
                "fields" | "sObjects" => value,
                _ => self.text(&value),
            };
            (name.to_owned(), value)
        });
        let query = pairs.collect();
        (self.path(path), query)
    }

    /// A path: its ids, and a value that follows the name of an external id's field.
    fn path(&mut self, path: &str) -> String {
        let mut segments: Vec<String> = Vec::new();
        let plain: Vec<String> =
            path.split('/').map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned()).collect();
        for (at, segment) in plain.iter().enumerate() {
            let before = |count: usize| at.checked_sub(count).and_then(|at| plain.get(at)).map_or("", String::as_str);
            let field = before(1);
            let value = before(3) == "sobjects" && !is_id(field) && !field.contains('{') && field != "describe";
            segments.push(if value { self.text(segment) } else { self.ids_in(segment) });
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
        self.each(text, false, Self::word)
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
            part => part,
        };
        let part = if key == "httpHeaders" { Part::Headers } else { part };
        let own_values = object.get("custom") == Some(&Value::Bool(true));
        let mut masked = Map::new();
        for (name, value) in object {
            let part = if own_values && name == "picklistValues" { Part::Data } else { part };
            // A key is a name of the schema, but for a few that are names of apps, as in the limits.
            let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
            let key = if plain || part == Part::Arguments { name.clone() } else { self.text(name) };
            masked.insert(key, self.value(value, name, part));
        }
        masked
    }

    fn string(&mut self, text: &str, key: &str, part: Part) -> String {
        if is_reference(text) || is_date(text) || self.plain.contains(text) {
            return text.to_owned();
        }
        let stays = match part {
            Part::Arguments => ARGUMENT_NAMES.contains(&key) || is_date_literal(text),
            Part::Schema => SCHEMA_NAMES.contains(&key),
            Part::Data => DATA_NAMES.contains(&key),
            Part::Headers => !key.eq_ignore_ascii_case("location"),
        };
        match key {
            _ if stays => self.ids_in(text),
            _ if text.starts_with("/services/") => self.address(text),
            "message" | "error_description" => self.message(text),
            _ => self.text(text),
        }
    }

    /// An address within a body or a header.
    pub(crate) fn address(&mut self, text: &str) -> String {
        let (path, query) = self.target(text);
        let query: Vec<String> = query
            .iter()
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
            .collect();
        if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
    }

    // ---- texts ----

    /// Masks what stands in quotes, and ids anywhere.
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
            masked.push_str(&self.ids_in(before));
            masked.push('\'');
            masked.push_str(&self.literal(inside));
            masked.push('\'');
            rest = after.strip_prefix('\'').unwrap_or(after);
        }
        masked.push_str(&self.ids_in(rest));
        masked
    }

    /// A literal's inside: an escape is no letter of a word.
    fn literal(&mut self, inside: &str) -> String {
        if self.plain.contains(inside) {
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

    /// An error's message: Salesforce's own words stay, and what is written as only names and codes are.
    fn message(&mut self, text: &str) -> String {
        self.each(text, true, |mask, word| {
            let own = MESSAGE_WORDS.split_whitespace().any(|known| known.eq_ignore_ascii_case(word));
            let named = mask.names.contains(word) || (word.contains('_') && word.is_ascii());
            // A row or column of a query.
            let place = word.len() < 5 && word.bytes().all(|byte| byte.is_ascii_digit());
            if own || named || place { word.to_owned() } else { mask.text(word) }
        })
    }

    /// Only ids and the host go.
    fn ids_in(&mut self, text: &str) -> String {
        self.each(text, false, |mask, word| if is_id(word) { mask.id(word) } else { word.to_owned() })
    }

    /// Changes each word, and the host wherever it stands; what is between words stays.
    fn each(&mut self, text: &str, underscores: bool, mut change: impl FnMut(&mut Self, &str) -> String) -> String {
        if self.key.is_none() {
            return text.to_owned();
        }
        let host = self.host.clone();
        let mut masked = String::new();
        for (number, part) in text.split(host.as_str()).enumerate() {
            if number > 0 {
                masked.push_str(HOST);
            }
            let mut word = String::new();
            for character in part.chars() {
                if character.is_alphanumeric() || (underscores && character == '_') {
                    word.push(character);
                    continue;
                }
                if !word.is_empty() {
                    masked.push_str(&change(self, &std::mem::take(&mut word)));
                }
                masked.push(character);
            }
            if !word.is_empty() {
                masked.push_str(&change(self, &word));
            }
        }
        masked
    }

    // ---- placeholders ----

    /// A word's placeholder, with capitals and digits where the word has them. One character alone says nothing.
    fn word(&mut self, word: &str) -> String {
        if is_id(word) {
            return self.id(word);
        }
        let plain = word.to_lowercase();
        if word.chars().count() == 1 || PLAIN_WORDS.contains(&plain.as_str()) {
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
        let mut attempt = 0_u64;
        loop {
            let mut hasher = DefaultHasher::new();
            (self.key, plain, attempt).hash(&mut hasher);
            // Short words run out of placeholders of their length.
            let longer = usize::try_from(attempt / 100).unwrap_or_default();
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
            attempt += 1;
        }
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

/// `@{part.id}` in a composite request.
fn is_reference(text: &str) -> bool {
    text.starts_with("@{") && text.ends_with('}') && text.len() < 100 && !text.contains(' ')
}

/// A date or an instant, and nothing else.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 10
        && bytes.len() <= 40
        && bytes.iter().take(10).enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
        && bytes.iter().skip(10).all(|byte| byte.is_ascii_digit() || b"T:.+-Z ".contains(byte))
}

/// `LAST_N_DAYS:30`, `TODAY`.
fn is_date_literal(text: &str) -> bool {
    let (name, number) = text.split_once(':').unwrap_or((text, ""));
    let known = ["TODAY", "YESTERDAY", "TOMORROW"].contains(&name);
    let prefixed = ["LAST_", "THIS_", "NEXT_", "N_"].iter().any(|prefix| name.starts_with(prefix));
    let plain = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit());
    (known || prefixed && plain) && number.bytes().all(|byte| byte.is_ascii_digit())
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
        let [brien, co] = ["Brien", "Co"].map(|word| mask.text(word));
        let owner = mask.text("005dM0000000020QAA");
        assert_eq!(
            masked,
            query.replace("Brien", &brien).replace("Co%", &format!("{co}%")).replace("005dM0000000020QAA", &owner)
        );
    }

    #[test]
    fn an_error_keeps_its_code_and_salesforces_words_and_loses_the_orgs() {
        let masked = mask().body(
            "/services/data/v65.0/query",
            &json!([{"errorCode": "INVALID_FIELD", "fields": ["Loss_Reason__c"],
                     "message": "No such column 'Loss_Reason__c' on entity Zephyrines: ask Marguerite"}]),
        );
        assert_eq!(
            (&masked[0]["errorCode"], &masked[0]["fields"][0]),
            (&json!("INVALID_FIELD"), &json!("Loss_Reason__c"))
        );
        let message = masked[0]["message"].as_str().unwrap();
        assert!(message.starts_with("No such column 'Loss_Reason__c' on entity "), "{message}");
        assert!(!message.contains("Zephyrines") && !message.contains("Marguerite"), "{message}");
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
        let url = "/services/data/v65.0/query?q=SELECT+Id+FROM+Account+WHERE+Name%3D%27a%27";
        assert_eq!(Mask::transparent().address(url), mask().address(url).replace(&mask().text("a"), "a"));
    }
}
