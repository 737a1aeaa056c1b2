//! Whether a later step's object can take its call.

use super::{Follow, Seen, TargetKind};

/// The target is the one that the plan knew. A pod that is gone already needs no eviction, which the API server says
/// itself: its call is made for that very pod or for none.
///
/// # Errors
/// What it is instead, in words.
pub fn ready(observed: &[(String, String)], follow: &Follow, fresh: &Seen) -> Result<(), String> {
    let known = |name: &str| observed.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let arn = fresh.eks().map(|eks| eks.arn.to_string());
    if known("cluster ARN") != arn.as_deref() {
        return Err("the cluster is another one, or was not read".to_owned());
    }
    if fresh.target.kind == TargetKind::Nodegroup || matches!(follow, Follow::PodGone { .. }) {
        return Ok(());
    }
    match &fresh.object {
        None => Err(format!("{} is not there", follow.of().local())),
        Some(object) if known("UID") != Some(object.uid()) => {
            Err(format!("{} is another object of the same name now", follow.of().local()))
        }
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::services::kubernetes::change::follow::Followed;
    use crate::services::kubernetes::change::observed::observed;
    use crate::services::kubernetes::change::testing;
    use crate::services::kubernetes::testing::TestCluster;

    fn shows(seen: &Seen) -> Follow {
        let name = seen.name().unwrap();
        Follow::Shows { of: Followed::of(testing::REGION, &name, "u-node"), values: Vec::new() }
    }

    fn evicts() -> Follow {
        let of = Followed::pod(testing::REGION, "prod-eks", "shop", "api-1", "u-1");
        Follow::PodGone { of, node: testing::NODE.into(), approved: Vec::new() }
    }

    #[test]
    fn the_very_object_that_the_plan_knew_can_take_a_call() {
        let seen = testing::node();
        let known = observed(&seen, &[]);
        assert_eq!(ready(&known, &shows(&seen), &seen), Ok(()));
        // What a step before has changed of it is nothing against it.
        let mut cordoned = seen.clone();
        testing::edit(&mut cordoned, |o| o["spec"]["unschedulable"] = json!(true));
        assert_eq!(ready(&known, &shows(&seen), &cordoned), Ok(()));
    }

    #[test]
    fn another_one_or_none_cannot() {
        let seen = testing::node();
        let known = observed(&seen, &[]);
        let gone = Seen { object: None, ..seen.clone() };
        assert_eq!(ready(&known, &shows(&seen), &gone), Err("ip-10-0-1-2 is not there".to_owned()));
        let mut other = seen.clone();
        testing::edit(&mut other, |o| o["metadata"]["uid"] = json!("u-2"));
        let why = "ip-10-0-1-2 is another object of the same name now";
        assert_eq!(ready(&known, &shows(&seen), &other), Err(why.to_owned()));
        // The node may be gone before its last pod: that one's call is made for it or for none.
        assert_eq!(ready(&known, &evicts(), &gone), Ok(()));
    }

    #[test]
    fn another_cluster_of_the_same_name_cannot() {
        let seen = testing::node();
        let known = observed(&seen, &[]);
        let unread = Seen { data: crate::services::kubernetes::Data::default(), ..seen.clone() };
        for follow in [shows(&seen), evicts()] {
            assert_eq!(ready(&known, &follow, &unread), Err("the cluster is another one, or was not read".to_owned()));
        }
        let elsewhere: Vec<(String, String)> =
            known.iter().map(|(name, value)| (name.clone(), value.replace("111122223333", "444455556666"))).collect();
        assert!(ready(&elsewhere, &shows(&seen), &seen).is_err());
    }

    #[test]
    fn a_node_group_has_no_uid() {
        let seen = testing::nodegroup_with(TestCluster::default());
        let name = seen.name().unwrap();
        let of = Followed::of(testing::REGION, &name, "");
        let follow = Follow::NodegroupUpdated { of, minimum: None, maximum: None, desired: Some(1) };
        assert_eq!(ready(&observed(&seen, &[]), &follow, &seen), Ok(()));
    }
}
