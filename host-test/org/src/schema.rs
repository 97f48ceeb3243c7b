//! The objects of the org and their fields, as `describe` tells them.

mod table;

pub use table::TableError;

use std::collections::BTreeMap;

/// Every object of the org, whoever may see it.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// By API name in lower case, since Salesforce compares names without case.
    objects: BTreeMap<String, Object>,
}

/// Who but its owner may edit a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sharing {
    /// Everybody with rights on the object.
    #[default]
    ReadWrite,
    /// The owner and those who modify all data.
    Read,
}

/// An sObject.
#[derive(Clone, Debug, Default)]
pub struct Object {
    /// API name.
    pub name: String,
    /// Singular label.
    pub label: String,
    /// Plural label.
    pub plural: String,
    /// The first three characters of its ids; `None` for objects that exist only inside others' subqueries.
    pub key_prefix: Option<String>,
    /// Rows can be created through the API.
    pub createable: bool,
    /// Rows can be updated.
    pub updateable: bool,
    /// Rows can be deleted.
    pub deletable: bool,
    /// Can stand in `FROM` of a query.
    pub queryable: bool,
    /// Can stand in `RETURNING` of a search.
    pub searchable: bool,
    /// Who may edit others' rows.
    pub sharing: Sharing,
    /// The fields, `Id` first.
    pub fields: Vec<Field>,
    /// The relationships in which this object is the parent.
    pub child_relationships: Vec<ChildRelationship>,
    /// Record types, without the master one; empty where the object has none.
    pub record_types: Vec<RecordType>,
}

impl Object {
    /// The field of this name, in any case.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }

    /// The reference field of this relationship name (`Account`, `Project__r`), in any case.
    pub fn parent_relationship(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| {
            field.relationship_name.as_deref().is_some_and(|relationship| relationship.eq_ignore_ascii_case(name))
        })
    }

    /// The child relationship of this name (`Contacts`, `Projects__r`), in any case.
    pub fn child_relationship(&self, name: &str) -> Option<&ChildRelationship> {
        self.child_relationships
            .iter()
            .find(|child| child.name.as_deref().is_some_and(|relationship| relationship.eq_ignore_ascii_case(name)))
    }

    /// The field that names a row: `Name` mostly, `CaseNumber`, `Subject`, `Title`.
    pub fn name_field(&self) -> Option<&Field> {
        self.fields.iter().find(|field| field.name_field)
    }

    /// Whether an administrator of this org made it.
    pub fn is_custom(&self) -> bool {
        self.name.ends_with("__c") || self.is_external() || self.is_event()
    }

    /// Whether its rows are another system's, which is asked for them each time.
    pub fn is_external(&self) -> bool {
        self.name.ends_with("__x")
    }

    /// Whether it is a platform event: a message that is published and never stored as a row.
    pub fn is_event(&self) -> bool {
        self.name.ends_with("__e")
    }
}

/// The type of a field, by its name in describe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum FieldType {
    Id,
    Boolean,
    String,
    Textarea,
    Picklist,
    Multipicklist,
    Combobox,
    Reference,
    Currency,
    Double,
    Percent,
    Int,
    Date,
    Datetime,
    Time,
    Email,
    Phone,
    Url,
    Address,
    Location,
    Base64,
    /// A value of any of the others, as histories hold.
    AnyType,
}

impl FieldType {
    const NAMES: [(Self, &'static str); 22] = [
        (Self::Id, "id"),
        (Self::Boolean, "boolean"),
        (Self::String, "string"),
        (Self::Textarea, "textarea"),
        (Self::Picklist, "picklist"),
        (Self::Multipicklist, "multipicklist"),
        (Self::Combobox, "combobox"),
        (Self::Reference, "reference"),
        (Self::Currency, "currency"),
        (Self::Double, "double"),
        (Self::Percent, "percent"),
        (Self::Int, "int"),
        (Self::Date, "date"),
        (Self::Datetime, "datetime"),
        (Self::Time, "time"),
        (Self::Email, "email"),
        (Self::Phone, "phone"),
        (Self::Url, "url"),
        (Self::Address, "address"),
        (Self::Location, "location"),
        (Self::Base64, "base64"),
        (Self::AnyType, "anyType"),
    ];

    /// The name in describe.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(kind, _)| *kind == self).map_or("string", |(_, name)| name)
    }

    fn parse(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }

    /// Whether its values are text with a length.
    pub fn is_textual(self) -> bool {
        matches!(
            self,
            Self::String
                | Self::Textarea
                | Self::Picklist
                | Self::Multipicklist
                | Self::Combobox
                | Self::Email
                | Self::Phone
                | Self::Url
        )
    }

    /// Whether its values are made of those of other fields.
    pub fn is_compound(self) -> bool {
        matches!(self, Self::Address | Self::Location)
    }

    /// Whether its values are numbers.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Currency | Self::Double | Self::Percent | Self::Int)
    }
}

/// A field of an object.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools)] // Describe's own flags.
pub struct Field {
    /// API name.
    pub name: String,
    /// Label, which may be unlike the name.
    pub label: String,
    /// Type.
    pub kind: FieldType,
    /// Greatest number of characters of a textual field, else 0.
    pub length: usize,
    /// Digits in all, of a number with decimals, else 0.
    pub precision: u8,
    /// Digits after the point.
    pub scale: u8,
    /// Can be null.
    pub nillable: bool,
    /// Can be set by a create.
    pub createable: bool,
    /// Can be set by an update.
    pub updateable: bool,
    /// Gets a value when none is given.
    pub defaulted_on_create: bool,
    /// Can stand in WHERE.
    pub filterable: bool,
    /// Can stand in GROUP BY.
    pub groupable: bool,
    /// Can stand in ORDER BY.
    pub sortable: bool,
    /// Objects a reference may point to.
    pub reference_to: Vec<String>,
    /// The name by which a query reads through the reference (`Account.Name`).
    pub relationship_name: Option<String>,
    /// Values of a picklist, in their order; inactive ones too.
    pub picklist: Vec<PicklistValue>,
    /// Refuses values that the picklist lacks.
    pub restricted: bool,
    /// The field on which a dependent picklist depends.
    pub controller: Option<String>,
    /// Its text is HTML.
    pub html_formatted: bool,
    /// A formula.
    pub calculated: bool,
    /// Numbered by Salesforce.
    pub auto_number: bool,
    /// No two rows have the same value.
    pub unique: bool,
    /// Can address a row in an upsert.
    pub external_id: bool,
    /// Can be matched by an upsert though it is no external id (`Id`, `Email`).
    pub id_lookup: bool,
    /// Names the row.
    pub name_field: bool,
    /// The compound field this is part of (`BillingAddress`, `Name`).
    pub compound: Option<String>,
}

impl Field {
    /// Whether the reference may point to more than one object.
    pub fn is_polymorphic(&self) -> bool {
        self.reference_to.len() > 1
    }

    /// Whether an administrator of this org made it.
    pub fn is_custom(&self) -> bool {
        self.name.ends_with("__c") || self.name.ends_with("__s")
    }

    /// Whether it holds the code of a country or a state.
    pub fn is_address_code(&self) -> bool {
        let name = self.name.strip_suffix("__s").unwrap_or(&self.name);
        let custom = name.len() < self.name.len();
        self.compound.as_deref().is_some_and(|whole| custom || whole.ends_with("Address"))
            && (name.ends_with("CountryCode") || name.ends_with("StateCode"))
    }

    /// Whether a create must give it: `createable && !nillable && !defaultedOnCreate`.
    pub fn is_required(&self) -> bool {
        self.createable && !self.nillable && !self.defaulted_on_create
    }
}

/// One value of a picklist.
#[derive(Clone, Debug, PartialEq)]
pub struct PicklistValue {
    /// What the API stores.
    pub value: String,
    /// What people see.
    pub label: String,
    /// Can still be chosen.
    pub active: bool,
    /// Chosen when a create gives none.
    pub default: bool,
    /// The controlling field's values under which it can be chosen; empty where there is no controller.
    pub valid_for: Vec<String>,
}

/// A relationship seen from the parent.
#[derive(Clone, Debug, PartialEq)]
pub struct ChildRelationship {
    /// The child object.
    pub child_object: String,
    /// The child's reference field.
    pub field: String,
    /// The name a subquery uses; some have none.
    pub name: Option<String>,
    /// Children go when the parent goes.
    pub cascade_delete: bool,
    /// A parent with children cannot go.
    pub restricted_delete: bool,
}

/// A record type of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordType {
    /// Its id, also a row of `RecordType`.
    pub id: crate::id::Id,
    /// API name.
    pub developer_name: String,
    /// Label.
    pub name: String,
    /// Given to rows that name none.
    pub default: bool,
    /// The picklist values it allows, by field; other picklists are whole.
    pub picklists: BTreeMap<String, Vec<String>>,
}

impl Schema {
    /// The object of this name, in any case.
    pub fn object(&self, name: &str) -> Option<&Object> {
        self.objects.get(&name.to_ascii_lowercase())
    }

    /// The object whose ids begin with these three characters.
    pub fn object_of_prefix(&self, key_prefix: &str) -> Option<&Object> {
        self.objects.values().find(|object| object.key_prefix.as_deref() == Some(key_prefix))
    }

    /// Makes states and countries of standard addresses free text. Those that an administrator added keep their codes.
    pub(crate) fn drop_address_codes(&mut self) {
        for object in self.objects.values_mut() {
            object.fields.retain(|field| field.is_custom() || !field.is_address_code());
        }
    }

    /// All objects, by name.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.objects.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = include_str!("data/schema.txt");

    #[test]
    fn the_embedded_schema_reads_and_every_reference_points_at_an_object() {
        let schema = Schema::parse(TABLE).expect("a readable schema");
        for object in schema.objects() {
            for field in &object.fields {
                for target in &field.reference_to {
                    assert!(schema.object(target).is_some(), "{}.{} → {target}", object.name, field.name);
                }
                if let Some(controller) = &field.controller {
                    assert!(object.field(controller).is_some(), "{}.{}", object.name, field.name);
                }
                let values = &field.picklist;
                assert!(
                    values.iter().all(|value| !value.value.is_empty()),
                    "{}.{} has an empty value",
                    object.name,
                    field.name
                );
            }
        }
    }

    #[test]
    fn names_are_compared_without_case() {
        let schema = Schema::parse(TABLE).expect("a readable schema");
        let account = schema.object("account").expect("Account");
        assert_eq!(account.field("numberofemployees").map(|field| field.label.as_str()), Some("Employees"));
        assert_eq!(account.child_relationship("contacts").map(|child| child.field.as_str()), Some("AccountId"));
        assert!(account.child_relationship("ActivityHistories").is_some());
        assert_eq!(account.field("BillingCountryCode").map(|field| field.label.as_str()), Some("Billing Country Code"));
    }

    #[test]
    fn what_a_create_must_give_is_what_salesforce_asks_for() {
        let schema = Schema::parse(TABLE).expect("a readable schema");
        for (object, required) in [
            ("Account", vec!["Name"]),
            ("Contact", vec!["LastName"]),
            ("Lead", vec!["LastName", "Company"]),
            ("Opportunity", vec!["Name", "StageName", "CloseDate"]),
            ("Case", vec![]),
            ("Task", vec![]),
            ("Event", vec![]),
        ] {
            let fields = &schema.object(object).expect(object).fields;
            let found: Vec<_> =
                fields.iter().filter(|field| field.is_required()).map(|field| field.name.as_str()).collect();
            assert_eq!(found, required, "{object}");
        }
    }
}
