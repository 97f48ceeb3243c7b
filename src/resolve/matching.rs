//! How well a record goes by what somebody said: by its name, the words of it, a short form of the first name, and where
//! a person works.

use crate::record::Fields;
use crate::resolve::nicknames;
use crate::soql::FieldPath;

/// Whether a deal or a case is done with.
pub(crate) const IS_CLOSED: FieldPath = FieldPath::from_static("IsClosed");

/// Below this a record is called just so.
pub(crate) const JUST_SO: u32 = 4;
/// Below this every word that was said is one of its name.
pub(crate) const BY_WORDS: u32 = 6;
/// The rank of a record that was found by something else.
pub(crate) const OTHERWISE: u32 = 12;
/// From here on a person is not meant: what was said is somewhere within their name.
const WITHIN: u32 = 10;
/// What fits by another reading comes after all that fits by the one before.
const READING: u32 = 16;

/// Characters of a name that is looked for: nearly every name has some letter in it.
pub(crate) const MIN_NAME_CHARS: usize = 2;

/// Words before a name that are none of it.
const ARTICLES: &str = " the our my ";
/// Words after a company's name that may be left out of it.
const LEGAL_FORMS: &str =
    " & ag bv co company corp corporation gmbh inc incorporated kg limited llc llp ltd plc sa sas se ";
/// What stands between two people.
const AND: [&str; 4] = [" and ", " & ", ",", ";"];

/// What stands between a person and where they work.
const AT: [&str; 3] = [" at ", " from ", " @ "];

/// Objects whose records are people: of their names only words and beginnings of words are said.
const PEOPLE: [&str; 3] = ["Contact", "Lead", "User"];

/// A person and where they work: "Bob at Acme".
pub(crate) fn split(said: &str) -> (&str, Option<&str>) {
    // Positions in one are positions in the other: only ASCII letters differ.
    let lower = said.to_ascii_lowercase();
    let at = AT.into_iter().filter_map(|at| Some((lower.find(at)?, at.len()))).min();
    let Some((end, length)) = at else { return (said, None) };
    let (person, place) = (said[..end].trim(), said[end + length..].trim());
    // One letter is neither.
    if person.len() < 2 || place.len() < 2 { (said, None) } else { (person, Some(place)) }
}

/// Whether several people may be named; and whether nobody else can be meant.
pub(crate) fn is_of_several(said: &str) -> Option<bool> {
    let lower = said.to_ascii_lowercase();
    let and = AND.into_iter().find(|and| lower.contains(and))?;
    let at = lower.find(and)?;
    let is_full = |name: &str| name.trim().contains(' ');
    // "García López, María José" is one, and so may be "Bob at Stone and Klein".
    let is_clear = and.starts_with(' ') && is_full(&said[..at]) && is_full(&said[at + and.len()..]);
    Some(is_clear && split(&said[..at]).1.is_none())
}

/// How a text can be read.
pub(crate) struct Reading {
    /// The text.
    pub(crate) text: String,
    /// How far it is from what was said: 0 where nothing was left out.
    distance: u32,
}

impl Reading {
    /// Whether a company's legal form was left out. What is left says little, unless it is the whole name.
    pub(crate) fn is_whole_company(&self, object: &str) -> bool {
        self.distance == 3 && !PEOPLE.contains(&object)
    }
}

/// What was said of an object's record, as said first: a person's last name may come before the first, and beside a name
/// may stand an article, a word for the object, a company's legal form.
pub(crate) fn readings(said: &str, object: &str, is_word: &dyn Fn(&str) -> bool) -> Vec<Reading> {
    let is_person = PEOPLE.contains(&object);
    let mut readings = vec![Reading { text: said.to_owned(), distance: 0 }];
    let (person, place) = split(said);
    if is_person && let Some((last, first)) = person.split_once(',') {
        let at = place.map(|place| format!(" at {place}")).unwrap_or_default();
        let text = format!("{} {}{at}", first.trim(), last.trim());
        readings.push(Reading { text, distance: 0 });
    }
    let mut rest = said;
    for distance in 1..=3 {
        let before = rest;
        let is_beside = |word: &str| match distance {
            2 => is_word(word),
            3 => (!is_person || place.is_some()) && is_among(word, LEGAL_FORMS),
            _ => false,
        };
        while let Some(at) = rest.rfind(' ')
            && is_beside(&rest[at + 1..])
        {
            rest = rest[..at].trim_end_matches([' ', ',']);
        }
        if let Some(at) = before.find(' ')
            && rest == before
            && (is_beside(&rest[..at]) || (distance == 1 && is_among(&rest[..at], ARTICLES)))
        {
            rest = rest[at..].trim();
        }
        if rest != before && rest.len() >= MIN_NAME_CHARS {
            readings.push(Reading { text: rest.to_owned(), distance });
        }
    }
    readings
}

/// Whether a word is among some that stand between spaces.
fn is_among(word: &str, words: &str) -> bool {
    let word = word.trim_end_matches(['.', ',']);
    !word.is_empty() && words.contains(&format!(" {} ", word.to_ascii_lowercase()))
}

/// How well a record fits, best first from 0; none if it does not.
pub(crate) fn fit(readings: &[Reading], object: &str, name: Option<&str>, fields: &Fields<'_>) -> Option<u32> {
    let (mut best, mut last) = (u32::MAX, 0);
    for Reading { text, distance } in readings {
        last = distance * READING;
        if let Some(fit) = fit_as(text, object, name, fields)
            && fit < OTHERWISE
        {
            best = best.min(last + fit);
        }
    }
    // Salesforce may know better why it found a record; of people it does not.
    match best {
        u32::MAX => (!PEOPLE.contains(&object)).then_some(last + OTHERWISE),
        best => Some(best),
    }
}

/// Whether a record that fits so does so by another reading than one that fits best.
pub(crate) fn is_read_otherwise(fit: u32, best: u32) -> bool {
    fit / READING != best / READING
}

fn fit_as(said: &str, object: &str, name: Option<&str>, fields: &Fields<'_>) -> Option<u32> {
    let name = name.unwrap_or_default();
    let is_person = PEOPLE.contains(&object);
    let mut best = rank(said, name, is_person);
    for other in ["Subject", "Email"] {
        // What is no address is no part of one.
        if other == "Subject" || said.contains('@') {
            best = best.min(rank(said, &fields.text(other).unwrap_or_default(), false));
        }
    }
    best *= 2;
    if !is_person {
        return Some(best);
    }
    if let (person, Some(place)) = split(said)
        && let Some(company) = fields.text("Account.Name").or_else(|| fields.text("Company"))
    {
        // Of two Bobs, the one whose company is called just so.
        match rank(place, &company, false) * 2 {
            OTHERWISE => {}
            there => best = best.min(rank(person, name, true) * 2 + u32::from(there >= JUST_SO)),
        }
    }
    (best < WITHIN).then_some(best)
}

/// The place among others: of those that fit as well, first what is not closed, then those whose names begin with what
/// was said.
pub(crate) fn place(fit: u32, said: &str, name: Option<&str>, fields: &Fields<'_>) -> u32 {
    let is_closed = fields.get(IS_CLOSED.as_str()).is_some_and(|closed| closed.get() == "true");
    let begins = name.is_some_and(|name| name.to_lowercase().starts_with(&said.to_lowercase()));
    (fit * 2 + u32::from(is_closed)) * 2 + u32::from(!begins)
}

/// How a name relates to what was said: 0 the same, 1 the same words, 2 some of its words, 3 those with another form of
/// the first, 4 beginnings of its words, 5 somewhere within it, 6 not at all.
fn rank(said: &str, name: &str, is_person: bool) -> u32 {
    let (said, name) = (said.trim().to_lowercase(), name.trim().to_lowercase());
    if said == name {
        return 0;
    }
    let (spoken, held) = (words(&said), words(&name));
    let mut worst = 0;
    for (index, word) in spoken.iter().enumerate() {
        let rank = if held.contains(word) {
            2
        } else if index == 0 && is_person && nicknames::of(word).any(|other| held.contains(&other)) {
            3
        } else if held.iter().any(|held| held.starts_with(word)) {
            4
        } else {
            6
        };
        worst = worst.max(rank);
    }
    match worst {
        2 if held.iter().all(|word| spoken.contains(word)) => 1,
        0 | 6 => 6 - u32::from(name.contains(&said)),
        rank => rank,
    }
}

/// The words of a name, those of a double name too.
fn words(name: &str) -> Vec<&str> {
    name.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

/// Whether a record goes by what was said: each word is one of its name, or a short form of it.
pub(crate) fn goes_by(said: &str, called: &str) -> bool {
    rank(said, called, true) <= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_read_with_where_they_work() {
        for (text, person, place) in [
            ("Bob at Acme", "Bob", Some("Acme")),
            ("Zoë O'Neil  FROM  Müller & Söhne", "Zoë O'Neil", Some("Müller & Söhne")),
            ("Bob @ Acme", "Bob", Some("Acme")),
            ("Bob from Bank at Hamburg", "Bob", Some("Bank at Hamburg")),
            ("Pat Atwater", "Pat Atwater", None),
            ("bob@acme.example", "bob@acme.example", None),
            ("Bob at A", "Bob at A", None),
            (" at ", " at ", None),
            ("", "", None),
        ] {
            assert_eq!(split(text), (person, place), "{text}");
        }
    }

    #[test]
    fn a_name_said_whole_comes_before_its_words_and_those_before_parts() {
        for (rank, said, name) in [
            (0, " acme", "ACME "),
            (0, "🚀", "🚀"),
            (1, "Stone, Bob", "Bob Stone"),
            (1, "acme inc", "ACME, Inc."),
            (2, "bob", "Bob Stone"),
            (2, "acme", "The Acme"),
            (2, "ann meier", "Ann Schulz-Meier"),
            (2, "bob bob", "Bob Stone"),
            (3, "Bob Klein", "Robert Klein"),
            (4, "bob sto", "Bob Stone"),
            (4, "bob kl", "Robert Klein"),
            (4, "rob", "Roberta Stone"),
            (5, "ann", "Joanna Stone"),
            (5, "🚀", "Rockets 🚀"),
            (6, "klein bob", "Robert Klein"),
            (6, "bob klein", "Bob Stone"),
            (6, "'", "Bob Stone"),
            (6, "Bob", ""),
        ] {
            assert_eq!(super::rank(said, name, true), rank, "{said}: {name}");
        }
    }

    #[test]
    fn a_record_goes_by_its_words_and_by_short_forms() {
        for said in ["Sam", "sam lee", "LEE", "Samuel Lee"] {
            assert!(goes_by(said, "Sam Lee"), "{said}");
        }
        for said in ["Samantha Fox", "Sa", "", "-", "Jane"] {
            assert!(!goes_by(said, "Sam Lee"), "{said}");
        }
    }
}
