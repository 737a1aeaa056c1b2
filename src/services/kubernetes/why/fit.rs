//! What the scheduler says of a pod that it found no node for.

use std::cmp::Reverse;
use std::sync::Arc;

use jiff::Timestamp;

/// The scheduler's refusal: `FitError` of kube-scheduler (pkg/scheduler/framework/types.go):
/// `0/21 nodes are available: 3 node(s) had untolerated taint {workload: spot}, 9 Insufficient cpu. preemption: …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FitRefusal {
    /// How many nodes there are; none where the message is of another format.
    pub nodes: Option<u32>,
    /// Each reason and of how many nodes it is, the most frequent first. Without a number it is of all.
    pub reasons: Vec<(Option<u32>, String)>,
    /// As it was said.
    pub message: Arc<str>,
    pub at: Option<Timestamp>,
}

impl FitRefusal {
    /// Reads a message; one of another format has no reasons.
    #[must_use]
    pub fn parse(message: &str) -> Self {
        let (nodes, reasons) = read(message).map_or((None, Vec::new()), |(nodes, reasons)| (Some(nodes), reasons));
        Self { nodes, reasons, message: message.into(), at: None }
    }

    /// In short, the most frequent first: `of 21 nodes 9 Insufficient cpu, 3 untolerated taint {workload: spot}`; the
    /// message itself where it is of another format.
    #[must_use]
    pub fn words(&self) -> String {
        let Some(nodes) = self.nodes.filter(|_| !self.reasons.is_empty()) else { return self.message.to_string() };
        let reasons: Vec<String> = self
            .reasons
            .iter()
            .map(|(count, reason)| {
                let short = reason.strip_prefix("node(s) had ").or_else(|| reason.strip_prefix("node(s) "));
                let short = short.unwrap_or(reason);
                count.map_or_else(|| short.to_owned(), |count| format!("{count} {short}"))
            })
            .collect();
        format!("of {nodes} nodes {}", reasons.join(", "))
    }
}

/// Whether it is a message of the scheduler.
pub(super) fn is_fit_error(message: &str) -> bool {
    read(message).is_some()
}

/// A reason, and of how many nodes it is.
type CountedReason = (Option<u32>, String);

fn read(message: &str) -> Option<(u32, Vec<CountedReason>)> {
    let (available, rest) = message.split_once(" nodes are available:")?;
    let nodes = available.trim().strip_prefix("0/")?.parse().ok()?;
    // What was tried by evicting others, or by freeing devices, is told after it.
    let rest = rest.split(". ").next().unwrap_or_default();
    let rest = rest.trim().trim_end_matches('.');
    let mut reasons: Vec<CountedReason> = Vec::new();
    for part in rest.split(", ").filter(|part| !part.is_empty()) {
        match counted(part) {
            Some((count, reason)) => reasons.push((Some(count), reason.to_owned())),
            // A comma within a reason.
            None => match reasons.last_mut() {
                Some((_, reason)) => *reason = format!("{reason}, {part}"),
                None => reasons.push((None, part.to_owned())),
            },
        }
    }
    reasons.sort_by_key(|(count, _)| Reverse(count.unwrap_or(u32::MAX)));
    Some((nodes, reasons))
}

fn counted(part: &str) -> Option<(u32, &str)> {
    let (count, reason) = part.split_once(' ')?;
    Some((count.parse().ok()?, reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedulers_sentence_is_counted_reasons() {
        let said = "0/18 nodes are available: 2 node(s) didn't match pod topology spread constraints, 3 node(s) had \
                    untolerated taint {CriticalAddonsOnly: true}, 7 Insufficient cpu. preemption: 0/18 nodes are \
                    available: 9 No preemption victims found for incoming pod, 9 Preemption is not helpful for scheduling.";
        let fit = FitRefusal::parse(said);
        assert_eq!(fit.nodes, Some(18));
        let reasons: Vec<_> = fit.reasons.iter().map(|(count, reason)| (*count, reason.as_str())).collect();
        assert_eq!(
            reasons,
            [
                (Some(7), "Insufficient cpu"),
                (Some(3), "node(s) had untolerated taint {CriticalAddonsOnly: true}"),
                (Some(2), "node(s) didn't match pod topology spread constraints"),
            ]
        );
        assert_eq!(
            fit.words(),
            "of 18 nodes 7 Insufficient cpu, 3 untolerated taint {CriticalAddonsOnly: true}, 2 didn't match pod topology \
             spread constraints"
        );
    }

    #[test]
    fn what_was_tried_after_it_is_left_out() {
        let said = "0/2 nodes are available: 2 Insufficient cpu. no new claims to deallocate, preemption: 0/2 nodes are \
                    available: 2 No preemption victims found for incoming pod.";
        assert_eq!(FitRefusal::parse(said).words(), "of 2 nodes 2 Insufficient cpu");
    }

    #[test]
    fn what_a_prefilter_says_is_of_all_nodes() {
        let fit = FitRefusal::parse("0/3 nodes are available: persistentvolumeclaim \"data\" not found.");
        assert_eq!((fit.nodes, fit.reasons.len(), fit.reasons[0].0), (Some(3), 1, None));
        assert_eq!(fit.words(), "of 3 nodes persistentvolumeclaim \"data\" not found");
    }

    #[test]
    fn another_format_is_shown_as_it_is() {
        for said in [
            "no nodes available to schedule pods",
            "",
            "running Reserve plugin: timed out",
            "x/3 nodes are available: 1 a.",
        ] {
            let fit = FitRefusal::parse(said);
            assert_eq!((fit.nodes, fit.words().as_str()), (None, said));
            assert!(!is_fit_error(said));
        }
    }
}
