//! What Salesforce says when it refuses, and what that means for the caller.
//!
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm>: messages are in the
//! user's language and one code comes with different statuses, so meaning is read from `errorCode` alone.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::record::Record;
use crate::vocabulary::ErrorKind;

/// A refusal.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// `errorCode`; absent when the answer did not come from the API itself, such as a proxy's HTML page.
    pub code: Option<String>,
    /// `message`, in the user's language.
    pub message: Option<String>,
    /// The fields it is about.
    pub fields: Vec<String>,
    /// The duplicate rule that spoke, if one did.
    pub duplicates: Option<DuplicateRule>,
}

/// The outcome of a duplicate rule.
#[derive(Debug, Clone)]
pub struct DuplicateRule {
    /// Whether the rule lets the user save all the same.
    pub allow_save: bool,
    /// The matching records, with the fields the user may see.
    pub records: Vec<Record>,
}

impl Refusal {
    /// Reads a body that comes with an error status: a list of errors, one error, an OAuth error, or anything else.
    pub(crate) fn read(status: http::StatusCode, body: &[u8]) -> Self {
        let mut refusal =
            Self { status: status.as_u16(), code: None, message: None, fields: Vec::new(), duplicates: None };
        let body = std::str::from_utf8(body).unwrap_or_default();
        // One error counts as a list of one: a second parser for it would cost five kilobytes.
        let list = if body.trim_start().starts_with('{') { format!("[{body}]") } else { body.to_owned() };
        let errors: Vec<ErrorBody<'_>> = serde_json::from_str(&list).unwrap_or_default();
        // In an all-or-none request the first error can be an innocent part's: the culprit says something else.
        let culprit = errors.iter().position(|error| error.code.as_deref() != Some("PROCESSING_HALTED")).unwrap_or(0);
        if let Some(error) = errors.into_iter().nth(culprit) {
            refusal.duplicates = error.duplicates().map(DuplicateRule::from);
            refusal.code = error.code;
            refusal.message = error.message;
            refusal.fields = error.fields.unwrap_or_default();
        } else if status == http::StatusCode::MULTIPLE_CHOICES {
            refusal.code = Some("MULTIPLE_EXTERNAL_ID".to_owned());
        }
        refusal
    }

    /// Whether the code is this one.
    pub(crate) fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }

    /// Whether a field or object that was named does not exist, or is hidden from the user.
    pub(crate) fn names_unknown(&self) -> bool {
        self.is("INVALID_FIELD") || self.is("INVALID_TYPE")
    }

    /// What the caller can do next.
    pub(crate) fn kind(&self) -> ErrorKind {
        self.meaning().0
    }

    /// What to do, in our own words.
    pub(crate) fn advice(&self) -> &'static str {
        self.meaning().1
    }

    fn meaning(&self) -> (ErrorKind, &'static str) {
        use ErrorKind::*;
        let Some(code) = self.code.as_deref() else {
            return match self.status {
                401 => (SignIn, "the user has to sign in to Salesforce again"),
                404 => (NotFound, "Salesforce knows no such resource"),
                400..=499 => (Rejected, "Salesforce refused the request without saying why"),
                _ => (Unavailable, "Salesforce is unavailable; try again later"),
            };
        };
        match code {
            "INVALID_SESSION_ID" | "INVALID_AUTH_HEADER" | "INVALID_OPERATION_WITH_EXPIRED_PASSWORD" => {
                (SignIn, "the user has to sign in to Salesforce again")
            }
            "REQUEST_LIMIT_EXCEEDED" => (
                LimitReached,
                "the org's API limit is reached; its message says whether that is for the day or just now",
            ),
            "UNABLE_TO_LOCK_ROW" => (Locked, "somebody is writing this record just now; try again a little later"),
            "ENTITY_IS_LOCKED" => {
                (Rejected, "the record is locked by an approval process; the approver or an admin can unlock it")
            }
            "NOT_FOUND" => (NotFound, "no such record, or the user may not see it"),
            "INVALID_CROSS_REFERENCE_KEY" if self.status == 404 => {
                (NotFound, "no such record, or the user may not see it")
            }
            "INVALID_CROSS_REFERENCE_KEY" => (Rejected, "an id in the values points to nothing the user may use"),
            "ENTITY_IS_DELETED" => (NotFound, "the record has been deleted; it may still be in the recycle bin"),
            "INVALID_FIELD" => (
                InvalidInput,
                "a field does not exist, is not visible to the user or can't be used like this; salesforce_describe lists the fields there are",
            ),
            "INVALID_TYPE" | "INVALID_TYPE_FOR_OPERATION" => (
                InvalidInput,
                "the object does not exist, is not visible to the user or can't be used like this; salesforce_describe lists the objects there are",
            ),
            "MALFORMED_ID" => (InvalidInput, "an id is not well formed"),
            "INSUFFICIENT_ACCESS_OR_READONLY"
            | "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"
            | "INSUFFICIENT_ACCESS" => {
                (Forbidden, "the user lacks the right to do this with this record; its owner or an admin can grant it")
            }
            "INVALID_FIELD_FOR_INSERT_UPDATE" => (
                Forbidden,
                "a field can't be written by the user; an admin can grant it in the field's security settings",
            ),
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY" => (Rejected, "an automation of the org stopped the change"),
            "API_DISABLED_FOR_ORG" | "API_CURRENTLY_DISABLED" => {
                (Forbidden, "the user or the org has no API access; an admin can grant the permission \"API Enabled\"")
            }
            "FORBIDDEN" | "OPERATION_NOT_ALLOWED" => (Forbidden, "the user may not do this; an admin can grant it"),
            "DUPLICATES_DETECTED" => (Duplicate, "the org holds matching records"),
            "CANNOT_UPDATE_CONVERTED_LEAD" => {
                (Rejected, "the lead has been converted and can't be changed; change its contact or account instead")
            }
            "FIELD_CUSTOM_VALIDATION_EXCEPTION" => {
                (Rejected, "a validation rule of the org refused the values; org_message holds its text")
            }
            "REQUIRED_FIELD_MISSING" => (Rejected, "fields the org requires are missing; ask for them"),
            "STRING_TOO_LONG" => (Rejected, "a text is longer than its field allows"),
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST" => {
                (Rejected, "a value is not one of the picklist's; salesforce_describe lists them")
            }
            "DUPLICATE_VALUE" => (Rejected, "a value that must be unique is taken by another record"),
            "JSON_PARSER_ERROR" => (Rejected, "a value is not of its field's type"),
            "QUERY_TIMEOUT" => (Timeout, "the query took too long; filter more, or ask for fewer fields"),
            "SERVER_UNAVAILABLE" | "UNKNOWN_EXCEPTION" => (Unavailable, "Salesforce is unavailable; try again later"),
            _ if self.status == 401 => (SignIn, "the user has to sign in to Salesforce again"),
            _ if self.status == 403 => (Forbidden, "the user may not do this; an admin can grant it"),
            _ if self.status == 404 => (NotFound, "no such record, or the user may not see it"),
            _ if self.status == 412 => (Conflict, "the record was changed in the meantime"),
            _ if self.status >= 500 => (Unavailable, "Salesforce is unavailable; try again later"),
            _ => (Rejected, "Salesforce refused the request; org_message says why"),
        }
    }
}

#[derive(Deserialize)]
struct ErrorBody<'a> {
    #[serde(rename = "errorCode")]
    code: Option<String>,
    message: Option<String>,
    fields: Option<Vec<String>>,
    // Real orgs send `duplicateResut`; the documented spelling is accepted too.
    #[serde(borrow, rename = "duplicateResut")]
    misspelt: Option<&'a RawValue>,
    #[serde(borrow, rename = "duplicateResult")]
    documented: Option<&'a RawValue>,
}

impl<'a> ErrorBody<'a> {
    fn duplicates(&self) -> Option<DuplicateBody<'a>> {
        serde_json::from_str(self.misspelt.or(self.documented)?.get()).ok()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DuplicateBody<'a> {
    #[serde(default)]
    allow_save: bool,
    #[serde(borrow, default)]
    match_results: Vec<MatchResult<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MatchResult<'a> {
    #[serde(borrow, default)]
    match_records: Vec<MatchRecord<'a>>,
}

#[derive(Deserialize)]
struct MatchRecord<'a> {
    #[serde(borrow)]
    record: &'a RawValue,
}

impl From<DuplicateBody<'_>> for DuplicateRule {
    fn from(body: DuplicateBody<'_>) -> Self {
        Self {
            allow_save: body.allow_save,
            records: body
                .match_results
                .into_iter()
                .flat_map(|result| result.match_records)
                .map(|matched| Record::from(matched.record))
                .collect(),
        }
    }
}
