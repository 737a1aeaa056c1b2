//! From the command line to sessions, sites and a clock.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::mpsc;

use super::clock::Clock;
use super::clusters::{ApiServers, Reaching};
use super::configured::{Operators, Sessions, SignIns, cli_options};
use super::meant::Meant;
use super::place::Place;
use crate::aws::meter::Meter;
use crate::aws::rds::observe::{Neighbour, Owner, Question};
use crate::aws::session::SessionSpec;
use crate::aws::{CodeSource, MfaRequest, Session};
use crate::cli::Source;
use crate::config::{self, Settings};
use crate::domain::text::clean;
use crate::domain::{Criticality, Environment, EnvironmentId};
use crate::services::rds;
use crate::slices::Policy;
use crate::world::{Estate, SessionName};

/// What the console stands on.
pub struct Connection {
    pub estate: Estate,
    pub sessions: Sessions,
    /// What a change takes in an environment.
    pub policies: BTreeMap<EnvironmentId, Policy>,
    pub operators: Operators,
    pub clock: Clock,
    /// What the configuration says beside the environments.
    pub settings: Settings,
    /// The configuration file, where one is used.
    pub path: Option<PathBuf>,
    /// What is wrong with the configuration; the sound part is used.
    pub problems: Vec<String>,
    /// What the configuration's environments are read with, for when the file changes.
    pub sign_ins: Option<SignIns>,
    /// Questions for MFA codes.
    pub codes: mpsc::Receiver<MfaRequest>,
    /// Counts the requests of all sessions.
    pub meter: Meter,
    #[cfg(feature = "sandbox")]
    pub sandbox: Option<Arc<crate::sandbox::Sandbox>>,
}

impl Connection {
    /// With what the clusters are reached.
    #[must_use]
    pub fn reach(&self) -> Reaching {
        Reaching {
            #[cfg(feature = "sandbox")]
            in_process: self.sandbox.clone(),
        }
    }
}

/// Variables of which one is enough to mean "this is about AWS".
const AWS_VARIABLES: [&str; 10] = [
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_ACCESS_KEY_ID",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_RDS",
    "AWS_ENDPOINT_URL_CLOUDWATCH",
    "AWS_ENDPOINT_URL_STS",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
];

/// What is said when the sandbox opens though AWS could be meant: a profile that nobody names may be that of
/// production, and is not opened by itself.
#[cfg(feature = "sandbox")]
const DEFAULT_IS_THERE: &str =
    "this is the sandbox: qd --profile default opens this machine's profile [default]; qd --sandbox says no more of it";

impl Source {
    /// Whether a configuration file is read.
    #[must_use]
    pub fn is_configured(&self) -> bool {
        self.configuration().is_some()
    }

    /// Whether the sandbox is opened.
    #[must_use]
    pub fn means_sandbox(&self) -> bool {
        !self.is_configured() && !self.means_aws()
    }

    /// What is opened, and on what ground.
    #[must_use]
    pub fn meant(&self) -> Meant {
        if let Some(path) = self.configuration() {
            return Meant::Configuration(path);
        }
        if self.means_aws() {
            return Meant::Direct;
        }
        if self.sandbox || self.world_is_named() {
            return Meant::Sandbox;
        }
        Meant::SandboxByItself { configuration: config::locate(None, env::var_os("QD_CONFIG")) }
    }

    /// The configuration file, where one is to be read: it is asked for, or it is there.
    fn configuration(&self) -> Option<PathBuf> {
        if self.sandbox || self.is_direct() {
            return None;
        }
        let path = config::locate(self.config.as_deref(), env::var_os("QD_CONFIG"));
        let asked = self.config.is_some() || env::var_os("QD_CONFIG").is_some();
        path.filter(|path| asked || path.exists())
    }

    /// The settings of the configuration file that is asked for, where its environments are not what is
    /// opened: looks and keys are the same everywhere. With them the file's settings that are wrong.
    ///
    /// # Errors
    /// When the file cannot be read.
    fn settings(&self) -> Result<(Settings, Vec<String>), String> {
        let variable = env::var_os("QD_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from);
        // The variable may stand for a file that is to be written yet.
        let path = self.config.clone().or_else(|| variable.filter(|path| path.exists()));
        let Some(path) = path else { return Ok((Settings::default(), Vec::new())) };
        let (settings, problems) =
            config::load_settings(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok((settings, problems.iter().map(ToString::to_string).collect()))
    }

    /// For a command with a target: `--region` is where the target lives, unless it is also needed
    /// to find the place. By itself it does not lead out of the sandbox. Gives what to connect to, and
    /// the target's region.
    #[must_use]
    pub fn with_target(&self) -> (Self, Option<String>) {
        let mut place = self.clone();
        let region = place.region.take();
        let is_sandbox = cfg!(feature = "sandbox") && place.means_sandbox();
        if !(is_sandbox
            || place.sandbox
            || place.world_is_named()
            || (place.profile.is_none() && place.is_configured()))
        {
            place.region.clone_from(&region);
        }
        (place, region)
    }

    /// Whether one place is named on the command line, whatever is configured. An endpoint alone names
    /// none: it is where the configured environments are looked for then.
    #[must_use]
    pub fn is_direct(&self) -> bool {
        self.profile.is_some() || self.region.is_some() || self.world_is_named()
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
    if let Some(path) = source.configuration() {
        return configured(&path, source).await;
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
async fn configured(path: &Path, source: &Source) -> Result<Connection, String> {
    let meter = Meter::default();
    let (mut sign_ins, codes) = SignIns::new(source.endpoint_url.clone(), meter.clone());
    let opened = sign_ins.start(path).await?;
    Ok(Connection {
        estate: opened.estate,
        sessions: opened.sessions,
        policies: opened.policies,
        operators: opened.operators,
        clock: Clock::system(),
        settings: opened.settings,
        path: Some(path.to_owned()),
        problems: opened.problems,
        sign_ins: Some(sign_ins),
        codes,
        meter,
        #[cfg(feature = "sandbox")]
        sandbox: None,
    })
}

async fn aws(source: &Source) -> Result<Connection, String> {
    let (settings, problems) = source.settings()?;
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
    let region = session.region().map(clean).ok_or_else(|| no_region(&session))?;
    let name = clean(session.profile().unwrap_or("default"));
    let endpoint = session.endpoint().map(clean);
    let cli = cli_options(source.profile.as_deref(), source.endpoint_url.as_deref());
    let mut estate = Estate::default();
    estate.endpoint = endpoint;
    let reads = estate.add_session(None, SessionName { name: name.clone(), cli });
    let site = estate.add_site(reads, &region);
    let dr_site = source.dr_region.as_deref().filter(|dr| *dr != region).map(|dr| estate.add_site(reads, &clean(dr)));
    estate.add(Environment { criticality: Criticality::guess(&name), name, site, dr_site, ..Environment::default() });
    let policies = usual(&estate);
    Ok(Connection {
        estate,
        sessions: BTreeMap::from([(reads, session)]),
        policies,
        operators: Operators::new(),
        clock: Clock::system(),
        settings,
        path: None,
        problems,
        sign_ins: None,
        codes,
        meter,
        #[cfg(feature = "sandbox")]
        sandbox: None,
    })
}

/// Why there is none: what cannot be read, or a profile that is not there, may have said it.
fn no_region(session: &Session) -> String {
    if let Some(unread) = session.unread() {
        return format!("{unread} (the AWS CLI refuses it too)");
    }
    match session.missing_profile() {
        Some(missing) => format!("no such profile: {missing}"),
        None => "no region is set: give --region us-east-1, or AWS_REGION, or `region = …` in the profile".to_owned(),
    }
}

#[cfg(feature = "sandbox")]
async fn sandbox(source: &Source) -> Result<Connection, String> {
    use crate::aws::session::InProcess;
    use crate::sandbox::connector::{SandboxHttp, credentials};
    use crate::sandbox::environments;

    let (settings, mut problems) = source.settings()?;
    if !source.sandbox && source.means_sandbox() && !source.world_is_named() && crate::aws::has_default_profile() {
        problems.push(DEFAULT_IS_THERE.to_owned());
    }
    let sandbox = Arc::new(build(source)?);
    // Without optimisation it takes most of a minute to build them: then they are there in scenarios about them alone.
    if !cfg!(debug_assertions) {
        sandbox.clusters().bring();
    }
    let http = SandboxHttp::new(sandbox.clone());
    let (estate, accounts) = environments::estate(&source.world);
    let (_, codes) = CodeSource::channel();
    let meter = Meter::default();
    let (mut sessions, mut specs) = (Sessions::new(), BTreeMap::new());
    for (id, account) in accounts {
        let spec = SessionSpec {
            in_process: Some(InProcess { http: http.shared(), credentials: credentials(&account) }),
            meter: meter.clone(),
            ..SessionSpec::default()
        };
        sessions.insert(id, Session::load(&spec).await);
        specs.insert(id, spec);
    }
    let (policies, operators) = sampled(&estate, &specs);
    let world = sandbox.clone();
    Ok(Connection {
        estate,
        sessions,
        policies,
        operators,
        clock: Clock::from_fn(move || world.now()),
        settings,
        path: None,
        problems,
        sign_ins: None,
        codes,
        meter,
        sandbox: Some(sandbox),
    })
}

/// The rules and operators of the sandbox's environments: those of the samples that they come from.
#[cfg(feature = "sandbox")]
fn sampled(
    estate: &Estate,
    specs: &BTreeMap<crate::domain::SessionId, SessionSpec>,
) -> (BTreeMap<EnvironmentId, Policy>, Operators) {
    let samples: Vec<config::EnvironmentSpec> =
        config::SAMPLES.iter().flat_map(|(file, text)| config::parse(text, file).0.environments).collect();
    let mut policies = usual(estate);
    let mut operators = Operators::new();
    for (id, environment) in estate.environments() {
        let Some(sample) = samples.iter().find(|sample| sample.name == environment.name) else { continue };
        policies.insert(id, sample.policy.clone());
        let session = estate.site(environment.site).and_then(|site| specs.get(&site.session));
        if let (Some(session), Some(role)) = (session, &sample.operator) {
            let roles = vec![super::configured::assumed(role)];
            operators.insert(id, SessionSpec { roles, region: Some(sample.region.clone()), ..session.clone() });
        }
    }
    (policies, operators)
}

/// The rules where nothing is configured.
fn usual(estate: &Estate) -> BTreeMap<EnvironmentId, Policy> {
    estate.environments().map(|(id, environment)| (id, Policy::usual(environment.criticality))).collect()
}

/// The roles that make changes, for the screen.
#[must_use]
pub fn operators_of(operators: &Operators) -> BTreeMap<EnvironmentId, String> {
    operators.iter().filter_map(|(id, spec)| Some((*id, clean(&spec.roles.last()?.arn)))).collect()
}

/// Where changes are made, by environment.
#[must_use]
pub fn places(connection: &Connection) -> Vec<Place> {
    places_of(&connection.estate, &connection.sessions, &connection.operators, &connection.reach())
}

/// The same for an estate whose sessions and operators are known.
#[must_use]
pub fn places_of(estate: &Estate, sessions: &Sessions, operators: &Operators, reach: &Reaching) -> Vec<Place> {
    let place = |(id, environment): (EnvironmentId, &Environment)| {
        let site = estate.site(environment.site)?;
        let dr_region = environment.dr_site.and_then(|dr| estate.site(dr)).map(|site| site.region.clone());
        // The target and the operation of each reading take the place of these.
        let target = rds::Target {
            environment: environment.name.clone(),
            kind: rds::TargetKind::Environment,
            id: environment.name.clone(),
            region: site.region.clone(),
        };
        let before = estate.environments().take_while(|(other, _)| *other != id);
        let question = Question {
            target,
            kind: rds::Kind::CreateSnapshot,
            criticality: environment.criticality,
            expected_account: environment.expected_account.clone(),
            region: site.region.clone(),
            dr_region,
            cli: estate.cli_options(environment.site).to_owned(),
            owns: Owner::of(environment),
            before: before.filter_map(|(_, other)| neighbour(estate, environment, other)).collect(),
        };
        Some(Place {
            environment: environment.name.clone(),
            question,
            reader: sessions.get(&site.session)?.clone(),
            operator: operators.get(&id).cloned(),
            clusters: environment.clusters.clone(),
            servers: ApiServers::new(reach.clone()),
            updates: Arc::default(),
        })
    };
    estate.environments().filter_map(place).collect()
}

/// An environment that comes before this one, if it is of the same account as far as that is known.
fn neighbour(estate: &Estate, environment: &Environment, other: &Environment) -> Option<Neighbour> {
    let session = |e: &Environment| estate.site(e.site).map(|site| site.session);
    let same = match (&environment.expected_account, &other.expected_account) {
        (Some(a), Some(b)) => a == b,
        _ => session(environment) == session(other),
    };
    // One name cannot begin with both: what it selects is never ours. There may be a thousand of them.
    let (own, theirs) = (&environment.name_prefix, &other.name_prefix);
    let may_meet = own.starts_with(theirs.as_str()) || theirs.starts_with(own.as_str());
    let regions = estate.regions(other).map(ToOwned::to_owned);
    (same && may_meet).then(|| Neighbour { regions: regions.collect(), owns: Owner::of(other) })
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

#[cfg(all(test, feature = "sandbox"))]
mod tests {
    use super::*;
    use crate::config::Ascii;

    #[test]
    fn a_region_alone_does_not_lead_out_of_the_sandbox() {
        let region = || Some("us-west-2".to_owned());
        let named = Source { region: region(), ..Source::default() };
        let (place, target) = named.with_target();
        assert_eq!(target, region());
        // The variables and the file of whoever runs this may mean AWS.
        if Source::default().means_sandbox() {
            assert!(place.region.is_none() && place.means_sandbox());
        }
        let of_aws = Source { profile: Some("ops".into()), ..named }.with_target();
        assert_eq!((of_aws.0.region.clone(), of_aws.0.means_aws()), (region(), true));
    }

    #[tokio::test]
    async fn the_sandbox_takes_the_settings_of_a_named_file_and_not_its_environments() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let text = "[ui]\nascii = true\nkeymap = \"vim\"\n\n[[environment]]\nname = \"mine\"\nregion = 5\n";
        std::fs::write(&path, text).unwrap();
        let mut source = Source { sandbox: true, config: Some(path.clone()), ..Source::default() };
        let opened = connect(&source).await.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((opened.settings.ascii, opened.settings.keymap.as_deref()), (Ascii::Always, Some("vim")));
        assert!(opened.estate.named("mine").is_none());
        assert_eq!(opened.problems, Vec::<String>::new(), "its environments are not used");
        source.config = Some(folder.path().join("none.toml"));
        assert!(connect(&source).await.is_err_and(|error| error.contains("none.toml")));
    }
}
