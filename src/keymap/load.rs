//! Reads keymaps. What cannot be understood is left out, and a warning names the line: a typing
//! mistake in a keymap must not keep anybody from the console.

use std::collections::{BTreeMap, BTreeSet};

use toml::de::{DeTable, DeValue};

use super::{Action, Binding, Key, Keymap, Layer};
use crate::nearest::nearest;

const SHIPPED: [(&str, &str); 3] = [
    ("default", include_str!("../../keymaps/default.toml")),
    ("vim", include_str!("../../keymaps/vim.toml")),
    ("emacs", include_str!("../../keymaps/emacs.toml")),
];

/// What a key is bound to in order to take an inherited binding away.
const UNBOUND: &str = "none";

/// The names of the keymaps in the binary.
pub fn shipped() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(name, _)| *name)
}

/// The names of all keymaps to choose from: the shipped ones, then the user's in alphabetical
/// order. `user` are the names of the user's files, without `.toml`.
pub fn names(user: impl Iterator<Item = String>) -> Vec<String> {
    let own: BTreeSet<String> = user.filter(|name| shipped_text(name).is_none()).collect();
    shipped().map(str::to_owned).chain(own).collect()
}

pub(super) fn load(name: &str, user_text: Option<&str>) -> (Keymap, Vec<String>) {
    let mut warnings = Vec::new();
    let bindings = if let Some(text) = user_text {
        let draft = Draft::read(text, &mut warnings);
        let base = match &draft.inherits {
            Some((base, _)) if shipped_text(base).is_some() => base.as_str(),
            Some((base, line)) => {
                warnings.push(format!(
                    "line {line}: there is no keymap {base:?} to inherit: default is used; shipped are {}",
                    listed()
                ));
                SHIPPED[0].0
            }
            None if shipped_text(name).is_some() => name,
            None => SHIPPED[0].0,
        };
        let base = shipped_bindings(base, &mut warnings);
        draft.extend(base, &mut warnings)
    } else {
        if shipped_text(name).is_none() {
            warnings.push(format!("there is no keymap {name:?}: default is used; shipped are {}", listed()));
        }
        shipped_bindings(name, &mut warnings)
    };
    (Keymap { name: name.to_owned(), bindings }, warnings)
}

fn shipped_text(name: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

fn listed() -> String {
    shipped().collect::<Vec<_>>().join(", ")
}

/// A shipped keymap; each of them extends `default`.
fn shipped_bindings(name: &str, warnings: &mut Vec<String>) -> Vec<Binding> {
    let base = Draft::read(SHIPPED[0].1, warnings).extend(Vec::new(), warnings);
    match shipped_text(name) {
        Some(text) if name != SHIPPED[0].0 => Draft::read(text, warnings).extend(base, warnings),
        _ => base,
    }
}

/// A keymap file as written.
#[derive(Default)]
struct Draft {
    inherits: Option<(String, usize)>,
    entries: Vec<Entry>,
}

/// One line of it.
struct Entry {
    line: usize,
    layer: Layer,
    keys: Vec<Key>,
    /// `None` takes the inherited binding away.
    action: Option<Action>,
}

impl Draft {
    fn read(text: &str, warnings: &mut Vec<String>) -> Self {
        let (document, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            warnings.push(format!("line {line}: {}", error.message()));
        }
        let mut draft = Self::default();
        for (name, value) in document.get_ref() {
            let line = line_of(text, name.span().start);
            let name: &str = name.get_ref();
            match (name, value.get_ref()) {
                ("inherits", DeValue::String(base)) => draft.inherits = Some((base.clone().into_owned(), line)),
                ("inherits", _) => warnings.push(format!("line {line}: inherits must be the name of a keymap")),
                (name, value) => {
                    if let (Some(layer), Some(table)) = (Layer::from_name(name), value.as_table()) {
                        draft.read_layer(text, layer, table, warnings);
                    } else {
                        let layers = Layer::ALL.map(|layer| format!("[{}]", layer.name())).join(", ");
                        warnings
                            .push(format!("line {line}: {name:?} is not known here; a keymap has inherits, {layers}"));
                    }
                }
            }
        }
        // TOML tables come sorted by key; the order of the file decides which key hints show.
        draft.entries.sort_by_key(|entry| entry.line);
        draft
    }

    fn read_layer(&mut self, text: &str, layer: Layer, table: &DeTable<'_>, warnings: &mut Vec<String>) {
        for (written, value) in table {
            let line = line_of(text, written.span().start);
            let mut warn = |problem: String| warnings.push(format!("line {line}: {problem}"));
            let Some(name) = value.get_ref().as_str() else {
                warn(format!("the key {:?} must be bound to the name of an action, or \"none\"", written.get_ref()));
                continue;
            };
            let action = Action::from_name(name);
            if action.is_none() && name != UNBOUND {
                let near = nearest(name, Action::ALL.iter().map(|action| action.name()));
                let near = near.map(|near| format!("; did you mean {near:?}?")).unwrap_or_default();
                warn(format!("there is no action {name:?}{near}"));
                continue;
            }
            let parsed = written.get_ref().split_whitespace().map(str::parse::<Key>).collect::<Result<Vec<_>, _>>();
            let keys = match parsed {
                Ok(keys) => keys,
                Err(bad) => {
                    warn(bad.to_string());
                    continue;
                }
            };
            if keys.is_empty() {
                warn("a key is missing".to_owned());
            } else if layer == Layer::Prompt && keys[0].character().is_some() {
                warn(format!("{} cannot be bound in [prompt]: it is what one types there", keys[0]));
            } else {
                self.entries.push(Entry { line, layer, keys, action });
            }
        }
    }

    /// This file over `base`. Where both use a sequence, or one's is the beginning of the other's,
    /// this file has it.
    fn extend(self, mut base: Vec<Binding>, warnings: &mut Vec<String>) -> Vec<Binding> {
        let (unbound, bound): (Vec<Entry>, Vec<Entry>) =
            self.entries.into_iter().partition(|entry| entry.action.is_none());
        for entry in unbound {
            let before = base.len();
            base.retain(|binding| binding.layer != entry.layer || binding.keys != entry.keys);
            if base.len() == before {
                warnings.push(format!("line {}: \"{}\" was not bound", entry.line, written(&entry.keys)));
            }
        }
        let mut own: Vec<Binding> = Vec::with_capacity(bound.len() + base.len());
        let mut taken: Vec<(usize, Binding)> = Vec::new();
        let mut lines: BTreeMap<usize, usize> = BTreeMap::new();
        for Entry { line, layer, keys, action } in bound {
            let Some(action) = action else { continue };
            let clash = own.iter().position(|other| other.layer == layer && overlap(&other.keys, &keys));
            if let Some(other) = clash {
                warnings.push(format!(
                    "line {line}: \"{}\" is left out: it collides with \"{}\" in line {}",
                    written(&keys),
                    written(&own[other].keys),
                    lines.get(&other).copied().unwrap_or(line),
                ));
                continue;
            }
            let mut lost: Vec<String> = Vec::new();
            base.retain(|other| {
                let hidden = other.layer == layer && overlap(&other.keys, &keys);
                if hidden && other.keys != keys {
                    lost.push(format!("\"{}\" ({})", written(&other.keys), other.action.name()));
                }
                if hidden && other.keys == keys && other.action != action {
                    taken.push((line, other.clone()));
                }
                !hidden
            });
            warnings.extend(hiding(line, &keys, &lost));
            lines.insert(own.len(), line);
            own.push(Binding { layer, keys, action });
        }
        own.append(&mut base);
        for (line, lost) in taken {
            warnings.extend(bereft(&own, &lost).map(|problem| format!("line {line}: {problem}")));
        }
        own
    }
}

/// What is said where a key takes away longer ones that begin with it, or a longer one its beginning.
fn hiding(line: usize, keys: &[Key], lost: &[String]) -> Option<String> {
    let (what, them) = match lost {
        [] => return None,
        [one] => (one.clone(), "that one"),
        [first, rest @ ..] => (format!("{first} and {} more", rest.len()), "those"),
    };
    let keys = written(keys);
    Some(format!("line {line}: \"{keys}\" takes {what} away; bind {them} to \"none\" to say that you mean it"))
}

/// What is wrong when another action has taken this binding's keys: nothing, as long as the action has
/// a key left. Ctrl-c alone is none to leave with: it is what one presses in an emergency.
fn bereft(bindings: &[Binding], lost: &Binding) -> Option<String> {
    let emergency = "ctrl-c".parse::<Key>().ok();
    let left = |binding: &&Binding| binding.layer == lost.layer && binding.action == lost.action;
    let alone = |binding: &Binding| binding.keys.len() == 1 && binding.keys.first().copied() == emergency;
    if bindings.iter().filter(left).any(|binding| !alone(binding)) {
        return None;
    }
    let rest = if bindings.iter().any(|binding| left(&binding)) { " but ctrl-c" } else { "" };
    Some(format!(
        "\"{}\" was {} ({}), which no other key does in [{}]{rest}; give that one another key",
        written(&lost.keys),
        lost.action.name(),
        lost.action.describe(),
        lost.layer.name()
    ))
}

/// True when the sequences are equal or one is the beginning of the other.
fn overlap(a: &[Key], b: &[Key]) -> bool {
    a.starts_with(b) || b.starts_with(a)
}

fn written(keys: &[Key]) -> String {
    keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// The line of a byte offset, from 1.
fn line_of(text: &str, offset: usize) -> usize {
    text.get(..offset).map_or(1, |before| before.matches('\n').count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keymap::{Resolution, Resolver};

    fn act(keymap: &Keymap, layer: Layer, keys: &str) -> Resolution {
        let mut resolver = Resolver::default();
        let mut last = Resolution::None;
        for key in keys.split_whitespace().filter_map(|key| key.parse::<Key>().ok()) {
            last = resolver.resolve(keymap, &[layer, Layer::Global], key);
        }
        last
    }

    #[test]
    fn shipped_keymaps_have_no_warnings() {
        for name in shipped() {
            assert_eq!(Keymap::load(name, None).1, Vec::<String>::new(), "{name}");
        }
    }

    #[test]
    fn every_action_can_be_reached() {
        let (keymap, _) = Keymap::load("default", None);
        for action in Action::ALL {
            let reached = Layer::ALL.iter().any(|layer| keymap.key_for(&[*layer], *action).is_some());
            assert!(reached, "{}", action.name());
        }
        assert_eq!(keymap.key_for(&[Layer::Table, Layer::Global], Action::Top).as_deref(), Some("gg"));
        assert_eq!(keymap.key_for(&[Layer::Table, Layer::Global], Action::HalfPageDown).as_deref(), Some("Ctrl-d"));
    }

    /// A keymap may add keys and move them, but what can be done stays the same, and stays in reach
    /// of the same place.
    #[test]
    fn no_shipped_keymap_loses_an_action() {
        let default = Keymap::default();
        for name in shipped() {
            let (keymap, _) = Keymap::load(name, None);
            for layer in Layer::ALL {
                let layers: &[Layer] = match layer {
                    Layer::Fleet | Layer::Table | Layer::Database | Layer::Cluster | Layer::Log => {
                        &[layer, Layer::Global]
                    }
                    Layer::Global | Layer::Plan | Layer::Overlay | Layer::Prompt => &[layer],
                };
                for (_, action) in default.bindings(layer) {
                    let lost = keymap.key_for(layers, action).is_none();
                    assert!(!lost, "{name}: nothing does {} in [{}]", action.name(), layer.name());
                }
                if layers.len() == 2 {
                    for (_, action) in default.bindings(Layer::Global).filter(|(_, action)| !moves_aside(*action)) {
                        let lost = keymap.key_for(layers, action).is_none();
                        assert!(!lost, "{name}: [{}] hides every key of {}", layer.name(), action.name());
                    }
                }
            }
        }
    }

    /// The charts use the keys of these for their cursor.
    fn moves_aside(action: Action) -> bool {
        matches!(action, Action::Left | Action::Right)
    }

    #[test]
    fn emacs_hands_find_their_keys() {
        let (keymap, _) = Keymap::load("emacs", None);
        for (keys, action) in [
            ("ctrl-n", Action::Down),
            ("ctrl-p", Action::Up),
            ("ctrl-v", Action::PageDown),
            ("alt-v", Action::PageUp),
            ("alt-<", Action::Top),
            ("alt->", Action::Bottom),
            ("ctrl-s", Action::Filter),
            ("ctrl-g", Action::Back),
            ("alt-x", Action::Palette),
            ("ctrl-x ctrl-c", Action::Quit),
            ("alt-n", Action::NextFinding),
        ] {
            assert_eq!(act(&keymap, Layer::Fleet, keys), Resolution::Action(action), "{keys}");
        }
        assert_eq!(keymap.key_for(&[Layer::Table, Layer::Global], Action::Filter).as_deref(), Some("Ctrl-s"));
    }

    #[test]
    fn names_to_choose_from() {
        let user = ["vim", "mine", "azerty", "mine"].map(str::to_owned);
        assert_eq!(names(user.into_iter()), ["default", "vim", "emacs", "azerty", "mine"]);
    }

    #[test]
    fn the_user_is_heard_over_the_default() {
        let (keymap, warnings) =
            Keymap::load("mine", Some("[global]\n\"R\" = \"quit\"\n\"q\" = \"none\"\n\"f5\" = \"refresh\"\n"));
        assert_eq!(warnings, Vec::<String>::new());
        assert_eq!(act(&keymap, Layer::Table, "R"), Resolution::Action(Action::Quit));
        assert_eq!(act(&keymap, Layer::Table, "q"), Resolution::None);
        assert_eq!(keymap.key_for(&[Layer::Global], Action::Quit).as_deref(), Some("R"));
        assert_eq!(act(&keymap, Layer::Table, "j"), Resolution::Action(Action::Down));
    }

    #[test]
    fn mistakes_are_named_by_line_and_left_out() {
        let text = "[global]\n\"x y\" = \"quit\"\n\"x\" = \"help\"\n\"ctl-x\" = \"help\"\n\"z\" = \"hlep\"\n\"v\" = 1\n\
                    [tables]\n[prompt]\n\"k\" = \"up\"\n";
        let (keymap, warnings) = Keymap::load("mine", Some(text));
        for line in [3, 4, 5, 6, 7, 9] {
            let start = format!("line {line}: ");
            assert_eq!(warnings.iter().filter(|w| w.starts_with(&start)).count(), 1, "{line} in {warnings:?}");
        }
        assert_eq!(act(&keymap, Layer::Table, "x y"), Resolution::Action(Action::Quit));
    }

    #[test]
    fn an_action_that_loses_its_key_is_told() {
        let (_, warnings) = Keymap::load("mine", Some("[global]\n\"q\" = \"down\"\n\"R\" = \"sort\"\n"));
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        let said = "line 2: \"q\" was quit (leave), which no other key does in [global] but ctrl-c";
        assert!(warnings.iter().any(|warning| warning.starts_with(said)), "{warnings:?}");
        assert!(warnings.iter().any(|warning| warning.contains("\"R\" was refresh")), "{warnings:?}");
        for sound in ["\"q\" = \"down\"\n\"Q\" = \"quit\"\n", "\"j\" = \"up\"\n", "\"q\" = \"quit\"\n"] {
            let (_, warnings) = Keymap::load("mine", Some(&format!("[global]\n{sound}")));
            assert_eq!(warnings, Vec::<String>::new(), "{sound}");
        }
    }

    #[test]
    fn the_nearest_action_is_offered() {
        let (_, warnings) = Keymap::load("mine", Some("[global]\n\"Q\" = \"qiut\"\n"));
        assert_eq!(warnings, ["line 2: there is no action \"qiut\"; did you mean \"quit\"?"]);
    }

    #[test]
    fn a_sequence_that_hides_another_says_so() {
        let (keymap, warnings) = Keymap::load("mine", Some("[global]\n\"g\" = \"refresh\"\n"));
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].contains("\"g g\" (top) and 8 more away; bind those"), "{warnings:?}");
        assert_eq!(act(&keymap, Layer::Global, "g"), Resolution::Action(Action::Refresh));
    }

    #[test]
    fn broken_toml_is_a_warning() {
        let (keymap, warnings) = Keymap::load("mine", Some("[global\n\"j\" = "));
        assert!(!warnings.is_empty());
        assert_eq!(act(&keymap, Layer::Global, "q"), Resolution::Action(Action::Quit));
    }
}
