//! A service that is none of the product's, for the tests: the engine knows no more of it than of any other. A node of
//! a cluster is drained, pod by pod, and its machine, which is in another account, is ended.

mod tests;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::call::{ApiName, Call};
use super::catalogue::Catalogue;
use super::field::{self, Field};
use super::kind::OperationKind;
use super::plan::{Check, Draft, Gate, Plan, Resend, Risk};
use super::progress::{Happened, Progress};
use super::provider::{Observation, Provider};
use super::target::Target;
use crate::domain::{Criticality, Identity};

/// The account of the cluster.
const ACCOUNT: &str = "111122223333";
/// The account of its machines.
const MACHINES: &str = "444455556666";
const REGION: &str = "eu-west-1";

/// The service.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Nodes;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
enum Kind {
    Retire,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Retire {
    node: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Thing {
    Node,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
enum Api {
    Cordon,
    Evict,
    Terminate,
}

/// What was read.
#[derive(Debug, Clone, PartialEq)]
struct Cluster {
    at: Timestamp,
    target: Target<Thing>,
    identity: Identity,
    nodes: Vec<Node>,
    pods: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Node {
    name: String,
    cordoned: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Until {
    Cordoned { node: String },
    Evicted { pod: String },
    Terminated { node: String },
}

/// What was seen of it.
struct Look {
    at: Timestamp,
    nodes: Vec<Node>,
    pods: Vec<String>,
}

impl OperationKind for Kind {
    fn name(self) -> &'static str {
        "retire-node"
    }

    fn title(self) -> &'static str {
        "Retire node"
    }
}

impl ApiName for Api {
    fn id(self) -> &'static str {
        match self {
            Self::Cordon => "nodes:Cordon",
            Self::Evict => "nodes:EvictPod",
            Self::Terminate => "machines:Terminate",
        }
    }

    fn command(self) -> String {
        self.id().replace(':', " ").to_lowercase()
    }
}

impl Until {
    fn is_reached(&self, look: &Look) -> bool {
        match self {
            Self::Cordoned { node } => look.nodes.iter().any(|known| known.name == *node && known.cordoned),
            Self::Evicted { pod } => !look.pods.contains(pod),
            Self::Terminated { node } => !look.nodes.iter().any(|known| known.name == *node),
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Cordoned { node } | Self::Terminated { node } => node,
            Self::Evicted { pod } => pod,
        }
    }
}

impl Provider for Nodes {
    type Kind = Kind;
    type Operation = Retire;
    type TargetKind = Thing;
    type Api = Api;
    type Facts = Cluster;
    type LastKnown = Node;
    type Resource = Node;
    type Follow = Until;
    type Look = Look;

    fn kind(_: &Retire) -> Kind {
        Kind::Retire
    }

    fn done_to(_: Kind) -> Thing {
        Thing::Node
    }

    fn offers_safety_snapshot(_: Kind) -> bool {
        false
    }

    fn noun(_: Thing) -> &'static str {
        "node"
    }

    fn is_resource(_: Thing) -> bool {
        true
    }

    fn observation(facts: &Cluster) -> Observation<'_, Thing> {
        let (target, identity) = (facts.target.clone(), &facts.identity);
        Observation { at: facts.at, target, criticality: Criticality::Production, identity, cli: "" }
    }

    fn last_known(_: &Retire, _: &Cluster) -> Option<Node> {
        None
    }

    fn with_last_known(facts: &Cluster, _: &Node) -> Cluster {
        facts.clone()
    }

    fn subjects(target: &Target<Thing>) -> Vec<(String, String)> {
        vec![(target.region.clone(), target.id.clone())]
    }

    fn observed(facts: &Cluster, subjects: &[(String, String)]) -> Vec<(String, String)> {
        let state = |name: &str| match facts.nodes.iter().find(|node| node.name == name) {
            Some(node) => format!("cordoned {}", node.cordoned),
            None => "not there".to_owned(),
        };
        subjects.iter().map(|(_, name)| (name.clone(), state(name))).collect()
    }

    fn subject(follow: &Until) -> Option<&str> {
        Some(follow.name())
    }

    fn resources(follow: &Until) -> Vec<(&str, &str)> {
        vec![(REGION, follow.name())]
    }

    fn progress(follow: &Until, look: &Look, _: Timestamp) -> Progress {
        if follow.is_reached(look) { Progress::Reached("done".into()) } else { Progress::Going("under way".into()) }
    }

    fn happened(follow: &Until, look: &Look, _: Option<&Node>, _: Timestamp) -> Happened {
        if follow.is_reached(look) { Happened::Yes } else { Happened::NoSign }
    }

    fn looked_at(look: &Look) -> Timestamp {
        look.at
    }

    fn sight(look: &Look) -> String {
        format!("{} nodes", look.nodes.len())
    }
}

impl Catalogue for Nodes {
    fn fields(_: &Retire, _: &Cluster) -> Vec<Field> {
        Vec::new()
    }

    fn set(_: &mut Retire, name: &str, _: &str, _: &Cluster) -> Result<(), String> {
        Err(field::unknown(name, &[]))
    }

    fn draft(operation: &Retire, _: Option<&str>, facts: &Cluster) -> Draft<Self> {
        let node = &operation.node;
        let mut draft: Draft<Self> = Draft::new(Risk::Irreversible, facts);
        draft.summary = format!("{node} is drained, and its machine ends.");
        let is_there = facts.nodes.iter().any(|known| known.name == *node);
        draft.check(Check::hard(format!("{node} is there"), is_there, ""));
        let call = Call::new(Api::Cordon, REGION).with("Node", node);
        draft.step("takes no more pods", call, Until::Cordoned { node: node.clone() }, (1, 10));
        let evictions = facts.pods.iter().map(|pod| {
            let call = Call::new(Api::Evict, REGION).with("Pod", pod);
            (format!("evicts {pod}"), call, Until::Evicted { pod: pod.clone() })
        });
        draft.each(evictions.collect(), (5, 60), Resend::WhenRefused);
        let call = Call::new(Api::Terminate, REGION).with("Machine", node);
        draft.step("ends the machine", call, Until::Terminated { node: node.clone() }, (30, 120));
        draft.in_account(MACHINES);
        // Its pods are elsewhere by now: what is left of it is of no use.
        draft.gated(Gate::None);
        draft
    }

    fn ready(target: &Target<Thing>, _: &[(String, String)], _: &Until, facts: &Cluster) -> Result<(), String> {
        let is_there = facts.nodes.iter().any(|node| node.name == target.id);
        if is_there { Ok(()) } else { Err(format!("there is nothing left of {}", target.id)) }
    }
}

fn after(seconds: i64) -> Timestamp {
    let begin: Timestamp = "2026-11-22T03:12:44Z".parse().unwrap();
    begin.checked_add(SignedDuration::from_secs(seconds)).unwrap()
}

fn identity(account: &str) -> Identity {
    let arn = format!("arn:aws:sts::{account}:assumed-role/operator/oncall");
    Identity { account: account.to_owned(), arn, expires: None }
}

/// A cluster whose node has two pods.
fn cluster() -> Cluster {
    Cluster {
        at: after(0),
        target: Target { environment: "edge".into(), kind: Thing::Node, id: "node-1".into(), region: REGION.into() },
        identity: identity(ACCOUNT),
        nodes: vec![Node { name: "node-1".into(), cordoned: false }],
        pods: vec!["web".into(), "api".into()],
    }
}

/// The plan that retires its node.
fn plan() -> Plan<Nodes> {
    Plan::make(&Retire { node: "node-1".into() }, None, &cluster())
}
