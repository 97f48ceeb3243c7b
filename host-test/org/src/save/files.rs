//! Files and notes: a version makes its document, or becomes its newest.
//! <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_contentversion.htm>

use super::{Given, Transaction, accept::required_missing};
use crate::{refusal::Refusal, store::Row, value::Value};

/// What a version has to say.
///
/// # Errors
/// `REQUIRED_FIELD_MISSING` without bytes; in this org's own words, `INVALID_FIELD_FOR_INSERT_UPDATE` for a place to
/// publish to beside a document that is there, and for new bytes of an old version.
pub(super) fn check(given: &Given, old: Option<&Row>) -> Result<(), Refusal> {
    let is = |field: &str| given.get(field).is_some_and(|value| !value.is_null());
    let wrong = |message: &str, field: &str| Err(Refusal::save("INVALID_FIELD_FOR_INSERT_UPDATE", message, &[field]));
    match old {
        None if !is("VersionData") => Err(required_missing(&["VersionData"])),
        None if is("ContentDocumentId") && is("FirstPublishLocationId") => {
            wrong("FirstPublishLocationId cannot be set for a new version of a document", "FirstPublishLocationId")
        }
        Some(_) if given.contains_key("VersionData") => {
            wrong("VersionData cannot be changed: create a new version", "VersionData")
        }
        _ => Ok(()),
    }
}

impl Transaction<'_> {
    /// A note is a document of the same id, and a version of it.
    pub(super) fn publish_note(&mut self, note: &Row) {
        let mut note = note.clone();
        let id = note.id.clone();
        let content = note.get("Content").as_str().map(str::to_owned).unwrap_or_default();
        let html = base64_text(&content);
        let preview: String = plain_text(&html).chars().take(255).collect();
        note.set("TextPreview", preview);
        note.set("ContentSize", i64::try_from(html.len()).unwrap_or_default());
        note.set("FileExtension", "snote");
        note.set("FileType", "SNOTE");
        let shared = [
            ("Title", note.get("Title").clone()),
            ("FileType", Value::from("SNOTE")),
            ("FileExtension", Value::from("snote")),
            ("ContentSize", note.get("ContentSize").clone()),
            ("OwnerId", note.get("OwnerId").clone()),
        ];
        let mut version = shared.to_vec();
        version.extend([
            ("ContentDocumentId", Value::from(&id)),
            ("PathOnClient", Value::from("note.snote")),
            ("VersionData", Value::from(content)),
            ("TextPreview", note.get("TextPreview").clone()),
            ("IsLatest", Value::from(true)),
            ("VersionNumber", Value::from("1")),
        ]);
        if let Some(version) = self.make("ContentVersion", &version) {
            note.set("LatestPublishedVersionId", Value::from(&version.id));
        }
        let Some(object) = self.schema.object("ContentDocument") else {
            return;
        };
        let mut document = Row {
            object: "ContentDocument".to_owned(),
            id,
            fields: note
                .fields
                .iter()
                .filter(|(name, _)| object.field(name).is_some())
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        };
        document.set("PublishStatus", "P");
        document.set("IsArchived", false);
        document.set("ContentModifiedDate", self.context.now);
        self.store.put(document);
        self.store.put(note);
    }

    /// A first version makes its document, and a link to where it was first published. A later one takes the place
    /// of the one before.
    pub(super) fn publish_version(&mut self, version: &Row) {
        let mut version = version.clone();
        let path = version.get("PathOnClient").as_str().unwrap_or_default().to_owned();
        let title = path.rsplit(['/', '\\']).next().unwrap_or(&path).to_owned();
        let (stem, extension) = title.rsplit_once('.').unwrap_or((&title, ""));
        if version.get("Title").is_null() {
            version.set("Title", stem);
        }
        version.set("FileExtension", extension);
        version.set("FileType", file_type(extension));
        version.set("IsLatest", true);
        let size =
            version.get("VersionData").as_str().map(|data| crate::base64::decode(data).len()).unwrap_or_default();
        version.set("ContentSize", i64::try_from(size).unwrap_or_default());
        if version.get("ContentDocumentId").is_null() {
            version.set("VersionNumber", "1");
            self.first_version(&mut version);
        } else {
            self.later_version(&mut version);
        }
        self.store.put(version);
    }

    fn first_version(&mut self, version: &mut Row) {
        let fields = ["Title", "FileExtension", "FileType", "ContentSize", "OwnerId"]
            .map(|field| (field, version.get(field).clone()));
        let mut fields = fields.to_vec();
        fields.extend([
            ("PublishStatus", Value::from("P")),
            ("LatestPublishedVersionId", Value::from(&version.id)),
            ("ContentModifiedDate", Value::from(self.context.now)),
        ]);
        let Some(document) = self.make("ContentDocument", &fields) else {
            return;
        };
        version.set("ContentDocumentId", Value::from(&document.id));
        let place = version.get("FirstPublishLocationId").clone();
        if !place.is_null() {
            self.make(
                "ContentDocumentLink",
                &[
                    ("ContentDocumentId", Value::from(&document.id)),
                    ("LinkedEntityId", place),
                    ("ShareType", Value::from("V")),
                    ("Visibility", Value::from("AllUsers")),
                ],
            );
        }
    }

    fn later_version(&mut self, version: &mut Row) {
        let document = version.get("ContentDocumentId").clone();
        let rows = self.store.rows("ContentVersion");
        let earlier: Vec<Row> =
            rows.filter(|row| row.id != version.id && *row.get("ContentDocumentId") == document).cloned().collect();
        version.set("VersionNumber", (earlier.len() + 1).to_string());
        for mut row in earlier.into_iter().filter(|row| row.get("IsLatest").is_true()) {
            row.set("IsLatest", false);
            self.store.put(row);
        }
        if let Some(mut document) = document.as_str().and_then(|id| self.store.get("ContentDocument", id)).cloned() {
            for field in ["Title", "FileExtension", "FileType", "ContentSize"] {
                document.set(field, version.get(field).clone());
            }
            document.set("LatestPublishedVersionId", Value::from(&version.id));
            document.set("ContentModifiedDate", self.context.now);
            self.store.put(document);
        }
    }
}

/// What Salesforce calls the type of a file, by its extension.
fn file_type(extension: &str) -> String {
    match extension.to_ascii_lowercase().as_str() {
        "txt" => "TEXT".to_owned(),
        "htm" => "HTML".to_owned(),
        "jpeg" => "JPG".to_owned(),
        "docx" => "WORD_X".to_owned(),
        "xlsx" => "EXCEL_X".to_owned(),
        "pptx" => "POWER_POINT_X".to_owned(),
        "" | "md" | "eml" => "UNKNOWN".to_owned(),
        extension => extension.to_uppercase(),
    }
}

/// The text of a blob.
fn base64_text(text: &str) -> String {
    String::from_utf8_lossy(&crate::base64::decode(text)).into_owned()
}

/// HTML as Salesforce previews it: tags become spaces, entities characters.
fn plain_text(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for character in html.chars() {
        match character {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            _ if inside => {}
            _ => text.push(character),
        }
    }
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
