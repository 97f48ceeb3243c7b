//! A guest asks for a path. The input is the path.

use percent_encoding::percent_decode_str;
use salesforce_host::wire::egress;
use url::Url;

/// What there is of the REST API for the tools.
const RESOURCES: [&str; 8] =
    ["composite", "limits", "parameterizedSearch", "query", "queryAll", "search", "sobjects", "ui-api"];

/// What is let out leads to the same place, which is one of the tools', however it is read.
pub fn what_is_let_out_leads_where_it_seems(input: &[u8]) {
    leads_where_it_seems(&crate::text(input));
}

/// The same, and whether it is let out.
pub fn leads_where_it_seems(written: &str) -> bool {
    if egress::path(written).is_err() {
        return false;
    }
    let resource = written.split('?').next().unwrap();
    for reading in readings(written) {
        let same_place = match &*reading.iter().map(String::as_str).collect::<Vec<_>>() {
            ["services", "oauth2", "userinfo"] => resource == "/services/oauth2/userinfo",
            ["services", "data", version, "analytics", "reports", ..] => version.starts_with('v'),
            ["services", "data", version, resource, ..] => version.starts_with('v') && RESOURCES.contains(resource),
            _ => false,
        };
        let as_long = reading.len() == resource.matches('/').count();
        assert!(same_place && as_long, "{written}: {reading:?}");
    }
    let address = Url::parse(&format!("https://acme.my.salesforce.com{written}")).expect("a browser reads it");
    assert_eq!(address.host_str(), Some("acme.my.salesforce.com"), "{written}");
    assert_eq!(address.path(), resource, "{written}");
    assert_eq!(address.fragment(), None, "{written}");
    true
}

/// Every way in which some server or proxy on the way might read a path: decoded or not, any number of times, with
/// parameters cut off or not, backslashes turned or not, and spaces cut or not, and with the dots resolved at last.
fn readings(path: &str) -> Vec<Vec<String>> {
    let resource = path.split(['?', '#']).next().unwrap_or_default().to_owned();
    let mut depths = vec![resource];
    for _ in 0..6 {
        let deeper = percent_decode_str(&depths[depths.len() - 1]).decode_utf8_lossy().into_owned();
        depths.push(deeper);
    }
    let mut readings = Vec::new();
    for text in depths {
        for way in 0..16 {
            let mut text = text.clone();
            if way & 1 == 1 {
                text = text.replace('\\', "/");
            }
            if way & 8 == 8 {
                text = text.split(['?', '#', '\0', '\r', '\n']).next().unwrap_or_default().to_owned();
            }
            let mut segments: Vec<String> = Vec::new();
            for segment in text.split('/') {
                let segment = if way & 2 == 2 { segment.split(';').next().unwrap_or_default() } else { segment };
                let segment = if way & 4 == 4 { segment.trim() } else { segment };
                match segment {
                    "" | "." => {}
                    ".." => drop(segments.pop()),
                    name => segments.push(name.to_owned()),
                }
            }
            readings.push(segments);
        }
    }
    readings
}
