//! The update of a node group's configuration.

use jiff::Timestamp;

use super::{Followed, Look, NodegroupUpdate};
use crate::domain::text::clean;
use crate::health::words::plural;
use crate::ops::progress::{Progress, SKEW};
use crate::services::kubernetes::ObjectKind;
use crate::services::kubernetes::model::{Node, NodeProvider};

/// The sizes that were sent, by their names in an update (EKS API, `UpdateParamType`).
pub(super) type SentSizes = [(&'static str, Option<i32>); 3];

pub(super) fn sizes(minimum: Option<i32>, maximum: Option<i32>, desired: Option<i32>) -> SentSizes {
    [("MinSize", minimum), ("MaxSize", maximum), ("DesiredSize", desired)]
}

/// The update that was sent: of the configuration, since then, and of these sizes. An update names what it was asked for
/// (AWS CLI, `update-nodegroup-config`, examples 1 and 4), so that one of labels alone names none of them.
pub(super) fn update(sizes: SentSizes, look: &Look, sent: Timestamp) -> Option<&NodegroupUpdate> {
    let is_since =
        |update: &NodegroupUpdate| update.created.is_some_and(|created| created.as_second() + SKEW >= sent.as_second());
    let is_of_them = |update: &NodegroupUpdate| {
        let named: Vec<bool> = sizes
            .iter()
            .filter_map(|(name, size)| {
                let (_, said) = update.parameters.iter().find(|(known, _)| known == name)?;
                Some(*said == (*size)?.to_string())
            })
            .collect();
        !named.is_empty() && named.into_iter().all(|is_so| is_so)
    };
    look.updates.iter().find(|update| update.kind == "ConfigUpdate" && is_since(update) && is_of_them(update))
}

/// As its update tells (`DescribeUpdate`, `status`).
pub(super) fn progress(of: &Followed, sizes: SentSizes, look: &Look, sent: Timestamp) -> Progress {
    let Some(update) = update(sizes, look, sent) else {
        return Progress::Going("EKS does not list its update yet".to_owned());
    };
    let id = clean(&update.id);
    match update.status.as_str() {
        "Successful" => successful(of, &format!("update {id} of {} is successful", of.local()), sizes, look),
        "Failed" | "Cancelled" => {
            let how = if update.status == "Failed" { "has failed" } else { "was cancelled" };
            let errors: Vec<String> =
                update.errors.iter().map(|error| clean(&format!("{}: {}", error.code, error.message))).collect();
            let why = if errors.is_empty() { "EKS does not say why".to_owned() } else { errors.join("; ") };
            Progress::Failed(format!("update {id} {how}: {why}"))
        }
        "InProgress" => Progress::Going(format!("update {id} is in progress")),
        other => Progress::Going(format!("update {id} is {}", clean(other))),
    }
}

/// EKS has taken the sizes: an update says nothing of nodes (EKS API, `Update`). Those that are wanted are ready some time
/// later, and never where EC2 has none.
fn successful(of: &Followed, words: &str, sizes: SentSizes, look: &Look) -> Progress {
    let Some(wanted) = sizes.into_iter().find(|(name, _)| *name == "DesiredSize").and_then(|(_, size)| size) else {
        return Progress::Reached(words.to_owned());
    };
    let view = look.view(of.cluster()).filter(|view| view.standing(ObjectKind::Node).is_known());
    let Some(view) = view else {
        return Progress::Reached(format!("{words}; whether its nodes came or went was not read"));
    };
    let is_its = |node: &&Node| matches!(&node.provider, NodeProvider::ManagedGroup(name) if **name == *of.local());
    let nodes: Vec<&Node> = view.nodes().filter(is_its).collect();
    let ready = nodes.iter().filter(|node| node.is_ready() && node.deleting.is_none()).count();
    let is_so = |count: usize| i32::try_from(count) == Ok(wanted);
    if is_so(nodes.len()) && is_so(ready) {
        return Progress::Reached(format!("{words}, and it has {}", plural(ready, "ready node")));
    }
    let there = plural(nodes.len(), "node");
    Progress::Going(format!("{words}; {there} there, {ready} ready, {wanted} wanted"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::progress::Happened;
    use crate::services::kubernetes::EksTrouble;
    use crate::services::kubernetes::change::Follow;
    use crate::services::kubernetes::model::Conditions;
    use crate::services::kubernetes::testing::{TestCluster, node};

    fn sent() -> Timestamp {
        "2026-11-22T03:12:30Z".parse().unwrap()
    }

    fn follow() -> Follow {
        let of = Followed { region: "eu-west-1".into(), id: "prod-eks/nodegroup/system".into(), uid: String::new() };
        Follow::NodegroupUpdated { of, minimum: None, maximum: Some(6), desired: Some(4) }
    }

    /// An update of these sizes, ten seconds after the call.
    fn updated(parameters: &[(&str, &str)], status: &str) -> NodegroupUpdate {
        NodegroupUpdate {
            id: "u-1".into(),
            kind: "ConfigUpdate".into(),
            status: status.into(),
            created: "2026-11-22T03:12:40Z".parse().ok(),
            parameters: parameters.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            errors: Vec::new(),
        }
    }

    const OURS: [(&str, &str); 2] = [("MaxSize", "6"), ("DesiredSize", "4")];

    fn told(updates: Vec<NodegroupUpdate>) -> (Progress, Happened) {
        let look = Look { updates, ..Look::blank(sent()) };
        (follow().progress(&look, sent()), follow().happened(&look, sent()))
    }

    #[test]
    fn each_state_of_its_update_is_told() {
        let with =
            |status: &str, errors: Vec<EksTrouble>| told(vec![NodegroupUpdate { errors, ..updated(&OURS, status) }]).0;
        let unread = "update u-1 of system is successful; whether its nodes came or went was not read";
        assert_eq!(with("Successful", Vec::new()), Progress::Reached(unread.into()));
        assert_eq!(with("InProgress", Vec::new()), Progress::Going("update u-1 is in progress".into()));
        assert_eq!(with("Paused", Vec::new()), Progress::Going("update u-1 is Paused".into()));
        assert_eq!(
            with("Cancelled", Vec::new()),
            Progress::Failed("update u-1 was cancelled: EKS does not say why".into())
        );
        let error = EksTrouble { code: "IpNotAvailable".into(), message: "no addresses".into(), resources: Vec::new() };
        let failed = Progress::Failed("update u-1 has failed: IpNotAvailable: no addresses".into());
        assert_eq!(with("Failed", vec![error]), failed);
    }

    #[test]
    fn its_nodes_are_waited_for() {
        let of_group = |name: &str| Node { provider: NodeProvider::ManagedGroup("system".into()), ..node(name) };
        let told = |nodes: Vec<Node>| {
            let updates = vec![updated(&OURS, "Successful")];
            let data = TestCluster { nodes, ..TestCluster::default() }.data();
            follow().progress(&Look { data, updates, ..Look::blank(sent()) }, sent())
        };
        let four = || ["a", "b", "c", "d"].map(of_group).to_vec();
        let words = "update u-1 of system is successful";
        assert_eq!(told(four()), Progress::Reached(format!("{words}, and it has 4 ready nodes")));
        let mut others = four();
        others.push(node("of-karpenter"));
        assert!(matches!(told(others), Progress::Reached(_)), "nodes of others do not count");
        assert_eq!(told(four()[..3].to_vec()), Progress::Going(format!("{words}; 3 nodes there, 3 ready, 4 wanted")));
        let mut young = four();
        young[0].conditions = Conditions::default();
        assert_eq!(told(young), Progress::Going(format!("{words}; 4 nodes there, 3 ready, 4 wanted")));
        let mut more = four();
        more.push(Node { deleting: Some(sent()), ..of_group("e") });
        assert_eq!(told(more), Progress::Going(format!("{words}; 5 nodes there, 4 ready, 4 wanted")));
        let of = Followed { region: "eu-west-1".into(), id: "prod-eks/nodegroup/system".into(), uid: String::new() };
        let limits = Follow::NodegroupUpdated { of, minimum: None, maximum: Some(6), desired: None };
        let updates = vec![updated(&[("MaxSize", "6")], "Successful")];
        let look = Look { updates, ..Look::blank(sent()) };
        assert_eq!(limits.progress(&look, sent()), Progress::Reached(words.into()), "no node was asked for");
    }

    #[test]
    fn only_an_update_of_what_was_sent_is_the_one() {
        let of = |parameters: &[(&str, &str)]| told(vec![updated(parameters, "Successful")]).1;
        assert_eq!(of(&OURS), Happened::Yes);
        assert_eq!(of(&[("MinSize", "9"), ("MaxSize", "6"), ("DesiredSize", "4")]), Happened::Yes, "it was not sent");
        assert_eq!(of(&[("DesiredSize", "4")]), Happened::Yes, "what it does not name");
        assert_eq!(of(&[("MaxSize", "6"), ("DesiredSize", "5")]), Happened::NoSign, "another size");
        assert_eq!(of(&[("LabelsToAdd", "{}")]), Happened::NoSign, "of labels");
        assert_eq!(of(&[("MinSize", "2")]), Happened::NoSign, "of what was not sent");
        let changed = |change: fn(&mut NodegroupUpdate)| {
            let mut update = updated(&OURS, "Successful");
            change(&mut update);
            told(vec![update])
        };
        let not_yet = (Progress::Going("EKS does not list its update yet".into()), Happened::NoSign);
        assert_eq!(changed(|update| update.kind = "VersionUpdate".into()), not_yet);
        assert_eq!(changed(|update| update.created = None), not_yet);
        assert_eq!(changed(|update| update.created = "2026-11-22T03:11:29Z".parse().ok()), not_yet, "it was before");
        assert_ne!(changed(|update| update.created = "2026-11-22T03:11:30Z".parse().ok()), not_yet, "clocks differ");
        assert_eq!(told(Vec::new()), not_yet);
    }

    #[test]
    fn of_several_the_newest_is_followed() {
        let newest = NodegroupUpdate { id: "u-2".into(), ..updated(&OURS, "InProgress") };
        let both = told(vec![newest, updated(&OURS, "Successful")]).0;
        assert_eq!(both, Progress::Going("update u-2 is in progress".into()));
    }
}
