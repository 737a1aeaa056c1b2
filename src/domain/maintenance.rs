//! Maintenance that AWS wants to do.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One pending maintenance action of one resource (`DescribePendingMaintenanceActions`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MaintenanceAction {
    /// ARN of the DB instance.
    pub arn: String,
    /// `system-update`, `db-upgrade`, `hardware-maintenance`, `ca-certificate-rotation` …
    pub action: String,
    pub description: String,
    /// Applied in the first maintenance window after this.
    pub auto_applied_after: Option<Timestamp>,
    /// Applied at this moment, window or not.
    pub forced_at: Option<Timestamp>,
    /// When it is planned to be applied, all of the above and opt-ins considered.
    pub current_apply: Option<Timestamp>,
    /// `immediate`, `next-maintenance`, `undo-opt-in`.
    pub opt_in: Option<String>,
}
