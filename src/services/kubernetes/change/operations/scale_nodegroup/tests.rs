//! What is sent for other sizes, and what its plan says.

use super::*;
use crate::ops::plan::CheckState;
use crate::services::kubernetes::change::{Plan, TargetKind};
use crate::services::kubernetes::model::Workload;
use crate::services::kubernetes::testing::{TestCluster, ago, budget, deployment, node, pod};
use crate::services::kubernetes::{EksTrouble, testing as objects};

/// Three nodes of the group, and one of a pool.
fn nodes() -> Vec<Node> {
    let of = |name: &str| Node { provider: NodeProvider::ManagedGroup("system".into()), ..node(name) };
    vec![of("ip-a"), of("ip-b"), of("ip-c"), node("ip-x")]
}

fn cluster() -> TestCluster {
    TestCluster { nodes: nodes(), ..TestCluster::default() }
}

fn seen() -> Seen {
    testing::nodegroup_with(cluster())
}

/// The same with another group.
fn group(change: impl FnOnce(&mut Nodegroup)) -> Seen {
    let mut group = seen().nodegroup().cloned().unwrap();
    change(&mut group);
    let mut data = seen();
    data.data.store(
        &crate::services::kubernetes::Read::Nodegroups(objects::CLUSTER.into()),
        crate::services::kubernetes::Answer::Nodegroups(vec![group]),
        objects::now(),
    );
    data
}

fn scaled(seen: &Seen, values: &[(&str, &str)]) -> Plan {
    let mut request = ScaleNodegroup::offer(seen);
    for (name, value) in values {
        request.set(name, value, seen).unwrap();
    }
    plan_of(Operation::ScaleNodegroup(request), seen)
}

fn said<'a>(plan: &'a Plan, label: &str) -> Vec<&'a str> {
    plan.consequences.iter().filter(|one| one.label == label).map(|one| one.text.as_str()).collect()
}

fn state(plan: &Plan, name: &str) -> Option<(CheckState, String)> {
    plan.checks.iter().find(|check| check.name == name).map(|check| (check.state, check.why.clone()))
}

#[test]
fn only_what_differs_is_sent() {
    let plan = scaled(&seen(), &[("desired", "4"), ("maximum", "6")]);
    assert_eq!(
        plan.steps[0].call.as_command("--profile prod"),
        "aws eks update-nodegroup-config --profile prod --region eu-west-1 --cluster-name prod-eks --nodegroup-name system \
         --scaling-config 'maxSize=6,desiredSize=4'"
    );
    let Follow::NodegroupUpdated { of, minimum, maximum, desired } = &plan.steps[0].follow else { panic!("an update") };
    assert_eq!((of.id.as_str(), of.uid.as_str()), ("prod-eks/nodegroup/system", ""));
    assert_eq!((*minimum, *maximum, *desired), (None, Some(6), Some(4)));
    assert_eq!((plan.risk, failed(&plan), plan.steps.len()), (Risk::Routine, Vec::new(), 1));
    let all = scaled(&seen(), &[("minimum", "1"), ("desired", "2"), ("maximum", "3")]);
    assert_eq!(all.steps[0].call.get("scalingConfig"), Some(&"minSize=1,maxSize=3,desiredSize=2".into()));
    let back = "set it back: minimum 2, desired 3, maximum 5; nodes that went do not come back, others do";
    assert_eq!(all.inverse.as_deref(), Some(back));
    assert_eq!(failed(&scaled(&seen(), &[])), ["something changes"]);
}

#[test]
fn sizes_that_aws_would_not_take_are_refused() {
    for (values, words) in [
        ([("minimum", "4"), ("desired", "3")], "the minimum 4 is more than the desired 3"),
        ([("desired", "6"), ("maximum", "5")], "the desired 6 is more than the maximum 5"),
    ] {
        let plan = scaled(&seen(), &values);
        assert_eq!(state(&plan, "sizes fit together"), Some((CheckState::Failed, words.to_owned())));
    }
    let mut request = ScaleNodegroup::offer(&seen());
    for (name, value) in [("minimum", "-1"), ("desired", "x"), ("maximum", "0"), ("size", "3")] {
        assert!(request.set(name, value, &seen()).is_err(), "{name}={value}");
    }
    assert_eq!(request, ScaleNodegroup::offer(&seen()));
    assert_eq!(request.set("minimum", "0", &seen()), Ok(()));
    let of_file = ScaleNodegroup { minimum: -2, desired: 3, maximum: 5 };
    assert_eq!(failed(&plan_of(Operation::ScaleNodegroup(of_file), &seen())), ["sizes fit together"]);
}

#[test]
fn a_group_takes_one_update_at_a_time() {
    for (status, refused) in [("ACTIVE", false), ("DEGRADED", false), ("UPDATING", true), ("DELETING", true)] {
        let seen = group(|group| group.status = status.into());
        let plan = scaled(&seen, &[("desired", "4")]);
        let expected = if refused { vec!["takes an update".to_owned()] } else { Vec::new() };
        assert_eq!(failed(&plan), expected, "{status}");
        let group = seen.nodegroup().unwrap();
        assert_eq!(ScaleNodegroup::unavailable(On::Nodegroup(group)).is_some(), refused, "{status}");
    }
    let busy = scaled(&group(|group| group.status = "UPDATING".into()), &[("desired", "4")]);
    assert!(state(&busy, "takes an update").unwrap().1.starts_with("an update of it runs"));
}

#[test]
fn what_ails_a_group_is_a_doubt() {
    let ill = group(|group| {
        group.status = "DEGRADED".into();
        group.health =
            vec![EksTrouble { code: "NodeCreationFailure".into(), message: "no".into(), resources: Vec::new() }];
    });
    let why = "it is DEGRADED, NodeCreationFailure: no".to_owned();
    assert_eq!(state(&scaled(&ill, &[("desired", "4")]), "is well"), Some((CheckState::Doubtful, why)));
    let why = "it is DEGRADED, EKS does not say of what".to_owned();
    let silent = group(|group| group.status = "DEGRADED".into());
    assert_eq!(state(&scaled(&silent, &[("desired", "4")]), "is well"), Some((CheckState::Doubtful, why)));
    assert_eq!(state(&scaled(&seen(), &[("desired", "4")]), "is well").unwrap().0, CheckState::Met);
}

#[test]
fn a_cluster_autoscaler_that_runs_is_a_doubt() {
    let scaler = |wanted: i64, image: &str| {
        let scaler = Workload { images: vec![image.into()], ..deployment("kube-system", "scaler", wanted, wanted) };
        testing::nodegroup_with(TestCluster { workloads: vec![scaler], ..cluster() })
    };
    let image = "registry.k8s.io/autoscaling/cluster-autoscaler:v1.34.0";
    let name = "nobody else scales it";
    let runs = scaled(&scaler(1, image), &[("desired", "4")]);
    let (found, why) = state(&runs, name).unwrap();
    assert_eq!(found, CheckState::Doubtful);
    assert!(why.starts_with("Cluster Autoscaler (kube-system/scaler) may set another"), "{why}");
    for (wanted, image) in [(0, image), (1, "registry.example/api:1")] {
        assert_eq!(state(&scaled(&scaler(wanted, image), &[("desired", "4")]), name).unwrap().0, CheckState::Met);
    }
    let unread = TestCluster { unread: vec![ObjectKind::Deployment], ..cluster() };
    let unread = scaled(&testing::nodegroup_with(unread), &[("desired", "4")]);
    assert_eq!(state(&unread, name).unwrap().0, CheckState::Unknown);
    let bounds = scaled(&scaler(1, image), &[("maximum", "6")]);
    assert_eq!(state(&bounds, name), None, "the desired size stays");
    assert_eq!(
        said(&bounds, "Autoscaler"),
        [
            "Cluster Autoscaler (kube-system/scaler) keeps to the new minimum and maximum if it discovers its groups; one \
          that is given this group by --nodes keeps to what that says"
        ]
    );
    assert!(said(&scaled(&seen(), &[("maximum", "6")]), "Autoscaler").is_empty());
}

#[test]
fn down_the_plan_says_what_goes_and_that_budgets_end_after_15_minutes() {
    let mut protected = pod("shop", "cart-1");
    (protected.node, protected.do_not_disrupt) = (Some("ip-b".into()), Some("true".into()));
    let mut bare = pod("tools", "debug");
    (bare.node, bare.owner, bare.labels) = (Some("ip-c".into()), None, Vec::new());
    let mut karpenter = pod("karpenter", "karpenter-1");
    karpenter.node = Some("ip-b".into());
    karpenter.labels = vec![("app.kubernetes.io/name".into(), "karpenter".into())];
    let elsewhere = crate::services::kubernetes::model::Pod { node: Some("ip-x".into()), ..pod("shop", "api-2") };
    let pods = vec![pod("shop", "api-1"), protected, bare, karpenter, elsewhere];
    let mut seen = testing::nodegroup_with(TestCluster { pods, budgets: vec![budget("shop", "api", 0)], ..cluster() });
    seen.pods.get_mut("shop/api-1").unwrap().has_scratch = true;
    let plan = scaled(&seen, &[("desired", "2")]);
    assert_eq!((plan.risk, failed(&plan)), (Risk::Irreversible, Vec::new()), "a bare pod may go");
    assert_eq!(
        plan.summary,
        "system has 2 to 5 nodes, 2 desired. AWS ends 1 of those that are there, and chooses which."
    );
    assert_eq!(said(&plan, "Interruption"), ["1 of 3 nodes go, with the pods on them; AWS chooses which"]);
    let budgets = "not honoured to the end: pods are evicted, and after 15 minutes a node goes with what is left on it";
    assert_eq!(said(&plan, "PDBs"), [budgets]);
    assert_eq!(said(&plan, "Nodes"), ["any of ip-a, ip-b, ip-c"]);
    assert_eq!(said(&plan, "Pods"), ["4 pods on these nodes; those of the nodes that go need another place"]);
    assert_eq!(said(&plan, "Held"), ["for 15 minutes at most: PDB shop/api"]);
    assert_eq!(said(&plan, "Do-not-disrupt"), ["is Karpenter's alone, and does not hold here: shop/cart-1"]);
    assert_eq!(said(&plan, "Lost"), ["nobody makes them again: tools/debug"]);
    assert_eq!(said(&plan, "emptyDir"), ["goes with its node: shop/api-1"]);
    assert!(said(&plan, "Karpenter")[0].ends_with("karpenter/karpenter-1"));
    let quiet = scaled(&self::seen(), &[("desired", "2")]);
    for label in ["Held", "Do-not-disrupt", "Lost", "emptyDir", "Karpenter"] {
        assert!(said(&quiet, label).is_empty(), "{label}");
    }
    let all = scaled(&self::seen(), &[("minimum", "0"), ("desired", "0")]);
    assert_eq!(said(&all, "Interruption"), ["all 3 nodes go, with the pods on them"]);
    assert_eq!(said(&all, "Nodes"), ["ip-a, ip-b, ip-c"]);
}

#[test]
fn up_no_pod_moves() {
    let plan = scaled(&seen(), &[("desired", "5")]);
    assert_eq!(plan.risk, Risk::Routine);
    assert_eq!(plan.summary, "system has 2 to 5 nodes, 5 desired. 2 more are started.");
    assert_eq!(said(&plan, "Interruption"), ["none: nodes are added"]);
    assert_eq!((said(&plan, "PDBs").len(), said(&plan, "Time").len()), (0, 1));
    let bounds = scaled(&seen(), &[("maximum", "8"), ("minimum", "3")]);
    assert_eq!((bounds.risk, said(&bounds, "Interruption")), (Risk::Routine, vec!["none: no node comes or goes"]));
    assert_eq!(bounds.steps[0].call.get("scalingConfig"), Some(&"minSize=3,maxSize=8".into()));
}

#[test]
fn what_somebody_has_scaled_since_counts_by_the_nodes_that_are_there() {
    let more = |going: Option<jiff::Timestamp>| {
        let mut cluster = cluster();
        let of =
            |name: &str| Node { provider: NodeProvider::ManagedGroup("system".into()), deleting: going, ..node(name) };
        cluster.nodes.extend([of("ip-d"), of("ip-e")]);
        testing::nodegroup_with(cluster)
    };
    let name = "EKS knows its nodes";
    let plan = scaled(&more(None), &[("desired", "4")]);
    assert_eq!((plan.risk, said(&plan, "Interruption").len()), (Risk::Disruptive, 1));
    assert!(said(&plan, "Interruption")[0].starts_with("1 of 5 nodes go"));
    let why = "EKS desires 3, and 5 are there: somebody may have scaled it since";
    assert_eq!(state(&plan, name), Some((CheckState::Doubtful, why.to_owned())));
    let lowered = scaled(&more(None), &[("maximum", "4")]);
    assert_eq!(lowered.risk, Risk::Disruptive, "the maximum alone ends nodes");
    let going = scaled(&more(Some(ago(60))), &[("desired", "4")]);
    assert_eq!((going.risk, state(&going, name).unwrap().0), (Risk::Routine, CheckState::Met));
    let on_its_way = group(|group| (group.desired, group.maximum) = (Some(4), Some(6)));
    assert!(said(&scaled(&on_its_way, &[("desired", "3")]), "Interruption")[0].starts_with("1 of 4 nodes go"));
}

#[test]
fn what_was_not_read_is_not_said_to_be_so() {
    let with = |unread: Vec<ObjectKind>| testing::nodegroup_with(TestCluster { unread, ..cluster() });
    let no_nodes = scaled(&with(vec![ObjectKind::Node]), &[("desired", "2")]);
    assert_eq!(said(&no_nodes, "Nodes"), ["which are there was not read"]);
    assert_eq!(state(&no_nodes, "EKS knows its nodes").unwrap().0, CheckState::Unknown);
    let no_pods = scaled(&with(vec![ObjectKind::Pod]), &[("desired", "2")]);
    assert_eq!(said(&no_pods, "Pods"), ["which run there was not read"]);
    let no_budgets = scaled(&with(vec![ObjectKind::DisruptionBudget]), &[("desired", "2")]);
    assert_eq!(said(&no_budgets, "Held"), ["which PDBs hold pods there was not read"]);
    let mut nothing = group(|group| group.desired = None);
    nothing.data = {
        let mut other = with(vec![ObjectKind::Node]);
        let group = nothing.nodegroup().cloned().unwrap();
        let read = crate::services::kubernetes::Read::Nodegroups(objects::CLUSTER.into());
        other.data.store(&read, crate::services::kubernetes::Answer::Nodegroups(vec![group]), objects::now());
        other.data
    };
    let plan = scaled(&nothing, &[("desired", "3")]);
    assert_eq!(plan.risk, Risk::Disruptive, "how many are there is not known");
    assert!(said(&plan, "Interruption")[0].ends_with("how many are there is not known"));
    assert_eq!((said(&plan, "Cost"), plan.monthly), (vec!["not known"], None));
    let gone = testing::seen(TargetKind::Nodegroup, "nodegroup/system", None, TestCluster::default());
    assert_eq!(failed(&scaled(&gone, &[])), ["system exists"]);
}

#[test]
fn a_price_is_told_where_it_is_known() {
    let of = |region: &str, change: fn(&mut Nodegroup), desired: &str| {
        let mut seen = group(change);
        seen.target.region = region.into();
        let plan = scaled(&seen, &[("desired", desired)]);
        (said(&plan, "Cost").join("; "), plan.monthly.map(|usd| usd.to_string()))
    };
    let on_demand: fn(&mut Nodegroup) = |_| {};
    let monthly = |usd: &str| Some(usd.to_owned());
    assert_eq!(of("us-east-1", on_demand, "5"), ("+$280.32/mo, on demand".to_owned(), monthly("280.32")));
    assert_eq!(of("us-east-1", on_demand, "2"), ("−$140.16/mo, on demand".to_owned(), monthly("-140.16")));
    assert_eq!(of("eu-west-1", on_demand, "5"), ("more; how much is not known".to_owned(), None));
    assert_eq!(of("eu-west-1", on_demand, "2"), ("less; how much is not known".to_owned(), None));
    let spot: fn(&mut Nodegroup) = |group| group.capacity_type = "SPOT".into();
    assert_eq!(of("us-east-1", spot, "4"), ("at most +$140.16/mo".to_owned(), None));
    let several: fn(&mut Nodegroup) = |group| group.instance_types = vec!["c5.large".into(), "m6i.xlarge".into()];
    assert_eq!(of("us-east-1", several, "4"), ("at most +$140.16/mo".to_owned(), None));
    let template: fn(&mut Nodegroup) = |group| group.instance_types.clear();
    assert_eq!(of("us-east-1", template, "4"), ("more; how much is not known".to_owned(), None));
    let unknown: fn(&mut Nodegroup) = |group| group.instance_types = vec!["c5.large".into(), "x9.huge".into()];
    assert_eq!(of("us-east-1", unknown, "4"), ("more; how much is not known".to_owned(), None));
}
