//! What one user may see and do: objects, fields (FLS) and rows.
//! What a user may not see looks exactly like what is not there.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    id::Id,
    schema::{Field, Object, Schema, Sharing},
    store::Row,
};

/// What a profile allows on one object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ObjectAccess {
    /// Rows can be read.
    pub read: bool,
    /// Rows can be created.
    pub create: bool,
    /// Rows can be updated.
    pub edit: bool,
    /// Rows can be deleted.
    pub delete: bool,
}

impl ObjectAccess {
    /// Nothing: the object seems not to exist.
    pub const NONE: Self = Self { read: false, create: false, edit: false, delete: false };
    /// Reading only.
    pub const READ: Self = Self { read: true, ..Self::NONE };
    /// Everything the object itself allows.
    pub const FULL: Self = Self { read: true, create: true, edit: true, delete: true };
}

/// One user's rights.
#[derive(Clone, Debug)]
pub struct Access {
    /// The user these rights belong to.
    pub user: Id,
    /// "View All Data": sees every row, private ones too.
    pub view_all_data: bool,
    /// "Modify All Data": edits every row.
    pub modify_all_data: bool,
    /// "Convert Leads".
    pub convert_leads: bool,
    /// Rights on objects that have no entry in `objects`.
    pub default: ObjectAccess,
    /// Rights by object API name.
    pub objects: BTreeMap<String, ObjectAccess>,
    /// Hidden fields, as (object, field) API names.
    pub hidden: BTreeSet<(String, String)>,
    /// Fields that can be read and not written, as (object, field) API names.
    pub read_only: BTreeSet<(String, String)>,
}

impl Access {
    /// Every right, for `user`.
    pub fn full(user: Id) -> Self {
        Self {
            user,
            view_all_data: true,
            modify_all_data: true,
            convert_leads: true,
            default: ObjectAccess::FULL,
            objects: BTreeMap::new(),
            hidden: BTreeSet::new(),
            read_only: BTreeSet::new(),
        }
    }

    fn profile(&self, object: &str) -> ObjectAccess {
        self.objects.get(object).copied().unwrap_or(self.default)
    }

    /// What this user may do with the object, where the object itself allows it.
    pub fn on(&self, object: &Object) -> ObjectAccess {
        let profile = self.profile(&object.name);
        ObjectAccess {
            read: profile.read,
            create: profile.read && profile.create && object.createable,
            edit: profile.read && profile.edit && object.updateable,
            delete: profile.read && profile.delete && object.deletable,
        }
    }

    /// The object of this name (in any case), unless it is absent or hidden from the user.
    pub fn object<'a>(&self, schema: &'a Schema, name: &str) -> Option<&'a Object> {
        schema.object(name).filter(|object| self.profile(&object.name).read)
    }

    /// The field of this name (in any case), unless it is absent or hidden from the user.
    pub fn field<'a>(&self, object: &'a Object, name: &str) -> Option<&'a Field> {
        object.field(name).filter(|field| !self.is_hidden(object, field))
    }

    /// The fields of the object that the user sees, in the object's order.
    pub fn fields<'a>(&'a self, object: &'a Object) -> impl Iterator<Item = &'a Field> {
        object.fields.iter().filter(|field| !self.is_hidden(object, field))
    }

    fn is_hidden(&self, object: &Object, field: &Field) -> bool {
        self.hidden.contains(&(object.name.clone(), field.name.clone()))
    }

    fn is_read_only(&self, object: &Object, field: &Field) -> bool {
        self.read_only.contains(&(object.name.clone(), field.name.clone()))
    }

    /// Whether this user may set the field when creating a row.
    pub fn createable(&self, object: &Object, field: &Field) -> bool {
        field.createable && self.on(object).create && !self.is_read_only(object, field)
    }

    /// Whether this user may set the field of an existing row.
    pub fn updateable(&self, object: &Object, field: &Field) -> bool {
        field.updateable && self.on(object).edit && !self.is_read_only(object, field)
    }

    /// Whether this user sees the row: all but others' private rows. Says nothing about the object's own rights.
    pub fn sees(&self, row: &Row) -> bool {
        self.view_all_data || self.owns(row) || !row.get("IsPrivate").is_true()
    }

    /// Whether this user may edit the row, as far as sharing goes.
    pub fn edits(&self, object: &Object, row: &Row) -> bool {
        self.modify_all_data || self.owns(row) || (self.sees(row) && object.sharing == Sharing::ReadWrite)
    }

    fn owns(&self, row: &Row) -> bool {
        row.get("OwnerId").as_str() == Some(self.user.as_str())
    }
}
