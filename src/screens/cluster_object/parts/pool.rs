//! A pool: how near its limits it is, what its budgets allow, and whether it can make nodes at all.

use jiff::Timestamp;

use super::node::taint;
use super::pod::requirements;
use super::{CRITICAL, GOOD, ObjectParts, UNKNOWN, WARNING, conditions, said, window};
use crate::screens::cluster_object::amount::{cpu, memory};
use crate::screens::cluster_object::key::ThingKey;
use crate::screens::cluster_object::page::{ClusterPage, PageBody, PageItem, cell};
use crate::services::kubernetes::model::{ConsolidationPolicy, DisruptionReason, NodePool, Resources};
use crate::services::kubernetes::{ClusterView, why};
use crate::theme::Role;
use crate::ui::bar::{bar, percent, share};
use crate::ui::format;
use crate::ui::prose::Line;
use crate::ui::table::{Align, Column, Width};

/// From this share of a limit it is near.
const NEAR: f64 = 0.9;

/// All of a pool but its events.
#[must_use]
pub fn parts(view: &ClusterView<'_>, pool: &NodePool, now: Timestamp) -> ObjectParts {
    let mut page = ClusterPage::default();
    limits(&mut page, pool);
    budgets(&mut page, view, pool, now);
    class(&mut page, view, pool);
    makes(&mut page, pool);
    nodes(&mut page, view, pool, now);
    conditions::put(&mut page, pool.conditions.0.iter());
    let whole = view.pool_use(&pool.name);
    let place = format!(
        "weight {}   {} nodes, {} coming, {} going   {} spot, {} on demand",
        pool.weight, whole.nodes, whole.coming, whole.going, whole.spot, whole.on_demand
    );
    ObjectParts { state: state(pool), created: pool.created, place, body: page, gone: None }
}

fn state(pool: &NodePool) -> Line {
    if pool.deleting.is_some() {
        return said(WARNING, "going: its nodes go with it");
    }
    match pool.conditions.get("Ready") {
        Some(ready) if !pool.conditions.is_true("Ready") => said(CRITICAL, format!("not ready: {}", ready.reason)),
        _ if pool.limits.keys().any(|name| taken(pool, name).is_some_and(|share| share >= 1.0)) => {
            said(WARNING, "at its limit")
        }
        None => said(UNKNOWN, "readiness not told"),
        Some(_) => said(GOOD, "ready"),
    }
}

/// How much of a resource there is.
fn amount(all: &Resources, name: &str) -> i64 {
    match name {
        "cpu" => all.cpu,
        "memory" => all.memory,
        "pods" => all.pods,
        "nodes" => all.nodes,
        other => all.others.get(other).copied().unwrap_or(0),
    }
}

/// How much of a limit is taken; none where it has none.
fn taken(pool: &NodePool, name: &str) -> Option<f64> {
    let limit = pool.limit(name)?;
    share(amount(&pool.used, name), limit).or(Some(1.0))
}

fn words(name: &str, amount: i64) -> String {
    match name {
        "cpu" => cpu(amount),
        "memory" => memory(amount),
        _ => amount.to_string(),
    }
}

fn limits(page: &mut ClusterPage, pool: &NodePool) {
    page.section("Limits", "");
    if pool.limits.is_empty() {
        page.push(PageItem::marked(
            ("·", Role::Dim),
            3,
            "none: it grows as far as the account's quotas let it",
            Role::Dim,
        ));
    }
    for (name, limit) in &pool.limits {
        let taken = taken(pool, name).unwrap_or(1.0);
        let role = match taken {
            full if full >= 1.0 => Role::Critical,
            near if near >= NEAR => Role::Warning,
            _ => Role::Text,
        };
        let mut line: Line = vec![(format!("   {} ", crate::ui::text::fit(name, 13)), Role::Dim)];
        line.extend(bar(taken, 10, role));
        line.push((format!(" {}", percent(taken)), role));
        let used = words(name, amount(&pool.used, name));
        line.push((format!("   {used} of {}", words(name, *limit)), Role::Text));
        page.push(PageItem::plain(line));
    }
    if let Some(replicas) = pool.replicas {
        page.push(PageItem::fact("static", format!("{replicas} nodes, whatever waits"), Role::Text));
    }
}

fn budgets(page: &mut ClusterPage, view: &ClusterView<'_>, pool: &NodePool, now: Timestamp) {
    page.section("May be taken away now", "");
    let all = why::budgets(view, pool, now);
    for budget in &all.reasons {
        let name = match budget.reason {
            DisruptionReason::Underutilized => "underutilized",
            DisruptionReason::Empty => "empty",
            DisruptionReason::Drifted => "drifted",
        };
        let role = if budget.broken {
            Role::Critical
        } else if budget.allowed == 0 {
            Role::Warning
        } else {
            Role::Text
        };
        page.push(PageItem::fact(name, budget.words(all.total, now), role));
    }
    let busy = if all.busy == 0 { "none".to_owned() } else { all.busy.to_string() };
    page.push(PageItem::fact(
        "busy",
        format!("{busy} of {} are going or not ready, and count against the budgets", all.total),
        Role::Dim,
    ));
    for budget in &pool.budgets {
        let mut line = format!("{} nodes", budget.nodes);
        if !budget.reasons.is_empty() {
            let reasons: Vec<String> =
                budget.reasons.iter().map(|reason| format!("{reason:?}").to_lowercase()).collect();
            line.push_str(&format!(" of {}", reasons.join(", ")));
        }
        if let Some(window) = window::words(budget) {
            line.push_str(&format!(", {window}"));
        }
        page.push(PageItem::fact("budget", line, Role::Dim));
    }
}

fn span(seconds: i64) -> String {
    format::age(std::time::Duration::from_secs(seconds.max(0).unsigned_abs()))
}

fn class(page: &mut ClusterPage, view: &ClusterView<'_>, pool: &NodePool) {
    page.section("Class", format!("{} {}", pool.class.0, pool.class.1));
    let Some(class) = view.class_of(pool) else {
        page.push(PageItem::marked(UNKNOWN, 3, "it is not known: not there, or not read", Role::Unknown));
        return;
    };
    let ready = class.conditions.get("Ready");
    let item = match ready {
        Some(condition) if !class.conditions.is_true("Ready") => {
            let words = format!("not ready: {} {}", condition.reason, condition.message);
            PageItem::marked(CRITICAL, 3, words, Role::Text).since(condition.since).wrong(true)
        }
        Some(_) => PageItem::marked(GOOD, 3, "ready", Role::Dim),
        None => PageItem::marked(UNKNOWN, 3, "readiness not told", Role::Unknown),
    };
    page.push(item);
    let old = class.amis.iter().filter(|(_, _, is_deprecated)| *is_deprecated).count();
    let amis: Vec<String> = class
        .amis
        .iter()
        .map(|(id, name, _)| if name.is_empty() { id.to_string() } else { format!("{name} ({id})") })
        .collect();
    if !amis.is_empty() {
        let role = if old > 0 { Role::Warning } else { Role::Text };
        let old = if old > 0 { format!("  {old} deprecated") } else { String::new() };
        page.push(PageItem::fact("AMIs", format!("{}{old}", amis.join(", ")), role));
    }
    let subnets: Vec<String> = class.subnets.iter().map(|(id, zone)| format!("{zone} {id}")).collect();
    if !subnets.is_empty() {
        page.push(PageItem::fact("subnets", subnets.join(", "), Role::Dim));
    }
    if !class.role.is_empty() {
        page.push(PageItem::fact("role", class.role.to_string(), Role::Dim));
    }
}

fn makes(page: &mut ClusterPage, pool: &NodePool) {
    page.section("Makes nodes that are", "");
    page.push(PageItem::fact("requirements", requirements(&pool.requirements), Role::Text));
    let taints: Vec<String> = pool.taints.iter().map(taint).collect();
    if !taints.is_empty() {
        page.push(PageItem::fact("taints", taints.join(", "), Role::Text));
    }
    let policy = match &pool.consolidation {
        ConsolidationPolicy::WhenEmpty => "when empty".to_owned(),
        ConsolidationPolicy::WhenEmptyOrUnderutilized => "when empty or underutilized".to_owned(),
        ConsolidationPolicy::Balanced => "balanced".to_owned(),
        ConsolidationPolicy::Other(word) => word.to_string(),
    };
    let after = pool
        .consolidate_after
        .map_or_else(|| "never".to_owned(), |seconds| format!("{policy}, after {}", span(seconds)));
    page.push(PageItem::fact("consolidates", after, Role::Text));
    let expires = pool.expire_after.map_or_else(|| "never".to_owned(), span);
    page.push(PageItem::fact("expire after", expires, Role::Text));
    if let Some(grace) = pool.termination_grace {
        page.push(PageItem::fact("forced after", format!("{} of going", span(grace)), Role::Text));
    }
}

/// Its claims that are no nodes yet, then its nodes.
fn nodes(page: &mut ClusterPage, view: &ClusterView<'_>, pool: &NodePool, now: Timestamp) {
    let is_its = |of: Option<&std::sync::Arc<str>>| of == Some(&pool.name);
    page.section("Nodes and claims", "");
    let coming: Vec<_> = view.coming().filter(|claim| is_its(claim.pool.as_ref())).collect();
    let nodes: Vec<_> = view.nodes().filter(|node| is_its(node.pool())).collect();
    if coming.is_empty() && nodes.is_empty() {
        page.push(PageItem::marked(("·", Role::Dim), 3, "none", Role::Dim));
    }
    if !(coming.is_empty() && nodes.is_empty()) {
        let column =
            |title: &'static str, width, align, priority| Column { title: title.into(), width, align, priority };
        let table = page.table(vec![
            column("", Width::Fixed(1), Align::Left, 0),
            column("NODE", Width::Min(20), Align::Left, 0),
            column("TYPE", Width::Fixed(14), Align::Left, 3),
            column("ZONE", Width::Fixed(10), Align::Left, 4),
            column("CAP", Width::Fixed(9), Align::Left, 5),
            column("AGE", Width::Fixed(5), Align::Right, 2),
            column("STATE", Width::Min(16), Align::Left, 1),
        ]);
        let age =
            |at: Option<Timestamp>| at.map_or_else(|| "?".into(), |at| format::coarse_age(format::since(now, at)));
        let text = |words: Option<&std::sync::Arc<str>>| words.map_or_else(|| "?".to_owned(), ToString::to_string);
        for claim in coming {
            let story = why::claim(view, claim, now);
            // What goes on as it should is no trouble.
            let mark = if story.advice.is_empty() { ("◐", Role::Text) } else { WARNING };
            let cells = vec![
                cell(mark.0, mark.1),
                cell(format!("({})", claim.name), Role::Text),
                cell(text(claim.instance_type.as_ref()), Role::Text),
                cell(text(claim.zone.as_ref()), Role::Dim),
                cell(claim.capacity_type.map_or("?", |kind| super::node::capacity(Some(kind))), Role::Dim),
                cell(age(claim.created), Role::Dim),
                cell(story.state(), Role::Text),
            ];
            page.push(
                PageItem::of(PageBody::Row(table, cells)).to(Some(ThingKey::claim(claim))).wrong(mark == WARNING),
            );
        }
        for node in nodes {
            let is_ready = node.is_ready();
            let (mark, words) = match (is_ready, node.deleting.is_some(), node.cordoned) {
                (false, ..) => (CRITICAL, "not ready"),
                (_, true, _) => (WARNING, "going"),
                (_, _, true) => (WARNING, "cordoned"),
                _ => (GOOD, ""),
            };
            let cells = vec![
                cell(mark.0, mark.1),
                cell(node.name.to_string(), Role::Text),
                cell(text(node.instance_type.as_ref()), Role::Text),
                cell(text(node.zone.as_ref()), Role::Dim),
                cell(node.capacity_type.map_or("?", |kind| super::node::capacity(Some(kind))), Role::Dim),
                cell(age(node.created), Role::Dim),
                cell(words, mark.1),
            ];
            let item = PageItem::of(PageBody::Row(table, cells)).to(Some(ThingKey::Node(node.name.clone())));
            page.push(item.wrong(mark != GOOD));
        }
    }
    let failed = why::attempts(view, &pool.name, 3_600, now);
    if !failed.is_empty() {
        page.section("Claims that came to nothing", "within an hour");
    }
    for failed in failed {
        let item =
            PageItem::marked(("·", Role::Dim), 3, format!("{}  {}", failed.name, failed.end.words()), Role::Text);
        page.push(item.since(failed.at).to(Some(ThingKey::Claim(failed.name.clone()))));
    }
}
