//! What is wrong with the cluster and with what is in it, above everything else: of the one that is chosen whole what is
//! wrong and what to do, of the others a line. That it is told whole says which it is: the cursor is that of the list.

use std::sync::Arc;

use super::state::State;
use crate::domain::finding::Finding;
use crate::keymap::{Action, Layer};
use crate::screens::findings;
use crate::shell::Shell;
use crate::theme::Role;
use crate::ui::prose::{self, Line};
use crate::ui::text;

/// Lines of what is wrong, and of what to do, of the finding that is chosen.
const SAID: usize = 2;
/// Lines of the strip from which what to do is told whole.
const ROOMY: usize = 12;
/// With the head above them these are the first five lines of the screen.
const FIRST: usize = 4;

/// A line of the strip: its left, and its right end.
pub type StripRow = (Line, Line);

/// What is wrong with the cluster, the worst first.
#[must_use]
pub fn all<'a>(shell: &'a Shell, open: &State) -> Vec<&'a Arc<Finding>> {
    let data = shell.world.site(open.site).map(|data| &data.services.kubernetes);
    let arn = data.and_then(|data| data.eks(&open.cluster)).map(|eks| &*eks.arn);
    arn.map_or_else(Vec::new, |arn| shell.world.cluster_findings(arn))
}

/// Which of them is told whole: the one that was chosen while it stands, else the worst.
#[must_use]
pub fn chosen(open: &State, all: &[&Arc<Finding>]) -> usize {
    let is = |finding: &&Arc<Finding>| {
        open.finding.as_ref().is_some_and(|(arn, rule)| finding.arn == *arn && finding.rule == *rule)
    };
    all.iter().position(is).unwrap_or(0)
}

/// The lines, at most so many.
#[must_use]
pub fn lines(shell: &Shell, open: &State, all: &[&Arc<Finding>], width: u16, most: u16) -> Vec<StripRow> {
    let (width, most) = (usize::from(width), usize::from(most));
    let at = chosen(open, all);
    let Some(finding) = all.get(at).filter(|_| most > 0) else { return Vec::new() };
    let others = all.len() - 1;
    // Of the others at least how many there are.
    let room = most.saturating_sub(others.min(1)).max(1);
    let block = block(shell, finding, width, room);
    let left = most - block.len();
    let slots = if others <= left { others } else { left.saturating_sub(1) };
    let before = at.min(slots / 2).max((slots + at + 1).saturating_sub(all.len()).min(at));
    let first = at - before;
    let mut rows = Vec::new();
    for (place, finding) in all.iter().enumerate().skip(first).take(slots + 1) {
        if place == at {
            rows.extend(block.iter().cloned());
        } else {
            rows.push(one(shell, finding, width));
        }
    }
    let hidden = others - slots;
    if hidden > 0 && rows.len() < most {
        let key = shell.keymap.key_for(&[Layer::Cluster, Layer::Global], Action::NextFinding).unwrap_or_default();
        let words = if key.is_empty() { format!("   {hidden} more") } else { format!("   {hidden} more: {key}") };
        rows.push((vec![(words, Role::Accent)], Line::new()));
    }
    rows
}

/// What is wrong in a line: the end of it is cut where there is no room.
fn one(shell: &Shell, finding: &Finding, width: usize) -> StripRow {
    let (mark, role) = findings::mark(finding.severity);
    let since = since(shell, finding, width);
    let room = width.saturating_sub(3 + text::width(&since));
    let summary = text::clip(&findings::within(finding), room).into_owned();
    let left = vec![(" ".into(), Role::Text), (format!("{mark} "), role), (summary, Role::Text)];
    (left, vec![(since, Role::Dim)])
}

/// Since when, as there is room for it: what is wrong is not cut for the hour at which it began.
fn since(shell: &Shell, finding: &Finding, width: usize) -> String {
    let now = shell.world.now;
    let long = findings::since(now, finding);
    let fits = 3 + text::width(&findings::within(finding)) + text::width(&long) + 3 <= width;
    let words = if fits { long } else { findings::brief(now, finding) };
    if words.is_empty() { words } else { format!("  {words} ") }
}

/// What is wrong, what supports it, and what to do, of the finding that is chosen.
fn block(shell: &Shell, finding: &Finding, width: usize, room: usize) -> Vec<StripRow> {
    let (mark, role) = findings::mark(finding.severity);
    let since = since(shell, finding, width);
    let limit = width.saturating_sub(3 + text::width(&since)).max(10);
    let said = cut(prose::fold(&findings::within(finding), limit), SAID.min(room), limit);
    let mut rows: Vec<StripRow> = Vec::new();
    for (place, words) in said.into_iter().enumerate() {
        let is_first = place == 0;
        let mark = if is_first { format!("{mark} ") } else { "  ".into() };
        let right = if is_first && !since.is_empty() { vec![(since.clone(), Role::Dim)] } else { Line::new() };
        rows.push((vec![(" ".into(), Role::Text), (mark, role), (words, Role::Text)], right));
    }
    let left = room.saturating_sub(rows.len());
    if left == 0 {
        return rows;
    }
    let limit = width.saturating_sub(6).max(10);
    let most = if room >= ROOMY { left } else { SAID.min(left) };
    let advice =
        if finding.advice.is_empty() { Vec::new() } else { cut(prose::fold(&finding.advice, limit), most, limit) };
    let has_room = left > advice.len() && (room >= ROOMY || rows.len() + advice.len() < FIRST);
    if has_room && !finding.evidence.is_empty() {
        let evidence = text::clip(&finding.evidence, width.saturating_sub(4)).into_owned();
        rows.push((vec![("   ".into(), Role::Text), (evidence, Role::Dim)], Line::new()));
    }
    for (place, words) in advice.into_iter().enumerate() {
        let lead = if place == 0 { "   → " } else { "     " };
        rows.push((vec![(lead.into(), Role::Accent), (words, Role::Text)], Line::new()));
    }
    rows
}

/// At most so many lines; what is cut ends with an ellipsis.
fn cut(mut lines: Vec<String>, most: usize, limit: usize) -> Vec<String> {
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            *last = text::clip(&format!("{last} …"), limit).into_owned();
        }
    }
    lines
}
