//! The user's own theme, keymap and configuration files, and when they change.

use std::path::{Path, PathBuf};

use crate::app::Msg;
use crate::config::{self, Watch};
use crate::keymap::Keymap;
use crate::theme;

/// What is watched: files of the user's, there or not (yet).
pub struct OwnFiles {
    theme: Option<(String, Watch)>,
    keymap: Option<(String, Watch)>,
    configuration: Option<Watch>,
}

/// Where a theme or keymap of the user's own lies: beside the configuration.
#[must_use]
pub fn path(folder: &str, name: &str) -> Option<PathBuf> {
    Some(config::locate(None, None)?.parent()?.join(folder).join(format!("{name}.toml")))
}

/// The text of a theme or keymap of the user's own.
#[must_use]
pub fn read(folder: &str, name: &str) -> Option<String> {
    std::fs::read_to_string(path(folder, name)?).ok()
}

impl OwnFiles {
    /// Watches what the console was started with.
    #[must_use]
    pub fn new(theme: &str, keymap: &str, configuration: Option<&Path>) -> Self {
        let watch = |folder, name: &str| path(folder, name).map(|file| (name.to_owned(), Watch::new(&file)));
        Self {
            theme: watch("themes", theme),
            keymap: watch("keymaps", keymap),
            configuration: configuration.map(Watch::new),
        }
    }

    /// What changed since the last call.
    pub fn changes(&mut self) -> Vec<Msg> {
        let mut found = Vec::new();
        if let Some((name, watch)) = &mut self.theme
            && watch.changed()
        {
            let (theme, warnings) = theme::load(name, read("themes", name).as_deref());
            found.push(Msg::Restyled { theme: Some(Box::new(theme)), keymap: None, warnings });
        }
        if let Some((name, watch)) = &mut self.keymap
            && watch.changed()
        {
            let (keymap, warnings) = Keymap::load(name, read("keymaps", name).as_deref());
            found.push(Msg::Restyled { theme: None, keymap: Some(Box::new(keymap)), warnings });
        }
        if let Some(watch) = &mut self.configuration
            && watch.changed()
        {
            let problems = config::load(watch.path()).map_or(1, |(_, problems)| problems.len());
            found.push(Msg::Reconfigured { problems });
        }
        found
    }
}
