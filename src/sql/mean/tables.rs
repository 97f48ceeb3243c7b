//! What the objects of a query are called in it, and the paths that lead to them.

use super::super::refusal::{Fault, Reason};
use super::super::{Name, Path};

/// The objects of a query.
#[derive(Debug, Default)]
pub(super) struct Tables<'t> {
    names: Vec<(Name, Lead)>,
    /// Whether there are several, so that a field has to say whose it is.
    is_joined: bool,
    /// The objects' own names.
    objects: Vec<Name>,
    is_of_children: bool,
    /// Those of the query around it.
    outer: Option<&'t Tables<'t>>,
}

/// What leads to an object.
#[derive(Debug, Clone)]
pub(super) enum Lead {
    /// Relationships, from the object whose records are read; none to itself.
    Path(Vec<Name>),
    /// Nothing: only that there are no such records is known of it.
    Nowhere,
}

impl<'t> Tables<'t> {
    /// No objects yet, of a query inside another one or of the outermost.
    pub(super) fn inside(outer: Option<&'t Tables<'t>>, is_joined: bool) -> Self {
        Self { names: Vec::new(), is_joined, objects: Vec::new(), is_of_children: false, outer }
    }

    /// Of child records, where `Account.Name` is their parent's and no column of the query around them.
    pub(super) fn of_children(&mut self) {
        self.is_of_children = true;
    }

    /// Adds an object by its own name.
    pub(super) fn add_object(&mut self, name: &Name, lead: &Lead) {
        self.add(name, lead);
        self.objects.push(name.clone());
    }

    /// Adds what an object is called: the first to have a name keeps it.
    pub(super) fn add(&mut self, name: &Name, lead: &Lead) {
        if self.lead(name).is_none() {
            self.names.push((name.clone(), lead.clone()));
        }
    }

    fn lead(&self, name: &Name) -> Option<&Lead> {
        self.names.iter().find(|(known, _)| known == name).map(|(_, lead)| lead)
    }

    /// Whether this is what an object of this query is called.
    pub(super) fn knows(&self, name: &Name) -> bool {
        self.lead(name).is_some()
    }

    /// Whether this is what an object of the query around it is called.
    fn is_outer(&self, name: &Name) -> bool {
        let is_path = |outer: &Tables<'_>| self.is_of_children && outer.objects.contains(name);
        self.outer.is_some_and(|outer| outer.knows(name) && !is_path(outer))
    }

    /// The path of a field from the object whose records are read.
    pub(super) fn path(&self, mut path: Path) -> Result<Path, Fault> {
        let at = path.at();
        let [first, rest @ ..] = path.parts.as_slice() else { return Ok(path) };
        if rest.is_empty() {
            return if self.is_joined { Err(Reason::Unqualified(path.to_string()).at(at)) } else { Ok(path) };
        }
        match self.lead(first) {
            Some(Lead::Path(lead)) => {
                path.parts.splice(..1, lead.iter().cloned());
                Ok(path)
            }
            Some(Lead::Nowhere) => Err(Reason::LeftChildren.at(at)),
            None if self.is_outer(first) => Err(Reason::Outer(first.text.clone()).at(at)),
            None if self.is_joined => Err(Reason::NoTable(first.text.clone()).at(at)),
            None => Ok(path),
        }
    }
}
