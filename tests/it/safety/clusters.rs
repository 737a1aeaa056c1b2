//! The same of a cluster: whatever is pressed and whatever fails, what was not approved is not sent.
//!
//! One long night over one cluster: to build it costs as much as the night.

use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use quarterdeck::app::State;
use quarterdeck::cli::{Source, World};
use quarterdeck::domain::SiteId;
use quarterdeck::ops::Level;
use quarterdeck::sandbox::fault::disturbance::Disturbance;
use quarterdeck::sandbox::fault::{self, Fault, Service};
use quarterdeck::screens::View;
use quarterdeck::screens::cluster_object::{self, ObjectKey};
use quarterdeck::services::kubernetes::model::{NodeProvider, WorkloadKind};
use quarterdeck::services::kubernetes::{ClusterView, ObjectKind};
use quarterdeck::slices::Body;
use tokio::time::advance;

use super::{invariants, is_sound};
use crate::harness::Desk;

const CLUSTER: &str = "dev-eks";
/// Things that happen in the night, after each wish had its turn.
const STEPS: usize = 80;

/// What an operation is asked for on.
#[derive(Debug, Clone, Copy)]
enum Thing {
    Node,
    Claim,
    Pool,
    Workload,
}

/// The title in the menu, on what, and a parameter.
type Wish = (&'static str, Thing, Option<(&'static str, &'static str)>);

/// What can be asked for.
const WISHES: [Wish; 10] = [
    ("Cordon", Thing::Node, None),
    ("Uncordon", Thing::Node, None),
    ("Pause disruption", Thing::Pool, None),
    ("Resume disruption", Thing::Pool, None),
    ("Change limits and weight", Thing::Pool, Some(("weight", "7"))),
    ("Restart rollout", Thing::Workload, None),
    ("Scale", Thing::Workload, Some(("replicas", "2"))),
    ("Scale node group", Thing::Node, Some(("maximum", "9"))),
    ("Delete NodeClaim (drains its node)", Thing::Claim, None),
    ("Drain", Thing::Node, None),
];

/// How they arrive, each of them at least once.
const ARRIVING: [(&str, &str); 6] = [
    ("eks", "UpdateNodegroupConfig"),
    ("kubernetes", "create pods/eviction"),
    ("kubernetes", "delete nodeclaims.karpenter.sh"),
    ("kubernetes", "patch deployments.apps"),
    ("kubernetes", "patch nodepools.karpenter.sh"),
    ("kubernetes", "patch nodes"),
];

const TROUBLES: [fault::Kind; 7] = [
    fault::Kind::Throttled,
    fault::Kind::AnswerLost,
    fault::Kind::Cut,
    fault::Kind::Denied,
    fault::Kind::Refuses,
    fault::Kind::Unavailable,
    fault::Kind::Garbage,
];

/// Which calls have the trouble; without a name all of the service's.
const TROUBLED: [(Service, Option<&str>); 7] = [
    (Service::Kubernetes, Some("create pods/eviction")),
    (Service::Kubernetes, Some("create pods/eviction")),
    (Service::Kubernetes, Some("patch nodes")),
    (Service::Kubernetes, Some("patch deployments.apps")),
    (Service::Kubernetes, None),
    (Service::Eks, Some("UpdateNodegroupConfig")),
    (Service::Sts, None),
];

/// One thing that happens.
#[derive(Debug, Clone)]
enum Step {
    Keys(&'static str),
    Types(&'static str),
    Arm,
    Choose(Index),
    Approve,
    Operate(Index),
    Pass(u64),
    Leap(u64),
    Disturb(Index, Index, u64, u64),
    Calm,
    Restart,
}

fn any_step() -> impl Strategy<Value = Step> {
    let keys = prop::sample::select(vec!["a", "A", "j", "k", "enter", "tab", "esc", "ctrl-t", "R", "space", "O", "e"]);
    let texts = prop::sample::select(vec!["INC-4312", "dev-eks", "general", "x", "2"]);
    prop_oneof![
        6 => keys.prop_map(Step::Keys),
        1 => texts.prop_map(Step::Types),
        1 => Just(Step::Arm),
        2 => any::<Index>().prop_map(Step::Choose),
        2 => Just(Step::Approve),
        8 => any::<Index>().prop_map(Step::Operate),
        4 => (1..12_u64).prop_map(Step::Pass),
        1 => prop::sample::select(vec![30, 120, 1000]).prop_map(Step::Leap),
        3 => (any::<Index>(), any::<Index>(), 0..3_u64, 1..4_u64)
            .prop_map(|(kind, call, after, times)| Step::Disturb(kind, call, after, times)),
        2 => Just(Step::Calm),
        1 => Just(Step::Restart),
    ]
}

fn site(state: &State) -> Option<SiteId> {
    state.shell.world.clusters().find(|(_, cluster)| *cluster.name == *CLUSTER).map(|(site, _)| site)
}

fn view(state: &State) -> Option<ClusterView<'_>> {
    state.shell.world.cluster(site(state)?, CLUSTER)
}

fn is_known(state: &State) -> bool {
    let kinds = [ObjectKind::Node, ObjectKind::Pod, ObjectKind::DisruptionBudget, ObjectKind::Deployment];
    view(state).is_some_and(|view| {
        view.cluster.nodegroups.value().is_some() && kinds.into_iter().all(|kind| view.standing(kind).is_known())
    })
}

/// A console to which things happen.
struct Night {
    desk: Desk,
}

impl Night {
    async fn begin() -> Self {
        let world = World { scenario: "capacity-shortage".into(), ..World::default() };
        let mut desk = Desk::over(Source { sandbox: true, world, ..Source::default() }).await;
        desk.until(1800, "the cluster is known", is_known).await;
        Self { desk }
    }

    /// Each key has a moment of its own, so that their records can be put in order.
    async fn press(&mut self, keys: &str) {
        for key in keys.split_whitespace() {
            self.desk.press(key);
            advance(Duration::from_millis(1)).await;
        }
    }

    async fn types(&mut self, text: &str) {
        for character in text.chars() {
            self.desk.types(&character.to_string());
            advance(Duration::from_millis(1)).await;
        }
    }

    async fn arm(&mut self) {
        self.press("A").await;
        self.types("INC-4312").await;
        self.press("enter").await;
    }

    async fn take(&mut self, step: &Step) {
        match step {
            Step::Keys(keys) => self.press(keys).await,
            Step::Types(text) => self.types(text).await,
            Step::Arm => self.arm().await,
            Step::Choose(wish) => self.choose(wish.index(WISHES.len())).await,
            Step::Approve => self.approve().await,
            Step::Operate(wish) => self.operate(wish.index(WISHES.len())).await,
            Step::Pass(seconds) => self.desk.pass(*seconds).await,
            Step::Leap(seconds) => {
                advance(Duration::from_secs(*seconds)).await;
                self.desk.pass(1).await;
            }
            Step::Disturb(kind, call, after, times) => {
                let (service, operation) = TROUBLED[call.index(TROUBLED.len())];
                let mut fault = Fault::new(TROUBLES[kind.index(TROUBLES.len())]);
                fault.services.push(service);
                fault.operations.extend(operation.map(str::to_owned));
                self.desk.sandbox().disturb(Disturbance::new(fault).after(*after).times(*times));
            }
            Step::Calm => self.desk.sandbox().calm(),
            Step::Restart => self.desk.restart().await,
        }
    }

    /// Leaves whatever is open.
    async fn close(&mut self) {
        for _ in 0..6 {
            let views = &self.desk.state.views;
            let open = views.plan().is_some() || views.question().is_some();
            if !open && views.overlay().is_none() && views.filter().is_none() {
                return;
            }
            self.press("esc").await;
        }
    }

    /// The thing that is meant now, where it is known.
    fn thing(&self, thing: Thing) -> Option<ObjectKey> {
        let view = view(&self.desk.state)?;
        Some(match thing {
            Thing::Node => {
                let mut nodes = view.nodes().filter(|node| matches!(node.provider, NodeProvider::ManagedGroup(_)));
                ObjectKey::Node(nodes.next()?.name.clone())
            }
            Thing::Claim => ObjectKey::Claim(view.claims().next()?.name.clone()),
            Thing::Pool => ObjectKey::Pool(view.pools().next()?.name.clone()),
            Thing::Workload => ObjectKey::Workload {
                kind: WorkloadKind::Deployment,
                namespace: "argocd".into(),
                name: "argocd-dex-server".into(),
            },
        })
    }

    /// Opens the plan of an operation, when it is offered, and waits for its reading.
    async fn choose(&mut self, wish: usize) {
        let (title, thing, set) = WISHES[wish];
        self.close().await;
        let (Some(key), Some(site)) = (self.thing(thing), site(&self.desk.state)) else { return };
        cluster_object::open(&mut self.desk.state, site, &CLUSTER.into(), key);
        self.press("a").await;
        for _ in 0..WISHES.len() * 2 {
            let Some(View::Menu(menu)) = self.desk.state.views.overlay() else { return };
            if menu.current().is_some_and(|item| item.label == title) {
                break;
            }
            self.press("down").await;
        }
        self.press("enter").await;
        for _ in 0..60 {
            if self.desk.state.views.plan().is_none_or(|open| !open.reading) {
                break;
            }
            self.desk.pass(1).await;
        }
        if let Some((name, value)) = set.filter(|_| self.level().is_some()) {
            // What it says of the value is nothing to this test.
            let _ = self.desk.try_set(name, value);
            // What has changed is to be read before it can be approved.
            self.desk.pass(2).await;
        }
    }

    /// The environment and the level of the plan on the screen.
    fn level(&self) -> Option<(String, Level)> {
        let state = &self.desk.state;
        let is_covered = state.views.overlay().is_some() || state.views.question().is_some();
        let open = state.views.plan().filter(|_| !is_covered)?;
        let made = open.plan.as_deref()?;
        let level = state.shell.world.changes.policy(open.environment).level(made.risk, made.criticality);
        Some((made.target.environment.clone(), level))
    }

    async fn approve(&mut self) {
        if self.level().is_some() {
            self.desk.gesture();
            advance(Duration::from_millis(1)).await;
        }
    }

    async fn operate(&mut self, wish: usize) {
        self.choose(wish).await;
        let Some((environment, _)) = self.level() else { return };
        let armed = self.desk.state.shell.world.changes.arming.as_ref().map(|arming| arming.environment.clone());
        if armed.as_ref() != Some(&environment) {
            if armed.is_some() {
                self.press("A").await;
            }
            self.arm().await;
        }
        if let Some((_, Level::TypeNameAndReason { cool_down })) = self.level() {
            self.desk.pass(cool_down.as_secs() + 1).await;
        }
        self.approve().await;
        self.desk.pass(6).await;
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_is_pressed_nothing_reaches_a_cluster_that_was_not_approved() {
    let mut night = Night::begin().await;
    let (steps, mut runner) = (any_step(), TestRunner::default());
    let mut taken: Vec<Step> = Vec::new();
    for number in 0..WISHES.len() + STEPS {
        if number < WISHES.len() {
            night.operate(number).await;
        } else {
            let step = steps.new_tree(&mut runner).expect("a step").current();
            taken.push(step.clone());
            night.take(&step).await;
        }
        let checked = invariants::check(&night.desk.journal(), &night.desk.mutations());
        assert!(checked.is_ok(), "{}\nafter {taken:#?}", checked.unwrap_err());
    }
    night.desk.sandbox().calm();
    night.desk.pass(30).await;
    is_sound(&night.desk);
    // Otherwise it would prove nothing.
    let (entries, log) = (night.desk.journal(), night.desk.mutations());
    let approved = entries.iter().filter_map(|entry| match &entry.body {
        Body::Approved { plan, .. } => Some(plan.operation.kind().title()),
        _ => None,
    });
    assert_eq!(approved.collect::<BTreeSet<_>>(), WISHES.iter().map(|(title, ..)| *title).collect());
    let arrived: BTreeSet<_> = log.iter().map(|logged| (&*logged.service, &*logged.operation)).collect();
    assert_eq!(arrived, BTreeSet::from(ARRIVING), "{log:#?}");
}
