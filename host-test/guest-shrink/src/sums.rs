//! Keeps a sum that is needed again, in place of adding it up anew.
//!
//! Where a place on the stack is passed on, the compiler adds its distance to the stack's address each time: five to seven
//! bytes and three units of fuel, where a local that holds the sum is read by two bytes and one unit. Compilers of
//! WebAssembly that optimize find what is added up twice in any case, and choose anew.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::iter;
use std::ops::Range;

use wasm_encoder::{Encode, Function, ValType};
use wasmparser::{FunctionBody, Operator, Result};

use crate::code;

const LOCAL_GET: u8 = 0x20;
const LOCAL_TEE: u8 = 0x22;

/// A local and what is added to it.
type Terms = (u32, i32);

/// The module with locals that keep such sums.
pub(crate) fn kept(bytes: &[u8]) -> Vec<u8> {
    code::rewritten(bytes, function)
}

/// A function's code with locals of its own for the sums that get shorter by one.
fn function(body: &FunctionBody<'_>, parameters: u32) -> Result<Vec<u8>> {
    let mut locals: Vec<(u32, ValType)> = Vec::new();
    for group in body.get_locals_reader()? {
        let (count, of) = group?;
        locals.push((count, of.try_into().expect("the guest has numbers alone")));
    }
    let instructions: Vec<_> = body.get_operators_reader()?.into_iter_with_offsets().collect::<Result<_>>()?;
    let mut sums = sums(&instructions);
    // The shortest numbers are for those that are needed most.
    sums.sort_by_key(|places| Reverse(places.len()));
    let mut next = parameters + locals.iter().map(|(count, _)| count).sum::<u32>();
    let mut changes = Vec::new();
    for places in sums {
        let mut number = Vec::new();
        next.encode(&mut number);
        let spared = places[1..].iter().map(Range::len).sum::<usize>();
        if spared <= places.len() * (1 + number.len()) {
            continue;
        }
        next += 1;
        match locals.last_mut() {
            Some((count, ValType::I32)) => *count += 1,
            _ => locals.push((1, ValType::I32)),
        }
        for (nth, place) in places.into_iter().enumerate() {
            let (from, opcode) = if nth == 0 { (place.end, LOCAL_TEE) } else { (place.start, LOCAL_GET) };
            changes.push((from..place.end, [&[opcode][..], &number].concat()));
        }
    }
    changes.sort_by_key(|(place, _)| (place.start, place.end));
    let whole = body.as_bytes();
    let start = body.range().start;
    let mut copied = instructions.first().map_or(0, |(_, at)| *at);
    let mut written = Function::new(locals);
    for (place, instead) in changes {
        written.raw(whole[copied - start..place.start - start].iter().copied()).raw(instead);
        copied = place.end;
    }
    written.raw(whole[copied - start..].iter().copied());
    Ok(written.into_raw_body())
}

/// Where the same sum is added up, in each a first place that the code has passed wherever it comes to the others.
fn sums(instructions: &[(Operator<'_>, usize)]) -> Vec<Vec<Range<usize>>> {
    let steady = steady(instructions);
    let mut sums: Vec<Vec<Range<usize>>> = Vec::new();
    // What was added up before, in the frames that are open.
    let mut known: Vec<HashMap<Terms, usize>> = vec![HashMap::new()];
    for (nth, (instruction, start)) in instructions.iter().enumerate() {
        match instruction {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
                known.extend(known.last().cloned());
            }
            Operator::Else => {
                known.pop();
                known.extend(known.last().cloned());
            }
            Operator::End => _ = known.pop(),
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                let [outermost] = &mut known[..] else { continue };
                outermost.retain(|(local, _), _| local != local_index);
                // What is subtracted here is added again in the end, as to the stack's address: the sum is what it was.
                if let [.., (Operator::I32Const { value }, from), (Operator::I32Sub, _)] = &instructions[..nth]
                    && steady(*local_index)
                {
                    outermost.insert((*local_index, *value), sums.len());
                    sums.push(iter::once(*from..*from).collect());
                }
            }
            Operator::I32Add => {
                let [.., (Operator::LocalGet { local_index }, from), (Operator::I32Const { value }, _)] =
                    &instructions[..nth]
                else {
                    continue;
                };
                if steady(*local_index) {
                    let number =
                        known.last_mut().map_or(0, |known| *known.entry((*local_index, *value)).or_insert(sums.len()));
                    if number == sums.len() {
                        sums.push(Vec::new());
                    }
                    sums[number].push(*from..start + 1);
                }
            }
            _ => {}
        }
    }
    sums
}

/// Whether a local is written once at most, and outside all frames: from there on it stays as it is.
fn steady(instructions: &[(Operator<'_>, usize)]) -> impl Fn(u32) -> bool {
    let mut writes: HashMap<u32, (u32, u32)> = HashMap::new();
    let mut depth = 0;
    for (instruction, _) in instructions {
        match instruction {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => depth += 1,
            Operator::End if depth > 0 => depth -= 1,
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                let (count, depths) = writes.entry(*local_index).or_default();
                *count += 1;
                *depths += depth;
            }
            _ => {}
        }
    }
    move |local| writes.get(&local).is_none_or(|(count, depths)| *count == 1 && *depths == 0)
}

#[cfg(test)]
mod tests {
    use wasm_encoder::BlockType;
    use wasm_encoder::Instruction::{
        Drop, Else, End, GlobalGet, GlobalSet, I32Add, I32Const, I32Sub, If, LocalGet, LocalSet, LocalTee,
    };

    use super::kept;
    use crate::code::tests::{instructions, module};

    /// What becomes of a function's instructions.
    fn after(before: &[wasm_encoder::Instruction<'_>]) -> Vec<String> {
        instructions(&kept(&module(&[before]))).remove(0)
    }

    /// How instructions are told.
    fn told(expected: &[wasm_encoder::Instruction<'_>]) -> Vec<String> {
        // The local of the sum is there only for these to be valid.
        let mut told = instructions(&kept(&module(&[expected]))).remove(0);
        told.iter_mut().for_each(|one| *one = one.replace("local_index: 2 ", "local_index: 3 "));
        told
    }

    #[test]
    fn a_sum_that_is_needed_again_is_kept() {
        let sum = [LocalGet(0), I32Const(1000), I32Add];
        let before: Vec<_> = sum.iter().cloned().chain([Drop]).chain(sum.iter().cloned()).chain([Drop]).collect();
        let expected = [LocalGet(0), I32Const(1000), I32Add, LocalTee(2), Drop, LocalGet(2), Drop];
        assert_eq!(after(&before), told(&expected));
    }

    #[test]
    fn what_the_stack_began_at_is_kept_for_its_end() {
        let begin = [GlobalGet(0), I32Const(64), I32Sub, LocalTee(1), GlobalSet(0)];
        let end = [LocalGet(1), I32Const(64), I32Add, GlobalSet(0)];
        let before: Vec<_> = begin.into_iter().chain(end).collect();
        let expected =
            [GlobalGet(0), LocalTee(2), I32Const(64), I32Sub, LocalTee(1), GlobalSet(0), LocalGet(2), GlobalSet(0)];
        assert_eq!(after(&before), told(&expected));
    }

    #[test]
    fn a_sum_is_added_up_anew_where_the_code_may_not_have_passed_the_first() {
        let sum = || [LocalGet(0), I32Const(1000), I32Add, Drop];
        let two_ways: Vec<_> = [LocalGet(0), If(BlockType::Empty)]
            .into_iter()
            .chain(sum())
            .chain([Else])
            .chain(sum())
            .chain([End])
            .chain(sum())
            .collect();
        assert_eq!(after(&two_ways), instructions(&module(&[&two_ways])).remove(0));
        let changed: Vec<_> = sum().into_iter().chain([I32Const(1), LocalSet(0)]).chain(sum()).collect();
        assert_eq!(after(&changed), instructions(&module(&[&changed])).remove(0));
    }
}
