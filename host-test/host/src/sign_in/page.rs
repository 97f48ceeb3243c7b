//! The page a person sees at the end of a sign-in, whichever way it ended.

use super::{Ending, Identity, SignInError};
use crate::types::Actor;
use crate::wire::origin::Origin;

const STYLE: &str = "\
:root{color-scheme:light dark;--ground:#f3f4f8;--card:#fff;--ink:#1b2430;--soft:#56616f;--line:#d3d9e2;--mark:#1d7f4c}\
@media(prefers-color-scheme:dark){:root{--ground:#12161c;--card:#1c222b;--ink:#eef2f7;--soft:#a9b4c2;--line:#3a4452;--mark:#5fcf95}}\
body{margin:0;padding:12vh 1rem 2rem;background:var(--ground);color:var(--ink);font:1rem/1.55 system-ui,sans-serif}\
main{max-width:32rem;margin:0 auto;padding:1.75rem 2rem;background:var(--card);border:1px solid var(--line);border-top:.3rem solid var(--mark);border-radius:.75rem}\
.trouble{--mark:#c25c12}\
h1{margin:0 0 .75rem;font-size:1.4rem;line-height:1.3}\
p{margin:.6rem 0}.soft{color:var(--soft)}\
dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.25rem;margin:1rem 0}dt{color:var(--soft)}dd{margin:0}\
code,dd{overflow-wrap:anywhere}";

/// Who is connected now, and to what.
pub(super) fn connected(identity: &Identity, origin: &Origin) -> String {
    let name = if identity.name.is_empty() { &identity.username } else { &identity.name };
    let rows: String = [("User", name), ("Signed in as", &identity.username), ("Org", &origin.as_str().to_owned())]
        .into_iter()
        .map(|(term, value)| format!("<dt>{term}</dt><dd>{}</dd>", escaped(value)))
        .collect();
    page(
        "",
        "Connected",
        &format!(
            "<dl>{rows}</dl><p>You can close this window and go back to the terminal.</p>\
             <p class=\"soft\">Your agent acts with your own rights in Salesforce, and with no others.</p>"
        ),
    )
}

/// What went wrong, whose move it is, and what the org said for whoever has to look into it.
pub(super) fn failed(error: &SignInError) -> String {
    let (title, text, said) = match error {
        SignInError::Refused { failure, advice } => {
            let title = match advice.actor {
                Actor::User => "Not connected yet",
                Actor::Admin => "Your Salesforce admin has the next move",
                Actor::Platform => "This program is not set up right",
                Actor::Nobody => "Not just now",
            };
            let said = [Some(&failure.error), failure.description.as_ref()].into_iter().flatten();
            (title, sentence(&advice.message), said.map(|text| escaped(text)).collect::<Vec<_>>().join(": "))
        }
        other => ("Not connected", sentence(&other.to_string()), String::new()),
    };
    let said =
        if said.is_empty() { said } else { format!("<p class=\"soft\">Salesforce says <code>{said}</code></p>") };
    page("trouble", title, &format!("<p>{}</p>{said}<p class=\"soft\">You can close this window.</p>", escaped(&text)))
}

/// What the caller has to say.
pub(super) fn ending(ending: &Ending) -> String {
    let paragraphs: String = ending.paragraphs.iter().map(|text| format!("<p>{}</p>", escaped(text))).collect();
    let class = if ending.trouble { "trouble" } else { "" };
    page_in(ending.lang, class, &escaped(&ending.title), &paragraphs)
}

/// For a redirect that belongs to no sign-in that is under way.
pub(super) fn not_this_one() -> String {
    page(
        "trouble",
        "Nothing to see here",
        "<p>This address waits for the end of a Salesforce sign-in, and this was not it. If you were signing in, use \
         the window of the newest try.</p>",
    )
}

fn page(class: &str, title: &str, main: &str) -> String {
    page_in("en", class, title, main)
}

fn page_in(lang: &str, class: &str, title: &str, main: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{title} \u{2013} Salesforce plugin</title><style>{STYLE}</style></head>\
         <body><main class=\"{class}\"><h1>{title}</h1>{main}</main></body></html>\n"
    )
}

/// Advice as a sentence of its own.
fn sentence(advice: &str) -> String {
    let mut rest = advice.chars();
    rest.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), rest.as_str()))
}

/// Text within HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Advice, SignInFailure};

    #[test]
    fn what_the_org_says_is_text_on_the_page() {
        let failure = SignInFailure { error: "<script>".into(), description: Some("\"&'".into()) };
        let advice = Advice { actor: Actor::Admin, message: "ask the admin".into(), retry: false };
        let page = failed(&SignInError::Refused { failure, advice });
        assert!(page.contains("&lt;script&gt;: &quot;&amp;'") && !page.contains("<script"), "{page}");
        let own = ending(&Ending { lang: "de", trouble: true, title: "<b>".into(), paragraphs: vec!["<i>".into()] });
        assert!(own.contains("<p>&lt;i&gt;</p>") && !own.contains("<b>") && own.contains("lang=\"de\""), "{own}");
        assert!(page.contains("<p>Ask the admin.</p>") && page.contains("Your Salesforce admin has the next move"));
    }
}
