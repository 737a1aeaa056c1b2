//! A configuration that was read again while the console runs.

use std::collections::BTreeMap;

use crate::domain::EnvironmentId;
use crate::keymap::Keymap;
use crate::slices::Policy;
use crate::theme::Theme;
use crate::world::Estate;

/// What a changed configuration leads to.
#[derive(Debug, Clone, PartialEq)]
pub struct Reconfiguration {
    /// It comes after the one that holds: what is the same in both has one number.
    pub estate: Estate,
    /// Of the pauses of the new schedule.
    pub seed: u64,
    /// What a change takes in an environment.
    pub policies: BTreeMap<EnvironmentId, Policy>,
    /// The role that makes changes, where it is not the one that reads.
    pub operators: BTreeMap<EnvironmentId, String>,
    /// What is wrong with the file; the sound part is used.
    pub problems: Vec<String>,
    pub appearance: Restyle,
}

/// How the console looks from now on. What the engineer chose by a key stays while the setting for it is the same.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Restyle {
    /// As the terminal can show it; `None`: as it is.
    pub theme: Option<Box<Theme>>,
    pub keymap: Option<Box<Keymap>>,
    /// What the console's own calls may cost, USD an hour.
    pub ceiling: f64,
    /// Everything is drawn in ASCII.
    pub ascii: bool,
    /// What is wrong with the files of theme and keymap.
    pub warnings: Vec<String>,
}
