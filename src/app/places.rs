//! The bar of places under the header: where one is, and how bad it is everywhere else; what keeps the screen from
//! being the whole truth stands beside it.

mod clusters;

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::notice;
use super::overlays::errors;
use crate::domain::{EnvironmentId, FaultKind};
use crate::keymap::{Action, Layer};
use crate::screens::State;
use crate::screens::fleet::{self, Standing};
use crate::screens::{Screen, alarms, audit, secrets};
use crate::slices::reads::Target;
use crate::theme::Role;
use crate::ui::pen::{self, Piece};
use crate::ui::text;
use crate::world::Scope;
use crate::world::faults::Entry;

/// Columns between two places, and before what stands beside them.
const GAP: usize = 3;
/// Where there are fewer columns, a notice that does not fit beside the places has the row alone.
const ROOMY: u16 = 120;

/// Draws the bar, with the notice where there is one. The places stand still while it comes and goes.
pub fn bar(state: &State, area: Rect, buf: &mut Buffer) {
    let places = places(state, usize::from(area.width));
    let notice = Notice::of(state);
    let used = pen::width(&places) + GAP;
    let left = usize::from(area.width).saturating_sub(used);
    let is_alone = notice.as_ref().is_some_and(|notice| area.width < ROOMY && notice.width() > left);
    let mut room = area;
    if !is_alone {
        pen::left(buf, area, &places, &state.shell.theme);
        let used = u16::try_from(used).unwrap_or(u16::MAX).min(area.width);
        room = Rect { x: area.x + used, width: area.width - used, ..area };
    }
    if let Some(notice) = notice {
        notice.draw(state, room, buf);
    }
}

/// The places in the order in which they are gone through at an incident, each with its worst mark; where there is no
/// room for all, the one that one is at.
fn places(state: &State, width: usize) -> Vec<Piece> {
    let standing = |scope: Scope, of: fn(&fleet::State, EnvironmentId) -> Standing| {
        let all = fleet::order(&state.shell.world.estate)
            .into_iter()
            .filter(|id| scope == Scope::All || scope == Scope::One(*id));
        let worst = all.map(|id| of(&state.fleet, id)).max();
        worst.unwrap_or(Standing::Empty).mark()
    };
    let all = [
        (Screen::Fleet, standing(Scope::All, fleet::standing)),
        (Screen::Databases, standing(state.shell.scope, fleet::standing_of_databases)),
        (Screen::Clusters, clusters::mark(state)),
        (Screen::Alarms, alarms::mark(state)),
        (Screen::Secrets, secrets::mark(state)),
        (Screen::Audit, audit::mark(state)),
    ];
    let here = match state.screen() {
        Screen::Database => Screen::Databases,
        Screen::Cluster | Screen::Workloads | Screen::ClusterObject | Screen::Logs => Screen::Clusters,
        other => other,
    };
    let place = |(screen, mark): &(Screen, Piece), lead: usize| -> [Piece; 3] {
        let role = if *screen == here { Role::Accent } else { Role::Dim };
        [(" ".repeat(lead), Role::Text), mark.clone(), (format!(" {}", screen.keys().0), role)]
    };
    let bar: Vec<Piece> =
        all.iter().enumerate().flat_map(|(at, known)| place(known, if at == 0 { 1 } else { GAP })).collect();
    if pen::width(&bar) <= width {
        return bar;
    }
    all.iter().filter(|(screen, _)| *screen == here).flat_map(|known| place(known, 1)).collect()
}

/// The worst thing that keeps the screen from being the whole truth; the newest of several that are as bad.
struct Notice<'a> {
    worst: &'a Entry,
    /// Where it is.
    place: String,
    /// Of this role.
    mark: Piece,
    now: Timestamp,
    /// How many others there are, and the key that shows them.
    more: Option<Piece>,
}

impl<'a> Notice<'a> {
    fn of(state: &'a State) -> Option<Self> {
        let world = &state.shell.world;
        // Production first, and what the rest is read through before the rest.
        let counts = |target: &Target| {
            let criticality = world.estate.of_site(target.site).map(|e| e.criticality).max();
            let basic = target.read.is_basic();
            world.estate.in_scope(state.shell.scope, target.site).then_some((criticality, basic))
        };
        let worst = world.faults.worst(counts)?;
        let strange = matches!(worst.fault.kind, FaultKind::WrongAccount { .. });
        let (mark, role) = if strange { (" ✖ ", Role::Critical) } else { (" ▲ ", Role::Warning) };
        let others = world.faults.causes(&world.estate).saturating_sub(1);
        let more = (others > 0).then(|| {
            let key = state.shell.keymap.key_for(&[Layer::Global], Action::Errors).unwrap_or_default();
            let words = if key.is_empty() { format!("+{others} more") } else { format!("+{others} more: {key}") };
            (words, Role::Warning)
        });
        Some(Self { worst, place: errors::place(state, worst), mark: (mark.into(), role), now: world.now, more })
    }

    /// What is said of it in so many columns, with its mark.
    fn what(&self, width: usize) -> Vec<Piece> {
        let (mark, role) = &self.mark;
        let room = width.saturating_sub(text::width(mark));
        let mut pieces = vec![self.mark.clone()];
        pieces.extend(notice::pieces(&self.place, self.worst, *role, self.now, room));
        pieces
    }

    /// Columns that all of it takes, with what stands around it.
    fn width(&self) -> usize {
        let more = self.more.as_ref().map_or(0, |more| pen::width(std::slice::from_ref(more)) + 3);
        pen::width(&self.what(usize::MAX)) + more
    }

    fn draw(&self, state: &State, area: Rect, buf: &mut Buffer) {
        let mut room = area;
        if let Some(more) = &self.more {
            // At the right end, where a long advice does not push it off the screen.
            let inner = Rect { width: area.width.saturating_sub(1), ..area };
            let start = pen::right(buf, inner, std::slice::from_ref(more), &state.shell.theme);
            room.width = start.saturating_sub(area.x + 2);
        }
        pen::left(buf, room, &self.what(usize::from(room.width)), &state.shell.theme);
    }
}
