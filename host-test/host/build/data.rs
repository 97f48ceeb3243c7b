//! Leaves out of a module's data what nothing in its code reads, and what is zero.
//!
//! What a message would have said of where the guest gives up is read by nobody once it traps there. The linker tells, as
//! it is asked to, of each address in the code and the data what it is the address of. Nothing is moved: memory is zero
//! before a module's data is put there, and so is what stays out.

use std::collections::HashSet;
use std::ops::Range;

use wasm_encoder::{ConstExpr, DataSection, Module, RawSection, SectionId};
use wasmparser::{
    DataKind, DataSectionReader, KnownCustom, Linking, LinkingSectionReader, Operator, Parser, Payload,
    RelocationEntry, RelocationType, Result, SymbolInfo,
};

/// Bytes that a piece of data begins with, about: as much as that is not worth two pieces.
const HEAD: usize = 8;

/// What the linker tells of a module's data.
#[derive(Default)]
struct Linked<'a> {
    pieces: Vec<Piece<'a>>,
    /// Where each symbol's data is in memory, if it has any.
    symbols: Vec<Option<Range<usize>>>,
    /// The addresses in the code: of which symbol, which, and whether it is a constant, and not part of a load or a store.
    in_code: Vec<(usize, i64, bool)>,
    /// The addresses in the data: where in the module's section, and of which symbol.
    in_data: Vec<(usize, usize)>,
}

/// A piece of the data.
struct Piece<'a> {
    /// Where it is in memory, and in the module's section.
    address: usize,
    offset: usize,
    bytes: &'a [u8],
}

/// The module without such data. `linked` is what the linker made, with what it tells.
pub(crate) fn without_unread(module: &[u8], linked: &[u8]) -> Vec<u8> {
    let constants = constants(module).expect("it was read before");
    let linked = Linked::read(linked).expect("the linker writes what can be read");
    let read = linked.read_by(&constants);
    let mut data = DataSection::new();
    for (piece, read) in linked.pieces.iter().zip(&read) {
        let needed = |place: usize| read[place] && piece.bytes[place] != 0;
        let mut rest = 0;
        while let Some(start) = (rest..read.len()).find(|place| needed(*place)) {
            let mut end = start + 1;
            while let Some(next) = (end..read.len().min(end + HEAD)).find(|place| needed(*place)) {
                end = next + 1;
            }
            let address = ConstExpr::i32_const((piece.address + start) as i32);
            data.active(0, &address, piece.bytes[start..end].iter().copied());
            rest = end;
        }
    }
    let mut written = Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let Some((id, range)) = payload.expect("it was read before").as_section() else { continue };
        if id == SectionId::Data as u8 {
            written.section(&data);
        } else {
            written.section(&RawSection { id, data: &module[range] });
        }
    }
    written.finish()
}

/// The constants in the code.
fn constants(module: &[u8]) -> Result<HashSet<i32>> {
    let mut constants = HashSet::new();
    for payload in Parser::new(0).parse_all(module) {
        let Payload::CodeSectionEntry(body) = payload? else { continue };
        for instruction in body.get_operators_reader()? {
            if let Operator::I32Const { value } = instruction? {
                constants.insert(value);
            }
        }
    }
    Ok(constants)
}

fn pieces(section: DataSectionReader<'_>) -> Result<Vec<Piece<'_>>> {
    let start = section.range().start;
    let mut pieces = Vec::new();
    for data in section {
        let data = data?;
        let DataKind::Active { offset_expr, .. } = data.kind else { panic!("all data has its place in memory") };
        let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? else {
            panic!("the place is a constant");
        };
        let offset = data.range.end - data.data.len() - start;
        pieces.push(Piece { address: value as u32 as usize, offset, bytes: data.data });
    }
    Ok(pieces)
}

impl<'a> Linked<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self> {
        let mut linked = Self::default();
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::DataSection(section) => linked.pieces = pieces(section)?,
                Payload::CustomSection(section) => match section.as_known() {
                    KnownCustom::Linking(told) => linked.symbols = linked.places(told)?,
                    KnownCustom::Reloc(told) => {
                        told.entries().into_iter().try_for_each(|entry| Ok(linked.add_address(entry?)))?;
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        assert!(!linked.in_code.is_empty() && !linked.in_data.is_empty(), "the linker is asked to tell of addresses");
        Ok(linked)
    }

    /// Where the data of each symbol is in memory, if it has any.
    fn places(&self, told: LinkingSectionReader<'_>) -> Result<Vec<Option<Range<usize>>>> {
        let mut places = Vec::new();
        for part in told.subsections() {
            let Linking::SymbolTable(symbols) = part? else { continue };
            for symbol in symbols {
                let SymbolInfo::Data { symbol: Some(symbol), .. } = symbol? else {
                    places.push(None);
                    continue;
                };
                let start = self.pieces[symbol.index as usize].address + symbol.offset as usize;
                places.push(Some(start..start + symbol.size as usize));
            }
        }
        Ok(places)
    }

    fn add_address(&mut self, entry: RelocationEntry) {
        let symbol = entry.index as usize;
        match entry.ty {
            RelocationType::MemoryAddrI32 => self.in_data.push((entry.offset as usize, symbol)),
            // The number of a type, which is no symbol.
            RelocationType::TypeIndexLeb => {}
            of => self.in_code.push((symbol, entry.addend, of == RelocationType::MemoryAddrSleb)),
        }
    }

    /// Which bytes of each piece code with these constants reads, as far as can be known.
    fn read_by(&self, constants: &HashSet<i32>) -> Vec<Vec<bool>> {
        let mut read: Vec<_> = self.pieces.iter().map(|piece| vec![true; piece.bytes.len()]).collect();
        let set = |read: &mut Vec<Vec<bool>>, symbol: usize, is_read: bool| {
            let Some(place) = &self.symbols[symbol] else { return };
            for (piece, read) in self.pieces.iter().zip(read) {
                let of_piece = place.start.max(piece.address)..place.end.min(piece.address + read.len());
                for address in of_piece {
                    read[address - piece.address] = is_read;
                }
            }
        };
        (0..self.symbols.len()).for_each(|symbol| set(&mut read, symbol, false));
        for (symbol, beyond, is_constant) in &self.in_code {
            let Some(place) = &self.symbols[*symbol] else { continue };
            if !is_constant || constants.contains(&((place.start as i64 + beyond) as i32)) {
                set(&mut read, *symbol, true);
            }
        }
        // What is read may be addresses of more.
        loop {
            let before = read.clone();
            for (offset, symbol) in &self.in_data {
                let is_read = self.pieces.iter().zip(&before).any(|(piece, read)| {
                    offset.checked_sub(piece.offset).is_some_and(|place| read.get(place) == Some(&true))
                });
                if is_read {
                    set(&mut read, *symbol, true);
                }
            }
            if read == before {
                return read;
            }
        }
    }
}
