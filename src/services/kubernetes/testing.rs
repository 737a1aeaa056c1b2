//! Objects and clusters for tests: each a healthy one of which a test changes what it is about.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::model::{
    Application, Autoscaler, Budget, CapacityType, ClassKind, ClusterEvent, ConditionStatus, Conditions,
    ConsolidationPolicy, Container, ContainerState, DisruptionBudget, LabelSelector, Node, NodeClaim, NodeClass,
    NodePool, NodeProvider, ObjectCondition, ObjectRef, OwnerRef, Pod, PodPhase, Requirement, RequirementOperator,
    Resources, Taint, TaintEffect, Workload, WorkloadKind,
};
use super::{
    Addon, Answer, ClusterVersion, Data, EksCluster, EndpointAccess, Insight, KindWatch, Nodegroup, ObjectKind, Read,
    Served, WatchTold,
};
use crate::domain::{Delta, Items};

/// The cluster of all tests.
pub const CLUSTER: &str = "prod-eks";
/// Its ARN.
pub const ARN: &str = "arn:aws:eks:eu-west-1:111122223333:cluster/prod-eks";
/// Its region's first zone.
pub const ZONE: &str = "eu-west-1a";

/// Sunday, 2026-11-22 03:12 UTC.
pub fn now() -> Timestamp {
    "2026-11-22T03:12:00Z".parse().unwrap()
}

/// So many seconds before that.
pub fn ago(seconds: i64) -> Timestamp {
    now().checked_sub(SignedDuration::from_secs(seconds)).unwrap()
}

/// A cluster that EKS has nothing to say against.
pub fn eks() -> EksCluster {
    EksCluster {
        name: CLUSTER.into(),
        arn: ARN.into(),
        status: "ACTIVE".into(),
        version: "1.34".into(),
        platform: "eks.14".into(),
        created: Some(ago(86_400 * 200)),
        endpoint: "https://ABC.gr7.eu-west-1.eks.amazonaws.com".into(),
        authority: "LS0t".into(),
        access: EndpointAccess { public: false, private: true, cidrs: Vec::new() },
        authentication: "API".into(),
        logs_on: ["api", "audit", "authenticator", "controllerManager", "scheduler"].map(Arc::from).to_vec(),
        logs_off: Vec::new(),
        upgrade_policy: Some("EXTENDED".into()),
        auto_mode: false,
        auto_pools: Vec::new(),
        deletion_protection: Some(true),
        zonal_shift: false,
        secrets_key: None,
        health: Vec::new(),
        tags: BTreeMap::new(),
    }
}

/// A condition.
pub fn condition(
    kind: &str,
    status: ConditionStatus,
    reason: &str,
    message: &str,
    seconds_ago: i64,
) -> ObjectCondition {
    let (reason, message) = (reason.into(), message.into());
    ObjectCondition { kind: kind.into(), status, reason, message, since: Some(ago(seconds_ago)) }
}

/// A condition that holds.
pub fn holds(kind: &str, seconds_ago: i64) -> ObjectCondition {
    condition(kind, ConditionStatus::True, kind, "", seconds_ago)
}

/// A condition that does not hold.
pub fn fails(kind: &str, reason: &str, message: &str, seconds_ago: i64) -> ObjectCondition {
    condition(kind, ConditionStatus::False, reason, message, seconds_ago)
}

/// A requirement that a label has one of these values.
pub fn one_of(key: &str, values: &[&str]) -> Requirement {
    let values = values.iter().map(|value| Arc::from(*value)).collect();
    Requirement { key: key.into(), operator: RequirementOperator::In, values }
}

/// A taint that keeps pods away.
pub fn taint(key: &str, value: &str) -> Taint {
    Taint { key: key.into(), value: value.into(), effect: TaintEffect::NoSchedule }
}

/// A node of pool `general`, of 4 CPUs and 16 GiB, ready for three hours.
pub fn node(name: &str) -> Node {
    let capacity = Resources { cpu: 4_000, memory: 16 << 30, pods: 58, ..Resources::default() };
    let allocatable = Resources { cpu: 3_920, memory: 15 << 30, pods: 58, ..Resources::default() };
    let label = |key: &str, value: &str| (Arc::from(key), Arc::from(value));
    Node {
        name: name.into(),
        created: Some(ago(10_800)),
        deleting: None,
        finalizers: vec!["karpenter.sh/termination".into()],
        labels: [
            label("karpenter.sh/nodepool", "general"),
            label("karpenter.sh/initialized", "true"),
            label("karpenter.sh/registered", "true"),
            label("topology.kubernetes.io/zone", ZONE),
        ]
        .into(),
        annotations: BTreeMap::new(),
        provider: NodeProvider::Karpenter("general".into()),
        instance_type: Some("m6i.xlarge".into()),
        zone: Some(ZONE.into()),
        capacity_type: Some(CapacityType::OnDemand),
        arch: Some("amd64".into()),
        instance: Some(format!("i-{name}").into()),
        cordoned: false,
        taints: Vec::new(),
        capacity,
        allocatable,
        conditions: Conditions(vec![holds("Ready", 10_700)]),
        kubelet: "v1.34.1-eks-1".into(),
        image: "Amazon Linux 2023.9.20261110".into(),
    }
}

/// A pool that is ready, spot and on-demand, of 8 of 64 CPUs.
pub fn pool(name: &str) -> NodePool {
    NodePool {
        name: name.into(),
        created: Some(ago(86_400 * 100)),
        deleting: None,
        weight: 0,
        limits: [("cpu".into(), 64_000)].into(),
        used: Resources { cpu: 8_000, memory: 32 << 30, nodes: 2, ..Resources::default() },
        replicas: None,
        requirements: vec![one_of("karpenter.sh/capacity-type", &["spot", "on-demand"])],
        taints: Vec::new(),
        startup_taints: Vec::new(),
        labels: BTreeMap::new(),
        class: ("EC2NodeClass".into(), "default".into()),
        expire_after: Some(2_592_000),
        termination_grace: None,
        consolidation: ConsolidationPolicy::WhenEmptyOrUnderutilized,
        consolidate_after: Some(300),
        budgets: vec![Budget { nodes: "10%".into(), reasons: Vec::new(), schedule: None, duration: None }],
        conditions: Conditions(vec![holds("NodeClassReady", 8_640_000), holds("Ready", 8_640_000)]),
    }
}

/// A claim that has become the node `ip-…` of its own name, three hours ago.
pub fn claim(name: &str, pool: &str) -> NodeClaim {
    NodeClaim {
        name: name.into(),
        created: Some(ago(10_800)),
        deleting: None,
        finalizers: vec!["karpenter.sh/termination".into()],
        pool: Some(pool.into()),
        annotations: BTreeMap::new(),
        requirements: Vec::new(),
        requests: Resources::default(),
        instance_type: Some("m6i.xlarge".into()),
        zone: Some(ZONE.into()),
        capacity_type: Some(CapacityType::OnDemand),
        node: Some(format!("ip-{name}").into()),
        instance: Some(format!("i-ip-{name}").into()),
        capacity: Resources::default(),
        allocatable: Resources::default(),
        expire_after: Some(2_592_000),
        termination_grace: None,
        conditions: Conditions(vec![
            holds("Launched", 10_790),
            holds("Registered", 10_740),
            holds("Initialized", 10_700),
            holds("Consolidatable", 9_000),
        ]),
    }
}

/// A claim that waits for its node: launched, and not registered for so long.
pub fn unregistered(name: &str, pool: &str, seconds: i64) -> NodeClaim {
    let waits = |kind: &str| {
        let message = "Node not registered with cluster";
        condition(kind, ConditionStatus::Unknown, "NodeNotFound", message, seconds)
    };
    NodeClaim {
        created: Some(ago(seconds)),
        node: None,
        conditions: Conditions(vec![holds("Launched", seconds - 5), waits("Registered"), waits("Initialized")]),
        ..claim(name, pool)
    }
}

/// A claim that was not even launched.
pub fn unlaunched(name: &str, pool: &str, seconds: i64) -> NodeClaim {
    let waits = |kind: &str| condition(kind, ConditionStatus::Unknown, "AwaitingReconciliation", "", seconds);
    NodeClaim {
        created: Some(ago(seconds)),
        node: None,
        instance: None,
        instance_type: None,
        zone: None,
        capacity_type: None,
        conditions: Conditions(vec![waits("Launched"), waits("Registered"), waits("Initialized")]),
        ..claim(name, pool)
    }
}

/// A class that is ready.
pub fn class(name: &str) -> NodeClass {
    NodeClass {
        kind: ClassKind::Ec2NodeClass,
        name: name.into(),
        created: Some(ago(86_400 * 100)),
        deleting: None,
        role: "prod-eks-karpenter-node".into(),
        amis: vec![("ami-1".into(), "amazon-eks-node-al2023-x86_64-standard-1.34-v20261110".into(), false)],
        subnets: vec![("subnet-1".into(), ZONE.into())],
        security_groups: vec!["sg-1".into()],
        conditions: Conditions(vec![holds("AMIsReady", 8_640_000), holds("Ready", 8_640_000)]),
    }
}

/// A pod of a Deployment `api` that runs on node `ip-a`.
pub fn pod(namespace: &str, name: &str) -> Pod {
    let requests = Resources { cpu: 500, memory: 1 << 30, pods: 1, ..Resources::default() };
    Pod {
        namespace: namespace.into(),
        name: name.into(),
        created: Some(ago(3_600)),
        started: Some(ago(3_590)),
        deleting: None,
        owner: Some(OwnerRef { kind: "Deployment".into(), name: "api".into() }),
        labels: vec![("app".into(), "api".into())],
        do_not_disrupt: None,
        is_mirror: false,
        node: Some("ip-a".into()),
        nominated_node: None,
        phase: PodPhase::Running,
        reason: "".into(),
        conditions: Vec::new(),
        ready: true,
        containers: vec![container("api", ContainerState::Running { since: Some(ago(3_500)) })],
        requests,
        node_selector: Vec::new(),
        affinity: Vec::new(),
        tolerations: Vec::new(),
        spread: Vec::new(),
        priority: 0,
        has_claims: false,
    }
}

/// A container that was never started anew.
pub fn container(name: &str, state: ContainerState) -> Container {
    Container {
        name: name.into(),
        image: "registry.example/api:1.2.3".into(),
        is_init: false,
        ready: matches!(state, ContainerState::Running { .. }),
        restarts: 0,
        state,
        last: None,
        requests: Resources::default(),
        limits: Resources::default(),
    }
}

/// A pod that the scheduler has found no node for, ten minutes ago, in these words.
pub fn waiting_pod(namespace: &str, name: &str, owner: &str, message: &str) -> Pod {
    Pod {
        owner: Some(OwnerRef { kind: "Deployment".into(), name: owner.into() }),
        created: Some(ago(610)),
        started: None,
        node: None,
        phase: PodPhase::Pending,
        ready: false,
        containers: Vec::new(),
        conditions: vec![fails("PodScheduled", "Unschedulable", message, 600)],
        ..pod(namespace, name)
    }
}

/// A Deployment that selects the pods of [`pod`].
pub fn deployment(namespace: &str, name: &str, wanted: i64, ready: i64) -> Workload {
    Workload {
        kind: WorkloadKind::Deployment,
        namespace: namespace.into(),
        name: name.into(),
        created: Some(ago(86_400)),
        deleting: None,
        wanted,
        ready,
        available: ready,
        updated: wanted,
        paused: false,
        is_observed: true,
        selector: selector("app", "api"),
        images: vec!["registry.example/api:1.2.3".into()],
        conditions: Conditions(vec![holds("Available", 80_000), holds("Progressing", 80_000)]),
    }
}

/// What has a label of this value.
pub fn selector(key: &str, value: &str) -> LabelSelector {
    LabelSelector { terms: vec![(key.into(), RequirementOperator::In, vec![value.into()])] }
}

/// A disruption budget over the pods of [`pod`], three of which are healthy.
pub fn budget(namespace: &str, name: &str, allowed: i64) -> DisruptionBudget {
    DisruptionBudget {
        namespace: namespace.into(),
        name: name.into(),
        min_available: None,
        max_unavailable: Some("1".into()),
        selector: selector("app", "api"),
        allowed,
        healthy: 3,
        wanted_healthy: 3 - allowed,
        expected: 3,
        always_allow: false,
        is_observed: true,
        conditions: Conditions::default(),
    }
}

/// An autoscaler of a Deployment, from 2 to 10, at so many.
pub fn autoscaler(namespace: &str, name: &str, current: i64) -> Autoscaler {
    Autoscaler {
        namespace: namespace.into(),
        name: name.into(),
        target: ("Deployment".into(), name.into()),
        minimum: 2,
        maximum: 10,
        current,
        desired: current,
        metrics: Vec::new(),
        last_scaled: Some(ago(3_600)),
        conditions: Conditions::default(),
    }
}

/// An application that is in sync and healthy.
pub fn application(name: &str) -> Application {
    Application {
        namespace: "argocd".into(),
        name: name.into(),
        to: name.into(),
        sync: "Synced".into(),
        health: "Healthy".into(),
        health_message: "".into(),
        revision: "0123456789abcdef".into(),
        operation: Some(("Succeeded".into(), "".into())),
        operated: Some(ago(7_200)),
        errors: Vec::new(),
        reconciled: Some(ago(60)),
        wrong: Vec::new(),
    }
}

/// An event of Karpenter.
pub fn event(kind: &str, namespace: &str, name: &str, reason: &str, message: &str, seconds_ago: i64) -> ClusterEvent {
    ClusterEvent {
        about: ObjectRef { kind: kind.into(), namespace: namespace.into(), name: name.into() },
        uid: format!("uid-{name}").into(),
        reason: reason.into(),
        message: message.into(),
        is_warning: true,
        from: "karpenter".into(),
        first: Some(ago(seconds_ago)),
        last: Some(ago(seconds_ago)),
        count: 1,
    }
}

/// What there is of a site with one cluster: everything that is not given is known to be empty.
#[derive(Debug, Clone, Default)]
pub struct TestCluster {
    /// [`eks`] where there is none.
    pub eks: Option<EksCluster>,
    pub versions: Vec<ClusterVersion>,
    pub nodegroups: Vec<Nodegroup>,
    pub addons: Vec<Addon>,
    pub insights: Vec<Insight>,
    /// ARNs of principals; not read where there are none.
    pub access_entries: Vec<Arc<str>>,
    pub nodes: Vec<Node>,
    pub pods: Vec<Pod>,
    pub pools: Vec<NodePool>,
    pub claims: Vec<NodeClaim>,
    /// Claims that were there until so many seconds ago.
    pub gone: Vec<(NodeClaim, i64)>,
    pub classes: Vec<NodeClass>,
    pub workloads: Vec<Workload>,
    pub autoscalers: Vec<Autoscaler>,
    pub budgets: Vec<DisruptionBudget>,
    pub events: Vec<ClusterEvent>,
    pub applications: Vec<Application>,
    /// Kinds of which nothing was told.
    pub unread: Vec<ObjectKind>,
}

impl TestCluster {
    /// The data of the site.
    pub fn data(self) -> Data {
        let at = now();
        let mut data = Data::default();
        let name: Arc<str> = CLUSTER.into();
        data.store(&Read::Clusters, Answer::Clusters(vec![Arc::new(self.eks.unwrap_or_else(eks))]), at);
        data.store(&Read::Versions, Answer::Versions(self.versions), at);
        data.store(&Read::Nodegroups(name.clone()), Answer::Nodegroups(self.nodegroups), at);
        data.store(&Read::Addons(name.clone()), Answer::Addons(self.addons), at);
        data.store(&Read::Insights(name.clone()), Answer::Insights(self.insights), at);
        if !self.access_entries.is_empty() {
            data.store(&Read::AccessEntries(name.clone()), Answer::AccessEntries(self.access_entries), at);
        }
        let served = |resource: &str| (Arc::from(resource), vec![Arc::from("v1")]);
        let kinds = ["nodepools.karpenter.sh", "nodeclaims.karpenter.sh", "ec2nodeclasses.karpenter.k8s.aws"];
        let mut kinds: BTreeMap<_, _> = kinds.into_iter().map(served).collect();
        kinds.insert("applications.argoproj.io".into(), vec!["v1alpha1".into()]);
        let served = Served { version: "v1.34.1-eks-1".into(), kinds, metrics: false };
        data.store(&Read::Served(name.clone()), Answer::Served(served), at);
        let mut id = 0;
        let mut tell = |kind: ObjectKind, told: Vec<(WatchTold, Timestamp)>| {
            id += 1;
            let watch = KindWatch { cluster: name.clone(), kind };
            data.watch(&watch, id);
            for (told, at) in told.into_iter().filter(|_| !self.unread.contains(&kind)) {
                data.take(&watch, id, told, at);
            }
        };
        let one = |told| vec![(told, at)];
        tell(ObjectKind::Node, one(WatchTold::Nodes(whole(self.nodes, |node| node.name.clone()))));
        tell(ObjectKind::Pod, one(WatchTold::Pods(whole(self.pods, |pod| named(&pod.namespace, &pod.name)))));
        tell(ObjectKind::NodePool, one(WatchTold::NodePools(whole(self.pools, |pool| pool.name.clone()))));
        let mut left = self.gone;
        left.sort_by_key(|(_, seconds)| -seconds);
        let before: Vec<NodeClaim> =
            self.claims.iter().cloned().chain(left.iter().map(|(claim, _)| claim.clone())).collect();
        let first = left.first().map_or(at, |(_, seconds)| ago(seconds + 1));
        let mut claims = vec![(WatchTold::NodeClaims(whole(before, |claim| claim.name.clone())), first)];
        claims.extend(left.into_iter().map(|(claim, seconds)| {
            let delta = Delta::Changes { put: Items::new(), gone: [claim.name.clone()].into() };
            (WatchTold::NodeClaims(delta), ago(seconds))
        }));
        claims.push((WatchTold::NodeClaims(Delta::Alive), at));
        tell(ObjectKind::NodeClaim, claims);
        let (ec2, auto): (Vec<_>, Vec<_>) =
            self.classes.into_iter().partition(|class| class.kind == ClassKind::Ec2NodeClass);
        tell(ObjectKind::Ec2NodeClass, one(WatchTold::NodeClasses(whole(ec2, |class| class.name.clone()))));
        tell(ObjectKind::AutoNodeClass, one(WatchTold::NodeClasses(whole(auto, |class| class.name.clone()))));
        for (kind, of) in [
            (ObjectKind::Deployment, WorkloadKind::Deployment),
            (ObjectKind::StatefulSet, WorkloadKind::StatefulSet),
            (ObjectKind::DaemonSet, WorkloadKind::DaemonSet),
        ] {
            let all = self.workloads.iter().filter(|workload| workload.kind == of).cloned().collect();
            tell(
                kind,
                one(WatchTold::Workloads(whole(all, |workload: &Workload| named(&workload.namespace, &workload.name)))),
            );
        }
        let scalers = whole(self.autoscalers, |scaler| named(&scaler.namespace, &scaler.name));
        tell(ObjectKind::Autoscaler, one(WatchTold::Autoscalers(scalers)));
        let budgets = whole(self.budgets, |budget| named(&budget.namespace, &budget.name));
        tell(ObjectKind::DisruptionBudget, one(WatchTold::DisruptionBudgets(budgets)));
        let numbered =
            self.events.into_iter().enumerate().map(|(at, event)| (format!("e{at}").into(), Arc::new(event)));
        tell(ObjectKind::Event, one(WatchTold::Events(Delta::Snapshot(numbered.collect()))));
        let applications = whole(self.applications, |app| named(&app.namespace, &app.name));
        tell(ObjectKind::Application, one(WatchTold::Applications(applications)));
        data
    }
}

fn named(namespace: &str, name: &str) -> Arc<str> {
    format!("{namespace}/{name}").into()
}

fn whole<T>(all: Vec<T>, name: impl Fn(&T) -> Arc<str>) -> Delta<Arc<T>> {
    Delta::Snapshot(all.into_iter().map(|one| (name(&one), Arc::new(one))).collect())
}
