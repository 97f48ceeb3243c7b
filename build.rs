//! Writes what wit-bindgen makes of `wit/`: the call for its records, and the shell's bindings to them.
//!
//! wit-bindgen wants the full name of an interface, with the version of the package. Here the version is read
//! from `wit/world.wit`, so a release changes it in that line alone.

// A build script reports a failure by panicking.
#![allow(clippy::expect_used)]

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use wit_bindgen_core::wit_parser::Resolve;
use wit_bindgen_core::{Files, WorldGenerator};
use wit_bindgen_rust::{Opts, WithOption};

/// The interfaces that hold records alone.
const INTERFACES: [&str; 5] = ["types", "read-types", "write-types", "settings-types", "sign-in-types"];

fn main() {
    let contract = Path::new("wit").join("world.wit");
    println!("cargo:rerun-if-changed={}", contract.display());
    let world = fs::read_to_string(contract).expect("the contract can be read");
    let version = version(&world).expect("wit/world.wit says the version of its package");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("records.rs"), RECORDS).expect("OUT_DIR can be written to");
    fs::write(out.join("component.rs"), component(version)).expect("OUT_DIR can be written to");
    let table = Path::new("src").join("schema").join("standard.txt");
    println!("cargo:rerun-if-changed={}", table.display());
    let table = fs::read_to_string(table).expect("the table can be read");
    let (heads, fields, places) = parted(&table);
    fs::write(out.join("standard-heads.txt"), heads).expect("OUT_DIR can be written to");
    fs::write(out.join("standard-fields"), with_room(fields)).expect("OUT_DIR can be written to");
    fs::write(out.join("standard-places.rs"), format!("{places:?}")).expect("OUT_DIR can be written to");
    let catalog = Path::new("src").join("catalog.json");
    println!("cargo:rerun-if-changed={}", catalog.display());
    let catalog = fs::read_to_string(catalog).expect("the catalog can be read");
    for (name, texts) in ["tools", "input-schemas", "output-schemas"].into_iter().zip(in_parts(&catalog)) {
        // No text has the sign in it that there is between them.
        fs::write(out.join(name), with_room(packed(&texts.join("\u{7f}")))).expect("OUT_DIR can be written to");
    }
}

/// The tools without their schemas, those of what they take, and those of what they reply, each by themselves, so that
/// none is in a component which never tells it. The file has a tool on each line, with its schemas last.
fn in_parts(catalog: &str) -> [Vec<String>; 3] {
    let mut parts = [const { Vec::new() }; 3];
    for line in catalog.lines().filter(|line| line.starts_with('{')) {
        let (tool, schemas) = line.split_once(",\"input_schema\":").expect("a tool has a schema of what it takes");
        let (input, output) = schemas.split_once(",\"output_schema\":").expect("and of what it replies");
        let output = output.trim_end_matches(',').strip_suffix('}').expect("with which the tool ends");
        for (part, text) in parts.iter_mut().zip([format!("{tool}}}"), input.to_owned(), output.to_owned()]) {
            part.push(text);
        }
    }
    parts
}

/// The table of standard objects in two: what a call looks for an object in, which is its heading, words and columns, and
/// the fields and children of each object, packed, with where those of each begin.
fn parted(table: &str) -> (String, Vec<u8>, Vec<usize>) {
    let (mut heads, mut fields, mut places) = (String::new(), Vec::new(), Vec::new());
    for object in table.split("\n*").filter(|object| !object.is_empty()) {
        let (head, rest): (Vec<_>, Vec<_>) =
            object.lines().enumerate().partition(|(place, line)| *place == 0 || line.starts_with(['~', '!']));
        let lines = |lines: &[(usize, &str)]| lines.iter().map(|(_, line)| *line).collect::<Vec<_>>().join("\n");
        heads.push_str(&format!("\n*{}", lines(&head)));
        places.push(fields.len());
        fields.extend(packed(&["\n", &lines(&rest)].concat()));
    }
    (heads, fields, places)
}

/// A text in steps, as `src/packed.rs` reads them: how far back it repeats from, how many bytes stand there as they are, and
/// how many are then repeated; such that they are as few bytes as can be.
fn packed(text: &str) -> Vec<u8> {
    const MOST_PLAIN: usize = 15;
    let text = text.as_bytes();
    assert!(text.len() < 1 << 14, "a step says in 14 bits how far back it repeats from");
    let repeats = repeats(text);
    // From each place on: how many bytes it takes, how many of them stand there as they are, and how many are repeated.
    let mut best = vec![(0, 0, 0); text.len() + 1];
    for at in (0..text.len()).rev() {
        let plain = 0..=MOST_PLAIN.min(text.len() - at);
        let steps = plain.flat_map(|plain| {
            let (longest, _) = repeats.get(at + plain).copied().unwrap_or_default();
            let repeated = (SHORTEST_REPEAT..=longest).chain((plain > 0).then_some(0));
            repeated.map(move |repeated| (plain, repeated))
        });
        let size = |(plain, repeated): (usize, usize)| (3 + plain + best[at + plain + repeated].0, plain, repeated);
        best[at] = steps.map(size).min().expect("a byte can stand as it is");
    }
    let mut packed = u16::try_from(text.len()).expect("it is short").to_le_bytes().to_vec();
    let mut at = 0;
    while at < text.len() {
        let (_, plain, repeated) = best[at];
        let repeats_from = if repeated > 0 { repeats[at + plain].1 } else { 0 };
        let step = repeats_from | plain << 14 | repeated.saturating_sub(SHORTEST_REPEAT - 1) << 18;
        packed.extend(&step.to_le_bytes()[..3]);
        packed.extend(&text[at..at + plain]);
        at += plain + repeated;
    }
    packed
}

const SHORTEST_REPEAT: usize = 4;

/// Packed texts with room behind them, for they are read in chunks.
fn with_room(packed: Vec<u8>) -> Vec<u8> {
    [packed.as_slice(), &[0; 16]].concat()
}

/// How much of what is at each place stands before it too, and how far back; of the longest the nearest.
fn repeats(text: &[u8]) -> Vec<(usize, usize)> {
    const LONGEST: usize = SHORTEST_REPEAT - 1 + 63;
    let mut before: HashMap<&[u8], Vec<usize>> = HashMap::new();
    let mut repeats = Vec::new();
    for (at, rest) in (0..text.len()).map(|at| (at, &text[at..])) {
        let alike = |start: usize| {
            let longest = (at - start).min(LONGEST);
            text[start..].iter().zip(rest).take(longest).take_while(|(one, other)| one == other).count()
        };
        let starts = rest.get(..SHORTEST_REPEAT).map(|first| before.entry(first).or_default());
        let longest = starts.as_ref().and_then(|starts| {
            starts
                .iter()
                .map(|start| (alike(*start), at - start))
                .max_by_key(|(length, back)| (*length, Reverse(*back)))
        });
        repeats.push(longest.filter(|(length, _)| *length >= SHORTEST_REPEAT).unwrap_or_default());
        starts.into_iter().for_each(|starts| starts.push(at));
    }
    repeats
}

fn version(world: &str) -> Option<&str> {
    world.lines().find_map(|line| line.strip_prefix("package salesforce:plugin@")?.strip_suffix(';'))
}

/// The records as types of Rust.
const RECORDS: &str = r#"wit_bindgen::generate!({
    path: "wit",
    world: "records",
    generate_unused_types: true,
    additional_derives: [Clone],
});
"#;

/// The bindings of the component, with those records.
fn component(version: &str) -> String {
    let mut resolve = Resolve::default();
    let (package, sources) = resolve.push_path("wit").expect("the contract can be read");
    sources.paths().for_each(|source| println!("cargo:rerun-if-changed={}", source.display()));
    let world = resolve.select_world(&[package], Some("plugin")).expect("the contract has a world of this name");
    let records = |name| (format!("salesforce:plugin/{name}@{version}"), WithOption::Path("crate::wit".to_owned()));
    let options = Opts { with: INTERFACES.map(records).to_vec(), ..Opts::default() };
    let mut files = Files::default();
    options.build().generate(&mut resolve, world, &mut files).expect("wit-bindgen can bind the contract");
    let (_, bindings) = files.iter().next().expect("wit-bindgen has written the bindings");
    sharing_errors(str::from_utf8(bindings).expect("Rust is UTF-8"))
}

/// How the bindings begin to write an error into memory for the host.
const WRITES_AN_ERROR: &str = "Err(e) => {";

/// The bindings with one function for all that write an error alike, in place of the same lines in each function that
/// may fail: 20 kB of the component.
fn sharing_errors(bindings: &str) -> String {
    let mut parts = bindings.split(WRITES_AN_ERROR);
    let mut source = parts.next().expect("there is something before").to_owned();
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    let mut errors = Vec::new();
    for rest in parts {
        let lines = block(rest);
        let (alike, place) = numbered_anew(lines);
        *count.entry(alike.clone()).or_default() += 1;
        errors.push((alike, place, rest, &rest[lines.len() + 1..]));
    }
    let shared: Vec<String> = count.into_iter().filter(|(_, count)| *count > 1).map(|(lines, _)| lines).collect();
    assert!(!shared.is_empty(), "wit-bindgen writes errors in another way: they are to be shared in that way");

    for (alike, place, whole, behind) in errors {
        source.push_str(WRITES_AN_ERROR);
        match shared.iter().position(|lines| *lines == alike) {
            Some(number) => {
                let call = format!("crate::component::bindings::write_error_{number}(e, ptr{place}) }}");
                source.extend([&call, behind]);
            }
            None => source.push_str(whole),
        }
    }
    for (number, lines) in shared.iter().enumerate() {
        // The functions stand at the top, and those that call them further below, all at the same depth.
        let lines = lines.replace("super::", "");
        let (_, error) = lines.split_once("let ").expect("an error is taken apart");
        let (error, _) = error.split_once('{').expect("by the name of its record");
        let function =
            format!("unsafe fn write_error_{number}(e: {error}, ptr0: *mut u8) {{ unsafe {{ {lines} }} }}\n");
        source.extend(["#[inline(never)] ", &function]);
    }
    source
}

/// What is in the braces that were opened right before.
fn block(rest: &str) -> &str {
    let mut depth = 1;
    let end = rest.find(|sign| {
        depth += i32::from(sign == '{') - i32::from(sign == '}');
        depth == 0
    });
    &rest[..end.expect("braces are closed")]
}

/// Lines without their indentation and with the numbers at the ends of names counted anew, from the first; and the first
/// as it was: the place in memory that is written to.
fn numbered_anew(lines: &str) -> (String, &str) {
    let (mut anew, mut numbers) = (String::new(), Vec::new());
    for word in lines.split_whitespace() {
        add_numbered_anew(word, &mut numbers, &mut anew);
        anew.push(' ');
    }
    (anew, numbers.first().expect("what is written has a place"))
}

fn add_numbered_anew<'a>(lines: &'a str, numbers: &mut Vec<&'a str>, anew: &mut String) {
    let mut rest = lines;
    while let Some(start) = rest.find(|sign: char| sign.is_ascii_alphanumeric() || sign == '_') {
        anew.push_str(&rest[..start]);
        let word = &rest[start..];
        let end = word.find(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_').unwrap_or(word.len());
        rest = &word[end..];
        let word = &word[..end];
        let name = word.trim_end_matches(|sign: char| sign.is_ascii_digit());
        // Not so `8`, `1i32` and `u8`, and modules, which are named with two underscores.
        let is_whole = ["", "u", "i", word].contains(&name) || name.starts_with("__");
        if is_whole || name.starts_with(|sign: char| sign.is_ascii_digit()) {
            anew.push_str(word);
            continue;
        }
        let number = &word[name.len()..];
        let place = numbers.iter().position(|known| *known == number).unwrap_or_else(|| {
            numbers.push(number);
            numbers.len() - 1
        });
        anew.extend([name, &place.to_string()]);
    }
    anew.push_str(rest);
}
