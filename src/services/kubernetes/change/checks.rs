//! Preconditions of every operation, and those that many share.

use super::{Api, Permission, Seen, SeenPart, TargetKind};
use crate::domain::text::clean;
use crate::ops::plan::Check;

/// What must hold whatever is to be done: the right account, a cluster that is this environment's, a target that is
/// there and is not going.
#[must_use]
pub fn of_everything(seen: &Seen) -> Vec<Check> {
    let (account, expected) = (&seen.identity.account, seen.expected_account.as_deref());
    let mut checks = vec![Check::account(account, expected, &seen.target.environment)];
    let Some(name) = seen.name() else {
        checks.push(Check::hard("a target of a cluster", false, format!("{} is no name of one", seen.target.id)));
        return checks;
    };
    match seen.eks() {
        Some(eks) => {
            let status = &*eks.status;
            // UPDATING is a cluster that serves; the others do not, or not for long.
            let is_up = matches!(status, "ACTIVE" | "UPDATING");
            checks.push(Check::must(format!("cluster {} is there", name.cluster), is_up, format!("it is {status}")));
            let why =
                "name_prefix, tags and clusters of the configuration select it for another environment, or for none";
            checks.push(Check::must(
                format!("{} belongs to {}", name.cluster, seen.target.environment),
                seen.owned,
                why,
            ));
        }
        None if seen.is_read(&SeenPart::Cluster) => {
            let why = format!("EKS has no cluster of this name in {}", seen.target.region);
            checks.push(Check::hard(format!("cluster {} is there", name.cluster), false, why));
        }
        None => {}
    }
    let noun = seen.target.kind.noun();
    let exists = format!("{} exists", name.local());
    match (&seen.object, seen.target.kind) {
        (_, TargetKind::Nodegroup) => {
            if seen.is_read(&SeenPart::Nodegroup) && seen.nodegroup().is_none() {
                let why = format!("{} has no {noun} of this name", name.cluster);
                checks.push(Check::hard(exists, false, why));
            }
        }
        (Some(object), _) => {
            let is_going = object.is_going();
            if is_going {
                let why =
                    format!("the {noun} was told to go already, at {}", object.said("/metadata/deletionTimestamp"));
                checks.push(Check::hard(format!("{} stays", name.local()), false, why));
            }
        }
        (None, _) if seen.is_read(&SeenPart::Target) => {
            let why = format!("{} has no {noun} of this name", name.cluster);
            checks.push(Check::hard(exists, false, why));
        }
        // Unread is never met.
        (None, _) => checks.push(Check::unknown(exists, "it could not be read")),
    }
    // Of rights those are told that the plan needs.
    let missing = seen.missing.iter().filter(|unread| !matches!(unread.part, SeenPart::Right(_)));
    checks.extend(missing.map(|unread| Check::unknown("everything was read", unread.to_string())));
    checks
}

/// Whether whoever sends may make these calls, as the API server says.
#[must_use]
pub fn permitted(seen: &Seen, apis: &[Api]) -> Vec<Check> {
    let of = |api: &Api| {
        let right = api.right()?;
        let name = format!("may {right}");
        Some(match seen.permission(right) {
            Some(Permission::Allowed) => Check::hard(name, true, ""),
            Some(Permission::Denied(why)) => {
                let why = if why.is_empty() { String::new() } else { format!(" ({})", clean(why)) };
                let why = format!("RBAC does not allow it{why}: qd k8s-rbac operator prints the role that does");
                Check::hard(name, false, why)
            }
            None => {
                let unread = seen.missing.iter().find(|unread| unread.part == SeenPart::Right(right));
                let not_asked = || "it was not asked: the API server says so when it is sent".to_owned();
                Check::unknown(name, unread.map_or_else(not_asked, |unread| unread.why.clone()))
            }
        })
    };
    apis.iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ops::plan::CheckState;
    use crate::services::kubernetes::EksCluster;
    use crate::services::kubernetes::change::seen::Unread;
    use crate::services::kubernetes::change::{KubeRight, testing};
    use crate::services::kubernetes::testing::{TestCluster, eks};

    fn state(checks: &[Check], name: &str) -> Option<(CheckState, String)> {
        checks.iter().find(|check| check.name == name).map(|check| (check.state, check.why.clone()))
    }

    fn of(seen: &Seen, name: &str) -> Option<(CheckState, String)> {
        state(&of_everything(seen), name)
    }

    fn states(seen: &Seen, wanted: CheckState) -> Vec<String> {
        of_everything(seen).into_iter().filter(|check| check.state == wanted).map(|check| check.name).collect()
    }

    fn unread(part: SeenPart) -> Seen {
        let why = "AccessDenied".to_owned();
        Seen { missing: vec![Unread { part, why }], ..testing::deployment() }
    }

    #[test]
    fn a_healthy_target_of_this_environment_meets_them_all() {
        for seen in
            [testing::deployment(), testing::node(), testing::pool(), testing::nodegroup_with(TestCluster::default())]
        {
            let checks = of_everything(&seen);
            assert!(checks.iter().all(|check| check.state == CheckState::Met && check.why.is_empty()), "{checks:?}");
        }
    }

    #[test]
    fn another_account_is_refused_and_none_that_is_configured_is_a_doubt() {
        let other = Seen { expected_account: Some("444455556666".into()), ..testing::deployment() };
        let (found, why) = of(&other, "account 111122223333").unwrap();
        assert_eq!(found, CheckState::Failed);
        assert!(why.starts_with("PROD must be account 444455556666"), "{why}");
        let none = Seen { expected_account: None, ..testing::deployment() };
        assert_eq!(of(&none, "account 111122223333").map(|(state, _)| state), Some(CheckState::Doubtful));
    }

    #[test]
    fn a_cluster_that_is_not_up_or_not_this_environments_is_refused() {
        let with = |status: &str| {
            let eks = EksCluster { status: status.into(), ..eks() };
            Seen { data: TestCluster { eks: Some(eks), ..TestCluster::default() }.data(), ..testing::deployment() }
        };
        let name = "cluster prod-eks is there";
        for up in ["ACTIVE", "UPDATING"] {
            assert_eq!(of(&with(up), name), Some((CheckState::Met, String::new())), "{up}");
        }
        for down in ["CREATING", "DELETING", "FAILED", "PENDING"] {
            assert_eq!(of(&with(down), name), Some((CheckState::Failed, format!("it is {down}"))));
        }
        let foreign = Seen { owned: false, ..testing::deployment() };
        assert_eq!(states(&foreign, CheckState::Failed), ["prod-eks belongs to PROD"]);
        let gone = Seen { data: crate::services::kubernetes::Data::default(), ..testing::deployment() };
        assert_eq!(states(&gone, CheckState::Failed), [name]);
    }

    #[test]
    fn what_is_not_there_or_is_going_is_refused_and_what_is_unread_is_unknown() {
        let gone = Seen { object: None, ..testing::deployment() };
        let (found, why) = of(&gone, "shop/checkout exists").unwrap();
        assert_eq!((found, why.as_str()), (CheckState::Failed, "prod-eks has no workload of this name"));
        let mut going = testing::deployment();
        testing::edit(&mut going, |o| o["metadata"]["deletionTimestamp"] = json!("2026-11-30T03:00:00Z\u{1b}"));
        let (found, why) = of(&going, "shop/checkout stays").unwrap();
        assert_eq!(found, CheckState::Failed);
        assert!(why.ends_with("at 2026-11-30T03:00:00Z?"), "{why}");

        let unseen = Seen { object: None, ..unread(SeenPart::Target) };
        assert_eq!(states(&unseen, CheckState::Unknown), ["shop/checkout exists", "everything was read"]);
        assert_eq!(states(&unseen, CheckState::Failed), Vec::<String>::new());
        let mut blind = unread(SeenPart::Cluster);
        blind.data = crate::services::kubernetes::Data::default();
        assert_eq!(states(&blind, CheckState::Failed), Vec::<String>::new());
        assert_eq!(states(&blind, CheckState::Unknown), ["everything was read"]);

        let mut group = testing::nodegroup_with(TestCluster::default());
        group.target.id = "prod-eks/nodegroup/other".into();
        assert_eq!(states(&group, CheckState::Failed), ["other exists"]);
        group.missing = vec![Unread { part: SeenPart::Nodegroup, why: "denied".into() }];
        assert_eq!(states(&group, CheckState::Failed), Vec::<String>::new());
        let mut odd = testing::deployment();
        odd.target.id = "nowhere".into();
        assert_eq!(states(&odd, CheckState::Failed), ["a target of a cluster"]);
    }

    #[test]
    fn a_right_is_asked_for_each_call_that_is_sent() {
        let right = KubeRight { group: "apps", resource: "deployments", verb: "patch" };
        let name = "may patch deployments.apps";
        let told = |seen: &Seen| state(&permitted(seen, &[Api::PatchDeployment]), name);
        let mut seen = testing::deployment();
        assert_eq!(told(&seen), Some((CheckState::Met, String::new())));
        seen.rights = vec![(right, Permission::Denied("no binding\u{1b}".into()))];
        let why = "RBAC does not allow it (no binding?): qd k8s-rbac operator prints the role that does";
        assert_eq!(told(&seen), Some((CheckState::Failed, why.to_owned())));
        seen.rights = vec![(right, Permission::Denied(String::new()))];
        assert!(told(&seen).is_some_and(|(_, why)| why.starts_with("RBAC does not allow it: ")));
        seen.rights.clear();
        assert!(
            told(&seen).is_some_and(|(state, why)| state == CheckState::Unknown && why.starts_with("it was not asked"))
        );
        seen.missing = vec![Unread { part: SeenPart::Right(right), why: "timed out".into() }];
        assert_eq!(told(&seen), Some((CheckState::Unknown, "timed out".to_owned())));
        // It is told here, and not once more.
        assert_eq!(states(&seen, CheckState::Unknown), Vec::<String>::new());
        assert_eq!(permitted(&seen, &[Api::UpdateNodegroupConfig]), [], "AWS is not asked");
    }
}
