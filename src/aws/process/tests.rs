//! Commands that print credentials, ask, hang, print megabytes and complain.

use std::fs::File;
use std::io::Read;

use tokio::sync::oneshot;

use super::*;

const LONG: Duration = Duration::from_secs(30);

async fn why(command: &str) -> String {
    run(command, LONG).await.unwrap_err().to_string()
}

#[tokio::test]
async fn what_a_command_prints_is_read_as_the_aws_cli_reads_it() {
    let printed = r#"{"Version": 1, "AccessKeyId": "AKIA", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": "2126-01-01T00:00:00Z", "More": []}"#;
    let credentials = credentials(&format!("printf %s '{printed}'"), "p").await.unwrap();
    assert_eq!((credentials.access_key_id(), credentials.secret_access_key()), ("AKIA", "s"));
    assert_eq!(credentials.session_token(), Some("t"));
    assert_eq!(credentials.expiry().map(|end| Timestamp::try_from(end).unwrap().as_second()), Some(4_922_899_200));
}

#[test]
fn what_are_no_credentials_is_said_without_a_word_of_it() {
    let now = SystemTime::now();
    for (printed, said) in [
        ("hush", "printed no JSON object with credentials"),
        ("", "printed no JSON object with credentials"),
        ("[1]", "printed no JSON object with credentials"),
        (r#"{"AccessKeyId": "A", "SecretAccessKey": "s"}"#, "printed credentials without Version"),
        (r#"{"Version": 2, "AccessKeyId": "A", "SecretAccessKey": "s"}"#, "printed another version than 1"),
        (r#"{"Version": "1", "AccessKeyId": "A", "SecretAccessKey": "s"}"#, "printed another version than 1"),
        (r#"{"Version": 1, "SecretAccessKey": "s"}"#, "printed credentials without AccessKeyId"),
        (r#"{"Version": 1, "AccessKeyId": "A"}"#, "printed credentials without SecretAccessKey"),
        (
            r#"{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "s", "Expiration": "soon"}"#,
            "printed an Expiration that is no time",
        ),
        (
            r#"{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "s", "Expiration": "2020-01-01T00:00:00+00:00"}"#,
            "printed credentials that are over already",
        ),
    ] {
        assert_eq!(read(printed.as_bytes(), now).unwrap_err().to_string(), said, "{printed}");
    }
}

#[tokio::test]
async fn a_command_that_fails_tells_what_it_said_in_one_line() {
    let said = why("sh -c 'echo hush; echo \"no\n  session\" >&2; exit 3'").await;
    assert_eq!(said, "ended with exit code 3: no session");
    assert_eq!(why("sh -c 'exit 1'").await, "ended with exit code 1");
    assert!(why("/nowhere/at/all").await.starts_with("cannot be started: "));
    for empty in ["", "  ", "it's"] {
        assert_eq!(why(empty).await, "is no command: a quote is not closed, or nothing is there");
    }
    let long = why("sh -c 'head -c 100000 /dev/zero | tr \"\\000\" x >&2; echo \" end\" >&2; exit 1'").await;
    assert!(long.ends_with("x end") && long.len() < 2 * LAST, "{}", long.len());
}

#[tokio::test]
async fn a_command_that_prints_without_end_is_ended() {
    assert_eq!(run("cat /dev/zero", LONG).await, Err(Why::TooMuch));
}

#[tokio::test]
async fn a_command_that_hangs_is_given_up() {
    let hangs = run("sleep 600", Duration::ZERO).await.unwrap_err();
    assert_eq!(hangs.to_string(), "gave nothing within 0 s and was ended");
}

/// The one that it started holds the pipe: the pipe ends when that one is gone too.
#[tokio::test]
async fn a_command_is_ended_with_what_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let command = format!("sh -c 'sleep 600 > {} & wait'", pipe.display());
    let (opened, is_open) = oneshot::channel();
    let reader = tokio::task::spawn_blocking(move || {
        let mut pipe = File::open(pipe).unwrap();
        opened.send(()).unwrap();
        let mut text = String::new();
        pipe.read_to_string(&mut text).unwrap();
        text
    });
    tokio::select! {
        ended = run(&command, LONG) => panic!("{ended:?}"),
        opened = is_open => opened.unwrap(),
    }
    assert_eq!(reader.await.unwrap(), "");
}

/// Nobody is asked on a terminal: there is none, neither to read from nor to write to.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_command_has_neither_terminal_nor_input() {
    let session = "read -r pid name state parent group session rest < /proc/$$/stat; echo $(( session == $$ ))";
    let asks = "read -r answer && echo answered; (echo Code: > /dev/tty) 2> /dev/null && echo told; exit 0";
    let printed = run(&format!("sh -c '{session}; {asks}'"), LONG).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&printed), "1\n");
}
