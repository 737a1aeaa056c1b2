//! A menu, whatever there is to choose from.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::operations::operations;
use super::{beyond, prompt, switcher, window};
use crate::screens::State;
use crate::screens::command::Command;
use crate::screens::menu::{Menu, Purpose};
use crate::theme::Role;
use crate::ui::environment::{CURSOR, names_width};
use crate::ui::pen::{self, Piece};
use crate::ui::{layout, text};
use crate::world::Scope;

/// A menu, in the middle; the palette at the top, where eyes are while typing.
pub fn menu(state: &State, menu: &Menu, body: Rect, buf: &mut Buffer) {
    if menu.purpose == Purpose::Operations {
        return operations(state, menu, body, buf);
    }
    let typed = matches!(menu.purpose, Purpose::Palette | Purpose::Environments);
    let chrome = if typed { 3 } else { 2 };
    let switching = menu.purpose == Purpose::Environments;
    let is_palette = menu.purpose == Purpose::Palette;
    // The palette has thousands of them, and keeps its width while they become fewer.
    let measured = menu.visible().take(if is_palette { 0 } else { usize::MAX });
    let longest = measured.map(|i| text::width(&i.label) + text::width(&i.detail) + 12).max().unwrap_or(0);
    let least = match menu.purpose {
        // Account, role and expiry stand between name and place.
        Purpose::Environments => switcher::WIDTH,
        Purpose::Palette => 100,
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
        if is_palette {
            found(state, line, &pieces, &item.detail, buf);
            continue;
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

/// A line of the palette: what kind of thing it is stands at the right end, however long its name is.
fn found(state: &State, line: Rect, pieces: &[Piece], detail: &str, buf: &mut Buffer) {
    let width = usize::from(line.width);
    let needed = pen::width(pieces);
    // What it is of has half of the line where its name is long: which one it is must not be guessed. The words for the
    // kinds begin below each other.
    let said = detail.trim_end();
    let (more, kind) = said.rsplit_once("  ").unwrap_or(("", said));
    let kind = format!("{kind}{}", &detail[said.len()..]);
    let room = width.saturating_sub(text::width(&kind) + 4);
    let room = room.saturating_sub(needed).max(room / 2);
    let more = if more.is_empty() { String::new() } else { format!("{}  ", text::clip(more, room)) };
    let start = pen::right(buf, line, &[(format!("{more}{kind}"), Role::Dim)], &state.shell.theme);
    let room = Rect { width: start.saturating_sub(line.x + 2), ..line };
    pen::left(buf, room, pieces, &state.shell.theme);
}
