//! Runs a query: checks every name and type first, so that a bad query is refused even where there are no rows.

use std::{
    borrow::Cow,
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    ast::{Condition, Expression, FieldSet, Operator, Path, Query, Scope, SelectItem, Value as Literal},
    error::{SyntaxError, located},
    external,
    filter::Test,
    record::{Cell, QueryResult, Record},
    resolve::{self, Column, Names, Operand},
    rules,
};
use crate::{
    context::View,
    refusal::Refusal,
    schema::{Field, FieldType, Object},
    sharing,
    store::Row,
    value::Value,
};

/// What a query depends on beside its text and the org.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// The API version in the path, such as `v62.0`: records' `attributes.url` repeats it.
    pub version: &'a str,
    /// Whether deleted rows and archived activities are included, as in `queryAll`.
    pub deleted: bool,
}

impl From<SyntaxError> for Refusal {
    fn from(error: SyntaxError) -> Self {
        Self::new(error.status(), error.error_code(), error.message)
    }
}

/// `GET /query?q=` and, with [`Options::deleted`], `GET /queryAll?q=`.
///
/// # Errors
/// The API's refusal; status 501 and `DEMO_ORG_UNSUPPORTED` for what only this org cannot do.
pub fn query(view: View<'_>, text: &str, options: Options<'_>) -> Result<QueryResult, Refusal> {
    let query = super::parse(text)?;
    Ok(Plan::root(view, text, &query, options)?.answer())
}

/// A query whose names are resolved.
pub(crate) struct Plan<'a> {
    names: Names<'a>,
    version: &'a str,
    filter: Option<Test<'a>>,
    mine: bool,
    kind: PlanKind<'a>,
    order: Vec<Key<'a>>,
    limit: Option<u64>,
    offset: u64,
}

enum PlanKind<'a> {
    /// `COUNT()`.
    Count,
    Rows(Vec<Output<'a>>),
    Groups {
        columns: Vec<(String, Operand<'a>)>,
        keys: Vec<Operand<'a>>,
        having: Option<Test<'a>>,
    },
}

/// One entry of a record.
enum Output<'a> {
    Column { column: Column<'a>, operand: Operand<'a>, alias: Option<String> },
    Children { name: &'a str, field: &'a Field, plan: Box<Plan<'a>> },
}

struct Key<'a> {
    operand: Operand<'a>,
    descending: bool,
    nulls_last: bool,
}

impl Key<'_> {
    fn compare(&self, a: &Value, b: &Value) -> Ordering {
        match (a.is_null(), b.is_null()) {
            (true, true) => Ordering::Equal,
            // Nulls come first in either direction, unless they are sent to the end.
            (a, b) if a != b => {
                if a == self.nulls_last {
                    Ordering::Greater
                } else {
                    Ordering::Less
                }
            }
            _ => {
                let order = self.operand.compare(a, b);
                if self.descending { order.reverse() } else { order }
            }
        }
    }
}

impl<'a> Plan<'a> {
    fn root(view: View<'a>, text: &'a str, query: &'a Query, options: Options<'a>) -> Result<Self, Refusal> {
        let object = root_object(view, text, &query.from)?;
        let names = Names { view, text, object, alias: query.alias.as_deref(), deleted: options.deleted };
        content_links_are_filtered(&names, query)?;
        Self::new(names, query, options.version)
    }

    /// A plan over rows that are already known, as in a search.
    pub(crate) fn new(names: Names<'a>, query: &'a Query, version: &'a str) -> Result<Self, Refusal> {
        external::check(names.object, query)?;
        let filter = query.condition.as_ref().map(|condition| Test::new(&names, condition)).transpose()?;
        let mine = match query.scope {
            None | Some(Scope::Everything) => false,
            Some(Scope::Mine) if names.object.field("OwnerId").is_some() => true,
            Some(scope) => {
                let what = format!("USING SCOPE {scope} on {}", names.object.name);
                return Err(names.unsupported(query.from.at.0, &what));
            }
        };
        let count =
            matches!(query.select.as_slice(), [SelectItem::Expression { expression: Expression::CountRows(_), .. }]);
        let kind = if count {
            PlanKind::Count
        } else if rules::is_aggregate(query) {
            groups(&names, query)?
        } else {
            PlanKind::Rows(outputs(&names, query, version)?)
        };
        let mut order = Vec::new();
        for key in &query.order_by {
            let operand = names.operand(&key.expression)?;
            if let Operand::Column(column) = &operand
                && !column.is_sortable()
            {
                let detail = format!("field '{}' can not be sorted in a query call", column.name());
                return Err(names.refuse("MALFORMED_QUERY", key.expression.at().0, &detail));
            }
            order.push(Key { operand, descending: key.descending, nulls_last: key.nulls_last });
        }
        Ok(Self { names, version, filter, mine, kind, order, limit: query.limit, offset: query.offset.unwrap_or(0) })
    }

    /// The rows of the object that the user sees.
    fn rows(&self) -> Vec<&'a Row> {
        let View { store, .. } = self.names.view;
        store.rows(&self.names.object.name).filter(|row| self.is_visible(row)).collect()
    }

    fn is_visible(&self, row: &Row) -> bool {
        let View { store, access, .. } = self.names.view;
        (self.names.deleted || row.is_live()) && sharing::sees(store, access, row)
    }

    fn passes(&self, row: &Row) -> bool {
        let mine = || row.get("OwnerId").as_str() == Some(self.names.view.context.user.as_str());
        (!self.mine || mine()) && self.filter.as_ref().is_none_or(|test| test.passes(&self.names, &[row]))
    }

    fn answer(&self) -> QueryResult {
        self.over(&self.rows())
    }

    /// The result over these rows.
    pub(crate) fn over(&self, rows: &[&Row]) -> QueryResult {
        let rows: Vec<&Row> = rows.iter().copied().filter(|row| self.passes(row)).collect();
        match &self.kind {
            PlanKind::Count => {
                let groups = self.arranged(rows.into_iter().map(|row| vec![row]).collect());
                QueryResult { total_size: groups.len(), records: Vec::new() }
            }
            PlanKind::Rows(outputs) => {
                let rows = self.arranged(rows.into_iter().map(|row| vec![row]).collect());
                let rows: Vec<&Row> = rows.into_iter().flatten().collect();
                let records = self.records(outputs, &rows);
                QueryResult { total_size: records.len(), records }
            }
            PlanKind::Groups { columns, keys, having } => {
                let mut groups = self.groups(keys, rows);
                if let Some(having) = having {
                    groups.retain(|group| having.passes(&self.names, group));
                }
                let groups = self.arranged(groups);
                let record = |group: &Vec<&Row>| Record {
                    object: "AggregateResult".to_owned(),
                    url: None,
                    fields: columns
                        .iter()
                        .map(|(name, operand)| (name.clone(), Cell::Value(operand.value(&self.names, group))))
                        .collect(),
                };
                let records: Vec<Record> = groups.iter().map(record).collect();
                QueryResult { total_size: records.len(), records }
            }
        }
    }

    /// Sorted, then cut to OFFSET and LIMIT.
    fn arranged<'r>(&self, groups: Vec<Vec<&'r Row>>) -> Vec<Vec<&'r Row>> {
        let mut keyed: Vec<(Vec<Value>, Vec<&Row>)> = groups
            .into_iter()
            .map(|group| {
                let values = self.order.iter().map(|key| key.operand.value(&self.names, &group)).collect();
                (values, group)
            })
            .collect();
        keyed.sort_by(|(a, _), (b, _)| {
            let compared = self.order.iter().zip(a.iter().zip(b)).map(|(key, (a, b))| key.compare(a, b));
            compared.fold(Ordering::Equal, Ordering::then)
        });
        let limit = self.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        let offset = usize::try_from(self.offset).unwrap_or(usize::MAX);
        keyed.into_iter().map(|(_, group)| group).skip(offset).take(limit).collect()
    }

    /// The rows by equal keys, in the order of the keys. Without GROUP BY all rows are one group, even no rows.
    fn groups<'r>(&self, keys: &[Operand<'a>], rows: Vec<&'r Row>) -> Vec<Vec<&'r Row>> {
        if keys.is_empty() {
            return vec![rows];
        }
        let compare = |a: &[Value], b: &[Value]| {
            let compared = keys.iter().zip(a.iter().zip(b)).map(|(key, (a, b))| key.compare(a, b));
            compared.fold(Ordering::Equal, Ordering::then)
        };
        let values = |row: &&'r Row| keys.iter().map(|key| key.value(&self.names, &[*row])).collect();
        let mut keyed: Vec<(Vec<Value>, &Row)> = rows.into_iter().map(|row| (values(&row), row)).collect();
        keyed.sort_by(|(a, _), (b, _)| compare(a, b));
        keyed
            .chunk_by(|(a, _), (b, _)| compare(a, b).is_eq())
            .map(|chunk| chunk.iter().map(|(_, row)| *row).collect())
            .collect()
    }

    fn records(&self, outputs: &[Output<'a>], rows: &[&Row]) -> Vec<Record> {
        // Each child object is read once, not once for every parent.
        let indexes: Vec<Option<BTreeMap<&str, Vec<&Row>>>> = outputs.iter().map(Output::index).collect();
        let record = |row: &&Row| {
            let mut record = self.empty_record(&self.names.object.name, row);
            for (output, index) in outputs.iter().zip(&indexes) {
                match output {
                    Output::Column { column, operand, alias } => {
                        self.put(&mut record.fields, column, operand, alias.as_deref(), 0, row);
                    }
                    Output::Children { name, field, plan } => {
                        let children = plan.children(field, index.as_ref(), row);
                        record.fields.push(((*name).to_owned(), Cell::Children(children.map(Box::new))));
                    }
                }
            }
            record
        };
        rows.iter().map(record).collect()
    }

    fn children(&self, field: &Field, index: Option<&BTreeMap<&str, Vec<&Row>>>, parent: &Row) -> Option<QueryResult> {
        let View { store, context, .. } = self.names.view;
        let result = match index {
            Some(index) => self.over(index.get(parent.id.as_str()).map_or(&[], Vec::as_slice)),
            None => {
                let made = store.children(&self.names.object.name, &field.name, &parent.id, context.now);
                let rows: Vec<&Row> = made.iter().map(Cow::as_ref).filter(|row| self.is_visible(row)).collect();
                self.over(&rows)
            }
        };
        (result.total_size > 0).then_some(result)
    }

    fn url(&self, row: &Row) -> String {
        format!("/services/data/{}/sobjects/{}/{}", self.version, row.object, row.id)
    }

    fn empty_record(&self, object: &str, row: &Row) -> Record {
        Record { object: object.to_owned(), url: Some(self.url(row)), fields: Vec::new() }
    }

    /// Puts a field where its path says, below the parents it goes through.
    fn put(
        &self,
        fields: &mut Vec<(String, Cell)>,
        column: &Column<'a>,
        operand: &Operand<'a>,
        alias: Option<&str>,
        depth: usize,
        row: &Row,
    ) {
        let step = column.steps.get(depth).filter(|_| alias.is_none());
        let Some(step) = step else {
            let mut value = operand.value(&self.names, &[row]);
            // A query never carries the bytes themselves, only the address to get them from.
            if column.kind() == FieldType::Base64
                && !value.is_null()
                && let Some(holder) = column.holder(&self.names, row, column.steps.len())
            {
                value = Value::text(format!("{}/{}", self.url(holder), column.name()));
            }
            fields.push((alias.unwrap_or(column.name()).to_owned(), Cell::Value(value)));
            return;
        };
        if !fields.iter().any(|(name, _)| name == step.name) {
            let parent = column.holder(&self.names, row, depth + 1).map(|parent| {
                let object = if step.is_polymorphic() { "Name" } else { &parent.object };
                Box::new(self.empty_record(object, parent))
            });
            fields.push((step.name.to_owned(), Cell::Parent(parent)));
        }
        let parent = fields.iter_mut().find(|(name, _)| name == step.name);
        if let Some((_, Cell::Parent(Some(parent)))) = parent {
            self.put(&mut parent.fields, column, operand, None, depth + 1, row);
        }
    }
}

impl<'a> Output<'a> {
    /// The rows of a child object by parent; lists of activities and of files have none of their own.
    fn index(&self) -> Option<BTreeMap<&'a str, Vec<&'a Row>>> {
        let Self::Children { field, plan, .. } = self else {
            return None;
        };
        plan.names.object.key_prefix.as_ref()?;
        let mut index: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
        for row in plan.rows() {
            if let Some(parent) = row.get(&field.name).as_str() {
                index.entry(parent).or_default().push(row);
            }
        }
        Some(index)
    }
}

impl Operand<'_> {
    /// The order of two of its values.
    fn compare(&self, a: &Value, b: &Value) -> Ordering {
        match self {
            Self::Column(column) | Self::Aggregate { column, .. } => resolve::compare(column, a, b),
            Self::Date { .. } | Self::Label(_) | Self::Format(_) | Self::CountRows => resolve::order(a, b),
        }
    }
}

/// The object of a search's RETURNING, and the plan over rows that the search finds.
pub(crate) fn search_plan<'a>(
    view: View<'a>,
    text: &'a str,
    query: &'a Query,
    version: &'a str,
) -> Result<(&'a Object, Plan<'a>), Refusal> {
    let object = known_object(view, text, &query.from)?;
    if !object.searchable {
        let detail = format!("entity type {} does not support search", object.name);
        return Err(Refusal::new(400, "INVALID_TYPE_FOR_OPERATION", detail));
    }
    let names = Names { view, text, object, alias: None, deleted: false };
    Ok((object, Plan::new(names, query, version)?))
}

fn known_object<'a>(view: View<'a>, text: &str, from: &Path) -> Result<&'a Object, Refusal> {
    let name = from.to_string();
    view.access.object(view.schema, &name).ok_or_else(|| {
        let detail = format!(
            "sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to append \
             the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names."
        );
        Refusal::new(400, "INVALID_TYPE", located(text, from.at.0, &detail))
    })
}

fn root_object<'a>(view: View<'a>, text: &str, from: &Path) -> Result<&'a Object, Refusal> {
    let object = known_object(view, text, from)?;
    if !object.queryable {
        let detail = format!("entity type {} does not support query", object.name);
        return Err(Refusal::new(400, "INVALID_TYPE_FOR_OPERATION", detail));
    }
    Ok(object)
}

fn groups<'a>(names: &Names<'a>, query: &'a Query) -> Result<PlanKind<'a>, Refusal> {
    let mut columns: Vec<(String, Operand<'a>)> = Vec::new();
    let mut unnamed = 0;
    for item in &query.select {
        let SelectItem::Expression { expression, alias } = item else {
            continue;
        };
        let operand = names.operand(expression)?;
        let name = match (alias, &operand) {
            (Some(alias), _) => alias.clone(),
            (None, Operand::Column(column) | Operand::Label(column)) => column.name().to_owned(),
            (None, Operand::Format(inner)) if matches!(inner.as_ref(), Operand::Column(_)) => {
                inner.column().map_or_else(String::new, |column| column.name().to_owned())
            }
            (None, _) => {
                unnamed += 1;
                format!("expr{}", unnamed - 1)
            }
        };
        if columns.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
            let detail = format!("duplicate alias: {name}");
            return Err(names.refuse("MALFORMED_QUERY", expression.at().0, &detail));
        }
        columns.push((name, operand));
    }
    let mut keys = Vec::new();
    for expression in &query.group_by {
        let key = names.operand(expression)?;
        if let Operand::Column(column) = &key
            && !column.is_groupable()
        {
            let detail = format!("field '{}' can not be grouped in a query call", column.name());
            return Err(names.refuse("MALFORMED_QUERY", expression.at().0, &detail));
        }
        keys.push(key);
    }
    let having = query.having.as_ref().map(|having| Test::new(names, having)).transpose()?;
    Ok(PlanKind::Groups { columns, keys, having })
}

fn outputs<'a>(names: &Names<'a>, query: &'a Query, version: &'a str) -> Result<Vec<Output<'a>>, Refusal> {
    let mut outputs = Vec::new();
    let mut own: BTreeSet<&str> = BTreeSet::new();
    for item in &query.select {
        match item {
            SelectItem::Expression { expression, alias } => {
                let operand = names.operand(expression)?;
                let column = match &operand {
                    Operand::Column(column) | Operand::Label(column) => Some(column),
                    Operand::Format(inner) => match inner.as_ref() {
                        Operand::Column(column) => Some(column),
                        _ => None,
                    },
                    _ => None,
                };
                let Some(column) = column.cloned() else {
                    return Err(names.unsupported(expression.at().0, "this function in SELECT"));
                };
                if alias.is_none() && column.steps.is_empty() && !own.insert(column.name()) {
                    return Err(duplicate(names, expression.at().0, column.name()));
                }
                outputs.push(Output::Column { column, operand, alias: alias.clone() });
            }
            SelectItem::Fields(set, at) => {
                let wanted = |field: &&Field| match set {
                    FieldSet::All => true,
                    FieldSet::Custom => field.is_custom(),
                    FieldSet::Standard => !field.is_custom(),
                };
                for field in names.view.access.fields(names.object).filter(wanted) {
                    if !own.insert(&field.name) {
                        return Err(duplicate(names, at.0, &field.name));
                    }
                    let column = Column::of(names.object, field);
                    outputs.push(Output::Column { operand: Operand::Column(column.clone()), column, alias: None });
                }
            }
            SelectItem::Children(child) => outputs.push(children(names, query, child, version)?),
        }
    }
    Ok(outputs)
}

fn duplicate(names: &Names<'_>, at: usize, field: &str) -> Refusal {
    names.refuse("MALFORMED_QUERY", at, &format!("duplicate field selected: {field}"))
}

fn children<'a>(
    names: &Names<'a>,
    parent: &'a Query,
    query: &'a Query,
    version: &'a str,
) -> Result<Output<'a>, Refusal> {
    let View { schema, access, .. } = names.view;
    let at = query.from.at.0;
    let unknown = || {
        let detail = format!(
            "Didn't understand relationship '{}' in FROM part of query call. If you are attempting to use a custom \
             relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL \
             or the describe call for the appropriate names.",
            query.from
        );
        names.refuse("INVALID_TYPE", at, &detail)
    };
    let relationship = match query.from.parts.as_slice() {
        [name] => name,
        [prefix, name]
            if names.object.name.eq_ignore_ascii_case(prefix)
                || names.alias.is_some_and(|alias| alias.eq_ignore_ascii_case(prefix)) =>
        {
            name
        }
        _ => return Err(unknown()),
    };
    let relationship = names.object.child_relationship(relationship).ok_or_else(unknown)?;
    let object = access.object(schema, &relationship.child_object).ok_or_else(unknown)?;
    let field = access.field(object, &relationship.field).ok_or_else(unknown)?;
    let name = relationship.name.as_deref().ok_or_else(unknown)?;
    let child = Names { object, alias: query.alias.as_deref(), ..*names };
    if object.name == "CombinedAttachment" && query.condition.is_some() {
        let detail = "Implementation restriction: CombinedAttachments takes no WHERE";
        return Err(child.refuse("MALFORMED_QUERY", at, detail));
    }
    if is_activity_list(object) && !access.view_all_data {
        activity_restrictions(&child, parent, query)?;
    }
    Ok(Output::Children { name, field, plan: Box::new(Plan::new(child, query, version)?) })
}

/// Objects without rows of their own: they show tasks and events of a record.
fn is_activity_list(object: &Object) -> bool {
    matches!(object.name.as_str(), "ActivityHistory" | "OpenActivity")
}

const MAX_ACTIVITIES: u64 = 500;

/// What a user without "View All Data" must respect.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_activityhistory.htm>
fn activity_restrictions(names: &Names<'_>, parent: &Query, query: &Query) -> Result<(), Refusal> {
    let object = &names.object.name;
    let refuse = |detail: &str| {
        let detail = format!("Implementation restriction: {object} {detail}");
        Err(names.refuse("MALFORMED_QUERY", query.from.at.0, &detail))
    };
    let conditions = parent.condition.as_ref().map_or(&[][..], top_level);
    let single = |condition: &Condition| {
        matches!(condition, Condition::Compare { left: Expression::Field(path), operator: Operator::Equal, value, .. }
            if path.last().eq_ignore_ascii_case("Id") && rules::key(parent, path) == "id" && matches!(value, Literal::Text(_)))
    };
    if !conditions.iter().any(single) {
        return refuse("can be queried for a single parent only, which the outer query must name by Id");
    }
    if query.condition.is_some() {
        return refuse("takes no WHERE");
    }
    if query.limit.is_none_or(|limit| limit > MAX_ACTIVITIES) {
        return refuse("needs a LIMIT of at most 500");
    }
    let descending = object == "ActivityHistory";
    let is_key = |index: usize, field: &str, descending: bool, nulls_last: Option<bool>| {
        query.order_by.get(index).is_some_and(|order| {
            matches!(&order.expression, Expression::Field(path) if rules::key(query, path) == field)
                && order.descending == descending
                && nulls_last.is_none_or(|wanted| order.nulls_last == wanted)
        })
    };
    let sorted = query.order_by.len() == 2
        && is_key(0, "activitydate", descending, Some(true))
        && is_key(1, "lastmodifieddate", true, None);
    if !sorted {
        let direction = if descending { "DESC" } else { "ASC" };
        return refuse(&format!("must be sorted: ORDER BY ActivityDate {direction} NULLS LAST, LastModifiedDate DESC"));
    }
    Ok(())
}

/// The conditions that all have to hold.
fn top_level(condition: &Condition) -> &[Condition] {
    match condition {
        Condition::All(all) => all,
        other => std::slice::from_ref(other),
    }
}

fn content_links_are_filtered(names: &Names<'_>, query: &Query) -> Result<(), Refusal> {
    if names.object.name != "ContentDocumentLink" {
        return Ok(());
    }
    let by_id = |path: &Path| matches!(rules::key(query, path).as_str(), "contentdocumentid" | "linkedentityid");
    let narrows = |condition: &Condition| match condition {
        Condition::Compare { left: Expression::Field(path), operator: Operator::Equal, .. }
        | Condition::In { left: Expression::Field(path), negated: false, .. }
        | Condition::InQuery { left: path, negated: false, .. } => by_id(path),
        _ => false,
    };
    if query.condition.as_ref().is_some_and(|condition| top_level(condition).iter().any(narrows)) {
        return Ok(());
    }
    let detail = "Implementation restriction: ContentDocumentLink requires a filter by a single Id on \
                  ContentDocumentId or LinkedEntityId using the equals operator or multiple Id's using the IN operator.";
    Err(Refusal::new(400, "MALFORMED_QUERY", detail))
}

/// The ids that the inner query of a semi-join selects.
pub(crate) fn semi_join(
    names: &Names<'_>,
    left: &Path,
    column: &Column<'_>,
    query: &Query,
) -> Result<BTreeSet<String>, Refusal> {
    let object = root_object(names.view, names.text, &query.from)?;
    let inner = Names { object, alias: query.alias.as_deref(), ..*names };
    content_links_are_filtered(&inner, query)?;
    let Some(SelectItem::Expression { expression: Expression::Field(path), .. }) = query.select.first() else {
        return Err(inner.refuse("MALFORMED_QUERY", query.from.at.0, "a semi join selects one field"));
    };
    let selected = inner.column(path)?;
    let targets = selected.targets();
    if targets.is_empty() || !selected.steps.is_empty() {
        let detail = format!("Semi join sub-selects can only query id fields, cannot use: '{path}'");
        return Err(inner.refuse("MALFORMED_QUERY", path.at.0, &detail));
    }
    if !column.targets().iter().any(|target| targets.contains(target)) {
        let detail = format!(
            "The selected field '{path}' in the subquery and the left operand field in the where expression in the \
             outer query '{left}' should point to the same object type"
        );
        return Err(names.refuse("MALFORMED_QUERY", left.at.0, &detail));
    }
    let plan = Plan::new(inner, query, "")?;
    let rows = plan.rows();
    let ids = rows.into_iter().filter(|row| plan.passes(row)).map(|row| selected.value(&plan.names, row));
    Ok(ids.filter_map(|value| value.as_str().map(str::to_owned)).collect())
}
