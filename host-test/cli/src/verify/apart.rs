//! Assumptions about what has to be asked for by itself.

use serde_json::Value;

use super::{Answer, Failure, Probe, part};

/// As many bytes as the file's record says. They are counted, and not kept.
/// <https://developer.salesforce.com/docs/platform/api-rest/guide/resources-sobject-blob-retrieve.html>
pub(super) fn bytes(probe: &mut Probe<'_>) -> Result<(), Failure> {
    let files = probe.query(
        "SELECT Id, ContentSize FROM ContentVersion WHERE IsLatest = true AND FileExtension IN ('txt', 'csv', 'html', 'md') \
         AND ContentSize > 0 ORDER BY ContentSize LIMIT 1",
    )?;
    let size = files.first().and_then(|file| file["ContentSize"].as_u64());
    let Some((file, size)) = files.first().and_then(|file| file["Id"].as_str()).zip(size) else {
        return Err(Failure::CannotTell("the user sees no text file".to_owned()));
    };
    let answer = probe.get(&format!("/sobjects/ContentVersion/{file}/VersionData"))?;
    if !answer.is_success() {
        return Err(probe.doubt(&answer));
    }
    match &answer.body {
        Value::String(text) if text.len() as u64 == size => Ok(()),
        Value::String(text) => Err(Failure::DoesNotHold(format!("{} bytes come of {size}", text.len()))),
        _ => Err(Failure::CannotTell("the smallest file is JSON, whose length is not known here".to_owned())),
    }
}

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
