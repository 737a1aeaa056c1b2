//! How the operations are put together for whoever chooses one: by what they are for, and by what a mistake may cost.

use std::ops::RangeInclusive;

use super::Kind;
use crate::ops::plan::Risk;

/// What an operation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OperationGroup {
    /// What can be gone back to, and going back.
    Backups,
    /// Restarts, standbys and replicas.
    Availability,
    /// How large and fast it is.
    Size,
    /// Its life: running or not, kept up, protected, deleted.
    Lifecycle,
    /// All of an environment.
    Environment,
}

impl OperationGroup {
    /// Every group, in the order of the menu.
    pub const ALL: [Self; 5] = [Self::Backups, Self::Availability, Self::Size, Self::Lifecycle, Self::Environment];

    /// As a heading says it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Backups => "Backup and restore",
            Self::Availability => "Availability",
            Self::Size => "Size and storage",
            Self::Lifecycle => "Lifecycle",
            Self::Environment => "Environment",
        }
    }
}

impl Kind {
    /// What it is for.
    #[must_use]
    pub fn group(self) -> OperationGroup {
        match self {
            Self::CreateSnapshot
            | Self::RestoreToPointInTime
            | Self::RestoreFromSnapshot
            | Self::CopySnapshot
            | Self::DeleteSnapshot
            | Self::ChangeRetention => OperationGroup::Backups,
            Self::Failover | Self::Reboot | Self::PromoteReplica | Self::CreateReplica | Self::ConvertMultiAz => {
                OperationGroup::Availability
            }
            Self::ChangeClass | Self::ChangeStorage => OperationGroup::Size,
            Self::DeletionProtection | Self::ApplyMaintenance | Self::Stop | Self::Start | Self::DeleteInstance => {
                OperationGroup::Lifecycle
            }
            Self::StopEnvironment | Self::StartEnvironment => OperationGroup::Environment,
        }
    }

    /// The least and the greatest risk that a plan of it can have: parameters decide, and what is pending and goes out
    /// with it. The plan says which.
    #[must_use]
    pub fn risks(self) -> RangeInclusive<Risk> {
        match self {
            Self::CreateSnapshot
            | Self::RestoreToPointInTime
            | Self::RestoreFromSnapshot
            | Self::CopySnapshot
            | Self::Start
            | Self::StartEnvironment => Risk::Routine..=Risk::Routine,
            Self::CreateReplica | Self::DeletionProtection => Risk::Routine..=Risk::Disruptive,
            Self::ChangeClass | Self::ChangeStorage | Self::ChangeRetention | Self::ApplyMaintenance => {
                Risk::Routine..=Risk::Irreversible
            }
            Self::Failover | Self::Reboot | Self::Stop | Self::StopEnvironment => Risk::Disruptive..=Risk::Disruptive,
            Self::ConvertMultiAz => Risk::Disruptive..=Risk::Irreversible,
            Self::PromoteReplica | Self::DeleteSnapshot | Self::DeleteInstance => {
                Risk::Irreversible..=Risk::Irreversible
            }
        }
    }

    /// The risk as a menu says it: `disruptive`, or `routine to irreversible`.
    #[must_use]
    pub fn risk_words(self) -> String {
        let (least, most) = self.risks().into_inner();
        if least == most { least.name().to_owned() } else { format!("{} to {}", least.name(), most.name()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::rds::testing::{plan_of, seen, seen_on};
    use crate::services::rds::{Seen, TargetKind};

    /// States in which plans are made: as it is, and with an engine upgrade that goes out with whatever is applied now.
    fn states(kind: Kind) -> Vec<Seen> {
        let of = |id: &str| match kind.target() {
            TargetKind::DbInstance => {
                let mut seen = seen();
                seen.target.id = id.to_owned();
                seen
            }
            other => seen_on(other, id, "us-east-1"),
        };
        let first = of("rentaliq-prod-db");
        let mut pending = first.clone();
        pending.databases[0].pending = vec![("EngineVersion".into(), "17.6".into())];
        let mut single = first.clone();
        single.databases[0].multi_az = false;
        let mut standing = first.clone();
        standing.databases[0].deletion_protection = !standing.databases[0].deletion_protection;
        vec![first, pending, single, standing, of("rentaliq-prod-db-dr")]
    }

    #[test]
    fn no_plan_is_riskier_or_safer_than_the_menu_says() {
        for kind in Kind::ALL.iter().copied() {
            for seen in states(kind) {
                let plan = plan_of(kind.offer(&seen), &seen);
                assert!(kind.risks().contains(&plan.risk), "{kind:?} is {:?}: {:?}", plan.risk, kind.risks());
            }
        }
    }

    #[test]
    fn the_groups_are_all_used_and_environments_stand_apart() {
        for group in OperationGroup::ALL {
            assert!(Kind::ALL.iter().any(|kind| kind.group() == group), "{group:?}");
        }
        for kind in Kind::ALL {
            let is_whole = kind.target() == TargetKind::Environment;
            assert_eq!(kind.group() == OperationGroup::Environment, is_whole, "{kind:?}");
        }
    }

    #[test]
    fn the_risk_is_said_in_the_words_of_the_plan() {
        assert_eq!(Kind::Reboot.risk_words(), "disruptive");
        assert_eq!(Kind::ChangeClass.risk_words(), "routine to irreversible");
    }
}
