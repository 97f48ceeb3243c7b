//! Sign-in knowledge: domains, OAuth endpoints and what OAuth failures mean.

use crate::vocabulary::{Advice, DomainRefusal, OauthProfile, Party, SignInFailure};

/// stub
pub fn origin(_domain: &str) -> Result<String, DomainRefusal> {
    Err(DomainRefusal { message: String::new(), suggestion: None })
}
/// stub
pub fn oauth(_domain: &str) -> Result<OauthProfile, DomainRefusal> {
    Err(DomainRefusal { message: String::new(), suggestion: None })
}
/// stub
pub fn explain(_failure: &SignInFailure) -> Advice {
    Advice { party: Party::User, message: String::new(), retry: false }
}
