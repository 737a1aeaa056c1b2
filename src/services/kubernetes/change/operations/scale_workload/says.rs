//! What another number of pods means.

use super::super::prelude::{Draft, Tone};
use super::super::workload::{ChangedWorkload, text};
use super::Change;
use crate::health::words::plural;
use crate::services::kubernetes::model::WorkloadKind;

/// Says all of it but for who undoes it.
pub(super) fn all(draft: &mut Draft, subject: &ChangedWorkload<'_>, change: Change) {
    if change.is_down() { down(draft, subject, change) } else { up(draft, subject, change) }
}

fn down(draft: &mut Draft, subject: &ChangedWorkload<'_>, change: Change) {
    let Change { before, after } = change;
    let gone = before - after;
    // The API server's default.
    let grace = subject.object.number("/spec/template/spec/terminationGracePeriodSeconds").unwrap_or(30);
    if after == 0 {
        let who = if gone == 1 { "its only pod ends".to_owned() } else { format!("all {} end, each", pods(gone)) };
        let text = format!("{who} within {grace} s: it is away until it is scaled up");
        draft.say("Interruption", text, Tone::Critical);
    } else {
        let verb = if gone == 1 { "ends" } else { "end, each" };
        let text = format!("{} of {before} {verb} within {grace} s; the load comes to the {after} left", pods(gone));
        draft.say("Interruption", text, Tone::Warning);
        draft.say("Which go", which_go(subject, change), Tone::Plain);
    }
    // Controllers delete pods, they do not evict them (Kubernetes, "Disruptions": "Not all voluntary disruptions are
    // constrained by Pod Disruption Budgets").
    draft.say("Budgets", "scaling down does not ask disruption budgets", Tone::Warning);
    let scratch = subject.scratch();
    if !scratch.is_empty() {
        draft.say("Lost", format!("what the pods that end keep in emptyDir: {}", scratch.join(", ")), Tone::Warning);
    }
    let volumes = claims(subject);
    if volumes.is_empty() {
        return;
    }
    let volumes = volumes.join(", ");
    if deletes_claims(subject) {
        let text = format!("the claims of the pods that end are deleted with them (whenScaled Delete): {volumes}");
        draft.say("Volumes", text, Tone::Critical);
    } else {
        let text = format!("the claims of the pods that end stay, and what they hold is paid for: {volumes}");
        draft.say("Volumes", text, Tone::Plain);
    }
}

fn which_go(subject: &ChangedWorkload<'_>, change: Change) -> String {
    let first = subject.first_ordinal();
    match subject.kind {
        WorkloadKind::StatefulSet => {
            let (name, order) = (&subject.name.name, if subject.is_ordered() { "one after another" } else { "at once" });
            let (highest, lowest) = (first + change.before - 1, first + change.after);
            if highest == lowest {
                format!("{name}-{highest}")
            } else {
                format!("{name}-{highest} down to {name}-{lowest}, {order}")
            }
        }
        // pkg/controller/controller_utils.go, `ActivePodsWithRanks`.
        WorkloadKind::Deployment | WorkloadKind::DaemonSet => {
            "its controller chooses: first those that are not ready, then by pod-deletion-cost, then where more of them share \
             a node, then the youngest"
                .to_owned()
        }
    }
}

fn up(draft: &mut Draft, subject: &ChangedWorkload<'_>, change: Change) {
    let Change { before, after } = change;
    draft.say("Interruption", format!("none: {} more", pods(after - before)), Tone::Good);
    if subject.kind == WorkloadKind::StatefulSet && after > before {
        let (name, first) = (&subject.name.name, subject.first_ordinal());
        let order =
            if subject.is_ordered() { "one after another, each when those before it are ready" } else { "at once" };
        draft.say("Come", format!("{name}-{} to {name}-{}, {order}", first + before, first + after - 1), Tone::Plain);
        let volumes = claims(subject);
        if !volumes.is_empty() {
            let text = format!(
                "each new pod takes the claims that one of its name has left, or new ones: {}",
                volumes.join(", ")
            );
            draft.say("Volumes", text, Tone::Plain);
        }
    }
    let text = "whether nodes have any, and whether a quota allows it, is not known: pods that find none wait";
    draft.say("Room", text, Tone::Plain);
}

fn pods(count: i64) -> String {
    plural(usize::try_from(count).unwrap_or(0), "pod")
}

/// Names of the volumes that are claimed for each pod of a StatefulSet.
fn claims(subject: &ChangedWorkload<'_>) -> Vec<String> {
    let templates = subject.list("/spec/volumeClaimTemplates").iter();
    templates.filter_map(|template| template.get("metadata")).map(|metadata| text(metadata, "name")).collect()
}

/// The claims of pods that go are deleted (Kubernetes, "StatefulSets", "PersistentVolumeClaim retention"). What becomes of
/// the volumes is their storage class's to say; its own default is to delete them, too.
pub(super) fn deletes_claims(subject: &ChangedWorkload<'_>) -> bool {
    subject.object.text("/spec/persistentVolumeClaimRetentionPolicy/whenScaled") == "Delete"
        && !claims(subject).is_empty()
}
