//! What choosing a menu item does.

use std::sync::Arc;

use crate::domain::{EnvironmentId, SiteId};
use crate::keymap::Action;
use crate::screens::alarms::AlarmKey;
use crate::screens::databases::Column;
use crate::services::rds::{self, link};
use crate::slices::{Kind, Target, TargetKind};
use crate::world::Scope;

/// A choice, as data.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// The same as the key for it.
    Run(Action),
    /// Look at these environments.
    Look(Scope),
    /// Sort the databases by this column (again: the other way round).
    SortBy(Column),
    /// Show or hide a column.
    ToggleColumn(Column),
    /// Chart this range, by index of [`crate::screens::database::RANGES`].
    Range(usize),
    /// Put this text on the clipboard.
    Copy(String),
    /// Use this theme.
    Theme(String),
    /// Choose the snapshot of this DB instance that an operation is planned on.
    ChooseSnapshot(rds::Kind, SiteId, Arc<str>),
    /// Open a DB instance, at the finding of this rule where that is what was chosen.
    OpenDatabase(SiteId, Arc<str>, Option<&'static str>),
    /// Open the story of an alarm.
    OpenAlarm(AlarmKey),
    /// Open a cluster, or something in it: as its findings are kept.
    OpenCluster(Arc<str>),
    /// Show a secret in the list of them, by its ARN.
    OpenSecret(Arc<str>),
    /// Plan an operation on this.
    PlanOn(Kind, Box<Target>),
    /// Ask whether this environment is to be armed.
    Arm(EnvironmentId),
    /// End arming, whatever is armed.
    Disarm,
    /// It cannot be done, and why.
    NotAvailable(String),
    /// Let the sandbox play another scenario.
    Play(String),
}

impl Command {
    /// The operation that it leads to the plan of.
    #[must_use]
    pub fn operation(&self) -> Option<Kind> {
        match self {
            Self::PlanOn(kind, _) => Some(*kind),
            Self::ChooseSnapshot(kind, ..) => Some((*kind).into()),
            _ => None,
        }
    }

    /// The page of the AWS console for what it is about: a snapshot has one.
    #[must_use]
    pub fn link(&self) -> Option<String> {
        match self {
            Self::PlanOn(_, target) if target.kind == TargetKind::Rds(rds::TargetKind::DbSnapshot) => {
                link::of_snapshot(&target.region, &target.id)
            }
            _ => None,
        }
    }
}
