mod past;
mod week;

use std::collections::HashMap;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use serde_json::{Value as Json, json};

use super::*;
use crate::sandbox::world::WorldOptions;

const METRIC: &str = "CPUUtilization";

/// 03:30:00 on a Sunday.
const NOW: i64 = 1_795_318_200;

fn world(scenario: &str, databases: Option<usize>) -> World {
    let epoch = Timestamp::from_second(NOW).unwrap();
    World::build(&WorldOptions { scenario: scenario.into(), seed: 42, databases, epoch }).unwrap()
}

fn caller(account: &str, region: &str) -> Caller {
    Caller { account: account.into(), region: region.into(), access_key: String::new() }
}

fn rentaliq() -> Caller {
    caller("111122223333", "us-east-1")
}

fn json_request(operation: &str, body: &Json) -> MockRequest {
    let mut headers = HeaderMap::new();
    let target = format!("GraniteServiceVersion20100801.{operation}");
    headers.insert("x-amz-target", HeaderValue::from_str(&target).unwrap());
    MockRequest { method: "POST".into(), uri: "/".into(), headers, body: Bytes::from(body.to_string()) }
}

fn ask(world: &World, caller: &Caller, operation: &str, body: &Json) -> (u16, Json) {
    let now = Timestamp::from_second(NOW).unwrap();
    let response = handle(world, caller, now, &json_request(operation, body));
    (response.status, serde_json::from_slice(&response.body).unwrap())
}

fn stat(id: &str, database: &str, metric: &str, period: i64) -> Json {
    let dimensions = json!([{ "Name": "DBInstanceIdentifier", "Value": database }]);
    let metric = json!({ "Namespace": "AWS/RDS", "MetricName": metric, "Dimensions": dimensions });
    json!({ "Id": id, "MetricStat": { "Metric": metric, "Period": period, "Stat": "Average" } })
}

fn data(queries: &[Json], start: i64, end: i64) -> Json {
    json!({ "MetricDataQueries": queries, "StartTime": start, "EndTime": end, "ScanBy": "TimestampAscending" })
}

#[test]
fn datapoints_are_aligned_and_end_where_the_present_begins() {
    let world = world("quiet", None);
    let queries = [stat("m1", "rentaliq-prod-db", METRIC, 60), stat("none", "rentaliq-prod-db", "NoSuchMetric", 60)];
    let (status, answer) = ask(&world, &rentaliq(), "GetMetricData", &data(&queries, NOW - 601, NOW + 600));
    assert_eq!(status, 200, "{answer}");
    let result = &answer["MetricDataResults"][0];
    let times: Vec<i64> = result["Timestamps"].as_array().unwrap().iter().filter_map(Json::as_i64).collect();
    // The minute that is over since a minute is the newest.
    assert_eq!((times.first(), times.last(), times.len()), (Some(&(NOW - 660)), Some(&(NOW - 120)), 10));
    assert_eq!(result["Values"].as_array().map(Vec::len), Some(10));
    assert_eq!(result["Label"], "CPUUtilization");
    let nothing = &answer["MetricDataResults"][1];
    assert_eq!((&nothing["StatusCode"], &nothing["Values"]), (&json!("Complete"), &json!([])));
}

#[test]
fn pages_together_are_the_whole() {
    let world = world("quiet", None);
    let queries = [stat("a", "rentaliq-prod-db", METRIC, 60), stat("b", "rentaliq-qa-db", METRIC, 60)];
    let mut request = data(&queries, NOW - 3_600, NOW);
    let (_, whole) = ask(&world, &rentaliq(), "GetMetricData", &request);
    assert!(whole.get("NextToken").is_none());
    request["MaxDatapoints"] = json!(25);
    let mut collected: HashMap<String, Vec<Json>> = HashMap::new();
    let mut pages = 0;
    loop {
        let (status, page) = ask(&world, &rentaliq(), "GetMetricData", &request);
        assert_eq!(status, 200, "{page}");
        pages += 1;
        for result in page["MetricDataResults"].as_array().unwrap() {
            let values = result["Values"].as_array().unwrap().clone();
            collected.entry(result["Id"].as_str().unwrap().to_owned()).or_default().extend(values);
        }
        match page.get("NextToken") {
            Some(token) => request["NextToken"] = token.clone(),
            None => break,
        }
        assert_eq!(page["MetricDataResults"].as_array().unwrap().last().unwrap()["StatusCode"], "PartialData");
    }
    assert_eq!(pages, 5);
    for result in whole["MetricDataResults"].as_array().unwrap() {
        assert_eq!(collected.get(result["Id"].as_str().unwrap()), result["Values"].as_array());
    }
    request["NextToken"] = json!("made up");
    let (status, fault) = ask(&world, &rentaliq(), "GetMetricData", &request);
    assert_eq!((status, fault["__type"].as_str()), (400, Some("com.amazonaws.cloudwatch#InvalidNextToken")));
}

#[test]
fn metric_math() {
    let world = world("quiet", None);
    let math = |id: &str, expression: &str| json!({ "Id": id, "Expression": expression });
    let mut hidden = stat("m1", "rentaliq-prod-db", METRIC, 300);
    hidden["ReturnData"] = json!(false);
    let queries = [
        hidden,
        stat("m2", "rentaliq-qa-db", METRIC, 300),
        math("twice", "m1 * 2"),
        math("largest", "MAX(METRICS())"),
        math("filled", "FILL(m2, 0)"),
        math("over", "IF(m1 > 1000, m1, -1)"),
    ];
    let (status, answer) = ask(&world, &rentaliq(), "GetMetricData", &data(&queries, NOW - 3_600, NOW));
    assert_eq!(status, 200, "{answer}");
    let results = answer["MetricDataResults"].as_array().unwrap();
    let ids: Vec<&str> = results.iter().filter_map(|result| result["Id"].as_str()).collect();
    assert_eq!(ids, ["m2", "twice", "largest", "filled", "over"]);
    let first = |at: usize| results[at]["Values"][0].as_f64().unwrap();
    assert!((first(2) - (first(1) / 2.0).max(first(0))).abs() < 1e-9);
    assert!((first(4) + 1.0).abs() < 1e-9);
    let number = [stat("m1", "rentaliq-prod-db", METRIC, 60), math("e", "AVG(m1)")];
    let (status, fault) = ask(&world, &rentaliq(), "GetMetricData", &data(&number, NOW - 3_600, NOW));
    assert_eq!(status, 400, "{fault}");
}

#[test]
fn statistics_and_their_limit() {
    let world = world("quiet", None);
    let request = |start: i64, period: i64| {
        json!({ "Namespace": "AWS/RDS", "MetricName": METRIC, "StartTime": start, "EndTime": NOW, "Period": period,
            "Statistics": ["Average", "Minimum", "Maximum", "SampleCount"], "ExtendedStatistics": ["p90"],
            "Dimensions": [{ "Name": "DBInstanceIdentifier", "Value": "rentaliq-prod-db" }] })
    };
    let (_, answer) = ask(&world, &rentaliq(), "GetMetricStatistics", &request(NOW - 7_200, 3_600));
    let points = answer["Datapoints"].as_array().unwrap();
    assert_eq!(points.len(), 2);
    let part = |point: &Json, name: &str| point[name].as_f64().unwrap();
    for point in points {
        let (low, mean, high) = (part(point, "Minimum"), part(point, "Average"), part(point, "Maximum"));
        let p90 = point["ExtendedStatistics"]["p90"].as_f64().unwrap();
        assert!(low <= mean && mean <= high && (low..=high).contains(&p90), "{point}");
        assert_eq!(point["Unit"], "Percent");
    }
    let counts: f64 = points.iter().map(|point| part(point, "SampleCount")).sum();
    assert!((118.0..=119.0).contains(&counts), "{counts}");

    let (status, fault) = ask(&world, &rentaliq(), "GetMetricStatistics", &request(NOW - 14 * 86_400, 60));
    let message = fault["message"].as_str().unwrap();
    assert!(status == 400 && message.contains("up to 20,160 datapoints"), "{fault}");
}

#[test]
fn errors_carry_the_code_of_the_query_protocol() {
    let world = world("quiet", None);
    let now = Timestamp::from_second(NOW).unwrap();
    let many: Vec<Json> = (0..501).map(|n| stat(&format!("m{n}"), "x", METRIC, 60)).collect();
    let body = data(&many, 0, NOW);
    let response = handle(&world, &rentaliq(), now, &json_request("GetMetricData", &body));
    assert_eq!(
        (response.status, response.headers["x-amzn-query-error"].to_str().unwrap()),
        (400, "ValidationError;Sender")
    );

    let text = "Action=GetMetricStatistics&Namespace=AWS%2FRDS&MetricName=CPUUtilization&Period=60&Version=2010-08-01";
    let (method, uri) = ("POST".to_owned(), "/".to_owned());
    let request = MockRequest { method, uri, headers: HeaderMap::new(), body: Bytes::from_static(text.as_bytes()) };
    let response = handle(&world, &rentaliq(), now, &request);
    let body = String::from_utf8_lossy(&response.body).into_owned();
    assert_eq!(response.status, 400);
    assert!(body.contains("<Code>InvalidParameterCombination</Code>"), "{body}");
}

#[test]
fn a_query_is_read_as_utf8() {
    let body = Bytes::from_static(b"Action=DescribeAlarms&AlarmNamePrefix=gr%C3%B6%C3%9Fe+1%25");
    let request = MockRequest { method: "POST".to_owned(), uri: "/".to_owned(), headers: HeaderMap::new(), body };
    let asked = protocol::read(&request);
    assert_eq!((asked.protocol, asked.operation.as_str()), (protocol::Protocol::Query, "DescribeAlarms"));
    let Ok(body) = asked.body else { panic!("a query is an input") };
    let input: ciborium::Value = ciborium::from_reader(body.as_slice()).unwrap();
    assert_eq!(input, protocol::record([("AlarmNamePrefix", protocol::text("größe 1%"))]));
}

#[test]
fn metrics_are_listed_in_pages() {
    let world = world("quiet", Some(60));
    let mut request = json!({ "Namespace": "AWS/RDS" });
    let mut seen = std::collections::HashSet::new();
    loop {
        let (status, page) = ask(&world, &rentaliq(), "ListMetrics", &request);
        assert_eq!(status, 200, "{page}");
        let metrics = page["Metrics"].as_array().unwrap();
        assert!(metrics.len() <= 500 && metrics.iter().all(|metric| seen.insert(metric.to_string())));
        match page.get("NextToken") {
            Some(token) => request["NextToken"] = token.clone(),
            None => break,
        }
    }
    assert!(seen.len() > 1_000, "{}", seen.len());
    let (_, other) = ask(&world, &rentaliq(), "ListMetrics", &json!({ "Namespace": "AWS/EC2" }));
    assert_eq!(other["Metrics"], json!([]));
}

#[test]
fn alarms_tell_what_is_wrong_and_since_when() {
    let world = world("a-bad-night", None);
    let request = json!({ "StateValue": "ALARM" });
    let (status, answer) = ask(&world, &caller("111122223333", "us-west-2"), "DescribeAlarms", &request);
    assert_eq!(status, 200, "{answer}");
    let alarms = answer["MetricAlarms"].as_array().unwrap();
    assert_eq!(alarms.len(), 1, "{answer}");
    let alarm = &alarms[0];
    assert_eq!(alarm["AlarmName"], "rentaliq-prod-db-dr-replica-lag-high");
    let since = alarm["StateUpdatedTimestamp"].as_i64().unwrap();
    assert!((NOW - 840..NOW).contains(&since), "{}", NOW - since);
    let reason = alarm["StateReason"].as_str().unwrap();
    assert!(
        reason.starts_with("Threshold Crossed: 5 datapoints [") && reason.ends_with("the threshold (60.0)."),
        "{reason}"
    );
    let data: Json = serde_json::from_str(alarm["StateReasonData"].as_str().unwrap()).unwrap();
    assert_eq!(data["recentDatapoints"].as_array().map(Vec::len), Some(5));

    let (_, all) = ask(&world, &rentaliq(), "DescribeAlarms", &json!({ "AlarmNamePrefix": "rentaliq-prod-db-" }));
    let names: Vec<&str> =
        all["MetricAlarms"].as_array().unwrap().iter().filter_map(|alarm| alarm["AlarmName"].as_str()).collect();
    assert!(names.contains(&"rentaliq-prod-db-cpu-high") && names.is_sorted(), "{names:?}");
    let (status, _) = ask(&world, &rentaliq(), "DescribeAlarms", &json!({ "MaxRecords": 101 }));
    assert_eq!(status, 400);
}

#[test]
fn a_large_region_has_one_alarm_each_in_pages() {
    let world = world("quiet", Some(600));
    let mut request = json!({ "MaxRecords": 100 });
    let mut count = 0;
    loop {
        let (_, page) = ask(&world, &rentaliq(), "DescribeAlarms", &request);
        count += page["MetricAlarms"].as_array().unwrap().len();
        match page.get("NextToken") {
            Some(token) => request["NextToken"] = token.clone(),
            None => break,
        }
    }
    assert!((500..=600).contains(&count), "{count}");
}
