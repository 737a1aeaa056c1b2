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
use crate::ui::{format, layout, prose, text, trouble};
use crate::world::faults::{Entry, RootCause};

/// What is wrong with the configuration, on top: it hides environments, and no answer fixes it. The
/// worst of several in a few lines; all of them stand at the end of the list. Gives what is left.
fn problems(state: &State, inside: Rect, buf: &mut Buffer) -> Rect {
    let Some(headline) = problems::headline(&state.shell.world.problems) else { return inside };
    let room = usize::from(inside.width).saturating_sub(4).max(10);
    let mut lines: Vec<Piece> = Vec::new();
    for (i, line) in text::wrap(&headline, room).enumerate() {
        lines.push((format!("{} {line}", if i == 0 { " ▲" } else { "  " }), Role::Warning));
    }
    lines.push(("   → fix the configuration: qd config check says where".into(), Role::Accent));
    lines.truncate(usize::from(inside.height / 2).max(1));
    let count = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(inside.height);
    for (y, line) in (inside.y..inside.bottom()).zip(lines) {
        pen::left(buf, Rect { y, height: 1, ..inside }, &[line], &state.shell.theme);
    }
    // A blank line before what failed.
    let used = count.saturating_add(1).min(inside.height);
    Rect { y: inside.y + used, height: inside.height - used, ..inside }
}

/// The error log: what failed, where, since when, why, and what to do, a line a cause; then what is wrong with the
/// configuration.
pub fn errors(state: &State, selected: usize, body: Rect, buf: &mut Buffer) {
    let area = layout::popup(body, body.width.saturating_sub(4), body.height.saturating_sub(2).max(5));
    let inside = window(state, area, "Errors", buf);
    let inside = problems(state, inside, buf);
    let known = problems::sorted(&state.shell.world.problems);
    let known = if problems::listed(&state.shell.world.problems) > 0 { known.as_slice() } else { &[] };
    let causes = state.shell.world.faults.by_cause(&state.shell.world.estate);
    if causes.is_empty() && known.is_empty() {
        if state.shell.world.problems.is_empty() {
            pen::left(buf, inside, &[("● nothing has failed".into(), Role::Dim)], &state.shell.theme);
        }
        return;
    }
    let width = usize::from(inside.width);
    let count = causes.len() + known.len();
    let selected = selected.min(count.saturating_sub(1));
    let faults = causes.iter().enumerate().map(|(i, cause)| cause_lines(state, cause, i == selected, width));
    let rest = known.iter().enumerate().map(|(i, problem)| problem_lines(problem, causes.len() + i == selected, width));
    let blocks: Vec<Vec<Vec<Piece>>> = faults.chain(rest).collect();
    let first = first_shown(&blocks, selected, usize::from(inside.height));
    for (y, line) in (inside.y..inside.bottom()).zip(blocks.iter().skip(first).flatten()) {
        pen::left(buf, Rect { y, height: 1, ..inside }, line, &state.shell.theme);
    }
}

/// The first that is shown, so that all lines of the selected one are: as early as there is room for both.
fn first_shown(blocks: &[Vec<Vec<Piece>>], selected: usize, height: usize) -> usize {
    let mut room = height.saturating_sub(blocks.get(selected).map_or(1, Vec::len));
    let mut first = selected;
    while let Some(before) = first.checked_sub(1).and_then(|before| blocks.get(before)).map(Vec::len) {
        if before > room {
            break;
        }
        room -= before;
        first -= 1;
    }
    first
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

/// Columns from which a cause of many calls has its date.
const ROOMY: usize = 96;

/// A cause, what it keeps from the screen and since when; under the cursor also what to do, why, and each call.
fn cause_lines(state: &State, cause: &RootCause<'_>, selected: bool, width: usize) -> Vec<Vec<Piece>> {
    let Some(entry) = cause.newest() else { return Vec::new() };
    let (mark, role) = mark(entry);
    let cursor = if selected { CURSOR } else { " " };
    let calls = cause.calls();
    let several = cause.entries.len() > 1;
    let what = match calls {
        _ if !several => trouble::words(&entry.target.read.title(), &entry.fault),
        1 => format!("{}, affects 1 call", trouble::cause(&entry.fault)),
        _ => format!("{}, affects {calls} calls", trouble::cause(&entry.fault)),
    };
    let since = match cause.first() {
        _ if !several => times(entry),
        // The place and the number of calls come first where there is no room for the date.
        Some(at) if width < ROOMY => format::clock_seconds(at),
        Some(at) => format::stamp(at),
        None => String::new(),
    };
    let mut lines: Vec<Vec<Piece>> = vec![vec![
        (cursor.into(), Role::Accent),
        (format!("{mark} "), role),
        (format!("{}: {what}", places(state, cause)), Role::Text),
        (format!("  {since}"), Role::Dim),
    ]];
    if !selected {
        return lines;
    }
    let room = width.saturating_sub(4);
    let mut say = |words: &str, role: Role| {
        lines.extend(prose::fold(words, room).into_iter().map(|line| vec![(format!("    {line}"), role)]));
    };
    say(&format!("→ {}", trouble::advice(&entry.fault)), Role::Accent);
    say(&trouble::detail(&entry.fault), Role::Dim);
    if let Some(at) = state.shell.world.schedule.retry_at(&entry.target).filter(|_| entry.stands()) {
        say(&format!("asked again at {}", format::clock_seconds(at)), Role::Dim);
    }
    if several {
        lines.extend(cause.entries.iter().map(|entry| call_line(state, cause, entry)));
    }
    lines
}

/// One call of a cause with others.
fn call_line(state: &State, cause: &RootCause<'_>, entry: &Entry) -> Vec<Piece> {
    let (mark, role) = mark(entry);
    let at = if cause.sites().len() > 1 { format!("{}: ", place(state, entry)) } else { String::new() };
    let title = entry.target.read.title();
    // The title says more than the name of the call, which several have (`GetMetricData`).
    vec![
        (format!("    {mark} "), role),
        (format!("{at}{title}"), Role::Text),
        (format!("  {}  {}", entry.fault.call, times(entry)), Role::Dim),
    ]
}

fn mark(entry: &Entry) -> (&'static str, Role) {
    match (entry.mended, entry.retired) {
        (Some(_), _) => ("●", Role::Dim),
        (None, Some(_)) => ("○", Role::Dim),
        (None, None) => ("✖", Role::Critical),
    }
}

/// Since when, how often, and whether it is over.
fn times(entry: &Entry) -> String {
    let mut since = format::stamp(entry.first);
    if entry.count > 1 {
        since.push_str(&format!(", {} times, last {}", entry.count, format::clock_seconds(entry.last)));
    }
    if let Some(at) = entry.mended {
        since.push_str(&format!(", well again {}", format::clock_seconds(at)));
    } else if let Some(at) = entry.retired {
        since.push_str(&format!(", no longer asked {}", format::clock_seconds(at)));
    }
    since
}

/// Where a cause was noticed: its places, or the newest and how many more there are.
fn places(state: &State, cause: &RootCause<'_>) -> String {
    let mut places: Vec<String> = Vec::new();
    for site in cause.sites() {
        let at = cause.entries.iter().find(|entry| entry.target.site == site).map(|entry| place(state, entry));
        places.extend(at.filter(|at| !places.contains(at)));
    }
    match places.as_slice() {
        [one] => one.clone(),
        [one, other] => format!("{one}, {other}"),
        [one, others @ ..] => format!("{one} and {} more places", others.len()),
        [] => String::new(),
    }
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
