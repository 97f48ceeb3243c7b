//! The records of the contract, generated from `wit/`.

pub use crate::bindings::exports::salesforce::plugin::catalog::{Annotations, Effect, Tool};
pub use crate::bindings::salesforce::plugin::read_types::{
    ActivitiesArgs, ActivitiesReply, Activity, ApiCalls, DescribeArgs, DescribeReply, EntryKind, FieldInfo, FindArgs,
    FindReply, GetArgs, GetReply, ObjectInfo, OrgInfo, QueryArgs, QueryReply, ReadFileArgs, ReadFileReply, RelatedList,
    ReportArgs, ReportFilter, ReportReply, Timeframe, UserInfo, WhoAmIArgs, WhoAmIReply, Writable,
};
pub use crate::bindings::salesforce::plugin::settings_types::{Alias, ConnectionSettings, ObjectGrants};
pub use crate::bindings::salesforce::plugin::sign_in_types::{
    Actor, Advice, DomainRefusal, OauthProfile, Scope, SignInFailure,
};
pub use crate::bindings::salesforce::plugin::types::{
    ActivityKind, Candidate, Changed, CurrentRecord, Error, ErrorKind,
};
pub use crate::bindings::salesforce::plugin::write_types::{
    ApprovalDecision, ApproveArgs, ApproveReply, CallDirection, Clash, ConvertLeadArgs, ConvertLeadReply,
    ConvertedRecord, CreateArgs, CreateReply, DeleteArgs, DeleteReply, DeletedRecord, Deletion, EmailRecipient,
    FieldChange, FollowUp, FollowUpKind, LogActivityArgs, LogActivityReply, LoggedActivity, RestoreArgs, RestoreReply,
    SendEmailArgs, SendEmailReply, Undo, UpdateArgs, UpdateReply,
};
