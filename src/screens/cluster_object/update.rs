//! What keys do on the page of a thing. Nothing here changes the world.

use std::sync::Arc;

use super::copied::copy_menu_of;
use super::key::ThingKey;
use super::made::rebuild;
use super::page::{LaidPage, PageLink};
use super::state::State;
use crate::domain::SiteId;
use crate::keymap::Action;
use crate::screens::State as App;
use crate::screens::{OpenScreen, Screen, View, cluster, executions, logs, workloads};
use crate::services::kubernetes::logs::LogSource;
use crate::shell::Tone;

/// Rows above the page: which thing it is, and how it stands.
pub const TOP: u16 = 2;

/// Opens a thing of a cluster over what is on the screen.
pub fn open(app: &mut App, site: SiteId, cluster: &Arc<str>, key: ThingKey) {
    // The way back goes through nothing twice.
    app.views.remove(|view| match view {
        View::Screen(OpenScreen::ClusterObject(other)) => {
            (other.site, &other.cluster, &other.key) == (site, cluster, &key)
        }
        _ => false,
    });
    let opened = State::new(site, cluster.clone(), key);
    app.views.open(View::Screen(OpenScreen::ClusterObject(Box::new(opened))));
    rebuild(app);
}

/// Columns and rows of the page.
fn room(app: &App) -> (usize, usize) {
    let body = executions::body(&app.shell);
    (usize::from(body.width), usize::from(body.height.saturating_sub(TOP)))
}

/// Performs an action; false when it means nothing here.
pub fn handle(app: &mut App, action: Action) -> bool {
    let ((width, rows), now) = (room(app), app.shell.world.now);
    let Some(open) = app.views.cluster_object_mut() else { return false };
    let laid = LaidPage::of(&open.page, width, now);
    if open.cursor.act(&open.page, &laid, rows, action) {
        return true;
    }
    let (site, cluster) = (open.site, open.cluster.clone());
    let link = open.cursor.current(&open.page).cloned();
    match action {
        Action::Open | Action::Toggle | Action::Right => match link {
            Some(PageLink::Object(key)) if action != Action::Toggle => self::open(app, site, &cluster, key),
            Some(PageLink::Log(source)) if action != Action::Toggle => logs::open(app, site, &cluster, source),
            Some(PageLink::Unfold(name)) => {
                if !open.unfolded.remove(name) {
                    open.unfolded.insert(name);
                }
                open.made = None;
                rebuild(app);
            }
            _ => return action == Action::Open,
        },
        Action::Back => leave(app),
        Action::Logs => {
            let key = match link {
                Some(PageLink::Log(source)) => {
                    logs::open(app, site, &cluster, source);
                    return true;
                }
                Some(PageLink::Object(key @ ThingKey::Pod { .. })) => key,
                _ => open.key.clone(),
            };
            open_logs(app, site, &cluster, &key);
        }
        Action::Workloads => {
            app.views.remove(|view| matches!(view, View::Screen(OpenScreen::Workloads(_))));
            let opened = workloads::State::new(site, cluster);
            app.views.open(View::Screen(OpenScreen::Workloads(Box::new(opened))));
            app.screen().rebuild(app);
        }
        Action::Pools => cluster::open_pools(app, site, &cluster),
        Action::Copy => {
            let key = match link {
                Some(PageLink::Object(key)) => key,
                _ => open.key.clone(),
            };
            let menu = copy_menu_of(app, site, &cluster, &key);
            app.views.open(View::Menu(Box::new(menu)));
        }
        _ => return false,
    }
    true
}

/// Back to what it was opened from, as that is now.
fn leave(app: &mut App) {
    app.views.close();
    app.screen().rebuild(app);
}

/// Opens the log of a pod where one container alone can be meant; of several, the page on which one is chosen.
pub fn open_logs(app: &mut App, site: SiteId, cluster: &Arc<str>, key: &ThingKey) {
    let pod = match key {
        ThingKey::Pod { .. } => Some(key.clone()),
        ThingKey::Workload { .. } => only_pod(app, site, cluster, key),
        _ => None,
    };
    let Some(key @ ThingKey::Pod { .. }) = pod else {
        let is_open = is_open(app, key);
        match key {
            ThingKey::Workload { .. } if !is_open => open(app, site, cluster, key.clone()),
            ThingKey::Workload { .. } => app.shell.say("choose one of its pods first", Tone::Plain),
            _ => app.shell.say("a pod has logs: select one", Tone::Plain),
        }
        return;
    };
    let all = sources(app, site, cluster, &key);
    match all.as_slice() {
        [] => app.shell.say("no container of it is known", Tone::Plain),
        [only] => logs::open(app, site, cluster, only.clone()),
        _ if is_open(app, &key) => app.shell.say("choose one of its containers first", Tone::Plain),
        _ => {
            open(app, site, cluster, key);
            seek_log(app);
        }
    }
}

fn is_open(app: &App, key: &ThingKey) -> bool {
    app.screen() == Screen::ClusterObject && app.views.cluster_object().is_some_and(|open| open.key == *key)
}

/// The pod of a workload that has one alone.
fn only_pod(app: &App, site: SiteId, cluster: &str, key: &ThingKey) -> Option<ThingKey> {
    let view = app.shell.world.cluster(site, cluster)?;
    let mut all = view.pods_of(key.kind(), key.namespace(), key.name());
    let first = all.next()?;
    all.next().is_none().then(|| ThingKey::pod(first))
}

/// The logs of the containers of a pod; those of init containers where no other is there.
fn sources(app: &App, site: SiteId, cluster: &str, key: &ThingKey) -> Vec<LogSource> {
    let data = app.shell.world.site(site).and_then(|data| data.services.kubernetes.get(cluster));
    let pod = data.and_then(|data| data.objects.pods.get(&format!("{}/{}", key.namespace(), key.name())));
    let Some(pod) = pod else { return Vec::new() };
    let of = |container: &crate::services::kubernetes::model::Container| LogSource {
        namespace: pod.namespace.clone(),
        pod: pod.name.clone(),
        container: container.name.clone(),
        previous: false,
    };
    pod.containers.iter().map(of).collect()
}

/// Puts the cursor on the first container.
fn seek_log(app: &mut App) {
    let ((width, rows), now) = (room(app), app.shell.world.now);
    let Some(open) = app.views.cluster_object_mut() else { return };
    let is_log = |item: &usize| matches!(open.page.link(*item), Some(PageLink::Log(_)));
    let Some(first) = open.page.stops().find(is_log) else { return };
    let laid = LaidPage::of(&open.page, width, now);
    open.cursor.put(&open.page, &laid, rows, first);
}

/// The line in this row of the terminal gets the cursor, if it opens something.
pub fn click(app: &mut App, row: u16) {
    let ((width, rows), now) = (room(app), app.shell.world.now);
    let top = executions::body(&app.shell).y + TOP;
    let Some(line) = row.checked_sub(top).map(usize::from) else { return };
    let Some(open) = app.views.cluster_object_mut() else { return };
    let laid = LaidPage::of(&open.page, width, now);
    let at = open.cursor.scroll.min(laid.most(rows)) + line;
    let Some(item) = laid.item(at).filter(|_| line < laid.page(rows)) else { return };
    if open.page.link(item).is_some() {
        open.cursor.put(&open.page, &laid, rows, item);
    }
}

/// It lists nothing that is filtered.
pub fn filter(_app: &mut App, _text: String) {}

/// The keys that work here, most useful first.
#[must_use]
pub fn hints(app: &App) -> Vec<(Action, &'static str)> {
    let Some(open) = app.views.cluster_object() else { return Vec::new() };
    let mut hints = Vec::new();
    match open.cursor.current(&open.page) {
        Some(PageLink::Object(_)) => hints.push((Action::Open, "open it")),
        Some(PageLink::Log(_)) => hints.push((Action::Open, "read its log")),
        Some(PageLink::Unfold(name)) if open.unfolded.contains(name) => hints.push((Action::Open, "say less")),
        Some(PageLink::Unfold(_)) => hints.push((Action::Open, "say more")),
        Some(PageLink::Here(_)) | None => {}
    }
    if matches!(open.key, ThingKey::Pod { .. } | ThingKey::Workload { .. }) {
        hints.push((Action::Logs, "logs"));
    }
    hints.extend([
        (Action::Back, "back"),
        (Action::NextPane, "next section"),
        (Action::Workloads, "workloads"),
        (Action::Pools, "pools"),
        (Action::HalfPageDown, "more"),
        (Action::Copy, "copy"),
        (Action::Palette, "commands"),
        (Action::Help, "help"),
        (Action::Quit, "leave"),
    ]);
    hints
}
