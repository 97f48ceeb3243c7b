//! Makes the types of the replies from `wit/`: a record, a case or a tool that is not as the rendering takes it to be
//! fails to compile.

// A build script reports a failure by panicking.
#![allow(clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use wit_parser::{Enum, Record, Resolve, Type, TypeDefKind, TypeId};

fn main() {
    let folder = Path::new(&env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../../wit");
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(&folder).expect("wit/ can be read");
    let mut writer = Writer { resolve: &resolve, written: BTreeSet::new(), code: String::new() };
    let mut tools = Vec::new();
    for tier in ["read", "append", "edit"] {
        let interface = resolve.packages[package].interfaces[tier];
        for (name, function) in &resolve.interfaces[interface].functions {
            let Some(Type::Id(result)) = function.result else { panic!("{name} returns a result") };
            let TypeDefKind::Result(result) = &resolve.types[result].kind else { panic!("{name} returns a result") };
            tools.push((name.as_str(), writer.ty(result.ok.expect("a reply"))));
        }
    }
    writer.replies(&tools);
    let out = env::var_os("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&out).join("replies.rs"), writer.code).expect("OUT_DIR can be written to");
}

struct Writer<'r> {
    resolve: &'r Resolve,
    written: BTreeSet<TypeId>,
    code: String,
}

impl Writer<'_> {
    fn line(&mut self, line: &str) {
        self.code.push_str(line);
        self.code.push('\n');
    }

    /// The Rust type for a type of the contract.
    fn ty(&mut self, ty: Type) -> String {
        match ty {
            Type::Bool => "bool".to_owned(),
            Type::U32 => "u32".to_owned(),
            Type::String => "String".to_owned(),
            Type::Id(id) => self.definition(id),
            other => panic!("a reply has a type the rendering does not know: {other:?}"),
        }
    }

    fn definition(&mut self, id: TypeId) -> String {
        let resolve = self.resolve;
        let definition = &resolve.types[id];
        match (definition.name.as_deref(), &definition.kind) {
            (Some("json"), _) => "Value".to_owned(),
            (Some("json-object"), _) => "Members".to_owned(),
            (_, TypeDefKind::Type(inner)) => self.ty(*inner),
            (_, TypeDefKind::List(inner)) => format!("Vec<{}>", self.ty(*inner)),
            (_, TypeDefKind::Option(inner)) => format!("Option<{}>", self.ty(*inner)),
            (Some(name), TypeDefKind::Record(record)) => {
                let name = pascal(name);
                if self.written.insert(id) {
                    self.record(&name, record);
                }
                name
            }
            (Some(name), TypeDefKind::Enum(cases)) => {
                let name = pascal(name);
                if self.written.insert(id) {
                    self.cases(&name, cases);
                }
                name
            }
            (name, kind) => panic!("a reply has a type the rendering does not know: {name:?}, a {}", kind.as_str()),
        }
    }

    fn record(&mut self, name: &str, record: &Record) {
        let members: Vec<(String, String)> =
            record.fields.iter().map(|field| (snake(&field.name), self.ty(field.ty))).collect();
        self.line("#[derive(Debug, Deserialize)]");
        self.line("#[allow(dead_code)] // Not all of a reply is shown.");
        self.line(&format!("pub(super) struct {name} {{"));
        for (member, ty) in members {
            // What the JSON face leaves out is empty.
            if ty == "Option<Value>" {
                // What is left out is not the same as null.
                self.line("    #[serde(default, deserialize_with = \"super::present\")]");
            } else if ty == "bool" || ty == "Members" || ty.starts_with("Vec<") || ty.starts_with("Option<") {
                self.line("    #[serde(default)]");
            }
            self.line(&format!("    pub(super) r#{member}: {ty},"));
        }
        self.line("}");
    }

    fn cases(&mut self, name: &str, cases: &Enum) {
        let names = cases.cases.iter().map(|case| (pascal(&case.name), snake(&case.name)));
        let (mut list, mut words) = (String::new(), String::new());
        for (case, word) in names {
            let _ = write!(list, "{case}, ");
            let _ = write!(words, "Self::{case} => {:?}, ", word.replace('_', " "));
        }
        self.line("#[derive(Debug, Clone, Copy, Deserialize)]");
        self.line("#[serde(rename_all = \"snake_case\")]");
        self.line(&format!("pub(super) enum {name} {{ {list}}}"));
        self.line(&format!("impl {name} {{"));
        self.line(&format!("    pub(super) fn words(self) -> &'static str {{ match self {{ {words}}} }}"));
        self.line("}");
    }

    /// The reply of each tool, and how it is read.
    fn replies(&mut self, tools: &[(&str, String)]) {
        self.line("#[derive(Debug)]");
        self.line("pub(super) enum Reply {");
        for (tool, ty) in tools {
            self.line(&format!("    {}({ty}),", pascal(tool)));
        }
        self.line("}");
        self.line("impl Reply {");
        self.line("    /// Reads the reply of a tool by its short name; absent for a tool nobody knows.");
        self.line("    pub(super) fn read(tool: &str, json: &str) -> Option<serde_json::Result<Self>> {");
        self.line("        Some(match tool {");
        for (tool, _) in tools {
            let (case, name) = (pascal(tool), snake(tool));
            self.line(&format!("            {name:?} => serde_json::from_str(json).map(Self::{case}),"));
        }
        self.line("            _ => return None,");
        self.line("        })");
        self.line("    }");
        self.line("}");
    }
}

fn snake(name: &str) -> String {
    name.replace('-', "_")
}

fn pascal(name: &str) -> String {
    let word = |word: &str| word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect();
    name.split('-').map(word).collect::<Vec<String>>().concat()
}
