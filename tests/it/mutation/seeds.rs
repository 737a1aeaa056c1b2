//! Good input of every kind, from which the broken is made: what is shipped, what the program writes,
//! what the sandbox answers.

use bytes::Bytes;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use jiff::Timestamp;
use quarterdeck::config::SAMPLES;
use quarterdeck::ops::journal::chain::FIRST;
use quarterdeck::ops::journal::{Head, Who, seal};
use quarterdeck::sandbox::{Sandbox, SandboxClock, World, WorldOptions};
use quarterdeck::services::rds::Kind;
use quarterdeck::slices::{Body, Plan};
use serde_json::{Value, json};
use winterbaume_core::MockRequest;

use crate::harness::MOMENT;
use crate::plans;

/// Beside the samples: every form that a configuration may take.
const CONFIGURATION: &str = r#"
[ui]
theme = "auto"
keymap = "vim"
hourly_ceiling_usd = 0.5
ascii = true
mouse = false

[guard]
arm_at_most = "1h30m"
running_at_most = 2
cool_down = "10s"
headless = false
allowed = ["create-snapshot", "failover"]

[guard.levels.staging]
routine = "confirm"
irreversible = "deny"

[[guard.freeze]]
name = "weekend"
days = ["Sat", "Sun"]
from = "22:00"
to = "06:00"
zone = "Europe/Berlin"
allows = ["failover"]

[[guard.freeze]]
name = "release"
from = 2026-12-20T00:00:00Z
to = 2027-01-03T00:00:00+01:00

[[environment]]
name = "eu"
criticality = "staging"
profile = "ops"
role = { arn = "arn:aws:iam::111122223333:role/reader", external_id = "x", mfa_serial = "arn:aws:iam::111122223333:mfa/a" }
operator = { arn = "arn:aws:iam::111122223333:role/operator", source_identity = false }
endpoint = "http://127.0.0.1:5566"
account = "111122223333"
region = "eu-west-1"
dr_region = "eu-central-1"
tags = { Environment = "eu", "Owner.Team" = "platform" }
rpo = "5m"
rto = "1h"
environment.x = 1
"#;

const THEMES: [&str; 3] = [
    include_str!("../../../themes/dark.toml"),
    include_str!("../../../themes/high-contrast.toml"),
    "inherits = \"light\"\n[roles]\nproduction = { fg = \"#ffffff\", bg = \"#aa0000\", modifiers = [\"bold\"] }\n",
];

const KEYMAPS: [&str; 3] = [
    include_str!("../../../keymaps/default.toml"),
    include_str!("../../../keymaps/emacs.toml"),
    "inherits = \"vim\"\n[global]\n\"R\" = \"quit\"\n\"q\" = \"none\"\n\
     \"ctrl-x ctrl-c\" = \"quit\"\n\"f5\" = \"refresh\"\n",
];

const KEYS: [&[u8]; 8] = [
    b"jjkkGgg\x04\x15/status:available cpu:>80\r\x1b",
    b"Djj\rttn[]{}\t\t\ty\x1b\x1b",
    b"F:theme\r\r?\x1b!\x1be1\r0",
    b"AINC-4312\t15\rDja\r\x1b\x1bA",
    b"scSjjj  \r\x1b?jjkk/x\x1b",
    b"\x9c123456\r\x9c12\x7f\x1b\x9d\xbd\xdd\xfd",
    b"\x90D\x91\r\x92j\x93k\x94/\xa1\x80\x81\xa2\xc3\x98\xb8\xd6\x9a\xba\xda",
    b"\x1b]11;rgb:1414/1717/1c1c\x1b\\ctrl-x alt-enter shift-left g \xe6\x95\xb0 super-f12",
];

/// What AWS says when it does not do what was asked.
const REFUSAL: &str = "<ErrorResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><Error><Type>Sender</Type>\
    <Code>AccessDenied</Code><Message>User: arn:aws:sts::111122223333:assumed-role/reader/oncall is not authorized \
    to perform: rds:DescribeDBInstances</Message></Error><RequestId>b25b8e5c-0001</RequestId></ErrorResponse>";

/// The seeds of a kind.
pub fn of(kind: &str) -> Vec<Vec<u8>> {
    match kind {
        "configuration" => texts(&[SAMPLES[0].1, SAMPLES[1].1, CONFIGURATION]),
        "theme" => texts(&THEMES),
        "keymap" => texts(&KEYMAPS),
        "keys" => KEYS.iter().map(|keys| keys.to_vec()).collect(),
        "plan" => {
            let kinds = [Kind::CreateSnapshot, Kind::ChangeClass, Kind::PromoteReplica, Kind::RestoreToPointInTime];
            kinds.into_iter().map(|kind| serde_json::to_vec_pretty(&plan(kind)).unwrap()).collect()
        }
        "journal" => journals(),
        "wire" => answers(),
        other => panic!("there is no kind {other:?}"),
    }
}

fn texts(all: &[&str]) -> Vec<Vec<u8>> {
    all.iter().map(|text| text.as_bytes().to_vec()).collect()
}

fn plan(kind: Kind) -> Plan {
    let seen = plans::seen(kind);
    Plan::make(&kind.offer(&seen).into(), None, &seen.into())
}

/// A journal with a whole execution, a short one, and the beginning of a line; each with its head.
fn journals() -> Vec<Vec<u8>> {
    let plan = plan(Kind::ChangeClass);
    let (id, step) = ("20261122-031244-7f3a91c2-0b5e", 0);
    let approval = json!({
        "at": MOMENT, "reason": "INC-4312", "typed": "rentaliq-prod-db", "level": "type-name", "headless": false,
        "fingerprint": plan.fingerprint,
    });
    let armed = json!({ "event": "armed", "reason": "INC-4312", "until": "2026-11-22T03:27:44Z" });
    let disarmed = json!({ "event": "disarmed", "why": "time is up" });
    let refused = json!({
        "event": "plan_refused", "operation": plan.operation.kind(), "target": plan.target,
        "fingerprint": plan.fingerprint, "why": "lag within 60 s: 312 s",
    });
    let sender = "arn:aws:sts::111122223333:assumed-role/operator/oncall";
    let outcome = json!({ "result": "interrupted", "unsent": [1], "why": "stopped by hand" });
    let whole = [
        armed.clone(),
        refused.clone(),
        json!({ "event": "approved", "execution": id, "plan": plan, "approval": approval }),
        json!({ "event": "verified", "execution": id, "fingerprint": plan.fingerprint, "sender": sender }),
        json!({ "event": "sending", "execution": id, "step": step }),
        json!({ "event": "ambiguous", "execution": id, "step": step, "fault": "no answer", "before": null }),
        json!({ "event": "taken_over", "execution": id, "note": "after a crash" }),
        json!({ "event": "found", "execution": id, "step": step, "happened": true, "note": "it is modifying" }),
        json!({ "event": "followed", "execution": id, "step": step, "words": "modifying for 2 min" }),
        json!({ "event": "step_ended", "execution": id, "step": step, "words": "available", "failed": false }),
        json!({ "event": "ended", "execution": id, "outcome": outcome }),
        disarmed.clone(),
    ];
    let torn =
        json!({ "event": "torn", "bytes": 9, "digest": quarterdeck::ops::journal::chain::digest(b"{\"seq\":4,") });
    let short = [armed.clone(), refused, disarmed.clone()];
    let (three, head) = written(&short, 1, FIRST);
    let mended = [three, b"{\"seq\":4,\n".to_vec(), written(&[torn], 4, &head.hash).0].concat();
    let (unfinished, head) = written(&[armed, disarmed], 1, FIRST);
    vec![
        with_head(written(&whole, 1, FIRST)),
        with_head(written(&short, 1, FIRST)),
        mended,
        with_head(([unfinished, b"{\"seq\":3,\"at\":\"2026".to_vec()].concat(), head)),
    ]
}

/// Lines with their ends from a number on, and the head.
fn written(bodies: &[Value], first: u64, before: &str) -> (Vec<u8>, Head) {
    let (mut text, mut head) = (String::new(), Head { seq: first - 1, hash: before.to_owned() });
    for body in bodies {
        let body: Body = serde_json::from_value(body.clone()).expect("a record");
        let seq = head.seq + 1;
        let (entry, line) = seal(seq, MOMENT.parse().unwrap(), Who::default(), "prod".into(), body, head.hash).unwrap();
        head = Head { seq, hash: entry.hash };
        text.push_str(&line);
        text.push('\n');
    }
    (text.into_bytes(), head)
}

fn with_head((journal, head): (Vec<u8>, Head)) -> Vec<u8> {
    [journal, vec![0], serde_json::to_vec(&head).unwrap()].concat()
}

/// What the sandbox answers to each call, behind the bytes that choose call and status.
fn answers() -> Vec<Vec<u8>> {
    let at: Timestamp = MOMENT.parse().unwrap();
    let played = |scenario: &str| {
        let options = WorldOptions { scenario: scenario.into(), seed: 1, databases: None, epoch: at };
        Sandbox::new(World::build(&options).unwrap(), SandboxClock::frozen(at))
    };
    let (sandbox, odd) = (played("a-bad-night"), played("odd-estate"));
    let query = |call: u8, service: &str, item: &str, form: &str| {
        // Only the odd estate has blue/green deployments.
        let sandbox = if item == "BlueGreenDeployment" { &odd } else { &sandbox };
        let body = asked(sandbox, service, ("/", None), form.as_bytes());
        assert!(body.windows(item.len()).any(|part| part == item.as_bytes()), "there is no {item}");
        let body = shortened(&String::from_utf8(body).expect("XML"), item);
        [&[call, b'0'][..], body.as_bytes()].concat()
    };
    let cbor = |call: u8, operation: &str, input: &Value| {
        let uri = format!("/service/GraniteServiceVersion20100801/operation/{operation}");
        [vec![call, b'0'], asked(&sandbox, "monitoring", (&uri, None), &encoded(input))].concat()
    };
    let json = |call: u8, operation: &str, input: &Value| {
        let target = format!("secretsmanager.{operation}");
        let body = asked(&sandbox, "secretsmanager", ("/", Some(&target)), input.to_string().as_bytes());
        [vec![call, b'0'], body].concat()
    };
    let of_one = json!({ "SecretId": "rentaliq/prod/api/keys" });
    let dimension = json!({ "Name": "DBInstanceIdentifier", "Value": "rentaliq-qa-db" });
    let metric = json!({ "Namespace": "AWS/RDS", "MetricName": "CPUUtilization", "Dimensions": [dimension] });
    let stat = json!({ "Metric": metric, "Period": 60, "Stat": "Average" });
    let end = at.as_second();
    let data = json!({
        "MetricDataQueries": [{ "Id": "q0", "MetricStat": stat, "ReturnData": true }],
        "StartTime": end - 300, "EndTime": end,
    });
    let refused = json!({ "__type": "com.amazonaws.cloudwatch#InvalidNextToken", "message": "it is too old" });
    let rds = "Version=2014-10-31";
    vec![
        query(b'0', "sts", "Arn", "Action=GetCallerIdentity&Version=2011-06-15"),
        query(
            b'1',
            "rds",
            "DBInstance",
            &format!("Action=DescribeDBInstances&{rds}&DBInstanceIdentifier=rentaliq-qa-db"),
        ),
        query(b'1', "rds", "DBInstance", &format!("Action=DescribeDBInstances&{rds}&MaxRecords=20")),
        query(b'2', "rds", "DBSnapshot", &format!("Action=DescribeDBSnapshots&{rds}&MaxRecords=20")),
        query(b'3', "rds", "Event", &format!("Action=DescribeEvents&{rds}&Duration=20160&MaxRecords=20")),
        query(
            b'4',
            "rds",
            "ResourcePendingMaintenanceActions",
            &format!("Action=DescribePendingMaintenanceActions&{rds}"),
        ),
        query(
            b'8',
            "rds",
            "DBInstanceAutomatedBackup",
            &format!("Action=DescribeDBInstanceAutomatedBackups&{rds}&DBInstanceIdentifier=rentaliq-qa-db"),
        ),
        query(b'9', "rds", "BlueGreenDeployment", &format!("Action=DescribeBlueGreenDeployments&{rds}")),
        query(
            b':',
            "rds",
            "OrderableDBInstanceOption",
            &format!(
                "Action=DescribeOrderableDBInstanceOptions&{rds}&Engine=postgres&EngineVersion=16.4&MaxRecords=20"
            ),
        ),
        cbor(b'5', "GetMetricData", &data),
        cbor(b'6', "DescribeAlarms", &json!({ "MaxRecords": 3 })),
        json(b'=', "ListSecrets", &json!({ "MaxResults": 2 })),
        json(b'>', "DescribeSecret", &of_one),
        json(b'?', "ListSecretVersionIds", &of_one),
        query(
            b'7',
            "sts",
            "Arn",
            "Action=AssumeRole&Version=2011-06-15&RoleArn=arn:aws:iam::111122223333:role/reader&RoleSessionName=oncall",
        ),
        [&b"12"[..], REFUSAL.as_bytes()].concat(),
        [&b"71"[..], REFUSAL.as_bytes()].concat(),
        [b"51".to_vec(), encoded(&refused)].concat(),
    ]
}

/// The body of the sandbox's answer to one request.
fn asked(sandbox: &Sandbox, service: &str, (uri, target): (&str, Option<&str>), body: &[u8]) -> Vec<u8> {
    let scope = format!("AKIASANDBOX111122223333/20261122/us-east-1/{service}/aws4_request");
    let signature = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00");
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, signature.parse().expect("a header"));
    if let Some(target) = target {
        headers.insert("x-amz-target", target.parse().expect("a header"));
    }
    let body = Bytes::copy_from_slice(body);
    let answer = sandbox.answer(&MockRequest { method: "POST".into(), uri: uri.into(), headers, body });
    assert_eq!(answer.status, 200, "{uri}: {}", String::from_utf8_lossy(&answer.body));
    answer.body.to_vec()
}

fn encoded(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).expect("CBOR");
    bytes
}

/// An answer with only the first item of its list: what is short is broken in more places.
fn shortened(body: &str, item: &str) -> String {
    let end = format!("</{item}>");
    let Some(first) = body.find(&end).map(|at| at + end.len()) else { return body.to_owned() };
    let last = body.rfind(&end).map_or(first, |at| at + end.len());
    format!("{}{}", &body[..first], &body[last..])
}
