//! Subqueries in WHERE: IN as it stands, EXISTS by the lookup between the two queries.

use super::super::refusal::{Fault, Reason};
use super::super::tree::{Item, Logic, Select, Term};
use super::super::{Condition, Expression, Note, Path, SemiJoin};
use super::joins::is_set;
use super::tables::Tables;
use super::{Clause, Meaning, Place, Selected, conjuncts};
use crate::soql::Comparison;

impl Meaning {
    pub(super) fn in_select(
        &mut self,
        left: Term<'_>,
        negated: bool,
        mut select: Select<'_>,
        place: Place<'_>,
    ) -> Result<Condition, Fault> {
        let at = select.at;
        if !place.joins {
            return Err(Reason::SemiJoinPlace.at(at));
        }
        self.count_semi_join(at)?;
        let field = self.field(left, place)?;
        let mut items = std::mem::take(&mut select.items);
        let (Some(Item::Term { term, alias: None }), true) = (items.pop(), items.is_empty()) else {
            return Err(Reason::SemiJoin.at(at));
        };
        // A list of what is grouped by is a list of what there is.
        if let ([Term::Path(key)], Term::Path(path)) = (select.group_by.as_slice(), &term)
            && key == path
        {
            select.group_by.clear();
        }
        let (selected, from, condition) = self.inside(&mut select, Some(term), place)?;
        let selected = selected.ok_or_else(|| Reason::SemiJoin.at(at))?;
        Ok(Condition::InSelect { field, negated, query: Box::new(SemiJoin { select: selected, from, condition }) })
    }

    /// `EXISTS (SELECT … FROM Contact c WHERE c.AccountId = a.Id AND …)`
    pub(super) fn exists(
        &mut self,
        mut select: Select<'_>,
        negated: bool,
        place: Place<'_>,
    ) -> Result<Condition, Fault> {
        let at = select.at;
        if !place.joins {
            return Err(Reason::SemiJoinPlace.at(at));
        }
        self.count_semi_join(at)?;
        let [table] = select.tables.as_slice() else { return Err(Reason::Exists.at(at)) };
        let names: Vec<_> = table.alias.iter().chain(table.object.parts.last()).cloned().collect();
        let mut conjuncts = conjuncts(select.condition.take());
        let correlation = |logic: &Logic<'_>| {
            let Logic::Compare { left: Term::Path(left), op: Comparison::Eq, right: Term::Path(right) } = logic else {
                return None;
            };
            let is_inner = |path: &Path| match path.parts.as_slice() {
                [first, _] => names.contains(first),
                [_] => true,
                _ => false,
            };
            let is_outer = |path: &Path| match path.parts.as_slice() {
                [first, _, ..] => !names.contains(first) && place.tables.knows(first),
                _ => false,
            };
            let pair = |inner: &Path, outer: &Path| {
                let own = inner.parts.last().cloned().map(Path::from);
                own.filter(|_| is_inner(inner) && is_outer(outer)).map(|own| (own, outer.clone()))
            };
            pair(left, right).or_else(|| pair(right, left))
        };
        let found = conjuncts.iter().position(|logic| correlation(logic).is_some());
        let found = found.map(|found| conjuncts.remove(found)).and_then(|logic| correlation(&logic));
        let (selected, outer) = found.ok_or_else(|| Reason::Exists.at(at))?;
        let field = place.tables.path(outer)?;
        if !selected.is("Id") && !field.last().eq_ignore_ascii_case("Id") {
            return Err(Reason::Exists.at(at));
        }
        select.condition = if conjuncts.is_empty() { None } else { Some(Logic::And(conjuncts)) };
        select.limit = None;
        let (_, from, condition) = self.inside(&mut select, None, place)?;
        self.note_semi_join(&from, negated);
        // With nothing among what must not be there, NOT IN would hold of no record.
        let guard = (negated && !selected.is("Id")).then(|| is_set(selected.clone()));
        let condition = Condition::all(condition.into_iter().chain(guard));
        Ok(Condition::InSelect { field, negated, query: Box::new(SemiJoin { select: selected, from, condition }) })
    }

    /// The inside of a subquery: the field it selects, its object and its conditions.
    fn inside(
        &mut self,
        select: &mut Select<'_>,
        selected: Option<Term<'_>>,
        place: Place<'_>,
    ) -> Result<(Option<Path>, Path, Option<Condition>), Fault> {
        let at = select.at;
        let is_plain = select.group_by.is_empty()
            && select.having.is_none()
            && select.limit.is_none()
            && select.offset.is_none()
            && select.scope.is_none()
            && select.categories.is_empty();
        if !is_plain {
            return Err(Reason::SemiJoin.at(at));
        }
        if !select.order_by.is_empty() {
            self.note(Note::ClauseDropped("ORDER BY"));
        }
        let mut conjuncts = conjuncts(select.condition.take());
        let outer: &Tables<'_> = place.tables;
        let joined = self.joined(std::mem::take(&mut select.tables), &mut conjuncts, Some(outer))?;
        let nothing = Selected::default();
        let inner = Place { tables: &joined.tables, clause: Clause::Where, joins: false, selected: &nothing };
        let selected = match selected {
            None => None,
            Some(term) => match self.left(term, inner)? {
                Expression::Field(field) => Some(field),
                _ => return Err(Reason::SemiJoin.at(at)),
            },
        };
        conjuncts.extend(joined.conditions);
        let mut conditions = Vec::new();
        for conjunct in conjuncts {
            conditions.extend(self.logic(conjunct, inner)?);
        }
        if !joined.anti_joins.is_empty() {
            return Err(Reason::SemiJoinPlace.at(at));
        }
        for lookup in joined.required.into_iter().rev() {
            self.require(lookup, &mut conditions);
        }
        Ok((selected, joined.root, Condition::all(conditions)))
    }
}
