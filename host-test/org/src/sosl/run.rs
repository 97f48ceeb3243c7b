//! Runs a search: which rows have the words, which of them come first, and what is shown of them.

use std::{slice::Iter, str::Chars};

use jiff::Timestamp;

use super::{
    Returning, Search, SearchFields,
    find::{self, Expression, Glyph},
};
use crate::{
    context::View,
    refusal::Refusal,
    schema::{Field, FieldType, Object},
    soql::{Record, search_plan},
    store::Row,
};

/// Digits from which on a number is taken for a telephone's.
const PHONE_DIGITS: usize = 7;

/// What a search depends on beside its text and the org.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// The API version in the path, such as `v62.0`: records' `attributes.url` repeats it.
    pub version: &'a str,
    /// Rows created at this moment or later are not found yet: the index of a real org is late as well.
    pub indexed_until: Option<Timestamp>,
}

/// The `searchRecords` of a search: by object in the order they were asked for, the best match first, unless the
/// object has an order of its own.
///
/// # Errors
/// The API's refusal for objects and fields that do not exist for this user, or do not fit.
pub fn search(view: View<'_>, search: &Search, options: Options<'_>) -> Result<Vec<Record>, Refusal> {
    let everywhere;
    let returning = if search.returning.is_empty() {
        let objects = view.schema.objects().filter(|object| object.searchable);
        let seen = objects.filter(|object| view.access.object(view.schema, &object.name).is_some());
        everywhere = seen.map(|object| Returning::parse(&object.name, "Id")).collect::<Result<Vec<_>, _>>()?;
        &everywhere
    } else {
        &search.returning
    };
    let mut records = Vec::new();
    for one in returning {
        let mut query = one.query.clone();
        query.limit = query.limit.or(search.default_limit);
        let (object, plan) = search_plan(view, &one.text, &query, options.version)?;
        let Some(expression) = &search.expression else {
            continue;
        };
        let is_indexed = |row: &Row| {
            let created = row.get("CreatedDate").as_timestamp();
            options.indexed_until.is_none_or(|until| created.is_none_or(|created| created < until))
        };
        let mut rows = ranked(view, object, expression, search.fields);
        rows.retain(|row| is_indexed(row));
        records.extend(plan.over(&rows).records);
    }
    let limit = search.overall_limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    records.truncate(limit);
    Ok(records)
}

/// The rows that match, best first: the exact name, a name that starts so, a name with these words, anything else;
/// then by name, then by id.
fn ranked<'a>(view: View<'a>, object: &'a Object, expression: &Expression, wanted: SearchFields) -> Vec<&'a Row> {
    let fields: Vec<&Field> = view.access.fields(object).filter(|field| is_searched(object, field, wanted)).collect();
    let text = expression.words().join(" ");
    let name = |row: &Row| {
        let field = object.name_field().filter(|field| view.access.field(object, &field.name).is_some());
        field.and_then(|field| row.get(&field.name).as_str()).map(find::words).unwrap_or_default()
    };
    let mut rows: Vec<_> = view
        .store
        .rows(&object.name)
        .filter(|row| row.is_live() && view.access.sees(row))
        .filter(|row| expression.matches(&|phrase| fields.iter().any(|field| has(row, field, phrase))))
        .map(|row| {
            let words = name(row);
            let joined = words.join(" ");
            let rank = if joined == text {
                0
            } else if joined.starts_with(&text) {
                1
            } else if expression.matches(&|phrase| follows(&words, phrase)) {
                2
            } else {
                3
            };
            ((rank, joined, row.id.clone()), row)
        })
        .collect();
    rows.sort_by(|(a, _), (b, _)| a.cmp(b));
    rows.into_iter().map(|(_, row)| row).collect()
}

fn is_searched(object: &Object, field: &Field, wanted: SearchFields) -> bool {
    // Addresses that an administrator added are in no search.
    // <https://developer.salesforce.com/docs/atlas.en-us.caf_dev_guide.meta/caf_dev_guide/caf_dev_limitations.htm>
    if field.name.ends_with("__s") {
        return false;
    }
    match wanted {
        SearchFields::Email => field.kind == FieldType::Email,
        SearchFields::Phone => field.kind == FieldType::Phone,
        SearchFields::Name => {
            let part = field.compound.as_deref() == Some("Name") && field.kind == FieldType::String;
            // A case is called by its number, and known by its subject.
            field.name_field || part || (object.name == "Case" && field.name == "Subject")
        }
        SearchFields::All => matches!(
            field.kind,
            FieldType::String | FieldType::Textarea | FieldType::Email | FieldType::Phone | FieldType::Url
        ),
    }
}

fn has(row: &Row, field: &Field, phrase: &[Vec<Glyph>]) -> bool {
    let Some(text) = row.get(&field.name).as_str() else {
        return false;
    };
    follows(&find::words(text), phrase) || (field.kind == FieldType::Phone && is_number(text, phrase))
}

/// Whether the words of the phrase follow each other among `words`.
fn follows(words: &[String], phrase: &[Vec<Glyph>]) -> bool {
    words.windows(phrase.len().max(1)).any(|window| {
        window.len() == phrase.len() && window.iter().zip(phrase).all(|(word, pattern)| fits(word, pattern))
    })
}

/// Whether a pattern takes a whole word. A run takes as little as it can, and one character more each time that what
/// follows it does not fit; that of the last run is all that ever has to be tried.
fn fits(word: &str, pattern: &[Glyph]) -> bool {
    let (mut left, mut glyphs) = (word.chars(), pattern.iter());
    let mut after_run: Option<(Chars<'_>, Iter<'_, Glyph>)> = None;
    loop {
        let glyph = glyphs.next();
        if matches!(glyph, Some(Glyph::AnyRun)) {
            after_run = Some((left.clone(), glyphs.clone()));
            continue;
        }
        let fits = match (glyph, left.next()) {
            (None, None) => return true,
            (Some(Glyph::One(wanted)), Some(c)) => *wanted == c,
            (Some(_), Some(_)) => true,
            _ => false,
        };
        if !fits {
            let Some((rest, following)) = &mut after_run else { return false };
            if rest.next().is_none() {
                return false;
            }
            (left, glyphs) = (rest.clone(), following.clone());
        }
    }
}

/// Whether the phrase is a telephone number that is this one, however either is written: with a country code or
/// without, with separators or without.
fn is_number(text: &str, phrase: &[Vec<Glyph>]) -> bool {
    let wanted: String = phrase.iter().map(|word| find::literal(word)).collect();
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let is_long = |digits: &str| digits.len() >= PHONE_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_long(&wanted) && is_long(&digits) && (digits.ends_with(&wanted) || wanted.ends_with(&digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the wildcards are defined.
    fn takes(pattern: &[Glyph], word: &[char]) -> bool {
        match (pattern, word) {
            ([], word) => word.is_empty(),
            ([Glyph::AnyRun, rest @ ..], word) => (0..=word.len()).any(|taken| takes(rest, &word[taken..])),
            ([Glyph::AnyOne, rest @ ..], [_, left @ ..]) => takes(rest, left),
            ([Glyph::One(wanted), rest @ ..], [c, left @ ..]) => wanted == c && takes(rest, left),
            (_, []) => false,
        }
    }

    /// Everything of up to this many of these.
    fn all<T: Copy>(of: &[T], length: usize) -> Vec<Vec<T>> {
        let mut every = vec![Vec::new()];
        let mut last = every.clone();
        for _ in 0..length {
            last = last.iter().flat_map(|one| of.iter().map(|next| [&one[..], &[*next]].concat())).collect();
            every.extend(last.clone());
        }
        every
    }

    #[test]
    fn a_pattern_takes_the_words_that_its_wildcards_say() {
        let words = all(&['a', 'ä'], 5);
        for pattern in all(&[Glyph::One('a'), Glyph::One('ä'), Glyph::AnyOne, Glyph::AnyRun], 5) {
            for word in &words {
                let text: String = word.iter().collect();
                assert_eq!(fits(&text, &pattern), takes(&pattern, word), "{pattern:?} of {text}");
            }
        }
    }
}
