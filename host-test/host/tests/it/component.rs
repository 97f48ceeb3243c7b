//! What the component asks for and offers.

use test_support::HOST;

#[test]
fn the_component_imports_our_interfaces_and_nothing_ambient() {
    assert_eq!(
        HOST.imports(),
        [
            "types",
            "read-types",
            "write-types",
            "settings-types",
            "sign-in-types",
            "secrets",
            "http",
            "clock",
            "cache",
            "settings",
        ]
        .map(|name| format!("salesforce:plugin/{name}@0.1.0"))
    );
}

#[test]
fn the_component_exports_the_tiers_the_catalog_and_the_sign_in() {
    assert_eq!(
        HOST.exports(),
        ["read", "append", "edit", "catalog", "sign-in"].map(|name| format!("salesforce:plugin/{name}@0.1.0"))
    );
}

#[test]
fn the_component_stays_under_its_budget() {
    assert!(salesforce_host::COMPONENT.len() <= 965_000, "{} bytes", salesforce_host::COMPONENT.len());
}
