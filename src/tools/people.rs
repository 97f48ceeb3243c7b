//! Which contact or lead is meant: by id, e-mail address, name or nickname, and where they work. Never a guess.

use super::target::{self, MOST_CANDIDATES, MOST_SIMILAR, Said};
use super::{names, nicknames};
use crate::catalog::Effect;
use crate::error::Error;
use crate::id::RecordId;
use crate::rank::by_rank;
use crate::record::Record;
use crate::session::{Session, Stuck};
use crate::soql::{Comparison, Condition, FieldPath, ObjectName, Select, Text};

const CONTACT: ObjectName = ObjectName::from_static("Contact");
const LEAD: ObjectName = ObjectName::from_static("Lead");
/// What stands between a person and where they work.
const AT: [&str; 3] = [" at ", " from ", " @ "];
/// Names that are looked for at once, nicknames included.
const MOST_NAMES: usize = 8;

/// A person as somebody refers to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Person {
    Id(RecordId),
    Email(String),
    Name {
        name: String,
        /// The company.
        place: Option<String>,
    },
}

impl Person {
    /// Reads the argument `who`.
    pub(super) fn read(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        match RecordId::from_text(text) {
            Ok(id) if ["003", "00Q"].contains(&id.prefix()) => return Ok(Self::Id(id)),
            Ok(id) => {
                let message = format!("the id {id} is neither a contact's nor a lead's; other records go in `what`");
                return Err(Error::field("who", message, Vec::new()));
            }
            Err(reason) if text.contains("://") || (text.len() == 18 && text.starts_with("00")) => {
                return Err(Error::field("who", reason.to_string(), Vec::new()));
            }
            Err(_) => {}
        }
        if text.contains('@') && !text.contains(' ') {
            return Ok(Self::Email(text.to_owned()));
        }
        // Positions in one are positions in the other: only ASCII letters differ.
        let lower = text.to_ascii_lowercase();
        let split = AT.into_iter().find_map(|at| lower.find(at).map(|start| (start, start + at.len())));
        let (name, place) = match split {
            Some((end, start)) => (text[..end].trim(), Some(text[start..].trim())),
            None => (text, None),
        };
        if [Some(name), place].into_iter().flatten().any(|part| part.chars().count() < target::SHORTEST_NAME) {
            let message = "say who: a name of at least two letters, perhaps with the company (\"Bob at Acme\"), an e-mail address or an id";
            return Err(Error::field("who", message, Vec::new()));
        }
        Ok(Self::Name { name: name.to_owned(), place: place.map(str::to_owned) })
    }

    /// Whether it is a lead's id.
    pub(super) fn is_lead(&self) -> bool {
        matches!(self, Self::Id(id) if id.prefix() == "00Q")
    }

    /// Queries for the contacts and leads that may be meant.
    pub(super) fn queries(&self, session: &Session<'_>) -> Result<Vec<Select>, Stuck> {
        let mut queries = Vec::new();
        for (object, company) in [(CONTACT, "Account.Name"), (LEAD, "Company")] {
            let condition = match self {
                Self::Id(id) if (id.prefix() == "00Q") != (object == LEAD) => continue,
                Self::Id(id) => {
                    session.allow_object(&object, Effect::ReadOnly)?;
                    Some(target::is(id))
                }
                _ if session.allow_object(&object, Effect::ReadOnly).is_err() => continue,
                Self::Email(email) => {
                    let email = Text::new(email.as_str());
                    let email = email.map_err(|reason| Error::field("who", reason.to_string(), Vec::new()))?;
                    Some(Condition::compare(FieldPath::from_static("Email"), Comparison::Eq, email))
                }
                Self::Name { name, place } => {
                    let mut any = Vec::new();
                    for name in variants(name).take(MOST_NAMES) {
                        let field = FieldPath::from_static("Name");
                        any.push(Condition::Like { field, pattern: target::pattern(&name, "who")? });
                    }
                    let named = Condition::any(any);
                    let placed = match place {
                        None => None,
                        Some(place) => Some(Condition::Like {
                            field: names::path(company)?,
                            pattern: target::pattern(place, "who")?,
                        }),
                    };
                    Condition::all(named.into_iter().chain(placed))
                }
            };
            // What became of a converted lead is a contact.
            let open = (object == LEAD && !matches!(self, Self::Id(_)))
                .then(|| Condition::compare(FieldPath::from_static("IsConverted"), Comparison::Eq, false));
            if let Some(condition) = Condition::all(condition.into_iter().chain(open)) {
                queries.push(target::telling(session, &object, (condition, MOST_SIMILAR))?);
            }
        }
        if queries.is_empty() {
            session.allow_object(&CONTACT, Effect::ReadOnly)?;
        }
        Ok(queries)
    }

    /// The one person that is meant, or why there is none.
    pub(super) fn choose<'r>(
        &self,
        session: &Session<'_>,
        records: &'r [Record],
        notices: &mut Vec<String>,
    ) -> Result<&'r Record, Error> {
        let ranked = by_rank(records.iter().filter_map(|record| {
            let fit = self.fit(record)?;
            Some((fit, (fit, record)))
        }));
        let best = ranked.first().map_or(0, |(fit, _)| *fit);
        let equals = ranked.iter().filter(|(fit, _)| *fit == best).count();
        // Where there are more than were sent, one that was not sent may fit as well.
        let all_seen = records.len() < MOST_SIMILAR as usize;
        match ranked.as_slice() {
            [] => Err(Error::NotFound {
                message: "nothing was written: no contact or open lead visible to the user is called so; ask the person, or create one first"
                    .to_owned(),
            }),
            [(_, record)] => Ok(record),
            [(_, record), others @ ..] if equals == 1 && best < NEARLY && all_seen => {
                notices.push(format!(
                    "{} other {} less well than the one in `who`",
                    others.len(),
                    if others.len() == 1 { "person fits" } else { "people fit" }
                ));
                Ok(record)
            }
            all => {
                let message = format!(
                    "nothing was written: {} people fit `who`; ask the person which is meant, then call again with the id",
                    all.len()
                );
                let candidates = all.iter().filter_map(|(_, record)| target::candidate(session, record));
                Err(Error::Ambiguous { message, candidates: candidates.take(MOST_CANDIDATES).collect() })
            }
        }
    }

    /// How well a record fits, best first; none if it does not.
    fn fit(&self, record: &Record) -> Option<u32> {
        let Self::Name { name, place } = self else { return Some(0) };
        let fields = record.fields();
        let held = fields.text("Name")?.to_lowercase();
        let variants = variants(name).enumerate();
        let fit = variants.filter_map(|(index, name)| Some((words(&name, &held)?, index))).min();
        let fit = match fit? {
            (Words::Whole, 0) => 0,
            (Words::Equal, 0) => 2,
            (Words::Whole | Words::Equal, _) => NEARLY,
            (Words::Part, 0) => NEARLY + 2,
            (Words::Part, _) => return None,
        };
        // Of two Bobs, the one whose company is called just so.
        let company = fields.text("Account.Name").or_else(|| fields.text("Company"));
        let elsewhere = place.as_deref().is_some_and(|place| Said::of(place, company.as_deref()) != Said::Whole);
        Some(fit + u32::from(elsewhere))
    }
}

/// From here on a record has another name than the one that was said.
const NEARLY: u32 = 4;

/// The name, and the same with what else the first name may be.
fn variants(name: &str) -> impl Iterator<Item = String> {
    let (first, rest) = name.split_once(' ').unwrap_or((name, ""));
    let others = nicknames::of(first).map(move |other| format!("{other} {rest}").trim().to_owned());
    std::iter::once(name.to_owned()).chain(others)
}

/// How the words of a name are found in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Words {
    /// They are all there is.
    Whole,
    /// Each is a word of it.
    Equal,
    /// Its words begin with them.
    Part,
}

fn words(said: &str, held: &str) -> Option<Words> {
    let said = said.to_lowercase();
    let all = |fits: fn(&str, &str) -> bool| parts(&said).all(|word| parts(held).any(|held| fits(held, word)));
    if all(|held, word| held == word) {
        Some(if parts(&said).count() == parts(held).count() { Words::Whole } else { Words::Equal })
    } else {
        all(|held, word| held.starts_with(word)).then_some(Words::Part)
    }
}

/// The words of a name, those of a double name too.
fn parts(name: &str) -> impl Iterator<Item = &str> {
    name.split([' ', '-']).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, name: &str, place: Option<&str>) {
        let expected = Person::Name { name: name.to_owned(), place: place.map(str::to_owned) };
        assert_eq!(Person::read(text).unwrap(), expected);
    }

    #[test]
    fn a_person_is_read_with_where_they_work() {
        check("Bob at Acme", "Bob", Some("Acme"));
        check(" Zoë O'Neil  FROM  Müller & Söhne ", "Zoë O'Neil", Some("Müller & Söhne"));
        check("Bob @ Acme", "Bob", Some("Acme"));
        check("Pat Atwater", "Pat Atwater", None);
        assert_eq!(Person::read("bob@acme.example").unwrap(), Person::Email("bob@acme.example".to_owned()));
        assert!(Person::read("003000000000001").is_ok());
        for text in ["", "B", "Bob at A", "001000000000001", "https://evil.example/003000000000001"] {
            assert!(Person::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_name_said_whole_comes_before_its_words_and_those_before_parts() {
        assert_eq!(words("Bob Stone", "bob stone"), Some(Words::Whole));
        assert_eq!(words("bob", "bob stone"), Some(Words::Equal));
        assert_eq!(words("bob sto", "bob stone"), Some(Words::Part));
        assert_eq!(words("ann meier", "ann schulz-meier"), Some(Words::Equal));
        assert_eq!(words("bob klein", "bob stone"), None);
        assert_eq!(words("ann", "joanna stone"), None);
    }
}
