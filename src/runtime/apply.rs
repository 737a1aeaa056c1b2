//! `qd plan` and `qd apply`: changes without a screen, by the same rules, the same guard and the
//! same journal as with one.

mod carrying;
mod cluster_target;
mod code;
mod listing;
mod planning;
pub(crate) mod text;

use std::path::PathBuf;

use super::clock::Clock;
use super::connect::{Connection, connect, places};
use super::place::Place;
use super::{journal, last_known, say};
use crate::aws::{self, Session};
use crate::cli::Source;
use crate::domain::text::clean;
use crate::domain::{Fault, Identity};
use crate::nearest::nearest;
use crate::ops::plan::NoLonger;
use crate::slices::{Kind, Plan, Policy, Seen, Target};

pub use carrying::apply;
pub use code::sign_in;
pub use listing::operations;
pub use planning::plan;

/// An environment that a change is planned for, or made in.
struct Standing {
    place: Place,
    policy: Policy,
    /// The problems of the configuration because of which nothing may be changed here.
    closed: Vec<String>,
    clock: Clock,
    /// Where the journal lies. What is done to the sandbox does not belong into that of AWS.
    journal: Option<PathBuf>,
    is_sandbox: bool,
    /// Where the last known state lies.
    memory: Option<PathBuf>,
}

/// Where a name stands. Screens write that of production in capitals: without regard to case it must be that of one alone.
fn position(names: &[&str], name: &str) -> Option<usize> {
    let mut alike = (0..names.len()).filter(|at| names[*at].eq_ignore_ascii_case(name));
    let exact = names.iter().position(|known| *known == name);
    exact.or_else(|| alike.next().filter(|_| alike.next().is_none()))
}

impl Standing {
    /// Opens an environment by name; without one there must be no other.
    async fn open(source: &Source, environment: Option<&str>) -> Result<Self, String> {
        let connection = connect(source).await?;
        let places = places(&connection);
        let Connection { estate, mut policies, clock, codes, problems, .. } = connection;
        tokio::spawn(code::answer(codes));
        for problem in &problems {
            say::note(&clean(problem));
        }
        let names: Vec<&str> = estate.environments().map(|(_, e)| e.name.as_str()).collect();
        let index = match environment {
            Some(name) => position(&names, name).ok_or_else(|| unknown("environment", name, &names))?,
            None if names.len() == 1 => 0,
            None => return Err(format!("which environment? Give --env with one of {}", names.join(", "))),
        };
        let name = names.get(index).copied().unwrap_or_default();
        let place = places.into_iter().find(|place| place.environment == name);
        let is_sandbox = estate.sandbox.is_some();
        let memory = last_known::path(&estate);
        Ok(Self {
            place: place.ok_or_else(|| format!("{name} has no session"))?,
            policy: estate.at(index).and_then(|id| policies.remove(&id)).unwrap_or_default(),
            closed: closed(problems, name, &names),
            clock,
            journal: journal_folder(is_sandbox),
            is_sandbox,
            memory,
        })
    }

    /// Reads the state of the world for an operation.
    async fn read(&self, kind: Kind, target: &Target) -> Result<Seen, String> {
        let reader = &self.place.reader;
        // A person may take minutes for an MFA code; the calls themselves do not wait so long.
        reader.signed_in(aws::GET_CALLER_IDENTITY).await.map_err(|fault| told(&fault))?;
        let mut seen = Box::pin(self.place.read(kind, target, self.clock.now())).await.map_err(|fault| told(&fault))?;
        if let Some(seen) = seen.rds_mut()
            && let Some((sought, memory)) = seen.sought().zip(self.memory.as_ref())
        {
            seen.last_known = last_known::find(memory, sought, self.clock.now());
        }
        Ok(seen)
    }

    /// Who reads.
    async fn identity(&self, region: &str) -> Result<Identity, String> {
        who(&self.place.reader, region).await
    }

    /// Who would send.
    async fn operator(&self, reason: &str, region: &str) -> Result<Identity, String> {
        let session = self.place.sender(reason, region).await;
        who(&session, region).await
    }

    /// Everything that is done right before sending, and what would be sent.
    async fn rehearse(&self, plan: &Plan, reason: &str) -> Result<String, String> {
        let operator = self.operator(reason, &plan.target.region).await?;
        for step in 0..plan.steps.len() {
            plan.may_be_sent_by(step, &operator)?;
        }
        let fresh = self.read(plan.operation.kind(), &plan.target).await?;
        match plan.still_holds(&plan.again(&fresh)) {
            Ok(()) => {}
            Err(NoLonger::Changed(why)) => {
                return Err(format!("the state changed since the plan was made: {}", why.join("; ")));
            }
            Err(NoLonger::Unmet(why)) => return Err(why.join("; ")),
        }
        Ok(text::rehearsed(plan, &operator))
    }
}

/// The folder of the journal: the sandbox has one of its own. `None` on a machine without a home
/// directory.
#[must_use]
pub fn journal_folder(is_sandbox: bool) -> Option<PathBuf> {
    journal::folder().map(|folder| if is_sandbox { folder.join(journal::SANDBOX) } else { folder })
}

async fn who(session: &Session, region: &str) -> Result<Identity, String> {
    session.signed_in(aws::GET_CALLER_IDENTITY).await.map_err(|fault| told(&fault))?;
    aws::sts::identity(session, region).await.map_err(|fault| told(&fault))
}

fn told(fault: &Fault) -> String {
    format!("{fault}; {}", fault.advice())
}

/// What a problem ends with that closes the guard of an environment, or of all.
const CLOSED: &str = "nothing is changed here until it is fixed";

/// The problems that close the guard of an environment: its own, and those of the whole file.
fn closed(problems: Vec<String>, environment: &str, all: &[&str]) -> Vec<String> {
    let is_of = |problem: &str, name: &str| problem.contains(&format!(": error: {name}: "));
    let others = |problem: &str| all.iter().any(|other| *other != environment && is_of(problem, other));
    problems.into_iter().filter(|problem| problem.ends_with(CLOSED) && !others(problem)).collect()
}

/// As many names are listed where none is near.
const LISTED: usize = 12;

/// A name that there is not: which one was most likely meant, or which there are.
fn unknown(what: &str, name: &str, known: &[&str]) -> String {
    let name = clean(name);
    let hint = match nearest(&name, known.iter().copied()) {
        Some(near) => format!("; did you mean {near:?}?"),
        None if known.is_empty() => String::new(),
        None => {
            let more = if known.len() > LISTED { " …" } else { "" };
            format!("; there are {}{more}", known.iter().take(LISTED).copied().collect::<Vec<_>>().join(", "))
        }
    };
    format!("there is no {what} {name:?}{hint}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_is_found_as_the_screens_write_it() {
        assert_eq!(position(&["prod", "production"], "PRODUCTION"), Some(1));
        assert_eq!(position(&["prod", "PROD"], "PROD"), Some(1), "the very name comes first");
        assert_eq!(position(&["prod", "PROD"], "Prod"), None, "it may be either");
        assert_eq!(position(&["qa"], "prod"), None);
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest() {
        let known = ["create-snapshot", "copy-snapshot", "reboot"];
        assert_eq!(
            unknown("operation", "create_snapshoot", &known),
            "there is no operation \"create_snapshoot\"; did you mean \"create-snapshot\"?"
        );
        assert!(unknown("operation", "x", &known).ends_with("; there are create-snapshot, copy-snapshot, reboot"));
        assert_eq!(unknown("DB instance", "x\u{1b}", &[]), "there is no DB instance \"x?\"");
    }

    #[test]
    fn what_closes_the_guard_is_known_by_its_environment() {
        let block = |name: &str, own: &str| {
            format!(
                "[[environment]]\nname = \"{name}\"\ncriticality = \"staging\"\nregion = \"eu-west-1\"\n\
                 name_prefix = \"{name}-\"\n[environment.guard]\n{own}\n"
            )
        };
        let own = [block("a", "headless = 5"), block("b", "running_at_most = 0")].concat();
        let problems =
            |text: &str| -> Vec<String> { crate::config::parse(text, "f").1.iter().map(ToString::to_string).collect() };
        let of_a = closed(problems(&own), "a", &["a", "b"]);
        assert!(of_a.len() == 1 && of_a[0].contains("guard.headless"), "{of_a:?}");
        let whole = format!("{own}[guard]\narm_at_most = 5\n");
        assert_eq!(closed(problems(&whole), "b", &["a", "b"]).len(), 2);
    }

    #[test]
    fn the_sandbox_has_a_journal_of_its_own() {
        if let (Some(of_aws), Some(of_sandbox)) = (journal_folder(false), journal_folder(true)) {
            assert_eq!(of_sandbox.parent(), Some(of_aws.as_path()));
        }
    }
}
