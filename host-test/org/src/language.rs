//! Messages in the user's language. Codes stay as they are: clients that read messages fail for these users.

use serde_json::Value as Json;

/// How German messages begin where English ones begin so; what follows is names and values.
const GERMAN: [(&str, &str); 12] = [
    ("Required fields are missing:", "Pflichtfelder fehlen:"),
    ("No such column", "Keine solche Spalte"),
    ("The requested resource does not exist", "Die angeforderte Ressource ist nicht vorhanden"),
    ("Session expired or invalid", "Sitzung abgelaufen oder ungültig"),
    ("insufficient access rights on object id", "Unzureichende Zugriffsrechte für Objekt-ID"),
    ("insufficient access rights on cross-reference id:", "Unzureichende Zugriffsrechte für Querverweis-ID:"),
    ("unable to obtain exclusive access to this record", "Exklusiver Zugriff auf diesen Datensatz nicht möglich"),
    ("invalid cross reference id", "Ungültige Querverweis-ID"),
    ("entity is deleted", "Entität wurde gelöscht"),
    ("Unable to create/update fields:", "Felder können nicht erstellt/aktualisiert werden:"),
    (
        "You're creating a duplicate record. We recommend you use an existing record instead.",
        "Sie erstellen einen doppelten Datensatz. Es wird empfohlen, stattdessen einen vorhandenen Datensatz zu verwenden.",
    ),
    ("TotalRequests Limit exceeded.", "TotalRequests-Limit überschritten."),
];

/// Translates every `message` and `errorMessage` of a body, where the user's language is German.
pub(crate) fn translate(language: &str, body: &mut Json) {
    if language != "de" {
        return;
    }
    match body {
        Json::Array(items) => items.iter_mut().for_each(|item| translate(language, item)),
        Json::Object(fields) => {
            let refusal = fields.contains_key("errorCode") || fields.contains_key("statusCode");
            for (name, value) in fields {
                match value {
                    Json::String(text) if refusal && name == "message" || name == "errorMessage" => {
                        *text = german(text);
                    }
                    Json::Array(_) | Json::Object(_) => translate(language, value),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

/// A message in the user's language.
pub(crate) fn message(language: &str, text: &str) -> String {
    if language == "de" { german(text) } else { text.to_owned() }
}

fn german(text: &str) -> String {
    let picklist = ": bad value for restricted picklist field: ";
    if text.contains(picklist) {
        return text.replace(picklist, ": Ungültiger Wert für eingeschränktes Auswahllistenfeld: ");
    }
    GERMAN
        .iter()
        .find_map(|(english, german)| text.strip_prefix(english).map(|rest| format!("{german}{rest}")))
        .unwrap_or_else(|| text.to_owned())
}
