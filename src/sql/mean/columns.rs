//! Columns, groups and sort keys, and the names and numbers they call one another by.

use super::super::refusal::{Fault, Reason};
use super::super::tree::{Item, Select, Term};
use super::super::{Column, Condition, Expression, GroupKind, Grouping, Name, Note, Order, Path, Span, Value};
use super::joins::relationship;
use super::side::{Side, part_of};
use super::tables::Tables;
use super::unit::Unit;
use super::{Clause, Meaning, Place, count_of_ids};
use crate::excerpt::Excerpt;

/// What is selected, by number and by name: each column is one expression, or the parts of a period.
#[derive(Debug, Default)]
pub(super) struct Selected {
    columns: Vec<(Option<Name>, Vec<Expression>)>,
    /// What is grouped by.
    keys: Vec<Expression>,
}

/// A select list and what depends on it.
pub(super) struct Grouped {
    pub(super) columns: Vec<Column>,
    pub(super) group_by: Option<Grouping>,
    pub(super) order_by: Vec<Order>,
    pub(super) selected: Selected,
}

impl Selected {
    fn named(&self, name: &Name) -> Option<&[Expression]> {
        self.columns
            .iter()
            .find(|(alias, _)| alias.as_ref() == Some(name))
            .map(|(_, expressions)| expressions.as_slice())
    }

    /// The column of this name, if it is one expression; what is grouped by keeps its own name.
    pub(super) fn only(&self, name: &Name) -> Option<&Expression> {
        let is_key = |key: &Expression| matches!(key, Expression::Field(field) if field.single() == Some(name));
        if self.keys.iter().any(is_key) {
            return None;
        }
        match self.named(name)? {
            [expression] => Some(expression),
            _ => None,
        }
    }

    /// The column of this number, from 1.
    fn at(&self, number: &crate::soql::Number) -> Option<&[Expression]> {
        let index = number.as_str().parse::<usize>().ok()?.checked_sub(1)?;
        self.columns.get(index).map(|(_, expressions)| expressions.as_slice()).filter(|column| !column.is_empty())
    }
}

impl Meaning {
    pub(super) fn grouped(&mut self, select: &mut Select<'_>, tables: &Tables<'_>) -> Result<Grouped, Fault> {
        let nothing = Selected::default();
        let place = Place { tables, clause: Clause::Select, joins: false, selected: &nothing };
        let mut selected = Selected::default();
        let mut columns = Vec::new();
        for item in std::mem::take(&mut select.items) {
            self.column(item, place, &mut columns, &mut selected)?;
        }
        let mut group_by = self.keys(select, place, &selected)?;
        if let Some(at) = select.distinct {
            self.distinct(at, &columns, &mut group_by)?;
        }
        let is_aggregate = group_by.is_some() || columns.iter().any(is_aggregate);
        if is_aggregate {
            self.check_groups(&mut columns, group_by.as_mut(), select.at)?;
        } else {
            self.plain(&mut columns);
            once(&mut columns);
        }
        named_once(&columns)?;
        selected.keys = group_by.iter().flat_map(|group_by| group_by.keys.clone()).collect();
        let mut order_by = Vec::new();
        for sort in std::mem::take(&mut select.order_by) {
            let at = sort.term.at();
            for by in self.key(sort.term, Place { clause: Clause::OrderBy, ..place }, &selected)? {
                let is_key = group_by.as_ref().is_some_and(|group_by| group_by.keys.contains(&by));
                match group_by.is_some() {
                    true if !by.is_aggregate() && !is_key => {
                        return Err(Reason::Ungrouped(Excerpt::of(&named(&by))).at(at));
                    }
                    false if !is_aggregate && (by.is_aggregate() || matches!(by, Expression::Date { .. })) => {
                        return Err(Reason::Sort.at(at));
                    }
                    _ => order_by.push(Order { by, direction: sort.direction, nulls: sort.nulls }),
                }
            }
        }
        Ok(Grouped { columns, group_by, order_by, selected })
    }

    fn column(
        &mut self,
        item: Item<'_>,
        place: Place<'_>,
        columns: &mut Vec<Column>,
        selected: &mut Selected,
    ) -> Result<(), Fault> {
        let (term, alias) = match item {
            Item::Done(column) => {
                columns.push(column);
                selected.columns.push((None, Vec::new()));
                return Ok(());
            }
            Item::StarOf(path) => {
                let own = Path { parts: path.parts.iter().chain([&Name::new("Id", path.at())]).cloned().collect() };
                if !place.tables.path(own)?.is("Id") {
                    return Err(Reason::StarOf(path.to_string()).at(path.at()));
                }
                columns.push(Column::Usual(path.at()));
                selected.columns.push((None, Vec::new()));
                return Ok(());
            }
            Item::Term { term, alias } => (term, alias),
        };
        if let Term::Total(at) = term {
            columns.push(Column::Total(at));
            selected.columns.push((None, Vec::new()));
            return Ok(());
        }
        if let Term::Select(select) = term {
            let at = select.at;
            let query = self.query(*select, Some(place.tables))?;
            if query.is_aggregate() || query.scope.is_some() || query.offset.is_some() {
                return Err(Reason::Children.at(at));
            }
            alias.into_iter().for_each(|alias| self.note(Note::Alias(alias)));
            columns.push(Column::Children(Box::new(query)));
            selected.columns.push((None, Vec::new()));
            return Ok(());
        }
        let expressions = self.expressions(term, place)?;
        let is_one = expressions.len() == 1;
        for expression in &expressions {
            let alias = alias.clone().filter(|_| is_one);
            columns.push(Column::Expression { expression: expression.clone(), alias });
        }
        // `COUNT()` stands alone or not at all, so wherever it is called by its name it counts ids.
        let expressions = expressions.into_iter().map(|expression| match expression {
            Expression::CountRows(at) => count_of_ids(at),
            other => other,
        });
        selected.columns.push((alias, expressions.collect()));
        Ok(())
    }

    /// What a column or key comes to: a period is its year and the part of it.
    fn expressions(&mut self, term: Term<'_>, place: Place<'_>) -> Result<Vec<Expression>, Fault> {
        let at = term.at();
        if let Term::Quoted(quoted) = &term {
            return Ok(vec![Expression::Field(place.tables.path(quoted.label()?.into())?)]);
        }
        match self.side(term, place)? {
            Side::Period(Unit::Week, _) => Err(Reason::Week.at(at)),
            Side::Period(unit, field) => {
                let part = |unit| Expression::Date { part: part_of(unit), field: field.clone(), zoned: false };
                if unit == Unit::Year {
                    return Ok(vec![part(unit)]);
                }
                self.note(Note::Period(field.clone()));
                Ok(vec![part(Unit::Year), part(unit)])
            }
            side => Ok(vec![side.expression(at)?]),
        }
    }

    /// The column that a term calls by its name.
    fn column_called(&self, term: &Term<'_>, selected: &Selected) -> Option<Vec<Expression>> {
        let column = match term {
            Term::Value(Value::Number(number), _) => selected.at(number),
            Term::Path(path) => selected.named(path.single()?),
            Term::Quoted(quoted) => selected.named(&Name::new(quoted.text().ok()?, quoted.at)),
            _ => None,
        };
        column.map(<[_]>::to_vec)
    }

    /// What a key comes to: a column by its number or its name, or an expression.
    fn key(&mut self, term: Term<'_>, place: Place<'_>, selected: &Selected) -> Result<Vec<Expression>, Fault> {
        let at = term.at();
        match (self.column_called(&term, selected), &term) {
            (Some(column), _) => Ok(column),
            (None, Term::Value(Value::Number(number), _)) => {
                Err(Reason::Position(number.as_str().parse().unwrap_or_default()).at(at))
            }
            (None, Term::Value(..)) => Err(Reason::Sort.at(at)),
            (None, _) => self.expressions(term, place),
        }
    }

    fn keys(
        &mut self,
        select: &mut Select<'_>,
        place: Place<'_>,
        selected: &Selected,
    ) -> Result<Option<Grouping>, Fault> {
        let kind = select.group_kind;
        let place = Place { clause: Clause::GroupBy, ..place };
        let nothing = Selected::default();
        // What is a field whatever the columns are called; the others may be one or a column.
        let mut said = Vec::new();
        for term in std::mem::take(&mut select.group_by) {
            let at = term.at();
            let column =
                self.column_called(&term, selected).filter(|column| !column.iter().any(Expression::is_aggregate));
            let parts = match &column {
                Some(_) if !matches!(term, Term::Value(..)) => Err(term),
                _ => Ok(self.key(term, place, if column.is_some() { selected } else { &nothing })?),
            };
            said.push((parts, column, at));
        }
        let certain: Vec<Expression> =
            said.iter().filter_map(|(parts, ..)| parts.as_ref().ok()).flatten().cloned().collect();
        let mut keys: Vec<Expression> = Vec::new();
        for (parts, column, at) in said {
            let parts = match (parts, column) {
                (Ok(parts), _) => parts,
                // If the column is grouped by anyway, its name need not stand for it, and to SOQL it is a field's.
                (Err(field), Some(column)) if column.iter().all(|part| certain.contains(part)) => {
                    self.expressions(field, place)?
                }
                (Err(_), Some(column)) => column,
                (Err(field), None) => self.expressions(field, place)?,
            };
            if parts.len() > 1 && kind != GroupKind::Plain {
                return Err(Reason::Period.at(at));
            }
            for key in parts {
                if key.is_aggregate() {
                    return Err(Reason::Key.at(at));
                }
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
        }
        Ok((!keys.is_empty()).then_some(Grouping { keys, kind }))
    }

    /// DISTINCT: a group of each combination, unless the rows differ anyway.
    fn distinct(&mut self, at: Span, columns: &[Column], group_by: &mut Option<Grouping>) -> Result<(), Fault> {
        let mut keys: Vec<Expression> = Vec::new();
        let mut others = 0;
        for column in columns {
            match column {
                Column::Expression { expression, .. } if !expression.is_aggregate() => {
                    if !keys.contains(expression) {
                        keys.push(expression.clone());
                    }
                }
                _ => others += 1,
            }
        }
        let has_id = keys.iter().any(|key| matches!(key, Expression::Field(field) if field.is("Id")));
        let is_whole = columns.iter().any(|column| matches!(column, Column::Usual(_) | Column::Fields(..)));
        let is_one_row = keys.is_empty() && columns.iter().all(is_aggregate);
        let differ = match group_by {
            Some(group_by) => group_by.kind == GroupKind::Plain && group_by.keys.iter().all(|key| keys.contains(key)),
            None => has_id || is_whole || is_one_row,
        };
        if differ {
            self.note(Note::ClauseDropped("DISTINCT"));
        } else if others > 0 || group_by.is_some() {
            return Err(Reason::Distinct.at(at));
        } else {
            self.note(Note::Grouped);
            *group_by = Some(Grouping { keys, kind: GroupKind::Plain });
        }
        Ok(())
    }

    /// Every column of groups is a key or computed; what follows from a key becomes one.
    fn check_groups(
        &mut self,
        columns: &mut [Column],
        mut group_by: Option<&mut Grouping>,
        at: Span,
    ) -> Result<(), Fault> {
        let is_alone = columns.len() == 1;
        for column in columns {
            let Column::Expression { expression, alias } = column else { return Err(Reason::Grouped.at(at)) };
            if let Expression::CountRows(at) = expression {
                if !is_alone || alias.is_some() || group_by.is_some() {
                    *expression = count_of_ids(*at);
                }
                continue;
            }
            if expression.is_aggregate() {
                continue;
            }
            let missing =
                |expression: &Expression| Err(Reason::Ungrouped(Excerpt::of(&named(expression))).at(expression.at()));
            let Some(group_by) = group_by.as_deref_mut() else { return missing(expression) };
            let is_key = |expression: &Expression| group_by.keys.contains(expression);
            let shown = match &*expression {
                Expression::Label(field) | Expression::Converted(field) => Expression::Field(field.clone()),
                Expression::Formatted(inner) => (**inner).clone(),
                other => other.clone(),
            };
            if is_key(expression) || is_key(&shown) {
                continue;
            }
            match &*expression {
                Expression::Field(field) if group_by.kind == GroupKind::Plain && follows(field, &group_by.keys) => {
                    self.note(Note::KeyAdded(field.clone()));
                    group_by.keys.push(expression.clone());
                }
                other => return missing(other),
            }
        }
        Ok(())
    }

    /// Columns of records: fields by their own names, dates whole.
    fn plain(&mut self, columns: &mut [Column]) {
        for column in columns {
            let Column::Expression { expression, alias } = column else { continue };
            if let Expression::Date { field, .. } = expression {
                let field = field.clone();
                self.note(Note::Dropped("a part of a date".to_owned()));
                *expression = Expression::Field(field);
            }
            if let Expression::Field(field) = expression
                && let Some(alias) = alias.take()
                && !alias.is(field.last())
            {
                self.note(Note::Alias(alias));
            }
        }
    }
}

/// Conditions on groups are about numbers of theirs, or about what they have in common.
pub(super) fn check_having(having: &Condition, keys: &[Expression]) -> Result<(), Fault> {
    let (left, at) = match having {
        Condition::All(parts) | Condition::Any(parts) => {
            return parts.iter().try_for_each(|part| check_having(part, keys));
        }
        Condition::Not(inner) => return check_having(inner, keys),
        Condition::Compare { left, .. } | Condition::Like { left, .. } | Condition::In { left, .. } => {
            (left, left.at())
        }
        Condition::Includes { field, .. } | Condition::InSelect { field, .. } => return Err(Reason::Key.at(field.at())),
    };
    if left.is_aggregate() || keys.contains(left) {
        return Ok(());
    }
    Err(Reason::Ungrouped(Excerpt::of(&named(left))).at(at))
}

/// Fields of records, each once: Salesforce refuses one that is there already.
fn once(columns: &mut Vec<Column>) {
    let expression = |column: &Column| match column {
        Column::Expression { expression, .. } => Some(expression.clone()),
        _ => None,
    };
    let mut known: Vec<Expression> = Vec::new();
    columns.retain(|column| {
        let Some(expression) = expression(column) else { return true };
        let is_new = !known.contains(&expression);
        known.push(expression);
        is_new
    });
}

fn named_once(columns: &[Column]) -> Result<(), Fault> {
    let mut known: Vec<&Name> = Vec::new();
    for column in columns {
        if let Column::Expression { alias: Some(alias), .. } = column {
            if known.contains(&alias) {
                return Err(Reason::TwoColumns(alias.text.clone()).at(alias.at));
            }
            known.push(alias);
        }
    }
    Ok(())
}

fn is_aggregate(column: &Column) -> bool {
    matches!(column, Column::Expression { expression, .. } if expression.is_aggregate())
}

/// What an error calls an expression.
fn named(expression: &Expression) -> String {
    expression.field().map(ToString::to_string).unwrap_or_default()
}

/// Whether a field is one of a parent whose lookup is grouped by.
fn follows(field: &Path, keys: &[Expression]) -> bool {
    let Some((_, parent)) = field.parts.split_last() else { return false };
    let leads_there = |key: &Expression| {
        let Expression::Field(lookup) = key else { return false };
        let Some((last, before)) = lookup.parts.split_last() else { return false };
        let is_lookup = relationship(last).text != last.text || last.is("Id") && !before.is_empty();
        let lead =
            if last.is("Id") { before.to_vec() } else { before.iter().cloned().chain([relationship(last)]).collect() };
        is_lookup && !lead.is_empty() && parent.starts_with(&lead)
    };
    keys.iter().any(leads_there)
}
