//! How the operations are put together for whoever chooses one.

use std::ops::RangeInclusive;

use super::Kind;
use crate::ops::plan::Risk;

impl Kind {
    /// The least and the greatest risk that a plan of it can have.
    #[must_use]
    pub fn risks(self) -> RangeInclusive<Risk> {
        match self {
            Self::CordonNode | Self::UncordonNode | Self::PauseDisruption => Risk::Routine..=Risk::Routine,
            Self::ChangePool | Self::ChangeAutoscaler | Self::ResumeDisruption => Risk::Routine..=Risk::Disruptive,
            // A StatefulSet may delete the claims of pods that go; nodes that go may have pods that nobody makes again.
            Self::ScaleWorkload | Self::ScaleNodegroup => Risk::Routine..=Risk::Irreversible,
            Self::RestartRollout => Risk::Disruptive..=Risk::Disruptive,
            Self::DrainNode => Risk::Disruptive..=Risk::Irreversible,
            Self::DeleteNodeClaim => Risk::Irreversible..=Risk::Irreversible,
        }
    }
}
