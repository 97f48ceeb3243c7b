//! A query: what to select from which object, in which order, and how much of it.

use super::{Condition, FieldName, FieldPath, ObjectName};

/// A query of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Select {
    /// What to return.
    pub selection: Selection,
    /// The object.
    pub from: ObjectName,
    /// Whose records; everybody's that the user may see if `None`.
    pub scope: Option<Scope>,
    /// Which records.
    pub condition: Option<Condition>,
    /// Sort keys, first the strongest.
    pub order_by: Vec<Order>,
    /// Most records to return.
    pub limit: Option<u32>,
    /// Records to skip; the API takes at most 2,000.
    pub offset: Option<u32>,
    /// Whether [archived activities][manual] are among them. It is no part of the text: another resource reads them,
    /// and deleted records with them, which the query then leaves out.
    ///
    /// [manual]: https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_queryall.htm
    pub archived: bool,
}

/// What a query returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// The number of records and nothing of them.
    Count,
    /// Records.
    Records {
        /// Their fields.
        fields: FieldList,
        /// Records that belong to them; a relationship at most once.
        children: Vec<ChildSelect>,
    },
}

/// Fields to select: at least one, and none twice, which the API would refuse.
///
/// To the API `Account.Name` of Account is `Name` once more; whoever knows the object has to see to that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldList(Vec<FieldPath>);

/// A query of the records that belong to each record of another query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildSelect {
    /// The child relationship's name, such as `Contacts`.
    pub relationship: FieldName,
    /// Their fields.
    pub fields: FieldList,
    /// Which of them.
    pub condition: Option<Condition>,
    /// Sort keys, first the strongest.
    pub order_by: Vec<Order>,
    /// Most children to return of each record.
    pub limit: Option<u32>,
}

/// A sort key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The field.
    pub field: FieldPath,
    /// Which end comes first.
    pub direction: Direction,
    /// Where records without a value come.
    pub nulls: Nulls,
}

/// Which end comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The smallest or earliest.
    Ascending,
    /// The largest or latest.
    Descending,
}

/// Where records without a value come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nulls {
    /// Before all others.
    First,
    /// After all others.
    Last,
}

/// Whose records a query is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Those the user owns.
    Mine,
}

impl FieldList {
    /// The fields without repetitions (case does not matter to SOQL), or `None` if there is no field.
    pub fn new(fields: impl IntoIterator<Item = FieldPath>) -> Option<Self> {
        let mut fields = fields.into_iter();
        Some(Self::of(fields.next()?, fields))
    }

    /// A field and others after it, without repetitions.
    pub fn of(first: FieldPath, rest: impl IntoIterator<Item = FieldPath>) -> Self {
        let rest = rest.into_iter();
        let mut list = Self(Vec::with_capacity(1 + rest.size_hint().0));
        list.0.push(first);
        rest.for_each(|field| list.add(field));
        list
    }

    /// The same of fields that nobody chose, of which none is there twice: they are not compared with each other.
    pub(crate) fn of_usual(first: FieldPath, mut rest: Vec<FieldPath>) -> Self {
        rest.insert(0, first);
        let list = Self(rest);
        debug_assert_eq!(Self::new(list.0.iter().cloned()).as_ref(), Some(&list), "no usual column is there twice");
        list
    }

    /// Adds a field, unless it is there already.
    pub fn add(&mut self, field: FieldPath) {
        if !self.contains(field.as_str()) {
            self.0.push(field);
        }
    }

    /// Whether a field is there, in whatever case.
    pub fn contains(&self, path: &str) -> bool {
        self.0.iter().any(|known| known.as_str().len() == path.len() && known.as_str().eq_ignore_ascii_case(path))
    }

    /// The fields, at least one.
    pub fn as_slice(&self) -> &[FieldPath] {
        &self.0
    }
}

impl From<FieldPath> for FieldList {
    fn from(field: FieldPath) -> Self {
        Self(vec![field])
    }
}

impl From<FieldList> for Selection {
    fn from(fields: FieldList) -> Self {
        Self::Records { fields, children: Vec::new() }
    }
}

impl Select {
    /// A query of all records; restrict it by its members.
    pub fn new(selection: impl Into<Selection>, from: ObjectName) -> Self {
        Self {
            selection: selection.into(),
            from,
            scope: None,
            condition: None,
            order_by: Vec::new(),
            limit: None,
            offset: None,
            archived: false,
        }
    }

    /// Selects a field as well, where records are selected.
    pub fn add(&mut self, field: FieldPath) {
        if let Selection::Records { fields, .. } = &mut self.selection {
            fields.add(field);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_selected_once_whatever_its_case() {
        let fields = ["Id", "Name", "ID", "Account.Name", "name", "account.NAME"].map(FieldPath::from_static);
        let mut fields = FieldList::new(fields).unwrap();
        fields.add(FieldPath::from_static("id"));
        assert_eq!(fields.to_string(), "Id, Name, Account.Name");
        assert!(fields.contains("NAME") && !fields.contains("Account"));
    }

    #[test]
    fn nothing_cannot_be_selected() {
        assert_eq!(FieldList::new([]), None);
    }
}
