//! How the alarms screen is drawn. Only visible rows are touched.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::cells::AlarmColumn;
use super::heading;
use super::places::{Division, Spot};
use super::row::AlarmRow;
use super::sheet::Sheet;
use crate::screens::State as App;
use crate::theme::Role;
use crate::ui::environment::CURSOR;
use crate::ui::table::{Cell, Column, Order, Table};
use crate::ui::{layout, pen};

/// Draws the screen into the body of the frame.
pub fn view(app: &App, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let division = Division::of(app, area.width, area.height);
    draw_title(app, area, buf);
    if division.top > 1
        && let Some(notice) = heading::notice(app)
    {
        pen::left(buf, Rect { y: area.y + 1, height: 1, ..area }, &notice, &app.shell.theme);
    }
    if let Some(list) = division.list {
        draw_list(app, place(area, list), buf);
    }
    if let (Some(story), Some(row)) = (division.story, app.alarms.current()) {
        let story = place(area, story);
        if let Some(list) = division.list {
            draw_rule(app, place(area, list), story, buf);
        }
        draw_story(app, row, story, buf);
    }
}

/// A part of the body on the screen.
fn place(area: Rect, spot: Spot) -> Rect {
    Rect { x: area.x + spot.x, y: area.y + spot.y, width: spot.width, height: spot.height }
}

fn draw_title(app: &App, area: Rect, buf: &mut Buffer) {
    let row = Rect { height: 1, ..area };
    let start = pen::right(buf, row, &heading::right(app, area.width), &app.shell.theme);
    let room = Rect { width: start.saturating_sub(area.x), ..row };
    pen::left(buf, room, &heading::left(app), &app.shell.theme);
}

fn draw_list(app: &App, area: Rect, buf: &mut Buffer) {
    let screen = &app.alarms;
    let columns = AlarmColumn::useful(app);
    let slots: Vec<Column> = columns.iter().map(|column| column.slot(app)).collect();
    let sorted = columns.iter().position(|column| *column == AlarmColumn::of(screen.order));
    let order = if screen.order.is_descending() == screen.reverse { Order::Ascending } else { Order::Descending };
    let empty = heading::empty(app);
    let table = Table {
        columns: &slots,
        rows: screen.rows.len(),
        offset: screen.offset,
        selected: (!screen.rows.is_empty()).then_some(screen.selected),
        sort: sorted.map(|at| (at, order)),
        focused: app.views.overlay().is_none(),
        empty: &empty,
    };
    table.draw(area, buf, &app.shell.theme, |row, column| match (screen.rows.get(row), columns.get(column)) {
        (Some(row), Some(column)) => column.pieces(app, row).into(),
        _ => Cell::default(),
    });
}

/// The line between the list and the story.
fn draw_rule(app: &App, list: Rect, story: Rect, buf: &mut Buffer) {
    if story.x > list.x {
        layout::draw_rule(list, buf, &app.shell.theme);
    } else {
        let style = app.shell.theme.style(Role::Border);
        buf.set_string(list.x, list.bottom(), "─".repeat(usize::from(list.width)), style);
    }
}

fn draw_story(app: &App, row: &AlarmRow, area: Rect, buf: &mut Buffer) {
    let (screen, theme) = (&app.alarms, &app.shell.theme);
    let Some(sheet) = Sheet::of(app, row, area.width, area.height) else { return };
    let mut y = area.y;
    for line in sheet.above.iter().take(usize::from(area.height)) {
        pen::left(buf, Rect { y, height: 1, ..area }, line, theme);
        y += 1;
    }
    if let Some(plot) = sheet.plot.as_ref().filter(|_| sheet.chart > 0) {
        let place = Rect { x: area.x + 1, y, width: area.width.saturating_sub(2), height: sheet.chart };
        plot.chart(sheet.has_axis()).draw(place, buf, theme);
        y += sheet.chart;
    }
    let scroll = if screen.whole { screen.scroll.min(sheet.most()) } else { 0 };
    let lines = sheet.below.iter().enumerate().skip(scroll).take(sheet.page());
    for (y, (at, line)) in (y..area.bottom()).zip(lines) {
        let row = Rect { y, height: 1, ..area };
        let is_chosen = screen.whole && sheet.related.get(screen.related) == Some(&at);
        if is_chosen {
            buf.set_style(row, theme.style(Role::Selection));
        }
        pen::left(buf, row, line, theme);
        if is_chosen {
            buf.set_string(row.x, y, CURSOR, theme.style(Role::Accent));
        }
    }
    let hidden = sheet.below.len().saturating_sub(scroll + sheet.page());
    if hidden > 0 && sheet.room > 0 {
        let last = Rect { y: area.bottom() - 1, height: 1, ..area };
        pen::over(buf, last, &[(format!(" ↓ {hidden} more "), Role::Accent)], theme);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Fault, FaultKind, Remote};
    use crate::screens::alarms::rebuild;
    use crate::screens::alarms::testing::{app, before, body, now, put, select, unread};
    use crate::services::alarms::{AlarmChange, Curve, Past};

    /// The body at the size of a terminal.
    fn shown(app: &mut App, columns: u16, rows: u16) -> String {
        app.shell.size = (columns, rows);
        rebuild(app);
        let (width, height) = body(app);
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        view(app, area, &mut buf);
        let row = |y: u16| (0..width).map(|x| buf[(x, y)].symbol()).collect::<String>();
        (0..height).map(row).collect::<Vec<String>>().join("\n")
    }

    /// With curve and history of the processor's alarm.
    fn read() -> App {
        let mut app = app();
        let points = (0..170).map(|i| (before(i * 60).as_second(), 40.0)).rev().collect();
        let curve = Curve { points, ..Curve::default() };
        let data = r#"{"oldState":{"stateValue":"OK"},"newState":{"stateValue":"ALARM","stateReason":"too much"}}"#;
        let changes = vec![AlarmChange::of(before(840), "StateUpdate", "s", data)];
        let alarms = &mut app.shell.world.sites[0].alarms;
        alarms.curves.insert("prod-cpu".into(), Remote::Ready { value: curve, at: now() });
        alarms.history.insert("prod-cpu".into(), Remote::Ready { value: Past { changes, cut: false }, at: now() });
        select(&mut app, "prod-cpu");
        app
    }

    fn has(frame: &str, words: &[&str]) {
        for words in words {
            assert!(frame.contains(words), "{words}:\n{frame}");
        }
    }

    #[test]
    fn the_list_says_what_rings_since_when_and_what_does_nothing() {
        let frame = shown(&mut read(), 80, 24);
        has(
            &frame,
            &[
                "2 in alarm, 1 insufficient data",
                "▸✖",
                "prod-cpu",
                "14m",
                "PROD",
                "off qa-cpu",
                "CPUUtilization > 80",
                "SINCE",
            ],
        );
        // The story stands below, with reason and curve.
        has(&frame, &["────", "since 2026-11-22 02:58:44Z (14m ago)", "because of prod-cpu", "CPUUtilization Average"]);
        has(&frame, &["40.0 %", "┄┄┄"]);
        let wide = shown(&mut read(), 120, 40);
        has(&wide, &["│", "CPUUtilization > 80", "Metric         AWS/RDS CPUUtilization", "OK → ALARM: too much"]);
    }

    #[test]
    fn the_whole_story_has_all_of_it() {
        let mut app = read();
        app.alarms.whole = true;
        let frame = shown(&mut app, 80, 60);
        has(
            &frame,
            &[
                "Part of",
                "▸  ✖ ALARM",
                "prod-all",
                "Actions        ALARM: ",
                "mute rules are not read",
                "What happened, UTC",
            ],
        );
        let mut app = self::app();
        select(&mut app, "prod-all");
        app.alarms.whole = true;
        let frame = shown(&mut app, 80, 30);
        has(
            &frame,
            &["made of other alarms", "Alarms of its rule", "✖ ALARM", "○ not read here", "ALARM(prod-cpu) OR"],
        );
    }

    #[test]
    fn nothing_is_never_blank() {
        has(&shown(&mut unread(), 80, 24), &["Alarms", "reading alarms …"]);
        let mut app = app();
        app.alarms.filter = "nowhere".into();
        has(&shown(&mut app, 80, 24), &["0 of 5", "nothing matches nowhere", "clears the filter"]);
        let kind = FaultKind::Unreachable;
        let fault = Fault { kind, call: "cloudwatch:DescribeAlarms".into(), message: String::new(), request_id: None };
        app.alarms.filter.clear();
        app.shell.world.sites[0].alarms.all.fail(fault);
        has(&shown(&mut app, 120, 24), &["▲ prod, qa (us-east-1)", "◌ list of 0s ago", "unreachable", "prod-cpu"]);
        let mut app = unread();
        put(&mut app, 0, Vec::new());
        put(&mut app, 1, Vec::new());
        has(&shown(&mut app, 80, 24), &["no CloudWatch alarms in any environment"]);
    }

    #[test]
    fn any_size_can_be_drawn() {
        for whole in [false, true] {
            let mut app = read();
            app.alarms.whole = whole;
            app.alarms.scroll = 1_000;
            for width in [1, 8, 20, 50, 80, 111, 250] {
                for height in [0, 1, 3, 5, 9, 18, 24, 60] {
                    shown(&mut app, width, height);
                }
            }
        }
    }
}
