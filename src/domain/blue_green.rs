//! A blue/green deployment that an instance is a side of.

use serde::{Deserialize, Serialize};

/// A blue/green deployment as `DescribeBlueGreenDeployments` tells it, text cleaned.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BlueGreen {
    /// `BlueGreenDeploymentName`.
    pub name: String,
    /// ARN of the blue side, which serves.
    pub source: String,
    /// ARN of the green side, which takes its name and endpoint with the switchover.
    pub target: String,
    /// `AVAILABLE`, `SWITCHOVER_IN_PROGRESS`, `SWITCHOVER_COMPLETED` …
    pub status: String,
}

impl BlueGreen {
    /// Whether it still ties its two sides together: not after its switchover, and not while it goes.
    #[must_use]
    pub fn is_in_force(&self) -> bool {
        !matches!(self.status.as_str(), "SWITCHOVER_COMPLETED" | "DELETING")
    }
}
