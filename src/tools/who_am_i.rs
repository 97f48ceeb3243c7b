//! `who_am_i`: the user, the org and what is possible. One composite request: the user's row, and what is not known yet
//! of the org, its currency and the objects that are told of. With an empty cache, `GET userinfo` before.
//!
//! The settings of a connection keep records from the tools: where users may not be read, the user's name alone is told, as
//! it is of whoever owns a record. What the org says of itself is no record of the CRM.

use std::rc::Rc;

use crate::call::organization;
use crate::call::{Call, PART_NAMES, unsendable};
use crate::error::Error;
use crate::policy::Effect;
use crate::record::Record;
use crate::resolve::names;
use crate::rest::{BasicInformation, Composite, Query, ReadError, Retrieve, User, Which};
use crate::schema::GlobalDescribe;
use crate::schema::well_known::{ACTIVITY_OBJECTS, CORE};
use crate::soql::{Comparison, Condition, FieldList, FieldName, FieldPath, ObjectName, Select};
use crate::time::clock::{Clock, Placed};
use crate::wit::{ApiCalls, OrgInfo, UserInfo, WhoAmIArgs, WhoAmIReply};

/// The cache's name for the corporate currency, empty where there is only one: no object is called so.
const CURRENCY: &str = "*currency";

/// The most objects that are told of: as many as go into one request with the user, the org and the currency.
const MAX_OBJECTS: usize = PART_NAMES.len() - 3;

static USER: ObjectName = ObjectName::from_static("User");

/// Says who the user is, and where.
pub(super) fn who_am_i(call: &Call<'_>, args: WhoAmIArgs) -> Result<WhoAmIReply, Error> {
    if args.objects.len() > MAX_OBJECTS {
        return Err(Error::argument("objects", format!("name at most {MAX_OBJECTS} objects")));
    }
    let mut wanted = Vec::new();
    for object in &args.objects {
        wanted.push(call.plan(object.as_str(), names::object)?);
    }
    let user = call.user()?;
    let mut notices = Vec::new();
    let mut objects = told(call, wanted);
    if let Some(more @ 1..) = objects.len().checked_sub(MAX_OBJECTS) {
        notices.push(format!("the settings name {more} more objects: ask for those by name"));
        objects.truncate(MAX_OBJECTS);
    }
    let facts = read(call, &user, &objects)?;
    let row = facts.user.as_ref().map(Record::fields).unwrap_or_default();
    if facts.user.is_none() {
        notices.push("Salesforce does not show the user's own row: name and e-mail are missing".to_owned());
    }
    if facts.org.is_none() {
        notices.push("Salesforce does not show the org's own row: its name and kind are missing".to_owned());
    }
    // The row is newer than what is kept.
    let zone = row.text("TimeZoneSidKey").unwrap_or_else(|| user.zone.clone());
    let clock = Clock::new(user.id, &zone, call.now(), &mut notices);
    if zone != user.zone {
        call.remember_user(User { zone, ..user });
    }
    let mut reply = WhoAmIReply {
        user: UserInfo {
            id: clock.user.to_string(),
            name: row.text("Name"),
            username: row.text("Username"),
            email: row.text("Email"),
            locale: row.text("LocaleSidKey"),
            language: row.text("LanguageLocaleKey"),
            // The field exists only where there are several currencies.
            currency: row.text("DefaultCurrencyIsoCode"),
        },
        org: org_info(call, &facts),
        zone: clock.zone(),
        now: clock.shown(Placed::Moment(clock.now)),
        readable: Vec::new(),
        creatable: Vec::new(),
        editable: Vec::new(),
        api_calls: call.api_calls().map(|calls| ApiCalls { left: calls.left(), allowed: calls.allowed }),
        notices,
    };
    if reply.user.currency.is_some() {
        reply.org.multi_currency = Some(true);
    }
    if reply.org.multi_currency == Some(false) {
        reply.notices.push("the org has one currency, and Salesforce does not say here which".to_owned());
    }
    add_rights(call, &facts, &objects, &mut reply);
    Ok(reply)
}

/// What Salesforce says, as far as it does.
struct Facts {
    user: Option<Record>,
    org: Option<Record>,
    /// The corporate currency; empty where there is only one.
    currency: Option<String>,
    /// The list of all objects, or what is told of each by itself.
    objects: Vec<Rc<GlobalDescribe>>,
}

fn read(call: &Call<'_>, user: &User, objects: &[ObjectName]) -> Result<Facts, Error> {
    let mut facts = Facts {
        user: None,
        org: organization::cached(call),
        currency: call.cache_get(CURRENCY).and_then(|(bytes, _)| String::from_utf8(bytes).ok()),
        objects: call.recall_objects().into_iter().collect(),
    };
    // Naming a field that is hidden from the user fails; a row without names has what there is.
    let name_alone = [FieldName::from_static("Name")];
    let fields = if call.known().may_read(&USER) { &[][..] } else { &name_alone };
    let row = Retrieve { object: &USER, record: Which::Id(&user.id), fields };
    let (organization, corporate) = (organization::query(), corporate());
    let mut composite = Composite::default();
    let user_part = composite.add("user", &row).map_err(unsendable)?;
    let mut ask = |missing: bool, name, query: &Query| {
        missing.then(|| composite.add(name, query)).transpose().map_err(unsendable)
    };
    let org_part = ask(facts.org.is_none(), "org", &organization)?;
    let currency_part = ask(facts.currency.is_none(), "currency", &corporate)?;
    // The list of a large org is a megabyte and more, of which this is some kilobytes.
    let mut parts = Vec::new();
    if facts.objects.is_empty() {
        for (object, name) in objects.iter().map(BasicInformation).zip(PART_NAMES) {
            parts.push((composite.add(name, &object).map_err(unsendable)?, object));
        }
    }
    let answer = call.send_all(&composite)?;
    facts.user = answer.read(user_part, &row).ok();
    if let Some(part) = org_part {
        facts.org = answer.read(part, &organization).ok().and_then(|page| organization::remember(call, page));
    }
    if let Some(part) = currency_part {
        facts.currency = match answer.read(part, &corporate) {
            Ok(page) => page.records.first().and_then(|row| row.fields().text("IsoCode")),
            // The object exists only where there are several currencies.
            Err(ReadError::Refused(refusal)) if refusal.names_unknown() => Some(String::new()),
            Err(_) => None,
        };
        if let Some(currency) = &facts.currency {
            call.cache_put(CURRENCY, currency.as_bytes());
        }
    }
    for (part, object) in parts {
        facts.objects.extend(answer.read(part, &object).ok().map(Rc::new));
    }
    Ok(facts)
}

/// The query for the corporate currency.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_currencytype.htm>
fn corporate() -> Query {
    let code = FieldList::from(FieldPath::from_static("IsoCode"));
    let mut select = Select::new(code, ObjectName::from_static("CurrencyType"));
    select.condition = Some(Condition::compare(FieldPath::from_static("IsCorporate"), Comparison::Eq, true));
    Query::new(&select)
}

fn org_info(call: &Call<'_>, facts: &Facts) -> OrgInfo {
    let row = facts.org.as_ref().map(Record::fields).unwrap_or_default();
    let currency = facts.currency.as_deref();
    OrgInfo {
        id: row.text("Id"),
        name: row.text("Name"),
        sandbox: row.get("IsSandbox").map(|value| value.get() == "true"),
        origin: call.origin(),
        currency: currency.filter(|code| !code.is_empty()).map(str::to_owned),
        multi_currency: currency.map(|code| !code.is_empty()),
    }
}

/// The objects that the reply tells of: those asked for, or else the core ones and those the settings name.
fn told(call: &Call<'_>, mut told: Vec<ObjectName>) -> Vec<ObjectName> {
    if told.is_empty() {
        let grants = &call.settings().objects;
        let granted = [&grants.read, &grants.append, &grants.edit].into_iter().flatten().flatten().map(String::as_str);
        for name in CORE.into_iter().chain(ACTIVITY_OBJECTS).chain(granted) {
            if !told.iter().any(|known: &ObjectName| known.as_str().eq_ignore_ascii_case(name)) {
                told.extend(ObjectName::parse(name));
            }
        }
    }
    told
}

/// Tells what may be done with which objects: what Salesforce lets the user do, less what the settings take away.
fn add_rights(call: &Call<'_>, facts: &Facts, told: &[ObjectName], reply: &mut WhoAmIReply) {
    if facts.objects.is_empty() {
        reply.notices.push("what the user may do is not known: Salesforce did not list the objects".to_owned());
        return;
    }
    let settings = call.settings();
    let mut narrowed = !call.known().may_read(&USER);
    let listed = |name: &ObjectName| facts.objects.iter().find_map(|list| list.object(name.as_str()));
    for object in told.iter().filter_map(listed) {
        let Ok(name) = ObjectName::parse(object.name()) else { continue };
        for (may, effect, list) in [
            (object.queryable(), Effect::ReadOnly, &mut reply.readable),
            (object.createable(), Effect::Additive, &mut reply.creatable),
            (object.updateable(), Effect::Overwrites, &mut reply.editable),
        ] {
            let closed = settings.read_only && effect != Effect::ReadOnly;
            if may && !closed && call.known().allow_object(&name, effect).is_ok() {
                list.push(name.to_string());
            } else {
                narrowed |= may;
            }
        }
    }
    if narrowed {
        reply.notices.push("Salesforce lets the user do more than the settings of this connection do".to_owned());
    }
}
