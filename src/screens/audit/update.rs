//! What keys do on the audit screen, and when the journal is read. Nothing here changes the world.

use std::sync::Arc;

use super::rows::{problem, rebuild};
use super::{places, sheet};
use crate::domain::text::clean;
use crate::keymap::Action;
use crate::screens::State as App;
use crate::screens::command::Command;
use crate::screens::menu::{Item, Menu, Purpose};
use crate::screens::{Screen, View, cursor};
use crate::shell::{Effect, Tone};
use crate::trail::{Row, Telling, story};
use crate::ui::format;

/// Asks for the journal where the screen shows it and something may have been written since. Each reading is awaited
/// before the next one.
pub fn want(app: &mut App, effects: &mut Vec<Effect>) {
    if app.screen() != Screen::Audit || app.audit.asked || app.audit.current {
        return;
    }
    (app.audit.asked, app.audit.current) = (true, true);
    effects.push(Effect::ReadJournal);
}

/// Something was written, or may have been: it is read again when it is looked at.
pub fn grown(app: &mut App) {
    app.audit.current = false;
}

/// Takes in what was read, or why it was not.
pub fn take(app: &mut App, result: Result<Arc<Telling>, String>) {
    app.audit.asked = false;
    match result {
        Ok(telling) => {
            app.audit.telling = Some(telling);
            app.audit.failed = None;
            rebuild(app);
        }
        Err(why) => app.audit.failed = Some(why),
    }
}

/// Performs an action; false when it means nothing here.
pub fn handle(app: &mut App, action: Action) -> bool {
    match action {
        Action::Copy => {
            let Some(menu) = copy_menu(app) else { return false };
            app.views.open(View::Menu(Box::new(menu)));
            return true;
        }
        Action::Refresh => {
            grown(app);
            app.shell.say("reading the journal again", Tone::Plain);
            return true;
        }
        _ => {}
    }
    if app.audit.whole && app.audit.current_row().is_some() { read(app, action) } else { choose(app, action) }
}

/// Keys of the list.
fn choose(app: &mut App, action: Action) -> bool {
    let page = places::page(app);
    let screen = &mut app.audit;
    let at = screen.selected;
    if let Some(to) = cursor::target(action, at, page) {
        screen.go(to, page);
        return true;
    }
    match action {
        Action::Open => {
            // Opened, it is chosen: the cursor stays with it when others come in above.
            screen.go(at, page);
            screen.whole = screen.current_row().is_some();
        }
        Action::Sort | Action::SortReverse => {
            screen.reverse = !screen.reverse;
            rebuild(app);
        }
        Action::Filter => app.views.open(View::Filter(screen.filter.clone().into())),
        Action::Columns => app.shell.say("the columns are those that there is room for", Tone::Plain),
        Action::Back if !screen.filter.is_empty() => filter(app, String::new()),
        _ => return false,
    }
    true
}

/// Keys of the story that fills the body.
fn read(app: &mut App, action: Action) -> bool {
    let (most, page) = (sheet::most(app), places::story_page(app));
    let screen = &mut app.audit;
    let scroll = screen.scroll.min(most);
    if let Some(to) = cursor::target(action, scroll, page) {
        screen.scroll = to.min(most);
        return true;
    }
    match action {
        Action::Open | Action::Back => (screen.whole, screen.scroll) = (false, 0),
        _ => return false,
    }
    true
}

/// Shows what the filter lets through.
pub fn filter(app: &mut App, text: String) {
    app.audit.problem = text.split_whitespace().find_map(problem);
    app.audit.filter = text;
    rebuild(app);
}

/// The row of the list in this row of the terminal gets the cursor.
pub fn click(app: &mut App, row: u16) {
    if let Some(at) = places::row_at(app, row) {
        let page = places::page(app);
        app.audit.go(at, page);
    }
}

/// The menu that `y` opens, for the row under the cursor.
#[must_use]
pub fn copy_menu(app: &App) -> Option<Menu> {
    let (telling, row) = (app.audit.telling.as_ref()?, app.audit.current_row()?);
    let lines = telling.story(row);
    let count = format!("{} lines", lines.len());
    let execution = row.execution.as_ref().map(ToString::to_string).unwrap_or_default();
    let sandbox = if telling.whose.is_sandbox { " --sandbox" } else { "" };
    let command = if execution.is_empty() { String::new() } else { format!("qd{sandbox} audit show {execution}") };
    let summary = in_a_line(row);
    let texts = [
        ("this line", summary.clone(), summary),
        ("whole story", count, story::printed(&lines)),
        ("execution", execution.clone(), execution),
        ("command", command.clone(), command),
        ("ARN", clean(&row.arn), clean(&row.arn)),
    ];
    let item = |(label, detail, text): (&str, String, String)| Item {
        label: label.into(),
        detail,
        checked: None,
        command: Command::Copy(text),
    };
    let items = texts.into_iter().filter(|(_, _, text)| !text.is_empty()).map(item).collect();
    Some(Menu::new(Purpose::Copy, "Copy", items, 0))
}

/// A row in a line, for a message to somebody else.
fn in_a_line(row: &Row) -> String {
    let parts = [
        format::stamp(row.at),
        row.environment.clone(),
        format!("{} {}", row.operation, row.target),
        row.outcome.word().to_owned(),
        row.who.clone(),
        row.reason.clone(),
        row.why.clone(),
    ];
    let parts: Vec<String> = parts.iter().map(|part| clean(part.trim())).filter(|part| !part.is_empty()).collect();
    parts.join("  ")
}

/// The keys that work here, most useful first.
#[must_use]
pub fn hints(app: &App) -> Vec<(Action, &'static str)> {
    let screen = &app.audit;
    let mut hints = if screen.whole && screen.current_row().is_some() {
        vec![(Action::Back, "back"), (Action::HalfPageDown, "more"), (Action::Copy, "copy")]
    } else {
        vec![
            (Action::Open, "whole story"),
            (Action::Filter, "filter"),
            (Action::Copy, "copy"),
            (Action::Refresh, "read again"),
            (Action::Sort, if screen.reverse { "newest first" } else { "oldest first" }),
            (Action::Back, "back"),
        ]
    };
    hints.extend([(Action::Palette, "commands"), (Action::Help, "help"), (Action::Quit, "leave")]);
    hints
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::audit::testing::{app, journal, told, unread};
    use crate::screens::{OpenScreen, State as App};

    fn wanted(app: &mut App) -> usize {
        let mut effects = Vec::new();
        want(app, &mut effects);
        assert!(effects.iter().all(|effect| *effect == Effect::ReadJournal), "{effects:?}");
        effects.len()
    }

    #[test]
    fn it_is_read_when_it_is_looked_at_and_again_when_it_has_grown() {
        let mut app = unread();
        app.views.show(View::Screen(OpenScreen::Fleet));
        assert_eq!(wanted(&mut app), 0, "nobody looks at it");
        app.views.show(View::Screen(OpenScreen::Audit));
        assert_eq!((wanted(&mut app), wanted(&mut app)), (1, 0), "it is awaited");
        grown(&mut app);
        assert_eq!(wanted(&mut app), 0, "one reading at a time");
        let (text, head) = journal(1);
        take(&mut app, Ok(told(&text, &head, 100)));
        assert_eq!((wanted(&mut app), wanted(&mut app)), (1, 0), "it has grown meanwhile");
        take(&mut app, Err("no".into()));
        assert_eq!(wanted(&mut app), 0, "what fails is not tried without end");
        assert!(handle(&mut app, Action::Refresh));
        assert_eq!(wanted(&mut app), 1);
    }

    #[test]
    fn the_cursor_stays_on_its_row_when_others_come_in_above() {
        let mut app = unread();
        let (text, head) = journal(1);
        take(&mut app, Ok(told(&text, &head, 100)));
        handle(&mut app, Action::Down);
        handle(&mut app, Action::Open);
        let before = app.audit.current_row().map(|row| row.record);
        assert_eq!((before, app.audit.whole), (Some(2), true));
        let (text, head) = journal(2);
        // The same records at other times are others: the story of another one is not put in its place.
        take(&mut app, Ok(told(&text, &head, 100)));
        assert!(!app.audit.whole);
        handle(&mut app, Action::Bottom);
        handle(&mut app, Action::Open);
        take(&mut app, Ok(told(&text, &head, 100)));
        assert_eq!((app.audit.current_row().map(|row| row.record), app.audit.whole), (Some(1), true));
        assert!(handle(&mut app, Action::Back) && !app.audit.whole);
        assert!(!handle(&mut app, Action::Back), "the shell leads back");
    }

    #[test]
    fn a_row_is_copied_as_a_line_and_as_its_story() {
        let mut app = app();
        handle(&mut app, Action::Down);
        let menu = copy_menu(&app).unwrap();
        let texts: Vec<(String, String)> = menu
            .visible()
            .filter_map(|item| match &item.command {
                Command::Copy(text) => Some((item.label.clone(), text.clone())),
                _ => None,
            })
            .collect();
        assert_eq!(texts[0].0, "this line");
        assert!(
            texts[0].1.ends_with("qa  stop rentaliq-prod-db  refused  reader/oncall  changes are frozen"),
            "{texts:?}"
        );
        assert!(texts[1].1.contains("Refused      changes are frozen\n"), "{texts:?}");
        assert!(texts.iter().all(|(label, _)| label != "execution"), "{texts:?}");
    }
}
