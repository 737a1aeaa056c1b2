//! The shared config and credentials files of the AWS tools: where they are, and what is in them.

mod ini;
mod profiles;
mod shell;

use std::env;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::domain::text;
use crate::plain_file;

/// More bytes than any of these files has.
const LARGEST: u64 = 8 * 1024 * 1024;
pub use ini::{Entry, Refusal, Section};
pub use profiles::{File, Places, Profile, Profiles, value};
pub use shell::split;

pub use crate::plain_file::{expanded, home};

/// Where the two files are; `None` where there is no home to look in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SharedFiles {
    pub config: Option<PathBuf>,
    pub credentials: Option<PathBuf>,
}

/// A file that cannot be read, and why: in words for a person.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{place}: {reason}")]
pub struct Unreadable {
    /// The file, and the line where there is one.
    pub place: String,
    pub reason: String,
}

impl SharedFiles {
    /// Those of this machine's user, as `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE` say.
    #[must_use]
    pub fn here() -> Self {
        Self {
            config: file("AWS_CONFIG_FILE", "config"),
            credentials: file("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
        }
    }

    /// The profiles of both. A file that is not there has none.
    ///
    /// # Errors
    /// When the AWS CLI would refuse one of them: which, at which line, and why.
    pub fn load(&self) -> Result<Profiles, Unreadable> {
        let (profiles, refused) = self.read();
        refused.map_or(Ok(profiles), Err)
    }

    /// The profiles of both as far as they can be read, and what stopped it.
    #[must_use]
    pub fn read(&self) -> (Profiles, Option<Unreadable>) {
        let (config, unread) = sections_of(self.config.as_deref());
        let (credentials, also_unread) = sections_of(self.credentials.as_deref());
        let name = |path: Option<&Path>| path.map(shown).unwrap_or_default();
        let places = Places { config: name(self.config.as_deref()), credentials: name(self.credentials.as_deref()) };
        (Profiles::of(config, credentials, places), unread.or(also_unread))
    }

    /// Both paths for a person, `~` for the home.
    #[must_use]
    pub fn shown(&self) -> Vec<String> {
        [&self.config, &self.credentials].into_iter().flatten().map(|path| shown(path)).collect()
    }
}

fn sections_of(path: Option<&Path>) -> (Vec<Section>, Option<Unreadable>) {
    let Some(path) = path else { return (Vec::new(), None) };
    let unread = |place: String, reason: &str| Some(Unreadable { place, reason: text::clean(reason) });
    let bytes = match plain_file::read(path, LARGEST) {
        Ok(bytes) => bytes,
        // A folder is no file either (`os.path.isfile`).
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::IsADirectory) => {
            return (Vec::new(), None);
        }
        Err(error) => return (Vec::new(), unread(shown(path), &error.to_string())),
    };
    let Ok(words) = String::from_utf8(bytes) else {
        return (Vec::new(), unread(shown(path), "it is not UTF-8"));
    };
    let (sections, refusal) = ini::read(&words);
    (sections, refusal.and_then(|Refusal { line, reason }| unread(format!("{}:{line}", shown(path)), &reason)))
}

/// A path for a person, `~` for the home.
fn shown(path: &Path) -> String {
    let home = home();
    text::clean(&match home.as_deref().and_then(|home| path.strip_prefix(home).ok()) {
        Some(rest) => format!("~/{}", rest.display()),
        None => path.display().to_string(),
    })
}

/// A path as the AWS tools take it: `~` is the home.
fn file(variable: &str, name: &str) -> Option<PathBuf> {
    match env::var_os(variable).filter(|path| !path.is_empty()).map(PathBuf::from) {
        Some(path) => Some(expanded(&path)),
        None => home().map(|home| home.join(".aws").join(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_read_is_told_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| Some(folder.path().join(name));
        let files = SharedFiles { config: path("config"), credentials: path("credentials") };
        assert_eq!(files.load().unwrap().all, []);

        std::fs::write(folder.path().join("config"), "[profile prod]\nregion = us-east-1\n\n[profile prod]\n").unwrap();
        let refused = files.load().unwrap_err();
        let shown = folder.path().join("config").display().to_string();
        assert_eq!(refused.to_string(), format!("{shown}:4: [profile prod] stands here a second time, after line 1"));
        let (sound, unread) = files.read();
        assert_eq!((sound.names().collect::<Vec<_>>(), unread), (vec!["prod"], Some(refused)));

        std::fs::write(folder.path().join("config"), b"[profile \xff]\n").unwrap();
        assert_eq!(files.load().unwrap_err().to_string(), format!("{shown}: it is not UTF-8"));

        std::fs::write(folder.path().join("config"), "\u{feff}[profile prod]\n").unwrap();
        let marked = files.load().unwrap_err().to_string();
        assert_eq!(
            marked,
            format!("{shown}:1: a byte order mark stands before it: save the file as UTF-8 without one")
        );
    }

    #[test]
    fn a_setting_is_told_with_its_file_and_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| Some(folder.path().join(name));
        let files = SharedFiles { config: path("config"), credentials: path("credentials") };
        std::fs::write(folder.path().join("config"), "[profile prod]\nregion = us-east-1\noutput = json\n").unwrap();
        std::fs::write(folder.path().join("credentials"), "[prod]\n\nregion = eu-west-1\n").unwrap();
        let profiles = files.load().unwrap();
        let at = |file: &str, line: u32| format!("{}:{line}", folder.path().join(file).display());
        assert_eq!(profiles.setting("prod", "region"), Some(("eu-west-1", at("credentials", 3))));
        assert_eq!(profiles.setting("prod", "output"), Some(("json", at("config", 3))));
        assert_eq!((profiles.setting("prod", "role_arn"), profiles.setting("qa", "region")), (None, None));
    }
}
