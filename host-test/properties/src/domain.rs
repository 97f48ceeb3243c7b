//! A person pastes something as the address of their org. The input is what they paste.

use salesforce_host::Origin;
use salesforce_plugin::sign_in;
use url::Url;

/// What the address of an org ends in.
const MY_DOMAINS: [&str; 3] = [".my.salesforce.com", ".my.salesforce.mil", ".my.sfcrmproducts.cn"];

/// What is taken for an org's address is one of Salesforce's, is read alike by the host and by a browser, and leads to
/// the org a browser would have gone to.
pub fn an_address_leads_to_the_org_it_names(input: &[u8]) {
    let pasted = crate::text(input);
    let Ok(origin) = sign_in::origin(&pasted) else { return };
    let host = origin.strip_prefix("https://").expect("an org is reached over TLS");
    let org = MY_DOMAINS.iter().find_map(|ending| host.strip_suffix(ending)).expect("the host is one of Salesforce");
    let labels: Vec<&str> = org.split('.').collect();
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    assert!(labels.len() <= 2 && labels.iter().all(|label| !label.is_empty() && label.bytes().all(plain)), "{host}");

    assert_eq!(Url::parse(&origin).unwrap().host_str(), Some(host));
    assert_eq!(Origin::parse(&origin).expect("the host takes what the plugin says").as_str(), origin);
    assert_eq!(sign_in::origin(&origin).ok().as_deref(), Some(origin.as_str()), "{pasted}");
    let profile = sign_in::oauth(&pasted).expect("it has an origin");
    for address in [profile.authorize_url, profile.token_url, profile.revoke_url, profile.userinfo_url] {
        assert!(address.strip_prefix(&origin).is_some_and(|path| path.starts_with('/')), "{address}");
    }

    let pasted = pasted.trim();
    if pasted.contains('.') {
        let address = if pasted.contains("://") { pasted.to_owned() } else { format!("https://{pasted}") };
        if let Ok(address) = Url::parse(&address) {
            let there = address.host_str().and_then(|host| host.split('.').next());
            assert_eq!(there, labels.first().copied(), "{pasted} became {origin}");
        }
    }
}
