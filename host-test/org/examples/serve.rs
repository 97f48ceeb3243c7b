//! Serves the demo org on a port of 127.0.0.1: `cargo run -p demo-org --example serve -- 8080 riley`. After the user,
//! extras can be named: `oddities`, `products`, `list-views`, `reports`, `history`, `approvals`, `files`, `campaigns`, `text-addresses`.

use std::sync::Arc;

use demo_org::{Extra, Org, serve::Server};

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().and_then(|port| port.parse().ok()).unwrap_or(0);
    let user = arguments.next().unwrap_or_else(|| "riley".to_owned());
    let extras = arguments.filter_map(|name| match name.as_str() {
        "oddities" => Some(Extra::Oddities),
        "list-views" => Some(Extra::ListViews),
        "reports" => Some(Extra::Reports),
        "history" => Some(Extra::History),
        "approvals" => Some(Extra::Approvals),
        "flow-approvals" => Some(Extra::FlowApprovals),
        "files" => Some(Extra::Files),
        "campaigns" => Some(Extra::Campaigns),
        "products" => Some(Extra::Products),
        "text-addresses" => Some(Extra::TextAddresses),
        _ => None,
    });
    let org = Arc::new(Org::demo_with(extras));
    let token = org.token(&user);
    let server = Server::start(org, port)?;
    println!("{}\n{token}", server.origin());
    server.wait();
    Ok(())
}
