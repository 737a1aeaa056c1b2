//! The profiles of the shared files.
//!
//! `[profile name]` in the config file, `[name]` in the other, `[default]` in both; what the credentials
//! file says of a profile comes before what the config file says (`botocore/session.py`, `full_config`).

use super::ini::{self, Entry, Section};
use super::shell::split;

/// What both files say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profiles {
    pub all: Vec<Profile>,
    /// `[sso-session name]`.
    pub sessions: Vec<Section>,
    /// `[services name]`.
    pub services: Vec<Section>,
    /// Where it stands.
    pub places: Places,
}

/// One profile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    pub name: String,
    config: Vec<Entry>,
    credentials: Vec<Entry>,
}

/// One of the two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum File {
    Config,
    Credentials,
}

/// What the two files are called for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    pub config: String,
    pub credentials: String,
}

impl Default for Places {
    fn default() -> Self {
        Self { config: "~/.aws/config".to_owned(), credentials: "~/.aws/credentials".to_owned() }
    }
}

impl Places {
    /// The name of one of them.
    #[must_use]
    pub fn of(&self, file: File) -> &str {
        match file {
            File::Config => &self.config,
            File::Credentials => &self.credentials,
        }
    }
}

impl Profiles {
    /// The same from the texts of the two files, as far as they can be read.
    #[must_use]
    pub fn parse(config: &str, credentials: &str) -> Self {
        Self::of(ini::read(config).0, ini::read(credentials).0, Places::default())
    }

    pub(super) fn of(config: Vec<Section>, credentials: Vec<Section>, places: Places) -> Self {
        let mut profiles = Self { places, ..Self::default() };
        for section in config {
            match kind(&section.title) {
                Some((Kind::Profile, name)) => profiles.profile(&name).config = section.entries,
                Some((Kind::Session, title)) => put(&mut profiles.sessions, Section { title, ..section }),
                Some((Kind::Services, title)) => put(&mut profiles.services, Section { title, ..section }),
                None => {}
            }
        }
        for section in credentials {
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

    /// What a profile says of a key, and where it stands: `~/.aws/config:3`.
    #[must_use]
    pub fn setting(&self, name: &str, key: &str) -> Option<(&str, String)> {
        let profile = self.get(name)?;
        [File::Credentials, File::Config].into_iter().find_map(|file| {
            let entry = profile.entry(file, key).filter(|entry| !entry.value.is_empty())?;
            Some((entry.value.as_str(), format!("{}:{}", self.places.of(file), entry.line)))
        })
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
        value(&self.credentials, key).or_else(|| value(&self.config, key))
    }

    /// What stands in one of the files, also where it is empty.
    #[must_use]
    pub fn says(&self, file: File, key: &str) -> Option<&str> {
        self.entry(file, key).map(|entry| entry.value.as_str())
    }

    fn entry(&self, file: File, key: &str) -> Option<&Entry> {
        let entries = match file {
            File::Config => &self.config,
            File::Credentials => &self.credentials,
        };
        entries.iter().find(|entry| entry.key == key)
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
/// is nobody's, `[ profile name ]` too: a title begins with its word (`build_profile_map`).
fn kind(title: &str) -> Option<(Kind, String)> {
    if title == "default" {
        return Some((Kind::Profile, title.to_owned()));
    }
    let kinds = [("profile", Kind::Profile), ("sso-session", Kind::Session), ("services", Kind::Services)];
    let (_, kind) = kinds.into_iter().find(|(word, _)| title.starts_with(word))?;
    let [_, name] = <[String; 2]>::try_from(split(title)?).ok()?;
    Some((kind, name)).filter(|(_, name)| !name.is_empty())
}

/// Of two sections with one name, quoted and not, the last counts.
fn put(sections: &mut Vec<Section>, section: Section) {
    sections.retain(|other| other.title != section.title);
    sections.push(section);
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
        assert_eq!((prod.get("aws_access_key_id"), prod.says(File::Credentials, "region")), (None, None));
        assert_eq!(prod.says(File::Credentials, "aws_access_key_id"), Some(""), "which is something else than nothing");
        assert_eq!(prod.entries().filter(|(key, _)| *key == "mfa_serial").count(), 1);
        assert_eq!((profiles.sessions[0].title.as_str(), profiles.services[0].title.as_str()), ("corp", "x"));
    }

    #[test]
    fn a_title_begins_with_its_word() {
        let names = |config: &str, credentials: &str| {
            Profiles::parse(config, credentials).names().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(names("[ profile   ops ]\n[ default ]\n", ""), Vec::<String>::new());
        assert_eq!(names("[profile   ops ]\n[profile \"a b\"]\n", ""), ["ops", "a b"]);
        assert_eq!(names("", "[ ops ]\n"), [" ops "]);
    }

    #[test]
    fn of_two_sessions_with_one_name_the_last_counts() {
        let text = "[sso-session corp]\nsso_region = one\n[sso-session \"corp\"]\nsso_region = two\n";
        let sessions = Profiles::parse(text, "").sessions;
        assert_eq!((sessions.len(), value(&sessions[0].entries, "sso_region")), (1, Some("two")));
    }
}
