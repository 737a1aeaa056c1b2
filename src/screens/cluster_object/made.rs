//! The page of a thing, made when something was heard of its cluster.

use jiff::{SignedDuration, Timestamp};

use super::page::{ClusterPage, PageItem};
use super::parts::{self, ObjectParts};
use super::state::State;
use super::top::PageHead;
use crate::domain::Since;
use crate::domain::finding::Severity;
use crate::screens::State as App;
use crate::screens::findings;
use crate::services::kubernetes::{ClusterView, WatchStanding};
use crate::theme::Role;
use crate::ui::format;
use crate::ui::prose::Line;
use crate::world::World;

/// What a page says of ages is made anew after this.
const OLD: SignedDuration = SignedDuration::from_secs(10);

/// Makes the page of the topmost thing anew, if its cluster is another than before.
pub fn rebuild(app: &mut App) {
    let Some(open) = app.views.cluster_object() else { return };
    let world = &app.shell.world;
    let revision = world.site(open.site).and_then(|data| data.services.kubernetes.get(&open.cluster));
    let revision = revision.map_or(0, |cluster| cluster.revision);
    let is_made = |(of, at): (u64, Timestamp)| of == revision && world.now.duration_since(at) < OLD;
    if open.made.is_some_and(is_made) {
        return;
    }
    let made = make(world, open);
    let now = world.now;
    let Some(open) = app.views.cluster_object_mut() else { return };
    open.made = Some((revision, now));
    (open.head, open.page, open.kept, open.gone) = made;
    open.cursor.keep(&open.page);
}

type Made = (PageHead, ClusterPage, Option<(PageHead, ClusterPage)>, Option<Timestamp>);

fn make(world: &World, open: &State) -> Made {
    let now = world.now;
    let view = world.cluster(open.site, &open.cluster);
    let Some(view) = view else {
        let head = PageHead { state: vec![("○ not known".into(), Role::Unknown)], ..PageHead::default() };
        return (head, absent(None, open), open.kept.clone(), open.gone);
    };
    let mut page = strip(world, &view, open);
    let standing = view.standing(parts::watched(&open.key));
    if let Some(notice) = notice(standing, now) {
        page.push(notice);
    }
    let (head, body, gone) = match (parts::of(&view, &open.key, &open.unfolded, now), &open.kept) {
        (Some(ObjectParts { state, created, place, body, gone }), _) => {
            (PageHead { state: marked(state, worst(world, &view, open)), created, place }, body, gone)
        }
        (None, Some((head, body))) => (head.clone(), body.clone(), open.gone.or(Some(now))),
        (None, None) => {
            let head = PageHead { state: vec![("○ not there".into(), Role::Unknown)], ..PageHead::default() };
            page.append(absent(Some(standing), open));
            page.append(parts::events(&view, &open.key));
            return (head, page, None, open.gone);
        }
    };
    let kept = Some((head.clone(), body.clone()));
    let mut head = head;
    if let Some(gone) = gone {
        let words = format!("✖ gone since {} ({})  ", format::clock_seconds(gone), format::coarse_ago(now, gone));
        head.state.insert(0, (words, Role::Critical));
        page.push(PageItem::marked(("·", Role::Dim), 1, "what follows is what was known of it last", Role::Dim));
    }
    page.append(body);
    page.append(parts::events(&view, &open.key));
    (head, page, kept, gone)
}

/// The worst that is found of it.
fn worst(world: &World, view: &ClusterView<'_>, open: &State) -> Option<Severity> {
    let key = open.key.thing()?.key(&view.eks?.arn);
    world.health.of(&key).map(|finding| finding.severity).max()
}

/// How it stands, with the mark that it has everywhere else: what stands well by itself may have trouble.
fn marked(mut state: Line, worst: Option<Severity>) -> Line {
    if let Some(severity @ (Severity::Warning | Severity::Critical)) = worst
        && let Some((words, role @ Role::Good)) = state.first_mut()
        && let Some(rest) = words.strip_prefix(parts::GOOD.0)
    {
        let (mark, its) = findings::mark(severity);
        (*words, *role) = (format!("{mark}{rest}"), its);
    }
    state
}

/// What is wrong with it, first.
fn strip(world: &World, view: &ClusterView<'_>, open: &State) -> ClusterPage {
    let mut page = ClusterPage::default();
    let (Some(eks), Some(thing)) = (view.eks, open.key.thing()) else { return page };
    let key = thing.key(&eks.arn);
    for finding in world.cluster_findings(&eks.arn).into_iter().filter(|finding| finding.arn == key) {
        let mark = findings::mark(finding.severity);
        // The edge of what was read is no beginning.
        let began = match finding.since {
            Some(Since::Told(at) | Since::At(at)) => Some(at),
            _ => None,
        };
        let item = PageItem::marked(mark, 1, finding.summary.clone(), Role::Text).since(began);
        page.push(item.wrong(finding.severity > Severity::Info));
        if !finding.evidence.is_empty() {
            page.push(PageItem::marked((" ", Role::Text), 1, finding.evidence.clone(), Role::Dim));
        }
        if !finding.advice.is_empty() {
            page.push(PageItem::advice(3, finding.advice.clone()));
        }
    }
    page
}

/// Why what is said of it may be old.
fn notice(standing: WatchStanding<'_>, now: Timestamp) -> Option<PageItem> {
    let WatchStanding::Stale(at, fault) = standing else { return None };
    let words = format!("as it was {}: {}", format::coarse_ago(now, at), fault.words("its watch"));
    Some(PageItem::marked(("◌", Role::Stale), 1, words, Role::Stale))
}

/// What is said where nothing is known of it.
fn absent(standing: Option<WatchStanding<'_>>, open: &State) -> ClusterPage {
    let mut page = ClusterPage::default();
    let (kind, name) = (open.key.kind(), open.key.name());
    let words = match standing {
        None | Some(WatchStanding::Idle | WatchStanding::Loading) => format!("{kind} {name} is being read …"),
        Some(WatchStanding::Failed(fault)) => format!("nothing is known of it: {}", fault.words("it")),
        Some(WatchStanding::Fresh(_) | WatchStanding::Stale(..)) => {
            format!("there is no {kind} {name} in this cluster (any more)")
        }
    };
    page.push(PageItem::marked(("○", Role::Unknown), 1, words, Role::Unknown));
    if let Some(WatchStanding::Failed(fault)) = standing {
        page.push(PageItem::advice(1, fault.advice()));
    }
    page
}
