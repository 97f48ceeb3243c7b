//! The tools: one file a tool, and no tool uses another. Here is the table of them, and what holds for all.
//!
//! A tool is a function from arguments to a reply or an error: it plans, sends and replies.

mod activities;
mod approve;
mod convert_lead;
mod create;
mod delete;
mod describe;
mod find;
mod get;
mod log_activity;
mod query;
mod read_file;
mod report;
mod restore;
mod send_email;
mod update;
mod who_am_i;

use crate::arguments::{self, Record, Wrong};
use crate::call::Call;
use crate::error::Error;
use crate::json::ToJson;
use crate::policy::{self, Effect, PREFIX, Row};
use crate::wit::{self, ConnectionSettings};

/// Declares the tools: what a call can do (the interface its function is in), whether the tool is `on` or `off` unless
/// the settings name it, or on `by_soap`, where the platform serves that, or `off_by_soap`, which is both; and its types.
/// What holds for every tool is done here, so that no tool can forget it: the settings are asked before anything else, an
/// error names no record that may not be read, and replies tell where the org runs out of API calls.
macro_rules! tools {
    ($($effect:ident, $usual:ident: $tool:ident($args:ident) -> $reply:ident;)*) => {
        $(
            #[doc = concat!("The tool `", stringify!($tool), "`.")]
            pub fn $tool(call: &Call<'_>, args: wit::$args) -> Result<wit::$reply, Error> {
                policy::allow_tool(call.settings(), &tools!(row $effect, $usual: $tool), TOOLS)?;
                let mut outcome = self::$tool::$tool(call, args);
                if let Err(error) = &mut outcome {
                    call.keep_back(error);
                }
                call.warn(outcome.as_mut().map(|reply| &mut reply.notices));
                outcome
            }
        )*

        /// Every tool.
        pub(crate) const TOOLS: &[Row] = &[$(tools!(row $effect, $usual: $tool)),*];

        /// Calls a tool by its name, or its short name, with a JSON object of arguments.
        pub fn call(call: &Call<'_>, name: &str, arguments: &str) -> Result<String, Error> {
            match policy::short_name(name) {
                $(stringify!($tool) => run(call, arguments, $tool),)*
                _ => Err(Error::input(format!("there is no tool {name:?}")).allowing(names(call.settings()))),
            }
        }
    };
    (row $effect:ident, $usual:ident: $tool:ident) => {
        Row {
            name: stringify!($tool),
            effect: Effect::$effect,
            is_default: tools!(is_on $usual),
            is_soap: tools!(is_soap $usual),
        }
    };
    (is_on off) => { false };
    (is_on off_by_soap) => { false };
    (is_on $usual:ident) => { true };
    (is_soap by_soap) => { true };
    (is_soap off_by_soap) => { true };
    (is_soap $usual:ident) => { false };
}

tools! {
    ReadOnly, on: find(FindArgs) -> FindReply;
    ReadOnly, on: get(GetArgs) -> GetReply;
    ReadOnly, on: query(QueryArgs) -> QueryReply;
    ReadOnly, on: report(ReportArgs) -> ReportReply;
    ReadOnly, on: describe(DescribeArgs) -> DescribeReply;
    ReadOnly, on: activities(ActivitiesArgs) -> ActivitiesReply;
    ReadOnly, on: who_am_i(WhoAmIArgs) -> WhoAmIReply;
    ReadOnly, off: read_file(ReadFileArgs) -> ReadFileReply;
    Additive, on: create(CreateArgs) -> CreateReply;
    Additive, on: log_activity(LogActivityArgs) -> LogActivityReply;
    Overwrites, on: update(UpdateArgs) -> UpdateReply;
    Overwrites, by_soap: convert_lead(ConvertLeadArgs) -> ConvertLeadReply;
    Overwrites, off: delete(DeleteArgs) -> DeleteReply;
    Overwrites, off_by_soap: restore(RestoreArgs) -> RestoreReply;
    Overwrites, off: approve(ApproveArgs) -> ApproveReply;
    Overwrites, off: send_email(SendEmailArgs) -> SendEmailReply;
}

// A function of all tools together has a frame of all of theirs, whose addresses are the longer.
#[inline(never)]
fn run<A: Record, R: ToJson>(
    call: &Call<'_>,
    arguments: &str,
    tool: fn(&Call<'_>, A) -> Result<R, Error>,
) -> Result<String, Error> {
    Ok(tool(call, arguments::read(arguments).map_err(invalid)?)?.to_json())
}

fn invalid(Wrong { path, message }: Wrong) -> Error {
    if path.is_empty() {
        return Error::input(message);
    }
    Error::argument(&path, format!("the argument {path} {message}"))
}

/// The names a model can call, for a message.
pub(crate) fn names(settings: &ConnectionSettings) -> Vec<String> {
    let on = TOOLS.iter().filter(|tool| policy::is_on(settings, tool));
    on.map(|tool| format!("{PREFIX}{}", tool.name)).collect()
}

/// Whether the settings leave a tool on that another one speaks of.
fn is_on(call: &Call<'_>, name: &str) -> bool {
    TOOLS.iter().any(|tool| tool.name == name && policy::is_on(call.settings(), tool))
}
