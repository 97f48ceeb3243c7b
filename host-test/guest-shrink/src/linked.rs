//! What the linker tells of a module's data, as it is asked to: where each symbol's data is, and of each address in the code
//! and in the data what it is the address of.

use std::ops::Range;

use wasmparser::{
    DataKind, KnownCustom, Linking, LinkingSectionReader, Operator, Parser, Payload, RelocationType, Result,
    SymbolFlags, SymbolInfo,
};

/// A module's data, and what is told of it.
#[derive(Default)]
pub(crate) struct Linked<'a> {
    /// What memory holds from the first byte of the data on, and the address of that.
    pub(crate) memory: Vec<u8>,
    pub(crate) start: usize,
    /// The data of each symbol, none of what is none.
    pub(crate) symbols: Vec<Option<Symbol<'a>>>,
    pub(crate) in_code: Vec<InCode>,
    /// The addresses in the data: where in memory each stands, and of which symbol it is.
    pub(crate) in_data: Vec<(usize, usize)>,
    /// Where the pieces of data are, in memory and in the module's section.
    pieces: Vec<(Range<usize>, usize)>,
}

/// Data that has a name.
pub(crate) struct Symbol<'a> {
    pub(crate) name: &'a str,
    /// Where it is in `memory`.
    pub(crate) place: Range<usize>,
}

/// An address in the code.
pub(crate) struct InCode {
    pub(crate) symbol: usize,
    /// How far from where the symbol's data begins.
    pub(crate) beyond: i64,
    /// Whether it is a constant, and not part of a load or a store.
    pub(crate) is_constant: bool,
}

impl<'a> Linked<'a> {
    pub(crate) fn read(module: &'a [u8]) -> Result<Self> {
        let mut linked = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::DataSection(section) => {
                    let section_start = section.range().start;
                    for data in section {
                        let data = data?;
                        let DataKind::Active { offset_expr, .. } = data.kind else { panic!("all data has a place") };
                        let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? else {
                            panic!("the place is a constant");
                        };
                        let (address, offset) =
                            (value as u32 as usize, data.range.end - data.data.len() - section_start);
                        linked.add_piece(address, offset, data.data);
                    }
                }
                Payload::CustomSection(section) => match section.as_known() {
                    KnownCustom::Linking(told) => linked.add_symbols(told)?,
                    KnownCustom::Reloc(told) => {
                        for entry in told.entries() {
                            let entry = entry?;
                            let symbol = entry.index as usize;
                            match entry.ty {
                                RelocationType::MemoryAddrI32 => {
                                    linked.in_data.push((linked.place(entry.offset as usize), symbol));
                                }
                                // The number of a type, which is no symbol.
                                RelocationType::TypeIndexLeb => {}
                                of => {
                                    let is_constant = of == RelocationType::MemoryAddrSleb;
                                    linked.in_code.push(InCode { symbol, beyond: entry.addend, is_constant });
                                }
                            }
                        }
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        assert!(!linked.in_code.is_empty() && !linked.in_data.is_empty(), "the linker is asked to tell of addresses");
        Ok(linked)
    }

    fn add_piece(&mut self, address: usize, offset: usize, bytes: &[u8]) {
        if self.pieces.is_empty() {
            self.start = address;
        }
        let place = address.checked_sub(self.start).expect("pieces stand in their order");
        self.memory.resize(place, 0);
        self.memory.extend_from_slice(bytes);
        self.pieces.push((place..self.memory.len(), offset));
    }

    fn add_symbols(&mut self, told: LinkingSectionReader<'a>) -> Result<()> {
        for part in told.subsections() {
            let Linking::SymbolTable(symbols) = part? else { continue };
            for symbol in symbols {
                self.symbols.push(match symbol? {
                    // An absolute one is no more than an address: where the data ends.
                    SymbolInfo::Data { flags, name, symbol: Some(symbol) }
                        if !flags.contains(SymbolFlags::ABSOLUTE) =>
                    {
                        let start = self.pieces[symbol.index as usize].0.start + symbol.offset as usize;
                        Some(Symbol { name, place: start..start + symbol.size as usize })
                    }
                    _ => None,
                });
            }
        }
        Ok(())
    }

    /// The address that is meant; none of what is no data.
    pub(crate) fn address(&self, in_code: &InCode) -> Option<i32> {
        let symbol = self.symbols.get(in_code.symbol)?.as_ref()?;
        Some(((self.start + symbol.place.start) as i64 + in_code.beyond) as i32)
    }

    /// Where in memory is what is there in the section.
    fn place(&self, offset: usize) -> usize {
        let piece = self.pieces.iter().find(|(place, start)| (*start..start + place.len()).contains(&offset));
        let (place, start) = piece.expect("an address in the data is in a piece of it");
        place.start + offset - start
    }
}
