//! Where a session's credentials come from: what every AWS tool looks at, then the roles on top.

use std::env;
use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds::client::error::ImdsError;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_config::{BehaviorVersion, SdkConfig, imds};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, future};
use aws_runtime::env_config::file::EnvConfigFiles;
use sha1::{Digest, Sha1};
use sha2::Sha256;

use super::address::At;
use super::assume::{AssumeRole, assume};
use super::chosen::BadSetting;
use super::mfa::{Asker, Waits};
use super::process;
use super::profile::{By, NotSignedIn};
use super::regions::Regions;
use super::settings;
use super::shared_files::{File, Profile, Profiles, SharedFiles, Unreadable, value};
use super::trust::BadBundle;
use super::usable::usable;
use super::way::{ProfileError, Start, Way, assumes, way};
use crate::domain::text;
use crate::plain_file;

/// More bytes than any token has.
const LARGEST_TOKEN: u64 = 1024 * 1024;

/// The variable that says that there are keys in the environment.
const KEYS: &str = "AWS_ACCESS_KEY_ID";
/// Attempts at the metadata of an instance. Where there is none, its address drops what is sent to it.
const ATTEMPTS_AT_INSTANCE: u32 = 2;

/// The first credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Base {
    /// These.
    Given(Credentials),
    /// Those of a profile and of nothing else: keys in the environment do not take its place, as
    /// they do not for `aws --profile`.
    Profile(String),
    /// Whatever there is: what the environment has, this profile, container, instance. A profile that the
    /// environment names must be there.
    Chain { profile: String, is_named: bool },
}

/// Fetches credentials anew each time it is asked.
///
/// The SDK's providers keep what they have read of the shared files, the profile for ever and an
/// SSO token until its own end. After `aws sso login` in another window, or a new key in the
/// credentials file, they would go on failing; so none of them outlives one fetch. Roles are assumed
/// here and not by the SDK: it asks for no code, and goes to its own endpoint for STS.
#[derive(Debug)]
pub(super) struct Source {
    pub base: Base,
    /// The first is assumed with the base's credentials, each other with those of the one before.
    pub roles: Vec<AssumeRole>,
    /// Everything but credentials.
    pub config: SdkConfig,
    pub asker: Asker,
    /// The files are looked at in every fetch.
    pub files: SharedFiles,
    /// Where tokens of sign-ins are kept.
    pub home: Option<PathBuf>,
    /// Nobody is trusted, and nothing is sent.
    pub distrust: Option<BadBundle>,
    /// A setting with which nothing is sent either.
    pub refused: Option<BadSetting>,
    /// Where STS is asked.
    pub regions: Regions,
}

impl Source {
    /// Whether a fetch asks a person for a code.
    pub(super) fn asks_for_code(&self) -> bool {
        let profile = match &self.base {
            Base::Profile(name) => Some(name),
            Base::Chain { profile, .. } if !has_keys() => Some(profile),
            _ => None,
        };
        let way = profile.and_then(|name| way(&self.files.load().ok()?, name).ok());
        let of_profile = way.iter().flat_map(|way| &way.roles);
        of_profile.chain(&self.roles).any(|role| role.mfa_serial.is_some())
    }

    async fn fetch(&self) -> provider::Result {
        if let Some(distrust) = &self.distrust {
            return Err(CredentialsError::invalid_configuration(distrust.clone()));
        }
        if let Some(refused) = &self.refused {
            return Err(CredentialsError::invalid_configuration(refused.clone()));
        }
        let (mut credentials, roles) = self.first().await?;
        for role in roles.iter().chain(&self.roles) {
            let assumed = assume(&self.config, &self.regions, credentials, role, &self.asker).await?;
            credentials = checked(assumed, || format!("that STS gave for {}", role.arn))?;
        }
        Ok(credentials)
    }

    /// The first credentials and the roles of their profile, as the files are now.
    async fn first(&self) -> Result<(Credentials, Vec<AssumeRole>), CredentialsError> {
        match &self.base {
            Base::Given(credentials) => Ok((checked(credentials.clone(), || "that was given".into())?, Vec::new())),
            Base::Profile(name) => {
                let profiles = self.files.load().map_err(CredentialsError::invalid_configuration)?;
                let way = way(&profiles, name).map_err(lost)?;
                self.along(&profiles, way).await
            }
            Base::Chain { profile, is_named } => self.whatever(profile, *is_named).await,
        }
    }

    async fn whatever(
        &self,
        profile: &str,
        is_named: bool,
    ) -> Result<(Credentials, Vec<AssumeRole>), CredentialsError> {
        let from = |start| Way { start, profile: profile.to_owned(), roles: Vec::new() };
        let none = Profiles::default();
        if !is_named && has_keys() {
            return self.along(&none, from(Start::Environment)).await;
        }
        let profiles = self.files.load().map_err(CredentialsError::invalid_configuration)?;
        let found = profiles.get(profile);
        // It must be there, whatever else gives credentials (`botocore/session.py`, `get_scoped_config`).
        if is_named && found.is_none() {
            return Err(lost(ProfileError::Unknown { profile: profile.to_owned() }));
        }
        match ahead(is_set, found) {
            Some(Ahead::Keys) => return self.along(&none, from(Start::Environment)).await,
            Some(Ahead::WebIdentity) => {
                can_be_read_by("AWS_WEB_IDENTITY_TOKEN_FILE")?;
                let provider = WebIdentityTokenCredentialsProvider::builder().configure(&self.surroundings()).build();
                let credentials = provider.provide_credentials().await?;
                return Ok((checked(credentials, || "of AWS_WEB_IDENTITY_TOKEN_FILE".into())?, Vec::new()));
            }
            None => {}
        }
        match way(&profiles, profile) {
            Ok(way) => return self.along(&profiles, way).await,
            Err(ProfileError::Empty { .. } | ProfileError::Unknown { .. }) => {}
            Err(error) => return Err(lost(error)),
        }
        if is_set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") || is_set("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
            return self.along(&none, from(Start::Container)).await;
        }
        match self.along(&none, from(Start::Instance)).await {
            Err(CredentialsError::CredentialsNotLoaded(_)) => Err(CredentialsError::not_loaded(format!(
                "there are none in the environment, in profile {profile}, in a container or on an EC2 instance"
            ))),
            found => found,
        }
    }

    /// Goes the way of a profile up to its roles.
    async fn along(&self, profiles: &Profiles, way: Way) -> Result<(Credentials, Vec<AssumeRole>), CredentialsError> {
        let name = &way.profile;
        let found = match &way.start {
            Start::Keys(credentials) => Ok(credentials.clone()),
            Start::Process(command) => {
                let _waits = self.asker.waits(Waits::Process(name.clone()));
                process::credentials(command, name).await.map_err(CredentialsError::provider_error)
            }
            Start::Sso { kept_by } => {
                let token = hex::encode(Sha1::digest(kept_by.as_bytes()));
                signed_in(By::Sso, name, self.home.as_ref().map(|home| home.join(".aws/sso/cache")), &token)?;
                self.by_sdk(settings::of_sso(profiles, name)).await.map_err(|error| of_sso(profiles, name, error))
            }
            Start::Login { session } => {
                let token = hex::encode(Sha256::digest(session.trim().as_bytes()));
                let kept = env::var_os("AWS_LOGIN_CACHE_DIRECTORY").map(PathBuf::from);
                let kept = kept.or_else(|| self.home.as_ref().map(|home| home.join(".aws/login/cache")));
                signed_in(By::Login, name, kept, &token)?;
                self.by_sdk(settings::of_login(profiles, name)).await
            }
            Start::WebIdentity => {
                if let Some(path) = profiles.get(name).and_then(|profile| profile.get("web_identity_token_file")) {
                    can_be_read(Path::new(path))?;
                }
                self.by_sdk(settings::of_web_identity(profiles, name)).await
            }
            Start::Environment => EnvironmentVariableCredentialsProvider::new().provide_credentials().await,
            Start::Container => {
                can_be_read_by("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")?;
                let provider = EcsCredentialsProvider::builder().configure(&self.surroundings()).build();
                provider.provide_credentials().await
            }
            Start::Instance => self.instance().await,
        };
        let credentials = checked(found?, || Self::origin(profiles, &way))?;
        Ok((credentials, way.roles))
    }

    async fn by_sdk(&self, files: EnvConfigFiles) -> provider::Result {
        let provider = ProfileFileCredentialsProvider::builder().configure(&self.surroundings());
        provider.profile_files(files).profile_name(settings::IN_USE).build().provide_credentials().await
    }

    /// On anything but an instance the address of its metadata is silent, which is no fault of a network.
    async fn instance(&self) -> provider::Result {
        let surroundings = self.surroundings();
        let client = imds::Client::builder().configure(&surroundings).max_attempts(ATTEMPTS_AT_INSTANCE).build();
        let provider = ImdsCredentialsProvider::builder().configure(&surroundings).imds_client(client).build();
        provider.provide_credentials().await.map_err(|error| {
            let causes = std::iter::successors(error.source(), |&cause| cause.source());
            let is_silent = causes
                .filter_map(|cause| cause.downcast_ref::<ImdsError>())
                .any(|cause| matches!(cause, ImdsError::FailedToLoadToken(_) | ImdsError::IoError(_)));
            if is_silent { CredentialsError::not_loaded("this is no EC2 instance") } else { error }
        })
    }

    /// Whose credentials they are, for a person.
    fn origin(profiles: &Profiles, way: &Way) -> String {
        let name = &way.profile;
        match &way.start {
            Start::Keys(_) => {
                let said = profiles.get(name).and_then(|profile| profile.says(File::Credentials, "aws_access_key_id"));
                let file = if said.is_some() { File::Credentials } else { File::Config };
                format!("of profile {name} ({})", profiles.places.of(file))
            }
            Start::Process(_) => format!("that credential_process of profile {name} printed"),
            Start::Sso { .. } => format!("that IAM Identity Center gave for profile {name}"),
            Start::Login { .. } => format!("of the console session of profile {name}"),
            Start::WebIdentity => format!("that STS gave for the web identity of profile {name}"),
            Start::Environment => "in the environment (AWS_ACCESS_KEY_ID and its like)".to_owned(),
            Start::Container => "that the container is given".to_owned(),
            Start::Instance => "that the EC2 instance is given".to_owned(),
        }
    }

    /// What the SDK's providers need to know for calls of their own (SSO, STS).
    fn surroundings(&self) -> ProviderConfig {
        let mut surroundings = ProviderConfig::default()
            .with_region(self.config.region().cloned())
            .with_use_fips(self.config.use_fips())
            .with_use_dual_stack(self.config.use_dual_stack())
            .with_behavior_version(Some(BehaviorVersion::latest()));
        if let Some(http) = self.config.http_client() {
            surroundings = surroundings.with_http_client(http);
        }
        if let Some(retries) = self.config.retry_config() {
            surroundings = surroundings.with_retry_config(retries.clone());
        }
        if let Some(timeouts) = self.config.timeout_config() {
            surroundings = surroundings.with_timeout_config(timeouts.clone());
        }
        surroundings
    }
}

/// Whether somebody has ever signed in: the token of it is kept in a file of this folder.
fn signed_in(by: By, profile: &str, kept: Option<PathBuf>, token: &str) -> Result<(), CredentialsError> {
    let Some(path) = kept.map(|folder| folder.join(format!("{token}.json"))) else { return Ok(()) };
    if fs::exists(&path).unwrap_or(true) {
        can_be_read(&path)
    } else {
        Err(CredentialsError::invalid_configuration(NotSignedIn::new(by, profile)))
    }
}

/// The SDK reads tokens whole, and waits for whoever writes a pipe.
fn can_be_read(path: &Path) -> Result<(), CredentialsError> {
    match plain_file::read(path, LARGEST_TOKEN) {
        Ok(_) => Ok(()),
        // What is not there the SDK says best.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => {
            let place = text::clean(&path.display().to_string());
            Err(CredentialsError::invalid_configuration(Unreadable { place, reason: error.to_string() }))
        }
    }
}

/// The same of a file that a variable of the environment names.
fn can_be_read_by(variable: &str) -> Result<(), CredentialsError> {
    env::var_os(variable).map_or(Ok(()), |path| can_be_read(Path::new(&path)))
}

/// Credentials that can sign.
fn checked(credentials: Credentials, origin: impl Fn() -> String) -> provider::Result {
    usable(credentials, origin).map_err(CredentialsError::invalid_configuration)
}

/// A profile that is not there, or says nothing of credentials, is told from one that is wrong.
fn lost(error: ProfileError) -> CredentialsError {
    match error {
        ProfileError::Unknown { .. } | ProfileError::Empty { .. } => CredentialsError::not_loaded(error),
        _ => CredentialsError::invalid_configuration(error),
    }
}

/// The SDK's own calls do not say where they went.
fn of_sso(profiles: &Profiles, name: &str, error: CredentialsError) -> CredentialsError {
    let profile = profiles.get(name);
    let session = profile.and_then(|profile| profile.get("sso_session"));
    let session = session.and_then(|title| profiles.sessions.iter().find(|session| session.title == title));
    let region = match session {
        Some(session) => value(&session.entries, "sso_region"),
        None => profile.and_then(|profile| profile.get("sso_region")),
    };
    let address = format!("IAM Identity Center in {}", region.unwrap_or("its region"));
    CredentialsError::provider_error(At { address, source: error.into() })
}

/// What of the environment comes before a profile that only the environment names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ahead {
    Keys,
    WebIdentity,
}

/// Keys come before everything; a token of web identity before what the profile has, its role aside
/// (`botocore/credentials.py`, `create_credential_resolver`).
fn ahead(is_set: impl Fn(&str) -> bool, profile: Option<&Profile>) -> Option<Ahead> {
    if is_set(KEYS) {
        return Some(Ahead::Keys);
    }
    let is_ahead = is_set("AWS_WEB_IDENTITY_TOKEN_FILE") && !profile.is_some_and(assumes);
    is_ahead.then_some(Ahead::WebIdentity)
}

fn has_keys() -> bool {
    is_set(KEYS)
}

fn is_set(variable: &str) -> bool {
    env::var_os(variable).is_some_and(|value| !value.is_empty())
}

impl ProvideCredentials for Source {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.fetch())
    }
}

#[cfg(test)]
mod tests;
