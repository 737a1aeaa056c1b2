//! The error log: what failed, and what is wrong with the configuration.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::window;
use crate::collect::Readable;
use crate::screens::State;
use crate::screens::fleet::problems;
use crate::theme::Role;
use crate::ui::environment::CURSOR;
use crate::ui::pen::{self, Piece};
use crate::ui::{format, layout, text, trouble};
use crate::world::faults::Entry;

/// What is wrong with the configuration, on top: it hides environments, and no answer mends it. The
/// worst of several in a few lines; all of them stand at the end of the list. Gives what is left.
fn problems(state: &State, inside: Rect, buf: &mut Buffer) -> Rect {
    let Some(headline) = problems::headline(&state.shell.world.problems) else { return inside };
    let room = usize::from(inside.width).saturating_sub(4).max(10);
    let mut lines: Vec<Piece> = Vec::new();
    for (i, line) in text::wrap(&headline, room).enumerate() {
        lines.push((format!("{} {line}", if i == 0 { " ▲" } else { "  " }), Role::Warning));
    }
    lines.push(("   → mend the configuration: qd config check says where".into(), Role::Accent));
    lines.truncate(usize::from(inside.height / 2).max(1));
    let count = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(inside.height);
    for (y, line) in (inside.y..inside.bottom()).zip(lines) {
        pen::left(buf, Rect { y, height: 1, ..inside }, &[line], &state.shell.theme);
    }
    // A blank line before what failed.
    let used = count.saturating_add(1).min(inside.height);
    Rect { y: inside.y + used, height: inside.height - used, ..inside }
}

/// The error log: what failed, where, since when, why, and what to do; then what is wrong with the
/// configuration.
pub fn errors(state: &State, selected: usize, body: Rect, buf: &mut Buffer) {
    let area = layout::popup(body, body.width.saturating_sub(4), body.height.saturating_sub(2).max(5));
    let inside = window(state, area, "Errors", buf);
    let inside = problems(state, inside, buf);
    let known = problems::sorted(&state.shell.world.problems);
    let known = if problems::listed(&state.shell.world.problems) > 0 { known.as_slice() } else { &[] };
    if state.shell.world.faults.is_empty() && known.is_empty() {
        if state.shell.world.problems.is_empty() {
            pen::left(buf, inside, &[("● nothing has failed".into(), Role::Dim)], &state.shell.theme);
        }
        return;
    }
    let width = usize::from(inside.width);
    let count = state.shell.world.faults.len() + known.len();
    let selected = selected.min(count.saturating_sub(1));
    let room = usize::from(inside.height).saturating_sub(6).max(1);
    // So that the selected one and its detail are visible.
    let first = selected.saturating_sub(room.min(count) - 1);
    let faults =
        state.shell.world.faults.iter().enumerate().map(|(i, entry)| fault_lines(state, entry, i == selected, width));
    let after = state.shell.world.faults.len();
    let rest = known.iter().enumerate().map(|(i, problem)| problem_lines(problem, after + i == selected, width));
    for (y, line) in (inside.y..inside.bottom()).zip(faults.chain(rest).skip(first).flatten()) {
        pen::left(buf, Rect { y, height: 1, ..inside }, &line, &state.shell.theme);
    }
}

/// A problem of the configuration; in full under the cursor.
fn problem_lines(problem: &str, selected: bool, width: usize) -> Vec<Vec<Piece>> {
    let cursor = if selected { CURSOR } else { " " };
    let mut lines = text::wrap(problem, width.saturating_sub(4).max(10));
    let first = if selected { lines.next().unwrap_or_default() } else { problem.to_owned() };
    let mut all = vec![vec![(cursor.into(), Role::Accent), ("▲ ".into(), Role::Warning), (first, Role::Text)]];
    if selected {
        all.extend(lines.map(|line| vec![(format!("    {line}"), Role::Text)]));
    }
    all
}

/// A fault and since when; under the cursor also why, and what to do.
fn fault_lines(state: &State, entry: &Entry, selected: bool, width: usize) -> Vec<Vec<Piece>> {
    let (mark, role) = match (entry.mended, entry.retired) {
        (Some(_), _) => ("●", Role::Dim),
        (None, Some(_)) => ("○", Role::Dim),
        (None, None) => ("✖", Role::Critical),
    };
    let cursor = if selected { CURSOR } else { " " };
    let mut since = format!("  {}", format::stamp(entry.first));
    if entry.count > 1 {
        since.push_str(&format!(", {} times, last {}", entry.count, format::clock_seconds(entry.last)));
    }
    if let Some(at) = entry.mended {
        since.push_str(&format!(", well again {}", format::clock_seconds(at)));
    } else if let Some(at) = entry.retired {
        since.push_str(&format!(", no longer asked {}", format::clock_seconds(at)));
    }
    let what = trouble::words(&entry.target.read.title(), &entry.fault);
    let mut lines: Vec<Vec<Piece>> = vec![vec![
        (cursor.into(), Role::Accent),
        (format!("{mark} "), role),
        (format!("{}: {what}", place(state, entry)), Role::Text),
        (since, Role::Dim),
    ]];
    if selected {
        let room = width.saturating_sub(4);
        let detail = trouble::detail(&entry.fault);
        lines.extend(text::wrap(&detail, room).map(|line| vec![(format!("    {line}"), Role::Dim)]));
        let advice = format!("→ {}", entry.fault.advice());
        lines.extend(text::wrap(&advice, room).map(|line| vec![(format!("    {line}"), Role::Accent)]));
        if let Some(at) = state.shell.world.schedule.retry_at(&entry.target).filter(|_| entry.stands()) {
            let wait = format!("    asked again at {}", format::clock_seconds(at));
            lines.push(vec![(wait, Role::Dim)]);
        }
    }
    lines
}

/// Environments that are named one by one; more of them are counted.
const NAMED: usize = 3;

/// Where a fault is: the environments that it concerns and their region, or how many they are.
pub fn place(state: &State, entry: &Entry) -> String {
    let site = entry.target.site;
    let here = state.shell.world.estate.of_site(site).count();
    match state.shell.world.estate.site(site) {
        Some(known) if here > NAMED => format!("{here} environments ({})", known.region),
        _ => entry.place.clone(),
    }
}
