//! Traps where the guest would otherwise say why it gives up: it has nowhere to say so. It imports nothing that prints,
//! and an instance that traps is gone, with its memory.
//!
//! A function that never returns and asks nothing of the host ends in a trap, whatever it does before. So a call of it is
//! as good as the trap itself, and so are the values that were only put there for it. (Calls through the table are not
//! followed: there, it is values being put into the message.)

use std::ops::Range;

use wasmparser::{FunctionBody, Operator, Parser, Payload, Result, TypeRef};

use crate::code;

/// The instruction that traps.
const UNREACHABLE: u8 = 0x00;

/// A function's code, as far as it is about coming back.
struct Code<'a> {
    body: &'a [u8],
    may_return: bool,
    calls: Vec<Call>,
}

/// A call of a function by its number.
struct Call {
    callee: u32,
    /// Where it stands in the body, with the constants and locals that are put there right before it.
    place: Range<usize>,
}

/// The module with traps in place of calls that end in one.
pub(crate) fn at_once(bytes: &[u8]) -> Vec<u8> {
    let (imported, code) = read(bytes).expect("the linker writes what can be read");
    let asks_the_host = asking(imported, &code);
    let is_trap = |callee: u32| {
        let function = callee.checked_sub(imported).map(|place| place as usize);
        function.is_some_and(|place| !code[place].may_return && !asks_the_host[place])
    };
    let mut functions = code.iter();
    code::rewritten(bytes, |_, _| Ok(functions.next().expect("it was read before").trapping(&is_trap)))
}

/// How many functions are imported, and the code of the others.
fn read(bytes: &[u8]) -> Result<(u32, Vec<Code<'_>>)> {
    let (mut imported, mut code) = (0, Vec::new());
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => code.push(Code::read(bytes, &body)?),
            _ => {}
        }
    }
    Ok((imported, code))
}

/// Which functions call one of the host's, directly or through others.
fn asking(imported: u32, code: &[Code<'_>]) -> Vec<bool> {
    let mut asks = vec![false; code.len()];
    loop {
        let before = asks.clone();
        for (asks, function) in asks.iter_mut().zip(code) {
            let reaches = |call: &Call| call.callee < imported || before[(call.callee - imported) as usize];
            *asks |= function.calls.iter().any(reaches);
        }
        if asks == before {
            return asks;
        }
    }
}

impl<'a> Code<'a> {
    fn read(bytes: &'a [u8], body: &FunctionBody<'a>) -> Result<Self> {
        let whole = body.range();
        let (mut may_return, mut calls, mut depth) = (false, Vec::new(), 0_u32);
        // Where the constants and locals begin that stand right before, and whether a trap does.
        let (mut values, mut traps) = (None, false);
        let mut instructions = body.get_operators_reader()?;
        while !instructions.eof() {
            let (instruction, start) = instructions.read_with_offset()?;
            let start = start - whole.start;
            let end = instructions.original_position() - whole.start;
            match &instruction {
                Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => depth += 1,
                // Whoever gets to the end of the function returns.
                Operator::End if depth == 0 => may_return |= !traps,
                Operator::End => depth -= 1,
                Operator::Return | Operator::ReturnCall { .. } | Operator::ReturnCallIndirect { .. } => {
                    may_return = true;
                }
                Operator::Br { relative_depth } | Operator::BrIf { relative_depth } => {
                    may_return |= *relative_depth == depth;
                }
                Operator::BrTable { targets } => {
                    for target in targets.targets() {
                        may_return |= target? == depth;
                    }
                    may_return |= targets.default() == depth;
                }
                Operator::Call { function_index } => {
                    calls.push(Call { callee: *function_index, place: values.unwrap_or(start)..end });
                }
                _ => {}
            }
            traps = matches!(instruction, Operator::Unreachable);
            let is_value = matches!(
                instruction,
                Operator::I32Const { .. } | Operator::I64Const { .. } | Operator::LocalGet { .. }
            );
            values = if is_value { values.or(Some(start)) } else { None };
        }
        Ok(Self { body: &bytes[whole], may_return, calls })
    }

    /// The body, with a trap in place of each call that ends in one.
    fn trapping(&self, is_trap: &impl Fn(u32) -> bool) -> Vec<u8> {
        let (mut body, mut copied) = (Vec::with_capacity(self.body.len()), 0);
        for Call { place, .. } in self.calls.iter().filter(|call| is_trap(call.callee)) {
            body.extend_from_slice(&self.body[copied..place.start]);
            copied = place.end;
            // The compiler says after such a call that nothing comes back.
            if self.body[place.end] != UNREACHABLE {
                body.push(UNREACHABLE);
            }
        }
        body.extend_from_slice(&self.body[copied..]);
        body
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::Instruction::{Call, Drop, I32Const, LocalGet, Unreachable};

    use super::at_once;
    use crate::code::tests::{instructions, module};

    #[test]
    fn a_call_that_never_comes_back_is_a_trap() {
        let gives_up = [I32Const(1), Drop, Unreachable];
        let through_another = [LocalGet(0), Call(0), Unreachable];
        let returns = [LocalGet(0), Call(2), LocalGet(0), Call(1), Unreachable];
        let before = module(&[&gives_up, &through_another, &[], &returns]);
        let after = module(&[&gives_up, &[Unreachable], &[], &[LocalGet(0), Call(2), Unreachable]]);
        assert_eq!(instructions(&at_once(&before)), instructions(&after));
    }
}
