//! A statement's names and values as the org has them. Its conditions pass through the filters one by one, so that
//! labels, picklist values, names of records, "me" and days mean there what they mean everywhere.

use crate::error::Error;
use crate::json::{Json, List, quoted};
use crate::known::{self, Known, PlanError};
use crate::policy::Effect;
use crate::resolve::filter::{self, Filter, Op, Remarks, UNJOINED};
use crate::resolve::names::{self, Named};
use crate::resolve::parameters::Parameters;
use crate::resolve::{archive, reach, related};
use crate::schema::treatment::{self, Kind, Operator};
use crate::schema::well_known::{ID, IS_ALL_DAY, IS_DELETED};
use crate::schema::{ChildRelationship, Field, FieldType, ObjectSchema};
use crate::soql::{
    ChildSelect, Comparison, Condition, Date, DatePart, DateTime, FieldList, FieldPath, Literal, Nulls, Number,
    ObjectName, Operand, Order, SemiJoin,
};
use crate::sql::{self, Column, Expression, Match, Refusal, Shift, Span, Value};

/// Child records of each record where no LIMIT is given, and the most with one: what a person reads beside a parent.
const DEFAULT_CHILDREN: u32 = 20;
const MAX_CHILDREN: u32 = 200;
/// Relationships that an error names.
const MAX_NAMED: usize = 20;

/// The text of a day or a moment so far from now, by the user's clock, and whether it is a day.
pub(crate) type Settle = fn(&Known, i64, Shift, bool) -> Result<String, PlanError>;

/// The user's day of a moment, and whether it is the moment in which that day begins.
pub(crate) type DayOf = fn(&Known, i64, DateTime) -> Result<(Date, bool), PlanError>;

/// A statement while it is read.
pub(crate) struct Reading<'a> {
    pub(crate) known: &'a Known,
    /// Its text.
    pub(crate) soql: &'a str,
    pub(crate) parameters: &'a Parameters,
    /// Seconds since the Unix epoch.
    pub(crate) now: i64,
    pub(crate) settle: Settle,
    pub(crate) day_of: DayOf,
    /// The first day of which no activity is archived.
    pub(crate) recent: Date,
    /// Whether child records are asked for of which some may be archived.
    pub(crate) archived: bool,
    /// Whether the conditions are on groups, so that only what is grouped by can be compared.
    pub(crate) of_groups: bool,
    /// The conditions one by one, with the object each is about, and what is to be said of them.
    pub(crate) said: Vec<(ObjectName, Filter)>,
    pub(crate) remarks: Remarks,
    /// The parts of dates that are compared with.
    pub(crate) parts: Vec<sql::DatePart>,
    /// What was left out of what is shown.
    pub(crate) dropped: Vec<&'static str>,
}

/// What is said of a group, where it is no condition on a field.
pub(crate) type OfGroup<'a> = &'a mut dyn FnMut(&Expression, Comparison, &str) -> Result<Condition, PlanError>;

impl Reading<'_> {
    /// Refuses a part of the statement.
    pub(crate) fn refuse(&self, at: Span, why: &'static str) -> PlanError {
        Error::argument("soql", Refusal::of(self.soql, at, why).to_string()).into()
    }

    /// The condition on an object's records; or on groups, of which `group` says what a number's comparison is.
    pub(crate) fn condition(
        &mut self,
        object: &ObjectName,
        condition: &sql::Condition,
        mut group: Option<OfGroup<'_>>,
    ) -> Result<Condition, PlanError> {
        let mut each = |parts: &[sql::Condition]| {
            let (mut done, mut lacking) = (Vec::with_capacity(parts.len()), Ok(()));
            for part in parts {
                match self.condition(object, part, group.as_mut().map(|group| &mut **group as OfGroup<'_>)) {
                    Ok(condition) => done.push(condition),
                    Err(error) => lacking = known::both(lacking, Err::<(), _>(error)).map(drop),
                }
                // What is wrong comes before what is lacking.
                if let Err(PlanError::Failed(_)) = lacking {
                    break;
                }
            }
            lacking.map(|()| done)
        };
        let some = |condition: Option<Condition>| {
            condition.ok_or_else(|| PlanError::from(Error::argument("soql", "a condition has no parts")))
        };
        match condition {
            sql::Condition::All(parts) => some(Condition::all(each(parts)?)),
            sql::Condition::Any(parts) => some(Condition::any(each(parts)?)),
            sql::Condition::Not(inner) => Ok(!self.condition(object, inner, group)?),
            sql::Condition::InSelect { field, negated, query } => self.semi_join(object, field, *negated, query),
            sql::Condition::Compare { left, op, value } => {
                let json = self.json(value)?;
                match (left, &mut group) {
                    (left, Some(group)) if left.is_aggregate() => (*group)(left, *op, &json),
                    _ => self.compared(object, left, *op, json),
                }
            }
            sql::Condition::Like { left, pattern } => {
                let value = match pattern {
                    Match::Pattern(pattern, _) => quoted(pattern.as_str()),
                    Match::Parameter(name, _) => self.parameters.get(name).to_owned(),
                };
                self.filtered(object, self.plain(left)?, Op::Like, value)
            }
            sql::Condition::In { left, negated, values } => self.in_list(object, left, *negated, values),
            sql::Condition::Includes { field, negated, values } => {
                let values = self.json_list(values)?;
                self.filtered(object, field, Op::Includes { negated: *negated }, values)
            }
        }
    }

    fn compared(
        &mut self,
        object: &ObjectName,
        left: &Expression,
        op: Comparison,
        json: String,
    ) -> Result<Condition, PlanError> {
        if let Expression::Date { part, field, .. } = left
            && *part != sql::DatePart::DayOnly
        {
            return self.part_of_date(object, *part, field, op, &json);
        }
        // A parameter may hold several.
        let op = match op {
            Comparison::Eq | Comparison::Ne if json.starts_with('[') => Op::In { negated: op == Comparison::Ne },
            op => Op::Is(op),
        };
        self.filtered(object, self.plain(left)?, op, json)
    }

    fn in_list(
        &mut self,
        object: &ObjectName,
        left: &Expression,
        negated: bool,
        values: &[sql::Literal],
    ) -> Result<Condition, PlanError> {
        let values = self.json_list(values)?;
        let Expression::Date { part, field, .. } = left else {
            return self.filtered(object, self.plain(left)?, Op::In { negated }, values);
        };
        if *part == sql::DatePart::DayOnly {
            return self.filtered(object, field, Op::In { negated }, values);
        }
        let op = if negated { Comparison::Ne } else { Comparison::Eq };
        let mut each = Vec::new();
        for value in Json::trusted(&values).items() {
            each.push(self.part_of_date(object, *part, field, op, value.get())?);
        }
        let condition = if negated { Condition::all(each) } else { Condition::any(each) };
        condition.ok_or_else(|| self.refuse(left.at(), "the list is empty, so nothing can match"))
    }

    /// A condition on a field, by the filters' rules.
    fn filtered(
        &mut self,
        object: &ObjectName,
        field: &sql::Path,
        op: Op,
        value: String,
    ) -> Result<Condition, PlanError> {
        let mut filter = Filter { field: field.to_string(), op, value };
        let named = names::field(self.known, object, &filter.field)?;
        if named.field.field_type == FieldType::Date {
            whole_day(&mut filter.value);
        }
        if names::is_external(&named.object) && matches!(op, Op::Like | Op::Includes { .. }) {
            let why = "external objects are not compared like this; use =, IN, <, >, or read the rows";
            return Err(self.refuse(field.at(), why));
        }
        let condition = match named.kind {
            Kind::EventTime if filter.value != "null" => self.event_time(object, &named, &filter),
            _ => filter::one(self.known, object, &named, &filter, self.of_groups, &mut self.remarks),
        };
        self.said.push((object.clone(), filter));
        condition
    }

    /// The moment and the day of an end of an event.
    pub(crate) fn ends(&self, object: &ObjectName, named: &Named) -> Result<(Named, Named), PlanError> {
        let (moment, day) = treatment::event_times(&named.field.name).unwrap_or_default();
        let find = |name| names::field(self.known, object, named.beside(name)?.as_str());
        Ok((find(moment)?, find(day)?))
    }

    /// A condition on when an event is: by the user's clock, unless it takes whole days, which are those of the calendar.
    fn event_time(&mut self, object: &ObjectName, named: &Named, filter: &Filter) -> Result<Condition, PlanError> {
        // What the type refuses is refused in its own name.
        names::treatment(self.known, named, filter.op.operator())?;
        let (moment, day) = self.ends(object, named)?;
        let timed = filter::one(self.known, object, &moment, filter, false, &mut self.remarks)?;
        let whole = self.whole_days(object, day, filter)?;
        event(named, timed, whole)
    }

    /// The same of events that take whole days: each begins with its day. None where no day fits.
    fn whole_days(&mut self, object: &ObjectName, day: Named, filter: &Filter) -> Result<Option<Condition>, PlanError> {
        let mut op = filter.op;
        let (mut list, mut is_any) = (List::default(), false);
        let is_list = filter.value.starts_with('[');
        let all = if is_list { filter.value.clone() } else { ["[", &filter.value, "]"].concat() };
        for item in Json::trusted(&all).items() {
            let moment = item.text().and_then(|text| DateTime::parse(&text).ok());
            let Some(moment) = moment else {
                list.item(item);
                is_any = true;
                continue;
            };
            let (date, begins) = (self.day_of)(self.known, self.now, moment)?;
            op = match op {
                // No day begins at that moment.
                Op::Is(Comparison::Eq | Comparison::Ne) | Op::In { .. } if !begins => continue,
                Op::Is(Comparison::Ge) if !begins => Op::Is(Comparison::Gt),
                Op::Is(Comparison::Lt) if !begins => Op::Is(Comparison::Le),
                op => op,
            };
            list.item(Json::trusted(&quoted(&date.to_string())));
            is_any = true;
        }
        let list = list.finish();
        if !is_any {
            let negated = matches!(op, Op::Is(Comparison::Ne) | Op::In { negated: true });
            let exists = Condition::compare(day.path, Comparison::Ne, Literal::Null);
            return Ok(negated.then_some(exists));
        }
        let value = if is_list { list } else { list[1..list.len() - 1].to_owned() };
        let filter = Filter { field: day.path.to_string(), op, value };
        filter::one(self.known, object, &day, &filter, false, &mut self.remarks).map(Some)
    }

    /// The field of an expression that filters read as that field: a picklist's label is repaired in any case, and a day
    /// means the whole day.
    fn plain<'e>(&self, expression: &'e Expression) -> Result<&'e sql::Path, PlanError> {
        match expression {
            Expression::Field(field)
            | Expression::Label(field)
            | Expression::Date { part: sql::DatePart::DayOnly, field, .. } => Ok(field),
            other => Err(self.refuse(other.at(), "records are not filtered by this; compare the field itself")),
        }
    }

    /// A value as a filter takes it.
    fn json(&self, literal: &sql::Literal) -> Result<String, PlanError> {
        Ok(match &literal.value {
            Value::Null => "null".to_owned(),
            Value::Boolean(value) => value.to_string(),
            Value::Number(number) => number.as_str().to_owned(),
            Value::Text(text) => quoted(text),
            Value::Date(date) => quoted(&date.to_string()),
            Value::DateTime(moment) => quoted(&moment.to_string()),
            Value::Range(range) => quoted(&range.to_string()),
            Value::Parameter(name) => self.parameters.get(name).to_owned(),
            Value::Currency { .. } => {
                return Err(self.refuse(literal.at, "compare with the plain amount, without the currency"));
            }
            Value::Day(shift) => quoted(&(self.settle)(self.known, self.now, *shift, true)?),
            Value::Moment(shift) => quoted(&(self.settle)(self.known, self.now, *shift, false)?),
        })
    }

    /// Values as a list; a parameter may hold several.
    fn json_list(&self, values: &[sql::Literal]) -> Result<String, PlanError> {
        let mut list = List::default();
        for value in values {
            let json = self.json(value)?;
            let value = Json::trusted(&json);
            if json.starts_with('[') {
                value.items().for_each(|item| list.item(item));
            } else {
                list.item(value);
            }
        }
        Ok(list.finish())
    }

    fn part_of_date(
        &mut self,
        object: &ObjectName,
        part: sql::DatePart,
        field: &sql::Path,
        op: Comparison,
        json: &str,
    ) -> Result<Condition, PlanError> {
        let named = names::field(self.known, object, &field.to_string())?;
        let zoned = is_moment(&named)?;
        let number = Number::parse(json.trim_matches('"'));
        let number =
            number.map_err(|_| Error::argument(named.path.as_str(), "a part of a date is compared with a number"))?;
        self.parts.push(part);
        let part = date_part(part);
        let compare = |field: FieldPath, zoned| {
            let operand = Operand::Part { part, field, zoned };
            Condition::Compare { operand, op, value: Literal::Number(number.clone()) }
        };
        if named.kind != Kind::EventTime {
            return Ok(compare(named.path, zoned));
        }
        let (moment, day) = self.ends(object, &named)?;
        // A day has no hour.
        let whole = (part != DatePart::HourInDay).then(|| compare(day.path, false));
        event(&named, compare(moment.path, true), whole)
    }

    fn semi_join(
        &mut self,
        object: &ObjectName,
        field: &sql::Path,
        negated: bool,
        query: &sql::SemiJoin,
    ) -> Result<Condition, PlanError> {
        let known = self.known;
        let other = names::object(known, &query.from.to_string())?;
        known.allow_object(&other, Effect::ReadOnly)?;
        names::check_queryable(known, &other)?;
        if UNJOINED.contains(&other.as_str()) {
            let message = format!(
                "Salesforce can't look through {other} records in a subquery; for activities compare LastActivityDate instead"
            );
            return Err(Error::argument("soql", message).allowing(vec!["LastActivityDate".to_owned()]).into());
        }
        let ends = known::both(id_field(known, object, field), id_field(known, &other, &query.select))?;
        let (field, select) = (names::field_name(&ends.0.name)?, names::field_name(&ends.1.name)?);
        let mut condition = match &query.condition {
            Some(inner) => Some(self.condition(&other, inner, None)?),
            None => None,
        };
        // A null in the list would make NOT IN match nothing.
        if negated && select.as_str() != "Id" {
            let guard = Condition::compare(FieldPath::from(select.clone()), Comparison::Ne, Literal::Null);
            let is_said = match &condition {
                Some(Condition::And(parts)) => parts.as_slice().contains(&guard),
                Some(other) => *other == guard,
                None => false,
            };
            if !is_said {
                condition = Condition::all(condition.into_iter().chain([guard]));
            }
        }
        let query = SemiJoin { select, from: other, condition };
        Ok(Condition::InSelect { field, negated, query: Box::new(query) })
    }

    /// What a select list shows: fields, and child records by their relationships.
    pub(crate) fn columns(&mut self, object: &ObjectName, select: &[Column]) -> Result<Columns, PlanError> {
        let known = self.known;
        let (mut inputs, mut every, mut children) = (Vec::new(), Vec::new(), Vec::new());
        let mut is_usual = false;
        for column in select {
            match column {
                Column::Usual(_) => is_usual = true,
                Column::Fields(set, at) => every.extend(self.every_field(object, *set, *at)?),
                Column::Expression { expression, .. } => inputs.push(self.shown(expression)?.to_string()),
                Column::Total(_) => {}
                Column::Children(query) => children.push(self.child(object, query)?),
                Column::TypeOf { relationship, .. } => {
                    let why = "TYPEOF is not read; select the name and the type, as in What.Name, What.Type";
                    return Err(self.refuse(relationship.at, why));
                }
            }
        }
        is_usual |= inputs.is_empty() && every.is_empty() && children.is_empty();
        let mut fields = if is_usual { names::columns(known, object, &[])? } else { FieldList::from(ID) };
        every.into_iter().for_each(|field| fields.add(field));
        if !inputs.is_empty() {
            names::columns(known, object, &inputs)?.as_slice().iter().cloned().for_each(|field| fields.add(field));
        }
        Ok(Columns { fields, children, is_usual })
    }

    /// The fields of FIELDS().
    fn every_field(&self, object: &ObjectName, set: sql::FieldSet, at: Span) -> Result<Vec<FieldPath>, PlanError> {
        if !reach::may_read_all(self.known, object) {
            let why = "some fields repeat records that may not be read; name the fields instead of FIELDS()";
            return Err(self.refuse(at, why));
        }
        let mut fields = names::every_field(self.known, object)?;
        fields.retain(|field| match set {
            sql::FieldSet::All => true,
            sql::FieldSet::Custom => field.as_str().ends_with("__c"),
            sql::FieldSet::Standard => !field.as_str().ends_with("__c"),
        });
        Ok(fields)
    }

    /// The field whose value a column shows.
    pub(crate) fn shown<'e>(&mut self, expression: &'e Expression) -> Result<&'e sql::Path, PlanError> {
        let (field, dropped) = match expression {
            Expression::Field(field) => return Ok(field),
            Expression::Label(field) => (field, "toLabel is left out: values are API values"),
            Expression::Converted(field) => {
                (field, "convertCurrency is left out: amounts are in each record's currency")
            }
            Expression::Formatted(inner) => {
                self.drop("FORMAT is left out");
                return self.shown(inner);
            }
            other => return Err(self.refuse(other.at(), "this can't be selected; select the field itself")),
        };
        self.drop(dropped);
        Ok(field)
    }

    pub(crate) fn drop(&mut self, what: &'static str) {
        if !self.dropped.contains(&what) {
            self.dropped.push(what);
        }
    }

    fn child(&mut self, parent: &ObjectName, query: &sql::Query) -> Result<ChildSelect, PlanError> {
        let known = self.known;
        let schema = known.schema(parent)?;
        let Some((found, relationship)) = child_list(&schema, query.from.last()) else {
            if !known.is_fresh(parent) {
                return Err(PlanError::needs_description(parent));
            }
            let input = query.from.last();
            let message = format!("{parent} has no child relationship {input:?} that is visible to the user");
            let children = schema.children_of(input).chain(schema.children.iter());
            let allowed = children.filter_map(|child| child.relationship.clone()).take(MAX_NAMED).collect();
            return Err(Error::argument("soql", message).allowing(allowed).into());
        };
        let object = ObjectName::parse(&found.object)?;
        known.allow_object(&object, Effect::ReadOnly)?;
        let relationship = names::field_name(relationship)?;
        if let Some(Column::Total(at)) = query.select.iter().find(|column| matches!(column, Column::Total(_))) {
            return Err(self.refuse(*at, "child records are not counted beside their parents; query them alone"));
        }
        let Columns { fields, children, .. } = self.columns(&object, &query.select)?;
        if !children.is_empty() {
            return Err(self.refuse(query.from.at(), "child records of child records are not read; query them alone"));
        }
        let mut condition = match &query.condition {
            Some(inner) => Some(self.condition(&object, inner, None)?),
            None => None,
        };
        let reaches_back = archive::reaches_back(&object, query.condition.as_ref(), self.parameters, self.recent);
        // What Salesforce can't filter would have deleted records too.
        let is_list = relationship.as_str() == related::PAST;
        if is_list || reaches_back && !schema.has_field(IS_DELETED.as_str()) {
            self.drop("activities of more than a year ago may be missing; query Task or Event for them");
        } else if reaches_back {
            self.archived = true;
            condition = archive::undeleted(condition);
        }
        let order_by = self.order(&object, &query.order_by)?;
        let limit = match query.limit {
            Some(own) if own > MAX_CHILDREN => {
                return Err(self.refuse(
                    query.from.at(),
                    "at most 200 child records of each record are read; query them alone for more",
                ));
            }
            Some(own) => own,
            // One more than is shown tells whether there are more.
            None => DEFAULT_CHILDREN + 1,
        };
        Ok(ChildSelect { relationship, fields, condition, order_by, limit: Some(limit) })
    }

    /// Sort keys. What has no value comes last, unless the statement says otherwise: nobody asks for the top five to see
    /// those without a number.
    pub(crate) fn order(&mut self, object: &ObjectName, keys: &[sql::Order]) -> Result<Vec<Order>, PlanError> {
        let mut order_by = Vec::new();
        for key in keys {
            let input = self.shown(&key.by)?.to_string();
            let named = names::field(self.known, object, &input)?;
            names::treatment(self.known, &named, Operator::Sort)?;
            if !named.field.sortable {
                return Err(Error::argument(&input, format!("Salesforce can't sort by {}", named.path)).into());
            }
            let nulls = key.nulls.unwrap_or(Nulls::Last);
            order_by.push(Order { field: named.path, direction: key.direction, nulls });
        }
        Ok(order_by)
    }
}

/// Records of a child relationship that are shown of each record, of so many that are asked for.
pub(crate) fn most_shown(asked: Option<u32>) -> usize {
    let asked = asked.unwrap_or(MAX_CHILDREN);
    (if asked == DEFAULT_CHILDREN + 1 { DEFAULT_CHILDREN } else { asked }) as usize
}

/// A select list.
pub(crate) struct Columns {
    pub(crate) fields: FieldList,
    pub(crate) children: Vec<ChildSelect>,
    /// Whether the usual fields are among them because none were named.
    pub(crate) is_usual: bool,
}

/// A child relationship by its name, or by the only one of an object's that has this name.
fn child_list<'s>(schema: &'s ObjectSchema, input: &str) -> Option<(&'s ChildRelationship, &'s str)> {
    let named = |child: &'s ChildRelationship| Some((child, child.relationship.as_deref()?));
    if let Some(found) = schema.child(input) {
        return named(found);
    }
    let of_object = |child: &&'s ChildRelationship| child.object.eq_ignore_ascii_case(input);
    let mut children = schema.children.iter().filter(of_object).filter_map(named);
    children.next().filter(|_| children.next().is_none())
}

/// A date is compared with the day of a moment.
fn whole_day(value: &mut String) {
    let day = value.get(1..11).filter(|day| value.as_bytes().get(11) == Some(&b'T') && Date::parse(day).is_ok());
    if let Some(day) = day.map(quoted) {
        *value = day;
    }
}

/// The condition on events that take whole days, and on those that do not.
fn event(named: &Named, timed: Condition, whole: Option<Condition>) -> Result<Condition, PlanError> {
    let is_all_day = named.beside(IS_ALL_DAY)?;
    let mut either = Vec::new();
    for (all_day, condition) in [(false, Some(timed)), (true, whole)] {
        if let Some(condition) = condition {
            let is = Condition::compare(is_all_day.clone(), Comparison::Eq, all_day);
            either.extend(Condition::all(vec![is, condition]));
        }
    }
    Condition::any(either).ok_or_else(|| Error::input("no condition on an event").into())
}

/// Whether a date is one of a moment, of which the part in the user's zone is meant.
pub(crate) fn is_moment(named: &Named) -> Result<bool, Error> {
    match named.field.field_type {
        FieldType::Date => Ok(false),
        FieldType::DateTime => Ok(true),
        other => {
            let message = format!("only dates have parts; {} is a {}", named.path, other.name());
            Err(Error::argument(named.path.as_str(), message))
        }
    }
}

/// The same part in SOQL's words.
pub(crate) fn date_part(part: sql::DatePart) -> crate::soql::DatePart {
    use crate::soql::DatePart as Soql;
    match part {
        sql::DatePart::CalendarMonth => Soql::Month,
        sql::DatePart::CalendarQuarter => Soql::Quarter,
        sql::DatePart::CalendarYear => Soql::Year,
        sql::DatePart::DayInMonth => Soql::DayInMonth,
        sql::DatePart::DayInWeek => Soql::DayInWeek,
        sql::DatePart::DayInYear => Soql::DayInYear,
        sql::DatePart::DayOnly => Soql::Day,
        sql::DatePart::FiscalMonth => Soql::FiscalMonth,
        sql::DatePart::FiscalQuarter => Soql::FiscalQuarter,
        sql::DatePart::FiscalYear => Soql::FiscalYear,
        sql::DatePart::HourInDay => Soql::HourInDay,
        sql::DatePart::WeekInMonth => Soql::WeekInMonth,
        sql::DatePart::WeekInYear => Soql::WeekInYear,
    }
}

/// A field of the object itself that holds an id.
fn id_field(known: &Known, object: &ObjectName, path: &sql::Path) -> Result<Field, PlanError> {
    let name = path.to_string();
    let Some(own) = path.single() else {
        let message = format!("{name} is a field of a parent; a subquery is compared with Id or a lookup of {object}");
        return Err(Error::argument(&name, message).into());
    };
    let field = names::own_field(known, object, &own.text)?;
    match field.field_type {
        FieldType::Id | FieldType::Reference => Ok(field),
        other => {
            let message = format!("{name} is a {} and holds no id", other.name());
            Err(Error::argument(&name, message).into())
        }
    }
}
