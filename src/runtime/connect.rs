//! From the command line to sessions, sites and a clock.

use std::env;
use std::path::{Path, PathBuf};

use tokio::sync::mpsc;

use super::clock::Clock;
use crate::app::Estate;
use crate::aws::meter::Meter;
use crate::aws::session::SessionSpec;
use crate::aws::{AssumeRole, CodeSource, MfaRequest, Session};
use crate::cli::Source;
use crate::config::{self, ConnectionSpec, EnvironmentSpec, Settings};
use crate::domain::text::clean;
use crate::domain::{Criticality, Environment};

/// What the console stands on.
pub struct Connection {
    pub estate: Estate,
    /// By `Site::session`.
    pub sessions: Vec<Session>,
    pub clock: Clock,
    /// What the configuration says beside the environments.
    pub settings: Settings,
    /// The configuration file, where one is used.
    pub path: Option<PathBuf>,
    /// What is wrong with the configuration; the sound part is used.
    pub problems: Vec<String>,
    /// Questions for MFA codes.
    pub codes: mpsc::Receiver<MfaRequest>,
    /// Counts the requests of all sessions.
    pub meter: Meter,
    #[cfg(feature = "sandbox")]
    pub sandbox: Option<std::sync::Arc<crate::sandbox::Sandbox>>,
}

/// Variables of which one is enough to mean "this is about AWS".
const AWS_VARIABLES: [&str; 9] = [
    "AWS_PROFILE",
    "AWS_ACCESS_KEY_ID",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_RDS",
    "AWS_ENDPOINT_URL_CLOUDWATCH",
    "AWS_ENDPOINT_URL_STS",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
];

impl Source {
    /// Whether one place is named on the command line, whatever is configured.
    #[must_use]
    pub fn is_direct(&self) -> bool {
        self.profile.is_some() || self.endpoint_url.is_some() || self.region.is_some() || self.world_is_named()
    }

    /// Whether AWS is meant: by an option, or by the environment. Otherwise the sandbox is.
    #[must_use]
    pub fn means_aws(&self) -> bool {
        let option = self.profile.is_some() || self.endpoint_url.is_some() || self.region.is_some();
        !self.sandbox
            && !self.world_is_named()
            && (option || AWS_VARIABLES.iter().any(|name| env::var_os(name).is_some_and(|v| !v.is_empty())))
    }
}

/// Opens what the command line asks for.
///
/// # Errors
/// In words for a person: no region, an unknown scenario.
pub async fn connect(source: &Source) -> Result<Connection, String> {
    if !source.sandbox && !source.is_direct() {
        let path = config::locate(source.config.as_deref(), env::var_os("QD_CONFIG"));
        let asked = source.config.is_some() || env::var_os("QD_CONFIG").is_some();
        if let Some(path) = path.filter(|path| asked || path.exists()) {
            return configured(&path).await;
        }
    }
    if source.means_aws() {
        return aws(source).await;
    }
    #[cfg(feature = "sandbox")]
    return sandbox(source).await;
    #[cfg(not(feature = "sandbox"))]
    Err("nothing is configured: give --profile NAME, --endpoint-url URL or AWS_PROFILE (this qd was built without the \
         sandbox)"
        .into())
}

/// The environments of the configuration file; what is wrong in it is told, not fatal.
async fn configured(path: &Path) -> Result<Connection, String> {
    let shown = path.display().to_string();
    let (config, problems) = config::load(path).map_err(|error| format!("{shown}: {error}"))?;
    if config.environments.is_empty() {
        let report = config::report(&problems, &shown);
        return Err(format!("no environment of {shown} can be used\n{report}"));
    }
    let (source, codes) = CodeSource::channel();
    let meter = Meter::default();
    let mut estate = Estate::default();
    let mut connections: Vec<(ConnectionSpec, String)> = Vec::new();
    let mut sessions = Vec::new();
    for spec in &config.environments {
        // Two environments of one connection share its session, unless they expect other accounts.
        let key = (spec.connection.clone(), spec.expected_account.clone().unwrap_or_default());
        let session = if let Some(known) = connections.iter().position(|known| *known == key) {
            known
        } else {
            sessions.push(Session::load(&session_spec(spec, &source, &meter)).await);
            estate.sessions.push(spec.connection.profile.clone().unwrap_or_else(|| spec.name.clone()));
            estate.cli.push(cli_options(spec.connection.profile.as_deref(), spec.connection.endpoint.as_deref()));
            connections.push(key);
            sessions.len() - 1
        };
        config::place(&mut estate, session, spec);
    }
    Ok(Connection {
        estate,
        sessions,
        clock: Clock::system(),
        settings: config.settings,
        path: Some(path.to_owned()),
        problems: problems.iter().map(|problem| format!("{shown}:{problem}")).collect(),
        codes,
        meter,
        #[cfg(feature = "sandbox")]
        sandbox: None,
    })
}

fn session_spec(spec: &EnvironmentSpec, codes: &CodeSource, meter: &Meter) -> SessionSpec {
    let roles = spec.connection.roles.iter().map(|role| AssumeRole {
        arn: role.arn.clone(),
        external_id: role.external_id.clone(),
        mfa_serial: role.mfa_serial.clone(),
        session_name: role.session_name.clone(),
        ..AssumeRole::default()
    });
    SessionSpec {
        profile: spec.connection.profile.clone(),
        region: Some(spec.region.clone()),
        endpoint: spec.connection.endpoint.clone(),
        roles: roles.collect(),
        label: spec.name.clone(),
        codes: Some(codes.clone()),
        meter: meter.clone(),
        ..SessionSpec::default()
    }
}

/// What makes the AWS CLI ask the same place.
fn cli_options(profile: Option<&str>, endpoint: Option<&str>) -> String {
    let mut options = profile.map(|p| format!(" --profile {}", clean(p))).unwrap_or_default();
    if let Some(url) = endpoint {
        options.push_str(&format!(" --endpoint-url {}", clean(url)));
    }
    options
}

async fn aws(source: &Source) -> Result<Connection, String> {
    let (codes_source, codes) = CodeSource::channel();
    let meter = Meter::default();
    let spec = SessionSpec {
        profile: source.profile.clone(),
        region: source.region.clone(),
        endpoint: source.endpoint_url.clone(),
        label: source.profile.clone().unwrap_or_else(|| "default".into()),
        codes: Some(codes_source),
        meter: meter.clone(),
        ..SessionSpec::default()
    };
    let session = Session::load(&spec).await;
    let region = session.region().map(clean).ok_or_else(|| {
        "no region is set: give --region us-east-1, or AWS_REGION, or `region = …` in the profile".to_owned()
    })?;
    let name = clean(session.profile().unwrap_or("default"));
    let endpoint = session.endpoint().map(clean);
    let cli = cli_options(source.profile.as_deref(), source.endpoint_url.as_deref());
    let mut estate = Estate { sessions: vec![name.clone()], cli: vec![cli], endpoint, ..Estate::default() };
    let site = estate.add_site(0, &region);
    let dr_site = source.dr_region.as_deref().filter(|dr| *dr != region).map(|dr| estate.add_site(0, &clean(dr)));
    estate.environments.push(Environment {
        criticality: Criticality::guess(&name),
        name,
        site,
        dr_site,
        ..Environment::default()
    });
    Ok(Connection {
        estate,
        sessions: vec![session],
        clock: Clock::system(),
        settings: Settings::default(),
        path: None,
        problems: Vec::new(),
        codes,
        meter,
        #[cfg(feature = "sandbox")]
        sandbox: None,
    })
}

#[cfg(feature = "sandbox")]
async fn sandbox(source: &Source) -> Result<Connection, String> {
    use std::sync::Arc;

    use crate::aws::session::InProcess;
    use crate::sandbox::connector::{SandboxHttp, credentials};
    use crate::sandbox::environments;

    let sandbox = Arc::new(build(source)?);
    let http = SandboxHttp::new(sandbox.clone());
    let (estate, accounts) = environments::estate(&source.world);
    let (_, codes) = CodeSource::channel();
    let meter = Meter::default();
    let mut sessions = Vec::with_capacity(accounts.len());
    for account in accounts {
        let spec = SessionSpec {
            in_process: Some(InProcess { http: http.shared(), credentials: credentials(&account) }),
            meter: meter.clone(),
            ..SessionSpec::default()
        };
        sessions.push(Session::load(&spec).await);
    }
    let world = sandbox.clone();
    Ok(Connection {
        estate,
        sessions,
        clock: Clock::from_fn(move || world.now()),
        settings: Settings::default(),
        path: None,
        problems: Vec::new(),
        codes,
        meter,
        sandbox: Some(sandbox),
    })
}

/// The sandbox that the command line describes.
///
/// # Errors
/// When there is no such scenario.
#[cfg(feature = "sandbox")]
pub fn build(source: &Source) -> Result<crate::sandbox::Sandbox, String> {
    use crate::sandbox::world::{World, WorldOptions};
    use crate::sandbox::{Sandbox, SandboxClock};

    let options = &source.world;
    let base = options.at.unwrap_or_else(jiff::Timestamp::now);
    let world = World::build(&WorldOptions {
        scenario: options.scenario.clone(),
        seed: options.seed,
        databases: options.databases,
        epoch: base,
    })
    .map_err(|error| error.to_string())?;
    let clock = match options.at {
        Some(at) => SandboxClock::frozen(at),
        None => SandboxClock::new(base, options.speed),
    };
    Ok(Sandbox::new(world, clock))
}
