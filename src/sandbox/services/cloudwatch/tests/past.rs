//! The history of alarms, and composite alarms.

use super::*;
use crate::sandbox::services::cloudwatch::alarm_history::{MOST_WORK, PAGE};
use crate::sandbox::services::cloudwatch::composite::MOST;

const DAY: i64 = 86_400;

/// The disaster-recovery region of RentalIQ, whose replica lags in a bad night.
fn recovery() -> Caller {
    caller("111122223333", "us-west-2")
}

/// A quiet world in which two databases were created ten days ago, stood still for a day in between, and for an hour
/// this night.
fn restless() -> World {
    let mut world = world("quiet", None);
    let ago = |seconds: i64| Timestamp::from_second(NOW - seconds).unwrap();
    for id in ["rentaliq-lab-db", "rentaliq-qa-db"] {
        let instance = world.find_mut("111122223333", "us-east-1", id).unwrap();
        instance.created = ago(10 * DAY);
        let statuses = [
            (10 * DAY, "creating"),
            (10 * DAY - 600, "available"),
            (5 * DAY, "stopped"),
            (4 * DAY, "available"),
            (7_200, "stopped"),
            (3_600, "available"),
        ];
        instance.statuses = statuses.map(|(seconds, status)| (ago(seconds), status.to_owned())).to_vec();
    }
    world
}

/// All pages of a history, and how many there were.
fn pages(world: &World, request: &Json) -> (Vec<Json>, usize) {
    let (mut request, mut items, mut count) = (request.clone(), Vec::new(), 0);
    loop {
        let (status, page) = ask(world, &rentaliq(), "DescribeAlarmHistory", &request);
        assert_eq!(status, 200, "{page}");
        count += 1;
        let found = page["AlarmHistoryItems"].as_array().unwrap();
        assert!(found.len() as i64 <= request["MaxRecords"].as_i64().unwrap_or(PAGE as i64));
        items.extend(found.iter().cloned());
        match page.get("NextToken") {
            Some(token) => request["NextToken"] = token.clone(),
            None => return (items, count),
        }
    }
}

fn told<'a>(items: &'a [Json], name: &str) -> Vec<&'a str> {
    items.iter().filter_map(|item| item[name].as_str()).collect()
}

fn names(alarms: &Json) -> Vec<&str> {
    alarms.as_array().unwrap().iter().filter_map(|alarm| alarm["AlarmName"].as_str()).collect()
}

fn kind_of_fault(fault: &Json) -> &str {
    fault["__type"].as_str().unwrap().rsplit('#').next().unwrap()
}

#[test]
fn the_newest_change_is_the_state() {
    let world = world("a-bad-night", None);
    let name = "rentaliq-prod-db-dr-replica-lag-high";
    let (_, answer) = ask(&world, &recovery(), "DescribeAlarms", &json!({ "AlarmNames": [name] }));
    let alarm = &answer["MetricAlarms"][0];
    let (status, answer) = ask(&world, &recovery(), "DescribeAlarmHistory", &json!({ "AlarmName": name }));
    assert_eq!(status, 200, "{answer}");
    let items = answer["AlarmHistoryItems"].as_array().unwrap();
    assert_eq!(told(items, "HistoryItemType")[..2], ["Action", "StateUpdate"]);
    let (action, change) = (&items[0], &items[1]);
    let topic = "arn:aws:sns:us-west-2:111122223333:oncall";
    assert_eq!(action["HistorySummary"], format!("Successfully executed action {topic}"));
    let data: Json = serde_json::from_str(action["HistoryData"].as_str().unwrap()).unwrap();
    assert_eq!((&data["actionState"], &data["notificationResource"]), (&json!("Succeeded"), &json!(topic)));
    assert_eq!((&change["AlarmName"], &change["AlarmType"]), (&json!(name), &json!("MetricAlarm")));
    assert_eq!(change["HistorySummary"], "Alarm updated from OK to ALARM");
    assert_eq!((&change["Timestamp"], &action["Timestamp"]), (&alarm["StateUpdatedTimestamp"], &change["Timestamp"]));
    let data: Json = serde_json::from_str(change["HistoryData"].as_str().unwrap()).unwrap();
    assert_eq!((&data["version"], &data["oldState"]["stateValue"]), (&json!("1.0"), &json!("OK")));
    assert_eq!(data["newState"]["stateReason"], alarm["StateReason"]);
    let reason: Json = serde_json::from_str(alarm["StateReasonData"].as_str().unwrap()).unwrap();
    assert_eq!(data["newState"]["stateReasonData"], reason);
}

#[test]
fn a_history_begins_with_the_alarm_and_links_up() {
    let world = restless();
    let request = json!({ "AlarmName": "rentaliq-lab-db-cpu-high", "ScanBy": "TimestampAscending" });
    let (items, _) = pages(&world, &request);
    let (put, changes) = items.split_first().unwrap();
    assert_eq!((&put["HistoryItemType"], &put["Timestamp"]), (&json!("ConfigurationUpdate"), &json!(NOW - 10 * DAY)));
    assert_eq!(put["HistorySummary"], "Alarm \"rentaliq-lab-db-cpu-high\" created");
    let data: Json = serde_json::from_str(put["HistoryData"].as_str().unwrap()).unwrap();
    assert_eq!((&data["type"], &data["createdAlarm"]["threshold"]), (&json!("Create"), &json!(80.0)));
    let comes = [
        "Alarm updated from INSUFFICIENT_DATA to OK",
        "Successfully executed action arn:aws:sns:us-east-1:111122223333:oncall",
    ];
    let goes = ["Alarm updated from OK to INSUFFICIENT_DATA"];
    assert_eq!(told(changes, "HistorySummary"), [&comes[..], &goes, &comes, &goes, &comes].concat());
    // The first period that has a datapoint begins ten minutes after its creation, and is evaluated a minute after it.
    assert_eq!(changes[0]["Timestamp"], NOW - 10 * DAY + 960);
    assert_eq!(changes[2]["Timestamp"], NOW - 5 * DAY + 360);
    let mut before = json!("Unchecked: Initial alarm creation");
    for change in changes.iter().filter(|item| item["HistoryItemType"] == "StateUpdate") {
        let data: Json = serde_json::from_str(change["HistoryData"].as_str().unwrap()).unwrap();
        assert_eq!(data["oldState"]["stateReason"], before);
        before = data["newState"]["stateReason"].clone();
    }
}

#[test]
fn a_muted_alarm_tells_nobody() {
    let world = restless();
    let (_, answer) = ask(&world, &rentaliq(), "DescribeAlarms", &json!({}));
    let muted: Vec<&str> = answer["MetricAlarms"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|alarm| alarm["ActionsEnabled"] == false)
        .filter_map(|alarm| alarm["AlarmName"].as_str())
        .collect();
    assert_eq!(muted, ["rentaliq-qa-db-storage-low"]);
    let (items, _) = pages(&world, &json!({ "AlarmName": muted[0] }));
    let kinds = told(&items, "HistoryItemType");
    assert!(kinds.contains(&"StateUpdate") && !kinds.contains(&"Action"), "{kinds:?}");
}

#[test]
fn pages_of_a_history_are_the_whole_in_either_order() {
    let world = restless();
    let (whole, count) = pages(&world, &json!({}));
    assert!(count == 1 && whole.len() > 20, "{count} {}", whole.len());
    assert!(whole.is_sorted_by_key(|item| -item["Timestamp"].as_i64().unwrap()));
    let (mut ascending, _) = pages(&world, &json!({ "ScanBy": "TimestampAscending", "MaxRecords": 7 }));
    ascending.reverse();
    assert_eq!(ascending, whole);
    let (in_parts, count) = pages(&world, &json!({ "MaxRecords": 3 }));
    assert_eq!((in_parts, count), (whole.clone(), whole.len().div_ceil(3)));
    let of = |item_type: &str| pages(&world, &json!({ "HistoryItemType": item_type })).0;
    for (item_type, least) in [("ConfigurationUpdate", 4), ("StateUpdate", 10), ("Action", 5)] {
        let expected: Vec<Json> = whole.iter().filter(|item| item["HistoryItemType"] == item_type).cloned().collect();
        assert!(expected.len() >= least, "{item_type}");
        assert_eq!(of(item_type), expected);
    }
    assert_eq!(of("AlarmContributorAction"), [] as [Json; 0]);
    let (start, end) = (NOW - 5 * DAY, NOW - 3 * DAY);
    let (between, _) = pages(&world, &json!({ "StartDate": start, "EndDate": end }));
    let is_between = |item: &&Json| (start..=end).contains(&item["Timestamp"].as_i64().unwrap());
    let expected: Vec<Json> = whole.iter().filter(is_between).cloned().collect();
    assert!(!expected.is_empty());
    assert_eq!(between, expected);
}

#[test]
fn wrong_questions_about_a_history_are_refused() {
    let world = world("quiet", None);
    for wrong in [
        json!({ "HistoryItemType": "Rumour" }),
        json!({ "ScanBy": "Newest" }),
        json!({ "AlarmTypes": ["Siren"] }),
        json!({ "MaxRecords": 0 }),
        json!({ "MaxRecords": 101 }),
    ] {
        let (status, fault) = ask(&world, &rentaliq(), "DescribeAlarmHistory", &wrong);
        assert_eq!((status, kind_of_fault(&fault)), (400, "ValidationError"), "{wrong}");
    }
    let (status, fault) = ask(&world, &rentaliq(), "DescribeAlarmHistory", &json!({ "NextToken": "made up" }));
    assert_eq!((status, kind_of_fault(&fault)), (400, "InvalidNextToken"));
    let (status, answer) = ask(&world, &rentaliq(), "DescribeAlarmHistory", &json!({ "AlarmName": "nobody" }));
    assert_eq!((status, answer), (200, json!({ "AlarmHistoryItems": [] })));
}

#[test]
fn the_history_of_a_large_region_comes_in_bounded_pages() {
    let world = world("quiet", Some(600));
    let (items, count) = pages(&world, &json!({ "HistoryItemType": "StateUpdate" }));
    assert!(count > 1 && count <= 40, "{count}: {MOST_WORK} alarms' days are the most of a page");
    assert!(items.is_sorted_by_key(|item| -item["Timestamp"].as_i64().unwrap()));
}

#[test]
fn composite_alarms_come_when_they_are_asked_for() {
    let world = world("quiet", None);
    let request = |types: &[&str]| json!({ "AlarmTypes": types });
    let (_, plain) = ask(&world, &rentaliq(), "DescribeAlarms", &json!({}));
    let (_, metric) = ask(&world, &rentaliq(), "DescribeAlarms", &request(&["MetricAlarm"]));
    assert_eq!((&plain, &plain["CompositeAlarms"]), (&metric, &json!([])));
    let (_, composite) = ask(&world, &rentaliq(), "DescribeAlarms", &request(&["CompositeAlarm"]));
    assert_eq!(composite["MetricAlarms"], json!([]));
    let expected = ["rentaliq-lab-database", "rentaliq-prod-database", "rentaliq-qa-database"];
    assert_eq!(names(&composite["CompositeAlarms"]), expected);
    let lab = &composite["CompositeAlarms"][0];
    assert_eq!(lab["AlarmRule"], "ALARM(\"rentaliq-lab-db-cpu-high\") OR ALARM(\"rentaliq-lab-db-storage-low\")");
    assert_eq!((&lab["StateValue"], &lab["ActionsEnabled"]), (&json!("OK"), &json!(true)));
    let arn = "arn:aws:cloudwatch:us-east-1:111122223333:alarm:rentaliq-lab-database";
    assert_eq!(lab["StateReason"], format!("{arn} was created and its alarm rule evaluates to OK"));

    let mut both = json!({ "AlarmTypes": ["MetricAlarm", "CompositeAlarm"], "MaxRecords": 2 });
    let mut found: [Vec<String>; 2] = [Vec::new(), Vec::new()];
    loop {
        let (_, page) = ask(&world, &rentaliq(), "DescribeAlarms", &both);
        let (metric, composite) = (names(&page["MetricAlarms"]), names(&page["CompositeAlarms"]));
        assert!(metric.len() + composite.len() <= 2);
        found[0].extend(metric.into_iter().map(str::to_owned));
        found[1].extend(composite.into_iter().map(str::to_owned));
        match page.get("NextToken") {
            Some(token) => both["NextToken"] = token.clone(),
            None => break,
        }
    }
    assert_eq!((found[0].clone(), found[1].clone()), {
        let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect::<Vec<_>>();
        (owned(names(&plain["MetricAlarms"])), owned(expected.to_vec()))
    });
}

#[test]
fn a_composite_alarm_is_in_alarm_while_a_child_is() {
    let world = world("a-bad-night", None);
    let child = "rentaliq-prod-db-dr-replica-lag-high";
    let (_, metric) = ask(&world, &recovery(), "DescribeAlarms", &json!({ "AlarmNames": [child] }));
    let types = json!({ "AlarmTypes": ["CompositeAlarm"], "StateValue": "ALARM" });
    let (_, answer) = ask(&world, &recovery(), "DescribeAlarms", &types);
    assert_eq!(names(&answer["CompositeAlarms"]), ["rentaliq-prod-database"]);
    let (alarm, because) = (&answer["CompositeAlarms"][0], &metric["MetricAlarms"][0]);
    assert_eq!(alarm["StateUpdatedTimestamp"], because["StateUpdatedTimestamp"]);
    let reason = alarm["StateReason"].as_str().unwrap();
    let arn = because["AlarmArn"].as_str().unwrap();
    assert!(reason.starts_with(&format!("{arn} transitioned to ALARM at Sunday 22 November, 2026 03:")), "{reason}");
    let data: Json = serde_json::from_str(alarm["StateReasonData"].as_str().unwrap()).unwrap();
    let triggering = &data["triggeringAlarms"];
    assert_eq!((&triggering[0]["arn"], &triggering[0]["state"]["value"]), (&json!(arn), &json!("ALARM")));

    let history = json!({ "AlarmName": "rentaliq-prod-database", "AlarmTypes": ["CompositeAlarm"] });
    let (_, answer) = ask(&world, &recovery(), "DescribeAlarmHistory", &history);
    let items = answer["AlarmHistoryItems"].as_array().unwrap();
    assert_eq!(told(items, "HistoryItemType"), ["Action", "StateUpdate"]);
    assert_eq!(
        (&items[1]["AlarmType"], &items[1]["Timestamp"]),
        (&json!("CompositeAlarm"), &alarm["StateUpdatedTimestamp"])
    );
    let data: Json = serde_json::from_str(items[1]["HistoryData"].as_str().unwrap()).unwrap();
    assert_eq!(data["newState"]["stateReason"], reason);
    // Its own kind must be asked for.
    let (_, answer) =
        ask(&world, &recovery(), "DescribeAlarmHistory", &json!({ "AlarmName": "rentaliq-prod-database" }));
    assert_eq!(answer["AlarmHistoryItems"], json!([]));
}

#[test]
fn kin_is_told_in_few_words_and_only_alone() {
    let world = world("a-bad-night", None);
    let (_, answer) =
        ask(&world, &recovery(), "DescribeAlarms", &json!({ "ChildrenOfAlarmName": "rentaliq-prod-database" }));
    let (child, id) = ("rentaliq-prod-db-dr-replica-lag-high", "rentaliq-prod-db-dr");
    assert_eq!(
        names(&answer["MetricAlarms"]),
        ["cpu-high", "replica-lag-high", "storage-low"].map(|it| format!("{id}-{it}"))
    );
    assert_eq!(answer["CompositeAlarms"], json!([]));
    let keys = |alarm: &Json| alarm.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let mut told = keys(&answer["MetricAlarms"][1]);
    told.sort();
    assert_eq!(told, ["AlarmArn", "AlarmName", "StateUpdatedTimestamp", "StateValue"]);
    assert_eq!(answer["MetricAlarms"][1]["StateValue"], "ALARM");

    let (_, answer) = ask(&world, &recovery(), "DescribeAlarms", &json!({ "ParentsOfAlarmName": child }));
    assert_eq!(
        (&answer["MetricAlarms"], names(&answer["CompositeAlarms"])),
        (&json!([]), vec!["rentaliq-prod-database"])
    );
    assert_eq!(keys(&answer["CompositeAlarms"][0]).len(), 2);

    for wrong in [
        json!({ "ChildrenOfAlarmName": "a", "ParentsOfAlarmName": "b" }),
        json!({ "ChildrenOfAlarmName": "a", "AlarmTypes": ["CompositeAlarm"] }),
        json!({ "ParentsOfAlarmName": "a", "StateValue": "OK" }),
        json!({ "ParentsOfAlarmName": "a", "AlarmNamePrefix": "b" }),
        json!({ "AlarmTypes": ["Siren"] }),
    ] {
        let (status, fault) = ask(&world, &recovery(), "DescribeAlarms", &wrong);
        assert_eq!((status, kind_of_fault(&fault)), (400, "ValidationError"), "{wrong}");
    }
}

#[test]
fn a_rule_keeps_to_what_cloudwatch_takes() {
    let world = world("quiet", Some(250));
    let request = json!({ "AlarmTypes": ["CompositeAlarm"] });
    let (_, answer) = ask(&world, &rentaliq(), "DescribeAlarms", &request);
    let alarms = answer["CompositeAlarms"].as_array().unwrap();
    assert_eq!(alarms.len(), 3);
    for alarm in alarms {
        let rule = alarm["AlarmRule"].as_str().unwrap();
        assert!(rule.len() <= 10_240 && rule.matches("ALARM(").count() == MOST, "{rule}");
        assert!(alarm["StateReason"].as_str().unwrap().len() <= 1_023);
        assert!(alarm["StateReasonData"].as_str().unwrap().len() <= 4_000);
    }
}
