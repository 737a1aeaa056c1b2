//! The journal: what was planned, refused, approved, sent and seen, an [`Entry`] a line.
//!
//! One append-only file is both the journal that an execution is rebuilt from after a crash and the
//! audit trail. Every line carries the hash of the line before it, see [`chain`]. Pure: the file
//! itself is written in `runtime::journal`. Nothing in it is secret: a plan has names, parameters
//! and observed states, and no call of this console takes a password.

pub mod chain;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::call::Call;
use super::fingerprint::Fingerprint;
use super::guard::Approval;
use super::plan::Plan;
use super::provider::Provider;
use super::target::Target;
use super::window::opening;
use crate::domain::Event;
use crate::domain::text::is_hostile;

pub use chain::{Break, Head, Link, Report, verify};

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Entry<P: Provider> {
    /// 1, 2, 3 …
    pub seq: u64,
    pub at: Timestamp,
    pub who: Who,
    /// Name of the environment.
    pub environment: String,
    pub body: Body<P>,
    /// The hash of the line before; [`chain::FIRST`] for the first.
    pub prev: String,
    /// See [`chain::hash`].
    pub hash: String,
}

/// Who did it, and with what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// As AWS sees them; empty when that is not known.
    pub arn: String,
    pub os_user: String,
    pub host: String,
    pub pid: u32,
    /// Of this program.
    pub version: String,
    /// The number of `os_user`, as the kernel has it; lines of older versions have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
}

impl Who {
    /// The role with its session, or the user: `reader/oncall`. Without an ARN the user of the
    /// machine.
    #[must_use]
    pub fn short(&self) -> String {
        if self.arn.is_empty() { format!("{}@{}", self.os_user, self.host) } else { short(&self.arn).to_owned() }
    }
}

/// The part of an ARN that people know: the role with its session, or the user.
#[must_use]
pub fn short(arn: &str) -> &str {
    let resource = arn.rsplit(':').next().unwrap_or(arn);
    let name = ["assumed-role/", "user/", "federated-user/"].iter().find_map(|kind| resource.strip_prefix(kind));
    name.unwrap_or(resource)
}

/// Name of an execution, good as a file's name: `20261122-031244-7f3a91c2-0b5e`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct ExecutionId(String);

impl ExecutionId {
    /// From the moment of the approval, the plan's fingerprint and something random, without which
    /// two consoles could come to the same name.
    #[must_use]
    pub fn new(at: Timestamp, fingerprint: &Fingerprint, random: u16) -> Self {
        let start = fingerprint.whole().get(..8).unwrap_or("00000000");
        Self(format!("{}-{start}-{random:04x}", at.strftime("%Y%m%d-%H%M%S")))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for ExecutionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ExecutionId {
    type Error = String;

    /// Takes what may be a name: it becomes a file's name, so nothing else may be in it.
    fn try_from(text: String) -> Result<Self, String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if (8..=64).contains(&text.len()) && text.chars().all(plain) {
            Ok(Self(text))
        } else {
            Err("not the name of an execution, such as 20261122-031244-7f3a91c2-0b5e".to_owned())
        }
    }
}

impl std::str::FromStr for ExecutionId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::try_from(text.trim().to_owned())
    }
}

/// What happened. Steps are counted from 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", bound = "")]
pub enum Body<P: Provider> {
    /// Changes were allowed in an environment for a while.
    Armed { reason: String, until: Timestamp },
    /// They no longer are.
    Disarmed { why: String },
    /// A plan was on the screen and was put away.
    PlanCancelled {
        operation: P::Kind,
        target: Target<P::TargetKind>,
        fingerprint: Fingerprint,
        /// What it would have done; lines of older versions do not say it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        summary: String,
    },
    /// A plan was to be approved, and the rules said no.
    PlanRefused {
        operation: P::Kind,
        target: Target<P::TargetKind>,
        fingerprint: Fingerprint,
        why: String,
        /// What it would have done, and what was given as the reason; lines of older versions do not say it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        summary: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// The first line of an execution, written before anything else is done.
    Approved { execution: ExecutionId, plan: Box<Plan<P>>, approval: Approval },
    /// The world was read again and gives the same plan. `sender` is the ARN of who sends, as AWS sees
    /// them; empty in lines of older versions.
    Verified {
        execution: ExecutionId,
        fingerprint: Fingerprint,
        #[serde(default)]
        sender: String,
    },
    /// The world was read again and gives another plan; nothing was sent.
    Changed { execution: ExecutionId, differences: Vec<String> },
    /// The call of a step is about to be sent. A crash after it leaves open whether it arrived.
    /// `call` is what goes out; lines of older versions did not name it.
    Sending {
        execution: ExecutionId,
        step: usize,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        call: Option<Box<Call<P::Api>>>,
        /// Events of the resource that were there before it, newest of its last: what comes later is the
        /// call's, whatever this machine's clock says.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        before: Vec<Event>,
        /// Seconds that AWS's clock was ahead of this machine's then.
        #[serde(default, skip_serializing_if = "is_zero")]
        ahead: i64,
    },
    /// AWS took the call.
    Sent { execution: ExecutionId, step: usize, request_id: Option<String> },
    /// The call was not carried out; `by_aws` when AWS refused it, else it never left.
    Rejected {
        execution: ExecutionId,
        step: usize,
        fault: String,
        request_id: Option<String>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_aws: bool,
    },
    /// The call was refused for now: for the state of the resource of a later step, or because a step that is
    /// [sent again](super::plan::Resend) came too early. Nothing was changed, and it is sent once more.
    Deferred { execution: ExecutionId, step: usize, fault: String, request_id: Option<String> },
    /// Whether the call arrived is not known; `before` is the resource as it was before it.
    Ambiguous { execution: ExecutionId, step: usize, fault: String, before: Option<Box<P::Resource>> },
    /// Whether it arrived was found out.
    Found { execution: ExecutionId, step: usize, happened: bool, note: String },
    /// What is waited for looks different than before.
    Followed { execution: ExecutionId, step: usize, words: String },
    /// A step is over. Lines of older versions have no `end`, only whether it `failed`.
    StepEnded {
        execution: ExecutionId,
        step: usize,
        words: String,
        failed: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        end: Option<StepEnd>,
    },
    /// The last line of an execution.
    Ended { execution: ExecutionId, outcome: Outcome },
    /// Another console, or the same one after a crash, follows it from here on.
    TakenOver { execution: ExecutionId, note: String },
    /// What is between the entry before and this one is the rest of a write that was cut short:
    /// so many bytes, with this SHA-256 in hex. It stays in the file.
    Torn { bytes: usize, digest: String },
    /// The head was gone, or could not be read: whether lines before this one are gone is not known. It stays a break for
    /// ever.
    HeadLost,
}

impl<P: Provider> Body<P> {
    /// The execution that it belongs to.
    #[must_use]
    pub fn execution(&self) -> Option<&ExecutionId> {
        match self {
            Self::Armed { .. }
            | Self::Disarmed { .. }
            | Self::PlanCancelled { .. }
            | Self::PlanRefused { .. }
            | Self::Torn { .. }
            | Self::HeadLost => None,
            Self::Approved { execution, .. }
            | Self::Verified { execution, .. }
            | Self::Changed { execution, .. }
            | Self::Sending { execution, .. }
            | Self::Sent { execution, .. }
            | Self::Rejected { execution, .. }
            | Self::Deferred { execution, .. }
            | Self::Ambiguous { execution, .. }
            | Self::Found { execution, .. }
            | Self::Followed { execution, .. }
            | Self::StepEnded { execution, .. }
            | Self::Ended { execution, .. }
            | Self::TakenOver { execution, .. } => Some(execution),
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(value: &i64) -> bool {
    *value == 0
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepEnd {
    /// What was promised is there.
    Done,
    /// AWS makes the change in this maintenance window (UTC).
    Scheduled { window: String },
    /// It came to no good end.
    Failed,
    /// Whether AWS took it is not known.
    Unknown,
    /// It was followed for as long as it may be, without an end.
    GivenUp,
}

impl StepEnd {
    /// Whether the plan goes on after it.
    #[must_use]
    pub fn is_good(&self) -> bool {
        matches!(self, Self::Done | Self::Scheduled { .. })
    }

    /// What a line tells: its `end`, or its words where an older version wrote none, which told a window in words
    /// only.
    #[must_use]
    pub fn told(end: Option<&Self>, words: &str, failed: bool) -> Self {
        if let Some(end) = end {
            return end.clone();
        }
        let window = words.strip_prefix("waits for the window ").and_then(|rest| rest.strip_suffix(" UTC"));
        match (failed, window) {
            (true, _) => Self::Failed,
            (false, Some(window)) => Self::Scheduled { window: window.to_owned() },
            (false, None) => Self::Done,
        }
    }
}

/// How an execution ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Outcome {
    Done,
    /// AWS took it, and makes the change in this maintenance window (UTC).
    Scheduled {
        window: String,
    },
    Failed {
        why: String,
    },
    /// Nothing reached AWS.
    NotSent {
        why: String,
    },
    /// AWS refused the call; nothing was changed.
    Refused {
        why: String,
    },
    /// Steps that do not need one another: all are done but these, counted from 0.
    Incomplete {
        not_done: Vec<usize>,
        why: String,
    },
    /// Nobody looks at it any more, because the engineer said so or it took too long: what was sent goes on
    /// in AWS. Those that were not sent, counted from 0.
    GivenUp {
        unsent: Vec<usize>,
        why: String,
    },
    /// Its world is no more: the sandbox began anew.
    Abandoned {
        unsent: Vec<usize>,
        why: String,
    },
    /// Whether AWS took the call is not known.
    Unknown {
        unsent: Vec<usize>,
        why: String,
    },
    /// It was stopped between two steps; those that were not sent, counted from 0.
    Interrupted {
        unsent: Vec<usize>,
        why: String,
    },
}

impl Outcome {
    /// The word for it, in lists and reports.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Scheduled { .. } => "scheduled",
            Self::Failed { .. } => "failed",
            Self::NotSent { .. } => "not sent",
            Self::Refused { .. } => "refused by AWS",
            Self::Incomplete { .. } => "incomplete",
            Self::Interrupted { .. } => "interrupted",
            Self::GivenUp { .. } => "given up",
            Self::Abandoned { .. } => "abandoned",
            Self::Unknown { .. } => "outcome unknown",
        }
    }

    /// The same for a person, in lists, stories and messages alike: `done`, `scheduled for sun 04:00Z`.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Scheduled { window } => format!("scheduled for {}", opening(window)),
            _ => self.word().to_owned(),
        }
    }

    /// Why it is that; empty where the title says all.
    #[must_use]
    pub fn why(&self) -> String {
        match self {
            Self::Done | Self::Scheduled { .. } => String::new(),
            Self::Failed { why } | Self::NotSent { why } | Self::Refused { why } => why.clone(),
            Self::Incomplete { why, .. } => why.clone(),
            Self::Interrupted { unsent, why }
            | Self::GivenUp { unsent, why }
            | Self::Abandoned { unsent, why }
            | Self::Unknown { unsent, why } => {
                if unsent.is_empty() {
                    why.clone()
                } else {
                    format!("{why}; {} not sent", steps(unsent))
                }
            }
        }
    }

    /// The same, with the window that a step was left to: that is not done yet. The first form of the
    /// journal called it done.
    #[must_use]
    pub fn in_window(&self, window: Option<&str>) -> Self {
        match (self, window) {
            (Self::Done, Some(window)) => Self::Scheduled { window: window.to_owned() },
            _ => self.clone(),
        }
    }

    /// Whether the change was made, or AWS has promised to make it.
    #[must_use]
    pub fn is_good(&self) -> bool {
        matches!(self, Self::Done | Self::Scheduled { .. })
    }

    /// Whether it is certain that nothing was changed.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::NotSent { .. } | Self::Refused { .. })
    }

    /// In words.
    #[must_use]
    pub fn words(&self) -> String {
        let why = self.why();
        if why.is_empty() { self.title() } else { format!("{}: {why}", self.title()) }
    }
}

/// `step 2`, `steps 2, 3`: counted from 1. A line that was damaged may name any number.
#[must_use]
pub fn steps(places: &[usize]) -> String {
    let numbers: Vec<String> = places.iter().map(|step| step.saturating_add(1).to_string()).collect();
    let noun = if numbers.len() == 1 { "step" } else { "steps" };
    format!("{noun} {}", numbers.join(", "))
}

/// An entry as it is hashed: everything but the hash.
#[derive(Serialize)]
#[serde(bound = "")]
struct Unsealed<'a, P: Provider> {
    seq: u64,
    at: Timestamp,
    who: &'a Who,
    environment: &'a str,
    body: &'a Body<P>,
    prev: &'a str,
}

/// Makes the entry that follows `prev`, and its line without the line's end.
///
/// # Errors
/// When it has no JSON form, which no body that can be made has.
pub fn seal<P: Provider>(
    seq: u64,
    at: Timestamp,
    who: Who,
    environment: String,
    body: Body<P>,
    prev: String,
) -> serde_json::Result<(Entry<P>, String)> {
    let unsealed = Unsealed { seq, at, who: &who, environment: &environment, body: &body, prev: &prev };
    let canonical = escaped(&serde_json::to_string(&unsealed)?);
    let hash = chain::hash(&prev, canonical.as_bytes());
    let line = chain::sealed(&canonical, &hash);
    Ok((Entry { seq, at, who, environment, body, prev, hash }, line))
}

/// The entries of a journal's text that this version can read, oldest first, and how many lines it
/// cannot: torn or damaged ones, and those of a newer version.
#[must_use]
pub fn entries<P: Provider>(journal: &[u8]) -> (Vec<Entry<P>>, usize) {
    let mut unread = 0;
    let read = journal.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).filter_map(|line| {
        let entry: Option<Entry<P>> = serde_json::from_slice(line).ok();
        unread += usize::from(entry.is_none());
        entry
    });
    (read.collect(), unread)
}

/// JSON of the same meaning in which no character is left that could steer a terminal, so that
/// looking at the file with any tool is safe.
#[must_use]
pub fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        // Line ends are the only controls that JSON has outside of a string.
        if is_hostile(c) && c != '\n' {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::policy::Level;
    use crate::services::rds::Operation;
    use crate::services::rds::operation::CreateSnapshot;
    use crate::services::rds::testing::{Body, at, plan_of, seen};

    fn approved() -> Body {
        let plan = plan_of(Operation::CreateSnapshot(CreateSnapshot { name: "before-it".into() }), &seen());
        let approval = Approval {
            at: at(),
            reason: "release \u{1b}[31m42\u{202e}".into(),
            typed: "rentaliq-prod-db".into(),
            level: Level::TypeNameAndReason { cool_down: std::time::Duration::from_secs(3) },
            headless: false,
            fingerprint: plan.fingerprint.clone(),
        };
        let execution = ExecutionId::new(at(), &plan.fingerprint, 0x0b5e);
        Body::Approved { execution, plan: Box::new(plan), approval }
    }

    #[test]
    fn what_waits_for_its_window_is_said_to_be_scheduled() {
        let scheduled = Outcome::Scheduled { window: "sun:04:00-sun:05:00".into() };
        assert_eq!((scheduled.title(), scheduled.words()), ("scheduled for sun 04:00Z".into(), scheduled.title()));
        let failed = Outcome::Failed { why: "storage-full".into() };
        assert_eq!((failed.title().as_str(), failed.words().as_str()), ("failed", "failed: storage-full"));
        assert_eq!(Outcome::Done.words(), "done");
    }

    #[test]
    fn a_whole_plan_survives_the_file() {
        let (entry, line) = seal(1, at(), Who::default(), "PROD".into(), approved(), chain::FIRST.into()).unwrap();
        let (read, unread) = entries(format!("{line}\n{{\"seq\":2,\"at").as_bytes());
        assert_eq!((read.as_slice(), unread), ([entry].as_slice(), 1));
        assert_eq!(verify(line.as_bytes().split_inclusive(|b| *b == b'\n')).breaks, Vec::new());
        let Body::Approved { plan, .. } = &read[0].body else { unreachable!() };
        assert!(plan.is_intact());
    }

    #[test]
    fn no_line_can_steer_a_terminal() {
        let (_, line) = seal(1, at(), Who::default(), "PROD".into(), approved(), chain::FIRST.into()).unwrap();
        assert!(!line.chars().any(is_hostile), "{line}");
        assert!(line.contains("\\u001b[31m42\\u202e"), "{line}");
        assert_eq!(escaped("\"\u{e0001}\""), "\"\\udb40\\udc01\"");
    }

    #[test]
    fn the_name_of_an_execution_is_a_file_s_name() {
        let Body::Approved { execution, plan, .. } = approved() else { unreachable!() };
        let name = execution.as_str();
        assert_eq!(name, format!("20261122-031244-{}-0b5e", &plan.fingerprint.whole()[..8]));
        assert_eq!(name.parse::<ExecutionId>(), Ok(execution.clone()));
        for bad in ["", "../../../etc", "a/b-c-d-e-f", "20261122 031244", "2026\u{0}1122-03"] {
            assert!(bad.parse::<ExecutionId>().is_err(), "{bad:?}");
        }
        assert!(serde_json::from_str::<ExecutionId>("\"../../../../x\"").is_err());
    }

    #[test]
    fn an_outcome_has_words_whatever_a_line_says_of_its_steps() {
        let text = format!(r#"{{"result":"interrupted","unsent":[0,{}],"why":"x"}}"#, usize::MAX);
        let outcome: Outcome = serde_json::from_str(&text).unwrap();
        assert_eq!(outcome.words(), format!("interrupted: x; steps 1, {} not sent", usize::MAX));
    }

    #[test]
    fn a_line_of_before_the_sender_was_recorded_can_be_read() {
        let old = r#"{"event":"verified","execution":"20261122-031244-7f3a91c2-0b5e","fingerprint":"ab"}"#;
        let execution = "20261122-031244-7f3a91c2-0b5e".parse().unwrap();
        let fingerprint = serde_json::from_str("\"ab\"").unwrap();
        let body = Body::Verified { execution, fingerprint, sender: String::new() };
        assert_eq!(serde_json::from_str::<Body>(old).unwrap(), body);
    }

    #[test]
    fn who_of_before_the_uid_was_recorded_can_be_read() {
        let old = r#"{"arn":"","os_user":"alice","host":"desk","pid":7,"version":"0.1.0"}"#;
        let who: Who = serde_json::from_str(old).unwrap();
        assert_eq!((who.uid, serde_json::to_string(&who).unwrap().as_str()), (None, old));
        let now = Who { uid: Some(1000), ..who };
        assert!(serde_json::to_string(&now).unwrap().ends_with("\"uid\":1000}"));
    }

    #[test]
    fn who_is_short() {
        for (arn, short) in [
            ("arn:aws:sts::111122223333:assumed-role/reader/oncall", "reader/oncall"),
            ("arn:aws:iam::111122223333:user/alice", "alice"),
            ("arn:aws:iam::111122223333:root", "root"),
            ("", "alice@desk"),
        ] {
            let who = Who { arn: arn.into(), os_user: "alice".into(), host: "desk".into(), ..Who::default() };
            assert_eq!(who.short(), short);
        }
    }
}
