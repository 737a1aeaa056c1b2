//! What lies over the screen: help, errors, menus.

pub(super) mod arm;
pub(super) mod errors;
pub(super) mod switcher;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tui_input::Input;

use crate::keymap::{Keymap, Layer};
use crate::screens::Screen;
use crate::screens::State;
use crate::screens::arm::ArmQuestion;
use crate::screens::code::CodePrompt;
use crate::screens::command::Command;
use crate::screens::menu::{Menu, Purpose};
use crate::theme::Role;
use crate::ui::environment::{CURSOR, names_width};
use crate::ui::pen::{self, Piece};
use crate::ui::{layout, text};
use crate::world::Scope;

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

/// Lines of the help: a heading, or keys and what they do.
enum HelpLine {
    Heading(&'static str),
    Keys(String, &'static str),
    Space,
}

fn help_lines(keymap: &Keymap, screen: Screen) -> Vec<HelpLine> {
    let (title, layer) = screen.keys();
    let here = (layer, title);
    let mut lines = Vec::new();
    for (layer, title) in
        [here, (Layer::Global, "Everywhere"), (Layer::Overlay, "Menus"), (Layer::Prompt, "While typing")]
    {
        if !lines.is_empty() {
            lines.push(HelpLine::Space);
        }
        lines.push(HelpLine::Heading(title));
        let bindings: Vec<_> = keymap.bindings(layer).collect();
        let mut said = Vec::new();
        for (_, action) in &bindings {
            if said.contains(action) {
                continue;
            }
            said.push(*action);
            // Nine lines that say the same would hide the rest.
            if action.environment().is_some_and(|index| index > 0) {
                continue;
            }
            let keys: Vec<&str> = bindings.iter().filter(|(_, a)| a == action).map(|(k, _)| k.as_str()).collect();
            let several = action.environment().map(|_| format!("{} … 9", keys.join(" ")));
            let does = if several.is_some() { "environment 1 … 9" } else { action.describe() };
            lines.push(HelpLine::Keys(several.unwrap_or_else(|| keys.join("  ")), does));
        }
    }
    lines
}

fn help_area(body: Rect) -> Rect {
    layout::popup(body, 64, body.height.saturating_sub(2).max(5))
}

/// How far the help can be scrolled in a terminal of this size.
#[must_use]
pub fn help_scroll_limit(keymap: &Keymap, screen: Screen, size: (u16, u16)) -> usize {
    let body = layout::regions(Rect::new(0, 0, size.0, size.1)).body;
    let height = usize::from(help_area(body).height.saturating_sub(2));
    help_lines(keymap, screen).len().saturating_sub(height)
}

/// All keys, made from the keymap.
pub fn help(state: &State, scroll: usize, body: Rect, buf: &mut Buffer) {
    let lines = help_lines(&state.shell.keymap, state.screen());
    let inside = window(state, help_area(body), "Keys", buf);
    for (row, line) in (inside.y..inside.bottom()).zip(lines.iter().skip(scroll)) {
        let area = Rect { y: row, height: 1, ..inside };
        match line {
            HelpLine::Heading(title) => pen::left(buf, area, &[((*title).into(), Role::Header)], &state.shell.theme),
            HelpLine::Keys(keys, does) => {
                let keys = text::fit(keys, 24.min(usize::from(area.width) / 2)).into_owned();
                pen::left(buf, area, &[(keys, Role::Key), (format!("  {does}"), Role::Text)], &state.shell.theme)
            }
            HelpLine::Space => area.x,
        };
    }
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

/// A menu, in the middle; the palette at the top, where eyes are while typing.
pub fn menu(state: &State, menu: &Menu, body: Rect, buf: &mut Buffer) {
    let typed = matches!(menu.purpose, Purpose::Palette | Purpose::Environments);
    let chrome = if typed { 3 } else { 2 };
    let switching = menu.purpose == Purpose::Environments;
    let longest = menu.visible().map(|i| text::width(&i.label) + text::width(&i.detail) + 12).max().unwrap_or(0);
    let least = match menu.purpose {
        // Account, role and expiry stand between name and place.
        Purpose::Environments => switcher::WIDTH,
        Purpose::Palette => 56,
        _ => 40,
    };
    let longest = longest.max(text::width(&menu.title) + 8);
    let width = u16::try_from(longest).unwrap_or(u16::MAX).max(least).min(body.width.saturating_sub(4));
    let count = u16::try_from(menu.len()).unwrap_or(u16::MAX).max(1);
    let height = (if typed { 24 } else { count }).saturating_add(chrome).min(body.height.saturating_sub(2)).max(4);
    let mut area = layout::popup(body, width, height);
    if typed {
        area.y = body.y + 1;
    }
    let mut inside = window(state, area, &menu.title, buf);
    if typed {
        prompt(state, "› ", &menu.input, inside, buf);
        inside = Rect { y: inside.y + 1, height: inside.height.saturating_sub(1), ..inside };
    }
    if menu.is_empty() {
        pen::left(buf, inside, &[("nothing matches".into(), Role::Dim)], &state.shell.theme);
        return;
    }
    let page = usize::from(inside.height).max(1);
    let offset = (menu.selected() + 1).saturating_sub(page);
    let below = menu.len().saturating_sub(offset + page);
    beyond(state, area, offset, below, buf);
    let environments = || state.shell.world.estate.environments().map(|(_, environment)| environment);
    let names = if switching { names_width(environments()) } else { 0 };
    for ((row, item), i) in (inside.y..inside.bottom()).zip(menu.visible().skip(offset)).zip(offset..) {
        let line = Rect { y: row, height: 1, ..inside };
        let chosen = i == menu.selected();
        if chosen {
            buf.set_style(line, state.shell.theme.style(Role::Selection));
        }
        let mut pieces: Vec<Piece> = vec![(format!("{} ", if chosen { CURSOR } else { " " }), Role::Accent)];
        if let Some(on) = item.checked {
            pieces.push((if on { "✔ " } else { "  " }.into(), Role::Accent));
        }
        match item.command {
            Command::Look(Scope::One(id)) if switching => pieces.extend(switcher::pieces(state, id, names)),
            Command::NotAvailable(_) => pieces.push((item.label.clone(), Role::Dim)),
            _ => pieces.push((item.label.clone(), Role::Text)),
        }
        let end = pen::left(buf, line, &pieces, &state.shell.theme);
        let room = Rect { x: end + 2, width: line.right().saturating_sub(end + 2), ..line };
        let narrow = text::width(&item.detail) > usize::from(room.width);
        // The region says more than the estate.
        let detail = item.detail.rsplit(' ').next().filter(|_| switching && narrow).unwrap_or(&item.detail);
        let detail = text::clip(detail, usize::from(room.width)).into_owned();
        pen::right(buf, room, &[(detail, Role::Dim)], &state.shell.theme);
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
