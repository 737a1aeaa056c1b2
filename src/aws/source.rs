//! Where a session's credentials come from: what every AWS tool looks at, then the roles on top.

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::{self, ProvideCredentials, future};

use super::assume::{AssumeRole, assume};
use super::mfa::Asker;
use super::profile::mfa_roles;

/// The first credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Base {
    /// These.
    Given(Credentials),
    /// Those of a profile and of nothing else: keys in the environment do not take its place, as
    /// they do not for `aws --profile`.
    Profile(String),
    /// The default chain: environment, shared files, web identity, container, instance.
    Chain,
}

/// Fetches credentials anew each time it is asked.
///
/// The SDK's providers keep what they have read of the shared files, the profile for ever and an
/// SSO token until its own end. After `aws sso login` in another window, or a new key in the
/// credentials file, they would go on failing; so none of them outlives one fetch.
#[derive(Debug)]
pub(super) struct Source {
    pub base: Base,
    /// Where its config file says that a role of this profile wants a code, the roles are assumed
    /// here, because the SDK cannot ask. The file is looked at in every fetch.
    pub profile: Option<String>,
    /// The first is assumed with the base's credentials, each other with those of the one before.
    pub roles: Vec<AssumeRole>,
    /// Everything but credentials.
    pub config: SdkConfig,
    pub asker: Asker,
}

impl Source {
    /// Whether a fetch asks a person for a code.
    pub(super) fn asks_for_code(&self) -> bool {
        self.plan().1.iter().any(|role| role.mfa_serial.is_some())
    }

    /// The first credentials and the roles on top, as the files are now.
    fn plan(&self) -> (Base, Vec<AssumeRole>) {
        match self.profile.as_deref().and_then(mfa_roles) {
            Some((source, mut roles)) => {
                roles.extend(self.roles.iter().cloned());
                (Base::Profile(source), roles)
            }
            None => (self.base.clone(), self.roles.clone()),
        }
    }

    async fn fetch(&self) -> provider::Result {
        let (base, roles) = self.plan();
        let mut credentials = match base {
            Base::Given(credentials) => credentials,
            Base::Profile(name) => {
                let profile = ProfileFileCredentialsProvider::builder().configure(&self.surroundings());
                profile.profile_name(name).build().provide_credentials().await?
            }
            Base::Chain => {
                let mut chain = DefaultCredentialsChain::builder().configure(self.surroundings());
                chain.set_region(self.config.region().cloned());
                chain.build().await.provide_credentials().await?
            }
        };
        for role in &roles {
            credentials = assume(&self.config, credentials, role, &self.asker).await?;
        }
        Ok(credentials)
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

impl ProvideCredentials for Source {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.fetch())
    }
}
