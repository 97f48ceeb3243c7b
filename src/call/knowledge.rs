//! What a call learns of the org and of its user, and where: from the host's cache, the embedded table or the org.

use std::rc::Rc;

use super::{Call, PART_NAMES, read_error, unsendable};
use crate::error::Error;
use crate::id::RecordId;
use crate::known::{Learned, Need, PlanError, unknown_object};
use crate::rest::{Composite, Describe, DescribeGlobal, PicklistValues, User, UserInfo};
use crate::schema::{GlobalDescribe, ObjectSchema, standard};
use crate::soql::ObjectName;
use crate::time::clock::Clock;

/// How long a description is used without asking again.
const MAX_AGE_MS: u64 = 24 * 60 * 60 * 1000;

/// How long a description is believed when it lacks what somebody names: an admin may just have added it.
const TRUSTED_AGE_MS: u64 = 5 * 60 * 1000;

/// The cache's name for the list of objects: no object is called so.
const GLOBAL: &str = "*";

/// The cache's name for the user: no object is called so either.
const USER: &str = "@";

impl Call<'_> {
    /// Fetches what a plan lacks.
    pub(super) fn fetch(&self, need: Need) -> Result<(), Error> {
        match need {
            Need::Schemas(objects) => match self.recall(objects).as_slice() {
                [] => Ok(()),
                unknown => self.describe(unknown),
            },
            Need::Descriptions(objects) => self.describe(&objects),
            Need::Objects if self.recall_objects().is_some() => Ok(()),
            Need::Objects => {
                self.keep_objects(self.send(&DescribeGlobal)?);
                Ok(())
            }
            Need::User => match self.recall_user() {
                Some(user) => {
                    self.known.learn_user(user);
                    Ok(())
                }
                None => {
                    self.keep_user(self.send(&UserInfo)?);
                    Ok(())
                }
            },
            Need::Picklists { object, record_type, fresh } => match self.known.schema(&object) {
                Ok(schema) => {
                    let learned = self.picklists(&object, &schema, &record_type, fresh);
                    self.known.learn_picklists(object, record_type, learned);
                    Ok(())
                }
                Err(PlanError::Needs(need)) => self.fetch(need),
                Err(PlanError::Failed(error)) => Err(error),
            },
        }
    }

    /// Learns what is known of objects without a request, by a kept description or the embedded table. Returns the
    /// objects of which nothing is.
    pub(crate) fn recall(&self, mut objects: Vec<ObjectName>) -> Vec<ObjectName> {
        objects.retain(|object| {
            let learned = match self.kept_schema(object.as_str()) {
                Some((schema, age)) => Some((schema, age < TRUSTED_AGE_MS)),
                // The pseudo-object of polymorphic lookups can't be described.
                None => standard::object(object.as_str()).map(|schema| {
                    let is_all = schema.name == standard::NAME;
                    (schema, is_all)
                }),
            };
            let Some((schema, is_fresh)) = learned else { return true };
            self.known.learn_schema(object, Learned { schema: Rc::new(schema), is_fresh });
            false
        });
        objects
    }

    /// After the org refused a field: describes the objects that were planned from less than a fresh description.
    /// False if there are none, so that trying again would change nothing.
    pub(crate) fn refresh(&self) -> Result<bool, Error> {
        match self.known.assumed().as_slice() {
            [] => Ok(false),
            assumed => self.describe(assumed).map(|()| true),
        }
    }

    /// Describes objects, in one request.
    fn describe(&self, objects: &[ObjectName]) -> Result<(), Error> {
        let endpoints: Vec<_> = objects.iter().map(Describe).collect();
        let described = match endpoints.as_slice() {
            [endpoint] => vec![self.send(endpoint)],
            endpoints => {
                let mut composite = Composite::default();
                let parts = endpoints
                    .iter()
                    .zip(PART_NAMES)
                    .map(|(endpoint, name)| composite.add(name, endpoint))
                    .collect::<Result<Vec<_>, _>>()
                    .map_err(unsendable)?;
                let answer = self.send_all(&composite)?;
                let read = |(part, endpoint)| answer.read(part, endpoint).map_err(|error| read_error(error, false));
                parts.into_iter().zip(endpoints).map(read).collect()
            }
        };
        for (object, schema) in objects.iter().zip(described) {
            let schema = schema
                .map_err(|error| if error.has_status(&[404]) { unknown_object(object.as_str()) } else { error })?;
            self.keep(object.as_str(), &schema.to_bytes());
            self.known.learn_schema(object, Learned { schema: Rc::new(schema), is_fresh: true });
        }
        Ok(())
    }

    /// What a record type leaves of an object's picklists, as [`PicklistValues`] says: one request unless cached, for
    /// less than five minutes if it has to be `fresh`. Nothing is narrowed where the org does not say: then it is left
    /// to the org to refuse.
    fn picklists(&self, object: &ObjectName, schema: &ObjectSchema, record_type: &RecordId, fresh: bool) -> Learned {
        // No two ids of 18 characters differ in case alone.
        let name = format!("{object}/{record_type}");
        if let Some((narrowed, age)) = self.kept_schema(&name)
            && (!fresh || age < TRUSTED_AGE_MS)
        {
            return Learned { schema: Rc::new(narrowed), is_fresh: age < TRUSTED_AGE_MS };
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
            self.keep(&name, &narrowed.to_bytes());
        }
        Learned { schema: Rc::new(narrowed), is_fresh: true }
    }

    /// The org's objects, if they are known without a request.
    pub(crate) fn recall_objects(&self) -> Option<Rc<GlobalDescribe>> {
        if let Ok(objects) = self.known.objects() {
            return Some(objects);
        }
        Some(self.known.learn_objects(GlobalDescribe::from_bytes(&self.kept(GLOBAL)?.0)?))
    }

    pub(crate) fn keep_objects(&self, objects: GlobalDescribe) -> Rc<GlobalDescribe> {
        self.keep(GLOBAL, &objects.to_bytes());
        self.known.learn_objects(objects)
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
        let text = String::from_utf8(self.kept(USER)?.0).ok()?;
        let (id, zone) = text.split_once(' ')?;
        Some(User { id: RecordId::parse(id).ok()?, zone: zone.to_owned() })
    }

    pub(crate) fn keep_user(&self, user: User) {
        self.keep(USER, format!("{} {}", user.id, user.zone).as_bytes());
        self.known.learn_user(user);
    }

    fn kept_schema(&self, name: &str) -> Option<(ObjectSchema, u64)> {
        let (bytes, age) = self.kept(name)?;
        Some((ObjectSchema::from_bytes(&bytes)?, age))
    }

    /// What was kept under a name, with its age, unless it is too old.
    pub(crate) fn kept(&self, name: &str) -> Option<(Vec<u8>, u64)> {
        let mut bytes = self.platform.cached(&cache_key(name))?;
        let stamp = u64::from_be_bytes(bytes.get(..8)?.try_into().ok()?);
        let age = self.platform.now().checked_sub(stamp).filter(|age| *age < MAX_AGE_MS)?;
        bytes.drain(..8);
        Some((bytes, age))
    }

    /// Keeps bytes with the time.
    pub(crate) fn keep(&self, name: &str, bytes: &[u8]) {
        let stamped = [&self.platform.now().to_be_bytes(), bytes].concat();
        self.platform.cache(&cache_key(name), &stamped);
    }
}

fn cache_key(name: &str) -> String {
    format!("describe/{}", name.to_ascii_lowercase())
}
