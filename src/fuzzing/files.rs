//! Files that a person writes: configuration, theme, keymap.

use std::hint::black_box;

use jiff::Timestamp;

use super::assert_steers_nothing;
use crate::config;
use crate::keymap::{Action, Key, Keymap, Layer, Resolver};
use crate::ops::Risk;
use crate::slices::Kind;
use crate::theme::{ColorDepth, Role, degrade, load};
use crate::world::Estate;

/// Keys of a keymap that are pressed.
const PRESSED: usize = 64;
/// Moments at which a rule may hold, in seconds: a Sunday night, summer time's beginning and end in Berlin,
/// a leap day.
const MOMENTS: [i64; 4] = [1_795_317_164, 1_774_745_999, 1_792_889_999, 1_835_395_200];

/// A configuration: what is wrong with it, the estate that it describes, and what a change takes in
/// each environment.
pub fn configuration(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (config, problems) = config::parse(&text, "config.toml");
    assert_steers_nothing(&config::report(&problems, "config.toml"));
    let mut estate = Estate::default();
    for spec in &config.environments {
        let session = estate.add_session_named(spec.name.as_str());
        config::place(&mut estate, session, spec);
        for risk in Risk::ALL {
            black_box(spec.policy.level(risk, spec.criticality).words());
        }
        for at in MOMENTS.into_iter().filter_map(|second| Timestamp::from_second(second).ok()) {
            for kind in Kind::all() {
                black_box(spec.policy.refusal(kind, at));
            }
        }
    }
    for (site, _) in estate.sites() {
        black_box((estate.place(site), estate.expected_account(site), estate.cli_options(site)));
    }
}

/// A theme of one's own: what is wrong with it, and every role's style in terminals of every depth.
pub fn theme(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (theme, warnings) = load("mine", Some(&text));
    for warning in &warnings {
        assert_steers_nothing(warning);
    }
    black_box(theme.ground());
    for depth in [ColorDepth::None, ColorDepth::Ansi16, ColorDepth::Indexed, ColorDepth::TrueColor] {
        let shown = degrade(&theme, depth);
        for role in Role::ALL {
            black_box(shown.style(*role));
        }
    }
}

/// A keymap of one's own: what is wrong with it, the keys that hints show, and its own keys pressed.
pub fn keymap(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (keymap, warnings) = Keymap::load("mine", Some(&text));
    for warning in &warnings {
        assert_steers_nothing(warning);
    }
    let mut resolver = Resolver::default();
    let words = text.split(|c: char| c.is_whitespace() || c == '"').filter_map(|word| word.parse::<Key>().ok());
    for (key, layer) in words.take(PRESSED).zip(Layer::ALL.into_iter().cycle()) {
        black_box(resolver.resolve(&keymap, &[layer, Layer::Global], key));
    }
    for action in Action::ALL {
        black_box(keymap.key_for(&[Layer::Table, Layer::Global], *action));
    }
}
