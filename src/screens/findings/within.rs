//! What is wrong with something in a cluster, as it is told among others of the same cluster.

use crate::domain::finding::Finding;
use crate::services::kubernetes::rules::ThingRef;

/// What is wrong, and with what: its words alone where they name it, or where it is the cluster itself.
#[must_use]
pub fn within(finding: &Finding) -> String {
    let named = match ThingRef::of_key(&finding.arn) {
        Some((_, ThingRef::Cluster)) | None => None,
        Some((_, thing)) => (!finding.summary.contains(thing.name())).then_some(thing),
    };
    match named {
        None => finding.summary.clone(),
        // A workload's kind is no help.
        Some(ThingRef::Workload { namespace, name, .. }) => format!("{namespace}/{name}: {}", finding.summary),
        Some(thing) => format!("{}: {}", thing.words(), finding.summary),
    }
}

/// What it is of, as it is told among findings of all kinds: of what is in a cluster the cluster, which its words do not
/// name.
#[must_use]
pub fn whose(finding: &Finding) -> &str {
    match ThingRef::of_key(&finding.arn) {
        None | Some((_, ThingRef::Cluster)) => &finding.resource,
        Some((arn, _)) => arn.rsplit('/').next().unwrap_or(arn),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::finding::testing::finding;

    fn told(thing: &ThingRef, summary: &str) -> String {
        let arn = thing.key("arn:aws:eks:eu-west-1:444455556666:cluster/prod-eks");
        within(&Finding { arn, summary: summary.into(), ..finding() })
    }

    #[test]
    fn among_all_kinds_the_cluster_is_named() {
        let of = |arn: String| whose(&Finding { arn, resource: "x".into(), ..finding() }).to_owned();
        let arn = "arn:aws:eks:eu-west-1:444455556666:cluster/prod-eks";
        assert_eq!(of(ThingRef::NodePool("spot".into()).key(arn)), "prod-eks");
        assert_eq!(of("arn:aws:rds:eu-west-1:444455556666:db:orders".into()), "x");
    }

    #[test]
    fn what_is_wrong_says_with_what() {
        assert_eq!(told(&ThingRef::Claim("general-x".into()), "not registered"), "claim general-x: not registered");
        assert_eq!(told(&ThingRef::Cluster, "no logs"), "no logs");
        let api = ThingRef::Workload { kind: "Deployment".into(), namespace: "shop".into(), name: "api".into() };
        assert_eq!(told(&api, "2 pods of api wait"), "2 pods of api wait");
        assert_eq!(told(&api, "in one zone"), "shop/api: in one zone");
    }
}
