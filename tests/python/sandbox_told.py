"""What boto3 reads of databases, for a comparison with the console's own reading.
Arguments: the world's time, then accounts and regions as 111122223333/us-east-1."""

import datetime
import sys

from wire import client, equal, tell

NOW = datetime.datetime.fromisoformat(sys.argv[1])
WATCHED = (("CPUUtilization", "Average"), ("FreeStorageSpace", "Minimum"))


def every(made, call, key, **arguments):
    return [item for page in made.get_paginator(call).paginate(**arguments) for item in page[key]]


def datapoints(cloudwatch, ids):
    """Three hours of minutes: by metric and database, as pairs of seconds and value."""
    queries = []
    for name, stat in WATCHED:
        for i, database in enumerate(ids):
            dimensions = [{"Name": "DBInstanceIdentifier", "Value": database}]
            metric = {"Namespace": "AWS/RDS", "MetricName": name, "Dimensions": dimensions}
            stat_of = {"Metric": metric, "Period": 60, "Stat": stat}
            queries.append({"Id": f"{stat.lower()}{i}", "MetricStat": stat_of})
    span = {"StartTime": NOW - datetime.timedelta(hours=3), "EndTime": NOW, "ScanBy": "TimestampAscending"}
    answer = cloudwatch.get_metric_data(MetricDataQueries=queries, **span)
    assert "NextToken" not in answer
    found = {result["Id"]: result for result in answer["MetricDataResults"]}
    equal(set(found), {query["Id"] for query in queries})
    equal({result["StatusCode"] for result in found.values()}, {"Complete"})

    def points(result):
        return [[int(at.timestamp()), value] for at, value in zip(result["Timestamps"], result["Values"])]

    return {
        name: {database: points(found[f"{stat.lower()}{i}"]) for i, database in enumerate(ids)}
        for name, stat in WATCHED
    }


def site(account, region):
    rds, cloudwatch = client("rds", region, account), client("cloudwatch", region, account)
    instances = every(rds, "describe_db_instances", "DBInstances")
    ids = [instance["DBInstanceIdentifier"] for instance in instances]
    # A minute less than the fourteen days that RDS keeps, as the console asks.
    events = every(rds, "describe_events", "Events", SourceType="db-instance", Duration=14 * 1440 - 1)
    return {
        "instances": instances,
        "snapshots": {i: every(rds, "describe_db_snapshots", "DBSnapshots", DBInstanceIdentifier=i) for i in ids},
        "events": events,
        "maintenance": every(rds, "describe_pending_maintenance_actions", "PendingMaintenanceActions"),
        "alarms": every(cloudwatch, "describe_alarms", "MetricAlarms"),
        "composite": every(cloudwatch, "describe_alarms", "CompositeAlarms", AlarmTypes=["CompositeAlarm"]),
        "identity": client("sts", region, account).get_caller_identity(),
        "metrics": datapoints(cloudwatch, ids),
    }


tell({place: site(*place.split("/")) for place in sys.argv[2:]})
