//! Leaves out of a module's data what nothing in its code reads, and what is zero, and puts its texts close together.
//!
//! What a message would have said of where the guest gives up is read by nobody once it traps there. Memory is zero before
//! a module's data is put there, and so is what stays out.

use std::collections::HashMap;

use wasm_encoder::{ConstExpr, DataSection, Encode};
use wasmparser::{Operator, Parser, Payload, Result};

use crate::code;
use crate::linked::Linked;
use crate::texts;

const I32_CONST: u8 = 0x41;

/// Bytes that a piece of data begins with, about: as much as that is not worth two pieces.
const HEAD: usize = 8;

/// The module with such data. `linked` is what the linker made, with what it tells.
pub(crate) fn without_unread(module: &[u8], linked: &[u8]) -> Vec<u8> {
    let (left, before) = (constants(module), constants(linked));
    let (left, before) = (left.expect("it was read before"), before.expect("the linker writes what can be read"));
    let mut linked = Linked::read(linked).expect("the linker writes what can be read");
    let mut read = read_by(&linked, &left);
    let moved = texts::moved(&mut linked, &mut read, &before);

    let with_addresses = |instruction: &Operator<'_>, _: &[u8]| {
        let Operator::I32Const { value } = instruction else { return None };
        let mut written = vec![I32_CONST];
        moved.get(value)?.encode(&mut written);
        Some(written)
    };
    let module = code::rewritten(module, |body, _| code::replaced(module, body, with_addresses));
    code::with_section(&module, &pieces(&linked, &read))
}

/// How often each constant stands in the code.
fn constants(module: &[u8]) -> Result<HashMap<i32, usize>> {
    let mut constants = HashMap::new();
    for payload in Parser::new(0).parse_all(module) {
        let Payload::CodeSectionEntry(body) = payload? else { continue };
        for instruction in body.get_operators_reader()? {
            if let Operator::I32Const { value } = instruction? {
                *constants.entry(value).or_default() += 1;
            }
        }
    }
    Ok(constants)
}

/// Which bytes code with these constants reads, as far as can be known.
fn read_by(linked: &Linked<'_>, constants: &HashMap<i32, usize>) -> Vec<bool> {
    let mut read = vec![true; linked.memory.len()];
    let set = |read: &mut Vec<bool>, symbol: usize, is_read| {
        if let Some(symbol) = &linked.symbols[symbol] {
            read[symbol.place.clone()].fill(is_read);
        }
    };
    (0..linked.symbols.len()).for_each(|symbol| set(&mut read, symbol, false));
    for address in &linked.in_code {
        if !address.is_constant || linked.address(address).is_some_and(|address| constants.contains_key(&address)) {
            set(&mut read, address.symbol, true);
        }
    }
    // What is read may be addresses of more.
    loop {
        let before = read.clone();
        for (place, symbol) in &linked.in_data {
            if before[*place] {
                set(&mut read, *symbol, true);
            }
        }
        if read == before {
            return read;
        }
    }
}

/// What is read of the data, in pieces with what is zero between them.
fn pieces(linked: &Linked<'_>, read: &[bool]) -> DataSection {
    let mut data = DataSection::new();
    let needed = |place: usize| read[place] && linked.memory[place] != 0;
    let mut rest = 0;
    while let Some(start) = (rest..read.len()).find(|place| needed(*place)) {
        let mut end = start + 1;
        while let Some(next) = (end..read.len().min(end + HEAD)).find(|place| needed(*place)) {
            end = next + 1;
        }
        let address = ConstExpr::i32_const((linked.start + start) as i32);
        data.active(0, &address, linked.memory[start..end].iter().copied());
        rest = end;
    }
    data
}
