//! Where an environment's changes are made: who reads it, who sends, what has to be asked.

use jiff::Timestamp;

use crate::aws::rds::observe::{Question, observe};
use crate::aws::{self, Session, SessionSpec};
use crate::domain::{Fault, Identity};
use crate::slices::{Execution, Kind, Seen, Target};

/// Where an environment's changes are made.
#[derive(Clone)]
pub struct Place {
    /// Name of the environment.
    pub environment: String,
    /// Everything that a reading needs beside the target.
    pub question: Question,
    /// Reads.
    pub reader: Session,
    /// The operator's role on top of the reader's source, if one is configured; without it the
    /// reader's own credentials are used.
    pub operator: Option<SessionSpec>,
}

impl Place {
    /// Reads the state of the world for an operation.
    ///
    /// # Errors
    /// The fault of the identity or of the DB instances; the rest is in [`Seen::missing`].
    pub async fn read(&self, kind: Kind, target: &Target, now: Timestamp) -> Result<Seen, Fault> {
        let mut question = self.question.clone();
        question.kind = kind;
        question.target = target.clone();
        observe(&self.reader, &question, now).await
    }

    /// The session that sends: the operator's, named after who and why, or the reader's. The
    /// target's own region is asked: another may be down.
    pub(super) async fn sender(&self, reason: &str, region: &str) -> Session {
        let Some(spec) = &self.operator else { return self.reader.clone() };
        let mut spec = spec.clone();
        spec.region = Some(region.to_owned());
        if let Some(role) = spec.roles.last_mut() {
            let name = trail_name(reason);
            role.source_identity = role.source_identity.take().map(|_| name.clone());
            role.session_name = Some(name);
        }
        Session::load(&spec).await
    }

    /// The session that sends, and who it is; `kept` is that of the step before, so that nobody is
    /// asked for a code at each step.
    pub(super) async fn operator(
        &self,
        execution: &Execution,
        kept: Option<&Session>,
    ) -> Result<(Session, Identity), Fault> {
        let region = &execution.plan.target.region;
        let session = if let Some(session) = kept {
            session.clone()
        } else {
            let session = self.sender(&execution.approval.reason, region).await;
            if self.operator.is_some() {
                session.signed_in(aws::GET_CALLER_IDENTITY).await?;
            }
            session
        };
        let identity = aws::sts::identity(&session, region).await?;
        Ok((session, identity))
    }
}

/// Who and why, as CloudTrail shows it: `qd-alice-INC-4312`. Letters, digits and `=,.@-_`, at most
/// 64 (STS API reference, `AssumeRole`).
fn trail_name(reason: &str) -> String {
    let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_default();
    let mut name = format!("qd-{user}-{reason}");
    name = name.chars().map(|c| if c.is_ascii_alphanumeric() || "=,.@_-".contains(c) { c } else { '-' }).collect();
    name.truncate(64);
    name.trim_end_matches('-').to_owned()
}
