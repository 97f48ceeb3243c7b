//! Makes the guest's module smaller by what is seen only once it is linked: functions that nothing calls, functions
//! that are there twice, numbers of functions that are longer than they need be, and their names.
//!
//! What a function does is not touched: of its code, the numbers of the functions it calls are written anew, no more.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::mem;
use std::ops::Range;

use wasm_encoder::{
    CodeSection, ConstExpr, ElementSection, Elements, Encode, ExportKind, ExportSection, FunctionSection, RawSection,
    SectionId,
};
use wasmparser::{
    Element, ElementItems, ElementKind, Export, ExternalKind, FunctionBody, Operator, Parser, Payload, Result, TypeRef,
};

/// How the functions are named that free a reply once the host has read it. A component may do without them
/// (`post-return` in the Component Model's Canonical ABI): an instance serves one call, and its memory goes with it.
const FREES_A_REPLY: &str = "cabi_post_";

/// How the custom sections are named that the encoder of components reads. What others tell is of the module as it was
/// linked, or for who measures it.
const FOR_THE_ENCODER: &str = "component-type";

/// A module, as far as it is about functions.
#[derive(Default)]
struct Module<'a> {
    /// How many functions are from outside: theirs are the first numbers.
    imported: u32,
    types: Vec<u32>,
    functions: Vec<Function<'a>>,
    exports: Vec<Export<'a>>,
    /// What is called by its place in the table, and the first such place.
    table: Vec<u32>,
    table_start: i32,
    /// What each kind of section holds, in their order.
    sections: Vec<(u8, &'a [u8])>,
}

/// A function of the module.
struct Function<'a> {
    /// Its locals and its instructions.
    body: &'a [u8],
    /// Where in the body the number of a function stands, and which it is.
    calls: Vec<(Range<usize>, u32)>,
}

/// The module without what it does not need.
pub(crate) fn shrink(bytes: &[u8]) -> Vec<u8> {
    let module = Module::read(bytes).expect("the linker writes what can be read");
    let first = module.first_alike();
    let order = module.by_calls(&first);
    let mut numbers = first.clone();
    for (number, function) in order.iter().enumerate() {
        numbers[*function as usize] = number as u32;
    }
    let numbers: Vec<u32> = first.iter().map(|first| numbers[*first as usize]).collect();
    module.written(&order, &numbers)
}

impl<'a> Module<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self> {
        let mut module = Self::default();
        for payload in Parser::new(0).parse_all(bytes) {
            let payload = payload?;
            let goes = matches!(&payload, Payload::CustomSection(of) if !of.name().starts_with(FOR_THE_ENCODER));
            if let Some((id, range)) = payload.as_section().filter(|_| !goes) {
                module.sections.push((id, &bytes[range]));
            }
            match payload {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        module.imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::FunctionSection(types) => module.types = types.into_iter().collect::<Result<_>>()?,
                Payload::ExportSection(exports) => module.exports = exports.into_iter().collect::<Result<_>>()?,
                Payload::ElementSection(elements) => elements.into_iter().try_for_each(|run| module.add_run(run?))?,
                Payload::StartSection { .. } => panic!("nothing in the guest runs before it is called"),
                Payload::CodeSectionEntry(body) => module.functions.push(Function::read(bytes, &body)?),
                _ => {}
            }
        }
        module.exports.retain(|export| !export.name.starts_with(FREES_A_REPLY));
        Ok(module)
    }

    fn add_run(&mut self, run: Element<'a>) -> Result<()> {
        let (ElementKind::Active { table_index: None, offset_expr }, ElementItems::Functions(functions), true) =
            (run.kind, run.items, self.table.is_empty())
        else {
            panic!("the linker fills one table in one run");
        };
        self.table = functions.into_iter().collect::<Result<_>>()?;
        let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? else {
            panic!("the linker knows where the table starts");
        };
        self.table_start = value;
        Ok(())
    }

    /// For each function the first that does the same: whose code is the same, and calls what does the same.
    fn first_alike(&self) -> Vec<u32> {
        let imported = 0..self.imported;
        // All are alike until something tells them apart, which may then tell apart those that call them.
        let mut first: Vec<u32> = imported.clone().chain(self.functions.iter().map(|_| self.imported)).collect();
        loop {
            let mut seen = HashMap::new();
            let functions = self.functions.iter().zip(&self.types).zip(self.imported..);
            let finer = functions.map(|((function, of_type), index)| {
                *seen.entry((of_type, function.renumbered(&first))).or_insert(index)
            });
            let finer: Vec<u32> = imported.clone().chain(finer).collect();
            if finer == first {
                return first;
            }
            first = finer;
        }
    }

    /// The functions that are used: those from outside, and then the others by how often the code names them, for there
    /// are 127 numbers of one byte.
    fn by_calls(&self, first: &[u32]) -> Vec<u32> {
        let exported = self.exports.iter().filter(|export| export.kind == ExternalKind::Func);
        let mut left: Vec<u32> = exported.map(|export| export.index).chain(self.table.iter().copied()).collect();
        let mut is_used = vec![false; first.len()];
        let mut named = vec![0_usize; first.len()];
        while let Some(function) = left.pop() {
            let function = first[function as usize];
            if mem::replace(&mut is_used[function as usize], true) || function < self.imported {
                continue;
            }
            for (_, callee) in &self.functions[(function - self.imported) as usize].calls {
                named[first[*callee as usize] as usize] += 1;
                left.push(*callee);
            }
        }
        let mut order: Vec<u32> = (0..).take(first.len()).collect();
        order.retain(|function| *function < self.imported || is_used[*function as usize]);
        order[self.imported as usize..].sort_by_key(|function| Reverse(named[*function as usize]));
        order
    }

    /// The module with these functions alone, by their new numbers.
    fn written(&self, order: &[u32], numbers: &[u32]) -> Vec<u8> {
        let places = || order[self.imported as usize..].iter().map(|function| (function - self.imported) as usize);
        let mut module = wasm_encoder::Module::new();
        for (id, content) in &self.sections {
            if *id == SectionId::Function as u8 {
                let mut functions = FunctionSection::new();
                places().for_each(|place| _ = functions.function(self.types[place]));
                module.section(&functions);
            } else if *id == SectionId::Export as u8 {
                let mut exports = ExportSection::new();
                for export in &self.exports {
                    let (kind, index) = match export.kind {
                        ExternalKind::Func => (ExportKind::Func, numbers[export.index as usize]),
                        ExternalKind::Memory => (ExportKind::Memory, export.index),
                        ExternalKind::Global => (ExportKind::Global, export.index),
                        kind => {
                            panic!("the guest exports functions, its memory and where its data ends, not a {kind:?}")
                        }
                    };
                    exports.export(export.name, kind, index);
                }
                module.section(&exports);
            } else if *id == SectionId::Element as u8 {
                let functions: Vec<u32> = self.table.iter().map(|function| numbers[*function as usize]).collect();
                let mut runs = ElementSection::new();
                runs.active(None, &ConstExpr::i32_const(self.table_start), Elements::Functions(functions.into()));
                module.section(&runs);
            } else if *id == SectionId::Code as u8 {
                let mut code = CodeSection::new();
                places().for_each(|place| _ = code.raw(&self.functions[place].renumbered(numbers)));
                module.section(&code);
            } else {
                module.section(&RawSection { id: *id, data: content });
            }
        }
        module.finish()
    }
}

impl<'a> Function<'a> {
    fn read(bytes: &'a [u8], body: &FunctionBody<'a>) -> Result<Self> {
        let whole = body.range();
        let mut calls = Vec::new();
        let mut instructions = body.get_operators_reader()?;
        while !instructions.eof() {
            match instructions.read_with_offset()? {
                // The number follows the one byte of the instruction.
                (Operator::Call { function_index }, start) => {
                    calls.push((
                        start + 1 - whole.start..instructions.original_position() - whole.start,
                        function_index,
                    ));
                }
                (Operator::RefFunc { .. } | Operator::ReturnCall { .. }, _) => {
                    panic!("the compiler names a function to call it, and by its place in the table");
                }
                _ => {}
            }
        }
        Ok(Self { body: &bytes[whole], calls })
    }

    /// The body, with the numbers that the functions it calls have here.
    fn renumbered(&self, numbers: &[u32]) -> Vec<u8> {
        let mut body = Vec::with_capacity(self.body.len());
        let mut copied = 0;
        for (place, callee) in &self.calls {
            body.extend_from_slice(&self.body[copied..place.start]);
            numbers[*callee as usize].encode(&mut body);
            copied = place.end;
        }
        body.extend_from_slice(&self.body[copied..]);
        body
    }
}
