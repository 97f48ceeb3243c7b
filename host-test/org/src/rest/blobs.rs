//! `sobjects/{Object}/{id}/{blob field}`: the bytes of files and attachments.
//! <https://developer.salesforce.com/docs/platform/api-rest/guide/resources-sobject-blob-retrieve.html>

use super::{Answer, Body, Desk, records};
use crate::{refusal::Refusal, schema::FieldType, store::Row};

/// What the bytes come as where nothing is known of their type. The manual only says that it is neither JSON nor XML.
const UNKNOWN: &str = "application/octet-stream";

/// `GET sobjects/{Object}/{id}/{blob field}`
///
/// # Errors
/// 404 for a record that is not there, or that the user does not see.
pub(super) fn read(desk: &Desk<'_>, object: &str, id: &str, field: &str) -> Result<Answer, Refusal> {
    let object = desk.object(object)?;
    let field = desk
        .access
        .field(object, field)
        .filter(|field| field.kind == FieldType::Base64)
        .ok_or_else(|| super::unsupported("relationships in paths"))?;
    let row = records::readable(desk, object, &records::path_id(id)?)?;
    let mut bytes = crate::base64::decode(row.get(&field.name).as_str().unwrap_or_default());
    if object.name == "ContentVersion" {
        fill(&mut bytes, row);
    }
    let answer = Answer { body: Body::Bytes(bytes), ..Answer::empty(200) };
    Ok(answer.with("Content-Type", content_type(row)))
}

/// A large file is kept by its first bytes alone; the rest of its size are zeros.
fn fill(bytes: &mut Vec<u8>, version: &Row) {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // The size of a file.
    let size = version.get("ContentSize").as_f64().unwrap_or_default() as usize;
    bytes.resize(bytes.len().max(size), 0);
}

/// The type an attachment was given, or that of a file of this extension.
fn content_type(row: &Row) -> String {
    if let Some(given) = row.get("ContentType").as_str() {
        return given.to_owned();
    }
    let known = match row.get("FileExtension").as_str().unwrap_or_default().to_ascii_lowercase().as_str() {
        "txt" => "text/plain",
        "csv" => "text/csv",
        "htm" | "html" | "snote" => "text/html",
        "json" => "application/json",
        "xml" => "application/xml",
        "pdf" => "application/pdf",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "mp4" => "video/mp4",
        _ => UNKNOWN,
    };
    known.to_owned()
}
