//! What the version policy of `wit/world.wit` rests on: every item says since when it is there.

use wit_parser::Stability;

use crate::catalog::contract;

#[test]
fn every_item_of_the_contract_says_since_when_it_is_there() {
    let (resolve, package) = contract();
    let package = &resolve.packages[package];
    let version = package.name.version.as_ref().unwrap();
    let mut items: Vec<(String, &Stability)> = Vec::new();
    for (name, id) in &package.interfaces {
        let interface = &resolve.interfaces[*id];
        items.push((name.clone(), &interface.stability));
        // What an interface uses of another is a type of it as well.
        let types = interface.types.iter().map(|(ty, id)| (format!("{name}.{ty}"), &resolve.types[*id].stability));
        items.extend(types);
        items.extend(interface.functions.values().map(|f| (format!("{name}.{}", f.name), &f.stability)));
    }
    for (name, id) in &package.worlds {
        let world = &resolve.worlds[*id];
        items.push((name.clone(), &world.stability));
        let parts = world.imports.iter().chain(&world.exports);
        items.extend(
            parts.map(|(key, item)| (format!("{name}: {}", resolve.name_world_key(key)), item.stability(&resolve))),
        );
    }
    for (name, stability) in &items {
        match stability {
            Stability::Stable { since, deprecated: None } => assert!(since <= version, "{name} is of {since}"),
            other => panic!("{name}: {other:?}"),
        }
    }
    assert!(items.len() > 100, "{}", items.len());
}
