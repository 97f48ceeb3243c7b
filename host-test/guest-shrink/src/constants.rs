//! Makes globals of the constants that stand in the code often and are long.
//!
//! A constant is written as an instruction of two to eighteen bytes, a global that holds it is read by one of two or
//! three. What tells `None` from a text is one of six, and stands in the code thousands of times. A global that cannot
//! change is a constant to the compilers of WebAssembly: the machine code is the same, and so is the fuel.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Range;

use wasm_encoder::{Encode, GlobalSection, GlobalType, ValType};
use wasmparser::{Operator, Parser, Payload, Result, TypeRef};

use crate::code;

const GLOBAL_GET: u8 = 0x23;
const END: u8 = 0x0b;

/// The module with globals in place of such constants.
pub(crate) fn in_globals(bytes: &[u8]) -> Vec<u8> {
    let (own, constants) = read(bytes).expect("the linker writes what can be read");
    let mut globals = GlobalSection::new();
    own.into_iter().for_each(|global| _ = globals.raw(&bytes[global]));
    let instructions = added(&mut globals, constants);
    let module = code::rewritten(bytes, |body, _| {
        code::replaced(bytes, body, |_, instruction| instructions.get(instruction).cloned())
    });
    code::with_section(&module, &globals)
}

/// Where the module's own globals stand, and the instructions in its code that are constants, with their type and how often
/// each stands there.
type Read<'a> = (Vec<Range<usize>>, HashMap<&'a [u8], (usize, ValType)>);

fn read(bytes: &[u8]) -> Result<Read<'_>> {
    let (mut globals, mut constants) = (Vec::new(), HashMap::new());
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    assert!(!matches!(import?.ty, TypeRef::Global(_)), "the guest's globals are all its own");
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    let init = global?.init_expr.get_binary_reader().range();
                    // The type and whether it can change are a byte each.
                    globals.push(init.start - 2..init.end);
                }
            }
            Payload::CodeSectionEntry(body) => {
                let mut instructions = body.get_operators_reader()?;
                while !instructions.eof() {
                    let (instruction, start) = instructions.read_with_offset()?;
                    let of = match instruction {
                        Operator::I32Const { .. } => ValType::I32,
                        Operator::I64Const { .. } => ValType::I64,
                        Operator::F64Const { .. } => ValType::F64,
                        Operator::V128Const { .. } => ValType::V128,
                        _ => continue,
                    };
                    constants.entry(&bytes[start..instructions.original_position()]).or_insert((0, of)).0 += 1;
                }
            }
            _ => {}
        }
    }
    Ok((globals, constants))
}

/// Adds globals for the constants that get shorter by one, and says what is to stand in place of their instructions.
fn added<'a>(
    globals: &mut GlobalSection,
    constants: HashMap<&'a [u8], (usize, ValType)>,
) -> HashMap<&'a [u8], Vec<u8>> {
    // The shortest numbers are for those that spare most; alike, they stand in the order of their bytes.
    let mut often: Vec<_> = constants.into_iter().collect();
    often.sort_by_key(|(instruction, (count, _))| (Reverse(instruction.len().saturating_sub(2) * count), *instruction));
    let mut instructions = HashMap::new();
    for (instruction, (count, of)) in often {
        let mut read = vec![GLOBAL_GET];
        globals.len().encode(&mut read);
        let mut global = Vec::new();
        GlobalType { val_type: of, mutable: false, shared: false }.encode(&mut global);
        global.extend_from_slice(instruction);
        global.push(END);
        if instruction.len() * count > read.len() * count + global.len() {
            globals.raw(&global);
            instructions.insert(instruction, read);
        }
    }
    instructions
}

#[cfg(test)]
mod tests {
    use wasm_encoder::Instruction::{self, Drop, GlobalGet, I32Const};

    use super::in_globals;
    use crate::code::tests::{instructions, module};

    /// A function that needs a constant so many times.
    fn function(constant: i32, count: usize) -> Vec<Instruction<'static>> {
        [I32Const(constant), Drop].into_iter().cycle().take(2 * count).collect()
    }

    #[test]
    fn a_long_constant_that_stands_often_is_a_global() {
        let shrunk = in_globals(&module(&[&function(i32::MIN, 4)]));
        let read: Vec<_> = [GlobalGet(0), Drop].into_iter().cycle().take(8).collect();
        let expected = instructions(&module(&[&read])).remove(0);
        let expected: Vec<_> = expected.iter().map(|one| one.replace("global_index: 0", "global_index: 1")).collect();
        assert_eq!(instructions(&shrunk).remove(0), expected);
    }

    #[test]
    fn a_short_constant_and_one_that_stands_seldom_stay() {
        for (constant, count) in [(i32::MIN, 2), (1, 100)] {
            let whole = module(&[&function(constant, count)]);
            assert_eq!(in_globals(&whole), whole);
        }
    }
}
