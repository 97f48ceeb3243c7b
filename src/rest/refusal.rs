//! What Salesforce says when it refuses, and what that means for the caller.
//!
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm>: messages are in the
//! user's language and one code comes with different statuses, so meaning is read from `errorCode` alone.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use crate::json::Json;
use crate::record::{Fields, Record};
use crate::wit::{Changed, ErrorKind};
use crate::within::holds;

/// A refusal.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// `errorCode`; absent when the answer did not come from the API itself, such as a proxy's HTML page.
    pub code: Option<String>,
    /// `message`, in the user's language; a line each if there are several.
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
    /// One that says this and no more. A code that is none is left out.
    pub(super) fn of(status: u16, code: Option<&str>, message: Option<String>) -> Self {
        let code = code.filter(|code| is_plain(code)).map(str::to_owned);
        Self { status, code, message, fields: Vec::new(), duplicates: None }
    }

    /// Reads a body that comes with an error status: a list of errors, one error, an OAuth error, or anything else.
    pub(crate) fn read(status: http::StatusCode, body: &[u8]) -> Self {
        let mut refusal = Self::of(status.as_u16(), None, None);
        let body = std::str::from_utf8(body).unwrap_or_default();
        let errors: Vec<Fields<'_>> = match Json::parse(body) {
            Ok(error) if error.is_object() => vec![Fields::of(error)],
            Ok(list) => list.items().map(Fields::of).collect(),
            Err(_) => Vec::new(),
        };
        // In an all-or-none request the first error can be an innocent part's: the culprits say something else.
        let halted = |error: &&Fields<'_>| code(error).as_deref() == Some(HALTED);
        let any_culprit = !errors.iter().all(|error| halted(&error));
        for error in errors.iter().filter(|error| !(any_culprit && halted(error))) {
            let message = error.text("message").or_else(|| error.text("error_description"));
            let fields = error.list("fields").filter_map(Json::text).map(Cow::into_owned);
            refusal.add(code(error), message, fields, DuplicateRule::read(error));
        }
        if body.trim() == BAD_TOKEN {
            refusal.code = Some(BAD_TOKEN.to_owned());
        }
        if status == http::StatusCode::MULTIPLE_CHOICES && refusal.code.is_none() {
            refusal.code = Some("MULTIPLE_EXTERNAL_ID".to_owned());
        }
        refusal
    }

    /// Takes up one more error. The first code counts. Several rules can speak at once, each about its own fields: who
    /// corrects one wants to know the others.
    pub(super) fn add(
        &mut self,
        code: Option<String>,
        message: Option<String>,
        fields: impl Iterator<Item = String>,
        duplicates: Option<DuplicateRule>,
    ) {
        self.code = self.code.take().or(code.filter(|code| is_plain(code)));
        self.message = match (self.message.take(), message) {
            (Some(said), Some(more)) => Some(format!("{said}\n{more}")),
            (said, more) => said.or(more),
        };
        self.fields.extend(fields.filter(|field| is_plain(field)));
        self.duplicates = self.duplicates.take().or(duplicates);
    }

    /// Whether the code is this one.
    pub(crate) fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }

    /// Whether it is about another part of the same request, which failed and took this one with it.
    pub(super) fn is_halted(&self) -> bool {
        self.is(HALTED)
    }

    /// Whether a field or object that was named does not exist, or is hidden from the user.
    pub(crate) fn names_unknown(&self) -> bool {
        self.is("INVALID_FIELD") || self.is("INVALID_TYPE")
    }

    /// Whether its message names records that depend on the one in question.
    pub(crate) fn names_others(&self) -> bool {
        DEPENDED_ON.iter().any(|code| self.is(code))
    }

    /// What the caller can do next.
    pub(crate) fn kind(&self) -> ErrorKind {
        self.meaning().0
    }

    /// What to do, in our own words.
    pub(crate) fn advice(&self) -> &'static str {
        self.meaning().1
    }

    /// What a request that was refused like this has changed. What Salesforce refuses it rolls back; but where it broke
    /// down, or something in front of it lost patience, a write may have happened all the same.
    pub(crate) fn changed(&self, writes: bool) -> Changed {
        match self.kind() {
            ErrorKind::Unavailable | ErrorKind::Timeout if writes => Changed::Unknown,
            _ => Changed::No,
        }
    }

    fn meaning(&self) -> (ErrorKind, &'static str) {
        let code = self.code.as_deref().unwrap_or_default();
        let message = self.message.as_deref().unwrap_or_default();
        let fits = |(codes, statuses, marker, ..): &&Meaning| {
            (codes.is_empty() || codes.contains(&code))
                && statuses.contains(&self.status)
                && (marker.is_empty() || holds(message, marker))
        };
        // The last one fits everything.
        MEANINGS.iter().find(fits).map_or((ErrorKind::Rejected, ""), |(.., kind, advice)| (*kind, *advice))
    }
}

/// What the identity service, which speaks no JSON when it refuses, says of a session that has ended; with 403.
/// <https://help.salesforce.com/s/articleView?id=sf.remoteaccess_using_openid.htm>
const BAD_TOKEN: &str = "Bad_OAuth_Token";

/// What a part of an all-or-none request says that failed because another part did.
const HALTED: &str = "PROCESSING_HALTED";

/// How a deletion is refused for the records that depend on what was to be deleted.
const DEPENDED_ON: [&str; 3] = ["DELETE_FAILED", "DEPENDENCY_EXISTS", "DELETE_OPERATION_TOO_LARGE"];

/// Codes, statuses and a part of the message, with what they mean. No codes means any; `""` is the answer without one,
/// which did not come from the API itself.
type Meaning = (&'static [&'static str], RangeInclusive<u16>, &'static str, ErrorKind, &'static str);

const MOVED: &str =
    "Salesforce points to another address: the org may have moved, so connect again with its current domain";
/// Salesforce retires the versions of its API after some years and answers 410 for them.
/// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/api_rest_eol.htm>
const TOO_OLD: &str = "Salesforce no longer offers the version of its API that this plugin speaks: tell the person that it has to be updated";
const ANY: RangeInclusive<u16> = 0..=u16::MAX;
const NO_CODE: &[&str] = &[""];

/// The first that fits counts. A marker is a name out of Salesforce's own code or a phrase that may be translated: where
/// it is missing, the row without it that follows still tells the truth.
#[rustfmt::skip]
const MEANINGS: &[Meaning] = &[
    (&["INVALID_SESSION_ID"], ANY, "valid for use", ErrorKind::Forbidden,
        "Salesforce does not accept this session for its API, and signing in again alone does not help: an admin has to check the app's scope \"api\", its IP restrictions and the session security level of the user's profile"),
    (&["INVALID_OPERATION_WITH_EXPIRED_PASSWORD"], ANY, "", ErrorKind::SignIn,
        "the user's password has expired: they have to set a new one in Salesforce and then connect again"),
    (&["INVALID_SESSION_ID", "INVALID_AUTH_HEADER", BAD_TOKEN], ANY, "", ErrorKind::SignIn,
        "the user has to sign in to Salesforce again"),
    (&["REQUEST_LIMIT_EXCEEDED"], ANY, "TotalRequests", ErrorKind::LimitReached,
        "the org has used up its API calls of the last 24 hours, so trying again now does not help: an admin sees in Setup, Company Information, what uses them"),
    (&["REQUEST_LIMIT_EXCEEDED"], ANY, "Concurrent", ErrorKind::LimitReached,
        "too many long requests run in the org just now: try once more in a minute, with a narrower request if it was a large one"),
    (&["REQUEST_LIMIT_EXCEEDED"], ANY, "", ErrorKind::LimitReached,
        "a limit of the org's API is reached; org_message names it, so tell the person: one of concurrent requests passes in a minute, one of all requests may take up to 24 hours"),
    (&["LIMIT_EXCEEDED", "EXCEEDED_QUOTA"], ANY, "", ErrorKind::LimitReached,
        "a limit of the org is reached; org_message names it: tell the person, for an admin sees in Setup whether it passes by itself"),
    (&["STORAGE_LIMIT_EXCEEDED"], ANY, "", ErrorKind::Forbidden,
        "the org's storage is full: an admin has to free some before anything can be created"),
    (&["UNABLE_TO_LOCK_ROW"], ANY, "", ErrorKind::Locked,
        "somebody is writing this record just now; try again a little later"),
    (&["ENTITY_IS_LOCKED"], ANY, "", ErrorKind::Forbidden,
        "the record is locked, as a rule by an approval process: its approver or an admin can unlock it or make the change"),
    (&["ENTITY_IS_DELETED"], ANY, "", ErrorKind::NotFound,
        "the record has been deleted; it may still be in the recycle bin, where a person can restore it: ask before creating another"),
    (&["CANNOT_UPDATE_CONVERTED_LEAD"], ANY, "", ErrorKind::Rejected,
        "the lead has been converted and can't be changed; change the contact, account or opportunity it became instead"),
    (&["NOT_FOUND"], ANY, "", ErrorKind::NotFound,
        "no such record, or the user may not see it: look for it by its name, or ask the person"),
    (&["INVALID_CROSS_REFERENCE_KEY"], 404..=404, "", ErrorKind::NotFound,
        "no such record, or the user may not see it: look for it by its name, or ask the person"),
    (&["MULTIPLE_EXTERNAL_ID"], ANY, "", ErrorKind::Ambiguous,
        "several records have this external id: find the one that is meant and name it by its own id"),
    (&["DUPLICATES_DETECTED"], ANY, "", ErrorKind::Duplicate,
        "the org holds matching records"),
    (&["DUPLICATE_VALUE"], ANY, "campaign member", ErrorKind::Duplicate,
        "this person is a member of the campaign already: tell the person, or change the status of that CampaignMember"),
    (&["DUPLICATE_VALUE", "DUPLICATE_EXTERNAL_ID"], ANY, "", ErrorKind::Duplicate,
        "another record holds a value that must be unique, and org_message may name it: ask whether to use that record or another value"),
    (&["INVALID_FIELD"], ANY, "", ErrorKind::InvalidInput,
        "a field does not exist, is not visible to the user or can't be used like this; salesforce_describe lists the fields there are"),
    (&["INVALID_TYPE", "INVALID_TYPE_FOR_OPERATION", "EXTERNAL_OBJECT_UNSUPPORTED_EXCEPTION"], ANY, "", ErrorKind::InvalidInput,
        "the object does not exist, is not visible to the user or can't be used like this; salesforce_describe lists the objects there are"),
    (&["METHOD_NOT_ALLOWED"], ANY, "", ErrorKind::InvalidInput,
        "records of this object can't be created, changed or deleted through the API: tell the person to do it in Salesforce, if it can be done there"),
    (&["MALFORMED_ID"], ANY, "", ErrorKind::InvalidInput,
        "an id is damaged or belongs to another object than the field takes; find the record to get its id"),
    (&["JSON_PARSER_ERROR", "INVALID_TYPE_ON_FIELD_IN_RECORD"], ANY, "", ErrorKind::InvalidInput,
        "a value is not of its field's type; salesforce_describe shows the types"),
    (&["INVALID_QUERY_FILTER_OPERATOR"], ANY, "", ErrorKind::InvalidInput,
        "a field can't be compared like this: use another operator or a value of its type"),
    (&["INVALID_QUERY_LOCATOR"], ANY, "", ErrorKind::InvalidInput,
        "the cursor has expired, as it does after two days or many others: list again from the start"),
    (&["MALFORMED_QUERY"], ANY, "mplementation restriction", ErrorKind::InvalidInput,
        "Salesforce reads this object only under a condition, which org_message names: add it, as a rule one id with ="),
    (&["QUERY_TOO_COMPLICATED"], ANY, "", ErrorKind::InvalidInput,
        "the query is too large for Salesforce, as a rule for its formula fields: ask for fewer fields or with fewer conditions"),
    (&["MALFORMED_QUERY"], ANY, "", ErrorKind::InvalidInput,
        "Salesforce can't run this query; org_message says what it lacks: ask for fewer fields or with other filters"),
    (&["OPERATION_TOO_LARGE"], ANY, "", ErrorKind::InvalidInput,
        "this reads more records than Salesforce allows at once: add filters, by date or owner for example"),
    (&["MALFORMED_SEARCH"], ANY, "", ErrorKind::InvalidInput,
        "there is nothing to search for in this text: give at least two letters or digits of a name"),
    (&["QUERY_TIMEOUT", "REQUEST_RUNNING_TOO_LONG"], ANY, "", ErrorKind::Timeout,
        "this took Salesforce too long; filter more, or ask for fewer fields or records"),
    (&DEPENDED_ON, ANY, "", ErrorKind::Rejected,
        "the record can't be deleted as long as others depend on it, and org_message may name them: ask the person whether those are to be deleted or related to another record first"),
    (&["DELETE_REQUIRED_ON_CASCADE"], ANY, "", ErrorKind::Forbidden,
        "other records would be deleted with this one, and the user lacks the right to delete those; an admin can grant it"),
    (&["INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"], ANY, "", ErrorKind::Forbidden,
        "the user lacks rights to a record that the values point to, or that this one belongs to; its owner or an admin can grant them"),
    (&["INSUFFICIENT_ACCESS_OR_READONLY", "INSUFFICIENT_ACCESS"], ANY, "", ErrorKind::Forbidden,
        "the user lacks the right to do this with this record; its owner or an admin can grant it"),
    (&["INVALID_FIELD_FOR_INSERT_UPDATE"], ANY, "", ErrorKind::Forbidden,
        "the user can't write these fields: leave them out, or have an admin grant them in the fields' security settings"),
    (&["API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED"], ANY, "", ErrorKind::Forbidden,
        "the user or the org has no API access; an admin can grant the permission \"API Enabled\""),
    (&["FUNCTIONALITY_NOT_ENABLED"], ANY, "", ErrorKind::Forbidden,
        "the org has this feature switched off; an admin can switch it on"),
    (&["FORBIDDEN", "OPERATION_NOT_ALLOWED"], ANY, "", ErrorKind::Forbidden,
        "the user may not do this; an admin can grant it, and trying differently does not help"),
    (&["FIELD_CUSTOM_VALIDATION_EXCEPTION"], ANY, "", ErrorKind::Rejected,
        "a validation rule of the org refused the values: tell the person what it asks for, then call again"),
    (&["REQUIRED_FIELD_MISSING"], ANY, "", ErrorKind::Rejected,
        "fields the org requires are missing; ask for them: fields or org_message names them"),
    (&["STRING_TOO_LONG"], ANY, "", ErrorKind::Rejected,
        "a text is longer than its field allows; org_message may say how long it may be: shorten it, or ask what matters"),
    (&["NUMBER_OUTSIDE_VALID_RANGE"], ANY, "", ErrorKind::Rejected,
        "a number is larger or has more digits than its field allows: round it, or ask whether it is right"),
    (&["INVALID_EMAIL_ADDRESS"], ANY, "", ErrorKind::Rejected,
        "this is no e-mail address that Salesforce accepts: ask for the right one"),
    (&["EMAIL_OPTED_OUT"], ANY, "", ErrorKind::Rejected,
        "a recipient has opted out of e-mail: tell the person, and ask whom it goes to"),
    (&["EMAIL_ADDRESS_BOUNCED"], ANY, "", ErrorKind::Rejected,
        "e-mail to a recipient came back before: ask for another address"),
    (&["SINGLE_EMAIL_LIMIT_EXCEEDED", "MASS_MAIL_LIMIT_EXCEEDED"], ANY, "", ErrorKind::LimitReached,
        "the org has sent as many e-mails as it may in a day, which ends at midnight GMT: tell the person"),
    (&["NO_SINGLE_MAIL_PERMISSION", "NO_MASS_MAIL_PERMISSION"], ANY, "", ErrorKind::Forbidden,
        "the org sends no e-mail, or none of this user's: an admin sees in Setup, Deliverability, and in the permission \"Send Email\""),
    (&["INVALID_ID_FIELD"], ANY, "", ErrorKind::Rejected,
        "a record of this kind can't stand here: name another one, or leave it out"),
    (&["NO_APPLICABLE_PROCESS"], ANY, "", ErrorKind::Rejected,
        "no approval process of the org takes this record as it is, or takes it from this user: tell the person, for an admin sees in Setup, Approval Processes, what they ask for"),
    (&["ALREADY_IN_PROCESS"], ANY, "", ErrorKind::Conflict,
        "the record waits for an approval already: tell the person"),
    (&["MANAGER_NOT_DEFINED"], ANY, "", ErrorKind::Rejected,
        "the next step waits for a manager, and Salesforce knows none of this user: tell the person, for an admin can set one"),
    (&["INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"], ANY, "", ErrorKind::Rejected,
        "a value is not one of the picklist's, or not of the record's type; salesforce_describe lists them"),
    (&["FIELD_INTEGRITY_EXCEPTION"], ANY, "", ErrorKind::Rejected,
        "the values do not fit each other or the records they point to; org_message says which: correct them and call again"),
    (&["FIELD_FILTER_VALIDATION_EXCEPTION"], ANY, "", ErrorKind::Rejected,
        "the org does not allow this record in this lookup; org_message may say which it allows: ask for another"),
    (&["INVALID_CROSS_REFERENCE_KEY"], ANY, "", ErrorKind::Rejected,
        "an id in the values points to nothing the user may use: find the record that is meant, or leave the field out"),
    (&["INACTIVE_OWNER_OR_USER", "OP_WITH_INVALID_USER_TYPE_EXCEPTION"], ANY, "", ErrorKind::Rejected,
        "this user is inactive or of a kind that can't own such records: name another one"),
    (&["TRANSFER_REQUIRES_READ"], ANY, "", ErrorKind::Rejected,
        "the new owner may not see such records: name another one, or have an admin grant the right"),
    (&["CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "CANNOT_EXECUTE_FLOW_TRIGGER", "APEX_ERROR"], ANY, "", ErrorKind::Rejected,
        "an automation of the org stopped the change, or the object can't be changed; org_message says which, and an admin can look into it"),
    (&[HALTED, "ALL_OR_NONE_OPERATION_ROLLED_BACK"], ANY, "", ErrorKind::Rejected,
        "another part of the same request failed, so this one was not done either: correct what failed, or call again with less"),
    (&["SERVER_UNAVAILABLE", "UNKNOWN_EXCEPTION", "INTERNAL_SERVER_ERROR"], ANY, "", ErrorKind::Unavailable,
        "Salesforce is unavailable; try again later"),
    (&["UNSUPPORTED_API_VERSION"], ANY, "", ErrorKind::UnexpectedReply, TOO_OLD),
    (&[], 410..=410, "", ErrorKind::UnexpectedReply, TOO_OLD),
    (NO_CODE, 200..=299, "", ErrorKind::Unavailable,
        "a web page or nothing came in place of Salesforce's answer, as during maintenance, from a login page or from a proxy: try again later, and tell the person if it stays so"),
    (NO_CODE, 300..=399, "", ErrorKind::UnexpectedReply, MOVED),
    (&["URL_NOT_RESET"], ANY, "", ErrorKind::UnexpectedReply, MOVED),
    (NO_CODE, 403..=403, "", ErrorKind::Forbidden,
        "the request was turned away before it reached the org, perhaps for where it came from: an admin can look at the org's network and IP rules"),
    (NO_CODE, 404..=404, "", ErrorKind::NotFound,
        "Salesforce knows no such resource: the org may lack this feature, or the platform have its domain wrong; tell the person"),
    (NO_CODE, 413..=414, "", ErrorKind::InvalidInput,
        "the request is too long: use fewer fields, fewer values or shorter ones"),
    (NO_CODE, 431..=431, "", ErrorKind::InvalidInput,
        "the request is too long: use fewer fields, fewer values or shorter ones"),
    (&[], 401..=401, "", ErrorKind::SignIn,
        "the user has to sign in to Salesforce again"),
    (&[], 403..=403, "", ErrorKind::Forbidden,
        "the user may not do this; an admin can grant it, and trying differently does not help"),
    (&[], 404..=404, "", ErrorKind::NotFound,
        "no such record, or the user may not see it: look for it by its name, or ask the person"),
    (&[], 408..=408, "", ErrorKind::Timeout,
        "there was no answer in time; try again later"),
    (&[], 412..=412, "", ErrorKind::Conflict,
        "the record was changed in the meantime; read it again"),
    (&[], 429..=429, "", ErrorKind::LimitReached,
        "too many requests just now: try once more in a minute"),
    (&[], 504..=504, "", ErrorKind::Timeout,
        "Salesforce did not answer in time; try again later"),
    (&[], 501..=501, "", ErrorKind::Rejected,
        "the org does not offer this; org_message says what: ask in another way, or tell the person"),
    (&[], 500..=599, "", ErrorKind::Unavailable,
        "Salesforce is unavailable; try again later"),
    (NO_CODE, ANY, "", ErrorKind::Rejected,
        "Salesforce refused the request without saying why: check the values, or tell the person"),
    (&[], ANY, "", ErrorKind::Rejected,
        "Salesforce refused the request; org_message says why: correct what it names, or tell the person"),
];

/// An error's code; OAuth has a name of its own for it, where the refusal is about the sign-in. A sentence is none: who
/// sent it need not be Salesforce.
fn code(error: &Fields<'_>) -> Option<String> {
    error.text("errorCode").or_else(|| error.text("error")).filter(|code| is_plain(code))
}

/// Whether a text is a code or a field's name. Anything else is text out of the org and has no place in our own.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 255
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.".contains(&byte))
}

impl DuplicateRule {
    fn read(error: &Fields<'_>) -> Option<Self> {
        // Real orgs send `duplicateResut`; the documented spelling is accepted too.
        let result = Fields::of(error.get("duplicateResut").or_else(|| error.get("duplicateResult"))?);
        let matches = result.list("matchResults").flat_map(|result| Fields::of(result).list("matchRecords"));
        Some(Self {
            allow_save: result.get("allowSave").is_some_and(|allow| allow.get() == "true"),
            records: matches.filter_map(|matched| Fields::of(matched).get("record").map(Record::from)).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_advice_says_whose_move_it_is() {
        let moves = [
            "ask",
            "tell",
            "try",
            "admin",
            "call again",
            "salesforce_describe",
            "sign in",
            "connect",
            "give",
            "find the",
            "use ",
            "add ",
            "leave",
            "filter",
            "list again",
            "read it again",
            "name another",
            "shorten",
            "change the",
        ];
        for (codes, statuses, .., advice) in MEANINGS.iter().filter(|(codes, ..)| *codes != ["DUPLICATES_DETECTED"]) {
            assert!(moves.iter().any(|move_| advice.contains(move_)), "{codes:?} {statuses:?}: {advice}");
        }
    }
}
