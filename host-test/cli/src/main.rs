//! The program `salesforce-plugin`.

use std::process::ExitCode;

fn main() -> ExitCode {
    salesforce_plugin_cli::run()
}
