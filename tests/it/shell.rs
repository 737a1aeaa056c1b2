//! What a person does in a shell: a first configuration, pictures with an exit code, completions and man pages.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const QD: &str = env!("CARGO_BIN_EXE_qd");
const AT: &str = "2026-11-22T03:12:44Z";

/// Runs a command in a home of its own, on no terminal.
fn run(home: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(QD);
    command.args(arguments).env_clear().env("HOME", home).env("QD_STATE_DIR", home.join("state"));
    command.env("AWS_EC2_METADATA_DISABLED", "true").current_dir(home).stdin(Stdio::null());
    command.output().unwrap()
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A picture of the sandbox, which was read whole.
fn picture(arguments: &[&str]) -> String {
    let home = tempfile::tempdir().unwrap();
    let output = run(home.path(), &[&["--sandbox", "--at", AT, "snapshot"], arguments].concat());
    assert_eq!((output.status.code(), said(&output.stderr).as_str()), (Some(0), ""), "{arguments:?}");
    said(&output.stdout)
}

/// The README's section "Three accounts with SSO": its fenced blocks by their language.
fn readme(language: &str) -> String {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let section = text.split_once("## Three accounts with SSO").expect("the section").1;
    let section = section.split_once("\n## ").map_or(section, |(section, _)| section);
    let block = section.split_once(&format!("```{language}\n")).expect("the block").1;
    block.split_once("```").expect("its end").0.to_owned()
}

/// A home with the README's `~/.aws/config`.
fn three_accounts() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join(".aws")).unwrap();
    fs::write(home.path().join(".aws/config"), readme("ini")).unwrap();
    home
}

#[test]
fn three_accounts_are_set_up_as_the_readme_says() {
    let home = three_accounts();
    let written = run(home.path(), &["init", "--yes", "--profile", "shop-prod,shop-staging,shop-dev"]);
    let told = said(&written.stdout);
    assert_eq!(written.status.code(), Some(0), "{told}{}", said(&written.stderr));
    assert!(told.contains("shop-dev: never signed in; run: aws sso login --profile shop-dev"), "{told}");

    let path = said(&run(home.path(), &["config", "path"]).stdout);
    let file = fs::read_to_string(path.trim()).unwrap();
    let plain = |line: &str| line.split("  #").next().unwrap_or_default().trim().to_owned();
    let lines: Vec<String> = file.lines().map(plain).collect();
    for line in readme("toml").lines().map(plain).filter(|line| !line.is_empty()) {
        assert!(lines.contains(&line), "README shows {line:?}, which is not in\n{file}");
    }
    let checked = run(home.path(), &["config", "check"]);
    assert_eq!(checked.status.code(), Some(0), "{}", said(&checked.stderr));
    assert!(said(&checked.stdout).contains("3 environments"));

    let again = run(home.path(), &["init", "--yes", "--profile", "shop-dev"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(said(&again.stdout).contains("--force"), "{}", said(&again.stdout));
    assert_eq!(fs::read_to_string(path.trim()).unwrap(), file);
}

#[test]
fn a_picture_of_what_nobody_is_signed_in_to_ends_with_one_and_says_what_helps() {
    let home = three_accounts();
    run(home.path(), &["init", "--yes", "--profile", "shop-prod,shop-staging,shop-dev"]);
    for screen in ["fleet", "databases", "alarms"] {
        let output = run(home.path(), &["snapshot", screen]);
        let told = said(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{screen}: {told}");
        assert!(told.contains("3 of 3 environments could not be read"), "{screen}: {told}");
        assert!(told.contains("shop-dev: ") && told.contains("aws sso login --profile shop-dev"), "{screen}: {told}");
        assert!(!output.stdout.is_empty(), "{screen}: the picture shows it too");
    }
    let one = run(home.path(), &["snapshot", "databases", "--environment", "shop-dev"]);
    let told = said(&one.stderr);
    assert!(told.contains("1 of 1 environment could not be read: shop-dev: "), "{told}");
    let absent = run(home.path(), &["snapshot", "database", "orders-db"]);
    let told = said(&absent.stderr);
    assert_eq!((absent.status.code(), absent.stdout.is_empty()), (Some(1), true), "{told}");
    assert!(told.contains("no DB instance orders-db") && told.contains("could not be read"), "{told}");
}

#[test]
fn without_a_terminal_the_questions_end_with_one() {
    let home = three_accounts();
    let output = run(home.path(), &["init"]);
    let told = said(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("Nothing is written") && told.contains("qd init --yes"), "{told}");
    let unknown = run(home.path(), &["init", "--yes", "--profile", "shop-prdo"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(said(&unknown.stdout).contains("did you mean shop-prod?"), "{}", said(&unknown.stdout));
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(run(empty.path(), &["init", "--yes"]).status.code(), Some(1));
}

#[test]
fn every_screen_menu_and_plan_has_a_picture() {
    for (arguments, word) in [
        (&["fleet"][..], "PROD"),
        (&["databases"], "Databases"),
        (&["database", "prod-orders-db"], "prod-orders-db"),
        (&["database", "--database", "prod-orders-db"], "prod-orders-db"),
        (&["alarms"], "Alarms"),
        (&["alarm"], ""),
        (&["operations", "prod-orders-db"], "prod-orders-db"),
        (&["executions"], ""),
        (&["environments"], ""),
        (&["themes"], "high-contrast"),
        (&["palette"], ""),
        (&["errors"], ""),
        (&["help"], ""),
        (&["plan", "reboot", "prod-orders-db"], "Reboot"),
        (&["plan", "create-snapshot", "prod-orders-db", "--size", "80x24"], "prod-orders-db"),
    ] {
        let frame = picture(arguments);
        assert!(frame.lines().count() >= 24 && frame.contains(word), "{arguments:?}: {word:?}\n{frame}");
    }
    let all = ["alarms", "alarm", "databases", "executions", "environments", "themes", "palette", "errors", "help"];
    let frames: BTreeSet<String> = all.iter().map(|motif| picture(&[motif])).collect();
    assert_eq!(frames.len(), all.len(), "two of them are the same picture");
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let home = tempfile::tempdir().unwrap();
    for (arguments, why) in [
        (&["plan"][..], "which operation?"),
        (&["plan", "no-such-thing", "prod-orders-db"], "there is no operation no-such-thing"),
        (&["plan", "reboot", "nobody"], "there is no DB instance nobody"),
        (&["alarm", "nobody"], "there is no alarm nobody"),
        (&["fleet", "prod"], "nothing is named there"),
        (&["fleet", "--environment", "nobody"], "there is no environment nobody"),
    ] {
        let output = run(home.path(), &[&["--sandbox", "--at", AT, "snapshot"], arguments].concat());
        let told = said(&output.stderr);
        assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(1), true), "{arguments:?}: {told}");
        assert!(told.contains(why), "{arguments:?}: {told}");
    }
}

#[test]
fn a_picture_for_the_web_has_the_ground_of_the_theme() {
    let ground = |theme: &str| {
        let svg = picture(&["fleet", "--format", "svg", "--theme", theme]);
        let at = svg.find("rx=\"8\" fill=\"#").expect("a ground") + 14;
        svg[at..at + 6].to_owned()
    };
    assert_eq!([ground("dark"), ground("light"), ground("high-contrast")], ["14171c", "ffffff", "000000"]);
}

#[test]
fn shells_are_told_of_the_commands() {
    let home = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = run(home.path(), &["completions", shell]);
        assert!(output.status.success() && said(&output.stdout).contains("iam-policy"), "{shell}");
    }
    assert_eq!(run(home.path(), &["completions", "tcl"]).status.code(), Some(2));
    let page = run(home.path(), &["man"]);
    assert!(page.status.success() && said(&page.stdout).contains(".TH"), "{page:?}");
    let written = run(home.path(), &["man", "--dir", "share/man/man1"]);
    assert!(written.status.success() && home.path().join("share/man/man1/qd-snapshot.1").exists(), "{written:?}");
}

#[test]
fn the_help_of_a_command_has_what_is_its_own() {
    let home = tempfile::tempdir().unwrap();
    let help = |arguments: &[&str]| said(&run(home.path(), arguments).stdout);
    let (whole, one) = (help(&["--help"]), help(&["audit", "list", "--help"]));
    assert!(whole.contains("--endpoint-url") && whole.contains("--scenario"), "{whole}");
    assert!(!one.contains("--endpoint-url") && one.contains("Global options: qd --help"), "{one}");
    // However its file is called.
    let other = home.path().join("quarterdeck-0.1");
    fs::copy(QD, &other).unwrap();
    let output = Command::new(&other).args(["config", "--help"]).output().unwrap();
    assert!(said(&output.stdout).contains("Usage: qd config"), "{output:?}");
}
