//! How the audit screen is drawn. Only visible rows are touched.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::cells::AuditColumn;
use super::places::AuditParts;
use super::{heading, sheet};
use crate::screens::State as App;
use crate::theme::Role;
use crate::trail::Row;
use crate::ui::table::{Cell, Column, Order, Table};
use crate::ui::{layout, pen};

/// Draws the screen into the body of the frame.
pub fn view(app: &App, area: Rect, buf: &mut Buffer) {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return;
    }
    let parts = AuditParts::of(app, area.width, area.height);
    let above = heading::lines(app, usize::from(area.width));
    pen::lines(buf, Rect { height: parts.top, ..area }, &above, 0, &app.shell.theme);
    let rest = Rect { y: area.y + parts.top, height: area.height - parts.top, ..area };
    let Some(row) = app.audit.current_row() else {
        return draw_list(app, rest, buf);
    };
    if parts.list == 0 {
        return draw_story(app, row, rest, app.audit.scroll, buf);
    }
    let width = if parts.story > 0 { rest.width - parts.story - 1 } else { rest.width };
    draw_list(app, Rect { width, height: parts.list, ..rest }, buf);
    if parts.story > 0 {
        layout::draw_rule(Rect { width, ..rest }, buf, &app.shell.theme);
        draw_story(app, row, Rect { x: rest.x + width + 1, width: parts.story, ..rest }, 0, buf);
    }
    if parts.foot > 0 {
        let y = rest.y + parts.list;
        buf.set_string(rest.x, y, "─".repeat(usize::from(rest.width)), app.shell.theme.style(Role::Border));
        let below = Rect { y: y + 1, height: parts.foot - 1, ..rest };
        pen::lines(buf, below, &sheet::short(row), 0, &app.shell.theme);
    }
}

fn draw_list(app: &App, area: Rect, buf: &mut Buffer) {
    let screen = &app.audit;
    let columns = AuditColumn::useful(app);
    let slots: Vec<Column> = columns.iter().map(|column| column.slot(app)).collect();
    let when = columns.iter().position(|column| *column == AuditColumn::When);
    let order = if screen.reverse { Order::Ascending } else { Order::Descending };
    let empty = heading::empty(app);
    let table = Table {
        columns: &slots,
        rows: screen.rows.len(),
        offset: screen.offset,
        selected: (!screen.rows.is_empty()).then_some(screen.selected),
        sort: when.map(|at| (at, order)),
        focused: app.views.overlay().is_none(),
        empty: &empty,
    };
    table.draw(area, buf, &app.shell.theme, |row, column| match (screen.row(row), columns.get(column)) {
        (Some(row), Some(column)) => column.pieces(app, row).into(),
        _ => Cell::default(),
    });
}

fn draw_story(app: &App, row: &Row, area: Rect, scroll: usize, buf: &mut Buffer) {
    let Some(telling) = &app.audit.telling else { return };
    let lines = sheet::lines(app, telling, row, usize::from(area.width));
    pen::scrolled(buf, area, &lines, scroll, &app.shell.theme);
}

#[cfg(test)]
mod tests {
    use crate::screens::audit::testing::{app, journal, now, shown, told, unread};
    use crate::screens::audit::{filter, take};

    fn has(frame: &str, words: &[&str]) {
        for words in words {
            assert!(frame.contains(words), "{words}:\n{frame}");
        }
    }

    #[test]
    fn it_says_whether_the_chain_holds_whose_it_is_and_how_far_back() {
        let mut app = app();
        let frame = shown(&mut app, 80, 24);
        has(&frame, &["● 6 records, chain intact, back to 2026-11-22 (6m)", "changes to AWS, of alice"]);
        has(&frame, &["/home/alice/state/journal.jsonl", "WHEN (UTC)", "11-22 03:11Z", "disarmed", "stop rentaliq-"]);
        has(&frame, &["PROD", "qa", "refused", "▲", "◆", "reader/oncall", "Why            time is up"]);
        assert!(frame.lines().take(3).all(|line| !line.contains('▲')), "{frame}");
        let wide = shown(&mut app, 200, 50);
        has(&wide, &["2026-11-22 03:11:44Z", "INC-3 ?[2J", "│", "Disarmed     time is up"]);
    }

    #[test]
    fn what_is_wrong_with_it_is_said_and_not_cut() {
        let mut app = unread();
        let (text, head) = journal(2);
        take(&mut app, Ok(told(&text.replace("INC-3", "INC-4"), &head, 100)));
        has(&shown(&mut app, 80, 24), &["✖ the journal was altered at line 4: entry 4", "its hash", "qd audit verify"]);
        take(&mut app, Ok(told(&text[..text.len() - 9], &head, 100)));
        has(&shown(&mut app, 80, 24), &["▲ 1 line cannot be read"]);
        take(&mut app, Err("disk \u{1b} on fire".into()));
        app.shell.world.now = now().checked_add(jiff::SignedDuration::from_mins(4)).unwrap();
        has(&shown(&mut app, 80, 24), &["▲ not read again, this is of 4m ago: disk ? on fire", "disarmed"]);
    }

    #[test]
    fn nothing_is_never_blank() {
        has(&shown(&mut unread(), 80, 24), &[" Audit", "reading the journal …"]);
        let mut app = unread();
        take(&mut app, Err("locked by process 7".into()));
        has(&shown(&mut app, 80, 24), &["the journal was not read: locked by process 7   R tries again"]);
        take(&mut app, Ok(told("", b"", 100)));
        has(&shown(&mut app, 80, 24), &["nothing was recorded yet"]);
        let mut app = self::app();
        filter(&mut app, "nowhere".into());
        has(&shown(&mut app, 80, 24), &["/nowhere  0 of 6", "nothing matches nowhere   Esc clears the filter"]);
    }

    #[test]
    fn any_size_can_be_drawn() {
        for whole in [false, true] {
            let mut app = app();
            app.audit.go(1, 5);
            (app.audit.whole, app.audit.scroll) = (whole, 1_000);
            for width in [1, 8, 20, 50, 80, 111, 150, 250] {
                for height in [3, 4, 6, 9, 12, 24, 60] {
                    shown(&mut app, width, height);
                }
            }
        }
    }
}
