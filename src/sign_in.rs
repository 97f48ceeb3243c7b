//! Sign-in knowledge: which origin a pasted domain means, where OAuth lives there, and who has to act on a failure.
//! Sends nothing and holds no token; the platform runs the flow.

mod domain;
mod failure;

pub use failure::explain;

use crate::wit::{DomainRefusal, OauthProfile, Scope};

/// What a platform asks for when a user signs in.
pub const SCOPES: [&str; 3] = ["api", "refresh_token", "offline_access"];

/// The origin of an org's REST API, from a domain as people paste it.
pub fn origin(domain: &str) -> Result<String, DomainRefusal> {
    domain::host(domain).map(|host| format!("https://{host}"))
}

/// The OAuth endpoints of the org at a domain, for the authorization-code flow with PKCE.
/// <https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm>
pub fn oauth(domain: &str) -> Result<OauthProfile, DomainRefusal> {
    let origin = origin(domain)?;
    let endpoint = |name: &str| format!("{origin}/services/oauth2/{name}");
    let scope = |name: &str, purpose: &str| Scope { name: name.to_owned(), purpose: purpose.to_owned() };
    let [api, refresh_token, offline_access] = SCOPES;
    Ok(OauthProfile {
        authorize_url: endpoint("authorize"),
        token_url: endpoint("token"),
        revoke_url: endpoint("revoke"),
        userinfo_url: endpoint("userinfo"),
        scopes: vec![
            scope(api, "read and write records over the REST API, with the user's own rights"),
            scope(refresh_token, "stay signed in when an access token expires"),
            scope(offline_access, "the same, by the name some orgs ask for"),
        ],
        code_challenge_method: "S256".to_owned(),
        origin,
    })
}
