//! `salesforce-plugin org`: the demo org on this machine, for any Salesforce client.

use std::io::Write;

use demo_org::serve::Server;
use serde_json::json;

use crate::args::Arguments;
use crate::failure::Failure;
use crate::open::{self, ACCESS_TOKEN};

/// Serves until the program is ended.
pub(crate) fn run(port: u16, arguments: &Arguments, exact: bool, out: &mut impl Write) -> Result<(), Failure> {
    let user = &arguments.user;
    let org = open::demo_org(&arguments.demo_mode, user);
    let token = org.token(user);
    let server = Server::start(org, port).map_err(|error| Failure::Host(format!("port {port}: {error}")))?;
    if exact {
        writeln!(out, "{}", json!({"origin": server.origin(), "user": user, "access_token": token}))?;
        out.flush()?;
        server.wait();
        return Ok(());
    }
    writeln!(out, "The demo org is at {}, for {user} with this access token:", server.origin())?;
    writeln!(out, "{ACCESS_TOKEN}='{token}'")?;
    writeln!(out, "To sign in instead: salesforce-plugin connect NAME --domain {}", server.origin())?;
    out.flush()?;
    server.wait();
    Ok(())
}
