use super::super::script::{ScriptedAnswer, ScriptedLog, ScriptedPiece, answering};
use super::*;
use crate::services::kubernetes::logs::LONGEST;

fn source(previous: bool) -> LogSource {
    LogSource { namespace: "shop".into(), pod: "p".into(), container: "a b".into(), previous }
}

async fn told(
    previous: bool,
    answers: impl IntoIterator<Item = ScriptedAnswer>,
    most: usize,
) -> (Vec<LogTold>, ScriptedLog) {
    let (api, log) = answering(answers);
    (api.log(&source(previous)).take(most).collect().await, log)
}

fn text(text: &str) -> ScriptedPiece {
    ScriptedPiece::Text(text.into())
}

fn stream(pieces: impl IntoIterator<Item = ScriptedPiece>) -> ScriptedAnswer {
    pieces.into_iter().fold(ScriptedAnswer::lines(&[]), ScriptedAnswer::then)
}

fn lines(told: &LogTold) -> Vec<&str> {
    let LogTold::Lines(lines) = told else { panic!("{told:?}") };
    lines.iter().map(|line| &*line.text).collect()
}

#[tokio::test(start_paused = true)]
async fn lines_are_gathered_stamped_and_clean() {
    let pieces = [
        text("2026-11-30T08:00:00.000000001Z one\n2026-11-30T08:00:00.000000002Z tw"),
        text("o\u{1b}[31m\tx\n"),
        ScriptedPiece::After(Duration::from_millis(300)),
        text("no stamp\r\n2026-11-30T08:00:01Z \n2026-11-30T08:00:02Z last"),
    ];
    let (told, log) = told(false, [stream(pieces)], 9).await;
    assert_eq!(lines(&told[0]), ["one", "two?[31m?x"]);
    assert_eq!(lines(&told[1]), ["no stamp", "", "last"]);
    assert_eq!((&told[2], told.len()), (&LogTold::Ended, 3));
    let LogTold::Lines(first) = &told[0] else { panic!("lines") };
    assert_eq!(first[0].at, Some("2026-11-30T08:00:00.000000001Z".parse().unwrap()));
    assert!(!first[0].is_cut);
    assert_eq!(
        log.paths(),
        [
            "/api/v1/namespaces/shop/pods/p/log?container=a%20b&previous=false&follow=true&timestamps=true&tailLines=1000"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_long_line_is_cut_and_many_lines_are_told_in_parts() {
    let long = format!("2026-11-30T08:00:00Z {}\n", "é".repeat(LONGEST));
    let many = "2026-11-30T08:00:00Z x\n".repeat(1_100);
    let (told, _) = told(false, [stream([text(&long), text(&many)])], 9).await;
    let sizes: Vec<usize> =
        told.iter().map(|told| if let LogTold::Lines(lines) = told { lines.len() } else { 0 }).collect();
    assert_eq!(sizes, [500, 500, 101, 0]);
    let LogTold::Lines(first) = &told[0] else { panic!("lines") };
    assert_eq!((first[0].text.len(), first[0].is_cut, first[1].is_cut), (LONGEST, true, false));
}

#[tokio::test(start_paused = true)]
async fn a_log_that_is_quiet_goes_on_after_its_last_line() {
    let first = stream([text("2026-11-30T08:00:00.5Z a\n2026-11-30T08:00:01.25Z b\n"), ScriptedPiece::Silence]);
    let again = stream([text("2026-11-30T08:00:01.25Z b\n2026-11-30T08:00:01.5Z c\n"), ScriptedPiece::Silence]);
    let (told, log) = told(false, [first, again], 2).await;
    assert_eq!([lines(&told[0]), lines(&told[1])], [vec!["a", "b"], vec!["c"]]);
    assert!(log.paths()[1].ends_with("&timestamps=true&sinceTime=2026-11-30T08%3A00%3A01Z"), "{:?}", log.paths());
}

#[tokio::test(start_paused = true)]
async fn a_log_that_breaks_off_is_lost_after_what_came() {
    let (told, _) = told(false, [stream([text("one\ntwo"), ScriptedPiece::Cut])], 9).await;
    assert_eq!(lines(&told[0]), ["one", "two"]);
    let LogTold::Lost(fault) = &told[1] else { panic!("{told:?}") };
    assert_eq!(fault.to_string(), "k8s: get pods/log unreachable: the answer was cut off: connection reset");
    assert_eq!(told.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_log_of_the_one_before_is_not_followed() {
    let message = r#"previous terminated container "a b" in pod "p" not found"#;
    let (told, log) = told(true, [ScriptedAnswer::refusal(400, "BadRequest", message)], 9).await;
    let LogTold::Lost(fault) = &told[0] else { panic!("{told:?}") };
    assert_eq!(fault.message, "the container has not run before: there is no previous log");
    assert!(log.paths()[0].contains("&previous=true&follow=false&"));
    let (told, _) = self::told(true, [stream([text("x"), ScriptedPiece::Silence])], 9).await;
    let LogTold::Lost(fault) = &told[0] else { panic!("{told:?}") };
    assert_eq!(fault.kind, FaultKind::TimedOut);
}
