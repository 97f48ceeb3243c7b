//! What a plan may look at, and what it answers when that is not enough. Nothing here can send.
//!
//! A plan is a function of what is [`Known`] and of its arguments. What it lacks it names as a [`Need`]; the driver in
//! `call` fetches that and asks for the plan again.

use std::cell::RefCell;
use std::rc::Rc;

use crate::error::Error;
use crate::id::RecordId;
use crate::policy::{self, Effect};
use crate::rest::{IS_KEPT, User};
use crate::schema::well_known::{ACTIVITY_LISTS, ACTIVITY_OBJECTS};
use crate::schema::{Found, GlobalDescribe, ObjectSchema, Sought, Source};
use crate::soql::{FieldName, FieldPath, NameError, ObjectName};
use crate::wit::ConnectionSettings;

/// What is known in one call: the settings, and what was learned so far of the org and its user.
///
/// It borrows nothing, so that no way leads from it to the platform, which a call only borrows.
pub struct Known {
    settings: ConnectionSettings,
    schemas: RefCell<Vec<(ObjectName, Learned<ObjectSchema>)>>,
    /// Of an object's picklists, what a record type leaves.
    picklists: RefCell<Vec<(ObjectName, RecordId, Learned<ObjectSchema>)>>,
    objects: RefCell<Option<Learned<GlobalDescribe>>>,
    /// The API names of objects that were looked for.
    found: RefCell<Vec<(Sought, Vec<String>)>>,
    user: RefCell<Option<User>>,
    /// The values of a field that fit a pattern.
    values: RefCell<Vec<(Need, Vec<String>)>>,
    /// The columns that tell an object's records apart, which every candidate asks for.
    distinguishing: RefCell<Vec<(ObjectName, Vec<FieldPath>)>>,
}

const fn borrows_nothing<T: 'static>() {}
const _: () = borrows_nothing::<Known>();

/// A schema, or the list of objects, as far as this call knows it.
#[derive(Clone)]
pub(crate) struct Learned<T> {
    pub(crate) what: Rc<T>,
    /// Whether the org said it so recently that what it lacks does not exist.
    pub(crate) is_fresh: bool,
    /// Since when it is enough to ask for changes, in seconds since the Unix epoch; none where all is to be read anew.
    pub(crate) since: Option<i64>,
}

impl<T> Learned<T> {
    /// What the org said just now.
    pub(crate) fn now(what: T) -> Self {
        Self { what: Rc::new(what), is_fresh: true, since: None }
    }
}

/// What a plan lacks.
#[derive(Debug, PartialEq, Eq)]
pub enum Need {
    /// Something about an object: a kept description or the embedded table will do.
    Schema(ObjectName),
    /// The org's own description of an object, now.
    Description(ObjectName),
    /// The list of the org's objects: a kept one will do.
    Objects,
    /// The list of the org's objects, now.
    FreshObjects,
    /// One of the org's objects.
    Object(Sought),
    /// Who the user is.
    User,
    /// The values of a field that fit a pattern of LIKE.
    Values {
        /// The object.
        object: ObjectName,
        /// Its field.
        field: FieldName,
        /// The pattern.
        pattern: String,
    },
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
    /// This has to be known first.
    Needs(Vec<Need>),
    /// The call fails.
    Failed(Error),
}

impl PlanError {
    /// A plan can go no further without the org's own description of an object.
    pub(crate) fn needs_description(object: &ObjectName) -> Self {
        Need::Description(object.clone()).into()
    }

    /// Adds what is lacking to what else is, unless the call fails.
    fn add_to(self, lacking: &mut Vec<Need>) -> Result<(), Self> {
        let Self::Needs(needs) = self else { return Err(self) };
        for need in needs {
            if !lacking.contains(&need) {
                lacking.push(need);
            }
        }
        Ok(())
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
        Self::Needs(vec![need])
    }
}

impl Known {
    /// What is known when a call begins: its settings.
    pub(crate) fn new(settings: ConnectionSettings) -> Self {
        Self {
            settings,
            schemas: RefCell::default(),
            picklists: RefCell::default(),
            objects: RefCell::default(),
            found: RefCell::default(),
            user: RefCell::default(),
            values: RefCell::default(),
            distinguishing: RefCell::default(),
        }
    }

    /// The settings of this connection.
    pub(crate) fn settings(&self) -> &ConnectionSettings {
        &self.settings
    }

    /// Refuses an object that the settings keep from this tier.
    pub(crate) fn allow_object(&self, object: &ObjectName, effect: Effect) -> Result<(), Error> {
        policy::allow_object(&self.settings, object.as_str(), effect)?;
        held_by(object.as_str()).iter().try_for_each(|held| policy::allow_object(&self.settings, held, effect))
    }

    /// Whether a reply may hold what the records of an object hold. Whatever comes back is a reading, by whichever tool: a
    /// grant to create or to change is none to see.
    pub(crate) fn may_read(&self, object: &ObjectName) -> bool {
        self.may_read_named(object.as_str())
    }

    /// The same of an object by a name that was not checked.
    pub(crate) fn may_read_named(&self, object: &str) -> bool {
        let is_granted = |object: &str| policy::is_granted(&self.settings, object, Effect::ReadOnly);
        is_granted(object) && held_by(object).iter().all(|held| is_granted(held))
    }

    /// What the receipt of a write says where the records of its object may not be read.
    pub(crate) fn untold(object: &ObjectName) -> String {
        format!(
            "the settings keep {object} records from being read: this is what the call said, not what the org holds"
        )
    }

    /// An object's description, or what the embedded table says of it.
    pub(crate) fn schema(&self, object: &ObjectName) -> Result<Rc<ObjectSchema>, PlanError> {
        match self.learned(object) {
            Some(learned) => Ok(learned.what),
            None => Err(Need::Schema(object.clone()).into()),
        }
    }

    /// Asks for the schemas of several objects at once, so that they are fetched together.
    pub(crate) fn need_schemas(&self, objects: &[ObjectName]) -> Result<(), PlanError> {
        all(objects.iter().map(|object| self.schema(object))).map(drop)
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

    /// Since when it is enough to ask for changes of an object.
    pub(crate) fn described_since(&self, object: &ObjectName) -> Option<i64> {
        if IS_KEPT { self.learned(object)?.since } else { None }
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
            Some((_, _, learned)) if learned.is_fresh || !fresh => Ok(Rc::clone(&learned.what)),
            _ => Err(Need::Picklists { object: object.clone(), record_type, fresh }.into()),
        }
    }

    /// The org's objects.
    pub(crate) fn objects(&self) -> Result<Rc<GlobalDescribe>, PlanError> {
        match &*self.objects.borrow() {
            Some(learned) => Ok(Rc::clone(&learned.what)),
            None => Err(Need::Objects.into()),
        }
    }

    /// Whether the list of objects was kept for so long that what it lacks may exist.
    pub(crate) fn has_old_list(&self) -> bool {
        IS_KEPT && self.objects.borrow().as_ref().is_some_and(|learned| !learned.is_fresh)
    }

    /// Since when it is enough to ask for changes of the list of objects.
    pub(crate) fn listed_since(&self) -> Option<i64> {
        if IS_KEPT { self.objects.borrow().as_ref()?.since } else { None }
    }

    /// An object that is looked for: its API name, or the list to look in.
    pub(crate) fn found(&self, sought: Sought) -> Result<Found, PlanError> {
        if let Some((_, names)) = self.found.borrow().iter().find(|(known, _)| *known == sought) {
            return Ok(Found::Names(names.clone()));
        }
        match &*self.objects.borrow() {
            Some(learned) => Ok(Found::Among(Rc::clone(&learned.what))),
            None => Err(Need::Object(sought).into()),
        }
    }

    /// The user.
    pub fn user(&self) -> Result<User, PlanError> {
        self.user.borrow().clone().ok_or(Need::User.into())
    }

    /// The values of a field that fit a pattern of LIKE.
    pub(crate) fn values(
        &self,
        object: &ObjectName,
        field: &FieldName,
        pattern: &str,
    ) -> Result<Vec<String>, PlanError> {
        let need = Need::Values { object: object.clone(), field: field.clone(), pattern: pattern.to_owned() };
        match self.values.borrow().iter().find(|(known, _)| *known == need) {
            Some((_, values)) => Ok(values.clone()),
            None => Err(need.into()),
        }
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

    fn learned(&self, object: &ObjectName) -> Option<Learned<ObjectSchema>> {
        self.schemas.borrow().iter().find(|(name, _)| name == object).map(|(_, learned)| learned.clone())
    }

    /// The objects whose schemas are less than fresh descriptions. After this it is no more enough to ask for changes.
    pub(crate) fn doubt_assumed(&self) -> Vec<ObjectName> {
        let mut assumed = Vec::new();
        for (name, learned) in self.schemas.borrow_mut().iter_mut().filter(|(_, learned)| !learned.is_fresh) {
            if IS_KEPT {
                learned.since = None;
            }
            assumed.push(name.clone());
        }
        assumed
    }

    pub(crate) fn learn_schema(&self, object: &ObjectName, learned: Learned<ObjectSchema>) {
        self.distinguishing.borrow_mut().retain(|(name, _)| name != object);
        let mut schemas = self.schemas.borrow_mut();
        schemas.retain(|(name, _)| name != object);
        schemas.push((object.clone(), learned));
    }

    /// An object is still as it was described.
    pub(crate) fn confirm_schema(&self, object: &ObjectName) {
        let mut schemas = self.schemas.borrow_mut();
        schemas.iter_mut().filter(|(name, _)| name == object).for_each(|(_, learned)| learned.is_fresh = true);
    }

    pub(crate) fn learn_picklists(&self, object: ObjectName, record_type: RecordId, learned: Learned<ObjectSchema>) {
        let mut picklists = self.picklists.borrow_mut();
        picklists.retain(|(name, id, _)| (name, id) != (&object, &record_type));
        picklists.push((object, record_type, learned));
    }

    pub(crate) fn learn_objects(&self, learned: Learned<GlobalDescribe>) {
        *self.objects.borrow_mut() = Some(learned);
    }

    /// The objects are still those that were listed.
    pub(crate) fn confirm_objects(&self) {
        self.objects.borrow_mut().iter_mut().for_each(|learned| learned.is_fresh = true);
    }

    pub(crate) fn learn_found(&self, sought: Sought, names: Vec<String>) {
        self.found.borrow_mut().push((sought, names));
    }

    pub(crate) fn learn_values(&self, need: Need, values: Vec<String>) {
        self.values.borrow_mut().push((need, values));
    }

    pub(crate) fn learn_user(&self, user: User) {
        *self.user.borrow_mut() = Some(user);
    }
}

/// The objects whose records an object lists that has none of its own.
fn held_by(object: &str) -> &'static [&'static str] {
    if ACTIVITY_LISTS.iter().any(|list| list.eq_ignore_ascii_case(object)) { &ACTIVITY_OBJECTS } else { &[] }
}

/// All that the parts of a plan come to, or everything they lack together, so that it is fetched together. What is wrong
/// comes before what is lacking: nothing is fetched for a call that fails in any case.
pub(crate) fn all<T>(parts: impl IntoIterator<Item = Result<T, PlanError>>) -> Result<Vec<T>, PlanError> {
    let (mut done, mut lacking) = (Vec::new(), Vec::new());
    for part in parts {
        match part {
            Ok(part) => done.push(part),
            Err(error) => error.add_to(&mut lacking)?,
        }
    }
    if lacking.is_empty() { Ok(done) } else { Err(PlanError::Needs(lacking)) }
}

/// The same of two parts.
pub(crate) fn both<A, B>(one: Result<A, PlanError>, other: Result<B, PlanError>) -> Result<(A, B), PlanError> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (Err(error), Ok(_)) | (Ok(_), Err(error)) => Err(error),
        (Err(one), Err(other)) => {
            let mut lacking = Vec::new();
            one.add_to(&mut lacking)?;
            other.add_to(&mut lacking)?;
            Err(PlanError::Needs(lacking))
        }
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
