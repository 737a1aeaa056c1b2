//! The embedded AWS that `qd` opens when nothing is configured: a [`world`] in which things happen
//! as functions of time, the [`services`] that say it on the wire, a [`connector`] that plugs it in
//! below the official SDK, and [`serve`] for clients outside of this process.

mod clock;
pub mod connector;
pub mod environments;
pub mod serve;
pub mod services;
pub mod world;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError, RwLock};

use jiff::Timestamp;
use winterbaume_core::{MockRequest, MockResponse};

pub use clock::SandboxClock;
pub use world::{World, WorldError, WorldOptions};

use services::answer::{Refusal, finish};
use services::{cloudwatch, rds, sts};

/// The world, its time, and how often it was asked.
#[derive(Debug)]
pub struct Sandbox {
    world: RwLock<World>,
    clock: SandboxClock,
    calls: Mutex<BTreeMap<String, u64>>,
}

impl Sandbox {
    /// A sandbox over a world.
    #[must_use]
    pub fn new(world: World, clock: SandboxClock) -> Self {
        Self { world: RwLock::new(world), clock, calls: Mutex::new(BTreeMap::new()) }
    }

    /// The sandbox's time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Reads the world.
    pub fn read<T>(&self, read: impl FnOnce(&World) -> T) -> T {
        read(&self.world.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the world behind the services' back, as a test's trouble does.
    pub fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        change(&mut self.world.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// How often each operation was called: `rds:DescribeDBInstances` → 3.
    #[must_use]
    pub fn calls(&self) -> BTreeMap<String, u64> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Answers a request to any service: the service and the region are those of the signature's
    /// credential scope, the account is the access key's.
    #[must_use]
    pub fn answer(&self, request: &MockRequest) -> MockResponse {
        let Some(scope) = services::scope(&request.headers) else {
            let number = self.count("unsigned", request);
            let refusal = Refusal {
                status: 403,
                code: "MissingAuthenticationToken",
                message: "Request is missing Authentication Token".to_owned(),
            };
            return finished(refusal.to(request, rds::NAMESPACE), number);
        };
        let number = self.count(&scope.service, request);
        let (caller, now) = (&scope.caller, self.clock.now());
        let answer = match scope.service.as_str() {
            "rds" => rds::handle(&self.world, caller, now, request),
            "monitoring" => self.read(|world| cloudwatch::handle(world, caller, now, request)),
            "sts" => sts::handle(caller, request),
            other => {
                let message = format!("The sandbox has no service {other}.");
                Refusal { status: 501, code: "NotImplemented", message }.to(request, rds::NAMESPACE)
            }
        };
        finished(answer, number)
    }

    /// Counts a call and gives its number among all of them.
    fn count(&self, service: &str, request: &MockRequest) -> u64 {
        let name = format!("{service}:{}", services::operation(request));
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
