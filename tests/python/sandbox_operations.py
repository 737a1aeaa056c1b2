"""Every operation that changes a database, driven by boto3. The sandbox's time goes 120 times as fast as ours:
six minutes of modifying are three seconds. It begins on a Monday at noon, far from any backup window."""

import time

from wire import ACCOUNT, client, equal, refused

rds, west = client("rds"), client("rds", "us-west-2")
PROD, QA, LAB, DR = "rentaliq-prod-db", "rentaliq-qa-db", "rentaliq-lab-db", "rentaliq-prod-db-dr"


def read(name, of=rds):
    return of.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]


def until(wanted, name, of=rds):
    """Waits for a status and gives those that came before, each once."""
    seen, deadline = [], time.monotonic() + 60
    while True:
        found = read(name, of)
        status = found["DBInstanceStatus"]
        if [status] != seen[-1:]:
            seen.append(status)
        if status == wanted:
            return found, seen
        assert time.monotonic() < deadline, seen
        time.sleep(0.02)


# Classes: deferred, then at once together with what waits.
waiting = rds.modify_db_instance(DBInstanceIdentifier=QA, DBInstanceClass="db.t3.large")["DBInstance"]
equal((waiting["DBInstanceStatus"], waiting["PendingModifiedValues"]), ("available", {"DBInstanceClass": "db.t3.large"}))
begun = rds.modify_db_instance(DBInstanceIdentifier=QA, AllocatedStorage=60, ApplyImmediately=True)["DBInstance"]
equal(begun["DBInstanceStatus"], "modifying")
equal(begun["PendingModifiedValues"], {"DBInstanceClass": "db.t3.large", "AllocatedStorage": 60})
refused("InvalidDBInstanceState", rds.modify_db_instance, DBInstanceIdentifier=QA, MultiAZ=True)
done, seen = until("storage-optimization", QA)
equal(seen, ["modifying", "storage-optimization"])
equal((done["DBInstanceClass"], done["AllocatedStorage"], done["PendingModifiedValues"]), ("db.t3.large", 60, {}))
equal(done["StorageOperationStatus"], "Optimizing")
assert 0 <= done["StorageOperationPercentProgress"] < 100, done
more = {"DBInstanceIdentifier": QA, "AllocatedStorage": 90, "ApplyImmediately": True}
told = refused("InvalidParameterCombination", rds.modify_db_instance, **more)
assert "previous storage change is being optimized" in told["Error"]["Message"], told
equal(rds.modify_db_instance(DBInstanceIdentifier=QA, MaxAllocatedStorage=150)["DBInstance"]["MaxAllocatedStorage"], 150)
same = rds.modify_db_instance(DBInstanceIdentifier=QA, DBInstanceClass="db.t3.large", ApplyImmediately=True)
equal(same["DBInstance"]["PendingModifiedValues"], {})

# Restarts.
refused("InvalidParameterCombination", rds.reboot_db_instance, DBInstanceIdentifier=LAB, ForceFailover=True)
equal(rds.reboot_db_instance(DBInstanceIdentifier=LAB)["DBInstance"]["DBInstanceStatus"], "rebooting")
until("available", LAB)
before = read(PROD)
rds.reboot_db_instance(DBInstanceIdentifier=PROD, ForceFailover=True)
after, _ = until("available", PROD)
zones = ("AvailabilityZone", "SecondaryAvailabilityZone")
equal([after[zone] for zone in zones], [before[zone] for zone in reversed(zones)])
refused("InvalidDBInstanceState", rds.reboot_db_instance, DBInstanceIdentifier=PROD, ForceFailover=True)

# Stop and start.
for name in (PROD, "rentaliq-prod-db-replica-1"):
    refused("InvalidDBInstanceState", rds.stop_db_instance, DBInstanceIdentifier=name)
equal(rds.stop_db_instance(DBInstanceIdentifier=LAB)["DBInstance"]["DBInstanceStatus"], "stopping")
stopped, _ = until("stopped", LAB)
assert "AutomaticRestartTime" in stopped, stopped
equal(rds.start_db_instance(DBInstanceIdentifier=LAB)["DBInstance"]["DBInstanceStatus"], "starting")
started, _ = until("available", LAB)
assert "AutomaticRestartTime" not in started, started
refused("InvalidDBInstanceState", rds.start_db_instance, DBInstanceIdentifier=LAB)

# Restores.
back = {"SourceDBInstanceIdentifier": PROD, "UseLatestRestorableTime": True}
refused("DBInstanceAlreadyExists", rds.restore_db_instance_to_point_in_time, TargetDBInstanceIdentifier=LAB, **back)
refused("InvalidParameterCombination", rds.restore_db_instance_to_point_in_time, TargetDBInstanceIdentifier="x",
        SourceDBInstanceIdentifier=PROD)
made = rds.restore_db_instance_to_point_in_time(TargetDBInstanceIdentifier="rentaliq-prod-back", **back)["DBInstance"]
equal((made["DBInstanceStatus"], made["MultiAZ"], made["DeletionProtection"]), ("creating", False, False))
snapshot = "rentaliq-prod-before-release-4-2"
made = rds.restore_db_instance_from_db_snapshot(
    DBInstanceIdentifier="rentaliq-prod-copy", DBSnapshotIdentifier=snapshot, DBInstanceClass="db.m7g.large",
    MultiAZ=True, DBSubnetGroupName="rentaliq-db-subnets", Tags=[{"Key": "Drill", "Value": "7"}],
)["DBInstance"]
equal((made["DBInstanceClass"], made["MultiAZ"], made["TagList"]), ("db.m7g.large", True, [{"Key": "Drill", "Value": "7"}]))
until("available", "rentaliq-prod-back")
there, _ = until("available", "rentaliq-prod-copy")
equal((there["DBSubnetGroup"]["DBSubnetGroupName"], there["StorageOperationStatus"]), ("rentaliq-db-subnets", "Initializing"))

# A copy in the other region.
source = rds.describe_db_snapshots(DBSnapshotIdentifier=snapshot)["DBSnapshots"][0]
copy = {"SourceDBSnapshotIdentifier": source["DBSnapshotArn"], "TargetDBSnapshotIdentifier": "prod-far"}
refused("InvalidParameterCombination", west.copy_db_snapshot, **copy)
key = f"arn:aws:kms:us-west-2:{ACCOUNT}:key/8d1e4b57-06fa-4c39-a2d7-1b9c5e70f346"
copied = west.copy_db_snapshot(**copy, KmsKeyId=key)["DBSnapshot"]
equal((copied["Status"], copied["SourceRegion"], copied["KmsKeyId"]), ("creating", "us-east-1", key))
refused("DBSnapshotAlreadyExists", west.copy_db_snapshot, **copy, KmsKeyId=key)
west.get_waiter("db_snapshot_available").wait(
    DBSnapshotIdentifier="prod-far", WaiterConfig={"Delay": 0.05, "MaxAttempts": 1200}
)

# A replica becomes an instance of its own.
refused("InvalidDBInstanceState", rds.promote_read_replica, DBInstanceIdentifier=LAB)
west.promote_read_replica(DBInstanceIdentifier=DR, BackupRetentionPeriod=7, PreferredBackupWindow="05:00-06:00")
alone, seen = until("available", DR, west)
equal(seen, ["modifying", "rebooting", "backing-up", "available"])
assert "ReadReplicaSourceDBInstanceIdentifier" not in alone and not alone.get("StatusInfos"), alone
equal((alone["BackupRetentionPeriod"], alone["PreferredBackupWindow"]), (7, "05:00-06:00"))
equal(read(PROD)["ReadReplicaDBInstanceIdentifiers"], ["rentaliq-prod-db-replica-1"])

# Maintenance and tags.
arn = read(PROD)["DBInstanceArn"]
applied = rds.apply_pending_maintenance_action(
    ResourceIdentifier=arn, ApplyAction="db-upgrade", OptInType="immediate"
)["ResourcePendingMaintenanceActions"]
equal(applied["ResourceIdentifier"], arn)
upgraded, seen = until("available", PROD)
assert "upgrading" in seen, seen
equal(upgraded["EngineVersion"], "16.8")
refused("ResourceNotFoundFault", rds.apply_pending_maintenance_action, ResourceIdentifier=arn,
        ApplyAction="db-upgrade", OptInType="immediate")
rds.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "Drill", "Value": "7"}])
assert {"Key": "Drill", "Value": "7"} in rds.list_tags_for_resource(ResourceName=arn)["TagList"]
rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["Drill"])
assert "Drill" not in [tag["Key"] for tag in rds.list_tags_for_resource(ResourceName=arn)["TagList"]]

# Deletion.
protected = refused("InvalidParameterCombination", rds.delete_db_instance, DBInstanceIdentifier=PROD, SkipFinalSnapshot=True)
assert "disable deletion protection" in protected["Error"]["Message"], protected
refused("InvalidParameterCombination", rds.delete_db_instance, DBInstanceIdentifier=LAB)
deleted = rds.delete_db_instance(
    DBInstanceIdentifier=LAB, FinalDBSnapshotIdentifier="lab-last", DeleteAutomatedBackups=False
)["DBInstance"]
equal(deleted["DBInstanceStatus"], "deleting")
rds.get_waiter("db_instance_deleted").wait(DBInstanceIdentifier=LAB, WaiterConfig={"Delay": 0.05, "MaxAttempts": 1200})
last = rds.describe_db_snapshots(DBSnapshotIdentifier="lab-last")["DBSnapshots"][0]
equal((last["Status"], last["DBInstanceIdentifier"]), ("available", LAB))
refused("DBInstanceAutomatedBackupNotFound", rds.describe_db_instance_automated_backups, DBInstanceIdentifier=LAB)
kept = rds.describe_db_instance_automated_backups(DbiResourceId=deleted["DbiResourceId"])["DBInstanceAutomatedBackups"]
equal([backup["Status"] for backup in kept], ["retained"])

# What can be ordered.
orderable = {"Engine": "postgres", "DBInstanceClass": "db.m7g.large", "EngineVersion": "16.8"}
options = rds.describe_orderable_db_instance_options(**orderable)["OrderableDBInstanceOptions"]
equal([option["StorageType"] for option in options], ["gp2", "gp3", "io1", "io2"])
assert all(option["MultiAZCapable"] and option["ReadReplicaCapable"] for option in options), options
every = rds.get_paginator("describe_orderable_db_instance_options").paginate(Engine="postgres")
classes = {option["DBInstanceClass"] for page in every for option in page["OrderableDBInstanceOptions"]}
assert {"db.t3.micro", "db.r7g.16xlarge"} <= classes, classes
