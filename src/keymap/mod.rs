//! Which key does what: keys, actions, layers of bindings, and the resolver that turns key
//! presses into actions.
//!
//! Keymaps are TOML files; the shipped ones are embedded. See `keymaps/default.toml` for the
//! format.

mod action;
mod group;
mod key;
mod load;
mod resolver;

pub use action::Action;
pub use group::ActionGroup;
pub use key::{BadKey, Key};
pub use load::{names, shipped};
pub use resolver::{Resolution, Resolver};

/// Where a binding holds. Screens ask the inner layers first, `Global` last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Everywhere but in a prompt.
    Global,
    /// The fleet: all environments and what is wrong in them.
    Fleet,
    /// A table has the focus.
    Table,
    /// The charts of a database have the focus.
    Database,
    /// A cluster, or something of it.
    Cluster,
    /// The log of a container.
    Log,
    /// The plan of a change; nothing else is heard then.
    Plan,
    /// A list that lies over the screen: palette, choices, help.
    Overlay,
    /// A line of text is being typed.
    Prompt,
}

impl Layer {
    /// Every layer.
    pub const ALL: [Self; 9] = [
        Self::Global,
        Self::Fleet,
        Self::Table,
        Self::Database,
        Self::Cluster,
        Self::Log,
        Self::Plan,
        Self::Overlay,
        Self::Prompt,
    ];

    /// The table in keymap files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Fleet => "fleet",
            Self::Table => "table",
            Self::Database => "database",
            Self::Cluster => "cluster",
            Self::Log => "log",
            Self::Plan => "plan",
            Self::Overlay => "overlay",
            Self::Prompt => "prompt",
        }
    }

    /// The layer of that table in keymap files.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|layer| layer.name() == name)
    }
}

/// All bindings. Within a layer, no sequence is the beginning of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    /// The name that it was loaded by.
    pub name: String,
    /// The user's first, then as the shipped files have them: the first key that a file gives for
    /// an action is the one that hints show.
    bindings: Vec<Binding>,
}

/// One binding.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Binding {
    layer: Layer,
    /// The sequence, never empty.
    keys: Vec<Key>,
    action: Action,
}

/// What a sequence means in one layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lookup {
    Action(Action),
    /// The beginning of a longer sequence.
    Prefix,
    Nothing,
}

impl Keymap {
    /// Loads the keymap of this name. `user_text` is the user's file of that name, where there is
    /// one; it extends the shipped keymap that it names with `inherits`, else the shipped one of
    /// its own name, else `default`. The strings are warnings, each beginning with the line that
    /// it is about where there is one.
    #[must_use]
    pub fn load(name: &str, user_text: Option<&str>) -> (Self, Vec<String>) {
        load::load(name, user_text)
    }

    /// The bindings of a layer, in the order of the files: keys as hints show them, action.
    pub fn bindings(&self, layer: Layer) -> impl Iterator<Item = (String, Action)> {
        self.bindings.iter().filter(move |binding| binding.layer == layer).map(|b| (label(&b.keys), b.action))
    }

    /// The key to show for an action: the first one that reaches it through these layers
    /// (innermost first).
    #[must_use]
    pub fn key_for(&self, layers: &[Layer], action: Action) -> Option<String> {
        layers.iter().enumerate().find_map(|(depth, layer)| {
            self.bindings
                .iter()
                .filter(|binding| binding.layer == *layer && binding.action == action)
                .find(|binding| !self.is_hidden(&layers[..depth], &binding.keys))
                .map(|binding| label(&binding.keys))
        })
    }

    /// All keys that reach an action through these layers, those that hints show first.
    #[must_use]
    pub fn keys_for(&self, layers: &[Layer], action: Action) -> Vec<String> {
        let mut keys = Vec::new();
        for (depth, layer) in layers.iter().enumerate() {
            let own = self.bindings.iter().filter(|binding| binding.layer == *layer && binding.action == action);
            let heard = own.filter(|binding| !self.is_hidden(&layers[..depth], &binding.keys));
            keys.extend(heard.map(|binding| label(&binding.keys)));
        }
        keys
    }

    /// What can follow on the keys that were pressed: the keys that are left, and what they do; through these layers
    /// (innermost first).
    #[must_use]
    pub fn following(&self, layers: &[Layer], pressed: &[Key]) -> Vec<(String, Action)> {
        let mut following = Vec::new();
        for (depth, layer) in layers.iter().enumerate() {
            let is_longer = |keys: &[Key]| keys.len() > pressed.len() && keys.starts_with(pressed);
            let longer = self.bindings.iter().filter(|b| b.layer == *layer && is_longer(&b.keys));
            let heard = longer.filter(|b| !self.is_hidden(&layers[..depth], &b.keys));
            following.extend(heard.map(|b| (label(&b.keys[pressed.len()..]), b.action)));
        }
        following
    }

    /// True when an inner layer uses the sequence, or a beginning of it, for itself.
    fn is_hidden(&self, inner: &[Layer], keys: &[Key]) -> bool {
        inner.iter().any(|layer| {
            (1..=keys.len()).any(|end| matches!(self.lookup(*layer, &keys[..end]), Lookup::Action(_)))
                || self.lookup(*layer, keys) == Lookup::Prefix
        })
    }

    fn lookup(&self, layer: Layer, keys: &[Key]) -> Lookup {
        let mut found = Lookup::Nothing;
        for binding in self.bindings.iter().filter(|binding| binding.layer == layer) {
            if binding.keys == keys {
                return Lookup::Action(binding.action);
            }
            if binding.keys.starts_with(keys) {
                found = Lookup::Prefix;
            }
        }
        found
    }
}

impl Default for Keymap {
    fn default() -> Self {
        Self::load("default", None).0
    }
}

/// A sequence as hints show it: `gg`, `Ctrl-d`, `Space f`.
fn label(keys: &[Key]) -> String {
    let labels: Vec<String> = keys.iter().map(|key| key.label()).collect();
    let plain = labels.iter().all(|label| label.chars().count() == 1);
    labels.join(if plain { "" } else { " " })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(written: &str) -> Vec<Key> {
        written.split_whitespace().map(|key| key.parse().expect("a key")).collect()
    }

    fn following(keymap: &Keymap, layers: &[Layer], pressed: &str) -> Vec<(String, Action)> {
        keymap.following(layers, &keys(pressed))
    }

    #[test]
    fn what_begins_with_the_keys_follows() {
        let keymap = Keymap::default();
        let after_g = following(&keymap, &[Layer::Table, Layer::Global], "g");
        for (key, action) in [
            ("f", Action::Fleet),
            ("d", Action::Databases),
            ("k", Action::Clusters),
            ("a", Action::Alarms),
            ("x", Action::Secrets),
            ("o", Action::Executions),
            ("u", Action::Audit),
            ("g", Action::Top),
            ("e", Action::Bottom),
        ] {
            assert!(after_g.contains(&(key.to_owned(), action)), "{key}: {after_g:?}");
        }
        assert_eq!(after_g.len(), 9);
        assert_eq!(following(&keymap, &[Layer::Global], "j"), []);
        assert_eq!(keymap.key_for(&[Layer::Global], Action::Databases).as_deref(), Some("D"), "the shorter is shown");
    }

    #[test]
    fn a_prefix_of_ones_own_shows_too_and_an_inner_layer_hides() {
        let text = "inherits = \"default\"\n[global]\n\"Z a\" = \"alarms\"\n\"Z b b\" = \"fleet\"\n[table]\n\"Z a\" = \"sort\"\n";
        let (keymap, warnings) = Keymap::load("mine", Some(text));
        assert!(warnings.is_empty(), "{warnings:?}");
        let after = following(&keymap, &[Layer::Table, Layer::Global], "Z");
        assert_eq!(after, [("a".to_owned(), Action::Sort), ("bb".to_owned(), Action::Fleet)]);
        assert_eq!(following(&keymap, &[Layer::Global], "Z b"), [("b".to_owned(), Action::Fleet)]);
    }
}
