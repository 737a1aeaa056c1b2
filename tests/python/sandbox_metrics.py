"""CloudWatch of the sandbox, as boto3 reads it in each protocol that its service model lists, in the
quiet world that stands still at 03:12:44."""

import datetime
import math
import re

from wire import client, equal, refused

NOW = datetime.datetime(2026, 11, 22, 3, 12, 44, tzinfo=datetime.timezone.utc)
MINUTE, HOUR, DAY = (datetime.timedelta(**{unit: 1}) for unit in ("minutes", "hours", "days"))
DATABASES = ["rentaliq-lab-db", "rentaliq-prod-db", "rentaliq-prod-db-replica-1", "rentaliq-qa-db"]
METRICS = [
    "CPUUtilization", "DatabaseConnections", "FreeStorageSpace", "FreeableMemory", "ReadLatency", "WriteLatency",
    "ReadIOPS", "WriteIOPS", "DiskQueueDepth", "NetworkReceiveThroughput", "NetworkTransmitThroughput",
]  # fmt: skip


def metric(name, database):
    dimensions = [{"Name": "DBInstanceIdentifier", "Value": database}]
    return {"Namespace": "AWS/RDS", "MetricName": name, "Dimensions": dimensions}


def query(identifier, name="CPUUtilization", database="rentaliq-prod-db", stat="Average", period=60, **more):
    stat = {"Metric": metric(name, database), "Period": period, "Stat": stat}
    return {"Id": identifier, "MetricStat": stat, **more}


def math_query(identifier, expression, **more):
    return {"Id": identifier, "Expression": expression, **more}


def read(made, queries, start=NOW - HOUR, end=NOW, **more):
    """All pages of an answer: points by query id, and how many pages there were."""
    points, count, status = {query["Id"]: [] for query in queries}, 0, {}
    arguments = {"MetricDataQueries": queries, "StartTime": start, "EndTime": end, **more}
    for page in made.get_paginator("get_metric_data").paginate(**arguments):
        count += 1
        assert sum(len(result["Values"]) for result in page["MetricDataResults"]) <= 100_800
        for result in page["MetricDataResults"]:
            assert len(result["Timestamps"]) == len(result["Values"]), result
            points[result["Id"]] += zip(result["Timestamps"], result["Values"])
            status[result["Id"]] = result["StatusCode"]
    equal(set(status.values()), {"Complete"})
    return points, count


def in_any_protocol(cloudwatch):
    # An hour of minutes, aligned and newest first.
    points, _ = read(cloudwatch, [query("m")])
    times = [at for at, _ in points["m"]]
    equal(times, sorted(times, reverse=True))
    assert all(at.second == 0 and NOW - HOUR - MINUTE <= at < NOW for at in times), times
    assert 55 <= len(times) <= 60, len(times)
    assert all(0 <= value <= 100 for _, value in points["m"])
    ascending, _ = read(cloudwatch, [query("m")], ScanBy="TimestampAscending")
    equal(ascending["m"], points["m"][::-1])

    # Metric math is that of its operands; what is not returned is not told.
    hidden = {"ReturnData": False}
    queries = [
        query("low", stat="Minimum", **hidden),
        query("high", stat="Maximum"),
        query("mean"),
        math_query("spread", "high - low"),
        math_query("half", "(high + low) / 2", Label="middle"),
    ]
    asked = {"MetricDataQueries": queries, "StartTime": NOW - HOUR, "EndTime": NOW}
    results = {result["Id"]: result for result in cloudwatch.get_metric_data(**asked)["MetricDataResults"]}
    equal(set(results), {"high", "mean", "spread", "half"})
    equal(results["half"]["Label"], "middle")
    for high, mean, spread, half in zip(*(results[name]["Values"] for name in ("high", "mean", "spread", "half"))):
        assert high - spread <= mean + 1e-9 and mean <= high + 1e-9 and spread >= 0, (high, mean, spread)
        assert math.isclose(half, high - spread / 2, rel_tol=1e-9), (half, high, spread)

    # Five hundred queries in one call, and not one more.
    stats = ["Average", "Minimum", "Maximum", "Sum", "SampleCount", "p50", "p90", "p99"]
    kinds = [(name, database, stat) for name in METRICS for database in DATABASES for stat in stats]
    many = [query(f"q{i}", *kinds[i % len(kinds)]) for i in range(500)]
    found, count = read(cloudwatch, many, NOW - 10 * MINUTE)
    equal((len(found), count), (500, 1))
    assert all(found.values()), [name for name, values in found.items() if not values]
    equal(found["q0"], found[f"q{len(kinds)}"])
    asked = {"StartTime": NOW - HOUR, "EndTime": NOW}
    refused("ValidationError", cloudwatch.get_metric_data, MetricDataQueries=[*many, query("one")], **asked)
    refused("ValidationError", cloudwatch.get_metric_data, MetricDataQueries=[math_query("e", "m1 +")], **asked)
    refused("ValidationError", cloudwatch.get_metric_data, MetricDataQueries=[query("m", period=7)], **asked)
    refused(
        "ValidationError", cloudwatch.get_metric_data, MetricDataQueries=[query("m")], StartTime=NOW, EndTime=NOW
    )
    other = cloudwatch.get_metric_data(MetricDataQueries=[query("m", database="nobody")], **asked)
    equal([(r["Values"], r["StatusCode"]) for r in other["MetricDataResults"]], [([], "Complete")])

    # GetMetricStatistics tells the same as GetMetricData.
    points, _ = read(cloudwatch, [query("m", period=300)], NOW - DAY, NOW - HOUR)
    asked = {**metric("CPUUtilization", "rentaliq-prod-db"), "StartTime": NOW - DAY, "EndTime": NOW - HOUR}
    asked |= {"Period": 300, "Statistics": ["Average", "Maximum", "SampleCount"]}
    told = cloudwatch.get_metric_statistics(**asked)
    equal((told["Label"], {point["Unit"] for point in told["Datapoints"]}), ("CPUUtilization", {"Percent"}))
    assert len(told["Datapoints"]) > 200
    by_minute, _ = read(cloudwatch, [query("m")], NOW - DAY - 5 * MINUTE, NOW - HOUR + 5 * MINUTE)
    minutes = dict(by_minute["m"])
    for point in told["Datapoints"]:
        values = [minutes[point["Timestamp"] + n * MINUTE] for n in range(5)]
        assert math.isclose(point["Average"], sum(values) / 5, rel_tol=1e-6), (point, values)
    percentile = {**asked, "ExtendedStatistics": ["p90"]}
    del percentile["Statistics"]
    told = cloudwatch.get_metric_statistics(**percentile)
    assert all(set(point["ExtendedStatistics"]) == {"p90"} for point in told["Datapoints"])
    too_many = {**asked, "Period": 60, "StartTime": NOW - 2 * DAY}
    refused("InvalidParameterCombination", cloudwatch.get_metric_statistics, **too_many)
    refused("InvalidParameterValue", cloudwatch.get_metric_statistics, **{**asked, "Period": 7})

    # What there is, and what watches it.
    listed = [m for page in cloudwatch.get_paginator("list_metrics").paginate() for m in page["Metrics"]]
    equal({m["Dimensions"][0]["Value"] for m in listed}, set(DATABASES))
    lag = cloudwatch.list_metrics(Namespace="AWS/RDS", MetricName="ReplicaLag")["Metrics"]
    equal(lag, [metric("ReplicaLag", "rentaliq-prod-db-replica-1")])
    equal(cloudwatch.list_metrics(Namespace="AWS/EC2")["Metrics"], [])
    pages = cloudwatch.get_paginator("describe_alarms").paginate(PaginationConfig={"PageSize": 4})
    alarms = [alarm for page in pages for alarm in page["MetricAlarms"]]
    equal(alarms, cloudwatch.describe_alarms()["MetricAlarms"])
    names = [alarm["AlarmName"] for alarm in alarms]
    equal(names, sorted(names))
    equal({alarm["Dimensions"][0]["Value"] for alarm in alarms}, set(DATABASES))
    for alarm in alarms:
        assert alarm["StateReason"] and alarm["StateUpdatedTimestamp"] <= NOW, alarm
        assert alarm["Period"] in (60, 300) and alarm["Statistic"] in ("Average", "Minimum", "Maximum"), alarm
    quiet = [alarm for alarm in alarms if alarm["StateValue"] == "OK"]
    equal(cloudwatch.describe_alarms(StateValue="OK")["MetricAlarms"], quiet)
    by_prefix = cloudwatch.describe_alarms(AlarmNamePrefix="rentaliq-qa-db-")["MetricAlarms"]
    equal(by_prefix, [alarm for alarm in alarms if alarm["AlarmName"].startswith("rentaliq-qa-db-")])
    equal(cloudwatch.describe_alarms(AlarmNames=names[:2])["MetricAlarms"], alarms[:2])
    refused("ValidationError", cloudwatch.describe_alarms, MaxRecords=101)
    refused("InvalidNextToken", cloudwatch.describe_alarms, NextToken="nonsense")

    # Composite alarms come when they are asked for, in pages together with the others.
    equal(cloudwatch.describe_alarms()["CompositeAlarms"], [])
    answer = cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"])
    composites = answer["CompositeAlarms"]
    equal(answer["MetricAlarms"], [])
    equal([a["AlarmName"] for a in composites], [f"rentaliq-{name}-database" for name in ("lab", "prod", "qa")])
    pages = cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmTypes=["MetricAlarm", "CompositeAlarm"], PaginationConfig={"PageSize": 2}
    )
    pages = list(pages)
    assert all(len(page["MetricAlarms"]) + len(page["CompositeAlarms"]) <= 2 for page in pages), pages
    equal([alarm for page in pages for alarm in page["MetricAlarms"]], alarms)
    equal([alarm for page in pages for alarm in page["CompositeAlarms"]], composites)
    looked_at = []
    for composite in composites:
        children = cloudwatch.describe_alarms(ChildrenOfAlarmName=composite["AlarmName"])["MetricAlarms"]
        found = [child["AlarmName"] for child in children]
        equal(found, re.findall(r'ALARM\("([^"]+)"\)', composite["AlarmRule"]))
        looked_at += found
        in_alarm = any(child["StateValue"] == "ALARM" for child in children)
        equal(composite["StateValue"], "ALARM" if in_alarm else "OK")
    equal(sorted(looked_at), names)
    kin = {"ParentsOfAlarmName": names[0]}
    equal(len(cloudwatch.describe_alarms(**kin)["CompositeAlarms"]), 1)
    for more in (
        {"StateValue": "OK"},
        {"AlarmTypes": ["MetricAlarm"]},
        {"AlarmNames": names},
        {"AlarmNamePrefix": "a"},
        {"ActionPrefix": "arn"},
        {"ChildrenOfAlarmName": "a"},
    ):
        refused("ValidationError", cloudwatch.describe_alarms, **kin, **more)
    equal(
        [alarm["AlarmName"] for alarm in alarms if not alarm["ActionsEnabled"]], ["rentaliq-qa-db-storage-low"]
    )

    # The newest change in an alarm's history is how it came into its state.
    kept = NOW - 30 * DAY
    for alarm in alarms:
        asked = {"AlarmName": alarm["AlarmName"], "HistoryItemType": "StateUpdate", "MaxRecords": 1}
        items = cloudwatch.describe_alarm_history(**asked)["AlarmHistoryItems"]
        since = [item["Timestamp"] for item in items]
        equal(since, [alarm["StateUpdatedTimestamp"]] if alarm["StateUpdatedTimestamp"] >= kept else [])

    limited, count = read(cloudwatch, [query("m"), query("n", "ReadIOPS")], MaxDatapoints=50)
    assert count > 1, count
    equal(limited, read(cloudwatch, [query("m"), query("n", "ReadIOPS")])[0])
    return found, alarms


def more_than_fits_into_one_answer(cloudwatch):
    """It comes in several, and is the same the second time."""
    week = [query(f"w{i}", name) for i, name in enumerate(METRICS)]
    assert 7 * 1440 * len(week) > 100_800
    first, count = read(cloudwatch, week, NOW - 7 * DAY)
    equal(count, 2)
    for name, values in first.items():
        times = [at for at, _ in values]
        equal((len(times), times), (len(set(times)), sorted(times, reverse=True)))
        assert len(times) >= 7 * 1440 - 10, (name, len(times))
    equal(read(cloudwatch, week, NOW - 7 * DAY), (first, count))


answers = []
for protocol in ("smithy-rpc-v2-cbor", "json", "query"):
    answers.append(in_any_protocol(client("cloudwatch", protocol=protocol)))
equal(answers[0], answers[1])
equal(answers[0], answers[2])
more_than_fits_into_one_answer(client("cloudwatch"))
