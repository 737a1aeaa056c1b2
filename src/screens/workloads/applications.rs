//! Applications of Argo CD that are out of sync, not healthy, or whose last operation failed.

use super::block::WorkloadBlock;
use crate::screens::cluster_object::ThingKey;
use crate::screens::cluster_object::page::PageItem;
use crate::services::kubernetes::ClusterView;
use crate::services::kubernetes::model::{Application, OwnerRef};
use crate::theme::Role;

/// So many of what is wrong with an application are named.
const MOST: usize = 5;

/// A block for each of them, and how many applications there are.
#[must_use]
pub fn blocks(view: &ClusterView<'_>) -> (Vec<WorkloadBlock>, usize) {
    let mut wrong: Vec<(u8, WorkloadBlock)> = Vec::new();
    let mut count = 0;
    for application in view.applications() {
        count += 1;
        if let Some(found) = judged(application) {
            wrong.push(found);
        }
    }
    wrong.sort_by_key(|(rank, _)| *rank);
    (wrong.into_iter().map(|(_, block)| block).collect(), count)
}

/// What is wrong with one, and how grave; none where nothing is.
fn judged(application: &Application) -> Option<(u8, WorkloadBlock)> {
    let health = &*application.health;
    let failed = application.operation.as_ref().filter(|(phase, _)| matches!(&**phase, "Failed" | "Error"));
    let rank = match (health, &*application.sync) {
        ("Degraded" | "Missing", _) => 0,
        _ if failed.is_some() || !application.errors.is_empty() => 1,
        (_, "OutOfSync") => 2,
        // What Argo CD itself cannot tell, or is busy with, is not well.
        ("Unknown", _) | (_, "Unknown") => 3,
        ("Progressing", _) => 4,
        _ => return None,
    };
    let (mark, role) = match rank {
        0 => ("✖", Role::Critical),
        4 => ("◐", Role::Text),
        3 => ("○", Role::Unknown),
        _ => ("▲", Role::Warning),
    };
    let words = format!("{}  {}, {}   to {}", application.name, application.sync, health, application.to);
    let mut items = vec![
        PageItem::marked((mark, role), 1, words, Role::Text).since(application.operated.or(application.reconciled)),
    ];
    let mut say = |words: String| items.push(PageItem::marked(("·", Role::Dim), 3, words, Role::Dim));
    if !application.health_message.is_empty() {
        say(application.health_message.to_string());
    }
    if let Some((phase, message)) = failed {
        say(format!("last operation {phase}: {message}"));
    }
    for (kind, message) in &application.errors {
        say(format!("{kind}: {message}"));
    }
    for (kind, namespace, name) in application.wrong.iter().take(MOST) {
        let owner = OwnerRef { kind: kind.clone(), name: name.clone() };
        let item = PageItem::marked(("·", Role::Dim), 3, format!("{kind} {namespace}/{name}"), Role::Text);
        items.push(item.to(ThingKey::owner(&owner, namespace)));
    }
    let hidden = application.wrong.len().saturating_sub(MOST);
    if hidden > 0 {
        items.push(PageItem::marked(
            ("·", Role::Dim),
            3,
            format!("and {hidden} more that are not in order"),
            Role::Dim,
        ));
    }
    let hay = [&*application.name, &application.to, &application.sync, health, "application"];
    let is_wrong = rank < 3;
    let block = WorkloadBlock::new(items, &hay);
    Some((rank, WorkloadBlock { items: stops(block.items, &application.name, is_wrong), ..block }))
}

/// The cursor goes to the line of an application too, though it opens nothing.
fn stops(mut items: Vec<PageItem>, name: &str, is_wrong: bool) -> Vec<PageItem> {
    if let Some(first) = items.first_mut() {
        first.opens = Some(crate::screens::cluster_object::page::PageLink::Here(name.to_owned()));
        first.is_wrong = is_wrong;
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    fn application(sync: &str, health: &str) -> Application {
        Application {
            namespace: "argocd".into(),
            name: "shop".into(),
            to: "shop".into(),
            sync: sync.into(),
            health: health.into(),
            health_message: "".into(),
            revision: "".into(),
            operation: None,
            operated: None,
            errors: Vec::new(),
            reconciled: None,
            wrong: Vec::new(),
        }
    }

    #[test]
    fn what_is_in_order_is_not_shown_and_what_is_not_known_is_not_in_order() {
        let rank = |sync, health| judged(&application(sync, health)).map(|(rank, _)| rank);
        assert_eq!(rank("Synced", "Healthy"), None);
        assert_eq!(rank("Synced", "Suspended"), None);
        assert_eq!(rank("OutOfSync", "Healthy"), Some(2));
        assert_eq!(rank("OutOfSync", "Degraded"), Some(0));
        assert_eq!(rank("Unknown", "Healthy"), Some(3));
        let failed =
            Application { operation: Some(("Failed".into(), "hook".into())), ..application("Synced", "Healthy") };
        assert_eq!(judged(&failed).map(|(rank, _)| rank), Some(1));
    }
}
