//! Serves a component as a workload of wasmCloud's runtime, with what its `workload.yaml` says; its arguments are those of
//! `wasmtime serve`.

use std::collections::HashMap;
use std::fs;
use std::future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser;
use wash_runtime::engine::Engine;
use wash_runtime::host::{HostApi, HostBuilder};
use wash_runtime::plugin::wasi_http::HttpServer;
use wash_runtime::types::{Component, LocalResources, Workload, WorkloadStartRequest};
use wash_runtime::wit::WitInterface;

/// The host that the component sends to.
const ORG: &str = "https://demo.my.salesforce.com";

#[derive(Parser)]
struct Arguments {
    /// Where to listen.
    #[arg(long)]
    addr: SocketAddr,
    /// `NAME=VALUE` of the component's environment.
    #[arg(long)]
    env: Vec<String>,
    component: PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Arguments { addr, env, component } = Arguments::parse();
    let bytes = fs::read(&component).with_context(|| component.display().to_string())?;
    let environment: HashMap<_, _> = env
        .iter()
        .map(|one| one.split_once('=').with_context(|| format!("{one} is not NAME=VALUE")))
        .map(|pair| pair.map(|(name, value)| (name.to_owned(), value.to_owned())))
        .collect::<anyhow::Result<_>>()?;
    let host = HostBuilder::new()
        .with_engine(Engine::builder().build()?)
        .with_plugin(Arc::new(HttpServer::new(addr)))?
        .build()?
        .start()
        .await?;
    let local_resources = LocalResources { environment, allowed_hosts: vec![ORG.to_owned()], ..Default::default() };
    let workload = Workload {
        namespace: "default".to_owned(),
        name: "salesforce".to_owned(),
        annotations: HashMap::new(),
        service: None,
        components: vec![Component { bytes: bytes.into(), local_resources, ..Default::default() }],
        host_interfaces: vec![WitInterface::from("wasi:http/incoming-handler")],
        volumes: Vec::new(),
    };
    host.workload_start(WorkloadStartRequest { workload }).await?;
    future::pending().await
}
