//! The connections there are, and the end of one.

use http::StatusCode;
use salesforce_host::profile::{Profile, ProfileError};

use super::{Answer, Asked, Known, Page, Shared, bad, filled, form, good, tag, tick};
use crate::failure::Failure;

impl Shared {
    /// The list, or the first step where there is nothing to list.
    pub(super) fn home(&self, asked: &Asked) -> Result<Answer, Failure> {
        let texts = asked.language.texts();
        let names = Profile::names(&self.options.config_dir)?;
        if names.is_empty() && !asked.query.has("gone") {
            return Ok(Answer::Redirect("/connect".to_owned()));
        }
        let items = names.iter().map(|name| {
            let item = tag("li").set("class", "card").add(tag("h2").add(name.as_str()));
            match Profile::read(&self.options.config_dir, name) {
                Ok(profile) => {
                    let link = |rest: &str, label: &str| {
                        tag("li").add(tag("a").set("href", self.url(&format!("/c/{name}/{rest}"))).add(label))
                    };
                    let who = filled(
                        texts.home_who,
                        [
                            ("user", tag("strong").add(profile.username.as_str()).into()),
                            ("org", tag("strong").add(profile.origin.to_string()).into()),
                        ],
                    );
                    item.add(tag("p").add(who)).add(
                        tag("ul")
                            .set("class", "links")
                            .add(link("", texts.home_status))
                            .add(link("tools", texts.step_tools))
                            .add(link("instructions", texts.step_instructions))
                            .add(link("finish", texts.step_finish))
                            .add(link("disconnect", texts.disconnect)),
                    )
                }
                Err(error) => item.add(bad(tag("span").set("lang", "en").add(error.to_string()))),
            }
        });
        let gone = asked.query.has("gone").then(|| good(texts.disconnected));
        let more = tag("p")
            .add(tag("a").set("class", "button main").set("href", self.url("/connect")).add(texts.home_connect));
        let page = Page::new(self, asked, texts.home_title).add(gone);
        Ok(page.add(tag("ul").set("class", "cards").all(items)).add(more).ok())
    }

    /// What a disconnection takes along.
    pub(super) fn ask_to_disconnect(&self, asked: &Asked, known: &Known, problem: Option<&str>) -> Answer {
        let texts = asked.language.texts();
        let force = problem.map(|_| tick("force", "yes", false, texts.disconnect_force));
        let ask = form(&known.url(self, "disconnect")).add(force).add(
            tag("p")
                .set("class", "actions")
                .add(tag("button").set("class", "danger").add(texts.disconnect))
                .add(tag("a").set("class", "button").set("href", known.url(self, "")).add(texts.keep)),
        );
        let text = filled(
            texts.disconnect_text,
            [("name", tag("strong").add(known.name.as_str()).into()), ("user", known.profile.username.as_str().into())],
        );
        let problem = problem.map(|text| bad(tag("span").set("lang", "en").add(text)));
        let status = if problem.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
        Page::new(self, asked, texts.disconnect_title).add(problem).add(tag("p").add(text)).add(ask).answer(status)
    }

    /// Revokes and forgets.
    pub(super) fn disconnect(&self, asked: &Asked, known: &Known) -> Result<Answer, Failure> {
        let insists = asked.form.has("force");
        let ended = known.profile.disconnect(&self.options.host, &self.options.config_dir, &known.name, insists);
        if let Err(error @ ProfileError::SignIn(_)) = &ended {
            return Ok(self.ask_to_disconnect(asked, known, Some(&error.to_string())));
        }
        ended?;
        self.state().sessions.remove(&known.name);
        Ok(Answer::Redirect("/?gone".to_owned()))
    }
}
