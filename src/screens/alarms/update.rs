//! What keys do on the alarms screen. Nothing here changes the world.

use super::kin;
use super::places;
use super::row::{self, AlarmKey, AlarmRow};
use super::rows::{filter, rebuild};
use super::scrolled::Scrolled;
use crate::domain::text::quoted;
use crate::domain::{Database, SiteId};
use crate::keymap::Action;
use crate::screens::State as App;
use crate::screens::menu::Menu;
use crate::screens::{OpenScreen, View, cursor, database};
use crate::services::alarms::{Alarm, link};
use crate::shell::Tone;

/// Performs an action; false when it means nothing here.
pub fn handle(app: &mut App, action: Action) -> bool {
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
    let screen = &mut app.alarms;
    let at = screen.selected;
    if let Some(to) = cursor::target(action, at, page) {
        screen.go(to, page);
        return true;
    }
    match action {
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
        Action::Filter => app.views.open(View::Filter(screen.filter.clone().into())),
        Action::Columns => app.shell.say("the columns are those that there is room for", Tone::Plain),
        Action::Right => watched(app),
        Action::Back if !screen.filter.is_empty() => filter(app, String::new()),
        Action::Back if screen.whole => screen.close(),
        _ => return false,
    }
    true
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
        Action::Bottom => (screen.scroll, screen.related) = (most, last),
        // What is opened is seen first.
        Action::Open if !related.is_empty() && !is_seen => screen.scroll = shown(cursor).min(most),
        Action::Open => {
            follow(app);
            return true;
        }
        Action::Right => {
            watched(app);
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
    let before = app.alarms.trail.pop().and_then(|(key, related)| Some((app.alarms.position(&key)?, related)));
    match before {
        Some((at, related)) => {
            app.alarms.go(at, page);
            app.alarms.related = related;
        }
        None => app.alarms.close(),
    }
    true
}

/// Opens the related alarm under the cursor; where there is none, the DB instance that it watches.
fn follow(app: &mut App) {
    let Some(row) = app.alarms.current() else { return };
    let (site, from) = (row.site, row.id());
    let (Some(alarm), Some(data)) = (row.alarm(&app.shell.world), app.shell.world.site(site)) else { return };
    let related = kin::of(&data.alarms, alarm);
    let Some(chosen) = related.get(app.alarms.related.min(related.len().saturating_sub(1))) else {
        return watched(app);
    };
    if let Some(known) = chosen.alarm {
        let key: AlarmKey = (site, row::key(known).into());
        return visit(app, &key, from);
    }
    let text = format!("{} was not read here: it was deleted, or is of another place", chosen.called);
    app.shell.say(text, Tone::Plain);
}

/// Opens the DB instance that the alarm under the cursor watches.
fn watched(app: &mut App) {
    let Some(row) = app.alarms.current() else { return };
    let site = row.site;
    let Some(alarm) = row.alarm(&app.shell.world) else { return };
    let has_several = alarm.databases().next().is_some();
    match database_of(alarm).map(str::to_owned) {
        Some(id) if app.shell.world.database(site, &id).is_some() => database::open(app, site, &id, None),
        Some(id) => app.shell.say(format!("{id} is not among the DB instances that were read"), Tone::Plain),
        None if has_several => app.shell.say("it watches several DB instances", Tone::Plain),
        None => app.shell.say("what it watches has no screen here", Tone::Plain),
    }
}

/// Puts the cursor on the worst alarm of a DB instance, or leaves it where it is; nothing is read in full any more.
pub fn seek(app: &mut App, sought: Option<(SiteId, String)>) {
    app.alarms.close();
    let page = places::page(app);
    let Some((site, id)) = sought else { return };
    let world = &app.shell.world;
    let is_of = |row: &AlarmRow| {
        row.site == site && row.alarm(world).is_some_and(|alarm| alarm.databases().any(|other| other == id))
    };
    let worst = app.alarms.rows.iter().enumerate().filter(|(_, row)| is_of(row)).min_by_key(|(_, row)| row.state);
    if let Some(at) = worst.map(|(at, _)| at) {
        app.alarms.go(at, page);
    }
}

/// Opens the story of an alarm over what is on the screen, by its ARN (or its name, where that is missing).
pub fn open(app: &mut App, key: &str) {
    app.views.open(View::Screen(OpenScreen::Alarms));
    rebuild(app);
    let found = app.alarms.all.iter().find(|row| *row.key == *key).map(|row| row.id());
    if let Some(found) = found {
        open_at(app, &found);
    }
}

/// Opens the story of an alarm, if it is of what is looked at; a filter that hides it is cleared.
pub fn open_at(app: &mut App, key: &AlarmKey) -> bool {
    app.alarms.close();
    if app.alarms.position(key).is_none() && app.alarms.all.iter().any(|row| row.is(key)) {
        filter(app, String::new());
    }
    let page = places::page(app);
    let screen = &mut app.alarms;
    let Some(at) = screen.position(key) else { return false };
    screen.go(at, page);
    screen.whole = true;
    true
}

/// Shows the story of another alarm.
fn visit(app: &mut App, key: &AlarmKey, from: AlarmKey) {
    if !app.alarms.all.iter().any(|row| row.is(key)) {
        app.shell.say("it is of another environment than the one that is looked at", Tone::Plain);
        return;
    }
    if app.alarms.position(key).is_none() {
        filter(app, String::new());
    }
    let page = places::page(app);
    let screen = &mut app.alarms;
    let Some(at) = screen.position(key) else { return };
    // The way back goes through no alarm twice.
    match screen.trail.iter().position(|(before, _)| before == key) {
        Some(before) => screen.trail.truncate(before),
        None => screen.trail.push((from, screen.related)),
    }
    screen.go(at, page);
}

/// The DB instance that an alarm watches, by its id; none where it watches several.
fn database_of(alarm: &Alarm) -> Option<&str> {
    let mut all = alarm.databases();
    let first = all.next()?;
    all.all(|other| other == first).then_some(first)
}

/// Whether other alarms are shown in the story of the one under the cursor.
fn has_related(app: &App) -> bool {
    let world = &app.shell.world;
    let Some(row) = app.alarms.current() else { return false };
    let (Some(data), Some(alarm)) = (world.site(row.site), row.alarm(world)) else { return false };
    !kin::of(&data.alarms, alarm).is_empty()
}

/// The DB instance that the alarm under the cursor watches.
#[must_use]
pub fn selected(app: &App) -> Option<(SiteId, &Database)> {
    let row = app.alarms.current()?;
    let id = database_of(row.alarm(&app.shell.world)?)?;
    app.shell.world.database(row.site, id).map(|database| (row.site, database))
}

/// The row of the list in this row of the terminal gets the cursor.
pub fn click(app: &mut App, row: u16) {
    if let Some(at) = places::row_at(app, row) {
        let page = places::page(app);
        app.alarms.go(at, page);
    }
}

/// The page of the AWS console for the alarm under the cursor.
#[must_use]
pub fn link(app: &App) -> Option<String> {
    let row = app.alarms.current()?;
    let region = &app.shell.world.estate.site(row.site)?.region;
    link::of_alarm(region, &row.alarm(&app.shell.world)?.name)
}

/// The menu that `y` opens, for the alarm under the cursor.
#[must_use]
pub fn copy_menu(app: &App) -> Option<Menu> {
    let row = app.alarms.current()?;
    copy_menu_of(app, row.site, row.alarm(&app.shell.world)?)
}

/// The same for any alarm.
#[must_use]
pub fn copy_menu_of(app: &App, site: SiteId, alarm: &Alarm) -> Option<Menu> {
    let estate = &app.shell.world.estate;
    let command = format!(
        "aws cloudwatch describe-alarms{} --region {} --alarm-types {} --alarm-names {}",
        estate.cli_options(site),
        quoted(&estate.site(site)?.region),
        alarm.alarm_type(),
        quoted(&alarm.name)
    );
    let texts = [
        ("name", alarm.name.clone()),
        ("ARN", alarm.arn.clone()),
        ("reason", alarm.reason.clone()),
        ("AWS CLI", command),
    ];
    Some(Menu::copying(texts))
}

/// The keys that work here, most useful first.
#[must_use]
pub fn hints(app: &App) -> Vec<(Action, &'static str)> {
    let screen = &app.alarms;
    let database = selected(app).is_some();
    let mut hints = Vec::new();
    if screen.whole && screen.current().is_some() {
        if has_related(app) {
            hints.push((Action::Open, "open the alarm"));
            hints.extend(database.then_some((Action::Right, "its DB instance")));
        } else if database {
            hints.push((Action::Open, "open the DB instance"));
        }
        hints.extend([(Action::Back, "back"), (Action::HalfPageDown, "more"), (Action::Copy, "copy")]);
    } else {
        hints.push((Action::Open, "the whole story"));
        hints.extend(database.then_some((Action::Right, "its DB instance")));
        hints.push((Action::Filter, "filter"));
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
