//! What `~/.aws/config` says about signing in to a profile.
//!
//! The SDK reads the file for the credentials; this reads it once more for what the SDK does not
//! do: to tell which `aws sso login` makes the profile work again, to honour `mfa_serial`, and to
//! say which profile is not there. The rules of the format are in the "AWS SDKs and Tools Reference Guide", "Shared
//! config and credentials files" and "Assume role credential provider".

use std::time::Duration;

use super::assume::AssumeRole;
use super::shared_files::{Line, SharedFiles, lines, profile_in_config, profile_names};
use crate::domain::fault::MissingProfile;
use crate::domain::{FaultKind, text};
use crate::nearest::nearest;

/// So many profiles are followed from one to the next: a ring is possible in a file.
const LONGEST: usize = 8;

/// How an engineer signs in again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignIn {
    /// Profile in use, if one was chosen.
    profile: Option<String>,
    /// The profile that signs in by SSO: the one in use, or the one that it gets its credentials from.
    sso: Option<String>,
    /// Where its profiles are; `None` for a session that reads no files.
    files: Option<SharedFiles>,
}

impl SignIn {
    /// Reads the shared config file for this profile (`default` when none was chosen).
    pub(super) fn load(profile: Option<&str>) -> Self {
        let files = SharedFiles::here();
        Self { files: Some(files.clone()), ..Self::of(&files.read().0, profile) }
    }

    /// The same from the text of the file.
    pub(super) fn of(config: &str, profile: Option<&str>) -> Self {
        Self {
            profile: profile.map(str::to_owned),
            sso: sso_profile(config, profile.unwrap_or("default")),
            files: None,
        }
    }

    /// The same with the files to look for its profile in.
    #[cfg(test)]
    pub(super) fn with_files(self, files: SharedFiles) -> Self {
        Self { files: Some(files), ..self }
    }

    /// [`FaultKind::NoProfile`] when the profile in use is in neither file, as they are now.
    pub(super) fn no_profile(&self) -> Option<FaultKind> {
        let (files, profile) = (self.files.as_ref()?, self.profile.as_deref()?);
        let (config, credentials) = files.read();
        let names = profile_names(&config, &credentials);
        (!names.contains(&profile)).then(|| {
            FaultKind::NoProfile(Box::new(MissingProfile {
                profile: text::clean(profile),
                nearest: nearest(profile, names.iter().copied()).map(text::clean),
                files: files.shown(),
            }))
        })
    }

    /// [`FaultKind::NoCredentials`]: where they were looked for.
    pub(super) fn no_credentials(&self) -> FaultKind {
        FaultKind::NoCredentials {
            profile: self.profile.as_deref().map(|name| text::clean(name).into()),
            files: self.files.as_ref().map(SharedFiles::shown).unwrap_or_default(),
        }
    }

    /// The command that signs in again. `None` when SSO is not what gives the credentials; when
    /// AWS's message speaks of SSO (`says_sso`) it is, whatever the file says.
    #[must_use]
    pub fn command(&self, says_sso: bool) -> Option<String> {
        let profile = match (&self.sso, &self.profile) {
            (Some(sso), _) => sso,
            (None, Some(profile)) if says_sso => profile,
            (None, None) if says_sso => return Some("aws sso login".to_owned()),
            (None, _) => return None,
        };
        Some(format!("aws sso login --profile {}", quoted(&text::clean(profile))))
    }
}

/// Ready for a shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.@+/:".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// A profile that wants a code, taken apart: the profile with the first credentials, and the roles
/// on top, the first one first.
///
/// `None` when no role on the way names an `mfa_serial` (the SDK does the others by itself), or
/// when the first credentials are not another profile's.
pub(super) fn mfa_roles(profile: &str) -> Option<(String, Vec<AssumeRole>)> {
    mfa_roles_in(&SharedFiles::here().read().0, profile)
}

fn mfa_roles_in(config: &str, profile: &str) -> Option<(String, Vec<AssumeRole>)> {
    let (mut name, mut roles) = (profile.to_owned(), Vec::new());
    for _ in 0..LONGEST {
        let section = section(config, &name);
        let value = |key: &str| section.iter().find(|(k, _)| *k == key).map(|(_, v)| (*v).to_owned());
        let Some(arn) = value("role_arn") else {
            roles.reverse();
            return roles.iter().any(|role: &AssumeRole| role.mfa_serial.is_some()).then_some((name, roles));
        };
        roles.push(AssumeRole {
            // A shared profile names none.
            source_identity: None,
            arn,
            external_id: value("external_id"),
            mfa_serial: value("mfa_serial"),
            session_name: value("role_session_name"),
            duration: value("duration_seconds").and_then(|text| text.parse().ok()).map(Duration::from_secs),
        });
        name = value("source_profile").filter(|source| *source != name)?;
    }
    None
}

/// Follows `source_profile` to the profile that has an SSO session.
fn sso_profile(config: &str, profile: &str) -> Option<String> {
    let mut name = profile.to_owned();
    // A role may be assumed from a role.
    for _ in 0..LONGEST {
        let section = section(config, &name);
        let value = |key: &str| section.iter().find(|(k, _)| *k == key).map(|(_, v)| *v);
        if value("sso_session").or_else(|| value("sso_start_url")).is_some() {
            return Some(name);
        }
        value("source_profile")?.clone_into(&mut name);
    }
    None
}

/// The keys and values of a profile's section in the config file.
fn section<'a>(config: &'a str, profile: &str) -> Vec<(&'a str, &'a str)> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in lines(config) {
        match line {
            Line::Title(title) => inside = profile_in_config(title) == Some(profile),
            Line::Value(key, value) if inside => found.push((key, value)),
            Line::Value(..) => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "\
[default]
region = us-east-1

[sso-session corp]
sso_start_url = https://corp.awsapps.com/start

[profile prod]
sso_session = corp   # read-only
s3 =
  sso_session = nested

[profile \"a role\"]
role_arn = arn:aws:iam::111122223333:role/reader
source_profile = prod

[profile old]
sso_start_url=https://corp.awsapps.com/start

[profile ring]
source_profile = ring

[profile prod-admin]
role_arn = arn:aws:iam::444455556666:role/admin
source_profile = hub
external_id = qd-7
duration_seconds = 1800

[profile hub]
role_arn = arn:aws:iam::111122223333:role/hub
source_profile = prod
mfa_serial = arn:aws:iam::111122223333:mfa/alice
role_session_name = alice

[profile mfa-ring]
role_arn = arn:aws:iam::111122223333:role/hub
source_profile = mfa-ring
mfa_serial = arn:aws:iam::111122223333:mfa/alice
";

    #[test]
    fn a_chain_with_a_code_in_it_is_taken_apart() {
        let (base, roles) = mfa_roles_in(CONFIG, "prod-admin").unwrap();
        assert_eq!(base, "prod");
        let hub = AssumeRole {
            arn: "arn:aws:iam::111122223333:role/hub".into(),
            mfa_serial: Some("arn:aws:iam::111122223333:mfa/alice".into()),
            session_name: Some("alice".into()),
            ..AssumeRole::default()
        };
        let admin = AssumeRole {
            arn: "arn:aws:iam::444455556666:role/admin".into(),
            external_id: Some("qd-7".into()),
            duration: Some(Duration::from_secs(1800)),
            ..AssumeRole::default()
        };
        assert_eq!(roles, [hub, admin]);
        for other in ["a role", "prod", "ring", "mfa-ring", "nowhere"] {
            assert_eq!(mfa_roles_in(CONFIG, other), None, "{other}");
        }
    }

    #[test]
    fn sso_is_found_behind_a_chain_of_roles() {
        let command = SignIn::of(CONFIG, Some("prod-admin")).command(false);
        assert_eq!(command.as_deref(), Some("aws sso login --profile prod"));
    }

    #[test]
    fn the_profile_that_signs_in_is_found() {
        let command = |profile| SignIn::of(CONFIG, profile).command(false);
        assert_eq!(command(Some("prod")).as_deref(), Some("aws sso login --profile prod"));
        assert_eq!(command(Some("a role")).as_deref(), Some("aws sso login --profile prod"));
        assert_eq!(command(Some("old")).as_deref(), Some("aws sso login --profile old"));
        assert_eq!(command(Some("ring")), None);
        assert_eq!(command(Some("corp")), None);
        assert_eq!(command(None), None);
    }

    #[test]
    fn a_profile_that_is_not_there_is_told_with_the_nearest() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| Some(folder.path().join(name));
        let files = SharedFiles { config: file("config"), credentials: file("credentials") };
        std::fs::write(folder.path().join("config"), CONFIG).unwrap();
        let sign_in = |profile| SignIn::of(CONFIG, profile).with_files(files.clone());
        assert_eq!(sign_in(None).no_profile(), None);
        assert_eq!(sign_in(Some("prod")).no_profile(), None);
        assert_eq!(SignIn::of("", Some("prdo")).no_profile(), None, "where no files are read");
        let Some(FaultKind::NoProfile(missing)) = sign_in(Some("prdo")).no_profile() else { panic!("prdo is there") };
        assert_eq!(
            (missing.profile.as_str(), missing.nearest.as_deref(), missing.files.len()),
            ("prdo", Some("prod"), 2)
        );
        // The file may have been mended since.
        std::fs::write(folder.path().join("credentials"), "[prdo]\n").unwrap();
        assert_eq!(sign_in(Some("prdo")).no_profile(), None);
        let none = sign_in(Some("prod")).no_credentials();
        assert_eq!(none, FaultKind::NoCredentials { profile: Some("prod".into()), files: missing.files });
    }

    #[test]
    fn a_message_that_speaks_of_sso_is_believed() {
        let command = |profile| SignIn::of("", profile).command(true);
        assert_eq!(command(None).as_deref(), Some("aws sso login"));
        assert_eq!(command(Some("it's")).as_deref(), Some(r"aws sso login --profile 'it'\''s'"));
    }
}
