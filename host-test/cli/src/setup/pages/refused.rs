//! Why nobody is signed in: what happened, whose move it is, what to click, and what to send to whom.

use salesforce_host::profile::Site;
use salesforce_host::sign_in::SignInError;
use salesforce_host::types::{Actor, Advice, SignInFailure};

use super::connect::{capital, host_of};
use super::{Answer, Asked, Html, Page, Shared, Step, copied, copied_line, filled, form, good, outside, tag};
use crate::setup::signing::Signing;
use crate::setup::texts::Texts;

/// Pages of Setup by what the advice speaks of: <https://help.salesforce.com/s/articleView?id=xcloud.basics_nav_setup.htm>.
const SETUP_PAGES: [(&str, &str, &str); 5] = [
    ("Connected Apps OAuth Usage", "ConnectedAppsUsage", "Connected Apps OAuth Usage"),
    ("Manage Connected Apps", "ConnectedApplication", "Manage Connected Apps"),
    ("API Access Control", "ConnectedAppsUsage", "Connected Apps OAuth Usage"),
    ("API Enabled", "PermSets", "Permission Sets"),
    ("deactivated", "ManageUsers", "Users"),
];

impl Shared {
    /// The page for a sign-in that failed.
    pub(super) fn refused(&self, asked: &Asked, signing: &Signing, error: &SignInError) -> Answer {
        let texts = asked.language.texts();
        let is_installed_now = asked.query.has("installed");
        let (title, main) = match error {
            SignInError::Refused { failure, advice } => self.advised(asked, signing, failure, advice),
            SignInError::TooLate(_) => (texts.refused_user, late(texts, signing)),
            other => (texts.refused_other, other_failure(texts, other)),
        };
        let installed = is_installed_now.then(|| good(texts.demo_installed));
        let again = form(&self.url("/sign-in/again")).add(tag("button").set("class", "main").add(texts.try_again));
        let back = tag("a").set("class", "button").set("href", self.url("/connect")).add(texts.back_to_org);
        Page::new(self, asked, title)
            .at(Step::SignIn, None)
            .add(installed)
            .add(main)
            .add(tag("div").set("class", "actions").add(again).add(back))
            .ok()
    }

    fn advised(
        &self,
        asked: &Asked,
        signing: &Signing,
        failure: &SignInFailure,
        advice: &Advice,
    ) -> (&'static str, Html) {
        let texts = asked.language.texts();
        let title = match advice.actor {
            Actor::User => texts.refused_user,
            Actor::Admin => texts.refused_admin,
            Actor::Platform => texts.refused_platform,
            Actor::Nobody => texts.refused_nobody,
        };
        let what = texts.translated(&advice.message);
        let is_not_installed = advice.message.contains("at the first sign-in to an org");
        let lead = if is_not_installed { texts.not_installed.to_owned() } else { format!("{}.", capital(&what)) };
        let text = tag("p").set("class", "lead").add(lead);
        let setup = self.setup_page(signing, &advice.message);
        let link = setup.as_ref().map(|(url, name)| {
            let label = texts.refused_open_setup.replace("{page}", name);
            tag("p").add(outside(url, &label).set("class", "button"))
        });
        let steps = is_not_installed.then(|| steps(texts.not_installed_steps));
        let message = (advice.actor == Actor::Admin).then(|| {
            let org = match &signing.wanted.site {
                Site::Embedded => texts.demo_org,
                Site::At(origin) => host_of(origin.as_str()),
            };
            let message = texts
                .refused_message
                .replace("{org}", org)
                .replace("{what}", &format!("{}.", capital(&what)))
                .replace("{link}", setup.as_ref().map(|(url, _)| url.as_str()).unwrap_or_default())
                .replace("{said}", &said(failure))
                // Where there is no link, there is no gap.
                .replace("\n\n\n\n", "\n\n");
            copied(texts, "message", texts.refused_message_label, &message)
        });
        let callback = (failure.error == "redirect_uri_mismatch")
            .then(|| copied_line(texts, "callback", texts.admin_callback, &signing.callback));
        let plays_the_admin =
            (is_not_installed && signing.wanted.site == Site::Embedded).then(|| self.be_the_admin(asked));
        let words = filled(texts.refused_says, [("said", tag("code").add(said(failure)).into())]);
        let html = Html::from(text)
            .add(steps)
            .add(link)
            .add(message)
            .add(callback)
            .add(tag("p").set("class", "soft").add(words))
            .add(plays_the_admin);
        (title, html)
    }

    /// Where in the org's Setup the next move is made. A demo org has no Setup.
    fn setup_page(&self, signing: &Signing, advice: &str) -> Option<(String, &'static str)> {
        if signing.origin.is_loopback() {
            return None;
        }
        let (_, page, name) = SETUP_PAGES.iter().find(|(spoken_of, ..)| advice.contains(spoken_of))?;
        Some((format!("{}/lightning/setup/{page}/home", signing.origin), name))
    }
}

fn steps(steps: &[&str]) -> Html {
    tag("ol").set("class", "todo").all(steps.iter().map(|step| tag("li").add(*step))).into()
}

fn said(failure: &SignInFailure) -> String {
    match &failure.description {
        Some(description) => format!("{}: {description}", failure.error),
        None => failure.error.clone(),
    }
}

/// Nobody came back, perhaps since Salesforce said something in its own window.
fn late(texts: &Texts, signing: &Signing) -> Html {
    Html::from(tag("p").set("class", "lead").add(texts.refused_late)).add(copied_line(
        texts,
        "callback",
        texts.admin_callback,
        &signing.callback,
    ))
}

fn other_failure(texts: &Texts, error: &SignInError) -> Html {
    let text = match error {
        SignInError::NoAnswer(_) => texts.refused_no_answer,
        SignInError::Unreadable(_) => texts.refused_unreadable,
        SignInError::Taken(_) => texts.refused_taken,
        SignInError::Stopped => texts.refused_stopped,
        _ => texts.refused_unknown,
    };
    let exact = tag("code").set("lang", "en").add(error.to_string());
    Html::from(tag("p").set("class", "lead").add(text)).add(tag("p").set("class", "soft").add(exact))
}
