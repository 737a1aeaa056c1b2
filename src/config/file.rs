//! Where the configuration is, and whether it has changed.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{Config, Known, Problem, Settings, read};
use crate::plain_file;

/// More bytes than any configuration has.
const LARGEST: u64 = 8 * 1024 * 1024;

/// The file to read: what the command line names, else what `QD_CONFIG` names, else `config.toml`
/// in the platform's directory for quarterdeck's configuration. It need not exist. `None` only
/// where the platform knows no home directory, or one that is no absolute path.
#[must_use]
pub fn locate(cli: Option<&Path>, env: Option<OsString>) -> Option<PathBuf> {
    if let Some(path) = cli {
        return Some(path.to_owned());
    }
    if let Some(path) = env.filter(|path| !path.is_empty()) {
        return Some(PathBuf::from(path));
    }
    let directories = directories::ProjectDirs::from("", "", "quarterdeck")?;
    Some(directories.config_dir().join("config.toml")).filter(|path| path.is_absolute())
}

/// Reads and parses a file.
///
/// # Errors
/// When the file cannot be read as text; what is wrong within it is a [`Problem`].
pub fn load(path: &Path) -> io::Result<(Config, Vec<Problem>)> {
    check(path, &Known::default())
}

/// Reads the settings of a file alone, for a console whose environments come from elsewhere; the
/// problems are those of the settings.
///
/// # Errors
/// When the file cannot be read as text.
pub fn load_settings(path: &Path) -> io::Result<(Settings, Vec<Problem>)> {
    let text = plain_file::text(path, LARGEST)?;
    Ok(read::read_settings(&text, &path.display().to_string()))
}

/// The same as [`load`], and looks whether the profiles, the theme and the keymap that it names are among those
/// that are known.
///
/// # Errors
/// When the file cannot be read as text.
pub fn check(path: &Path, known: &Known) -> io::Result<(Config, Vec<Problem>)> {
    let text = plain_file::text(path, LARGEST)?;
    let (mut config, problems) = read::read(&text, &path.display().to_string(), known);
    config.path = Some(path.to_owned());
    Ok((config, problems))
}

/// Notices that a file has changed, by its modification time and length.
#[derive(Debug)]
pub struct Watch {
    path: PathBuf,
    seen: Option<(SystemTime, u64)>,
}

impl Watch {
    /// Starts with the file as it is now.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), seen: stamp(path) }
    }

    /// The file that is watched.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the file has changed, appeared or gone since the last time that this was asked.
    pub fn changed(&mut self) -> bool {
        let now = stamp(&self.path);
        let changed = now != self.seen;
        self.seen = now;
        changed
    }
}

fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let metadata = fs::metadata(path).ok()?;
    // Where the platform tells no modification time, the length has to do.
    Some((metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH), metadata.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_heard_before_the_environment() {
        let cli = Path::new("/a/b.toml");
        let env = || Some(OsString::from("/c/d.toml"));
        assert_eq!(locate(Some(cli), env()), Some(PathBuf::from("/a/b.toml")));
        assert_eq!(locate(None, env()), Some(PathBuf::from("/c/d.toml")));
        let standard = locate(None, Some(OsString::new()));
        assert!(standard.is_none_or(|path| path.ends_with("config.toml")));
    }

    #[test]
    fn a_change_is_seen_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let mut watch = Watch::new(&path);
        assert!(!watch.changed());
        fs::write(&path, "[settings]\n").unwrap();
        assert!(watch.changed());
        assert!(!watch.changed());
        fs::write(&path, "[settings]\nmouse = true\n").unwrap();
        assert!(watch.changed());
        fs::remove_file(&path).unwrap();
        assert!(watch.changed());
        assert!(!watch.changed());
    }

    #[test]
    fn settings_are_read_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        assert!(load_settings(&path).is_err());
        let broken =
            "[[environment]]\nname = = 1\n\n[ui]\nascii = true\nkeymap = \"vim\"\nmous = 1\n\n[guard]\nx = 1\n";
        fs::write(&path, broken).unwrap();
        let (settings, problems) = load_settings(&path).unwrap();
        assert_eq!((settings.ascii, settings.keymap.as_deref()), (crate::config::Ascii::Always, Some("vim")));
        assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [Some(7)], "{problems:?}");
    }

    #[test]
    fn a_file_is_loaded_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        assert!(load(&path).is_err());
        fs::write(&path, "[settings]\nmous = true\n").unwrap();
        let (config, problems) = load(&path).unwrap();
        assert_eq!(config.path.as_deref(), Some(path.as_path()));
        assert!(problems[0].to_string().contains("config.toml:2: warning: \"mous\""), "{problems:?}");
    }
}
