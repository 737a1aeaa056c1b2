//! The user's own theme, keymap and configuration files: where they lie, what is wrong with them, and
//! when they change.

use std::collections::BTreeSet;
use std::env;
use std::path::{Path, PathBuf};

use crate::app::Msg;
use crate::config::{self, Problem, Severity, Watch};
use crate::keymap::Keymap;
use crate::plain_file;
use crate::theme::{self, Theme};

const THEMES: &str = "themes";
const KEYMAPS: &str = "keymaps";

/// Where themes and keymaps of the user's own lie: beside the configuration that is used, then beside
/// the one that is used when none is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folders {
    roots: Vec<PathBuf>,
}

impl Folders {
    /// `named` is the configuration file of the command line.
    #[must_use]
    pub fn beside(named: Option<&Path>) -> Self {
        let used = config::locate(named, env::var_os("QD_CONFIG"));
        let mut roots: Vec<PathBuf> = Vec::new();
        for file in [used, config::locate(None, None)].into_iter().flatten() {
            let Some(root) = file.parent().map(Path::to_owned) else { continue };
            if !roots.contains(&root) {
                roots.push(root);
            }
        }
        Self { roots }
    }

    /// The names of the user's own themes, in alphabetical order.
    #[must_use]
    pub fn themes(&self) -> Vec<String> {
        self.names(THEMES)
    }

    /// The names of the user's own keymaps, in alphabetical order.
    #[must_use]
    pub fn keymaps(&self) -> Vec<String> {
        self.names(KEYMAPS)
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let files = self.roots.iter().filter_map(|root| std::fs::read_dir(root.join(folder)).ok()).flatten();
        let paths = files.filter_map(|entry| Some(entry.ok()?.path()));
        let own = paths.filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
        let names: BTreeSet<String> = own.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
        names.into_iter().collect()
    }

    /// Where a theme or keymap lies, or would lie.
    fn path(&self, folder: &str, name: &str) -> Option<PathBuf> {
        let place = |root: &PathBuf| root.join(folder).join(format!("{name}.toml"));
        self.roots.iter().map(place).find(|path| path.exists()).or_else(|| self.roots.first().map(place))
    }

    /// A theme by its name, with what is wrong with it.
    #[must_use]
    pub fn theme(&self, name: &str) -> (Theme, Vec<Problem>) {
        let (file, text) = self.read(THEMES, name);
        let (theme, warnings) = theme::load(name, text.as_deref());
        (theme, located("theme", file.as_deref(), &warnings))
    }

    /// A keymap by its name, with what is wrong with it.
    #[must_use]
    pub fn keymap(&self, name: &str) -> (Keymap, Vec<Problem>) {
        let (file, text) = self.read(KEYMAPS, name);
        let (keymap, warnings) = Keymap::load(name, text.as_deref());
        (keymap, located("keymap", file.as_deref(), &warnings))
    }

    /// The file, where it can be read, and its text.
    fn read(&self, folder: &str, name: &str) -> (Option<PathBuf>, Option<String>) {
        let text = self.path(folder, name).and_then(|path| Some((plain_file::text(&path, LONGEST).ok()?, path)));
        text.map_or((None, None), |(text, path)| (Some(path), Some(text)))
    }

    /// What is wrong with any theme or keymap of the user's own.
    #[must_use]
    pub fn check(&self) -> Vec<Problem> {
        let themes = self.themes().into_iter().flat_map(|name| self.theme(&name).1);
        let keymaps = self.keymaps().into_iter().flat_map(|name| self.keymap(&name).1);
        themes.chain(keymaps).collect()
    }
}

/// More than any theme or keymap has.
const LONGEST: u64 = 1024 * 1024;

/// Warnings that begin with `line 3: `, as problems of their file; where there is no file, of the
/// choice that leads to none.
fn located(choice: &str, file: Option<&Path>, warnings: &[String]) -> Vec<Problem> {
    let file = file.map_or_else(|| choice.to_owned(), |file| file.display().to_string());
    let problem = |warning: &String| {
        let numbered = warning.strip_prefix("line ").and_then(|rest| rest.split_once(": "));
        let (line, message) = match numbered.map(|(line, message)| (line.parse::<usize>(), message)) {
            Some((Ok(line), message)) => (Some(line), message),
            _ => (None, warning.as_str()),
        };
        Problem {
            severity: Severity::Warning,
            file: file.clone(),
            line,
            environment: None,
            message: message.to_owned(),
        }
    };
    warnings.iter().map(problem).collect()
}

/// What is watched: files of the user's, there or not (yet).
pub struct OwnFiles {
    folders: Folders,
    theme: Own,
    keymap: Own,
    configuration: Option<Watch>,
    /// The problems that stand on the screen because of these files.
    told: Vec<String>,
}

/// One of them.
struct Own {
    name: String,
    watch: Option<Watch>,
    problems: Vec<String>,
}

impl Own {
    fn new(folders: &Folders, folder: &str, name: &str, problems: &[Problem]) -> Self {
        let watch = folders.path(folder, name).map(|file| Watch::new(&file));
        Self { name: name.to_owned(), watch, problems: problems.iter().map(ToString::to_string).collect() }
    }
}

impl OwnFiles {
    /// Watches what the console was started with.
    #[must_use]
    pub fn new(folders: Folders, theme: &str, keymap: &str, configuration: Option<&Path>) -> Self {
        Self {
            theme: Own::new(&folders, THEMES, theme, &folders.theme(theme).1),
            keymap: Own::new(&folders, KEYMAPS, keymap, &folders.keymap(keymap).1),
            folders,
            configuration: configuration.map(Watch::new),
            told: Vec::new(),
        }
    }

    /// Watches another theme and keymap from now on.
    pub fn follow(&mut self, theme: &str, keymap: &str) {
        self.theme = Own::new(&self.folders, THEMES, theme, &self.folders.theme(theme).1);
        self.keymap = Own::new(&self.folders, KEYMAPS, keymap, &self.folders.keymap(keymap).1);
    }

    /// What is wrong with theme and keymap, when it is something else than when this was called last.
    pub fn told_anew(&mut self) -> Option<Vec<String>> {
        let problems = [self.theme.problems.as_slice(), self.keymap.problems.as_slice()].concat();
        if problems == self.told {
            return None;
        }
        self.told.clone_from(&problems);
        Some(problems)
    }

    /// The configuration file, when it changed since the last call.
    pub fn changed_configuration(&mut self) -> Option<PathBuf> {
        let watch = self.configuration.as_mut()?;
        watch.changed().then(|| watch.path().to_owned())
    }

    /// What changed of theme and keymap since the last call.
    pub fn changes(&mut self) -> Vec<Msg> {
        let changed = |own: &mut Own| own.watch.as_mut().is_some_and(Watch::changed);
        let mut found = Vec::new();
        if changed(&mut self.theme) {
            let (theme, problems) = self.folders.theme(&self.theme.name);
            self.theme = Own::new(&self.folders, THEMES, &self.theme.name, &problems);
            let warnings = self.theme.problems.clone();
            found.push(Msg::Restyled { theme: Some(Box::new(theme)), keymap: None, warnings });
        }
        if changed(&mut self.keymap) {
            let (keymap, problems) = self.folders.keymap(&self.keymap.name);
            self.keymap = Own::new(&self.folders, KEYMAPS, &self.keymap.name, &problems);
            let warnings = self.keymap.problems.clone();
            found.push(Msg::Restyled { theme: None, keymap: Some(Box::new(keymap)), warnings });
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A configuration's folder with a keymap `mine` in it.
    fn folder(keymap: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        fs::create_dir(folder.path().join(KEYMAPS)).unwrap();
        fs::write(folder.path().join(KEYMAPS).join("mine.toml"), keymap).unwrap();
        (folder, file)
    }

    #[test]
    fn own_files_are_found_beside_the_named_configuration_and_checked() {
        let (_folder, file) = folder("[global]\n\"Q\" = \"qiut\"\n");
        let folders = Folders::beside(Some(&file));
        assert!(folders.keymaps().contains(&"mine".to_owned()));
        let problems: Vec<String> = folders.keymap("mine").1.iter().map(ToString::to_string).collect();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].contains("mine.toml:2: warning: there is no action \"qiut\""), "{problems:?}");
        let all: Vec<String> = folders.check().iter().map(ToString::to_string).collect();
        assert!(all.contains(&problems[0]), "{all:?}");
        let nowhere = folders.keymap("no-such-keymap").1;
        assert!(nowhere[0].to_string().starts_with("keymap: warning: there is no keymap"), "{nowhere:?}");
    }

    #[test]
    fn a_mended_file_takes_its_problems_away() {
        let (folder, file) = folder("[global]\n\"Q\" = \"qiut\"\n");
        let mut own = OwnFiles::new(Folders::beside(Some(&file)), "dark", "mine", None);
        assert_eq!(own.told_anew().map(|problems| problems.len()), Some(1));
        assert_eq!(own.told_anew(), None, "it was told");
        assert!(own.changes().is_empty());
        fs::write(folder.path().join(KEYMAPS).join("mine.toml"), "[global]\n\"Q\" = \"quit\"\n# mended\n").unwrap();
        assert_eq!(own.changes().len(), 1);
        assert_eq!(own.told_anew(), Some(Vec::new()));
    }

    #[test]
    fn what_is_no_file_is_not_read() {
        let (folder, file) = folder("[global]\n\"Q\" = \"quit\"\n");
        let own = folder.path().join(KEYMAPS).join("mine.toml");
        assert!(plain_file::text(&own, LONGEST).ok().is_some());
        let linked = folder.path().join("linked.toml");
        std::os::unix::fs::symlink(&own, &linked).unwrap();
        assert_eq!(plain_file::text(&linked, LONGEST).ok(), plain_file::text(&own, LONGEST).ok());
        fs::remove_file(&own).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&own).status().unwrap().success());
        assert_eq!(
            (plain_file::text(&own, LONGEST).ok(), plain_file::text(Path::new("/dev/zero"), LONGEST).ok()),
            (None, None)
        );
        let told = Folders::beside(Some(&file)).keymap("mine").1;
        assert!(told[0].to_string().starts_with("keymap: warning: there is no keymap"), "{told:?}");
    }
}
