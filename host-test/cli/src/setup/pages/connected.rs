//! Whose connection it is, to which org, and what it is good for: asked with its own token.

use http::StatusCode;
use salesforce_host::profile::Site;
use salesforce_host::store::StoredTokens;
use salesforce_host::types::WhoAmIReply;

use super::connect::{capital, host_of};
use super::{Answer, Asked, Html, Known, Page, Shared, Step, bad, form, good, list, said, tag};
use crate::failure::Failure;
use crate::setup::texts::Texts;
use crate::summary;

impl Shared {
    /// The page.
    pub(super) fn connected(&self, asked: &Asked, known: &Known) -> Result<Answer, Failure> {
        let texts = asked.language.texts();
        let session = self.session(known)?;
        let page = |title: &str| Page::new(self, asked, title).at(Step::Connected, Some(&known.name));
        let again = |class: &str| {
            form(&known.url(self, "again")).add(tag("button").set("class", class).add(texts.sign_in_again))
        };
        let found = match summary::ask(&session) {
            Ok(found) => found,
            Err(error) => {
                let problem = bad(tag("span").set("lang", "en").add(format!("{}.", capital(&said(&error, &session)))));
                let retry = tag("a").set("class", "button").set("href", known.url(self, "")).add(texts.try_again);
                let actions = tag("div").set("class", "actions").add(again("main")).add(retry);
                let page = page(texts.connected_not).add(problem).add(actions).add(self.others(known, texts));
                return Ok(page.answer(StatusCode::CONFLICT));
            }
        };
        let new = asked.query.has("new").then(|| good(texts.connected_new));
        let next = tag("p")
            .set("class", "actions")
            .add(tag("a").set("class", "button main").set("href", known.url(self, "tools")).add(texts.connected_next));
        let more = tag("details")
            .add(tag("summary").add(texts.connected_more))
            .add(self.kept(known, texts))
            .add(again("other"));
        Ok(page(texts.connected_title).add(new).add(self.facts(known, &found, texts)).add(next).add(more).ok())
    }

    fn facts(&self, known: &Known, found: &WhoAmIReply, texts: &Texts) -> Html {
        let profile = &known.profile;
        let name = if profile.name.is_empty() { profile.username.as_str() } else { profile.name.as_str() };
        let org = match &profile.origin {
            Site::Embedded => texts.demo_org.to_owned(),
            Site::At(origin) => host_of(origin.as_str()).to_owned(),
        };
        let kind = match found.org.sandbox {
            Some(true) => tag("span").set("class", "badge sandbox").add(texts.sandbox),
            Some(false) => tag("span").set("class", "badge").add(texts.production),
            None => tag("span"),
        };
        let mut rows: Vec<(&str, Html)> = Vec::new();
        let mut row = |term, value| rows.push((term, value));
        row(
            texts.fact_user,
            Html::from(tag("strong").add(name))
                .add(" ")
                .add(tag("span").set("class", "soft").add(profile.username.as_str())),
        );
        let company = found.org.name.as_deref().map(|name| tag("strong").add(name));
        row(
            texts.fact_org,
            Html::from(company).add(" ").add(tag("span").set("class", "soft").add(org)).add(" ").add(kind),
        );
        row(texts.fact_read, list(&found.readable, texts.nothing).into());
        row(texts.fact_create, list(&found.creatable, texts.nothing).into());
        row(texts.fact_change, list(&found.editable, texts.nothing).into());
        if let Some(calls) = &found.api_calls {
            let (left, of) = (grouped(calls.left, texts), grouped(calls.allowed, texts));
            row(texts.fact_calls, texts.fact_calls_left.replace("{left}", &left).replace("{of}", &of).into());
        }
        for notice in &found.notices {
            row(texts.fact_note, tag("span").set("lang", "en").add(format!("{}.", capital(notice))).into());
        }
        facts(rows).add(tag("p").set("class", "soft").add(texts.own_rights))
    }

    /// Where what is kept is.
    fn kept(&self, known: &Known, texts: &Texts) -> Html {
        let Known { name, profile, .. } = known;
        let place = match profile.origin {
            Site::Embedded => texts.tokens_none.to_owned(),
            Site::At(_) => StoredTokens::of(&self.options.config_dir, name, &profile.owner()).place(),
        };
        let facts = [
            (texts.kept_name, name.to_string()),
            (texts.kept_tokens, place),
            (texts.kept_settings, known.settings.path().display().to_string()),
        ];
        self::facts(facts.map(|(term, value)| (term, value.into())))
    }

    /// What can be done all the same.
    fn others(&self, known: &Known, texts: &Texts) -> Html {
        tag("p")
            .add(tag("a").set("href", known.url(self, "tools")).add(texts.step_tools))
            .add(" · ")
            .add(tag("a").set("href", known.url(self, "disconnect")).add(texts.disconnect))
            .into()
    }
}

fn facts<'t>(rows: impl IntoIterator<Item = (&'t str, Html)>) -> Html {
    let rows = rows.into_iter().map(|(term, value)| Html::from(tag("dt").add(term)).add(tag("dd").add(value)));
    tag("dl").set("class", "facts").all(rows).into()
}

/// `14,983`, or as the language writes it.
pub(super) fn grouped(number: u32, texts: &Texts) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push_str(texts.thousands);
        }
        grouped.push(digit);
    }
    grouped
}
