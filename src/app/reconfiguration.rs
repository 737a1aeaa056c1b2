//! A configuration that was read again while the console runs.

use crate::keymap::Keymap;
use crate::ops::Policy;
use crate::theme::Theme;
use crate::world::Estate;

/// What a changed configuration leads to.
#[derive(Debug, Clone, PartialEq)]
pub struct Reconfiguration {
    pub estate: Estate,
    /// By session of the estate: which one of the estate before it is.
    pub inherited: Vec<Option<usize>>,
    /// Of the pauses of the new schedule.
    pub seed: u64,
    /// By environment: what a change takes there.
    pub policies: Vec<Policy>,
    /// By environment: the role that makes changes, where it is not the one that reads.
    pub operators: Vec<Option<String>>,
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
