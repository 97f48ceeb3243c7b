//! Puts the texts of a module's data close together, and those that are part of another one there.
//!
//! A text is moved if it has no name in the program, and so no place that anything could depend on, and if the linker tells
//! of each constant in the code that is an address in it: there are as many of them as it tells of.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::linked::{Linked, Symbol};

/// How the compiler begins the names of constants that have none in the program.
const NAMELESS: &str = ".Lanon.";

/// Moves texts in memory, and says which address became which.
pub(crate) fn moved(linked: &mut Linked<'_>, read: &mut [bool], constants: &HashMap<i32, usize>) -> HashMap<i32, i32> {
    let mut texts = movable(linked, read, constants);
    // The longest first, for what may be part of another.
    texts.sort_by_key(|(_, place)| Reverse(place.len()));
    let mut free: Vec<bool> = read.iter().map(|read| !read).collect();
    texts.iter().for_each(|(_, place)| free[place.clone()].fill(true));
    let mut around = constant_text(linked, &free);
    let mut room = runs(&free);
    let before = linked.memory.clone();
    let mut starts = HashMap::new();
    for (symbol, place) in &texts {
        let bytes = &before[place.clone()];
        let known = str::from_utf8(&around).ok().zip(str::from_utf8(bytes).ok());
        let start = known.and_then(|(around, text)| around.find(text)).unwrap_or_else(|| {
            let start = first_fit(&mut room, bytes.len()).expect("there is room where they were");
            let place = start..start + bytes.len();
            around[place.clone()].copy_from_slice(bytes);
            linked.memory[place].copy_from_slice(bytes);
            start
        });
        starts.insert(*symbol, start);
    }
    read.fill(true);
    room.into_iter().for_each(|run| read[run].fill(false));
    for (place, symbol) in linked.in_data.iter().filter(|(place, _)| !free[*place]) {
        if let (Some(start), Some(old)) = (starts.get(symbol), &linked.symbols[*symbol]) {
            let word = &mut linked.memory[*place..place + 4];
            let address = u32::from_le_bytes(word.try_into().expect("it is four bytes"));
            word.copy_from_slice(&(address + *start as u32 - old.place.start as u32).to_le_bytes());
        }
    }
    for (symbol, place) in texts {
        let there = starts[&symbol]..starts[&symbol] + place.len();
        assert_eq!(linked.memory[there], before[place], "a text is where its addresses say");
    }
    let moved = linked.in_code.iter().filter_map(|address| {
        let start = linked.start + starts.get(&address.symbol)?;
        Some((linked.address(address)?, start as i32 + address.beyond as i32))
    });
    moved.collect()
}

/// What of memory is text and stays as it is, and zero for all else.
fn constant_text(linked: &Linked<'_>, free: &[bool]) -> Vec<u8> {
    let mut text = vec![0; linked.memory.len()];
    for symbol in linked.symbols.iter().flatten().filter(|symbol| symbol.name.starts_with(NAMELESS)) {
        text[symbol.place.clone()].copy_from_slice(&linked.memory[symbol.place.clone()]);
    }
    linked.in_data.iter().for_each(|(place, _)| text[*place..place + 4].fill(0));
    text.iter_mut().zip(free).filter(|(byte, free)| **free || !byte.is_ascii()).for_each(|(byte, _)| *byte = 0);
    text
}

/// The symbols whose data is a text that can be moved, and where it is.
fn movable(linked: &Linked<'_>, read: &[bool], constants: &HashMap<i32, usize>) -> Vec<(usize, Range<usize>)> {
    // Whose addresses are in the code, and how often each stands there.
    let mut told: HashMap<i32, (usize, HashSet<usize>)> = HashMap::new();
    let mut fixed = HashSet::new();
    for address in &linked.in_code {
        let Some(value) = linked.address(address) else { continue };
        if address.is_constant {
            let (count, symbols) = told.entry(value).or_default();
            *count += 1;
            symbols.insert(address.symbol);
        } else {
            fixed.insert(address.symbol);
        }
    }
    for (value, (count, symbols)) in told {
        if constants.get(&value) != Some(&count) || symbols.len() > 1 {
            fixed.extend(symbols);
        }
    }
    let mut owners = vec![0_u8; read.len()];
    for symbol in linked.symbols.iter().flatten() {
        owners[symbol.place.clone()].iter_mut().for_each(|count| *count = count.saturating_add(1));
    }
    let is_text = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n' | b'\t');
    let texts = linked.symbols.iter().enumerate().filter_map(|(number, symbol)| {
        let Symbol { name, place } = symbol.as_ref()?;
        let can_move = name.starts_with(NAMELESS) && !place.is_empty() && !fixed.contains(&number);
        let is_own = place.clone().all(|place| read[place] && owners[place] == 1);
        let is_text = linked.memory[place.clone()].iter().all(is_text);
        (can_move && is_own && is_text).then(|| (number, place.clone()))
    });
    texts.collect()
}

/// Where the bytes in a row are that are free.
fn runs(free: &[bool]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for place in (0..free.len()).filter(|place| free[*place]) {
        match runs.last_mut() {
            Some(run) if run.end == place => run.end += 1,
            _ => runs.push(place..place + 1),
        }
    }
    runs
}

/// Takes so many bytes of the first of them that has as many.
fn first_fit(free: &mut [Range<usize>], length: usize) -> Option<usize> {
    let run = free.iter_mut().find(|run| run.len() >= length)?;
    run.start += length;
    Some(run.start - length)
}
