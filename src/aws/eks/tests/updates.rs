use super::super::updates::KnownUpdates;
use super::*;
use crate::services::kubernetes::change::NodegroupUpdate;

const LIST: &str = "/clusters/prod/updates?nodegroupName=system&maxResults=100";

/// The path of an update, and what is answered: made so many seconds after another.
macro_rules! described {
    ($id:literal, $seconds:literal, $status:literal) => {
        (
            concat!("/clusters/prod/updates/", $id, "?nodegroupName=system"),
            format!(
                r#"{{"update":{{"id":"{}","type":"ConfigUpdate","status":"{}","createdAt":{}.0,
                   "params":[{{"type":"MinSize","value":"1"}},{{"type":"DesiredSize","value":"3"}}]}}}}"#,
                $id,
                $status,
                1_700_000_000 + $seconds
            ),
        )
    };
}

fn listed(ids: &[&str]) -> String {
    format!(r#"{{"updateIds":{}}}"#, serde_json::to_string(ids).unwrap())
}

async fn newest(known: &KnownUpdates, answers: &AnswersByPath) -> Result<Vec<NodegroupUpdate>, Fault> {
    known.newest(&answers.session().await, "eu-west-1", "prod", "system").await
}

fn ids(updates: &[NodegroupUpdate]) -> Vec<&str> {
    updates.iter().map(|update| update.id.as_str()).collect()
}

#[tokio::test(start_paused = true)]
async fn updates_are_told_newest_first_whatever_their_order() {
    let mut answers = AnswersByPath::default().with(LIST, &listed(&["u-b", "u-a", "u-c"]));
    let all = [described!("u-a", 5, "Successful"), described!("u-b", 9, "InProgress"), described!("u-c", 1, "Failed")];
    for (path, body) in &all {
        answers = answers.with(path, body);
    }
    let found = newest(&KnownUpdates::default(), &answers).await.unwrap();
    assert_eq!(ids(&found), ["u-b", "u-a", "u-c"]);
    let first = &found[0];
    assert_eq!((first.kind.as_str(), first.status.as_str()), ("ConfigUpdate", "InProgress"));
    assert_eq!(first.created.unwrap().as_second(), 1_700_000_009);
    let sizes = [("MinSize", "1"), ("DesiredSize", "3")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!((first.parameters.as_slice(), first.errors.len()), (sizes.as_slice(), 0));
}

#[tokio::test(start_paused = true)]
async fn what_is_over_is_not_asked_for_twice() {
    let known = KnownUpdates::default();
    let mut answers = AnswersByPath::default().with(LIST, &listed(&["u-a", "u-b"]));
    for (path, body) in &[described!("u-a", 1, "Cancelled"), described!("u-b", 2, "InProgress")] {
        answers = answers.with(path, body);
    }
    assert_eq!(ids(&newest(&known, &answers).await.unwrap()), ["u-b", "u-a"]);
    let (path, body) = described!("u-b", 2, "Successful");
    let later = AnswersByPath::default().with(LIST, &listed(&["u-a", "u-b"])).with(path, &body);
    let found = newest(&known, &later).await.unwrap();
    assert_eq!(found.iter().map(|update| update.status.as_str()).collect::<Vec<_>>(), ["Successful", "Cancelled"]);
    assert_eq!(later.asked(), [LIST, path]);
    let last = AnswersByPath::default().with(LIST, &listed(&["u-a", "u-b"]));
    assert_eq!(newest(&known, &last).await.unwrap(), found);
    // What EKS lists no more is not told.
    let none = AnswersByPath::default().with(LIST, &listed(&[]));
    assert_eq!(newest(&known, &none).await.unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn why_an_update_failed_is_told_in_one_line() {
    let (path, _) = described!("u-a", 1, "Failed");
    let body = r#"{"update":{"status":"Failed","errors":[
        {"errorCode":"PodEvictionFailure","errorMessage":"Reached max\nretries","resourceIds":["ip-1"]}]}}"#;
    let answers = AnswersByPath::default().with(LIST, &listed(&["u-a"])).with(path, body);
    let found = newest(&KnownUpdates::default(), &answers).await.unwrap();
    let error = EksTrouble {
        code: "PodEvictionFailure".into(),
        message: "Reached max retries".into(),
        resources: vec!["ip-1".into()],
    };
    assert_eq!((ids(&found), &found[0].errors), (vec!["u-a"], &vec![error]));
}

#[tokio::test(start_paused = true)]
async fn ten_are_told_and_too_many_are_not_asked_for() {
    let mut answers = AnswersByPath::default();
    let all = [
        described!("u-01", 1, "Successful"),
        described!("u-02", 2, "Successful"),
        described!("u-03", 3, "Successful"),
        described!("u-04", 4, "Successful"),
        described!("u-05", 5, "Successful"),
        described!("u-06", 6, "Successful"),
        described!("u-07", 7, "Successful"),
        described!("u-08", 8, "Successful"),
        described!("u-09", 9, "Successful"),
        described!("u-10", 10, "Successful"),
        described!("u-11", 11, "Successful"),
    ];
    for (path, body) in &all {
        answers = answers.with(path, body);
    }
    let names: Vec<String> = (1..=11).map(|at| format!("u-{at:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let found = newest(&KnownUpdates::default(), &answers.with(LIST, &listed(&names))).await.unwrap();
    assert_eq!((found.len(), ids(&found)[0], ids(&found)[9]), (10, "u-11", "u-02"));
    let many: Vec<String> = (0..501).map(|at| format!("u-{at}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let answers = AnswersByPath::default().with(LIST, &listed(&many));
    let fault = newest(&KnownUpdates::default(), &answers).await.unwrap_err();
    assert_eq!((fault.kind, answers.asked().len()), (FaultKind::BrokenAnswer, 1));
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_one_of_its_own_call() {
    let (path, _) = described!("u-a", 1, "Failed");
    let denied = AnswersByPath::default().failing(LIST, 403, "AccessDeniedException", "no");
    let fault = newest(&KnownUpdates::default(), &denied).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Denied { action: "eks:ListUpdates".into() });
    let list = AnswersByPath::default().with(LIST, &listed(&["u-a"]));
    let denied = list.clone().failing(path, 403, "AccessDeniedException", "no");
    let fault = newest(&KnownUpdates::default(), &denied).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Denied { action: "eks:DescribeUpdate".into() });
    // It went between the two.
    let gone = list.failing(path, 404, "ResourceNotFoundException", "gone");
    assert_eq!(newest(&KnownUpdates::default(), &gone).await.unwrap(), []);
}
