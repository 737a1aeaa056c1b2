//! The command line.

mod change;

#[cfg(feature = "sandbox")]
use std::net::SocketAddr;

use clap::{Args, Parser, Subcommand};
use jiff::Timestamp;

use crate::audit::AuditCommand;
use crate::picture::Format;

pub use change::{ApplyChange, PlanChange};

/// The terminal console for AWS on-call: RDS PostgreSQL health and history.
///
/// Without a profile, an endpoint or AWS credentials in the environment it opens on the embedded
/// sandbox.
#[derive(Debug, Parser)]
#[command(name = "qd", version, max_term_width = 100, args_conflicts_with_subcommands = false)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub source: Source,
    #[command(flatten)]
    pub look: Look,
}

/// Where the data comes from.
#[derive(Debug, Clone, Args, Default)]
pub struct Source {
    /// Profile of ~/.aws/config
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// AWS region
    #[arg(long, global = true)]
    pub region: Option<String>,
    /// Region of the disaster-recovery side, read beside the first
    #[arg(long, global = true, value_name = "REGION")]
    pub dr_region: Option<String>,
    /// Endpoint of all services (also AWS_ENDPOINT_URL); of every environment of the configuration,
    /// unless a profile or region is given too
    #[arg(long, global = true, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// Configuration file (also QD_CONFIG); with --sandbox, --profile or --region only its settings count
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<std::path::PathBuf>,
    /// Open the embedded sandbox, whatever is configured; --config gives it settings, neither environments nor guards
    #[arg(long, global = true)]
    pub sandbox: bool,
    #[command(flatten)]
    pub world: World,
}

impl Source {
    /// Whether the command line describes a sandbox.
    #[must_use]
    pub fn world_is_named(&self) -> bool {
        !self.world.scenario.is_empty() || self.world.databases.is_some()
    }
}

/// What the sandbox plays.
#[derive(Debug, Clone, Args)]
pub struct World {
    /// Sandbox: what happens in it; several with commas between [default: a-bad-night]
    #[arg(long, global = true, default_value = "", hide_default_value = true)]
    pub scenario: String,
    /// Sandbox: seed of all chance; the same seed gives the same world
    #[arg(long, global = true, default_value_t = 1)]
    pub seed: u64,
    /// Sandbox: how fast its time goes, for example 60x
    #[arg(long, global = true, default_value = "1x", value_parser = speed)]
    pub speed: f64,
    /// Sandbox: this many DB instances in place of the two estates
    #[arg(long, global = true, value_name = "N", value_parser = count)]
    pub databases: Option<usize>,
    /// Sandbox: let time stand still at this moment (2026-11-22T03:12:44Z)
    #[arg(long, global = true, value_name = "TIME")]
    pub at: Option<Timestamp>,
}

impl Default for World {
    fn default() -> Self {
        Self { scenario: String::new(), seed: 1, speed: 1.0, databases: None, at: None }
    }
}

/// How it looks.
#[derive(Debug, Clone, Args)]
pub struct Look {
    /// Theme: auto, dark, light, high-contrast, colour-blind or one of your own
    #[arg(long, global = true)]
    pub theme: Option<String>,
    /// Keymap: default, vim, emacs or one of your own
    #[arg(long, global = true)]
    pub keymap: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Draw one screen without a terminal
    Snapshot(Snapshot),
    /// The configuration file
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Write a first configuration from the AWS profiles on this machine; --endpoint-url goes into it
    Init,
    /// The operations that can be planned, with their parameters
    Operations,
    /// Plan a change and print it; exit code 1 when a precondition fails, 2 when there is no plan
    Plan(PlanChange),
    /// Carry out a plan and follow it; exit code 1 when it comes to no good end, 2 when nothing was
    /// changed, 3 when it waits for its window, 4 when its outcome is unknown
    Apply(ApplyChange),
    /// The journal of all changes
    #[command(subcommand)]
    Audit(AuditCommand),
    /// The least that an identity must be allowed, as an IAM policy
    IamPolicy {
        /// reader: everything that the console shows; operator: also what it can change
        #[arg(value_parser = ["reader", "operator"])]
        role: String,
        /// Only resources of this account, for an operator
        #[arg(long, value_name = "ID")]
        account: Option<String>,
        /// The partition of its ARNs [default: that of --region, or aws]
        #[arg(long, value_name = "NAME", value_parser = ["aws", "aws-us-gov", "aws-cn", "aws-eusc"])]
        partition: Option<String>,
    },
    /// The embedded AWS world
    #[cfg(feature = "sandbox")]
    #[command(subcommand)]
    Sandbox(SandboxCommand),
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Say everything that is wrong with it; exit code 1 when an environment cannot be used
    Check,
    /// Say where it is looked for
    Path,
}

/// Options of `qd snapshot`.
#[derive(Debug, Args)]
pub struct Snapshot {
    /// fleet, databases, database, alarms, help, errors or palette
    pub screen: String,
    /// Columns and rows
    #[arg(long, default_value = "120x40", value_parser = size)]
    pub size: (u16, u16),
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
    /// The environment to look at; all when not given
    #[arg(long, short)]
    pub environment: Option<String>,
    /// The DB instance of the database screen; the first row's when not given
    #[arg(long, short)]
    pub database: Option<String>,
    /// Keys to press before the picture is taken, separated by spaces
    #[arg(long, default_value = "", hide_default_value = true)]
    pub keys: String,
}

#[cfg(feature = "sandbox")]
#[derive(Debug, Subcommand)]
pub enum SandboxCommand {
    /// Offer the sandbox to any AWS client, on this machine only
    Serve {
        /// Loopback address and port; port 0 takes a free one
        #[arg(long, default_value = "127.0.0.1:5566")]
        listen: SocketAddr,
    },
    /// The scenarios that can be played
    Scenarios,
}

fn speed(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('x').unwrap_or(text);
    match number.parse::<f64>() {
        Ok(speed) if speed.is_finite() && (0.0..=100_000.0).contains(&speed) => Ok(speed),
        _ => Err("expected a factor such as 60x, between 0x and 100000x".into()),
    }
}

fn count(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| (1..=100_000).contains(n)).ok_or_else(|| "expected 1 to 100000".into())
}

fn size(text: &str) -> Result<(u16, u16), String> {
    let parsed = text.split_once('x').and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    match parsed {
        Some((w, h)) if (1..=500).contains(&w) && (1..=300).contains(&h) => Ok((w, h)),
        _ => Err("expected COLUMNSxROWS, for example 120x40, at most 500x300".into()),
    }
}
