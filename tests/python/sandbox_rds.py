"""RDS and STS of the sandbox, as boto3 reads them, in the quiet world that stands still at 03:12:44."""

import datetime

from wire import ACCOUNT, client, equal, refused

NOW = datetime.datetime(2026, 11, 22, 3, 12, 44, tzinfo=datetime.timezone.utc)
DAY = datetime.timedelta(days=1)
rds = client("rds")
ARN = f"arn:aws:rds:us-east-1:{ACCOUNT}:db:rentaliq-prod-db"


def every(call, key, **arguments):
    return [item for page in rds.get_paginator(call).paginate(**arguments) for item in page[key]]


def ids(instances):
    return [instance["DBInstanceIdentifier"] for instance in instances]


# Instances, by list, by name and ARN, and by filter.
instances = every("describe_db_instances", "DBInstances")
equal(ids(instances), ["rentaliq-lab-db", "rentaliq-prod-db", "rentaliq-prod-db-replica-1", "rentaliq-qa-db"])
prod = instances[1]
equal((prod["DBInstanceArn"], prod["DBInstanceClass"], prod["MultiAZ"]), (ARN, "db.t3.medium", True))
equal(
    prod["ReadReplicaDBInstanceIdentifiers"],
    ["rentaliq-prod-db-replica-1", f"arn:aws:rds:us-west-2:{ACCOUNT}:db:rentaliq-prod-db-dr"],
)
for name in ("rentaliq-prod-db", "RentalIQ-Prod-DB", ARN):
    equal(rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"], [prod])
for name, values in (
    ("db-instance-id", ["rentaliq-prod-db"]),
    ("db-instance-id", [ARN]),
    ("dbi-resource-id", [prod["DbiResourceId"]]),
):
    equal(rds.describe_db_instances(Filters=[{"Name": name, "Values": values}])["DBInstances"], [prod])
equal(rds.describe_db_instances(Filters=[{"Name": "engine", "Values": ["mysql"]}])["DBInstances"], [])
equal(len(rds.describe_db_instances(Filters=[{"Name": "engine", "Values": ["mysql", "postgres"]}])["DBInstances"]), 4)
replica = instances[2]
equal(replica["ReadReplicaSourceDBInstanceIdentifier"], "rentaliq-prod-db")
equal([info["Normal"] for info in replica["StatusInfos"]], [True])

missing = refused("DBInstanceNotFound", rds.describe_db_instances, DBInstanceIdentifier="nobody")
equal(missing["ResponseMetadata"]["HTTPStatusCode"], 404)
try:
    rds.describe_db_instances(DBInstanceIdentifier="nobody")
except rds.exceptions.DBInstanceNotFoundFault:
    pass  # Botocore knows the code as the model's exception.
for size in (19, 101):
    refused("InvalidParameterValue", rds.describe_db_instances, MaxRecords=size)
refused("InvalidParameterValue", rds.describe_db_instances, Filters=[{"Name": "colour", "Values": ["red"]}])
refused("InvalidParameterValue", rds.describe_db_instances, Marker="nonsense")

# Snapshots and automated backups.
snapshots = every("describe_db_snapshots", "DBSnapshots")
equal(every("describe_db_snapshots", "DBSnapshots", PaginationConfig={"PageSize": 20}), snapshots)
automated = every("describe_db_snapshots", "DBSnapshots", SnapshotType="automated")
manual = every("describe_db_snapshots", "DBSnapshots", SnapshotType="manual")
equal(len(automated) + len(manual), len(snapshots))
assert all(snapshot["DBSnapshotIdentifier"].startswith("rds:") for snapshot in automated)
of_prod = every("describe_db_snapshots", "DBSnapshots", DBInstanceIdentifier="rentaliq-prod-db")
equal(of_prod, [s for s in snapshots if s["DBInstanceIdentifier"] == "rentaliq-prod-db"])
assert len(of_prod) >= 30, len(of_prod)  # One a day, kept for 30 days.
one = of_prod[0]
equal(rds.describe_db_snapshots(DBSnapshotIdentifier=one["DBSnapshotIdentifier"])["DBSnapshots"], [one])
equal(every("describe_db_snapshots", "DBSnapshots", DBInstanceIdentifier="nobody"), [])
refused("DBSnapshotNotFound", rds.describe_db_snapshots, DBSnapshotIdentifier="nobody")
for snapshot in snapshots:
    assert snapshot["SnapshotCreateTime"] <= NOW, snapshot
    assert 0 <= snapshot["PercentProgress"] <= 100, snapshot
    equal((snapshot["Status"] == "available"), (snapshot["PercentProgress"] == 100))

backups = every("describe_db_instance_automated_backups", "DBInstanceAutomatedBackups")
by_id = {instance["DBInstanceIdentifier"]: instance for instance in instances}
equal(set(ids(backups)), {name for name, i in by_id.items() if i["BackupRetentionPeriod"]})
for backup in backups:
    window, instance = backup["RestoreWindow"], by_id[backup["DBInstanceIdentifier"]]
    equal((backup["Status"], window["LatestTime"]), ("active", instance["LatestRestorableTime"]))
    assert NOW - window["LatestTime"] < datetime.timedelta(minutes=10), window
    reach = NOW - window["EarliestTime"]
    assert reach <= (backup["BackupRetentionPeriod"] + 1) * DAY, (reach, backup)

# Events: an hour unless asked otherwise, fourteen days at most.
events = every("describe_events", "Events", Duration=20160)
equal([event["Date"] for event in events], sorted(event["Date"] for event in events))
assert all(NOW - 14 * DAY <= event["Date"] <= NOW for event in events)
equal(every("describe_events", "Events", Duration=20160, PaginationConfig={"PageSize": 20}), events)
equal(every("describe_events", "Events"), [e for e in events if e["Date"] >= NOW - DAY / 24])
equal(every("describe_events", "Events", StartTime=NOW - 14 * DAY, EndTime=NOW), events)
two_days = (NOW - 3 * DAY, NOW - DAY)
equal(
    every("describe_events", "Events", StartTime=two_days[0], EndTime=two_days[1]),
    [e for e in events if two_days[0] <= e["Date"] <= two_days[1]],
)
backup = every("describe_events", "Events", Duration=20160, EventCategories=["backup"])
equal(backup, [e for e in events if "backup" in e["EventCategories"]])
assert len(backup) > 40, len(backup)
equal(every("describe_events", "Events", Duration=20160, EventCategories=["failover"]), [])
of_qa = every("describe_events", "Events", Duration=20160, SourceType="db-instance", SourceIdentifier="rentaliq-qa-db")
equal(of_qa, [e for e in events if e["SourceIdentifier"] == "rentaliq-qa-db"])
assert of_qa
refused("InvalidParameterCombination", rds.describe_events, SourceIdentifier="rentaliq-qa-db")
refused("InvalidParameterValue", rds.describe_events, Duration=20161)
refused("InvalidParameterValue", rds.describe_events, StartTime=NOW - 15 * DAY)

# Pending maintenance and tags.
pending = every("describe_pending_maintenance_actions", "PendingMaintenanceActions")
of_prod = next(entry for entry in pending if entry["ResourceIdentifier"] == ARN)
equal(
    [action["Action"] for action in of_prod["PendingMaintenanceActionDetails"]], ["system-update", "db-upgrade"]
)
assert all(action["CurrentApplyDate"] > NOW for action in of_prod["PendingMaintenanceActionDetails"])
equal(rds.describe_pending_maintenance_actions(ResourceIdentifier=ARN)["PendingMaintenanceActions"], [of_prod])
by_filter = [{"Name": "db-instance-id", "Values": ["rentaliq-prod-db"]}]
equal(rds.describe_pending_maintenance_actions(Filters=by_filter)["PendingMaintenanceActions"], [of_prod])
refused("ResourceNotFoundFault", rds.describe_pending_maintenance_actions, ResourceIdentifier=f"{ARN}-x")
for instance in instances:
    tags = rds.list_tags_for_resource(ResourceName=instance["DBInstanceArn"])["TagList"]
    equal(tags, instance["TagList"])
    assert {"Key": "Project", "Value": "RentalIQ"} in tags, tags
for snapshot in (automated[0], *manual[:1]):
    tags = rds.list_tags_for_resource(ResourceName=snapshot["DBSnapshotArn"])["TagList"]
    equal(tags, snapshot["TagList"])
refused("DBInstanceNotFound", rds.list_tags_for_resource, ResourceName=f"{ARN}-x")

# Regions and accounts are apart; who calls is told by the access key.
equal(ids(client("rds", "us-west-2").describe_db_instances()["DBInstances"]), ["rentaliq-prod-db-dr"])
equal(client("rds", "ap-south-1").describe_db_instances()["DBInstances"], [])
other = client("rds", "eu-west-1", "444455556666")
assert "prod-orders-db" in ids(other.describe_db_instances()["DBInstances"])
for account in (ACCOUNT, "444455556666", "999900001111"):
    identity = client("sts", account=account).get_caller_identity()
    equal(identity["Account"], account)
    equal(identity["Arn"], f"arn:aws:sts::{account}:assumed-role/reader/oncall")
    assert identity["UserId"].endswith(":oncall"), identity
refused("InvalidAction", client("sts").get_federation_token, Name="anybody")
