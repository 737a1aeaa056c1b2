"""Long lists of the sandbox, page by page. Arguments: the number of DB instances."""

import sys

from wire import client, equal

count = int(sys.argv[1])
rds, cloudwatch = client("rds"), client("cloudwatch")


def pages(made, call, key, size=None, **arguments):
    config = {"PageSize": size} if size else {}
    return [page[key] for page in made.get_paginator(call).paginate(PaginationConfig=config, **arguments)]


def once(found, name):
    names = [name(item) for page in found for item in page]
    equal(len(names), len(set(names)))
    return names


def identifier(instance):
    return instance["DBInstanceIdentifier"]


whole = pages(rds, "describe_db_instances", "DBInstances")
equal([len(page) for page in whole], [100] * (count // 100) + [count % 100])
names = once(whole, identifier)
equal(names, sorted(names))
small = pages(rds, "describe_db_instances", "DBInstances", 20)
equal(len(small), -(-count // 20))
equal([i for page in small for i in page], [i for page in whole for i in page])

snapshots = pages(rds, "describe_db_snapshots", "DBSnapshots")
assert len(snapshots) > 2, len(snapshots)
once(snapshots, lambda snapshot: snapshot["DBSnapshotArn"])

metrics = pages(cloudwatch, "list_metrics", "Metrics", Namespace="AWS/RDS")
assert len(metrics) > 2 and all(len(page) <= 500 for page in metrics), len(metrics)
found = once(metrics, lambda metric: (metric["MetricName"], metric["Dimensions"][0]["Value"]))
equal({database for name, database in found if name == "CPUUtilization"}, set(names))

alarms = pages(cloudwatch, "describe_alarms", "MetricAlarms", 100)
assert len(alarms) > 2 and all(len(page) <= 100 for page in alarms), len(alarms)
once(alarms, lambda alarm: alarm["AlarmArn"])
kinds = ["MetricAlarm", "CompositeAlarm"]
both = list(
    cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=kinds, PaginationConfig={"PageSize": 100})
)
assert all(len(page["MetricAlarms"]) + len(page["CompositeAlarms"]) <= 100 for page in both)
equal([alarm for page in both for alarm in page["MetricAlarms"]], [alarm for page in alarms for alarm in page])
composites = once([page["CompositeAlarms"] for page in both], lambda alarm: alarm["AlarmArn"])
equal(len(composites), 3)
