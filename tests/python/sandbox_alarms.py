"""The alarms of the sandbox and their history, as boto3 reads them in each protocol, in a bad night that
stands still at 03:12:44."""

import datetime
import json
import re

from wire import client, equal, refused

NOW = datetime.datetime(2026, 11, 22, 3, 12, 44, tzinfo=datetime.timezone.utc)
SECOND, DAY = datetime.timedelta(seconds=1), datetime.timedelta(days=1)
LAG = "rentaliq-prod-db-dr-replica-lag-high"
COMPOSITE = "rentaliq-prod-database"
NEW = {
    "DBInstanceIdentifier": "fresh-db",
    "DBInstanceClass": "db.t3.small",
    "Engine": "postgres",
    "EngineVersion": "17.5",
    "AllocatedStorage": 50,
    "MasterUsername": "owner",
    "MasterUserPassword": "correct-horse",
    "Tags": [{"Key": "Environment", "Value": "fresh"}],
}


def history(cloudwatch, **asked):
    pages = cloudwatch.get_paginator("describe_alarm_history").paginate(**asked)
    return [item for page in pages for item in page["AlarmHistoryItems"]]


def kinds(items):
    return [item["HistoryItemType"] for item in items]


def whole_in_any_order_and_page(cloudwatch, **asked):
    items = history(cloudwatch, **asked)
    times = [item["Timestamp"] for item in items]
    equal(times, sorted(times, reverse=True))
    assert all(NOW - 30 * DAY <= at <= NOW for at in times), times
    equal(history(cloudwatch, ScanBy="TimestampDescending", **asked), items)
    equal(history(cloudwatch, ScanBy="TimestampAscending", **asked), items[::-1])
    for size in (1, 2, 3):
        equal(history(cloudwatch, PaginationConfig={"PageSize": size}, **asked), items)
        reverse = history(cloudwatch, ScanBy="TimestampAscending", PaginationConfig={"PageSize": size}, **asked)
        equal(reverse, items[::-1])
    for kind in ("ConfigurationUpdate", "StateUpdate", "Action", "AlarmContributorAction"):
        found = history(cloudwatch, HistoryItemType=kind, **asked)
        equal(found, [item for item in items if item["HistoryItemType"] == kind])
    for at in sorted(set(times)):
        equal(history(cloudwatch, StartDate=at, EndDate=at, **asked), [i for i in items if i["Timestamp"] == at])
        equal(history(cloudwatch, StartDate=at + SECOND, **asked), [i for i in items if i["Timestamp"] > at])
        equal(history(cloudwatch, EndDate=at - SECOND, **asked), [i for i in items if i["Timestamp"] < at])
    return items


def a_metric_alarm(cloudwatch):
    alarm = cloudwatch.describe_alarms(AlarmNames=[LAG])["MetricAlarms"][0]
    equal((alarm["StateValue"], alarm["ActionsEnabled"]), ("ALARM", True))
    items = whole_in_any_order_and_page(cloudwatch, AlarmName=LAG)
    equal({(item["AlarmName"], item["AlarmType"]) for item in items}, {(LAG, "MetricAlarm")})
    equal(kinds(items)[:2], ["Action", "StateUpdate"])
    action, change = items[:2]
    equal(action["HistorySummary"], f"Successfully executed action {alarm['AlarmActions'][0]}")
    equal(json.loads(action["HistoryData"])["notificationResource"], alarm["AlarmActions"][0])
    equal(change["HistorySummary"], "Alarm updated from OK to ALARM")
    equal(change["Timestamp"], alarm["StateUpdatedTimestamp"])
    data = json.loads(change["HistoryData"])
    equal((data["version"], data["oldState"]["stateValue"]), ("1.0", "OK"))
    new = {"stateValue": "ALARM", "stateReason": alarm["StateReason"]}
    equal(data["newState"], {**new, "stateReasonData": json.loads(alarm["StateReasonData"])})
    return alarm, items


def a_composite_alarm(cloudwatch, child):
    equal(cloudwatch.describe_alarms(AlarmNames=[COMPOSITE])["CompositeAlarms"], [])
    asked = {"AlarmNames": [COMPOSITE], "AlarmTypes": ["CompositeAlarm"]}
    answer = cloudwatch.describe_alarms(**asked)
    equal(answer["MetricAlarms"], [])
    (alarm,) = answer["CompositeAlarms"]
    equal(alarm["StateValue"], "ALARM")
    equal(alarm["StateUpdatedTimestamp"], child["StateUpdatedTimestamp"])
    written = child["StateUpdatedTimestamp"].astimezone(datetime.timezone.utc).strftime("%A %d %B, %Y %H:%M:%S UTC")
    equal(alarm["StateReason"], f"{child['AlarmArn']} transitioned to ALARM at {written}")
    triggering = json.loads(alarm["StateReasonData"])["triggeringAlarms"]
    equal([(one["arn"], one["state"]["value"]) for one in triggering], [(child["AlarmArn"], "ALARM")])

    # Its history is told if its kind is asked for.
    equal(history(cloudwatch, AlarmName=COMPOSITE), [])
    items = whole_in_any_order_and_page(cloudwatch, AlarmName=COMPOSITE, AlarmTypes=["CompositeAlarm"])
    equal({item["AlarmType"] for item in items}, {"CompositeAlarm"})
    change = next(item for item in items if item["HistoryItemType"] == "StateUpdate")
    equal(change["Timestamp"], alarm["StateUpdatedTimestamp"])
    equal(json.loads(change["HistoryData"])["newState"]["stateReason"], alarm["StateReason"])

    children = cloudwatch.describe_alarms(ChildrenOfAlarmName=COMPOSITE)
    equal(children["CompositeAlarms"], [])
    names = [one["AlarmName"] for one in children["MetricAlarms"]]
    equal(names, re.findall(r'ALARM\("([^"]+)"\)', alarm["AlarmRule"]))
    pages = cloudwatch.get_paginator("describe_alarms").paginate(
        ChildrenOfAlarmName=COMPOSITE, PaginationConfig={"PageSize": 1}
    )
    equal([one for page in pages for one in page["MetricAlarms"]], children["MetricAlarms"])
    for one in children["MetricAlarms"]:
        equal(set(one), {"AlarmName", "AlarmArn", "StateValue", "StateUpdatedTimestamp"})
        whole = cloudwatch.describe_alarms(AlarmNames=[one["AlarmName"]])["MetricAlarms"][0]
        equal(one, {name: whole[name] for name in one})
        parents = cloudwatch.describe_alarms(ParentsOfAlarmName=one["AlarmName"])
        equal(parents["MetricAlarms"], [])
        equal(parents["CompositeAlarms"], [{name: alarm[name] for name in ("AlarmName", "AlarmArn")}])
    return alarm, items


def what_is_new(cloudwatch):
    """The alarms of a database that is being created were put with it; nothing is known of it yet."""
    name = "fresh-db-cpu-high"
    items = whole_in_any_order_and_page(cloudwatch, AlarmName=name)
    equal([(item["HistoryItemType"], item["Timestamp"]) for item in items], [("ConfigurationUpdate", NOW)])
    equal(items[0]["HistorySummary"], f'Alarm "{name}" created')
    data = json.loads(items[0]["HistoryData"])
    equal((data["type"], data["createdAlarm"]["alarmName"]), ("Create", name))
    items = whole_in_any_order_and_page(cloudwatch, AlarmName="fresh-database", AlarmTypes=["CompositeAlarm"])
    equal(kinds(items), ["Action", "StateUpdate", "ConfigurationUpdate"])
    equal(items[1]["HistorySummary"], "Alarm updated from INSUFFICIENT_DATA to OK")
    every = whole_in_any_order_and_page(cloudwatch)
    assert {name, "fresh-db-storage-low"} <= {item["AlarmName"] for item in every}, every
    equal({item["AlarmType"] for item in every}, {"MetricAlarm"})
    both = whole_in_any_order_and_page(cloudwatch, AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    assert len(both) >= len(every) + 3, (len(both), len(every))
    return both


def wrong_questions(cloudwatch):
    for wrong in (
        {"HistoryItemType": "Rumour"},
        {"ScanBy": "Newest"},
        {"AlarmTypes": ["Siren"]},
        {"MaxRecords": 101},
    ):
        refused("ValidationError", cloudwatch.describe_alarm_history, **wrong)
    refused("InvalidNextToken", cloudwatch.describe_alarm_history, NextToken="nonsense")
    token = cloudwatch.describe_alarm_history(AlarmName=LAG, MaxRecords=1)["NextToken"]
    refused("InvalidNextToken", cloudwatch.describe_alarm_history, AlarmName="another", NextToken=token)
    equal(history(cloudwatch, AlarmName="nobody"), [])


rds = client("rds")
rds.create_db_instance(**NEW)
answers = []
for protocol in ("smithy-rpc-v2-cbor", "json", "query"):
    recovery = client("cloudwatch", "us-west-2", protocol=protocol)
    child, past = a_metric_alarm(recovery)
    composite = a_composite_alarm(recovery, child)
    wrong_questions(recovery)
    answers.append((child, past, composite, what_is_new(client("cloudwatch", protocol=protocol))))
equal(answers[0], answers[1])
equal(answers[0], answers[2])
