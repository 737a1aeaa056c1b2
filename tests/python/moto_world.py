"""Makes a large account in moto, and tells what boto3 then reads of it.

Arguments: the number of DB instances.
"""

import sys

from wire import client, equal, tell

count = int(sys.argv[1])
rds = client("rds")

# Every instance differs from its neighbours in all that a console shows.
CLASSES = ["db.t3.micro", "db.t4g.medium", "db.m6g.large", "db.r6g.xlarge"]
VERSIONS = ["13.14", "15.7", "16.3", "17.5"]
NAME = "orders-{:03}"
replicas = ["orders-000-replica-1", "orders-000-replica-2"]

for i in range(count - len(replicas)):
    rds.create_db_instance(
        DBInstanceIdentifier=NAME.format(i),
        DBInstanceClass=CLASSES[i % 4],
        Engine="postgres",
        EngineVersion=VERSIONS[i % 3],
        AllocatedStorage=20 + i,
        MaxAllocatedStorage=100 + i,
        StorageType=["gp3", "gp2"][i % 2],
        MultiAZ=i % 3 == 0,
        BackupRetentionPeriod=i % 36,
        PreferredBackupWindow="02:00-03:00",
        PreferredMaintenanceWindow="sun:04:00-sun:05:00",
        DeletionProtection=i % 5 == 0,
        PubliclyAccessible=i % 7 == 0,
        StorageEncrypted=i % 2 == 0,
        AutoMinorVersionUpgrade=i % 4 == 0,
        EnablePerformanceInsights=i % 6 == 0,
        EnableCloudwatchLogsExports=["postgresql", "upgrade"] if i % 8 == 0 else [],
        Port=5432 + i % 4,
        DBName=f"orders{i}",
        MasterUsername=f"owner{i}",
        MasterUserPassword="correct-horse",
        Tags=[
            {"Key": "Project", "Value": "RentalIQ"},
            {"Key": "Environment", "Value": ["lab", "qa", "prod"][i % 3]},
            {"Key": "Note", "Value": f"<{i}> & \"käse\" 東京"},
        ],
    )
for replica in replicas:
    rds.create_db_instance_read_replica(DBInstanceIdentifier=replica, SourceDBInstanceIdentifier=NAME.format(0))
for n in range(3):
    rds.create_db_snapshot(
        DBInstanceIdentifier=NAME.format(1),
        DBSnapshotIdentifier=f"orders-001-manual-{n}",
        Tags=[{"Key": "Owner", "Value": "oncall"}],
    )

pages = list(rds.get_paginator("describe_db_instances").paginate(PaginationConfig={"PageSize": 50}))
assert len(pages) >= count // 50, len(pages)
instances = [instance for page in pages for instance in page["DBInstances"]]
equal(len({instance["DBInstanceIdentifier"] for instance in instances}), count)
tell(
    {
        "instances": instances,
        "snapshots": rds.describe_db_snapshots(DBInstanceIdentifier=NAME.format(1))["DBSnapshots"],
        "events": rds.describe_events(SourceType="db-instance", Duration=1440)["Events"],
        "identity": client("sts").get_caller_identity(),
    }
)
