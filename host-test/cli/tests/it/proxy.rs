//! The command line and the proxy of the environment.

use std::process::Command;
use std::sync::{Arc, mpsc};

use demo_org::Org;
use demo_org::serve::Server;
use test_support::TOKEN;
use test_support::loopback::Loopback;

#[test]
fn the_proxy_of_the_environment_is_used_for_salesforce_and_never_for_this_machine() {
    let (sender, asked) = mpsc::channel();
    let proxy = Loopback::proxy(sender);
    let org = Arc::new(Org::demo());
    let server = Server::start(Arc::clone(&org), 0).unwrap();
    let token = org.token("riley");
    let find = |org: &str, token: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_salesforce-plugin"));
        command.args(["--org", org, "call", "find", r#"{"text": "Acme"}"#]).env("SALESFORCE_ACCESS_TOKEN", token);
        for name in ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy", "all_proxy"] {
            command.env(name, proxy.origin());
        }
        command.env_remove("NO_PROXY").env_remove("no_proxy").output().unwrap().status.code().unwrap()
    };
    assert_eq!(find(&server.origin(), &token), 0);
    assert_eq!(proxy.accepted(), 0);

    // The proxy refuses, so nothing leaves this machine.
    assert_eq!(find("https://no-such-host.my.salesforce.com", TOKEN), 1);
    let seen = asked.recv().unwrap();
    assert!(seen.starts_with("CONNECT no-such-host.my.salesforce.com:443 "), "{seen}");
    assert!(!seen.contains(TOKEN));
}
