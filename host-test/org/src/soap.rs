//! The SOAP API at `/services/Soap/u/XX.0`, which has what REST has not: converting leads, and the recycle bin. The
//! session stands in the header of the envelope; a bearer token beside it counts for nothing.
//! <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm>

mod calls;
mod results;
mod xml;

use http::Request;

use self::xml::{Element, escaped};
use crate::{
    language,
    refusal::Refusal,
    rest::{Answer, Body, Desk, VERSIONS},
    save::DuplicateHeader,
};

const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";
pub(crate) const PARTNER: &str = "urn:partner.soap.sforce.com";
/// Calls of the partner WSDL that this org does not answer.
const ELSEWHERE: [&str; 20] = [
    "create",
    "delete",
    "describeGlobal",
    "describeLayout",
    "describeSObject",
    "describeSObjects",
    "emptyRecycleBin",
    "getDeleted",
    "getServerTimestamp",
    "getUpdated",
    "login",
    "logout",
    "merge",
    "process",
    "query",
    "queryMore",
    "retrieve",
    "search",
    "update",
    "upsert",
];

/// Why a call was not made at all: HTTP 500 and a fault.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// `None` where the envelope is to blame.
    code: Option<&'static str>,
    message: String,
}

impl Fault {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code: Some(code), message: message.into() }
    }

    fn client(message: impl Into<String>) -> Self {
        Self { code: None, message: message.into() }
    }

    /// Something Salesforce does and this org does not.
    fn unsupported(what: &str) -> Self {
        Self::new("DEMO_ORG_UNSUPPORTED", format!("the demo org does not {what}"))
    }

    /// What a session that is none gets.
    pub(crate) fn session() -> Self {
        Self::new("INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader: Illegal Session")
    }

    pub(crate) fn answer(&self) -> Answer {
        let message = escaped(&self.message);
        let fault = match self.code {
            None => format!("<faultcode>soapenv:Client</faultcode><faultstring>{message}</faultstring>"),
            Some(code) => format!(
                "<faultcode>sf:{code}</faultcode><faultstring>{code}: {message}</faultstring><detail>\
                 <sf:UnexpectedErrorFault xsi:type=\"sf:UnexpectedErrorFault\"><sf:exceptionCode>{code}\
                 </sf:exceptionCode><sf:exceptionMessage>{message}</sf:exceptionMessage></sf:UnexpectedErrorFault></detail>"
            ),
        };
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope xmlns:soapenv=\"{ENVELOPE}\" \
             xmlns:sf=\"urn:fault.partner.soap.sforce.com\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\
             <soapenv:Body><soapenv:Fault>{fault}</soapenv:Fault></soapenv:Body></soapenv:Envelope>"
        );
        Answer { body: Body::Xml(body), ..Answer::empty(500) }
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.code, refusal.message)
    }
}

/// Whether a path is one of SOAP.
pub(crate) fn is_path(path: &str) -> bool {
    path.starts_with("/services/Soap/")
}

/// A request that makes sense as far as it shows without knowing the session.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    version: String,
    header: Element,
    operation: Element,
}

impl Call {
    /// Reads a request.
    ///
    /// # Errors
    /// A path of another API than the partner one, a version that is not spoken, a content type other than XML, no
    /// `SOAPAction`, and a body that is no envelope with one call.
    pub(crate) fn read(request: &Request<Vec<u8>>) -> Result<Self, Fault> {
        let path = request.uri().path().strip_prefix("/services/Soap/").unwrap_or_default();
        let (api, rest) = path.split_once('/').unwrap_or((path, ""));
        if api != "u" {
            return Err(Fault::unsupported("speak any SOAP API but the partner one, /services/Soap/u"));
        }
        let version = rest.split('/').next().unwrap_or_default();
        let number: Option<u32> = version.strip_suffix(".0").and_then(|number| number.parse().ok());
        if !number.is_some_and(|number| VERSIONS.contains(&number)) {
            return Err(Fault::new("UNSUPPORTED_API_VERSION", "Invalid Api version specified on URL"));
        }
        let named = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        if !named("content-type").is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("text/xml")) {
            return Err(Fault::client("content-type of the request should be text/xml"));
        }
        if named("soapaction").is_none() {
            return Err(Fault::client("SOAPAction HTTP header missing"));
        }
        let text = std::str::from_utf8(request.body()).map_err(|_| Fault::client("the request is not UTF-8"))?;
        let envelope = xml::parse(text).map_err(Fault::client)?;
        if envelope.name != "Envelope" || envelope.namespace != ENVELOPE {
            return Err(Fault::client("SOAP Envelope expected"));
        }
        let header = envelope.child(ENVELOPE, "Header").cloned().unwrap_or_default();
        let mut body = envelope.child(ENVELOPE, "Body").cloned().unwrap_or_default();
        let (Some(operation), true) = (body.children.pop(), body.children.is_empty()) else {
            return Err(Fault::client("SOAP Body with one call expected"));
        };
        Ok(Self { version: format!("v{version}"), header, operation })
    }

    /// The token in the session header; nobody has an empty one.
    pub(crate) fn session(&self) -> Option<&str> {
        let session = self.header.child(PARTNER, "SessionHeader")?.child(PARTNER, "sessionId")?;
        Some(session.text.trim()).filter(|text| !text.is_empty())
    }

    /// `DuplicateRuleHeader`, which says the same as the header of REST.
    fn duplicates(&self) -> DuplicateHeader {
        let header = self.header.child(PARTNER, "DuplicateRuleHeader");
        let says = |name: &str| {
            let text = header.and_then(|header| header.child(PARTNER, name)).map(|child| child.text.trim());
            format!("{name}={}", text.unwrap_or_default())
        };
        let parts = ["allowSave", "includeRecordDetails"].map(says);
        DuplicateHeader::parse(Some(&parts.join(";")), &self.version)
    }
}

/// Answers a call of a known user.
pub(crate) fn answer(desk: &mut Desk<'_>, call: &Call) -> Answer {
    let Element { namespace, name, .. } = &call.operation;
    let answered = match name.as_str() {
        _ if namespace != PARTNER => Err(no_operation(&call.operation)),
        "convertLead" => calls::convert_lead(desk, &call.operation, &call.duplicates()),
        "undelete" => calls::undelete(desk, &call.operation),
        "getUserInfo" => Ok(calls::user_info(desk)),
        name if ELSEWHERE.contains(&name) => Err(Fault::unsupported(&format!("answer {name} over SOAP"))),
        _ => Err(no_operation(&call.operation)),
    };
    match answered {
        Ok(results) => Answer { body: Body::Xml(envelope(desk.usage, name, &results)), ..Answer::empty(200) },
        Err(fault) => {
            let message = language::message(&desk.context.language, &fault.message);
            Fault { message, ..fault }.answer()
        }
    }
}

fn no_operation(operation: &Element) -> Fault {
    let Element { namespace, name, .. } = operation;
    Fault::client(format!(
        "No operation available for request {{{namespace}}}{name}, please check the WSDL for the service."
    ))
}

fn envelope((used, allowed): (u32, u32), name: &str, results: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope xmlns:soapenv=\"{ENVELOPE}\" xmlns=\"{PARTNER}\" \
         xmlns:sf=\"urn:sobject.partner.soap.sforce.com\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\
         <soapenv:Header><LimitInfoHeader><limitInfo><current>{used}</current><limit>{allowed}</limit>\
         <type>API REQUESTS</type></limitInfo></LimitInfoHeader></soapenv:Header>\
         <soapenv:Body><{name}Response>{results}</{name}Response></soapenv:Body></soapenv:Envelope>"
    )
}
