//! A few names, of which one is found without being compared with each.

/// Slots of [`Slots`].
const SLOTS: usize = 128;

/// A few names, each in a slot of its own: most that are looked up are none of them.
pub(super) struct Slots {
    names: &'static [&'static str],
    /// The place of the name whose slot it is.
    slots: [u8; SLOTS],
}

impl Slots {
    /// Does not compile if two of the names have the same slot.
    pub(super) const fn of(names: &'static [&'static str]) -> Self {
        let mut slots = [u8::MAX; SLOTS];
        let mut place = 0;
        while place < names.len() {
            let slot = slot(names[place].as_bytes());
            assert!(slots[slot] == u8::MAX, "two names have the same slot: weigh the letters otherwise");
            slots[slot] = place as u8;
            place += 1;
        }
        Self { names, slots }
    }

    /// The place of a name among them.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        let place = usize::from(*self.slots.get(slot(name.as_bytes()))?);
        self.names.get(place).is_some_and(|known| *known == name).then_some(place)
    }
}

const fn slot(name: &[u8]) -> usize {
    match name {
        [first, .., last] => (name.len() + 27 * *first as usize + 62 * *last as usize) % SLOTS,
        _ => 0,
    }
}
