//! Makes an `if` of a branch around the rest of a block, and an `else` of a branch around the other of two ways.
//!
//! The compiler knows blocks and the branches out of them, no more. With a block, a branch and an end they take five
//! bytes or ten, and as an `if` three or four. The code goes the same ways as before. What went wrong here would be no
//! valid module, and the encoder of components looks.

use std::mem;

use wasmparser::{FunctionBody, Result};

use crate::code;
use crate::parts::{self, BLOCK, BR, BR_IF, Frame, IF, Label, Part};

/// How a frame is written that takes and leaves nothing.
const NOTHING: &[u8] = &[0x40];
const I32_EQZ: u8 = 0x45;

/// What compares two integers, beside what is true where it is not.
const OPPOSITES: [[[u8; 1]; 2]; 10] = [
    [[0x46], [0x47]], // i32.eq, i32.ne
    [[0x48], [0x4e]], // i32.lt_s, i32.ge_s
    [[0x49], [0x4f]], // i32.lt_u, i32.ge_u
    [[0x4a], [0x4c]], // i32.gt_s, i32.le_s
    [[0x4b], [0x4d]], // i32.gt_u, i32.le_u
    [[0x51], [0x52]], // i64.eq, i64.ne
    [[0x53], [0x59]], // i64.lt_s, i64.ge_s
    [[0x54], [0x5a]], // i64.lt_u, i64.ge_u
    [[0x55], [0x57]], // i64.gt_s, i64.le_s
    [[0x56], [0x58]], // i64.gt_u, i64.le_u
];

/// The module with its branches written so.
pub(crate) fn as_ifs(bytes: &[u8]) -> Vec<u8> {
    code::rewritten(bytes, |body, _| function(bytes, body))
}

fn function(bytes: &[u8], body: &FunctionBody<'_>) -> Result<Vec<u8>> {
    let mut parts = parts::read(bytes, body)?;
    // A block that is gone may have stood in the way of another.
    for _ in 0..3 {
        parts = without_blocks(parts);
    }
    let mut function = code::locals(bytes, body)?.to_vec();
    parts::write(&parts, &mut function);
    Ok(function)
}

/// The parts without the blocks that can do without.
fn without_blocks(parts: Vec<Part<'_>>) -> Vec<Part<'_>> {
    let mut without = Vec::with_capacity(parts.len());
    for part in parts {
        let Part::Frame(mut frame) = part else {
            without.push(part);
            continue;
        };
        frame.body = without_blocks(frame.body);
        frame.otherwise = frame.otherwise.map(without_blocks);
        if frame.kind == BLOCK && frame.of == NOTHING {
            make_if(&mut frame.body, frame.label);
            if !frame.body.iter().any(|part| part.goes_to(frame.label)) {
                without.append(&mut frame.body);
                continue;
            }
        }
        without.push(Part::Frame(frame));
    }
    without
}

/// Makes an `if` of the first branch to the end of a block, where the parts end that these are.
fn make_if(parts: &mut Vec<Part<'_>>, block: Label) {
    let Some(first) = parts.iter().position(|part| part.goes_to(block)) else { return };
    let is_last = first + 1 == parts.len();
    match &mut parts[first] {
        Part::Branch(BR_IF, _) => {
            let rest = parts.split_off(first + 1);
            parts.pop();
            negate(parts);
            parts.push(Part::Frame(Frame { kind: IF, of: NOTHING, label: block, body: rest, otherwise: None }));
        }
        Part::Frame(frame) if frame.of == NOTHING && is_last => {
            let ways = [Some(&mut frame.body), frame.otherwise.as_mut()];
            let mut ways = ways.into_iter().flatten().filter(|way| way.iter().any(|part| part.goes_to(block)));
            if let (Some(way), None) = (ways.next(), ways.next()) {
                make_if(way, block);
            }
        }
        Part::Frame(frame) if frame.of == NOTHING && frame.kind == IF && frame.otherwise.is_none() => {
            let leaves = matches!(frame.body.last(), Some(Part::Branch(BR, targets)) if *targets == [block]);
            if leaves && !frame.body.iter().any(|part| part.goes_to(frame.label)) {
                frame.body.pop();
                frame.label = block;
                let rest = parts.split_off(first + 1);
                let Some(Part::Frame(mut frame)) = parts.pop() else { return };
                frame.otherwise = Some(if is_negation(parts.last()) {
                    parts.pop();
                    mem::replace(&mut frame.body, rest)
                } else {
                    rest
                });
                parts.push(Part::Frame(frame));
            }
        }
        _ => {}
    }
}

/// Makes the last part, which says whether to branch, say whether not to.
fn negate(parts: &mut Vec<Part<'_>>) {
    let last = match parts.last() {
        Some(Part::Plain(written)) => *written,
        _ => &[],
    };
    let opposite = OPPOSITES.iter().find_map(|[one, other]| match last {
        last if last == one => Some(other),
        last if last == other => Some(one),
        _ => None,
    });
    if is_negation(parts.last()) {
        parts.pop();
    } else if let Some(opposite) = opposite {
        parts.pop();
        parts.push(Part::Plain(opposite));
    } else {
        parts.push(Part::Plain(&[I32_EQZ]));
    }
}

fn is_negation(part: Option<&Part<'_>>) -> bool {
    matches!(part, Some(Part::Plain([I32_EQZ])))
}

#[cfg(test)]
mod tests {
    use wasm_encoder::Instruction::{
        Block, Br, BrIf, Drop, Else, End, I32Const, I32Eqz, I32GeU, I32LtU, If, LocalGet, Loop,
    };
    use wasm_encoder::{BlockType, ValType};

    use super::as_ifs;
    use crate::code::tests::check;

    const EMPTY: BlockType = BlockType::Empty;

    #[test]
    fn a_branch_around_the_rest_is_an_if() {
        let before = [Block(EMPTY), LocalGet(0), BrIf(0), I32Const(1), Drop, End];
        check(as_ifs, &before, &[LocalGet(0), I32Eqz, If(EMPTY), I32Const(1), Drop, End]);
        let before = [Block(EMPTY), LocalGet(0), I32Eqz, BrIf(0), I32Const(1), Drop, End];
        check(as_ifs, &before, &[LocalGet(0), If(EMPTY), I32Const(1), Drop, End]);
        let before = [Block(EMPTY), LocalGet(0), I32Const(5), I32LtU, BrIf(0), I32Const(1), Drop, End];
        check(as_ifs, &before, &[LocalGet(0), I32Const(5), I32GeU, If(EMPTY), I32Const(1), Drop, End]);
    }

    #[test]
    fn a_branch_around_the_other_of_two_ways_is_an_else() {
        let one = [Block(EMPTY), Block(EMPTY), LocalGet(0), BrIf(0), I32Const(1), Drop, Br(1), End];
        let before: Vec<_> = one.into_iter().chain([I32Const(2), Drop, End]).collect();
        let after = [LocalGet(0), If(EMPTY), I32Const(2), Drop, Else, I32Const(1), Drop, End];
        check(as_ifs, &before, &after);
    }

    #[test]
    fn a_branch_that_goes_elsewhere_goes_there_still() {
        // Out of the loop, past the block within.
        let before =
            [Block(EMPTY), Loop(EMPTY), Block(EMPTY), LocalGet(0), BrIf(0), LocalGet(1), BrIf(2), End, Br(0), End, End];
        let after =
            [Block(EMPTY), Loop(EMPTY), LocalGet(0), I32Eqz, If(EMPTY), LocalGet(1), BrIf(2), End, Br(0), End, End];
        check(as_ifs, &before, &after);
    }

    #[test]
    fn a_block_that_leaves_a_value_stays() {
        let block = [Block(BlockType::Result(ValType::I32)), I32Const(1), LocalGet(0), BrIf(0), End, Drop];
        check(as_ifs, &block, &block);
    }
}
