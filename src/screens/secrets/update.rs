//! What keys do on the list of secrets. Nothing here changes the world, or fetches a value.

use jiff::Timestamp;

use super::copied::copy_menu_of;
use super::places;
use super::row::SecretKey;
use super::rows::{filter, rebuild};
use crate::keymap::Action;
use crate::screens::State as App;
use crate::screens::list::{ListOrder, ListRow};
use crate::screens::{View, cursor};
use crate::services::secrets::link as page_of;
use crate::shell::Tone;

/// Performs an action; false when it means nothing here.
pub fn handle(app: &mut App, action: Action) -> bool {
    let page = places::page(app);
    let screen = &mut app.secrets;
    if let Some(to) = cursor::target(action, screen.selected, page) {
        screen.go(to, page);
        return true;
    }
    match action {
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
        Action::Back if !screen.filter.is_empty() => filter(app, String::new()),
        Action::Copy => {
            let Some(row) = app.secrets.current() else { return false };
            let found = (!row.is_missing).then_some((row.site, &*row.arn));
            let menu = copy_menu_of(app, &row.secret.name, found);
            app.views.open(View::Menu(Box::new(menu)));
        }
        _ => return false,
    }
    true
}

/// The secret on which the cursor rests, of which more is read; there is nothing of one that is missing.
#[must_use]
pub fn looked_at(app: &App, now: Timestamp) -> Option<SecretKey> {
    app.secrets.rested(now).filter(|row| !row.is_missing).map(ListRow::key)
}

/// Puts the cursor on a secret; false where it is not among the rows.
pub fn open_at(app: &mut App, key: &SecretKey) -> bool {
    let page = places::page(app);
    let at = app.secrets.rows.iter().position(|row| row.key() == *key);
    if let Some(at) = at {
        app.secrets.go(at, page);
    }
    at.is_some()
}

/// The row of the list in this row of the terminal gets the cursor.
pub fn click(app: &mut App, row: u16) {
    if let Some(at) = app.secrets.row_at(&places::of_screen(app), row) {
        let page = places::page(app);
        app.secrets.go(at, page);
    }
}

/// The page of the AWS console for the secret under the cursor.
#[must_use]
pub fn link(app: &App) -> Option<String> {
    let row = app.secrets.current().filter(|row| !row.is_missing)?;
    page_of::of_secret(&row.region, &row.secret.name)
}

/// The keys that work here, most useful first.
#[must_use]
pub fn hints(app: &App) -> Vec<(Action, &'static str)> {
    let screen = &app.secrets;
    let mut hints = vec![(Action::Filter, "filter")];
    if !screen.filter.is_empty() {
        hints.push((Action::Back, "clear filter"));
    }
    hints.extend([
        (Action::Sort, "order"),
        (Action::SortReverse, "reverse"),
        (Action::Copy, "copy"),
        (Action::Link, "AWS console"),
        (Action::Palette, "commands"),
        (Action::Help, "help"),
        (Action::Quit, "leave"),
        (Action::Environments, "environment"),
        (Action::Refresh, "refresh"),
    ]);
    hints
}
