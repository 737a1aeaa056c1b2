//! Roles, codes and their ends, over the sandbox's STS.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use process_wrap::tokio::{CommandWrap, ProcessSession};
use quarterdeck::aws::mfa::PATIENCE;
use quarterdeck::aws::{
    AssumeRole, CodeSource, GET_CALLER_IDENTITY, InProcess, READS, Session, SessionSpec, policy, rds, sts,
};
use quarterdeck::domain::FaultKind;
use quarterdeck::domain::MfaCode;
use quarterdeck::sandbox::connector::{SandboxHttp, credentials};
use quarterdeck::sandbox::services::sts::{WRONG_CODE, WRONG_EXTERNAL_ID};
use quarterdeck::sandbox::{Sandbox, SandboxClock, World, WorldOptions};

use crate::harness::{Desk, OPENED};

const REGION: &str = "us-east-1";
/// Where the person is known.
const HOME: &str = "111122223333";
/// Where the databases are.
const AWAY: &str = "444455556666";
const SERIAL: &str = "arn:aws:iam::111122223333:mfa/alice";

/// A sandbox in our own time, because the SDK compares ends with the machine's clock.
fn sandbox() -> Arc<Sandbox> {
    let now = Timestamp::now();
    let options = WorldOptions { scenario: "quiet".into(), seed: 1, databases: None, epoch: now };
    Arc::new(Sandbox::new(World::build(&options).unwrap(), SandboxClock::new(now, 1.0)))
}

async fn session(sandbox: &Arc<Sandbox>, roles: Vec<AssumeRole>, codes: Option<CodeSource>) -> Session {
    let http = SandboxHttp::new(sandbox.clone()).shared();
    let in_process = Some(InProcess { http, credentials: credentials(HOME) });
    let label = "prod".to_owned();
    Session::load(&SessionSpec { in_process, roles, codes, label, ..SessionSpec::default() }).await
}

fn role(account: &str, name: &str) -> AssumeRole {
    AssumeRole { arn: format!("arn:aws:iam::{account}:role/teams/{name}"), ..AssumeRole::default() }
}

fn with_code(role: AssumeRole) -> AssumeRole {
    AssumeRole { mfa_serial: Some(SERIAL.into()), ..role }
}

fn asked_for_a_role(sandbox: &Sandbox) -> u64 {
    sandbox.calls().get("sts:AssumeRole").copied().unwrap_or_default()
}

#[tokio::test]
async fn a_chain_of_two_roles_reads_the_other_account_and_tells_its_end() {
    let sandbox = sandbox();
    let reader = AssumeRole {
        external_id: Some("qd-7".into()),
        session_name: Some("on.call@example.com".into()),
        duration: Some(Duration::from_secs(1800)),
        ..role(AWAY, "reader")
    };
    let session = session(&sandbox, vec![role(HOME, "hub"), reader], None).await;
    assert_eq!(session.expiry(), None);

    let identity = sts::identity(&session, REGION).await.unwrap();
    assert_eq!(identity.account, AWAY);
    assert_eq!(identity.arn, format!("arn:aws:sts::{AWAY}:assumed-role/reader/on.call@example.com"));
    assert_eq!(identity.name(), "reader");
    let left = identity.expires.unwrap().duration_since(Timestamp::now());
    assert!(left > SignedDuration::from_mins(28) && left <= SignedDuration::from_mins(30), "{left:?}");
    assert_eq!(session.expiry(), identity.expires);

    // All clients of all regions use the same credentials.
    let databases = rds::databases(&session, "eu-west-1").await.unwrap();
    assert!(databases.iter().any(|database| database.arn.contains(AWAY)), "{databases:?}");
    rds::databases(&session, "eu-central-1").await.unwrap();
    assert_eq!(asked_for_a_role(&sandbox), 2);
}

#[tokio::test]
async fn keys_of_a_user_have_no_end_and_the_session_is_named_after_us() {
    let sandbox = sandbox();
    let user = sts::identity(&session(&sandbox, Vec::new(), None).await, REGION).await.unwrap();
    assert_eq!((user.account.as_str(), user.expires), (HOME, None));
    let assumed = sts::identity(&session(&sandbox, vec![role(AWAY, "reader")], None).await, REGION).await.unwrap();
    assert!(assumed.arn.contains(":assumed-role/reader/qd"), "{}", assumed.arn);
}

#[tokio::test]
async fn a_refused_role_names_the_missing_action() {
    let sandbox = sandbox();
    let refused = AssumeRole { external_id: Some(WRONG_EXTERNAL_ID.into()), ..role(AWAY, "reader") };
    let session = session(&sandbox, vec![refused], None).await;
    let fault = rds::databases(&session, REGION).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Denied { action: "sts:AssumeRole".into() });
    assert_eq!(fault.call, "rds:DescribeDBInstances");
    assert!(fault.message.contains("role/teams/reader"), "{}", fault.message);

    // Every panel fails; STS is asked once for all of them.
    let (a, b) = tokio::join!(rds::maintenance(&session, REGION), sts::identity(&session, REGION));
    assert_eq!([a.unwrap_err().kind, b.unwrap_err().kind], [fault.kind.clone(), fault.kind]);
    assert_eq!(asked_for_a_role(&sandbox), 1);
}

#[tokio::test]
async fn a_code_is_asked_for_once_whatever_is_read() {
    let sandbox = sandbox();
    let (codes, mut questions) = CodeSource::channel();
    let session = session(&sandbox, vec![with_code(role(AWAY, "reader"))], Some(codes)).await;
    let person = async {
        let question = questions.recv().await.unwrap();
        assert_eq!((question.session.as_str(), question.serial.as_str()), ("prod", SERIAL));
        assert!(question.answer(MfaCode::parse("123 456").unwrap()));
    };
    let reading = async {
        tokio::join!(
            sts::identity(&session, REGION),
            rds::databases(&session, REGION),
            rds::maintenance(&session, REGION)
        )
    };
    let ((), (identity, databases, maintenance)) = tokio::join!(person, reading);
    assert_eq!(identity.unwrap().account, AWAY);
    assert!(databases.is_ok() && maintenance.is_ok());
    assert!(questions.try_recv().is_err());
    assert_eq!(asked_for_a_role(&sandbox), 1);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_code_is_said_and_asked_for_again_at_the_next_attempt() {
    let sandbox = sandbox();
    let (codes, mut questions) = CodeSource::channel();
    let session = session(&sandbox, vec![with_code(role(AWAY, "reader"))], Some(codes)).await;
    let person = async {
        assert!(questions.recv().await.unwrap().answer(MfaCode::parse(WRONG_CODE).unwrap()));
    };
    let (failed, ()) = tokio::join!(session.signed_in(GET_CALLER_IDENTITY), person);
    let fault = failed.unwrap_err();
    assert_eq!(fault.kind, FaultKind::NoCode);
    assert!(fault.message.starts_with("the MFA code was not accepted: MultiFactorAuthentication"), "{fault}");
    // Not in a loop: at once the same is said, and nobody is asked.
    assert_eq!(session.signed_in(GET_CALLER_IDENTITY).await.unwrap_err(), fault);
    assert!(questions.try_recv().is_err());

    tokio::time::sleep(Duration::from_secs(4)).await;
    let person = async {
        assert!(questions.recv().await.unwrap().answer(MfaCode::parse("123456").unwrap()));
    };
    let (identity, ()) = tokio::join!(sts::identity(&session, REGION), person);
    assert_eq!(identity.unwrap().account, AWAY);
}

#[tokio::test(start_paused = true)]
async fn a_code_that_nobody_gives_is_a_fault_in_words() {
    let sandbox = sandbox();
    let (codes, mut questions) = CodeSource::channel();
    let session = session(&sandbox, vec![with_code(role(AWAY, "reader"))], Some(codes)).await;
    let started = tokio::time::Instant::now();

    // A call says what it waits for instead of holding its place in the queue.
    let fault = rds::databases(&session, REGION).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::NoCode);
    assert_eq!(fault.message, format!("waiting for the MFA code of {SERIAL}"));
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());

    let fault = session.signed_in(GET_CALLER_IDENTITY).await.unwrap_err();
    assert_eq!(fault.message, format!("MFA code was not given ({SERIAL})"));
    assert_eq!((fault.kind, fault.call.as_str()), (FaultKind::NoCode, GET_CALLER_IDENTITY));
    assert!((PATIENCE..PATIENCE + Duration::from_secs(15)).contains(&started.elapsed()), "{:?}", started.elapsed());
    assert!(questions.recv().await.unwrap().is_over());
    assert!(questions.try_recv().is_err(), "there was one question");
    assert_eq!(asked_for_a_role(&sandbox), 0);
}

#[tokio::test]
async fn where_nobody_can_be_asked_the_fault_says_so() {
    let session = session(&sandbox(), vec![with_code(role(AWAY, "reader"))], None).await;
    let fault = sts::identity(&session, REGION).await.unwrap_err();
    // Nothing is over: a code is needed, and this is no place to ask for one.
    assert!(matches!(fault.kind, FaultKind::Unusable { .. }), "{fault}");
    assert!(fault.message.contains("nobody can be asked"), "{fault}");
}

/// `qd` with these AWS files and variables, on no terminal at all.
async fn qd(arguments: &[&str], config: &str, credentials: &str, variables: &[(&str, &str)]) -> Output {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join(".aws")).unwrap();
    fs::write(home.path().join(".aws/config"), config).unwrap();
    fs::write(home.path().join(".aws/credentials"), credentials).unwrap();
    let mut command = CommandWrap::with_new(env!("CARGO_BIN_EXE_qd"), |command| {
        command.args(arguments).env_clear().env("HOME", home.path()).env("AWS_EC2_METADATA_DISABLED", "true");
        command.envs(variables.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    });
    command.wrap(ProcessSession);
    Box::into_pin(command.spawn().unwrap().wait_with_output()).await.unwrap()
}

#[tokio::test]
async fn a_picture_that_needs_a_code_ends_at_once_where_nobody_can_be_asked() {
    let config = format!("[profile prod]\nregion = {REGION}\n");
    let credentials = format!(
        "[base]\naws_access_key_id = AKIABASE\naws_secret_access_key = s\n[prod]\nsource_profile = base\n\
         role_arn = arn:aws:iam::{HOME}:role/reader\nmfa_serial = {SERIAL}\n"
    );
    let output = qd(&["snapshot", "errors", "--profile", "prod"], &config, &credentials, &[]).await;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains(&format!("an MFA code of {SERIAL} is needed, and nobody can be asked for it here")),
        "{said}"
    );
}

#[tokio::test]
async fn a_profile_of_the_older_variable_is_opened_and_its_broken_file_told_with_the_line() {
    let config = format!("[profile prod]\n[profile prod]\nregion = {REGION}\n");
    for variable in ["AWS_DEFAULT_PROFILE", "AWS_PROFILE"] {
        let output = qd(&["snapshot", "fleet"], &config, "", &[(variable, "prod")]).await;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("~/.aws/config:2: [profile prod] stands here a second time, after line 1"), "{said}");
    }
}

#[tokio::test]
async fn a_region_that_is_none_and_a_profile_that_is_not_there_are_told_where_a_region_is_needed() {
    for (config, said) in [
        (
            "[profile ops]\nregion = eu-west-1 # Ireland\n",
            "~/.aws/config:2: eu-west-1 # Ireland is no region (letters, digits and -; a comment has a line of its own)",
        ),
        (
            "[ profile ops ]\nregion = eu-west-1\n",
            "no such profile: run: aws configure list-profiles; ops is not in ~/.aws/config or ~/.aws/credentials",
        ),
        ("\u{feff}[profile ops]\nregion = eu-west-1\n", "~/.aws/config:1: a byte order mark stands before it"),
    ] {
        let output = qd(&["snapshot", "fleet", "--profile", "ops"], config, "", &[]).await;
        let heard = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{heard}");
        assert!(heard.contains(said), "{heard}");
    }
}

/// Whatever the console asks for, the policy that it prints allows.
#[tokio::test]
async fn a_whole_console_makes_no_call_that_the_policy_does_not_allow() {
    let mut desk = Desk::still("a-bad-night").await;
    desk.settle().await;
    // With a database open its snapshots and its history are read as well.
    desk.enter(OPENED);
    desk.settle().await;
    desk.press("g x");
    desk.settle().await;

    let calls: BTreeMap<String, u64> = desk.sandbox().calls();
    let made: BTreeSet<String> = calls.keys().map(|call| call.replace("monitoring:", "cloudwatch:")).collect();
    let document = policy::reader(READS);
    let is_allowed = |call: &String| call == GET_CALLER_IDENTITY || document.contains(&format!("\"{call}\""));
    let refused: Vec<&String> = made.iter().filter(|call| !is_allowed(call)).collect();
    assert!(refused.is_empty(), "{refused:?} of {calls:?}");
    let asked = ["sts:GetCallerIdentity", "rds:DescribeDBInstances", "cloudwatch:GetMetricData"];
    for call in asked.into_iter().chain(["secretsmanager:ListSecrets", "secretsmanager:DescribeSecret"]) {
        assert!(made.contains(call), "{call} in {calls:?}");
    }
}
