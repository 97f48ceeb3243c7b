//! A client of the org for the tests: one call, its status and its JSON.

use demo_org::{Org, Reply};
use http::{Request, Response};
use serde_json::{Value as Json, json};

/// An answer, taken apart.
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) body: Json,
    pub(crate) response: Response<Vec<u8>>,
}

impl Got {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.response.headers().get(name).map_or("", |value| value.to_str().expect("text"))
    }

    /// `status errorCode` of a refusal.
    #[track_caller]
    pub(crate) fn refused(&self) -> String {
        let code = self.body[0]["errorCode"].as_str();
        format!("{} {}", self.status, code.unwrap_or_else(|| panic!("not a refusal: {}", self.body)))
    }

    pub(crate) fn message(&self) -> &str {
        self.body[0]["message"].as_str().unwrap_or_default()
    }

    pub(crate) fn id(&self) -> &str {
        self.body["id"].as_str().unwrap_or_else(|| panic!("no id: {}", self.body))
    }
}

pub(crate) fn request(
    org: &Org,
    user: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &Json,
) -> Request<Vec<u8>> {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/services/data/v62.0/{path}"))
        .header("Authorization", format!("Bearer {}", org.token(user)))
        .header("Host", "demo.my.salesforce.com");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    request.body(body).expect("a request")
}

#[track_caller]
pub(crate) fn send(org: &Org, user: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &Json) -> Got {
    let Reply::Response(response) = org.handle(request(org, user, method, path, headers, body)) else {
        panic!("no response")
    };
    let body = if response.body().is_empty() {
        Json::Null
    } else {
        serde_json::from_slice(response.body()).unwrap_or_else(|_| json!(String::from_utf8_lossy(response.body())))
    };
    Got { status: response.status().as_u16(), body, response }
}

#[track_caller]
pub(crate) fn get(org: &Org, user: &str, path: &str) -> Got {
    send(org, user, "GET", path, &[], &Json::Null)
}

#[track_caller]
pub(crate) fn post(org: &Org, user: &str, path: &str, body: &Json) -> Got {
    send(org, user, "POST", path, &[], body)
}

#[track_caller]
pub(crate) fn patch(org: &Org, user: &str, path: &str, body: &Json) -> Got {
    send(org, user, "PATCH", path, &[], body)
}

/// A query's answer.
#[track_caller]
pub(crate) fn query(org: &Org, user: &str, soql: &str) -> Got {
    let encoded: String = url::form_urlencoded::byte_serialize(soql.as_bytes()).collect();
    get(org, user, &format!("query?q={encoded}"))
}

/// The values of one field of a query's records.
#[track_caller]
pub(crate) fn column(org: &Org, user: &str, soql: &str, field: &str) -> Vec<Json> {
    let got = query(org, user, soql);
    assert_eq!(got.status, 200, "{}", got.body);
    let records = got.body["records"].as_array().expect("records");
    records.iter().map(|record| record[field].clone()).collect()
}

/// The path of a seeded row.
pub(crate) fn path(org: &Org, object: &str, key: &str) -> String {
    format!("sobjects/{object}/{}", id(org, key))
}

/// The id of a seeded row.
pub(crate) fn id(org: &Org, key: &str) -> String {
    org.id(key).unwrap_or_else(|| panic!("no row {key}")).to_string()
}
