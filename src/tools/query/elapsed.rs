//! The time between two moments of a record, such as until a case is closed.

use crate::error::Error;
use crate::known::{Known, PlanError};
use crate::record::Fields;
use crate::resolve::names;
use crate::schema::FieldType;
use crate::soql::{FieldPath, ObjectName};
use crate::sql::Moment;
use crate::time::clock::{self, Clock, DAY};

/// The time between two moments.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Elapsed {
    from: End,
    to: End,
    /// Whether between two days of the user's, and not to the second.
    pub(super) by_day: bool,
    pub(super) in_hours: bool,
}

/// When it begins or ends.
#[derive(Debug, Clone, PartialEq)]
enum End {
    Field(FieldPath),
    Now,
}

impl Elapsed {
    /// Of two fields with times, to the second; of days as soon as one of them is a day.
    pub(super) fn plan(
        known: &Known,
        object: &ObjectName,
        (from, to, in_hours): (&Moment, &Moment, bool),
    ) -> Result<Self, PlanError> {
        let mut by_day = false;
        let mut end = |moment: &Moment| -> Result<End, PlanError> {
            let (field, is_day) = match moment {
                Moment::Now => return Ok(End::Now),
                Moment::Today => {
                    by_day = true;
                    return Ok(End::Now);
                }
                Moment::Field(field) => (field, false),
                Moment::Day(field) => (field, true),
            };
            let named = names::field(known, object, &field.to_string())?;
            let is_moment = named.field.field_type == FieldType::DateTime;
            if !is_moment && named.field.field_type != FieldType::Date {
                let kind = named.field.field_type.name();
                let message = format!("only the time between two dates is computed; {} is a {kind}", named.path);
                return Err(Error::argument(named.path.as_str(), message).into());
            }
            by_day |= is_day || !is_moment;
            Ok(End::Field(named.path))
        };
        let (from, to) = (end(from)?, end(to)?);
        Ok(Self { from, to, by_day, in_hours })
    }

    /// The fields that say when, the end first.
    pub(super) fn fields(&self) -> impl Iterator<Item = &FieldPath> {
        [&self.to, &self.from].into_iter().filter_map(|end| match end {
            End::Field(field) => Some(field),
            End::Now => None,
        })
    }

    /// `average days from CreatedDate to ClosedDate`
    pub(super) fn name(&self, function: &str) -> String {
        let unit = if self.in_hours { "hours" } else { "days" };
        let end = |end: &End| match end {
            End::Field(field) => field.to_string(),
            End::Now if self.by_day => "today".to_owned(),
            End::Now => "now".to_owned(),
        };
        format!("{function} {unit} from {} to {}", end(&self.from), end(&self.to))
    }

    /// Seconds from one end to the other; none where the record lacks one.
    pub(super) fn seconds(&self, fields: &Fields<'_>, clock: &Clock) -> Option<i64> {
        let moment = |end: &End| match end {
            End::Now if self.by_day => Some(clock.today() * DAY),
            End::Now => Some(clock.now),
            End::Field(field) => {
                let text = fields.text(field.as_str())?;
                let moment = clock::day(&text).map(|day| day * DAY);
                match clock::stamp(&text) {
                    Some(moment) if self.by_day => Some(clock.day(moment) * DAY),
                    stamp => moment.or(stamp),
                }
            }
        };
        Some(moment(&self.to)? - moment(&self.from)?)
    }
}
