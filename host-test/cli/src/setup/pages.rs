//! The pages: one file for each step, and what all of them have around themselves.

mod connect;
mod connected;
pub(super) mod finish;
mod home;
mod instructions;
mod refused;
mod sign_in;
mod tools;

use std::sync::Arc;

use http::{Method, StatusCode};
use salesforce_host::config_dir::ConnectionName;
use salesforce_host::profile::{Profile, Site};
use salesforce_host::settings::SettingsFile;
use salesforce_host::{CallError, Connection, HostError, Session};

use super::html::{Html, Tag, filled, tag};
use super::texts::{LANGUAGES, Language, Texts};
use super::{Answer, Asked, Shared};
use crate::demo::Demo;
use crate::failure::Failure;
use crate::open::opened;

/// The steps of a new connection, as far as they are pages of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Org,
    SignIn,
    Connected,
    Tools,
    Instructions,
    Finish,
}

impl Step {
    const ALL: [Self; 6] = [Self::Org, Self::SignIn, Self::Connected, Self::Tools, Self::Instructions, Self::Finish];

    fn name(self, texts: &Texts) -> &'static str {
        match self {
            Self::Org => texts.step_org,
            Self::SignIn => texts.step_sign_in,
            Self::Connected => texts.step_connected,
            Self::Tools => texts.step_tools,
            Self::Instructions => texts.step_instructions,
            Self::Finish => texts.step_finish,
        }
    }

    /// Where it is, once there is a connection.
    fn path(self, name: Option<&ConnectionName>) -> Option<String> {
        let part = match self {
            Self::Org | Self::SignIn => return None,
            Self::Connected => "",
            Self::Tools => "tools",
            Self::Instructions => "instructions",
            Self::Finish => "finish",
        };
        Some(format!("/c/{}/{part}", name?))
    }
}

/// One page in the making.
struct Page<'s> {
    shared: &'s Shared,
    language: Language,
    title: String,
    step: Option<Step>,
    name: Option<ConnectionName>,
    head: Html,
    main: Html,
}

impl<'s> Page<'s> {
    fn new(shared: &'s Shared, asked: &Asked, title: impl Into<String>) -> Self {
        let (head, main) = (Html::default(), Html::default());
        Self { shared, language: asked.language, title: title.into(), step: None, name: None, head, main }
    }

    /// Where in the course of a new connection it stands.
    fn at(mut self, step: Step, name: Option<&ConnectionName>) -> Self {
        self.step = Some(step);
        self.name = name.cloned();
        self
    }

    fn add(mut self, part: impl Into<Html>) -> Self {
        self.main = self.main.add(part);
        self
    }

    fn head(mut self, part: impl Into<Html>) -> Self {
        self.head = self.head.add(part);
        self
    }

    fn answer(self, status: StatusCode) -> Answer {
        let texts = self.language.texts();
        let (base, step, name) = (|path: &str| self.shared.url(path), self.step, self.name.as_ref());
        let languages = LANGUAGES.into_iter().filter(|one| *one != self.language).map(|one| {
            tag("button")
                .set("name", "to")
                .set("value", one.code())
                .set("lang", one.code())
                .set("class", "plain")
                .add(one.name())
        });
        let here = match (step.and_then(|step| step.path(name)), step) {
            (Some(path), _) => path,
            (None, Some(Step::SignIn)) => "/sign-in".to_owned(),
            (None, Some(_)) => "/connect".to_owned(),
            (None, None) => "/".to_owned(),
        };
        let header = tag("header")
            .add(tag("a").set("class", "brand").set("href", base("/")).add(texts.brand))
            .add(form(&base("/language")).set("class", "language").add(hidden("from", &here)).all(languages));
        let steps = step.map(|now| steps(texts, now, name, &base));
        let main = tag("main").set("id", "main").add(tag("h1").add(&self.title)).add(self.main);
        let footer = tag("footer")
            .add(tag("p").add(texts.footer))
            .add(form(&base("/end")).add(tag("button").set("class", "plain").add(texts.close)));
        let body = tag("body")
            .add(tag("a").set("class", "skip").set("href", "#main").add(texts.skip))
            .add(header)
            .add(steps)
            .add(main)
            .add(footer);
        Answer::Page(status, document(self.language, &self.title, self.head, body.into()))
    }

    fn ok(self) -> Answer {
        self.answer(StatusCode::OK)
    }
}

fn steps(texts: &Texts, now: Step, name: Option<&ConnectionName>, base: &impl Fn(&str) -> String) -> Tag {
    let items = Step::ALL.into_iter().map(|step| {
        let label = tag("span").add(step.name(texts));
        let item = tag("li");
        if step == now {
            item.set("aria-current", "step").set("class", "now").add(label)
        } else {
            let class = if step < now { "done" } else { "later" };
            match step.path(name) {
                Some(path) => item.set("class", class).add(tag("a").set("href", base(&path)).add(label)),
                None => item.set("class", class).add(label),
            }
        }
    });
    tag("nav").set("class", "steps").set("aria-label", texts.steps).add(tag("ol").all(items))
}

fn document(language: Language, title: &str, head: Html, body: Html) -> Html {
    let head = tag("head")
        .add(tag("meta").set("charset", "utf-8"))
        .add(tag("meta").set("name", "viewport").set("content", "width=device-width,initial-scale=1"))
        .add(tag("meta").set("name", "color-scheme").set("content", "light dark"))
        .add(tag("title").add(format!("{title} \u{2013} {}", language.texts().brand)))
        .add(tag("link").set("rel", "stylesheet").set("href", "/style.css"))
        .add(tag("link").set("rel", "icon").set("href", "data:,"))
        .add(head)
        .add(tag("script").set("src", "/page.js").flag("defer", true));
    tag("html").set("lang", language.code()).add(head).add(body).into()
}

/// What whoever is not in sees: the script there brings the code, or the person does.
pub(super) fn door(language: Language, refused: bool) -> Html {
    let texts = language.texts();
    let notice = refused.then(|| tag("p").set("class", "notice bad").set("role", "alert").add(texts.door_refused));
    let form = tag("form")
        .set("method", "post")
        .set("action", "/open")
        .set("id", "door")
        .add(field(
            texts.door_code,
            tag("input").set("id", "code").set("name", "code").set("autocomplete", "off").flag("required", true),
        ))
        .add(tag("p").add(tag("button").set("class", "main").add(texts.door_open)));
    let main = tag("main")
        .set("id", "main")
        .add(tag("h1").add(texts.door_title))
        .add(notice)
        .add(tag("p").add(texts.door_text))
        .add(form);
    document(language, texts.door_title, Html::default(), tag("body").set("class", "alone").add(main).into())
}

/// What whoever brings the code for a second time sees.
pub(super) fn shut(language: Language) -> Html {
    let texts = language.texts();
    let main = tag("main").set("id", "main").add(tag("h1").add(texts.shut_title)).add(tag("p").add(texts.shut_text));
    document(language, texts.shut_title, Html::default(), tag("body").set("class", "alone").add(main).into())
}

// ---- parts ----

/// A form that is sent to an address of this server.
fn form(action: &str) -> Tag {
    tag("form").set("method", "post").set("action", action)
}

fn hidden(name: &str, value: &str) -> Tag {
    tag("input").set("type", "hidden").set("name", name).set("value", value)
}

/// A label over what it is for.
fn field(label: &str, input: Tag) -> Html {
    let label = tag("label").set("class", "over").add(tag("span").add(label)).add(input);
    label.into()
}

/// A box to tick, with its label beside it.
fn tick(name: &'static str, value: &str, on: bool, label: impl Into<Html>) -> Tag {
    tag("label")
        .set("class", "tick")
        .add(tag("input").set("type", "checkbox").set("name", name).set("value", value).flag("checked", on))
        .add(tag("span").add(label))
}

fn good(text: &str) -> Tag {
    tag("p").set("class", "notice good").set("role", "status").add(text)
}

fn bad(text: impl Into<Html>) -> Tag {
    tag("p").set("class", "notice bad").set("role", "alert").add(text)
}

/// About how many characters a line of a field has.
const COLUMNS: usize = 75;

/// A text to copy, with the button for it, which the script shows.
fn copied(texts: &Texts, id: &str, label: &str, text: &str) -> Html {
    let rows = text.lines().map(|line| line.chars().count() / COLUMNS + 1).sum::<usize>().clamp(2, 18).to_string();
    let area = tag("textarea").set("id", id).set("rows", rows).flag("readonly", true).add(format!("\n{text}"));
    field(label, area).add(copy_button(texts, id))
}

fn copied_line(texts: &Texts, id: &str, label: &str, text: &str) -> Html {
    let line = tag("input").set("id", id).set("value", text).flag("readonly", true);
    field(label, line).add(copy_button(texts, id))
}

fn copy_button(texts: &Texts, id: &str) -> Tag {
    tag("p").set("class", "with-script").flag("hidden", true).add(
        tag("button")
            .set("type", "button")
            .set("data-copy", id)
            .set("data-done", texts.copied)
            .set("aria-live", "polite")
            .add(texts.copy),
    )
}

/// A link into Salesforce, which gets to know nothing of this page.
fn outside(url: &str, label: &str) -> Tag {
    tag("a").set("href", url).set("target", "_blank").set("rel", "noopener noreferrer").add(label)
}

/// Names in a sentence.
fn list(names: &[String], none: &str) -> String {
    if names.is_empty() { none.to_owned() } else { names.join(", ") }
}

// ---- which page ----

impl Shared {
    /// The page for a request.
    pub(super) fn page(self: &Arc<Self>, asked: &Asked) -> Answer {
        let segments: Vec<&str> = asked.path.split('/').skip(1).collect();
        let answer = match (&asked.method, segments.as_slice()) {
            (&Method::GET, [""]) => self.home(asked),
            (&Method::GET, ["connect"]) => self.ask_for_org(asked),
            (&Method::POST, ["connect"]) => self.take_org(asked),
            (&Method::GET, ["check"]) => Ok(self.check(asked)),
            (&Method::GET, ["admin"]) => self.for_the_admin(asked),
            (&Method::GET, ["sign-in"]) => Ok(self.signing(asked)),
            (&Method::GET, ["sign-in", "state"]) => Ok(self.signing_state()),
            (&Method::POST, ["sign-in", "again"]) => self.sign_in_again(asked),
            (&Method::POST, ["sign-in", "install"]) => Ok(self.install_in_the_demo()),
            (&Method::POST, ["language"]) => Ok(self.change_language(asked)),
            (&Method::POST, ["end"]) => Ok(self.end(asked)),
            (method, ["c", name, rest @ ..]) => match name.parse() {
                Ok(name) => self.of_connection(asked, method, &name, rest),
                Err(_) => Ok(self.nowhere(asked)),
            },
            _ => Ok(self.nowhere(asked)),
        };
        answer.unwrap_or_else(|failure| self.failed(asked, &failure))
    }

    fn of_connection(
        self: &Arc<Self>,
        asked: &Asked,
        method: &Method,
        name: &ConnectionName,
        rest: &[&str],
    ) -> Result<Answer, Failure> {
        let known = Known::read(self, name)?;
        match (method, rest) {
            (&Method::GET, [""]) => self.connected(asked, &known),
            (&Method::POST, ["again"]) => self.connect_again(asked, &known),
            (&Method::GET, ["tools"]) => self.choose_tools(asked, &known, None),
            (&Method::POST, ["tools"]) => self.take_tools(asked, &known),
            (&Method::GET, ["instructions"]) => self.ask_for_instructions(asked, &known),
            (&Method::POST, ["instructions"]) => self.take_instructions(asked, &known),
            (&Method::GET, ["fields"]) => self.suggest(asked, &known),
            (&Method::GET, ["finish"]) => self.finish(asked, &known),
            (&Method::POST, ["finish"]) => self.write_client(asked, &known),
            (&Method::POST, ["try"]) => self.try_out(asked, &known),
            (&Method::GET, ["disconnect"]) => Ok(self.ask_to_disconnect(asked, &known, None)),
            (&Method::POST, ["disconnect"]) => self.disconnect(asked, &known),
            _ => Ok(self.nowhere(asked)),
        }
    }

    fn nowhere(&self, asked: &Asked) -> Answer {
        let texts = asked.language.texts();
        let back = tag("p").add(tag("a").set("href", self.url("/")).add(texts.back_home));
        Page::new(self, asked, texts.nowhere_title).add(back).answer(StatusCode::NOT_FOUND)
    }

    /// What is wrong with the files or the machine: the program's own sentence about it.
    fn failed(&self, asked: &Asked, failure: &Failure) -> Answer {
        let texts = asked.language.texts();
        let said = tag("span").set("lang", "en").add(failure.to_string());
        let back = tag("p").add(tag("a").set("href", self.url("/")).add(texts.back_home));
        Page::new(self, asked, texts.failed_title).add(bad(said)).add(back).answer(StatusCode::CONFLICT)
    }

    fn change_language(&self, asked: &Asked) -> Answer {
        let chosen = LANGUAGES.into_iter().find(|one| one.code() == asked.form.get("to"));
        if chosen.is_some() {
            self.state().language = chosen;
        }
        // Back to one of the pages, and nowhere else.
        let from = asked.form.get("from");
        let plain = |one: char| one.is_ascii_alphanumeric() || "/-_".contains(one);
        let back = if from.starts_with('/') && from.chars().all(plain) { from } else { "/" };
        Answer::Redirect(back.to_owned())
    }

    fn end(&self, asked: &Asked) -> Answer {
        self.ended.notify_one();
        let texts = asked.language.texts();
        let main =
            tag("main").set("id", "main").add(tag("h1").add(texts.ended_title)).add(tag("p").add(texts.ended_text));
        let body = tag("body").set("class", "alone").add(main);
        Answer::Page(StatusCode::OK, document(asked.language, texts.ended_title, Html::default(), body.into()))
    }

    /// A session of a connection, the same one for as long as the connection is.
    fn session(&self, known: &Known) -> Result<Session, Failure> {
        if let Some((profile, session)) = self.state().sessions.get(&known.name)
            && *profile == known.profile
        {
            return Ok(session.clone());
        }
        let session = self.options.host.session(self.connection(known)?);
        self.state().sessions.insert(known.name.clone(), (known.profile.clone(), session.clone()));
        Ok(session)
    }

    fn connection(&self, known: &Known) -> Result<Connection, Failure> {
        let Known { name, profile, .. } = known;
        let org = &self.options.org;
        match (&profile.origin, org.user_named(&profile.username)) {
            (Site::Embedded, Some(user)) => Ok(Demo::connection_at_pace(org, &user, self.options.pace)?),
            _ => opened(profile, &self.options.host, &self.options.config_dir, name),
        }
    }
}

/// A connection there is, with its settings.
struct Known {
    name: ConnectionName,
    profile: Profile,
    settings: SettingsFile,
}

impl Known {
    fn read(shared: &Shared, name: &ConnectionName) -> Result<Self, Failure> {
        let config_dir = &shared.options.config_dir;
        let profile = Profile::read(config_dir, name)?;
        Ok(Self { name: name.clone(), profile, settings: SettingsFile::of(&config_dir.connection(name)) })
    }

    /// An address below that of this connection.
    fn url(&self, shared: &Shared, rest: &str) -> String {
        shared.url(&format!("/c/{}/{rest}", self.name))
    }
}

/// What a call that failed has to say.
fn said(error: &CallError, session: &Session) -> String {
    let mut text = match error {
        CallError::Tool(error) => error.message.clone(),
        CallError::Host(error) => HostError::to_string(error),
    };
    if let Some(why) = session.connection().last_refresh_error() {
        text = format!("{text} ({why})");
    }
    text
}
