//! Times in a text as the user's clock has them. The org answers in UTC, and a person who reads 16:30 where their
//! calendar says 9:30 has to reckon; with the offset behind it the time means the same in any call it is given back in.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use salesforce_host::CallError;

/// How the org ends a time in UTC.
const UTC: [&str; 2] = [".000+0000\"", "Z\""];
/// Characters of a time without its zone: `2026-05-12T16:30:00`.
const LENGTH: usize = 19;

/// What came of a call, with its times in a zone.
pub(super) fn of(result: Result<String, CallError>, zone: &TimeZone) -> Result<String, CallError> {
    match result {
        Ok(reply) => Ok(local(&reply, zone)),
        Err(CallError::Tool(mut error)) => {
            if let Some(current) = &mut error.current {
                current.fields = local(&current.fields, zone);
                current.changed_at =
                    current.changed_at.take().map(|at| local(&format!("\"{at}\""), zone).trim_matches('"').to_owned());
            }
            for candidate in &mut error.candidates {
                candidate.facts = local(&candidate.facts, zone);
            }
            Err(CallError::Tool(error))
        }
        other => other,
    }
}

/// JSON text with its times in a zone: of the strings those that are a time in UTC and nothing else.
fn local(json: &str, zone: &TimeZone) -> String {
    let mut text = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('"') {
        let (before, from) = rest.split_at(at + 1);
        text.push_str(before);
        match time(from, zone) {
            Some((shown, taken)) => {
                text.push_str(&shown);
                rest = &from[taken..];
            }
            None => rest = from,
        }
    }
    text.push_str(rest);
    text
}

/// The time that a text begins with up to the end of its string, in a zone, and how long it was.
fn time(text: &str, zone: &TimeZone) -> Option<(String, usize)> {
    let utc = text.get(..LENGTH).filter(|time| time.as_bytes()[10] == b'T')?;
    let end = UTC.into_iter().find(|end| text[LENGTH..].starts_with(end))?;
    let moment: Timestamp = format!("{utc}Z").parse().ok()?;
    let form = if utc.ends_with(":00") { "%Y-%m-%dT%H:%M%:z" } else { "%Y-%m-%dT%H:%M:%S%:z" };
    // The quote stays.
    Some((moment.to_zoned(zone.clone()).strftime(form).to_string(), LENGTH + end.len() - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_los_angeles(json: &str) -> String {
        local(json, &TimeZone::get("America/Los_Angeles").unwrap())
    }

    #[test]
    fn a_time_of_the_org_is_the_users_with_its_offset() {
        assert_eq!(
            in_los_angeles(r#"{"a":"2026-05-12T16:30:00.000+0000","b":["2026-01-12T03:05:07Z"]}"#),
            r#"{"a":"2026-05-12T09:30-07:00","b":["2026-01-11T19:05:07-08:00"]}"#
        );
    }

    #[test]
    fn nothing_else_is_touched() {
        for json in [
            r#"{"a":"2026-05-12","b":"at 2026-05-12T16:30:00Z","c":"2026-05-12T16:30:00Z and on","d":"2026-05-12 16:30:00Z"}"#,
            r#"["said \"2026-05-12T16:30:00Z\" twice","2026-13-12T16:30:00Z","2026-05-12T16:30:00.000+0200"]"#,
            r#"{"t":"","u":"\"","v":"ääääääääääääääääääää"}"#,
            "",
        ] {
            assert_eq!(in_los_angeles(json), json);
        }
    }
}
