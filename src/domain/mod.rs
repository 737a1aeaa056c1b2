//! What an operator talks about: environments, databases, replicas, snapshots, metrics.
//!
//! Plain data and pure rules. Nothing in here knows the SDK, the terminal or the clock: `now` is
//! always an argument.

pub mod automated_backup;
pub mod blue_green;
pub mod class;
pub mod cluster;
pub mod console;
pub mod cron;
pub mod database;
pub mod delta;
pub mod duration;
pub mod environment;
pub mod event;
pub mod fault;
pub mod finding;
pub mod go_duration;
pub mod identity;
pub mod limits;
pub mod maintenance;
pub mod metric;
mod mfa_code;
pub mod nature;
pub mod pages;
pub mod partition;
pub mod quantity;
pub mod remote;
pub mod replication;
pub mod runway;
pub mod series;
pub mod settings;
pub mod severity;
pub mod since;
pub mod snapshot;
pub mod text;
pub mod threshold;
pub mod watched;

pub use automated_backup::AutomatedBackup;
pub use blue_green::BlueGreen;
pub use cluster::{ClusterSpec, Detour};
pub use database::Database;
pub use delta::{Changed, Delta, Items, Tale};
pub use environment::{Criticality, Environment, EnvironmentId, SessionId, Site, SiteId};
pub use event::Event;
pub use fault::{Fault, FaultKind};
pub use go_duration::go_seconds;
pub use identity::Identity;
pub use maintenance::MaintenanceAction;
pub use metric::{Metric, Statistic, Unit};
pub use mfa_code::MfaCode;
pub use nature::Nature;
pub use pages::Pages;
pub use quantity::Amount;
pub use remote::Remote;
pub use series::Series;
pub use settings::Settings;
pub use since::Since;
pub use snapshot::Snapshot;
pub use watched::Watched;
