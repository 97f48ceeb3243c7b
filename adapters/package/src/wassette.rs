//! Wassette: the component and its policy.

use std::fmt::Write as _;

use adapter_common::{one_tool, settings};
use salesforce_plugin::catalog;
use serde_json::{Map, Value, json};

use crate::{Deployment, Files, WASSETTE};

/// What the component is called, and the tools' ids begin with.
const NAME: &str = "salesforce";

/// The component and the policy of one deployment.
pub fn package(deployment: &Deployment) -> Files {
    vec![
        (format!("{NAME}.wasm"), described(WASSETTE)),
        (format!("{NAME}.policy.yaml"), policy(deployment).into_bytes()),
    ]
}

/// What the component may do: reach one host, written out, and read three variables.
fn policy(deployment: &Deployment) -> String {
    format!(
        "version: \"1.0\"
description: \"Salesforce as its user, in one org\"
permissions:
  network:
    allow:
      - host: \"{}\"
  environment:
    allow:
      - key: \"SALESFORCE_SETTINGS\"
      - key: \"SALESFORCE_DOMAIN\"
      - key: \"SALESFORCE_ACCESS_TOKEN\"
",
        deployment.host()
    )
}

/// The component with a description of each function, where the host looks for it: a section that compilers leave out.
fn described(component: &[u8]) -> Vec<u8> {
    let every = salesforce_plugin::wit::ConnectionSettings {
        tools: Some(vec!["all".to_owned()]),
        soap_session: true,
        ..settings::none()
    };
    let mut docs = Map::new();
    for tool in catalog::tools(&every) {
        let mut text = format!("{} ({})", tool.description, one_tool::effect(&tool));
        let _ = write!(text, " The arguments are one text of JSON; a ? marks what may be left out: ");
        one_tool::write_type(&mut text, tool.input_schema());
        docs.insert(tool.name.replace('_', "-"), json!({ "docs": text }));
    }
    let docs: Value = json!({ "worlds": { "root": { "func_exports": docs } } });
    // The version of the section's form, and the JSON.
    let docs = [&[1], docs.to_string().as_bytes()].concat();
    let name = b"package-docs";
    let mut section = leb128(name.len());
    section.extend_from_slice(name);
    section.extend_from_slice(&docs);
    let mut described = component.to_vec();
    // A custom section is one byte, its length, its name and what is in it.
    described.push(0);
    described.extend(leb128(section.len()));
    described.extend(section);
    described
}

/// A length as components write it: seven bits a byte, the lowest first.
fn leb128(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        bytes.push(if number == 0 { low } else { low | 0x80 });
        if number == 0 {
            return bytes;
        }
    }
}
