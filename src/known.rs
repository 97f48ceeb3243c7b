//! What a plan may look at, and what it answers when that is not enough. Nothing here can send.
//!
//! A plan is a function of what is [`Known`] and of its arguments. What it lacks it names as a [`Need`]; the driver in
//! `call` fetches that and asks for the plan again.

use std::cell::RefCell;
use std::rc::Rc;

use crate::error::Error;
use crate::id::RecordId;
use crate::policy::{self, Effect};
use crate::rest::User;
use crate::schema::{GlobalDescribe, ObjectSchema, Source};
use crate::soql::{FieldPath, NameError, ObjectName};
use crate::wit::Preferences;

/// What is known in one call: the settings, and what was learned so far of the org and its user.
///
/// It borrows nothing, so that no way leads from it to the platform, which a call only borrows.
pub struct Known {
    preferences: Preferences,
    schemas: RefCell<Vec<(ObjectName, Learned)>>,
    /// Of an object's picklists, what a record type leaves.
    picklists: RefCell<Vec<(ObjectName, RecordId, Learned)>>,
    objects: RefCell<Option<Rc<GlobalDescribe>>>,
    user: RefCell<Option<User>>,
    /// The columns that tell an object's records apart, which every candidate asks for.
    distinguishing: RefCell<Vec<(ObjectName, Vec<FieldPath>)>>,
}

const fn borrows_nothing<T: 'static>() {}
const _: () = borrows_nothing::<Known>();

/// A schema as far as this call knows it.
#[derive(Clone)]
pub(crate) struct Learned {
    pub(crate) schema: Rc<ObjectSchema>,
    /// Whether the org said it so recently that what it lacks does not exist.
    pub(crate) is_fresh: bool,
}

/// What a plan lacks.
#[derive(Debug)]
pub enum Need {
    /// Something about these objects: a kept description or the embedded table will do.
    Schemas(Vec<ObjectName>),
    /// The org's own description of these objects, now.
    Descriptions(Vec<ObjectName>),
    /// The list of the org's objects.
    Objects,
    /// Who the user is.
    User,
    /// The picklist values that a record type allows.
    Picklists {
        /// The object.
        object: ObjectName,
        /// The record type.
        record_type: RecordId,
        /// Whether what was kept for hours will not do.
        fresh: bool,
    },
}

/// Why there is no plan.
#[derive(Debug)]
pub enum PlanError {
    /// Something has to be known first.
    Needs(Need),
    /// The call fails.
    Failed(Error),
}

impl PlanError {
    /// A plan can go no further without the org's own description of an object.
    pub(crate) fn needs_description(object: &ObjectName) -> Self {
        Self::Needs(Need::Descriptions(vec![object.clone()]))
    }
}

impl From<NameError> for PlanError {
    fn from(error: NameError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Error> for PlanError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<Need> for PlanError {
    fn from(need: Need) -> Self {
        Self::Needs(need)
    }
}

impl Known {
    /// What is known when a call begins: its settings.
    pub(crate) fn new(preferences: Preferences) -> Self {
        Self {
            preferences,
            schemas: RefCell::default(),
            picklists: RefCell::default(),
            objects: RefCell::default(),
            user: RefCell::default(),
            distinguishing: RefCell::default(),
        }
    }

    /// The settings of this connection.
    pub(crate) fn preferences(&self) -> &Preferences {
        &self.preferences
    }

    /// Refuses an object that the settings keep from this tier.
    pub(crate) fn allow_object(&self, object: &ObjectName, effect: Effect) -> Result<(), Error> {
        policy::allow_object(&self.preferences, object.as_str(), effect)
    }

    /// An object's description, or what the embedded table says of it.
    pub(crate) fn schema(&self, object: &ObjectName) -> Result<Rc<ObjectSchema>, PlanError> {
        match self.learned(object) {
            Some(learned) => Ok(learned.schema),
            None => Err(Need::Schemas(vec![object.clone()]).into()),
        }
    }

    /// Asks for the schemas of several objects at once, so that they are fetched together.
    pub(crate) fn need_schemas(&self, objects: &[ObjectName]) -> Result<(), PlanError> {
        let missing: Vec<_> = objects.iter().filter(|object| self.learned(object).is_none()).cloned().collect();
        if missing.is_empty() { Ok(()) } else { Err(Need::Schemas(missing).into()) }
    }

    /// The description of an object, with its picklists and what is required.
    pub(crate) fn description(&self, object: &ObjectName) -> Result<Rc<ObjectSchema>, PlanError> {
        let schema = self.schema(object)?;
        if schema.source == Source::Described { Ok(schema) } else { Err(PlanError::needs_description(object)) }
    }

    /// Whether what the schema of an object lacks does not exist; if not, the object has to be described.
    pub(crate) fn is_fresh(&self, object: &ObjectName) -> bool {
        self.learned(object).is_some_and(|learned| learned.is_fresh)
    }

    /// What a record type leaves of an object's picklists: the object with no other fields than those it narrows.
    pub(crate) fn picklists(
        &self,
        object: &ObjectName,
        record_type: RecordId,
        fresh: bool,
    ) -> Result<Rc<ObjectSchema>, PlanError> {
        let picklists = self.picklists.borrow();
        let known = picklists.iter().find(|(name, id, _)| name == object && *id == record_type);
        match known {
            Some((_, _, learned)) if learned.is_fresh || !fresh => Ok(learned.schema.clone()),
            _ => Err(Need::Picklists { object: object.clone(), record_type, fresh }.into()),
        }
    }

    /// The org's objects.
    pub(crate) fn objects(&self) -> Result<Rc<GlobalDescribe>, PlanError> {
        self.objects.borrow().clone().ok_or(PlanError::Needs(Need::Objects))
    }

    /// The user.
    pub fn user(&self) -> Result<User, PlanError> {
        self.user.borrow().clone().ok_or(PlanError::Needs(Need::User))
    }

    /// The columns that tell an object's records apart, worked out once for what is known of it.
    pub(crate) fn distinguishing(
        &self,
        object: &ObjectName,
        work_out: impl FnOnce() -> Result<Vec<FieldPath>, PlanError>,
    ) -> Result<Vec<FieldPath>, PlanError> {
        if let Some((_, columns)) = self.distinguishing.borrow().iter().find(|(known, _)| known == object) {
            return Ok(columns.clone());
        }
        let columns = work_out()?;
        self.distinguishing.borrow_mut().push((object.clone(), columns.clone()));
        Ok(columns)
    }

    fn learned(&self, object: &ObjectName) -> Option<Learned> {
        self.schemas.borrow().iter().find(|(name, _)| name == object).map(|(_, learned)| learned.clone())
    }

    /// The objects whose schemas are less than fresh descriptions.
    pub(crate) fn assumed(&self) -> Vec<ObjectName> {
        let schemas = self.schemas.borrow();
        schemas.iter().filter(|(_, learned)| !learned.is_fresh).map(|(name, _)| name.clone()).collect()
    }

    pub(crate) fn learn_schema(&self, object: &ObjectName, learned: Learned) {
        self.distinguishing.borrow_mut().retain(|(name, _)| name != object);
        let mut schemas = self.schemas.borrow_mut();
        schemas.retain(|(name, _)| name != object);
        schemas.push((object.clone(), learned));
    }

    pub(crate) fn learn_picklists(&self, object: ObjectName, record_type: RecordId, learned: Learned) {
        let mut picklists = self.picklists.borrow_mut();
        picklists.retain(|(name, id, _)| (name, id) != (&object, &record_type));
        picklists.push((object, record_type, learned));
    }

    pub(crate) fn learn_objects(&self, objects: GlobalDescribe) -> Rc<GlobalDescribe> {
        self.objects.borrow_mut().insert(Rc::new(objects)).clone()
    }

    pub(crate) fn learn_user(&self, user: User) {
        *self.user.borrow_mut() = Some(user);
    }
}

/// An object nobody knows.
pub(crate) fn unknown_object(object: &str) -> Error {
    Error::argument(
        object,
        format!(
            "the object {object:?} does not exist or is not visible to the user; salesforce_describe without an object lists those there are"
        ),
    )
}
