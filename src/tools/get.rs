//! `get`: one record with the related lists asked for. One `query`; two when a name and its activities are asked for.

use crate::call::Call;
use crate::error::Error;
use crate::known::{Known, PlanError};
use crate::policy::Effect;
use crate::record::{Fields, Record};
use crate::reply::Values;
use crate::resolve::names;
use crate::resolve::record::{self, By, Target};
use crate::resolve::{archive, related, shown};
use crate::rest::Page;
use crate::schema::well_known::IS_DELETED;
use crate::soql::{ChildSelect, FieldList, FieldPath, Select, Selection};
use crate::wit::{Changed, GetArgs, GetReply, RelatedList};

/// Characters of a text, of a record read in full too: some fields hold 131,072.
const MAX_TEXT_CHARS: usize = 4000;

/// The most characters of a text in a related list: what the parent asks for is told shorter than the parent.
const MAX_LISTED_CHARS: usize = 160;

/// Reads one record.
pub(super) fn get(call: &Call<'_>, args: GetArgs) -> Result<GetReply, Error> {
    let mut target = call.plan(&args, |known, args| {
        let target = record::read(known, &args.record, args.object.as_deref())?;
        known.allow_object(&target.object, Effect::ReadOnly)?;
        names::check_queryable(known, &target.object)?;
        Ok(target)
    })?;
    // Salesforce lists activities of one record only, so the record has to be known first.
    if matches!(target.by, By::Name(_)) && related::asks_for_activities(&args.related) {
        let (plan, records) = read(call, &target, &GetArgs { related: Vec::new(), ..args.clone() })?;
        let record = record::choose(call.known(), &plan.target, records)?;
        target.by = By::Id(names::id_of(&record)?);
    }
    let (plan, records) = read(call, &target, &args)?;
    let record = record::choose(call.known(), &plan.target, records)?;
    reply(call, &plan, &record)
}

/// What to ask.
struct Plan {
    target: Target,
    columns: FieldList,
    related: Vec<related::List>,
    select: Select,
    /// Whether an empty field is told too: what was asked for is not left out.
    with_empty: bool,
    /// Whether archived activities may be missing.
    misses: bool,
}

fn read(call: &Call<'_>, target: &Target, args: &GetArgs) -> Result<(Plan, Vec<Record>), Error> {
    call.run(&(target, args), plan, |plan| {
        let records = call.query(&plan.select, usize::MAX)?.records;
        Ok((plan, records))
    })
}

fn plan(known: &Known, &(target, args): &(&Target, &GetArgs)) -> Result<Plan, PlanError> {
    let object = &target.object;
    let mut columns = names::columns_of_one(known, object, &args.fields)?;
    if args.full == Some(true) {
        names::every_field(known, object)?.into_iter().for_each(|field| columns.add(field));
    }
    let mut related: Vec<related::List> = Vec::new();
    for name in &args.related {
        for list in related::plan(known, object, name)? {
            // A query can ask for a relationship once.
            match related.iter().find(|other| other.select.relationship == list.select.relationship) {
                None => related.push(list),
                Some(same) if same.select == list.select => {}
                Some(_) => {
                    let message = format!("{} can't be listed twice in different ways", list.select.relationship);
                    return Err(Error::argument("related", message).into());
                }
            }
        }
    }
    let (condition, limit) = record::condition(known, target)?;
    let mut fields = columns.clone();
    // An id has one record, which nothing has to tell from others.
    if let By::Name(_) = target.by {
        names::distinguishing_columns(known, object)?.into_iter().for_each(|telling| fields.add(telling));
    }
    let children: Vec<ChildSelect> = related.iter().map(|list| list.select.clone()).collect();
    let mut select = Select::new(Selection::Records { fields, children }, object.clone());
    select.condition = Some(condition);
    // Deleted records come along with archived ones, and only some objects' can be told.
    let may_be_archived = related.iter().any(|list| list.may_be_archived);
    let misses = may_be_archived && !known.schema(object)?.has_field(IS_DELETED.as_str());
    if may_be_archived && !misses {
        archive::include(&mut select);
    } else {
        archive::include_activities(&mut select);
    }
    if let By::Name(_) = target.by {
        select.order_by = record::by_name(known, object)?;
    }
    select.limit = Some(limit);
    let with_empty = !args.fields.is_empty() && args.full != Some(true);
    Ok(Plan { target: target.clone(), columns, related, select, with_empty, misses })
}

fn reply(call: &Call<'_>, plan: &Plan, record: &Record) -> Result<GetReply, Error> {
    let mut notices = Vec::new();
    let fields = record.fields();
    let id = names::id_of(record)?;
    let mut values = Values::cut_after(MAX_TEXT_CHARS);
    let columns = shown::columns(&plan.columns).map(FieldPath::as_str).filter(|column| *column != "Id");
    let object = shown::members(call.known(), &plan.target.object, &fields, columns, plan.with_empty, &mut values);
    if plan.misses {
        notices.push("activities of more than a year ago may be missing".to_owned());
    }
    let related = plan.related.iter().map(|list| read_list(call.known(), list, &fields, &mut notices));
    let related = related.collect::<Result<Vec<_>, _>>()?;
    notices.extend(values.notice());
    Ok(GetReply {
        object: plan.target.object.to_string(),
        link: call.link(id.as_str()),
        id: id.to_string(),
        fields: object,
        related,
        notices,
    })
}

/// A related list out of its record; a list without records is null there.
fn read_list(
    known: &Known,
    list: &related::List,
    record: &Fields<'_>,
    notices: &mut Vec<String>,
) -> Result<RelatedList, Error> {
    let columns: Vec<_> =
        shown::columns(&list.select.fields).filter(|column| **column != IS_DELETED).cloned().collect();
    let mut values = Values::cut_after(MAX_LISTED_CHARS);
    let page = match record.get(list.select.relationship.as_str()) {
        None => Page::empty(),
        Some(children) => Page::nested(children)
            .ok_or_else(|| Error::unreadable("a related list has another shape than documented", Changed::No))?,
    };
    let complete = page.done && page.records.len() < related::MAX_ROWS as usize;
    let rows = page.records.iter().map(Record::fields).filter(|fields| !related::is_deleted(fields));
    let manners = shown::manners(known, &list.object, &columns);
    let rows = rows.map(|fields| shown::row(known, &list.object, &fields, &columns, &manners, &mut values)).collect();
    notices.extend(values.notice().map(|notice| format!("{}: {notice}", list.name)));
    if !complete {
        notices.push(format!("{}: there may be more than these {}", list.name, page.records.len()));
    }
    Ok(RelatedList {
        name: list.name.clone(),
        columns: columns.iter().map(ToString::to_string).collect(),
        rows,
        complete,
    })
}
