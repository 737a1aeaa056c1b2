//! From the command line to sessions, sites and a clock.

use std::env;

use super::clock::Clock;
use crate::app::Estate;
use crate::aws::Session;
use crate::aws::session::SessionSpec;
use crate::cli::Source;
use crate::domain::text::clean;
use crate::domain::{Criticality, Environment};

/// What the console stands on.
pub struct Connection {
    pub estate: Estate,
    /// By `Site::session`.
    pub sessions: Vec<Session>,
    pub clock: Clock,
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
    /// Whether AWS is meant: by an option, or by the environment. Otherwise the sandbox is.
    #[must_use]
    pub fn means_aws(&self) -> bool {
        let option = self.profile.is_some() || self.endpoint_url.is_some() || self.region.is_some();
        !self.sandbox && (option || AWS_VARIABLES.iter().any(|name| env::var_os(name).is_some_and(|v| !v.is_empty())))
    }
}

/// Opens what the command line asks for.
///
/// # Errors
/// In words for a person: no region, an unknown scenario.
pub async fn connect(source: &Source) -> Result<Connection, String> {
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

async fn aws(source: &Source) -> Result<Connection, String> {
    let spec = SessionSpec {
        profile: source.profile.clone(),
        region: source.region.clone(),
        endpoint: source.endpoint_url.clone(),
        in_process: None,
    };
    let session = Session::load(&spec).await;
    let region = session.region().map(clean).ok_or_else(|| {
        "no region is set: give --region us-east-1, or AWS_REGION, or `region = …` in the profile".to_owned()
    })?;
    let name = clean(session.profile().unwrap_or("default"));
    let endpoint = session.endpoint().map(clean);
    let mut cli = source.profile.as_ref().map(|p| format!(" --profile {}", clean(p))).unwrap_or_default();
    if let Some(url) = &source.endpoint_url {
        cli.push_str(&format!(" --endpoint-url {}", clean(url)));
    }
    let mut estate = Estate { sessions: vec![name.clone()], cli: vec![cli], endpoint, ..Estate::default() };
    let site = estate.add_site(0, &region);
    let dr_site = source.dr_region.as_deref().filter(|dr| *dr != region).map(|dr| estate.add_site(0, &clean(dr)));
    estate.environments.push(Environment {
        criticality: criticality_of(&name),
        name,
        estate: String::new(),
        site,
        dr_site,
        name_prefix: String::new(),
    });
    Ok(Connection { estate, sessions: vec![session], clock: Clock::system() })
}

/// An environment that nobody described is taken for production, unless its profile's name says
/// otherwise: the mistake that costs nothing.
fn criticality_of(profile: &str) -> Criticality {
    let name = profile.to_lowercase();
    // Whole words: `devops` and `latest` say nothing.
    let words: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let says = |known: &[&str]| words.iter().any(|word| known.contains(word));
    if says(&["prod", "prd", "production", "live"]) {
        Criticality::Production
    } else if says(&["dev", "development", "lab", "test", "sandbox", "local"]) {
        Criticality::Development
    } else if says(&["stage", "staging", "stg", "qa", "uat"]) {
        Criticality::Staging
    } else {
        Criticality::Production
    }
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
    let mut sessions = Vec::with_capacity(accounts.len());
    for account in accounts {
        let spec = SessionSpec {
            in_process: Some(InProcess { http: http.shared(), credentials: credentials(account) }),
            ..SessionSpec::default()
        };
        sessions.push(Session::load(&spec).await);
    }
    Ok(Connection { estate, sessions, clock: Clock::from_fn(move || sandbox.now()) })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_described_is_production() {
        for (name, expected) in [
            ("default", Criticality::Production),
            ("acme-prod-readonly", Criticality::Production),
            ("devops", Criticality::Production),
            ("collab-eu", Criticality::Production),
            ("acme-dev", Criticality::Development),
            ("qa", Criticality::Staging),
        ] {
            assert_eq!(criticality_of(name), expected, "{name}");
        }
    }
}
