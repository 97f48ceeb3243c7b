//! The sign-in at Salesforce, which happens in another window: this page waits, and goes on by itself.

use std::sync::Arc;

use demo_org::Org;
use salesforce_host::profile::Site;
use serde_json::json;

use super::connect::host_of;
use super::{Answer, Asked, Html, Page, Shared, Step, copied_line, filled, form, outside, tag};
use crate::failure::Failure;
use crate::setup::signing::{Progress, Signing};

impl Shared {
    /// How far the sign-in is.
    pub(super) fn signing(&self, asked: &Asked) -> Answer {
        let state = self.state();
        let Some(signing) = &state.signing else { return Answer::Redirect("/connect".to_owned()) };
        match signing.progress() {
            Progress::Done => Answer::Redirect(format!("/c/{}/?new", signing.wanted.name)),
            Progress::Waiting => self.waiting(asked, signing),
            Progress::Failed => {
                signing.failure(|error| self.refused(asked, signing, error)).unwrap_or_else(|| self.nowhere(asked))
            }
        }
    }

    fn waiting(&self, asked: &Asked, signing: &Signing) -> Answer {
        let texts = asked.language.texts();
        let org = match signing.wanted.site {
            Site::Embedded => texts.demo_org.to_owned(),
            Site::At(ref origin) => host_of(origin.as_str()).to_owned(),
        };
        let open = outside(&signing.url, texts.sign_in_open).set("class", "button main").set("id", "open");
        let waits = tag("p")
            .set("class", "waits")
            .set("role", "status")
            .set("data-poll", self.url("/sign-in/state"))
            .set("data-state", state_word(signing.number, Progress::Waiting))
            .add(tag("span").set("class", "spinner").set("aria-hidden", "true"))
            .add(texts.sign_in_waits);
        let stuck = tag("details")
            .add(tag("summary").add(texts.sign_in_stuck))
            .add(
                tag("p").add(filled(
                    texts.sign_in_stuck_redirect,
                    [("code", tag("code").add("redirect_uri_mismatch").into())],
                )),
            )
            .add(copied_line(texts, "callback", texts.admin_callback, &signing.callback))
            .add(tag("p").add(filled(texts.sign_in_stuck_key, [("code", tag("code").add("invalid_client_id").into())])))
            .add(tag("p").add(texts.sign_in_stuck_else))
            .add(form(&self.url("/sign-in/again")).add(tag("button").add(texts.try_again)));
        let intro = filled(texts.sign_in_intro, [("org", tag("strong").add(org).into())]);
        // Without the script the page looks again by itself too.
        let again = tag("noscript").add(tag("meta").set("http-equiv", "refresh").set("content", "3"));
        Page::new(self, asked, texts.sign_in_title)
            .at(Step::SignIn, None)
            .head(again)
            .add(tag("p").add(intro))
            .add(tag("p").set("class", "actions").add(open))
            .add(waits)
            .add(stuck)
            .add(tag("p").add(tag("a").set("href", self.url("/connect")).add(texts.back_to_org)))
            .ok()
    }

    /// The same in a word, for the script that waits.
    pub(super) fn signing_state(&self) -> Answer {
        let state = self.state();
        let word = state.signing.as_ref().map(|signing| state_word(signing.number, signing.progress()));
        Answer::Json(json!({"state": word.unwrap_or_default()}))
    }

    /// Begins the same sign-in anew.
    pub(super) fn sign_in_again(self: &Arc<Self>, asked: &Asked) -> Result<Answer, Failure> {
        let wanted = self.state().signing.as_ref().map(|signing| signing.wanted.clone());
        let Some(wanted) = wanted else { return Ok(Answer::Redirect("/connect".to_owned())) };
        Signing::begin(self, wanted, asked.language)?;
        Ok(Answer::Redirect("/sign-in".to_owned()))
    }

    /// In the demo org anybody may be the admin.
    pub(super) fn install_in_the_demo(&self) -> Answer {
        Org::change_app(&self.options.org, |app| app.installed = true);
        Answer::Redirect("/sign-in?installed".to_owned())
    }

    /// What the person at the demo org can do in the admin's place.
    pub(super) fn be_the_admin(&self, asked: &Asked) -> Html {
        let texts = asked.language.texts();
        form(&self.url("/sign-in/install"))
            .set("class", "aside")
            .add(tag("p").add(texts.demo_admin))
            .add(tag("button").add(texts.demo_install))
            .into()
    }
}

/// What changes when there is something else to see.
fn state_word(number: u64, progress: Progress) -> String {
    format!("{number} {}", progress.word())
}
