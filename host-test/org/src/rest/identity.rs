//! Who the user is, and what the org speaks.

use jiff::tz::Offset;
use serde_json::{Value as Json, json};

use super::{Answer, Desk, VERSIONS};
use crate::value::Value;

/// `GET /services/data/`: the versions.
pub(crate) fn versions() -> Answer {
    let names = ["Winter", "Spring", "Summer"];
    let list: Vec<Json> = VERSIONS
        .map(|number| {
            // Version 50 was Winter '21; there are three a year.
            let season = names.get(((number + 1) % 3) as usize).copied().unwrap_or_default();
            let year = (number + 13) / 3;
            json!({
                "label": format!("{season} '{year}"),
                "url": format!("/services/data/v{number}.0"),
                "version": format!("{number}.0"),
            })
        })
        .collect();
    Answer::json(200, json!(list))
}

/// `GET /services/data/vXX.0/`: the resources.
pub(super) fn resources(desk: &Desk<'_>, version: &str) -> Answer {
    let mut list: serde_json::Map<String, Json> =
        ["composite", "limits", "parameterizedSearch", "query", "queryAll", "search", "sobjects"]
            .into_iter()
            .map(|name| (name.to_owned(), json!(format!("/services/data/{version}/{name}"))))
            .collect();
    list.insert("identity".to_owned(), json!(identity(desk)));
    Answer::json(200, Json::Object(list))
}

/// The url that stands for the user, and answers as userinfo does.
fn identity(desk: &Desk<'_>) -> String {
    let organization = desk.store.rows("Organization").next().map(|row| row.id.to_string()).unwrap_or_default();
    format!("{}/id/{organization}/{}", desk.origin, desk.context.user)
}

/// `GET /services/oauth2/userinfo`, and `/id/{organization}/{user}`, which says nearly the same.
pub(crate) fn userinfo(desk: &Desk<'_>) -> Answer {
    let id = &desk.context.user;
    let null = Value::Null;
    let user = desk.store.get("User", id.as_str());
    let of = |field: &str| user.map_or(&null, |user| user.get(field)).to_json();
    let organization = desk.store.rows("Organization").next().map(|row| row.id.to_string()).unwrap_or_default();
    let origin = &desk.origin;
    let offset: Offset = desk.context.zone.to_offset(desk.context.now);
    Answer::json(
        200,
        json!({
            "sub": identity(desk),
            "id": identity(desk),
            "user_id": id.as_str(),
            "organization_id": organization,
            "preferred_username": of("Username"),
            "username": of("Username"),
            "nickname": of("CommunityNickname"),
            "name": of("Name"),
            "display_name": of("Name"),
            "email": of("Email"),
            "email_verified": true,
            "given_name": of("FirstName"),
            "family_name": of("LastName"),
            "zoneinfo": of("TimeZoneSidKey"),
            "timezone": of("TimeZoneSidKey"),
            "active": of("IsActive"),
            "user_type": "STANDARD",
            "language": of("LanguageLocaleKey"),
            "locale": of("LocaleSidKey"),
            "utcOffset": offset.seconds() * 1000,
            "updated_at": of("LastModifiedDate"),
            "is_app_installed": true,
            "photos": {"picture": format!("{origin}/profilephoto/005/F"), "thumbnail": format!("{origin}/profilephoto/005/T")},
            "urls": {
                "rest": format!("{origin}/services/data/v{{version}}/"),
                "sobjects": format!("{origin}/services/data/v{{version}}/sobjects/"),
                "query": format!("{origin}/services/data/v{{version}}/query/"),
                "search": format!("{origin}/services/data/v{{version}}/search/"),
                "custom_domain": origin,
            },
        }),
    )
}
