//! What a call learns of the org and of its user, and where: from the host's cache, the embedded table or the org.

use std::rc::Rc;
use std::slice;

use super::{Call, PART_NAMES, read_error, unsendable};
use crate::error::Error;
use crate::id::RecordId;
use crate::known::{Learned, Need, PlanError, unknown_object};
use crate::platform::Cache;
use crate::reply::MAX_ROWS;
use crate::rest::{Composite, Describe, DescribeGlobal, FindObject, IS_KEPT, PicklistValues, User, UserInfo};
use crate::schema::{Found, GlobalDescribe, ObjectSchema, Sought, standard};
use crate::soql::{Condition, FieldList, FieldPath, ObjectName, Pattern, Select};
use crate::time::clock::Clock;
use crate::wit::ErrorKind;

/// How long a description is used without asking again.
const MAX_AGE_MS: u64 = 24 * 60 * 60 * 1000;

/// How long a description is believed when it lacks what somebody names: an admin may just have added it.
const TRUSTED_AGE_MS: u64 = 5 * 60 * 1000;

/// How long the org's word that nothing has changed stands for reading it anew. Whether the user's rights count as a
/// change the manual does not say, so that what was granted meanwhile is seen after this time at the latest.
/// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_modified_since.htm>
const UNCHANGED_AGE_MS: u64 = 30 * 60 * 1000;

/// Seconds by which the platform's clock may be ahead of the org's before a change is missed.
const CLOCKS_APART: i64 = 10 * 60;

/// The cache's name for the list of objects: no object is called so.
const GLOBAL: &str = "*";

/// The cache's name for the user: no object is called so either.
const USER: &str = "@";

impl Call<'_> {
    /// Fetches what a plan lacks, in as few requests as Salesforce allows. What is known without a request comes first and
    /// alone: with it the plan may lack something else, which then goes along with the rest.
    pub(super) fn fetch(&self, mut needs: Vec<Need>) -> Result<(), Error> {
        let all = needs.len();
        needs.retain(|need| !self.recalls(need));
        if needs.len() < all {
            return Ok(());
        }
        let (mut objects, mut with_list) = (Vec::new(), false);
        for need in needs {
            match need {
                Need::Schema(object) | Need::Description(object) if objects.contains(&object) => {}
                Need::Schema(object) | Need::Description(object) => objects.push(object),
                Need::Objects | Need::FreshObjects => with_list = true,
                Need::Object(sought) => with_list |= !self.finds_object(sought)?,
                Need::User => self.remember_user(self.send(&UserInfo)?),
                Need::Values { .. } => self.look_up_values(need)?,
                Need::Picklists { object, record_type, fresh } => match self.known.schema(&object) {
                    Ok(schema) => {
                        let learned = self.picklists(&object, &schema, &record_type, fresh);
                        self.known.learn_picklists(object, record_type, learned);
                    }
                    Err(PlanError::Needs(needs)) => self.fetch(needs)?,
                    Err(PlanError::Failed(error)) => return Err(error),
                },
            }
        }
        self.describe(&objects, with_list)
    }

    /// Finds one object: by its description where it is called so, or else in the list of all, of which no more is read.
    /// False where the whole list is to be read, since it will be kept.
    fn finds_object(&self, sought: Sought) -> Result<bool, Error> {
        if let Some(name) = sought.api_name() {
            let called = ObjectName::parse(name)?;
            match self.send(&Describe { object: &called, since: None }) {
                Ok(schema) => {
                    let object = ObjectName::parse(schema.as_ref().map_or(name, |schema| &schema.name))?;
                    self.known.learn_found(sought, vec![object.as_str().to_owned()]);
                    return self.keep_description(&object, Ok(schema)).map(|()| true);
                }
                Err(error) if error.has_status(&[404]) => {}
                Err(error) => return Err(undescribed(&called, error)),
            }
        }
        if self.cache().is_some() {
            return Ok(false);
        }
        match self.send(&FindObject(&sought)).map_err(unlisted)? {
            Found::Names(names) => self.known.learn_found(sought, names),
            Found::Among(what) => self.known.learn_objects(Learned { what, is_fresh: true, since: None }),
        }
        Ok(true)
    }

    /// The different values of a field that fit a pattern: one request.
    fn look_up_values(&self, need: Need) -> Result<(), Error> {
        let Need::Values { object, field, pattern } = &need else { return Ok(()) };
        let path = FieldPath::from(field.clone());
        let mut select = Select::new(FieldList::from(path.clone()), object.clone());
        select.condition = Some(Condition::Like { field: path, pattern: Pattern::parse(pattern)? });
        select.limit = Some(MAX_ROWS);
        let mut values: Vec<String> = Vec::new();
        for record in self.query(&select, usize::MAX)?.records {
            if let Some(value) = record.fields().text(field.as_str())
                && !values.contains(&value)
            {
                values.push(value);
            }
        }
        self.known.learn_values(need, values);
        Ok(())
    }

    /// Learns what a plan lacks without a request, if that will do.
    fn recalls(&self, need: &Need) -> bool {
        match need {
            Need::Schema(object) => self.recall(object),
            Need::Objects => self.recall_objects().is_some(),
            Need::Object(sought) => self.recalls_object(sought) || self.recall_objects().is_some(),
            Need::User => match self.recall_user() {
                Some(user) => {
                    self.known.learn_user(user);
                    true
                }
                None => false,
            },
            Need::Description(_) | Need::FreshObjects | Need::Values { .. } | Need::Picklists { .. } => false,
        }
    }

    /// Learns that an object is there because its description was kept.
    fn recalls_object(&self, sought: &Sought) -> bool {
        let Some(object) = sought.api_name().and_then(|name| ObjectName::parse(name).ok()) else { return false };
        if !self.recall(&object) {
            return false;
        }
        let schema = self.known.schema(&object);
        let names = schema.iter().map(|schema| schema.name.clone()).collect();
        self.known.learn_found(sought.clone(), names);
        true
    }

    /// Learns what is known of an object without a request, by a kept description or the embedded table; whether
    /// anything is.
    pub(crate) fn recall(&self, object: &ObjectName) -> bool {
        if self.known.schema(object).is_ok() {
            return true;
        }
        let learned = match self.cached_schema(object.as_str()) {
            Some(learned) => learned,
            None => match standard::object(object.as_str()) {
                // The pseudo-object of polymorphic lookups can't be described.
                Some(schema) => {
                    let is_fresh = schema.name == standard::NAME;
                    Learned { what: Rc::new(schema), is_fresh, since: None }
                }
                None => return false,
            },
        };
        self.known.learn_schema(object, learned);
        true
    }

    /// After the org refused a field: describes the objects that were planned from less than a fresh description, all of
    /// each. False if there are none, so that trying again would change nothing.
    pub(crate) fn refresh(&self) -> Result<bool, Error> {
        match self.known.doubt_assumed().as_slice() {
            [] => Ok(false),
            assumed => self.describe(assumed, false).map(|()| true),
        }
    }

    /// Describes objects, and lists all there are if that is asked too, in one request for every 25. Of what the org said
    /// a short time ago, it is asked what has changed.
    fn describe(&self, objects: &[ObjectName], mut with_list: bool) -> Result<(), Error> {
        let all = DescribeGlobal { since: self.known.listed_since() };
        if let ([], true) = (objects, with_list) {
            self.remember_objects(self.send(&all).map_err(unlisted)?);
            return Ok(());
        }
        let description = |object| Describe { object, since: self.known.described_since(object) };
        if let ([object], false) = (objects, with_list) {
            return self.keep_description(object, self.send(&description(object)));
        }
        for objects in objects.chunks(PART_NAMES.len() - 1) {
            let mut composite = Composite::default();
            let list = with_list.then(|| composite.add("objects", &all)).transpose().map_err(unsendable)?;
            let mut parts = Vec::new();
            for (object, name) in objects.iter().zip(PART_NAMES) {
                let endpoint = description(object);
                parts.push((composite.add(name, &endpoint).map_err(unsendable)?, endpoint));
            }
            let answer = match self.send_all(&composite) {
                // Each alone may be small enough.
                Err(error) if error.is_too_large() => {
                    objects.iter().try_for_each(|object| self.describe(slice::from_ref(object), false))?;
                    if with_list {
                        self.describe(&[], true)?;
                    }
                    with_list = false;
                    continue;
                }
                answer => answer?,
            };
            for (part, endpoint) in parts {
                let description = answer.read(part, &endpoint).map_err(|error| read_error(error, false));
                self.keep_description(endpoint.object, description)?;
            }
            if let Some(part) = list {
                self.remember_objects(answer.read(part, &all).map_err(|error| read_error(error, false))?);
            }
            with_list = false;
        }
        Ok(())
    }

    /// Keeps what the org says of an object, unless nothing has changed.
    fn keep_description(
        &self,
        object: &ObjectName,
        description: Result<Option<ObjectSchema>, Error>,
    ) -> Result<(), Error> {
        match description.map_err(|error| undescribed(object, error))? {
            Some(schema) => {
                if self.cache().is_some() {
                    self.cache_put(object.as_str(), &schema.to_bytes());
                }
                self.known.learn_schema(object, Learned::now(schema));
            }
            None if IS_KEPT => self.known.confirm_schema(object),
            None => {}
        }
        Ok(())
    }

    /// What a record type leaves of an object's picklists, as [`PicklistValues`] says: one request unless cached, for
    /// less than five minutes if it has to be `fresh`. Nothing is narrowed where the org does not say: then it is left
    /// to the org to refuse.
    fn picklists(
        &self,
        object: &ObjectName,
        schema: &ObjectSchema,
        record_type: &RecordId,
        fresh: bool,
    ) -> Learned<ObjectSchema> {
        // No two ids of 18 characters differ in case alone.
        let name = format!("{object}/{record_type}");
        if let Some(narrowed) = self.cached_schema(&name)
            && (!fresh || narrowed.is_fresh)
        {
            return narrowed;
        }
        let (narrowed, is_known) = match self.send(&PicklistValues { object, schema, record_type }) {
            Ok(narrowed) => (narrowed, true),
            // The resource does not know the object, or is not for this user: no use in asking again today.
            Err(error) if error.has_status(&[400, 403, 404]) && !error.is_refused_with("REQUEST_LIMIT_EXCEEDED") => {
                (schema.bare(), true)
            }
            Err(_) => (schema.bare(), false),
        };
        if is_known {
            self.cache_put(&name, &narrowed.to_bytes());
        }
        Learned::now(narrowed)
    }

    /// The org's objects, if they are known without a request.
    pub(crate) fn recall_objects(&self) -> Option<Rc<GlobalDescribe>> {
        if let Ok(objects) = self.known.objects() {
            return Some(objects);
        }
        let (bytes, age) = self.cache_get(GLOBAL)?;
        self.known.learn_objects(self.kept(GlobalDescribe::from_bytes(&bytes)?, age));
        self.known.objects().ok()
    }

    /// Keeps the org's list of objects, unless nothing has changed.
    fn remember_objects(&self, objects: Option<GlobalDescribe>) {
        match objects {
            Some(objects) => {
                if self.cache().is_some() {
                    self.cache_put(GLOBAL, &objects.to_bytes());
                }
                self.known.learn_objects(Learned::now(objects));
            }
            None if IS_KEPT => self.known.confirm_objects(),
            None => {}
        }
    }

    /// Who the user is: one request unless cached.
    pub(crate) fn user(&self) -> Result<User, Error> {
        self.plan(&(), |known, ()| known.user())
    }

    /// The user's clock: one request unless the user is cached.
    pub(crate) fn clock(&self, notices: &mut Vec<String>) -> Result<Clock, Error> {
        let user = self.user()?;
        Ok(Clock::new(user.id, &user.zone, self.now(), notices))
    }

    fn recall_user(&self) -> Option<User> {
        let text = String::from_utf8(self.cache_get(USER)?.0).ok()?;
        let (id, zone) = text.split_once(' ')?;
        Some(User { id: RecordId::parse(id).ok()?, zone: zone.to_owned() })
    }

    pub(crate) fn remember_user(&self, user: User) {
        self.cache_put(USER, format!("{} {}", user.id, user.zone).as_bytes());
        self.known.learn_user(user);
    }

    fn cached_schema(&self, name: &str) -> Option<Learned<ObjectSchema>> {
        let (bytes, age) = self.cache_get(name)?;
        Some(self.kept(ObjectSchema::from_bytes(&bytes)?, age))
    }

    /// What was kept for so many milliseconds.
    fn kept<T>(&self, what: T, age: u64) -> Learned<T> {
        let since = (age < UNCHANGED_AGE_MS).then(|| self.now() - age.div_ceil(1000) as i64 - CLOCKS_APART);
        Learned { what: Rc::new(what), is_fresh: age < TRUSTED_AGE_MS, since }
    }

    /// What keeps bytes between calls, if the platform has it.
    fn cache(&self) -> Option<&dyn Cache> {
        if IS_KEPT { self.platform.cache() } else { None }
    }

    /// What was kept under a name, with its age, unless it is too old.
    pub(crate) fn cache_get(&self, name: &str) -> Option<(Vec<u8>, u64)> {
        let mut bytes = self.cache()?.get(&cache_key(name))?;
        let stamp = u64::from_be_bytes(bytes.get(..8)?.try_into().ok()?);
        let age = self.platform.now().checked_sub(stamp).filter(|age| *age < MAX_AGE_MS)?;
        bytes.drain(..8);
        Some((bytes, age))
    }

    /// Keeps bytes with the time.
    pub(crate) fn cache_put(&self, name: &str, bytes: &[u8]) {
        if let Some(cache) = self.cache() {
            let stamped = [&self.platform.now().to_be_bytes(), bytes].concat();
            cache.put(&cache_key(name), &stamped);
        }
    }
}

/// Why there is no description of an object.
fn undescribed(object: &ObjectName, error: Error) -> Error {
    if error.has_status(&[404]) {
        return unknown_object(object.as_str());
    }
    if error.is_too_large() {
        let message = format!(
            "Salesforce's description of {object} is larger than the platform allows an answer to be, and without it nothing can be done with such records: tell the person, for only the platform's admin can change that"
        );
        return error.explained(ErrorKind::Forbidden, &message);
    }
    error
}

/// Why there is no list of objects.
fn unlisted(error: Error) -> Error {
    if error.is_too_large() {
        let message = "the list of the org's objects is larger than the platform allows an answer to be: name objects by their API names, as `Project__c`";
        return error.explained(ErrorKind::InvalidInput, message);
    }
    error
}

fn cache_key(name: &str) -> String {
    format!("describe/{}", name.to_ascii_lowercase())
}
