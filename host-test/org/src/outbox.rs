//! What the org has sent by e-mail, and how much more it may send today.

use crate::{id::Id, refusal::Refusal};

/// Addresses a day that are written to outside the org: that of a Developer Edition.
/// <https://help.salesforce.com/s/articleView?id=000381534&type=1>
const DAILY_LIMIT: u32 = 15;

/// An e-mail that has left the org.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentEmail {
    /// The user who had it sent.
    pub user: Id,
    /// The address it comes from.
    pub from: String,
    /// The addresses it goes to, that of the `recipient` last.
    pub to: Vec<String>,
    /// The addresses that get a copy.
    pub cc: Vec<String>,
    /// The addresses that get a copy unseen.
    pub bcc: Vec<String>,
    /// The subject.
    pub subject: String,
    /// The body: HTML if `is_rich`, or else plain text.
    pub body: String,
    /// Whether the body is HTML.
    pub is_rich: bool,
    /// The contact or lead it goes to, where the caller named one.
    pub recipient: Option<Id>,
    /// The record it is about, where the caller named one.
    pub related: Option<Id>,
    /// Its `EmailMessage`, where it was logged.
    pub logged: Option<Id>,
}

/// The e-mails so far, and the limits on the next.
#[derive(Clone, Debug)]
pub(crate) struct Outbox {
    pub(crate) sent: Vec<SentEmail>,
    /// Addresses outside the org: how many were written to today, and how many may be.
    pub(crate) used: u32,
    pub(crate) allowed: u32,
    /// Whether the org sends e-mail at all ("Access to Send Email").
    pub(crate) open: bool,
}

impl Default for Outbox {
    fn default() -> Self {
        Self { sent: Vec::new(), used: 0, allowed: DAILY_LIMIT, open: true }
    }
}

impl Outbox {
    /// Lifts what [`crate::Org::allow_emails`] and [`crate::Org::deliver_emails`] have set.
    pub(crate) fn reset_limits(&mut self) {
        self.allowed = DAILY_LIMIT;
        self.open = true;
    }

    /// Takes room for an e-mail to this many addresses outside the org.
    ///
    /// The manual counts e-mails that are neither logged nor made from a template by another limit, that of workflow
    /// e-mails. This org has one for both.
    ///
    /// # Errors
    /// `NO_SINGLE_MAIL_PERMISSION`, which Apex has been seen to get in sandboxes that send no e-mail of users, and
    /// `SINGLE_EMAIL_LIMIT_EXCEEDED`.
    pub(crate) fn reserve(&mut self, addresses: u32) -> Result<(), Refusal> {
        if !self.open {
            let message = "Single email is not enabled for your organization or profile.";
            return Err(Refusal::save("NO_SINGLE_MAIL_PERMISSION", message, &[]));
        }
        if self.used.saturating_add(addresses) > self.allowed {
            return Err(Refusal::save("SINGLE_EMAIL_LIMIT_EXCEEDED", "Failed to send email", &[]));
        }
        self.used += addresses;
        Ok(())
    }
}
