//! After a restore: does the new instance have what its source had.

use crate::domain::Database;
use crate::ops::journal::Outcome;
use crate::services::rds::{self, follow::attribute};
use crate::shell::Shell;
use crate::slices::{Execution, Follow, Kind};
use crate::theme::Role;
use crate::ui::prose::{self, Line};
use crate::ui::{format, text};

/// The table, when a restore is done: attribute, source, restored; what differs is marked.
#[must_use]
pub fn lines(shell: &Shell, execution: &Execution, width: usize) -> Vec<Line> {
    let kind = execution.plan.operation.kind();
    let restores = matches!(kind, Kind::Rds(rds::Kind::RestoreToPointInTime | rds::Kind::RestoreFromSnapshot));
    if !restores || execution.outcome != Some(Outcome::Done) || execution.plan.kept.is_empty() {
        return Vec::new();
    }
    let created = execution.plan.steps.iter().find_map(|step| match &step.follow {
        Follow::Rds(rds::Follow::Created { region, id, .. }) => Some((region, id)),
        _ => None,
    });
    let Some((region, id)) = created else { return Vec::new() };
    let restored = shell.world.all_databases().map(|(_, d)| d).find(|d| d.id == *id && d.region == *region);
    let Some(restored) = restored else {
        let words = format!("{id} is not in the list of DB instances yet, so it is not compared with its source");
        return prose::labelled("Restored", "", &words, Role::Dim, width);
    };
    let mut lines = vec![row(" ", Role::Dim, ["", "source", "restored"], width)];
    for kept in &execution.plan.kept {
        let (mark, role, now) = match value(restored, &kept.name) {
            None => (" ", Role::Dim, format::UNKNOWN.to_owned()),
            Some(now) if same(&now, &kept.value) => (" ", Role::Text, now),
            Some(now) if !kept.kept => ("◆", Role::Text, format!("{} (as planned)", shown(&now))),
            Some(now) => ("▲", Role::Warning, now),
        };
        lines.push(row(mark, role, [&kept.name, shown(&kept.value), shown(&now)], width));
    }
    lines
}

fn shown(value: &str) -> &str {
    if value.is_empty() { format::MISSING } else { value }
}

/// Lists are compared whatever their order.
fn same(a: &str, b: &str) -> bool {
    let parts = |text: &str| {
        let mut parts: Vec<String> = text.split([',', ' ']).filter(|p| !p.is_empty()).map(str::to_lowercase).collect();
        parts.sort();
        parts
    };
    parts(a) == parts(b)
}

/// A value of the restored instance under the name that the request has for it.
fn value(d: &Database, name: &str) -> Option<String> {
    attribute(d, name).or_else(|| {
        Some(match name {
            "PreferredMaintenanceWindow" => d.maintenance_window.clone(),
            "AutoMinorVersionUpgrade" => d.auto_minor_version_upgrade.to_string(),
            "PubliclyAccessible" => d.publicly_accessible.to_string(),
            "DBParameterGroupName" => d.parameter_groups.join(","),
            "VpcSecurityGroupIds" => d.security_groups.join(","),
            "DBSubnetGroupName" => d.subnet_group.clone().unwrap_or_default(),
            "EnableCloudwatchLogsExports" => d.log_exports.join(","),
            "KmsKeyId" => d.kms_key.clone().unwrap_or_default(),
            "StorageEncrypted" => d.encrypted.to_string(),
            "CACertificateIdentifier" => d.ca_certificate.clone().unwrap_or_default(),
            _ => return None,
        })
    })
}

fn row(mark: &str, role: Role, cells: [&str; 3], width: usize) -> Line {
    let name = 28.min(width / 3);
    let rest = width.saturating_sub(name + 5) / 2;
    vec![
        (format!(" {mark} "), role),
        (format!("{} ", text::fit(cells[0], name)), Role::Dim),
        (format!("{} ", text::fit(cells[1], rest)), Role::Text),
        (text::clip(cells[2], rest).into_owned(), role),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::rds::testing;

    #[test]
    fn order_and_case_are_no_difference() {
        assert!(same("sg-1,sg-2", "sg-2 sg-1"));
        assert!(same("True", "true"));
        assert!(!same("30", "1"));
        assert!(!same("", "sg-1"));
    }

    #[test]
    fn what_a_restore_loses_is_known_by_name() {
        let d = testing::database("qa-db", "us-east-1");
        for name in ["MultiAZ", "BackupRetentionPeriod", "VpcSecurityGroupIds", "DBParameterGroupName"] {
            assert!(value(&d, name).is_some_and(|v| !v.is_empty()), "{name}");
        }
        assert_eq!(value(&d, "Nothing"), None);
    }
}
