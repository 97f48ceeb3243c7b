//! Takes out of a component what only a debugger shows.

/// The component without the names of its inner parts, which only a debugger shows: 5 kB of it.
pub(crate) fn without_names(component: Vec<u8>) -> Vec<u8> {
    let mut depth = 0;
    for payload in wasmparser::Parser::new(0).parse_all(&component) {
        match payload.expect("the encoder writes what can be read") {
            wasmparser::Payload::ModuleSection { .. } | wasmparser::Payload::ComponentSection { .. } => depth += 1,
            wasmparser::Payload::End(_) => depth -= 1,
            wasmparser::Payload::CustomSection(section) if depth == 0 && section.name() == "component-name" => {
                let range = section.range();
                // Before it stand its mark, one byte, and its length in groups of seven bits.
                let header = 1 + (usize::BITS - range.len().leading_zeros()).div_ceil(7) as usize;
                return [&component[..range.start - header], &component[range.end..]].concat();
            }
            _ => {}
        }
    }
    component
}
