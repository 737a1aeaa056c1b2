//! `qd operations`: what can be planned, with the parameters of each.

use jiff::Timestamp;

use crate::domain::database::Storage;
use crate::domain::{Criticality, Database, Identity, Snapshot};
use crate::services::kubernetes::change;
use crate::services::rds::{self, Seen, TargetKind};
use crate::slices::{self, Kind};

const REGION: &str = "us-east-1";
const NAME: &str = "db";

/// A line for each operation.
#[must_use]
pub fn operations() -> String {
    let mut text = format!("{:<26}{:<28}--param\n", "operation", "--target");
    for kind in Kind::all() {
        let target = match kind.target() {
            slices::TargetKind::Rds(of) => of.noun(),
            slices::TargetKind::Kubernetes(of) => of.form(),
        };
        let line = format!("{:<26}{target:<28}{}", kind.name(), parameters(kind).join(", "));
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Names of an operation's parameters: for an ordinary DB instance, or whatever there is in a cluster.
fn parameters(kind: Kind) -> Vec<&'static str> {
    let fields = match kind {
        Kind::Rds(kind) => {
            let seen = ordinary(kind);
            kind.offer(&seen).fields(&seen)
        }
        Kind::Kubernetes(kind) => {
            let (environment, id, region) = (NAME.into(), String::new(), REGION.into());
            let target = change::Target { environment, kind: kind.target(), id, region };
            let seen = change::Seen::blank(Timestamp::UNIX_EPOCH, target, Identity::default());
            kind.offer(&seen).fields(&seen)
        }
    };
    fields.iter().map(|field| field.name).collect()
}

fn ordinary(kind: rds::Kind) -> Seen {
    let storage = Storage { allocated: 500, kind: "gp3".into(), ..Storage::default() };
    let database = Database {
        id: NAME.into(),
        region: REGION.into(),
        status: "available".into(),
        engine: "postgres".into(),
        class: "db.m6g.large".into(),
        backup_retention_days: 7,
        storage,
        ..Database::default()
    };
    let snapshot = Snapshot {
        id: NAME.into(),
        database: NAME.into(),
        status: "available".into(),
        kind: "manual".into(),
        allocated: 500,
        storage_kind: "gp3".into(),
        engine: "postgres".into(),
        ..Snapshot::default()
    };
    let target = rds::Target { environment: NAME.into(), kind: kind.target(), id: NAME.into(), region: REGION.into() };
    Seen {
        criticality: Criticality::Development,
        owned: true,
        databases: vec![database],
        snapshots: if kind.target() == TargetKind::DbSnapshot { vec![snapshot] } else { Vec::new() },
        ..Seen::blank(Timestamp::UNIX_EPOCH, target, Identity::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_a_line_with_its_parameters() {
        let text = operations();
        assert_eq!(text.lines().count(), Kind::all().count() + 1);
        for kind in Kind::all() {
            assert!(text.lines().any(|line| line.split_whitespace().next() == Some(kind.name())), "{text}");
        }
        assert_eq!(parameters(rds::Kind::CreateSnapshot.into()), ["name"]);
    }
}
