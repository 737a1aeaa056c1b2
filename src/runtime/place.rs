//! Where an environment's changes are made: who reads it, who sends, what has to be asked.

mod cluster;

use std::sync::Arc;

use jiff::Timestamp;

use super::clusters::ApiServers;
use crate::aws::eks::updates::KnownUpdates;
use crate::aws::rds::look::Known;
use crate::aws::rds::observe::{Question, observe};
use crate::aws::{self, Session, SessionSpec};
use crate::domain::{ClusterSpec, Fault, FaultKind, Identity};
use crate::ops::Approved;
use crate::ops::sent::{Receipt, SendFault};
use crate::services::{kubernetes, rds};
use crate::slices::{Execution, Follow, Kind, Look, Plan, Seen, Target};

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
    /// How its clusters are reached.
    pub clusters: Vec<ClusterSpec>,
    /// Connections of the reader to their API servers.
    pub servers: ApiServers,
    /// Updates of node groups that are over.
    pub updates: Arc<KnownUpdates>,
}

/// Who sends, with the connections that it has made.
#[derive(Clone)]
pub(super) struct Sender {
    pub(super) session: Session,
    servers: ApiServers,
}

impl Place {
    /// Reads the state of the world for an operation.
    ///
    /// # Errors
    /// The fault of the identity or of what is to be changed; the rest is in what was read
    /// ([`Seen::missing`]).
    pub async fn read(&self, kind: Kind, target: &Target, now: Timestamp) -> Result<Seen, Fault> {
        match (kind, target.rds(), target.kubernetes()) {
            (Kind::Rds(kind), Some(target), _) => {
                let question = Question { target, kind, ..self.question.clone() };
                observe(&self.reader, &question, now).await.map(Seen::Rds)
            }
            (Kind::Kubernetes(kind), _, Some(target)) => {
                Box::pin(self.read_cluster(kind, &target, now)).await.map(Seen::Kubernetes)
            }
            _ => Err(nothing_of_it(&format!("{} is not done to a {}", kind.name(), target.kind.noun()))),
        }
    }

    /// Reads what a later step of a plan stands on. Of a cluster that is less: the first step was compared with all of it.
    ///
    /// # Errors
    /// As those of [`Place::read`].
    pub(super) async fn read_again(&self, kind: Kind, target: &Target, now: Timestamp) -> Result<Seen, Fault> {
        match (kind, target.kubernetes()) {
            (Kind::Kubernetes(_), Some(target)) => {
                Box::pin(self.read_cluster_again(&target, now)).await.map(Seen::Kubernetes)
            }
            _ => self.read(kind, target, now).await,
        }
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

    /// Who sends, and who that is; `kept` is that of the step before, so that nobody is asked for a
    /// code at each step.
    pub(super) async fn operator(
        &self,
        execution: &Execution,
        kept: Option<&Sender>,
    ) -> Result<(Sender, Identity), Fault> {
        let region = &execution.plan.target.region;
        let sender = if let Some(sender) = kept {
            sender.clone()
        } else {
            let session = self.sender(&execution.approval.reason, region).await;
            if self.operator.is_some() {
                session.signed_in(aws::GET_CALLER_IDENTITY).await?;
            }
            // Connections are signed for by whoever sends, in this execution alone.
            Sender { session, servers: ApiServers::new(self.servers.reach().clone()) }
        };
        let identity = aws::sts::identity(&sender.session, region).await?;
        Ok((sender, identity))
    }

    /// Sends one step of an approved plan, once.
    ///
    /// # Errors
    /// Whether the call did certainly not change anything, or may have.
    pub(super) async fn send(
        &self,
        sender: &Sender,
        approved: &Approved<Plan>,
        step: usize,
    ) -> Result<Receipt, SendFault> {
        let none = || SendFault::NotSent(nothing_of_it(&format!("the plan has no step {}", step + 1)));
        let call = approved.call(step).ok_or_else(none)?;
        if let Some(call) = call.clone().of::<rds::Api>() {
            return aws::rds::write::send(&sender.session, &call).await;
        }
        match call.of::<kubernetes::change::Api>() {
            Some(call) => {
                let follow = approved.plan().steps.get(step).and_then(|step| step.follow.kubernetes());
                Box::pin(self.send_to_cluster(sender, approved.plan(), follow, &call)).await
            }
            None => Err(none()),
        }
    }

    /// Looks at what a step has come to; `since` is when it was sent.
    ///
    /// # Errors
    /// The [`Fault`] of a call without which its end could not be recognised.
    pub(super) async fn look(
        &self,
        execution: &Execution,
        step: usize,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Look, Fault> {
        let plan = &execution.plan;
        let Some(follow) = plan.steps.get(step).map(|step| &step.follow) else {
            return Err(nothing_of_it(&format!("the plan has no step {}", step + 1)));
        };
        match follow {
            Follow::Rds(follow) => {
                let resource_id =
                    plan.target.rds().and_then(|target| rds::ready::resource_id(&target, &plan.observed, follow));
                let known = Known {
                    account: plan.account_of(step),
                    resource_id,
                    events: execution.events_before(step),
                    ahead: execution.ahead(step),
                };
                aws::rds::look::look(&self.reader, follow, &known, since, now).await.map(Look::Rds)
            }
            Follow::Kubernetes(follow) => {
                Box::pin(self.look_at_cluster(plan, step, follow, now)).await.map(Look::Kubernetes)
            }
        }
    }
}

/// What a plan asks for that there is nothing of.
fn nothing_of_it(message: &str) -> Fault {
    let kind = FaultKind::Other { code: String::new() };
    Fault { kind, call: aws::GET_CALLER_IDENTITY.to_owned(), message: message.to_owned(), request_id: None }
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
