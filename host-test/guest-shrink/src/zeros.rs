//! Leaves out that a local is set to zero before it is set to anything else: it is zero from the start.

use std::collections::HashSet;

use wasmparser::{FunctionBody, Operator, Result};

use crate::code;

/// The module without such zeros.
pub(crate) fn left_out(bytes: &[u8]) -> Vec<u8> {
    code::rewritten(bytes, |body, parameters| function(bytes, body, parameters))
}

fn function(bytes: &[u8], body: &FunctionBody<'_>, parameters: u32) -> Result<Vec<u8>> {
    let mut written = code::locals(bytes, body)?.to_vec();
    let mut copied = body.range().start + written.len();
    // Which locals were set, whether each frame that is open is a loop, and where the zero begins that stands right before.
    let (mut set, mut loops, mut zero) = (HashSet::new(), Vec::new(), None);
    let mut instructions = body.get_operators_reader()?;
    while !instructions.eof() {
        let (instruction, start) = instructions.read_with_offset()?;
        let before = zero.take();
        match instruction {
            Operator::I32Const { value: 0 } | Operator::I64Const { value: 0 } => zero = Some(start),
            Operator::LocalTee { local_index } => _ = set.insert(local_index),
            Operator::LocalSet { local_index } => {
                // In a loop it may have been set further down.
                let is_first = set.insert(local_index) && local_index >= parameters && !loops.contains(&true);
                if let Some(zero) = before.filter(|_| is_first) {
                    written.extend_from_slice(&bytes[copied..zero]);
                    copied = instructions.original_position();
                }
            }
            Operator::Block { .. } | Operator::If { .. } => loops.push(false),
            Operator::Loop { .. } => loops.push(true),
            Operator::End => _ = loops.pop(),
            _ => {}
        }
    }
    written.extend_from_slice(&bytes[copied..body.range().end]);
    Ok(written)
}

#[cfg(test)]
mod tests {
    use wasm_encoder::BlockType;
    use wasm_encoder::Instruction::{BrIf, End, I32Const, LocalGet, LocalSet, Loop};

    use super::left_out;
    use crate::code::tests::check;

    #[test]
    fn a_zero_that_is_there_from_the_start_is_left_out() {
        let before = [I32Const(0), LocalSet(1), I32Const(7), LocalSet(2)];
        check(left_out, &before, &[I32Const(7), LocalSet(2)]);
    }

    #[test]
    fn a_zero_stays_where_the_local_may_be_another_number() {
        let parameter = [I32Const(0), LocalSet(0)];
        check(left_out, &parameter, &parameter);
        let set_before = [I32Const(1), LocalSet(1), I32Const(0), LocalSet(1)];
        check(left_out, &set_before, &set_before);
        let set_further_down =
            [Loop(BlockType::Empty), I32Const(0), LocalSet(1), I32Const(1), LocalSet(1), LocalGet(0), BrIf(0), End];
        check(left_out, &set_further_down, &set_further_down);
    }
}
