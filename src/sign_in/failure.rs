//! What an OAuth failure means: who has to act, and what to do.
//!
//! <https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_flow_errors.htm>; `error_description` is
//! English whatever the user's language, and the only thing that tells many failures apart.

use crate::wit::{Actor, Advice, SignInFailure};
use crate::within::holds;

/// Fragments of the error and its description, with what they mean. The first that fits counts.
const FAILURES: &[(&[&str], Actor, bool, &str)] = &[
    (
        &["app must be installed", "oauth_approval_error_generic"],
        Actor::Admin,
        false,
        "this is expected at the first sign-in to an org: a Salesforce admin has to install the app once. Ask the admin to open Setup, search for \"Connected Apps OAuth Usage\", choose Install next to this app, and then connect again",
    ),
    (
        &["not admin approved", "invalid_app_access", "oauth_app_access_denied"],
        Actor::Admin,
        false,
        "the app is installed but not approved for this user: ask the Salesforce admin to open Setup, Connected Apps, Manage Connected Apps, and to add one of the user's profiles or permission sets to this app",
    ),
    (
        &["oauth_app_blocked"],
        Actor::Admin,
        false,
        "the Salesforce admin has blocked the app: ask them to unblock it under Setup, Connected Apps OAuth Usage",
    ),
    (
        &["api access control"],
        Actor::Admin,
        false,
        "the org lets only apps that its admin has allowed use the API (API Access Control): ask the admin to install this app and to add one of the user's profiles or permission sets to it",
    ),
    (
        &["api is disabled", "api_disabled", "not api enabled"],
        Actor::Admin,
        false,
        "the user has no API access: ask the Salesforce admin for the permission \"API Enabled\"",
    ),
    (
        &["ip restricted", "ip address"],
        Actor::Admin,
        false,
        "Salesforce does not accept sign-ins from this network: ask the admin to relax the app's IP restrictions or to add the platform's addresses",
    ),
    (&["inactive user"], Actor::Admin, false, "the Salesforce user is deactivated: the admin can activate it again"),
    (
        &["login hours", "outside of specified hours"],
        Actor::User,
        true,
        "the user may not sign in at this hour: try again within the login hours of the user's profile, or ask the Salesforce admin to change them",
    ),
    (
        &["inactive organization"],
        Actor::Admin,
        false,
        "the Salesforce org is locked, deleted or expired: the admin has to contact Salesforce",
    ),
    (
        &["already being processed", "token request is already"],
        Actor::Nobody,
        true,
        "another refresh of the same sign-in is under way: wait a moment and use its result",
    ),
    (
        &["temporarily_unavailable", "server_error", "unavailable"],
        Actor::Nobody,
        true,
        "Salesforce can't sign users in just now: try again later",
    ),
    (
        &["access_denied", "end-user denied"],
        Actor::User,
        false,
        "the sign-in was declined: connect again and choose Allow",
    ),
    (&["hasn't approved"], Actor::User, false, "the app has not been allowed yet: connect again and choose Allow"),
    (
        &["redirect_uri"],
        Actor::Platform,
        false,
        "the redirect address is not the one registered with the app: the platform has to correct its configuration",
    ),
    (
        &["timestamp", "clock skew", "not yet valid"],
        Actor::Platform,
        true,
        "the clock of the machine that signs users in is wrong by minutes: set it right, and connect again",
    ),
    (
        &["code_verifier", "code verifier", "code_challenge"],
        Actor::Platform,
        false,
        "the PKCE verifier does not belong to this sign-in: the platform has to start it again from the beginning",
    ),
    (
        &["invalid_scope", "scope"],
        Actor::Platform,
        false,
        "the app lacks a scope: the platform has to enable api, refresh_token and offline_access for it",
    ),
    (
        &["invalid_client", "invalid client", "client identifier"],
        Actor::Platform,
        false,
        "Salesforce does not know the platform's consumer key or secret: the platform has to correct its configuration",
    ),
    (
        &["unsupported_grant_type", "grant type not supported", "unsupported_response_type"],
        Actor::Platform,
        false,
        "the app does not allow this flow: the platform has to use the authorization-code flow with PKCE",
    ),
    (
        &["expired authorization code", "invalid authorization code"],
        Actor::User,
        false,
        "the sign-in took too long: connect again",
    ),
    (
        &["authentication failure"],
        Actor::User,
        false,
        "Salesforce did not accept the user: they should sign in to Salesforce in a browser first, where it says whether the password is wrong or the user locked out, and then connect again",
    ),
    (&["invalid_grant"], Actor::User, false, "the sign-in has expired or was revoked: connect Salesforce again"),
];

/// What a failure means.
pub fn explain(failure: &SignInFailure) -> Advice {
    let input = format!("{} {}", failure.error, failure.description.as_deref().unwrap_or_default())
        .replace('+', " ")
        .to_ascii_lowercase();
    let known = FAILURES.iter().find(|(fragments, ..)| fragments.iter().any(|fragment| holds(&input, fragment)));
    match known {
        Some((_, actor, retry, message)) => Advice { actor: *actor, message: (*message).to_owned(), retry: *retry },
        None => Advice {
            actor: Actor::Platform,
            message: "Salesforce refused the sign-in for a reason this plugin does not know: look up the error in the manual of Salesforce's OAuth flows".to_owned(),
            retry: false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(error: &str, description: &str, actor: Actor, retry: bool, mentions: &str) {
        let advice = explain(&SignInFailure { error: error.into(), description: Some(description.into()) });
        assert_eq!((advice.actor, advice.retry), (actor, retry), "{error}: {description}");
        assert!(advice.message.contains(mentions), "{}", advice.message);
    }

    #[test]
    fn a_first_sign_in_before_the_app_is_installed_is_the_admins_move() {
        check("invalid_client", "app+must+be+installed+into+org", Actor::Admin, false, "Connected Apps OAuth Usage");
        check("OAUTH_APPROVAL_ERROR_GENERIC", "", Actor::Admin, false, "Install");
        check("access_denied", "blocked by API Access Control", Actor::Admin, false, "install this app");
        check("access_denied", "ip restricted", Actor::Admin, false, "network");
        check("login_error", "outside of specified hours", Actor::User, true, "hours");
        check("invalid_app_access", "user is not admin approved to access this app", Actor::Admin, false, "approved");
    }

    #[test]
    fn a_grant_is_told_apart_by_its_description() {
        check("invalid_grant", "expired access/refresh token", Actor::User, false, "connect Salesforce again");
        check("invalid_grant", "inactive user", Actor::Admin, false, "activate");
        check("invalid_grant", "inactive organization", Actor::Admin, false, "org");
        check("invalid_grant", "user hasn't approved this consumer", Actor::User, false, "Allow");
        check("invalid_grant", "token request is already being processed", Actor::Nobody, true, "wait");
    }

    #[test]
    fn a_wrong_configuration_is_the_platforms_move() {
        check("invalid_client", "invalid client credentials", Actor::Platform, false, "consumer key");
        check("redirect_uri_mismatch", "redirect_uri must match configuration", Actor::Platform, false, "redirect");
        check("invalid_scope", "", Actor::Platform, false, "offline_access");
        check("invalid_grant", "invalid timestamp", Actor::Platform, true, "clock");
        check("something_new", "", Actor::Platform, false, "manual");
    }
}
