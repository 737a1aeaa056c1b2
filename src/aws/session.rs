//! A session: one profile's credentials, and the SDK clients that use them.

use std::collections::HashMap;
use std::env;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

pub use super::profile::SignIn;
use super::whole::WholeXml;

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
    clients: Mutex<Clients>,
}

/// One client a service and region: a client owns its connections, a new one would connect anew.
#[derive(Debug, Default)]
struct Clients {
    rds: HashMap<String, aws_sdk_rds::Client>,
    cloudwatch: HashMap<String, aws_sdk_cloudwatch::Client>,
    sts: HashMap<String, aws_sdk_sts::Client>,
}

impl Session {
    /// Resolves the configuration. Credentials are fetched with the first call, so this does not
    /// fail: what is wrong with them is that call's [`crate::domain::Fault`].
    pub async fn load(spec: &SessionSpec) -> Self {
        let (config, profile, sign_in) = if let Some(in_process) = &spec.in_process {
            (in_process_config(spec, in_process), spec.profile.clone(), SignIn::default())
        } else {
            let profile = spec.profile.clone().or_else(profile_of_environment);
            let sign_in = SignIn::load(profile.as_deref());
            (resolved_config(spec).await, profile, sign_in)
        };
        Self { inner: Arc::new(Inner { config, profile, sign_in, clients: Mutex::default() }) }
    }

    /// Region for calls that name none, as resolved.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.inner.config.region().map(AsRef::as_ref)
    }

    /// Profile in use: the one of the spec, or of `AWS_PROFILE`.
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
                let builder = Builder::from(config).region(region).retry_partition(partition).interceptor(WholeXml);
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
                aws_sdk_cloudwatch::Client::from_conf(builder.build())
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
                let builder = Builder::from(config).region(region).retry_partition(partition).interceptor(WholeXml);
                aws_sdk_sts::Client::from_conf(builder.build())
            },
        )
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

async fn resolved_config(spec: &SessionSpec) -> SdkConfig {
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts()).retry_config(retries());
    if let Some(profile) = &spec.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(region) = &spec.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(endpoint) = &spec.endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    loader.load().await
}

/// Built by hand, because the loader always looks at files and environment.
fn in_process_config(spec: &SessionSpec, in_process: &InProcess) -> SdkConfig {
    let mut builder = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(spec.region.clone().map(Region::new))
        .credentials_provider(SharedCredentialsProvider::new(in_process.credentials.clone()))
        .http_client(in_process.http.clone())
        .timeout_config(timeouts())
        .retry_config(retries())
        .sleep_impl(TokioSleep::new())
        .time_source(SystemTimeSource::new());
    builder.set_endpoint_url(spec.endpoint.clone());
    builder.build()
}

/// `AWS_PROFILE` as the SDK reads it.
fn profile_of_environment() -> Option<String> {
    env::var("AWS_PROFILE").ok().filter(|profile| !profile.is_empty())
}
