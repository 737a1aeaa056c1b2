//! The shared config and credentials files of the AWS tools: where they are, and the profiles in them.
//!
//! `[profile name]` in the one, `[name]` in the other, `[default]` in both; what the credentials file
//! says of a profile comes before what the config file says (`botocore/session.py`, `full_config`).

mod ini;
mod shell;

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::domain::text;
pub use ini::{Entry, Refusal, Section};
pub use shell::split;

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

/// What both files say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profiles {
    pub all: Vec<Profile>,
    /// `[sso-session name]`.
    pub sessions: Vec<Section>,
    /// `[services name]`.
    pub services: Vec<Section>,
}

/// One profile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    pub name: String,
    config: Vec<Entry>,
    credentials: Vec<Entry>,
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
        (Profiles::of(config, credentials), unread.or(also_unread))
    }

    /// The path of one of them for a person: of the credentials file, or of the config file.
    #[must_use]
    pub fn shown_one(&self, credentials: bool) -> String {
        let path = if credentials { &self.credentials } else { &self.config };
        path.as_deref().map(shown).unwrap_or_default()
    }

    /// Both paths for a person, `~` for the home.
    #[must_use]
    pub fn shown(&self) -> Vec<String> {
        [&self.config, &self.credentials].into_iter().flatten().map(|path| shown(path)).collect()
    }
}

impl Profiles {
    /// The same from the texts of the two files, as far as they can be read.
    #[must_use]
    pub fn parse(config: &str, credentials: &str) -> Self {
        Self::of(ini::read(config).0, ini::read(credentials).0)
    }

    fn of(config: Vec<Section>, credentials: Vec<Section>) -> Self {
        let mut profiles = Self::default();
        for section in config {
            match kind(&section.title) {
                Some((Kind::Profile, name)) => profiles.profile(&name).config = section.entries,
                Some((Kind::Session, title)) => profiles.sessions.push(Section { title, ..section }),
                Some((Kind::Services, title)) => profiles.services.push(Section { title, ..section }),
                None => {}
            }
        }
        for section in credentials.into_iter().filter(|section| !section.title.is_empty()) {
            profiles.profile(&section.title).credentials = section.entries;
        }
        profiles
    }

    /// The profile of this name, added when it is new.
    fn profile(&mut self, name: &str) -> &mut Profile {
        let index = self.all.iter().position(|profile| profile.name == name).unwrap_or(self.all.len());
        if index == self.all.len() {
            self.all.push(Profile { name: name.to_owned(), ..Profile::default() });
        }
        &mut self.all[index]
    }

    /// The profile of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Profile> {
        self.all.iter().find(|profile| profile.name == name)
    }

    /// The names of all, those of the config file first; none twice.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|profile| profile.name.as_str())
    }
}

impl Profile {
    /// What a key says; a value that is empty says nothing.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.in_credentials(key).or_else(|| value(&self.config, key))
    }

    /// What it says in the credentials file.
    #[must_use]
    pub fn in_credentials(&self, key: &str) -> Option<&str> {
        value(&self.credentials, key)
    }

    /// Keys and values, each key once.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        let of_config = self.config.iter().filter(|entry| value(&self.credentials, &entry.key).is_none());
        self.credentials.iter().chain(of_config).map(|entry| (entry.key.as_str(), entry.value.as_str()))
    }
}

/// What a key of a section says; a value that is empty says nothing.
#[must_use]
pub fn value<'a>(entries: &'a [Entry], key: &str) -> Option<&'a str> {
    entries.iter().find(|entry| entry.key == key).map(|entry| entry.value.as_str()).filter(|value| !value.is_empty())
}

/// What a section of the config file is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Profile,
    Session,
    Services,
}

/// `profile name`, `profile "a name"`, `default`, `sso-session name`, `services name`; another section
/// is nobody's (`build_profile_map`).
fn kind(title: &str) -> Option<(Kind, String)> {
    if title == "default" {
        return Some((Kind::Profile, title.to_owned()));
    }
    let [kind, name] = <[String; 2]>::try_from(split(title)?).ok()?;
    let kind = match kind.as_str() {
        "profile" => Kind::Profile,
        "sso-session" => Kind::Session,
        "services" => Kind::Services,
        _ => return None,
    };
    Some((kind, name)).filter(|(_, name)| !name.is_empty())
}

fn sections_of(path: Option<&Path>) -> (Vec<Section>, Option<Unreadable>) {
    let Some(path) = path else { return (Vec::new(), None) };
    let unread = |place: String, reason: &str| Some(Unreadable { place, reason: text::clean(reason) });
    let bytes = match fs::read(path) {
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

/// `~/x` below the home.
#[must_use]
pub fn expanded(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), home()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

/// The home of this machine's user, where the environment names one.
#[must_use]
pub fn home() -> Option<PathBuf> {
    let named = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    named("HOME").or_else(|| named("USERPROFILE")).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "\
[default]
region = us-east-1
[profile prod]
region = eu-west-1
mfa_serial = one
[profile \"a role\"]
[profile a role]
[prod]
region = ap-south-1
[sso-session corp]
sso_region = us-east-1
[profile ]
[services x]
rds =
  endpoint_url = http://localhost:1
";

    #[test]
    fn every_profile_is_named_once_and_the_credentials_file_comes_first() {
        let profiles = Profiles::parse(CONFIG, "[prod]\nmfa_serial = two\naws_access_key_id =\n[old]\n[default]\n");
        assert_eq!(profiles.names().collect::<Vec<_>>(), ["default", "prod", "a role", "old"]);
        let prod = profiles.get("prod").unwrap();
        assert_eq!((prod.get("mfa_serial"), prod.get("region")), (Some("two"), Some("eu-west-1")));
        assert_eq!((prod.get("aws_access_key_id"), prod.in_credentials("region")), (None, None));
        assert_eq!(prod.entries().filter(|(key, _)| *key == "mfa_serial").count(), 1);
        assert_eq!((profiles.sessions[0].title.as_str(), profiles.services[0].title.as_str()), ("corp", "x"));
    }

    #[test]
    fn a_file_that_cannot_be_read_is_told_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| Some(folder.path().join(name));
        let files = SharedFiles { config: path("config"), credentials: path("credentials") };
        assert_eq!(files.load(), Ok(Profiles::default()));

        fs::write(folder.path().join("config"), "[profile prod]\nregion = us-east-1\n\n[profile prod]\n").unwrap();
        let refused = files.load().unwrap_err();
        let shown = folder.path().join("config").display().to_string();
        assert_eq!(refused.to_string(), format!("{shown}:4: [profile prod] stands here a second time, after line 1"));
        let (sound, unread) = files.read();
        assert_eq!((sound.names().collect::<Vec<_>>(), unread), (vec!["prod"], Some(refused)));

        fs::write(folder.path().join("config"), b"[profile \xff]\n").unwrap();
        assert_eq!(files.load().unwrap_err().to_string(), format!("{shown}: it is not UTF-8"));
    }
}
