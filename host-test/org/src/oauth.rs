//! `/services/oauth2/…`: the org signs its users in, by the authorization-code flow with PKCE, and knows one app.
//!
//! <https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm>. What no manual states,
//! such as the wording of some refusals, is as recordings have it, or plain where there is none.

mod page;

use std::collections::BTreeMap;

use http::{Method, Request, Response, header};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use url::{Host, Url, form_urlencoded};

use crate::base64;

/// The consumer key of the app the org knows from the start.
pub const CONSUMER_KEY: &str = "3MVG9demo.host_test.consumer_key";

const ENDPOINTS: &str = "/services/oauth2/";
/// How long a code can be exchanged for tokens.
const CODE_LIFETIME: SignedDuration = SignedDuration::from_mins(15);

/// The app that users sign in to, as the org's admin has set it up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// What the app calls itself by.
    pub consumer_key: String,
    /// The one redirect address, as Salesforce wants it to match; `None` lets any of this machine pass.
    pub callback: Option<String>,
    /// Whether the admin has installed it. If not, only those with "Approve Uninstalled Connected Apps" may sign in:
    /// here, the admin.
    pub installed: bool,
    /// Whether every refresh gives a new refresh token. One that was given back before then revokes everything.
    pub rotates: bool,
}

/// What the org knows of sign-ins.
#[derive(Debug)]
pub(crate) struct SignIns {
    pub(crate) app: App,
    codes: BTreeMap<String, Code>,
    grants: Vec<Grant>,
    /// How many secrets were made; no two are alike.
    made: u32,
}

/// A code a user's consent gave.
#[derive(Debug)]
struct Code {
    user: String,
    redirect: String,
    challenge: String,
    scope: String,
    at: Timestamp,
}

/// A user's consent, with every token that came of it.
#[derive(Debug)]
struct Grant {
    user: String,
    scope: String,
    /// The last one is good; the others were given back.
    refresh: Vec<String>,
    access: Vec<String>,
    revoked: bool,
}

/// A user as the form offers one.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) key: String,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) username: String,
    pub(crate) active: bool,
}

/// The rest of the org, as far as a sign-in needs it.
pub(crate) struct Desk<'a> {
    pub(crate) people: Vec<Person>,
    pub(crate) organization: String,
    pub(crate) company: String,
    pub(crate) now: Timestamp,
    pub(crate) origin: String,
    /// By token: the user's key, and whether it is good.
    pub(crate) sessions: &'a mut BTreeMap<String, (String, bool)>,
}

/// `{error, error_description}` of a refused sign-in.
#[derive(Debug)]
struct Refused(&'static str, &'static str);

const UNKNOWN_APP: Refused = Refused("invalid_client_id", "client identifier invalid");
const WRONG_REDIRECT: Refused = Refused("redirect_uri_mismatch", "redirect_uri must match configuration");
const DEAD_GRANT: Refused = Refused("invalid_grant", "expired access/refresh token");
const INACTIVE_USER: Refused = Refused("invalid_grant", "inactive user");

/// Whether a path is one of the endpoints here; `userinfo` is asked with a token and is elsewhere.
pub(crate) fn is_endpoint(path: &str) -> bool {
    path.strip_prefix(ENDPOINTS).is_some_and(|name| name != "userinfo")
}

impl Default for SignIns {
    fn default() -> Self {
        let app = App { consumer_key: CONSUMER_KEY.to_owned(), callback: None, installed: true, rotates: false };
        Self { app, codes: BTreeMap::new(), grants: Vec::new(), made: 0 }
    }
}

impl SignIns {
    /// Answers a request to one of the endpoints.
    pub(crate) fn answer(&mut self, request: &Request<Vec<u8>>, desk: &mut Desk<'_>) -> Response<Vec<u8>> {
        let name = request.uri().path().strip_prefix(ENDPOINTS).unwrap_or_default();
        let query = Parameters::parse(request.uri().query().unwrap_or_default().as_bytes());
        let form = Parameters::parse(request.body());
        match (request.method(), name) {
            (&Method::GET, "authorize") => self.ask(&query, desk),
            (&Method::POST, "authorize") => self.decide(&form, desk),
            (&Method::POST, "token") => match self.token(&form, desk) {
                Ok(body) => json_response(200, &body),
                Err(refused) => json_response(400, &refused.body()),
            },
            (&Method::POST, "revoke") => self.revoke(form.get("token"), desk),
            (&Method::GET, "revoke") => self.revoke(query.get("token"), desk),
            _ => response(404, "text/plain;charset=UTF-8", "there is no such sign-in endpoint"),
        }
    }

    /// Shows the consent form.
    fn ask(&self, asked: &Parameters, desk: &Desk<'_>) -> Response<Vec<u8>> {
        match self.check(asked) {
            Ok(_) => html(200, page::consent(asked, desk)),
            Err(refusal) => *refusal,
        }
    }

    /// Acts on the form: back to the app, with a code or with the reason why there is none.
    fn decide(&mut self, form: &Parameters, desk: &Desk<'_>) -> Response<Vec<u8>> {
        let redirect = match self.check(form) {
            Ok(redirect) => redirect,
            Err(refusal) => return *refusal,
        };
        let back = |pairs: &[(&str, &str)]| back_to(&redirect, form.get("state"), pairs);
        let refuse =
            |Refused(error, description): Refused| back(&[("error", error), ("error_description", description)]);
        if form.get("decision") != "allow" {
            return refuse(Refused("access_denied", "end-user denied authorization"));
        }
        let Some(person) = desk.people.iter().find(|person| person.key == form.get("user")) else {
            return refuse(Refused("access_denied", "authentication failure"));
        };
        if !person.active {
            return refuse(INACTIVE_USER);
        }
        if !self.app.installed && person.key != "admin" {
            return refuse(Refused("invalid_client", "app must be installed into org"));
        }
        let challenge = form.get("code_challenge").to_owned();
        let code = format!("aPrx{}", self.secret(&challenge, &person.key));
        let granted = Code {
            user: person.key.clone(),
            redirect: form.get("redirect_uri").to_owned(),
            challenge,
            scope: form.get("scope").to_owned(),
            at: desk.now,
        };
        self.codes.insert(code.clone(), granted);
        back(&[("code", &code)])
    }

    /// Checks what the app asks for: the redirect address, or a page or redirect that says what is wrong.
    fn check(&self, asked: &Parameters) -> Result<Url, Box<Response<Vec<u8>>>> {
        // With a wrong app or address there is nobody to send the user back to.
        let shown = |Refused(error, description): Refused| Box::new(html(400, page::refused(error, description)));
        if asked.get("client_id") != self.app.consumer_key {
            return Err(shown(UNKNOWN_APP));
        }
        let redirect = self.redirect(asked.get("redirect_uri")).ok_or_else(|| shown(WRONG_REDIRECT))?;
        let refused = |error: &str, description: &str| {
            Box::new(back_to(&redirect, asked.get("state"), &[("error", error), ("error_description", description)]))
        };
        if asked.get("response_type") != "code" {
            return Err(refused("unsupported_response_type", "response type not supported"));
        }
        if asked.get("code_challenge_method") != "S256" || asked.get("code_challenge").len() != 43 {
            return Err(refused("invalid_request", "invalid code_challenge: S256 is required"));
        }
        Ok(redirect)
    }

    fn redirect(&self, address: &str) -> Option<Url> {
        let url = Url::parse(address).ok()?;
        let registered = match &self.app.callback {
            Some(callback) => callback == address,
            None => match url.host()? {
                Host::Domain(name) => name == "localhost",
                Host::Ipv4(address) => address.is_loopback(),
                Host::Ipv6(address) => address.is_loopback(),
            },
        };
        registered.then_some(url)
    }

    /// `POST /services/oauth2/token`
    fn token(&mut self, form: &Parameters, desk: &mut Desk<'_>) -> Result<Json, Refused> {
        if form.get("client_id") != self.app.consumer_key {
            return Err(UNKNOWN_APP);
        }
        match form.get("grant_type") {
            "authorization_code" => self.exchange(form, desk),
            "refresh_token" => self.refresh(form.get("refresh_token"), desk),
            _ => Err(Refused("unsupported_grant_type", "grant type not supported")),
        }
    }

    fn exchange(&mut self, form: &Parameters, desk: &mut Desk<'_>) -> Result<Json, Refused> {
        // Taken out: a code is good for one try.
        let code = self.codes.remove(form.get("code"));
        let code = code.ok_or(Refused("invalid_grant", "invalid authorization code"))?;
        if desk.now.duration_since(code.at) > CODE_LIFETIME {
            return Err(Refused("invalid_grant", "expired authorization code"));
        }
        if form.get("redirect_uri") != code.redirect {
            return Err(WRONG_REDIRECT);
        }
        if digest(form.get("code_verifier")) != code.challenge {
            return Err(Refused("invalid_grant", "invalid code verifier"));
        }
        let person = desk.active(&code.user)?;
        let refresh = format!("5Aep861{}", self.secret(&code.challenge, &code.user));
        let stays = code.scope.split(' ').any(|scope| matches!(scope, "refresh_token" | "offline_access"));
        self.grants.push(Grant {
            user: code.user,
            scope: code.scope,
            refresh: if stays { vec![refresh.clone()] } else { Vec::new() },
            access: Vec::new(),
            revoked: false,
        });
        let mut body = self.session(self.grants.len() - 1, &person, desk);
        if stays {
            body["refresh_token"] = json!(refresh);
        }
        Ok(body)
    }

    fn refresh(&mut self, token: &str, desk: &mut Desk<'_>) -> Result<Json, Refused> {
        let at = self.grants.iter().position(|grant| grant.refresh.iter().any(|one| one == token)).ok_or(DEAD_GRANT)?;
        let grant = self.grants.get_mut(at).filter(|grant| !grant.revoked).ok_or(DEAD_GRANT)?;
        if grant.refresh.last().is_none_or(|last| last != token) {
            // Somebody has an old one: nobody can say who is the thief.
            grant.revoke(desk.sessions);
            return Err(DEAD_GRANT);
        }
        let person = desk.active(&grant.user)?;
        let mut body = self.session(at, &person, desk);
        if self.app.rotates {
            let next = format!("5Aep861{}", self.secret(token, &person.key));
            body["refresh_token"] = json!(next);
            if let Some(grant) = self.grants.get_mut(at) {
                grant.refresh.push(next);
            }
        }
        Ok(body)
    }

    /// A new session of a grant, as the token endpoint says it: without `expires_in`, as ever.
    fn session(&mut self, at: usize, person: &Person, desk: &mut Desk<'_>) -> Json {
        let Some(grant) = self.grants.get(at) else { return Json::Null };
        let (scope, seed) = (grant.scope.clone(), grant.refresh.first().cloned().unwrap_or_default());
        let short = desk.organization.get(..15).unwrap_or_default();
        let access = format!("{short}!AQ{}", self.secret(&seed, &person.key));
        if let Some(grant) = self.grants.get_mut(at) {
            grant.access.push(access.clone());
        }
        desk.sessions.insert(access.clone(), (person.key.clone(), true));
        let id = format!("{}/id/{}/{}", desk.origin, desk.organization, person.id);
        let issued_at = desk.now.as_millisecond().to_string();
        let signature = base64::encode(&Sha256::digest(format!("{id}{issued_at}")));
        json!({
            "access_token": access,
            "instance_url": desk.origin,
            "id": id,
            "token_type": "Bearer",
            "issued_at": issued_at,
            "signature": signature,
            "scope": scope,
        })
    }

    /// `/services/oauth2/revoke`: a refresh token takes its sessions along.
    fn revoke(&mut self, token: &str, desk: &mut Desk<'_>) -> Response<Vec<u8>> {
        let whole = self
            .grants
            .iter_mut()
            .find(|grant| !grant.revoked && grant.refresh.last().is_some_and(|last| last == token));
        if let Some(grant) = whole {
            grant.revoke(desk.sessions);
        } else if let Some((_, good)) = desk.sessions.get_mut(token).filter(|(_, good)| *good) {
            *good = false;
        } else {
            return json_response(400, &Refused("invalid_token", "invalid token").body());
        }
        response(200, "text/html;charset=UTF-8", "")
    }

    /// A text nobody guesses, and the same whenever the same is asked.
    fn secret(&mut self, seed: &str, user: &str) -> String {
        self.made += 1;
        digest(&format!("{seed} {user} {}", self.made))
    }
}

impl Grant {
    fn revoke(&mut self, sessions: &mut BTreeMap<String, (String, bool)>) {
        self.revoked = true;
        for token in &self.access {
            if let Some((_, good)) = sessions.get_mut(token) {
                *good = false;
            }
        }
    }
}

impl Desk<'_> {
    fn active(&self, user: &str) -> Result<Person, Refused> {
        self.people.iter().find(|person| person.key == user && person.active).cloned().ok_or(INACTIVE_USER)
    }
}

impl Refused {
    fn body(&self) -> Json {
        json!({"error": self.0, "error_description": self.1})
    }
}

/// The fields of a form or a query.
struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn parse(bytes: &[u8]) -> Self {
        Self(form_urlencoded::parse(bytes).into_owned().collect())
    }

    /// A field's value; empty where there is none.
    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}

/// SHA-256 in base64 for URLs, as PKCE wants it.
fn digest(text: &str) -> String {
    base64::encode(&Sha256::digest(text)).trim_end_matches('=').replace('+', "-").replace('/', "_")
}

fn back_to(redirect: &Url, state: &str, pairs: &[(&str, &str)]) -> Response<Vec<u8>> {
    let mut url = redirect.clone();
    url.query_pairs_mut().extend_pairs(pairs);
    if !state.is_empty() {
        url.query_pairs_mut().append_pair("state", state);
    }
    let mut response = response(302, "text/html;charset=UTF-8", "");
    if let Ok(location) = header::HeaderValue::from_str(url.as_str()) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

fn json_response(status: u16, body: &Json) -> Response<Vec<u8>> {
    response(status, "application/json;charset=UTF-8", &body.to_string())
}

/// A page that runs nothing, loads nothing and stands in no frame.
fn html(status: u16, body: String) -> Response<Vec<u8>> {
    let mut response = response(status, "text/html;charset=UTF-8", &body);
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        header::HeaderValue::from_static(
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
        ),
    );
    response
}

fn response(status: u16, content_type: &'static str, body: &str) -> Response<Vec<u8>> {
    let mut response = Response::new(body.as_bytes().to_vec());
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    response
}
