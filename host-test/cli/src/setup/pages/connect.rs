//! Which org, and which app: whatever address of the org a person has at hand.

use std::sync::Arc;

use http::StatusCode;
use salesforce_host::config_dir::ConnectionName;
use salesforce_host::profile::{Profile, Site};
use serde_json::json;

use super::{Answer, Asked, Html, Known, Page, Shared, Step, bad, copied, copied_line, field, filled, form, tag};
use crate::app::{Config, is_consumer_key, site};
use crate::failure::Failure;
use crate::open::DEMO;
use crate::setup::signing::{Signing, Wanted};
use crate::setup::texts::Texts;

/// Most connections to orgs of the same name.
const MAX_NAMES: usize = 100;

/// What of the form is wrong.
#[derive(Default)]
struct Wrong {
    domain: Option<String>,
    key: Option<String>,
    name: Option<String>,
    other: Option<String>,
}

impl Shared {
    /// The form.
    pub(super) fn ask_for_org(&self, asked: &Asked) -> Result<Answer, Failure> {
        self.org_form(asked, &Wrong::default(), StatusCode::OK)
    }

    fn org_form(&self, asked: &Asked, wrong: &Wrong, status: StatusCode) -> Result<Answer, Failure> {
        let texts = asked.language.texts();
        let (typed, config) = (&asked.form, Config::read(&self.options.config_dir)?);
        let input = tag("input")
            .set("id", "domain")
            .set("name", "domain")
            .set("value", typed.get("domain"))
            .set("placeholder", "acme.my.salesforce.com")
            .set("autocomplete", "off")
            .set("autocapitalize", "none")
            .set("spellcheck", "false")
            .set("aria-describedby", "domain-means domain-help")
            .set("data-check", self.url("/check"))
            .flag("autofocus", true)
            .flag("required", true);
        let means = tag("p").set("id", "domain-means").set("class", "means").set("aria-live", "polite");
        let means = match &wrong.domain {
            Some(problem) => means.set("class", "means wrong").add(problem),
            None => means,
        };
        let help = tag("details")
            .add(tag("summary").add(texts.org_where))
            .add(tag("p").set("id", "domain-help").add(texts.org_where_text));
        let has_key = config.consumer_key(None, None).is_some();
        let key = (!has_key || wrong.key.is_some()).then(|| self.key_field(asked, wrong));
        let name = tag("details")
            .flag("open", wrong.name.is_some())
            .add(tag("summary").add(texts.org_name_summary))
            .add(field(
                texts.org_name,
                tag("input")
                    .set("name", "name")
                    .set("value", typed.get("name"))
                    .set("autocomplete", "off")
                    .set("maxlength", "40"),
            ))
            .add(tag("p").set("class", "soft").add(texts.org_name_help))
            .add(wrong.name.as_deref().map(bad));
        let ask = form(&self.url("/connect"))
            .add(field(texts.org_label, input))
            .add(means)
            .add(help)
            .add(key)
            .add(name)
            .add(tag("p").set("class", "actions").add(tag("button").set("class", "main").add(texts.go_on)));
        let demo = form(&self.url("/connect"))
            .set("class", "aside")
            .add(tag("p").add(texts.org_demo))
            .add(tag("button").set("name", "domain").set("value", DEMO).add(texts.org_demo_button));
        let page = Page::new(self, asked, texts.org_title).at(Step::Org, None);
        let page = page
            .add(tag("p").add(texts.org_intro))
            .add(wrong.other.as_deref().map(|text| bad(tag("span").set("lang", "en").add(text))));
        Ok(page.add(ask).add(demo).answer(status))
    }

    fn key_field(&self, asked: &Asked, wrong: &Wrong) -> Html {
        let texts = asked.language.texts();
        let input = tag("input")
            .set("name", "key")
            .set("value", asked.form.get("key"))
            .set("placeholder", "3MVG9…")
            .set("autocomplete", "off")
            .set("spellcheck", "false");
        field(texts.key_label, input).add(wrong.key.as_deref().map(bad)).add(
            tag("p")
                .set("class", "soft")
                .add(texts.key_help)
                .add(" ")
                .add(tag("a").set("href", self.url("/admin")).add(texts.key_admin)),
        )
    }

    /// What an address means, for the script that asks while somebody types.
    pub(super) fn check(&self, asked: &Asked) -> Answer {
        let texts = asked.language.texts();
        let domain = asked.query.get("domain").trim();
        if domain.is_empty() {
            return Answer::Json(json!({"good": true, "text": ""}));
        }
        Answer::Json(match self.site(domain, texts) {
            Ok(Site::Embedded) => json!({"good": true, "text": texts.org_is_demo}),
            Ok(Site::At(origin)) => {
                json!({"good": true, "text": format!("{} {}", texts.org_means, host_of(origin.as_str()))})
            }
            Err(problem) => json!({"good": false, "text": problem}),
        })
    }

    /// The org an address means, or a sentence about what is wrong with it.
    fn site(&self, domain: &str, texts: &Texts) -> Result<Site, String> {
        let domain = domain.trim();
        if domain.is_empty() {
            return Err(texts.org_missing.to_owned());
        }
        let host = &self.options.host;
        // What is typed here has no scheme but that of a link.
        if domain != DEMO && !domain.starts_with("http://") {
            match host.origin(domain) {
                Ok(Err(refusal)) => {
                    let said = texts.translated(&refusal.message);
                    let near = refusal
                        .suggestion
                        .map(|near| format!(" {} {near}?", texts.org_did_you_mean))
                        .unwrap_or_default();
                    return Err(format!("{}.{near}", capital(&said)));
                }
                Ok(Ok(_)) => {}
                Err(error) => return Err(error.to_string()),
            }
        }
        site(host, "", domain).map_err(|_| texts.org_not_salesforce.to_owned())
    }

    /// Begins the sign-in that the form asks for, or says what is wrong with it.
    pub(super) fn take_org(self: &Arc<Self>, asked: &Asked) -> Result<Answer, Failure> {
        let texts = asked.language.texts();
        let mut wrong = Wrong::default();
        let unclear = |wrong: &Wrong| self.org_form(asked, wrong, StatusCode::UNPROCESSABLE_ENTITY);
        let site = match self.site(asked.form.get("domain"), texts) {
            Ok(site) => site,
            Err(problem) => {
                wrong.domain = Some(problem);
                return unclear(&wrong);
            }
        };
        let name = match asked.form.get("name").trim() {
            "" => self.free_name(&site),
            typed => typed.parse().ok(),
        };
        let Some(name) = name else {
            wrong.name = Some(texts.org_name_wrong.to_owned());
            return unclear(&wrong);
        };
        let earlier = Profile::read(&self.options.config_dir, &name).ok();
        let typed = Some(asked.form.get("key").trim()).filter(|key| !key.is_empty());
        let known = Config::read(&self.options.config_dir)?.consumer_key(typed, earlier.as_ref());
        let is_demo = match &site {
            Site::Embedded => true,
            Site::At(origin) => origin.is_loopback(),
        };
        let key = match known {
            Some(key) => key,
            // Demo orgs know one app.
            None if is_demo => demo_org::CONSUMER_KEY.to_owned(),
            None => {
                wrong.key = Some(texts.key_missing.to_owned());
                return unclear(&wrong);
            }
        };
        if !is_consumer_key(&key) {
            wrong.key = Some(texts.key_wrong.to_owned());
            return unclear(&wrong);
        }
        match Signing::begin(self, Wanted { name, site, key }, asked.language) {
            Ok(()) => Ok(Answer::Redirect("/sign-in".to_owned())),
            Err(failure) => {
                wrong.other = Some(failure.to_string());
                unclear(&wrong)
            }
        }
    }

    /// Signs in anew to a connection there is.
    pub(super) fn connect_again(self: &Arc<Self>, asked: &Asked, known: &Known) -> Result<Answer, Failure> {
        let Profile { origin, consumer_key, .. } = &known.profile;
        let wanted = Wanted { name: known.name.clone(), site: origin.clone(), key: consumer_key.clone() };
        Signing::begin(self, wanted, asked.language)?;
        Ok(Answer::Redirect("/sign-in".to_owned()))
    }

    /// A name for a connection: the one there is to this org, or the org's own, with a number where that is taken.
    fn free_name(&self, site: &Site) -> Option<ConnectionName> {
        let own = match site {
            Site::Embedded => DEMO.to_owned(),
            Site::At(origin) if origin.is_loopback() => "local".to_owned(),
            Site::At(origin) => name_of(host_of(origin.as_str())),
        };
        let numbered = (2..).map(|number| format!("{own}-{number}"));
        let names = std::iter::once(own.clone()).chain(numbered).filter_map(|name| name.parse::<ConnectionName>().ok());
        let config_dir = &self.options.config_dir;
        let is_free = |name: &ConnectionName| match Profile::read(config_dir, name) {
            Ok(profile) => profile.origin == *site,
            Err(_) => !Profile::file(config_dir, name).exists(),
        };
        names.take(MAX_NAMES).find(is_free)
    }

    /// What the admin has to do once, and a message that asks for it.
    pub(super) fn for_the_admin(&self, asked: &Asked) -> Result<Answer, Failure> {
        let texts = asked.language.texts();
        let port = Config::read(&self.options.config_dir)?.port(None, None);
        let callback = format!("http://localhost:{port}/callback");
        let rows = texts.admin_settings.iter().map(|(name, value)| {
            let value = filled(value, [("callback", tag("code").add(callback.as_str()).into())]);
            tag("tr").add(tag("th").set("scope", "row").add(*name)).add(tag("td").add(value))
        });
        let message = texts.admin_message.replace("{callback}", &callback);
        let page = Page::new(self, asked, texts.admin_title).at(Step::Org, None);
        Ok(page
            .add(tag("p").add(texts.admin_intro))
            .add(copied(texts, "message", texts.admin_message_label, &message))
            .add(tag("h2").add(texts.admin_click))
            .add(tag("p").add(texts.admin_where))
            .add(copied_line(texts, "callback", texts.admin_callback, &callback))
            .add(tag("table").add(tag("tbody").all(rows)))
            .add(tag("p").add(texts.admin_then))
            .add(tag("p").add(tag("a").set("class", "button").set("href", self.url("/connect")).add(texts.back)))
            .ok())
    }
}

/// `acme.my.salesforce.com` for `https://acme.my.salesforce.com`.
pub(super) fn host_of(origin: &str) -> &str {
    origin.split_once("://").map_or(origin, |(_, host)| host)
}

/// What to call the connection to an org: `acme-uat` for `acme--uat.sandbox.my.salesforce.com`.
fn name_of(host: &str) -> String {
    let label = host.split('.').next().unwrap_or_default().replace("--", "-");
    label.chars().take(32).collect::<String>().trim_matches('-').to_owned()
}

/// A sentence's beginning.
pub(super) fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), rest.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_called_as_its_org() {
        for (host, name) in [
            ("acme.my.salesforce.com", "acme"),
            ("acme--uat.sandbox.my.salesforce.com", "acme-uat"),
            ("acme-dev-ed.develop.my.salesforce.com", "acme-dev-ed"),
            ("agency.my.salesforce.mil", "agency"),
            (&format!("{}.my.salesforce.com", "a".repeat(63)), &"a".repeat(32)),
        ] {
            assert_eq!(name_of(host), name);
            assert!(name.parse::<ConnectionName>().is_ok());
        }
    }
}
