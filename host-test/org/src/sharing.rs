//! Rows that are seen where another row is: the history of a record, and other things that hang on one.

use crate::{
    access::Access,
    history,
    store::{Row, Store},
};

/// By object, the field that names the row on which it depends who sees it.
const PARENTS: [(&str, &str); 9] = [
    ("EmailMessage", "RelatedToId"),
    ("EmailMessageRelation", "EmailMessageId"),
    ("Attachment", "ParentId"),
    ("ContentDocumentLink", "LinkedEntityId"),
    ("ContentVersion", "ContentDocumentId"),
    ("OpportunityHistory", "OpportunityId"),
    ("ProcessInstance", "TargetObjectId"),
    ("ProcessInstanceStep", "ProcessInstanceId"),
    ("ProcessInstanceWorkitem", "ProcessInstanceId"),
];

/// Whether the user sees the row: itself, what it hangs on, and of a change the field that was changed.
pub(crate) fn sees(store: &Store, access: &Access, row: &Row) -> bool {
    if !access.sees(row) {
        return false;
    }
    // A draft is its writer's own.
    let draft = row.object == "EmailMessage" && row.get("Status").as_str() == Some("5");
    if draft && !access.view_all_data && row.get("CreatedById").as_str() != Some(access.user.as_str()) {
        return false;
    }
    if row.object == "ContentDocument" {
        return sees_document(store, access, row);
    }
    let tracked = history::of(&row.object);
    let parent = tracked
        .map(|tracked| tracked.parent)
        .or_else(|| PARENTS.iter().find(|(object, _)| *object == row.object).map(|(_, field)| *field));
    let Some(parent) = parent.and_then(|field| row.get(field).as_str()) else {
        return true;
    };
    let hidden = tracked.is_some_and(|tracked| {
        let field = tracked.field_of(row.get("Field").as_str().unwrap_or_default());
        access.hidden.contains(&(tracked.object.to_owned(), field))
    });
    !hidden && store.find(parent).is_some_and(|parent| sees(store, access, parent))
}

/// A file is its owner's, and of those who see a record that it is linked to.
fn sees_document(store: &Store, access: &Access, document: &Row) -> bool {
    let mine = document.get("OwnerId").as_str() == Some(access.user.as_str());
    let linked = |link: &Row| {
        !link.is_deleted()
            && link.get("ContentDocumentId").as_str() == Some(document.id.as_str())
            && sees(store, access, link)
    };
    // Who sees all rows sees those without a link too.
    mine || access.view_all_data || store.rows("ContentDocumentLink").any(linked)
}
