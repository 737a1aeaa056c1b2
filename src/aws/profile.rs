//! What the shared files say about signing in to a profile: which command makes it work again, and
//! which profile is not there. How it gets its credentials is in [`super::way`].

use thiserror::Error;

use super::shared_files::{Profiles, SharedFiles};
use super::way::{Start, way};
use crate::domain::fault::MissingProfile;
use crate::domain::{FaultKind, text};
use crate::nearest::nearest;

/// How an engineer signs in again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignIn {
    /// Profile in use, if one was chosen.
    profile: Option<String>,
    /// The profile that signs in, and how: the one in use, or the one that it gets its credentials from.
    by: Option<(By, String)>,
    /// Where its profiles are; `None` for a session that reads no files.
    files: Option<SharedFiles>,
    /// The setting that names whose certificates are trusted, where there is one.
    trust: Option<String>,
}

/// Nobody has signed in on this machine yet: there is nothing that could have expired.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("profile {profile} was never signed in on this machine")]
pub(super) struct NotSignedIn {
    by: By,
    profile: String,
}

impl NotSignedIn {
    pub(super) fn new(by: By, profile: &str) -> Self {
        Self { by, profile: profile.to_owned() }
    }

    /// [`FaultKind::NotSignedIn`], with the command that does it.
    pub(super) fn kind(&self) -> FaultKind {
        FaultKind::NotSignedIn { login: command(self.by, Some(&self.profile)) }
    }
}

/// What signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Sso,
    Login,
}

impl By {
    fn command(self) -> &'static str {
        match self {
            Self::Sso => "aws sso login",
            Self::Login => "aws login",
        }
    }
}

impl SignIn {
    /// For this profile (`default` when none was chosen) of these files.
    pub(super) fn load(files: &SharedFiles, profiles: &Profiles, profile: Option<&str>) -> Self {
        let by = way(profiles, profile.unwrap_or("default")).ok().and_then(|way| match way.start {
            Start::Sso { .. } => Some((By::Sso, way.profile)),
            Start::Login { .. } => Some((By::Login, way.profile)),
            _ => None,
        });
        Self { profile: profile.map(str::to_owned), by, files: Some(files.clone()), trust: None }
    }

    /// With the setting that names whose certificates are trusted.
    pub(super) fn trusting(self, setting: Option<String>) -> Self {
        Self { trust: setting, ..self }
    }

    /// The same from the text of the config file.
    #[cfg(test)]
    pub(super) fn of(config: &str, profile: Option<&str>) -> Self {
        Self { files: None, ..Self::load(&SharedFiles::default(), &Profiles::parse(config, ""), profile) }
    }

    /// The same with the files to look for its profile in.
    #[cfg(test)]
    pub(super) fn with_files(self, files: SharedFiles) -> Self {
        Self { files: Some(files), ..self }
    }

    /// [`FaultKind::NoProfile`] when the profile in use is in neither file, as they are now.
    pub(super) fn no_profile(&self) -> Option<FaultKind> {
        let (files, profile) = (self.files.as_ref()?, self.profile.as_deref()?);
        let (profiles, _) = files.read();
        profiles.get(profile).is_none().then(|| {
            FaultKind::NoProfile(Box::new(MissingProfile {
                profile: text::clean(profile),
                nearest: nearest(profile, profiles.names()).map(text::clean),
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

    /// What to do about a certificate that is not trusted.
    pub(super) fn untrusted(&self) -> FaultKind {
        let remedy = match &self.trust {
            Some(setting) => format!(
                "{setting} says whose certificates are trusted, and the issuer of this one is not in it: add it there, \
                 or ask who runs the proxy for its CA"
            ),
            None => {
                "its issuer is not trusted on this machine: where a proxy opens TLS, name its CA by AWS_CA_BUNDLE or \
                     by ca_bundle in the profile"
                    .to_owned()
            }
        };
        FaultKind::Untrusted { remedy }
    }

    /// The command that signs in again. `None` when neither SSO nor a console session is what gives the
    /// credentials; when AWS's message speaks of SSO (`says_sso`) it is, whatever the file says.
    #[must_use]
    pub fn command(&self, says_sso: bool) -> Option<String> {
        match (&self.by, &self.profile) {
            (Some((by, profile)), _) => Some(command(*by, Some(profile))),
            (None, profile) => says_sso.then(|| command(By::Sso, profile.as_deref())),
        }
    }
}

fn command(by: By, profile: Option<&str>) -> String {
    let profile = profile.map(|profile| format!(" --profile {}", text::quoted(&text::clean(profile))));
    format!("{}{}", by.command(), profile.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "\
[default]
region = us-east-1

[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = us-east-1

[profile prod]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Reader
s3 =
  sso_session = nested

[profile \"a role\"]
role_arn = arn:aws:iam::111122223333:role/reader
source_profile = prod

[profile old]
sso_start_url=https://corp.awsapps.com/start
sso_region=us-east-1
sso_account_id = 111122223333
sso_role_name = Reader

[profile console]
login_session = arn:aws:iam::111122223333:user/me

[profile ring]
source_profile = ring

[profile prod-admin]
role_arn = arn:aws:iam::444455556666:role/admin
source_profile = a role
";

    #[test]
    fn the_profile_that_signs_in_is_found() {
        let command = |profile| SignIn::of(CONFIG, profile).command(false);
        assert_eq!(command(Some("prod")).as_deref(), Some("aws sso login --profile prod"));
        assert_eq!(command(Some("a role")).as_deref(), Some("aws sso login --profile prod"));
        assert_eq!(command(Some("prod-admin")).as_deref(), Some("aws sso login --profile prod"), "behind two roles");
        assert_eq!(command(Some("old")).as_deref(), Some("aws sso login --profile old"));
        assert_eq!(command(Some("console")).as_deref(), Some("aws login --profile console"));
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
        assert_eq!(command(Some("it's")).as_deref(), Some(r#"aws sso login --profile "it's""#));
    }

    #[test]
    fn a_certificate_that_is_not_trusted_names_the_setting() {
        let remedy = |setting: Option<&str>| match SignIn::default().trusting(setting.map(str::to_owned)).untrusted() {
            FaultKind::Untrusted { remedy } => remedy,
            other => panic!("{other:?}"),
        };
        assert!(remedy(Some("AWS_CA_BUNDLE (/ca.pem)")).starts_with("AWS_CA_BUNDLE (/ca.pem) says whose"));
        assert!(remedy(None).contains("name its CA by AWS_CA_BUNDLE"));
    }
}
