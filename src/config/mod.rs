//! What an engineer tells quarterdeck: which environments there are, how they are reached, what is
//! expected of them.
//!
//! One TOML file ([`locate`]) with `[[environment]]` blocks, `[settings]` and `[guard]`; `samples/` has two
//! whole ones. Reading never fails: [`parse`] gives what is sound and a [`Problem`] for everything
//! that is not, all at once. [`check`] also looks for the names that it refers to. [`Watch`] tells when
//! the file has changed.

mod document;
mod environment;
mod estate;
mod file;
pub mod forms;
mod guard;
pub mod init;
mod known;
mod overlap;
mod problem;
mod read;
mod settings;
mod thresholds;

use std::path::PathBuf;
use std::time::Duration;

use crate::domain::threshold::Thresholds;
use crate::domain::{ClusterSpec, Criticality};
use crate::slices::Policy;

pub use estate::place;
pub use file::{Watch, check, load, load_settings, locate};
pub use known::Known;
pub use problem::{Problem, Severity, report};

/// The two estates that are served out of the box, as file name and text.
pub const SAMPLES: [(&str, &str); 2] = [
    ("rentaliq.toml", include_str!("../../samples/rentaliq.toml")),
    ("five-account.toml", include_str!("../../samples/five-account.toml")),
];

/// Everything that a configuration says, as far as it is sound.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Config {
    /// In the order of the file.
    pub environments: Vec<EnvironmentSpec>,
    pub settings: Settings,
    /// The file that it comes from.
    pub path: Option<PathBuf>,
}

/// What is the same for all environments.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Name of a theme; by the terminal's background when not given.
    pub theme: Option<String>,
    /// Name of a keymap; the default one when not given.
    pub keymap: Option<String>,
    /// What the console's own AWS calls may cost, in USD an hour.
    pub hourly_ceiling_usd: f64,
    /// Whether the mouse is listened to. It takes selecting text away from the terminal.
    pub mouse: bool,
    /// Whether only ASCII characters are drawn.
    pub ascii: Ascii,
}

/// Whether only ASCII characters are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ascii {
    /// As the locale says.
    #[default]
    Auto,
    Always,
    Never,
}

impl Ascii {
    /// Whether to draw ASCII. `locale` are the values of `LC_ALL`, `LC_CTYPE` and `LANG`: the first
    /// that is set counts (POSIX, Base Definitions 8.2). A locale that names no UTF-8 has no line
    /// drawing; where none is set nothing is known, and terminals of today draw UTF-8.
    #[must_use]
    pub fn is_on(self, locale: [Option<&str>; 3]) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => locale.into_iter().flatten().find(|value| !value.is_empty()).is_some_and(|value| {
                let value = value.to_ascii_lowercase();
                !value.contains("utf-8") && !value.contains("utf8")
            }),
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self { theme: None, keymap: None, hourly_ceiling_usd: 1.0, mouse: false, ascii: Ascii::Auto }
    }
}

/// One `[[environment]]`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EnvironmentSpec {
    /// Short name as the engineer says it; unique in the file.
    pub name: String,
    /// What it is shown together with; empty when nothing is said.
    pub group: String,
    pub criticality: Criticality,
    pub connection: ConnectionSpec,
    /// The account that the credentials must belong to (`account`).
    pub expected_account: Option<String>,
    pub region: String,
    /// The disaster-recovery region.
    pub dr_region: Option<String>,
    pub selector: Selector,
    pub rpo: Option<Duration>,
    pub rto: Option<Duration>,
    pub thresholds: Thresholds,
    /// Clusters that are reached another way than EKS says (`[[environment.cluster]]`).
    pub clusters: Vec<ClusterSpec>,
    /// What a change takes here: `[guard]`, tightened by the environment's own.
    pub policy: Policy,
    /// The role that is assumed for a change, in place of the last one that reads (`operator`). Without
    /// it changes are made with the credentials that read.
    pub operator: Option<RoleSpec>,
    /// How its resources should be configured, as written.
    pub expectations: toml::Table,
    /// Names of secrets that it must have (`[environment.expectations.secrets]`).
    pub expected_secrets: Vec<String>,
    /// Where it begins in the file.
    pub line: usize,
}

/// How an environment is reached. Environments with equal connections share a session.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ConnectionSpec {
    /// Profile of `~/.aws/config`; the default credential chain when not given.
    pub profile: Option<String>,
    /// Roles to assume on top of it, one from the other; the last one reads the environment.
    pub roles: Vec<RoleSpec>,
    /// URL in place of AWS's endpoints, for all services.
    pub endpoint: Option<String>,
}

/// One role to assume (STS `AssumeRole`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct RoleSpec {
    pub arn: String,
    /// What the role's trust policy may ask of third parties.
    pub external_id: Option<String>,
    /// ARN or serial number of the MFA device whose code is asked for.
    pub mfa_serial: Option<String>,
    /// Name of the session in CloudTrail.
    pub session_name: Option<String>,
    /// Of an operator: whether the name of who makes a change goes with the role as its source
    /// identity, which no role assumed from it can change (the trust policy must allow
    /// `sts:SetSourceIdentity`).
    pub source_identity: bool,
}

/// What of a site belongs to an environment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selector {
    /// The beginning of the names; empty takes all.
    pub name_prefix: String,
    /// Tags that must all be carried.
    pub tags: Vec<(String, String)>,
}

impl Selector {
    /// Whether everything that `other` takes is taken by this one too.
    fn covers(&self, other: &Self) -> bool {
        other.name_prefix.starts_with(&self.name_prefix) && self.tags.iter().all(|tag| other.tags.contains(tag))
    }
}

/// Reads a configuration. `file` is what the problems call it. Environments that cannot be trusted
/// to be what is meant are left out, with an error that says so; everything else is kept.
#[must_use]
pub fn parse(text: &str, file: &str) -> (Config, Vec<Problem>) {
    read::read(text, file, &Known::default())
}

#[cfg(test)]
mod tests;
