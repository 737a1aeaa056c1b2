//! Where pods stand in zones and on hosts, as far as pods that are to be placed ask about it: spread, apart,
//! together.

use super::pod;
use super::requirement::LabelRequirement;
use super::requirements::Requirements;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::scheduler::pod::{PodInfo, PodTerm};
use crate::sandbox::kubernetes::scheduler::selector::{Labels, MatchSelector, labels_of};
use crate::sandbox::kubernetes::store::{Store, metadata};
use std::collections::{BTreeMap, BTreeSet};

const HOST_NAME: &str = super::object::HOST_NAME;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Spread { max_skew: i64 },
    Together,
    Apart,
}

impl Kind {
    /// As messages name it.
    fn name(self) -> &'static str {
        match self {
            Self::Spread { .. } => "topology spread",
            Self::Together => "pod affinity",
            Self::Apart => "pod anti-affinity",
        }
    }
}

#[derive(Debug)]
struct Group {
    kind: Kind,
    key: String,
    selector: MatchSelector,
    /// None: every namespace.
    namespaces: Vec<String>,
    counts: BTreeMap<String, i64>,
}

impl Group {
    fn selects(&self, namespace: &str, labels: &Labels) -> bool {
        (self.namespaces.is_empty() || self.namespaces.iter().any(|one| one == namespace))
            && self.selector.matches(labels)
    }
}

/// Counts for every constraint that came up so far.
#[derive(Debug)]
pub struct Topology<'a> {
    store: &'a Store,
    /// Nodes that are to go: their pods do not count.
    leaving: BTreeSet<String>,
    zones: Vec<String>,
    groups: Vec<Group>,
}

impl<'a> Topology<'a> {
    /// Knows the zones in which there may be nodes.
    pub fn new(store: &'a Store, leaving: BTreeSet<String>, zones: Vec<String>) -> Self {
        Self { store, leaving, zones, groups: Vec::new() }
    }

    /// Narrows the requirements of a node so that the pod's constraints hold on it. With `strict` also what the
    /// pod only prefers is asked for.
    ///
    /// # Errors
    /// Karpenter's words when none of the node's domains will do.
    pub fn narrow(
        &mut self,
        pod: &PodInfo,
        strict: bool,
        wanted: &Requirements,
        node: &mut Requirements,
    ) -> Result<(), String> {
        for at in self.groups_of(pod, strict) {
            let group = &self.groups[at];
            let selects_itself = group.selects(&pod.namespace, &pod.labels);
            let Some(one) = domains(group, selects_itself, wanted, node) else {
                return Err(unsatisfiable(group, wanted, node));
            };
            node.add(one);
        }
        Ok(())
    }

    /// Counts a pod that was placed on a node with these requirements.
    pub fn record(&mut self, pod: &PodInfo, node: &Requirements) {
        for group in self.groups.iter_mut().filter(|group| group.selects(&pod.namespace, &pod.labels)) {
            let Some(place) = node.get(&group.key).filter(|one| one.operator() == "In") else { continue };
            let places: Vec<&str> = place.values().collect();
            // Where it is not settled, anti-affinity blocks all that it may become; nothing else counts it.
            if places.len() == 1 || group.kind == Kind::Apart {
                for place in places {
                    *group.counts.entry(place.to_owned()).or_default() += 1;
                }
            }
        }
    }

    fn groups_of(&mut self, pod: &PodInfo, strict: bool) -> Vec<usize> {
        let spread = pod.spread.iter().filter(|one| one.hard || strict).map(|one| {
            let kind = Kind::Spread { max_skew: one.max_skew };
            (kind, &one.topology_key, &one.selector, vec![pod.namespace.to_string()])
        });
        let term =
            |kind, one: &'_ PodTerm| (kind, one.topology_key.clone(), one.selector.clone(), one.namespaces.clone());
        let preferred = pod.preferred_apart.iter().filter(|_| strict);
        let apart = pod.apart.iter().chain(preferred).map(|one| term(Kind::Apart, one));
        let together = pod.together.iter().map(|one| term(Kind::Together, one));
        let spread = spread.map(|(kind, key, selector, namespaces)| (kind, key.clone(), selector.clone(), namespaces));
        let all: Vec<_> = spread.chain(apart).chain(together).collect();
        all.into_iter().map(|(kind, key, selector, namespaces)| self.group(kind, &key, &selector, namespaces)).collect()
    }

    fn group(&mut self, kind: Kind, key: &str, selector: &MatchSelector, namespaces: Vec<String>) -> usize {
        let known = self.groups.iter().position(|group| {
            group.kind == kind && group.key == key && group.selector == *selector && group.namespaces == namespaces
        });
        if let Some(at) = known {
            return at;
        }
        let mut group =
            Group { kind, key: key.to_owned(), selector: selector.clone(), namespaces, counts: BTreeMap::new() };
        if key == super::object::ZONE {
            group.counts = self.zones.iter().map(|zone| (zone.clone(), 0)).collect();
        }
        self.count(&mut group);
        self.groups.push(group);
        self.groups.len() - 1
    }

    fn count(&self, group: &mut Group) {
        let mut places: BTreeMap<&str, &str> = BTreeMap::new();
        for (_, node) in self.store.list(Resource::Nodes) {
            if let Some(place) = metadata::label(node, &group.key) {
                places.insert(metadata::name(node), place);
                group.counts.entry(place.to_owned()).or_default();
            }
        }
        let found: Vec<&str> = match group.namespaces.as_slice() {
            [] => self.store.list(Resource::Pods).filter_map(|(_, one)| self.place(group, one, &places)).collect(),
            some => some
                .iter()
                .flat_map(|namespace| self.store.in_namespace(Resource::Pods, namespace))
                .filter_map(|(_, one)| self.place(group, one, &places))
                .collect(),
        };
        for place in found {
            *group.counts.entry(place.to_owned()).or_default() += 1;
        }
    }

    fn place<'b>(&self, group: &Group, one: &serde_json::Value, places: &BTreeMap<&str, &'b str>) -> Option<&'b str> {
        let node = metadata::node_name(one);
        let counts = !node.is_empty()
            && !self.leaving.contains(node)
            && pod::is_active(one)
            && group.selects(metadata::namespace(one), &labels_of(one));
        counts.then(|| places.get(node).copied()).flatten()
    }
}

/// The domains that will do, of those that pod and node allow.
fn domains(
    group: &Group,
    selects_itself: bool,
    wanted: &Requirements,
    node: &Requirements,
) -> Option<LabelRequirement> {
    let may = |place: &str| wanted.allows(&group.key, place) && node.allows(&group.key, place);
    let own = node.get(&group.key).filter(|one| one.operator() == "In");
    // A host that is only planned is a domain of its own without a count.
    let host = own.filter(|_| group.key == HOST_NAME).and_then(|one| one.values().next());
    let count = |place: &str| group.counts.get(place).copied().unwrap_or(0);
    let found: Vec<&str> = match group.kind {
        Kind::Spread { max_skew } => {
            let own = i64::from(selects_itself);
            if let Some(host) = host {
                (count(host) + own <= max_skew).then_some(host).into_iter().collect()
            } else {
                let least = group.counts.iter().filter(|(place, _)| wanted.allows(&group.key, place));
                let least = least.map(|(_, count)| *count).min().unwrap_or(0);
                let fits = group.counts.iter().filter(|(place, count)| may(place) && **count + own - least <= max_skew);
                fits.min_by_key(|(_, count)| **count).map(|(place, _)| place.as_str()).into_iter().collect()
            }
        }
        Kind::Apart => match host {
            Some(host) => (count(host) == 0).then_some(host).into_iter().collect(),
            None => group
                .counts
                .iter()
                .filter(|(place, count)| may(place) && **count == 0)
                .map(|(place, _)| place.as_str())
                .collect(),
        },
        Kind::Together => {
            let taken = |place: &&str| count(place) > 0;
            let all = host.into_iter().chain(group.counts.keys().map(String::as_str)).filter(|place| may(place));
            let with: Vec<&str> = all.clone().filter(taken).collect();
            let nowhere = group.counts.values().all(|count| *count == 0);
            if with.is_empty() && nowhere && selects_itself { all.take(1).collect() } else { with }
        }
    };
    (!found.is_empty()).then(|| LabelRequirement::one_of(&group.key, found))
}

fn unsatisfiable(group: &Group, wanted: &Requirements, node: &Requirements) -> String {
    let counts: Vec<String> = group.counts.iter().take(25).map(|(place, count)| format!("{place}: {count}")).collect();
    let others = group.counts.len().saturating_sub(25);
    let more = if others > 0 { format!(" and {others} other(s)") } else { String::new() };
    let shown = |requirements: &Requirements| {
        requirements.get(&group.key).map_or_else(|| format!("{} Exists", group.key), ToString::to_string)
    };
    format!(
        "unsatisfiable topology constraint for {}, key={} (counts = {}{more}, podDomains = {}, nodeDomains = {}",
        group.kind.name(),
        group.key,
        counts.join(", "),
        shown(wanted),
        shown(node)
    )
}
