//! A user's calls: by name with JSON, or typed.

use std::sync::Arc;

use wasmtime::Store;

use crate::cancel::{CallControl, CancelHandle};
use crate::connection::Connection;
use crate::engine::call::Call;
use crate::engine::exports::{Exports, Interface};
use crate::engine::host::Host;
use crate::engine::limits::Usage;
use crate::error::{CallError, HostError, MAX_REPLY_START};
use crate::types::Tool;
use crate::types::{ActivitiesArgs, ActivitiesReply, LogActivityArgs, LogActivityReply};
use crate::types::{
    ApproveArgs, ApproveReply, ConvertLeadArgs, ConvertLeadReply, DeleteArgs, DeleteReply, ReadFileArgs, ReadFileReply,
    ReportArgs, ReportReply, RestoreArgs, RestoreReply, SendEmailArgs, SendEmailReply, WhoAmIArgs, WhoAmIReply,
};
use crate::types::{
    CreateArgs, CreateReply, DescribeArgs, DescribeReply, Error, FindArgs, FindReply, GetArgs, GetReply, QueryArgs,
    QueryReply, UpdateArgs, UpdateReply,
};

/// The plugin with one user's connection. Every call is an instance of its own.
#[derive(Debug, Clone)]
pub struct Session {
    host: Host,
    connection: Arc<Connection>,
    control: CallControl,
}

impl Host {
    /// A session of one user. The connection can be shared between sessions, not between users.
    pub fn session(&self, connection: impl Into<Arc<Connection>>) -> Session {
        Session { host: self.clone(), connection: connection.into(), control: CallControl::default() }
    }
}

impl Session {
    /// The same session, whose calls end when the stop is pulled: no further request leaves, and a guest that does not
    /// end by itself within a tenth of a second is ended. A request that has left already is waited for.
    pub fn cancelled_by(&self, stop: &CancelHandle) -> Self {
        Self { control: self.control.cancelled_by(stop), ..self.clone() }
    }

    /// The same session, which reports every answered or failed request of a call, counted from 1.
    pub fn reporting(&self, report: impl Fn(u32) + Send + Sync + 'static) -> Self {
        Self { control: self.control.reporting(report), ..self.clone() }
    }

    /// The host the calls run on.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The connection: its cache and the user's choices.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The tools the user's choices leave on, for the model.
    pub fn tools(&self) -> Result<Vec<Tool>, HostError> {
        self.enter(Exports::catalog, |catalog, store| catalog.call_tools(store)).0
    }

    /// How to work with the tools, for the model's system prompt.
    pub fn instructions(&self) -> Result<String, HostError> {
        self.enter(Exports::catalog, |catalog, store| catalog.call_instructions(store)).0
    }

    /// Calls a tool by name with a JSON object of arguments; the reply is JSON.
    pub fn call_json(&self, name: &str, arguments: &str) -> Result<String, CallError> {
        self.call_measured(name, arguments).0
    }

    /// Calls a tool, and says what the call has used.
    pub fn call_measured(&self, name: &str, arguments: &str) -> (Result<String, CallError>, Usage) {
        let arguments = arguments.to_owned();
        let (result, usage) = self.enter(Exports::catalog, |catalog, store| catalog.call_call(store, name, &arguments));
        (result.map_err(CallError::Host).and_then(|reply| self.bounded(reply.map_err(tool)?)), usage)
    }

    /// Finds records by text a person would say.
    pub fn find(&self, args: &FindArgs) -> Result<FindReply, CallError> {
        self.call(Exports::read, |read, store| read.call_find(store, args))
    }

    /// Reads one record.
    pub fn get(&self, args: &GetArgs) -> Result<GetReply, CallError> {
        self.call(Exports::read, |read, store| read.call_get(store, args))
    }

    /// Reads records, or numbers of them, by a SELECT.
    pub fn query(&self, args: &QueryArgs) -> Result<QueryReply, CallError> {
        self.call(Exports::read, |read, store| read.call_query(store, args))
    }

    /// Runs a saved report, or reads a list view.
    pub fn report(&self, args: &ReportArgs) -> Result<ReportReply, CallError> {
        self.call(Exports::read, |read, store| read.call_report(store, args))
    }

    /// Looks up fields or objects.
    pub fn describe(&self, args: &DescribeArgs) -> Result<DescribeReply, CallError> {
        self.call(Exports::read, |read, store| read.call_describe(store, args))
    }

    /// Lists calls, e-mails, meetings, notes and tasks.
    pub fn activities(&self, args: &ActivitiesArgs) -> Result<ActivitiesReply, CallError> {
        self.call(Exports::read, |read, store| read.call_activities(store, args))
    }

    /// Says who the user is, and where.
    pub fn who_am_i(&self, args: &WhoAmIArgs) -> Result<WhoAmIReply, CallError> {
        self.call(Exports::read, |read, store| read.call_who_am_i(store, args))
    }

    /// Creates one record.
    pub fn create(&self, args: &CreateArgs) -> Result<CreateReply, CallError> {
        self.call(Exports::append, |append, store| append.call_create(store, args))
    }

    /// Logs an activity.
    pub fn log_activity(&self, args: &LogActivityArgs) -> Result<LogActivityReply, CallError> {
        self.call(Exports::append, |append, store| append.call_log_activity(store, args))
    }

    /// Changes fields of one record.
    pub fn update(&self, args: &UpdateArgs) -> Result<UpdateReply, CallError> {
        self.call(Exports::edit, |edit, store| edit.call_update(store, args))
    }

    /// Converts a lead.
    pub fn convert_lead(&self, args: &ConvertLeadArgs) -> Result<ConvertLeadReply, CallError> {
        self.call(Exports::edit, |edit, store| edit.call_convert_lead(store, args))
    }

    /// Deletes one record or several.
    pub fn delete(&self, args: &DeleteArgs) -> Result<DeleteReply, CallError> {
        self.call(Exports::edit, |edit, store| edit.call_delete(store, args))
    }

    /// Reads the text of a file.
    pub fn read_file(&self, args: &ReadFileArgs) -> Result<ReadFileReply, CallError> {
        self.call(Exports::read, |read, store| read.call_read_file(store, args))
    }

    /// Restores one deleted record.
    pub fn restore(&self, args: &RestoreArgs) -> Result<RestoreReply, CallError> {
        self.call(Exports::edit, |edit, store| edit.call_restore(store, args))
    }

    /// Sends an e-mail in the user's name.
    pub fn send_email(&self, args: &SendEmailArgs) -> Result<SendEmailReply, CallError> {
        self.call(Exports::edit, |edit, store| edit.call_send_email(store, args))
    }

    /// Decides on an approval, submits a record for one or takes that back.
    pub fn approve(&self, args: &ApproveArgs) -> Result<ApproveReply, CallError> {
        self.call(Exports::edit, |edit, store| edit.call_approve(store, args))
    }

    fn call<I: Interface, R>(
        &self,
        interface: impl FnOnce(&Exports) -> &I,
        work: impl FnOnce(&I::Functions, &mut Store<Call>) -> wasmtime::Result<Result<R, Error>>,
    ) -> Result<R, CallError> {
        self.enter(interface, work).0?.map_err(tool)
    }

    fn enter<I: Interface, R>(
        &self,
        interface: impl FnOnce(&Exports) -> &I,
        work: impl FnOnce(&I::Functions, &mut Store<Call>) -> wasmtime::Result<R>,
    ) -> (Result<R, HostError>, Usage) {
        self.host.enter(Arc::clone(&self.connection), self.control.clone(), interface, work)
    }

    fn bounded(&self, reply: String) -> Result<String, CallError> {
        let limit = self.host.limits().reply_bytes;
        if reply.len() <= limit {
            return Ok(reply);
        }
        let start = reply.chars().scan(0, |bytes, one| {
            *bytes += one.len_utf8();
            (*bytes <= MAX_REPLY_START.min(limit)).then_some(one)
        });
        Err(HostError::ReplyTooLarge { limit, start: start.collect() }.into())
    }
}

fn tool(error: Error) -> CallError {
    CallError::Tool(Box::new(error))
}
