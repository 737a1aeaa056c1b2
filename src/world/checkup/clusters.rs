//! Lets the rules look at the clusters of a site: each as a whole, with everything in it.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::domain::SiteId;
use crate::domain::finding::Severity;
use crate::health::{self, Coverage, Ledger, was_made};
use crate::services::kubernetes::rules::{self, ClusterFacts, ClusterNeed, Clusters, NEEDED};
use crate::services::kubernetes::{ClusterView, ObjectKind};
use crate::world::data::SiteData;
use crate::world::estate::Estate;

/// Of what is watched nothing older than this is judged as if it were so now, seconds: a bookmark comes about once a
/// minute.
const SILENT: i64 = 300;

/// Makes a place for each cluster of a list that is new.
pub fn lay_out(data: &mut SiteData, site: SiteId, estate: &Estate) {
    let SiteData { services, cluster_checkups, .. } = data;
    let all = services.kubernetes.clusters.value().into_iter().flatten();
    cluster_checkups.lay_out(all.map(|eks| (eks.name.clone(), eks.arn.clone(), estate.owner_of_cluster(site, eks))));
}

/// Looks at one that is due; none where none is. Else whether something else is said than before.
pub fn look(data: &mut SiteData, health: &mut Ledger, now: Timestamp) -> Option<bool> {
    let SiteData { services, cluster_checkups, .. } = data;
    let name = cluster_checkups.next_due(now)?.clone();
    let checked = cluster_checkups.begin(&name, now)?;
    if checked.owner.is_none() {
        return Some(false);
    }
    let Some(view) = ClusterView::of(&services.kubernetes, &name) else { return Some(false) };
    // What was read last decides: while nothing can be read, ages that nobody has measured do not grow.
    let seen = view.known_at().or(services.kubernetes.clusters.at()).unwrap_or(now).min(now);
    let current: Vec<ClusterNeed> =
        NEEDED.into_iter().filter(|need| is_current(&view, &services.kubernetes, *need, now)).collect();
    let facts = ClusterFacts::of(&view, seen);
    let before = checked.seen.replace(seen).zip(checked.coverage.clone());
    let mut whole = Coverage { expected: 0, made: 0, missing: Vec::new() };
    let (mut troubled, mut is_other) = (false, false);
    let mut keys = HashSet::new();
    for thing in rules::things(&view) {
        let Some(subject) = rules::subject(&facts, &thing) else { continue };
        let key = thing.key(&checked.arn);
        let found = health::examine::<Clusters>(&subject, seen, &|rule| health.standing(&key, rule));
        let coverage = health::coverage::<Clusters>(&subject, &|_, need| current.contains(need));
        add(&mut whole, &coverage);
        troubled |= found.iter().any(|finding| finding.severity > Severity::Info);
        let well =
            |rule: &'static str| before.as_ref().filter(|(_, c)| was_made::<Clusters>(c, rule)).map(|(at, _)| *at);
        is_other |= health.renew(&key, found, seen, &well);
        keys.insert(key);
    }
    // Of what is not read there is no thing that would miss it.
    for need in NEEDED.into_iter().filter(|need| !current.contains(need)) {
        add(&mut whole, &Coverage { expected: 1, made: 0, missing: vec![need] });
    }
    let arn = checked.arn.clone();
    let is_within = |key: &str| key.strip_prefix(&*arn).is_some_and(|rest| rest.starts_with('#'));
    health.forget(|key| is_within(key) && !keys.contains(key));
    let known = |kind| view.standing(kind).is_known();
    let nodes =
        known(ObjectKind::Node).then(|| (view.nodes().filter(|node| node.is_ready()).count(), view.nodes().count()));
    let waiting = known(ObjectKind::Pod).then(|| view.waiting().count());
    is_other |= checked.coverage.as_ref() != Some(&whole) || (checked.nodes, checked.waiting) != (nodes, waiting);
    is_other |= checked.is_troubled != troubled;
    (checked.coverage, checked.is_troubled) = (Some(whole), troubled);
    (checked.nodes, checked.waiting) = (nodes, waiting);
    Some(is_other)
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
