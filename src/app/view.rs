//! The frame around every screen, and what lies over it. Pure: state in, cells out.

use std::collections::BTreeSet;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::overlays::{self, errors};
use super::{foot, places};
use crate::domain::{Criticality, Environment, EnvironmentId, SiteId};
use crate::screens::State;
use crate::screens::fleet::{self, Standing, standing};
use crate::screens::{Screen, View, details, executions, plan};
use crate::shell::armed;
use crate::theme::Role;
use crate::ui::environment::{criticality_role, shown_name};
use crate::ui::pen::{self, Piece};
use crate::ui::{ascii, format, layout, text};
use crate::world::Scope;
use crate::world::data::SiteData;

pub use overlays::help::help_scroll_limit;

/// Draws everything.
pub fn draw(state: &State, frame: &mut Frame<'_>) {
    let area = frame.area();
    render(state, area, frame.buffer_mut());
}

/// Draws everything into a buffer.
pub fn render(state: &State, area: Rect, buf: &mut Buffer) {
    compose(state, area, buf);
    if state.shell.ascii {
        ascii::replace(buf);
    }
}

fn compose(state: &State, area: Rect, buf: &mut Buffer) {
    if layout::too_small(area) {
        layout::draw_too_small(area, buf, &state.shell.theme);
        return;
    }
    let mut parts = layout::regions(area);
    let running = executions::running_area(&state.shell, &mut parts.body);
    let said = foot::said_area(state, &mut parts.body);
    header(state, parts.header, buf);
    state.screen().draw(state, parts.body, buf);
    plan::view(state, parts.body, buf);
    foot::foot(state, parts.footer, buf);
    for (y, line) in (running.y..running.bottom()).zip(executions::running_lines(&state.shell, running.width)) {
        pen::left(buf, Rect { y, height: 1, ..running }, &line, &state.shell.theme);
    }
    for view in state.views.iter() {
        match view {
            View::Help(open) => overlays::help::help(state, open, parts.body, buf),
            View::Errors { selected } => errors::errors(state, *selected, parts.body, buf),
            View::Menu(menu) => overlays::menu::menu(state, menu, parts.body, buf),
            View::Executions(open) => executions::view(&state.shell, open, parts.body, buf),
            View::Details(open) => details::view(state, open, parts.body, buf),
            View::Arm(question) => overlays::arming(state, question, parts.body, buf),
            View::Code(code) => overlays::code(state, code, parts.body, buf),
            // Below the foot, and in it.
            View::Screen(_) | View::Plan(_) | View::Filter(_) => {}
        }
    }
    if let Some(area) = said {
        foot::said(state, area, buf);
    }
    overlays::filtered::problem(state, parts.body, buf);
    overlays::following::following(state, parts.body, buf);
}

fn header(state: &State, area: Rect, buf: &mut Buffer) {
    let line = Rect { height: 1, ..area };
    let start = pen::right(
        buf,
        Rect { width: line.width.saturating_sub(1), ..line },
        &who_and_when(state, line.width),
        &state.shell.theme,
    );
    // Two columns between what stands at the left and at the right.
    let room = Rect { width: start.saturating_sub(line.x + 2), ..line };
    let mut pieces: Vec<Piece> = vec![(" qd ".into(), Role::Accent)];
    if let Some(scenario) = &state.shell.world.estate.sandbox {
        pieces.push((" SANDBOX ".into(), Role::Sandbox));
        if area.width >= 150 {
            pieces.push((format!(" {scenario}"), Role::Dim));
        }
        pieces.push((" ".into(), Role::Text));
    }
    let left = pen::left(buf, room, &pieces, &state.shell.theme);
    chips(state, Rect { x: left, width: room.right().saturating_sub(left), ..room }, buf);
    if area.height > 1 {
        places::bar(state, Rect { y: area.y + 1, height: 1, ..area }, buf);
    }
}

/// Who we are, what is allowed, what time it is.
fn who_and_when(state: &State, width: u16) -> Vec<Piece> {
    let mut pieces = Vec::new();
    if width >= 100
        && let Some(identity) = identity(state)
    {
        pieces.push((identity, Role::Dim));
        pieces.extend(expiry(state));
        pieces.push(("   ".into(), Role::Text));
    }
    if let Some(endpoint) = state.shell.world.estate.endpoint.as_ref().filter(|_| width >= 100) {
        pieces.push((format!("{endpoint}   "), Role::Warning));
    }
    pieces.push(armed::standing(&state.shell));
    pieces.push((format!("  {}", format::clock(state.shell.world.now)), Role::Dim));
    let local = state.shell.world.now.to_zoned(state.shell.zone.clone());
    if width >= 120 && local.offset().seconds() != 0 {
        pieces.push((format!(" {}", local.strftime("%H:%M %Z")), Role::Dim));
    }
    pieces
}

/// How long the credentials that are looked through last; a warning in their last ten minutes.
fn expiry(state: &State) -> Option<Piece> {
    let known =
        state.shell.world.known().filter(|(site, _)| state.shell.world.estate.in_scope(state.shell.scope, *site));
    let first = known.filter_map(|(_, data)| data.identity.value()?.expires).min()?;
    Some(overlays::switcher::expiry(first, state.shell.world.now))
}

/// `reader@111122223333` of the environment that is looked at, or of all when they are one.
fn identity(state: &State) -> Option<String> {
    let site = match (state.shell.scope, state.screen(), state.views.database()) {
        (_, Screen::Database, Some(open)) => open.site,
        (Scope::One(id), ..) => state.shell.world.estate.environment(id)?.site,
        _ if state.shell.world.estate.only_session().is_some() => {
            state.shell.world.estate.environments().next()?.1.site
        }
        _ => {
            return match accounts(state) {
                0 => None,
                1 => Some("1 account".into()),
                count => Some(format!("{count} accounts")),
            };
        }
    };
    let identity = state.shell.world.site(site)?.identity.value()?;
    Some(format!("{}@{}", identity.name(), identity.account))
}

/// Different accounts that are looked at: what answered, or else what has to answer. Several
/// sessions may lead to one.
fn accounts(state: &State) -> usize {
    let account = |(site, data): (SiteId, &SiteData)| -> Option<String> {
        let known = data.identity.value().map(|identity| identity.account.clone());
        known.or_else(|| state.shell.world.estate.expected_account(site).map(ToOwned::to_owned))
    };
    state.shell.world.known().filter_map(account).collect::<BTreeSet<String>>().len()
}

/// The environments in the order of the fleet, each with its number key and its mark; the one that is looked at is
/// marked. Where there is no room for all, long names are cut, then the worst are those that are shown.
fn chips(state: &State, area: Rect, buf: &mut Buffer) {
    let order = fleet::order(&state.shell.world.estate);
    let known = |id: &EnvironmentId| Some((*id, state.shell.world.estate.environment(*id)?));
    let environments: Vec<(EnvironmentId, &Environment)> = order.iter().filter_map(known).collect();
    let names: Vec<String> = environments.iter().map(|(_, environment)| shown_name(environment)).collect();
    let room = usize::from(area.width).saturating_sub(1);
    let made = |names: &[String]| -> Vec<(Standing, Vec<Piece>)> {
        let each = environments.iter().zip(names).enumerate();
        each.map(|(at, ((id, environment), name))| chip(state, at, *id, environment, name)).collect()
    };
    let mut all = made(&names);
    if whole_width(&all) > room
        && let Some(short) = shortened(&names, SHORT)
    {
        all = made(&short);
    }
    let widths: Vec<usize> = all.iter().map(|(_, pieces)| pen::width(pieces)).collect();
    let here = match state.shell.scope {
        Scope::All => None,
        Scope::One(id) => order.iter().position(|other| *other == id),
    };
    let standings: Vec<Standing> = all.iter().map(|(standing, _)| *standing).collect();
    let shown = fitting(&standings, &widths, here, room);
    // What is left of the room is for the names of those that are shown.
    let taken = |all: &[(Standing, Vec<Piece>)]| -> usize {
        let widths =
            shown.iter().filter_map(|index| all.get(*index)).map(|(_, pieces)| pen::width(pieces) + usize::from(GAP));
        widths.sum::<usize>() + if shown.len() < all.len() { MORE } else { 0 }
    };
    let longest = names.iter().map(|name| text::width(name)).max().unwrap_or(0);
    let longer = (SHORT + 1..=longest).rev().filter_map(|limit| shortened(&names, limit)).map(|names| made(&names));
    if let Some(roomy) = longer.filter(|_| !shown.is_empty()).find(|all| taken(all) <= room + usize::from(GAP)) {
        all = roomy;
    }
    let mut x = area.x + 1;
    let room = |x: u16| Rect { x, width: area.right().saturating_sub(x), ..area };
    for index in &shown {
        if let Some((_, pieces)) = all.get(*index) {
            x = pen::left(buf, room(x), pieces, &state.shell.theme) + GAP;
        }
    }
    let hidden = (0..all.len()).filter(|index| !shown.contains(index));
    if let Some(worst) = hidden.filter_map(|index| standings.get(index)).max() {
        let role = if *worst >= Standing::Unreadable { worst.mark().1 } else { Role::Dim };
        pen::left(buf, room(x), &[(format!("+{}", all.len() - shown.len()), role)], &state.shell.theme);
    }
}

/// Columns between two environments in the header.
const GAP: u16 = 2;
/// Columns for the number of those that have no room.
const MORE: usize = 4;

/// Columns of a name that is cut: it still tells environments apart.
const SHORT: usize = 8;
/// So many environments have a key.
const NUMBERED: usize = 9;

/// Columns that all of them take.
fn whole_width(all: &[(Standing, Vec<Piece>)]) -> usize {
    let gaps = usize::from(GAP) * all.len().saturating_sub(1);
    all.iter().map(|(_, pieces)| pen::width(pieces)).sum::<usize>() + gaps
}

/// The names, cut where they are longer; none, where two of them would be the same then.
fn shortened(names: &[String], limit: usize) -> Option<Vec<String>> {
    let short: Vec<String> = names.iter().map(|name| text::clip(name, limit).into_owned()).collect();
    let different: BTreeSet<&String> = short.iter().collect();
    (different.len() == short.len()).then_some(short)
}

/// Number, mark and name of an environment.
fn chip(state: &State, at: usize, id: EnvironmentId, environment: &Environment, name: &str) -> (Standing, Vec<Piece>) {
    let standing = standing(&state.fleet, id);
    let here = state.shell.scope == Scope::One(id);
    let name = if here { format!("[{name}]") } else { name.to_owned() };
    let mut pieces = Vec::new();
    if at < NUMBERED && state.shell.world.estate.count() > 1 {
        pieces.push((format!("{} ", at + 1), Role::Dim));
    }
    pieces.push(standing.mark());
    if environment.criticality == Criticality::Production {
        pieces.push((format!(" {name} "), Role::Production));
    } else {
        let role = criticality_role(environment.criticality);
        pieces.push((" ".into(), Role::Text));
        pieces.push((name, if here || standing >= Standing::Warning { role } else { Role::Dim }));
    }
    (standing, pieces)
}

/// Which environments are shown in so many columns, in their own order: all, or else the one that is
/// looked at and the worst.
fn fitting(standings: &[Standing], widths: &[usize], here: Option<usize>, room: usize) -> Vec<usize> {
    let gap = usize::from(GAP);
    let whole = widths.iter().sum::<usize>() + gap * widths.len().saturating_sub(1);
    if whole <= room {
        return (0..widths.len()).collect();
    }
    let mut order: Vec<usize> = (0..widths.len()).collect();
    order.sort_by_key(|index| (Some(*index) != here, std::cmp::Reverse(standings.get(*index).copied())));
    let mut used = MORE;
    let mut shown: Vec<usize> = order
        .into_iter()
        .take_while(|index| {
            used += widths.get(*index).copied().unwrap_or_default() + gap;
            used <= room
        })
        .collect();
    shown.sort_unstable();
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_only_where_they_still_differ() {
        let names = |all: &[&str]| all.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>();
        assert_eq!(shortened(&names(&["PROD", "PRODUCTION"]), SHORT), Some(names(&["PROD", "PRODUCT…"])));
        assert_eq!(shortened(&names(&["customer-one", "customer-two"]), SHORT), None);
    }

    #[test]
    fn the_worst_environment_has_a_place_in_the_header() {
        let mut standings = vec![Standing::Well; 100];
        standings[97] = Standing::Critical;
        standings[40] = Standing::Warning;
        let widths = vec![6; 100];
        let shown = fitting(&standings, &widths, None, 30);
        assert_eq!(shown, [0, 40, 97], "in their own order");
        assert_eq!(fitting(&standings, &widths, Some(5), 30), [5, 40, 97]);
        assert_eq!(fitting(&standings[..3], &widths[..3], None, 22), [0, 1, 2], "all that fit");
        assert_eq!(fitting(&standings, &widths, None, 3), Vec::<usize>::new());
    }
}
