//! A query as data: names as they were written, literals as the values they mean.
//!
//! Every type compares by meaning, so a test can say `parse(rendered)? == expected`; a [`Position`] is carried for
//! messages only and never takes part in a comparison.

/// Where in the text something stood, as a byte offset. All positions are equal to each other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Position(pub usize);

impl PartialEq for Position {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Position {}

/// One query: the root, a child subquery in SELECT, or the inner query of a semi-join.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// What is selected, in order.
    pub select: Vec<SelectItem>,
    /// The object (`Account`), or in a child subquery the relationship (`Contacts`).
    pub from: Path,
    /// The object's alias, as in `FROM Account a`.
    pub alias: Option<String>,
    /// `USING SCOPE`.
    pub scope: Option<Scope>,
    /// `WHERE`.
    pub condition: Option<Condition>,
    /// `GROUP BY`; empty when there is none.
    pub group_by: Vec<Expression>,
    /// `HAVING`.
    pub having: Option<Condition>,
    /// `ORDER BY`; empty when there is none.
    pub order_by: Vec<Order>,
    /// `LIMIT`.
    pub limit: Option<u64>,
    /// `OFFSET`.
    pub offset: Option<u64>,
    /// `FOR VIEW`: marks the records as viewed.
    pub for_view: bool,
    /// `FOR REFERENCE`: marks the records as referenced.
    pub for_reference: bool,
}

/// One entry of the select list.
#[derive(Clone, Debug, PartialEq)]
pub enum SelectItem {
    /// A field or a function, with an alias in aggregate queries.
    Expression {
        /// What is computed.
        expression: Expression,
        /// The name it comes back under.
        alias: Option<String>,
    },
    /// `FIELDS(ALL)`, `FIELDS(CUSTOM)` or `FIELDS(STANDARD)`.
    Fields(FieldSet, Position),
    /// `(SELECT … FROM Contacts)`: the records of a child relationship.
    Children(Box<Query>),
}

/// The argument of `FIELDS()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldSet {
    /// Every field.
    All,
    /// The fields whose names end in `__c`.
    Custom,
    /// The other fields.
    Standard,
}

/// A name, or names joined by dots, as written: `Name`, `Account.Owner.Name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The names between the dots; at least one.
    pub parts: Vec<String>,
    /// Where the path starts.
    pub at: Position,
}

impl Path {
    /// A path from its dotted text, which is not checked.
    pub fn new(dotted: &str) -> Self {
        Self { parts: dotted.split('.').map(str::to_owned).collect(), at: Position::default() }
    }

    /// The last name: the field itself.
    pub fn last(&self) -> &str {
        self.parts.last().map_or("", String::as_str)
    }
}

/// What a select list, a filter, a grouping or a sort order is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// A field of the object or of a parent.
    Field(Path),
    /// `COUNT()`: the number of rows.
    CountRows(Position),
    /// `SUM(Amount)` and its like.
    Aggregate {
        /// Which aggregate.
        function: Aggregate,
        /// Over which field.
        field: Path,
    },
    /// `CALENDAR_YEAR(CloseDate)` and its like.
    Date {
        /// Which part of the date.
        function: DateFunction,
        /// Of which field.
        field: Path,
        /// Whether it is `convertTimezone(field)`: the user's zone instead of UTC.
        convert_timezone: bool,
    },
    /// `toLabel(StageName)`: the picklist label in the user's language.
    ToLabel(Path),
    /// `FORMAT(Amount)`: the value as the user would see it.
    Format(Box<Expression>),
}

impl Expression {
    /// Where the expression's name stands.
    pub fn at(&self) -> Position {
        match self {
            Self::Field(path) | Self::ToLabel(path) => path.at,
            Self::CountRows(at) => *at,
            Self::Aggregate { field, .. } | Self::Date { field, .. } => field.at,
            Self::Format(inner) => inner.at(),
        }
    }

    /// Whether the expression is computed over a group of rows.
    pub fn is_aggregate(&self) -> bool {
        match self {
            Self::CountRows(_) | Self::Aggregate { .. } => true,
            Self::Format(inner) => inner.is_aggregate(),
            Self::Field(_) | Self::Date { .. } | Self::ToLabel(_) => false,
        }
    }
}

/// A function over the rows of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregate {
    /// `COUNT(field)`: rows where the field is not null.
    Count,
    /// `COUNT_DISTINCT(field)`: different values that are not null.
    CountDistinct,
    /// `SUM(field)`.
    Sum,
    /// `AVG(field)`.
    Avg,
    /// `MIN(field)`.
    Min,
    /// `MAX(field)`.
    Max,
}

/// A part of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateFunction {
    /// 1 for January.
    CalendarMonth,
    /// 1 for January to March.
    CalendarQuarter,
    /// Such as 2026.
    CalendarYear,
    /// 1 to 31.
    DayInMonth,
    /// 1 for Sunday.
    DayInWeek,
    /// 1 to 366.
    DayInYear,
    /// The date of a datetime.
    DayOnly,
    /// 1 for the first month of the fiscal year.
    FiscalMonth,
    /// 1 for the first quarter of the fiscal year.
    FiscalQuarter,
    /// The year by which the fiscal year is called.
    FiscalYear,
    /// 0 to 23.
    HourInDay,
    /// 1 for the first seven days of the month.
    WeekInMonth,
    /// 1 for the first seven days of the year.
    WeekInYear,
}

/// The argument of `USING SCOPE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Records delegated to another user.
    Delegated,
    /// All records.
    Everything,
    /// Records the user owns.
    Mine,
    /// Records in the user's queues as well.
    MineAndMyGroups,
    /// Records in the user's territory.
    MyTerritory,
    /// Records in the territory of the user's team.
    MyTeamTerritory,
    /// Records of the user's team.
    Team,
}

/// A filter: `WHERE` or `HAVING`.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// `a AND b …`: at least two.
    All(Vec<Condition>),
    /// `a OR b …`: at least two.
    Any(Vec<Condition>),
    /// `NOT a`.
    Not(Box<Condition>),
    /// `field = value` and its like.
    Compare {
        /// The left side.
        left: Expression,
        /// The operator.
        operator: Operator,
        /// The right side.
        value: Value,
        /// Where the value stands.
        at: Position,
    },
    /// `field LIKE 'pattern'`.
    Like {
        /// The left side.
        left: Expression,
        /// The pattern.
        pattern: LikePattern,
    },
    /// `field IN (value, …)`, `field NOT IN (value, …)`.
    In {
        /// The left side.
        left: Expression,
        /// Whether it is `NOT IN`.
        negated: bool,
        /// The list; never empty.
        values: Vec<Value>,
        /// Where the list stands.
        at: Position,
    },
    /// A semi-join `field IN (SELECT …)`, or with `NOT IN` an anti-join.
    InQuery {
        /// The left side.
        left: Path,
        /// Whether it is an anti-join.
        negated: bool,
        /// The inner query.
        query: Box<Query>,
    },
    /// `field INCLUDES ('a;b', 'c')`: multi-select picklists with a and b, or c.
    Includes {
        /// The left side.
        left: Path,
        /// Whether it is `EXCLUDES`.
        negated: bool,
        /// The alternatives, each a set of values that are split at `;`.
        values: Vec<Vec<String>>,
    },
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `=`
    Equal,
    /// `!=`, also written `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// A value on the right side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `null`
    Null,
    /// `true`, `false`
    Boolean(bool),
    /// A number in the digits it was written with, so that none is lost.
    Number(String),
    /// A string, unescaped.
    Text(String),
    /// `2026-03-15`
    Date(jiff::civil::Date),
    /// `2026-03-15T09:30:00Z`, as the instant it is.
    DateTime(jiff::Timestamp),
    /// `10:00:00.000Z`
    Time(jiff::civil::Time),
    /// `TODAY`, `LAST_N_DAYS:7`
    DateLiteral(DateLiteral),
}

/// A range of days relative to today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateLiteral {
    /// The day before today.
    Yesterday,
    /// Today.
    Today,
    /// The day after today.
    Tomorrow,
    /// `LAST_WEEK`, `LAST_FISCAL_YEAR` …: the unit before this one. Never with [`Unit::Day`].
    Last(Unit),
    /// `THIS_WEEK` …: the unit that today is in. Never with [`Unit::Day`].
    This(Unit),
    /// `NEXT_WEEK` …: the unit after this one. Never with [`Unit::Day`].
    Next(Unit),
    /// `LAST_90_DAYS`
    Last90Days,
    /// `NEXT_90_DAYS`
    Next90Days,
    /// `LAST_N_DAYS:n` …
    LastN(Unit, u32),
    /// `NEXT_N_DAYS:n` …
    NextN(Unit, u32),
    /// `N_DAYS_AGO:n` …
    Ago(Unit, u32),
}

/// The length of a [`DateLiteral`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A day.
    Day,
    /// A week, from the day it starts on in the user's locale.
    Week,
    /// A calendar month.
    Month,
    /// A calendar quarter.
    Quarter,
    /// A calendar year.
    Year,
    /// A quarter of the org's fiscal year.
    FiscalQuarter,
    /// The org's fiscal year.
    FiscalYear,
}

/// The right side of `LIKE`, in which an escaped `\%` is text and a bare `%` is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LikePattern {
    /// The pieces in order; two [`LikePart::Text`] never follow each other.
    pub parts: Vec<LikePart>,
}

/// A piece of a [`LikePattern`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LikePart {
    /// This text, in any case.
    Text(String),
    /// `_`: any one character.
    AnyOne,
    /// `%`: any characters, or none.
    AnyRun,
}

/// One key of `ORDER BY`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// What is sorted by.
    pub expression: Expression,
    /// `DESC`.
    pub descending: bool,
    /// `NULLS LAST`; nulls come first otherwise, whatever the direction.
    pub nulls_last: bool,
}
