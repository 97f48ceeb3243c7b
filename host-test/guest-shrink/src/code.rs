//! Writes the code of a module anew, function by function, or another section of it.

use wasm_encoder::{CodeSection, Module, RawSection, Section};
use wasmparser::{FunctionBody, Operator, Parser, Payload, Result};

/// The module with each function's code as `function` makes it, which is told how many parameters it has.
pub(crate) fn rewritten<'a>(
    bytes: &'a [u8],
    mut function: impl FnMut(&FunctionBody<'a>, u32) -> Result<Vec<u8>>,
) -> Vec<u8> {
    let mut parameters = parameters(bytes).expect("the linker writes what can be read").into_iter();
    let (mut module, mut code, mut count) = (Module::new(), CodeSection::new(), 0);
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.expect("the linker writes what can be read") {
            Payload::CodeSectionStart { count: functions, .. } => count = functions,
            Payload::CodeSectionEntry(body) => {
                let parameters = parameters.next().expect("a function has a type");
                code.raw(&function(&body, parameters).expect("the linker writes what can be read"));
                if code.len() == count {
                    module.section(&code);
                }
            }
            other => {
                if let Some((id, range)) = other.as_section() {
                    module.section(&RawSection { id, data: &bytes[range] });
                }
            }
        }
    }
    module.finish()
}

/// The code of a function of the module, where each instruction stands that `instead` says in place of another.
pub(crate) fn replaced(
    bytes: &[u8],
    function: &FunctionBody<'_>,
    instead: impl Fn(&Operator<'_>, &[u8]) -> Option<Vec<u8>>,
) -> Result<Vec<u8>> {
    let (mut written, mut copied) = (Vec::new(), function.range().start);
    let mut instructions = function.get_operators_reader()?;
    while !instructions.eof() {
        let (instruction, start) = instructions.read_with_offset()?;
        let end = instructions.original_position();
        if let Some(instead) = instead(&instruction, &bytes[start..end]) {
            written.extend_from_slice(&bytes[copied..start]);
            written.extend(instead);
            copied = end;
        }
    }
    written.extend_from_slice(&bytes[copied..function.range().end]);
    Ok(written)
}

/// The module with this section in place of its own of the kind.
pub(crate) fn with_section(bytes: &[u8], section: &impl Section) -> Vec<u8> {
    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(bytes) {
        let Some((id, range)) = payload.expect("it was read before").as_section() else { continue };
        if id == section.id() {
            module.section(section);
        } else {
            module.section(&RawSection { id, data: &bytes[range] });
        }
    }
    module.finish()
}

/// How many parameters each function has.
fn parameters(bytes: &[u8]) -> Result<Vec<u32>> {
    let (mut types, mut parameters) = (Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::TypeSection(section) => {
                for of in section.into_iter_err_on_gc_types() {
                    types.push(of?.params().len() as u32);
                }
            }
            Payload::FunctionSection(section) => {
                for of in section {
                    parameters.push(types[of? as usize]);
                }
            }
            _ => {}
        }
    }
    Ok(parameters)
}

/// The locals of a function, as they are written before its instructions.
pub(crate) fn locals<'a>(bytes: &'a [u8], function: &FunctionBody<'a>) -> Result<&'a [u8]> {
    Ok(&bytes[function.range().start..function.get_operators_reader()?.original_position()])
}

#[cfg(test)]
pub(crate) mod tests {
    use wasm_encoder::{
        CodeSection, ConstExpr, Function, FunctionSection, GlobalSection, GlobalType, Instruction, MemorySection,
        MemoryType, Module, TypeSection, ValType,
    };
    use wasmparser::{Parser, Payload};

    /// A module of functions with these instructions, each of which takes a number and has two more as locals; of a
    /// memory, and of the stack's address.
    pub(crate) fn module(functions: &[&[Instruction<'_>]]) -> Vec<u8> {
        let (mut types, mut numbers, mut code) = (TypeSection::new(), FunctionSection::new(), CodeSection::new());
        types.ty().function([ValType::I32], []);
        for instructions in functions {
            numbers.function(0);
            let mut function = Function::new([(2, ValType::I32)]);
            instructions.iter().for_each(|instruction| _ = function.instruction(instruction));
            function.instruction(&Instruction::End);
            code.function(&function);
        }
        let mut memories = MemorySection::new();
        memories.memory(MemoryType { minimum: 0, maximum: None, memory64: false, shared: false, page_size_log2: None });
        let mut globals = GlobalSection::new();
        let of = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
        globals.global(of, &ConstExpr::i32_const(0));
        let mut module = Module::new();
        module.section(&types).section(&numbers).section(&memories).section(&globals).section(&code);
        module.finish()
    }

    /// The instructions of each function of a module that is valid.
    pub(crate) fn instructions(module: &[u8]) -> Vec<Vec<String>> {
        wasmparser::validate(module).unwrap();
        let mut functions = Vec::new();
        for payload in Parser::new(0).parse_all(module) {
            let Payload::CodeSectionEntry(body) = payload.unwrap() else { continue };
            let instructions = body.get_operators_reader().unwrap().into_iter();
            functions.push(instructions.map(|instruction| format!("{:?}", instruction.unwrap())).collect());
        }
        functions
    }

    /// Checks what a pass makes of a function.
    #[track_caller]
    pub(crate) fn check(pass: fn(&[u8]) -> Vec<u8>, before: &[Instruction<'_>], after: &[Instruction<'_>]) {
        assert_eq!(instructions(&pass(&module(&[before]))), instructions(&module(&[after])));
    }
}
