//! How the workloads are drawn. Only visible lines are touched.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::state::State;
use super::update::TOP;
use crate::screens::State as App;
use crate::screens::cluster_object::{badge, draw_page};
use crate::theme::Role;
use crate::ui::prose::Line;
use crate::ui::{format, pen};

/// Columns from which the order is said.
const ROOMY: u16 = 90;

/// Draws the screen into the body of the frame.
pub fn view(app: &App, area: Rect, buf: &mut Buffer) {
    let Some(open) = app.views.workloads() else { return };
    if area.is_empty() {
        return;
    }
    let row = Rect { height: 1, ..area };
    let right = if area.width >= ROOMY { order(open) } else { Line::new() };
    let end = pen::right(buf, row, &right, &app.shell.theme);
    let mut line: Line = vec![(" ".into(), Role::Text), badge(app, open.site, &open.cluster)];
    line.push((format!("  {}", open.cluster), Role::Header));
    line.push(("  workloads".into(), Role::Dim));
    if !open.filter.is_empty() {
        line.push((format!("  /{}", open.filter), Role::Match));
    }
    line.extend(counts(open));
    pen::left(buf, Rect { width: end.saturating_sub(row.x), ..row }, &line, &app.shell.theme);
    let top = area.height.min(TOP);
    draw_page(app, &open.page, &open.cursor, Rect { y: area.y + top, height: area.height - top, ..area }, buf);
}

/// What is wrong, in numbers; what is not known is not none.
fn counts(open: &State) -> Line {
    let counts = open.counts;
    let said = |count: Option<usize>, words: &str, role: Role| match count {
        None => (format!("  {words} ?"), Role::Unknown),
        Some(0) => (format!("  none {words}"), Role::Dim),
        Some(many) => (format!("  {many} {words}"), role),
    };
    let mut line =
        vec![said(counts.waiting, "waiting", Role::Critical), said(counts.crashing, "crashing", Role::Critical)];
    match counts.workloads {
        None => line.push(("  workloads ?".into(), Role::Unknown)),
        Some((0, _)) => {
            let pods = counts.pods.map(|pods| format!("  {} pods", format::count(pods as f64))).unwrap_or_default();
            line.push((format!("  no workloads{pods}"), Role::Dim));
        }
        Some((all, 0)) => line.push((format!("  {all} workloads whole"), Role::Dim)),
        Some((all, ill)) => line.push((format!("  {ill} of {all} workloads not whole"), Role::Warning)),
    }
    line
}

fn order(open: &State) -> Line {
    let arrow = if open.reverse { "↑" } else { "↓" };
    vec![(format!("  by {} {arrow} ", open.order.name()), Role::Dim)]
}
