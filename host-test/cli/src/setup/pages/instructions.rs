//! The person's own words: for the model, and for what the org has.

use http::StatusCode;
use salesforce_host::settings::{Change, FileError, MAX_INSTRUCTIONS_LENGTH, fingerprint};
use serde_json::json;

use super::connect::capital;
use super::tools::settings_problem;
use super::{Answer, Asked, Html, Known, Page, Shared, Step, bad, field, form, good, hidden, tag};
use crate::failure::Failure;
use crate::setup::texts::Texts;
use crate::setup::words::{Meaning, Unclear, meaning, suggestions};

/// Rows that are empty, to be filled.
const SPARE_ROWS: usize = 2;
/// Most words of one form.
const MAX_ROWS: usize = 200;

/// A word with what it is to mean, and what is wrong with that.
#[derive(Default)]
struct Row {
    word: String,
    means: String,
    wrong: Option<Html>,
}

impl Shared {
    /// The form with what the file says.
    pub(super) fn ask_for_instructions(&self, asked: &Asked, known: &Known) -> Result<Answer, Failure> {
        let texts = asked.language.texts();
        let (text, settings) = match self.settings(known) {
            Ok(read) => read,
            Err(error) => {
                let page = Page::new(self, asked, texts.words_title).at(Step::Instructions, Some(&known.name));
                return Ok(page.add(settings_problem(texts, &error)).answer(StatusCode::CONFLICT));
            }
        };
        let chosen = settings.connection_settings(&self.names);
        let rows = chosen.vocabulary.into_iter().map(|alias| Row {
            means: alias.object.map_or_else(|| alias.name.clone(), |object| format!("{object}.{}", alias.name)),
            word: alias.term,
            wrong: None,
        });
        let instructions = chosen.instructions.unwrap_or_default();
        let saved = asked.query.has("saved").then(|| good(texts.saved));
        Ok(self.instructions_form(
            asked,
            known,
            (&instructions, rows.collect(), &fingerprint(&text)),
            saved.into(),
            StatusCode::OK,
        ))
    }

    fn instructions_form(
        &self,
        asked: &Asked,
        known: &Known,
        (instructions, mut rows, seen): (&str, Vec<Row>, &str),
        word: Html,
        status: StatusCode,
    ) -> Answer {
        let texts = asked.language.texts();
        rows.extend((0..SPARE_ROWS).map(|_| Row::default()));
        let length = instructions.chars().count();
        let area = tag("textarea")
            .set("name", "instructions")
            .set("rows", "6")
            .set("data-count", "count")
            .set("data-most", MAX_INSTRUCTIONS_LENGTH.to_string())
            .set("aria-describedby", "count instructions-help")
            .set("placeholder", texts.words_placeholder)
            .add(format!("\n{instructions}"));
        let count = texts.words_count.replace("{most}", &super::connected::grouped(most(), texts));
        let count = tag("p")
            .set("id", "count")
            .set("class", "soft")
            .set("data-text", &count)
            .add(count.replace("{count}", &length.to_string()));
        let suggest = known.url(self, "fields");
        let body = tag("tbody")
            .set("id", "words")
            .all(rows.iter().enumerate().map(|(at, row)| row_of(texts, at, row, &suggest)));
        let head = tag("tr")
            .add(tag("th").set("scope", "col").add(texts.words_word))
            .add(tag("th").set("scope", "col").add(texts.words_means));
        let table = tag("table").set("class", "words").add(tag("thead").add(head)).add(body);
        let ask = form(&known.url(self, "instructions"))
            .add(hidden("seen", seen))
            .add(field(texts.words_instructions, area))
            .add(count)
            .add(tag("p").set("class", "soft").set("id", "instructions-help").add(texts.words_instructions_help))
            .add(tag("h2").add(texts.words_vocabulary))
            .add(tag("p").add(texts.words_vocabulary_help))
            .add(table)
            .add(
                tag("p")
                    .set("class", "with-script")
                    .flag("hidden", true)
                    .add(tag("button").set("type", "button").set("data-more", "words").add(texts.words_more)),
            )
            .add(
                tag("p").set("class", "actions save").add(tag("button").set("class", "main").add(texts.save_and_go_on)),
            );
        let page = Page::new(self, asked, texts.words_title).at(Step::Instructions, Some(&known.name));
        page.add(word).add(ask).answer(status)
    }

    /// Saves them, if every word stands for something the org has.
    pub(super) fn take_instructions(&self, asked: &Asked, known: &Known) -> Result<Answer, Failure> {
        let texts = asked.language.texts();
        let instructions = asked.form.get("instructions").trim();
        let mut rows: Vec<Row> = asked
            .form
            .all("word")
            .zip(asked.form.all("means"))
            .take(MAX_ROWS)
            .map(|(word, means)| Row { word: word.trim().to_owned(), means: means.trim().to_owned(), wrong: None })
            .filter(|row| !row.word.is_empty() || !row.means.is_empty())
            .collect();
        let unchecked = self.check_words(known, &mut rows, texts)?;
        let seen = asked.form.get("seen");
        if rows.iter().any(|row| row.wrong.is_some()) {
            let word = bad(texts.words_unclear).into();
            return Ok(self.instructions_form(
                asked,
                known,
                (instructions, rows, seen),
                word,
                StatusCode::UNPROCESSABLE_ENTITY,
            ));
        }
        let vocabulary = rows.iter().map(|row| (row.word.clone(), row.means.clone())).collect();
        let changes = [Change::Instructions(instructions.to_owned()), Change::Vocabulary(vocabulary)];
        match known.settings.change_from(seen, &changes, &self.names) {
            Ok(()) if unchecked => Ok(Answer::Redirect(format!("/c/{}/finish?saved&unchecked", known.name))),
            Ok(()) => Ok(Answer::Redirect(format!("/c/{}/finish?saved", known.name))),
            Err(FileError::Changed(_)) => {
                let now = fingerprint(&known.settings.text().map_err(|error| Failure::Host(error.to_string()))?);
                let word = bad(texts.settings_changed).into();
                Ok(self.instructions_form(asked, known, (instructions, rows, &now), word, StatusCode::CONFLICT))
            }
            Err(FileError::Meaning { error, .. }) => {
                let word = bad(tag("span").set("lang", "en").add(capital(&error.problem))).into();
                Ok(self.instructions_form(
                    asked,
                    known,
                    (instructions, rows, seen),
                    word,
                    StatusCode::UNPROCESSABLE_ENTITY,
                ))
            }
            Err(error) => Err(Failure::Host(error.to_string())),
        }
    }

    /// Puts the org's own names in the place of what was typed; true where the org could not be asked about some.
    fn check_words(&self, known: &Known, rows: &mut [Row], texts: &Texts) -> Result<bool, Failure> {
        let session = self.session(known)?;
        let mut unchecked = false;
        for at in 0..rows.len() {
            let (before, rest) = rows.split_at_mut(at);
            let Some(row) = rest.first_mut() else { break };
            row.wrong = if row.word.is_empty() || row.means.is_empty() {
                Some(texts.words_half.into())
            } else if before.iter().any(|other| other.word.eq_ignore_ascii_case(&row.word)) {
                Some(texts.words_twice.into())
            } else {
                match meaning(&session, &row.means) {
                    Ok(found) => {
                        row.means = found.value;
                        None
                    }
                    Err(Unclear::Unknown(near)) => Some(unknown(texts, &near)),
                    // The file's own rule holds all the same.
                    Err(Unclear::NotAsked(_)) => {
                        unchecked = true;
                        None
                    }
                }
            };
        }
        Ok(unchecked)
    }

    /// What fits a text so far, for the script that asks while somebody types.
    pub(super) fn suggest(&self, asked: &Asked, known: &Known) -> Result<Answer, Failure> {
        let session = self.session(known)?;
        // Where the org can't be asked there is nothing to offer, and saving says so.
        let found = suggestions(&session, asked.query.get("text")).unwrap_or_default();
        let list: Vec<_> = found.iter().map(|one| json!({"value": one.value, "label": labelled(one)})).collect();
        Ok(Answer::Json(json!(list)))
    }
}

fn most() -> u32 {
    u32::try_from(MAX_INSTRUCTIONS_LENGTH).unwrap_or(u32::MAX)
}

fn row_of(texts: &Texts, at: usize, row: &Row, suggest: &str) -> Html {
    let (list, problem) = (format!("fields-{at}"), format!("problem-{at}"));
    let word = tag("input")
        .set("name", "word")
        .set("value", &row.word)
        .set("aria-label", texts.words_word)
        .set("autocomplete", "off")
        .set("placeholder", if at == 0 { texts.words_word_example } else { texts.words_word });
    let means = tag("input")
        .set("name", "means")
        .set("value", &row.means)
        .set("aria-label", texts.words_means)
        .set("autocomplete", "off")
        .set("spellcheck", "false")
        .set("list", &list)
        .set("data-fields", suggest)
        .set("placeholder", if at == 0 { texts.words_means_example } else { texts.words_means });
    let means = match &row.wrong {
        Some(_) => means.set("aria-invalid", "true").set("aria-describedby", &problem),
        None => means,
    };
    let wrong = row.wrong.clone().map(|wrong| tag("p").set("class", "wrong").set("id", &problem).add(wrong));
    let cell = tag("td").add(means).add(tag("datalist").set("id", &list)).add(wrong);
    tag("tr").add(tag("td").add(word)).add(cell).into()
}

/// What the org has instead.
fn unknown(texts: &Texts, near: &[Meaning]) -> Html {
    if near.is_empty() {
        return texts.words_unknown.into();
    }
    let near: Vec<String> = near.iter().take(5).map(labelled).collect();
    format!("{} {}", texts.words_unknown_near, near.join(", ")).into()
}

/// `Employees on Account (Account.NumberOfEmployees)`
fn labelled(meaning: &Meaning) -> String {
    match &meaning.object {
        Some(object) => format!("{} \u{2013} {object} ({})", meaning.label, meaning.value),
        None => format!("{} ({})", meaning.label, meaning.value),
    }
}
