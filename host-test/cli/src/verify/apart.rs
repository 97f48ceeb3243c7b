//! Assumptions about what has to be asked for by itself.

use super::{Answer, Failure, Probe, part};

/// Neither is run or kept: an action is described, and of a file it is only told whether its bytes came.
/// <https://developer.salesforce.com/docs/platform/api-rest/guide/resources-composite-composite-post.html>
pub(super) fn no_parts(probe: &mut Probe<'_>) -> Result<String, Failure> {
    let files = probe.query("SELECT Id FROM ContentVersion WHERE IsLatest = true ORDER BY ContentSize LIMIT 1")?;
    let Some(file) = files.first().and_then(|file| file["Id"].as_str()) else {
        return Err(Failure::CannotTell("the user sees no file".to_owned()));
    };
    let asked = [
        part("GET", "action", "/actions/standard/emailSimple"),
        part("GET", "bytes", &format!("/sobjects/ContentVersion/{file}/VersionData")),
    ];
    let answers = probe.composite(false, &asked)?;
    let outcomes: Vec<String> = answers.iter().map(Answer::outcome).collect();
    let found = format!("an action: {}", outcomes.join("; bytes: "));
    if answers.iter().any(Answer::is_success) { Err(Failure::DoesNotHold(found)) } else { Ok(found) }
}
