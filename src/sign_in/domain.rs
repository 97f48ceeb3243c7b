//! The host name of an org's REST API, from what people paste: a name, a domain, any address of the org.
//!
//! <https://help.salesforce.com/s/articleView?id=xcloud.domain_name_url_formats.htm>

use http::Uri;

use crate::wit::DomainRefusal;
use crate::within::holds;

/// What a My Domain ends in: Salesforce's own cloud, the government's and China's.
const MY_DOMAINS: [&str; 3] = [".my.salesforce.com", ".my.salesforce.mil", ".my.sfcrmproducts.cn"];

/// The user interface's domains, which hold no REST API, with the My Domain's ending for each.
const INTERFACE_DOMAINS: [(&str, &str); 4] = [
    (".lightning.force.com", ".my.salesforce.com"),
    (".my.salesforce-setup.com", ".my.salesforce.com"),
    (".lightning.crmforce.mil", ".my.salesforce.mil"),
    (".lightning.sfcrmapps.cn", ".my.sfcrmproducts.cn"),
];

/// The kinds of orgs that Salesforce names in the address, between the org's name and the ending of the domain: a sandbox
/// called "test" of Acme is acme--test.sandbox.my.salesforce.com, a Developer Edition org NAME.develop.my.salesforce.com.
const PARTITIONS: [&str; 7] = ["sandbox", "develop", "scratch", "demo", "patch", "free", "trailblaze"];

/// The host, or why there is none.
pub(super) fn host(pasted: &str) -> Result<String, DomainRefusal> {
    let pasted = pasted.trim();
    if let Some(name) = Some(pasted.to_ascii_lowercase()).filter(|name| is_name(name)) {
        // A sandbox's name says so: NAME--SANDBOX.
        let partition = if holds(&name, "--") { ".sandbox" } else { "" };
        return Ok(format!("{name}{partition}{}", MY_DOMAINS[0]));
    }
    let host = host_of_address(pasted)?;
    if let Some(ending) = MY_DOMAINS.into_iter().find(|ending| host.ends_with(ending)) {
        return named_org(&host, ending).map(|()| host.clone());
    }
    for (interface, ending) in INTERFACE_DOMAINS {
        if let Some(org) = host.strip_suffix(interface) {
            let host = format!("{org}{ending}");
            return named_org(&host, ending).map(|()| host.clone());
        }
    }
    Err(match host.strip_suffix(".salesforce.com") {
        Some("login" | "test" | "www" | "help" | "developer") => refusal(
            "this address is the same for every org; give the address of your own, which looks like NAME.my.salesforce.com (in Salesforce: Setup, My Domain)",
            None,
        ),
        Some(org) if is_name(org) => {
            refusal("an org's address ends in .my.salesforce.com", Some(format!("{org}{}", MY_DOMAINS[0])))
        }
        _ => refusal(
            "this is no Salesforce address; give the one of your org, which looks like NAME.my.salesforce.com",
            None,
        ),
    })
}

/// The host name in an address, if it is a plain https one.
fn host_of_address(pasted: &str) -> Result<String, DomainRefusal> {
    let address = if holds(pasted, "://") { pasted.to_owned() } else { format!("https://{pasted}") };
    // Refuses whatever is not ASCII, and so every look-alike of another script.
    let uri: Uri = address.parse().map_err(|_| refusal("this is no address; give NAME.my.salesforce.com", None))?;
    if !matches!(uri.scheme_str(), Some("https" | "http")) {
        return Err(refusal("the address must begin with https://", None));
    }
    let authority = uri.authority().map(http::uri::Authority::as_str).unwrap_or_default();
    if authority.contains('@') {
        return Err(refusal("the address must not hold a user name or password", None));
    }
    if authority.contains(':') {
        return Err(refusal("the address must not name a port", None));
    }
    Ok(authority.trim_end_matches('.').to_ascii_lowercase())
}

/// Checks what stands before a My Domain's ending: an org's name, and perhaps a partition or an instance.
fn named_org(host: &str, ending: &str) -> Result<(), DomainRefusal> {
    let org = host.strip_suffix(ending).unwrap_or_default();
    let known = match org.split_once('.') {
        None => is_name(org),
        Some((name, partition)) => is_name(name) && (PARTITIONS.contains(&partition) || is_instance(partition)),
    };
    known.then_some(()).ok_or_else(|| refusal("this address names no org; it looks like NAME.my.salesforce.com", None))
}

/// `cs42`: what older addresses of sandboxes name.
fn is_instance(label: &str) -> bool {
    let digits = label.trim_start_matches(|c: char| c.is_ascii_lowercase());
    (1..=4).contains(&(label.len() - digits.len())) && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

/// A label of a host name.
fn is_name(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
        && !label.starts_with("xn--")
}

fn refusal(message: &str, suggestion: Option<String>) -> DomainRefusal {
    DomainRefusal { message: message.to_owned(), suggestion }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pasted: &str, expected: &str) {
        assert_eq!(host(pasted).map_err(|refusal| refusal.message), Ok(expected.to_owned()), "{pasted}");
    }

    #[track_caller]
    fn check_refused(pasted: &str, suggestion: Option<&str>) {
        let refusal = host(pasted).expect_err(pasted);
        assert_eq!(refusal.suggestion.as_deref(), suggestion, "{pasted}");
    }

    #[test]
    fn every_form_people_paste_becomes_the_my_domain() {
        check("acme", "acme.my.salesforce.com");
        check(" Acme ", "acme.my.salesforce.com");
        check("acme--uat", "acme--uat.sandbox.my.salesforce.com");
        check("acme.my.salesforce.com", "acme.my.salesforce.com");
        check("https://ACME.my.salesforce.com/", "acme.my.salesforce.com");
        check("https://acme.my.salesforce.com/001000000000001AAA?x=1#top", "acme.my.salesforce.com");
        check("acme--uat.sandbox.my.salesforce.com", "acme--uat.sandbox.my.salesforce.com");
        check("acme-dev-ed.develop.my.salesforce.com", "acme-dev-ed.develop.my.salesforce.com");
        check("acme.cs42.my.salesforce.com", "acme.cs42.my.salesforce.com");
        check("agency.my.salesforce.mil", "agency.my.salesforce.mil");
    }

    #[test]
    fn addresses_of_the_user_interface_become_the_my_domain() {
        check("https://acme.lightning.force.com/lightning/r/Account/001/view", "acme.my.salesforce.com");
        check("acme--uat.sandbox.lightning.force.com", "acme--uat.sandbox.my.salesforce.com");
        check("https://acme.my.salesforce-setup.com/lightning/setup", "acme.my.salesforce.com");
    }

    #[test]
    fn look_alikes_are_refused() {
        for pasted in [
            "",
            "evil-salesforce.com",
            "acme.my.salesforce.com.evil.io",
            "https://acme.my.salesforce.com@evil.io/",
            "https://user:pass@acme.my.salesforce.com",
            "acme.my.salesforce.com:8443",
            "xn--cme-8cd.my.salesforce.com",
            "\u{430}cme.my.salesforce.com",
            "acme.my.salesforce\u{2024}com",
            ".my.salesforce.com",
            "a.b.c.my.salesforce.com",
            "acme.evil.my.salesforce.com",
            "ftp://acme.my.salesforce.com",
            "https://127.0.0.1",
            "https://[::1]/",
            "evil.com/acme.my.salesforce.com",
            "evil.com\\.my.salesforce.com",
        ] {
            check_refused(pasted, None);
        }
    }

    #[test]
    fn an_address_that_is_nearly_right_comes_with_the_right_one() {
        check_refused("acme.salesforce.com", Some("acme.my.salesforce.com"));
        check_refused("login.salesforce.com", None);
    }
}
