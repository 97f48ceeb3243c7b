//! How well a record goes by what somebody said: by its name, the words of it, a short form of the first name, and where
//! a person works.

use crate::lower::lower;
use crate::record::Fields;
use crate::resolve::nicknames;
use crate::schema::well_known::{IS_CLOSED, PEOPLE_AND_USERS};
use crate::within;

/// How a name relates to a text, the closest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NameMatch {
    /// The same, but for case and space at the ends.
    Exact,
    /// The same words, in whatever order.
    SameWords,
    /// Every word of the text is one of the name's.
    SomeWords,
    /// The same, with another form of a person's first name.
    Nickname,
    /// Every word of the text begins one of the name's.
    Prefixes,
    /// The text is somewhere within the name.
    Substring,
    /// Not at all.
    None,
}

/// How well a record fits a text, best first: by the interpretation of the text that is nearest to it, then by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fit {
    /// How far the interpretation is from the text.
    distance: u8,
    name: NameMatch,
    /// Whether a person's company has only a part of the name that the text gives it: "Bob at Acme".
    company_in_part: bool,
}

/// A record's place among those that were found: how well it fits, then what is open before what is closed, then names
/// that begin with the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Score {
    fit: Fit,
    is_closed: bool,
    begins_otherwise: bool,
}

impl Fit {
    /// Of a record that was found by something else than its name.
    pub(crate) const BY_OTHER_MEANS: Self = Self { distance: 0, name: NameMatch::None, company_in_part: false };

    /// Whether the text, as it was given, matches the name at least as closely as this.
    pub(crate) fn is_at_least(self, name: NameMatch) -> bool {
        self.distance == 0 && self.name <= name
    }

    /// Whether the name is what fits.
    pub(crate) fn is_by_name(self) -> bool {
        self.name < NameMatch::None
    }

    /// Whether nothing could fit better.
    pub(crate) fn is_perfect(self) -> bool {
        self.is_at_least(NameMatch::Exact) && !self.company_in_part
    }

    /// Whether both fit by the same interpretation of the text.
    pub(crate) fn is_interpreted_as(self, other: Self) -> bool {
        self.distance == other.distance
    }
}

/// The same order as a number: see `src/sort.rs` for why records are sorted by numbers.
impl From<Score> for u32 {
    fn from(Score { fit, is_closed, begins_otherwise }: Score) -> Self {
        let fit = (Self::from(fit.distance) * 8 + fit.name as Self) * 2 + Self::from(fit.company_in_part);
        (fit * 2 + Self::from(is_closed)) * 2 + Self::from(begins_otherwise)
    }
}

/// The fewest characters of a name that is looked for: a single letter is in nearly every name, so it would tell nothing.
pub(crate) const MIN_NAME_CHARS: usize = 2;

/// Words that people put before a name and that are no part of it, each between spaces: "the Acme", "our Bob".
const ARTICLES: &str = " the our my ";
/// The legal forms after a company's name, each between spaces. People leave them out: "Acme" is "Acme, Inc."
const LEGAL_FORMS: &str =
    " & ag bv co company corp corporation gmbh inc incorporated kg limited llc llp ltd plc sa sas se ";
/// What separates the names where a text names two people: "Ann Lee and Bob Stone". Taken in this order: the first that
/// the text has is where it is split.
const AND: [&str; 4] = [" and ", " & ", ",", ";"];

/// What separates a person's name from the company they work for: "Bob at Acme".
const AT: [&str; 3] = [" at ", " from ", " @ "];

/// A person and where they work: "Bob at Acme".
pub(crate) fn split(input: &str) -> (&str, Option<&str>) {
    // Positions in one are positions in the other: only ASCII letters differ.
    let lower = input.to_ascii_lowercase();
    let at = AT.into_iter().filter_map(|at| Some((within::place(&lower, at)?, at.len()))).min();
    let Some((end, length)) = at else { return (input, None) };
    let (person, place) = (input[..end].trim(), input[end + length..].trim());
    // One letter is neither.
    if person.len() < 2 || place.len() < 2 { (input, None) } else { (person, Some(place)) }
}

/// Whether several people may be named; and whether nobody else can be meant.
pub(crate) fn is_of_several(input: &str) -> Option<bool> {
    let lower = input.to_ascii_lowercase();
    let (and, at) = AND.into_iter().find_map(|and| Some((and, within::place(&lower, and)?)))?;
    let is_full = |name: &str| name.trim().contains(' ');
    // "García López, María José" is one, and so may be "Bob at Stone and Klein".
    let is_clear = and.starts_with(' ') && is_full(&input[..at]) && is_full(&input[at + and.len()..]);
    Some(is_clear && split(&input[..at]).1.is_none())
}

/// One way to understand a text as the name of a record.
pub(crate) struct Interpretation {
    /// The name.
    pub(crate) text: String,
    /// How far it is from the text: 0 where nothing was left out.
    distance: u8,
}

impl Interpretation {
    /// Whether a company's legal form was left out. What is left says little, unless it is the whole name.
    pub(crate) fn is_whole_company(&self, object: &str) -> bool {
        self.distance == 3 && !PEOPLE_AND_USERS.contains(&object)
    }
}

/// The names that a text may give to a record of an object, the text itself first: a person's last name may come before
/// the first, and beside a name may stand an article, a word for the object, a company's legal form.
pub(crate) fn interpretations(input: &str, object: &str, is_word: &dyn Fn(&str) -> bool) -> Vec<Interpretation> {
    let is_person = PEOPLE_AND_USERS.contains(&object);
    let mut interpretations = vec![Interpretation { text: input.to_owned(), distance: 0 }];
    let (person, place) = split(input);
    if is_person && let Some((last, first)) = person.split_once(',') {
        let at = place.map(|place| format!(" at {place}")).unwrap_or_default();
        let text = format!("{} {}{at}", first.trim(), last.trim());
        interpretations.push(Interpretation { text, distance: 0 });
    }
    let mut rest = input;
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
            interpretations.push(Interpretation { text: rest.to_owned(), distance });
        }
    }
    interpretations
}

/// Whether a word is among some that stand between spaces.
fn is_among(word: &str, words: &str) -> bool {
    let word = word.trim_end_matches(['.', ',']);
    !word.is_empty() && within::holds(words, &[" ", &word.to_ascii_lowercase(), " "].concat())
}

/// How well a record fits; none if it does not.
pub(crate) fn fit(
    interpretations: &[Interpretation],
    object: &str,
    name: Option<&str>,
    fields: &Fields<'_>,
) -> Option<Fit> {
    let fits = interpretations.iter().filter_map(|Interpretation { text, distance }| {
        let fit = fit_as(text, object, name, fields)?;
        (fit.name < NameMatch::None).then_some(Fit { distance: *distance, ..fit })
    });
    fits.min().or_else(|| {
        // Salesforce may know better why it found a record; of people it does not.
        let distance = interpretations.last().map_or(0, |last| last.distance);
        (!PEOPLE_AND_USERS.contains(&object)).then_some(Fit { distance, ..Fit::BY_OTHER_MEANS })
    })
}

/// How well a record fits a text as it is.
fn fit_as(input: &str, object: &str, name: Option<&str>, fields: &Fields<'_>) -> Option<Fit> {
    let name = name.unwrap_or_default();
    let is_person = PEOPLE_AND_USERS.contains(&object);
    let by_name = |name| Fit { distance: 0, name, company_in_part: false };
    let mut best = by_name(match_name(input, name, is_person));
    for other in ["Subject", "Email", "PersonEmail"] {
        // What is no address is no part of one.
        if (other == "Subject" || input.contains('@'))
            && let Some(other) = fields.text(other)
        {
            best = best.min(by_name(match_name(input, &other, false)));
        }
    }
    if !is_person {
        return Some(best);
    }
    if let (person, Some(place)) = split(input)
        && let Some(company) = fields.text("Account.Name").or_else(|| fields.text("Company"))
    {
        // Of two Bobs, the one whose company has just this name.
        let company = match_name(place, &company, false);
        if company < NameMatch::None {
            let company_in_part = company > NameMatch::SameWords;
            best = best.min(Fit { company_in_part, ..by_name(match_name(person, name, true)) });
        }
    }
    // Whoever has the text somewhere within their name is not meant.
    (best.name < NameMatch::Substring).then_some(best)
}

/// The place of a record among others that were found.
pub(crate) fn score(fit: Fit, input: &str, name: Option<&str>, fields: &Fields<'_>) -> Score {
    let is_closed = fields.get(IS_CLOSED.as_str()).is_some_and(|closed| closed.get() == "true");
    let begins = name.is_some_and(|name| lower(name).starts_with(&lower(input)));
    Score { fit, is_closed, begins_otherwise: !begins }
}

/// How a name relates to a text.
pub(crate) fn match_name(input: &str, name: &str, is_person: bool) -> NameMatch {
    let (input, name) = (lower(input.trim()), lower(name.trim()));
    if input == name {
        return NameMatch::Exact;
    }
    let (spoken, held) = (words(&input), words(&name));
    let by_word = spoken.iter().enumerate().map(|(index, word)| {
        if held.contains(word) {
            NameMatch::SomeWords
        } else if index == 0 && is_person && nicknames::of(word).any(|other| held.contains(&other)) {
            NameMatch::Nickname
        } else if held.iter().any(|held| held.starts_with(word)) {
            NameMatch::Prefixes
        } else {
            NameMatch::None
        }
    });
    // The word that fits worst counts; a text without words fits by none.
    match by_word.max().unwrap_or(NameMatch::None) {
        NameMatch::SomeWords if held.iter().all(|word| spoken.contains(word)) => NameMatch::SameWords,
        NameMatch::None if within::holds(&name, &input) => NameMatch::Substring,
        by_words => by_words,
    }
}

/// The words of a name, those of a double name too.
fn words(name: &str) -> Vec<&str> {
    name.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

/// Whether a record goes by what was said: each word is one of its name, or a short form of it.
pub(crate) fn goes_by(input: &str, called: &str) -> bool {
    match_name(input, called, true) <= NameMatch::Nickname
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
        use NameMatch::{Exact, Nickname, None, Prefixes, SameWords, SomeWords, Substring};
        for (closeness, input, name) in [
            (Exact, " acme", "ACME "),
            (Exact, "🚀", "🚀"),
            (SameWords, "Stone, Bob", "Bob Stone"),
            (SameWords, "acme inc", "ACME, Inc."),
            (SomeWords, "bob", "Bob Stone"),
            (SomeWords, "acme", "The Acme"),
            (SomeWords, "ann meier", "Ann Schulz-Meier"),
            (SomeWords, "bob bob", "Bob Stone"),
            (Nickname, "Bob Klein", "Robert Klein"),
            (Prefixes, "bob sto", "Bob Stone"),
            (Prefixes, "bob kl", "Robert Klein"),
            (Prefixes, "rob", "Roberta Stone"),
            (Substring, "ann", "Joanna Stone"),
            (Substring, "🚀", "Rockets 🚀"),
            (None, "klein bob", "Robert Klein"),
            (None, "bob klein", "Bob Stone"),
            (None, "'", "Bob Stone"),
            (None, "Bob", ""),
        ] {
            assert_eq!(match_name(input, name, true), closeness, "{input}: {name}");
        }
    }

    #[test]
    fn scores_and_their_numbers_are_in_one_order() {
        use NameMatch::{Exact, Nickname, None, Prefixes, SameWords, SomeWords, Substring};
        let mut scores = Vec::new();
        for distance in 0..=3 {
            for name in [Exact, SameWords, SomeWords, Nickname, Prefixes, Substring, None] {
                for flags in 0..8 {
                    let fit = Fit { distance, name, company_in_part: flags & 4 > 0 };
                    scores.push(Score { fit, is_closed: flags & 2 > 0, begins_otherwise: flags & 1 > 0 });
                }
            }
        }
        assert!(scores.is_sorted());
        let numbers: Vec<u32> = scores.into_iter().map(u32::from).collect();
        assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
    }

    #[test]
    fn a_record_goes_by_its_words_and_by_short_forms() {
        for input in ["Sam", "sam lee", "LEE", "Samuel Lee"] {
            assert!(goes_by(input, "Sam Lee"), "{input}");
        }
        for input in ["Samantha Fox", "Sa", "", "-", "Jane"] {
            assert!(!goes_by(input, "Sam Lee"), "{input}");
        }
    }
}
