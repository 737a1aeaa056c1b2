//! What keys do on the databases screen, and its menus.

use super::column::Column;
use super::rows::rebuild;
use super::state::page;
use crate::app::state::State as App;
use crate::keymap::Action;
use crate::screens::command::Command;
use crate::screens::menu::{Item, Menu, Purpose};
use crate::screens::{Screen, View, database};

/// Performs an action; false when it means nothing here.
pub fn handle(app: &mut App, action: Action) -> bool {
    let page = page(app.size);
    let half = (page / 2).max(1);
    let screen = &mut app.databases;
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
        Action::Open => open(app),
        Action::Sort => app.views.open(View::Menu(Box::new(sort_menu(app)))),
        Action::SortReverse => {
            screen.sort.1 = !screen.sort.1;
            rebuild(app);
        }
        Action::Columns => app.views.open(View::Menu(Box::new(columns_menu(app)))),
        Action::Filter => app.views.open(View::Filter(screen.filter.clone().into())),
        Action::Back if !screen.filter.is_empty() => {
            screen.filter.clear();
            rebuild(app);
        }
        Action::Copy => match copy_menu(app) {
            Some(menu) => app.views.open(View::Menu(Box::new(menu))),
            None => return false,
        },
        _ => return false,
    }
    true
}

fn open(app: &mut App) {
    let Some(row) = app.databases.current() else { return };
    let Some(database) = row.database(app) else { return };
    let opened = database::State::new(row.site, &database.id);
    app.views.open(View::Database(Box::new(opened)));
    // It may have been left while it showed another time.
    database::renew_charts(app);
}

/// Puts the cursor on a DB instance by its ARN, if it is among the rows.
pub fn select(app: &mut App, arn: &str) {
    if let Some(at) = app.databases.rows.iter().position(|row| &*row.arn == arn) {
        app.databases.go(at, page(app.size));
    }
}

/// Sorts by a column; by the same again the other way round.
pub fn sort_by(app: &mut App, column: Column) {
    let (now, reverse) = app.databases.sort;
    app.databases.sort = if now == column { (column, !reverse) } else { (column, column.descending_first()) };
    rebuild(app);
}

/// The menu that `s` opens.
#[must_use]
pub fn sort_menu(app: &App) -> Menu {
    let items = Column::ALL
        .into_iter()
        .map(|column| Item {
            label: column.key().into(),
            detail: column.describe().into(),
            checked: None,
            command: Command::SortBy(column),
        })
        .collect();
    let selected = Column::ALL.iter().position(|c| *c == app.databases.sort.0).unwrap_or(0);
    Menu::new(Purpose::Sort, "Sort by", items, selected)
}

/// The menu that `c` opens.
#[must_use]
pub fn columns_menu(app: &App) -> Menu {
    let items = Column::ALL
        .into_iter()
        .filter(|column| *column != Column::Name)
        .map(|column| Item {
            label: column.key().into(),
            detail: column.describe().into(),
            checked: Some(app.databases.columns.contains(&column)),
            command: Command::ToggleColumn(column),
        })
        .collect();
    Menu::new(Purpose::Columns, "Columns", items, 0)
}

/// A word that a POSIX shell takes as it is: names from AWS are pasted into shells.
fn shell(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@,+%".contains(c);
    if !text.is_empty() && text.chars().all(plain) { text.into() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// A value of a libpq connection string.
fn conninfo(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.into()
    } else {
        format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
    }
}

/// The menu that `y` opens, for the DB instance in focus.
#[must_use]
pub fn copy_menu(app: &App) -> Option<Menu> {
    let database = match app.screen() {
        Screen::Databases | Screen::Fleet => app.databases.current()?.database(app)?,
        Screen::Database => app.open_database()?.1,
    };
    let mut texts = vec![("id", database.id.clone()), ("ARN", database.arn.clone())];
    if let Some(host) = &database.endpoint {
        texts.push(("endpoint", host.clone()));
    }
    // For what speaks PostgreSQL. AWS's authorities are in no system's store: their bundle is named.
    if let Some(host) = database.endpoint.as_ref().filter(|_| database.speaks_postgres()) {
        let port = database.port.unwrap_or(5432);
        let name = conninfo(database.database_name.as_deref().unwrap_or("postgres"));
        let user = conninfo(database.master_username.as_deref().unwrap_or("postgres"));
        let host = conninfo(host);
        let target = format!(
            "host={host} port={port} dbname={name} user={user} sslmode=verify-full sslrootcert=global-bundle.pem"
        );
        texts.push(("psql", format!("psql {}", shell(&target))));
    }
    let site = match app.screen() {
        Screen::Databases | Screen::Fleet => app.databases.current()?.site,
        Screen::Database => app.views.database()?.site,
    };
    texts.push((
        "AWS CLI",
        format!(
            "aws rds describe-db-instances{} --region {} --db-instance-identifier {}",
            app.world.estate.cli_options(site),
            shell(&database.region),
            shell(&database.id)
        ),
    ));
    let items = texts
        .into_iter()
        .map(|(label, text)| Item {
            label: label.into(),
            detail: text.clone(),
            checked: None,
            command: Command::Copy(text),
        })
        .collect();
    Some(Menu::new(Purpose::Copy, "Copy", items, 0))
}
