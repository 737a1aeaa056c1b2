//! A session: one profile's credentials, and the SDK clients that use them.

use std::collections::{HashMap, HashSet};
use std::env;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_config::imds;
use aws_config::imds::region::ImdsRegionProvider;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::service_config::ServiceConfigKey;
use jiff::Timestamp;

use super::address::Address;
pub use super::assume::AssumeRole;
use super::chosen::{self, BadSetting};
use super::clock::TheirClock;
use super::endpoints::Endpoints;
use super::error::unsigned;
use super::keeper::Keeper;
use super::limit::limited;
use super::meter::Meter;
use super::mfa::Asker;
pub use super::mfa::{CodeSource, MfaRequest};
pub use super::profile::SignIn;
use super::regions::Regions;
use super::renew::Renew;
use super::settings;
use super::shared_files::{self, Profiles, SharedFiles};
use super::source::{Base, Source};
use super::trust::Bundle;
use super::whole::WholeXml;
use crate::domain::Fault;

/// Time to connect.
const CONNECT: Duration = Duration::from_secs(3);
/// Time to the first byte of an answer.
const READ: Duration = Duration::from_secs(10);
/// One attempt, from signing to the last byte.
const ATTEMPT: Duration = Duration::from_secs(12);
/// The call with all of its attempts.
const OPERATION: Duration = Duration::from_secs(30);
/// Attempts at a read. Three, so that one lost page does not lose a long list.
const ATTEMPTS: u32 = 3;

/// What is needed to open a [`Session`]. Whatever is `None` is resolved as every AWS tool does it
/// (environment, shared config and credentials files, SSO, instance metadata).
#[derive(Debug, Clone, Default)]
pub struct SessionSpec {
    /// Profile of the shared config file.
    pub profile: Option<String>,
    /// Region for calls that name none.
    pub region: Option<String>,
    /// Endpoint URL for all services and regions.
    pub endpoint: Option<String>,
    /// Roles to assume one after the other, on top of the credentials that the rest gives.
    pub roles: Vec<AssumeRole>,
    /// The session's name in a question for an MFA code; the profile's when empty.
    pub label: String,
    /// Where to ask for MFA codes. Without it a role that wants one is not assumed.
    pub codes: Option<CodeSource>,
    /// Counts the session's requests.
    pub meter: Meter,
    /// Answers come from inside of this process; neither files nor environment are read.
    pub in_process: Option<InProcess>,
}

/// The sandbox in place of the network.
#[derive(Debug, Clone)]
pub struct InProcess {
    /// Takes the requests.
    pub http: SharedHttpClient,
    /// Signs them; the access key tells the sandbox which account is meant.
    pub credentials: Credentials,
}

/// Resolved configuration and the clients made from it. Clones share both.
#[derive(Debug, Clone)]
pub struct Session {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    config: SdkConfig,
    profile: Option<String>,
    sign_in: SignIn,
    unread: Option<String>,
    source: Arc<Source>,
    keeper: Keeper,
    meter: Meter,
    clock: TheirClock,
    clients: Mutex<Clients>,
    /// Regions whose CloudWatch has no log alarms: it refuses to be asked for them.
    without_log_alarms: Mutex<HashSet<String>>,
    is_in_process: bool,
}

/// One client a service and region: a client owns its connections, a new one would connect anew.
#[derive(Debug, Default)]
struct Clients {
    rds: HashMap<String, aws_sdk_rds::Client>,
    cloudwatch: HashMap<String, aws_sdk_cloudwatch::Client>,
    eks: HashMap<String, aws_sdk_eks::Client>,
    secrets: HashMap<String, aws_sdk_secretsmanager::Client>,
    sts: HashMap<String, aws_sdk_sts::Client>,
}

impl Session {
    /// Seconds that AWS's clock is ahead of this machine's, where an answer told it.
    #[must_use]
    pub fn ahead(&self) -> Option<i64> {
        self.inner.clock.ahead()
    }

    /// The same of how it was at a moment, or as soon after it as an answer told.
    #[must_use]
    pub(super) fn ahead_at(&self, at: Timestamp) -> Option<i64> {
        self.inner.clock.ahead_at(at)
    }

    /// Resolves the configuration. Credentials are fetched with the first call, so this does not
    /// fail: what is wrong with them is that call's [`crate::domain::Fault`].
    pub async fn load(spec: &SessionSpec) -> Self {
        let (files, home) = (SharedFiles::here(), shared_files::home());
        let (mut unread, mut distrust, mut refused) = (None, None, None);
        let (config, profile, sign_in, base) = if let Some(in_process) = &spec.in_process {
            let base = Base::Given(in_process.credentials.clone());
            (in_process_config(spec, in_process), spec.profile.clone(), SignIn::default(), base)
        } else {
            let (profiles, broken) = files.read();
            let profile = match &spec.profile {
                Some(profile) => Some(profile.clone()),
                None => noted(chosen::profile(variable), &mut refused),
            };
            let name = profile.clone().unwrap_or_else(|| "default".to_owned());
            let bundle = Bundle::here(profiles.get(&name));
            let http = match bundle.as_ref().map(Bundle::client).transpose() {
                Ok(http) => http,
                Err(bad) => {
                    distrust = Some(bad);
                    None
                }
            };
            let sign_in = SignIn::load(&files, &profiles, profile.as_deref());
            let sign_in = sign_in.trusting(bundle.map(|bundle| bundle.setting));
            let region = noted(region(spec, &profiles, &name).await, &mut refused);
            let endpoints = match spec.endpoint {
                Some(_) => None,
                None => Some(noted(Endpoints::here(&profiles, &name), &mut refused)),
            };
            let config = resolved_config(spec, &profiles, &name, region, endpoints, http).await;
            // In a file that is read in part anything may seem to be missing: the file comes first.
            refused = refused.filter(|_| broken.is_none());
            let reason = refused.as_ref().map(ToString::to_string);
            unread = broken.map(|broken| broken.to_string()).or(reason);
            let base = match &spec.profile {
                Some(profile) => Base::Profile(profile.clone()),
                None => Base::Chain { profile: name, is_named: profile.is_some() },
            };
            (config, profile, sign_in, base)
        };
        let http = limited(config.http_client());
        // The keeper is the cache, for all clients of the session.
        let config = config.into_builder().http_client(http).identity_cache(IdentityCache::no_cache()).build();
        let label = if spec.label.is_empty() { profile.as_deref().unwrap_or("default") } else { &spec.label };
        let asker = Asker::new(label.to_owned(), spec.codes.clone());
        let clock = config.time_source().unwrap_or_default();
        let regions = Regions::default();
        if let Some(region) = config.region() {
            regions.note(region.as_ref());
        }
        let source = Arc::new(Source {
            base,
            roles: spec.roles.clone(),
            config: config.clone(),
            asker: asker.clone(),
            files,
            home,
            distrust,
            refused,
            regions,
        });
        let fetched: Arc<dyn ProvideCredentials> = source.clone();
        let keeper = Keeper::new(fetched, asker, clock);
        let provider = SharedCredentialsProvider::new(keeper.clone());
        let config = config.into_builder().credentials_provider(provider).build();
        Self {
            inner: Arc::new(Inner {
                config,
                profile,
                sign_in,
                unread,
                source,
                keeper,
                meter: spec.meter.clone(),
                clock: TheirClock::default(),
                clients: Mutex::default(),
                without_log_alarms: Mutex::default(),
                is_in_process: spec.in_process.is_some(),
            }),
        }
    }

    /// Waits until there are credentials for `call`, however long a person takes to give an MFA
    /// code. A call without this before it waits for some seconds and then fails with a fault that
    /// says what it waits for; callers with a place in a queue do well to wait here first.
    ///
    /// # Errors
    /// Why there are none, as a fault of `call`.
    pub async fn signed_in(&self, call: &str) -> Result<(), Fault> {
        match self.inner.keeper.settled().await {
            Ok(_) => Ok(()),
            Err(error) => Err(unsigned(self.sign_in(), call, error)),
        }
    }

    /// The credentials that a call is signed with now, for one that others send. Like a call it waits some seconds for
    /// a person who is asked for an MFA code, and asks nobody who was asked before.
    ///
    /// # Errors
    /// Why there are none, as a fault of `call`.
    pub(super) async fn signing(&self, call: &str) -> Result<Credentials, Fault> {
        let given = self.inner.keeper.provide_credentials().await;
        given.map_err(|error| unsigned(self.sign_in(), call, error))
    }

    /// The next call is signed with credentials that are fetched anew, from the files as they are
    /// then. A question for an MFA code that stands is not withdrawn.
    pub fn forget_credentials(&self) {
        self.inner.keeper.forget();
    }

    /// Whether fetching credentials anew asks a person for an MFA code.
    #[must_use]
    pub fn asks_for_code(&self) -> bool {
        self.inner.source.asks_for_code()
    }

    /// When the credentials in use end, also after they did; `None` before the first call, and for
    /// credentials that do not end.
    #[must_use]
    pub fn expiry(&self) -> Option<Timestamp> {
        self.inner.keeper.expiry()
    }

    /// Region for calls that name none, as resolved.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.inner.config.region().map(AsRef::as_ref)
    }

    /// What cannot be read of the shared config and credentials files, or which setting is refused:
    /// where it stands, and why.
    #[must_use]
    pub fn unread(&self) -> Option<&str> {
        self.inner.unread.as_deref()
    }

    /// What to do about a profile in use that is in neither of the files.
    #[must_use]
    pub fn missing_profile(&self) -> Option<String> {
        let kind = self.inner.sign_in.no_profile()?;
        Some(Fault { kind, call: String::new(), message: String::new(), request_id: None }.advice())
    }

    /// Profile in use: the one of the spec, or of the environment.
    #[must_use]
    pub fn profile(&self) -> Option<&str> {
        self.inner.profile.as_deref()
    }

    /// Endpoint URL in place of AWS's own, as resolved (`AWS_ENDPOINT_URL` included; the variables
    /// of single services, such as `AWS_ENDPOINT_URL_RDS`, are honoured and not shown here).
    #[must_use]
    pub fn endpoint(&self) -> Option<&str> {
        self.inner.config.endpoint_url()
    }

    /// The endpoint URL that is configured for STS, found as its client finds it.
    pub(super) fn sts_endpoint(&self) -> Option<String> {
        let config = &self.inner.config;
        let for_all = || config.endpoint_url().map(str::to_owned);
        if config.get_origin("endpoint_url").is_client_config() {
            return for_all();
        }
        let key = ServiceConfigKey::builder().service_id("STS").env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
        let own = key.ok().and_then(|key| config.service_config()?.load_config(key));
        own.or_else(for_all)
    }

    /// Whether answers come from inside of this process.
    pub(super) fn is_in_process(&self) -> bool {
        self.inner.is_in_process
    }

    /// How to sign in again.
    #[must_use]
    pub fn sign_in(&self) -> &SignIn {
        &self.inner.sign_in
    }

    /// The RDS client of a region.
    #[must_use]
    pub fn rds(&self, region: &str) -> aws_sdk_rds::Client {
        self.client(
            region,
            |clients| &mut clients.rds,
            |config, region| {
                use aws_sdk_rds::config::{Builder, retry::RetryPartition};
                let partition = RetryPartition::custom("quarterdeck-rds").build();
                let builder = Builder::from(config).region(region).retry_partition(partition);
                let builder = builder
                    .interceptor(self.inner.meter.clone())
                    .interceptor(self.inner.clock.clone())
                    .interceptor(self.renew());
                let builder = builder.interceptor(Address).interceptor(WholeXml);
                aws_sdk_rds::Client::from_conf(builder.build())
            },
        )
    }

    /// The CloudWatch client of a region.
    #[must_use]
    pub fn cloudwatch(&self, region: &str) -> aws_sdk_cloudwatch::Client {
        self.client(
            region,
            |clients| &mut clients.cloudwatch,
            |config, region| {
                use aws_sdk_cloudwatch::config::{Builder, retry::RetryPartition};
                let partition = RetryPartition::custom("quarterdeck-cloudwatch").build();
                let builder = Builder::from(config).region(region).retry_partition(partition);
                let builder = builder
                    .interceptor(self.inner.meter.clone())
                    .interceptor(self.inner.clock.clone())
                    .interceptor(self.renew());
                let builder = builder.interceptor(Address);
                aws_sdk_cloudwatch::Client::from_conf(builder.build())
            },
        )
    }

    /// The EKS client of a region.
    #[must_use]
    pub fn eks(&self, region: &str) -> aws_sdk_eks::Client {
        self.client(
            region,
            |clients| &mut clients.eks,
            |config, region| {
                use aws_sdk_eks::config::{Builder, retry::RetryPartition};
                let partition = RetryPartition::custom("quarterdeck-eks").build();
                let builder = Builder::from(config).region(region).retry_partition(partition);
                let builder = builder
                    .interceptor(self.inner.meter.clone())
                    .interceptor(self.inner.clock.clone())
                    .interceptor(self.renew());
                let builder = builder.interceptor(Address);
                aws_sdk_eks::Client::from_conf(builder.build())
            },
        )
    }

    /// The Secrets Manager client of a region.
    #[must_use]
    pub fn secrets(&self, region: &str) -> aws_sdk_secretsmanager::Client {
        self.client(
            region,
            |clients| &mut clients.secrets,
            |config, region| {
                use aws_sdk_secretsmanager::config::{Builder, retry::RetryPartition};
                let partition = RetryPartition::custom("quarterdeck-secretsmanager").build();
                let builder = Builder::from(config).region(region).retry_partition(partition);
                let builder = builder
                    .interceptor(self.inner.meter.clone())
                    .interceptor(self.inner.clock.clone())
                    .interceptor(self.renew());
                let builder = builder.interceptor(Address);
                aws_sdk_secretsmanager::Client::from_conf(builder.build())
            },
        )
    }

    /// The STS client of a region.
    #[must_use]
    pub fn sts(&self, region: &str) -> aws_sdk_sts::Client {
        self.client(
            region,
            |clients| &mut clients.sts,
            |config, region| {
                use aws_sdk_sts::config::{Builder, retry::RetryPartition};
                let partition = RetryPartition::custom("quarterdeck-sts").build();
                let builder = Builder::from(config).region(region).retry_partition(partition);
                let builder = builder
                    .interceptor(self.inner.meter.clone())
                    .interceptor(self.inner.clock.clone())
                    .interceptor(self.renew());
                let builder = builder.interceptor(Address).interceptor(WholeXml);
                aws_sdk_sts::Client::from_conf(builder.build())
            },
        )
    }

    /// Whether CloudWatch in a region may be asked for log alarms.
    pub(super) fn knows_log_alarms(&self, region: &str) -> bool {
        !self.inner.without_log_alarms.lock().unwrap_or_else(PoisonError::into_inner).contains(region)
    }

    /// CloudWatch in a region answers once it is not asked for log alarms.
    pub(super) fn note_without_log_alarms(&self, region: &str) {
        self.inner.without_log_alarms.lock().unwrap_or_else(PoisonError::into_inner).insert(region.to_owned());
    }

    fn renew(&self) -> Renew {
        Renew(self.inner.keeper.clone())
    }

    /// The kept client of a region, or a new one. Each has a retry partition of its own: by
    /// default all clients of a service and region in the process share one budget of retries, and
    /// a failing environment would spend that of a healthy one.
    fn client<C: Clone>(
        &self,
        region: &str,
        kept: impl Fn(&mut Clients) -> &mut HashMap<String, C>,
        make: impl Fn(&SdkConfig, Region) -> C,
    ) -> C {
        self.inner.source.regions.note(region);
        let mut clients = self.inner.clients.lock().unwrap_or_else(PoisonError::into_inner);
        kept(&mut clients)
            .entry(region.to_owned())
            .or_insert_with(|| make(&self.inner.config, Region::new(region.to_owned())))
            .clone()
    }
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .read_timeout(READ)
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build()
}

/// Standard mode backs off exponentially with full jitter.
fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(ATTEMPTS)
}

/// What was found, or nothing; the first thing that is wrong is kept.
fn noted<T: Default>(found: Result<T, BadSetting>, refused: &mut Option<BadSetting>) -> T {
    found.unwrap_or_else(|bad| {
        refused.get_or_insert(bad);
        T::default()
    })
}

/// Everything but credentials, as every AWS tool resolves it. The configured endpoints count where the
/// spec has none.
async fn resolved_config(
    spec: &SessionSpec,
    profiles: &Profiles,
    profile: &str,
    region: Option<Region>,
    endpoints: Option<Endpoints>,
    http: Option<SharedHttpClient>,
) -> SdkConfig {
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .timeout_config(timeouts())
        .retry_config(retries())
        .profile_files(settings::without_credentials(profiles, profile))
        .profile_name(settings::IN_USE)
        .region(region)
        .no_credentials();
    if let Some(endpoint) = &spec.endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    if let Some(http) = http {
        loader = loader.http_client(http);
    }
    let mut config = loader.load().await.into_builder();
    if let Some(endpoints) = endpoints {
        config.set_endpoint_url(endpoints.for_all().map(str::to_owned));
        config.set_service_config(Some(endpoints));
    }
    config.build()
}

/// The region for calls that name none.
async fn region(spec: &SessionSpec, profiles: &Profiles, profile: &str) -> Result<Option<Region>, BadSetting> {
    if let Some(region) = chosen::region(spec.region.as_deref(), variable, profiles, profile)? {
        return Ok(Some(Region::new(region)));
    }
    // Where there is no instance nobody answers, and a second attempt is a second of waiting.
    let client = imds::Client::builder().max_attempts(1).build();
    Ok(ImdsRegionProvider::builder().imds_client(client).build().region().await)
}

/// Built by hand, because the loader always looks at files and environment.
fn in_process_config(spec: &SessionSpec, in_process: &InProcess) -> SdkConfig {
    let mut builder = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(spec.region.clone().map(Region::new))
        .http_client(in_process.http.clone())
        .timeout_config(timeouts())
        .retry_config(retries())
        .sleep_impl(TokioSleep::new())
        .time_source(SystemTimeSource::new());
    builder.set_endpoint_url(spec.endpoint.clone());
    builder.build()
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok()
}
