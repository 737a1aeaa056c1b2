//! How the cluster screen is drawn. Only visible lines are touched.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::cells::{self, MachineColumn, MachineSizes};
use super::head::{self, KnownCluster};
use super::places::{self, ClusterParts};
use super::state::{ClusterPane, ListLine, MachineOrder, State};
use super::strip::{self, StripRow};
use super::{eks, pools, rows, standing};
use crate::domain::Remote;
use crate::screens::State as App;
use crate::theme::Role;
use crate::ui::environment::CURSOR;
use crate::ui::prose::{self, Line};
use crate::ui::table::{Cell, Column, Order, Table};
use crate::ui::{layout, pen, trouble};

/// Draws the screen into the body of the frame.
pub fn view(app: &App, area: Rect, buf: &mut Buffer) {
    let Some(open) = app.views.cluster().filter(|_| !area.is_empty()) else { return };
    let Some(known) = KnownCluster::of(app, open) else {
        gone(app, open, area, buf);
        return;
    };
    let theme = &app.shell.theme;
    let all = strip::all(&app.shell, open);
    let strip = strip::lines(&app.shell, open, &all, area.width, places::most_of_strip(area.height));
    let parts = ClusterParts::of(open, area, strip.len(), places::notices(app, open, area.height));
    both(app, &head::title(app, open, known, area.width), parts.head, buf);
    draw_strip(app, &strip, parts.strip, buf);
    both(app, &head::sums(app, open, known, area.width), parts.sums, buf);
    pen::lines(buf, parts.notices, &standing::notices(known.cluster, app.shell.world.now), 0, theme);
    if parts.list.height > 0 {
        draw_list(app, open, known, parts, buf);
    }
    if parts.is_beside {
        layout::draw_rule(Rect { height: parts.pane.height, ..parts.list }, buf, theme);
    }
    if parts.pane.height > 0 {
        let shown = if open.pane == ClusterPane::Machines { open.beside } else { Some(open.pane) };
        match shown {
            Some(ClusterPane::Eks) => draw_eks(app, open, known, parts.pane, buf),
            _ => draw_pools(app, open, known, parts.pane, buf),
        }
    }
}

/// The cluster is not (any more) among what EKS lists.
fn gone(app: &App, open: &State, area: Rect, buf: &mut Buffer) {
    let list = app.shell.world.site(open.site).map(|data| &data.services.kubernetes.clusters);
    let words = match list {
        Some(Remote::Ready { .. } | Remote::Stale { .. }) => "is not in EKS's list any more".to_owned(),
        Some(Remote::Failed { fault }) => {
            format!("could not be read: {}: {}", trouble::cause(fault), trouble::advice(fault))
        }
        _ => "is being read …".to_owned(),
    };
    pen::left(buf, area, &[(format!(" {} {words}", open.cluster), Role::Warning)], &app.shell.theme);
}

/// A left and a right end; the right one gives way last.
fn both(app: &App, (left, right): &StripRow, row: Rect, buf: &mut Buffer) {
    if row.height == 0 {
        return;
    }
    let start = pen::right(buf, row, right, &app.shell.theme);
    let room = Rect { width: start.saturating_sub(row.x), ..row };
    pen::left(buf, room, left, &app.shell.theme);
}

fn draw_strip(app: &App, strip: &[StripRow], area: Rect, buf: &mut Buffer) {
    for (y, row) in (area.top()..area.bottom()).zip(strip) {
        both(app, row, Rect { y, height: 1, ..area }, buf);
    }
}

fn draw_list(app: &App, open: &State, known: KnownCluster<'_>, parts: ClusterParts, buf: &mut Buffer) {
    let (area, theme) = (parts.list, &app.shell.theme);
    if open.lines.is_empty() {
        let height = parts.list.height + parts.foot.height;
        let lines = instead(open, known, usize::from(area.width), app.shell.world.now);
        pen::scrolled(buf, Rect { height, ..area }, &lines, 0, theme);
        return;
    }
    let columns = MachineColumn::useful(open);
    let sizes = MachineSizes::of(app, open, area.width);
    let slots: Vec<Column> = columns.iter().map(|column| column.slot(sizes, area.width)).collect();
    let sorted = columns.iter().position(|column| *column == MachineColumn::of(open.order));
    let is_ascending = open.order == MachineOrder::Name;
    let order = if is_ascending == open.reverse { Order::Descending } else { Order::Ascending };
    let table = Table {
        columns: &slots,
        rows: open.lines.len(),
        offset: open.offset,
        // The cursor is where the keys go.
        selected: (open.pane == ClusterPane::Machines).then_some(open.selected),
        sort: sorted.map(|at| (at, order)),
        focused: app.views.overlay().is_none(),
        empty: "",
    };
    table.draw(area, buf, theme, |row, column| match (open.lines.get(row), columns.get(column)) {
        (Some(line), Some(column)) => cells::pieces(app, open, known.cluster, line, *column, area.width).into(),
        _ => Cell::default(),
    });
    pen::left(buf, parts.foot, &foot(app, open, known), theme);
}

/// The line under the cursor, whole: what its cells have no room for. Of a heading kinds that are not shown.
fn foot(app: &App, open: &State, known: KnownCluster<'_>) -> Line {
    let unshown = || standing::unshown(known.cluster).unwrap_or_default();
    let Some(ListLine::Machine(_)) = open.lines.get(open.selected) else { return unshown() };
    let Some(row) = open.current() else { return unshown() };
    let state = row.state(app.shell.world.now);
    if state.is_empty() {
        return unshown();
    }
    let mut line: Line = vec![(format!(" {}  ", row.key.name()), Role::Dim)];
    line.extend(cells::state(row, &state));
    line
}

/// What stands in place of the list: why there is none, what to do, and what EKS says.
fn instead(open: &State, known: KnownCluster<'_>, width: usize, now: Timestamp) -> Vec<Line> {
    if !open.filter.is_empty() && !open.scene.machines.is_empty() {
        let words = format!(" nothing matches {}", open.filter);
        return vec![vec![(words, Role::Dim)]];
    }
    let mut lines: Vec<Line> = Vec::new();
    match standing::unreached(known.cluster) {
        Some(fault) => {
            let words = format!("the API server tells nothing of nodes and pods: {}", trouble::cause(fault));
            lines.extend(prose::hanging(vec![(" ▲ ".into(), Role::Warning)], &words, Role::Warning, width));
            let advice = trouble::advice(fault);
            lines.extend(prose::hanging(vec![("   → ".into(), Role::Accent)], &advice, Role::Text, width));
            if !fault.message.is_empty() {
                lines.extend(prose::hanging(
                    vec![("   ".into(), Role::Text)],
                    &trouble::detail(fault),
                    Role::Dim,
                    width,
                ));
            }
            lines.push(Line::new());
        }
        None if !open.is_made() || !known.has_nodes() => {
            lines.push(vec![(" reading nodes and pods …".into(), Role::Dim)]);
            lines.push(Line::new());
        }
        None => {
            lines.push(vec![(" no nodes, and no claims of any".into(), Role::Dim)]);
            lines.push(Line::new());
        }
    }
    lines.extend(eks::lines(known, width, now));
    lines
}

fn draw_eks(app: &App, open: &State, known: KnownCluster<'_>, area: Rect, buf: &mut Buffer) {
    let lines = eks::lines(known, usize::from(area.width), app.shell.world.now);
    let scroll = if open.pane == ClusterPane::Eks { open.scroll } else { 0 };
    pen::scrolled(buf, area, &lines, scroll, &app.shell.theme);
}

fn draw_pools(app: &App, open: &State, known: KnownCluster<'_>, area: Rect, buf: &mut Buffer) {
    let (theme, world) = (&app.shell.theme, &app.shell.world);
    if open.scene.pools.is_empty() {
        let words = match known.cluster.served.value().map(crate::services::kubernetes::Served::has_karpenter) {
            Some(true) => " no NodePool: none of its nodes is made by Karpenter",
            Some(false) => " no Karpenter here: nodes come of managed groups, Fargate, or groups of one's own",
            None => " whether there is Karpenter is not known",
        };
        pen::left(buf, area, &[(words.into(), Role::Dim)], theme);
        return;
    }
    let width = usize::from(area.width);
    let at = open.pool.min(open.scene.pools.len() - 1);
    let (mut lines, mut chosen) = (Vec::new(), 0..0);
    for (place, card) in open.scene.pools.iter().enumerate() {
        if place > 0 {
            lines.push(Line::new());
        }
        let first = lines.len();
        lines.extend(pools::lines(card, rows::worst(world, &card.thing), world.now, width));
        if place == at {
            chosen = first..lines.len();
        }
    }
    // All of the one under the cursor is seen, its first line in any case.
    let page = usize::from(area.height);
    let scroll = chosen.end.saturating_sub(page).min(chosen.start);
    let has_keys = open.pane == ClusterPane::Pools;
    let is_focused = has_keys && app.views.overlay().is_none();
    for (y, (place, line)) in (area.top()..area.bottom()).zip(lines.iter().enumerate().skip(scroll)) {
        let row = Rect { y, height: 1, ..area };
        if place == chosen.start && is_focused {
            buf.set_style(row, theme.style(Role::Selection));
        }
        pen::left(buf, row, line, theme);
        if place == chosen.start && has_keys {
            let role = if is_focused { Role::Accent } else { Role::Dim };
            buf.set_string(row.x, y, CURSOR, theme.style(role));
        }
    }
    let below = lines.len().saturating_sub(scroll + page);
    if below > 0 && page > 0 {
        let last = Rect { y: area.bottom() - 1, height: 1, ..area };
        pen::over(buf, last, &[(format!(" ↓ {below} more "), Role::Accent)], theme);
    }
}
