//! A generational arena: stable keys for tasks and operations, slots reused.

use std::ops::Index;

/// Names one value of an [`Arena`]. A key outlives its value safely: the slot's
/// generation changes when the value is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    index: u32,
    generation: u32,
}

impl Key {
    /// A key that no arena hands out: the future that an executor was run with.
    pub(crate) const ROOT: Key = Key {
        index: u32::MAX,
        generation: 0,
    };

    /// Packs the key into the 64 bits that a ring carries with an operation.
    pub(crate) fn to_bits(self) -> u64 {
        u64::from(self.generation) << 32 | u64::from(self.index)
    }

    /// The reverse of [`Key::to_bits`].
    pub(crate) fn from_bits(bits: u64) -> Self {
        Self {
            index: bits as u32,
            generation: (bits >> 32) as u32,
        }
    }
}

/// Values in reusable slots.
#[derive(Debug)]
pub struct Arena<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
    /// Generation of slots yet to be made: above that of any slot given up.
    first_generation: u32,
}

#[derive(Debug)]
struct Slot<T> {
    generation: u32,
    value: Option<T>,
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
            first_generation: 0,
        }
    }
}

impl<T> Arena<T> {
    /// Stores a value, in a freed slot if there is one.
    pub fn insert(&mut self, value: T) -> Key {
        let index = self.free.pop().unwrap_or_else(|| self.grow());
        let slot = &mut self.slots[index as usize];
        slot.value = Some(value);
        Key {
            index,
            generation: slot.generation,
        }
    }

    /// Takes a value out. `None` if it was taken before.
    pub fn remove(&mut self, key: Key) -> Option<T> {
        let slot = self.slot_mut(key)?;
        let value = slot.value.take()?;
        slot.generation = slot.generation.wrapping_add(1);
        self.free.push(key.index);
        Some(value)
    }

    /// The value of a key, unless it was taken.
    pub fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        self.slot_mut(key)?.value.as_mut()
    }

    /// How many values are stored.
    pub fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Whether no value is stored.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Gives up the free slots at the end and returns how many there were.
    pub fn compact(&mut self) -> usize {
        let before = self.slots.len();
        while let Some(slot) = self.slots.pop_if(|slot| slot.value.is_none()) {
            self.first_generation = self.first_generation.max(slot.generation);
        }
        self.free
            .retain(|index| (*index as usize) < self.slots.len());
        before - self.slots.len()
    }

    fn grow(&mut self) -> u32 {
        let index = u32::try_from(self.slots.len()).expect("arena is full");
        assert_ne!(index, Key::ROOT.index, "arena is full");
        self.slots.push(Slot {
            generation: self.first_generation,
            value: None,
        });
        index
    }

    fn slot_mut(&mut self, key: Key) -> Option<&mut Slot<T>> {
        let slot = self.slots.get_mut(key.index as usize)?;
        (slot.generation == key.generation).then_some(slot)
    }
}

impl<T> Index<Key> for Arena<T> {
    type Output = T;

    /// # Panics
    /// If the value of the key was taken.
    fn index(&self, key: Key) -> &T {
        self.slots
            .get(key.index as usize)
            .filter(|slot| slot.generation == key.generation)
            .and_then(|slot| slot.value.as_ref())
            .expect("stale arena key")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    #[test]
    fn a_new_arena_is_empty() {
        assert!(Arena::<u8>::default().is_empty());
    }

    #[test]
    fn keys_lead_to_their_values() {
        let mut arena = Arena::default();
        let (first, second) = (arena.insert("first"), arena.insert("second"));
        assert_eq!((arena[first], arena[second]), ("first", "second"));
    }

    #[test]
    fn a_value_is_taken_once() {
        let mut arena = Arena::default();
        let key = arena.insert(7);
        assert_eq!(arena.remove(key), Some(7));
        assert_eq!(arena.remove(key), None);
    }

    #[test]
    fn a_freed_slot_is_reused_under_a_new_key() {
        let mut arena = Arena::default();
        let old = arena.insert('a');
        arena.remove(old);
        let new = arena.insert('b');
        assert_eq!((old.index, arena.get_mut(old)), (new.index, None));
        assert_eq!(arena.get_mut(new), Some(&mut 'b'));
    }

    #[test]
    #[should_panic(expected = "stale arena key")]
    fn indexing_with_a_stale_key_panics() {
        let mut arena = Arena::default();
        let key = arena.insert(1);
        arena.remove(key);
        let _ = arena[key];
    }

    #[test]
    fn keys_survive_packing() {
        let key = Key {
            index: 3,
            generation: 9,
        };
        assert_eq!(Key::from_bits(key.to_bits()), key);
    }

    #[test]
    fn compacting_gives_up_free_slots_at_the_end() {
        let mut arena = Arena::default();
        let keys: Vec<Key> = (0..5).map(|value| arena.insert(value)).collect();
        for key in [keys[1], keys[3], keys[4]] {
            arena.remove(key);
        }
        assert_eq!(arena.compact(), 2);
        assert_eq!((arena[keys[0]], arena[keys[2]], arena.len()), (0, 2, 2));
    }

    #[test]
    fn compacting_does_not_revive_stale_keys() {
        let mut arena = Arena::default();
        let witness = Rc::new(());
        let stale = arena.insert(witness.clone());
        arena.remove(stale);
        assert_eq!((arena.compact(), Rc::strong_count(&witness)), (1, 1));
        let fresh = arena.insert(witness);
        assert!(arena.get_mut(stale).is_none() && arena.get_mut(fresh).is_some());
    }
}
