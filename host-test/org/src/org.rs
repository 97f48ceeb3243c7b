//! The org as a whole: its state behind one lock, its users' tokens, and the way of a request through it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use http::{HeaderValue, Request, Response, header};
use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use serde_json::Value as Json;

use crate::{
    access::Access,
    archive,
    context::{Context, week_start},
    data::{self, Extra, Seed},
    exact,
    fault::{self, Effect, Fault},
    id::Id,
    journal::{Entry, Write},
    language,
    oauth::{self, App, Person, SignIns},
    outbox::{Outbox, SentEmail},
    refusal::Refusal,
    rest::{self, Answer, Body, Call, Cursor, Desk},
    save::approve,
    schema::Schema,
    soap,
    store::{Row, Store},
    value::Value,
};

const DAILY_LIMIT: u32 = 15_000;
/// The longest URI, in bytes; also the most that a URI and all headers may be together.
const LONGEST_HEAD: usize = 16_384;
/// Calls that others made today, before the first of ours.
const USED_BEFORE: u32 = 17;

/// An org in memory. All methods take `&self`: one org can serve many threads.
#[derive(Debug)]
pub struct Org {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    schema: Arc<Schema>,
    store: Store,
    keys: BTreeMap<String, Id>,
    now: Timestamp,
    /// By token: the user's key, and whether it is still good.
    sessions: BTreeMap<String, (String, bool)>,
    sign_ins: SignIns,
    rights: BTreeMap<String, Access>,
    faults: Vec<Fault>,
    journal: Vec<Entry>,
    outbox: Outbox,
    used: u32,
    allowed: u32,
    locks: BTreeMap<Id, u32>,
    cursors: BTreeMap<String, Cursor>,
    page_limit: Option<usize>,
    indexed_until: Option<Timestamp>,
    /// The day on which old activities were archived last.
    archived_on: Date,
}

/// What an org begins with.
struct Embedded {
    schema: Arc<Schema>,
    seed: Seed,
    now: Timestamp,
}

impl Embedded {
    /// Reads the embedded texts, which the tests in `schema` and `data` read too.
    fn read(extras: &BTreeSet<Extra>) -> Self {
        let now: Timestamp = data::NOW.parse().unwrap_or_default();
        let schema = data::schema(extras).unwrap_or_default();
        let seed = data::seed(&schema, now, extras).unwrap_or_default();
        Self { schema: Arc::new(schema), seed, now }
    }
}

/// What comes of a request. The org never sleeps and holds no connection: who carries its answers acts this out.
#[derive(Clone, Debug)]
pub enum Reply {
    /// An answer.
    Response(Response<Vec<u8>>),
    /// The answer comes only after this time.
    Delayed {
        /// How long it takes.
        by: Duration,
        /// What comes then.
        then: Box<Reply>,
    },
    /// The connection breaks and no answer comes.
    Dropped {
        /// Whether the org saw the request, so that a write has happened.
        request_seen: bool,
    },
    /// The connection breaks within the body.
    Cut {
        /// The answer, with the part of the body that arrives.
        response: Response<Vec<u8>>,
        /// How long the body should have been, in bytes.
        length: usize,
    },
}

impl Reply {
    /// The answer, if one comes in the end, however late.
    pub fn response(self) -> Option<Response<Vec<u8>>> {
        match self {
            Self::Response(response) => Some(response),
            Self::Delayed { then, .. } => then.response(),
            Self::Dropped { .. } | Self::Cut { .. } => None,
        }
    }
}

impl Org {
    /// The embedded org. Its now is 2026-05-12T15:00:00Z, a Tuesday: 8:00 in San Francisco, 17:00 in Berlin.
    /// It stands still until [`Org::advance`] or [`Org::set_now`] moves it.
    ///
    /// | User | Who |
    /// |---|---|
    /// | `riley` | sales, `en_US`, Los Angeles: the user of the demo |
    /// | `jonas` | sales, `de_DE`, Berlin; is answered in German |
    /// | `admin` | sees and edits everything; New York |
    /// | `vera` | reads only, and not campaigns, contracts or meter readings; London |
    /// | `sam`, `jane_miller`, `jane_okafor` | sales |
    /// | `jane_doe` | inactive: no token of hers works |
    ///
    /// All but `admin` are without `Contact.Salary_Grade__c`, `Contract`, and others' private opportunities, and only
    /// read `Account.Health_Score__c` and `Opportunity.Discount__c`. The rows, with their keys, are in
    /// `src/data/records.txt`, archived activities in `src/data/archived.txt`; the objects and fields in
    /// `src/data/schema.txt`.
    pub fn demo() -> Self {
        Self::demo_with([])
    }

    /// The demo org with extras, which [`Extra`] describes. All else is as in [`Org::demo`], and so are the ids of
    /// rows that are made later.
    pub fn demo_with(extras: impl IntoIterator<Item = Extra>) -> Self {
        // Each combination is read once; every org begins with a copy.
        static EMBEDDED: Mutex<BTreeMap<BTreeSet<Extra>, Arc<Embedded>>> = Mutex::new(BTreeMap::new());
        let extras: BTreeSet<Extra> = extras.into_iter().collect();
        let mut known = EMBEDDED.lock().unwrap_or_else(PoisonError::into_inner);
        let embedded = known.entry(extras.clone()).or_insert_with(|| Arc::new(Embedded::read(&extras)));
        Self::of(embedded)
    }

    fn of(embedded: &Embedded) -> Self {
        Self {
            state: Mutex::new(State {
                schema: Arc::clone(&embedded.schema),
                store: embedded.seed.store.clone(),
                keys: embedded.seed.keys.clone(),
                now: embedded.now,
                sessions: BTreeMap::new(),
                sign_ins: SignIns::default(),
                rights: BTreeMap::new(),
                faults: Vec::new(),
                journal: Vec::new(),
                outbox: Outbox::default(),
                used: USED_BEFORE,
                allowed: DAILY_LIMIT,
                locks: BTreeMap::new(),
                cursors: BTreeMap::new(),
                page_limit: None,
                indexed_until: None,
                archived_on: utc_day(embedded.now),
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves the rows as they are; tests want to look at them.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A bearer token of a seeded user (`riley`, `admin`, …). The first is the same in every org; after
    /// [`Org::expire`] the next differs. A user that does not exist or is inactive gets one that is refused.
    pub fn token(&self, user: &str) -> String {
        let state = &mut *self.state();
        // Those of sign-ins are not for everybody.
        let prefix = format!("00DdM0000000001!demo.{user}.");
        let mut given = state.sessions.iter().filter(|(token, _)| token.starts_with(&prefix));
        if let Some((token, _)) = given.clone().find(|(_, (_, good))| *good) {
            return token.clone();
        }
        let token = format!("{prefix}{}", given.by_ref().count());
        let active = state.is_active(user);
        state.sessions.insert(token.clone(), (user.to_owned(), active));
        token
    }

    /// Ends a session: requests with this token get 401 `INVALID_SESSION_ID`.
    pub fn expire(&self, token: &str) {
        if let Some((_, good)) = self.state().sessions.get_mut(token) {
            *good = false;
        }
    }

    /// Ends all sessions of a user, as their time limit does: who signed in has to refresh.
    pub fn expire_sessions(&self, user: &str) {
        for (_, good) in self.state().sessions.values_mut().filter(|(key, _)| key == user) {
            *good = false;
        }
    }

    /// Changes the app users sign in to: whether it is installed, and whether its refresh tokens rotate.
    pub fn change_app(&self, change: impl FnOnce(&mut App)) {
        change(&mut self.state().sign_ins.app);
    }

    /// The key of the user with a username.
    pub fn user_named(&self, username: &str) -> Option<String> {
        self.state().people().into_iter().find(|person| person.username == username).map(|person| person.key)
    }

    /// The id of a seeded row, by its key in `data/records.txt` (`acme`, `bob`, `acme_renewal`, `riley`, …).
    pub fn id(&self, key: &str) -> Option<Id> {
        self.state().keys.get(key).cloned()
    }

    /// A row as it is stored, whoever may see it.
    pub fn row(&self, id: &Id) -> Option<Row> {
        self.state().store.find(id.as_str()).cloned()
    }

    /// The rows of an object that `query` reads, in the order of ids: neither deleted nor archived ones.
    pub fn rows(&self, object: &str) -> Vec<Row> {
        self.state().store.rows(object).filter(|row| row.is_live()).cloned().collect()
    }

    /// The schema, whoever may see it.
    pub fn schema(&self) -> Arc<Schema> {
        Arc::clone(&self.state().schema)
    }

    /// Sets a field behind everybody's back, as another user or a batch would: no rule runs, and the row counts
    /// as changed now.
    pub fn set(&self, id: &Id, field: &str, value: impl Into<Value>) {
        let state = &mut *self.state();
        if let Some(mut row) = state.store.find(id.as_str()).cloned() {
            row.set(field, value);
            row.set("LastModifiedDate", state.now);
            row.set("SystemModstamp", state.now);
            state.store.put(row);
        }
    }

    /// The org's now.
    pub fn now(&self) -> Timestamp {
        self.state().now
    }

    /// Sets the org's now.
    pub fn set_now(&self, now: Timestamp) {
        self.state().now = now;
    }

    /// Moves the org's now on.
    pub fn advance(&self, by: Duration) {
        let state = &mut *self.state();
        if let Ok(by) = SignedDuration::try_from(by) {
            state.now = state.now.saturating_add(by).unwrap_or(state.now);
        }
    }

    /// Queues a fault. Where several match a request, the oldest strikes.
    pub fn fault(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    /// Forgets all faults, locks and limits.
    pub fn clear_faults(&self) {
        let state = &mut *self.state();
        state.faults.clear();
        state.locks.clear();
        state.allowed = DAILY_LIMIT;
        state.outbox.reset_limits();
        state.page_limit = None;
        state.indexed_until = None;
    }

    /// Something else holds the row: the next `tries` writes to it get `UNABLE_TO_LOCK_ROW`.
    pub fn lock(&self, id: &Id, tries: u32) {
        self.state().locks.insert(id.clone(), tries);
    }

    /// Queries answer with pages no larger than this, whatever batch size the caller asks for.
    pub fn limit_pages(&self, records: usize) {
        self.state().page_limit = Some(records);
    }

    /// How many calls the org allows a day; it begins with 17 used of 15,000.
    pub fn allow_calls(&self, allowed: u32) {
        self.state().allowed = allowed;
    }

    /// How many calls were made today, by everybody.
    pub fn use_calls(&self, used: u32) {
        self.state().used = used;
    }

    /// How many addresses outside the org may be written to in a day, by everybody: at first 15. Beyond that, e-mails
    /// get `SINGLE_EMAIL_LIMIT_EXCEEDED`. A new day begins at midnight UTC.
    pub fn allow_emails(&self, addresses: u32) {
        self.state().outbox.allowed = addresses;
    }

    /// Whether the org sends e-mail, which it does at first. With `false` ("No access" in the deliverability settings),
    /// e-mails get `NO_SINGLE_MAIL_PERMISSION`.
    pub fn deliver_emails(&self, deliver: bool) {
        self.state().outbox.open = deliver;
    }

    /// Every e-mail that was sent so far, oldest first.
    pub fn sent_emails(&self) -> Vec<SentEmail> {
        self.state().outbox.sent.clone()
    }

    /// Search stops seeing rows that are created from now on; queries still do.
    pub fn pause_search_index(&self) {
        let state = &mut *self.state();
        state.indexed_until = Some(state.now);
    }

    /// Changes the rights of a seeded user.
    pub fn change_access(&self, user: &str, change: impl FnOnce(&mut Access)) {
        let state = &mut *self.state();
        let mut access = state.access(user);
        change(&mut access);
        state.rights.insert(user.to_owned(), access);
    }

    /// Every request so far, oldest first.
    pub fn requests(&self) -> Vec<Entry> {
        self.state().journal.clone()
    }

    /// Every change so far, oldest first.
    pub fn writes(&self) -> Vec<Write> {
        self.state().journal.iter().flat_map(|entry| entry.writes.clone()).collect()
    }

    /// Forgets the requests so far; the rows stay.
    pub fn forget_requests(&self) {
        self.state().journal.clear();
    }

    /// Answers a request.
    pub fn handle(&self, request: Request<Vec<u8>>) -> Reply {
        self.state().handle(&request)
    }
}

impl State {
    fn is_active(&self, user: &str) -> bool {
        let row = self.keys.get(user).and_then(|id| self.store.get("User", id.as_str()));
        row.is_some_and(|row| row.get("IsActive").is_true())
    }

    /// The users, by name.
    fn people(&self) -> Vec<Person> {
        let mut people: Vec<Person> = self
            .keys
            .iter()
            .filter_map(|(key, id)| {
                let row = self.store.get("User", id.as_str())?;
                let text = |field: &str| row.get(field).as_str().unwrap_or_default().to_owned();
                Some(Person {
                    key: key.clone(),
                    id: id.to_string(),
                    name: text("Name"),
                    title: text("Title"),
                    username: text("Username"),
                    active: row.get("IsActive").is_true(),
                })
            })
            .collect();
        people.sort_by(|one, other| one.name.cmp(&other.name));
        people
    }

    /// Signs in: nothing of it counts against the limits, and no session is needed.
    fn sign_in(&mut self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        let organization = self.store.rows("Organization").next();
        let mut desk = oauth::Desk {
            people: self.people(),
            organization: organization.map(|row| row.id.to_string()).unwrap_or_default(),
            company: organization.and_then(|row| row.get("Name").as_str()).unwrap_or_default().to_owned(),
            now: self.now,
            origin: origin(request),
            sessions: &mut self.sessions,
        };
        self.sign_ins.answer(request, &mut desk)
    }

    fn access(&self, user: &str) -> Access {
        let id = self.keys.get(user).cloned().unwrap_or_else(|| Id::numbered("005", 0));
        self.rights.get(user).cloned().unwrap_or_else(|| data::access(user, id))
    }

    fn context(&self, user: &Id) -> Context {
        let null = Value::Null;
        let row = self.store.get("User", user.as_str());
        let text = |field: &str| row.map_or(&null, |row| row.get(field)).as_str().unwrap_or_default().to_owned();
        let organization = self.store.rows("Organization").next();
        let locale = text("LocaleSidKey");
        #[allow(clippy::cast_possible_truncation)] // A month.
        let fiscal_year_start_month =
            organization.and_then(|row| row.get("FiscalYearStartMonth").as_f64()).map_or(1, |month| month as i8);
        Context {
            user: user.clone(),
            now: self.now,
            zone: TimeZone::get(&text("TimeZoneSidKey")).unwrap_or(TimeZone::UTC),
            week_start: week_start(&locale),
            locale,
            language: text("LanguageLocaleKey"),
            fiscal_year_start_month,
            fiscal_year_named_by_start: organization
                .is_some_and(|row| row.get("UsesStartDateAsFiscalYearName").is_true()),
        }
    }

    /// Old activities are archived by night, so that one that is saved with an old date is found until then. The count
    /// of e-mails begins anew.
    fn pass_night(&mut self) {
        let today = utc_day(self.now);
        if today > self.archived_on {
            self.archived_on = today;
            archive::run(&mut self.store, self.now);
            self.outbox.used = 0;
        }
    }

    fn handle(&mut self, request: &Request<Vec<u8>>) -> Reply {
        self.pass_night();
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str()).to_owned();
        let effect = self.faults.iter_mut().find_map(|fault| fault.strike(request.method(), &target));
        let soap = soap::is_path(request.uri().path()).then(|| soap::Call::read(request));
        let mut entry = Entry {
            method: request.method().clone(),
            path: target.clone(),
            body: self.journaled(request),
            user: self.user(request, soap.as_ref()).map(|(key, _)| key),
            status: None,
            writes: Vec::new(),
        };
        if matches!(effect, Some(Effect::DropBefore)) {
            self.journal.push(entry);
            return Reply::Dropped { request_seen: false };
        }
        let mut response = match (early(effect.as_ref(), request, soap.is_some()), &effect) {
            (Some(answer), _) => self.respond(answer),
            (None, Some(Effect::Answer { status, content_type, body })) => {
                plain(*status, content_type, body.clone().into_bytes())
            }
            (None, _) if oauth::is_endpoint(request.uri().path()) => self.sign_in(request),
            (None, _) => {
                let answer = match soap {
                    Some(call) => self.serve_soap(request, call, &mut entry.writes),
                    None => self.serve(request, &target, &mut entry.writes),
                };
                self.respond(answer)
            }
        };
        // <https://www.rfc-editor.org/rfc/rfc9110#field.date>
        let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&self.now);
        if let Some(date) = date.ok().and_then(|date| HeaderValue::from_str(&date).ok()) {
            response.headers_mut().insert(header::DATE, date);
        }
        let sent = !matches!(effect, Some(Effect::DropAfter | Effect::CutBody));
        entry.status = sent.then(|| response.status().as_u16());
        self.journal.push(entry);
        acted_out(effect, response)
    }

    /// The body as the journal keeps it: without any session, which a SOAP envelope holds however badly it is made.
    fn journaled(&self, request: &Request<Vec<u8>>) -> String {
        let body = String::from_utf8_lossy(request.body()).into_owned();
        match soap::is_path(request.uri().path()) {
            true => self.sessions.keys().fold(body, |body, token| body.replace(token, "")),
            false => body,
        }
    }

    /// The user whose token the request carries; of a SOAP call, the user whose session its envelope holds.
    fn user(&self, request: &Request<Vec<u8>>, soap: Option<&Result<soap::Call, soap::Fault>>) -> Option<(String, Id)> {
        let token = match soap {
            Some(call) => call.as_ref().ok()?.session()?,
            None => {
                let header = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
                let (scheme, token) = header.split_once(' ')?;
                if !scheme.eq_ignore_ascii_case("Bearer") && !scheme.eq_ignore_ascii_case("OAuth") {
                    return None;
                }
                token.trim()
            }
        };
        let (key, good) = self.sessions.get(token)?;
        let id = self.keys.get(key)?;
        (*good && self.is_active(key)).then(|| (key.clone(), id.clone()))
    }

    /// Counts a call, and does the work of it as this user.
    ///
    /// # Errors
    /// The daily limit.
    fn at_desk<T>(
        &mut self,
        (key, id): &(String, Id),
        request: &Request<Vec<u8>>,
        writes: &mut Vec<Write>,
        work: impl FnOnce(&mut Desk<'_>) -> T,
    ) -> Result<T, Refusal> {
        if self.used >= self.allowed {
            return Err(fault::daily_limit());
        }
        self.used += 1;
        approve::age(&mut self.store, self.now);
        let access = self.access(key);
        let context = self.context(id);
        let schema = Arc::clone(&self.schema);
        let mut desk = Desk {
            schema: &schema,
            store: &mut self.store,
            access: &access,
            context: &context,
            locks: &mut self.locks,
            writes,
            cursors: &mut self.cursors,
            outbox: &mut self.outbox,
            page_limit: self.page_limit,
            indexed_until: self.indexed_until,
            usage: (self.used, self.allowed),
            origin: origin(request),
        };
        Ok(work(&mut desk))
    }

    fn serve(&mut self, request: &Request<Vec<u8>>, target: &str, writes: &mut Vec<Write>) -> Answer {
        if let Some(status) = too_long(request, target) {
            return Answer::empty(status);
        }
        let path = request.uri().path().trim_end_matches('/');
        if path == "/services/data" {
            return rest::versions();
        }
        let identity = path == "/services/oauth2/userinfo" || path.starts_with("/id/");
        let Some(user) = self.user(request, None) else {
            return if identity {
                Answer { body: Body::Bytes(b"Bad_OAuth_Token".to_vec()), ..Answer::empty(403) }
            } else {
                Answer::from(Refusal::new(401, "INVALID_SESSION_ID", "Session expired or invalid"))
            };
        };
        let headers: BTreeMap<String, String> = request
            .headers()
            .iter()
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
            .collect();
        let answered = self.at_desk(&user, request, writes, |desk| {
            if identity {
                return rest::userinfo(desk);
            }
            let mut answer = match Call::new(request.method().clone(), target, headers, request.body().clone()) {
                Some(call) => desk.answer(&call),
                None => Answer::from(rest::no_such_resource()),
            };
            if let Body::Json(body) = &mut answer.body {
                language::translate(&desk.context.language, body);
            }
            answer
        });
        answered.unwrap_or_else(Answer::from)
    }

    /// A call of the SOAP API. A session that is no good is a fault there, and no 401.
    fn serve_soap(
        &mut self,
        request: &Request<Vec<u8>>,
        call: Result<soap::Call, soap::Fault>,
        writes: &mut Vec<Write>,
    ) -> Answer {
        if request.method() != http::Method::POST {
            return Answer::empty(405);
        }
        let user = self.user(request, Some(&call));
        match (call, user) {
            (Err(fault), _) => fault.answer(),
            (Ok(_), None) => soap::Fault::session().answer(),
            (Ok(call), Some(user)) => self
                .at_desk(&user, request, writes, |desk| soap::answer(desk, &call))
                .unwrap_or_else(|refusal| soap::Fault::from(refusal).answer()),
        }
    }

    fn respond(&self, answer: Answer) -> Response<Vec<u8>> {
        let is_xml = matches!(answer.body, Body::Xml(_));
        let (content_type, body) = match answer.body {
            Body::Empty => ("", Vec::new()),
            Body::Json(json) => ("application/json;charset=UTF-8", json_bytes(&json)),
            Body::Bytes(bytes) => ("application/octet-stream", bytes),
            Body::Xml(text) => ("text/xml; charset=utf-8", text.into_bytes()),
        };
        let mut response = plain(answer.status, content_type, body);
        // SOAP tells the usage in its envelope.
        let usage = (!is_xml).then(|| ("Sforce-Limit-Info", format!("api-usage={}/{}", self.used, self.allowed)));
        for (name, value) in answer.headers.into_iter().chain(usage) {
            if let (Ok(name), Ok(value)) =
                (header::HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value))
            {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

/// The answer of a fault that strikes before the org sees the request.
fn early(effect: Option<&Effect>, request: &Request<Vec<u8>>, is_soap: bool) -> Option<Answer> {
    match effect? {
        Effect::Refuse(refusal) if is_soap => Some(soap::Fault::from(refusal.clone()).answer()),
        Effect::Refuse(refusal) => Some(Answer::from(refusal.clone())),
        Effect::EchoAuthorization => {
            let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
            Some(Answer::from(Refusal::new(
                400,
                "INVALID_AUTH_HEADER",
                format!("INVALID_AUTH_HEADER: could not use header Authorization: {}", header.unwrap_or_default()),
            )))
        }
        Effect::Redirect(location) => Some(Answer::empty(302).with("Location", location.as_str())),
        _ => None,
    }
}

/// What becomes of an answer on its way.
fn acted_out(effect: Option<Effect>, mut response: Response<Vec<u8>>) -> Reply {
    match effect {
        Some(Effect::DropAfter) => Reply::Dropped { request_seen: true },
        Some(Effect::Delay(by)) => Reply::Delayed { by, then: Box::new(Reply::Response(response)) },
        Some(Effect::CutBody) => {
            let length = response.body().len();
            response.body_mut().truncate(length / 2);
            Reply::Cut { response, length }
        }
        Some(Effect::Truncate) => {
            let length = response.body().len();
            response.body_mut().truncate(length / 2);
            Reply::Response(response)
        }
        Some(Effect::Oversize(bytes)) => {
            let length = response.body().len().max(bytes);
            response.body_mut().resize(length, b' ');
            Reply::Response(response)
        }
        Some(Effect::WrongContent) => {
            let page = b"<html><head><title>Login | Salesforce</title></head><body>Please log in.</body></html>";
            Reply::Response(plain(200, "text/html;charset=UTF-8", page.to_vec()))
        }
        _ => Reply::Response(response),
    }
}

fn utc_day(instant: Timestamp) -> Date {
    instant.to_zoned(TimeZone::UTC).date()
}

/// Where the request came to, as links say it.
fn origin(request: &Request<Vec<u8>>) -> String {
    let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = named.or_else(|| request.uri().host()).unwrap_or("demo.my.salesforce.com");
    let scheme = if host.starts_with("127.") || host.starts_with("localhost") { "http" } else { "https" };
    format!("{scheme}://{host}")
}

/// 414 for a URI that is too long, 431 for one that is too long together with the headers.
fn too_long(request: &Request<Vec<u8>>, target: &str) -> Option<u16> {
    let headers: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    match target.len() {
        uri if uri > LONGEST_HEAD => Some(414),
        uri if uri + headers > LONGEST_HEAD => Some(431),
        _ => None,
    }
}

fn json_bytes(json: &Json) -> Vec<u8> {
    exact::unmark(json.to_string()).into_bytes()
}

fn plain(status: u16, content_type: &'static str, body: Vec<u8>) -> Response<Vec<u8>> {
    let mut response = Response::new(body);
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
    if !content_type.is_empty() {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    response
}
