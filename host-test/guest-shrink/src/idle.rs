//! Leaves out calls of functions that change nothing, and what is only put there for them.
//!
//! An arena takes no memory back, and so what frees a value looks at its parts and does no more. The compiler comes to know
//! that of one function after the other, when it is done with those that call it. A loop in such a function goes through
//! what is in memory, and ends.

use wasmparser::{BinaryReader, FunctionBody, Parser, Payload, Result, TypeRef};

use crate::code;
use crate::parts::{self, BLOCK, BR_IF, IF, Part};

const CALL: u8 = 0x10;
const DROP: u8 = 0x1a;
const SELECT: u8 = 0x1b;
const LOCAL_SET: u8 = 0x21;
const LOCAL_TEE: u8 = 0x22;
/// How a frame is written that takes and leaves nothing.
const NOTHING: &[u8] = &[0x40];

/// What sets a local whose number is one byte.
static LOCAL_SETS: [[u8; 2]; 128] = local_sets();

const fn local_sets() -> [[u8; 2]; 128] {
    let mut sets = [[LOCAL_SET, 0]; 128];
    let mut local = 0;
    while local < sets.len() {
        sets[local][1] = local as u8;
        local += 1;
    }
    sets
}

/// The module without such calls.
pub(crate) fn without_calls(bytes: &[u8]) -> Vec<u8> {
    let idle = Idle::read(bytes).expect("the linker writes what can be read");
    code::rewritten(bytes, |body, _| {
        let mut function = code::locals(bytes, body)?.to_vec();
        parts::write(&idle.without(parts::read(bytes, body)?), &mut function);
        Ok(function)
    })
}

/// How many values each function takes that changes and leaves nothing; none for the others.
struct Idle(Vec<Option<u32>>);

impl Idle {
    fn read(bytes: &[u8]) -> Result<Self> {
        let (mut types, mut takes, mut calls) = (Vec::new(), Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::TypeSection(section) => {
                    for of in section.into_iter_err_on_gc_types() {
                        let of = of?;
                        types.push(of.results().is_empty().then_some(of.params().len() as u32));
                    }
                }
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        if let TypeRef::Func(_) = import?.ty {
                            takes.push(None);
                            calls.push(Vec::new());
                        }
                    }
                }
                Payload::FunctionSection(section) => {
                    for of in section {
                        takes.push(types[of? as usize]);
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    let called = called_by(bytes, &body)?;
                    if called.is_none() {
                        takes[calls.len()] = None;
                    }
                    calls.push(called.unwrap_or_default());
                }
                _ => {}
            }
        }
        // All of the rest are idle until one calls another that is not.
        loop {
            let is_busy = |function: &usize| {
                takes[*function].is_some() && calls[*function].iter().any(|called| takes[*called as usize].is_none())
            };
            let busy: Vec<_> = (0..takes.len()).filter(is_busy).collect();
            if busy.is_empty() {
                return Ok(Self(takes));
            }
            busy.into_iter().for_each(|function| takes[function] = None);
        }
    }

    /// The parts without calls of such functions, and without the frames that hold nothing else.
    fn without<'a>(&self, parts: Vec<Part<'a>>) -> Vec<Part<'a>> {
        let mut without = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Part::Plain(written) => match callee(written).and_then(|callee| self.0[callee as usize]) {
                    Some(values) => (0..values).for_each(|_| drop_last(&mut without)),
                    None => without.push(part),
                },
                Part::Frame(mut frame) => {
                    frame.body = self.without(frame.body);
                    frame.otherwise = frame.otherwise.map(|otherwise| self.without(otherwise));
                    if frame.of == NOTHING && matches!(frame.kind, BLOCK | IF) {
                        while matches!(frame.body.last(), Some(Part::Branch(BR_IF, to)) if *to == [frame.label]) {
                            frame.body.pop();
                            drop_last(&mut frame.body);
                        }
                    }
                    if frame.of == NOTHING && frame.body.is_empty() && frame.otherwise.iter().all(Vec::is_empty) {
                        if frame.kind == IF {
                            drop_last(&mut without);
                        }
                    } else {
                        without.push(Part::Frame(frame));
                    }
                }
                Part::Branch(..) => without.push(part),
            }
        }
        without
    }
}

/// Drops the value that these parts leave last, or makes it none.
fn drop_last(parts: &mut Vec<Part<'_>>) {
    let last = match parts.last() {
        Some(Part::Plain(written)) => *written,
        _ => &[],
    };
    let operands = match last {
        [LOCAL_TEE, local] if *local < 128 => {
            parts.pop();
            parts.push(Part::Plain(&LOCAL_SETS[usize::from(*local)]));
            return;
        }
        [instruction, ..] => operands(*instruction),
        [] => None,
    };
    match operands {
        Some(operands) => {
            parts.pop();
            (0..operands).for_each(|_| drop_last(parts));
        }
        None => parts.push(Part::Plain(&[DROP])),
    }
}

/// How many values an instruction takes that does no more than leave one; none for others.
fn operands(instruction: u8) -> Option<usize> {
    match instruction {
        // Locals, globals and constants.
        0x20 | 0x23 | 0x41..=0x44 => Some(0),
        // Loads; comparisons with zero, counts of bits, and conversions that take every value.
        0x28..=0x35 | 0x45 | 0x50 | 0x67..=0x69 | 0x79..=0x7b | 0xa7 | 0xac | 0xad | 0xc0..=0xc4 => Some(1),
        // Comparisons, and sums of integers but what divides.
        0x46..=0x4f | 0x51..=0x66 | 0x6a..=0x6c | 0x71..=0x78 | 0x7c..=0x7e | 0x83..=0x8a => Some(2),
        SELECT => Some(3),
        _ => None,
    }
}

/// Which functions a function calls, if it does nothing else that changes anything.
fn called_by(bytes: &[u8], function: &FunctionBody<'_>) -> Result<Option<Vec<u32>>> {
    let mut called = Vec::new();
    let mut instructions = function.get_operators_reader()?;
    while !instructions.eof() {
        let (_, start) = instructions.read_with_offset()?;
        let written = &bytes[start..instructions.original_position()];
        match written[0] {
            CALL => called.extend(callee(written)),
            // Frames and branches; what sets a local.
            0x02..=0x05 | 0x0b..=0x0f | DROP | LOCAL_SET | LOCAL_TEE => {}
            other if operands(other).is_some() => {}
            _ => return Ok(None),
        }
    }
    Ok(Some(called))
}

/// Which function an instruction calls by its number.
fn callee(written: &[u8]) -> Option<u32> {
    let (CALL, number) = written.split_first().map(|(first, rest)| (*first, rest))? else { return None };
    BinaryReader::new(number, 0).read_var_u32().ok()
}

#[cfg(test)]
mod tests {
    use wasm_encoder::Instruction::{
        self, Block, Br, BrIf, Call, Drop, End, I32Add, I32Const, I32Load, I32Store, If, LocalGet, LocalSet, LocalTee,
        Loop,
    };
    use wasm_encoder::{BlockType, MemArg};

    use super::without_calls;
    use crate::code::tests::{instructions, module};

    const AT: MemArg = MemArg { offset: 0, align: 0, memory_index: 0 };
    const EMPTY: BlockType = BlockType::Empty;

    /// Goes through what is in memory, and calls another that may do so.
    const LOOKS: [Instruction<'static>; 9] =
        [Loop(EMPTY), LocalGet(0), I32Load(AT), LocalTee(0), Call(1), LocalGet(0), BrIf(0), End, Br(0)];
    const CALLS_BACK: [Instruction<'static>; 2] = [LocalGet(0), Call(0)];
    const WRITES: [Instruction<'static>; 3] = [LocalGet(0), LocalGet(0), I32Store(AT)];

    /// Checks what becomes of a function beside those.
    #[track_caller]
    fn check(before: &[Instruction<'_>], after: &[Instruction<'_>]) {
        let of = |last: &[Instruction<'_>]| module(&[&LOOKS, &CALLS_BACK, &WRITES, &[LocalGet(0), Call(2)], last]);
        let found = instructions(&without_calls(&of(before))).pop();
        assert_eq!(found, instructions(&of(after)).pop());
    }

    #[test]
    fn a_call_that_changes_nothing_goes_with_what_it_takes() {
        check(&[LocalGet(1), I32Const(8), I32Add, Call(0)], &[]);
        check(&[LocalGet(1), I32Load(AT), Call(1)], &[]);
        check(&[LocalGet(1), LocalTee(2), Call(0)], &[LocalGet(1), LocalSet(2)]);
    }

    #[test]
    fn a_value_that_has_to_be_made_is_dropped() {
        let made = [Block(BlockType::Result(wasm_encoder::ValType::I32)), LocalGet(1), Call(2), I32Const(1), End];
        let before: Vec<_> = made.iter().cloned().chain([Call(0)]).collect();
        let after: Vec<_> = made.into_iter().chain([Drop]).collect();
        check(&before, &after);
    }

    #[test]
    fn a_frame_around_nothing_but_such_calls_goes_too() {
        check(&[LocalGet(1), If(EMPTY), LocalGet(1), Call(0), End], &[]);
        check(&[Block(EMPTY), LocalGet(1), BrIf(0), LocalGet(1), Call(1), End], &[]);
        let writes_as_well = [LocalGet(1), If(EMPTY), LocalGet(1), Call(0), LocalGet(1), Call(2), End];
        check(&writes_as_well, &[LocalGet(1), If(EMPTY), LocalGet(1), Call(2), End]);
    }

    #[test]
    fn a_call_that_writes_itself_or_through_another_stays() {
        for call in [Call(2), Call(3)] {
            check(&[LocalGet(1), call.clone()], &[LocalGet(1), call]);
        }
    }
}
