//! What keys do on the cluster screen. Nothing here changes the world.

use super::arrange::arrange;
use super::head::KnownCluster;
use super::rows::filter;
use super::state::{ClusterPane, LineKey, ListLine, State};
use super::{places, strip};
use crate::keymap::Action;
use crate::screens::State as App;
use crate::screens::cluster_object::{self, ObjectKey};
use crate::screens::clusters::copy_menu_of;
use crate::screens::{OpenScreen, View, cursor, workloads};
use crate::services::kubernetes::link as page_of;
use crate::services::kubernetes::rules::ThingRef;
use crate::shell::Tone;

/// Performs an action; false when it means nothing here.
pub fn handle(app: &mut App, action: Action) -> bool {
    let Some(open) = app.views.cluster() else { return false };
    match action {
        Action::Workloads => workloads(app),
        Action::Pools => toggle_pools(app),
        Action::NextPane => turn(app, ClusterPane::following),
        Action::PreviousPane => turn(app, ClusterPane::preceding),
        Action::NextFinding => walk(app, 1),
        Action::PreviousFinding => walk(app, -1),
        Action::Details | Action::FindingStart => open_finding(app),
        Action::Copy => copy(app),
        Action::Logs => {
            app.shell.say("logs are of a container: choose a pod on a node, or among the workloads", Tone::Plain);
            true
        }
        Action::Filter => {
            let filter = open.filter.clone();
            app.views.open(View::Filter(filter.into()));
            true
        }
        Action::Back => back(app),
        _ => match open.pane {
            ClusterPane::Machines => in_list(app, action),
            ClusterPane::Pools => in_pools(app, action),
            ClusterPane::Eks => in_eks(app, action),
        },
    }
}

impl ClusterPane {
    fn following(self) -> Self {
        match self {
            Self::Machines => Self::Pools,
            Self::Pools => Self::Eks,
            Self::Eks => Self::Machines,
        }
    }

    fn preceding(self) -> Self {
        self.following().following()
    }
}

fn in_list(app: &mut App, action: Action) -> bool {
    let page = places::page(app);
    let Some(open) = app.views.cluster_mut() else { return false };
    if let Some(to) = cursor::target(action, open.selected, page) {
        open.go(to, page);
        return true;
    }
    match action {
        Action::Open | Action::Right => {
            // Opened, it is chosen: the cursor goes with it.
            open.go(open.selected, page);
            let key = match open.lines.get(open.selected) {
                Some(ListLine::Group(head)) => head.pool.clone().map(ObjectKey::Pool),
                Some(ListLine::Machine(_)) => open.current().map(|row| row.key.clone()),
                None => None,
            };
            match key {
                Some(key) => return open_thing(app, key),
                None => fold(open, page),
            }
        }
        Action::Toggle => fold(open, page),
        Action::Sort => {
            (open.order, open.reverse) = (open.order.following(), false);
            arrange(open, page);
        }
        Action::SortReverse => {
            open.reverse = !open.reverse;
            arrange(open, page);
        }
        Action::Group => {
            open.grouping = open.grouping.following();
            open.folded.clear();
            arrange(open, page);
        }
        _ => return false,
    }
    true
}

/// Puts the lines of the group under the cursor away, or shows them again.
fn fold(open: &mut State, page: usize) {
    let before = open.lines.iter().take(open.selected + 1).rev();
    let title = before.into_iter().find_map(|line| match line {
        ListLine::Group(head) => Some(head.title.clone()),
        ListLine::Machine(_) => None,
    });
    let Some(title) = title else { return };
    if !open.folded.remove(&title) {
        open.folded.insert(title.clone());
    }
    open.selected_key = Some(LineKey::Group(title));
    arrange(open, page);
}

fn in_pools(app: &mut App, action: Action) -> bool {
    let Some(open) = app.views.cluster_mut() else { return false };
    let last = open.scene.pools.len().saturating_sub(1);
    if let Some(to) = cursor::target(action, open.pool.min(last), 4) {
        open.pool = to.min(last);
        return true;
    }
    match action {
        Action::Open | Action::Right => {
            let pool = open.current_pool().map(|card| ObjectKey::Pool(card.name.clone()));
            pool.is_some_and(|key| open_thing(app, key))
        }
        _ => false,
    }
}

fn in_eks(app: &mut App, action: Action) -> bool {
    let page = places::page(app) + 1;
    let Some((lines, _)) = eks_lines(app) else { return false };
    let most = lines.saturating_sub(page);
    let Some(open) = app.views.cluster_mut() else { return false };
    let Some(to) = cursor::target(action, open.scroll.min(most), page) else { return false };
    open.scroll = to.min(most);
    true
}

/// How many lines EKS's half has, and of how many columns.
fn eks_lines(app: &App) -> Option<(usize, usize)> {
    let open = app.views.cluster()?;
    let width = usize::from(places::ClusterParts::of_screen(app, open).pane.width);
    Some((super::eks::lines(KnownCluster::of(app, open)?, width, app.shell.world.now).len(), width))
}

fn workloads(app: &mut App) -> bool {
    let Some(open) = app.views.cluster() else { return false };
    let state = workloads::State::new(open.site, open.cluster.clone());
    app.views.open(View::Screen(OpenScreen::Workloads(Box::new(state))));
    workloads::rebuild(app);
    true
}

/// Opens a thing of the cluster.
fn open_thing(app: &mut App, key: ObjectKey) -> bool {
    let Some(open) = app.views.cluster() else { return false };
    let (site, cluster) = (open.site, open.cluster.clone());
    cluster_object::open(app, site, &cluster, key);
    true
}

/// Shows the pools, or puts them away.
fn toggle_pools(app: &mut App) -> bool {
    let Some(open) = app.views.cluster_mut() else { return false };
    let is_shown = open.pane == ClusterPane::Pools || open.beside == Some(ClusterPane::Pools);
    (open.pane, open.beside) =
        if is_shown { (ClusterPane::Machines, None) } else { (ClusterPane::Pools, Some(ClusterPane::Pools)) };
    true
}

/// The keys go to another part.
fn turn(app: &mut App, to: fn(ClusterPane) -> ClusterPane) -> bool {
    let Some(open) = app.views.cluster_mut() else { return false };
    open.pane = to(open.pane);
    if open.pane != ClusterPane::Machines {
        open.beside = Some(open.pane);
    }
    open.scroll = 0;
    true
}

/// Back by one step: the filter, the part that has the keys, then the screen.
fn back(app: &mut App) -> bool {
    let Some(open) = app.views.cluster_mut() else { return false };
    if !open.filter.is_empty() {
        filter(app, String::new());
        return true;
    }
    if open.pane != ClusterPane::Machines || open.beside.is_some() {
        (open.pane, open.beside) = (ClusterPane::Machines, None);
        return true;
    }
    false
}

/// The finding after, or before, the one under the cursor of the strip; the cursor of the list goes to what it is about.
fn walk(app: &mut App, by: isize) -> bool {
    let page = places::page(app);
    let Some(open) = app.views.cluster() else { return false };
    let all = strip::all(&app.shell, open);
    let at = strip::chosen(open, &all);
    let Some(to) = at.checked_add_signed(by).filter(|to| *to < all.len()) else {
        app.shell.say(if by > 0 { "this is the last finding" } else { "this is the first finding" }, Tone::Plain);
        return true;
    };
    let chosen = (all[to].arn.clone(), all[to].rule);
    let about = ThingRef::of_key(&chosen.0).and_then(|(_, thing)| ObjectKey::of_thing(&thing));
    let Some(open) = app.views.cluster_mut() else { return false };
    open.finding = Some(chosen);
    let line = about
        .map(LineKey::Thing)
        .and_then(|key| (0..open.lines.len()).find(|at| open.key_at(*at).as_ref() == Some(&key)));
    if let Some(at) = line {
        open.go(at, page);
    }
    true
}

/// Opens what the finding under the cursor of the strip is about.
fn open_finding(app: &mut App) -> bool {
    let Some(open) = app.views.cluster() else { return false };
    let all = strip::all(&app.shell, open);
    let Some(finding) = all.get(strip::chosen(open, &all)) else {
        app.shell.say("nothing is found wrong with what was read of it", Tone::Plain);
        return true;
    };
    let Some((_, thing)) = ThingRef::of_key(&finding.arn) else { return false };
    match (ObjectKey::of_thing(&thing), thing) {
        (Some(key), _) => open_thing(app, key),
        (None, ThingRef::Application { .. } | ThingRef::Workload { .. }) => workloads(app),
        (None, _) => turn(app, |_| ClusterPane::Eks),
    }
}

fn copy(app: &mut App) -> bool {
    let Some(open) = app.views.cluster() else { return false };
    let (site, cluster) = (open.site, open.cluster.clone());
    let data = app.shell.world.site(site).map(|data| &data.services.kubernetes);
    let Some(eks) = data.and_then(|data| data.eks(&cluster)).cloned() else { return false };
    let menu = copy_menu_of(app, site, &eks);
    app.views.open(View::Menu(Box::new(menu)));
    true
}

/// The line of the list in this row of the terminal gets the cursor.
pub fn click(app: &mut App, row: u16) {
    let Some(at) = places::line_at(app, row) else { return };
    let page = places::page(app);
    if let Some(open) = app.views.cluster_mut() {
        open.pane = ClusterPane::Machines;
        open.go(at, page);
    }
}

/// The page of the AWS console for the cluster that is open.
#[must_use]
pub fn link(app: &App) -> Option<String> {
    let (site, cluster) = app.views.open_cluster()?;
    page_of::of_cluster(&app.shell.world.estate.site(site)?.region, cluster)
}

/// The keys that work here, most useful first.
#[must_use]
pub fn hints(app: &App) -> Vec<(Action, &'static str)> {
    let Some(open) = app.views.cluster() else { return Vec::new() };
    let findings = strip::all(&app.shell, open).len();
    let mut hints: Vec<(Action, &'static str)> = match open.pane {
        ClusterPane::Machines if open.lines.is_empty() => Vec::new(),
        ClusterPane::Machines => vec![(Action::Open, "open")],
        ClusterPane::Pools if open.scene.pools.is_empty() => vec![(Action::Pools, "nodes")],
        ClusterPane::Pools => vec![(Action::Open, "open the pool"), (Action::Pools, "nodes")],
        ClusterPane::Eks => vec![(Action::HalfPageDown, "more")],
    };
    if findings > 0 {
        hints.push((Action::Details, "what is wrong"));
    }
    if findings > 1 {
        hints.push((Action::NextFinding, "next finding"));
    }
    hints.push((Action::Workloads, "workloads"));
    if open.pane == ClusterPane::Machines {
        hints.extend([
            (Action::Pools, "pools"),
            (Action::Group, "group"),
            (Action::Sort, "order"),
            (Action::Filter, "filter"),
        ]);
    }
    hints.extend([
        (Action::NextPane, "pane"),
        (Action::Back, "back"),
        (Action::Copy, "copy"),
        (Action::Palette, "commands"),
        (Action::Help, "help"),
        (Action::Quit, "leave"),
    ]);
    hints
}
