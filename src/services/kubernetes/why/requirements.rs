//! Whether a pool could be what a pod asks for: taints, node selector, node affinity.

use crate::services::kubernetes::model::{
    NodePool, Pod, Requirement, RequirementOperator, Taint, TaintEffect, Toleration,
};

/// A label that a pod asks for and no node of a pool has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    pub key: String,
    /// What the pod asks for: `In [gpu]`.
    pub wanted: String,
}

/// The taints of a pool that a pod does not tolerate.
pub fn untolerated<'a>(pool: &'a NodePool, pod: &Pod) -> Vec<&'a Taint> {
    let hard = pool.taints.iter().filter(|taint| taint.effect != TaintEffect::PreferNoSchedule);
    hard.filter(|taint| !pod.tolerations.iter().any(|one| tolerates(one, taint))).collect()
}

/// Whether a pod stays on a node that Karpenter disrupts: it tolerates the taint `karpenter.sh/disrupted:NoSchedule`
/// (pkg/utils/pod/scheduling.go, `ToleratesDisruptedNoScheduleTaint`).
pub fn tolerates_disruption(pod: &Pod) -> bool {
    let disrupted = Taint { key: "karpenter.sh/disrupted".into(), value: "".into(), effect: TaintEffect::NoSchedule };
    pod.tolerations.iter().any(|one| tolerates(one, &disrupted))
}

/// `v1.Toleration.ToleratesTaint`.
fn tolerates(toleration: &Toleration, taint: &Taint) -> bool {
    toleration.key.as_ref().is_none_or(|key| *key == taint.key)
        && toleration.effect.is_none_or(|effect| effect == taint.effect)
        && toleration.value.as_ref().is_none_or(|value| *value == taint.value)
}

/// The first label that keeps a pod from every node that a pool would make; none where the two go together. What cannot
/// be told goes together.
pub fn mismatch(pool: &NodePool, pod: &Pod) -> Option<Mismatch> {
    let selected = pod.node_selector.iter().map(|(key, value)| Requirement {
        key: key.clone(),
        operator: RequirementOperator::In,
        values: vec![value.clone()],
    });
    if let Some(found) = selected.into_iter().find(|wanted| excludes(pool, wanted)) {
        return Some(words(&found));
    }
    // One of the terms is enough.
    let mut first = None;
    for term in &pod.affinity {
        let found = term.iter().find(|wanted| excludes(pool, wanted))?;
        first.get_or_insert(found);
    }
    first.map(words)
}

fn words(wanted: &Requirement) -> Mismatch {
    let operator = match wanted.operator {
        RequirementOperator::In => "in",
        RequirementOperator::NotIn => "not in",
        RequirementOperator::Exists => "exists",
        RequirementOperator::DoesNotExist => "does not exist",
        RequirementOperator::Gt => ">",
        RequirementOperator::Lt => "<",
        RequirementOperator::Gte => ">=",
        RequirementOperator::Lte => "<=",
    };
    let values = wanted.values.join(" ");
    Mismatch { key: wanted.key.to_string(), wanted: format!("{operator} {values}").trim_end().to_owned() }
}

fn excludes(pool: &NodePool, wanted: &Requirement) -> bool {
    let own: Vec<&Requirement> = pool.requirements.iter().filter(|own| own.key == wanted.key).collect();
    let label = pool.labels.get(&wanted.key).cloned();
    let of_pool = (&*wanted.key == "karpenter.sh/nodepool").then(|| pool.name.clone());
    let fixed = label.or(of_pool);
    if fixed.is_none() && own.is_empty() {
        // Only what the provider gives every node may be left open (`AllowUndefinedWellKnownLabels`).
        return !is_well_known(&wanted.key)
            && matches!(wanted.operator, RequirementOperator::In | RequirementOperator::Exists);
    }
    // The values that its nodes may have, where those are few.
    let few = fixed
        .map(|value| vec![value])
        .or_else(|| own.iter().find(|own| own.operator == RequirementOperator::In).map(|own| own.values.clone()));
    let never = own.iter().any(|own| own.operator == RequirementOperator::DoesNotExist);
    match (wanted.operator, few) {
        (RequirementOperator::In, Some(few)) => !few.iter().any(|value| wanted.values.contains(value)),
        (RequirementOperator::In, None) => {
            never
                || own.iter().any(|own| {
                    own.operator == RequirementOperator::NotIn
                        && wanted.values.iter().all(|value| own.values.contains(value))
                })
        }
        (RequirementOperator::NotIn, Some(few)) => few.iter().all(|value| wanted.values.contains(value)),
        (RequirementOperator::Exists, None) => never,
        (RequirementOperator::DoesNotExist, Some(_)) => true,
        (RequirementOperator::Gt, Some(few)) => none_is(&few, wanted, |value, limit| value > limit),
        (RequirementOperator::Lt, Some(few)) => none_is(&few, wanted, |value, limit| value < limit),
        (RequirementOperator::Gte, Some(few)) => none_is(&few, wanted, |value, limit| value >= limit),
        (RequirementOperator::Lte, Some(few)) => none_is(&few, wanted, |value, limit| value <= limit),
        _ => false,
    }
}

fn none_is(few: &[std::sync::Arc<str>], wanted: &Requirement, holds: impl Fn(i64, i64) -> bool) -> bool {
    let Some(limit) = wanted.values.first().and_then(|value| value.parse().ok()) else { return false };
    let numbers: Option<Vec<i64>> = few.iter().map(|value| value.parse().ok()).collect();
    numbers.is_some_and(|numbers| !numbers.into_iter().any(|value| holds(value, limit)))
}

/// Labels that Karpenter's AWS provider and EKS Auto Mode give every node (Karpenter, "Well-Known Labels").
fn is_well_known(key: &str) -> bool {
    const DOMAINS: [&str; 3] = ["karpenter.k8s.aws/", "eks.amazonaws.com/", "topology.k8s.aws/"];
    const LABELS: [&str; 15] = [
        "topology.kubernetes.io/zone",
        "topology.kubernetes.io/region",
        "topology.ebs.csi.aws.com/zone",
        "node.kubernetes.io/instance-type",
        "node.kubernetes.io/windows-build",
        "kubernetes.io/arch",
        "kubernetes.io/os",
        "kubernetes.io/hostname",
        "karpenter.sh/capacity-type",
        "karpenter.sh/nodepool",
        "failure-domain.beta.kubernetes.io/zone",
        "failure-domain.beta.kubernetes.io/region",
        "beta.kubernetes.io/arch",
        "beta.kubernetes.io/os",
        "beta.kubernetes.io/instance-type",
    ];
    LABELS.contains(&key) || DOMAINS.iter().any(|domain| key.starts_with(domain))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::kubernetes::testing::{one_of, pod, pool, taint};

    fn asks(wanted: Requirement) -> Pod {
        Pod { affinity: vec![vec![wanted]], ..pod("shop", "api-1") }
    }

    #[test]
    fn a_pool_and_a_pod_go_together_or_the_label_is_named() {
        let mut spot = pool("spot");
        spot.requirements =
            vec![one_of("karpenter.sh/capacity-type", &["spot"]), one_of("kubernetes.io/arch", &["arm64"])];
        spot.labels.insert("team".into(), "shop".into());
        let requirement = |key: &str, operator, values: &[&str]| Requirement { operator, ..one_of(key, values) };
        for (wanted, expected) in [
            (one_of("karpenter.sh/capacity-type", &["on-demand"]), Some("karpenter.sh/capacity-type")),
            (one_of("karpenter.sh/capacity-type", &["on-demand", "spot"]), None),
            (one_of("topology.kubernetes.io/zone", &["eu-west-1b"]), None),
            (one_of("karpenter.k8s.aws/instance-family", &["g5"]), None),
            (one_of("team", &["shop"]), None),
            (one_of("team", &["other"]), Some("team")),
            (one_of("disk", &["ssd"]), Some("disk")),
            (one_of("karpenter.sh/nodepool", &["general"]), Some("karpenter.sh/nodepool")),
            (requirement("disk", RequirementOperator::DoesNotExist, &[]), None),
            (requirement("disk", RequirementOperator::NotIn, &["ssd"]), None),
            (requirement("kubernetes.io/arch", RequirementOperator::NotIn, &["arm64"]), Some("kubernetes.io/arch")),
            (requirement("kubernetes.io/arch", RequirementOperator::DoesNotExist, &[]), Some("kubernetes.io/arch")),
        ] {
            let found = mismatch(&spot, &asks(wanted.clone()));
            assert_eq!(found.map(|found| found.key).as_deref(), expected, "{wanted:?}");
        }
        let either = Pod {
            affinity: vec![vec![one_of("team", &["other"])], vec![one_of("team", &["shop"])]],
            ..pod("shop", "api-1")
        };
        assert_eq!(mismatch(&spot, &either), None, "one term is enough");
    }

    #[test]
    fn a_taint_is_tolerated_by_key_value_and_effect() {
        let mut tainted = pool("gpu");
        tainted.taints = vec![taint("workload", "gpu")];
        let toleration = |key: Option<&str>, value: Option<&str>, effect| Toleration {
            key: key.map(Into::into),
            value: value.map(Into::into),
            effect,
        };
        for (given, expected) in [
            (vec![], 1),
            (vec![toleration(None, None, None)], 0),
            (vec![toleration(Some("workload"), None, None)], 0),
            (vec![toleration(Some("workload"), Some("gpu"), Some(TaintEffect::NoSchedule))], 0),
            (vec![toleration(Some("workload"), Some("cpu"), None)], 1),
            (vec![toleration(Some("workload"), Some("gpu"), Some(TaintEffect::NoExecute))], 1),
        ] {
            let pod = Pod { tolerations: given.clone(), ..pod("shop", "api-1") };
            assert_eq!(untolerated(&tainted, &pod).len(), expected, "{given:?}");
        }
    }
}
