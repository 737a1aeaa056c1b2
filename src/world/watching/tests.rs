//! Whatever is told in whatever order, and however the configuration changes meanwhile: nothing of a cluster is known
//! of another one, of another site, or of another account's cluster of the same name.

use std::collections::BTreeMap;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::collect::Signing;
use crate::domain::{Delta, Environment, Fault, FaultKind, Identity};
use crate::services::kubernetes::testing::{eks, node};
use crate::services::kubernetes::{Answer, EksCluster, EndpointAccess, Served};
use crate::slices::reads::{self, Request, Schedule};
use crate::world::checkup;
use crate::world::estate::{Estate, Scope};

const REGIONS: [&str; 2] = ["eu-west-1", "us-east-1"];
const NAMES: [&str; 2] = ["a", "b"];

/// An estate of the first environments, each with a site of its own; all with clusters of the same names.
fn estate(before: &Estate, count: usize, reversed: bool) -> Estate {
    let mut next = before.succeed();
    let known = (0..2).map(|at| Some(crate::domain::SessionId(at)));
    let mut all: Vec<usize> = (0..count).collect();
    if reversed {
        all.reverse();
    }
    let known: Vec<_> = known.collect();
    for at in all {
        let name = format!("e{at}");
        let session = next.add_session(known[at], crate::world::SessionName { name: name.clone(), cli: String::new() });
        let site = next.add_site(session, REGIONS[at]);
        next.add(Environment { name, site, ..Environment::default() });
    }
    next
}

fn cluster(account: &str, region: &str, name: &str, made: i64) -> Arc<EksCluster> {
    let access = EndpointAccess { public: true, private: false, cidrs: Vec::new() };
    Arc::new(EksCluster {
        name: name.into(),
        arn: format!("arn:aws:eks:{region}:{account}:cluster/{name}").into(),
        created: Timestamp::from_second(made).ok(),
        access,
        ..eks()
    })
}

#[derive(Debug, Clone)]
enum Step {
    Time(i64),
    /// Looked at is all, or one environment.
    Scope(Option<usize>),
    /// A request of those under way is answered; by this account, with these clusters, made then.
    Answered {
        which: usize,
        account: u8,
        clusters: Vec<usize>,
        made: i64,
    },
    /// One of the watches that ever began tells something.
    WatchTold {
        which: usize,
        told: Saying,
    },
    Reconfigured {
        count: usize,
        reversed: bool,
    },
}

#[derive(Debug, Clone)]
enum Saying {
    Whole,
    Change,
    Alive,
    Lost,
}

fn step() -> impl Strategy<Value = Step> {
    let saying = prop_oneof![
        3 => Just(Saying::Whole),
        3 => Just(Saying::Change),
        1 => Just(Saying::Alive),
        1 => Just(Saying::Lost),
    ];
    let clusters = prop::collection::vec(0..2usize, 0..3);
    prop_oneof![
        4 => (1..90i64).prop_map(Step::Time),
        1 => prop::option::of(0..2usize).prop_map(Step::Scope),
        // Mostly the account that it has always been.
        12 => (any::<usize>(), prop_oneof![9 => Just(1u8), 1 => Just(2u8)], clusters, 0..2i64)
            .prop_map(|(which, account, clusters, made)| Step::Answered { which, account, clusters, made }),
        8 => (any::<usize>(), saying).prop_map(|(which, told)| Step::WatchTold { which, told }),
        1 => (1..3usize, any::<bool>()).prop_map(|(count, reversed)| Step::Reconfigured { count, reversed }),
    ]
}

/// A console without a runtime: what it asks is answered by the test.
struct Console {
    world: World,
    focus: Focus,
    asked: Vec<Request>,
    /// Every watch that ever began, by its number: what it is of, and the cluster that answers it.
    begun: BTreeMap<u64, (WatchTarget, Arc<ServerAddress>)>,
}

impl Console {
    fn new() -> Self {
        let world = World::new(estate(&Estate::default(), 2, false), Timestamp::UNIX_EPOCH);
        Self { world, focus: Focus::default(), asked: Vec::new(), begun: BTreeMap::new() }
    }

    fn go(&mut self) {
        for order in watch(&mut self.world, &self.focus) {
            if let WatchOrder::Begin { id, target, address } = order {
                self.begun.insert(id, (target, address));
            }
        }
        self.asked.extend(super::super::due(&mut self.world, &self.focus));
        while checkup::begin(&mut self.world).more && checkup::look(&mut self.world, 64).more {}
    }

    fn answer(&mut self, which: usize, account: u8, clusters: &[usize], made: i64) {
        if self.asked.is_empty() {
            return;
        }
        let request = self.asked.swap_remove(which % self.asked.len());
        let site = request.target.site;
        let account = format!("{account:012}");
        let region = self.world.estate.site(site).map_or("gone", |site| site.region.as_str()).to_owned();
        let answer = match &request.target.read {
            Read::Identity => {
                let arn = format!("arn:aws:iam::{account}:user/x");
                reads::Answer::Identity(Identity { account, arn, ..Identity::default() })
            }
            Read::Kubernetes(kubernetes::Read::Clusters) => {
                let mut all: Vec<_> = clusters.iter().map(|at| cluster(&account, &region, NAMES[*at], made)).collect();
                all.dedup_by(|a, b| a.name == b.name);
                all.sort_by(|a, b| a.name.cmp(&b.name));
                all.dedup_by(|a, b| a.name == b.name);
                reads::Answer::Kubernetes(Answer::Clusters(all))
            }
            Read::Kubernetes(kubernetes::Read::Served(_)) => {
                reads::Answer::Kubernetes(Answer::Served(Served::default()))
            }
            _ => return,
        };
        assert_ne!(request.signing, Signing::Anew, "nobody asked by hand");
        super::super::take(&mut self.world, request.id, &request.target, Ok(answer));
    }

    /// What the API server of the watch's own cluster has.
    fn tell(&mut self, which: usize, saying: &Saying) {
        let Some((id, (target, address))) = self.begun.iter().nth(which % self.begun.len().max(1)) else { return };
        let (id, target) = (*id, target.clone());
        let name = format!("{}/{which}", address.arn);
        let items = || [(Arc::from(name.as_str()), Arc::new(node(&name)))].into();
        let fault =
            || Fault { kind: FaultKind::TimedOut, call: "watch".into(), message: String::new(), request_id: None };
        let told = match (target.watch.kind, saying) {
            (kind, Saying::Lost) => WatchTold::lost(kind, fault()),
            (kubernetes::ObjectKind::Node, Saying::Whole) => WatchTold::Nodes(Delta::Snapshot(items())),
            (kubernetes::ObjectKind::Node, Saying::Change) => {
                WatchTold::Nodes(Delta::Changes { put: items(), gone: [].into() })
            }
            _ => WatchTold::Nodes(Delta::Alive),
        };
        take_told(&mut self.world, id, &target, told);
    }

    /// Every node that is known is of the cluster under which it is known, as EKS says now.
    fn check(&self) -> Result<(), TestCaseError> {
        for (site, data) in self.world.sites.iter().enumerate() {
            let is_there = self.world.estate.site(SiteId(site)).is_some();
            prop_assert!(is_there || data.services.kubernetes.names().next().is_none(), "of a site that is gone");
            for name in NAMES {
                let Some(view) = self.world.cluster(SiteId(site), name) else { continue };
                let arn = view.eks.map_or("", |eks| &*eks.arn);
                for node in view.nodes() {
                    let own = node.name.strip_prefix(arn).is_some_and(|rest| !arn.is_empty() && rest.starts_with('/'));
                    prop_assert!(own, "{} is shown as of {arn}", node.name);
                }
            }
        }
        for (site, cluster) in self.world.clusters() {
            for finding in self.world.cluster_findings(&cluster.arn) {
                let mark = "#node/";
                if let Some((_, node)) = finding.arn.split_once(mark) {
                    prop_assert!(node.starts_with(&*cluster.arn), "{} of {site:?} is found in {}", node, cluster.arn);
                }
            }
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn nothing_of_a_cluster_is_known_of_another(steps in prop::collection::vec(step(), 1..120)) {
        let mut console = Console::new();
        let mut second = 0;
        for step in steps {
            match step {
                Step::Time(seconds) => {
                    second += seconds;
                    console.world.now = Timestamp::from_second(second).unwrap();
                }
                Step::Scope(None) => console.focus.scope = Scope::All,
                Step::Scope(Some(at)) => {
                    console.focus.scope = console.world.estate.at(at).map_or(Scope::All, Scope::One);
                }
                Step::Answered { which, account, clusters, made } => console.answer(which, account, &clusters, made),
                Step::WatchTold { which, told } => console.tell(which, &told),
                Step::Reconfigured { count, reversed } => {
                    let next = estate(&console.world.estate, count, reversed);
                    console.world.adopt(next, Schedule::default());
                    console.focus.scope = Scope::All;
                    console.asked.clear();
                }
            }
            console.go();
            console.check()?;
        }
    }
}
