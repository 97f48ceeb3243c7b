//! What a person means by comparing, grouping, sorting, computing or writing a field of some type, and how SOQL takes it:
//! one table, which filters, groups, sort keys, measures and writes all read.
//!
//! A row is a type of field, or one of the three kinds whose type does not tell ([`Kind`]); a column is what is done with
//! it ([`Operator`]). A cell says no more than the type does: whether a single field may be filtered, grouped or sorted,
//! its description says as well, and both have to allow it.
//!
//! <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_comparisonoperators.htm>,
//! <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_agg_functions_field_types.htm>

use super::{Field, FieldType, ObjectSchema};

/// What is done with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `=`, `!=`
    Equal,
    /// `<`, `<=`, `>`, `>=`
    Order,
    /// `LIKE`
    Like,
    /// `IN`, `NOT IN`
    In,
    /// `INCLUDES`, `EXCLUDES`
    Includes,
    /// `GROUP BY`
    Group,
    /// `ORDER BY`
    Sort,
    /// `COUNT`, `COUNT_DISTINCT`
    Count,
    /// `SUM`, `AVG`
    Sum,
    /// `MIN`, `MAX`
    Extreme,
    /// A value of a new or changed record.
    Write,
}

impl Operator {
    /// All of them, in the order of the table's columns.
    pub const ALL: [Self; 11] = [
        Self::Equal,
        Self::Order,
        Self::Like,
        Self::In,
        Self::Includes,
        Self::Group,
        Self::Sort,
        Self::Count,
        Self::Sum,
        Self::Extreme,
        Self::Write,
    ];
}

/// What becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// A value of the type is taken as it is.
    Plain,
    /// A picklist's value is meant, by whatever people call it.
    Value,
    /// A multi-select picklist: what it includes is meant, `A;B` being both, and a write has values of the list.
    Several,
    /// Of moments: a day is one of the user's own.
    Day,
    /// Of an event's moments and days: a day is one of the user's own, unless the event takes the whole day, which Salesforce
    /// keeps at midnight UTC.
    EventDay,
    /// A time of day, in its one form and without quotes.
    Time,
    /// 75 and `75%` are 75 %.
    Percent,
    /// A phone number is its digits.
    Digits,
    /// A country or state: it is named in one field and has its code in another beside it.
    Place,
    /// A record that a lookup points to, by its id or by what it is called.
    Record,
    /// Text becomes HTML, and HTML text.
    RichText,
    /// Nothing Salesforce does.
    Refused(Why),
}

/// Why Salesforce does not do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It takes several values, which have no order.
    Several,
    /// It takes one value.
    One,
    /// It is no text.
    NoText,
    /// It is no number.
    NoNumber,
    /// It is true or false.
    YesOrNo,
    /// Times of day are only compared and sorted.
    Time,
    /// A compound: its parts are fields of their own.
    Parts,
    /// A place on the map: the same, and distances are not computed here.
    Location,
    /// Rich text is only read and written.
    RichText,
    /// Its text is encrypted.
    Encrypted,
    /// It holds bytes.
    Bytes,
    /// It is metadata, or of no certain type.
    Metadata,
}

impl Why {
    /// That a field is what it is, and the reason.
    pub fn of(self, field: &str, field_type: FieldType) -> String {
        let kind = field_type.name();
        let article = if kind.starts_with(['a', 'e', 'i']) { " is an " } else { " is a " };
        [field, article, kind, self.text()].concat()
    }

    /// The reason, after "FIELD is a TYPE".
    pub fn text(self) -> &'static str {
        match self {
            Self::Several => {
                ", which takes several values and has no order; compare it by INCLUDES or EXCLUDES, one value after the other to count them"
            }
            Self::One => " and no multi-select picklist; use IN or NOT IN",
            Self::NoText => " and has no text to match",
            Self::NoNumber => ", which is no number",
            Self::YesOrNo => ", which is only equal to true or false; group by it to count",
            Self::Time => ", a time of day, which is only compared and sorted",
            Self::Parts => ", which is made of parts; use those, which are fields of their own",
            Self::Location => {
                ", which is made of its latitude and longitude; use those, which are fields of their own: distances are not supported"
            }
            Self::RichText => " of rich text, which is only read; select it and look through the rows",
            Self::Encrypted => ", whose text is encrypted, so that it is only read",
            Self::Bytes => ", which holds a file",
            Self::Metadata => ", which is only read",
        }
    }
}

/// What a field is to the table: its type, or more where that does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Its type says all.
    Type(FieldType),
    /// HTML in a text area.
    RichText,
    /// The name of a country or a state, beside a picklist of their codes.
    Place,
    /// When an event begins or ends: its day or its moment.
    EventTime,
}

impl Kind {
    /// What a field of an object is.
    pub fn of(schema: &ObjectSchema, field: &Field) -> Self {
        match field.field_type {
            FieldType::String if code_beside(schema, field).is_some() => Self::Place,
            FieldType::DateTime | FieldType::Date if schema.name == "Event" && event_times(&field.name).is_some() => {
                Self::EventTime
            }
            _ => Self::of_value(field),
        }
    }

    /// What a value of a field is, whatever else its object has: which field says a place, and which time of an event
    /// counts, is settled before.
    pub fn of_value(field: &Field) -> Self {
        match field.field_type {
            FieldType::TextArea if field.html => Self::RichText,
            other => Self::Type(other),
        }
    }

    /// The place of its row.
    const fn row(self) -> usize {
        match self {
            Self::Type(field_type) => field_type as usize,
            Self::RichText => FieldType::COUNT,
            Self::Place => FieldType::COUNT + 1,
            Self::EventTime => FieldType::COUNT + 2,
        }
    }

    /// What becomes of a field of this kind.
    pub fn treatment(self, operator: Operator) -> Treatment {
        TABLE[self.row()][operator as usize]
    }
}

/// The moment and the day of the same end of an event: the moment counts, unless the event takes whole days.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_event.htm>
pub fn event_times(name: &str) -> Option<(&'static str, &'static str)> {
    match name {
        "StartDateTime" | "ActivityDate" => Some(("StartDateTime", "ActivityDate")),
        "ActivityDateTime" => Some(("ActivityDateTime", "ActivityDate")),
        "EndDateTime" | "EndDate" => Some(("EndDateTime", "EndDate")),
        _ => None,
    }
}

/// The field that holds the code of a country or state which is named in this one; none in an org that keeps them as
/// free text. Addresses that an admin added have the codes alone.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/compound_fields_address.htm>
pub fn code_beside<'s>(schema: &'s ObjectSchema, field: &Field) -> Option<&'s Field> {
    if !is_place_name(&field.name) {
        return None;
    }
    schema.field(&[&field.name, "Code"].concat()).filter(|code| code.field_type == FieldType::Picklist)
}

/// Whether a field is called like one that names a country or a state.
pub fn is_place_name(name: &str) -> bool {
    name.ends_with("Country") || name.ends_with("State")
}

/// A row of the table: a cell for each of [`Operator::ALL`].
type Row = [Treatment; Operator::ALL.len()];

/// The table: the types in the order of [`FieldType`], then the other kinds.
#[rustfmt::skip]
pub const TABLE: [Row; FieldType::COUNT + 3] = {
    use Treatment::{Day, Digits, EventDay, Percent, Place, Plain, Record, RichText, Several, Time, Value};
    const fn no(why: Why) -> Treatment {
        Treatment::Refused(why)
    }
    const ONE: Treatment = no(Why::One);
    const TEXT: Treatment = no(Why::NoText);
    const SUM: Treatment = no(Why::NoNumber);
    const MANY: Treatment = no(Why::Several);
    const FLAG: Treatment = no(Why::YesOrNo);
    const HOUR: Treatment = no(Why::Time);
    const HTML: Treatment = no(Why::RichText);
    const fn never(why: Why, write: Treatment) -> Row {
        let no = no(why);
        [no, no, no, no, no, no, no, no, no, no, write]
    }
    [
        // equal    order    like    in       includes group    sort   count  sum    extreme write
        /* String */
        [Plain,    Plain,    Plain,  Plain,   ONE,     Plain,   Plain, Plain, SUM,   Plain,  Plain],
        /* TextArea */
        [Plain,    Plain,    Plain,  Plain,   ONE,     Plain,   Plain, Plain, SUM,   Plain,  Plain],
        /* Picklist */
        [Value,    Plain,    Plain,  Value,   ONE,     Value,   Plain, Plain, SUM,   Plain,  Value],
        /* MultiPicklist */
        [Several,  MANY,     Several, Several, Several, MANY,   MANY,  MANY,  SUM,   MANY,   Several],
        /* Combobox */
        [Value,    Plain,    Plain,  Value,   ONE,     Plain,   Plain, Plain, SUM,   Plain,  Plain],
        /* Boolean */
        [Plain,    FLAG,     TEXT,   Plain,   ONE,     Plain,   Plain, FLAG,  FLAG,  FLAG,   Plain],
        /* Int */
        [Plain,    Plain,    TEXT,   Plain,   ONE,     Plain,   Plain, Plain, Plain, Plain,  Plain],
        /* Long */
        [Plain,    Plain,    TEXT,   Plain,   ONE,     Plain,   Plain, Plain, Plain, Plain,  Plain],
        /* Double */
        [Plain,    Plain,    TEXT,   Plain,   ONE,     Plain,   Plain, Plain, Plain, Plain,  Plain],
        /* Currency */
        [Plain,    Plain,    TEXT,   Plain,   ONE,     Plain,   Plain, Plain, Plain, Plain,  Plain],
        /* Percent */
        [Percent,  Percent,  TEXT,   Percent, ONE,     Plain,   Plain, Plain, Plain, Plain,  Percent],
        /* Date */
        [Plain,    Plain,    TEXT,   Plain,   ONE,     Plain,   Plain, Plain, SUM,   Plain,  Plain],
        /* DateTime */
        [Day,      Day,      TEXT,   Day,     ONE,     Day,     Plain, Plain, SUM,   Plain,  Plain],
        /* Time */
        [Time,     Time,     TEXT,   Time,    ONE,     HOUR,    Plain, HOUR,  HOUR,  HOUR,   Time],
        /* Email */
        [Plain,    Plain,    Plain,  Plain,   ONE,     Plain,   Plain, Plain, SUM,   Plain,  Plain],
        /* Phone */
        [Digits,   Plain,    Digits, Digits,  ONE,     Plain,   Plain, Plain, SUM,   Plain,  Plain],
        /* Url */
        [Plain,    Plain,    Plain,  Plain,   ONE,     Plain,   Plain, Plain, SUM,   Plain,  Plain],
        /* Id */
        [Plain,    Plain,    TEXT,   Plain,   ONE,     Plain,   Plain, Plain, SUM,   Plain,  Plain],
        /* Reference */
        [Record,   Plain,    Record, Record,  ONE,     Record,  Plain, Plain, SUM,   Plain,  Record],
        /* Address */
        never(Why::Parts, no(Why::Parts)),
        /* Location */
        never(Why::Location, no(Why::Location)),
        /* EncryptedString */
        never(Why::Encrypted, Plain),
        /* Base64 */
        never(Why::Bytes, Plain),
        /* DataCategoryGroup */
        never(Why::Metadata, Plain),
        /* Complex */
        never(Why::Metadata, no(Why::Metadata)),
        /* Any */
        never(Why::Metadata, Plain),
        /* Other */
        [Plain,    Plain,    TEXT,   Plain,   ONE,     Plain,   Plain, no(Why::Metadata), SUM, no(Why::Metadata), Plain],
        /* RichText */
        [HTML,     HTML,     HTML,   HTML,    ONE,     HTML,    HTML,  HTML,  SUM,   HTML,   RichText],
        /* Place */
        [Place,    Plain,    Place,  Place,   ONE,     Place,   Plain, Plain, SUM,   Plain,  Place],
        /* EventTime */
        [EventDay, EventDay, TEXT,   EventDay, ONE,    EventDay, Plain, Plain, SUM,  Plain,  Plain],
    ]
};
