//! A clock that is wrong: this machine's is minutes off AWS's, as that of a laptop that slept. The program is the
//! real one, over HTTP; what happened is looked up in the sandbox.

use std::fs;
use std::process::Output;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use quarterdeck::aws::{InProcess, Session, SessionSpec, rds};
use quarterdeck::ops::journal::Outcome;
use quarterdeck::sandbox::Sandbox;
use quarterdeck::sandbox::connector::credentials;
use quarterdeck::sandbox::fault::disturbance::Disturbance;
use quarterdeck::sandbox::fault::{Fault, Kind, Service};
use quarterdeck::services::rds::{Answer, Ask, EventsOf};
use quarterdeck::slices::{Execution, Plan};

use crate::killed::home::{ACCOUNT, ENVIRONMENT, Home, REGION, block_on, entries_in, place, sandbox_of, served};

const DATABASE: &str = "rentaliq-lab-db";
/// Seconds of the sandbox in one of ours: slow enough that the clocks stay apart.
const SPEED: f64 = 15.0;

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Makes a plan as a person would; gives what approves it.
fn planned(home: &Home, kind: &str, target: &str) -> Plan {
    let file = home.folder.path().join("plan.json");
    let mut command = home.qd();
    command.args(["plan", kind, "--env", ENVIRONMENT, "--target", target, "--out"]).arg(&file);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

fn applied(home: &Home, plan: &Plan) -> Output {
    let mut command = home.qd();
    command.args(["apply", "--approve", plan.fingerprint.whole(), "--reason", "INC-4312", "--plan"]);
    command.arg(home.folder.path().join("plan.json")).output().unwrap()
}

/// When the instance was restarted, by AWS's clock.
fn restarts(sandbox: &Arc<Sandbox>) -> Vec<Timestamp> {
    let (kind, target) = (
        quarterdeck::services::rds::Kind::Reboot.into(),
        quarterdeck::slices::Target {
            environment: ENVIRONMENT.into(),
            kind: quarterdeck::services::rds::TargetKind::DbInstance.into(),
            id: DATABASE.into(),
            region: REGION.into(),
        },
    );
    let seen =
        block_on(async { place(sandbox, ACCOUNT, Vec::new()).await.read(kind, &target, sandbox.now()).await.unwrap() });
    let quarterdeck::slices::Seen::Rds(seen) = seen else { panic!("of RDS") };
    seen.events.iter().filter(|e| e.message.contains("restarted")).map(|e| e.at).collect()
}

/// A restart is over when AWS says so, and the event of an earlier one is not that of this one, however its date
/// looks from here.
fn restart_twice(ahead: i64) {
    let sandbox = sandbox_of(Timestamp::now() + SignedDuration::from_secs(ahead), SPEED);
    served(&sandbox, |endpoint| {
        let home = Home::new(endpoint);
        for round in 1..=2 {
            let plan = planned(&home, "reboot", DATABASE);
            let output = applied(&home, &plan);
            assert_eq!(output.status.code(), Some(0), "{}\n{}", stdout(&output), home.story());
            assert_eq!(
                restarts(&sandbox).len(),
                round,
                "{ahead} s: it was called over before it was\n{}",
                home.story()
            );
        }
        // The times of calls and records are of two clocks: what went out is counted.
        assert_eq!(sandbox.log().len(), 2);
        let outcomes = Execution::rebuild(&entries_in(&home.journal())).into_iter().map(|execution| execution.outcome);
        assert_eq!(outcomes.collect::<Vec<_>>(), [Some(Outcome::Done), Some(Outcome::Done)]);
    });
}

#[test]
fn with_a_clock_that_is_behind_a_restart_is_over_when_it_is() {
    restart_twice(240);
}

#[test]
fn with_a_clock_that_is_ahead_a_restart_is_over_when_it_is() {
    restart_twice(-280);
}

/// So far off that AWS refuses the signature: nothing is sent, and what is wrong is said.
#[test]
fn with_a_clock_that_aws_refuses_nothing_is_changed() {
    let sandbox = sandbox_of(Timestamp::now(), SPEED);
    served(&sandbox, |endpoint| {
        let home = Home::new(endpoint);
        let plan = planned(&home, "reboot", DATABASE);
        sandbox.disturb(Disturbance::new(Fault::new(Kind::ClockSkew)));
        let output = applied(&home, &plan);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("clock") && said.contains("40m"), "{said}");
        assert!(sandbox.log().iter().all(|call| !call.is_done()));

        // The clock jumps while it is followed: the call went out once, and its end is told when AWS answers again.
        sandbox.calm();
        let plan = planned(&home, "reboot", DATABASE);
        let refused = Fault::new(Kind::ClockSkew).in_operation(Service::Rds, "DescribeEvents");
        sandbox.disturb(Disturbance::new(refused).times(6));
        let output = applied(&home, &plan);
        assert_eq!(output.status.code(), Some(0), "{}\n{}", stdout(&output), home.story());
        assert_eq!((sandbox.log().len(), restarts(&sandbox).len()), (1, 1));
    });
}

/// A sandbox that runs at another speed is days ahead soon: its events are read all the same, each of them, whatever
/// has passed there since the last answer told its clock.
#[test]
fn events_are_read_by_the_clock_of_whoever_answers() {
    let sandbox = sandbox_of(Timestamp::now() + SignedDuration::from_hours(20 * 24), 3600.0);
    served(&sandbox, |endpoint| {
        let http = aws_smithy_http_client::Builder::new().build_http();
        let spec = SessionSpec {
            region: Some(REGION.into()),
            endpoint: Some(endpoint.to_owned()),
            in_process: Some(InProcess { http, credentials: credentials(ACCOUNT) }),
            ..SessionSpec::default()
        };
        block_on(async {
            let session = Session::load(&spec).await;
            let mut known = 0;
            for round in 0..3 {
                let now = Timestamp::now();
                let since = now - SignedDuration::from_hours(14 * 24);
                let ask = Ask::Events { of: EventsOf::Grave, since, until: now };
                let answer = rds::answer(&session, REGION, ask).await;
                let Ok(Answer::Events { window, .. }) = answer else { panic!("round {round}: {answer:?}") };
                let span = window.end.duration_since(window.start).as_hours();
                assert!((14 * 24 - 1..=14 * 24).contains(&span), "{span}");
                assert!(window.end.as_second() > known, "its clock goes on");
                known = window.end.as_second();
                // A second here is an hour there.
                std::thread::sleep(std::time::Duration::from_millis(1200));
            }
        });
    });
}
