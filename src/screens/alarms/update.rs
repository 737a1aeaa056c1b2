//! What keys do on the alarms screen. Nothing here changes the world.

use super::kin;
use super::places;
use super::row::{self, AlarmKey};
use super::rows::rebuild;
use super::scrolled::Scrolled;
use crate::domain::text::quoted;
use crate::domain::{Database, SiteId};
use crate::keymap::{Action, Key};
use crate::screens::State as App;
use crate::screens::command::Command;
use crate::screens::line::{edit, insert};
use crate::screens::menu::{Item, Menu, Purpose};
use crate::screens::{View, database};
use crate::services::alarms::{Alarm, WatchedResource};
use crate::shell::Tone;

/// Performs an action; false when it means nothing here.
pub fn handle(app: &mut App, action: Action) -> bool {
    if app.alarms.is_typing() {
        typing(app, action);
        return true;
    }
    if action == Action::Copy {
        let Some(menu) = copy_menu(app) else { return false };
        app.views.open(View::Menu(Box::new(menu)));
        return true;
    }
    if app.alarms.whole && app.alarms.current().is_some() { read(app, action) } else { choose(app, action) }
}

/// Keys of the list.
fn choose(app: &mut App, action: Action) -> bool {
    let page = places::page(app);
    let half = (page / 2).max(1);
    let screen = &mut app.alarms;
    let at = screen.selected;
    match action {
        Action::Down => screen.go(at + 1, page),
        Action::Up => screen.go(at.saturating_sub(1), page),
        Action::Top => screen.go(0, page),
        Action::Bottom => screen.go(usize::MAX, page),
        Action::HalfPageDown => screen.go(at + half, page),
        Action::HalfPageUp => screen.go(at.saturating_sub(half), page),
        Action::PageDown => screen.go(at + page, page),
        Action::PageUp => screen.go(at.saturating_sub(page), page),
        Action::Open => {
            // Opened, it is chosen: the cursor goes with it.
            screen.go(at, page);
            screen.whole = screen.current().is_some();
        }
        Action::Sort => {
            (screen.order, screen.reverse) = (screen.order.following(), false);
            rebuild(app);
        }
        Action::SortReverse => {
            screen.reverse = !screen.reverse;
            rebuild(app);
        }
        Action::Filter => screen.typing = Some(screen.filter.clone().into()),
        Action::Back if !screen.filter.is_empty() => filter(app, String::new()),
        Action::Back if screen.whole => screen.close(),
        _ => return false,
    }
    true
}

/// Keys while the filter is typed: what moves about moves in the list.
fn typing(app: &mut App, action: Action) {
    match action {
        Action::Back => {
            app.alarms.typing = None;
            filter(app, String::new());
        }
        Action::Open => app.alarms.typing = None,
        Action::Down | Action::Up | Action::PageDown | Action::PageUp => {
            choose(app, action);
        }
        _ => {}
    }
}

/// Shows what the filter lets through.
pub fn filter(app: &mut App, text: String) {
    app.alarms.filter = text;
    rebuild(app);
}

/// A key that is bound to nothing, while the filter is typed.
pub fn typed(app: &mut App, key: Key) {
    let Some(line) = &mut app.alarms.typing else { return };
    if edit(line, key) {
        let text = line.value().to_owned();
        filter(app, text);
    }
}

/// Text was pasted, while the filter is typed.
pub fn paste(app: &mut App, text: &str) {
    let Some(line) = &mut app.alarms.typing else { return };
    insert(line, text);
    let text = line.value().to_owned();
    filter(app, text);
}

/// Keys of the story that fills the body: the cursor goes through the alarms that it is related to, then the lines go.
fn read(app: &mut App, action: Action) -> bool {
    let Some(Scrolled { related, page, most }) = Scrolled::of(app) else { return leave(app, action) };
    let screen = &mut app.alarms;
    let last = related.len().saturating_sub(1);
    let (cursor, scroll) = (screen.related.min(last), screen.scroll.min(most));
    (screen.related, screen.scroll) = (cursor, scroll);
    let line = |cursor: usize| related.get(cursor).copied().unwrap_or(0);
    let is_seen = (scroll..scroll + page).contains(&line(cursor));
    // The cursor is seen wherever it goes, with the line above it.
    let shown = |cursor: usize| scroll.min(line(cursor).saturating_sub(1)).max((line(cursor) + 1).saturating_sub(page));
    match action {
        Action::Down if cursor < last => (screen.related, screen.scroll) = (cursor + 1, shown(cursor + 1).min(most)),
        Action::Up if cursor > 0 && is_seen => {
            (screen.related, screen.scroll) = (cursor - 1, shown(cursor - 1).min(most));
        }
        Action::Down => screen.scroll = (scroll + 1).min(most),
        Action::Up => screen.scroll = scroll.saturating_sub(1),
        Action::HalfPageDown | Action::PageDown => screen.scroll = (scroll + page).min(most),
        Action::HalfPageUp | Action::PageUp => screen.scroll = scroll.saturating_sub(page),
        Action::Top => (screen.scroll, screen.related) = (0, 0),
        Action::Bottom => screen.scroll = most,
        Action::Open => {
            open(app);
            return true;
        }
        _ => return leave(app, action),
    }
    true
}

/// Back by one step: to the alarm from which this one was opened, or to the list.
fn leave(app: &mut App, action: Action) -> bool {
    if action != Action::Back {
        return false;
    }
    let page = places::page(app);
    let before = app.alarms.trail.pop().and_then(|key| app.alarms.position(&key));
    match before {
        Some(at) => app.alarms.go(at, page),
        None => app.alarms.close(),
    }
    true
}

/// Opens the related alarm under the cursor; where there is none, the DB instance that it watches.
fn open(app: &mut App) {
    let Some(row) = app.alarms.current() else { return };
    let (site, from) = (row.site, row.id());
    let (Some(alarm), Some(data)) = (row.alarm(&app.shell.world), app.shell.world.site(site)) else { return };
    let related = kin::of(&data.alarms, alarm);
    let chosen = related.get(app.alarms.related.min(related.len().saturating_sub(1)));
    let target = chosen.map(|other| (other.called.to_owned(), other.alarm.map(|known| (site, row::key(known).into()))));
    let database = database_of(alarm);
    match (target, database) {
        (Some((_, Some(key))), _) => visit(app, &key, from),
        (Some((called, None)), _) => {
            app.shell.say(format!("{called} was not read here: it was deleted, or is of another place"), Tone::Plain);
        }
        (None, Some(id)) if app.shell.world.database(site, &id).is_some() => database::open(app, site, &id, None),
        (None, Some(id)) => app.shell.say(format!("{id} is not among the DB instances that were read"), Tone::Plain),
        (None, None) => app.shell.say("what it watches has no screen here", Tone::Plain),
    }
}

/// Shows the story of another alarm.
fn visit(app: &mut App, key: &AlarmKey, from: AlarmKey) {
    if app.alarms.position(key).is_none() && !app.alarms.filter.is_empty() {
        filter(app, String::new());
    }
    let page = places::page(app);
    match app.alarms.position(key) {
        Some(at) => {
            app.alarms.trail.push(from);
            app.alarms.go(at, page);
        }
        None => app.shell.say("it is of another environment than the one that is looked at", Tone::Plain),
    }
}

/// The DB instance that an alarm watches, by its id.
fn database_of(alarm: &Alarm) -> Option<String> {
    match alarm.subject()? {
        WatchedResource::Database(id) => Some(id),
        _ => None,
    }
}

/// The DB instance that the alarm under the cursor watches.
#[must_use]
pub fn selected(app: &App) -> Option<(SiteId, &Database)> {
    let row = app.alarms.current()?;
    let id = database_of(row.alarm(&app.shell.world)?)?;
    app.shell.world.database(row.site, &id).map(|database| (row.site, database))
}

/// The row of the list in this row of the terminal gets the cursor.
pub fn click(app: &mut App, row: u16) {
    if let Some(at) = places::row_at(app, row) {
        let page = places::page(app);
        app.alarms.go(at, page);
    }
}

/// The menu that `y` opens, for the alarm under the cursor.
#[must_use]
pub fn copy_menu(app: &App) -> Option<Menu> {
    let row = app.alarms.current()?;
    let alarm = row.alarm(&app.shell.world)?;
    let estate = &app.shell.world.estate;
    let command = format!(
        "aws cloudwatch describe-alarms{} --region {} --alarm-types MetricAlarm CompositeAlarm --alarm-names {}",
        estate.cli_options(row.site),
        quoted(&estate.site(row.site)?.region),
        quoted(&alarm.name)
    );
    let texts = [
        ("name", alarm.name.clone()),
        ("ARN", alarm.arn.clone()),
        ("reason", alarm.reason.clone()),
        ("AWS CLI", command),
    ];
    let item = |(label, text): (&str, String)| Item {
        label: label.into(),
        detail: text.clone(),
        checked: None,
        command: Command::Copy(text),
    };
    let items = texts.into_iter().filter(|(_, text)| !text.is_empty()).map(item).collect();
    Some(Menu::new(Purpose::Copy, "Copy", items, 0))
}

/// The keys that work here, most useful first.
#[must_use]
pub fn hints(app: &App) -> Vec<(Action, &'static str)> {
    let screen = &app.alarms;
    if screen.is_typing() {
        return vec![
            (Action::Open, "done"),
            (Action::Back, "clear filter"),
            (Action::Down, "down"),
            (Action::Up, "up"),
        ];
    }
    let database = selected(app).is_some();
    let mut hints = Vec::new();
    if screen.whole && screen.current().is_some() {
        let has_related = Scrolled::of(app).is_some_and(|story| !story.related.is_empty());
        if has_related {
            hints.push((Action::Open, "open the alarm"));
        } else if database {
            hints.push((Action::Open, "open the DB instance"));
        }
        hints.extend([(Action::Back, "back"), (Action::HalfPageDown, "more"), (Action::Copy, "copy")]);
    } else {
        hints.extend([(Action::Open, "the whole story"), (Action::Filter, "filter")]);
        if !screen.filter.is_empty() {
            hints.push((Action::Back, "clear filter"));
        }
        hints.extend([(Action::Sort, "order"), (Action::SortReverse, "reverse"), (Action::Copy, "copy")]);
    }
    if database {
        hints.push((Action::Operations, "operations"));
    }
    hints.extend([
        (Action::Palette, "commands"),
        (Action::Help, "help"),
        (Action::Quit, "leave"),
        (Action::Environments, "environment"),
        (Action::Refresh, "refresh"),
    ]);
    hints
}

#[cfg(test)]
mod tests;
