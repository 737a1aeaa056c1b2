//! The pools, each in a few lines: how near its limits, what it costs, what may be taken away now and until when.

use jiff::Timestamp;

use super::card::{PoolCard, PoolLimit, Readiness};
use crate::domain::finding::Severity;
use crate::screens::cluster_object::{cpu, memory};
use crate::screens::clusters::price;
use crate::screens::findings;
use crate::services::kubernetes::model::DisruptionReason;
use crate::services::kubernetes::price::HourlyPrice;
use crate::theme::Role;
use crate::ui::pen::Piece;
use crate::ui::prose::{self, Line};
use crate::ui::{bar, format};

/// Cells of a bar.
const BAR: usize = 8;
/// So near its limit a pool is nearly at it.
const NEAR: f64 = 0.9;

/// The lines of a pool in so many columns: the first has its name.
#[must_use]
pub fn lines(card: &PoolCard, worst: Option<Severity>, now: Timestamp, width: usize) -> Vec<Line> {
    let width = width.saturating_sub(1);
    let mut lines = vec![first(card, worst)];
    if let Readiness::Not(why) = &card.readiness {
        lines.extend(prose::labelled("Not ready", "▲", why, Role::Warning, width));
    }
    lines.extend(limits(card, width));
    lines.extend(requested(card, width));
    let must = if card.requirements.is_empty() { "anything".to_owned() } else { card.requirements.join(", ") };
    lines.extend(prose::labelled("Nodes must be", "", &must, Role::Text, width));
    if !card.taints.is_empty() {
        lines.extend(prose::labelled("Taints", "", &card.taints.join(", "), Role::Text, width));
    }
    lines.extend(class(card, width));
    lines.extend(prose::labelled("Consolidated", "", &card.consolidation, Role::Text, width));
    lines.extend(budgets(card, now, width));
    lines
}

/// Its name, how it stands, its nodes and what they cost.
fn first(card: &PoolCard, worst: Option<Severity>) -> Line {
    let (mark, role) = match (worst, &card.readiness) {
        (Some(severity), _) => findings::mark(severity),
        (None, Readiness::Not(_)) => ("▲", Role::Warning),
        (None, Readiness::Ready) => ("●", Role::Good),
        (None, Readiness::Unknown) => ("○", Role::Unknown),
    };
    let mut line: Line = vec![(format!(" {mark} "), role), (card.name.to_string(), Role::Header)];
    if card.is_deleting {
        line.push(("  deleting".into(), Role::Warning));
    }
    match card.replicas {
        Some(replicas) => line.push((format!("  static, {replicas} nodes"), Role::Dim)),
        None => line.push((format!("  weight {}", card.weight), Role::Dim)),
    }
    let uses = &card.uses;
    let nodes = if uses.nodes == 1 { "1 node".to_owned() } else { format!("{} nodes", uses.nodes) };
    line.push((format!("  {nodes}"), Role::Text));
    let kinds = [(uses.on_demand, "on-demand"), (uses.spot, "spot"), (uses.reserved, "reserved")];
    let kinds: Vec<String> =
        kinds.into_iter().filter(|(count, _)| *count > 0).map(|(count, kind)| format!("{count} {kind}")).collect();
    if !kinds.is_empty() {
        line.push((format!(" ({})", kinds.join(", ")), Role::Dim));
    }
    for (count, words, role) in [
        (uses.nodes - uses.ready.min(uses.nodes), "not ready", Role::Warning),
        (uses.coming, "coming", Role::Accent),
        (uses.going, "going", Role::Accent),
    ] {
        if count > 0 {
            line.push((format!(", {count} {words}"), role));
        }
    }
    // Why one is not known is said of the cluster.
    if uses.nodes > 0 && uses.price != HourlyPrice::Unknown {
        line.push((format!("  {}", price::hour(uses.price)), Role::Text));
        line.extend(price::month(uses.price).map(|month| (format!("  {month}"), Role::Dim)));
    }
    line
}

/// How near each limit it is.
fn limits(card: &PoolCard, width: usize) -> Vec<Line> {
    if card.limits.is_empty() {
        return prose::labelled("Limits", "", "none", Role::Dim, width);
    }
    let items = card.limits.iter().map(limit).collect();
    prose::flow(vec![prose::label("Limits")], items, width)
}

fn limit(limit: &PoolLimit) -> Line {
    let amount = |amount: i64| match &*limit.resource {
        "cpu" => cpu(amount),
        "memory" => memory(amount),
        name if name.contains("storage") => memory(amount),
        _ => amount.to_string(),
    };
    // A limit of nothing is reached by nothing.
    let share = bar::share(limit.used, limit.limit).unwrap_or(1.0);
    let role = match share {
        share if share >= 1.0 => Role::Critical,
        share if share >= NEAR => Role::Warning,
        _ => Role::Text,
    };
    let fill = if role == Role::Text { Role::ChartLine } else { role };
    let mut line: Line = vec![(format!("{} ", limit.resource), Role::Dim)];
    line.extend(bar::bar(share, BAR, fill));
    line.push((format!(" {} of {}", amount(limit.used), amount(limit.limit)), role));
    if share >= 1.0 {
        line.push((" at its limit".into(), role));
    }
    line
}

/// What pods ask for of what its nodes have.
fn requested(card: &PoolCard, width: usize) -> Vec<Line> {
    let uses = &card.uses;
    if uses.nodes == 0 {
        return Vec::new();
    }
    if !card.has_requests {
        return prose::labelled("Requested", "", "not known: pods are not read", Role::Unknown, width);
    }
    let of = |name: &str, part: i64, whole: i64| {
        let mut line: Line = vec![(format!("{name} "), Role::Dim)];
        match bar::share(part, whole) {
            Some(share) => {
                line.extend(bar::bar(share, BAR, Role::ChartLine));
                line.push((format!(" {}", bar::percent(share)), Role::Text));
            }
            None => line.push((format::MISSING.into(), Role::Faint)),
        }
        line
    };
    let mut items = vec![
        of("cpu", uses.requested.cpu, uses.allocatable.cpu),
        of("memory", uses.requested.memory, uses.allocatable.memory),
    ];
    if let Some(used) = &uses.used {
        let share = |part, whole| bar::share(part, whole).map_or_else(|| format::UNKNOWN.to_owned(), bar::percent);
        let (cpu, memory) = (share(used.cpu, uses.allocatable.cpu), share(used.memory, uses.allocatable.memory));
        items.push(vec![("used ".into(), Role::Dim), (format!("cpu {cpu} memory {memory}"), Role::Text)]);
    }
    prose::flow(vec![prose::label("Requested")], items, width)
}

fn class(card: &PoolCard, width: usize) -> Vec<Line> {
    let (words, role) = match &card.class_readiness {
        Readiness::Ready => (format!("{}: ready", card.class), Role::Text),
        Readiness::Not(why) => (format!("{}: {why}", card.class), Role::Warning),
        Readiness::Unknown => (format!("{}: not known", card.class), Role::Unknown),
    };
    let mark = if role == Role::Warning { "▲" } else { "" };
    prose::labelled("Class", mark, &words, role, width)
}

/// What may be taken away now, by reason.
fn budgets(card: &PoolCard, now: Timestamp, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let total = card.budgets.total;
    let said: Vec<(&str, String, bool)> = card
        .budgets
        .reasons
        .iter()
        .map(|budget| (reason(budget.reason), budget.words(total, now), budget.allowed == 0))
        .collect();
    let role = |is_shut: bool| if is_shut && total > 0 { Role::Warning } else { Role::Text };
    // What is the same for all is said once.
    if let [(_, first, is_shut), rest @ ..] = said.as_slice()
        && rest.iter().all(|(_, words, _)| words == first)
    {
        return prose::labelled("May go now", "", first, role(*is_shut), width);
    }
    for (place, (reason, words, is_shut)) in said.into_iter().enumerate() {
        let label = if place == 0 { "May go now" } else { "" };
        let piece: Piece = (format!("{reason} "), Role::Dim);
        lines.extend(prose::hanging(vec![prose::label(label), piece], &words, role(is_shut), width));
    }
    lines
}

/// Karpenter's own word for a reason.
fn reason(reason: DisruptionReason) -> &'static str {
    match reason {
        DisruptionReason::Underutilized => "underutilized",
        DisruptionReason::Empty => "empty",
        DisruptionReason::Drifted => "drifted",
    }
}
