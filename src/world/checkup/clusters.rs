//! Lets the rules look at the clusters of a site: each as a whole, with everything in it, part by part.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::SiteId;
use crate::domain::finding::Severity;
use crate::health::{self, Coverage, Ledger, was_made};
use crate::services::kubernetes::rules::{self, ClusterFacts, ClusterNeed, Clusters, NEEDED};
use crate::services::kubernetes::{ClusterView, ObjectKind};
use crate::slices::reads::Data;
use crate::world::cluster_checkups::{CheckedCluster, ClusterLook};
use crate::world::data::SiteData;
use crate::world::estate::Estate;

/// Of what is watched nothing older than this is judged as if it were so now, seconds: a bookmark comes about once a
/// minute.
const SILENT: i64 = 300;
/// Things of a cluster that are looked at before somebody may want something else: a millisecond or less.
const THINGS: usize = 128;

/// Makes a place for each cluster of a list that is new.
pub fn lay_out(data: &mut SiteData, site: SiteId, estate: &Estate) {
    let SiteData { services, cluster_checkups, .. } = data;
    let all = services.kubernetes.clusters.value().into_iter().flatten();
    cluster_checkups.lay_out(all.map(|eks| (eks.name.clone(), eks.arn.clone(), estate.owner_of_cluster(site, eks))));
}

/// Looks at a part of one that is due; none where none is. Else whether a look has ended with something else than the
/// one before.
pub fn look(data: &mut SiteData, health: &mut Ledger, now: Timestamp) -> Option<bool> {
    let SiteData { services, cluster_checkups, .. } = data;
    let Some(mut look) = cluster_checkups.under_way.take() else {
        let name = cluster_checkups.next_due(now)?.clone();
        let checked = cluster_checkups.begin(&name, now)?;
        if checked.owner.is_some() {
            cluster_checkups.under_way = begin(checked, name, services, now);
        }
        return Some(false);
    };
    let view = ClusterView::of(&services.kubernetes, &look.name);
    // It is gone meanwhile.
    let (Some(view), Some(checked)) = (view, cluster_checkups.get_mut(&look.name)) else { return Some(false) };
    let current: Vec<ClusterNeed> =
        NEEDED.into_iter().filter(|need| is_current(&view, &services.kubernetes, *need, now)).collect();
    go_on(&mut look, &view, &checked.arn, &current, health);
    if look.next < look.things.len() {
        cluster_checkups.under_way = Some(look);
        return Some(false);
    }
    Some(end(look, checked, &view, &current, health))
}

/// Begins to look at a cluster; none where nothing of it was asked yet.
fn begin(checked: &CheckedCluster, name: Arc<str>, services: &Data, now: Timestamp) -> Option<ClusterLook> {
    let view = ClusterView::of(&services.kubernetes, &name)?;
    // What was read last decides: while nothing can be read, ages that nobody has measured do not grow.
    let seen = view.known_at().or(services.kubernetes.clusters.at()).unwrap_or(now).min(now);
    let before = checked.seen.zip(checked.coverage.clone());
    let whole = Coverage { expected: 0, made: 0, missing: Vec::new() };
    let (things, found) = (rules::things(&view), HashSet::new());
    Some(ClusterLook { name, seen, before, things, next: 0, whole, found, is_troubled: false, is_other: false })
}

/// Looks at the next things.
fn go_on(look: &mut ClusterLook, view: &ClusterView<'_>, arn: &str, current: &[ClusterNeed], health: &mut Ledger) {
    let facts = ClusterFacts::of(view, look.seen);
    let part = look.things.iter().skip(look.next).take(THINGS);
    for thing in part {
        look.next += 1;
        let Some(subject) = rules::subject(&facts, thing) else { continue };
        let key = thing.key(arn);
        let found = health::examine::<Clusters>(&subject, look.seen, &|rule| health.standing(&key, rule));
        let coverage = health::coverage::<Clusters>(&subject, &|_, need| current.contains(need));
        add(&mut look.whole, &coverage);
        look.is_troubled |= found.iter().any(|finding| finding.severity > Severity::Info);
        let before = look.before.as_ref();
        let well = |rule: &'static str| before.filter(|(_, c)| was_made::<Clusters>(c, rule)).map(|(at, _)| *at);
        let is_found = !found.is_empty();
        look.is_other |= health.renew(&key, found, look.seen, &well);
        if is_found {
            look.found.insert(key);
        }
    }
}

/// All of it was looked at; whether something else is said than before.
fn end(
    look: ClusterLook,
    checked: &mut CheckedCluster,
    view: &ClusterView<'_>,
    current: &[ClusterNeed],
    health: &mut Ledger,
) -> bool {
    let ClusterLook { seen, mut whole, found, is_troubled, mut is_other, .. } = look;
    // Of what is not read there is no thing that would miss it.
    for need in NEEDED.into_iter().filter(|need| !current.contains(need)) {
        add(&mut whole, &Coverage { expected: 1, made: 0, missing: vec![need] });
    }
    let arn = checked.arn.clone();
    let is_within = |key: &str| key.strip_prefix(&*arn).is_some_and(|rest| rest.starts_with('#'));
    // What is gone has nothing wrong with it.
    health.forget(|key| is_within(key) && !found.contains(key));
    let known = |kind| view.standing(kind).is_known();
    let nodes =
        known(ObjectKind::Node).then(|| (view.nodes().filter(|node| node.is_ready()).count(), view.nodes().count()));
    let waiting = known(ObjectKind::Pod).then(|| view.waiting().count());
    is_other |= checked.coverage.as_ref() != Some(&whole) || (checked.nodes, checked.waiting) != (nodes, waiting);
    is_other |= checked.is_troubled != is_troubled;
    (checked.seen, checked.coverage, checked.is_troubled) = (Some(seen), Some(whole), is_troubled);
    (checked.nodes, checked.waiting) = (nodes, waiting);
    is_other
}

/// The checks of both together.
fn add(whole: &mut Coverage<ClusterNeed>, coverage: &Coverage<ClusterNeed>) {
    whole.expected += coverage.expected;
    whole.made += coverage.made;
    for need in &coverage.missing {
        if !whole.missing.contains(need) {
            whole.missing.push(*need);
        }
    }
}

/// Whether what a rule needs of a cluster is as it is now, or as it was a moment ago.
#[must_use]
pub fn is_current(
    view: &ClusterView<'_>,
    data: &crate::services::kubernetes::Data,
    need: ClusterNeed,
    now: Timestamp,
) -> bool {
    let is_young =
        |at: Option<Timestamp>, seconds: i64| at.is_some_and(|at| now.as_second() - at.as_second() <= seconds);
    match need {
        ClusterNeed::Clusters => is_young(data.clusters.at(), 900),
        ClusterNeed::Versions => is_young(data.versions.at(), 86_400),
        ClusterNeed::Nodegroups => is_young(view.cluster.nodegroups.at(), 1_800),
        ClusterNeed::Addons => is_young(view.cluster.addons.at(), 5_400),
        ClusterNeed::Insights => is_young(view.cluster.insights.at(), 10_800),
        // What is not served is none: that is known as well as what is there.
        ClusterNeed::Objects(kind) => {
            let served = &view.cluster.served;
            let is_absent = is_young(served.at(), 5_400) && served.value().is_some_and(|served| !served.serves(kind));
            is_absent || is_young(view.standing(kind).at(), SILENT)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Environment;
    use crate::services::kubernetes::model::Node;
    use crate::services::kubernetes::testing::{ARN, CLUSTER, TestCluster, fails, node, now};
    use crate::world::World;
    use crate::world::checkup::{self, Examined};

    /// A world of one cluster with so many nodes, the last of which is not ready.
    fn world(count: usize) -> World {
        let mut estate = Estate::default();
        let session = estate.add_session_named("ops");
        let site = estate.add_site(session, "eu-west-1");
        estate.add(Environment { name: "prod".into(), site, ..Environment::default() });
        let mut world = World::new(estate, now());
        let mut nodes: Vec<Node> = (0..count).map(|at| node(&format!("ip-{at:04}"))).collect();
        if let Some(last) = nodes.last_mut() {
            last.conditions.0 = vec![fails("Ready", "KubeletNotReady", "container runtime is down", 600)];
        }
        world.sites[0].services.kubernetes = TestCluster { nodes, ..TestCluster::default() }.data();
        world
    }

    fn parts(world: &mut World) -> Vec<Examined> {
        let mut parts = Vec::new();
        let mut more = checkup::begin(world).more;
        while more {
            let part = checkup::look(world, 32);
            more = part.more;
            parts.push(part);
        }
        parts
    }

    #[test]
    fn a_large_cluster_is_looked_at_in_parts_and_told_of_when_it_was_looked_at_as_a_whole() {
        let mut world = world(1_000);
        let all = parts(&mut world);
        assert!(all.len() > 1_000 / THINGS, "{} parts", all.len());
        let told = all.iter().filter(|part| !part.sites.is_empty()).count();
        assert!(told == 1 && all.last().is_some_and(|part| !part.sites.is_empty()), "{told} parts tell");
        let checked = world.sites[0].cluster_checkups.get(CLUSTER).expect("it was looked at");
        assert_eq!((checked.nodes, checked.is_troubled), (Some((999, 1_000)), true));
        let found = world.cluster_findings(ARN);
        assert!(found.iter().any(|finding| finding.resource == "ip-0999"), "{found:?}");
    }

    #[test]
    fn what_goes_while_it_is_looked_at_has_nothing_wrong_with_it() {
        let mut world = world(1_000);
        parts(&mut world);
        world.now = now().checked_add(jiff::SignedDuration::from_secs(AGED_TWICE)).expect("in range");
        assert!(checkup::begin(&mut world).more);
        assert!(checkup::look(&mut world, 32).more, "it has begun");
        let nodes = (0..10).map(|at| node(&format!("ip-{at:04}"))).collect();
        world.sites[0].services.kubernetes = TestCluster { nodes, ..TestCluster::default() }.data();
        while checkup::look(&mut world, 32).more {}
        let checked = world.sites[0].cluster_checkups.get(CLUSTER).expect("it was looked at");
        assert_eq!((checked.nodes, checked.is_troubled), (Some((10, 10)), false));
        assert!(world.cluster_findings(ARN).iter().all(|finding| finding.resource != "ip-0999"));
    }

    /// What nothing has touched for so long is looked at again, seconds.
    const AGED_TWICE: i64 = 60;
}
