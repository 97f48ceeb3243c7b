//! Who asks, and when: what date literals, scopes and messages depend on.

use jiff::{Timestamp, civil::Weekday, tz::TimeZone};

use crate::{access::Access, id::Id, schema::Schema, store::Store};

/// The running user and the moment of the call.
#[derive(Clone, Debug)]
pub struct Context {
    /// The running user.
    pub user: Id,
    /// The moment of the call, fixed by the org and never read from a clock.
    pub now: Timestamp,
    /// `User.TimeZoneSidKey`: days begin here.
    pub zone: TimeZone,
    /// `User.LocaleSidKey`, such as `en_US`.
    pub locale: String,
    /// `User.LanguageLocaleKey`, such as `de`: the language of messages.
    pub language: String,
    /// The first day of the week in this locale: Sunday in `en_US`, Monday in `de_DE`.
    pub week_start: Weekday,
    /// `Organization.FiscalYearStartMonth`, 1 to 12.
    pub fiscal_year_start_month: i8,
    /// `Organization.UsesStartDateAsFiscalYearName`: whether a fiscal year is named by the year it begins in.
    pub fiscal_year_named_by_start: bool,
}

/// The first day of the week of a locale, for the locales this org knows.
pub fn week_start(locale: &str) -> Weekday {
    match locale {
        "en_US" | "en_CA" | "ja_JP" | "pt_BR" => Weekday::Sunday,
        _ => Weekday::Monday,
    }
}

/// Everything a query reads: the org as one user sees it at one moment.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The objects and fields there are; ask [`View::access`] which of them this user knows of.
    pub schema: &'a Schema,
    /// The rows there are; ask [`View::access`] which of them this user sees.
    pub store: &'a Store,
    /// What this user may see and do.
    pub access: &'a Access,
    /// Who and when.
    pub context: &'a Context,
}
