//! The list as it is seen: filtered, grouped, in order.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::row::{MachineRow, MachineStage, MachineSum};
use super::state::{GroupHead, Grouping, ListLine, MachineOrder, State};
use crate::fuzzy::Finder;
use crate::services::kubernetes::price::HourlyPrice;

/// Makes the lines of the list anew; the cursor stays on its line.
pub fn arrange(screen: &mut State, page: usize) {
    let mut finder = Finder::new(&screen.filter);
    let mut seen = shown(&screen.scene.machines, &mut finder);
    let rows = &screen.scene.machines;
    let (order, reverse) = (screen.order, screen.reverse);
    let compare = |a: &usize, b: &usize| {
        let ordering = compare(order, &rows[*a], &rows[*b]);
        let ordering = if reverse { ordering.reverse() } else { ordering };
        ordering.then_with(|| rows[*a].shown.cmp(&rows[*b].shown))
    };
    seen.sort_by(compare);
    screen.lines = match screen.grouping {
        Grouping::None => seen.into_iter().map(ListLine::Machine).collect(),
        grouping => grouped(screen, grouping, &seen),
    };
    screen.keep_selection(page);
}

/// The rows that the filter lets through: where one is named, those that only have its letters are left out.
fn shown(rows: &[MachineRow], finder: &mut Finder) -> Vec<usize> {
    if finder.is_empty() {
        return (0..rows.len()).collect();
    }
    let fits: Vec<_> = rows.iter().map(|row| fit(finder, row)).collect();
    let grade = fits.iter().flatten().map(|fit| fit.grade()).max();
    let is_shown = |at: &usize| fits[*at].is_some_and(|fit| Some(fit.grade()) == grade);
    (0..rows.len()).filter(is_shown).collect()
}

fn fit(finder: &mut Finder, row: &MachineRow) -> Option<crate::fuzzy::Fit> {
    let state = row.state(row.made);
    let stage = match row.stage {
        MachineStage::Ready => "ready",
        MachineStage::NotReady => "not ready",
        MachineStage::Coming => "claim coming",
        MachineStage::Lost => "claim lost",
    };
    let capacity = if row.capacity == "od" { "od on-demand" } else { row.capacity };
    finder.fit(&[row.key.name(), &row.shown], &[&row.owner, &row.instance_type, &row.zone, capacity, &state, stage])
}

/// The groups, those with the worst first, each with its lines unless it is folded.
fn grouped(screen: &State, grouping: Grouping, seen: &[usize]) -> Vec<ListLine> {
    let rows = &screen.scene.machines;
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for at in seen {
        groups.entry(group(grouping, &rows[*at])).or_default().push(*at);
    }
    let worst = |all: &[usize]| all.iter().map(|at| rows[*at].rank()).min().unwrap_or(u8::MAX);
    let mut groups: Vec<(&str, Vec<usize>)> = groups.into_iter().collect();
    // A group in which something is wrong comes first; what is only on its way moves no group.
    groups.sort_by_key(|(title, all)| (worst(all).min(2), *title));
    let mut lines = Vec::new();
    for (title, all) in groups {
        let title: Arc<str> = title.into();
        let is_folded = screen.folded.contains(&title);
        let pool = rows[all[0]].pool.clone().filter(|_| grouping == Grouping::Pool);
        let sum = MachineSum::of(all.iter().map(|at| &rows[*at]));
        lines.push(ListLine::Group(Box::new(GroupHead { title, pool, sum, is_folded })));
        if !is_folded {
            lines.extend(all.into_iter().map(ListLine::Machine));
        }
    }
    lines
}

/// The group of a row.
fn group(grouping: Grouping, row: &MachineRow) -> &str {
    let or = |words: &'static str, of: &'static str| if words.is_empty() { of } else { words };
    match grouping {
        Grouping::Type if row.instance_type.is_empty() => "type not known",
        Grouping::Type => row.instance_type.trim_end_matches('?'),
        Grouping::Zone if row.zone.is_empty() => "zone not known",
        Grouping::Zone => &row.zone,
        Grouping::Capacity => match row.capacity {
            "od" => "on-demand",
            "rsv" => "reserved",
            other => or(other, "capacity type not known"),
        },
        Grouping::Pool | Grouping::None => &row.owner,
    }
}

/// The order of two rows.
fn compare(order: MachineOrder, a: &MachineRow, b: &MachineRow) -> Ordering {
    let share = |row: &MachineRow, of: fn(&crate::services::kubernetes::model::Resources) -> i64| {
        let requested = row.requested.as_ref().map(of)?;
        Some(requested.saturating_mul(10_000) / of(&row.allocatable).max(1))
    };
    let usd = |row: &MachineRow| match row.price {
        Some(HourlyPrice::Known(usd) | HourlyPrice::AtMost(usd)) => usd,
        _ => -1.0,
    };
    match order {
        MachineOrder::State => a.rank().cmp(&b.rank()),
        MachineOrder::Name => Ordering::Equal,
        MachineOrder::Cpu => share(b, |all| all.cpu).cmp(&share(a, |all| all.cpu)),
        MachineOrder::Memory => share(b, |all| all.memory).cmp(&share(a, |all| all.memory)),
        MachineOrder::Price => usd(b).total_cmp(&usd(a)),
        MachineOrder::Age => b.since.cmp(&a.since),
    }
}
