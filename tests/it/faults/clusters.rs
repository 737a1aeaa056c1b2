//! The fault matrix of clusters: every fault over every dataset of a cluster, what is read of EKS, what is read of its API
//! server and what is watched there, from the wire to the frame.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use quarterdeck::app::{Msg, State};
use quarterdeck::cli;
use quarterdeck::sandbox::fault::{Fault, Kind, Service};
use quarterdeck::services::kubernetes::{self, ObjectKind};
use quarterdeck::slices::reads::{Read, Target};
use quarterdeck::world::faults::Entry;

use super::datasets::{calls, is_class_of, of_cluster, standing};
use crate::harness::Desk;

/// The account that the faults are in, and its cluster: the smallest.
const SUFFERING: &str = "666677778888";
const CLUSTER: &str = "dev-eks";
/// The clusters of these are not there: to build one takes seconds, and to move it.
const OTHERS: [&str; 2] = ["444455556666", "555566667777"];

/// What becomes of a connection that is open when a fault begins, and of what is asked after that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Course {
    /// Who asks is refused, or answered by something else: what is open goes on until it ends.
    Refused,
    /// Nothing comes any more, or comes whole: neither on what is open.
    Broken,
    /// All is well, but late, or with too much in it.
    Good,
}

/// Whatever is new is to find its place here.
fn course(kind: Kind) -> Course {
    match kind {
        Kind::Throttled
        | Kind::Denied
        | Kind::Expired
        | Kind::ClockSkew
        | Kind::WrongAccount
        | Kind::Garbage
        | Kind::Html500
        | Kind::WrongContentType
        | Kind::Internal
        | Kind::Unavailable => Course::Refused,
        Kind::Hangs | Kind::Refuses | Kind::Drip | Kind::Silent | Kind::Cut | Kind::AnswerLost => Course::Broken,
        Kind::Slow | Kind::Huge => Course::Good,
    }
}

/// A fault of this kind between the console and the cluster: of EKS and of the API server.
fn faults_of(kind: Kind) -> Fault {
    // What EKS says to another account is about that one's clusters: here it is the API server alone that refuses.
    let services = if kind == Kind::WrongAccount { vec![] } else { vec![Service::Eks] };
    let services = services.into_iter().chain([Service::Kubernetes]).collect();
    Fault { services, ..Fault::new(kind).in_account(SUFFERING) }
}

/// A console that shows a cluster of which everything is known.
struct ClusterNight {
    desk: Desk,
    /// Every dataset of the cluster.
    targets: Vec<Target>,
}

impl ClusterNight {
    async fn new() -> Self {
        let world = cli::World { scenario: "quiet".into(), ..cli::World::default() };
        let desk = Desk::over(cli::Source { sandbox: true, world, ..cli::Source::default() }).await;
        desk.sandbox().clusters().bring();
        let mut night = Self { desk, targets: Vec::new() };
        night.faults(Vec::new());
        night.desk.send(Msg::Resize(160, 50));
        night.desk.tick();
        night.opens(|state| state.shell.world.clusters().any(|(_, cluster)| *cluster.name == *CLUSTER)).await;
        let world = &night.desk.state.shell.world;
        let (site, _) = world.clusters().find(|(_, cluster)| *cluster.name == *CLUSTER).unwrap();
        let reads = of_cluster(&Arc::from(CLUSTER)).into_iter();
        night.targets = reads.map(|read| Target { site, read: Read::Kubernetes(read) }).collect();
        let targets = night.targets.clone();
        let is_known = |state: &State| targets.iter().all(|target| standing(state, target).0.is_some());
        night.desk.until(300, "all of the cluster is known", is_known).await;
        night
    }

    /// Opens the cluster, once this is so.
    async fn opens(&mut self, is_so: impl Fn(&State) -> bool) {
        self.desk.until(60, "the clusters are listed", is_so).await;
        self.desk.press("K /");
        self.desk.types(CLUSTER);
        self.desk.press("enter enter");
        let text = self.desk.text();
        assert!(text.contains("dev-eks  1.33"), "the cluster did not open:\n{text}");
    }

    /// From now on these are the faults, beside those that keep the other clusters away.
    fn faults(&self, faults: Vec<Fault>) {
        let away =
            |account| Fault { services: vec![Service::Kubernetes], ..Fault::new(Kind::Refuses).in_account(account) };
        let all = faults.into_iter().chain(OTHERS.map(away)).collect();
        self.desk.sandbox().change(|world| world.faults = all);
    }

    /// What is read is asked for now.
    fn asks(&mut self) {
        let site = self.targets[0].site;
        self.desk.state.shell.world.schedule.force(|target| target.site == site);
        self.desk.tick();
    }

    /// The datasets that this kind of fault keeps away.
    fn hit(&self, kind: Kind) -> Vec<Target> {
        let is_hit = |target: &&Target| match kind {
            Kind::WrongAccount => calls(&target.read)[0].starts_with("k8s: "),
            // A bookmark is short enough to come, a byte a second.
            Kind::Drip => !is_watched(target),
            _ => true,
        };
        self.targets.iter().filter(is_hit).cloned().collect()
    }

    /// The errors of the cluster's site that came since then.
    fn entries(&self, since: Timestamp) -> Vec<&Entry> {
        let site = self.targets[0].site;
        let all = self.desk.state.shell.world.faults.iter();
        all.filter(|entry| entry.target.site == site && entry.last >= since).collect()
    }

    /// Waits until all of these are read again, and their errors mended.
    async fn mends(&mut self, targets: &[Target]) {
        self.faults(Vec::new());
        let ended = self.desk.sandbox().now();
        let site = targets[0].site;
        let fresh = |state: &State| {
            let read = targets.iter().all(|target| {
                let (at, fault) = standing(state, target);
                fault.is_none() && at.is_some_and(|at| at >= ended)
            });
            read && state.shell.world.faults.iter().all(|entry| entry.target.site != site || !entry.stands())
        };
        self.desk.until(900, "everything is fresh again", fresh).await;
    }
}

fn is_watched(target: &Target) -> bool {
    matches!(target.read, Read::Kubernetes(kubernetes::Read::Objects(..)))
}

/// What is known of the datasets, without how it stands with them.
fn known(state: &State, targets: &[Target]) -> String {
    let data = &state.shell.world.sites[targets[0].site.0].services.kubernetes;
    let cluster = data.get(CLUSTER).expect("something is known of it");
    let mut out = format!("{:?}\n{:?}\n", data.clusters.value(), data.versions.value());
    out.push_str(&format!("{:?}\n{:?}\n", cluster.nodegroups.value(), cluster.addons.value()));
    out.push_str(&format!("{:?}\n{:?}\n", cluster.insights.value(), cluster.access_entries.value()));
    out.push_str(&format!("{:?}\n{:?}\n", cluster.served.value(), cluster.usage.value().map(|usage| usage.oldest)));
    out
}

/// It falls ill after everything was known, and is well again later.
async fn survives(night: &mut ClusterNight, kind: Kind) {
    let hit = night.hit(kind);
    let before = known(&night.desk.state, &hit);
    night.faults(vec![faults_of(kind)]);
    let began = night.desk.sandbox().now();
    night.asks();
    fails(night, kind, began, &hit).await;
    if kind != Kind::WrongAccount {
        assert_eq!(known(&night.desk.state, &hit), before, "what was known has changed with {kind:?}");
    }
    told(night, kind, began, &hit);
    shown(night, kind, &hit);
    night.mends(&hit).await;
}

/// Each dataset is told as lost, and none as fresh before the fault is over.
async fn fails(night: &mut ClusterNight, kind: Kind, began: Timestamp, hit: &[Target]) {
    // What was told before may still be on its way.
    let latest = began.checked_add(SignedDuration::from_secs(1)).unwrap();
    for second in 0.. {
        assert!(second < 400, "not everything failed with {kind:?}: {:?}", {
            let fine = hit.iter().filter(|target| standing(&night.desk.state, target).1.is_none());
            fine.map(|target| &target.read).collect::<Vec<_>>()
        });
        let before: Vec<_> = hit.iter().map(|target| standing(&night.desk.state, target)).collect();
        if before.iter().all(|(_, fault)| fault.is_some()) {
            break;
        }
        night.desk.pass(1).await;
        for (target, (at, fault)) in hit.iter().zip(before) {
            let now = standing(&night.desk.state, target);
            if fault.is_some() || !is_watched(target) {
                assert_eq!(now.0, at, "{target:?} has another age with {kind:?}");
                assert!(now.1.is_some() || fault.is_none(), "{target:?} is fresh again with {kind:?}");
            } else if course(kind) == Course::Broken {
                assert!(now.0.is_some_and(|at| at <= latest), "{target:?} is fresh with {kind:?}: {:?}", now.0);
            }
        }
    }
}

/// The log says of each what failed, once, and where, and what to do.
fn told(night: &ClusterNight, kind: Kind, began: Timestamp, hit: &[Target]) {
    let state = &night.desk.state;
    let entries = night.entries(began);
    let is_its = |entry: &&Entry| night.targets.contains(&entry.target);
    assert!(entries.iter().all(is_its), "others have errors with {kind:?}: {entries:?}");
    for target in hit {
        let of: Vec<_> = entries.iter().filter(|entry| entry.target == *target).collect();
        assert!(!of.is_empty(), "{target:?} is not in the log");
        for (at, entry) in of.iter().enumerate() {
            let fault = &entry.fault;
            assert!(entry.stands(), "{target:?} is not mended with {kind:?}: {entry:?}");
            assert!(calls(&target.read).contains(&fault.call), "{target:?}: {}", fault.call);
            assert!(is_class_of(kind, &fault.call, &fault.kind), "{kind:?} of {target:?} is taken for {fault:?}");
            assert!(entry.place.contains("development") && entry.place.contains("eu-west-1"), "{}", entry.place);
            assert!(!fault.message.is_empty() && !fault.advice().is_empty(), "{fault:?} says nothing");
            let same = of[at + 1..].iter().any(|other| other.fault.kind.is_like(&fault.kind));
            assert!(!same, "{target:?} is in the log twice with {kind:?}: {of:?}");
        }
    }
    // A missing right is a cause each; otherwise EKS and the API server have one each.
    let site = hit[0].site;
    let causes = state.shell.world.faults.by_cause(&state.shell.world.estate);
    let here = causes.iter().filter(|cause| cause.stands() && cause.sites() == [site]).count();
    let most = if kind == Kind::Denied { hit.len() + ObjectKind::ALL.len() } else { 2 };
    assert!((1..=most).contains(&here), "{here} causes with {kind:?}");
}

/// The screens say what they do not know, or not as it is by now, and why.
fn shown(night: &mut ClusterNight, kind: Kind, hit: &[Target]) {
    let word = |read: &kubernetes::Read| {
        let target = hit.iter().find(|target| target.read == Read::Kubernetes(read.clone()));
        target.map(|target| standing(&night.desk.state, target).1.expect("a fault").word())
    };
    let all: Vec<_> = of_cluster(&Arc::from(CLUSTER)).into_iter().map(|read| (word(&read), read)).collect();
    night.desk.press("esc esc K enter");
    let mut texts = vec![night.desk.text()];
    // The nodes, the pools, and what EKS says.
    for key in ["tab", "tab", "w"] {
        night.desk.press(key);
        texts.push(night.desk.text());
    }
    night.desk.press("K");
    texts.push(night.desk.text());
    night.desk.press("enter");
    let [nodes, _, eks, workloads, list] = texts.as_slice() else { panic!("five screens") };
    let has = |text: &str, words: &[&str]| has(text, words, kind);
    // Of Drip the watches go on.
    let is_whole = kind != Kind::Drip;
    for (word, read) in all {
        let Some(word) = word else { continue };
        match read {
            kubernetes::Read::Clusters => has(list, &["◌ list of", quarterdeck::aws::LIST_CLUSTERS, word]),
            kubernetes::Read::Nodegroups(_) => has(eks, &["Node groups", word]),
            kubernetes::Read::Addons(_) => has(eks, &["Add-ons", word]),
            kubernetes::Read::Insights(_) => has(eks, &["Insights", word]),
            kubernetes::Read::Usage(_) => {
                has(nodes, &["▲ ◌", if is_whole { "more kinds" } else { "use of nodes" }, word]);
            }
            kubernetes::Read::Objects(_, kind) => match kind {
                ObjectKind::Node => {
                    has(nodes, &["dev-eks", "◌", word]);
                    has(nodes, &["▲ ◌", "nodes, pods, node claims", word]);
                    has(list, &["dev-eks", "◌", word]);
                }
                ObjectKind::Pod
                | ObjectKind::Deployment
                | ObjectKind::StatefulSet
                | ObjectKind::DaemonSet
                | ObjectKind::Autoscaler
                | ObjectKind::DisruptionBudget => has(workloads, &["◌", kind.resource().2, "as they were", word]),
                // They are among the kinds of the line above the nodes.
                ObjectKind::NodePool
                | ObjectKind::NodeClaim
                | ObjectKind::Ec2NodeClass
                | ObjectKind::AutoNodeClass
                | ObjectKind::Event => {}
                // Only the log tells of them.
                ObjectKind::Application => {}
            },
            // Only the log tells of them: what comes of them is no more than what a thing is called.
            kubernetes::Read::Versions | kubernetes::Read::AccessEntries(_) | kubernetes::Read::Served(_) => {}
        }
    }
    night.desk.press("!");
    let log = night.desk.text();
    night.desk.press("esc");
    assert!(log.contains("Errors") && log.contains("development"), "{log}");
}

/// A line of the text has all of these.
fn has(text: &str, words: &[&str], kind: Kind) {
    let line = text.lines().any(|line| words.iter().all(|word| line.contains(word)));
    assert!(line, "no line has {words:?} with {kind:?}:\n{text}");
}

/// All faults of a course, one after the other over one console.
async fn all_survive(which: Course, part: usize) {
    let mut night = ClusterNight::new().await;
    let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| course(*kind) == which).collect();
    for kind in kinds.chunks(kinds.len().div_ceil(2)).nth(part).expect("a half") {
        survives(&mut night, *kind).await;
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_are_survived() {
    all_survive(Course::Refused, 0).await;
}

#[tokio::test(start_paused = true)]
async fn other_answers_are_survived() {
    all_survive(Course::Refused, 1).await;
}

#[tokio::test(start_paused = true)]
async fn connections_that_break_are_survived() {
    all_survive(Course::Broken, 0).await;
}

#[tokio::test(start_paused = true)]
async fn connections_that_say_nothing_are_survived() {
    all_survive(Course::Broken, 1).await;
}

/// An answer that is late or has too much in it is one.
#[tokio::test(start_paused = true)]
async fn late_and_long_answers_are_answers() {
    let mut night = ClusterNight::new().await;
    for kind in Kind::ALL.into_iter().filter(|kind| course(*kind) == Course::Good) {
        // What was read before is older.
        night.desk.pass(1).await;
        night.faults(vec![faults_of(kind)]);
        let began = night.desk.sandbox().now();
        night.asks();
        let targets = night.targets.clone();
        let fresh =
            |state: &State| targets.iter().all(|target| standing(state, target).0.is_some_and(|at| at >= began));
        // EKS is asked for its add-ons one by one.
        night.desk.until(240, "all of it is read again", fresh).await;
        assert!(night.entries(began).is_empty(), "{kind:?}: {:?}", night.entries(began));
    }
}

/// Who may list and not watch, or hears nothing of a watch: each list is as fresh as it is, the error stands, and stands
/// once.
#[tokio::test(start_paused = true)]
async fn what_is_listed_and_never_watched_stays_one_error_of_each() {
    let mut night = ClusterNight::new().await;
    let watched: Vec<Target> = night.targets.iter().filter(|target| is_watched(target)).cloned().collect();
    let watches = watched.iter().map(|target| calls(&target.read)[0].trim_start_matches("k8s: ").to_owned());
    let operations: Vec<String> = watches.collect();
    for kind in [Kind::Silent, Kind::Cut, Kind::Denied] {
        night.faults(vec![Fault { operations: operations.clone(), ..faults_of(kind) }]);
        let began = night.desk.sandbox().now();
        night.desk.pass(1200).await;
        for target in &watched {
            let entries = night.entries(began);
            let of: Vec<_> = entries.iter().filter(|entry| entry.target == *target).collect();
            assert!(of.len() == 1 && of[0].stands() && of[0].count >= 3, "{target:?} with {kind:?}: {of:?}");
            let listed = standing(&night.desk.state, target).0.expect("it was listed");
            assert!(listed > began, "{target:?} is not listed any more with {kind:?}");
        }
        assert_eq!(night.entries(began).len(), watched.len(), "{kind:?}");
        night.mends(&watched).await;
    }
}

/// A console that opens while nothing answers takes nothing for none, and knows all once it is over.
#[tokio::test(start_paused = true)]
async fn what_was_never_read_is_not_taken_for_nothing() {
    let mut night = ClusterNight::new().await;
    for kind in [Kind::Denied, Kind::Garbage, Kind::Refuses, Kind::Expired] {
        let lists = ["ListNodegroups", "ListAddons", "ListInsights", "ListAccessEntries", "DescribeClusterVersions"];
        let lists = lists.map(str::to_owned).to_vec();
        let of_eks = Fault { services: vec![Service::Eks], operations: lists, ..faults_of(kind) };
        let of_servers = Fault { services: vec![Service::Kubernetes], ..faults_of(kind) };
        night.faults(vec![of_eks, of_servers]);
        night.desk.restart().await;
        night.desk.send(Msg::Resize(160, 50));
        night.opens(|state| state.shell.world.clusters().any(|(_, cluster)| *cluster.name == *CLUSTER)).await;
        night.desk.pass(60).await;
        let mut texts = vec![night.desk.text()];
        for key in ["tab", "tab", "w", "K"] {
            night.desk.press(key);
            texts.push(night.desk.text());
        }
        night.desk.press("enter");
        let [nodes, pools, eks, workloads, list] = texts.as_slice() else { panic!("five screens") };
        for target in &night.targets {
            let Read::Kubernetes(read) = &target.read else { continue };
            let word = standing(&night.desk.state, target).1.map(|fault| fault.word());
            match read {
                kubernetes::Read::Nodegroups(_) => has(eks, &["Node groups", word.expect("it failed")], kind),
                kubernetes::Read::Addons(_) => has(eks, &["Add-ons", word.expect("it failed")], kind),
                kubernetes::Read::Insights(_) => has(eks, &["Insights", word.expect("it failed")], kind),
                kubernetes::Read::Versions => has(nodes, &["1.33 support not known"], kind),
                kubernetes::Read::Served(_) => {
                    has(nodes, &["the API server tells nothing of nodes and pods", word.expect("it failed")], kind);
                    has(pools, &["whether there is Karpenter is not known"], kind);
                    has(workloads, &["waiting ?", "crashing ?", "workloads ?"], kind);
                    has(list, &["dev-eks", "?", word.expect("it failed")], kind);
                    for watched in ["pods", "deployments", "statefulsets", "daemonsets", "horizontalpodautoscalers"] {
                        has(workloads, &[watched, "are not known", word.expect("it failed")], kind);
                    }
                }
                kubernetes::Read::AccessEntries(_) => assert!(word.is_some(), "{target:?} with {kind:?}"),
                kubernetes::Read::Clusters => assert!(word.is_none(), "the clusters are listed"),
                // Neither is asked before it is known what is served.
                kubernetes::Read::Usage(_) | kubernetes::Read::Objects(..) => {
                    assert_eq!(standing(&night.desk.state, target), (None, None), "{target:?} with {kind:?}");
                }
            }
        }
        for text in &texts {
            for claim in ["none:", "none waiting", "none crashing", "0 nodes", "reading"] {
                assert!(!text.contains(claim), "{claim} is said of what was not read, with {kind:?}:\n{text}");
            }
        }
        let targets = night.targets.clone();
        night.mends(&targets).await;
    }
}
