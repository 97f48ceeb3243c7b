//! FROM: a join on a lookup is a path from the child to its parent.
//!
//! A row of such a join is a record of the one object that is nobody's parent in it: its records are what is read,
//! whichever object FROM begins with.

use super::super::refusal::{Fault, Reason};
use super::super::tree::{Join, Logic, Table, Term};
use super::super::{Condition, Expression, Literal, Match, Name, Note, Path, SemiJoin, Span, Value};
use super::tables::{Lead, Tables};
use super::{Clause, Meaning, Place, Selected};
use crate::soql::Comparison;

/// Lookups that every record has.
const ALWAYS: [&str; 3] = ["OwnerId", "CreatedById", "LastModifiedById"];

/// What FROM says.
pub(super) struct Joined<'q, 't> {
    /// The object whose records are read.
    pub(super) root: Path,
    pub(super) tables: Tables<'t>,
    /// Conditions out of ON.
    pub(super) conditions: Vec<Logic<'q>>,
    /// Left joins of what there must be none of.
    pub(super) anti_joins: Vec<Condition>,
    /// Lookups that must lead somewhere.
    pub(super) required: Vec<Path>,
}

/// A lookup from one object to another.
struct Edge {
    child: usize,
    parent: usize,
    /// The field, from the child.
    lookup: Vec<Name>,
    /// The relationship that goes with it.
    relationship: Vec<Name>,
    /// Whether there are only rows where it leads somewhere.
    is_inner: bool,
}

/// The lookups that a FROM follows.
struct Along<'q> {
    edges: Vec<Edge>,
    /// Further conditions out of ON.
    conditions: Vec<Logic<'q>>,
    /// Left joins from a parent to its children, with what their ON says further.
    absent: Vec<(Edge, Vec<Logic<'q>>, Span)>,
    tables: Vec<Table<'q>>,
}

impl Meaning {
    pub(super) fn joined<'q, 't>(
        &mut self,
        tables: Vec<Table<'q>>,
        conjuncts: &mut Vec<Logic<'q>>,
        outer: Option<&'t Tables<'t>>,
    ) -> Result<Joined<'q, 't>, Fault> {
        if let [_] = tables.as_slice() {
            return single(tables, outer);
        }
        named_once(&tables)?;
        let names: Vec<Name> = tables.iter().map(name_of).collect();
        let Along { edges, conditions, absent, tables: joins } = followed(tables, &names, conjuncts)?;
        let absent_tables: Vec<usize> = absent.iter().map(|(edge, ..)| edge.child).collect();
        let root = root(&joins, &edges, &absent_tables)?;
        let leads = leads(root, joins.len(), &edges);
        let own = joins[root].object.parts.last();
        for (table, lead) in joins.iter().zip(&leads) {
            // To Salesforce, a path that begins with the object's own name leads nowhere else.
            if matches!(lead, Lead::Path(lead) if lead.first().is_some_and(|first| Some(first) == own)) {
                return Err(Reason::JoinCondition.at(table.at));
            }
        }
        let mut known = Tables::inside(outer, joins.len() > 1 + absent.len());
        for (name, lead) in names.iter().zip(&leads) {
            known.add(name, lead);
        }
        for (table, lead) in joins.iter().zip(&leads) {
            if let Some(object) = table.object.single() {
                known.add_object(object, lead);
            }
        }
        let mut required = Vec::new();
        for edge in &edges {
            let (Lead::Path(to_child), Lead::Path(to_parent)) = (&leads[edge.child], &leads[edge.parent]) else {
                continue;
            };
            let path = Path { parts: to_parent.clone() };
            self.note(Note::Joined { object: joins[edge.parent].object.clone(), path });
            let lookup = Path { parts: to_child.iter().chain(&edge.lookup).cloned().collect() };
            if edge.is_inner && !ALWAYS.iter().any(|always| lookup.is(always)) {
                required.push(lookup);
            }
        }
        if root != 0 {
            self.note(Note::Rooted(joins[root].object.clone()));
        }
        let mut anti_joins = Vec::new();
        for (edge, on, at) in absent {
            let is_root = edge.parent == root;
            anti_joins.push(self.absent(&joins[edge.child], &names[edge.child], (edge, on), conjuncts, is_root, at)?);
        }
        Ok(Joined { root: joins[root].object.clone(), tables: known, conditions, anti_joins, required })
    }

    /// A left join of children, of which there must be none: an anti-join.
    fn absent<'q>(
        &mut self,
        table: &Table<'q>,
        name: &Name,
        (edge, on): (Edge, Vec<Logic<'q>>),
        conjuncts: &mut Vec<Logic<'q>>,
        is_root: bool,
        at: Span,
    ) -> Result<Condition, Fault> {
        let is_absence = |logic: &Logic<'_>| match logic {
            Logic::Compare { left: Term::Path(path), op: Comparison::Eq, right } if right.is_null() => {
                path.parts.split_first().is_some_and(|(first, rest)| {
                    first == name && (rest == edge.lookup || matches!(rest, [id] if id.is("Id")))
                })
            }
            _ => false,
        };
        let found = conjuncts.iter().position(is_absence).filter(|_| is_root);
        conjuncts.remove(found.ok_or_else(|| Reason::LeftChildren.at(at))?);
        let own = {
            let mut own = Tables::default();
            own.add(name, &Lead::Path(Vec::new()));
            own
        };
        let nothing = Selected::default();
        let place = Place { tables: &own, clause: Clause::Where, joins: false, selected: &nothing };
        let mut conditions = Vec::new();
        for logic in on {
            conditions.extend(self.logic(logic, place)?);
        }
        let lookup = Path { parts: edge.lookup };
        conditions.push(is_set(lookup.clone()));
        self.count_semi_join(at)?;
        self.note(Note::AntiJoined(table.object.clone()));
        let from = table.object.clone();
        let query = Box::new(SemiJoin { select: lookup, from, condition: Condition::all(conditions) });
        Ok(Condition::InSelect { field: Name::new("Id", at).into(), negated: true, query })
    }

    /// Only records with this lookup, unless another condition asks for what only those have.
    pub(super) fn require(&mut self, lookup: Path, conditions: &mut Vec<Condition>) {
        let mut lead = lookup.parts.clone();
        if let Some(last) = lead.pop() {
            lead.push(relationship(&last));
        }
        if !conditions.iter().any(|condition| implies(condition, &lead, &lookup)) {
            self.note(Note::Required(lookup.clone()));
            conditions.push(is_set(lookup));
        }
    }
}

/// One object, called by its short name or its own.
fn single<'q, 't>(tables: Vec<Table<'q>>, outer: Option<&'t Tables<'t>>) -> Result<Joined<'q, 't>, Fault> {
    let mut known = Tables::inside(outer, false);
    let mut root = Path { parts: Vec::new() };
    for table in tables {
        let own = Lead::Path(Vec::new());
        table.alias.iter().for_each(|alias| known.add(alias, &own));
        root = table.object;
        match (outer, root.parts.as_slice()) {
            // The children of the outer query's records, by the relationship.
            (Some(outer), [first, _]) if outer.knows(first) => {
                root.parts.remove(0);
            }
            (Some(_), [_]) | (None, [_]) => {}
            (None, [.., last]) => return Err(Reason::Qualified(last.text.clone()).at(root.at())),
            _ => {}
        }
        root.single().iter().for_each(|object| known.add_object(object, &own));
    }
    Ok(Joined { root, tables: known, conditions: Vec::new(), anti_joins: Vec::new(), required: Vec::new() })
}

/// Each object after the first is joined to one before it.
fn followed<'q>(tables: Vec<Table<'q>>, names: &[Name], conjuncts: &mut Vec<Logic<'q>>) -> Result<Along<'q>, Fault> {
    let mut along = Along { edges: Vec::new(), conditions: Vec::new(), absent: Vec::new(), tables: Vec::new() };
    for (index, mut table) in tables.into_iter().enumerate() {
        let mut on = super::conjuncts(table.on.take());
        if index == 0 {
            unqualified(&table)?;
            along.tables.push(table);
            continue;
        }
        let edge = match self::along(&table, &names[..index], index) {
            Some(edge) => edge,
            None => {
                unqualified(&table)?;
                let pool = if table.join == Join::Listed { &mut *conjuncts } else { &mut on };
                take_edge(pool, names, index).ok_or_else(|| Reason::JoinCondition.at(table.at))?
            }
        };
        match table.join {
            Join::Left if edge.child == index => along.absent.push((edge, on, table.at)),
            Join::Left if !on.is_empty() => return Err(Reason::LeftCondition.at(table.at)),
            join => {
                along.conditions.append(&mut on);
                along.edges.push(Edge { is_inner: edge.is_inner && join != Join::Left, ..edge });
            }
        }
        along.tables.push(table);
    }
    Ok(along)
}

fn unqualified(table: &Table<'_>) -> Result<(), Fault> {
    match table.object.parts.as_slice() {
        [_] => Ok(()),
        _ => Err(Reason::Qualified(table.object.last().to_owned()).at(table.at)),
    }
}

/// What an object is called: by its short name, or its own.
fn name_of(table: &Table<'_>) -> Name {
    let own = table.object.parts.last();
    table.alias.clone().or_else(|| own.cloned()).unwrap_or_else(|| Name::new("", table.at))
}

fn named_once(tables: &[Table<'_>]) -> Result<(), Fault> {
    for (index, table) in tables.iter().enumerate() {
        let name = name_of(table);
        if tables[..index].iter().any(|other| name_of(other) == name) {
            return Err(Reason::TwoTables(name.text).at(table.at));
        }
    }
    Ok(())
}

/// SOQL's own way to name a parent: `FROM Contact c, c.Account a`.
fn along(table: &Table<'_>, names: &[Name], parent: usize) -> Option<Edge> {
    let (first, rest) = table.object.parts.split_first()?;
    let child = names.iter().position(|name| name == first).filter(|_| table.join == Join::Listed)?;
    if rest.is_empty() {
        return None;
    }
    let relationship = rest.to_vec();
    Some(Edge { child, parent, lookup: relationship.clone(), relationship, is_inner: false })
}

/// Takes out the first condition that joins an object to one before it by a lookup.
fn take_edge(conditions: &mut Vec<Logic<'_>>, names: &[Name], index: usize) -> Option<Edge> {
    let edge_of = |logic: &Logic<'_>| {
        let Logic::Compare { left: Term::Path(left), op: Comparison::Eq, right: Term::Path(right) } = logic else {
            return None;
        };
        edge(left, right, names, index).or_else(|| edge(right, left, names, index))
    };
    let at = conditions.iter().position(|logic| edge_of(logic).is_some())?;
    edge_of(&conditions.remove(at))
}

/// `child.AccountId`, `parent.Id`: one of them the object of this number, the other one before it.
fn edge(lookup: &Path, id: &Path, names: &[Name], index: usize) -> Option<Edge> {
    let find = |name: &Name| names[..=index].iter().position(|known| known == name);
    let [parent, id] = id.parts.as_slice() else { return None };
    let parent = find(parent).filter(|_| id.is("Id"))?;
    let (first, rest) = lookup.parts.split_first()?;
    let (child, lookup) = match find(first) {
        Some(child) if !rest.is_empty() => (child, rest),
        // Of two objects, a field that does not say whose it is must be the other's.
        None if rest.is_empty() && index == 1 && names.len() == 2 => (1 - parent, lookup.parts.as_slice()),
        _ => return None,
    };
    let is_id = matches!(lookup, [id] if id.is("Id"));
    if child == parent || child.max(parent) != index || is_id {
        return None;
    }
    let (last, before) = lookup.split_last()?;
    let relationship = before.iter().cloned().chain([relationship(last)]).collect();
    Some(Edge { child, parent, lookup: lookup.to_vec(), relationship, is_inner: true })
}

/// The relationship that goes with a lookup, as Salesforce names the two: `AccountId` and `Account`, `Parent__c` and
/// `Parent__r`. What ends otherwise is a label, which may stand for both.
/// <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_relationships_understanding.htm>
pub(super) fn relationship(lookup: &Name) -> Name {
    let text = &lookup.text;
    let cut = |suffix: &str| {
        let (stem, end) = text.split_at_checked(text.len().checked_sub(suffix.len())?)?;
        (end.eq_ignore_ascii_case(suffix) && !stem.is_empty()).then_some(stem)
    };
    let relationship = match (cut("__c"), cut(" id"), cut("id")) {
        (Some(stem), ..) => format!("{stem}__r"),
        (_, Some(stem), _) | (_, _, Some(stem)) => stem.to_owned(),
        _ => text.clone(),
    };
    Name::new(relationship, lookup.at)
}

/// The one object that is nobody's parent.
fn root(tables: &[Table<'_>], edges: &[Edge], absent: &[usize]) -> Result<usize, Fault> {
    let is_parent = |table: &usize| edges.iter().any(|edge| edge.parent == *table);
    let roots: Vec<usize> = (0..tables.len()).filter(|table| !absent.contains(table) && !is_parent(table)).collect();
    match roots.as_slice() {
        [root] => Ok(*root),
        [first, second, ..] => {
            let name = |table: &usize| tables[*table].object.to_string();
            Err(Reason::JoinProduct(name(first), name(second)).at(tables[*second].at))
        }
        [] => Err(Reason::JoinCondition.at(tables.first().map(|table| table.at).unwrap_or_default())),
    }
}

/// What leads to each object from the root: there is one edge to each of the others.
fn leads(root: usize, count: usize, edges: &[Edge]) -> Vec<Lead> {
    let mut leads = vec![Lead::Nowhere; count];
    leads[root] = Lead::Path(Vec::new());
    for _ in 0..count {
        for edge in edges {
            if let (Lead::Path(lead), Lead::Nowhere) = (&leads[edge.child], &leads[edge.parent]) {
                leads[edge.parent] = Lead::Path(lead.iter().chain(&edge.relationship).cloned().collect());
            }
        }
    }
    leads
}

pub(super) fn is_set(field: Path) -> Condition {
    let at = field.at();
    Condition::Compare { left: Expression::Field(field), op: Comparison::Ne, value: Literal { value: Value::Null, at } }
}

/// Whether only records with a certain lookup meet a condition. Without it a checkbox of the parent counts as not
/// checked.
fn implies(condition: &Condition, lead: &[Name], lookup: &Path) -> bool {
    let is_there = |left: &Expression| {
        let field = left.field();
        field.is_some_and(|field| field.leads_through(lead) || field == lookup)
    };
    let is_something = |value: &Value| match value {
        Value::Null | Value::Parameter(_) | Value::Boolean(_) => false,
        Value::Text(text) => !["true", "false", ""].iter().any(|word| text.eq_ignore_ascii_case(word)),
        _ => true,
    };
    match condition {
        Condition::Compare { left, op: Comparison::Ne, value } => value.value == Value::Null && is_there(left),
        Condition::Compare { left, value, .. } => is_something(&value.value) && is_there(left),
        // A text of nothing but wildcards could be no text at all.
        Condition::Like { left, pattern: Match::Pattern(pattern, _) } => {
            pattern.as_str().bytes().any(|byte| byte != b'%') && is_there(left)
        }
        Condition::In { left, negated: false, values } => {
            values.iter().all(|value| is_something(&value.value)) && is_there(left)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lookup_has_its_relationship() {
        for (lookup, expected) in [
            ("AccountId", "Account"),
            ("accountid", "account"),
            ("ReportsToId", "ReportsTo"),
            ("Region__c", "Region__r"),
            ("ns__Region__c", "ns__Region__r"),
            ("Account ID", "Account"),
            ("Account", "Account"),
            ("Id", "Id"),
        ] {
            assert_eq!(relationship(&Name::new(lookup, Span::default())).text, expected);
        }
    }
}
