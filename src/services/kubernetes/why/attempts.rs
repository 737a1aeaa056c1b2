//! Claims that came to nothing: those that were seen and are gone, and those that were gone before anybody saw them.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::refusal::{between, capacity_type};
use super::seconds_since;
use super::stage::{ClaimStage, LAUNCH_LIMIT, REGISTRATION_LIMIT};
use crate::services::kubernetes::model::{CapacityType, ClusterEvent, NodeClaim, RequirementOperator};
use crate::services::kubernetes::{ClusterView, GoneClaim};

/// What is told seconds too early is told in time: clocks differ, and a claim is told to be gone after its end.
const ABOUT: i64 = 15;

/// Why EC2 gave nothing though it may have had it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum LaunchRefusal {
    /// A quota of the account: its code, `VcpuLimitExceeded`.
    Quota(&'static str),
    /// The subnets have no free addresses (`InsufficientFreeAddressesInSubnet`).
    NoAddresses,
    /// The service-linked role of EC2 Spot is not there, and Karpenter may not make it
    /// (`AuthFailure.ServiceLinkedRoleCreationNotPermitted`).
    NoSpotRole,
}

/// Codes of CreateFleet that are of a quota (EC2 API reference, "Error codes").
const QUOTAS: [&str; 3] = ["VcpuLimitExceeded", "MaxSpotInstanceCountExceeded", "MaxFleetCountExceeded"];

impl LaunchRefusal {
    /// Reads what the provider wraps as want of capacity (aws provider pkg/errors, `unfulfillableCapacityErrorCodes`).
    fn parse(said: &str) -> Option<Self> {
        if let Some(code) = QUOTAS.into_iter().find(|code| said.contains(code)) {
            return Some(Self::Quota(code));
        }
        if said.contains("InsufficientFreeAddressesInSubnet") {
            return Some(Self::NoAddresses);
        }
        said.contains("ServiceLinkedRoleCreationNotPermitted").then_some(Self::NoSpotRole)
    }

    /// In short: `quota VcpuLimitExceeded`.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Quota(code) => format!("quota {code}"),
            Self::NoAddresses => "no free addresses in its subnets".to_owned(),
            Self::NoSpotRole => "no service-linked role of EC2 Spot".to_owned(),
        }
    }

    /// What to do, without a full stop.
    #[must_use]
    pub fn advice(&self, whose: &str) -> String {
        match self {
            Self::Quota(code) => format!("Raise the EC2 quota: {code}"),
            Self::NoAddresses => format!("Give the subnets of {whose} free addresses"),
            Self::NoSpotRole => "Make the service-linked role of EC2 Spot".to_owned(),
        }
    }
}

/// What ended a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimEnd {
    /// EC2 had none of what it asked for: what was said of it (event `InsufficientCapacityError`; it is deleted at once).
    NoCapacity(String),
    /// EC2 refused it for another reason than want of capacity: which, and what was said (the same event).
    Refused { why: LaunchRefusal, said: String },
    /// Its class is not ready now, and nothing says what ended it.
    LikelyClass(String),
    /// Its class was not ready (event `NodeClassNotReady`; it is deleted at once).
    ClassNotReady(String),
    /// It was not launched in five minutes.
    NotLaunched,
    /// Its node did not register in fifteen.
    NotRegistered,
    /// Karpenter took its node away: the reason (event `DisruptionTerminating`, or an interruption).
    Disrupted(String),
    /// It was deleted, and nothing says why.
    Deleted,
}

impl ClaimEnd {
    /// In words.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::NoCapacity(said) if said.is_empty() => "EC2 had no capacity".to_owned(),
            Self::NoCapacity(said) => format!("no capacity: {said}"),
            Self::ClassNotReady(said) if said.is_empty() => "its class was not ready".to_owned(),
            Self::ClassNotReady(said) => format!("its class was not ready: {said}"),
            Self::Refused { why, said } => format!("EC2 refused, {}: {said}", why.words()),
            Self::LikelyClass(said) if said.is_empty() => "its class is not ready now: likely that".to_owned(),
            Self::LikelyClass(said) => format!("its class is not ready now: likely that ({said})"),
            Self::NotLaunched => "not launched in 5m".to_owned(),
            Self::NotRegistered => "launched, its node did not register in 15m".to_owned(),
            Self::Disrupted(why) => format!("taken away: {why}"),
            Self::Deleted => "deleted, nothing says why".to_owned(),
        }
    }

    /// The words that a count of such claims goes with: `5 without capacity`.
    #[must_use]
    pub fn short(&self) -> &'static str {
        match self {
            Self::NoCapacity(_) => "without capacity",
            Self::ClassNotReady(_) => "with a class that was not ready",
            Self::Refused { why: LaunchRefusal::Quota(_), .. } => "refused for a quota of EC2",
            Self::Refused { why: LaunchRefusal::NoAddresses, .. } => "without free addresses",
            Self::Refused { why: LaunchRefusal::NoSpotRole, .. } => "without the role of EC2 Spot",
            Self::LikelyClass(_) => "with a class that is not ready now",
            Self::NotLaunched => "not launched in 5m",
            Self::NotRegistered => "not registered in 15m",
            Self::Disrupted(_) => "taken away",
            Self::Deleted => "deleted before they were a node",
        }
    }
}

/// A claim that came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedClaim {
    pub name: Arc<str>,
    /// When it was gone, as well as that is known.
    pub at: Option<Timestamp>,
    pub end: ClaimEnd,
    /// The zones that it had to be in, where they are few.
    pub zones: Vec<Arc<str>>,
    /// The capacity type, where it had to be one.
    pub capacity: Option<CapacityType>,
}

/// The claims that came to nothing lately, by pool, the one that went last first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PastClaims {
    pools: BTreeMap<Arc<str>, Vec<FailedClaim>>,
}

impl PastClaims {
    /// Those of the last `within` seconds.
    #[must_use]
    pub fn of(view: &ClusterView<'_>, within: i64, now: Timestamp) -> Self {
        let mut pools: BTreeMap<Arc<str>, Vec<FailedClaim>> = BTreeMap::new();
        let is_recent = |at: Option<Timestamp>| at.is_some_and(|at| seconds_since(now, at) <= within);
        for gone in view.gone().filter(|gone| is_recent(Some(gone.gone))) {
            let Some((pool, failed)) = gone.claim.pool.clone().zip(of_gone(view, gone)) else { continue };
            pools.entry(pool).or_default().push(failed);
        }
        for name in view.told_claims() {
            let events = view.events("NodeClaim", "", name);
            let end = said_end(events).filter(|(end, at)| !matches!(end, ClaimEnd::Disrupted(_)) && is_recent(*at));
            let Some((pool, (end, at))) = view.pool_of_claim(name).zip(end) else { continue };
            let capacity = match &end {
                ClaimEnd::NoCapacity(said) => spoken(said),
                _ => None,
            };
            let failed = FailedClaim { name: name.into(), at, end, zones: Vec::new(), capacity };
            pools.entry(pool.name.clone()).or_default().push(failed);
        }
        for all in pools.values_mut() {
            all.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.name.cmp(&b.name)));
        }
        Self { pools }
    }

    /// Those of a pool.
    #[must_use]
    pub fn of_pool(&self, pool: &str) -> &[FailedClaim] {
        self.pools.get(pool).map_or(&[], Vec::as_slice)
    }
}

/// The claims of a pool that came to nothing within the last `within` seconds, the one that went last first.
#[must_use]
pub fn attempts(view: &ClusterView<'_>, pool: &str, within: i64, now: Timestamp) -> Vec<FailedClaim> {
    PastClaims::of(view, within, now).pools.remove(pool).unwrap_or_default()
}

fn of_gone(view: &ClusterView<'_>, gone: &GoneClaim) -> Option<FailedClaim> {
    let claim = &*gone.claim;
    let end = end_of(view, gone);
    // What has been a node has not come to nothing.
    let was_node = claim.conditions.is_true("Registered");
    (!was_node && !matches!(end, ClaimEnd::Disrupted(_))).then(|| FailedClaim {
        name: claim.name.clone(),
        at: Some(gone.gone),
        zones: few(claim, "topology.kubernetes.io/zone"),
        capacity: one_capacity(claim).or_else(|| match &end {
            ClaimEnd::NoCapacity(said) => spoken(said),
            _ => None,
        }),
        end,
    })
}

/// What ended a claim that is gone.
pub(super) fn end_of(view: &ClusterView<'_>, gone: &GoneClaim) -> ClaimEnd {
    let claim = &*gone.claim;
    if let Some((end, _)) = said_end(view.events("NodeClaim", "", &claim.name)) {
        return end;
    }
    let holds = |stage: ClaimStage| claim.conditions.is_true(stage.condition());
    let lived = claim.created.map(|created| gone.gone.duration_since(created));
    let was_long = |limit: i64| lived.is_some_and(|lived| lived >= SignedDuration::from_secs(limit - ABOUT));
    if holds(ClaimStage::Registered) {
        ClaimEnd::Deleted
    } else if holds(ClaimStage::Launched) {
        if was_long(REGISTRATION_LIMIT) { ClaimEnd::NotRegistered } else { ClaimEnd::Deleted }
    } else if was_long(LAUNCH_LIMIT) {
        ClaimEnd::NotLaunched
    } else {
        // With a class that is not ready Karpenter 1.14 deletes it and may say nothing of it.
        let class = claim.pool.as_deref().and_then(|pool| view.pool(pool)).and_then(|pool| view.class_of(pool));
        let ready = class.and_then(|class| class.conditions.get("Ready"));
        match ready.filter(|_| class.is_some_and(|class| class.conditions.is_false("Ready"))) {
            Some(ready) => ClaimEnd::LikelyClass(ready.message.to_string()),
            None => ClaimEnd::Deleted,
        }
    }
}

/// What the events of a claim say of its end, and when.
pub(super) fn said_end(events: &[Arc<ClusterEvent>]) -> Option<(ClaimEnd, Option<Timestamp>)> {
    events.iter().find_map(|event| {
        let end = match &*event.reason {
            "InsufficientCapacityError" => no_capacity(launch_error(&event.message)),
            "NodeClassNotReady" => ClaimEnd::ClassNotReady(launch_error(&event.message)),
            "DisruptionTerminating" => {
                let why = event.message.split_once(": ").map_or(&*event.message, |(_, why)| why);
                ClaimEnd::Disrupted(why.to_owned())
            }
            "TerminatingOnInterruption" => ClaimEnd::Disrupted("interruption".to_owned()),
            _ => return None,
        };
        Some((end, event.last))
    })
}

/// The provider calls a class that is gone (pkg/cloudprovider, `Create`), quotas and the like want of capacity too.
fn no_capacity(said: String) -> ClaimEnd {
    if said.starts_with("resolving nodeclass") {
        return ClaimEnd::ClassNotReady(said);
    }
    match LaunchRefusal::parse(&said) {
        Some(why) => ClaimEnd::Refused { why, said },
        None => ClaimEnd::NoCapacity(said),
    }
}

/// The heart of `NodeClaim general-x event: creating instance, insufficient capacity, with fleet error(s), … (aws-…)`
/// (karpenter pkg/controllers/nodeclaim/lifecycle/events.go; the provider's errors are cut at 300 characters).
fn launch_error(message: &str) -> String {
    let rest = message.split_once(" event: ").map_or(message, |(_, rest)| rest);
    let rest = rest.strip_prefix("creating instance, ").unwrap_or(rest);
    let rest = rest.strip_prefix("insufficient capacity, ").unwrap_or(rest);
    let rest = rest.strip_prefix("with fleet error(s), ").unwrap_or(rest);
    rest.split(" (aws-").next().unwrap_or(rest).trim_end_matches('.').to_owned()
}

/// The capacity type that EC2's own words are about.
fn spoken(said: &str) -> Option<CapacityType> {
    between(said, "no Spot capacity", "").is_some().then_some(CapacityType::Spot)
}

/// The values that a claim asks of a label, where they are at most three.
fn few(claim: &NodeClaim, key: &str) -> Vec<Arc<str>> {
    let asked = claim.requirements.iter().find(|one| &*one.key == key && one.operator == RequirementOperator::In);
    asked.filter(|one| one.values.len() <= 3).map(|one| one.values.clone()).unwrap_or_default()
}

fn one_capacity(claim: &NodeClaim) -> Option<CapacityType> {
    match few(claim, "karpenter.sh/capacity-type").as_slice() {
        [one] => capacity_type(one),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
