//! Salesforce's REST API as values: an endpoint plans one request and reads its response.

/// What Salesforce said when it refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// `errorCode`.
    pub code: Option<String>,
    /// `message`, in the user's language.
    pub message: Option<String>,
    /// `fields`.
    pub fields: Vec<String>,
}

impl Refusal {
    pub(crate) fn kind(&self) -> crate::vocabulary::ErrorKind {
        crate::vocabulary::ErrorKind::Rejected
    }
    pub(crate) fn advice(&self) -> String {
        "Salesforce refused the request".to_owned()
    }
}
