//! What keys do on the list of clusters. Nothing here changes the world.

use super::copied::copy_menu_of;
use super::places;
use super::rows::{filter, rebuild};
use crate::keymap::Action;
use crate::screens::State as App;
use crate::screens::list::ListOrder;
use crate::screens::{OpenScreen, View, cluster, cursor};
use crate::services::kubernetes::link as page_of;
use crate::shell::Tone;

/// Performs an action; false when it means nothing here.
pub fn handle(app: &mut App, action: Action) -> bool {
    let page = places::page(app);
    let screen = &mut app.clusters;
    if let Some(to) = cursor::target(action, screen.selected, page) {
        screen.go(to, page);
        return true;
    }
    match action {
        Action::Open | Action::Right => open(app),
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
            let Some(row) = screen.current() else { return false };
            let (site, eks) = (row.site, row.eks.clone());
            let menu = copy_menu_of(app, site, &eks);
            app.views.open(View::Menu(Box::new(menu)));
        }
        _ => return false,
    }
    true
}

fn open(app: &mut App) {
    let Some(row) = app.clusters.current() else { return };
    let state = cluster::State::new(row.site, row.eks.name.clone());
    let page = places::page(app);
    // Opened, it is chosen: the cursor goes with it.
    let at = app.clusters.selected;
    app.clusters.go(at, page);
    app.views.open(View::Screen(OpenScreen::Cluster(Box::new(state))));
    cluster::rebuild(app);
}

/// The row of the list in this row of the terminal gets the cursor.
pub fn click(app: &mut App, row: u16) {
    if let Some(at) = app.clusters.row_at(&places::of_screen(app), row) {
        let page = places::page(app);
        app.clusters.go(at, page);
    }
}

/// The page of the AWS console for the cluster under the cursor.
#[must_use]
pub fn link(app: &App) -> Option<String> {
    let row = app.clusters.current()?;
    page_of::of_cluster(&row.region, &row.eks.name)
}

/// The keys that work here, most useful first.
#[must_use]
pub fn hints(app: &App) -> Vec<(Action, &'static str)> {
    let screen = &app.clusters;
    let mut hints = Vec::new();
    if !screen.rows.is_empty() {
        hints.push((Action::Open, "open"));
    }
    hints.push((Action::Filter, "filter"));
    if !screen.filter.is_empty() {
        hints.push((Action::Back, "clear filter"));
    }
    hints.extend([
        (Action::Sort, "order"),
        (Action::SortReverse, "reverse"),
        (Action::Copy, "copy"),
        (Action::Palette, "commands"),
        (Action::Help, "help"),
        (Action::Quit, "leave"),
        (Action::Environments, "environment"),
        (Action::Refresh, "refresh"),
    ]);
    hints
}
