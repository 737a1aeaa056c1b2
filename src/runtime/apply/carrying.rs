//! `qd apply`: a plan from a file, approved by its fingerprint, carried out and followed.

use std::future::pending;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use tokio::signal::ctrl_c;
use tokio::sync::{mpsc, watch};

use super::{Standing, text};
use crate::cli::{ApplyChange, Source};
use crate::domain::Identity;
use crate::domain::text::clean;
use crate::ops::guard::{self, Approved, Gesture};
use crate::ops::journal::{self as records, Outcome};
use crate::plain_file;
use crate::runtime::execute::{Report, Run};
use crate::runtime::journal::{self, Journal, Stored};
use crate::runtime::rules::Rules;
use crate::runtime::say;
use crate::slices::{Body, Execution, Plan, Requested, Situation, StepState};

/// Exit codes: done; failed, incomplete or interrupted; refused or not sent; scheduled for the window; given
/// up or outcome unknown.
const DONE: u8 = 0;
const FAILED: u8 = 1;
const NOT_SENT: u8 = 2;
const SCHEDULED: u8 = 3;
const UNKNOWN: u8 = 4;

/// Carries a plan out; every change of its state is told as a line. Gives the exit code.
///
/// # Errors
/// Why nothing was sent.
pub async fn apply(source: &Source, options: &ApplyChange, tell: &mut dyn FnMut(&str)) -> Result<u8, String> {
    let (requested, filed) = read(&options.plan)?;
    let (place, _) = source.with_target();
    let standing = Box::pin(Standing::open(&place, Some(&requested.target.environment))).await?;
    let identity = standing.identity(&requested.target.region).await?;
    let seen = standing.read(requested.operation.kind(), &requested.target).await?;
    let plan = requested.plan(&seen)?;
    if !plan.fingerprint.is_meant_by(&options.approve)
        && let Some(why) = what_changed(filed.as_ref(), &plan, &options.approve)
    {
        return Err(why);
    }
    let folder = standing.journal.clone().ok_or("there is no home directory to keep the journal in")?;
    let stored = journal::read(&folder).map_err(|error| format!("the journal cannot be read: {error}"))?;
    if let Some(warning) = stored.report().warning() {
        say::note(&format!("warning: {}", clean(&warning)));
    }
    match approved(&standing, &plan, &identity, options, &stored, &folder) {
        Err(why) => {
            if !options.dry_run {
                refused(&standing, &plan, &identity, (&why, &options.reason), &folder).await?;
            }
            Err(clean(&why))
        }
        Ok(_) if options.dry_run => {
            let said = Box::pin(standing.rehearse(&plan, &options.reason)).await?;
            tell(&said);
            Ok(DONE)
        }
        Ok(approved) => {
            let journal = Journal::open(&folder).map_err(|error| unwritten(&folder, &error))?;
            Box::pin(carry(standing, journal, approved, tell)).await
        }
    }
}

/// Asks the guard.
fn approved(
    standing: &Standing,
    plan: &Plan,
    identity: &Identity,
    options: &ApplyChange,
    stored: &Stored,
    folder: &Path,
) -> Result<Approved<Plan>, String> {
    let known = Execution::rebuild(&records::entries(&stored.journal).0);
    let now = standing.clock.now();
    let went_out = |execution: &&Execution| execution.plan.fingerprint == plan.fingerprint && is_sent(execution);
    if let Some(execution) = known.iter().find(went_out).filter(|_| !standing.is_sandbox) {
        return Err(format!(
            "this very plan was carried out already, see qd audit show {}: make a new one",
            execution.id
        ));
    }
    // What nobody follows any more waits for a console, and is no operation that runs; a sandbox ends
    // with its process, and what ran in it.
    let journal = Journal::open(folder);
    let followed = |execution: &&Execution| {
        execution.is_running()
            && !standing.is_sandbox
            && execution.environment == plan.target.environment
            && journal.as_ref().is_ok_and(|journal| matches!(journal.claim(&execution.id), Ok(None)))
    };
    let running: Vec<&Plan> = known.iter().filter(followed).map(|execution| &execution.plan).collect();
    let situation = Situation {
        now,
        arming: None,
        policy: &standing.policy,
        running: &running,
        shown_since: now,
        read_since: now,
        identity: Some(identity),
        headless: true,
    };
    let gesture = Gesture::Fingerprint { text: options.approve.clone(), reason: options.reason.clone() };
    guard::approve(plan, &gesture, &situation).map_err(|refusal| refusal.to_string())
}

/// Records that a plan was to be carried out and the rules said no.
async fn refused(
    standing: &Standing,
    plan: &Plan,
    identity: &Identity,
    (why, reason): (&str, &str),
    folder: &Path,
) -> Result<(), String> {
    let body = Body::PlanRefused {
        operation: plan.operation.kind(),
        target: plan.target.clone(),
        fingerprint: plan.fingerprint.clone(),
        why: why.to_owned(),
        summary: plan.summary.clone(),
        reason: reason.to_owned(),
    };
    let (at, folder) = (standing.clock.now(), folder.to_owned());
    let (environment, arn) = (plan.target.environment.clone(), identity.arn.clone());
    let written = tokio::task::spawn_blocking(move || {
        let journal = Journal::open(&folder)?;
        journal.append(at, &environment, &arn, body)
    });
    let written = written.await.map_err(io::Error::other).flatten();
    written.map(drop).map_err(|error| format!("{why}; and this could not be recorded: {error}"))
}

async fn carry(
    standing: Standing,
    journal: Journal,
    approved: Approved<Plan>,
    tell: &mut dyn FnMut(&str),
) -> Result<u8, String> {
    let (states, mut coming) = mpsc::unbounded_channel();
    let run = Run {
        journal: Arc::new(journal),
        place: standing.place,
        clock: standing.clock,
        reader: approved.plan().principal.clone(),
        report: Report::Plain(states),
        given_up: watch::Sender::new(Vec::new()).subscribe(),
        world_is_own: standing.is_sandbox,
        rules: watch::Sender::new(Rules::headless(&approved.plan().target.environment, standing.policy)).subscribe(),
    };
    let mut course = Course::default();
    let mut running = Box::pin(run.begin(approved));
    let mut interrupt = Box::pin(async {
        // Without a handler for the signal there is nothing to wait for but the end.
        if ctrl_c().await.is_err() {
            pending::<()>().await;
        }
    });
    let ended = loop {
        tokio::select! {
            biased;
            Some(state) = coming.recv() => course.take(state, tell),
            ended = &mut running => break Some(ended),
            () = &mut interrupt => break None,
        }
    };
    // A step that begins to be sent is told before it is.
    drop(running);
    while let Ok(state) = coming.try_recv() {
        course.take(state, tell);
    }
    match ended {
        Some(Some(execution)) => Ok(code(&execution)),
        Some(None) => Err("nothing was sent: the journal cannot be written".to_owned()),
        None => Ok(course.interrupted(tell)),
    }
}

/// The exit code of an execution that is not gone on with.
fn code(execution: &Execution) -> u8 {
    match execution.outcome {
        Some(Outcome::Done) => DONE,
        Some(Outcome::Scheduled { .. }) => SCHEDULED,
        Some(Outcome::NotSent { .. } | Outcome::Refused { .. }) => NOT_SENT,
        Some(Outcome::Failed { .. } | Outcome::Incomplete { .. } | Outcome::Interrupted { .. }) => FAILED,
        Some(Outcome::GivenUp { .. } | Outcome::Abandoned { .. } | Outcome::Unknown { .. }) => UNKNOWN,
        None if is_sent(execution) => FAILED,
        None => NOT_SENT,
    }
}

/// Whether a call of it may have reached AWS.
fn is_sent(execution: &Execution) -> bool {
    !execution.steps.iter().all(|step| matches!(step, StepState::Waiting | StepState::NotSent { .. }))
}

/// What was told of an execution.
#[derive(Default)]
struct Course {
    last: Option<Execution>,
    told: usize,
    trouble: Option<String>,
}

impl Course {
    /// Tells what is new.
    fn take(&mut self, state: Execution, tell: &mut dyn FnMut(&str)) {
        if self.last.is_none() {
            tell(&format!("execution {}\n", state.id));
        }
        for (at, words) in state.history.iter().skip(self.told) {
            tell(&format!("{}  {}\n", text::moment(*at), clean(words)));
        }
        self.told = state.history.len();
        if state.trouble != self.trouble {
            self.trouble.clone_from(&state.trouble);
            if let Some(trouble) = &state.trouble {
                tell(&format!("{}\n", clean(trouble)));
            }
        }
        self.last = Some(state);
    }

    /// Tells what becomes of it after Ctrl-C; gives the exit code.
    fn interrupted(&self, tell: &mut dyn FnMut(&str)) -> u8 {
        if let Some(execution) = self.last.as_ref().filter(|execution| is_sent(execution)) {
            let id = &execution.id;
            tell(&format!(
                "What was sent goes on in AWS; steps that were not sent are not sent any more.\nThe next qd \
                     follows it; see: qd audit show {id}\n"
            ));
            FAILED
        } else {
            tell("Nothing was sent.\n");
            NOT_SENT
        }
    }
}

/// What is different since the approved plan was made, by the file's own words: they only explain why the
/// plan that is made now is another one, and nothing is done by them.
fn what_changed(filed: Option<&Plan>, plan: &Plan, approved: &str) -> Option<String> {
    let filed = filed.filter(|filed| filed.is_intact() && filed.fingerprint.is_meant_by(approved))?;
    let differences = filed.differences(plan);
    Some(format!("the state changed since the plan was made: {}; make it again with qd plan", differences.join("; ")))
}

/// The largest file that is taken for a plan, bytes: the largest plans have some ten thousand.
pub(super) const LARGEST: u64 = 4 * 1024 * 1024;

/// Reads the request of a plan from a file, or from standard input for `-`; beside it the whole plan, as
/// the file tells it.
fn read(path: &Path) -> Result<(Requested, Option<Plan>), String> {
    let shown = clean(&path.display().to_string());
    let mut text = String::new();
    let read = if path.as_os_str() == "-" {
        io::stdin().lock().take(LARGEST + 1).read_to_string(&mut text).map(drop)
    } else {
        plain_file::text(path, LARGEST).map(|read| text = read)
    };
    read.map_err(|error| format!("{shown}: {error}"))?;
    if text.len() as u64 > LARGEST {
        return Err(format!("{shown} is larger than any plan"));
    }
    let requested =
        Requested::read(&text).map_err(|why| format!("{shown} is no plan as qd plan --json writes it: {why}"))?;
    Ok((requested, serde_json::from_str(&text).ok()))
}

fn unwritten(folder: &Path, error: &io::Error) -> String {
    format!("nothing is changed without a record, and the journal in {} cannot be written: {error}", folder.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::Level;
    use crate::ops::guard::Approval;
    use crate::ops::journal::ExecutionId;
    use crate::services::rds::{Kind, testing::seen};
    use crate::slices::testing::plan_of;

    fn execution() -> Execution {
        let seen = seen();
        let plan = plan_of(Kind::CreateSnapshot.offer(&seen), &seen);
        let approval = Approval {
            at: seen.at,
            reason: "INC-1\u{1b}".into(),
            typed: plan.fingerprint.short(),
            level: Level::Confirm,
            headless: true,
            fingerprint: plan.fingerprint.clone(),
        };
        let id = ExecutionId::new(seen.at, &plan.fingerprint, 7);
        Execution::begin(id, "prod", plan, approval, seen.at)
    }

    fn said(course: &mut Course, state: &Execution) -> String {
        let mut said = String::new();
        course.take(state.clone(), &mut |line| said.push_str(line));
        said
    }

    #[test]
    fn each_change_is_told_once() {
        let (mut course, mut state) = (Course::default(), execution());
        let first = said(&mut course, &state);
        assert!(first.starts_with("execution ") && first.contains("approved: INC-1?"), "{first}");
        assert_eq!(said(&mut course, &state), "");
        let (at, id) = (state.started, state.id.clone());
        state.apply(at, &Body::Sending { execution: id.clone(), step: 0, call: None, before: Vec::new(), ahead: 0 });
        state.apply(at, &Body::Sent { execution: id.clone(), step: 0, request_id: Some("r-1".into()) });
        let sent = said(&mut course, &state);
        assert!(sent.contains("AWS took") && sent.lines().count() == 1, "{sent}");
        state.trouble = Some("it cannot be looked at".into());
        assert_eq!(said(&mut course, &state), "it cannot be looked at\n");
        assert_eq!(said(&mut course, &state), "");
    }

    #[test]
    fn the_exit_code_tells_whether_something_was_sent() {
        let mut state = execution();
        assert_eq!(code(&state), NOT_SENT);
        let (at, id) = (state.started, state.id.clone());
        state.apply(at, &Body::Sending { execution: id.clone(), step: 0, call: None, before: Vec::new(), ahead: 0 });
        assert_eq!(code(&state), FAILED);
        for (outcome, expected) in [
            (Outcome::Done, DONE),
            (Outcome::Failed { why: String::new() }, FAILED),
            (Outcome::NotSent { why: String::new() }, NOT_SENT),
            (Outcome::Interrupted { unsent: vec![1], why: String::new() }, FAILED),
            (Outcome::Scheduled { window: "sun:04:00-sun:05:00".into() }, SCHEDULED),
            (Outcome::Refused { why: String::new() }, NOT_SENT),
            (Outcome::Incomplete { not_done: vec![0], why: String::new() }, FAILED),
            (Outcome::GivenUp { unsent: Vec::new(), why: String::new() }, UNKNOWN),
            (Outcome::Unknown { unsent: Vec::new(), why: String::new() }, UNKNOWN),
        ] {
            state.outcome = Some(outcome);
            assert_eq!(code(&state), expected);
        }
    }

    #[test]
    fn an_interruption_says_what_becomes_of_it() {
        let (mut course, mut state) = (Course::default(), execution());
        let end = |course: &Course| {
            let mut said = String::new();
            let code = course.interrupted(&mut |line| said.push_str(line));
            (code, said)
        };
        assert_eq!(end(&course), (NOT_SENT, "Nothing was sent.\n".to_owned()));
        state.apply(
            state.started,
            &Body::Sending { execution: state.id.clone(), step: 0, call: None, before: Vec::new(), ahead: 0 },
        );
        course.take(state.clone(), &mut |_| {});
        let (code, said) = end(&course);
        assert_eq!(code, FAILED);
        assert!(said.contains("goes on in AWS") && said.contains(state.id.as_str()), "{said}");
    }
}
