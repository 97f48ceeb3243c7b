//! A function's code as the parts it consists of: frames within frames, and branches by the frame they go to.

use wasm_encoder::Encode;
use wasmparser::{FunctionBody, Operator, OperatorsReader, Result};

pub(crate) const BLOCK: u8 = 0x02;
pub(crate) const IF: u8 = 0x04;
const ELSE: u8 = 0x05;
const END: u8 = 0x0b;
pub(crate) const BR: u8 = 0x0c;
pub(crate) const BR_IF: u8 = 0x0d;
const BR_TABLE: u8 = 0x0e;

/// Which frame a branch goes to: the function is the first, the others are counted as they begin.
pub(crate) type Label = u32;

/// A part of a function's code.
pub(crate) enum Part<'a> {
    /// An instruction that is none of the others.
    Plain(&'a [u8]),
    /// A branch, whose first byte says of which kind.
    Branch(u8, Vec<Label>),
    Frame(Frame<'a>),
}

/// A block, a loop or an `if`: its first byte says which.
pub(crate) struct Frame<'a> {
    pub(crate) kind: u8,
    /// What it takes and leaves, as it is written.
    pub(crate) of: &'a [u8],
    pub(crate) label: Label,
    pub(crate) body: Vec<Part<'a>>,
    pub(crate) otherwise: Option<Vec<Part<'a>>>,
}

/// Reads the parts of a function of the module that these are the bytes of.
pub(crate) fn read<'a>(bytes: &'a [u8], function: &FunctionBody<'a>) -> Result<Vec<Part<'a>>> {
    let instructions = function.get_operators_reader()?;
    Ok(Reader { bytes, instructions, open: vec![0], frames: 1 }.parts()?.0)
}

struct Reader<'a> {
    bytes: &'a [u8],
    instructions: OperatorsReader<'a>,
    /// The frames that are open, the innermost last.
    open: Vec<Label>,
    /// How many have begun.
    frames: Label,
}

impl<'a> Reader<'a> {
    /// The parts up to an `end` or an `else`, and whether it was this.
    fn parts(&mut self) -> Result<(Vec<Part<'a>>, bool)> {
        let mut parts = Vec::new();
        loop {
            let (instruction, start) = self.instructions.read_with_offset()?;
            let written = &self.bytes[start..self.instructions.original_position()];
            parts.push(match instruction {
                Operator::End => return Ok((parts, false)),
                Operator::Else => return Ok((parts, true)),
                Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
                    Part::Frame(self.frame(written[0], &written[1..])?)
                }
                Operator::Br { relative_depth } | Operator::BrIf { relative_depth } => {
                    Part::Branch(written[0], vec![self.label(relative_depth)])
                }
                Operator::BrTable { targets } => {
                    let depths = targets.targets().chain([Ok(targets.default())]);
                    Part::Branch(written[0], depths.map(|depth| Ok(self.label(depth?))).collect::<Result<_>>()?)
                }
                _ => Part::Plain(written),
            });
        }
    }

    fn frame(&mut self, kind: u8, of: &'a [u8]) -> Result<Frame<'a>> {
        let label = self.frames;
        self.frames += 1;
        self.open.push(label);
        let (body, has_else) = self.parts()?;
        let otherwise = if has_else { Some(self.parts()?.0) } else { None };
        self.open.pop();
        Ok(Frame { kind, of, label, body, otherwise })
    }

    fn label(&self, depth: u32) -> Label {
        self.open[self.open.len() - 1 - depth as usize]
    }
}

/// Writes the parts of a function behind its locals.
pub(crate) fn write(parts: &[Part<'_>], function: &mut Vec<u8>) {
    write_within(&mut vec![0], parts, function);
    function.push(END);
}

/// `open` are the frames that are open, the innermost last.
fn write_within(open: &mut Vec<Label>, parts: &[Part<'_>], function: &mut Vec<u8>) {
    for part in parts {
        match part {
            Part::Plain(written) => function.extend_from_slice(written),
            Part::Branch(kind, targets) => {
                function.push(*kind);
                if *kind == BR_TABLE {
                    (targets.len() - 1).encode(function);
                }
                for target in targets {
                    let depth = open.iter().rev().position(|label| label == target);
                    depth.expect("a branch is within the frame it goes to").encode(function);
                }
            }
            Part::Frame(frame) => {
                function.push(frame.kind);
                function.extend_from_slice(frame.of);
                open.push(frame.label);
                write_within(open, &frame.body, function);
                if let Some(otherwise) = &frame.otherwise {
                    function.push(ELSE);
                    write_within(open, otherwise, function);
                }
                open.pop();
                function.push(END);
            }
        }
    }
}

impl Part<'_> {
    /// Whether a branch in it goes to the frame.
    pub(crate) fn goes_to(&self, frame: Label) -> bool {
        match self {
            Part::Plain(_) => false,
            Part::Branch(_, targets) => targets.contains(&frame),
            Part::Frame(Frame { body, otherwise, .. }) => {
                body.iter().chain(otherwise.iter().flatten()).any(|part| part.goes_to(frame))
            }
        }
    }
}
