//! The last step: telling an agent of the connection, and trying it out.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use salesforce_host::profile::Profile;
use salesforce_host::types::{ConnectionSettings, Effect};
use salesforce_host::{CallError, HostError};
use serde_json::json;

use super::{Answer, Asked, Html, Known, Page, Shared, Step, bad, copied, field, filled, form, good, hidden, tag};
use crate::failure::Failure;
use crate::render::{self, Style};
use crate::setup::clients::{Client, Line, Plan, Problem, Start, clients};
use crate::setup::texts::Texts;
use salesforce_host::settings::fingerprint;

/// What the last form of this page came to, which the page itself then shows: it can be loaded again, and gone back to.
#[derive(Clone)]
pub(in crate::setup) enum Came {
    /// A file was written.
    Written(&'static str),
    /// A file was not.
    Not(String),
    /// Something was tried out.
    Tried(Box<Tried>),
}

/// A call that somebody tried, with what it took.
#[derive(Clone)]
pub(in crate::setup) struct Tried {
    typed: String,
    tool: &'static str,
    arguments: String,
    /// Requests to Salesforce; absent where nothing could be asked.
    requests: Option<u32>,
    answer: Result<String, String>,
}

impl Shared {
    /// The page.
    pub(super) fn finish(&self, asked: &Asked, known: &Known) -> Result<Answer, Failure> {
        let texts = asked.language.texts();
        let last = self.state().came.clone().filter(|(name, _)| *name == known.name && asked.query.has("came"));
        let came = last.map(|(_, came)| came);
        let saved = asked.query.has("saved").then(|| good(texts.saved));
        let unchecked = asked.query.has("unchecked").then(|| bad(texts.words_unchecked));
        let (word, tried) = match came {
            None => (None, None),
            Some(Came::Written(name)) => (Some(good(&texts.finish_written.replace("{client}", name))), None),
            Some(Came::Not(problem)) => {
                let exact = tag("code").set("lang", "en").add(problem);
                (Some(bad(filled(texts.finish_not_written, [("problem", exact.into())]))), None)
            }
            Some(Came::Tried(tried)) => (None, Some(tried)),
        };
        let start = self.start(known);
        let known_clients = self.options.home.as_deref().map(clients).unwrap_or_default();
        let (there, absent): (Vec<_>, Vec<_>) = known_clients
            .into_iter()
            .map(|client| (client.plan(&start), client))
            .partition(|(plan, _)| *plan != Err(Problem::NotThere));
        let cards = there.iter().map(|(plan, client)| self.card(known, client, plan, texts));
        let cards = if there.is_empty() {
            tag("p").add(texts.finish_none)
        } else {
            tag("div").set("class", "cards").all(cards)
        };
        let absent: Vec<&str> = absent.iter().map(|(_, client)| client.name).collect();
        let absent = (!absent.is_empty())
            .then(|| tag("p").set("class", "soft").add(texts.finish_absent.replace("{clients}", &absent.join(", "))));
        // It waits for the only connection there is.
        let is_agents = self.options.is_for_agent && Profile::names(&self.options.config_dir)?.len() == 1;
        let page = Page::new(self, asked, texts.finish_title)
            .at(Step::Finish, Some(&known.name))
            .add(saved)
            .add(unchecked)
            .add(word)
            .add(is_agents.then(|| good(texts.finish_for_agent)));
        Ok(page
            .add(tag("h2").set("id", "agents").add(texts.finish_agents))
            .add(tag("p").add(texts.finish_agents_text))
            .add(cards)
            .add(absent)
            .add(others(&start, texts))
            .add(tag("p").set("class", "lead").add(texts.finish_test))
            .add(self.try_form(known, tried.as_deref(), texts))
            .ok())
    }

    fn start(&self, known: &Known) -> Start {
        let home =
            std::env::var_os("SALESFORCE_PLUGIN_HOME").is_some().then(|| self.options.config_dir.root().to_owned());
        Start { program: self.options.program.clone(), connection: known.name.to_string(), home }
    }

    fn card(&self, known: &Known, client: &Client, plan: &Result<Plan, Problem>, texts: &Texts) -> Html {
        let card = tag("section")
            .set("class", "card")
            .add(tag("h3").add(client.name))
            .add(tag("p").set("class", "soft path").add(client.path.display().to_string()));
        match plan {
            Ok(plan) if plan.is_done() => card.add(good(texts.finish_done)).into(),
            Ok(plan) => {
                let write = texts.finish_write.replace("{client}", client.name);
                let ask = form(&known.url(self, "finish"))
                    .add(hidden("client", client.id))
                    .add(hidden("seen", &fingerprint(&plan.before)))
                    .add(tag("p").add(tag("button").set("class", "main").add(write)));
                let shown = tag("details").add(tag("summary").add(texts.finish_change)).add(difference(plan, texts));
                card.add(shown).add(ask).into()
            }
            Err(Problem::File(problem)) => {
                card.add(bad(tag("span").set("lang", "en").add(problem))).add(tag("p").add(texts.finish_by_hand)).into()
            }
            Err(Problem::NotThere) => card.into(),
        }
    }

    /// Writes the file of an agent, if it is still the one that was shown.
    pub(super) fn write_client(&self, asked: &Asked, known: &Known) -> Result<Answer, Failure> {
        let texts = asked.language.texts();
        let known_clients = self.options.home.as_deref().map(clients).unwrap_or_default();
        let Some(client) = known_clients.into_iter().find(|client| client.id == asked.form.get("client")) else {
            return Ok(self.nowhere(asked));
        };
        let written = client.plan(&self.start(known)).and_then(|plan| {
            if fingerprint(&plan.before) != asked.form.get("seen") {
                return Err(Problem::File(texts.settings_changed.to_owned()));
            }
            client.write(&plan)
        });
        let came = match written {
            Ok(()) => Came::Written(client.name),
            Err(Problem::File(problem)) => Came::Not(problem),
            Err(Problem::NotThere) => Came::Not(client.path.display().to_string()),
        };
        Ok(self.came(known, came, ""))
    }

    /// Shows what something came to, on the page itself.
    fn came(&self, known: &Known, came: Came, place: &str) -> Answer {
        self.state().came = Some((known.name.clone(), came));
        Answer::Redirect(format!("/c/{}/finish?came{place}", known.name))
    }

    fn try_form(&self, known: &Known, tried: Option<&Tried>, texts: &Texts) -> Html {
        let input = tag("input")
            .set("name", "text")
            .set("value", tried.map_or("", |tried| &tried.typed))
            .set("placeholder", texts.try_example)
            .set("autocomplete", "off")
            .flag("required", true);
        let ask = form(&known.url(self, "try"))
            .set("class", "try")
            .add(field(texts.try_label, input))
            .add(tag("button").add(texts.try_button));
        let examples = tag("p").set("class", "soft").add(texts.try_help);
        Html::from(tag("h2").add(texts.try_title)).add(ask).add(examples).add(tried.map(|tried| shown(tried, texts)))
    }

    /// Tries something out, which never writes.
    pub(super) fn try_out(&self, asked: &Asked, known: &Known) -> Result<Answer, Failure> {
        let typed = asked.form.get("text").trim().to_owned();
        let (tool, arguments) = planned(&typed);
        let tried = match self.settings(known) {
            Ok((_, settings)) => {
                // As an agent would be held to the settings, and to reading besides.
                let (connection, chosen) = (self.connection(known)?, settings.connection_settings(&self.names));
                connection.set_settings(ConnectionSettings { read_only: true, ..chosen });
                let session = self.options.host.session(connection);
                let requests = Arc::new(AtomicU32::new(0));
                let counted = Arc::clone(&requests);
                let session = session.reporting(move |request| counted.store(request, Ordering::SeqCst));
                let answer = match session.call_json(tool, &arguments) {
                    Ok(reply) => Ok(render::reply(tool, &reply, Style::Terminal)),
                    Err(CallError::Tool(error)) => Err(render::error(&error, Some(Effect::ReadOnly), Style::Terminal)),
                    Err(CallError::Host(error)) => Err(HostError::to_string(&error)),
                };
                let sent = requests.load(Ordering::SeqCst);
                Tried { typed, tool, arguments, requests: Some(sent), answer }
            }
            Err(error) => Tried { typed, tool, arguments, requests: None, answer: Err(error.to_string()) },
        };
        Ok(self.came(known, Came::Tried(Box::new(tried)), "#tried"))
    }
}

/// The call that what somebody types stands for: a statement, a list of what is new, or a name to find.
fn planned(typed: &str) -> (&'static str, String) {
    let lower = typed.to_lowercase();
    if lower.starts_with("select ") {
        return ("salesforce_query", json!({"soql": typed, "limit": 10}).to_string());
    }
    let new = ["recently created ", "newest ", "new ", "neueste ", "neue "];
    let objects = [
        ("account", "Account"),
        ("firm", "Account"),
        ("contact", "Contact"),
        ("kontakt", "Contact"),
        ("lead", "Lead"),
        ("opportunit", "Opportunity"),
        ("deal", "Opportunity"),
        ("case", "Case"),
        ("ticket", "Case"),
    ];
    let rest = new.iter().find_map(|word| lower.split_once(word)).map(|(_, rest)| rest);
    if let Some((_, object)) = rest.and_then(|rest| objects.iter().find(|(word, _)| rest.starts_with(word))) {
        let name = if *object == "Case" { "CaseNumber, Subject" } else { "Name" };
        let soql = format!("SELECT {name}, CreatedDate FROM {object} ORDER BY CreatedDate DESC");
        return ("salesforce_query", json!({"soql": soql, "limit": 10}).to_string());
    }
    let text = ["find ", "finde ", "show ", "zeige "]
        .iter()
        .find_map(|word| lower.strip_prefix(word).and_then(|_| typed.get(word.len()..)));
    ("salesforce_find", json!({"text": text.unwrap_or(typed)}).to_string())
}

fn shown(tried: &Tried, texts: &Texts) -> Html {
    let requests = match tried.requests {
        Some(1) => texts.try_one_request.to_owned(),
        Some(count) => texts.try_requests.replace("{count}", &count.to_string()),
        None => String::new(),
    };
    let answer = match &tried.answer {
        Ok(text) => tag("pre").set("lang", "en").set("tabindex", "0").add(format!("\n{text}")),
        Err(text) => tag("pre").set("lang", "en").set("tabindex", "0").set("class", "wrong").add(format!("\n{text}")),
    };
    let plan = tag("p").add(tag("code").add(format!("{} {}", tried.tool, tried.arguments)));
    tag("section")
        .set("id", "tried")
        .set("class", "card")
        .set("aria-live", "polite")
        .add(tag("h3").add(texts.try_plan))
        .add(plan)
        .add(tag("p").set("class", "soft").add(requests))
        .add(tag("h3").add(texts.try_answer))
        .add(answer)
        .into()
}

/// The lines of a change, as such also for those who see no colours.
fn difference(plan: &Plan, texts: &Texts) -> Html {
    let lines = plan.lines().into_iter().map(|line| {
        let mut text = String::new();
        let (class, name, mark, rest) = match line {
            Line::Same(text) => ("same", "span", ' ', text),
            Line::Gone(text) => ("gone", "del", '-', text),
            Line::New(text) => ("new", "ins", '+', text),
            Line::More => ("same", "span", ' ', "…"),
        };
        // Writing to memory can't fail.
        let _ = writeln!(text, "{mark} {rest}");
        tag(name).set("class", class).add(text)
    });
    tag("pre").set("class", "difference").set("tabindex", "0").set("aria-label", texts.finish_change).all(lines).into()
}

/// What every other agent is told.
fn others(start: &Start, texts: &Texts) -> Html {
    tag("details")
        .add(tag("summary").add(texts.finish_others))
        .add(tag("h3").add("Claude Code"))
        .add(copied(texts, "claude-code", texts.finish_command, &start.claude_code()))
        .add(tag("h3").add(texts.finish_any))
        .add(copied(texts, "snippet", texts.finish_json, &start.snippet()))
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_becomes_a_call_that_reads() {
        for (typed, tool, part) in [
            ("find recently created accounts", "salesforce_query", "FROM Account ORDER BY CreatedDate DESC"),
            ("newest cases", "salesforce_query", "CaseNumber, Subject"),
            ("finde neue Kontakte", "salesforce_query", "FROM Contact"),
            ("SELECT Name FROM Lead", "salesforce_query", "\"SELECT Name FROM Lead\""),
            ("Acme", "salesforce_find", "{\"text\":\"Acme\"}"),
            ("Find Acme", "salesforce_find", "{\"text\":\"Acme\"}"),
            ("new idea", "salesforce_find", "{\"text\":\"new idea\"}"),
            ("\"}{", "salesforce_find", "\\\"}{"),
        ] {
            let (found, arguments) = planned(typed);
            assert_eq!(found, tool, "{typed}");
            assert!(arguments.contains(part), "{arguments}");
            assert!(serde_json::from_str::<serde_json::Value>(&arguments).is_ok());
        }
    }
}
