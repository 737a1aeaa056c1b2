//! The menu of operations: what each is for at the left, its risk at the right, and at the foot what is to be known of
//! the one under the cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{beyond, prompt, window};
use crate::ops::Risk;
use crate::screens::State;
use crate::screens::command::Command;
use crate::screens::menu::{Item, Menu};
use crate::theme::Role;
use crate::ui::environment::CURSOR;
use crate::ui::pen::{self, Piece};
use crate::ui::{layout, prose, text};

/// Columns of the menu where there is room: all reasons but the longest stand beside their operation.
const WIDTH: u16 = 110;
/// Lines at the foot, at most.
const FOOT: usize = 3;
/// Below this many columns the groups have no column of their own.
const GROUPED: u16 = 60;
/// What stands around the lines: frame, what is typed, a blank line above the foot.
const CHROME: u16 = 4;

/// Draws it over the body.
pub fn operations(state: &State, menu: &Menu, body: Rect, buf: &mut Buffer) {
    let width = WIDTH.min(body.width.saturating_sub(4));
    let room = usize::from(width.saturating_sub(4));
    let foot_rows = menu.all().map(|item| foot(item, room).len()).max().unwrap_or(1);
    // As many rows as everything takes: the frame does not move while it is narrowed.
    let rows = u16::try_from(menu.rows_of_all() + foot_rows).unwrap_or(u16::MAX).max(12);
    let height = rows.saturating_add(CHROME).min(body.height.saturating_sub(1)).max(6);
    let mut area = layout::popup(body, width, height);
    area.y = body.y + u16::from(body.height > area.height);
    let inside = window(state, area, &menu.title, buf);
    prompt(state, "› ", &menu.input, inside, buf);
    if menu.is_empty() {
        let below = Rect { y: inside.y + 1, height: inside.height.saturating_sub(1), ..inside };
        pen::left(buf, below, &[("nothing matches".into(), Role::Dim)], &state.shell.theme);
        return;
    }
    let said = menu.current().map(|item| foot(item, room)).unwrap_or_default();
    let kept = u16::try_from(foot_rows).unwrap_or(0) + 1;
    let list = Rect { y: inside.y + 1, height: inside.height.saturating_sub(1 + kept).max(1), ..inside };
    let shown = lines(menu, usize::from(list.height));
    let at = shown.iter().position(|line| *line == Some(menu.selected())).unwrap_or(0);
    let offset = (at + 1).saturating_sub(usize::from(list.height));
    let columns = Columns::of(menu, list.width);
    let mut group = None;
    for (y, place) in (list.y..list.bottom()).zip(shown.iter().skip(offset)) {
        let Some(place) = place else { continue };
        let heading = menu.heading(*place);
        let is_first = heading != group;
        group = heading;
        row(state, menu, *place, is_first, columns, Rect { y, height: 1, ..list }, buf);
    }
    let counted = |lines: &[Option<usize>]| lines.iter().flatten().count();
    let end = (offset + usize::from(list.height)).min(shown.len());
    beyond(state, area, counted(shown.get(..offset).unwrap_or(&[])), counted(shown.get(end..).unwrap_or(&[])), buf);
    for (y, line) in (list.bottom() + 1..inside.bottom()).zip(&said) {
        pen::left(buf, Rect { y, height: 1, ..inside }, line, &state.shell.theme);
    }
}

/// The places of the items from the top, with a blank line between groups where `room` has lines for it.
fn lines(menu: &Menu, room: usize) -> Vec<Option<usize>> {
    let starts = |place: usize| place > 0 && menu.heading(place) != menu.heading(place - 1);
    let groups = (0..menu.len()).filter(|place| starts(*place)).count();
    let airy = menu.len() + groups <= room;
    (0..menu.len()).flat_map(|place| (airy && starts(place)).then_some(None).into_iter().chain([Some(place)])).collect()
}

/// The columns that all lines have in common.
#[derive(Debug, Clone, Copy)]
struct Columns {
    group: usize,
    label: usize,
}

impl Columns {
    fn of(menu: &Menu, width: u16) -> Self {
        let widest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0);
        let group = widest(&mut (0..menu.len()).filter_map(|place| menu.heading(place)).map(text::width));
        Self {
            group: if width < GROUPED { 0 } else { group + 2 },
            label: widest(&mut menu.visible().map(|item| text::width(&item.label))),
        }
    }
}

fn row(state: &State, menu: &Menu, place: usize, is_first: bool, columns: Columns, line: Rect, buf: &mut Buffer) {
    let Some(item) = menu.visible().nth(place) else { return };
    let theme = &state.shell.theme;
    let chosen = place == menu.selected();
    if chosen {
        buf.set_style(line, theme.style(Role::Selection));
    }
    let heading = menu.heading(place).filter(|_| is_first).unwrap_or("");
    let why = match &item.command {
        Command::NotAvailable(why) => Some(why),
        _ => None,
    };
    let mut pieces: Vec<Piece> = vec![(format!("{} ", if chosen { CURSOR } else { " " }), Role::Accent)];
    if columns.group > 0 {
        pieces.push((text::fit(heading, columns.group).into_owned(), Role::Header));
    }
    pieces.push((item.label.clone(), if why.is_some() { Role::Dim } else { Role::Text }));
    let end = pen::left(buf, line, &pieces, theme);
    let room = Rect { x: end + 2, width: line.right().saturating_sub(end + 2), ..line };
    match why {
        None => {
            pen::right(buf, room, &[(item.detail.clone(), risk_role(item))], theme);
        }
        // All of a reason or nothing of it: that of the line under the cursor stands at the foot.
        Some(why) => {
            let used = 2 + columns.group + columns.label + 2;
            let x = line.x + u16::try_from(used).unwrap_or(line.width);
            let room = Rect { x, width: line.right().saturating_sub(x), ..line };
            if text::width(why) <= usize::from(room.width) {
                pen::left(buf, room, &[(why.clone(), Role::Dim)], theme);
            }
        }
    }
}

/// The greatest risk that a plan of it can have.
fn risk(item: &Item) -> Option<Risk> {
    item.command.operation().map(|kind| *kind.risks().end())
}

/// Colour is for what has no way back only: everything else is a word.
fn risk_role(item: &Item) -> Role {
    let is_so = item.command.operation().is_some_and(|kind| *kind.risks().start() == Risk::Irreversible);
    if is_so { Role::Warning } else { Role::Dim }
}

/// What is to be known of the item under the cursor: why it is not available, or what its risk means.
fn foot(item: &Item, width: usize) -> Vec<prose::Line> {
    let (mark, words, role) = match &item.command {
        Command::NotAvailable(why) => ("– ", format!("not now: {why}"), Role::Text),
        Command::Arm(_) => (
            "  ",
            "allows changes for some minutes, with a reason; each is still a plan of its own".to_owned(),
            Role::Dim,
        ),
        Command::ChooseSnapshot(..) => (
            "  ",
            format!("{}; Enter shows the snapshots, then the plan: nothing is sent by it", meaning(item)),
            Role::Dim,
        ),
        Command::PlanOn(..) => {
            ("  ", format!("{}; Enter shows the plan: nothing is sent by it", meaning(item)), Role::Dim)
        }
        _ => ("  ", String::new(), Role::Dim),
    };
    let mut lines = prose::hanging(vec![(mark.into(), Role::Dim)], &words, role, width);
    lines.truncate(FOOT);
    lines
}

/// The risk, and what it means.
fn meaning(item: &Item) -> String {
    let means = match risk(item) {
        Some(Risk::Routine) => "nothing restarts and nothing is lost",
        Some(Risk::Disruptive) => "connections may break, it may be slow or away, or a protection goes",
        Some(Risk::Irreversible) => "there may be no way back, or only a restore",
        None => "",
    };
    format!("{}: {means}", item.detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::menu::Purpose;
    use crate::services::rds::Kind;

    fn menu(groups: &[(&'static str, usize)]) -> Menu {
        let item = |i: usize| Item {
            label: format!("item {i}"),
            detail: "routine".into(),
            checked: None,
            command: Command::NotAvailable("it is stopped".into()),
        };
        let groups =
            groups.iter().map(|(heading, count)| ((*heading).into(), (0..*count).map(item).collect())).collect();
        Menu::grouped(Purpose::Operations, "Operations", groups, 0)
    }

    #[test]
    fn groups_stand_apart_where_there_is_room() {
        let menu = menu(&[("A", 2), ("B", 1)]);
        assert_eq!(lines(&menu, 4), [Some(0), Some(1), None, Some(2)]);
        assert_eq!(lines(&menu, 3), [Some(0), Some(1), Some(2)]);
    }

    #[test]
    fn a_reason_is_said_in_full_at_the_foot() {
        let why = "AWS does not stop an instance that has read replicas, nor one that is a read replica of another";
        let item = Item {
            label: "Stop".into(),
            detail: "disruptive".into(),
            checked: None,
            command: Command::NotAvailable(why.into()),
        };
        let said = foot(&item, 60).iter().map(|line| prose::plain(line)).collect::<Vec<_>>().join(" ");
        let words: Vec<&str> = said.split_whitespace().collect();
        assert_eq!(words.join(" "), format!("– not now: {why}"));
    }

    #[test]
    fn what_a_risk_means_is_that_of_the_worst_plan() {
        let target = crate::slices::Target {
            environment: "qa".into(),
            kind: crate::services::rds::TargetKind::DbInstance.into(),
            id: "qa-db".into(),
            region: "eu-west-1".into(),
        };
        let of = |kind: Kind| Item {
            label: kind.title().into(),
            detail: crate::slices::Kind::from(kind).risk_words(),
            checked: None,
            command: Command::PlanOn(kind.into(), Box::new(target.clone())),
        };
        assert!(meaning(&of(Kind::CreateSnapshot)).starts_with("routine: nothing restarts"));
        assert!(meaning(&of(Kind::ChangeClass)).starts_with("routine to irreversible: there may be no way back"));
        assert_eq!(risk_role(&of(Kind::DeleteInstance)), Role::Warning);
        assert_eq!(risk_role(&of(Kind::Reboot)), Role::Dim);
    }
}
