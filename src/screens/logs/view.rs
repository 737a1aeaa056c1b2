//! How a log is drawn. Only visible lines are touched.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::rows::{self, LogForm, TOP};
use super::state::State;
use super::update::pod;
use crate::domain::text::with_commas;
use crate::screens::State as App;
use crate::screens::cluster_object::badge;
use crate::services::kubernetes::model::{Container, ContainerState, Ended};
use crate::theme::Role;
use crate::ui::pen;
use crate::ui::prose::Line;

/// Draws the screen into the body of the frame.
pub fn view(app: &App, area: Rect, buf: &mut Buffer) {
    let Some(open) = app.views.logs() else { return };
    if area.is_empty() {
        return;
    }
    draw_title(app, open, Rect { height: 1, ..area }, buf);
    if area.height > 1 {
        draw_containers(app, open, Rect { y: area.y + 1, height: 1, ..area }, buf);
    }
    let top = area.height.min(TOP);
    draw_lines(app, open, Rect { y: area.y + top, height: area.height - top, ..area }, buf);
}

fn draw_title(app: &App, open: &State, row: Rect, buf: &mut Buffer) {
    let (theme, source) = (&app.shell.theme, &open.source);
    let mut right: Line = Vec::new();
    let shown = app.log.matched.len(&app.log.tail);
    let kept = app.log.tail.lines().len();
    let lines = |count: usize| with_commas(count as u64);
    if shown == kept {
        right.push((format!("  {} lines", lines(kept)), Role::Dim));
    } else {
        right.push((format!("  {} of {} lines", lines(shown), lines(kept)), Role::Dim));
    }
    if app.log.tail.forgotten > 0 {
        right.push((format!(", {} forgotten", with_commas(app.log.tail.forgotten)), Role::Dim));
    }
    right.push((" ".into(), Role::Dim));
    let (words, role) = match (&app.log.tail.end, open.follows) {
        (Some(Ok(())), _) => ("ended", Role::Dim),
        (Some(Err(_)), _) => ("▲ lost", Role::Warning),
        (None, _) if !app.log.tail.is_read => ("reading …", Role::Accent),
        (None, true) => ("● following", Role::Good),
        (None, false) => ("held, f follows", Role::Dim),
    };
    let mut left: Line = vec![(" ".into(), Role::Text), badge(app, open.site, &open.cluster)];
    left.push((format!("  {}/", source.namespace), Role::Text));
    left.push((source.pod.to_string(), Role::Header));
    left.push((format!("  {words}"), role));
    if !open.filter.is_empty() {
        left.push((format!("  /{}", open.filter), Role::Match));
    }
    let end = pen::right(buf, row, &right, theme);
    pen::left(buf, Rect { width: end.saturating_sub(row.x), ..row }, &left, theme);
}

fn draw_containers(app: &App, open: &State, row: Rect, buf: &mut Buffer) {
    let mut line: Line = vec![(" ".into(), Role::Text)];
    let run = if open.source.previous { " the run before" } else { "" };
    if let Some(pod) = pod(app, open) {
        for container in &pod.containers {
            let is_shown = container.name == open.source.container;
            let (mark, role) = if is_shown { ("▸", Role::Accent) } else { (" ", Role::Dim) };
            line.push((format!("{mark}{}", container.name), role));
            if is_shown {
                line.push((run.to_owned(), Role::Warning));
                line.extend(fares(container).map(|words| (format!(" {words}"), Role::Dim)));
            }
            line.push(("   ".into(), Role::Text));
        }
    } else {
        line.push((format!("▸{}", open.source.container), Role::Accent));
        line.push((run.to_owned(), Role::Warning));
        line.push(("   its pod is not among those that are there".into(), Role::Dim));
    }
    pen::left(buf, row, &line, &app.shell.theme);
}

/// How a container fares, in a few words.
fn fares(container: &Container) -> Option<String> {
    let end = |ended: &Ended| format!("exit {} {}", ended.exit_code, ended.reason);
    let state = match &container.state {
        ContainerState::Running { .. } => "running".to_owned(),
        ContainerState::Waiting { reason, .. } => reason.to_string(),
        ContainerState::Ended(ended) => end(ended),
        ContainerState::Unknown => return None,
    };
    let before = container.last.as_ref().map_or_else(String::new, |last| format!(", before {}", end(last)));
    let restarts = if container.restarts == 0 { String::new() } else { format!(", {} restarts", container.restarts) };
    Some(format!("({state}{restarts}{before})"))
}

fn draw_lines(app: &App, open: &State, area: Rect, buf: &mut Buffer) {
    let (theme, log) = (&app.shell.theme, &app.log);
    let form = LogForm { width: usize::from(area.width), wraps: open.wraps, shift: open.shift };
    let height = usize::from(area.height);
    let top = rows::top(log, open, form, height);
    let mut all: Vec<Line> = Vec::with_capacity(height);
    let total = log.matched.len(&log.tail);
    for at in top..total {
        if all.len() >= height {
            break;
        }
        let Some(line) = log.matched.line(&log.tail, at) else { break };
        all.extend(form.rows(line));
    }
    if all.len() < height {
        all.extend(end(app, open, total));
    }
    all.truncate(height);
    pen::lines(buf, area, &all, 0, theme);
    let below = total.saturating_sub(top + height);
    if below > 0 && height > 0 && !open.follows {
        let last = Rect { y: area.bottom() - 1, height: 1, ..area };
        pen::over(buf, last, &[(format!(" ↓ {} more ", with_commas(below as u64)), Role::Accent)], theme);
    }
}

/// What stands below the last line.
fn end(app: &App, open: &State, shown: usize) -> Vec<Line> {
    let tail = &app.log.tail;
    let said = |mark: &str, words: String, role: Role| vec![(format!(" {mark} {words}"), role)];
    match &tail.end {
        None if !tail.is_read => vec![said("○", "reading …".into(), Role::Dim)],
        None if tail.lines().is_empty() => vec![said("○", "nothing was written yet".into(), Role::Dim)],
        None if shown == 0 => vec![said("○", "no line has these words".into(), Role::Dim)],
        None => Vec::new(),
        Some(Ok(())) if tail.lines().is_empty() => {
            let view = app.shell.world.cluster(open.site, &open.cluster);
            let pod = view.as_ref().and_then(|view| view.pod(&open.source.namespace, &open.source.pod));
            let words = match pod {
                Some(pod) if pod.node.is_none() => "it has not started: its pod waits for a node",
                _ => "it has ended, and nothing is kept of it",
            };
            vec![said("·", words.into(), Role::Dim)]
        }
        Some(Ok(())) => {
            let last =
                rows::day(tail.lines().back()).map_or_else(String::new, |at| format!(", its last line is of {at}"));
            let what = if open.source.previous { "the log of the run before ends here" } else { "the log ends here" };
            vec![said("·", format!("{what}{last}"), Role::Dim)]
        }
        Some(Err(fault)) => {
            let message = if fault.message.is_empty() { String::new() } else { format!(": {}", fault.message) };
            vec![
                said("▲", format!("{}{message}", fault.words("the log")), Role::Warning),
                said("→", format!("{}; R reads it again", first_half(&fault.advice())), Role::Text),
            ]
        }
    }
}

/// Advice as the first half of a sentence.
fn first_half(advice: &str) -> &str {
    if advice.is_empty() { "the fault tells no remedy" } else { advice.trim_end_matches('.') }
}
