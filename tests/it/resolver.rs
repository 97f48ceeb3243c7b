//! Whatever people an org holds and whatever is said of them: a write goes to the one who is meant, or to nobody.
//!
//! What is meant is said here a second time, and more slowly: by a look at every person of the org.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::Config;
use serde_json::{Value, json};

use crate::bench::Bench;
use crate::said::records;

/// Asks of so many cases.
fn config(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}

static FIRST: [&str; 8] = ["Robert", "Bob", "Rob", "Roberta", "William", "Bill", "Zoë", "José"];
static LAST: [&str; 9] = ["Quill", "Quillon", "Quill-Marsh", "Marsh", "O'Quill", "Qu%ll", "Qu_ll", "Quill\\", "משה"];
/// The keys of accounts, two of which begin alike.
const ACCOUNTS: [&str; 3] = ["acme", "acme_holdings", "globex"];

/// Which first names another may stand for, of those above.
const SHORT_FORMS: [(&str, &[&str]); 5] = [
    ("robert", &["bob", "rob"]),
    ("bob", &["robert"]),
    ("rob", &["robert"]),
    ("william", &["bill"]),
    ("bill", &["william"]),
];

/// A person to put into the org: what they are called, and for whom they work.
#[derive(Debug, Clone)]
struct New {
    first: &'static str,
    last: &'static str,
    account: &'static str,
}

fn new() -> impl Strategy<Value = New> {
    let parts = (select(&FIRST[..]), select(&LAST[..]), select(&ACCOUNTS[..]));
    parts.prop_map(|(first, last, account)| New { first, last, account })
}

/// A word, its beginning, or a piece out of its middle.
fn word(text: &'static str) -> impl Strategy<Value = String> {
    let whole = (0, text.chars().count());
    prop_oneof![6 => Just(whole), 2 => (Just(0), 2_usize..4), 1 => (Just(1), 2_usize..4)]
        .prop_map(move |(start, length)| text.chars().skip(start).take(length).collect::<String>())
}

/// What somebody says: names, and perhaps the company.
fn said(first: &'static [&'static str], last: &'static [&'static str]) -> impl Strategy<Value = String> {
    let first = option::weighted(0.7, select(first).prop_flat_map(word));
    let last = option::weighted(0.8, select(last).prop_flat_map(word));
    let place = option::weighted(0.4, select(&["Acme", "acme h", "Globex", "Initech"][..]));
    let at = select(&[" at ", " from ", " @ ", " AT "][..]);
    (first, last, place, at, any::<bool>()).prop_filter_map("nobody is said", |(first, last, place, at, upper)| {
        let name = [first, last].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let name = if upper { name.to_uppercase() } else { name };
        (!name.is_empty()).then(|| place.map_or(name.clone(), |place| format!("{name}{at}{place}")))
    })
}

/// People, of whom some share a name, and what is said: often of one of them.
fn scene() -> impl Strategy<Value = (Vec<New>, String)> {
    let twins = (new(), select(&ACCOUNTS[..])).prop_map(|(one, account)| vec![New { account, ..one.clone() }, one]);
    let some = prop_oneof![1 => vec(new(), 0..4), 1 => twins];
    (some, vec(new(), 0..3)).prop_flat_map(|(mut people, more)| {
        people.extend(more);
        let of_one =
            people.first().map_or((&FIRST[..], &LAST[..]), |one| (only(&FIRST, one.first), only(&LAST, one.last)));
        let said = prop_oneof![1 => said(&FIRST, &LAST), 2 => said(of_one.0, of_one.1)];
        (Just(people), said)
    })
}

/// The names that are this one.
fn only(names: &'static [&'static str], name: &str) -> &'static [&'static str] {
    let at = names.iter().position(|known| *known == name).unwrap();
    &names[at..=at]
}

/// A person of the org.
#[derive(Debug, Clone)]
struct Person {
    id: String,
    first: String,
    last: String,
    company: String,
}

/// The people of the org that may be meant: contacts, and leads that were not converted.
fn people(bench: &Bench, objects: &[&str]) -> Vec<Person> {
    let mut people = Vec::new();
    for object in objects {
        for row in bench.org.rows(object) {
            let text = |field: &str| row.get(field).as_str().unwrap_or_default().to_lowercase();
            let account = row.get("AccountId").as_str().and_then(demo_org::Id::parse);
            let account = account.and_then(|id| bench.org.row(&id));
            if row.get("IsConverted").is_true() {
                continue;
            }
            people.push(Person {
                id: row.id.to_string(),
                first: text("FirstName"),
                last: text("LastName"),
                company: account.map_or(text("Company"), |row| row.get("Name").as_str().unwrap().to_lowercase()),
            });
        }
    }
    people
}

fn words(text: &str) -> Vec<&str> {
    text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

/// Whether a text has the pieces of another in their order.
fn has(text: &str, pieces: &str) -> bool {
    let mut rest = text;
    pieces.split_whitespace().all(|piece| match rest.find(piece) {
        Some(at) => {
            rest = &rest[at + piece.len()..];
            true
        }
        None => false,
    })
}

/// How well a person goes by a name: 0 by the whole, 1 by the same words, 2 by words, 3 by a short form, 4 by beginnings.
fn class(said: &str, person: &Person) -> Option<usize> {
    let name = format!("{} {}", person.first, person.last);
    let (first, rest) = said.split_once(' ').unwrap_or((said, ""));
    let forms = SHORT_FORMS.iter().find(|(name, _)| *name == first).map_or(&[][..], |(_, forms)| forms);
    let is_short = forms.contains(&person.first.as_str());
    if !(has(&name, said) || (is_short && has(&person.last, rest))) {
        return None;
    }
    if name == said {
        return Some(0);
    }
    let (spoken, held) = (words(said), words(&name));
    let each = spoken.iter().enumerate().map(|(index, word)| {
        if held.contains(word) {
            Some(2)
        } else if index == 0 && is_short {
            Some(3)
        } else {
            held.iter().any(|held| held.starts_with(word)).then_some(4)
        }
    });
    let class = each.collect::<Option<Vec<_>>>()?.into_iter().max()?;
    if class == 2 && held.iter().all(|word| spoken.contains(word)) { Some(1) } else { Some(class) }
}

/// Who may be meant, each with how well they fit.
fn plausible(said: &str, people: &[Person]) -> Vec<((usize, bool), String)> {
    let said = said.to_lowercase();
    let split = [" at ", " from ", " @ "].iter().find_map(|at| said.split_once(at));
    let fits = people.iter().filter_map(|person| {
        let fit = match split {
            None => (class(&said, person)?, false),
            Some((name, place)) if has(&person.company, place) => (class(name, person)?, person.company != place),
            Some(_) => return None,
        };
        Some((fit, person.id.clone()))
    });
    fits.collect()
}

/// The one who is meant, if anybody is: the only one, or the one who fits best, and well enough.
fn meant(plausible: &[((usize, bool), String)], enough: usize) -> Option<&str> {
    if let [(_, only)] = plausible {
        return Some(only);
    }
    let best = plausible.iter().map(|(fit, _)| fit).min()?;
    let mut first = plausible.iter().filter(|(fit, _)| fit == best);
    let (fit, id) = first.next()?;
    (first.next().is_none() && fit.0 <= enough).then_some(id)
}

/// The demo org, and a cache that knows what the calls need.
fn warm() -> Bench {
    static CACHE: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| {
        let bench = Bench::warm(&["Contact", "Lead", "Case"]);
        bench.ok("activities", json!({}));
        bench.cache.take()
    });
    let bench = Bench::new();
    bench.cache.replace(CACHE.clone());
    bench
}

/// An org with these people, and one lead at most.
fn org(people: &[New], lead: Option<&New>) -> Bench {
    let bench = warm();
    for New { first, last, account } in people {
        let fields = json!({ "FirstName": first, "LastName": last, "AccountId": bench.id(account) });
        bench.created(json!({ "object": "Contact", "fields": fields, "allow_duplicate": true }));
    }
    if let Some(New { first, last, .. }) = lead {
        bench.ok(
            "create",
            json!({ "object": "Lead", "fields": { "FirstName": first, "LastName": last, "Company": "Acme" } }),
        );
    }
    bench.org.forget_requests();
    bench
}

/// That nothing was written, that nobody is left out who is named exactly so, and nobody there who can't be meant.
fn asks(bench: &Bench, error: &Value, plausible: &[((usize, bool), String)]) -> Result<(), TestCaseError> {
    prop_assert_eq!(bench.org.writes().len(), 0);
    prop_assert_eq!(&error["changed"], "no");
    let kind = if plausible.is_empty() { "not_found" } else { "ambiguous" };
    prop_assert_eq!(&error["kind"], kind, "{:#}", error);
    let candidates: Vec<_> =
        error["candidates"].as_array().into_iter().flatten().map(|one| one["id"].as_str().unwrap()).collect();
    for (fit, id) in plausible {
        prop_assert!(*fit != (0, false) || candidates.contains(&id.as_str()) || candidates.len() == 10, "{:#}", error);
    }
    for candidate in candidates {
        prop_assert!(plausible.iter().any(|(_, id)| id == candidate), "{:#}", error);
    }
    Ok(())
}

/// What a call says that does not depend on ids.
fn outcome(bench: &Bench, reply: Result<Value, Value>, field: &str) -> Vec<String> {
    let ids: Vec<String> = match &reply {
        Ok(_) => bench
            .org
            .writes()
            .iter()
            .filter_map(|write| bench.org.row(&write.id)?.get(field).as_str().map(str::to_owned))
            .collect(),
        Err(error) => error["candidates"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect(),
    };
    let mut people: Vec<_> = people(bench, &["Contact", "Lead"])
        .into_iter()
        .filter(|person| ids.contains(&person.id))
        .map(|person| format!("{} {} {} {}", reply.is_ok(), person.first, person.last, person.company))
        .collect();
    people.sort();
    people
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn a_lookup_is_set_to_the_one_who_is_meant_or_to_nobody((people, said) in scene()) {
        let bench = org(&people, None);
        let plausible = plausible(&said, &self::people(&bench, &["Contact"]));
        let fields = json!({ "Subject": "x", "Contact": said });
        match (bench.call("create", json!({ "object": "Case", "fields": fields })), meant(&plausible, 1)) {
            (Ok(reply), Some(id)) => prop_assert_eq!(&reply["records"][0]["fields"]["ContactId"], id),
            (Err(error), None) => asks(&bench, &error, &plausible)?,
            (outcome, meant) => prop_assert!(false, "{:?}: {:#?}, but meant is {:?} of {:?}", said, outcome, meant, plausible),
        }
    }

    #[test]
    fn an_activity_is_logged_with_the_one_who_is_meant_or_with_nobody(
        (people, said) in scene(),
        lead in option::of(new()),
    ) {
        let bench = org(&people, lead.as_ref());
        let plausible = plausible(&said, &self::people(&bench, &["Contact", "Lead"]));
        match (bench.call("log_activity", json!({ "kind": "call", "who": said })), meant(&plausible, 2)) {
            (Ok(reply), Some(id)) => {
                prop_assert_eq!(&reply["created"][0]["fields"]["WhoId"], id);
                prop_assert_eq!(&reply["who"]["id"], id);
            }
            (Err(error), None) => asks(&bench, &error, &plausible)?,
            (outcome, meant) => prop_assert!(false, "{:?}: {:#?}, but meant is {:?} of {:?}", said, outcome, meant, plausible),
        }
    }

    #[test]
    fn the_order_in_which_people_came_into_the_org_does_not_matter((people, said) in scene()) {
        let reversed: Vec<_> = people.iter().cloned().rev().collect();
        let [one, other] = [&people, &reversed].map(|people| {
            let bench = org(people, None);
            let fields = json!({ "Subject": "x", "Contact": said });
            let created = bench.call("create", json!({ "object": "Case", "fields": fields }));
            let case = outcome(&bench, created, "ContactId");
            bench.org.forget_requests();
            let logged = bench.call("log_activity", json!({ "kind": "call", "who": said }));
            (case, outcome(&bench, logged, "WhoId"))
        });
        prop_assert_eq!(one, other);
    }

    #[test]
    fn no_text_breaks_a_query_or_matches_more_than_it_says(
        said in r#"([a-e%_\\'"?*{}()!&|~:; -]|at|from|@|ä|🚀|\u{202e}|Acme|percent|O'Brien|100%){1,6}"#,
    ) {
        let bench = warm();
        let texts = |row: &demo_org::store::Row| {
            ["Name", "Subject", "Email"].map(|field| row.get(field).as_str().unwrap_or_default().to_lowercase())
        };
        let fields = json!({ "LastName": "Zed", "Account": said });
        let outcomes = [
            bench.call("create", json!({ "object": "Contact", "fields": fields })),
            bench.call("log_activity", json!({ "kind": "call", "what": said })),
            bench.call("log_activity", json!({ "kind": "call", "who": said })),
            bench.call("get", json!({ "object": "Account", "record": said })),
            bench.call("query", records(json!({ "object": "Contact", "filters": [{ "field": "Account", "value": said }] }))),
            bench.call("find", json!({ "text": said })),
        ];
        for outcome in &outcomes {
            if let Err(error) = outcome {
                let kind = error["kind"].as_str().unwrap();
                prop_assert!(["invalid_input", "ambiguous", "not_found"].contains(&kind), "{:?}: {:#}", said, error);
                prop_assert_eq!(error.get("code"), None, "{:?}: {:#}", said, error);
            }
        }
        let [created, logged, ..] = &outcomes;
        for id in [created.as_ref().map(|reply| &reply["fields"]["AccountId"]), logged.as_ref().map(|reply| &reply["what"]["id"])] {
            let Some(id) = id.ok().and_then(Value::as_str) else { continue };
            let row = bench.org.row(&demo_org::Id::parse(id).unwrap()).unwrap();
            prop_assert!(texts(&row).iter().any(|text| has(text, &said.to_lowercase())), "{:?}: {:?}", said, row);
        }
    }
}
