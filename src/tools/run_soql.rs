//! `run_soql`: a query the person wrote. One `query`; where an object is not known yet, a describe before it.
//!
//! It is checked as far as grants and names go, and otherwise sent as it stands, but for a LIMIT where it has none.

use crate::call::Call;
use crate::error::Error;
use crate::json::{Json, List, Object};
use crate::known::{Known, PlanError};
use crate::policy::Effect;
use crate::record::{Fields, Record};
use crate::reply::{MAX_ROWS, MAX_TEXT_CHARS, Rows, Values, bounded};
use crate::resolve::names;
use crate::resolve::reach;
use crate::rest::{Page, Query};
use crate::soql::{Column, FieldPath, ObjectName, Statement};
use crate::wit::{RunSoqlArgs, RunSoqlReply};

/// Rows when neither the query nor the call says how many.
const DEFAULT_ROWS: u32 = 50;
/// Rows at most with FIELDS(ALL) and FIELDS(CUSTOM).
/// <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_fields.htm>
const MAX_ROWS_OF_ALL_FIELDS: u32 = 200;

/// Runs a query.
pub(super) fn run_soql(call: &Call<'_>, args: RunSoqlArgs) -> Result<RunSoqlReply, Error> {
    let limit = bounded("limit", args.limit, DEFAULT_ROWS, MAX_ROWS)?;
    let statement = Statement::parse(&args.query).map_err(|reason| Error::argument("query", reason.to_string()))?;
    let limit = Limit::of(&statement, limit)?;
    call.run(&statement, plan, |plan| {
        let page = call.run_query(&Query::statement(&statement, limit.added), limit.shown as usize)?;
        Ok(reply(&statement, &plan, &page, limit))
    })
}

/// How many rows are asked for and shown.
#[derive(Clone, Copy)]
struct Limit {
    /// What the query gets, if it has none: one more than is shown tells whether there are more.
    added: Option<u32>,
    shown: u32,
}

impl Limit {
    fn of(statement: &Statement<'_>, usual: u32) -> Result<Self, Error> {
        let most = match statement.columns.contains(&Column::Every(true)) {
            true => MAX_ROWS_OF_ALL_FIELDS,
            false => MAX_ROWS,
        };
        if let Some(own) = statement.limit.filter(|own| *own > most) {
            let message = format!("the query's LIMIT is {own}; it may be at most {most}");
            return Err(Error::argument("query", message));
        }
        // Numbers of all records are one row, and Salesforce takes no LIMIT with them.
        let is_one_row = statement.is_aggregate && !statement.is_grouped;
        // Groups come in one page or not at all.
        let most_added = if statement.is_grouped || most < MAX_ROWS { most } else { most + 1 };
        let added = (statement.limit.is_none() && !is_one_row).then_some((usual + 1).min(most_added));
        Ok(Self { added, shown: if added.is_some() { usual.min(most) } else { MAX_ROWS } })
    }
}

/// What the query names, by API names.
struct Plan {
    object: ObjectName,
    paths: Vec<FieldPath>,
}

fn plan(known: &Known, statement: &Statement<'_>) -> Result<Plan, PlanError> {
    let mut objects: Vec<ObjectName> = Vec::new();
    for scope in &statement.scopes {
        let object = match scope.children_of {
            None => named(known, scope.from)?,
            Some(parent) => child(known, &objects[parent], statement.scopes[parent].alias, scope.from)?,
        };
        known.allow_object(&object, Effect::ReadOnly)?;
        if let Some(alias) = scope.alias
            && known.description(&object)?.parent(alias).is_some()
        {
            // Whose field `alias.Name` is would be Salesforce's choice.
            let message = format!("{alias} is a relationship of {object} too; give the object another short name");
            return Err(Error::argument("query", message).into());
        }
        if statement.has_every && !reach::may_read_all(known, &object) {
            let message = format!(
                "some fields of {object} repeat records that may not be read; name the fields instead of FIELDS()"
            );
            return Err(Error::argument("query", message).into());
        }
        objects.push(object);
    }
    let mut paths = Vec::new();
    for mention in &statement.mentions {
        let other;
        let (object, alias) = match mention.object {
            None => (&objects[mention.scope], statement.scopes[mention.scope].alias),
            Some(object) => {
                other = named(known, object)?;
                known.allow_object(&other, Effect::ReadOnly)?;
                (&other, None)
            }
        };
        let through = mention.through.map(|relationship| format!("{relationship}.{}", mention.path));
        paths.push(field(known, object, alias, through.as_deref().unwrap_or(mention.path))?);
    }
    // There is at least the outermost query.
    let object = objects.into_iter().next().ok_or_else(|| Error::input("the query has no object"))?;
    Ok(Plan { object, paths })
}

/// An object by its API name and nothing else.
fn named(known: &Known, input: &str) -> Result<ObjectName, PlanError> {
    let object = names::object(known, input)?;
    if object.as_str().eq_ignore_ascii_case(input) { Ok(object) } else { Err(unlike(input, object.as_str())) }
}

/// The object of the records that a relationship leads to.
fn child(known: &Known, parent: &ObjectName, alias: Option<&str>, input: &str) -> Result<ObjectName, PlanError> {
    let schema = known.schema(parent)?;
    let relationship = own(parent, alias, input);
    match schema.child(relationship) {
        Some(child) => Ok(ObjectName::parse(&child.object)?),
        None if !known.is_fresh(parent) => Err(PlanError::needs_description(parent)),
        None => {
            let children = schema.children_of(relationship).chain(&schema.children);
            let message = format!("{parent} has no child relationship {relationship:?} that is visible to the user");
            let allowed = children.filter_map(|child| child.relationship.clone()).take(20).collect();
            Err(Error::argument("query", message).allowing(allowed).into())
        }
    }
}

/// A field by the path of its API names and nothing else.
fn field(known: &Known, object: &ObjectName, alias: Option<&str>, input: &str) -> Result<FieldPath, PlanError> {
    let schema = known.schema(object)?;
    let is_path = input.split_once('.').is_some_and(|(first, _)| schema.parent(first).is_some());
    let input = if is_path { input } else { own(object, alias, input) };
    let path = names::field(known, object, input)?.path;
    if path.as_str().eq_ignore_ascii_case(input) { Ok(path) } else { Err(unlike(input, path.as_str())) }
}

/// A path without what only says that it begins at the object of the query.
fn own<'s>(object: &ObjectName, alias: Option<&str>, input: &'s str) -> &'s str {
    match input.split_once('.') {
        Some((first, rest))
            if first.eq_ignore_ascii_case(object.as_str())
                || alias.is_some_and(|alias| first.eq_ignore_ascii_case(alias)) =>
        {
            rest
        }
        _ => input,
    }
}

fn unlike(input: &str, name: &str) -> PlanError {
    let message = format!("{input:?} is no API name; correct the query, nothing of it is repaired");
    Error::argument(input, message).allowing(vec![name.to_owned()]).into()
}

fn reply(statement: &Statement<'_>, plan: &Plan, page: &Page, limit: Limit) -> RunSoqlReply {
    let mut values = Values::cut_after(MAX_TEXT_CHARS);
    let mut notices = Vec::new();
    // COUNT() is answered by the size of a result without records.
    let is_count = page.records.is_empty() && statement.is_aggregate;
    let columns = if is_count { Vec::new() } else { columns(statement, plan, page.records.first()) };
    let mut rows = Rows::default();
    let mut is_cut = false;
    for record in page.records.iter().take(limit.shown as usize) {
        let fields = record.fields();
        let row: Vec<_> = columns.iter().map(|column| shown(&mut values, fields.get(column), &mut is_cut)).collect();
        if !rows.add(format!("[{}]", row.join(","))) {
            notices
                .push("no more rows fit in one reply; select fewer fields, or go on with LIMIT and OFFSET".to_owned());
            break;
        }
    }
    let shown = rows.rows.len() as u32;
    let reached = statement.limit.or(limit.added.filter(|_| statement.is_grouped)).is_some_and(|most| shown >= most);
    let complete = is_count || shown == page.total_size && !reached;
    if !complete && notices.is_empty() {
        notices.push(match statement.limit {
            Some(_) => "the query's own LIMIT was reached, so there may be more".to_owned(),
            None => format!(
                "the query has no LIMIT, so {shown} rows were taken; give `limit`, or ORDER BY, LIMIT and OFFSET in the query; salesforce_list pages with a cursor"
            ),
        });
    }
    if is_cut {
        notices.push("child records are left out where a record has many; query them by themselves".to_owned());
    }
    notices.extend(values.notice());
    RunSoqlReply {
        object: plan.object.to_string(),
        columns,
        rows: rows.rows,
        total: (complete && !statement.has_offset()).then_some(page.total_size),
        complete,
        notices,
    }
}

/// What Salesforce calls the values of a row: fields by their paths, in groups by their last names, and what has no name
/// `expr0`, `expr1`… Only FIELDS() leaves it to the records.
/// <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_groupby_alias.htm>
fn columns(statement: &Statement<'_>, plan: &Plan, first: Option<&Record>) -> Vec<String> {
    let is_groups = statement.is_aggregate || statement.is_grouped;
    let mut columns: Vec<String> = Vec::new();
    let mut computed = 0;
    for column in &statement.columns {
        let name = match column {
            Column::Field(mention) if is_groups => plan.paths[*mention].last().to_owned(),
            Column::Field(mention) => plan.paths[*mention].to_string(),
            Column::Named(name) => (*name).to_owned(),
            Column::Computed => {
                computed += 1;
                format!("expr{}", computed - 1)
            }
            Column::Every(_) => {
                let fields = first.map(Record::fields).unwrap_or_default();
                columns.extend(fields.names().map(str::to_owned));
                continue;
            }
        };
        if !columns.contains(&name) {
            columns.push(name);
        }
    }
    columns
}

/// A value; child records as an array, records without what Salesforce says about them.
fn shown(values: &mut Values, value: Option<Json<'_>>, is_cut: &mut bool) -> String {
    let Some(value) = value.filter(|value| value.get().starts_with('{')) else { return values.copy(value) };
    let fields = Fields::of(value);
    if let Some(page) = Page::of(&fields) {
        *is_cut |= !page.done;
        let mut records = List::default();
        for record in &page.records {
            records.item(Json::trusted(&record_shown(values, &record.fields(), is_cut)));
        }
        return records.finish();
    }
    if fields.object().is_some() { record_shown(values, &fields, is_cut) } else { values.copy(Some(value)) }
}

fn record_shown(values: &mut Values, fields: &Fields<'_>, is_cut: &mut bool) -> String {
    let mut object = Object::default();
    for (name, value) in fields.values() {
        object.member(name, Json::trusted(&shown(values, Some(value), is_cut)));
    }
    object.finish()
}
