//! The Auto Scaling group of a node group, and what EKS does beside it: instances come and go until there are as many
//! as the group is to have, and its update ends.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::drain::drain;
use super::{GroupSizes, GroupTrouble, SharedNodeGroup, UpdateState};
use crate::sandbox::kubernetes::cloud::{
    CapacityType, Cloud, CloudInstance, Launch, LaunchError, Offering, SharedCloud, State, offerings,
};
use crate::sandbox::kubernetes::controllers::condition;
use crate::sandbox::kubernetes::estate::system_group;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::simulation::Controller;
use crate::sandbox::kubernetes::store::{Store, metadata};

/// How often it looks.
const PERIOD: SignedDuration = SignedDuration::from_secs(5);

/// EKS takes so long at least to see that an update is done.
const LEAST: SignedDuration = SignedDuration::from_secs(25);

/// How long a drain may take; then the node goes whatever its pods say (EKS user guide, "managed node groups").
pub const DRAIN_LIMIT: SignedDuration = SignedDuration::from_mins(15);

/// How long an instance may take to join (amazon-eks-user-guide #842).
const JOIN_LIMIT: SignedDuration = SignedDuration::from_mins(15);

/// How long an update waits for nodes that are to come: one that was launched within a minute has had its time then.
const UPDATE_LIMIT: SignedDuration = SignedDuration::from_mins(16);

/// Auto Scaling tries again after a launch that failed.
const RETRY: SignedDuration = SignedDuration::from_mins(1);

/// A node that goes.
#[derive(Debug)]
struct Leaving {
    since: Timestamp,
    /// Its instance was told to end.
    terminated: bool,
}

/// Keeps a cluster's node group at its size.
#[derive(Debug)]
pub struct GroupScaling {
    group: SharedNodeGroup,
    cloud: SharedCloud,
    next: Timestamp,
    /// By the id of the instance.
    leaving: BTreeMap<String, Leaving>,
    /// Instances that have had a node.
    joined: BTreeSet<String>,
    /// Why the last launch failed, and when it is tried again. It stands until one succeeds, whatever the group is to
    /// be (containers-roadmap #2326).
    failed: Option<(Timestamp, String)>,
}

/// An instance of the group, and its node.
struct Member {
    instance: CloudInstance,
    node: Option<String>,
    is_ready: bool,
}

impl GroupScaling {
    /// That of a group whose instances are in a cloud.
    #[must_use]
    pub fn new(group: SharedNodeGroup, cloud: SharedCloud) -> Self {
        let (leaving, joined) = (BTreeMap::new(), BTreeSet::new());
        Self { group, cloud, next: Timestamp::MIN, leaving, joined, failed: None }
    }
}

impl Controller for GroupScaling {
    fn name(&self) -> &'static str {
        "node-group"
    }

    fn run(&mut self, store: &mut Store, now: Timestamp) -> Option<Timestamp> {
        if now < self.next {
            return Some(self.next);
        }
        self.next = later(now, PERIOD);
        let (group, shared) = (self.group.clone(), Arc::clone(&self.cloud));
        let mut cloud = shared.lock().unwrap_or_else(PoisonError::into_inner);
        let sizes = group.lock().sizes_at(now);
        let members = members(store, &cloud, now);
        self.joined.extend(members.iter().filter(|one| one.node.is_some()).map(|one| one.instance.id.clone()));
        self.go_on(store, &mut cloud, &members, now);
        let staying: Vec<&Member> =
            members.iter().filter(|one| is_running(one) && !self.leaving.contains_key(&one.instance.id)).collect();
        self.resize(&mut cloud, &staying, sizes, now);
        self.judge(&staying, sizes, now);
        Some(self.next)
    }
}

impl GroupScaling {
    /// Goes on with the nodes that go. What is gone is forgotten.
    fn go_on(&mut self, store: &mut Store, cloud: &mut Cloud, members: &[Member], now: Timestamp) {
        self.leaving.retain(|id, _| members.iter().any(|one| one.instance.id == *id));
        for member in members {
            let Some(leaving) = self.leaving.get_mut(&member.instance.id).filter(|one| !one.terminated) else {
                continue;
            };
            let left = member.node.as_ref().map_or(0, |node| drain(store, node, now));
            if left == 0 || now.duration_since(leaving.since) >= DRAIN_LIMIT {
                leaving.terminated = cloud.terminate(&member.instance.provider_id(), now);
            }
        }
    }

    /// Launches what lacks, lets go what is too many.
    fn resize(&mut self, cloud: &mut Cloud, staying: &[&Member], sizes: GroupSizes, now: Timestamp) {
        let desired = usize::try_from(sizes.desired).unwrap_or(0);
        let mut zones: BTreeMap<String, usize> = cloud.zones.iter().map(|zone| (zone.name.clone(), 0)).collect();
        for one in staying {
            *zones.entry(one.instance.zone.clone()).or_default() += 1;
        }
        if self.failed.as_ref().is_none_or(|(again, _)| *again <= now) {
            for _ in staying.len()..desired {
                match launch(cloud, &zones, now) {
                    Ok(instance) => {
                        *zones.entry(instance.zone).or_default() += 1;
                        self.failed = None;
                    }
                    Err(error) => {
                        let words = error.errors.last().map_or_else(String::new, |error| error.message.clone());
                        self.failed = Some((later(now, RETRY), words));
                        break;
                    }
                }
            }
        }
        let mut candidates: Vec<&CloudInstance> = staying.iter().map(|one| &one.instance).collect();
        while candidates.len() > desired {
            let Some(at) = chosen(&candidates, &zones, now) else { break };
            let gone = candidates.remove(at);
            *zones.entry(gone.zone.clone()).or_default() -= 1;
            self.leaving.insert(gone.id.clone(), Leaving { since: now, terminated: false });
        }
    }

    /// Says how the group is, and whether its update has ended.
    fn judge(&self, staying: &[&Member], sizes: GroupSizes, now: Timestamp) {
        let mut group = self.group.lock();
        let mut issues = Vec::new();
        if let Some((_, words)) = &self.failed {
            issues.push(GroupTrouble {
                code: "AsgInstanceLaunchFailures",
                message: format!(
                    "Could not launch On-Demand Instances. InsufficientInstanceCapacity - {words} Launching EC2 \
                     instance failed."
                ),
                resources: vec![group.auto_scaling_group()],
            });
        }
        let never: Vec<String> = staying
            .iter()
            .filter(|one| !self.joined.contains(&one.instance.id))
            .filter(|one| now.duration_since(one.instance.launched) >= JOIN_LIMIT)
            .map(|one| one.instance.id.clone())
            .collect();
        if !never.is_empty() {
            let message = "Instances failed to join the kubernetes cluster".to_owned();
            issues.push(GroupTrouble { code: "NodeCreationFailure", message, resources: never });
        }
        group.issues = issues;
        let Some(created) = group.updates.last().map(|update| update.created).filter(|at| *at <= now) else { return };
        let is_there = |one: &&Member| one.is_ready || one.instance.launched < created;
        let whole = staying.len() == usize::try_from(sizes.desired).unwrap_or(0) && staying.iter().all(is_there);
        let takes = now.duration_since(created);
        if whole && self.leaving.is_empty() {
            if takes >= LEAST {
                group.end(UpdateState::Successful, now);
            }
        } else if !whole && takes >= UPDATE_LIMIT {
            // The code is the one that EKS documents where nodes do not come for lack of capacity too ("Understand each
            // phase of node updates"); of an update of sizes it documents none.
            let of_group = group.issues.last().cloned();
            let trouble = of_group.map_or_else(
                || GroupTrouble {
                    code: "NodeCreationFailure",
                    message: "Instances are not ready in the kubernetes cluster".to_owned(),
                    resources: Vec::new(),
                },
                |issue| GroupTrouble { code: "NodeCreationFailure", ..issue },
            );
            group.end(UpdateState::Failed(trouble), now);
        }
    }
}

/// The instances of the group that EC2 still knows, with their nodes.
fn members(store: &Store, cloud: &Cloud, now: Timestamp) -> Vec<Member> {
    let of_group = |one: &&CloudInstance| one.user_data.label(system_group::GROUP) == Some(system_group::NAME);
    let mut members: Vec<Member> = cloud
        .instances()
        .filter(of_group)
        .filter(|one| cloud.describe(&one.provider_id(), now).is_some())
        .map(|instance| Member { instance: instance.clone(), node: None, is_ready: false })
        .collect();
    for (_, node) in store.list(Resource::Nodes) {
        let id = node.pointer("/spec/providerID").and_then(Value::as_str).unwrap_or_default();
        if let Some(member) = members.iter_mut().find(|one| one.instance.provider_id() == id) {
            member.node = Some(metadata::name(node).to_owned());
            member.is_ready = condition::holds(node, "Ready");
        }
    }
    members
}

fn is_running(one: &Member) -> bool {
    one.instance.state == State::Running
}

/// Launches one instance where the group has the fewest; in another zone where there is no capacity.
fn launch(cloud: &mut Cloud, zones: &BTreeMap<String, usize>, now: Timestamp) -> Result<CloudInstance, LaunchError> {
    let mut order: Vec<(&String, &usize)> = zones.iter().collect();
    order.sort_by_key(|(name, count)| (**count, (*name).clone()));
    let mut last = LaunchError { errors: Vec::new(), request_id: String::new() };
    for (zone, _) in order {
        let Some(kind) = system_group::instance_type() else { break };
        let wanted: Vec<Offering<'_>> =
            offerings(kind, zone).into_iter().filter(|one| one.capacity_type == CapacityType::OnDemand).collect();
        let (pool, image, user_data) = (system_group::NAME, system_group::image(), system_group::user_data());
        match cloud.create_fleet(&Launch { pool, image, user_data, offerings: wanted }, now) {
            Ok((instance, _)) => return Ok(instance),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Which instance Auto Scaling takes: one of the zone that has the most; of those the one that is closest to the next
/// hour of its bill (EC2 Auto Scaling user guide, "Termination policies": the default).
fn chosen(candidates: &[&CloudInstance], zones: &BTreeMap<String, usize>, now: Timestamp) -> Option<usize> {
    let most = candidates.iter().filter_map(|one| zones.get(&one.zone)).max()?;
    let in_hour = |one: &CloudInstance| now.duration_since(one.launched).as_secs().rem_euclid(3600);
    let full = candidates.iter().enumerate().filter(|(_, one)| zones.get(&one.zone) == Some(most));
    full.max_by_key(|(_, one)| (in_hour(one), one.id.clone())).map(|(at, _)| at)
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(at)
}
