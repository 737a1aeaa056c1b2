"""What is created in the sandbox comes to life by itself. Its time goes 120 times as fast as ours:
an instance is there after three seconds."""

import time

from wire import client, equal, refused

rds = client("rds")
QUICKLY = {"Delay": 0.02, "MaxAttempts": 1500}
NEW = {
    "DBInstanceIdentifier": "Orders-DB",
    "DBInstanceClass": "db.t3.small",
    "Engine": "postgres",
    "EngineVersion": "17.5",
    "AllocatedStorage": 50,
    "MasterUsername": "owner",
    "MasterUserPassword": "correct-horse",
    "BackupRetentionPeriod": 7,
    "Tags": [{"Key": "Owner", "Value": "oncall"}],
}


def read(name="orders-db"):
    return rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]


def statuses_until_available(name):
    """Each status once, in the order in which they came."""
    seen, deadline = [], time.monotonic() + 30
    while not seen or seen[-1] != "available":
        assert time.monotonic() < deadline, seen
        status = read(name)["DBInstanceStatus"]
        if [status] != seen[-1:]:
            seen.append(status)
        time.sleep(0.02)
    return seen


made = rds.create_db_instance(**NEW)["DBInstance"]
equal((made["DBInstanceIdentifier"], made["DBInstanceStatus"]), ("orders-db", "creating"))
assert "Endpoint" not in made and "InstanceCreateTime" not in made, made
equal(made["PendingModifiedValues"], {"MasterUserPassword": "****"})
refused("DBInstanceAlreadyExists", rds.create_db_instance, **NEW)
early = {"DBInstanceIdentifier": "orders-db", "DBSnapshotIdentifier": "orders-early"}
refused("InvalidDBInstanceState", rds.create_db_snapshot, **early)
equal(statuses_until_available("orders-db"), ["creating", "backing-up", "available"])
there = read()
equal((there["Endpoint"]["Port"], there["AllocatedStorage"], there["BackupRetentionPeriod"]), (5432, 50, 7))
equal(there["TagList"], NEW["Tags"])
assert there["Endpoint"]["Address"].startswith("orders-db."), there
equal(there["DbiResourceId"], made["DbiResourceId"])

for wrong in (
    {"DBInstanceIdentifier": "1-orders"},
    {"DBInstanceIdentifier": "other", "DBInstanceClass": "db.huge"},
    {"DBInstanceIdentifier": "other", "AllocatedStorage": 5},
    {"DBInstanceIdentifier": "other", "Engine": "oracle-ee"},
    {"DBInstanceIdentifier": "other", "BackupRetentionPeriod": 36},
):
    refused("InvalidParameterValue", rds.create_db_instance, **{**NEW, **wrong})

# A snapshot keeps its instance busy while it is taken.
snapshot = {"DBInstanceIdentifier": "orders-db", "DBSnapshotIdentifier": "orders-manual"}
taken = rds.create_db_snapshot(**snapshot, Tags=[{"Key": "Why", "Value": "test"}])["DBSnapshot"]
equal((taken["Status"], taken["SnapshotType"], taken["AllocatedStorage"]), ("creating", "manual", 50))
assert taken["PercentProgress"] < 100, taken
equal(read()["DBInstanceStatus"], "backing-up")
refused("DBSnapshotAlreadyExists", rds.create_db_snapshot, **snapshot)
again = {**snapshot, "DBSnapshotIdentifier": "orders-again"}
refused("InvalidDBInstanceState", rds.create_db_snapshot, **again)
refused("InvalidDBSnapshotState", rds.delete_db_snapshot, DBSnapshotIdentifier="orders-manual")
unknown = {**snapshot, "DBInstanceIdentifier": "nobody", "DBSnapshotIdentifier": "orders-nobody"}
refused("DBInstanceNotFound", rds.create_db_snapshot, **unknown)
rds.get_waiter("db_snapshot_available").wait(DBSnapshotIdentifier="orders-manual", WaiterConfig=QUICKLY)
done = rds.describe_db_snapshots(DBSnapshotIdentifier="orders-manual")["DBSnapshots"][0]
equal((done["PercentProgress"], done["TagList"]), (100, [{"Key": "Why", "Value": "test"}]))

# A replica belongs to its source and has no backups.
rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier="orders-db", WaiterConfig=QUICKLY)
replica = {"DBInstanceIdentifier": "orders-replica", "SourceDBInstanceIdentifier": "orders-db"}
made = rds.create_db_instance_read_replica(**replica)["DBInstance"]
equal((made["ReadReplicaSourceDBInstanceIdentifier"], made["BackupRetentionPeriod"]), ("orders-db", 0))
refused("DBInstanceNotFound", rds.create_db_instance_read_replica, **{**replica, "SourceDBInstanceIdentifier": "nobody"})
equal(statuses_until_available("orders-replica"), ["creating", "available"])
equal(read()["ReadReplicaDBInstanceIdentifiers"], ["orders-replica"])
equal([info["Status"] for info in read("orders-replica")["StatusInfos"]], ["replicating"])

deleted = rds.delete_db_snapshot(DBSnapshotIdentifier="orders-manual")["DBSnapshot"]
equal(deleted["Status"], "deleted")
refused("DBSnapshotNotFound", rds.describe_db_snapshots, DBSnapshotIdentifier="orders-manual")
told = rds.describe_events(SourceType="db-instance", SourceIdentifier="orders-db", Duration=60)["Events"]
messages = [event["Message"] for event in told]
for message in ("DB instance created", "Backing up DB instance", "Finished DB Instance backup"):
    assert message in messages, messages
