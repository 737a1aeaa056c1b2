//! What lies over the screen: help, errors, menus.

pub(super) mod arm;
pub(super) mod errors;
pub(super) mod filtered;
pub(super) mod following;
pub(super) mod help;
pub(super) mod menu;
mod operations;
pub(super) mod switcher;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tui_input::Input;

use crate::screens::State;
use crate::screens::arm::ArmQuestion;
use crate::screens::code::CodePrompt;
use crate::theme::Role;
use crate::ui::layout;
use crate::ui::pen::{self, Piece};

/// Clears a popup's place and draws its border and title; gives the inside.
fn window(state: &State, area: Rect, title: &str, buf: &mut Buffer) -> Rect {
    let theme = &state.shell.theme;
    let style = theme.style(Role::BorderFocus);
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            if let Some(cell) = buf.cell_mut((x, y)) {
                cell.reset();
                cell.set_style(theme.style(Role::Text));
            }
        }
    }
    if area.width < 4 || area.height < 3 {
        return area;
    }
    let line = "─".repeat(usize::from(area.width) - 2);
    buf.set_string(area.x, area.y, format!("╭{line}╮"), style);
    buf.set_string(area.x, area.bottom() - 1, format!("╰{line}╯"), style);
    for y in area.y + 1..area.bottom() - 1 {
        buf.set_string(area.x, y, "│", style);
        buf.set_string(area.right() - 1, y, "│", style);
    }
    let room = Rect { x: area.x + 2, width: area.width - 4, height: 1, ..area };
    pen::left(buf, room, &[(format!(" {title} "), Role::Accent)], theme);
    Rect { x: area.x + 2, y: area.y + 1, width: area.width - 4, height: area.height - 2 }
}

/// On the frame of a list: how many of its lines are above and below what is shown.
fn beyond(state: &State, area: Rect, above: usize, below: usize, buf: &mut Buffer) {
    if area.width < 4 || area.height < 3 {
        return;
    }
    let inner = Rect { x: area.x + 2, width: area.width - 4, height: 1, ..area };
    if above > 0 {
        // Not over the title, which stands at the left end of the same line.
        let right = Rect { x: inner.x + inner.width / 2, width: inner.width - inner.width / 2, ..inner };
        pen::right(buf, right, &[(format!(" ↑ {above} "), Role::Accent)], &state.shell.theme);
    }
    if below > 0 {
        let bottom = Rect { y: area.bottom() - 1, ..inner };
        pen::right(buf, bottom, &[(format!(" ↓ {below} more "), Role::Accent)], &state.shell.theme);
    }
}

/// A line of text being typed, with its cursor.
pub fn prompt(state: &State, lead: &str, input: &Input, area: Rect, buf: &mut Buffer) {
    let start = pen::left(buf, area, &[(lead.into(), Role::Key)], &state.shell.theme);
    let width = usize::from(area.right().saturating_sub(start)).saturating_sub(1);
    let scroll = input.visual_scroll(width);
    let shown: String = input.value().chars().skip(scroll).collect();
    pen::left(
        buf,
        Rect { x: start, width: area.right().saturating_sub(start), ..area },
        &[(shown, Role::Text)],
        &state.shell.theme,
    );
    let cursor = start + u16::try_from(input.visual_cursor().saturating_sub(scroll)).unwrap_or(0);
    if let Some(cell) = buf.cell_mut((cursor.min(area.right().saturating_sub(1)), area.y)) {
        cell.modifier.insert(ratatui::style::Modifier::REVERSED);
    }
}

/// The question before an environment is armed.
pub fn arming(state: &State, question: &ArmQuestion, body: Rect, buf: &mut Buffer) {
    let width = arm::WIDTH.min(body.width);
    let lines = arm::lines(state, question, usize::from(width.saturating_sub(3)));
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let inside = arm::frame(state, question).draw(layout::popup(body, width, height), buf, &state.shell.theme);
    // The column beside the frame is for the mark.
    let inside = Rect { x: inside.x.saturating_sub(1), width: inside.width + 1, ..inside };
    for (y, line) in (inside.y..inside.bottom()).zip(&lines) {
        pen::left(buf, Rect { y, height: 1, ..inside }, line, &state.shell.theme);
    }
}

/// The question for an MFA code. What is typed shows as dots.
pub fn code(state: &State, code: &CodePrompt, body: Rect, buf: &mut Buffer) {
    let inside = window(state, layout::popup(body, 60, 6), "MFA code", buf);
    let dots = "•".repeat(code.typed.chars().count());
    let lines: [Vec<Piece>; 3] = [
        vec![(format!("{} asks for the code of", code.session), Role::Text)],
        vec![(code.serial.clone(), Role::Dim)],
        vec![("code  ".into(), Role::Key), (dots, Role::Text), ("▏".into(), Role::Accent)],
    ];
    for (y, line) in (inside.y..inside.bottom()).zip(&lines) {
        pen::left(buf, Rect { y, height: 1, ..inside }, line, &state.shell.theme);
    }
}
