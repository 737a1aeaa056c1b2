//! What keys do on the databases screen, and its menus.

use super::column::Column;
use super::rows::rebuild;
use super::state::page;
use crate::domain::text::quoted;
use crate::domain::{Database, SiteId};
use crate::keymap::Action;
use crate::screens::State as App;
use crate::screens::command::Command;
use crate::screens::menu::{Item, Menu, Purpose};
use crate::screens::{OpenScreen, Screen, View, cursor, database, findings};
use crate::world::Scope;

/// Performs an action; false when it means nothing here.
pub fn handle(app: &mut App, action: Action) -> bool {
    let page = page(app.shell.size);
    let screen = &mut app.databases;
    if let Some(to) = cursor::target(action, screen.selected, page) {
        screen.go(to, page);
        return true;
    }
    match action {
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
    let Some((site, database)) = selected(app) else { return };
    let id = database.id.clone();
    database::open(app, site, &id, None);
}

/// Shows the databases of these environments.
pub fn look(app: &mut App, scope: Scope) {
    if matches!(scope, Scope::One(id) if app.shell.world.estate.environment(id).is_none()) {
        return;
    }
    app.shell.scope = scope;
    // Another table than this one stays: it is of the same environments.
    if !app.screen().is_of_scope() {
        app.views.show(View::Screen(OpenScreen::Databases));
    }
    rebuild(app);
    let shown = app.screen();
    if shown != Screen::Databases {
        shown.look(app);
    }
}

/// The row under the cursor.
#[must_use]
pub fn selected(app: &App) -> Option<(SiteId, &Database)> {
    let row = app.databases.current()?;
    Some((row.site, row.database(&app.shell.world)?))
}

/// The row of the table in this row of the terminal gets the cursor.
pub fn click(app: &mut App, row: u16) {
    if let Some(at) = table_row(app, row) {
        app.databases.go(at, page(app.shell.size));
    }
}

/// The row of the table of databases that stands in a row of the terminal.
fn table_row(app: &App, row: u16) -> Option<usize> {
    // As the screen is divided: header, title, headings; the footer is the last row.
    let header = if app.shell.size.1 < 8 { 1 } else { 2 };
    let line = row.checked_sub(header + 2).filter(|_| row + 1 < app.shell.size.1)?;
    let at = app.databases.offset + usize::from(line);
    (at < app.databases.rows.len()).then_some(at)
}

/// Puts the cursor on a DB instance by its ARN, if it is among the rows.
pub fn select(app: &mut App, arn: &str) {
    if let Some(at) = app.databases.rows.iter().position(|row| &*row.arn == arn) {
        app.databases.go(at, page(app.shell.size));
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
    let (site, database) = app.selected()?;
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
        texts.push(("psql", format!("psql {}", quoted(&target))));
    }
    texts.push((
        "AWS CLI",
        format!(
            "aws rds describe-db-instances{} --region {} --db-instance-identifier {}",
            app.shell.world.estate.cli_options(site),
            quoted(&database.region),
            quoted(&database.id)
        ),
    ));
    let mut items: Vec<Item> = texts
        .into_iter()
        .map(|(label, text)| Item {
            label: label.into(),
            detail: text.clone(),
            checked: None,
            command: Command::Copy(text),
        })
        .collect();
    let concern = app.screen().concern(app);
    items.extend(concern.and_then(|concern| {
        let finding = concern.finding?;
        Some(Item {
            label: "incident summary".into(),
            detail: finding.summary.clone(),
            checked: None,
            command: Command::Copy(findings::incident(&app.shell.world, &concern, finding)),
        })
    }));
    Some(Menu::new(Purpose::Copy, "Copy", items, 0))
}
