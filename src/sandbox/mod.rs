//! The embedded AWS that `qd` opens when nothing is configured: a [`world`] in which things happen
//! as functions of time, the [`services`] that say it on the wire, a [`connector`] that plugs it in
//! below the official SDK, [`serve`] for clients outside of this process, and the [`fault`]s that stand
//! in between. Beside it the [`kubernetes`] clusters of the estate, which [`clusters`] keeps up.

mod arriving;
mod clock;
pub mod clusters;
pub mod connector;
pub mod environments;
pub mod fault;
pub mod kubernetes;
mod listening;
pub mod log;
pub mod serve;
pub mod services;
pub mod world;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use jiff::Timestamp;
use winterbaume_core::{MockRequest, MockResponse};

pub use clock::SandboxClock;
pub use world::{World, WorldError, WorldOptions};

use clusters::SandboxClusters;
use fault::disturbance::Disturbance;
use fault::reply::{Reply, reply};
use fault::{Call, Fault};
use log::{Entry, Logged};
use services::answer::{Refusal, finish};
use services::{Caller, cloudwatch, eks, rds, secrets, sts};

/// The world, its time, and how often it was asked.
#[derive(Debug)]
pub struct Sandbox {
    world: RwLock<World>,
    clock: SandboxClock,
    calls: Mutex<BTreeMap<String, u64>>,
    log: Mutex<Vec<Logged>>,
    disturbances: Mutex<Vec<Disturbance>>,
    clusters: Arc<SandboxClusters>,
}

impl Sandbox {
    /// A sandbox over a world.
    #[must_use]
    pub fn new(world: World, clock: SandboxClock) -> Self {
        let clusters = Arc::new(SandboxClusters::new(&world.scenario, clock));
        Self {
            clusters,
            world: RwLock::new(world),
            clock,
            calls: Mutex::default(),
            log: Mutex::default(),
            disturbances: Mutex::default(),
        }
    }

    /// The sandbox's time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The clusters of the estate.
    #[must_use]
    pub fn clusters(&self) -> &Arc<SandboxClusters> {
        &self.clusters
    }

    /// Reads the world.
    pub fn read<T>(&self, read: impl FnOnce(&World) -> T) -> T {
        read(&self.world.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the world behind the services' back, as a test's trouble does.
    pub fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        change(&mut self.world.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// How often each operation was called: `rds:DescribeDBInstances` → 3, `kubernetes:list nodes` → 1.
    #[must_use]
    pub fn calls(&self) -> BTreeMap<String, u64> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What could change something, in the order in which it came: calls to RDS and EKS, and requests to the clusters.
    #[must_use]
    pub fn log(&self) -> Vec<Logged> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Records a request of which nothing has become yet, and gives its place.
    fn record(&self, logged: Logged) -> usize {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.push(logged);
        log.len() - 1
    }

    /// Notes what has become of a recorded request.
    fn amend(&self, place: usize, note: impl FnOnce(&mut Logged)) {
        if let Some(logged) = self.log.lock().unwrap_or_else(PoisonError::into_inner).get_mut(place) {
            note(logged);
        }
    }

    /// Puts a fault between the callers and AWS, before those of the scenario; the first that was
    /// set and hits a call decides.
    pub fn disturb(&self, disturbance: Disturbance) {
        self.disturbances.lock().unwrap_or_else(PoisonError::into_inner).push(disturbance);
    }

    /// Takes away what [`Sandbox::disturb`] has set.
    pub fn calm(&self) {
        self.disturbances.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Plays another scenario from this moment on; its distances in time count from now.
    ///
    /// # Errors
    /// When there is no such scenario, or its text is wrong; then nothing has changed.
    pub fn play(&self, scenario: &str) -> Result<(), WorldError> {
        let now = self.now();
        let played = self.change(|world| world.play(scenario, now).map(|()| world.scenario.clone()))?;
        self.clusters.play(&played);
        Ok(())
    }

    /// What arrives at the caller: AWS's answer, or what the world's faults make of it.
    #[must_use]
    pub fn reply(&self, request: &MockRequest) -> Reply {
        let Some(scope) = services::scope(&request.headers) else { return Reply::Whole(self.answer(request)) };
        let operation = services::operation(request);
        let number = self.count(format!("{}:{operation}", scope.service));
        let call = Call { scope: &scope, operation: &operation, number, at: self.now() };
        let fault = self.disturbed(&call).or_else(|| self.struck(&call));
        let entry = Entry::new(&scope, request, &operation, call.at);
        let reply = reply(fault.as_ref(), &call, request, |caller| {
            let answer = self.said(&scope.service, caller, call.at, request);
            entry.said(&answer);
            answer
        });
        self.log.lock().unwrap_or_else(PoisonError::into_inner).extend(entry.end(&reply));
        reply
    }

    /// AWS's answer to a request to any service, whatever the faults: the service and the region
    /// are those of the signature's credential scope, the account is the access key's.
    #[must_use]
    pub fn answer(&self, request: &MockRequest) -> MockResponse {
        let Some(scope) = services::scope(&request.headers) else {
            let number = self.count(format!("unsigned:{}", services::operation(request)));
            let refusal = Refusal {
                status: 403,
                code: "MissingAuthenticationToken",
                message: "Request is missing Authentication Token".to_owned(),
            };
            return finished(refusal.to(request, rds::NAMESPACE), number);
        };
        let (operation, at) = (services::operation(request), self.now());
        let number = self.count(format!("{}:{operation}", scope.service));
        let entry = Entry::new(&scope, request, &operation, at);
        let answer = finished(self.said(&scope.service, &scope.caller, at, request), number);
        entry.said(&answer);
        let arrived = Reply::Whole(answer.clone());
        self.log.lock().unwrap_or_else(PoisonError::into_inner).extend(entry.end(&arrived));
        answer
    }

    /// What a service says to a caller.
    fn said(&self, service: &str, caller: &Caller, now: Timestamp, request: &MockRequest) -> MockResponse {
        if self.read(|world| world.is_due(now)) {
            self.change(|world| world.advance(now));
        }
        match service {
            "rds" => rds::handle(&self.world, caller, now, request),
            "monitoring" => self.read(|world| cloudwatch::handle(world, caller, now, request)),
            "sts" => self.read(|world| sts::handle(world, caller, now, request)),
            "eks" => {
                let (sites, served, groups) = (self.clusters.sites(), self.clusters.served(), self.clusters.groups());
                let clusters = eks::KnownClusters { sites, served: &served, groups: &groups };
                let answer = self.read(|world| eks::handle(world, &clusters, caller, now, request));
                self.clusters.follow_groups();
                answer
            }
            "secretsmanager" => self.read(|world| secrets::handle(world, caller, now, request)),
            other => {
                let message = format!("The sandbox has no service {other}.");
                Refusal { status: 501, code: "NotImplemented", message }.to(request, rds::NAMESPACE)
            }
        }
    }

    /// The fault that a test has set for a call, which is counted.
    fn disturbed(&self, call: &Call<'_>) -> Option<Fault> {
        let mut set = self.disturbances.lock().unwrap_or_else(PoisonError::into_inner);
        set.iter_mut().find_map(|disturbance| disturbance.strikes(call))
    }

    /// The world's fault that hits a call.
    fn struck(&self, call: &Call<'_>) -> Option<Fault> {
        self.read(|world| call.struck_by(&world.faults).cloned())
    }

    /// Counts a call and gives its number among all of them.
    fn count(&self, name: String) -> u64 {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        *calls.entry(name).or_default() += 1;
        calls.values().sum()
    }
}

fn finished(mut answer: MockResponse, number: u64) -> MockResponse {
    finish(&mut answer, number);
    answer
}

#[cfg(test)]
mod tests;
