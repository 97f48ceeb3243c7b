//! The pages a person sees on the way: one file each, without anything to load.

use super::{Desk, Parameters};

/// What the form hands on from the app's request.
const HANDED_ON: [&str; 7] =
    ["response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method"];

const STYLE: &str = "\
:root{color-scheme:light dark;--ground:#f3f4f8;--card:#fff;--ink:#1b2430;--soft:#56616f;--line:#d3d9e2;--accent:#0b5cab;--on:#fff}
@media(prefers-color-scheme:dark){:root{--ground:#12161c;--card:#1c222b;--ink:#eef2f7;--soft:#a9b4c2;--line:#3a4452;--accent:#7fb8f5;--on:#0e141b}}
*{box-sizing:border-box}
body{margin:0;padding:2rem 1rem;background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{max-width:30rem;margin:0 auto;padding:1.75rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem}
h1{margin:0 0 .25rem;font-size:1.35rem;line-height:1.3}
p{margin:.5rem 0}.soft,small{color:var(--soft)}
ul{padding-left:1.2rem;margin:.5rem 0}
fieldset{margin:1.25rem 0;padding:0;border:0}
legend,h2{padding:0;margin:0 0 .5rem;font-size:1rem;font-weight:600}
label{display:flex;gap:.75rem;align-items:center;padding:.6rem .75rem;border:1px solid var(--line);border-radius:.5rem;margin-bottom:.4rem;cursor:pointer}
label:has(input:checked){border-color:var(--accent);box-shadow:inset 0 0 0 1px var(--accent)}
label small{display:block}
input{accent-color:var(--accent);width:1.1rem;height:1.1rem;flex:none}
.choice{display:flex;gap:.75rem;margin-top:1.25rem}
button{flex:1;font:inherit;font-weight:600;padding:.7rem 1rem;border-radius:.5rem;border:1px solid var(--accent);background:none;color:var(--accent);cursor:pointer}
button.allow{background:var(--accent);color:var(--on)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
code{overflow-wrap:anywhere}
";

/// The consent form: who the user is, and whether the app may act for that user.
pub(super) fn consent(asked: &Parameters, desk: &Desk<'_>) -> String {
    let hidden: String = HANDED_ON
        .iter()
        .map(|name| format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">\n", escaped(asked.get(name))))
        .collect();
    let hint = asked.get("login_hint");
    let chosen = desk.people.iter().find(|person| person.username == hint).map_or("riley", |person| &person.key);
    let people: String = desk
        .people
        .iter()
        .map(|person| {
            let checked = if person.key == chosen { " checked" } else { "" };
            let inactive = if person.active { "" } else { " (inactive: can\u{2019}t sign in)" };
            format!(
                "<label><input type=\"radio\" name=\"user\" value=\"{}\" required{checked}><span>{}<small>{}{inactive}</small></span></label>\n",
                escaped(&person.key),
                escaped(&person.name),
                escaped(&person.title),
            )
        })
        .collect();
    let scopes: String = asked
        .get("scope")
        .split(' ')
        .filter_map(|scope| match scope {
            "api" => Some("Read and change data with your own rights (api)"),
            "refresh_token" => Some("Stay signed in until you or your admin end it (refresh_token)"),
            _ => None,
        })
        .map(|line| format!("<li>{line}</li>\n"))
        .collect();
    page(
        "Allow access?",
        &format!(
            "<h1>Allow access to {company}?</h1>\n\
             <p class=\"soft\">This is the demo org: nothing here is real, and no password is asked.</p>\n\
             <form method=\"post\" action=\"/services/oauth2/authorize\">\n{hidden}\
             <fieldset>\n<legend>Sign in as</legend>\n{people}</fieldset>\n\
             <h2>The app Salesforce plugin asks to</h2>\n<ul>\n{scopes}</ul>\n\
             <div class=\"choice\"><button name=\"decision\" value=\"deny\">Deny</button>\
             <button class=\"allow\" name=\"decision\" value=\"allow\">Allow</button></div>\n</form>",
            company = escaped(&desk.company),
        ),
    )
}

/// The page of a refusal there is no app to tell of.
pub(super) fn refused(error: &str, description: &str) -> String {
    page(
        "Sign-in refused",
        &format!(
            "<h1>This sign-in can\u{2019}t begin</h1>\n<p>The app that sent you here has to be set up otherwise.</p>\n\
             <p><code>error={}&amp;error_description={}</code></p>",
            escaped(error),
            escaped(description)
        ),
    )
}

fn page(title: &str, main: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <title>{title} | Demo org</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{main}\n</main>\n</body>\n</html>\n"
    )
}

/// Text within HTML, in an attribute too.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
