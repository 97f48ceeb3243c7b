//! The shell: binds the core to the world `plugin`. The only file that touches host imports.

use crate::call::Call;
use crate::platform::{Cache, FailureReason, Platform, SendFailure};
use crate::rest::{RESPONSE_HEADERS, name_of};
use crate::wit::{
    ActivitiesArgs, ActivitiesReply, Advice, ApproveArgs, ApproveReply, ConnectionSettings, ConvertLeadArgs,
    ConvertLeadReply, CreateArgs, CreateReply, DeleteArgs, DeleteReply, DescribeArgs, DescribeReply, DomainRefusal,
    Error, FindArgs, FindReply, GetArgs, GetReply, LogActivityArgs, LogActivityReply, OauthProfile, QueryArgs,
    QueryReply, ReadFileArgs, ReadFileReply, ReportArgs, ReportReply, RestoreArgs, RestoreReply, SendEmailArgs,
    SendEmailReply, SignInFailure, UpdateArgs, UpdateReply, WhoAmIArgs, WhoAmIReply,
};
use crate::{catalog, policy, sign_in, tools};

// What wit-bindgen writes is nobody's here to put right.
#[allow(missing_docs, unreachable_pub, unsafe_code, unused_imports)]
#[allow(clippy::all, clippy::panic, clippy::str_to_string, clippy::unwrap_used)]
mod bindings {
    include!(concat!(env!("OUT_DIR"), "/component.rs"));
}

use bindings::exports::salesforce::plugin as exports;
use bindings::salesforce::plugin as imports;

/// The host behind this instance.
struct Host;

impl Platform for Host {
    fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, SendFailure> {
        send(request, imports::http::CredentialPlace::Bearer)
    }

    fn send_soap(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, SendFailure> {
        send(request, imports::http::CredentialPlace::SoapSession)
    }

    fn origin(&self) -> String {
        imports::http::origin()
    }

    fn now(&self) -> u64 {
        imports::clock::now()
    }

    fn cache(&self) -> Option<&dyn Cache> {
        Some(self)
    }

    fn settings(&self) -> ConnectionSettings {
        imports::settings::get()
    }
}

impl Cache for Host {
    fn get(&self, key: &str) -> Option<Vec<u8>> {
        imports::cache::get(key)
    }

    fn put(&self, key: &str, value: &[u8]) {
        imports::cache::put(key, value);
    }
}

/// Sends a request with the user's credential.
fn send(
    request: http::Request<Vec<u8>>,
    credential_place: imports::http::CredentialPlace,
) -> Result<http::Response<Vec<u8>>, SendFailure> {
    let never_sent = |reason| SendFailure { reason, request_sent: false };
    let Some(credential) = imports::secrets::access_token() else {
        return Err(never_sent(FailureReason::SignIn));
    };
    let (parts, body) = request.into_parts();
    let method = match parts.method {
        http::Method::GET => imports::http::Method::Get,
        http::Method::POST => imports::http::Method::Post,
        http::Method::PATCH => imports::http::Method::Patch,
        http::Method::DELETE => imports::http::Method::Delete,
        _ => return Err(never_sent(FailureReason::Denied)),
    };
    let request = imports::http::Request {
        method,
        path: parts.uri.to_string(),
        headers: parts
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect(),
        body: (!body.is_empty()).then_some(body),
        credential_place,
    };
    let response = imports::http::send(&request, &credential).map_err(|failure| SendFailure {
        reason: match failure.kind {
            imports::http::FailureKind::AuthRequired => FailureReason::SignIn,
            imports::http::FailureKind::Denied => FailureReason::Denied,
            imports::http::FailureKind::Timeout => FailureReason::Timeout,
            imports::http::FailureKind::Unreachable => FailureReason::Unreachable,
            imports::http::FailureKind::TooLarge => FailureReason::TooLarge,
            imports::http::FailureKind::Cancelled => FailureReason::Cancelled,
            imports::http::FailureKind::AdminRequired => FailureReason::AdminRequired,
        },
        request_sent: failure.request_sent,
    })?;
    let mut answer = http::Response::new(response.body);
    for (name, value) in response.headers {
        // No other header is read, so none is parsed.
        let read = RESPONSE_HEADERS.into_iter().find(|read| name.eq_ignore_ascii_case(name_of(read)));
        if let (Some(name), Ok(value)) = (read, http::HeaderValue::from_str(&value)) {
            answer.headers_mut().append(name, value);
        }
    }
    *answer.status_mut() = http::StatusCode::from_u16(response.status)
        .map_err(|_| SendFailure { reason: FailureReason::Unreachable, request_sent: true })?;
    Ok(answer)
}

/// What the component exports.
struct Plugin;

impl exports::read::Guest for Plugin {
    fn find(args: FindArgs) -> Result<FindReply, Error> {
        Ok(tools::find(&Call::new(&Host), args)?)
    }

    fn get(args: GetArgs) -> Result<GetReply, Error> {
        Ok(tools::get(&Call::new(&Host), args)?)
    }

    fn query(args: QueryArgs) -> Result<QueryReply, Error> {
        Ok(tools::query(&Call::new(&Host), args)?)
    }

    fn report(args: ReportArgs) -> Result<ReportReply, Error> {
        Ok(tools::report(&Call::new(&Host), args)?)
    }

    fn describe(args: DescribeArgs) -> Result<DescribeReply, Error> {
        Ok(tools::describe(&Call::new(&Host), args)?)
    }

    fn activities(args: ActivitiesArgs) -> Result<ActivitiesReply, Error> {
        Ok(tools::activities(&Call::new(&Host), args)?)
    }

    fn who_am_i(args: WhoAmIArgs) -> Result<WhoAmIReply, Error> {
        Ok(tools::who_am_i(&Call::new(&Host), args)?)
    }

    fn read_file(args: ReadFileArgs) -> Result<ReadFileReply, Error> {
        Ok(tools::read_file(&Call::new(&Host), args)?)
    }
}

impl exports::append::Guest for Plugin {
    fn create(args: CreateArgs) -> Result<CreateReply, Error> {
        Ok(tools::create(&Call::new(&Host), args)?)
    }

    fn log_activity(args: LogActivityArgs) -> Result<LogActivityReply, Error> {
        Ok(tools::log_activity(&Call::new(&Host), args)?)
    }
}

impl exports::edit::Guest for Plugin {
    fn update(args: UpdateArgs) -> Result<UpdateReply, Error> {
        Ok(tools::update(&Call::new(&Host), args)?)
    }

    fn convert_lead(args: ConvertLeadArgs) -> Result<ConvertLeadReply, Error> {
        Ok(tools::convert_lead(&Call::new(&Host), args)?)
    }

    fn delete(args: DeleteArgs) -> Result<DeleteReply, Error> {
        Ok(tools::delete(&Call::new(&Host), args)?)
    }

    fn restore(args: RestoreArgs) -> Result<RestoreReply, Error> {
        Ok(tools::restore(&Call::new(&Host), args)?)
    }

    fn approve(args: ApproveArgs) -> Result<ApproveReply, Error> {
        Ok(tools::approve(&Call::new(&Host), args)?)
    }

    fn send_email(args: SendEmailArgs) -> Result<SendEmailReply, Error> {
        Ok(tools::send_email(&Call::new(&Host), args)?)
    }
}

impl exports::catalog::Guest for Plugin {
    fn tools() -> Vec<exports::catalog::Tool> {
        catalog::tools(&Host.settings())
            .map(|tool| (tool.is_idempotent(), tool))
            .map(|(idempotent_hint, tool)| exports::catalog::Tool {
                input_schema: tool.input_schema().get().into(),
                output_schema: tool.output_schema().get().into(),
                name: tool.name.into(),
                description: tool.description.into(),
                effect: match tool.effect {
                    policy::Effect::ReadOnly => exports::catalog::Effect::ReadOnly,
                    policy::Effect::Additive => exports::catalog::Effect::Additive,
                    policy::Effect::Overwrites => exports::catalog::Effect::Overwrites,
                },
                annotations: exports::catalog::Annotations {
                    title: tool.title.into(),
                    read_only_hint: tool.effect == policy::Effect::ReadOnly,
                    destructive_hint: tool.effect == policy::Effect::Overwrites,
                    idempotent_hint,
                    open_world_hint: true,
                },
            })
            .collect()
    }

    fn instructions() -> String {
        catalog::instructions(&Host.settings())
    }

    fn call(name: String, arguments: String) -> Result<String, Error> {
        Ok(tools::call(&Call::new(&Host), &name, &arguments)?)
    }
}

impl exports::sign_in::Guest for Plugin {
    fn origin(domain: String) -> Result<String, DomainRefusal> {
        sign_in::origin(&domain)
    }

    fn oauth(domain: String) -> Result<OauthProfile, DomainRefusal> {
        sign_in::oauth(&domain)
    }

    fn explain(failure: SignInFailure) -> Advice {
        sign_in::explain(&failure)
    }
}

// Natively the exported names are not valid linker symbols.
#[cfg(target_family = "wasm")]
#[allow(unsafe_code)]
mod export {
    super::bindings::export!(Plugin with_types_in super::bindings);
    use super::Plugin;
}
