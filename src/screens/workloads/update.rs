//! What keys do on the workloads. Nothing here changes the world.

use std::sync::Arc;

use super::made::rebuild;
use super::state::State;
use crate::domain::SiteId;
use crate::keymap::Action;
use crate::screens::State as App;
use crate::screens::cluster_object::page::{LaidPage, PageLink};
use crate::screens::cluster_object::{self, ThingKey};
use crate::screens::{OpenScreen, View, cluster, executions, logs};
use crate::shell::Tone;

/// Rows above the page.
pub const TOP: u16 = 1;

/// Opens the workloads of a cluster over what is on the screen.
pub fn open(app: &mut App, site: SiteId, cluster: &Arc<str>) {
    app.views.remove(|view| matches!(view, View::Screen(OpenScreen::Workloads(_))));
    app.views.open(View::Screen(OpenScreen::Workloads(Box::new(State::new(site, cluster.clone())))));
    rebuild(app);
}

/// Columns and rows of the page.
fn room(app: &App) -> (usize, usize) {
    let body = executions::body(&app.shell);
    (usize::from(body.width), usize::from(body.height.saturating_sub(TOP)))
}

/// The thing under the cursor.
fn chosen(open: &State) -> Option<ThingKey> {
    match open.cursor.current(&open.page) {
        Some(PageLink::Object(key)) => Some(key.clone()),
        _ => None,
    }
}

/// Performs an action; false when it means nothing here.
pub fn handle(app: &mut App, action: Action) -> bool {
    let ((width, rows), now) = (room(app), app.shell.world.now);
    let Some(open) = app.views.workloads_mut() else { return false };
    let laid = LaidPage::of(&open.page, width, now);
    if open.cursor.act(&open.page, &laid, rows, action) {
        return true;
    }
    let (site, cluster) = (open.site, open.cluster.clone());
    match action {
        Action::Open | Action::Right => match open.cursor.current(&open.page).cloned() {
            Some(PageLink::Object(key)) => cluster_object::open(app, site, &cluster, key),
            Some(PageLink::Log(source)) => logs::open(app, site, &cluster, source),
            Some(PageLink::Here(_)) => {
                app.shell.say("an application has no screen here: what is wrong with it stands below", Tone::Plain);
            }
            Some(PageLink::Unfold(_)) | None => {}
        },
        Action::Logs => match chosen(open) {
            Some(key) => cluster_object::open_logs(app, site, &cluster, &key),
            None => app.shell.say("a pod has logs: select one", Tone::Plain),
        },
        Action::Pools => cluster::open_pools(app, site, &cluster),
        Action::Sort => {
            (open.order, open.reverse, open.made) = (open.order.following(), false, None);
            let words = format!("workloads by {}", open.order.name());
            rebuild(app);
            app.shell.say(words, Tone::Plain);
        }
        Action::SortReverse => {
            (open.reverse, open.made) = (!open.reverse, None);
            rebuild(app);
        }
        Action::Filter => {
            let filter = open.filter.clone();
            app.views.open(View::Filter(filter.into()));
        }
        Action::Copy => {
            let Some(key) = chosen(open) else { return false };
            let menu = cluster_object::copy_menu_of(app, site, &cluster, &key);
            app.views.open(View::Menu(Box::new(menu)));
        }
        Action::Back if !open.filter.is_empty() => filter(app, String::new()),
        // It is where one is.
        Action::Workloads => {}
        Action::Back => {
            app.views.close();
            app.screen().rebuild(app);
        }
        _ => return false,
    }
    true
}

/// What does not have these words is not shown.
pub fn filter(app: &mut App, text: String) {
    if let Some(open) = app.views.workloads_mut() {
        (open.filter, open.made) = (text, None);
    }
    rebuild(app);
}

/// The line in this row of the terminal gets the cursor, if it opens something.
pub fn click(app: &mut App, row: u16) {
    let ((width, rows), now) = (room(app), app.shell.world.now);
    let top = executions::body(&app.shell).y + TOP;
    let Some(line) = row.checked_sub(top).map(usize::from) else { return };
    let Some(open) = app.views.workloads_mut() else { return };
    let laid = LaidPage::of(&open.page, width, now);
    let at = open.cursor.scroll.min(laid.most(rows)) + line;
    let Some(item) = laid.item(at).filter(|_| line < laid.page(rows)) else { return };
    if open.page.link(item).is_some() {
        open.cursor.put(&open.page, &laid, rows, item);
    }
}

/// The keys that work here, most useful first.
#[must_use]
pub fn hints(app: &App) -> Vec<(Action, &'static str)> {
    let Some(open) = app.views.workloads() else { return Vec::new() };
    let mut hints = Vec::new();
    if let Some(key) = chosen(open) {
        let words = if matches!(key, ThingKey::Pod { .. }) { "open the pod" } else { "open it" };
        hints.extend([(Action::Open, words), (Action::Logs, "logs")]);
    }
    hints.extend([
        (Action::Back, if open.filter.is_empty() { "back" } else { "clear filter" }),
        (Action::NextFinding, "next that is wrong"),
        (Action::NextPane, "next section"),
        (Action::Pools, "pools"),
        (Action::Filter, "filter"),
        (Action::Sort, "order"),
        (Action::SortReverse, "reverse"),
        (Action::Copy, "copy"),
        (Action::Palette, "commands"),
        (Action::Help, "help"),
        (Action::Quit, "leave"),
    ]);
    hints
}
