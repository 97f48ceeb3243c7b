//! From what people say to what Salesforce calls it: objects, fields and paths to fields of parents.
//!
//! Nothing here guesses: a name, a label or a word somebody defined is taken, and a near miss is only offered.

use super::likeness::{Typed, nearest};
use super::treatment::Kind;
use super::{Field, GlobalDescribe, ObjectSchema, ObjectSummary, person, standard, words};
use crate::wit::Alias;

/// How a name was recognised, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// By the API name, in any case.
    ApiName,
    /// By the name of the path that a lookup opens, such as "Owner".
    Relationship,
    /// By the label, but for case, spaces and punctuation.
    Label,
    /// By a word of the user's vocabulary, or a common one.
    Alias,
}

/// What a text is among the fields of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldMatch<'s> {
    /// This field.
    Found {
        /// The field.
        field: &'s Field,
        /// How it was recognised.
        how: How,
    },
    /// The label of several fields.
    AmbiguousLabel {
        /// All of them.
        fields: Vec<&'s Field>,
    },
    /// No field.
    Unknown {
        /// The five nearest, as "Label (ApiName)".
        nearest: Vec<String>,
    },
}

/// Finds a field of an object.
pub fn field<'s>(schema: &'s ObjectSchema, text: &str, vocabulary: &[Alias]) -> FieldMatch<'s> {
    let text = text.trim();
    recognise(schema, text, vocabulary).unwrap_or_else(|| FieldMatch::Unknown { nearest: nearest_fields(schema, text) })
}

fn recognise<'s>(schema: &'s ObjectSchema, text: &str, vocabulary: &[Alias]) -> Option<FieldMatch<'s>> {
    let found = |field, how| Some(FieldMatch::Found { field, how });
    if let Some(field) = schema.field(text) {
        return found(field, How::ApiName);
    }
    let folded = words::fold(text);
    if folded.is_empty() {
        return None;
    }
    // "Name" is what a record is called, though a case is called by its number and has web contact "Name" besides.
    if folded == "name"
        && let Some(field) = schema.name_field()
    {
        // Of a task or an event, pages show the subject, and call the person "Name".
        let person = schema.field("WhoId").filter(|_| field.name == "Subject");
        return match person {
            Some(person) => Some(FieldMatch::AmbiguousLabel { fields: vec![field, person] }),
            None => found(field, How::Alias),
        };
    }
    let labelled: Vec<&Field> = schema.fields.iter().filter(|field| field.is_labelled(&folded)).collect();
    match labelled[..] {
        [] => {}
        [field] => return found(field, How::Label),
        _ => return Some(FieldMatch::AmbiguousLabel { fields: labelled }),
    }
    let defined = vocabulary
        .iter()
        .filter(|alias| alias.object.as_deref().is_some_and(|object| object.eq_ignore_ascii_case(&schema.name)))
        .find(|alias| words::folds_to(&alias.term, &folded))
        .and_then(|alias| schema.field(&alias.name));
    if let Some(field) = defined {
        return found(field, How::Alias);
    }
    if let Some(field) = schema.parent(text) {
        return found(field, How::Relationship);
    }
    // "Assigned To" for the lookup "Assigned To ID"; "number of employees" for NumberOfEmployees.
    let lookup = format!("{folded}id");
    let mut close = schema.fields.iter().filter(|field| {
        words::name_folds_to(&field.name, &folded) || !field.references.is_empty() && field.is_labelled(&lookup)
    });
    if let (Some(field), None) = (close.next(), close.next()) {
        return found(field, How::Label);
    }
    let common = standard::field_of_word(&schema.name, text).and_then(|name| schema.field(name));
    found(common.or_else(|| person::field_of_word(schema, text, &folded))?, How::Alias)
}

fn nearest_fields(schema: &ObjectSchema, text: &str) -> Vec<String> {
    let typed = Typed::new(text);
    let near = schema.fields.iter().map(|field| {
        let by_label = typed.likeness(&field.label());
        // Most labels are the words of the name, and comparing is not cheap.
        let told_apart =
            field.own_label.as_ref().is_some_and(|label| !words::name_folds_to(&field.name, &words::fold(label)));
        let by_name = if told_apart { typed.likeness(words::local_name(&field.name)) } else { 0 };
        (by_label.max(by_name), field)
    });
    nearest(near).into_iter().map(Field::shown).collect()
}

/// Whether a label is made of the words of an API name.
pub(crate) fn is_called(label: &str, name: &str) -> bool {
    words::name_folds_to(name, &words::fold(label))
}

/// How near a name is to a text, word by word, 0 to 100.
pub(crate) fn likeness(text: &str, name: &str) -> u32 {
    let (mut sum, mut count) = (0, 0);
    for word in words::split(text) {
        let typed = Typed::new(word);
        let mut best = 0;
        for part in words::split(name) {
            best = typed.likeness(part).max(best);
        }
        sum += best;
        count += 1;
    }
    sum / count.max(1)
}

/// A field of an object or of one of its parents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path<'s> {
    /// The path, by API names: "Account.Owner.Name".
    pub name: String,
    /// The lookups it goes through, the object's own first.
    pub through: Vec<&'s Field>,
    /// The object the field belongs to.
    pub object: &'s str,
    /// The field at its end.
    pub field: &'s Field,
    /// What that is to the table of treatments.
    pub kind: Kind,
    /// How it was recognised; of several parts, the least sure.
    pub how: How,
}

/// What a text is among the fields of an object and its parents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathMatch<'s> {
    /// This field.
    Found(Path<'s>),
    /// Nobody can say before this object's schema is known: get it, then ask again.
    Needs {
        /// API name of a parent; [`standard::NAME`] where a lookup has several targets.
        object: String,
    },
    /// It leads through more lookups than SOQL follows.
    TooDeep,
    /// A label of several fields.
    AmbiguousLabel {
        /// The object whose fields they are.
        object: String,
        /// All of them.
        fields: Vec<&'s Field>,
    },
    /// No field.
    Unknown {
        /// The object that lacks it.
        object: String,
        /// The part of the text that it lacks.
        part: String,
        /// The five nearest, as "Label (ApiName)".
        nearest: Vec<String>,
    },
}

/// SOQL follows five lookups up, no further.
pub(crate) const MAX_DEPTH: usize = 5;

/// Finds a field by name, label or path, such as "Owner.Name", "Account.Annual Revenue" or "Account Name". `known`
/// gives the schemas at hand.
pub fn path<'s>(
    schema: &'s ObjectSchema,
    text: &str,
    vocabulary: &[Alias],
    known: &dyn Fn(&str) -> Option<&'s ObjectSchema>,
) -> PathMatch<'s> {
    Walk { vocabulary, known }.from(schema, text.trim(), &[], How::ApiName)
}

struct Walk<'s, 'a> {
    vocabulary: &'a [Alias],
    known: &'a dyn Fn(&str) -> Option<&'s ObjectSchema>,
}

impl<'s> Walk<'s, '_> {
    fn from(&self, schema: &'s ObjectSchema, text: &str, through: &[&'s Field], how: How) -> PathMatch<'s> {
        // A path whose first part names a lookup is nothing else, even where some label reads like the whole of it.
        if let Some((head, tail)) = text.split_once('.') {
            if let Some(lookup) = schema.parent(head.trim()) {
                return self.descend(lookup, tail, through, how);
            }
            if head.trim().eq_ignore_ascii_case(&schema.name) {
                return self.from(schema, tail.trim(), through, how);
            }
        }
        match recognise(schema, text, self.vocabulary) {
            Some(FieldMatch::Found { field, how: this }) => return found(schema, field, through, how.max(this)),
            Some(FieldMatch::AmbiguousLabel { fields }) => {
                return PathMatch::AmbiguousLabel { object: schema.name.clone(), fields };
            }
            _ => {}
        }
        // A dot may also stand inside a label ("Asst. Phone"), so each is tried.
        for (at, _) in text.match_indices('.') {
            if let Some((lookup, this)) = self.lookup(schema, &text[..at]) {
                return self.descend(lookup, &text[at + 1..], through, how.max(this));
            }
        }
        if !text.contains('.')
            && let Some(answer) = self.by_words(schema, text, through, how)
        {
            return answer;
        }
        PathMatch::Unknown { object: schema.name.clone(), part: text.to_owned(), nearest: nearest_fields(schema, text) }
    }

    /// "Account Name": the words of a lookup, then those of a field of its parent.
    fn by_words(&self, schema: &'s ObjectSchema, text: &str, through: &[&'s Field], how: How) -> Option<PathMatch<'s>> {
        text.match_indices(' ').find_map(|(at, _)| {
            let (lookup, _) = self.lookup(schema, &text[..at])?;
            match self.descend(lookup, &text[at + 1..], through, how.max(How::Label)) {
                PathMatch::Unknown { .. } => None,
                answer => Some(answer),
            }
        })
    }

    /// The lookup that the first part of a path names.
    fn lookup(&self, schema: &'s ObjectSchema, head: &str) -> Option<(&'s Field, How)> {
        match recognise(schema, head.trim(), self.vocabulary)? {
            FieldMatch::Found { field, how } if field.relationship.is_some() => Some((field, how)),
            _ => None,
        }
    }

    fn descend(&self, lookup: &'s Field, tail: &str, through: &[&'s Field], how: How) -> PathMatch<'s> {
        let object = match &lookup.references[..] {
            [object] => object,
            // Whose parent that is, only the record says; they share the fields of the pseudo-object.
            _ => standard::NAME,
        };
        if through.len() == MAX_DEPTH {
            return PathMatch::TooDeep;
        }
        match (self.known)(object) {
            Some(parent) => {
                let through: Vec<&Field> = through.iter().copied().chain([lookup]).collect();
                self.from(parent, tail.trim(), &through, how)
            }
            None => PathMatch::Needs { object: object.to_owned() },
        }
    }
}

fn found<'s>(schema: &'s ObjectSchema, field: &'s Field, through: &[&'s Field], how: How) -> PathMatch<'s> {
    let mut name = String::new();
    for relationship in through.iter().filter_map(|lookup| lookup.relationship.as_deref()) {
        name.push_str(relationship);
        name.push('.');
    }
    name.push_str(&field.name);
    let kind = Kind::of(schema, field);
    PathMatch::Found(Path { name, through: through.to_vec(), object: &schema.name, field, kind, how })
}

/// What a text is among the org's objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectMatch {
    /// This object.
    Found {
        /// API name.
        name: String,
        /// How it was recognised.
        how: How,
    },
    /// The label of several objects.
    AmbiguousLabel {
        /// Their API names.
        names: Vec<String>,
    },
    /// No object; without the org's list: none of the core objects.
    Unknown {
        /// The five nearest of the org's list, as "Label (ApiName)".
        nearest: Vec<String>,
    },
}

impl ObjectMatch {
    /// The object of the API names of all that are called so.
    pub fn of_names(mut names: Vec<String>) -> Self {
        match names.pop() {
            None => Self::Unknown { nearest: names },
            Some(name) if names.is_empty() => Self::Found { name, how: How::Label },
            Some(last) => {
                names.push(last);
                Self::AmbiguousLabel { names }
            }
        }
    }
}

/// Finds an object. Without the org's list only the core objects, defined words and names that end like a custom
/// object's are recognised; on `Unknown` get the list, then ask again.
pub fn object(text: &str, global: Option<&GlobalDescribe>, vocabulary: &[Alias]) -> ObjectMatch {
    let text = text.trim();
    let found = |name: &str, how| ObjectMatch::Found { name: name.to_owned(), how };
    let named = |name: &str| match global {
        Some(global) => global.object(name).map(ObjectSummary::name),
        None => standard::name_of(name),
    };
    if let Some(name) = named(text) {
        return found(name, How::ApiName);
    }
    if global.is_none() && is_custom_name(text) {
        return found(text, How::ApiName);
    }
    let folded = words::fold(text);
    let mut labelled = Vec::new();
    each(global, &mut |object| {
        if object.is_labelled(&folded) {
            labelled.push(object.name());
        }
    });
    match labelled[..] {
        [] => {}
        [name] => return found(name, How::Label),
        _ => return ObjectMatch::AmbiguousLabel { names: labelled.into_iter().map(str::to_owned).collect() },
    }
    let defined = vocabulary.iter().find(|alias| alias.object.is_none() && words::folds_to(&alias.term, &folded));
    if let Some(alias) = defined {
        return match (named(&alias.name), global) {
            (Some(name), _) => found(name, How::Alias),
            (None, None) => found(&alias.name, How::Alias),
            (None, Some(global)) => unknown_object(&alias.name, global),
        };
    }
    match standard::object_of_word(text).and_then(named) {
        Some(name) => found(name, How::Alias),
        // Without the list nothing can be denied, so nothing is near either.
        None => global.map_or(ObjectMatch::Unknown { nearest: Vec::new() }, |global| unknown_object(text, global)),
    }
}

/// Goes over the org's objects; without its list, over the core ones.
fn each<'g>(global: Option<&'g GlobalDescribe>, look: &mut dyn FnMut(ObjectSummary<'g>)) {
    match global {
        Some(global) => {
            for object in global.objects() {
                look(object);
            }
        }
        None => {
            for object in standard::objects() {
                look(object);
            }
        }
    }
}

/// Whether a word says of what object something is: its name or label, what people call it or the vocabulary does.
pub fn is_word_for(object: &ObjectSchema, word: &str, vocabulary: &[Alias]) -> bool {
    let folded = words::fold(word);
    let is_label = |label: &str| words::folds_to(label, &folded);
    [&*object.name, &object.label(), &object.label_plural()].into_iter().any(is_label)
        || vocabulary.iter().any(|alias| {
            alias.object.is_none() && alias.name.eq_ignore_ascii_case(&object.name) && is_label(&alias.term)
        })
        || standard::is_word_for(&object.name, word)
}

fn unknown_object(text: &str, global: &GlobalDescribe) -> ObjectMatch {
    let typed = Typed::new(text);
    let near = global.objects().map(|object| {
        // What is not written is made of the words of the name.
        let mut likeness = 0;
        let name = Some(words::local_name(object.name()).into());
        for text in [name, object.own_label(), object.own_plural()].into_iter().flatten() {
            likeness = typed.likeness(&text).max(likeness);
        }
        (likeness, object)
    });
    ObjectMatch::Unknown { nearest: nearest(near).into_iter().map(ObjectSummary::shown).collect() }
}

/// Whether a name ends like those of custom objects, external objects, metadata types and the like.
fn is_custom_name(name: &str) -> bool {
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    words::suffixed(name).is_some_and(|(local, suffix)| {
        plain(local)
            && local.starts_with(|first: char| first.is_ascii_alphabetic())
            && matches!(suffix, "c" | "x" | "mdt" | "kav" | "b" | "e" | "Share" | "History" | "Feed")
    })
}
