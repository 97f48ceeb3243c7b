//! Records: which of them, page after page, and how they are shown.

use crate::call::{Call, read_error, unsendable};
use crate::cursor::{Cursor, MAX_OFFSET, fingerprint};
use crate::error::Error;
use crate::json::{Json, List};
use crate::known::{self, Known, PlanError};
use crate::reading::scope;
use crate::record::Fields;
use crate::reply::{MAX_TEXT_CHARS, Rows, Values};
use crate::resolve::archive;
use crate::resolve::filter::{Filter, Op};
use crate::resolve::names;
use crate::resolve::shown;
use crate::resolve::statement::{Columns, Reading, most_shown};
use crate::rest::{Composite, Page};
use crate::schema::well_known::ID;
use crate::soql::{ChildSelect, Comparison, Direction, FieldPath, Nulls, ObjectName, Order, Select, Selection};
use crate::sql::{Column, Expression, Query};
use crate::wit::QueryReply;

/// Which records to ask for, and how to show them.
pub(super) struct Records {
    pub(super) select: Select,
    /// Rows to show.
    most: u32,
    /// Rows before this page, by the cursor and by the statement's own OFFSET.
    skipped: u32,
    offset: u32,
    /// Whether the statement's own LIMIT ends with this page.
    is_last: bool,
    /// Whether all records that match are counted too.
    counts: bool,
    /// What the cursor of the next page has to carry.
    fingerprint: u32,
    /// Whether a condition on the last activity leaves out what never had one: who asks for what was neglected wants it.
    leaves_untouched: bool,
}

/// Whether only the number of records is asked for.
pub(super) fn is_count(query: &Query) -> bool {
    matches!(query.select.as_slice(), [Column::Expression { expression: Expression::CountRows(_), .. }])
}

impl Records {
    pub(super) fn plan(
        reading: &mut Reading<'_>,
        object: &ObjectName,
        query: &Query,
        limit: u32,
        cursor: Option<Cursor>,
    ) -> Result<Self, PlanError> {
        let is_count = is_count(query);
        let condition =
            query.condition.as_ref().map(|condition| reading.condition(object, condition, None)).transpose();
        let selection = if is_count { Ok((Selection::Count, false)) } else { selection(reading, object, query) };
        let ((selection, is_usual), condition) = known::both(selection, condition)?;
        let mut select = Select::new(selection, object.clone());
        select.scope = scope(reading, object, query)?;
        select.archived = reading.archived
            || archive::reaches_back(object, query.condition.as_ref(), reading.parameters, reading.recent);
        select.condition = if select.archived { archive::undeleted(condition) } else { condition };
        let leaves_untouched = leaves_untouched(reading, object);
        let offset = query.offset.unwrap_or(0);
        let counts = query.select.iter().any(|column| matches!(column, Column::Total(_)));
        let mut records =
            Self { select, most: limit, skipped: 0, offset, is_last: false, counts, fingerprint: 0, leaves_untouched };
        if is_count {
            records.select.limit = query.limit;
            return Ok(records);
        }
        let select = &mut records.select;
        select.order_by = reading.order(object, &query.order_by)?;
        if let (true, Selection::Records { fields, .. }) = (is_usual, &mut select.selection) {
            // Among the usual columns, what the rows are sorted by is worth seeing.
            select.order_by.iter().for_each(|key| fields.add(key.field.clone()));
        }
        // Pages need an order without ties.
        if !select.order_by.iter().any(|key| key.field.as_str().eq_ignore_ascii_case("Id")) {
            select.order_by.push(Order { field: ID, direction: Direction::Ascending, nulls: Nulls::Last });
        }
        records.page(query.limit, limit, cursor)?;
        Ok(records)
    }

    /// Which rows of all that match.
    fn page(&mut self, own: Option<u32>, limit: u32, cursor: Option<Cursor>) -> Result<(), Error> {
        self.select.limit = own;
        self.select.offset = (self.offset > 0).then_some(self.offset);
        self.fingerprint = fingerprint(&self.select);
        self.skipped = match cursor {
            None => 0,
            Some(cursor) if cursor.fingerprint == self.fingerprint => cursor.skip,
            Some(_) => {
                let message = "the cursor belongs to other arguments; give those it came with, or no cursor";
                return Err(Error::argument("cursor", message));
            }
        };
        let offset = self.offset.saturating_add(self.skipped);
        if offset > MAX_OFFSET {
            let message = format!("Salesforce skips at most {MAX_OFFSET} rows; narrow the conditions instead");
            return Err(Error::argument("soql", message));
        }
        let left = own.map(|own| own.saturating_sub(self.skipped));
        self.is_last = left.is_some_and(|left| left <= limit);
        self.most = left.unwrap_or(limit).min(limit);
        // One row more than asked for tells whether there are more.
        self.select.limit = Some(self.most + 1);
        self.select.offset = (offset > 0).then_some(offset);
        Ok(())
    }

    /// Reads them into a reply; whether nothing was found.
    pub(super) fn read(&self, call: &Call<'_>, reply: &mut QueryReply) -> Result<bool, Error> {
        let (page, total) = self.ask(call)?;
        if let Selection::Records { fields, children } = &self.select.selection {
            let columns: Vec<_> = shown::columns(fields).cloned().collect();
            self.show(call.known(), reply, &page, &columns, children)?;
            reply.total = total.or(reply.total);
        } else {
            reply.columns.push("count".to_owned());
            let count = page.total_size;
            reply.rows.push(count.map_or_else(|| "[null]".to_owned(), |count| format!("[{count}]")));
            reply.total = count;
            reply.complete = count.is_some_and(|count| self.select.limit.is_none_or(|limit| count < limit));
            if count.is_none() {
                reply.notices.push("Salesforce does not say how many there are; read the rows themselves".to_owned());
            }
        }
        if self.leaves_untouched {
            reply.notices.push(
                "records that never had an activity have no LastActivityDate and are not among these; OR LastActivityDate = null adds them"
                    .to_owned(),
            );
        }
        let is_count = matches!(self.select.selection, Selection::Count);
        Ok(if is_count { page.total_size == Some(0) } else { page.records.is_empty() })
    }

    /// The page, and how many records match in all if that is asked.
    fn ask(&self, call: &Call<'_>) -> Result<(Page, Option<u32>), Error> {
        let enough = self.most as usize;
        if !self.counts {
            return Ok((call.query(&self.select, enough)?, None));
        }
        let rows = crate::rest::Query::new(&self.select);
        let counted = crate::rest::Query::new(&Select {
            selection: Selection::Count,
            order_by: Vec::new(),
            limit: None,
            offset: None,
            ..self.select.clone()
        });
        let mut composite = Composite::default();
        let rows_part = composite.add("rows", &rows).map_err(unsendable)?;
        let count_part = composite.add("total", &counted).map_err(unsendable)?;
        let answer = call.send_all(&composite)?;
        let page = answer.read(rows_part, &rows).map_err(|error| read_error(error, false))?;
        let total = answer.read(count_part, &counted).map_err(|error| read_error(error, false))?.total_size;
        Ok((call.read_on(page, enough)?, total))
    }

    fn show(
        &self,
        known: &Known,
        reply: &mut QueryReply,
        page: &Page,
        fields: &[FieldPath],
        children: &[ChildSelect],
    ) -> Result<(), Error> {
        let of = child_objects(known, &self.select.from, children)?;
        let manners = shown::manners(known, &self.select.from, fields);
        let mut values = Values::cut_after(MAX_TEXT_CHARS);
        let mut rows = Rows::default();
        let mut is_cut = false;
        let notices = &mut reply.notices;
        for record in page.records.iter().take(self.most as usize) {
            let record = record.fields();
            let mut row = shown::row(known, &self.select.from, &record, fields, &manners, &mut values);
            if !children.is_empty() {
                row.pop();
                row.push_str(&with_children(known, &mut values, &record, children, &of, &mut is_cut));
            }
            if !rows.add(row) {
                let shown = rows.rows.len();
                notices.push(format!("only {shown} rows fit in one reply; read on with the cursor, or select less"));
                break;
            }
        }
        let shown = rows.rows.len() as u32;
        let next = self.skipped + shown;
        // The query asks for one row more than is shown, so its size says whether there are more.
        reply.complete = match page.total_size {
            Some(total) => shown == total,
            None => page.done && shown as usize == page.records.len(),
        };
        let is_over = reply.complete || self.is_last && shown == self.most;
        let is_within = next.saturating_add(self.offset) <= MAX_OFFSET;
        let cursor = Cursor { skip: next, fingerprint: self.fingerprint };
        reply.cursor = (!is_over && is_within).then(|| cursor.to_string());
        if !is_over && !is_within {
            notices.push(format!(
                "Salesforce pages through at most {MAX_OFFSET} rows; narrow the conditions to see the rest"
            ));
        }
        if is_cut {
            notices.push("some child records are left out; query them by themselves for all".to_owned());
        }
        notices.extend(values.notice());
        reply.total = (reply.complete && self.offset == 0).then_some(next);
        reply.columns = fields.iter().map(ToString::to_string).collect();
        reply.columns.extend(children.iter().map(|child| child.relationship.to_string()));
        reply.rows = rows.rows;
        Ok(())
    }
}

/// What is selected, and whether the usual fields are because none were named.
fn selection(reading: &mut Reading<'_>, object: &ObjectName, query: &Query) -> Result<(Selection, bool), PlanError> {
    let Columns { fields, children, is_usual } = reading.columns(object, &query.select)?;
    Ok((Selection::Records { fields, children }, is_usual))
}

/// Whether a condition on the last activity leaves out what never had one.
fn leaves_untouched(reading: &Reading<'_>, object: &ObjectName) -> bool {
    let of_activity = |filter: &Filter| {
        names::field(reading.known, object, &filter.field).is_ok_and(|named| named.path.as_str() == "LastActivityDate")
    };
    let is_own = |said: &&(ObjectName, Filter)| said.0 == *object;
    let some = |fits: fn(&Filter) -> bool| {
        reading.said.iter().filter(is_own).any(|(_, filter)| fits(filter) && of_activity(filter))
    };
    some(|filter| matches!(filter.op, Op::Is(Comparison::Lt | Comparison::Le)))
        && !some(|filter| filter.op == Op::Is(Comparison::Eq) && filter.value == "null")
}

/// The objects of child relationships.
fn child_objects(known: &Known, parent: &ObjectName, children: &[ChildSelect]) -> Result<Vec<ObjectName>, Error> {
    let mut objects = Vec::new();
    for child in children {
        // The query was planned, so all of them are known.
        let schema = known.schema(parent).ok();
        let object = schema.as_ref().and_then(|schema| schema.child(child.relationship.as_str()));
        objects.push(ObjectName::parse(object.map_or("", |child| &child.object))?);
    }
    Ok(objects)
}

/// The rest of a row: child records, each an object by the names of its fields.
fn with_children(
    known: &Known,
    values: &mut Values,
    record: &Fields<'_>,
    children: &[ChildSelect],
    of: &[ObjectName],
    is_cut: &mut bool,
) -> String {
    let mut row = String::new();
    for (child, object) in children.iter().zip(of) {
        let page = record.get(child.relationship.as_str()).and_then(Page::nested);
        let page = page.unwrap_or_else(Page::empty);
        let most = most_shown(child.limit);
        *is_cut |= !page.done || page.records.len() > most;
        let mut records = List::default();
        let columns = shown::columns(&child.fields).map(FieldPath::as_str);
        for record in page.records.iter().take(most) {
            let columns = columns.clone();
            let shown = shown::members(known, object, &record.fields(), columns, true, values);
            records.item(Json::trusted(&shown));
        }
        row.push(',');
        row.push_str(&records.finish());
    }
    row.push(']');
    row
}
