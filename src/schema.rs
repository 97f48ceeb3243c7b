//! What an org's objects look like, and how people's words find their way in it: pure data and pure functions.
//!
//! The data is the compact projection of describe. An [`ObjectSchema`] comes from Salesforce ([`project`]), from the bytes the host kept
//! ([`stored`]) or from the embedded table ([`standard`]); [`lookup`], [`search`], [`picklist`] and [`columns`] only
//! read it, so they can't tell the difference, except by [`Source`].

use std::borrow::Cow;

pub mod columns;
mod global;
mod lazy;
mod likeness;
pub mod lookup;
pub(crate) mod person;
pub mod picklist;
pub mod place;
pub mod project;
pub(crate) mod repeated;
mod seal;
pub mod search;
mod slots;
mod sought;
pub mod standard;
pub mod stored;
pub mod treatment;
pub(crate) mod well_known;
mod words;
mod written;

pub use global::{GlobalDescribe, ObjectSummary};
pub use lazy::{LazyList, Shown};
pub use picklist::ValidFor;
use slots::Slots;
pub use sought::{Found, Sought};

/// What the columns are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Rows of many records.
    List,
    /// One record in full view.
    Get,
    /// What tells candidates apart.
    Find,
}

/// An object, as far as the tools need to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectSchema {
    /// API name.
    pub name: String,
    /// Label, where it is not the words of the name.
    pub own_label: Option<String>,
    /// Plural label, where it is not the usual one of the label.
    pub own_plural: Option<String>,
    /// First three characters of its records' ids.
    pub key_prefix: Option<String>,
    /// Whether the user may create records.
    pub createable: bool,
    /// Whether the user may change records.
    pub updateable: bool,
    /// Whether the user may delete records.
    pub deletable: bool,
    /// Whether SOQL can read it.
    pub queryable: bool,
    /// Whether search finds its records.
    pub searchable: bool,
    /// Where this came from.
    pub source: Source,
    /// Its fields, in Salesforce's order.
    pub fields: LazyList<Field>,
    /// What points to it.
    pub children: LazyList<ChildRelationship>,
    /// Its record types, the active ones.
    pub record_types: Vec<RecordType>,
}

/// Where a schema came from, which is how much it can know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The embedded table: only standard fields, no picklist values, no record types, nobody's permissions.
    Standard,
    /// The org's describe: everything this user may see.
    Described,
}

/// A field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// API name.
    pub name: String,
    /// Label, where it is not the words of the name: nearly all are, and hosts count instructions.
    pub own_label: Option<String>,
    /// Type.
    pub field_type: FieldType,
    /// Longest text, for text; most digits before the point, for a number.
    pub length: Option<u32>,
    /// Digits behind the point that an amount or a percentage is shown with; 0 of any other.
    pub decimals: u32,
    /// Whether it may be set on a new record.
    pub createable: bool,
    /// Whether it may be changed.
    pub updateable: bool,
    /// Whether a new record needs a value: it may be set, may not be empty and has no default.
    pub required: bool,
    /// Whether it may stand in WHERE.
    pub filterable: bool,
    /// Whether it may stand in ORDER BY.
    pub sortable: bool,
    /// Whether it may stand in GROUP BY.
    pub groupable: bool,
    /// Whether it is the record's name, or a part of it.
    pub name_field: bool,
    /// Whether records can be found by it.
    pub id_lookup: bool,
    /// Whether it is an external id.
    pub external_id: bool,
    /// Whether it is a formula.
    pub calculated: bool,
    /// Whether only listed values are accepted.
    pub restricted: bool,
    /// Whether its text is HTML.
    pub html: bool,
    /// Active picklist values in the org's order; `None` when they are unknown or it is no picklist.
    pub picklist: Option<Vec<PicklistValue>>,
    /// The field that controls its values.
    pub controller: Option<String>,
    /// Objects it points to.
    pub references: Vec<String>,
    /// The name of the path to the parent.
    pub relationship: Option<String>,
    /// The compound field it is a part of.
    pub compound: Option<String>,
    /// The admin's help text.
    pub help: Option<String>,
}

/// A value of a picklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PicklistValue {
    /// What the record holds.
    pub value: String,
    /// What people see, when that differs.
    pub label: Option<String>,
    /// Its place among all values, inactive ones too: what [`ValidFor`] counts.
    pub place: u32,
    /// Whether a new record has it unless another is given.
    pub default: bool,
    /// With which values of the controlling field it goes, in a picklist that depends on one.
    pub valid_for: Option<ValidFor>,
}

/// A lookup of another object that points here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildRelationship {
    /// Its name in a child subquery; some have none.
    pub relationship: Option<String>,
    /// The child object.
    pub object: String,
    /// The child's field.
    pub field: String,
}

/// A record type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordType {
    /// Id.
    pub id: String,
    /// Label.
    pub name: String,
    /// Whether new records of this user get it.
    pub default: bool,
    /// Whether it is the one every object has.
    pub master: bool,
    /// Whether this user may choose it.
    pub available: bool,
}

macro_rules! field_types {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// Salesforce's type of a field.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum FieldType {
            $($(#[$doc])* $variant,)*
        }

        impl FieldType {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];
            /// How many there are.
            pub const COUNT: usize = Self::ALL.len();

            /// The type Salesforce calls so; a name we don't know is [`FieldType::Other`].
            pub fn from_name(name: &str) -> Self {
                const NAMES: &Slots = &Slots::of(&[$($name,)*]);
                NAMES.place(name).and_then(|place| Self::ALL.get(place)).copied().unwrap_or(Self::Other)
            }

            /// Salesforce's name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

field_types! {
    /// Text.
    String = "string",
    /// Long, or many-line, text.
    TextArea = "textarea",
    /// One of a list.
    Picklist = "picklist",
    /// Several of a list, joined by semicolons.
    MultiPicklist = "multipicklist",
    /// Text with proposals.
    Combobox = "combobox",
    /// True or false.
    Boolean = "boolean",
    /// Whole number.
    Int = "int",
    /// Large whole number.
    Long = "long",
    /// Number.
    Double = "double",
    /// Amount of money.
    Currency = "currency",
    /// Percentage: 10 means 10 %.
    Percent = "percent",
    /// Day.
    Date = "date",
    /// Moment.
    DateTime = "datetime",
    /// Time of day.
    Time = "time",
    /// E-mail address.
    Email = "email",
    /// Phone number.
    Phone = "phone",
    /// Link.
    Url = "url",
    /// The record's id.
    Id = "id",
    /// Another record's id.
    Reference = "reference",
    /// Compound address.
    Address = "address",
    /// Compound geolocation.
    Location = "location",
    /// Text stored encrypted.
    EncryptedString = "encryptedstring",
    /// Bytes.
    Base64 = "base64",
    /// Data category.
    DataCategoryGroup = "DataCategoryGroupReference",
    /// Compound of metadata.
    Complex = "complexvalue",
    /// Any type.
    Any = "anyType",
    /// A type newer than this plugin.
    Other = "other",
}

impl FieldType {
    /// Whether its values come from a list.
    pub fn has_values(self) -> bool {
        matches!(self, Self::Picklist | Self::MultiPicklist | Self::Combobox)
    }

    /// Whether it holds text somebody typed.
    pub fn is_text(self) -> bool {
        matches!(
            self,
            Self::String
                | Self::TextArea
                | Self::Combobox
                | Self::Email
                | Self::Phone
                | Self::Url
                | Self::EncryptedString
        )
    }

    /// Whether it holds a number.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Int | Self::Long | Self::Double | Self::Currency | Self::Percent)
    }

    /// Whether Salesforce keeps it as parts, so that it can be neither written nor filtered as a whole.
    pub fn is_compound(self) -> bool {
        matches!(self, Self::Address | Self::Location | Self::Complex)
    }
}

impl ObjectSchema {
    /// The same object without fields, of which nothing else is known.
    pub fn bare(&self) -> Self {
        Self { own_label: self.own_label.clone(), own_plural: self.own_plural.clone(), ..Self::named(&self.name) }
    }

    /// An object of this name, of which nothing else is known.
    pub(crate) fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            own_label: None,
            own_plural: None,
            key_prefix: None,
            createable: false,
            updateable: false,
            deletable: false,
            queryable: false,
            searchable: false,
            source: Source::Described,
            fields: LazyList::default(),
            children: LazyList::default(),
            record_types: Vec::new(),
        }
    }

    /// Label.
    pub fn label(&self) -> Cow<'_, str> {
        match &self.own_label {
            Some(label) => Cow::Borrowed(label),
            None => Cow::Owned(words::label(&self.name)),
        }
    }

    /// Plural label.
    pub fn label_plural(&self) -> Cow<'_, str> {
        match &self.own_plural {
            Some(plural) => Cow::Borrowed(plural),
            None => Cow::Owned(words::plural(&self.label())),
        }
    }

    /// The field of this API name, in any case.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.named(name)
    }

    /// Whether it has a field of this API name, in any case.
    pub fn has_field(&self, name: &str) -> bool {
        self.fields.has(name)
    }

    /// The lookup that this path name, in any case, goes through.
    pub fn parent(&self, relationship: &str) -> Option<&Field> {
        let leads =
            |field: &&Field| field.relationship.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(relationship));
        // Nearly all are called so, and then no other field is read.
        let usual = self.field(&words::lookup(relationship));
        usual.filter(leads).or_else(|| self.fields.iter().find(leads))
    }

    /// The field that names a record. A case has a number and a task a subject; some objects have nothing.
    pub fn name_field(&self) -> Option<&Field> {
        // Person accounts mark the first and last name too, so the flag alone is not enough.
        self.field("Name")
            .filter(|field| field.name_field)
            .or_else(|| self.fields.which(|field| field.name_field).next())
    }

    /// The child relationship of this name, in any case.
    pub fn child(&self, relationship: &str) -> Option<&ChildRelationship> {
        self.children
            .iter()
            .find(|child| child.relationship.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(relationship)))
    }

    /// The lookups through which an object points here.
    pub fn children_of<'s>(&'s self, object: &'s str) -> impl Iterator<Item = &'s ChildRelationship> {
        self.children.iter().filter(move |child| child.object.eq_ignore_ascii_case(object))
    }

    /// The fields of whose values another one decides.
    pub(crate) fn dependent(&self) -> impl Iterator<Item = &Field> {
        self.fields.which(|field| field.dependent)
    }

    /// The fields a new record needs.
    pub fn required(&self) -> impl Iterator<Item = &Field> {
        self.fields.which(|field| field.required)
    }
}

impl Field {
    /// Whether a lookup may point to more than one object, so that its parent has only the fields all of them share.
    pub fn is_polymorphic(&self) -> bool {
        self.references.len() > 1
    }

    /// Whether an admin decides how long its texts are, or which there are.
    pub fn is_limited(&self) -> bool {
        self.length.is_some() || self.picklist.is_some()
    }

    /// Label.
    pub fn label(&self) -> Cow<'_, str> {
        match &self.own_label {
            Some(label) => Cow::Borrowed(label),
            None => Cow::Owned(words::label(&self.name)),
        }
    }

    /// Whether its label folds to this.
    fn is_labelled(&self, folded: &str) -> bool {
        match &self.own_label {
            Some(label) => words::folds_to(label, folded),
            None => words::name_folds_to(&self.name, folded),
        }
    }

    /// "Label (ApiName)", or the name alone where the label adds nothing.
    pub fn shown(&self) -> String {
        let label = self.label();
        if label == self.name { self.name.clone() } else { format!("{label} ({})", self.name) }
    }
}

impl PicklistValue {
    /// What people see.
    pub fn shown(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.value)
    }
}
