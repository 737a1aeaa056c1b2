//! The foot of the screen: the keys that work here, and beside them what was just said. Neither takes the other's place:
//! what is said and too long for the line stands above it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::overlays;
use crate::keymap::Action;
use crate::screens::menu::Purpose;
use crate::screens::{State, View, executions, plan};
use crate::shell::{Toast, Tone};
use crate::theme::Role;
use crate::ui::pen::{self, Piece};
use crate::ui::prose;

/// Rows above the foot that what is said may take.
const ROWS: usize = 8;
/// Columns between two hints, and before what is said.
const GAP: usize = 2;

/// What is said, where it needs rows of its own: taken from the lower end of the body.
pub fn said_area(state: &State, body: &mut Rect) -> Option<Rect> {
    let toast = state.shell.toast.as_ref().filter(|toast| !fits_beside(state, toast, body.width))?;
    let rows = u16::try_from(lines(toast, body.width).len()).unwrap_or(1).min(body.height / 2).max(1);
    body.height = body.height.saturating_sub(rows);
    Some(Rect { y: body.bottom(), height: rows, ..*body })
}

/// Draws what is said into rows of its own.
pub fn said(state: &State, area: Rect, buf: &mut Buffer) {
    let Some(toast) = &state.shell.toast else { return };
    for (y, line) in (area.y..area.bottom()).zip(lines(toast, area.width)) {
        pen::left(buf, Rect { y, height: 1, ..area }, &line, &state.shell.theme);
    }
}

fn lines(toast: &Toast, width: u16) -> Vec<prose::Line> {
    let (mark, role) = look(toast);
    let lead = vec![(format!(" {mark}"), role)];
    let mut lines = prose::hanging(lead, &toast.text, role, usize::from(width).saturating_sub(1));
    lines.truncate(ROWS);
    lines
}

/// Its mark and its role: what is bad is never told by colour alone.
fn look(toast: &Toast) -> (&'static str, Role) {
    match toast.tone {
        Tone::Plain => ("", Role::Accent),
        Tone::Bad => ("▲ ", Role::Warning),
    }
}

/// What is said, as it stands at the right end of the foot.
fn beside(toast: &Toast) -> Vec<Piece> {
    let (mark, role) = look(toast);
    vec![(format!("{mark}{}", toast.text), role)]
}

/// Whether the first key and the ways out stay beside it.
fn fits_beside(state: &State, toast: &Toast, width: u16) -> bool {
    // A line that is typed needs room of its own.
    if matches!(state.views.top(), View::Filter(_)) {
        return pen::width(&beside(toast)) + GAP + 24 <= usize::from(width).saturating_sub(2);
    }
    let all = labelled(state, &hints(state));
    let first = all.iter().find(|(action, _)| !is_way_out(*action)).into_iter();
    let help = all.iter().find(|(action, _)| *action == Action::Help).into_iter();
    let least: usize = first.chain(help).map(|(_, pieces)| pen::width(pieces) + GAP).sum();
    pen::width(&beside(toast)) + least <= usize::from(width).saturating_sub(2)
}

/// Draws the foot.
pub fn foot(state: &State, area: Rect, buf: &mut Buffer) {
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let toast = state.shell.toast.as_ref().filter(|toast| fits_beside(state, toast, area.width));
    let mut right = pending(state);
    right.extend(toast.map_or_else(|| standing(state, area.width), beside));
    let mut room = inner;
    if !right.is_empty() {
        let start = pen::right(buf, inner, &right, &state.shell.theme);
        room.width = start.saturating_sub(inner.x).saturating_sub(u16::try_from(GAP).unwrap_or(0));
    }
    if let View::Filter(line) = state.views.top() {
        return overlays::prompt(state, "/", line, room, buf);
    }
    draw(state, labelled(state, &hints(state)), room, buf);
}

/// The keys of a sequence so far.
fn pending(state: &State) -> Vec<Piece> {
    let keys: String = state.resolver.pending().iter().map(|key| key.label()).collect();
    if keys.is_empty() { Vec::new() } else { vec![(format!("{keys}…  "), Role::Accent)] }
}

/// What the calls cost, and how many errors there are.
fn standing(state: &State, width: u16) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let world = &state.shell.world;
    let traffic = world.calls.total();
    if traffic.calls > 0 && width >= 100 {
        let role = if world.is_over_ceiling() { Role::Warning } else { Role::Dim };
        let slowed = if world.is_over_ceiling() { " over the ceiling, metrics slowed" } else { "" };
        pieces.push((format!("{} calls/min", traffic.calls), role));
        if traffic.throttled > 0 {
            pieces.push((format!("  {} throttled", traffic.throttled), Role::Warning));
        }
        // An empty sum is a negative zero.
        let spend = Some(world.spend_an_hour()).filter(|spend| *spend > 0.0).unwrap_or_default();
        pieces.push((format!("  ${spend:.2}/h{slowed}   "), role));
    }
    // What is wrong with the configuration stands in the same list.
    let errors = world.faults.causes(&world.estate) + world.problems.len();
    if errors > 0 {
        let words = if errors == 1 { "error" } else { "errors" };
        pieces.push((format!("! {errors} {words}"), Role::Warning));
    }
    pieces
}

/// The keys that work in the view on top, most useful first.
#[must_use]
pub fn hints(state: &State) -> Vec<(Action, &'static str)> {
    let mut hints = match state.views.top() {
        View::Plan(_) => plan::hints(state),
        View::Executions(open) => executions::hints(open),
        View::Details(_) => vec![
            (Action::Back, "close"),
            (Action::Down, "down"),
            (Action::Copy, "copy incident summary"),
            (Action::Link, "console"),
        ],
        View::Arm(_) => {
            vec![(Action::Open, "arm"), (Action::Back, "leave it read-only"), (Action::NextPane, "reason or minutes")]
        }
        View::Code(_) => vec![(Action::Open, "give it"), (Action::Back, "decline")],
        View::Filter(_) => vec![(Action::Open, "keep it"), (Action::Back, "without it")],
        View::Help(help) if help.is_typing => vec![(Action::Open, "keep it"), (Action::Back, "all keys")],
        View::Help(_) => vec![
            (Action::Back, "close"),
            (Action::Filter, "search"),
            (Action::Down, "down"),
            (Action::Up, "up"),
            (Action::PageDown, "page"),
        ],
        View::Errors { .. } => {
            vec![(Action::Back, "close"), (Action::Dismiss, "dismiss"), (Action::Copy, "copy"), (Action::Down, "down")]
        }
        View::Menu(menu) if menu.purpose == Purpose::Columns => {
            vec![(Action::Toggle, "show or hide"), (Action::Back, "close")]
        }
        View::Menu(_) => {
            vec![(Action::Open, "choose"), (Action::Back, "close"), (Action::Down, "down"), (Action::Up, "up")]
        }
        View::Screen(_) => state.screen().hints(state),
    };
    let is_known =
        matches!(state.views.top(), View::Help(_)) || hints.iter().any(|(action, _)| *action == Action::Help);
    if !is_known {
        hints.push((Action::Help, "help"));
    }
    hints
}

/// A hint with its key, as it is drawn.
type Hint = (Action, [Piece; 2]);

/// Those with a key in the layers of the view on top.
fn labelled(state: &State, hints: &[(Action, &str)]) -> Vec<Hint> {
    let layers = state.views.top().heard();
    let hint = |(action, word): &(Action, &str)| {
        let keys = state.shell.keymap.key_for(layers, *action)?;
        Some((*action, [(keys, Role::Key), (format!(" {word}"), Role::Dim)]))
    };
    hints.iter().filter_map(hint).collect()
}

/// Keys that lead everywhere else: they are the last to go where there is no room.
fn is_way_out(action: Action) -> bool {
    matches!(action, Action::Palette | Action::Help | Action::Quit)
}

/// Which of the ways out goes first: where there is room for one only, it is help.
fn outlives(action: Action) -> u8 {
    match action {
        Action::Help => 2,
        Action::Palette => 1,
        _ => 0,
    }
}

/// Columns that the hints take with the space between them.
fn width(hints: &[Hint]) -> usize {
    hints.iter().map(|(_, pieces)| pen::width(pieces)).sum::<usize>() + GAP * hints.len().saturating_sub(1)
}

/// Where there is no room for all, the less useful ones go, from the middle: the first and the ways out stay.
fn fitting(mut hints: Vec<Hint>, room: usize) -> Vec<Hint> {
    while width(&hints) > room {
        let middle = hints.iter().rposition(|(action, _)| !is_way_out(*action)).filter(|at| *at > 0);
        let out = (0..hints.len())
            .filter(|at| hints.get(*at).is_some_and(|(action, _)| is_way_out(*action)))
            .min_by_key(|at| hints.get(*at).map(|(action, _)| outlives(*action)))
            .filter(|_| hints.len() > 1);
        let Some(victim) = middle.or(out).or(hints.len().checked_sub(1)) else { break };
        hints.remove(victim);
    }
    hints
}

fn draw(state: &State, hints: Vec<Hint>, area: Rect, buf: &mut Buffer) {
    let gap = u16::try_from(GAP).unwrap_or(0);
    let mut x = area.x;
    for (_, pieces) in fitting(hints, usize::from(area.width)) {
        let room = Rect { x, width: area.right().saturating_sub(x), ..area };
        x = pen::left(buf, room, &pieces, &state.shell.theme) + gap;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keymap::Keymap;
    use crate::shell::Topic;
    use crate::theme::{ColorDepth, Theme};
    use crate::world::Estate;

    fn state() -> State {
        let now = "2026-11-22T03:12:44Z".parse().unwrap();
        State::new(Estate::default(), now, Keymap::default(), Theme::default(), ColorDepth::TrueColor)
    }

    /// The rows of the foot and of what stands above it.
    fn shown(state: &State, columns: u16) -> Vec<String> {
        let area = Rect::new(0, 0, columns, 24);
        let mut buf = Buffer::empty(area);
        crate::app::view::render(state, area, &mut buf);
        let row = |y: u16| (0..columns).map(|x| buf[(x, y)].symbol()).collect::<String>();
        (19..24).map(row).collect()
    }

    #[test]
    fn what_is_said_stands_beside_the_keys() {
        let mut state = state();
        state.shell.say("theme and keymap read again", Tone::Plain);
        let foot = shown(&state, 80).pop().unwrap();
        assert!(foot.contains("? help") && foot.trim_end().ends_with("theme and keymap read again"), "{foot}");
    }

    #[test]
    fn what_is_long_is_read_above_them_and_none_of_it_is_cut() {
        let mut state = state();
        let long = "it was armed as arn:aws:iam::111122223333:role/operator in account 111122223333, you are \
                    arn:aws:iam::444455556666:role/reader in account 444455556666 now, and that is another one";
        state.shell.say_of(Topic::News, long, Tone::Bad);
        let mut rows = shown(&state, 80);
        let foot = rows.pop().unwrap();
        assert!(foot.contains("? help") && !foot.contains("armed as"), "{foot}");
        let words: Vec<String> = rows.iter().flat_map(|row| row.split_whitespace()).map(str::to_owned).collect();
        assert!(words.join(" ").contains(&format!("▲ {long}")), "{rows:#?}");
    }

    #[test]
    fn the_first_key_and_help_are_the_last_to_go() {
        let hint =
            |action: Action, word: &str| (action, [("k".to_owned(), Role::Key), (format!(" {word}"), Role::Dim)]);
        let all = || {
            vec![
                hint(Action::Open, "open"),
                hint(Action::Sort, "sort"),
                hint(Action::Palette, "commands"),
                hint(Action::Help, "help"),
                hint(Action::Quit, "leave"),
            ]
        };
        let left = |room: usize| fitting(all(), room).iter().map(|(action, _)| *action).collect::<Vec<_>>();
        assert_eq!(left(80).len(), 5);
        assert_eq!(left(36), [Action::Open, Action::Palette, Action::Help, Action::Quit]);
        assert_eq!(left(28), [Action::Open, Action::Palette, Action::Help]);
        assert_eq!(left(15), [Action::Open, Action::Help]);
        assert_eq!(left(6), [Action::Open]);
    }
}
