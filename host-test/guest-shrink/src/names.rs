//! Takes out of a component what only tools show, and gives short names to what only its own parts call by one: what core
//! modules take and give, and what the components within take.
//!
//! The encoder names these after the interfaces and types they are of, on either side.

use std::collections::HashMap;
use std::convert::Infallible;

use wasm_encoder::reencode::{self, Reencode, ReencodeComponent};
use wasm_encoder::{
    Alias, Component, ComponentAliasSection, ComponentImportSection, ComponentInstanceSection, ExportSection,
    ImportSection, InstanceSection, Module, ModuleArg, ModuleSection, RawSection,
};
use wasmparser::{
    ComponentAlias, ComponentAliasSectionReader, ComponentImportSectionReader, ComponentInstance, CustomSectionReader,
    Export, Imports, Instance, Parser, Payload,
};

type Result<T> = std::result::Result<T, reencode::Error<Infallible>>;

/// What debuggers show, and what lists the tools that made a component.
const SHOWN: [&str; 2] = ["component-name", "producers"];
/// What names of core modules are made of: what may stand in a name in WebAssembly's text format, but quotes.
const SIGNS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&*+-./:<=>?@^_|~";
/// What names of components are made of.
const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz";

/// The component with such names alone.
pub(crate) fn in_short(bytes: &[u8]) -> Vec<u8> {
    let mut component = Component::new();
    let mut names =
        Names { modules: Short::of(SIGNS), items: Short::of(SIGNS), components: Short::of(LETTERS), depth: 0 };
    let written = names.parse_component(&mut component, Parser::new(0), bytes);
    written.expect("the encoder writes what can be read");
    component.finish()
}

/// The short names of each kind: none is looked for among another's.
struct Names {
    /// What core modules call those that they take from.
    modules: Short,
    /// What core modules take and give.
    items: Short,
    /// What the components within take.
    components: Short,
    /// How many components there are around what is read.
    depth: u32,
}

/// The short names of a kind, by those that were.
struct Short {
    signs: &'static [u8],
    names: HashMap<String, String>,
}

impl Short {
    fn of(signs: &'static [u8]) -> Self {
        Self { signs, names: HashMap::new() }
    }

    /// The short name: a sign, and from the second round on the number of the round.
    fn of_long(&mut self, name: &str) -> String {
        let (round, sign) = (self.names.len() / self.signs.len(), self.names.len() % self.signs.len());
        let sign = char::from(self.signs[sign]);
        let new = || if round == 0 { sign.to_string() } else { format!("{sign}{round}") };
        self.names.entry(name.to_owned()).or_insert_with(new).clone()
    }
}

impl Reencode for Names {
    type Error = Infallible;

    fn parse_imports(&mut self, section: &mut ImportSection, imports: Imports<'_>) -> Result<()> {
        let Imports::Single(_, import) = imports else { panic!("the encoder knows no others") };
        let ty = self.entity_type(import.ty)?;
        section.import(&self.modules.of_long(import.module), &self.items.of_long(import.name), ty);
        Ok(())
    }

    fn parse_export(&mut self, section: &mut ExportSection, export: Export<'_>) -> Result<()> {
        section.export(&self.items.of_long(export.name), self.export_kind(export.kind)?, export.index);
        Ok(())
    }
}

impl ReencodeComponent for Names {
    fn push_depth(&mut self) {
        self.depth += 1;
    }

    fn pop_depth(&mut self) {
        self.depth -= 1;
    }

    fn parse_component_custom_section(
        &mut self,
        component: &mut Component,
        section: CustomSectionReader<'_>,
    ) -> Result<()> {
        if !SHOWN.contains(&section.name()) {
            component.section(&self.custom_section(section)?);
        }
        Ok(())
    }

    /// Imports and exports: all else of a module stays as it is, but what only tools show.
    fn parse_component_submodule(&mut self, component: &mut Component, parser: Parser, bytes: &[u8]) -> Result<()> {
        let start = parser.offset() as usize;
        let mut module = Module::new();
        for payload in parser.parse_all(bytes) {
            match payload? {
                Payload::ImportSection(section) => {
                    let mut imports = ImportSection::new();
                    self.parse_import_section(&mut imports, section)?;
                    module.section(&imports);
                }
                Payload::ExportSection(section) => {
                    let mut exports = ExportSection::new();
                    self.parse_export_section(&mut exports, section)?;
                    module.section(&exports);
                }
                Payload::CustomSection(section) if SHOWN.contains(&section.name()) => {}
                other => {
                    if let Some((id, range)) = other.as_section() {
                        module.section(&RawSection { id, data: &bytes[range.start - start..range.end - start] });
                    }
                }
            }
        }
        component.section(&ModuleSection(&module));
        Ok(())
    }

    fn parse_component_import_section(
        &mut self,
        imports: &mut ComponentImportSection,
        section: ComponentImportSectionReader<'_>,
    ) -> Result<()> {
        for import in section {
            let import = import?;
            let ty = self.component_type_ref(import.ty)?;
            if self.depth == 0 {
                imports.import(import.name, ty);
            } else {
                imports.import(self.components.of_long(import.name.name).as_str(), ty);
            }
        }
        Ok(())
    }

    fn parse_component_instance(
        &mut self,
        instances: &mut ComponentInstanceSection,
        instance: ComponentInstance<'_>,
    ) -> Result<()> {
        let ComponentInstance::Instantiate { component_index, args } = instance else {
            return reencode::component_utils::parse_component_instance(self, instances, instance);
        };
        let arguments: Vec<_> = args
            .iter()
            .map(|argument| (self.components.of_long(argument.name), argument.kind.into(), argument.index))
            .collect();
        instances.instantiate::<_, &str>(
            component_index,
            arguments.iter().map(|(name, kind, index)| (name.as_str(), *kind, *index)),
        );
        Ok(())
    }

    fn parse_component_alias_section(
        &mut self,
        aliases: &mut ComponentAliasSection,
        section: ComponentAliasSectionReader<'_>,
    ) -> Result<()> {
        for alias in section {
            match alias? {
                ComponentAlias::CoreInstanceExport { kind, instance_index, name } => {
                    let name = &self.items.of_long(name);
                    aliases.alias(Alias::CoreInstanceExport { instance: instance_index, kind: kind.into(), name });
                }
                other => _ = aliases.alias(self.component_alias(other)?),
            }
        }
        Ok(())
    }

    fn parse_instance(&mut self, instances: &mut InstanceSection, instance: Instance<'_>) -> Result<()> {
        match instance {
            Instance::Instantiate { module_index, args } => {
                let arguments: Vec<_> =
                    args.iter().map(|argument| (self.modules.of_long(argument.name), argument.index)).collect();
                instances.instantiate::<_, &str>(
                    module_index,
                    arguments.iter().map(|(name, index)| (name.as_str(), ModuleArg::Instance(*index))),
                );
            }
            Instance::FromExports(exports) => {
                let exports: Vec<_> = exports
                    .iter()
                    .map(|export| Ok((self.items.of_long(export.name), self.export_kind(export.kind)?, export.index)))
                    .collect::<Result<_>>()?;
                instances
                    .export_items::<_, &str>(exports.iter().map(|(name, kind, index)| (name.as_str(), *kind, *index)));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{SIGNS, Short};

    #[test]
    fn each_name_gets_one_of_its_own_and_the_same_again() {
        let mut short = Short::of(SIGNS);
        let names: Vec<_> = (0..2 * SIGNS.len()).map(|number| short.of_long(&number.to_string())).collect();
        assert_eq!((&*names[0], &*names[SIGNS.len()]), ("a", "a1"));
        assert_eq!(short.of_long("1"), names[1]);
        let different: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(different.len(), names.len());
    }
}
