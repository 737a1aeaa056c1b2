//! The lines of nodes and claims, made of all that is known of a cluster.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use super::row::{MachineRow, MachineStage};
use crate::domain::duration;
use crate::screens::cluster_object::ObjectKey;
use crate::services::kubernetes::model::{
    CapacityType, ConditionStatus, Node, NodeClaim, NodeProvider, Requirement, Resources,
};
use crate::services::kubernetes::rules::ThingRef;
use crate::services::kubernetes::why::{self, BudgetIndex, ClaimEnd, FailedClaim, NodeStory, PastClaims, PoolBudgets};
use crate::services::kubernetes::{ClusterView, ObjectKind, price};

/// So long, in seconds, what came to nothing stands among the lines.
const REMEMBERED: i64 = 3600;

/// What lines are made of; what several of them need is looked up once.
pub struct MachineSource<'v> {
    view: &'v ClusterView<'v>,
    arn: &'v str,
    now: Timestamp,
    has_pods: bool,
    budgets: OnceCell<BudgetIndex<'v>>,
    /// What the pools' budgets allow.
    allowed: RefCell<HashMap<Arc<str>, Option<PoolBudgets>>>,
}

impl<'v> MachineSource<'v> {
    /// Of a cluster at a moment; findings name it by its ARN.
    #[must_use]
    pub fn of(view: &'v ClusterView<'v>, arn: &'v str, now: Timestamp) -> Self {
        let has_pods = view.standing(ObjectKind::Pod).is_known();
        Self { view, arn, now, has_pods, budgets: OnceCell::new(), allowed: RefCell::default() }
    }

    /// The line of a node.
    #[must_use]
    pub fn node(&self, node: &Node) -> MachineRow {
        of_node(self, node)
    }

    /// The lines of the claims that are no node yet, and of each pool of what came to nothing.
    #[must_use]
    pub fn claims(&self) -> Vec<MachineRow> {
        let (view, arn, now) = (self.view, self.arn, self.now);
        let past = PastClaims::of(view, REMEMBERED, now);
        let coming = view.coming().map(|claim| of_claim(view, claim, &past, arn, now));
        let lost = view.pools().flat_map(|pool| lost(&pool.name, past.of_pool(&pool.name), arn, now));
        coming.chain(lost).collect()
    }

    /// The whole story of a node.
    fn story(&self, node: &Node) -> NodeStory {
        let budgets = self.budgets.get_or_init(|| BudgetIndex::of(self.view));
        let mut allowed = self.allowed.borrow_mut();
        let of_pool = |pool: &Arc<str>| Some(why::budgets(self.view, self.view.pool(pool)?, self.now));
        let allowed =
            node.pool().and_then(|pool| allowed.entry(pool.clone()).or_insert_with(|| of_pool(pool)).as_ref());
        why::node_story(self.view, budgets, allowed, node, self.now)
    }
}

/// A name as the list has it: without the domain that all nodes of a region have.
fn short(name: &str) -> &str {
    let is_own = |rest: &str| rest.ends_with("compute.internal") || rest == "ec2.internal";
    name.split_once('.').filter(|(_, rest)| is_own(rest)).map_or(name, |(host, _)| host)
}

/// `eu-west-1b` is `1b`.
fn short_zone(zone: &str) -> &str {
    zone.rsplit('-').next().unwrap_or(zone)
}

/// A capacity type in few letters.
fn capacity(kind: Option<CapacityType>) -> &'static str {
    match kind {
        Some(CapacityType::OnDemand) => "od",
        Some(CapacityType::Spot) => "spot",
        Some(CapacityType::Reserved) => "rsv",
        None => "",
    }
}

/// Who brought a node.
fn owner(provider: &NodeProvider) -> String {
    match provider {
        NodeProvider::Karpenter(pool) => pool.to_string(),
        NodeProvider::ManagedGroup(group) => format!("group {group}"),
        NodeProvider::Fargate => "Fargate".into(),
        NodeProvider::Other => "no group".into(),
    }
}

fn of_node(source: &MachineSource<'_>, node: &Node) -> MachineRow {
    let MachineSource { view, arn, now, has_pods, .. } = *source;
    let claim = view.claim_of(node);
    let is_going = node.deleting.is_some() || claim.is_some_and(|claim| claim.deleting.is_some());
    let ready = node.is_ready();
    let pods = view.pods_on(&node.name).iter().filter(|pod| !pod.is_over()).count();
    MachineRow {
        thing: ThingRef::Node(node.name.clone()).key(arn),
        key: ObjectKey::Node(node.name.clone()),
        shown: short(&node.name).to_owned(),
        stage: if ready { MachineStage::Ready } else { MachineStage::NotReady },
        is_going,
        owner: owner(&node.provider),
        pool: node.pool().cloned(),
        instance_type: node.instance_type.as_deref().unwrap_or_default().to_owned(),
        zone: node.zone.as_deref().map(short_zone).unwrap_or_default().to_owned(),
        capacity: capacity(node.capacity_type),
        requested: has_pods.then(|| view.requested_on(&node.name)),
        allocatable: node.allocatable.clone(),
        used: view.used_by_node(&node.name),
        pods: has_pods.then_some(pods),
        price: Some(view.price_of(node)),
        since: node.created,
        state: state(source, node, claim),
        story: None,
        worst: None,
        made: now,
    }
}

/// What is to be said of a node's state. The whole story is made only where there is one: it looks at every pod.
fn state(source: &MachineSource<'_>, node: &Node, claim: Option<&NodeClaim>) -> String {
    let now = source.now;
    let mut words: Vec<String> = Vec::new();
    if !node.is_ready() {
        let since =
            node.conditions.get("Ready").and_then(|ready| ready.since).map_or_else(String::new, |since| {
                format!(" {}", duration::coarse(crate::ui::format::since(now, since)))
            });
        let is_lost = node.conditions.get("Ready").is_some_and(|ready| ready.status == ConditionStatus::Unknown);
        // The node controller sets Unknown when the kubelet has not told for its grace period (Kubernetes, "Node Status").
        let lost = if is_lost { ", kubelet silent" } else { "" };
        words.push(format!("not ready{since}{lost}"));
    }
    let has = |kind: &str| claim.is_some_and(|claim| claim.conditions.is_true(kind));
    let is_disrupted = node.taints.iter().any(|taint| &*taint.key == "karpenter.sh/disrupted");
    let is_going = node.deleting.is_some() || claim.is_some_and(|claim| claim.deleting.is_some());
    let has_story = is_going || is_disrupted || has("Drifted") || has("DisruptionReason");
    let story = has_story.then(|| source.story(node).state()).flatten();
    let has_told = story.is_some();
    words.extend(story);
    if !has_told && is_disrupted {
        words.push("disrupted".into());
    }
    if node.cordoned && !has_told && !is_disrupted {
        words.push("cordoned".into());
    }
    words.join(", ")
}

fn of_claim(view: &ClusterView<'_>, claim: &NodeClaim, past: &PastClaims, arn: &str, now: Timestamp) -> MachineRow {
    let wished = |key: &str| single(&claim.requirements, key);
    let kind = wished("karpenter.sh/capacity-type");
    let asked = match kind.as_deref() {
        Some("spot") => "spot",
        Some("on-demand") => "od",
        Some("reserved") => "rsv",
        _ => "",
    };
    let is_launched = claim.instance.is_some();
    let instance_type = match (&claim.instance_type, wished("node.kubernetes.io/instance-type")) {
        (Some(known), _) if is_launched => known.to_string(),
        (Some(known), _) => format!("{known}?"),
        (None, Some(asked)) => format!("{asked}?"),
        (None, None) => match count(&claim.requirements, "node.kubernetes.io/instance-type") {
            0 => String::new(),
            several => format!("{several} types"),
        },
    };
    let zone = claim.zone.clone().or_else(|| wished("topology.kubernetes.io/zone"));
    MachineRow {
        thing: ThingRef::Claim(claim.name.clone()).key(arn),
        key: ObjectKey::Claim(claim.name.clone()),
        shown: format!("({})", claim.name),
        stage: MachineStage::Coming,
        is_going: claim.deleting.is_some(),
        owner: claim.pool.as_deref().unwrap_or("no pool").to_owned(),
        pool: claim.pool.clone(),
        instance_type,
        zone: zone.as_deref().map(short_zone).unwrap_or_default().to_owned(),
        capacity: if claim.capacity_type.is_some() { capacity(claim.capacity_type) } else { asked },
        requested: None,
        allocatable: Resources::default(),
        used: None,
        pods: None,
        price: is_launched.then(|| price::of(claim.instance_type.as_deref(), claim.capacity_type, view.region())),
        since: claim.created,
        state: String::new(),
        story: Some(why::claim_story(view, claim, past, now)),
        worst: None,
        made: now,
    }
}

/// The one value that a label must have; none where several will do.
fn single(requirements: &[Requirement], key: &str) -> Option<Arc<str>> {
    let of = requirements.iter().find(|requirement| &*requirement.key == key)?;
    match of.values.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    }
}

/// How many values a label may have.
fn count(requirements: &[Requirement], key: &str) -> usize {
    requirements.iter().find(|requirement| &*requirement.key == key).map_or(0, |requirement| requirement.values.len())
}

/// What came to nothing in a pool, a line for each way in which it did: the last claim, and how often.
fn lost(pool: &Arc<str>, failed: &[FailedClaim], arn: &str, now: Timestamp) -> Vec<MachineRow> {
    let mut ways: BTreeMap<String, Vec<&FailedClaim>> = BTreeMap::new();
    for claim in failed {
        ways.entry(end(claim)).or_default().push(claim);
    }
    ways.into_iter().filter_map(|(words, claims)| lost_line(pool, &words, &claims, arn, now)).collect()
}

/// What ended a claim, in a cell: `no spot capacity in 1b`. What EC2 said of it is told where the claim is opened.
fn end(claim: &FailedClaim) -> String {
    match &claim.end {
        ClaimEnd::NoCapacity(_) => {
            let kind = match claim.capacity {
                Some(CapacityType::OnDemand) => "on-demand ",
                Some(CapacityType::Spot) => "spot ",
                Some(CapacityType::Reserved) => "reserved ",
                None => "",
            };
            let zones: Vec<&str> = claim.zones.iter().map(|zone| short_zone(zone)).collect();
            let place = if zones.is_empty() { String::new() } else { format!(" in {}", zones.join(", ")) };
            format!("no {kind}capacity{place}")
        }
        ClaimEnd::ClassNotReady(_) => "its class was not ready".into(),
        ClaimEnd::Refused { why, .. } => format!("refused: {}", why.words()),
        ClaimEnd::LikelyClass(_) => claim.end.short().into(),
        other => other.words(),
    }
}

fn lost_line(pool: &Arc<str>, words: &str, claims: &[&FailedClaim], arn: &str, now: Timestamp) -> Option<MachineRow> {
    // The last first.
    let last = claims.first()?;
    let first = claims.iter().filter_map(|claim| claim.at).min();
    let history = match (claims.len(), first) {
        (1, _) => String::new(),
        (count, Some(first)) => {
            let within = duration::coarse(crate::ui::format::since(now, first));
            format!("{} in {within}: ", ordinal(count))
        }
        (count, None) => format!("{}: ", ordinal(count)),
    };
    Some(MachineRow {
        thing: ThingRef::Claim(last.name.clone()).key(arn),
        key: ObjectKey::Claim(last.name.clone()),
        shown: format!("({})", last.name),
        stage: MachineStage::Lost,
        is_going: false,
        owner: pool.to_string(),
        pool: Some(pool.clone()),
        instance_type: String::new(),
        zone: if let [only] = last.zones.as_slice() { short_zone(only).to_owned() } else { String::new() },
        capacity: capacity(last.capacity),
        requested: None,
        allocatable: Resources::default(),
        used: None,
        pods: None,
        price: None,
        since: last.at,
        state: format!("{history}{words}"),
        story: None,
        worst: None,
        made: now,
    })
}

/// `2nd`, `3rd`, `11th`.
fn ordinal(count: usize) -> String {
    let ending = match (count % 10, count % 100) {
        (1, tens) if tens != 11 => "st",
        (2, tens) if tens != 12 => "nd",
        (3, tens) if tens != 13 => "rd",
        _ => "th",
    };
    format!("{count}{ending}")
}

#[cfg(test)]
mod tests;
