//! The SOAP API, which takes the token in the envelope: where it goes there, and how that API says that it is no good.
//!
//! The program speaks it for itself, and for a guest that asks for it (`credential-place` in `wit/host.wit`).

use memchr::memmem;

/// Below which it is.
const PATH: &str = "/services/Soap/";
const ELEMENT: &[u8] = b"sessionId>";

/// Whether a path is one of the SOAP API.
pub(crate) fn is_path(path: &str) -> bool {
    path.starts_with(PATH)
}

/// An envelope with a session in its one empty `sessionId`; nothing where there is none, or more than one.
pub(crate) fn filled(envelope: &[u8], session: &str) -> Option<Vec<u8>> {
    let mut places = memmem::find_iter(envelope, ELEMENT).map(|at| at + ELEMENT.len());
    // The element begins and ends, and that is all there is of this name.
    let (Some(place), Some(_), None) = (places.next(), places.next(), places.next()) else { return None };
    let (before, after) = envelope.split_at_checked(place)?;
    let name = before.get(before.iter().rposition(|byte| *byte == b'<')? + 1..)?;
    if !after.strip_prefix(b"</")?.starts_with(name) {
        return None;
    }
    Some([before, escaped(session).as_bytes(), after].concat())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Whether an answer is the fault of a session that is over, or none: with status 500, unlike everywhere else.
/// <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm>
pub(crate) fn refuses_session(answer: &[u8]) -> bool {
    let Some(at) = memmem::find(answer, b"<faultcode>") else { return false };
    let code = answer.get(at + b"<faultcode>".len()..).unwrap_or_default();
    let code = code.split(|byte| *byte == b'<').next().unwrap_or_default();
    code.ends_with(b"INVALID_SESSION_ID")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(envelope: &str, session: &str) -> Option<String> {
        filled(envelope.as_bytes(), session).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn the_session_goes_into_the_one_empty_element_and_nowhere_else() {
        for (prefix, session, written) in [("", "00D!a", "00D!a"), ("urn:", "a<b&c>d", "a&lt;b&amp;c&gt;d")] {
            let envelope = |text: &str| format!("<h><{prefix}sessionId>{text}</{prefix}sessionId></h><b>x</b>");
            assert_eq!(fill(&envelope(""), session), Some(envelope(written)));
        }
        for other in [
            "",
            "<sessionId>",
            "<sessionId></sessionId><sessionId></sessionId>",
            "<sessionId>x</sessionId>",
            "<a:sessionId></b:sessionId>",
            "<sessionId></sessionId><b>sessionId></b>",
            "sessionId></sessionId>",
            "&lt;sessionId>&lt;/sessionId>",
        ] {
            assert_eq!(fill(other, "00D!a"), None, "{other}");
        }
    }

    #[test]
    fn only_a_fault_about_the_session_says_that_it_is_over() {
        for (answer, over) in [
            ("<f><faultcode>sf:INVALID_SESSION_ID</faultcode></f>", true),
            ("<f><faultcode>INVALID_SESSION_ID</faultcode></f>", true),
            (
                "<f><faultcode>sf:INSUFFICIENT_ACCESS</faultcode><faultstring>INVALID_SESSION_ID</faultstring></f>",
                false,
            ),
            ("<result><name>INVALID_SESSION_ID</name></result>", false),
            ("", false),
        ] {
            assert_eq!(refuses_session(answer.as_bytes()), over, "{answer}");
        }
    }
}
