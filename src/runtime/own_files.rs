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

/// The names of the user's own themes or keymaps.
#[must_use]
pub fn names(folder: &str) -> Vec<String> {
    let files = config::locate(None, None).and_then(|file| std::fs::read_dir(file.parent()?.join(folder)).ok());
    let paths = files.into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let own = paths.filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    own.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect()
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

    /// Watches another theme and keymap from now on.
    pub fn follow(&mut self, theme: &str, keymap: &str) {
        let configuration = self.configuration.take();
        *self = Self { configuration, ..Self::new(theme, keymap, None) };
    }

    /// The configuration file, when it changed since the last call.
    pub fn changed_configuration(&mut self) -> Option<PathBuf> {
        let watch = self.configuration.as_mut()?;
        watch.changed().then(|| watch.path().to_owned())
    }

    /// What changed of theme and keymap since the last call.
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
        found
    }
}
