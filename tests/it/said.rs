//! Nothing that the commands print can steer a terminal, whatever they are given.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const QD: &str = env!("CARGO_BIN_EXE_qd");
/// A window title, a clipboard, colours, a bell, a C1 control, and a line that goes back over itself.
const HOSTILE: &str = "x\u{1b}]0;title\u{7}\u{1b}]52;c;eHg=\u{7}\u{1b}[31m\u{9b}2J\rqd: all is well";

/// Runs a command in a folder of its own, with nothing of this machine around it.
fn run(home: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(QD);
    command.args(arguments).env_clear().env("HOME", home).env("QD_STATE_DIR", home.join("state"));
    command.env("AWS_EC2_METADATA_DISABLED", "true").current_dir(home);
    command.stdin(Stdio::null());
    command.output().unwrap()
}

/// What was said, with every character that steers.
fn steering(output: &Output) -> Vec<char> {
    let said = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8_lossy(&said).chars().filter(|c| c.is_control() && *c != '\n').collect()
}

#[test]
fn no_command_repeats_what_could_steer_a_terminal() {
    let home = tempfile::tempdir().unwrap();
    let plan = home.path().join("plan.json");
    fs::write(&plan, serde_json::json!({ HOSTILE: 1, "operation": HOSTILE }).to_string()).unwrap();
    let config = home.path().join("hostile.toml");
    fs::write(&config, "[[environment]]\nname = \"a\\u001b[31mb\"\nregion = \"\\u009bx\"\n\"\\u0007\" = 1\n").unwrap();
    let (plan, config) = (plan.to_str().unwrap(), config.to_str().unwrap());
    let commands: &[&[&str]] = &[
        &[HOSTILE],
        &["--seed", HOSTILE],
        &["--scenario", HOSTILE, "snapshot", "fleet"],
        &["--config", HOSTILE, "config", "path"],
        &["--config", HOSTILE, "config", "check"],
        &["--config", config, "config", "check"],
        &["--sandbox", "snapshot", HOSTILE],
        &["--sandbox", "snapshot", "fleet", "--environment", HOSTILE],
        &["--sandbox", "snapshot", "database", "--database", HOSTILE],
        &["--sandbox", "snapshot", "fleet", "--keys", HOSTILE],
        &["--sandbox", "--theme", HOSTILE, "--keymap", HOSTILE, "snapshot", "fleet"],
        &["--config", HOSTILE, "init"],
        &["operations", HOSTILE],
        &["--sandbox", "plan", HOSTILE, "--env", HOSTILE, "--target", HOSTILE],
        &["--sandbox", "plan", "reboot", "--env", HOSTILE, "--target", HOSTILE, "--param", HOSTILE],
        &["--sandbox", "apply", "--plan", plan, "--approve", HOSTILE, "--reason", HOSTILE],
        &["--sandbox", "apply", "--plan", HOSTILE, "--approve", "7f3a-91c2", "--reason", "x"],
        &["--sandbox", "audit", "show", HOSTILE],
        &["--sandbox", "audit", "list", "--since", HOSTILE],
        &["--sandbox", "audit", "list", "--env", HOSTILE],
        &["iam-policy", HOSTILE],
        &["iam-policy", "operator", "--account", HOSTILE],
        &["k8s-rbac", "reader", "--cluster", HOSTILE],
        &["k8s-rbac", "reader", "--cluster", "a", "--principal", HOSTILE],
        &["k8s-rbac", "operator", "--cluster", HOSTILE],
        &["k8s-rbac", "operator", "--cluster", "a", "--principal", HOSTILE],
        &["k8s-rbac", HOSTILE],
        &["sandbox", "serve", "--listen", HOSTILE],
    ];
    for arguments in commands {
        let output = run(home.path(), arguments);
        assert_eq!(steering(&output), Vec::<char>::new(), "{arguments:?}: {output:?}");
    }
}

#[test]
fn a_picture_keeps_its_colours() {
    let home = tempfile::tempdir().unwrap();
    let output = run(home.path(), &["--sandbox", "snapshot", "fleet", "--format", "ansi"]);
    let picture = String::from_utf8(output.stdout).unwrap();
    assert!(picture.contains("\u{1b}[0"), "{picture:?}");
    assert!(!picture.contains("?[0"), "{picture:?}");
}

#[test]
fn help_and_version_are_no_errors() {
    let home = tempfile::tempdir().unwrap();
    for arguments in [["--help"], ["--version"]] {
        let output = run(home.path(), &arguments);
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        assert!(String::from_utf8(output.stdout).unwrap().contains("qd"));
    }
    assert_eq!(run(home.path(), &["--no-such-thing"]).status.code(), Some(2));
}

#[test]
fn a_home_that_is_no_absolute_path_is_said() {
    let folder = tempfile::tempdir().unwrap();
    for home in ["here", "../there"] {
        for arguments in [&["config", "path"][..], &["audit", "verify"]] {
            let mut command = Command::new(QD);
            command.args(arguments).env_clear().env("HOME", home).current_dir(folder.path()).stdin(Stdio::null());
            let output = command.output().unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(said.contains("HOME is no absolute path"), "{home:?} {arguments:?}: {said}");
        }
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "something was made below a relative home");
}
