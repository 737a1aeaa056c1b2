//! The same in the middle of a drain, over TLS: no pod is evicted twice whose eviction was not refused, and what is left
//! is known.
//!
//! One cluster for all kills, one after the other: to build it costs more than all of them.

use std::fs::{self, File};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::BodyExt;
use jiff::Timestamp;
use quarterdeck::ops::journal::Outcome;
use quarterdeck::runtime::Clock;
use quarterdeck::runtime::executor::Executor;
use quarterdeck::runtime::journal::Journal;
use quarterdeck::sandbox::kubernetes::api::ApiServer;
use quarterdeck::sandbox::kubernetes::estate::ClusterSite;
use quarterdeck::sandbox::kubernetes::live::Live;
use quarterdeck::sandbox::kubernetes::serve::{ServedEndpoint, ServedRequest, ServerIdentity, serve};
use quarterdeck::sandbox::log::Logged;
use quarterdeck::sandbox::services::eks::authenticator::EksAuthenticator;
use quarterdeck::sandbox::world::identity::mix;
use quarterdeck::sandbox::{Sandbox, SandboxClock};
use quarterdeck::slices::{Execution, Plan, StepState};
use serde_json::Value;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::home::{ENVIRONMENT, Ground, Home, block_on, entries_in, is_running, lines, place_on, sandbox_of, served};
use super::{PATIENCE, SEEKING};
use crate::safety::invariants;

const SITE: ClusterSite = ClusterSite::Development;
const GROUND: Ground =
    Ground { account: "666677778888", region: "eu-west-1", prefix: "dev-", role: Some("oncall-operator") };
/// The token of whoever looks at the cluster and mends it from beside.
const TOKEN: &str = "looks-on";
/// Kills, each of its own seed.
const SEEDS: u64 = 20;
/// Seconds of the sandbox in one of ours: a pod's grace is over in a second or two.
const SPEED: f64 = 30.0;

#[test]
fn whenever_a_drain_is_killed_no_pod_is_evicted_twice_and_what_is_left_is_known() {
    let sandbox = sandbox_of(Timestamp::now(), SPEED);
    sandbox.clusters().bring();
    let left: Vec<Left> = clustered(&sandbox, |cluster| {
        served(&sandbox, |endpoint| {
            (0..SEEDS).map(|seed| Drain { seed, sandbox: &sandbox, cluster }.play(endpoint)).collect()
        })
    });
    // The kills came in the middle, or it would prove nothing.
    let cut = left.iter().filter(|left| left.running).count();
    let halves = left.iter().filter(|left| left.running && left.evicted > 0 && left.unsent > 0).count();
    println!("{SEEDS} kills; {cut} cut a drain off, {halves} of them between two evictions: {left:?}");
    assert!(cut >= 14 && halves >= 6, "only {cut} drains were cut off, {halves} between two evictions: {left:?}");
}

/// The cluster, served over TLS in a thread of its own for as long as `work` takes.
fn clustered<T>(sandbox: &Arc<Sandbox>, work: impl FnOnce(&ApiServer) -> T) -> T {
    let identity = ServerIdentity::generate().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    sandbox.clusters().served_at(SITE, ServedEndpoint { url, ca_pem: identity.ca_pem().to_owned() });
    let (clock, group) = (sandbox.clone(), sandbox.clusters().groups().remove(&SITE).unwrap());
    let access = Arc::new(EksAuthenticator::new(SITE).with_token(TOKEN));
    let live = Live::new(SITE, &["quiet"].into(), Arc::new(move || clock.now()), access, group, 0);
    let (server, (stop, stopped)) = (live.server(), oneshot::channel::<()>());
    let (world, asked) = (sandbox.clone(), server.clone());
    let answer = move |request: ServedRequest| {
        let (world, server) = (world.clone(), asked.clone());
        async move {
            match server.whole(request).await {
                Ok(request) => world.arriving(SITE, request, async |request| server.respond(&request)).await,
                Err(refusal) => Ok(refusal),
            }
        }
    };
    thread::scope(|scope| {
        scope.spawn(move || {
            block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                let stop = async {
                    let _ = stopped.await;
                };
                tokio::select! {
                    served = serve(answer, listener, &identity, stop) => served.unwrap(),
                    () = live.run() => {}
                }
            });
        });
        let result = work(&server);
        drop(stop);
        result
    })
}

/// What a kill left behind.
#[derive(Debug)]
struct Left {
    running: bool,
    evicted: usize,
    /// Steps of which the journal says nothing.
    unsent: usize,
}

/// One drain, and its kill.
struct Drain<'a> {
    seed: u64,
    sandbox: &'a Arc<Sandbox>,
    cluster: &'a ApiServer,
}

impl Drain<'_> {
    fn play(&self, endpoint: &str) -> Left {
        let (seed, before) = (self.seed, self.sandbox.log().len());
        let home = Home::on(GROUND, endpoint);
        let node = self.node();
        let plan = Self::planned(&home, &node);
        assert!(plan.steps.len() > 2, "{seed}: nothing to evict of {node}");
        let file = home.folder.path().join("plan.json");
        let said = File::create(home.said()).unwrap();
        let mut command = home.qd();
        command.args(["apply", "--approve", plan.fingerprint.whole(), "--reason", "INC-4312", "--plan"]).arg(file);
        let mut child = command.stdout(said.try_clone().unwrap()).stderr(said).spawn().unwrap();
        // Three lines for the cordon's call and one for its end; then three for each eviction, beside what is followed.
        let moment = 2 + mix(seed) % (4 + 3 * (plan.steps.len() as u64 - 1));
        let begun = Instant::now();
        while (lines(&home.journal()) as u64) < moment && child.try_wait().unwrap().is_none() {
            assert!(begun.elapsed() < PATIENCE, "{seed}: it does not come so far\n{}", home.story());
            thread::sleep(Duration::from_micros(500));
        }
        thread::sleep(Duration::from_micros(mix(seed + 1000) % [300, 3_000, 30_000][seed as usize % 3]));
        // It may have come to its end just now.
        let _ = child.kill();
        child.wait().unwrap();
        let log = || self.sandbox.log().split_off(before);
        let execution = Self::one(&home);
        let waits =
            |execution: &Execution| execution.steps.iter().filter(|state| **state == StepState::Waiting).count();
        let left = Left {
            running: execution.as_ref().is_some_and(Execution::is_running),
            evicted: log().iter().filter(|logged| is_eviction(logged) && logged.is_done()).count(),
            unsent: execution.as_ref().map_or(plan.steps.len(), waits),
        };
        if left.running {
            block_on(self.taken_over(&home));
        }
        self.judge(&home, &log());
        self.mend(&node);
        left
    }

    /// The only execution that the journal tells of.
    fn one(home: &Home) -> Option<Execution> {
        let mut all = Execution::rebuild(&entries_in(&home.journal()));
        assert!(all.len() <= 1, "{} executions", all.len());
        all.pop()
    }

    fn planned(home: &Home, node: &str) -> Plan {
        let file = home.folder.path().join("plan.json");
        let mut command = home.qd();
        let target = format!("node/{node}");
        command.args(["plan", "drain-node", "--env", ENVIRONMENT, "--target", &target, "--out"]).arg(&file);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
    }

    /// The next console follows what the killed one left; it sends nothing.
    async fn taken_over(&self, home: &Home) {
        let sent = self.sandbox.log().len();
        let journal = Arc::new(Journal::open(&home.journal()).unwrap());
        let time = SandboxClock::new(Timestamp::now(), SEEKING);
        let place = place_on(GROUND, self.sandbox, GROUND.account, Vec::new()).await;
        let (mut executor, mut happened) =
            Executor::new(Some(journal), vec![place], Clock::from_fn(move || time.now()));
        executor.take_over(false);
        let begun = Instant::now();
        while is_running(&home.journal()) {
            assert!(begun.elapsed() < PATIENCE, "{}: it is not brought to its end\n{}", self.seed, home.story());
            let _ = timeout(Duration::from_millis(50), happened.recv()).await;
        }
        assert_eq!(self.sandbox.log().len(), sent, "{}: whoever takes over sends nothing", self.seed);
    }

    /// What the journal says in the end is what happened, step by step.
    fn judge(&self, home: &Home, log: &[Logged]) {
        let (seed, all) = (self.seed, entries_in(&home.journal()));
        let calls = invariants::check(&all, log).unwrap_or_else(|why| panic!("{seed}: {why}\n{}", home.story()));
        let verified = home.qd().args(["audit", "verify"]).output().unwrap();
        assert!(verified.status.success(), "{seed}: {verified:?}\n{}", home.story());
        let Some(execution) = Self::one(home) else {
            return assert!(log.is_empty(), "{seed}: {log:?}");
        };
        let mut undone = 0;
        for (step, state) in execution.steps.iter().enumerate() {
            let mine = calls.iter().zip(log).filter(|(call, _)| **call == (execution.id.clone(), step));
            let done = mine.clone().any(|(_, logged)| logged.is_done());
            undone += usize::from(!done);
            let is_true = match state {
                StepState::Ended { end, .. } => done == end.is_good(),
                StepState::NotSent { .. } | StepState::Waiting => !done,
                _ => false,
            };
            let mine: Vec<_> = mine.collect();
            assert!(is_true, "{seed}: step {step} is {state:?}, and the cluster has {mine:?}\n{}", home.story());
        }
        let is_whole = execution.outcome == Some(Outcome::Done);
        assert!(execution.outcome.is_some(), "{seed}: it has no end\n{}", home.story());
        assert_eq!(is_whole, undone == 0, "{seed}: {:?} with {undone} steps undone", execution.outcome);
    }

    /// The node of the managed group on which most pods are that a drain evicts.
    fn node(&self) -> String {
        let nodes = self.all("/api/v1/nodes?labelSelector=eks.amazonaws.com/nodegroup");
        let pods = self.all("/api/v1/pods");
        let evicted = |node: &Value| {
            let is_on = |pod: &&Value| pod["spec"]["nodeName"] == node["metadata"]["name"];
            let is_daemon = |pod: &Value| pod["metadata"]["ownerReferences"][0]["kind"] == "DaemonSet";
            pods.iter().filter(is_on).filter(|pod| !is_daemon(pod)).count()
        };
        let most = nodes.iter().max_by_key(|node| evicted(node)).expect("a node of the group");
        most["metadata"]["name"].as_str().unwrap().to_owned()
    }

    /// Lets the node take pods again, and waits until no pod is on its way out.
    fn mend(&self, node: &str) {
        let patch = r#"{"spec":{"unschedulable":null}}"#;
        self.asked(Method::PATCH, &format!("/api/v1/nodes/{node}"), patch);
        let begun = Instant::now();
        loop {
            let pods = self.all("/api/v1/pods");
            let going = pods.iter().filter(|pod| !pod["metadata"]["deletionTimestamp"].is_null());
            let going: Vec<_> = going.map(|pod| &pod["metadata"]["name"]).collect();
            if going.is_empty() {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{}: they do not end: {going:?}", self.seed);
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// The objects of a list.
    fn all(&self, path: &str) -> Vec<Value> {
        let mut list = self.asked(Method::GET, path, "");
        let items = list["items"].as_array_mut().unwrap();
        std::mem::take(items)
    }

    /// From beside: it is in no record.
    fn asked(&self, method: Method, path: &str, body: &'static str) -> Value {
        let request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {TOKEN}"));
        let request = request.header("content-type", "application/merge-patch+json");
        let answer = self.cluster.respond(&request.body(Bytes::from_static(body.as_bytes())).unwrap());
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        serde_json::from_slice(&block_on(answer.into_body().collect()).unwrap().to_bytes()).unwrap()
    }
}

fn is_eviction(logged: &Logged) -> bool {
    logged.operation == "create pods/eviction"
}
