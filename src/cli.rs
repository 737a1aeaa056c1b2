//! The command line.

mod change;
mod lean;
mod manual;
mod motif;
mod snapshot;

#[cfg(feature = "sandbox")]
use std::net::SocketAddr;

use clap::{Args, Parser, Subcommand, ValueHint};
use jiff::Timestamp;

use crate::audit::AuditCommand;

pub use change::{ApplyChange, PlanChange};
pub use lean::command;
pub use manual::{completions, manual, pages};
pub use motif::{Motif, MotifNames};
pub use snapshot::Snapshot;

/// The terminal console for AWS on-call: databases, clusters, guarded changes
#[derive(Debug, Parser)]
#[command(
    name = "qd",
    bin_name = "qd",
    version,
    max_term_width = 100,
    args_conflicts_with_subcommands = false,
    after_help = "Without a configuration (qd init), a profile, an endpoint or AWS credentials in the environment it \
                  opens on the embedded sandbox."
)]
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
#[command(next_help_heading = "With any command")]
pub struct Source {
    /// Profile of ~/.aws/config
    #[arg(long, global = true, value_name = "NAME", value_hint = ValueHint::Other)]
    pub profile: Option<String>,
    /// AWS region
    #[arg(long, global = true, value_hint = ValueHint::Other)]
    pub region: Option<String>,
    /// Region of the disaster-recovery side, read beside the first
    #[arg(long, global = true, value_name = "REGION", value_hint = ValueHint::Other)]
    pub dr_region: Option<String>,
    /// Endpoint of all services; alone, that of every configured environment
    #[arg(long, global = true, value_name = "URL", value_hint = ValueHint::Other)]
    pub endpoint_url: Option<String>,
    /// Configuration file (or QD_CONFIG); of another place its settings only
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<std::path::PathBuf>,
    /// Open the embedded sandbox, whatever is configured
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
#[command(next_help_heading = "What the sandbox plays")]
pub struct World {
    /// What happens in it; several with commas between [default: a-bad-night]
    #[arg(long, global = true, default_value = "", hide_default_value = true, value_hint = ValueHint::Other)]
    pub scenario: String,
    /// Seed of all chance; the same seed gives the same world
    #[arg(long, global = true, default_value_t = 1)]
    pub seed: u64,
    /// How fast its time goes, for example 60x
    #[arg(long, global = true, default_value = "1x", value_parser = speed)]
    pub speed: f64,
    /// This many DB instances in place of the two estates
    #[arg(long, global = true, value_name = "N", value_parser = count)]
    pub databases: Option<usize>,
    /// Let time stand still at this moment (2026-11-22T03:12:44Z)
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
#[command(next_help_heading = "With any command")]
pub struct Look {
    /// Theme: auto, dark, light, high-contrast, colour-blind or one of your own
    #[arg(long, global = true, value_hint = ValueHint::Other)]
    pub theme: Option<String>,
    /// Keymap: default, vim, emacs or one of your own
    #[arg(long, global = true, value_hint = ValueHint::Other)]
    pub keymap: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Draw a screen, a menu or a plan without a terminal
    Snapshot(Snapshot),
    /// The configuration file
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Write a first configuration from the AWS profiles on this machine
    Init(InitChoice),
    /// The operations that can be planned, with their parameters
    Operations,
    /// Plan a change and print it
    #[command(after_help = "Exit code: 0 there is a plan, 1 a precondition of it fails, 2 there is none.")]
    Plan(PlanChange),
    /// Carry out a plan and follow it to its end
    #[command(
        after_help = "Exit code: 0 done, 1 it came to no good end, 2 nothing was changed, 3 it waits for its window, \
                      4 its outcome is unknown."
    )]
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
    /// The least that an identity must be allowed in a cluster, for kubectl apply
    #[command(name = "k8s-rbac")]
    KubernetesRights {
        /// reader: everything that the console shows of a cluster; operator: also what it can change
        #[arg(value_parser = ["reader", "operator"])]
        role: String,
        /// The cluster, by its name in EKS
        #[arg(long, value_name = "NAME", value_hint = ValueHint::Other)]
        cluster: String,
        /// The ARN of the IAM role or user that is let in
        #[arg(long, value_name = "ARN", value_hint = ValueHint::Other)]
        principal: Option<String>,
    },
    /// Write the completions of a shell to standard output
    Completions {
        /// The shell that is to complete
        shell: clap_complete::Shell,
    },
    /// Write the man page to standard output
    Man {
        /// Write a page for each command into this folder instead
        #[arg(long, value_name = "DIR")]
        dir: Option<std::path::PathBuf>,
    },
    /// The embedded AWS world
    #[cfg(feature = "sandbox")]
    #[command(subcommand)]
    Sandbox(SandboxCommand),
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Say everything that is wrong with it; exit code 1 when something in it cannot be used
    Check,
    /// Say where it is looked for
    Path,
}

/// Options of `qd init`. `--profile`, `--region`, `--dr-region` and `--endpoint-url` say what goes into the file.
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = "--profile NAME,NAME takes only these profiles; --endpoint-url, --region and --dr-region go \
                        into each environment.\nExit code 1 when nothing was written.")]
pub struct InitChoice {
    /// Ask nothing: take what the profiles say themselves
    #[arg(long, short)]
    pub yes: bool,
    /// Put a file that is there aside for the new one
    #[arg(long, requires = "yes")]
    pub force: bool,
}

#[cfg(feature = "sandbox")]
#[derive(Debug, Subcommand)]
pub enum SandboxCommand {
    /// Offer the sandbox to any AWS client, and its clusters to any Kubernetes client, on this machine only
    Serve {
        /// Loopback address and port; port 0 takes a free one
        #[arg(long, default_value = "127.0.0.1:5566")]
        listen: SocketAddr,
        /// Serve its clusters, too, and write a kubeconfig of them to this file
        #[arg(long, value_name = "FILE")]
        kubeconfig: Option<std::path::PathBuf>,
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
