//! `Sforce-Limit-Info: api-usage=18/5000; api-bursts=1/750`
//!
//! The org's API calls, which every response of the REST API counts.
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_api_usage.htm>

use http::HeaderMap;
use http::header::HeaderName;

use crate::within::{split, trimmed};

/// The one header of a response that is read.
pub const LIMIT_INFO: HeaderName = HeaderName::from_static("sforce-limit-info");

/// The org's API calls of the last 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiCalls {
    /// Those made, by everybody. Salesforce may let an org have more than it is allowed.
    pub used: u32,
    /// Those allowed.
    pub allowed: u32,
}

impl ApiCalls {
    /// What a response says of them, if it does.
    pub fn read(headers: &HeaderMap) -> Option<Self> {
        let input = headers.get(LIMIT_INFO)?.to_str().ok()?;
        // An app can have an allowance of its own, `per-app-api-usage`, which is another matter.
        let (used, allowed) =
            split(input, b';').find_map(|part| trimmed(part).strip_prefix("api-usage="))?.split_once('/')?;
        let calls = Self { used: trimmed(used).parse().ok()?, allowed: trimmed(allowed).parse().ok()? };
        (calls.allowed > 0).then_some(calls)
    }

    /// Those that are left.
    pub fn left(self) -> u32 {
        self.allowed.saturating_sub(self.used)
    }

    /// What to say where less than a tenth is left.
    pub fn warning(self) -> Option<String> {
        (u64::from(self.left()) * 10 < u64::from(self.allowed)).then(|| {
            format!(
                "only {} of the {} API calls the org is allowed in 24 hours are left, for everybody who works with it: tell the person, and make no call that can wait",
                self.left(),
                self.allowed
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str, expected: Option<(u32, u32)>) {
        let mut headers = HeaderMap::new();
        headers.insert(LIMIT_INFO, input.parse().unwrap());
        assert_eq!(ApiCalls::read(&headers).map(|calls| (calls.used, calls.allowed)), expected, "{input:?}");
    }

    #[test]
    fn the_orgs_own_count_is_read_among_others() {
        check("api-usage=18/5000", Some((18, 5000)));
        check("api-usage=10018/100000; api-bursts=1/750", Some((10_018, 100_000)));
        check("api-usage=25/5000; per-app-api-usage=17/250(appName=sample-connected-app)", Some((25, 5000)));
        check("per-app-api-usage=17/250(appName=x); api-usage=25/5000", Some((25, 5000)));
        check(" api-bursts=1/750;api-usage=6000/5000 ", Some((6000, 5000)));
    }

    #[test]
    fn what_can_not_be_read_says_nothing() {
        for input in
            ["", "api-usage", "api-usage=", "api-usage=18", "api-usage=x/5000", "api-usage=18/", "api-usage=0/0"]
        {
            check(input, None);
        }
        check("per-app-api-usage=17/250(appName=x)", None);
        check("api-usage=-1/5000", None);
        check("api-usage=18/99999999999", None);
        assert_eq!(ApiCalls::read(&HeaderMap::new()), None);
    }

    #[test]
    fn less_than_a_tenth_is_worth_a_word() {
        let warns = |used, allowed| ApiCalls { used, allowed }.warning().is_some();
        assert!(!warns(0, 5000));
        assert!(!warns(4500, 5000), "a tenth");
        assert!(warns(4501, 5000));
        assert!(warns(6000, 5000));
        assert!(warns(u32::MAX, u32::MAX));
        let input = ApiCalls { used: 6000, allowed: 5000 }.warning().unwrap();
        assert!(input.starts_with("only 0 of the 5000 API calls"), "{input}");
    }
}
