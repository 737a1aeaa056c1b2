//! What keys do on a log. Nothing here changes the world.

use std::sync::Arc;

use super::copied::copy_menu;
use super::reading::renew;
use super::rows;
use super::state::State;
use crate::domain::SiteId;
use crate::keymap::Action;
use crate::screens::State as App;
use crate::screens::{OpenScreen, View};
use crate::services::kubernetes::logs::LogSource;
use crate::services::kubernetes::model::Pod;
use crate::shell::Tone;

/// Columns by which lines are shifted at once.
const SHIFT: usize = 20;

/// Opens the log of a container over what is on the screen.
pub fn open(app: &mut App, site: SiteId, cluster: &Arc<str>, source: LogSource) {
    let opened = State::new(site, cluster.clone(), source);
    app.views.remove(|view| matches!(view, View::Screen(OpenScreen::Logs(_))));
    app.views.open(View::Screen(OpenScreen::Logs(Box::new(opened))));
}

/// The pod whose log is open, where it is there still.
#[must_use]
pub fn pod<'a>(app: &'a App, open: &State) -> Option<&'a Pod> {
    let cluster = app.shell.world.site(open.site)?.services.kubernetes.get(&open.cluster)?;
    cluster.objects.pods.get(&format!("{}/{}", open.source.namespace, open.source.pod)).map(AsRef::as_ref)
}

/// Performs an action; false when it means nothing here.
pub fn handle(app: &mut App, action: Action) -> bool {
    if scroll(app, action) {
        return true;
    }
    let Some(open) = app.views.logs_mut() else { return false };
    match action {
        Action::Follow => {
            open.follows = !open.follows;
            if !open.follows {
                hold(app);
            }
        }
        Action::Wrap => (open.wraps, open.shift) = (!open.wraps, 0),
        Action::PreviousRun => {
            let source = LogSource { previous: !open.source.previous, ..open.source.clone() };
            open.turn(source);
        }
        Action::Left => open.shift = open.shift.saturating_sub(SHIFT),
        Action::Right if !open.wraps => open.shift += SHIFT,
        Action::NextPane | Action::PreviousPane => turn(app, action == Action::NextPane),
        Action::Refresh => open.attempt += 1,
        Action::Filter => {
            let filter = open.filter.clone();
            app.views.open(View::Filter(filter.into()));
        }
        Action::Copy => {
            let Some(menu) = copy_menu(app) else { return false };
            app.views.open(View::Menu(Box::new(menu)));
        }
        Action::Back if !open.filter.is_empty() => filter(app, String::new()),
        Action::Back => {
            app.views.close();
            app.screen().rebuild(app);
        }
        _ => return false,
    }
    true
}

/// What was in view stays in view while lines come.
fn hold(app: &mut App) {
    let Some(open) = app.views.logs() else { return };
    let (form, height) = rows::form(app, open);
    let top = rows::last_top(&app.log, form, height);
    let number = app.log.matched.number(&app.log.tail, top).unwrap_or(0);
    if let Some(open) = app.views.logs_mut() {
        (open.top, open.follows) = (number, false);
    }
}

/// Scrolls; going up, the end is followed no more, and at the end it is.
fn scroll(app: &mut App, action: Action) -> bool {
    let Some(open) = app.views.logs() else { return false };
    let (form, height) = rows::form(app, open);
    let (at, last) = (rows::top(&app.log, open, form, height), rows::last_top(&app.log, form, height));
    let Some(to) = crate::screens::cursor::target(action, at, height) else { return false };
    let to = to.min(last);
    let number = app.log.matched.number(&app.log.tail, to).unwrap_or(0);
    // Who goes down to the end has not asked to follow: who asks for the end has.
    let follows = action == Action::Bottom || (open.follows && to == last);
    if let Some(open) = app.views.logs_mut() {
        (open.top, open.follows) = (number, follows);
    }
    true
}

/// The log of the next container of the pod, or the one before.
fn turn(app: &mut App, is_next: bool) {
    let Some(open) = app.views.logs() else { return };
    let Some(pod) = pod(app, open) else {
        return app.shell.say("the pod is not there any more: its other containers are not known", Tone::Plain);
    };
    let names: Vec<Arc<str>> = pod.containers.iter().map(|container| container.name.clone()).collect();
    let at = names.iter().position(|name| *name == open.source.container);
    if names.len() < 2 {
        return app.shell.say("it has one container alone", Tone::Plain);
    }
    let by = if is_next { 1 } else { names.len() - 1 };
    let to = at.map_or(0, |at| (at + by) % names.len());
    let source = LogSource { container: names[to].clone(), previous: false, ..open.source.clone() };
    if let Some(open) = app.views.logs_mut() {
        open.turn(source);
    }
}

/// Lines without these words are not shown.
pub fn filter(app: &mut App, text: String) {
    if let Some(open) = app.views.logs_mut() {
        open.filter = text;
    }
    renew(app);
}

/// Its lines are its own: nothing of the cluster is in them.
pub fn rebuild(_app: &mut App) {}

/// There is no cursor in a log.
pub fn click(_app: &mut App, _row: u16) {}

/// The keys that work here, most useful first.
#[must_use]
pub fn hints(app: &App) -> Vec<(Action, &'static str)> {
    let Some(open) = app.views.logs() else { return Vec::new() };
    let mut hints = Vec::new();
    if app.log.tail.end.is_some() {
        hints.push((Action::Refresh, "read it again"));
    } else {
        hints.push((Action::Follow, if open.follows { "hold still" } else { "follow" }));
    }
    hints.push((Action::PreviousRun, if open.source.previous { "this run" } else { "the run before" }));
    hints.push((Action::Filter, "filter"));
    hints.push((Action::Back, if open.filter.is_empty() { "back" } else { "clear filter" }));
    if pod(app, open).is_some_and(|pod| pod.containers.len() > 1) {
        hints.push((Action::NextPane, "next container"));
    }
    hints.extend([
        (Action::Wrap, if open.wraps { "cut long lines" } else { "wrap" }),
        (Action::Bottom, "the end"),
        (Action::Copy, "copy"),
        (Action::Palette, "commands"),
        (Action::Help, "help"),
        (Action::Quit, "leave"),
    ]);
    hints
}
