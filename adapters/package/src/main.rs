//! Writes what a host installs into a folder.

use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, fs};

use adapter_package::{Deployment, Fault, Files, ironclaw_0_24, ironclaw_1, oci, wasi_http, wassette, zeroclaw, zip};

/// What is said where the arguments are not understood.
const USAGE: &str =
    "usage: adapter-package HOST --out FOLDER [--domain DOMAIN] [--settings FILE] [--consumer-key KEY] [--url URL] [--component FILE]

Where the name of the folder ends with .zip, a zip is written, and where it ends with .oci, an image layout that a registry
takes. HOST is ironclaw-0-24, ironclaw-1, ironclaw-1-v3, wasi-http, wasi-http-config, wassette or zeroclaw, or component
for the component itself, which --component names. All but wasi-http-config, zeroclaw and component need --domain, and
wasi-http needs --url, the address clients reach the server by.";

fn main() -> ExitCode {
    match run(env::args().skip(1)) {
        Ok(written) => {
            written.iter().for_each(|path| println!("{path}"));
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}

/// What the arguments say.
#[derive(Default)]
struct Arguments {
    host: String,
    out: Option<PathBuf>,
    domain: Option<String>,
    settings: Option<String>,
    consumer_key: Option<String>,
    url: Option<String>,
    component: Option<String>,
}

fn read(mut arguments: impl Iterator<Item = String>) -> Result<Arguments, Fault> {
    let usage = || Fault(USAGE.to_owned());
    let mut read = Arguments { host: arguments.next().ok_or_else(usage)?, ..Arguments::default() };
    while let Some(name) = arguments.next() {
        let value = Some(arguments.next().ok_or_else(usage)?);
        match &*name {
            "--out" => read.out = value.map(PathBuf::from),
            "--domain" => read.domain = value,
            "--settings" => read.settings = value,
            "--consumer-key" => read.consumer_key = value,
            "--url" => read.url = value,
            "--component" => read.component = value,
            _ => return Err(usage()),
        }
    }
    Ok(read)
}

fn run(arguments: impl Iterator<Item = String>) -> Result<Vec<String>, Fault> {
    let arguments = read(arguments)?;
    let out = arguments.out.clone().ok_or(Fault(USAGE.to_owned()))?;
    let host = arguments.host.clone();
    let files = files(arguments)?;
    let mut written = Vec::new();
    let form = out.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let (out, files) = match (form, out.parent(), out.file_name()) {
        ("zip", Some(folder), Some(name)) => {
            (folder.to_owned(), vec![(name.to_string_lossy().into_owned(), zip::zip(&files))])
        }
        ("oci", _, _) => (out, oci::layout(&format!("salesforce-{host}"), &files)?),
        _ => (out, files),
    };
    for (name, bytes) in files {
        let path = out.join(&name);
        let unwritable = |error| Fault(format!("{} can't be written: {error}", path.display()));
        path.parent().map_or(Ok(()), fs::create_dir_all).map_err(unwritable)?;
        fs::write(&path, bytes).map_err(unwritable)?;
        written.push(path.display().to_string());
    }
    Ok(written)
}

fn files(arguments: Arguments) -> Result<Files, Fault> {
    if arguments.host == "zeroclaw" {
        return zeroclaw::package();
    }
    if arguments.host == "wasi-http-config" {
        return Ok(wasi_http::config_package());
    }
    if arguments.host == "component" {
        let file = arguments.component.ok_or(Fault(USAGE.to_owned()))?;
        let component = fs::read(&file).map_err(|error| Fault(format!("{file} can't be read: {error}")))?;
        return Ok(vec![("salesforce-plugin.wasm".to_owned(), component)]);
    }
    let settings = match &arguments.settings {
        Some(file) => fs::read_to_string(file).map_err(|error| Fault(format!("{file} can't be read: {error}")))?,
        None => "{}".to_owned(),
    };
    let domain = arguments.domain.ok_or(Fault(USAGE.to_owned()))?;
    let mut deployment = Deployment::new(&domain, &settings)?;
    deployment.consumer_key = arguments.consumer_key;
    deployment.url = arguments.url;
    match &*arguments.host {
        "ironclaw-0-24" => ironclaw_0_24::package(&deployment),
        "ironclaw-1" => ironclaw_1::package(&deployment, ironclaw_1::Manifest::V2),
        "ironclaw-1-v3" => ironclaw_1::package(&deployment, ironclaw_1::Manifest::V3),
        "wasi-http" => wasi_http::package(&deployment),
        "wassette" => Ok(wassette::package(&deployment)),
        _ => Err(Fault(USAGE.to_owned())),
    }
}
