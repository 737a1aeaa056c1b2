//! How the panel is drawn: the list at the left, or on top where it is narrow, the story beside it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::state::State;
use super::{line, story};
use crate::keymap::{Action, Layer};
use crate::shell::Shell;
use crate::slices::Execution;
use crate::theme::Role;
use crate::ui::dialog::Dialog;
use crate::ui::environment::{CURSOR, in_row};
use crate::ui::pen::{self, Piece};
use crate::ui::{layout, table};

/// From this many columns on the list stands at the left.
const WIDE: u16 = 110;
/// Its columns there.
const LIST: u16 = 46;
/// Its rows at most where it stands on top.
const ROWS: u16 = 6;

/// Draws the panel over the body.
pub fn view(shell: &Shell, open: &State, area: Rect, buf: &mut Buffer) {
    let running = shell.world.changes.running().count();
    let all = &shell.world.changes.executions;
    let followed = open.current(all).filter(|execution| execution.is_running());
    let frame = Dialog {
        production: false,
        badge: (String::new(), Role::Text),
        title: vec!["Operations".into()],
        right: (format!("{running} running, {} in all", all.len()), Role::Dim),
        foot_left: followed.map_or_else(String::new, |execution| stopping(shell, open, execution)),
        foot_right: Vec::new(),
    };
    let inside = frame.draw(area, buf, &shell.theme);
    let inside = inside.intersection(buf.area);
    if inside.is_empty() {
        return;
    }
    let Some(execution) = open.current(all) else {
        pen::left(buf, inside, &[("nothing was changed with this console yet".into(), Role::Dim)], &shell.theme);
        return;
    };
    let (list, rest) = divide(inside, open.whole, all.len());
    if let Some(list) = list {
        draw_list(shell, open, list, buf);
    }
    let lines = story::of(shell, execution, usize::from(rest.width));
    pen::scrolled(buf, rest, &lines, open.scroll, &shell.theme);
}

/// The body of the screen at the size of the terminal, without the lines of what runs.
#[must_use]
pub fn body(shell: &Shell) -> Rect {
    let mut body = layout::regions(Rect::new(0, 0, shell.size.0, shell.size.1)).body;
    running_area(shell, &mut body);
    body
}

/// Takes rows from the lower end of the body for the operations that run; few where the body is low.
pub fn running_area(shell: &Shell, body: &mut Rect) -> Rect {
    let rows = line::running_rows(shell).min(body.height / 4);
    body.height -= rows;
    Rect { y: body.bottom(), height: rows, ..*body }
}

/// How following is stopped; right after the key was pressed once, what pressing it again does.
fn stopping(shell: &Shell, open: &State, execution: &Execution) -> String {
    let Some(key) = shell.keymap.key_for(&[Layer::Overlay], Action::Dismiss) else { return String::new() };
    if open.is_asked(&execution.id, shell.world.now) {
        let taker = execution.taker(0);
        format!("{key} again stops following it: {taker} goes on, steps that were not sent are not sent")
    } else {
        format!("{key} twice stops following it")
    }
}

/// The places of the list and of the story.
fn divide(inside: Rect, whole: bool, count: usize) -> (Option<Rect>, Rect) {
    if whole {
        return (None, inside);
    }
    if inside.width >= WIDE {
        let list = Rect { width: LIST, ..inside };
        return (Some(list), Rect { x: inside.x + LIST + 2, width: inside.width - LIST - 2, ..inside });
    }
    let rows = u16::try_from(count).unwrap_or(ROWS).min(ROWS).min(inside.height / 3);
    let list = Rect { height: rows, ..inside };
    let top = (rows + 1).min(inside.height);
    (Some(list), Rect { y: inside.y + top, height: inside.height - top, ..inside })
}

fn draw_list(shell: &Shell, open: &State, area: Rect, buf: &mut Buffer) {
    let all = &shell.world.changes.executions;
    let place = open.place(all);
    let offset = table::scroll(0, Some(place), usize::from(area.height), all.len());
    let rows = (area.y..area.bottom()).zip(all.iter().rev().enumerate().skip(offset));
    for (y, (at, execution)) in rows {
        let row = Rect { y, height: 1, ..area };
        let here = at == place;
        if here {
            buf.set_style(row, shell.theme.style(Role::Selection));
        }
        let (mark, role) = line::mark(shell, execution);
        let time = if execution.is_running() {
            line::times(shell, execution)
        } else {
            execution.started.strftime("%m-%d %H:%MZ").to_string()
        };
        // How it stands is never cut; the names are, and the story has them in full.
        let pieces: [Piece; 6] = [
            (if here { CURSOR } else { " " }.into(), Role::Accent),
            (format!("{mark} "), role),
            in_row(line::badge(shell, &execution.environment)),
            (format!("  {}", line::words(shell, execution)), role),
            (format!("  {time}"), Role::Dim),
            (format!("  {} {}", execution.plan.operation.kind().title(), line::subject(execution)), Role::Text),
        ];
        pen::left(buf, row, &pieces, &shell.theme);
    }
}

/// Keys that work here, most useful first.
#[must_use]
pub fn hints(open: &State) -> Vec<(Action, &'static str)> {
    vec![
        (Action::Open, if open.whole { "with the list" } else { "the whole story" }),
        (Action::Back, if open.whole { "back" } else { "close" }),
        (Action::HalfPageDown, "more"),
        (Action::Copy, "copy"),
        (Action::Down, "down"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Criticality, Environment};
    use crate::keymap::Keymap;
    use crate::ops::Level;
    use crate::ops::guard::Approval;
    use crate::ops::journal::{ExecutionId, Outcome};
    use crate::screens::State as App;
    use crate::services::rds::{Kind, testing};
    use crate::slices::Body;
    use crate::slices::testing::plan_of;
    use crate::theme::{ColorDepth, Theme};
    use crate::world::Estate;

    fn execution(random: u16) -> Execution {
        let seen = testing::seen();
        let plan = plan_of(Kind::CreateSnapshot.offer(&seen), &seen);
        let id = ExecutionId::new(testing::at(), &plan.fingerprint, random);
        let approval = Approval {
            at: testing::at(),
            reason: "INC-4312".into(),
            typed: "key".into(),
            level: Level::Confirm,
            headless: false,
            fingerprint: plan.fingerprint.clone(),
        };
        Execution::begin(id, "PROD", plan, approval, testing::at())
    }

    fn sent(mut execution: Execution) -> Execution {
        let id = execution.id.clone();
        let request_id = Some("0b5e-77".to_owned());
        execution.apply(
            testing::at(),
            &Body::Sending { execution: id.clone(), step: 0, call: None, before: Vec::new(), ahead: 0 },
        );
        execution.apply(testing::at(), &Body::Sent { execution: id.clone(), step: 0, request_id });
        execution.apply(testing::at(), &Body::Followed { execution: id, step: 0, words: "creating 62 %".into() });
        execution
    }

    fn app(executions: Vec<Execution>) -> App {
        let mut estate = Estate::default();
        let session = estate.add_session_named("ops");
        let site = estate.add_site(session, "us-east-1");
        estate.add(Environment {
            name: "PROD".into(),
            criticality: Criticality::Production,
            site,
            ..Environment::default()
        });
        let now = testing::at().checked_add(jiff::SignedDuration::from_secs(130)).unwrap();
        let mut app = App::new(estate, now, Keymap::default(), Theme::default(), ColorDepth::TrueColor);
        app.shell.world.changes.executions = executions;
        app
    }

    fn shown(app: &App, open: &State, width: u16, height: u16) -> String {
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        view(&app.shell, open, area, &mut buf);
        let row = |y: u16| (0..width).map(|x| buf[(x, y)].symbol()).collect::<String>();
        (0..height).map(row).collect::<Vec<String>>().join("\n")
    }

    #[test]
    fn a_running_one_says_where_it_is_and_what_comes_next() {
        let app = app(vec![sent(execution(1))]);
        for (width, height) in [(80, 40), (160, 40)] {
            let frame = shown(&app, &State::default(), width, height);
            for words in
                ["creating 62 %", "request 0b5e-77", "2m 10s of ~", "It is looked at until snapshot", "INC-4312"]
            {
                assert!(frame.contains(words), "{words} at {width}:\n{frame}");
            }
        }
    }

    #[test]
    fn a_failed_one_says_what_to_do() {
        let mut ended = sent(execution(1));
        let id = ended.id.clone();
        let why = "snapshot x failed".to_owned();
        ended.apply(
            testing::at(),
            &Body::StepEnded { execution: id.clone(), step: 0, words: why.clone(), failed: true, end: None },
        );
        ended.apply(testing::at(), &Body::Ended { execution: id, outcome: Outcome::Failed { why } });
        let frame = shown(&app(vec![ended]), &State::default(), 120, 40);
        assert!(frame.contains("✖") && frame.contains("Nothing is repeated by itself"), "{frame}");
    }

    #[test]
    fn the_foot_shows_two_and_counts_the_others() {
        let app = app((1..=4).map(|n| sent(execution(n))).collect());
        let lines = super::super::running_lines(&app.shell, 120);
        assert_eq!(lines.len(), 2);
        assert_eq!(super::super::running_rows(&app.shell), 2);
        let first = crate::ui::prose::plain(&lines[0]);
        assert!(first.starts_with(" ◐ PROD  creating 62 %  2m 10s of ~"), "{first}");
        assert!(first.contains("  Create snapshot rentaliq-prod-db-manual"), "{first}");
        assert!(crate::ui::prose::plain(&lines[1]).contains("+2 more"));
        assert!(super::super::running_lines(&self::app(Vec::new()).shell, 120).is_empty());
    }

    #[test]
    fn where_there_is_little_room_the_name_is_cut_and_not_the_state() {
        let app = app((1..=3).map(|n| sent(execution(n))).collect());
        let lines = super::super::running_lines(&app.shell, 60);
        let last = crate::ui::prose::plain(&lines[1]);
        assert!(last.starts_with(" ◐ PROD  creating 62 %  2m 10s of ~"), "{last}");
        assert!(last.contains("…  +1 more: O"), "{last}");
        assert!(crate::ui::pen::width(&lines[1]) <= 60, "{last}");
        let frame = shown(&app, &State::default(), 80, 21);
        assert!(frame.lines().nth(1).unwrap().contains("▸◐ PROD  creating 62 %  2m 10s of ~"), "{frame}");
    }

    #[test]
    fn of_a_world_that_is_gone_nothing_runs_and_nothing_is_to_be_done() {
        for mut ended in [execution(1), sent(execution(1))] {
            let unsent = if ended.open_steps().is_empty() { vec![0] } else { Vec::new() };
            let why = "the sandbox began anew, its world of before is gone".to_owned();
            let outcome = Outcome::Abandoned { unsent: unsent.clone(), why };
            ended.apply(testing::at(), &Body::Ended { execution: ended.id.clone(), outcome });
            let frame = shown(&app(vec![ended]), &State::default(), 100, 40);
            assert!(!frame.contains('◐') && !frame.contains("What went before"), "{frame}");
            assert_eq!(frame.matches("What to do").count(), 1, "{frame}");
            let words = if unsent.is_empty() { "outcome unknown" } else { "DBSnapshotIdentifier=" };
            assert!(frame.contains(words), "{frame}");
        }
    }

    #[test]
    fn following_is_stopped_by_a_key_that_is_pressed_twice() {
        let running = sent(execution(1));
        let id = running.id.clone();
        let mut app = app(vec![running]);
        assert!(shown(&app, &State::default(), 100, 24).contains("x twice stops following it"));
        let asked = State { giving_up: Some((id, app.shell.world.now)), ..State::default() };
        assert!(shown(&app, &asked, 100, 24).contains("x again stops following it"));
        let mut over = execution(2);
        let outcome = Outcome::Done;
        over.apply(testing::at(), &Body::Ended { execution: over.id.clone(), outcome });
        app.shell.world.changes.executions = vec![over];
        assert!(!shown(&app, &State::default(), 100, 24).contains("stops following"));
    }

    #[test]
    fn the_cursor_stays_with_its_execution() {
        let all = vec![execution(1), execution(2), execution(3)];
        let open = State { selected: Some(all[1].id.clone()), ..State::default() };
        assert_eq!(open.place(&all), 1);
        let mut more = all.clone();
        more.push(execution(4));
        assert_eq!(open.place(&more), 2);
        assert_eq!(open.current(&more).map(|e| &e.id), Some(&all[1].id));
        assert_eq!(State::default().current(&more).map(|e| &e.id), Some(&more[3].id));
    }

    #[test]
    fn any_size_can_be_drawn() {
        let app = app(vec![sent(execution(1)), execution(2)]);
        for width in [1, 8, 20, 50, 111, 120] {
            for height in 0..12 {
                shown(&app, &State::default(), width, height);
            }
        }
    }
}
