//! `qd audit` as a command: whose journal it is, the list, and the export for a spreadsheet.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use quarterdeck::runtime::journal::{FILE, Journal};
use quarterdeck::slices::Body;

const QD: &str = env!("CARGO_BIN_EXE_qd");

/// A home with the sandbox's journal, in which two things were armed.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let journal = Journal::open(&home.path().join("state/sandbox")).unwrap();
    let at = "2026-11-22T03:12:44Z".parse().unwrap();
    for reason in ["=HYPERLINK(\"http://x\",\"y\"), INC-1", "a reason of many words that has no room in eighty columns"]
    {
        journal.append(at, "development", "", Body::Armed { reason: reason.into(), until: at }).unwrap();
    }
    home
}

/// Runs a command with nothing of this machine around it.
fn run(home: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(QD);
    command.args(arguments).env_clear().env("HOME", home).env("QD_STATE_DIR", home.join("state"));
    command.env("AWS_EC2_METADATA_DISABLED", "true").current_dir(home).stdin(Stdio::null());
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn without_a_configuration_it_says_first_that_it_is_the_sandbox_s() {
    let home = home();
    let output = run(home.path(), &["audit", "verify"]);
    let text = said(&output);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("The sandbox's journal, of ") && lines[0].contains("rehearsals"), "{text}");
    assert!(lines[1].contains("config.toml is not there"), "{text}");
    assert!(lines[2].ends_with("state/sandbox/journal.jsonl: sound, 2 entries"), "{text}");
    assert!(lines[3].contains("qd --profile NAME audit verify"), "{text}");
    assert_eq!(output.status.code(), Some(0));

    let asked = said(&run(home.path(), &["--sandbox", "audit", "verify"]));
    assert!(!asked.contains("because nothing names AWS"), "{asked}");
}

#[test]
fn the_journal_of_aws_is_another_one_and_names_its_configuration() {
    let home = home();
    std::fs::write(home.path().join("qd.toml"), "").unwrap();
    let text = said(&run(home.path(), &["--config", "qd.toml", "audit", "verify"]));
    assert!(text.contains("changes to AWS; the configuration is qd.toml."), "{text}");
    assert!(text.contains("state/journal.jsonl: there is no journal yet"), "{text}");
    let text = said(&run(home.path(), &["--profile", "prod", "audit", "verify"]));
    assert!(text.contains("changes to AWS; no configuration is used."), "{text}");
}

#[test]
fn an_altered_journal_has_the_exit_code_one_and_an_unreadable_one_two() {
    let home = home();
    let path = home.path().join("state/sandbox").join(FILE);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("INC-1", "INC-2")).unwrap();
    let output = run(home.path(), &["--sandbox", "audit", "verify"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(said(&output).contains("line 1: entry 1 was changed"), "{output:?}");
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert_eq!(run(home.path(), &["--sandbox", "audit", "verify"]).status.code(), Some(2));
}

#[test]
fn where_there_is_no_terminal_a_row_is_a_line() {
    let home = home();
    let text = said(&run(home.path(), &["--sandbox", "audit", "list"]));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[0].starts_with("TIME (UTC)           OUTCOME  ENVIRONMENT"), "{text}");
    assert!(lines[2].contains("no room in eighty columns (until"), "{text}");
}

#[test]
fn a_spreadsheet_gets_no_formula() {
    let home = home();
    let text = said(&run(home.path(), &["--sandbox", "audit", "export", "--format", "csv"]));
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("time,last,outcome,environment,operation,target,"), "{text}");
    assert!(lines[1].contains(",\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\"), INC-1\","), "{text}");
    assert_eq!(lines.len(), 3, "{text}");
}
