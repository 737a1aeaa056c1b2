//! What is said of a cluster: what is not known, what waits, what crashes, what is not in order, and its workloads.

use jiff::Timestamp;

use super::block::{BlockFilter, WorkloadBlock};
use super::kept::{self, KeptRow, WorkloadGrade};
use super::state::{State, WorkloadCounts};
use super::{applications, crashes, waiting};
use crate::domain::Remote;
use crate::screens::cluster_object::page::{ClusterPage, PageItem};
use crate::services::kubernetes::{ClusterView, ObjectKind, WatchStanding};
use crate::theme::Role;
use crate::ui::format;

/// All that is said of a cluster, and how many there are of what.
#[must_use]
pub fn page(view: &ClusterView<'_>, open: &State, now: Timestamp) -> (ClusterPage, WorkloadCounts) {
    let filter = BlockFilter::of(&open.filter);
    let (mut page, mut counts) = (ClusterPage::default(), WorkloadCounts::default());
    unread(&mut page, view, now);
    if waiting::is_known(view) {
        let blocks = waiting::blocks(view, now);
        let waits = view.waiting().count();
        counts.waiting = Some(waits);
        counts.pods = Some(view.pods().count());
        if waits > 0 {
            page.section("Waiting", format!("{} without a node", pods(waits)));
            put(&mut page, &filter, blocks);
        }
        let (blocks, crashing) = crashes::blocks(view, now);
        counts.crashing = Some(crashing);
        if !blocks.is_empty() {
            page.section("Crashes", format!("{} down", pods(crashing)));
            put(&mut page, &filter, blocks);
        }
    }
    let (blocks, applications) = applications::blocks(view);
    let is_in_order = blocks.is_empty();
    if !is_in_order {
        page.section("Argo CD", format!("{} of {applications} applications are not in order", blocks.len()));
        put(&mut page, &filter, blocks);
    }
    workloads(&mut page, view, open, &filter, &mut counts, now);
    if applications > 0 && is_in_order {
        page.section("Argo CD", format!("{applications} applications, all in sync and healthy"));
    }
    (page, counts)
}

/// So many pods.
fn pods(count: usize) -> String {
    if count == 1 { "1 pod".into() } else { format!("{count} pods") }
}

/// The blocks that the filter lets through, and how many it does not.
fn put(page: &mut ClusterPage, filter: &BlockFilter, blocks: Vec<WorkloadBlock>) {
    let shown = blocks.len();
    let left_out = filter.put(page, blocks);
    hidden(page, left_out, shown);
}

fn hidden(page: &mut ClusterPage, left_out: usize, all: usize) {
    if left_out > 0 {
        page.push(PageItem::marked(
            ("·", Role::Dim),
            1,
            format!("{left_out} of {all} are hidden by the filter"),
            Role::Dim,
        ));
    }
}

/// What is not known, and is not taken for well.
fn unread(page: &mut ClusterPage, view: &ClusterView<'_>, now: Timestamp) {
    let kinds = [
        ObjectKind::Pod,
        ObjectKind::Deployment,
        ObjectKind::StatefulSet,
        ObjectKind::DaemonSet,
        ObjectKind::Autoscaler,
        ObjectKind::DisruptionBudget,
        ObjectKind::Application,
    ];
    // What is of others' making is not in every cluster.
    let is_served = |kind: &ObjectKind| {
        kind.is_built_in() || view.cluster.served.value().is_some_and(|served| served.serves(*kind))
    };
    let mut awaited: Vec<&str> = Vec::new();
    for kind in kinds.into_iter().filter(is_served) {
        let what = kind.resource().2;
        match view.standing(kind) {
            WatchStanding::Fresh(_) => {}
            WatchStanding::Idle | WatchStanding::Loading => awaited.push(what),
            WatchStanding::Stale(at, fault) => {
                let words =
                    format!("{what} as they were {}: {}", format::coarse_ago(now, at), fault.words("their watch"));
                page.push(PageItem::marked(("◌", Role::Stale), 1, words, Role::Stale));
            }
            WatchStanding::Failed(fault) => {
                let words = format!("{what} are not known: {}  {}", fault.words("their list"), fault.advice());
                page.push(PageItem::marked(("○", Role::Unknown), 1, words, Role::Unknown));
            }
        }
    }
    if let Some((words, stale)) = usage(view, now) {
        let (mark, role) = if stale { ("◌", Role::Stale) } else { ("○", Role::Unknown) };
        page.push(PageItem::marked((mark, role), 1, words, role));
    }
    if !awaited.is_empty() {
        let words = format!("being read: {}", awaited.join(", "));
        page.push(PageItem::marked(("○", Role::Unknown), 1, words, Role::Dim));
    }
}

/// Why it is not known what pods use now, or how old what is said of it is; and whether something is said of it.
fn usage(view: &ClusterView<'_>, now: Timestamp) -> Option<(String, bool)> {
    match &view.cluster.usage {
        Remote::Stale { at, fault, .. } => {
            let words = format!("use as it was {}: {}", format::coarse_ago(now, *at), fault.words("the metrics"));
            Some((words, true))
        }
        Remote::Failed { fault } => {
            Some((format!("use is not known: {}  {}", fault.words("the metrics"), fault.advice()), false))
        }
        _ => None,
    }
}

fn workloads(
    page: &mut ClusterPage,
    view: &ClusterView<'_>,
    open: &State,
    filter: &BlockFilter,
    counts: &mut WorkloadCounts,
    now: Timestamp,
) {
    let mut rows: Vec<KeptRow<'_>> = view.workloads().map(|workload| KeptRow::of(view, workload)).collect();
    let kinds = [ObjectKind::Deployment, ObjectKind::StatefulSet, ObjectKind::DaemonSet];
    let is_known = kinds.into_iter().all(|kind| view.standing(kind).is_known());
    let ill = rows.iter().filter(|row| row.grade <= WorkloadGrade::Hurt).count();
    if is_known {
        counts.workloads = Some((rows.len(), ill));
    }
    if rows.is_empty() {
        if is_known {
            page.section("Workloads", "no Deployment, StatefulSet or DaemonSet");
            let others = counts.pods.filter(|pods| *pods > 0).map(|all| {
                let pods =
                    if all == 1 { "1 pod is".to_owned() } else { format!("{} pods are", format::count(all as f64)) };
                format!("{pods} of other owners, or of none")
            });
            page.items.extend(others.map(|words| PageItem::marked(("·", Role::Dim), 1, words, Role::Text)));
        }
        return;
    }
    rows.sort_by(|a, b| {
        let ordering = a.order(b, open.order);
        if open.reverse { ordering.reverse() } else { ordering }
    });
    let beside = if ill == 0 { format!("{}", rows.len()) } else { format!("{}, {ill} not whole", rows.len()) };
    page.section("Workloads", beside);
    let table = page.table(kept::columns());
    let blocks = rows.iter().map(|row| row.block(table, now)).collect();
    put(page, filter, blocks);
}

#[cfg(test)]
mod tests;
