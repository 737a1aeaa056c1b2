//! What Karpenter says of a pod for which it makes no node.

use std::sync::Arc;

use jiff::Timestamp;

use crate::services::kubernetes::model::CapacityType;

/// Karpenter's `FailedScheduling` (pkg/controllers/provisioning/scheduling/events.go, `PodFailedToScheduleEvent`): what
/// kept the pod from a new node of each pool, joined by `; `. Of the pools only a limit names its own; what is said of
/// types has it among its requirements. Before 1.6 each part began with `incompatible with nodepool "…"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRefusal {
    pub parts: Vec<RefusalPart>,
    /// As it was said.
    pub message: Arc<str>,
    pub at: Option<Timestamp>,
}

/// What kept it from a node of one pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalPart {
    /// The pool, where the words name it.
    pub pool: Option<String>,
    pub kind: RefusalKind,
    /// As it was said.
    pub words: String,
}

/// Why a pool made no node for a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefusalKind {
    /// `node limits have been exhausted for nodepool`.
    NodeLimit,
    /// `all available instance types exceed limits for nodepool`.
    Limit,
    /// `did not tolerate taint (taint=workload=compute:NoSchedule)`: the taint.
    Taint(String),
    /// `incompatible requirements, key …`: the label.
    Requirement(String),
    /// `no instance type has the required offering`: no zone and capacity type that it could be bought in now.
    NoOffering {
        /// Of the requirements: the zones that it had to be in, where they are few.
        zones: Vec<String>,
        capacity: Option<CapacityType>,
    },
    /// `no instance type has enough resources`.
    TooBig,
    /// `no instance type met …`.
    NoType,
    /// `unsatisfiable topology constraint for topology spread, key=…`: the key.
    Topology(String),
    Other,
}

impl ClaimRefusal {
    /// Reads the message; none where it is not one of Karpenter's.
    #[must_use]
    pub fn parse(message: &str, at: Option<Timestamp>) -> Option<Self> {
        let rest = message.strip_prefix("Failed to schedule pod, ")?;
        let mut parts: Vec<RefusalPart> = Vec::new();
        for words in rest.split("; ").filter(|words| !words.is_empty()) {
            // Several keys of one pool are joined in the same way.
            match parts.last_mut() {
                Some(before) if words.starts_with("key ") => before.words = format!("{}; {words}", before.words),
                _ => parts.push(part(words)),
            }
        }
        Some(Self { parts, message: message.into(), at })
    }
}

fn part(words: &str) -> RefusalPart {
    let kind = if words.contains("node limits have been exhausted") {
        RefusalKind::NodeLimit
    } else if words.contains("exceed limits for nodepool") {
        RefusalKind::Limit
    } else if let Some(taint) =
        between(words, "did not tolerate taint (taint=", ")").or_else(|| between(words, "did not tolerate ", ""))
    {
        RefusalKind::Taint(taint.to_owned())
    } else if let Some(key) = between(words, "incompatible requirements, key ", ",") {
        RefusalKind::Requirement(key.to_owned())
    } else if let Some(key) = between(words, "incompatible requirements, label \"", "\"") {
        RefusalKind::Requirement(key.to_owned())
    } else if let Some(rest) = words.find("unsatisfiable topology constraint").map(|at| &words[at..]) {
        let key = between(rest, "key=", " ").unwrap_or_default();
        RefusalKind::Topology(key.trim_end_matches(',').to_owned())
    } else if words.contains("no instance type has the required offering")
        || words.contains("had enough resources, had a required offering")
    {
        RefusalKind::NoOffering { zones: values(words, "topology.kubernetes.io/zone"), capacity: capacity(words) }
    } else if words.contains("no instance type has enough resources") {
        RefusalKind::TooBig
    } else if words.contains("no instance type") {
        RefusalKind::NoType
    } else {
        RefusalKind::Other
    };
    RefusalPart { pool: pool(words), kind, words: words.to_owned() }
}

/// The pool that the words name.
fn pool(words: &str) -> Option<String> {
    let named = between(words, "(NodePool=", ")")
        .or_else(|| between(words, "nodepool \"", "\""))
        .or_else(|| between(words, "nodepool: \"", "\""))
        .or_else(|| between(words, "karpenter.sh/nodepool In [", "]").filter(|name| !name.contains(' ')));
    named.map(|name| name.trim_end_matches([',', ')']).to_owned())
}

/// The values of a label in `requirements=…, key In [a b], …`.
fn values(words: &str, key: &str) -> Vec<String> {
    let list = between(words, &format!("{key} In ["), "]").unwrap_or_default();
    list.split_whitespace().filter(|value| !value.is_empty()).map(str::to_owned).collect()
}

fn capacity(words: &str) -> Option<CapacityType> {
    match values(words, "karpenter.sh/capacity-type").as_slice() {
        [one] => capacity_type(one),
        _ => None,
    }
}

/// The capacity type of a label's value.
pub(super) fn capacity_type(word: &str) -> Option<CapacityType> {
    match word {
        "spot" => Some(CapacityType::Spot),
        "on-demand" => Some(CapacityType::OnDemand),
        "reserved" => Some(CapacityType::Reserved),
        _ => None,
    }
}

/// What stands between two texts; to the end where the second is empty.
pub(super) fn between<'a>(text: &'a str, before: &str, behind: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    if behind.is_empty() { Some(rest) } else { rest.split_once(behind).map(|(inner, _)| inner) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: &str) -> Vec<(Option<String>, RefusalKind)> {
        let refusal = ClaimRefusal::parse(message, None).unwrap();
        refusal.parts.into_iter().map(|part| (part.pool, part.kind)).collect()
    }

    #[test]
    fn karpenters_sentence_has_a_part_for_each_pool() {
        let said = "Failed to schedule pod, no instance type has the required offering, \
                    requirements=karpenter.k8s.aws/instance-category In [c m r], karpenter.sh/capacity-type In [spot], \
                    karpenter.sh/nodepool In [spot], topology.kubernetes.io/zone In [eu-west-1b], workload In [spot], \
                    resources={\"cpu\":\"970m\"}; all available instance types exceed limits for nodepool \
                    (NodePool=general); did not tolerate taint (taint=workload=compute:NoSchedule)";
        let spot = RefusalKind::NoOffering { zones: vec!["eu-west-1b".into()], capacity: Some(CapacityType::Spot) };
        assert_eq!(
            read(said),
            [
                (Some("spot".into()), spot),
                (Some("general".into()), RefusalKind::Limit),
                (None, RefusalKind::Taint("workload=compute:NoSchedule".into())),
            ]
        );
    }

    #[test]
    fn older_versions_name_the_pool_first() {
        let said = "Failed to schedule pod, incompatible with nodepool \"general\", daemonset overhead={\"cpu\":\"1\"}, no \
                    instance type satisfied resources {\"cpu\":\"40\"} and requirements karpenter.sh/nodepool In [general]; \
                    all available instance types exceed limits for nodepool: \"spot\"; incompatible with nodepool \"gpu\", \
                    daemonset overhead={}, did not tolerate nvidia.com/gpu=true:NoSchedule";
        assert_eq!(
            read(said),
            [
                (Some("general".into()), RefusalKind::NoType),
                (Some("spot".into()), RefusalKind::Limit),
                (Some("gpu".into()), RefusalKind::Taint("nvidia.com/gpu=true:NoSchedule".into())),
            ]
        );
    }

    #[test]
    fn the_other_refusals_of_its_source() {
        for (words, kind) in [
            ("node limits have been exhausted for nodepool (NodePool=a)", RefusalKind::NodeLimit),
            ("no instance type has enough resources, requirements=x In [y], resources={}", RefusalKind::TooBig),
            ("no instance type met all requirements, requirements=x In [y], resources={}", RefusalKind::NoType),
            (
                "incompatible requirements, key team, team In [a] not in team In [b]; key zone, zone In [x] not in zone In [y]",
                RefusalKind::Requirement("team".into()),
            ),
            (
                "incompatible requirements, label \"team\" does not have known values",
                RefusalKind::Requirement("team".into()),
            ),
            (
                "unsatisfiable topology constraint for topology spread, key=topology.kubernetes.io/zone (counts = a: 1, \
                 podDomains = x, nodeDomains = y",
                RefusalKind::Topology("topology.kubernetes.io/zone".into()),
            ),
            ("something new", RefusalKind::Other),
        ] {
            let all = read(&format!("Failed to schedule pod, {words}"));
            assert_eq!(all.len(), 1, "{words}");
            assert_eq!(all[0].1, kind, "{words}");
        }
        assert_eq!(ClaimRefusal::parse("0/3 nodes are available: 3 Insufficient cpu.", None), None);
    }
}
