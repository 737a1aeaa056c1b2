//! Rules of claims that are no node yet.

use super::facts::ClusterThing;
use super::{Case, ClusterNeed, Rule, Verdict};
use crate::domain::finding::{Harm, Severity};
use crate::domain::{Since, duration};
use crate::services::kubernetes::ObjectKind;
use crate::services::kubernetes::why::{ClaimStage, Tries, claim_story};

pub static RULES: [Rule; 1] = [Rule {
    id: "claim-not-registered",
    source: "karpenter pkg/controllers/nodeclaim/lifecycle/liveness.go: 5 min to launch, 15 to register",
    harm: Harm::Now,
    metric: None,
    needs: &[ClusterNeed::Objects(ObjectKind::NodeClaim), ClusterNeed::Objects(ObjectKind::Node)],
    applies: |subject| matches!(subject.thing, ClusterThing::Claim(_)),
    check: late,
}];

fn late(case: &Case<'_>) -> Option<Verdict> {
    let ClusterThing::Claim(claim) = case.subject.thing else { return None };
    if claim.deleting.is_some() {
        return None;
    }
    let facts = case.subject.facts;
    let story = claim_story(facts.view, claim, &facts.past, case.now);
    if !story.is_late() {
        return None;
    }
    let step = story.waiting()?;
    let waits = duration::coarse(std::time::Duration::from_secs(story.waits?.unsigned_abs()));
    let limit = story.limit.map(|limit| format!(" of {}", limit / 60)).unwrap_or_default();
    let why = match step.stage {
        ClaimStage::Registered => "launched, the node has not joined (AMI, network or IAM)".to_owned(),
        ClaimStage::Initialised => "joined, its node does not become ready for pods".to_owned(),
        ClaimStage::Launched | ClaimStage::Created => "EC2 has given no instance".to_owned(),
    };
    let summary = format!("not {} in {waits}{limit}: {why}", step.stage.done());
    let advice = story.advice.first().map_or_else(String::new, |advice| format!("{advice}."));
    let pool = claim.pool.as_ref().map(|pool| format!("pool {pool}")).unwrap_or_default();
    let tries = story.tries.map(Tries::words).unwrap_or_default();
    let verdict = Verdict::new(Severity::Warning, summary, advice).of_state(step.stage.done());
    Some(verdict.evidence([tries, pool, story.reason.clone().unwrap_or_default()]).since(step.at.map(Since::Told)))
}
