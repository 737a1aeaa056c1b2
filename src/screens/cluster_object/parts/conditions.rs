//! The conditions of an object: those that are not as they should be first.

use super::{CRITICAL, GOOD, UNKNOWN, WARNING};
use crate::screens::cluster_object::page::{ClusterPage, PageItem};
use crate::services::kubernetes::model::{ConditionStatus, ObjectCondition};
use crate::theme::Role;

/// Conditions that are well when they are false (Kubernetes, "Node Status"; NodeClaims' `Drifted` and `Consolidatable` are
/// no fault, and neither their absence).
const BAD_WHEN_TRUE: [&str; 5] =
    ["MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable", "ReplicaFailure"];
/// Conditions that are neither well nor ill, whatever they say.
const NEUTRAL: [&str; 6] =
    ["Consolidatable", "Drifted", "Drained", "VolumesDetached", "InstanceTerminating", "DisruptionReason"];

/// Whether a condition is as it should be; none where that cannot be said of it.
pub fn is_well(condition: &ObjectCondition) -> Option<bool> {
    if NEUTRAL.contains(&&*condition.kind) {
        return (condition.status != ConditionStatus::Unknown).then_some(true);
    }
    let is_bad_when_true = BAD_WHEN_TRUE.contains(&&*condition.kind);
    match condition.status {
        ConditionStatus::Unknown => None,
        ConditionStatus::True => Some(!is_bad_when_true),
        ConditionStatus::False => Some(is_bad_when_true),
    }
}

/// A section of them; nothing where there are none.
pub fn put<'a>(page: &mut ClusterPage, all: impl Iterator<Item = &'a ObjectCondition>) {
    let mut all: Vec<&ObjectCondition> = all.collect();
    if all.is_empty() {
        return;
    }
    all.sort_by_key(|condition| is_well(condition).is_some_and(|is_well| is_well));
    page.section("Conditions", "");
    let (well, ill): (Vec<&ObjectCondition>, Vec<&ObjectCondition>) =
        all.into_iter().partition(|condition| is_well(condition) == Some(true) && says_nothing(condition));
    for condition in ill {
        let mark = match (is_well(condition), &*condition.kind) {
            (Some(true), _) => GOOD,
            (Some(false), "Ready") => CRITICAL,
            (Some(false), _) => WARNING,
            (None, _) => UNKNOWN,
        };
        let said = match condition.status {
            ConditionStatus::True => "true",
            ConditionStatus::False => "false",
            ConditionStatus::Unknown => "unknown",
        };
        let mut words = format!("{} {said}", condition.kind);
        if !condition.reason.is_empty() && condition.reason != condition.kind {
            words.push_str(&format!(", {}", condition.reason));
        }
        if !condition.message.is_empty() {
            words.push_str(&format!(": {}", condition.message));
        }
        page.push(PageItem::marked(mark, 3, words, Role::Text).since(condition.since));
    }
    if !well.is_empty() {
        let names: Vec<String> = well.iter().map(|condition| in_words(condition)).collect();
        page.push(PageItem::marked(GOOD, 3, names.join(", "), Role::Dim));
    }
}

/// It is as it should be, and nothing more is said of it.
fn says_nothing(condition: &ObjectCondition) -> bool {
    !NEUTRAL.contains(&&*condition.kind) || condition.status == ConditionStatus::False
}

/// `Ready`, `no MemoryPressure`.
fn in_words(condition: &ObjectCondition) -> String {
    if condition.status == ConditionStatus::False {
        format!("no {}", condition.kind)
    } else {
        condition.kind.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(kind: &str, status: ConditionStatus) -> ObjectCondition {
        ObjectCondition { kind: kind.into(), status, reason: "".into(), message: "".into(), since: None }
    }

    #[test]
    fn a_condition_is_judged_by_what_it_is_about() {
        assert_eq!(is_well(&condition("Ready", ConditionStatus::True)), Some(true));
        assert_eq!(is_well(&condition("Ready", ConditionStatus::Unknown)), None, "unknown is not well");
        assert_eq!(is_well(&condition("MemoryPressure", ConditionStatus::True)), Some(false));
        assert_eq!(is_well(&condition("MemoryPressure", ConditionStatus::False)), Some(true));
        assert_eq!(is_well(&condition("Consolidatable", ConditionStatus::False)), Some(true));
    }

    #[test]
    fn what_is_not_well_stands_first() {
        let all = [
            condition("MemoryPressure", ConditionStatus::False),
            condition("Ready", ConditionStatus::False),
            condition("Initialized", ConditionStatus::True),
        ];
        let mut page = ClusterPage::default();
        put(&mut page, all.iter());
        let words: Vec<String> = page.items.iter().map(|item| format!("{:?}", item.body)).collect();
        assert!(words[1].contains("Ready false") && words[1].contains('✖'), "{words:#?}");
        assert!(words[2].contains("no MemoryPressure, Initialized"), "{words:#?}");
    }
}
