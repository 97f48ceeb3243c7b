//! Every tool behind one, for hosts that take one tool a component: `{"tool": "salesforce_…", "arguments": {…}}`.
//!
//! Some hosts show a model less of a schema than they are given, such as only what is required, without alternatives.
//! So the schema has two members, both required, and their descriptions say what the schemas of the tools say.

use std::fmt::Write as _;

use salesforce_plugin::call::Call;
use salesforce_plugin::catalog::{self, Tool};
use salesforce_plugin::json::{Json, quoted};
use salesforce_plugin::platform::Platform;
use salesforce_plugin::policy::Effect;
use salesforce_plugin::tools;
use salesforce_plugin::wit::{ConnectionSettings, ErrorKind};

use crate::failure::{Failure, of_core, refused};

/// The name of the one tool.
pub const NAME: &str = "salesforce";

const TOOL: &str = "tool";
const ARGUMENTS: &str = "arguments";

/// What a call of a tool can do, in a word.
pub fn effect(tool: &Tool<'_>) -> &'static str {
    match tool.effect {
        Effect::ReadOnly => "reads",
        Effect::Additive => "adds",
        Effect::Overwrites => "overwrites",
    }
}

/// What the tools that are on do, for a model.
pub fn description(settings: &ConnectionSettings) -> String {
    let mut text = catalog::instructions(settings);
    for tool in catalog::tools(settings) {
        let _ = write!(text, "\n- {} ({}): {}", tool.name, effect(&tool), tool.description);
    }
    text
}

/// JSON Schema of the one tool's arguments.
pub fn schema(settings: &ConnectionSettings) -> String {
    let mut names = String::new();
    let mut signatures = "The arguments of that tool; a ? marks what may be left out.".to_owned();
    for tool in catalog::tools(settings) {
        let _ = write!(signatures, "\n{} ", tool.name);
        write_type(&mut signatures, tool.input_schema());
        let separator = if names.is_empty() { "" } else { "," };
        let _ = write!(names, "{separator}{}", quoted(&tool.name));
    }
    // No list of names is empty in JSON Schema.
    let names = if names.is_empty() { names } else { format!(r#""enum":[{names}],"#) };
    let signatures = quoted(&signatures);
    format!(
        r#"{{"type":"object","properties":{{"tool":{{"type":"string",{names}"description":"Which tool to call."}},"arguments":{{"type":"object","description":{signatures}}}}},"required":["tool","arguments"],"additionalProperties":false}}"#
    )
}

/// A member of a JSON object; none if it is another value.
pub fn member<'a>(object: Json<'a>, name: &str) -> Option<Json<'a>> {
    object.members().find(|(member, _)| member == name).map(|(_, value)| value)
}

fn text(object: Json<'_>, name: &str) -> String {
    member(object, name).and_then(|value| Some(value.text()?.into_owned())).unwrap_or_default()
}

/// Writes the type that a schema describes, in a line that models read as they read code; a ? marks what may be left
/// out.
pub fn write_type(out: &mut String, schema: Json<'_>) {
    if let Some(values) = member(schema, "enum") {
        for (index, value) in values.items().enumerate() {
            let separator = if index == 0 { "" } else { "|" };
            let _ = write!(out, "{separator}{}", value.get());
        }
    } else if let Some(items) = member(schema, "items") {
        out.push('[');
        write_type(out, items);
        out.push(']');
    } else if let Some(properties) = member(schema, "properties") {
        let required: Vec<_> = member(schema, "required").into_iter().flat_map(Json::items).collect();
        out.push('{');
        for (index, (name, property)) in properties.members().enumerate() {
            let is_required = required.iter().any(|required| required.text().as_deref() == Some(&*name));
            let (separator, mark) = (if index == 0 { "" } else { ", " }, if is_required { "" } else { "?" });
            let _ = write!(out, "{separator}{name}{mark}: ");
            write_type(out, property);
            let description = text(property, "description");
            if !description.is_empty() {
                let _ = write!(out, " ({})", description.trim_end_matches('.'));
            }
        }
        out.push('}');
    } else {
        let kind = text(schema, "type");
        out.push_str(if kind.is_empty() { "any" } else { &kind });
    }
}

/// Calls the tool that the arguments of the one tool name.
///
/// Arguments that stand beside the tool's name in place of within `arguments` are taken as meant, and so is an object
/// that was written into a string: models do both, where a host shows them little of the schema.
///
/// # Errors
/// The tool's own, and a refusal where no tool is named.
pub fn call(platform: &dyn Platform, params: &str) -> Result<String, Failure> {
    let (tool, arguments) = split(params)?;
    tools::call(&Call::new(platform), &tool, &arguments).map_err(of_core)
}

/// Takes a member that the host has put among the arguments out of them.
///
/// # Errors
/// The arguments are no JSON object.
pub fn take(params: &str, name: &str) -> Result<(Option<String>, String), Failure> {
    let mut taken = None;
    let mut rest = String::new();
    for (member, value) in object(params)?.members() {
        if member == name {
            taken = Some(value.get().to_owned());
        } else {
            write_member(&mut rest, &member, value);
        }
    }
    Ok((taken, format!("{{{rest}}}")))
}

fn split(params: &str) -> Result<(String, String), Failure> {
    let (mut tool, mut arguments, mut beside) = (None, None, String::new());
    for (name, value) in object(params)?.members() {
        let place = match &*name {
            TOOL => &mut tool,
            ARGUMENTS => &mut arguments,
            _ => {
                write_member(&mut beside, &name, value);
                continue;
            }
        };
        if place.replace(value).is_some() {
            return Err(wrong(&format!("it says {name} twice")));
        }
    }
    let tool = tool.and_then(Json::text).ok_or_else(|| wrong("it names no tool"))?.into_owned();
    match arguments {
        Some(arguments) if beside.is_empty() => {
            Ok((tool, arguments.text().map_or_else(|| arguments.get().to_owned(), String::from)))
        }
        Some(_) => Err(wrong("arguments stand both within and beside \"arguments\"")),
        None => Ok((tool, format!("{{{beside}}}"))),
    }
}

fn object(params: &str) -> Result<Json<'_>, Failure> {
    let params = Json::parse(params).map_err(|_| wrong("it is not JSON"))?;
    if params.get().starts_with('{') { Ok(params) } else { Err(wrong("it is no object")) }
}

fn write_member(out: &mut String, name: &str, value: Json<'_>) {
    let separator = if out.is_empty() { "" } else { "," };
    let _ = write!(out, "{separator}{}:{}", quoted(name), value.get());
}

fn wrong(why: &str) -> Failure {
    refused(
        ErrorKind::InvalidInput,
        format!("the call is not understood, for {why}: say {{\"tool\": NAME, \"arguments\": {{…}}}}"),
    )
}
