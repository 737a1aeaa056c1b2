//! Turns key presses into actions, over layers and sequences.

use super::{Action, Key, Keymap, Layer, Lookup};

/// What a key press came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    Action(Action),
    /// The beginning of a sequence: wait for the next key.
    Pending,
    /// Bound to nothing.
    None,
}

/// The keys of a sequence that is not complete yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolver {
    pending: Vec<Key>,
}

impl Resolver {
    /// Takes a key. The layers are asked in their order, innermost first; the first one that
    /// knows the sequence, or a longer one that begins with it, decides. A sequence that leads
    /// nowhere is dropped with the key that broke it: a slip must not do something else.
    pub fn resolve(&mut self, keymap: &Keymap, layers: &[Layer], key: Key) -> Resolution {
        self.pending.push(key);
        for layer in layers {
            match keymap.lookup(*layer, &self.pending) {
                Lookup::Action(action) => {
                    self.pending.clear();
                    return Resolution::Action(action);
                }
                Lookup::Prefix => return Resolution::Pending,
                Lookup::Nothing => {}
            }
        }
        self.pending.clear();
        Resolution::None
    }

    /// The keys so far, to show them.
    #[must_use]
    pub fn pending(&self) -> &[Key] {
        &self.pending
    }

    /// Forgets the keys so far: the focus has moved.
    pub fn clear(&mut self) {
        self.pending.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(resolver: &mut Resolver, layers: &[Layer], keys: &str) -> Vec<Resolution> {
        let keymap = Keymap::default();
        keys.split_whitespace()
            .map(|key| key.parse::<Key>().map_or(Resolution::None, |key| resolver.resolve(&keymap, layers, key)))
            .collect()
    }

    #[test]
    fn a_sequence_waits_and_then_acts() {
        let mut resolver = Resolver::default();
        let layers = [Layer::Table, Layer::Global];
        assert_eq!(
            press(&mut resolver, &layers, "g g G"),
            [Resolution::Pending, Resolution::Action(Action::Top), Resolution::Action(Action::Bottom)]
        );
    }

    #[test]
    fn a_broken_sequence_does_nothing() {
        let mut resolver = Resolver::default();
        assert_eq!(
            press(&mut resolver, &[Layer::Global], "g q j"),
            [Resolution::Pending, Resolution::None, Resolution::Action(Action::Down)]
        );
        assert!(resolver.pending().is_empty());
    }

    #[test]
    fn the_inner_layer_decides() {
        let mut resolver = Resolver::default();
        let h = |resolver: &mut Resolver, layers: &[Layer]| press(resolver, layers, "h");
        assert_eq!(h(&mut resolver, &[Layer::Database, Layer::Global]), [Resolution::Action(Action::CursorLeft)]);
        assert_eq!(h(&mut resolver, &[Layer::Table, Layer::Global]), [Resolution::Action(Action::Left)]);
    }

    #[test]
    fn a_prompt_alone_leaves_letters_to_the_text() {
        let mut resolver = Resolver::default();
        assert_eq!(
            press(&mut resolver, &[Layer::Prompt], "q enter"),
            [Resolution::None, Resolution::Action(Action::Open)]
        );
    }
}
