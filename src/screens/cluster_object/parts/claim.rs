//! A claim: where it is stuck, what was asked for, and what became of it.

use jiff::Timestamp;

use super::node::capacity;
use super::pod::requirements;
use super::{CRITICAL, GOOD, ObjectParts, UNKNOWN, WARNING, conditions, reason, said};
use crate::screens::cluster_object::amount::resources;
use crate::screens::cluster_object::key::ThingKey;
use crate::screens::cluster_object::page::{ClusterPage, PageItem};
use crate::services::kubernetes::model::NodeClaim;
use crate::services::kubernetes::why::{ClaimStage, ClaimStory, StageState};
use crate::services::kubernetes::{ClusterView, why};
use crate::theme::Role;
use crate::ui::format;

/// Failed claims of its pool within so many seconds are shown.
const LOOKED_BACK: i64 = 3_600;

/// All of a claim but its events: of one that is there, that was there, or that only events tell of.
#[must_use]
pub fn parts(view: &ClusterView<'_>, name: &str, now: Timestamp) -> Option<ObjectParts> {
    if let Some(claim) = view.claim(name) {
        return Some(known(view, claim, &why::claim(view, claim, now), now));
    }
    if let Some(gone) = view.gone().rev().find(|gone| *gone.claim.name == *name) {
        let parts = known(view, &gone.claim, &why::gone(view, gone, now), now);
        return Some(ObjectParts { gone: Some(gone.gone), ..parts });
    }
    if !view.told_claims().contains(&name) {
        return None;
    }
    let story = why::told(view, name, now);
    let mut page = ClusterPage::default();
    page.section("Why", "");
    page.push(PageItem::marked(UNKNOWN, 3, "it was gone before it was seen: only events tell of it", Role::Dim));
    put(&mut page, &story, now);
    if let Some(pool) = view.pool_of_claim(name) {
        page.section("Belongs to", "");
        page.push(
            PageItem::fact("pool", pool.name.to_string(), Role::Text).to(Some(ThingKey::Pool(pool.name.clone()))),
        );
        attempts(&mut page, view, &pool.name, name, now);
    }
    let state = said(CRITICAL, story.state());
    Some(ObjectParts { state, body: page, gone: story.gone, ..ObjectParts::default() })
}

fn known(view: &ClusterView<'_>, claim: &NodeClaim, story: &ClaimStory, now: Timestamp) -> ObjectParts {
    let mut page = ClusterPage::default();
    page.section("Why", "");
    put(&mut page, story, now);
    page.section("Belongs to", "");
    match &claim.pool {
        Some(pool) => {
            page.push(PageItem::fact("pool", pool.to_string(), Role::Text).to(Some(ThingKey::Pool(pool.clone()))));
            if let Some(known) = view.pool(pool) {
                page.push(PageItem::fact("class", format!("{} {}", known.class.0, known.class.1), Role::Text));
            }
        }
        None => page.push(PageItem::fact("pool", "none: somebody made it by hand", Role::Dim)),
    }
    match &claim.node {
        Some(node) if view.node(node).is_some() => {
            page.push(PageItem::fact("node", node.to_string(), Role::Text).to(Some(ThingKey::Node(node.clone()))));
        }
        Some(node) => page.push(PageItem::fact("node", format!("{node}, which is not there"), Role::Dim)),
        None => page.push(PageItem::fact("node", "none yet", Role::Dim)),
    }
    page.push(PageItem::fact("instance", claim.instance.as_deref().unwrap_or("none was launched"), Role::Text));
    page.section("Asked for", "");
    page.push(PageItem::fact("for pods", resources(&claim.requests).unwrap_or_else(|| "nothing".into()), Role::Text));
    if !claim.requirements.is_empty() {
        page.push(PageItem::fact("requirements", requirements(&claim.requirements), Role::Text));
    }
    if let Some(room) = resources(&claim.allocatable) {
        page.push(PageItem::fact("would give", room, Role::Text));
    }
    if !claim.finalizers.is_empty() {
        page.push(PageItem::fact("finalizers", claim.finalizers.join(", "), Role::Dim));
    }
    conditions::put(&mut page, claim.conditions.0.iter());
    if let Some(pool) = &claim.pool {
        attempts(&mut page, view, pool, &claim.name, now);
    }
    let place =
        [claim.instance_type.as_deref(), claim.zone.as_deref(), claim.capacity_type.map(|kind| capacity(Some(kind)))];
    let mark = if story.end.is_some() {
        CRITICAL
    } else if story.leaving.is_some() || story.steps.iter().any(|step| matches!(step.state, StageState::Waits)) {
        WARNING
    } else {
        GOOD
    };
    let place: Vec<&str> = place.into_iter().flatten().collect();
    ObjectParts {
        state: said(mark, story.state()),
        created: claim.created,
        place: place.join("  "),
        body: page,
        gone: None,
    }
}

/// Its steps with their moments, and where it is stuck.
fn put(page: &mut ClusterPage, story: &ClaimStory, now: Timestamp) {
    let mut steps: Vec<(String, Role)> = vec![("   ".into(), Role::Text)];
    let mut before: Option<Timestamp> = None;
    for (place, step) in story.steps.iter().enumerate() {
        if place > 0 {
            steps.push((" ▸ ".into(), Role::Faint));
        }
        let name = match step.stage {
            ClaimStage::Created => "created",
            ClaimStage::Launched => "launched",
            ClaimStage::Registered => "registered",
            ClaimStage::Initialised => "initialised",
        };
        let role = match step.state {
            StageState::Done => Role::Text,
            StageState::Waits => Role::Warning,
            StageState::NotYet => Role::Faint,
        };
        steps.push((name.to_owned(), role));
        if let Some(at) = step.at.filter(|_| matches!(step.state, StageState::Done)) {
            let after = before.map(|before| format!(" +{}", format::coarse_age(format::since(at, before))));
            steps.push((after.unwrap_or_else(|| format!(" {}", format::clock_seconds(at))), Role::Dim));
            before = Some(at);
        }
    }
    if let (Some(waits), Some(limit)) = (story.waits, story.limit) {
        let words = |seconds: i64| format::coarse_age(std::time::Duration::from_secs(seconds.max(0).unsigned_abs()));
        steps.push((format!("  waits {} of {}", words(waits), words(limit)), Role::Warning));
    }
    page.push(PageItem::plain(steps));
    reason::put(page, &story.lines(now), &story.advice, 3);
}

/// Other claims of its pool that came to nothing.
fn attempts(page: &mut ClusterPage, view: &ClusterView<'_>, pool: &str, but: &str, now: Timestamp) {
    let all = why::attempts(view, pool, LOOKED_BACK, now);
    let others: Vec<_> = all.iter().filter(|failed| *failed.name != *but).collect();
    if others.is_empty() {
        return;
    }
    page.section("Other claims of its pool that came to nothing", "within an hour");
    for failed in others {
        let item =
            PageItem::marked(("·", Role::Dim), 3, format!("{}  {}", failed.name, failed.end.words()), Role::Text);
        page.push(item.since(failed.at).to(Some(ThingKey::Claim(failed.name.clone()))));
    }
}
