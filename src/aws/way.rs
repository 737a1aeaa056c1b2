//! From a profile to its first credentials and the roles on top, as the AWS CLI goes
//! (`botocore/credentials.py`: `AssumeRoleProvider`, `ProfileProviderBuilder`).

use std::time::Duration;

use aws_credential_types::Credentials;
use thiserror::Error;

use super::assume::AssumeRole;
use super::shared_files::{File, Profile, Profiles, value};

const KEY: &str = "aws_access_key_id";
const SECRET: &str = "aws_secret_access_key";

/// Where the first credentials come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Start {
    /// Keys in one of the files.
    Keys(Credentials),
    /// A command that prints them.
    Process(String),
    /// IAM Identity Center; the token is kept by the name of the session, or by the start URL.
    Sso { kept_by: String },
    /// `aws login`; the token is kept by the ARN of the session.
    Login { session: String },
    /// A token in a file, which STS changes for credentials.
    WebIdentity,
    /// `AWS_ACCESS_KEY_ID` and its like.
    Environment,
    /// What a container is given.
    Container,
    /// What an EC2 instance is given.
    Instance,
}

/// How a profile gets its credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Way {
    pub start: Start,
    /// The profile that says where to start.
    pub profile: String,
    /// The first is assumed with the first credentials, each other with those of the one before.
    pub roles: Vec<AssumeRole>,
}

/// Why the files lead to no credentials.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum ProfileError {
    #[error("there is no profile {profile}")]
    Unknown { profile: String },
    #[error("profile {profile} says nothing of credentials")]
    Empty { profile: String },
    #[error("profile {profile} takes its credentials from profile {wanted}, which is not there")]
    UnknownSource { profile: String, wanted: String },
    #[error("profile {profile} takes its credentials from profile {wanted}, which takes them from it again")]
    Ring { profile: String, wanted: String },
    #[error("profile {profile} has both source_profile and credential_source: one of them is too many")]
    TwoSources { profile: String },
    #[error("profile {profile} has role_arn and neither source_profile nor credential_source")]
    Sourceless { profile: String },
    #[error("profile {profile} has credential_source = {wanted}: Environment, Ec2InstanceMetadata or EcsContainer")]
    NoSuchSource { profile: String, wanted: String },
    #[error("profile {profile} has no {key} beside its other key in {file}, and a pair stands in one file")]
    Half { profile: String, key: &'static str, file: String },
    #[error("profile {profile} lacks {key} for IAM Identity Center")]
    HalfSso { profile: String, key: &'static str },
    #[error("profile {profile} names the sso-session {session}, which is not there")]
    NoSession { profile: String, session: String },
}

/// The way of a profile.
///
/// # Errors
/// What is wrong on it.
pub(super) fn way(profiles: &Profiles, name: &str) -> Result<Way, ProfileError> {
    let (mut name, mut visited, mut roles) = (name.to_owned(), Vec::<String>::new(), Vec::new());
    loop {
        let profile = profiles.get(&name).ok_or_else(|| match visited.last() {
            Some(last) => ProfileError::UnknownSource { profile: last.clone(), wanted: name.clone() },
            None => ProfileError::Unknown { profile: name.clone() },
        })?;
        let arrived = |start, mut roles: Vec<AssumeRole>| {
            roles.reverse();
            Way { start, profile: name.clone(), roles }
        };
        // What another profile leads to gives its keys, if it has any, and not the role.
        let has_keys = profile.get(KEY).or(profile.get(SECRET)).is_some();
        let role = role_of(profile).filter(|_| visited.is_empty() || !has_keys);
        let Some(role) = role else { return Ok(arrived(start(profiles, profile)?, roles)) };
        roles.push(role);
        let next = match (profile.get("source_profile"), profile.get("credential_source")) {
            (Some(_), Some(_)) => return Err(ProfileError::TwoSources { profile: name }),
            (None, None) => return Err(ProfileError::Sourceless { profile: name }),
            (None, Some(source)) => return Ok(arrived(named(&name, source)?, roles)),
            (Some(own), None) if own == name => return Ok(arrived(start(profiles, profile)?, roles)),
            (Some(next), None) => next.to_owned(),
        };
        if visited.contains(&next) {
            return Err(ProfileError::Ring { profile: name, wanted: next });
        }
        visited.push(std::mem::replace(&mut name, next));
    }
}

/// Whether a profile assumes a role with the credentials of something else.
pub(super) fn assumes(profile: &Profile) -> bool {
    role_of(profile).is_some()
}

/// The role of a profile. With a web identity it is that which gives the first credentials.
fn role_of(profile: &Profile) -> Option<AssumeRole> {
    let value = |key: &str| profile.get(key).map(str::to_owned);
    let arn = value("role_arn").filter(|_| profile.get("web_identity_token_file").is_none())?;
    Some(AssumeRole {
        // A shared profile names none.
        source_identity: None,
        arn,
        external_id: value("external_id"),
        mfa_serial: value("mfa_serial"),
        session_name: value("role_session_name"),
        duration: value("duration_seconds").and_then(|text| text.parse().ok()).map(Duration::from_secs),
    })
}

/// What a profile says of credentials, the role aside; the order is that of `ProfileProviderBuilder`.
fn start(profiles: &Profiles, profile: &Profile) -> Result<Start, ProfileError> {
    if profile.get("web_identity_token_file").is_some() && profile.get("role_arn").is_some() {
        return Ok(Start::WebIdentity);
    }
    if profile.get("sso_account_id").or(profile.get("sso_role_name")).is_some() {
        return sso(profiles, profile);
    }
    if profile.says(File::Credentials, KEY).is_some() {
        return pair(profiles, profile, File::Credentials);
    }
    if let Some(session) = profile.get("login_session") {
        return Ok(Start::Login { session: session.to_owned() });
    }
    if let Some(command) = profile.get("credential_process") {
        return Ok(Start::Process(command.to_owned()));
    }
    pair(profiles, profile, File::Config)
}

/// The keys that one of the files has, with the token beside them: nothing is taken from the other one
/// (`SharedCredentialProvider`, `ConfigProvider`).
fn pair(profiles: &Profiles, profile: &Profile, file: File) -> Result<Start, ProfileError> {
    let half = |key, file| {
        let file = profiles.places.of(file).to_owned();
        Err(ProfileError::Half { profile: profile.name.clone(), key, file })
    };
    let token = profile.says(file, "aws_security_token").or_else(|| profile.says(file, "aws_session_token"));
    let token = token.filter(|token| !token.is_empty()).map(str::to_owned);
    match (profile.says(file, KEY), profile.says(file, SECRET)) {
        (Some(id), Some(secret)) => Ok(Start::Keys(Credentials::new(id, secret, token, None, "ProfileFile"))),
        (Some(_), None) => half(SECRET, file),
        (None, _) => {
            match [File::Credentials, File::Config].into_iter().find(|file| profile.says(*file, SECRET).is_some()) {
                Some(file) => half(KEY, file),
                None => Err(ProfileError::Empty { profile: profile.name.clone() }),
            }
        }
    }
}

fn sso(profiles: &Profiles, profile: &Profile) -> Result<Start, ProfileError> {
    let name = || profile.name.clone();
    for key in ["sso_account_id", "sso_role_name"] {
        if profile.get(key).is_none() {
            return Err(ProfileError::HalfSso { profile: name(), key });
        }
    }
    let session = profile.get("sso_session");
    let found = session.and_then(|title| profiles.sessions.iter().find(|session| session.title == title));
    let kept_by = match (session, found) {
        (Some(title), None) => return Err(ProfileError::NoSession { profile: name(), session: title.to_owned() }),
        (Some(title), Some(_)) => title,
        (None, _) => profile
            .get("sso_start_url")
            .ok_or_else(|| ProfileError::HalfSso { profile: name(), key: "sso_start_url" })?,
    };
    for key in ["sso_start_url", "sso_region"] {
        if found.map_or_else(|| profile.get(key), |session| value(&session.entries, key)).is_none() {
            return Err(ProfileError::HalfSso { profile: name(), key });
        }
    }
    Ok(Start::Sso { kept_by: kept_by.to_owned() })
}

fn named(profile: &str, source: &str) -> Result<Start, ProfileError> {
    match source.to_ascii_lowercase().as_str() {
        "environment" => Ok(Start::Environment),
        "ec2instancemetadata" => Ok(Start::Instance),
        "ecscontainer" => Ok(Start::Container),
        _ => Err(ProfileError::NoSuchSource { profile: profile.to_owned(), wanted: source.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MFA: &str = "arn:aws:iam::111122223333:mfa/me";
    const READER: &str = "arn:aws:iam::111122223333:role/reader";

    fn of(config: &str, credentials: &str, name: &str) -> Result<Way, ProfileError> {
        way(&Profiles::parse(config, credentials), name)
    }

    fn keys_of(way: &Way) -> &str {
        match &way.start {
            Start::Keys(keys) => keys.access_key_id(),
            other => panic!("{other:?}"),
        }
    }

    /// Wherever the serial number stands, it is asked for.
    #[test]
    fn a_code_is_asked_for_in_every_shape_of_profile() {
        let role = format!("role_arn = {READER}\nmfa_serial = {MFA}\n");
        let keys = "aws_access_key_id = AKIABASE\naws_secret_access_key = s\n";
        let base = format!("[base]\n{keys}");
        for (config, credentials) in [
            (format!("[profile prod]\n{role}source_profile = base\n"), base.clone()),
            ("[profile prod]\nregion = us-east-1\n".to_owned(), format!("{base}[prod]\n{role}source_profile = base\n")),
            (format!("[profile prod]\n{role}source_profile = prod\n{keys}"), String::new()),
            (
                format!("[profile prod]\nrole_arn = {READER}\nsource_profile = base\n"),
                format!("{base}[prod]\nmfa_serial = {MFA}\n"),
            ),
            (
                format!(
                    "[profile prod]\nrole_arn = {READER}2\nsource_profile = hub\n[profile hub]\n{role}source_profile = base\n"
                ),
                base.clone(),
            ),
        ] {
            let way = of(&config, &credentials, "prod").unwrap();
            assert_eq!(keys_of(&way), "AKIABASE", "{config}{credentials}");
            let first = way.roles.first().unwrap();
            assert_eq!((first.arn.as_str(), first.mfa_serial.as_deref()), (READER, Some(MFA)), "{config}{credentials}");
        }
        let way = of(&format!("[profile prod]\n{role}credential_source = EC2InstanceMetadata\n"), "", "prod").unwrap();
        assert_eq!((way.start, way.roles[0].mfa_serial.as_deref()), (Start::Instance, Some(MFA)));
    }

    #[test]
    fn a_chain_of_roles_is_taken_apart() {
        let config = "\
[profile admin]
role_arn = arn:aws:iam::444455556666:role/admin
source_profile = hub
external_id = qd-7
duration_seconds = 1800
[profile hub]
role_arn = arn:aws:iam::111122223333:role/hub
source_profile = sso
role_session_name = alice
[profile sso]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Reader
region = eu-west-1
[sso-session corp]
sso_start_url = https://corp.example/start
sso_region = us-east-1
";
        let way = of(config, "", "admin").unwrap();
        assert_eq!((way.start, way.profile.as_str()), (Start::Sso { kept_by: "corp".into() }, "sso"));
        let hub = AssumeRole {
            arn: "arn:aws:iam::111122223333:role/hub".into(),
            session_name: Some("alice".into()),
            ..AssumeRole::default()
        };
        let admin = AssumeRole {
            arn: "arn:aws:iam::444455556666:role/admin".into(),
            external_id: Some("qd-7".into()),
            duration: Some(Duration::from_secs(1800)),
            ..AssumeRole::default()
        };
        assert_eq!(way.roles, [hub, admin]);
    }

    #[test]
    fn the_first_that_a_profile_says_of_credentials_counts() {
        let start = |config: &str, credentials: &str| of(config, credentials, "p").unwrap().start;
        let process = Start::Process("print-keys --quiet".into());
        let config =
            "[profile p]\ncredential_process = print-keys --quiet\naws_access_key_id = A\naws_secret_access_key = s\n";
        assert_eq!(start(config, ""), process);
        assert!(matches!(start(config, "[p]\naws_access_key_id = B\naws_secret_access_key = s\n"), Start::Keys(_)));
        let login = "[profile p]\nlogin_session = arn:aws:iam::111122223333:user/me\ncredential_process = x\n";
        assert_eq!(start(login, ""), Start::Login { session: "arn:aws:iam::111122223333:user/me".into() });
        let web = "[profile p]\nrole_arn = r\nweb_identity_token_file = /token\n";
        assert_eq!(start(web, ""), Start::WebIdentity);
        let sso = "[profile p]\nsso_start_url = https://x\nsso_region = r\nsso_account_id = 1\nsso_role_name = n\n";
        assert_eq!(start(sso, ""), Start::Sso { kept_by: "https://x".into() });
    }

    #[test]
    fn a_pair_and_its_token_stand_in_one_file() {
        let config = "[profile p]\naws_access_key_id = A\naws_secret_access_key = s\naws_session_token = t\n";
        let start = |credentials: &str| of(config, credentials, "p").map(|way| way.start);
        let keys = |id: &str, token: Option<&str>| -> Result<Start, ProfileError> {
            Ok(Start::Keys(Credentials::new(id, "s", token.map(str::to_owned), None, "ProfileFile")))
        };
        assert_eq!(start(""), keys("A", Some("t")));
        assert_eq!(start("[p]\naws_access_key_id = B\naws_secret_access_key = s\n"), keys("B", None));
        let both = "aws_session_token = new\naws_security_token = old\n";
        let both = format!("[p]\naws_access_key_id = B\naws_secret_access_key = s\n{both}");
        assert_eq!(start(&both), keys("B", Some("old")));
        assert_eq!(start("[p]\naws_secret_access_key = other\n"), keys("A", Some("t")));
        assert_eq!(start("[p]\naws_access_key_id =\naws_secret_access_key = s\n"), keys("", None));
        assert_eq!(
            start("[p]\naws_access_key_id = B\n").unwrap_err().to_string(),
            "profile p has no aws_secret_access_key beside its other key in ~/.aws/credentials, and a pair stands in \
             one file"
        );
    }

    #[test]
    fn what_is_wrong_on_the_way_is_said() {
        for (config, said) in [
            ("", "there is no profile p"),
            ("[profile p]\nregion = r\n", "profile p says nothing of credentials"),
            ("[profile p]\nrole_arn = r\n", "profile p has role_arn and neither source_profile nor credential_source"),
            (
                "[profile p]\nrole_arn = r\nsource_profile = q\n",
                "profile p takes its credentials from profile q, which is not there",
            ),
            (
                "[profile p]\nrole_arn = r\nsource_profile = q\n[profile q]\nrole_arn = r\nsource_profile = p\n",
                "profile q takes its credentials from profile p, which takes them from it again",
            ),
            ("[profile p]\nrole_arn = r\nsource_profile = p\n", "profile p says nothing of credentials"),
            (
                "[profile p]\naws_access_key_id = A\n",
                "profile p has no aws_secret_access_key beside its other key in ~/.aws/config, and a pair stands in one file",
            ),
            (
                "[profile p]\naws_secret_access_key = s\n",
                "profile p has no aws_access_key_id beside its other key in ~/.aws/config, and a pair stands in one file",
            ),
            (
                "[profile p]\nsso_session = s\nsso_account_id = 1\nsso_role_name = n\n",
                "profile p names the sso-session s, which is not there",
            ),
            (
                "[profile p]\nrole_arn = r\ncredential_source = Moon\n",
                "profile p has credential_source = Moon: Environment, Ec2InstanceMetadata or EcsContainer",
            ),
        ] {
            assert_eq!(of(config, "", "p").unwrap_err().to_string(), said, "{config}");
        }
    }
}
