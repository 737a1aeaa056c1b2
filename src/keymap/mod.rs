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
    /// The plan of a change; nothing else is heard then.
    Plan,
    /// A list that lies over the screen: palette, choices, help.
    Overlay,
    /// A line of text is being typed.
    Prompt,
}

impl Layer {
    /// Every layer.
    pub const ALL: [Self; 7] =
        [Self::Global, Self::Fleet, Self::Table, Self::Database, Self::Plan, Self::Overlay, Self::Prompt];

    /// The table in keymap files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Fleet => "fleet",
            Self::Table => "table",
            Self::Database => "database",
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
