//! The org around the rows: sessions, pages, composite, describe, limits, faults, and the server.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::Arc,
    time::Duration,
};

use demo_org::{Effect, Fault, Org, Reply, serve::Server};
use http::{Method, Request};
use serde_json::{Value as Json, json};

use crate::rest_client::{get, id, patch, path, post, query, request, send};

#[test]
fn without_a_good_token_nothing_is_answered() {
    let org = Org::demo();
    let bare = Request::get("/services/data/v62.0/limits").body(Vec::new()).expect("a request");
    let Reply::Response(response) = org.handle(bare) else { panic!("no response") };
    assert_eq!(response.status(), 401);
    let token = org.token("riley");
    assert_eq!(get(&org, "riley", "limits").status, 200);
    org.expire(&token);
    let old = Request::get("/services/data/v62.0/limits").header("Authorization", format!("Bearer {token}"));
    let Reply::Response(response) = org.handle(old.body(Vec::new()).expect("a request")) else { panic!("no response") };
    assert_eq!(response.status(), 401);
    assert!(String::from_utf8_lossy(response.body()).contains("INVALID_SESSION_ID"));
    // A new token works again; an inactive user's never does.
    assert_ne!(org.token("riley"), token);
    assert_eq!(get(&org, "riley", "limits").status, 200);
    assert_eq!(get(&org, "jane_doe", "limits").refused(), "401 INVALID_SESSION_ID");
}

#[test]
fn unknown_paths_and_versions_are_not_found_and_missing_features_are_loud() {
    let org = Org::demo();
    for path in ["chatter/feeds", "nonsense", "sobjects/Nothing/describe"] {
        assert_eq!(get(&org, "riley", path).refused(), "404 NOT_FOUND", "{path}");
    }
    assert_eq!(post(&org, "riley", "composite/tree/Account", &json!({})).refused(), "501 DEMO_ORG_UNSUPPORTED");
    assert_eq!(send(&org, "riley", "PUT", "sobjects/Account", &[], &Json::Null).refused(), "405 METHOD_NOT_ALLOWED");
    let request =
        Request::get("/services/data/v99.0/limits").header("Authorization", format!("Bearer {}", org.token("riley")));
    let Reply::Response(response) = org.handle(request.body(Vec::new()).expect("a request")) else {
        panic!("no response")
    };
    assert_eq!(response.status(), 404);
}

#[test]
fn the_versions_are_listed_without_a_token() {
    let org = Org::demo();
    let Reply::Response(response) = org.handle(Request::get("/services/data/").body(Vec::new()).expect("a request"))
    else {
        panic!("no response")
    };
    let versions: Json = serde_json::from_slice(response.body()).expect("JSON");
    let labels: Vec<_> = versions
        .as_array()
        .expect("a list")
        .iter()
        .map(|version| (version["version"].as_str(), version["label"].as_str()))
        .collect();
    assert!(labels.contains(&(Some("58.0"), Some("Summer '23"))), "{labels:?}");
    assert!(labels.contains(&(Some("62.0"), Some("Winter '25"))), "{labels:?}");
}

#[test]
fn userinfo_says_who_and_where() {
    let org = Org::demo();
    let ask = |user: &str| {
        let request =
            Request::get("/services/oauth2/userinfo").header("Authorization", format!("Bearer {}", org.token(user)));
        let Reply::Response(response) = org.handle(request.body(Vec::new()).expect("a request")) else {
            panic!("no response")
        };
        (response.status().as_u16(), String::from_utf8_lossy(response.body()).into_owned())
    };
    let (status, body) = ask("jonas");
    let body: Json = serde_json::from_str(&body).expect("JSON");
    assert_eq!(
        (status, &body["zoneinfo"], &body["locale"], &body["utcOffset"]),
        (200, &json!("Europe/Berlin"), &json!("de_DE"), &json!(7_200_000))
    );
    assert_eq!(body["user_id"], id(&org, "jonas"));
    assert_eq!(ask("nobody"), (403, "Bad_OAuth_Token".to_owned()));
}

#[test]
fn usage_is_counted_and_its_end_is_the_daily_limit() {
    let org = Org::demo();
    assert_eq!(get(&org, "riley", "limits").header("sforce-limit-info"), "api-usage=18/15000");
    org.allow_calls(19);
    assert_eq!(get(&org, "riley", "limits").body["DailyApiRequests"], json!({"Max": 19, "Remaining": 0}));
    let got = get(&org, "riley", "limits");
    assert_eq!(
        (got.refused().as_str(), got.message()),
        ("403 REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    );
}

#[test]
fn many_rows_come_in_pages_that_may_be_smaller_than_asked() {
    let org = Org::demo();
    let follow = |headers: &[(&str, &str)]| {
        let mut pages = Vec::new();
        let mut got = send(&org, "riley", "GET", "query?q=SELECT+Id+FROM+Meter_Reading__c", headers, &Json::Null);
        loop {
            pages.push(got.body["records"].as_array().expect("records").len());
            assert_eq!(got.body["totalSize"], 2600);
            let Some(next) = got.body["nextRecordsUrl"].as_str() else { break };
            let next = next.strip_prefix("/services/data/v62.0/").expect("a path").to_owned();
            got = get(&org, "riley", &next);
        }
        assert_eq!(got.body["done"], true);
        pages
    };
    assert_eq!(follow(&[]), [2000, 600]);
    assert_eq!(follow(&[("Sforce-Query-Options", "batchSize=1000")]), [1000, 1000, 600]);
    assert_eq!(follow(&[("Sforce-Query-Options", "batchSize=1")]).len(), 13);
    org.limit_pages(1300);
    assert_eq!(follow(&[]), [1300, 1300]);
    assert_eq!(get(&org, "riley", "query/01gdM00000000000AA-2000").refused(), "400 INVALID_QUERY_LOCATOR");
}

#[test]
fn a_composite_refers_to_earlier_parts() {
    let org = Org::demo();
    let got = post(
        &org,
        "riley",
        "composite",
        &json!({"allOrNone": true, "compositeRequest": [
            {"referenceId": "found", "method": "GET", "url": "/services/data/v62.0/query?q=SELECT Id FROM Account WHERE Name = 'Globex'"},
            {"referenceId": "made", "method": "POST", "url": "/services/data/v62.0/sobjects/Contact", "body": {"LastName": "Stone", "AccountId": "@{found.records[0].Id}"}},
            {"referenceId": "read", "method": "GET", "url": "/services/data/v62.0/sobjects/Contact/@{made.id}?fields=AccountId"},
            {"referenceId": "changed", "method": "PATCH", "url": "/services/data/v62.0/sobjects/Contact/@{made.id}", "body": {"Title": "for @{read.AccountId}"}},
        ]}),
    );
    assert_eq!(got.status, 200);
    let parts = got.body["compositeResponse"].as_array().expect("parts");
    let statuses: Vec<_> = parts.iter().map(|part| part["httpStatusCode"].as_u64()).collect();
    assert_eq!(statuses, [Some(200), Some(201), Some(200), Some(204)], "{}", got.body);
    assert_eq!(parts[2]["body"]["AccountId"], id(&org, "globex"));
    assert_eq!(parts[3]["body"], Json::Null);
    let contact = parts[1]["body"]["id"].as_str().expect("an id");
    assert_eq!(
        get(&org, "riley", &format!("sobjects/Contact/{contact}")).body["Title"],
        format!("for {}", id(&org, "globex"))
    );
    // One call against the limit, the read after it another.
    assert_eq!(org.requests().len(), 2);
}

#[test]
fn all_or_none_rolls_back_and_the_culprit_is_not_the_first() {
    let org = Org::demo();
    let parts = |all_or_none: bool| {
        json!({"allOrNone": all_or_none, "compositeRequest": [
            {"referenceId": "one", "method": "POST", "url": "/services/data/v62.0/sobjects/Account", "body": {"Name": "Solid"}},
            {"referenceId": "two", "method": "POST", "url": "/services/data/v62.0/sobjects/Account", "body": {"Name": "Bad", "Site": "x".repeat(81)}},
            {"referenceId": "three", "method": "PATCH", "url": "/services/data/v62.0/sobjects/Account/@{two.id}", "body": {"Name": "Worse"}},
        ]})
    };
    let codes = |got: &Json| -> Vec<String> {
        got["compositeResponse"]
            .as_array()
            .expect("parts")
            .iter()
            .map(|part| format!("{} {}", part["httpStatusCode"], part["body"][0]["errorCode"].as_str().unwrap_or("-")))
            .collect()
    };
    let got = post(&org, "riley", "composite", &parts(true));
    assert_eq!(
        (got.status, codes(&got.body)),
        (
            200,
            vec![
                "400 PROCESSING_HALTED".to_owned(),
                "400 STRING_TOO_LONG".to_owned(),
                "400 PROCESSING_HALTED".to_owned()
            ]
        )
    );
    assert_eq!(org.writes(), []);
    let got = post(&org, "riley", "composite", &parts(false));
    assert_eq!(codes(&got.body), ["201 -", "400 STRING_TOO_LONG", "400 PROCESSING_HALTED"]);
    assert_eq!(org.writes().len(), 1);
}

#[test]
fn a_part_of_a_composite_has_its_own_headers() {
    let org = Org::demo();
    let got = post(
        &org,
        "riley",
        "composite",
        &json!({"compositeRequest": [
            {"referenceId": "p", "method": "PATCH", "url": format!("/services/data/v62.0/{}", path(&org, "Account", "acme")), "httpHeaders": {"If-Unmodified-Since": "Mon, 04 May 2026 15:00:00 GMT"}, "body": {"Site": "x"}},
            {"referenceId": "d", "method": "POST", "url": "/services/data/v62.0/sobjects/Account", "httpHeaders": {"Sforce-Duplicate-Rule-Header": "allowSave=true"}, "body": {"Name": "Globex"}},
        ]}),
    );
    let parts = &got.body["compositeResponse"];
    assert_eq!((&parts[0]["httpStatusCode"], &parts[1]["httpStatusCode"]), (&json!(412), &json!(201)), "{parts}");
}

#[test]
fn a_composite_has_its_limits() {
    let org = Org::demo();
    let many = |count: usize, url: &str| {
        let parts: Vec<_> = (0..count).map(|number| json!({"referenceId": format!("r{number}"), "method": "GET", "url": format!("/services/data/v62.0/{url}")})).collect();
        post(&org, "riley", "composite", &json!({"compositeRequest": parts}))
    };
    assert_eq!(many(25, "limits").status, 200);
    assert_eq!(many(26, "limits").refused(), "400 LIMIT_EXCEEDED");
    assert_eq!(many(5, "query?q=SELECT Id FROM Account LIMIT 1").status, 200);
    assert_eq!(many(6, "query?q=SELECT Id FROM Account LIMIT 1").refused(), "400 LIMIT_EXCEEDED");
}

#[test]
fn collections_report_each_row() {
    let org = Org::demo();
    let records = json!([
        {"attributes": {"type": "Account"}, "Name": "One"},
        {"attributes": {"type": "Account"}, "Site": "no name"},
    ]);
    let got = post(&org, "riley", "composite/sobjects", &json!({"allOrNone": false, "records": records}));
    assert_eq!(
        (got.status, &got.body[0]["success"], &got.body[1]["errors"][0]["statusCode"]),
        (200, &json!(true), &json!("REQUIRED_FIELD_MISSING"))
    );
    let got = post(
        &org,
        "riley",
        "composite/sobjects",
        &json!({"allOrNone": true, "records": [
            {"attributes": {"type": "Account"}, "Name": "Two"},
            {"attributes": {"type": "Account"}, "Site": "no name"},
        ]}),
    );
    assert_eq!(got.body[0]["errors"][0]["statusCode"], "ALL_OR_NONE_OPERATION_ROLLED_BACK");
    assert_eq!(org.writes().len(), 1);
    let got = patch(
        &org,
        "riley",
        "composite/sobjects",
        &json!({"records": [{"attributes": {"type": "Account"}, "id": id(&org, "acme"), "NumberOfEmployees": "7"}]}),
    );
    assert_eq!(got.body[0]["success"], true, "{}", got.body);
    let ids = format!("{},{}", id(&org, "acme"), id(&org, "gone"));
    let got = get(&org, "riley", &format!("composite/sobjects/Account?ids={ids}&fields=Name,NumberOfEmployees"));
    assert_eq!((&got.body[0]["NumberOfEmployees"], &got.body[1]), (&json!(7), &Json::Null));
}

#[test]
fn a_batch_answers_each_request_by_itself() {
    let org = Org::demo();
    let got = post(
        &org,
        "riley",
        "composite/batch",
        &json!({"batchRequests": [
            {"method": "GET", "url": format!("v62.0/{}", path(&org, "Account", "acme"))},
            {"method": "GET", "url": "v62.0/sobjects/Nope"},
        ]}),
    );
    assert_eq!(
        (&got.body["hasErrors"], &got.body["results"][0]["result"]["Name"], &got.body["results"][1]["statusCode"]),
        (&json!(true), &json!("Acme"), &json!(404))
    );
}

#[test]
fn describe_tells_what_clients_ask_for() {
    let org = Org::demo();
    let global = get(&org, "riley", "sobjects").body;
    let names: Vec<_> =
        global["sobjects"].as_array().expect("objects").iter().filter_map(|object| object["name"].as_str()).collect();
    assert!(names.contains(&"Account") && names.contains(&"Project__c") && !names.contains(&"Contract"));
    let describe = get(&org, "riley", "sobjects/Opportunity/describe").body;
    let field = |name: &str| {
        describe["fields"]
            .as_array()
            .expect("fields")
            .iter()
            .find(|field| field["name"] == name)
            .cloned()
            .unwrap_or_default()
    };
    assert_eq!(field("StageName")["picklistValues"].as_array().map(Vec::len), Some(10));
    assert_eq!((&field("Amount")["precision"], &field("Amount")["scale"]), (&json!(18), &json!(2)));
    assert_eq!(field("Discount__c")["updateable"], false);
    assert_eq!(field("Contract_Number__c")["label"], "Signed Contract No.");
    let kinds: Vec<_> = describe["recordTypeInfos"]
        .as_array()
        .expect("types")
        .iter()
        .filter_map(|kind| kind["developerName"].as_str())
        .collect();
    assert_eq!(kinds, ["New_Business", "Renewal", "Master"]);
    // A dependent picklist: bits over the controller's three values, from the left.
    let case = get(&org, "riley", "sobjects/Case/describe").body;
    let area = case["fields"]
        .as_array()
        .expect("fields")
        .iter()
        .find(|field| field["name"] == "Component__c")
        .cloned()
        .unwrap_or_default();
    assert_eq!(
        (&area["controllerName"], &area["picklistValues"][0]["validFor"]),
        (&json!("Product__c"), &json!("wA=="))
    );
    let seen = send(
        &org,
        "riley",
        "GET",
        "sobjects/Case/describe",
        &[("If-Modified-Since", "Tue, 12 May 2026 00:00:00 GMT")],
        &Json::Null,
    );
    assert_eq!((seen.status, seen.response.body().len()), (304, 0));
}

#[test]
fn a_description_that_is_known_is_304_as_a_part_too() {
    let org = Org::demo();
    let part = |name: &str, since: Option<&str>| {
        let mut part =
            json!({"method": "GET", "referenceId": name, "url": "/services/data/v62.0/sobjects/Case/describe"});
        part["httpHeaders"] = since.map(|since| json!({"If-Modified-Since": since})).unwrap_or_default();
        part
    };
    let ask = |parts: &[Json]| {
        let body = post(&org, "riley", "composite", &json!({"allOrNone": true, "compositeRequest": parts})).body;
        body["compositeResponse"].as_array().cloned().expect("parts")
    };
    let first = ask(&[part("a", None)])[0].clone();
    let date = first["httpHeaders"]["Last-Modified"].as_str().expect("a date").to_owned();
    // It is no failure, so all or none goes on.
    let again = ask(&[part("a", Some(&date)), part("b", Some("Sat, 01 Jan 2000 00:00:00 GMT")), part("c", None)]);
    let statuses: Vec<&Json> = again.iter().map(|part| &part["httpStatusCode"]).collect();
    assert_eq!(statuses, [304, 200, 200]);
    assert_eq!((&again[0]["body"], &again[0]["httpHeaders"]["Last-Modified"]), (&Json::Null, &json!(date)));
    assert_eq!(ask(&[part("a", Some("yesterday"))])[0]["httpStatusCode"], 400);
}

#[test]
fn faults_strike_the_request_they_are_for() {
    let org = Org::demo();
    org.fault(Fault::html_503().on(Method::GET, "/limits").after(1));
    assert_eq!(get(&org, "riley", "limits").status, 200);
    assert_eq!(get(&org, "riley", "sobjects").status, 200);
    let got = get(&org, "riley", "limits");
    assert_eq!((got.status, got.header("content-type")), (503, "text/html"));
    assert_eq!(get(&org, "riley", "limits").status, 200);
    org.fault(Fault::server_unavailable());
    assert_eq!(get(&org, "riley", "limits").refused(), "503 SERVER_UNAVAILABLE");
    org.fault(Fault::concurrency_limit());
    assert_eq!(get(&org, "riley", "limits").refused(), "403 REQUEST_LIMIT_EXCEEDED");
    org.fault(Fault::not_for_rest());
    assert_eq!(get(&org, "riley", "limits").refused(), "401 INVALID_SESSION_ID");
    org.fault(Fault::new(Effect::EchoAuthorization));
    assert!(get(&org, "riley", "limits").message().contains(&org.token("riley")));
    org.fault(Fault::new(Effect::WrongContent));
    assert_eq!(get(&org, "riley", "limits").header("content-type"), "text/html;charset=UTF-8");
    org.fault(Fault::new(Effect::Oversize(100_000)));
    assert!(get(&org, "riley", "limits").response.body().len() >= 100_000);
    org.fault(Fault::new(Effect::Truncate));
    assert!(get(&org, "riley", "limits").body.is_string(), "half a JSON is no JSON");
}

#[test]
fn a_dropped_write_has_happened_or_has_not() {
    let org = Org::demo();
    let create = |org: &Org, name: &str| request(org, "riley", "POST", "sobjects/Account", &[], &json!({"Name": name}));
    org.fault(Fault::new(Effect::DropBefore));
    assert!(matches!(org.handle(create(&org, "Unborn")), Reply::Dropped { request_seen: false }));
    org.fault(Fault::new(Effect::DropAfter));
    assert!(matches!(org.handle(create(&org, "Born")), Reply::Dropped { request_seen: true }));
    let names: Vec<_> =
        org.rows("Account").iter().filter_map(|row| row.get("Name").as_str().map(str::to_owned)).collect();
    assert!(names.contains(&"Born".to_owned()) && !names.contains(&"Unborn".to_owned()));
    assert_eq!(org.requests().iter().map(|entry| entry.status).collect::<Vec<_>>(), [None, None]);
}

#[test]
fn the_same_requests_always_give_the_same_bytes() {
    let run = || {
        let org = Org::demo();
        let made = post(&org, "riley", "sobjects/Account", &json!({"Name": "Same"}));
        [
            made,
            query(&org, "riley", "SELECT FIELDS(ALL) FROM Account LIMIT 200"),
            get(&org, "riley", "sobjects/Lead/describe"),
        ]
        .map(|got| got.response.into_body())
    };
    assert_eq!(run(), run());
}

#[test]
fn the_server_keeps_connections_reads_chunks_and_drops_when_told() {
    let org = Arc::new(Org::demo());
    let server = Server::start(Arc::clone(&org), 0).expect("a free port");
    let token = org.token("riley");
    let mut stream = TcpStream::connect(server.address()).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(5))).expect("a timeout");
    let exchange = |stream: &mut TcpStream, text: String| {
        stream.write_all(text.as_bytes()).expect("sent");
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            if stream.read(&mut byte).expect("read") == 0 {
                return None;
            }
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).expect("text");
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.parse().expect("a number"));
        let mut body = vec![0; length];
        stream.read_exact(&mut body).expect("the body");
        Some((head.lines().next().unwrap_or_default().to_owned(), String::from_utf8(body).expect("text")))
    };
    let auth = format!("Host: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n");
    let body = r#"{"Name":"Chunky"}"#;
    let (first, rest) = body.split_at(5);
    let chunked = format!(
        "POST /services/data/v62.0/sobjects/Account HTTP/1.1\r\n{auth}Transfer-Encoding: chunked\r\n\r\n5\r\n{first}\r\n{:x}\r\n{rest}\r\n0\r\n\r\n",
        rest.len()
    );
    let (status, _) = exchange(&mut stream, chunked).expect("an answer");
    assert_eq!(status, "HTTP/1.1 201 Created");
    // The same connection again, and a 204, which has no body at all.
    let id = org
        .rows("Account")
        .iter()
        .find(|row| row.get("Name").as_str() == Some("Chunky"))
        .map(|row| row.id.clone())
        .expect("the row");
    let body = r#"{"Site":"x"}"#;
    let patch = format!(
        "PATCH /services/data/v62.0/sobjects/Account/{id} HTTP/1.1\r\n{auth}Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    assert_eq!(exchange(&mut stream, patch).expect("an answer").0, "HTTP/1.1 204 No Content");
    org.fault(Fault::new(Effect::DropBefore));
    assert_eq!(exchange(&mut stream, format!("GET /services/data/v62.0/limits HTTP/1.1\r\n{auth}\r\n")), None);
}

#[test]
fn a_head_that_is_too_long_is_refused_with_414_or_431() {
    let org = Org::demo();
    let status = |length: usize| get(&org, "riley", &format!("query?q={}", "x".repeat(length))).status;
    assert_eq!((status(16_400), status(16_300)), (414, 431));
}

#[test]
fn slow_broken_and_redirected_answers_are_left_to_their_carrier() {
    let org = Org::demo();
    let ask = || org.handle(request(&org, "riley", "GET", "limits", &[], &Json::Null));
    org.fault(Fault::new(Effect::Delay(Duration::from_secs(90))));
    let Reply::Delayed { by, then } = ask() else { panic!("not late") };
    assert_eq!((by.as_secs(), then.response().map(|response| response.status().as_u16())), (90, Some(200)));
    org.fault(Fault::new(Effect::CutBody));
    let Reply::Cut { response, length } = ask() else { panic!("not cut") };
    assert!(response.body().len() < length);
    org.fault(Fault::new(Effect::Redirect("https://evil.example/".to_owned())).times(2));
    for expected in [302, 302, 200] {
        assert_eq!(get(&org, "riley", "limits").status, expected);
    }
}

#[test]
fn an_org_never_changes_another() {
    let (one, other) = (Org::demo(), Org::demo());
    patch(&one, "riley", &path(&one, "Account", "acme"), &json!({"Name": "Changed"}));
    assert_eq!(get(&other, "riley", &path(&other, "Account", "acme")).body["Name"], "Acme");
}
