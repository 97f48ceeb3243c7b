//! The typed face without this library: a whole host in one file, with its own bindings of `wit/`, on the demo org.
//! `cargo run -p salesforce-host --example typed`
//!
//! A platform puts its own HTTP client, secret store, cache and settings where this file has the least that works; what
//! a host owes its users besides (limits of time and memory, checks of what goes out) is in `src/`.

use std::collections::BTreeMap;
use std::sync::Arc;

use demo_org::{Org, Reply};
use wasmtime::component::{Component, HasSelf, Linker, Resource, ResourceTable};
use wasmtime::{Config, Engine, Result, Store};

#[allow(missing_docs)] // Generated.
mod bindings {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "plugin",
        imports: { default: trappable },
        with: { "salesforce:plugin/secrets.secret": super::Secret },
    });
}

use bindings::Plugin;
use bindings::salesforce::plugin::http::{CredentialPlace, Failure, FailureKind, Method, Request, Response};
use bindings::salesforce::plugin::read_types::*;
use bindings::salesforce::plugin::settings_types::*;
use bindings::salesforce::plugin::types::{ActivityKind, Error};
use bindings::salesforce::plugin::write_types::*;
use bindings::salesforce::plugin::{
    cache, clock, http as wit_http, read_types, secrets, settings, settings_types, sign_in_types, types, write_types,
};

/// Where every request goes.
const ORIGIN: &str = "https://demo.my.salesforce.com";

/// An access token: the guest gets a handle to it, and no function that reads it.
#[allow(unreachable_pub)] // The bindings export it once more.
pub struct Secret(String);

/// What one user's calls work with.
struct Connection {
    org: Arc<Org>,
    secrets: ResourceTable,
    cache: BTreeMap<String, Vec<u8>>,
}

impl wit_http::Host for Connection {
    fn send(&mut self, request: Request, credential: Resource<Secret>) -> Result<Result<Response, Failure>> {
        let Secret(token) = self.secrets.get(&credential)?;
        if request.credential_place != CredentialPlace::Bearer {
            let detail = Some("this host puts the credential into the header alone".to_owned());
            return Ok(Err(Failure { kind: FailureKind::Denied, request_sent: false, detail }));
        }
        let method = match request.method {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        };
        // The guest names a path; the origin is the host's alone to choose.
        let uri = format!("{ORIGIN}{}", request.path);
        let mut outgoing = http::Request::builder().method(method).uri(uri);
        for (name, value) in request.headers {
            outgoing = outgoing.header(name, value);
        }
        let outgoing = outgoing.header("authorization", format!("Bearer {token}"));
        let Reply::Response(response) = self.org.handle(outgoing.body(request.body.unwrap_or_default())?) else {
            let detail = Some("no answer".to_owned());
            return Ok(Err(Failure { kind: FailureKind::Unreachable, request_sent: true, detail }));
        };
        let (parts, body) = response.into_parts();
        let headers =
            parts.headers.iter().filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
        Ok(Ok(Response { status: parts.status.as_u16(), headers: headers.collect(), body }))
    }

    fn origin(&mut self) -> Result<String> {
        Ok(ORIGIN.to_owned())
    }
}

impl secrets::Host for Connection {
    fn access_token(&mut self) -> Result<Option<Resource<Secret>>> {
        Ok(Some(self.secrets.push(Secret(self.org.token("riley")))?))
    }
}

impl secrets::HostSecret for Connection {
    fn drop(&mut self, secret: Resource<Secret>) -> Result<()> {
        self.secrets.delete(secret)?;
        Ok(())
    }
}

impl clock::Host for Connection {
    fn now(&mut self) -> Result<u64> {
        Ok(self.org.now().as_millisecond().try_into()?)
    }
}

impl cache::Host for Connection {
    fn get(&mut self, key: String) -> Result<Option<Vec<u8>>> {
        Ok(self.cache.get(&key).cloned())
    }

    fn put(&mut self, key: String, value: Vec<u8>) -> Result<()> {
        self.cache.insert(key, value);
        Ok(())
    }
}

impl settings::Host for Connection {
    fn get(&mut self) -> Result<ConnectionSettings> {
        let objects = ObjectGrants { read: None, append: None, edit: None };
        let (instructions, vocabulary) = (None, Vec::new());
        // This one writes the credential into the header alone, and so offers no tool that needs more.
        Ok(ConnectionSettings { tools: None, read_only: false, objects, instructions, vocabulary, soap_session: false })
    }
}

// Interfaces that hold records alone have nothing to implement.
impl types::Host for Connection {}
impl read_types::Host for Connection {}
impl write_types::Host for Connection {}
impl settings_types::Host for Connection {}
impl sign_in_types::Host for Connection {}

fn main() -> Result<()> {
    print!("{}", story()?);
    Ok(())
}

/// Finds an account, reads it, changes it, logs a call and adds up the pipeline; says what came of each.
pub(crate) fn story() -> Result<String> {
    let engine = Engine::new(Config::new().epoch_interruption(true))?;
    // A platform with a compiler gives `COMPONENT` to `Component::from_binary`.
    // SAFETY: the code is what the library's build script made.
    #[allow(unsafe_code)]
    let component = unsafe { Component::deserialize(&engine, salesforce_host::MACHINE_CODE) }?;
    let mut linker = Linker::new(&engine);
    Plugin::add_to_linker::<_, HasSelf<_>>(&mut linker, |connection| connection)?;
    let org = Arc::new(Org::demo());
    let connection = Connection { org, secrets: ResourceTable::new(), cache: BTreeMap::new() };
    // One instance does for a story; a platform takes a fresh one for every call.
    let mut store = Store::new(&engine, connection);
    // Nothing advances the epoch here, and so nothing ends a call.
    store.set_epoch_deadline(1);
    let plugin = Plugin::instantiate(&mut store, &component, &linker)?;
    let mut said = String::new();

    let args = FindArgs { text: "Acme".to_owned(), objects: vec!["Account".to_owned()], limit: None };
    let found = ok(plugin.salesforce_plugin_read().call_find(&mut store, &args)?)?;
    for candidate in &found.candidates {
        said += &format!("{}  {}\n", candidate.id, candidate.name.as_deref().unwrap_or("(no name)"));
    }
    // Several fit: a person chooses. This one takes the first.
    let Some(acme) = found.candidates.into_iter().next().map(|candidate| candidate.id) else { return Ok(said) };

    let args = GetArgs {
        record: acme.clone(),
        object: None,
        fields: vec!["Name".to_owned(), "Employees".to_owned()],
        full: None,
        related: Vec::new(),
    };
    let account = ok(plugin.salesforce_plugin_read().call_get(&mut store, &args)?)?;
    said += &format!("{}: {}\n", account.link, account.fields);

    // `from` is what the person said: where the record holds another value, nothing is written.
    for (from, to) in [("100", "500"), ("100", "600")] {
        let args = UpdateArgs {
            record: Some(acme.clone()),
            records: Vec::new(),
            object: None,
            fields: Some(format!(r#"{{"Employees": {to}}}"#)),
            from: Some(format!(r#"{{"Employees": {from}}}"#)),
            allow_duplicate: None,
        };
        match plugin.salesforce_plugin_edit().call_update(&mut store, &args)? {
            Ok(receipt) => {
                let changes = receipt.records.iter().flat_map(|record| &record.changes);
                changes.for_each(|change| {
                    let before = change.before.as_deref().unwrap_or("(not shown)");
                    said += &format!("{}: {before} → {}\n", change.field, change.after);
                });
            }
            Err(error) => said += &format!("{:?}: {}\n", error.kind, error.message),
        }
    }

    let args = LogActivityArgs {
        kind: ActivityKind::Call,
        who: Some("Bob Stone at Acme".to_owned()),
        what: None,
        what_object: None,
        text: Some("They are 500 now.".to_owned()),
        subject: None,
        when: None,
        minutes: Some(10),
        outcome: None,
        direction: Some(CallDirection::Outbound),
        owner: None,
        priority: None,
        follow_up: Some(FollowUp {
            kind: None,
            when: "2026-05-19T15:00".to_owned(),
            subject: None,
            text: None,
            minutes: None,
        }),
    };
    let logged = ok(plugin.salesforce_plugin_append().call_log_activity(&mut store, &args)?)?;
    for activity in &logged.created {
        said +=
            &format!("{:?}, {} ({})\n", activity.kind, activity.when.as_deref().unwrap_or("at no time"), logged.zone);
    }

    let args = QueryArgs {
        soql: "SELECT Stage, SUM(Amount) FROM Opportunity WHERE Closed = :closed GROUP BY Stage".to_owned(),
        params: Some(r#"{"closed": false}"#.to_owned()),
        limit: None,
        cursor: None,
    };
    let pipeline = ok(plugin.salesforce_plugin_read().call_query(&mut store, &args)?)?;
    said += &format!("{}\n", pipeline.columns.join(", "));
    for row in &pipeline.rows {
        said += &format!("{row}\n");
    }
    Ok(said)
}

/// A reply; an error as the model would read it.
fn ok<R>(answer: std::result::Result<R, Error>) -> Result<R> {
    answer.map_err(|error| wasmtime::format_err!("{:?}: {}", error.kind, error.message))
}
