//! The frame around every screen, and what lies over it. Pure: state in, cells out.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::state::{Overlay, Screen, State};
use super::toast::Tone;
use super::{Scope, overlays};
use crate::domain::{Criticality, FaultKind, SiteId};
use crate::keymap::Action;
use crate::screens::databases::{Level, mark};
use crate::screens::{database, databases, fleet};
use crate::theme::Role;
use crate::ui::environment::{criticality_role, shown_name};
use crate::ui::pen::{self, Piece};
use crate::ui::{format, layout};

pub use overlays::help_scroll_limit;

/// Draws everything.
pub fn draw(state: &State, frame: &mut Frame<'_>) {
    let area = frame.area();
    render(state, area, frame.buffer_mut());
}

/// Draws everything into a buffer.
pub fn render(state: &State, area: Rect, buf: &mut Buffer) {
    if layout::too_small(area) {
        layout::draw_too_small(area, buf, &state.theme);
        return;
    }
    let parts = layout::regions(area);
    header(state, parts.header, buf);
    match state.screen {
        Screen::Fleet => fleet::view(state, parts.body, buf),
        Screen::Databases => databases::view(state, parts.body, buf),
        Screen::Database => database::view(state, parts.body, buf),
    }
    footer(state, parts.footer, buf);
    if let Some(code) = &state.code {
        overlays::code(state, code, parts.body, buf);
        return;
    }
    match &state.overlay {
        None => {}
        Some(Overlay::Help { scroll }) => overlays::help(state, *scroll, parts.body, buf),
        Some(Overlay::Errors { selected }) => overlays::errors(state, *selected, parts.body, buf),
        Some(Overlay::Menu(menu)) => overlays::menu(state, menu, parts.body, buf),
    }
}

fn header(state: &State, area: Rect, buf: &mut Buffer) {
    let line = Rect { height: 1, ..area };
    let start = pen::right(
        buf,
        Rect { width: line.width.saturating_sub(1), ..line },
        &standing(state, line.width),
        &state.theme,
    );
    let room = Rect { width: start.saturating_sub(line.x + 1), ..line };
    let mut pieces: Vec<Piece> = vec![(" qd ".into(), Role::Accent)];
    if let Some(scenario) = &state.estate.sandbox {
        pieces.push((" SANDBOX ".into(), Role::Sandbox));
        if area.width >= 150 {
            pieces.push((format!(" {scenario}"), Role::Dim));
        }
        pieces.push((" ".into(), Role::Text));
    }
    let left = pen::left(buf, room, &pieces, &state.theme);
    chips(state, Rect { x: left, width: room.right().saturating_sub(left), ..room }, buf);
    if area.height > 1 {
        let below = Rect { y: area.y + 1, height: 1, ..area };
        if !notice(state, below, buf) {
            buf.set_string(below.x, below.y, "─".repeat(usize::from(below.width)), state.theme.style(Role::Border));
        }
    }
}

/// Who we are, what is allowed, what time it is.
fn standing(state: &State, width: u16) -> Vec<Piece> {
    let mut pieces = Vec::new();
    if width >= 100
        && let Some(identity) = identity(state)
    {
        pieces.push((identity, Role::Dim));
        pieces.extend(expiry(state));
        pieces.push(("   ".into(), Role::Text));
    }
    if let Some(endpoint) = state.estate.endpoint.as_ref().filter(|_| width >= 100) {
        pieces.push((format!("{endpoint}   "), Role::Warning));
    }
    pieces.push(("READ-ONLY".into(), Role::Text));
    pieces.push((format!("  {}", format::clock(state.now)), Role::Dim));
    let local = state.now.to_zoned(state.zone.clone());
    if width >= 120 && local.offset().seconds() != 0 {
        pieces.push((format!(" {}", local.strftime("%H:%M %Z")), Role::Dim));
    }
    pieces
}

/// How long the credentials that are looked through last; a warning in their last ten minutes.
fn expiry(state: &State) -> Option<Piece> {
    let in_scope = |site: &SiteId| state.estate.in_scope(state.scope, *site);
    let expiries = (0..state.sites.len()).map(SiteId).filter(in_scope);
    let first = expiries.filter_map(|site| state.site(site)?.identity.value()?.expires).min()?;
    let left = first.duration_since(state.now);
    if left.as_secs() <= 0 {
        return Some((" expired".into(), Role::Critical));
    }
    let role = if left.as_secs() < 600 { Role::Warning } else { Role::Dim };
    Some((format!(" {}", format::coarse_age(left.unsigned_abs())), role))
}

/// `reader@111122223333` of the environment that is looked at, or of all when they are one.
fn identity(state: &State) -> Option<String> {
    let site = match (state.scope, state.screen, &state.database) {
        (_, Screen::Database, Some(open)) => open.site,
        (Scope::One(index), ..) => state.estate.environments.get(index)?.site,
        _ if state.estate.sessions.len() == 1 => state.estate.environments.first()?.site,
        _ => return Some(format!("{} accounts", state.estate.sessions.len())),
    };
    let identity = state.site(site)?.identity.value()?;
    Some(format!("{}@{}", identity.name(), identity.account))
}

/// The environments, each with its worst level; the one that is looked at is marked.
fn chips(state: &State, area: Rect, buf: &mut Buffer) {
    let mut x = area.x + 1;
    let count = state.estate.environments.len();
    for (i, environment) in state.estate.environments.iter().enumerate() {
        let level = state.databases.levels.get(i).copied().unwrap_or(Level::Unknown);
        let stale = environment.sites().filter_map(|s| state.site(s)).any(|data| data.databases.fault().is_some());
        let here = state.scope == Scope::One(i);
        let name = shown_name(environment);
        let role = criticality_role(environment.criticality);
        let production = environment.criticality == Criticality::Production;
        let read = environment.sites().filter_map(|s| state.site(s)).any(|data| data.databases.value().is_some());
        let health = match (stale && level <= Level::Good, read) {
            (true, true) => ("◌".into(), Role::Warning),
            (true, false) => ("○".into(), Role::Warning),
            (false, _) => mark(level),
        };
        let mut pieces = vec![health, (if production { "" } else { " " }.into(), Role::Text)];
        pieces.push((
            if here { format!("[{name}]") } else { name },
            if here || level > Level::Good { role } else { Role::Dim },
        ));
        if production && let Some(last) = pieces.last_mut() {
            last.1 = Role::Production;
            last.0 = format!(" {} ", last.0);
        }
        let width = u16::try_from(pen::width(&pieces)).unwrap_or(u16::MAX);
        let more = format!("+{}", count - i);
        let reserve = if i + 1 < count { 5 } else { 0 };
        if x.saturating_add(width + reserve) > area.right() {
            pen::left(
                buf,
                Rect { x, width: area.right().saturating_sub(x), ..area },
                &[(more, Role::Dim)],
                &state.theme,
            );
            return;
        }
        pen::left(buf, Rect { x, width, ..area }, &pieces, &state.theme);
        x += width + 2;
    }
}

/// The worst thing that keeps the screen from being the whole truth, in the place of the rule.
fn notice(state: &State, area: Rect, buf: &mut Buffer) -> bool {
    let standing: Vec<_> = state.faults.iter().filter(|entry| entry.mended.is_none()).collect();
    let in_scope = |entry: &&&super::faults::Entry| state.estate.in_scope(state.scope, entry.target.site);
    let weight = |entry: &super::faults::Entry| match entry.fault.kind {
        FaultKind::Expired { .. } => 3,
        FaultKind::Denied { .. } => 2,
        _ => 1,
    };
    let Some(worst) = standing.iter().filter(in_scope).max_by_key(|entry| weight(entry)) else { return false };
    let age = format::coarse_age(format::since(state.now, worst.first));
    let mut pieces: Vec<Piece> = vec![
        (" ▲ ".into(), Role::Warning),
        (format!("{}: {} {}", worst.place, worst.target.dataset.title(), worst.fault.word()), Role::Warning),
        (format!(" {age}"), Role::Stale),
        (format!("  {}", worst.fault.advice()), Role::Text),
    ];
    if standing.len() > 1 {
        pieces.push((format!("  +{}", standing.len() - 1), Role::Dim));
    }
    pen::left(buf, area, &pieces, &state.theme);
    true
}

fn footer(state: &State, area: Rect, buf: &mut Buffer) {
    let mut right: Vec<Piece> = Vec::new();
    let pending: String = state.resolver.pending().iter().map(|key| key.label()).collect();
    if !pending.is_empty() {
        right.push((format!("{pending}…  "), Role::Accent));
    }
    let calls: u64 = state.calls.values().sum();
    if calls > 0 && area.width >= 100 {
        let role = if state.is_over_ceiling() { Role::Warning } else { Role::Dim };
        let slowed = if state.is_over_ceiling() { " over the ceiling, metrics slowed" } else { "" };
        right.push((format!("{calls} calls/min  ${:.2}/h{slowed}   ", state.spend_an_hour()), role));
    }
    let errors = state.faults.standing();
    if errors > 0 {
        let words = if errors == 1 { "error" } else { "errors" };
        right.push((format!("! {errors} {words}"), Role::Warning));
    }
    if let Some(toast) = &state.toast {
        right = vec![(toast.text.clone(), if toast.tone == Tone::Bad { Role::Warning } else { Role::Accent })];
    }
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let mut room = inner;
    if !right.is_empty() {
        let start = if pen::width(&right) >= usize::from(inner.width) {
            pen::left(buf, inner, &right, &state.theme);
            inner.x
        } else {
            pen::right(buf, inner, &right, &state.theme)
        };
        room.width = start.saturating_sub(inner.x + 2);
    }
    if let Some(prompt) = state.databases.prompt.as_ref().filter(|_| state.overlay.is_none()) {
        overlays::prompt(state, "/", prompt, room, buf);
        return;
    }
    let actions = match (&state.overlay, state.screen) {
        (Some(overlay), _) => overlays::hints(overlay),
        (None, Screen::Fleet) => fleet::hints(state),
        (None, Screen::Databases) => databases::hints(state),
        (None, Screen::Database) => database::hints(state),
    };
    hints(state, &actions, room, buf);
}

/// Keys that work here, most useful first; those that do not fit are left out.
fn hints(state: &State, actions: &[(Action, &str)], area: Rect, buf: &mut Buffer) {
    let layers = state.layers();
    let mut x = area.x;
    for (action, word) in actions {
        let Some(keys) = state.keymap.key_for(layers, *action) else { continue };
        let pieces = [(keys, Role::Key), (format!(" {word}"), Role::Dim)];
        let width = u16::try_from(pen::width(&pieces)).unwrap_or(u16::MAX);
        if x.saturating_add(width) > area.right() {
            break;
        }
        pen::left(buf, Rect { x, width, ..area }, &pieces, &state.theme);
        x += width + 2;
    }
}
