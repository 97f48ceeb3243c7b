//! Puts sections of a kind that stand next to each other into one, and what a component takes before what it makes of it.
//!
//! The encoder begins a section for each function that is taken, and one for what is made of it: six bytes for a function.
//! What is taken is what other instances give, and these are there before either.

use wasm_encoder::Encode as _;
use wasmparser::{BinaryReader, ComponentAlias, ComponentAliasSectionReader, ExternalKind, Result};

/// Bytes before the first section: what the file is, and of which version.
const HEAD: usize = 8;
/// The sections of a component that are a number and so many items.
const ALIAS: u8 = 6;
const CANONICAL: u8 = 8;
const LISTS: [u8; 8] = [2, 3, 5, ALIAS, 7, CANONICAL, 10, 11];

/// A section of a component, or several that are one.
struct Section<'a> {
    kind: u8,
    /// How many items there are; none where the section is no list.
    items: Option<u32>,
    bytes: Vec<&'a [u8]>,
}

/// The component with fewer sections.
pub(crate) fn sections(bytes: &[u8]) -> Vec<u8> {
    let sections = joined(bytes).expect("the encoder writes what can be read");
    let mut component = bytes[..HEAD].to_vec();
    for Section { kind, items, bytes } in sections {
        let mut section = Vec::new();
        items.inspect(|items| items.encode(&mut section));
        section.extend(bytes.concat());
        component.push(kind);
        section.encode(&mut component);
    }
    component
}

fn joined(bytes: &[u8]) -> Result<Vec<Section<'_>>> {
    let mut reader = BinaryReader::new(&bytes[HEAD..], HEAD);
    let mut sections: Vec<Section<'_>> = Vec::new();
    while !reader.eof() {
        let (kind, length) = (reader.read_u8()?, reader.read_var_u32()?);
        let mut section = BinaryReader::new(reader.read_bytes(length as usize)?, 0);
        let goes_before = kind == ALIAS && !gives_core_functions(section.clone())?;
        let items = if LISTS.contains(&kind) { Some(section.read_var_u32()?) } else { None };
        let bytes = section.read_bytes(section.bytes_remaining())?;
        let before = match &sections[..] {
            [.., alias, canonical] if goes_before && (alias.kind, canonical.kind) == (ALIAS, CANONICAL) => 2,
            _ => 1,
        };
        let earlier = sections.len().checked_sub(before).and_then(|at| sections.get_mut(at));
        match earlier {
            Some(Section { kind: of, items: Some(of_earlier), bytes: earlier }) if *of == kind => {
                *of_earlier += items.unwrap_or_default();
                earlier.push(bytes);
            }
            _ => sections.push(Section { kind, items, bytes: vec![bytes] }),
        }
    }
    Ok(sections)
}

/// Whether aliases are of core functions, which are counted together with what is made of a component's.
fn gives_core_functions(section: BinaryReader<'_>) -> Result<bool> {
    for alias in ComponentAliasSectionReader::new(section)? {
        if let ComponentAlias::CoreInstanceExport { kind: ExternalKind::Func, .. } = alias? {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        Alias, CanonicalFunctionSection, Component, ComponentAliasSection, ComponentExportKind, ComponentImportSection,
        ComponentTypeRef, ComponentTypeSection, ExportKind, InstanceSection, InstanceType, Module, ModuleSection,
        RawSection,
    };
    use wasmparser::{Parser, Payload};

    use super::{ALIAS, CANONICAL, sections};

    /// A component that takes an interface of three functions; `lowered` makes core functions of them.
    fn component(lowered: impl FnOnce(&mut Component)) -> Vec<u8> {
        let (mut component, mut types, mut interface) =
            (Component::new(), ComponentTypeSection::new(), InstanceType::new());
        interface.ty().function().params::<_, wasm_encoder::ComponentValType>([]).result(None);
        for name in ["one", "two", "three"] {
            interface.export(name, ComponentTypeRef::Func(0));
        }
        types.instance(&interface);
        component.section(&types);
        component.section(ComponentImportSection::new().import("the:host/functions", ComponentTypeRef::Instance(0)));
        lowered(&mut component);
        component.finish()
    }

    fn alias(component: &mut Component, name: &str) {
        let alias = Alias::InstanceExport { instance: 0, kind: ComponentExportKind::Func, name };
        component.section(ComponentAliasSection::new().alias(alias));
    }

    fn lower(component: &mut Component, function: u32) {
        component.section(CanonicalFunctionSection::new().lower(function, []));
    }

    /// The kinds of the sections that a component has, which is valid.
    fn kinds(component: &[u8]) -> Vec<u8> {
        wasmparser::validate(component).unwrap();
        let mut depth = 0;
        let mut kinds = Vec::new();
        for payload in Parser::new(0).parse_all(component) {
            match payload.unwrap() {
                Payload::ModuleSection { .. } => depth += 1,
                Payload::End(_) => depth -= 1,
                other if depth == 0 => kinds.extend(other.as_section().map(|(kind, _)| kind)),
                _ => {}
            }
        }
        kinds
    }

    #[test]
    fn what_is_taken_comes_before_what_is_made_of_it() {
        let component = component(|component| {
            for (function, name) in (0..).zip(["one", "two", "three"]) {
                alias(component, name);
                lower(component, function);
            }
        });
        let joined = sections(&component);
        assert_eq!(kinds(&joined), [7, 10, ALIAS, CANONICAL]);
        assert_eq!(component.len() - joined.len(), 4 * 3);
    }

    #[test]
    fn core_functions_keep_their_numbers() {
        let component = component(|component| {
            let module = Module::new();
            component.section(&ModuleSection(&module));
            alias(component, "one");
            lower(component, 0);
            component.section(InstanceSection::new().export_items([("f", ExportKind::Func, 0)]));
            alias(component, "two");
            lower(component, 1);
            // Before the one that is made, it would be the second core function and not the third.
            let of_core = Alias::CoreInstanceExport { instance: 0, kind: ExportKind::Func, name: "f" };
            component.section(ComponentAliasSection::new().alias(of_core));
            lower(component, 0);
        });
        assert_eq!(kinds(&sections(&component)), [7, 10, ALIAS, CANONICAL, 2, ALIAS, CANONICAL, ALIAS, CANONICAL]);
    }

    #[test]
    fn what_is_no_list_stays_as_it_is() {
        let component = component(|component| {
            for _ in 0..2 {
                component.section(&RawSection { id: 0, data: b"\x01aanything" });
            }
        });
        assert_eq!(sections(&component), component);
    }
}
