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
