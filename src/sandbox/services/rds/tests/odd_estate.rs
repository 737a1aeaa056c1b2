//! What stands among the instances that stand alone: members of clusters, other engines, blue and
//! green, a lost key, a waiting upgrade.

use std::sync::RwLock;

use jiff::Timestamp;

use super::stage::one;
use super::{ask_as, sandbox, texts};
use crate::sandbox::world::World;
use crate::sandbox::world::moment::{DAY, HOUR, MINUTE, after};

const AURORA: &str = "staging-search-aurora-1";
const MULTI_AZ: &str = "staging-catalog-instance-1";

struct Staging {
    world: RwLock<World>,
    epoch: Timestamp,
}

impl Staging {
    fn new() -> Self {
        let (world, epoch) = sandbox("odd-estate", None);
        Self { world, epoch }
    }

    fn ask(&self, seconds: i64, form: &str) -> (u16, String) {
        ask_as("555566667777", &self.world, after(self.epoch, seconds), "eu-west-1", form)
    }

    fn ok(&self, seconds: i64, form: &str) -> String {
        let (status, xml) = self.ask(seconds, form);
        assert_eq!(status, 200, "{form}: {xml}");
        xml
    }

    fn look(&self, seconds: i64, id: &str) -> String {
        self.ok(seconds, &format!("Action=DescribeDBInstances&DBInstanceIdentifier={id}"))
    }

    /// Code and message of the refusal.
    fn refused(&self, form: &str) -> (String, String) {
        let (status, xml) = self.ask(0, form);
        assert!(status >= 400, "{form}: {xml}");
        (one(&xml, "Code"), one(&xml, "Message"))
    }
}

#[test]
fn engines_and_clusters_are_told_and_filtered() {
    let staging = Staging::new();
    for (id, engine, cluster, license) in [
        (AURORA, "aurora-postgresql", "staging-search", "postgresql-license"),
        (MULTI_AZ, "postgres", "staging-catalog", "postgresql-license"),
        ("staging-shop-mysql", "mysql", "", "general-public-license"),
    ] {
        let xml = staging.look(0, id);
        assert_eq!(one(&xml, "Engine"), engine);
        assert_eq!((one(&xml, "DBClusterIdentifier"), one(&xml, "LicenseModel")), (cluster.into(), license.into()));
    }
    let reader = staging.look(0, "staging-catalog-reader");
    assert_eq!(one(&reader, "ReadReplicaSourceDBClusterIdentifier"), "staging-catalog");
    assert_eq!(one(&staging.look(0, "staging-events-serverless-1"), "DBInstanceClass"), "db.serverless");
    let filter = "Action=DescribeDBInstances&Filters.Filter.1.Name=db-cluster-id&Filters.Filter.1.Values.Value.1";
    for value in ["staging-search", "arn:aws:rds:eu-west-1:555566667777:cluster:staging-search"] {
        let found = staging.ok(0, &format!("{filter}={value}"));
        assert_eq!(texts(&found, "DBInstanceIdentifier"), [AURORA], "{value}");
    }
    // The backups of members are their cluster's.
    let xml = staging.look(0, AURORA);
    assert!(texts(&xml, "LatestRestorableTime").is_empty());
    assert_eq!(one(&xml, "BackupRetentionPeriod"), "7");
    let backups = staging.ok(0, "Action=DescribeDBInstanceAutomatedBackups");
    let backed_up = texts(&backups, "DBInstanceIdentifier");
    assert!(backed_up.contains(&"staging-shop-mysql"), "{backed_up:?}");
    assert!(!backed_up.contains(&AURORA) && !backed_up.contains(&MULTI_AZ), "{backed_up:?}");
    let snapshots = format!("Action=DescribeDBSnapshots&DBInstanceIdentifier={MULTI_AZ}");
    assert!(texts(&staging.ok(0, &snapshots), "DBSnapshotIdentifier").is_empty());
}

#[test]
fn members_do_not_take_what_their_cluster_takes() {
    let staging = Staging::new();
    for (id, stop) in [
        (AURORA, "aurora-postgresql DB instances are not eligible for stopping and starting."),
        (MULTI_AZ, "DB instances in a Multi-AZ DB cluster are not eligible for stopping and starting."),
    ] {
        let of = |action: &str| format!("Action={action}&DBInstanceIdentifier={id}");
        for action in ["StopDBInstance", "StartDBInstance"] {
            assert_eq!(staging.refused(&of(action)), ("InvalidParameterCombination".into(), stop.into()));
        }
        let (code, said) = staging.refused(&format!("{}&DBSnapshotIdentifier=now", of("CreateDBSnapshot")));
        assert_eq!(code, "InvalidParameterValue");
        assert!(said.contains("use the CreateDBClusterSnapshot API instead"), "{said}");
        let (code, said) = staging.refused(&of("PromoteReadReplica"));
        assert_eq!(code, "InvalidDBInstanceState");
        assert!(said.contains("not a read replica"), "{said}");
        let restore = format!(
            "Action=RestoreDBInstanceToPointInTime&SourceDBInstanceIdentifier={id}&TargetDBInstanceIdentifier=new\
             &UseLatestRestorableTime=true"
        );
        assert_eq!(staging.refused(&restore).0, "InvalidParameterValue");
        let replica =
            format!("Action=CreateDBInstanceReadReplica&SourceDBInstanceIdentifier={id}&DBInstanceIdentifier=new");
        assert_eq!(staging.refused(&replica).0, "InvalidDBInstanceState");
        let (code, said) = staging.refused(&format!("{}&BackupRetentionPeriod=14", of("ModifyDBInstance")));
        assert_eq!(code, "InvalidParameterCombination");
        assert!(said.contains("luster"), "{said}");
        let named = format!("{}&FinalDBSnapshotIdentifier=last", of("DeleteDBInstance"));
        assert!(staging.refused(&named).0.starts_with("Invalid"));
        assert_eq!(one(&staging.look(0, id), "DBInstanceStatus"), "available");
    }
    // A class is the member's own, and so is its life, in Aurora.
    staging.ok(0, &format!("Action=ModifyDBInstance&DBInstanceIdentifier={AURORA}&DBInstanceClass=db.r6g.xlarge"));
    let delete = format!("Action=DeleteDBInstance&DBInstanceIdentifier={MULTI_AZ}&SkipFinalSnapshot=true");
    assert_eq!(staging.refused(&delete).0, "InvalidDBClusterStateFault");
    staging.ok(0, &format!("Action=DeleteDBInstance&DBInstanceIdentifier={AURORA}"));
}

#[test]
fn a_replica_of_a_cluster_is_a_replica() {
    let staging = Staging::new();
    let reader = "staging-catalog-reader";
    assert_eq!(texts(&staging.look(0, reader), "StatusType"), ["read replication"]);
    let (code, _) = staging.refused(&format!("Action=StopDBInstance&DBInstanceIdentifier={reader}"));
    assert_eq!(code, "InvalidDBInstanceState");
    staging.ok(0, &format!("Action=PromoteReadReplica&DBInstanceIdentifier={reader}"));
    let alone = staging.look(HOUR, reader);
    assert!(texts(&alone, "ReadReplicaSourceDBClusterIdentifier").is_empty(), "{alone}");
    assert_eq!(one(&alone, "DBInstanceStatus"), "available");
}

#[test]
fn a_blue_green_deployment_names_both_sides() {
    let staging = Staging::new();
    let all = staging.ok(0, "Action=DescribeBlueGreenDeployments");
    let (blue, green) = (one(&all, "Source"), one(&all, "Target"));
    assert_eq!(blue, "arn:aws:rds:eu-west-1:555566667777:db:staging-billing-db");
    assert_eq!(green, format!("{blue}-green-q7x2ma"));
    assert_eq!((one(&all, "SourceMember"), one(&all, "TargetMember")), (blue.clone(), green));
    let id = one(&all, "BlueGreenDeploymentIdentifier");
    let by_id = format!("Action=DescribeBlueGreenDeployments&BlueGreenDeploymentIdentifier={id}");
    assert_eq!(one(&staging.ok(0, &by_id), "BlueGreenDeploymentName"), "staging-billing-17");
    let filter = "Action=DescribeBlueGreenDeployments&Filters.Filter.1.Name=source&Filters.Filter.1.Values.Value.1";
    assert_eq!(texts(&staging.ok(0, &format!("{filter}={blue}")), "Source"), [blue.as_str()]);
    assert!(texts(&staging.ok(0, &format!("{filter}=other")), "Source").is_empty());
    let nobody = "Action=DescribeBlueGreenDeployments&BlueGreenDeploymentIdentifier=bgd-nobody";
    assert_eq!(staging.refused(nobody).0, "BlueGreenDeploymentNotFoundFault");
    let green = staging.look(0, "staging-billing-db-green-q7x2ma");
    assert_eq!(one(&green, "ReadReplicaSourceDBInstanceIdentifier"), "staging-billing-db");
}

#[test]
fn a_lost_key_is_recovered_by_a_start_within_seven_days() {
    let staging = Staging::new();
    let (id, start) = ("staging-vault-db", "Action=StartDBInstance&DBInstanceIdentifier=staging-vault-db");
    assert_eq!(one(&staging.look(0, id), "DBInstanceStatus"), "inaccessible-encryption-credentials-recoverable");
    assert_eq!(
        staging.refused("Action=RebootDBInstance&DBInstanceIdentifier=staging-vault-db").0,
        "InvalidDBInstanceState"
    );
    let healthy = staging.refused("Action=StartDBInstance&DBInstanceIdentifier=staging-shop-mysql").1;
    assert!(healthy.contains("stopped, inaccessible-encryption-credentials-recoverable"), "{healthy}");
    staging.ok(MINUTE, start);
    assert_eq!(one(&staging.look(HOUR, id), "DBInstanceStatus"), "available");
    assert_eq!(one(&staging.look(6 * DAY, id), "DBInstanceStatus"), "available");

    let late = Staging::new();
    assert_eq!(one(&late.look(6 * DAY, id), "DBInstanceStatus"), "inaccessible-encryption-credentials");
    assert_eq!(one(&late.ask(6 * DAY, start).1, "Code"), "InvalidDBInstanceState");
}

#[test]
fn a_waiting_upgrade_goes_out_with_any_immediate_change() {
    let staging = Staging::new();
    let id = "staging-ledger-db";
    assert_eq!(texts(&staging.look(0, id), "EngineVersion"), ["16.8", "17.5"]);
    let change = format!("Action=ModifyDBInstance&DBInstanceIdentifier={id}&MultiAZ=true&ApplyImmediately=true");
    assert_eq!(one(&staging.ok(0, &change), "DBInstanceStatus"), "upgrading");
    assert_eq!(texts(&staging.look(HOUR, id), "EngineVersion"), ["17.5"]);
}
