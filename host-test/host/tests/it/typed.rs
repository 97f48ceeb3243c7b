//! The example `typed`, a whole host in one file, works and tells what it does.

#[path = "../../examples/typed.rs"]
#[allow(dead_code)] // Its `main`.
mod example;

#[test]
fn the_example_of_the_typed_face_tells_its_story() {
    let said = example::story().unwrap();
    for line in [
        "001dM0000000010QAA  Acme\n",
        r#"https://demo.my.salesforce.com/001dM0000000010QAA: {"Name":"Acme","NumberOfEmployees":100}"#,
        "NumberOfEmployees: 100 → 500\n",
        "ErrorKind::Conflict: nothing was written: NumberOfEmployees does not have the expected value",
        "ActivityKind::Call, Tue 2026-05-12 (America/Los_Angeles)",
        "ActivityKind::Task, Tue 2026-05-19 15:00 (America/Los_Angeles)",
        r#"["Negotiation/Review",120000,"#,
    ] {
        assert!(said.contains(line), "{line}\n{said}");
    }
}
