use serde_json::{Value, json};

use super::super::script::{ScriptedAnswer, ScriptedLog, ScriptedPiece, answering, status};
use super::*;
use crate::services::kubernetes::model::Node;

fn node(name: &str, version: &str) -> Value {
    json!({ "metadata": { "name": name, "resourceVersion": version } })
}

fn page(version: &str, next: Option<&str>, items: &[Value]) -> ScriptedAnswer {
    let mut metadata = json!({ "resourceVersion": version });
    if let Some(next) = next {
        metadata["continue"] = json!(next);
    }
    ScriptedAnswer::ok(&json!({ "kind": "NodeList", "metadata": metadata, "items": items }))
}

fn line(kind: &str, object: &Value) -> Value {
    json!({ "type": kind, "object": object })
}

fn bookmark(version: &str) -> Value {
    line("BOOKMARK", &json!({ "kind": "Node", "metadata": { "resourceVersion": version } }))
}

fn silent(lines: &[Value]) -> ScriptedAnswer {
    ScriptedAnswer::lines(lines).then(ScriptedPiece::Silence)
}

/// What is told of nodes, in short: `all a b`, `put a`, `gone b`, `alive`, `lost`.
fn short(told: &WatchTold) -> String {
    let WatchTold::Nodes(delta) = told else { panic!("{told:?} of a watch of nodes") };
    let names = |items: &Items<Arc<Node>>| items.keys().map(|name| format!(" {name}")).collect::<String>();
    match delta {
        Delta::Snapshot(items) => format!("all{}", names(items)),
        Delta::Changes { put, gone } => {
            let gone: String = gone.iter().map(|name| format!(" -{name}")).collect();
            format!("changes{}{gone}", names(put))
        }
        Delta::Alive => "alive".into(),
        Delta::Lost(_) => "lost".into(),
    }
}

/// What is told up to a loss, or up to so much.
async fn told(
    answers: impl IntoIterator<Item = ScriptedAnswer>,
    most: usize,
) -> (Vec<String>, Option<Fault>, ScriptedLog) {
    let (api, log) = answering(answers);
    let all: Vec<WatchTold> = api.watch(ObjectKind::Node).take(most).collect().await;
    let fault = all.last().and_then(WatchTold::loss).cloned();
    (all.iter().map(short).collect(), fault, log)
}

const FIRST: &str = "/api/v1/nodes?limit=500";
const WATCH: &str = "/api/v1/nodes?watch=true&allowWatchBookmarks=true&resourceVersion=";

#[tokio::test(start_paused = true)]
async fn pages_make_one_whole_and_changes_follow_it() {
    let changes =
        [line("ADDED", &node("c", "11")), line("MODIFIED", &node("a", "12")), line("DELETED", &node("b", "13"))];
    let answers = [
        page("9", Some("a token/+="), &[node("a", "1")]),
        page("10", None, &[node("b", "2")]),
        silent(&changes).then(ScriptedPiece::Silence),
    ];
    let (told, _, log) = told(answers, 2).await;
    assert_eq!(told, ["all a b", "changes a c -b"]);
    let paths = log.paths();
    assert_eq!(paths[..2], [FIRST, "/api/v1/nodes?limit=500&continue=a%20token%2F%2B%3D"]);
    assert_eq!(paths[2], format!("{WATCH}10&timeoutSeconds=200"));
    assert_eq!(log.asks()[2].authorization, "Bearer token-1");
}

#[tokio::test(start_paused = true)]
async fn what_comes_later_than_a_tenth_of_a_second_is_told_later() {
    let stream = ScriptedAnswer::lines(&[line("ADDED", &node("b", "2"))])
        .then(ScriptedPiece::After(Duration::from_millis(60)))
        .then(ScriptedPiece::Text(format!("{}\n", line("ADDED", &node("c", "3")))))
        .then(ScriptedPiece::After(Duration::from_millis(60)))
        .then(ScriptedPiece::Text(format!("{}\n", line("ADDED", &node("d", "4")))))
        .then(ScriptedPiece::Silence);
    let (told, ..) = told([page("1", None, &[]), stream], 3).await;
    assert_eq!(told, ["all", "changes b c", "changes d"]);
}

#[tokio::test(start_paused = true)]
async fn a_line_in_two_pieces_is_one_and_a_bookmark_is_a_sign_of_life() {
    let text = format!("{}\n{}\n", line("ADDED", &node("ä", "2")), bookmark("7"));
    // In the middle of a letter.
    let (start, end) = text.as_bytes().split_at(text.find('ä').unwrap() + 1);
    let answer = ScriptedAnswer::lines(&[])
        .then(ScriptedPiece::Bytes(start.to_vec()))
        .then(ScriptedPiece::After(Duration::from_secs(1)))
        .then(ScriptedPiece::Bytes(end.to_vec()));
    let (told, _, log) = told([page("1", None, &[]), answer, silent(&[])], 3).await;
    assert_eq!(told, ["all", "changes ä", "lost"], "a bookmark within a change is one with it");
    assert_eq!(log.paths()[2], format!("{WATCH}7&timeoutSeconds=200"));
}

#[tokio::test(start_paused = true)]
async fn pages_that_are_over_are_read_anew_and_then_all_at_once() {
    let gone = || ScriptedAnswer::refusal(410, "Expired", "The provided continue parameter is too old");
    let first = || page("5", Some("x"), &[node("old", "1")]);
    let answers = [first(), gone(), first(), gone(), page("9", None, &[node("a", "1")]), silent(&[])];
    let (told, _, log) = told(answers, 1).await;
    assert_eq!(told, ["all a"], "nothing of the pages before");
    assert_eq!(log.paths()[4], "/api/v1/nodes");
}

#[tokio::test(start_paused = true)]
async fn a_place_that_is_no_longer_known_makes_everything_anew() {
    let as_answer = ScriptedAnswer::refusal(410, "Expired", "too old resource version: 1 (9)");
    let as_line = ScriptedAnswer::lines(&[
        line("ADDED", &node("c", "10")),
        line("ERROR", &status(410, "Expired", "too old resource version: 10 (90)")),
    ]);
    let answers = [
        page("1", None, &[node("a", "1")]),
        as_answer,
        page("9", None, &[node("b", "9")]),
        as_line,
        page("90", None, &[node("d", "90")]),
        silent(&[]),
    ];
    let (told, _, log) = told(answers, 5).await;
    assert_eq!(told, ["all a", "all b", "changes c", "all d", "lost"]);
    assert_eq!(log.paths()[5], format!("{WATCH}90&timeoutSeconds=200"));
}

#[tokio::test(start_paused = true)]
async fn a_place_that_is_never_known_is_a_loss() {
    let gone = || ScriptedAnswer::refusal(410, "Expired", "too old resource version");
    let answers: Vec<_> = (0..10).flat_map(|_| [page("1", None, &[]), gone()]).collect();
    let (told, fault, _) = told(answers, 20).await;
    assert_eq!(told, ["all", "all", "all", "all", "lost"]);
    assert_eq!(fault.unwrap().to_string(), "k8s: watch nodes error: too old resource version");
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_ends_as_it_was_asked_to_goes_on_where_it_stood() {
    let ends = ScriptedAnswer::lines(&[line("ADDED", &node("a", "2")), bookmark("5")])
        .then(ScriptedPiece::After(Duration::from_secs(200)));
    let quiet = || ScriptedAnswer::lines(&[]).then(ScriptedPiece::After(Duration::from_secs(200)));
    let answers = [page("1", None, &[]), ends, quiet(), quiet(), quiet(), quiet(), silent(&[])];
    let (told, _, log) = told(answers, 8).await;
    assert_eq!(told, ["all", "changes a", "alive", "alive", "alive", "alive", "alive", "lost"]);
    assert!(log.paths()[2..].iter().all(|path| path.starts_with(&format!("{WATCH}5&"))), "no loss, nothing anew");
}

#[tokio::test(start_paused = true)]
async fn what_is_cut_in_the_middle_of_a_line_goes_on_after_the_last_whole_one() {
    for end in [None, Some(ScriptedPiece::Cut)] {
        let mut cut = ScriptedAnswer::lines(&[line("ADDED", &node("a", "2"))])
            .then(ScriptedPiece::Text(r#"{"type":"ADDED","object":{"metadata":{"name":"half","#.into()));
        cut = end.into_iter().fold(cut, ScriptedAnswer::then);
        let answers = [page("1", None, &[]), cut, silent(&[line("ADDED", &node("b", "3"))])];
        let (told, _, log) = told(answers, 3).await;
        assert_eq!(told, ["all", "changes a", "changes b"], "that it is open again tells nothing");
        assert_eq!(log.paths()[2], format!("{WATCH}2&timeoutSeconds=200"));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_cut_each_time_is_a_loss() {
    let cut = || ScriptedAnswer::lines(&[]).then(ScriptedPiece::Cut);
    let (told, fault, log) = told([page("1", None, &[]), cut(), cut(), cut(), cut()], 9).await;
    assert_eq!((told.as_slice(), log.paths().len()), (["all", "lost"].map(String::from).as_slice(), 4));
    let fault = fault.unwrap();
    assert_eq!(fault.kind, FaultKind::Unreachable);
    assert_eq!(fault.message, "the watch is cut off each time: connection reset");
    let ends = || ScriptedAnswer::lines(&[]);
    let (_, fault, _) = self::told([page("1", None, &[]), ends(), ends(), ends(), ends()], 9).await;
    assert_eq!(fault.unwrap().message, "the server ends the watch each time without a word");
}

#[tokio::test(start_paused = true)]
async fn garbage_is_a_loss() {
    for garbage in
        ["<html>\n", "{}\n", "{\"type\":\"SURPRISE\",\"object\":{}}\n", "{\"type\":\"ADDED\"}\n", "\u{1b}[2J\n"]
    {
        let stream = ScriptedAnswer::lines(&[line("ADDED", &node("a", "2"))])
            .then(ScriptedPiece::Text(garbage.into()))
            .then(ScriptedPiece::Silence);
        let (told, fault, _) = told([page("1", None, &[]), stream], 9).await;
        assert_eq!(told, ["all", "changes a", "lost"], "{garbage:?}");
        let fault = fault.unwrap();
        assert_eq!(fault.kind, FaultKind::BrokenAnswer);
        assert_eq!(fault.message, "the watch told what is not of the Kubernetes API");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_no_list_is_a_loss() {
    let page_of_a_portal = ScriptedAnswer::with(200, "<!DOCTYPE html><html>Sign in</html>");
    let not_said = ScriptedAnswer::ok(&json!({ "kind": "NodeList", "metadata": {}, "items": [] }));
    for (answer, message) in [
        (page_of_a_portal, "a web page in place of the API server's answer"),
        (ScriptedAnswer::ok(&json!({})), "the answer is not what the Kubernetes API promises"),
        (not_said, "a list that does not say which moment it is of"),
    ] {
        let (told, fault, _) = told([answer], 9).await;
        let fault = fault.unwrap();
        assert_eq!((told, fault.kind, &*fault.message), (vec!["lost".into()], FaultKind::BrokenAnswer, message));
        assert_eq!(fault.call, "k8s: list nodes");
    }
}

#[tokio::test(start_paused = true)]
async fn a_right_that_is_taken_away_in_the_middle_is_a_loss_that_names_it() {
    let forbidden = status(403, "Forbidden", "nodes is forbidden: User \"x\" cannot watch resource \"nodes\"");
    let as_answer = [
        page("1", None, &[node("a", "1")]),
        ScriptedAnswer::lines(&[bookmark("2")]),
        ScriptedAnswer::with(403, &forbidden.to_string()),
    ];
    let as_line =
        [page("1", None, &[node("a", "1")]), ScriptedAnswer::lines(&[bookmark("2"), line("ERROR", &forbidden)])];
    for answers in [as_answer.to_vec(), as_line.to_vec()] {
        let (told, fault, _) = told(answers, 9).await;
        assert_eq!(told, ["all a", "alive", "lost"]);
        assert_eq!(fault.unwrap().kind, FaultKind::Forbidden { rule: "watch nodes".into() });
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_ended_is_renewed_once() {
    let refused = || ScriptedAnswer::refusal(401, "Unauthorized", "Unauthorized");
    let answers = [
        page("1", None, &[]),
        ScriptedAnswer::lines(&[bookmark("2")]),
        refused(),
        ScriptedAnswer::lines(&[bookmark("3")]),
        refused(),
        refused(),
    ];
    let (told, fault, log) = told(answers, 9).await;
    assert_eq!(told, ["all", "alive", "alive", "lost"]);
    let tokens: Vec<_> = log.asks().into_iter().map(|ask| ask.authorization).collect();
    let expected = [1, 1, 1, 2, 2, 3].map(|number| format!("Bearer token-{number}"));
    assert_eq!(tokens, expected);
    let fault = fault.unwrap();
    assert_eq!(fault.word(), "not let in");
    assert!(fault.advice().contains("qd k8s-rbac reader"), "{}", fault.advice());
    assert!(!format!("{fault:?}").contains("token-"), "no word of a token");
}

#[tokio::test(start_paused = true)]
async fn silence_is_a_loss_and_never_a_sign_of_life() {
    let began = Instant::now();
    let (told, fault, _) = told([page("1", None, &[]), silent(&[])], 9).await;
    assert_eq!(told, ["all", "lost"]);
    assert_eq!(began.elapsed().as_secs(), 210, "the time that it was to last, and the margin");
    let fault = fault.unwrap();
    assert_eq!((fault.kind, &*fault.message), (FaultKind::TimedOut, "nothing was heard of the watch for 210 s"));
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_is_not_answered_is_never_fresh() {
    let began = Instant::now();
    let (told, fault, _) = told([page("1", None, &[]), ScriptedAnswer::none()], 9).await;
    assert_eq!((told, began.elapsed().as_secs()), (vec!["all".to_owned(), "lost".into()], 15));
    let fault = fault.unwrap();
    assert_eq!(fault.to_string(), "k8s: watch nodes timed out: no answer within 15 s");
}

#[tokio::test(start_paused = true)]
async fn a_list_that_comes_to_a_halt_is_a_loss() {
    let halts = ScriptedAnswer::with(200, r#"{"items":["#).then(ScriptedPiece::Silence);
    let (told, fault, _) = told([halts], 9).await;
    assert_eq!(told, ["lost"]);
    assert_eq!(fault.unwrap().kind, FaultKind::TimedOut);
}

#[tokio::test(start_paused = true)]
async fn an_odd_object_is_left_out_alone() {
    let odd = json!({ "metadata": { "name": "odd", "resourceVersion": "3" }, "spec": "what?" });
    let nameless = json!({ "metadata": { "resourceVersion": "3" } });
    let nulls = json!({ "metadata": { "name": "nulls", "resourceVersion": "3", "labels": null }, "spec": null });
    let lines = [line("MODIFIED", &odd), line("ADDED", &nameless), line("ADDED", &node("b", "4"))];
    let answers =
        [page("1", None, &[node("a", "1"), odd, nameless, nulls]), ScriptedAnswer::lines(&lines), silent(&[])];
    let (told, _, log) = told(answers, 4).await;
    assert_eq!(told, ["all a nulls", "changes b", "lost"]);
    assert_eq!(log.paths()[2], format!("{WATCH}4&timeoutSeconds=200"));
}

#[tokio::test(start_paused = true)]
async fn what_the_server_cannot_do_for_a_moment_is_asked_again() {
    let busy = ScriptedAnswer::refusal(429, "TooManyRequests", "slow down").header("retry-after", "2");
    let down = ScriptedAnswer::with(503, "no endpoints available");
    let began = Instant::now();
    let (told, ..) = told([busy, down, page("1", None, &[node("a", "1")]), silent(&[])], 1).await;
    assert_eq!((told.join(", "), began.elapsed()), ("all a".into(), Duration::from_secs(3)));
}
