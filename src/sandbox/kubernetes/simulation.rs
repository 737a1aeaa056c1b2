//! The controllers of a cluster as a discrete-event simulation.
//!
//! Time goes from one due moment to the next; at each, controllers run until none has anything to do. The same seed,
//! calls and times give the same cluster.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::store::Store;

/// How often a controller may run at one instant before it is held to be in a loop.
const MOST_ROUNDS: u32 = 500;

/// How long a controller that was stopped in a loop rests, seconds.
const REST: i64 = 5;

/// A control loop.
pub trait Controller: Send {
    /// `deployment`, `scheduler`: for the log.
    fn name(&self) -> &'static str;

    /// Does what is due at `now`; says when it wants to run though nothing changes. It is run again whenever the store
    /// has changed, so it looks at [`Store::since`] its last revision, not at everything.
    fn run(&mut self, store: &mut Store, now: Timestamp) -> Option<Timestamp>;
}

/// A controller with what the simulation knows of it.
struct Runner {
    controller: Box<dyn Controller>,
    /// The store's revision before its last run; `None` before the first.
    seen: Option<u64>,
    due: Option<Timestamp>,
    /// It was in a loop: not before this moment.
    rests: Option<Timestamp>,
}

impl Runner {
    /// When it wants to run next, with the store at `revision`.
    fn wants(&self, revision: u64, now: Timestamp) -> Option<Timestamp> {
        let wants = if self.seen == Some(revision) { self.due } else { Some(now) };
        match (wants, self.rests) {
            (Some(wants), Some(rests)) => Some(wants.max(rests)),
            (wants, _) => wants,
        }
    }
}

/// A controller that did not come to rest: what the sandbox shows from then on may lag behind the objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unrest {
    pub at: Timestamp,
    /// The controller that was stopped for a while.
    pub controller: &'static str,
    /// How often it had run at that instant.
    pub rounds: u32,
}

impl fmt::Display for Unrest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, controller, rounds } = self;
        write!(f, "{at}: {controller} ran {rounds} times without coming to rest and was stopped for {REST} s")
    }
}

/// The controllers of one cluster and its time. The store is passed in: it is shared with whoever serves it.
pub struct ClusterSimulation {
    now: Timestamp,
    runners: Vec<Runner>,
    unrest: Vec<Unrest>,
}

impl fmt::Debug for ClusterSimulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.runners.iter().map(|runner| runner.controller.name()).collect();
        f.debug_struct("Simulation").field("now", &self.now).field("controllers", &names).finish_non_exhaustive()
    }
}

impl ClusterSimulation {
    /// A cluster without controllers.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self { now, runners: Vec::new(), unrest: Vec::new() }
    }

    /// With one more controller; they run in the order in which they are added.
    #[must_use]
    pub fn with(mut self, controller: impl Controller + 'static) -> Self {
        self.add(Box::new(controller));
        self
    }

    /// Adds a controller behind the others.
    pub fn add(&mut self, controller: Box<dyn Controller>) {
        self.runners.push(Runner { controller, seen: None, due: None, rests: None });
    }

    /// The moment up to which everything has happened.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Controllers that were stopped because they did not come to rest, oldest first. Empty when all is well.
    #[must_use]
    pub fn unrest(&self) -> &[Unrest] {
        &self.unrest
    }

    /// When something will happen next though nobody changes anything; `None`: never.
    #[must_use]
    pub fn due(&self, store: &Store) -> Option<Timestamp> {
        let revision = store.revision();
        self.runners.iter().filter_map(|runner| runner.wants(revision, self.now)).min()
    }

    /// Lets everything happen up to and with `to`; an earlier time than now does what is due now.
    pub fn advance(&mut self, store: &mut Store, to: Timestamp) {
        while self.step(store, to) {}
    }

    /// Lets the next thing up to `to` happen; whether anything is left to do until then. Between two steps whoever
    /// shares the store can have it.
    pub fn step(&mut self, store: &mut Store, to: Timestamp) -> bool {
        match self.due(store) {
            Some(due) if due <= to || due <= self.now => {
                self.now = self.now.max(due);
                self.settle(store);
                true
            }
            _ => {
                self.now = self.now.max(to);
                false
            }
        }
    }

    /// Runs controllers until none has anything to do at this instant.
    fn settle(&mut self, store: &mut Store) {
        let mut rounds = vec![0_u32; self.runners.len()];
        loop {
            let mut ran = false;
            for (runner, rounds) in self.runners.iter_mut().zip(&mut rounds) {
                if runner.wants(store.revision(), self.now).is_none_or(|due| due > self.now) {
                    continue;
                }
                ran = true;
                *rounds += 1;
                runner.rests = None;
                // What it changes itself may be news to it: it runs once more.
                runner.seen = Some(store.revision());
                runner.due = runner.controller.run(store, self.now);
                if *rounds >= MOST_ROUNDS && runner.wants(store.revision(), self.now).is_some_and(|due| due <= self.now)
                {
                    let rest = SignedDuration::from_secs(REST);
                    runner.rests = Some(self.now.checked_add(rest).unwrap_or(self.now));
                    let controller = runner.controller.name();
                    self.unrest.push(Unrest { at: self.now, controller, rounds: *rounds });
                }
            }
            if !ran {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sandbox::kubernetes::resources::Resource;
    use crate::sandbox::kubernetes::store::ObjectKey;

    /// Makes a namespace at each of its times.
    struct Maker(Vec<Timestamp>);

    impl Controller for Maker {
        fn name(&self) -> &'static str {
            "maker"
        }

        fn run(&mut self, store: &mut Store, now: Timestamp) -> Option<Timestamp> {
            while self.0.first().is_some_and(|due| *due <= now) {
                self.0.remove(0);
                let name = format!("at-{}", now.as_second());
                store.create(Resource::Namespaces, "", json!({"metadata": {"name": name}}), now).unwrap();
            }
            self.0.first().copied()
        }
    }

    /// Never comes to rest.
    struct Restless;

    impl Controller for Restless {
        fn name(&self) -> &'static str {
            "restless"
        }

        fn run(&mut self, store: &mut Store, now: Timestamp) -> Option<Timestamp> {
            let key = ObjectKey::cluster(Resource::Namespaces, "at-0");
            let _ = store.update(&key, now, |object| {
                let count = object["status"]["count"].as_i64().unwrap_or(0);
                object["status"] = json!({"count": count + 1});
            });
            None
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn time_goes_from_one_due_moment_to_the_next() {
        let mut store = Store::new(1);
        let mut simulation = ClusterSimulation::new(at(0)).with(Maker(vec![at(0), at(10), at(20)]));
        simulation.advance(&mut store, at(15));
        assert_eq!(
            (store.count(Resource::Namespaces), simulation.now(), simulation.due(&store)),
            (2, at(15), Some(at(20)))
        );
        simulation.advance(&mut store, at(60));
        let times: Vec<String> = store.list(Resource::Namespaces).map(|(key, _)| key.name.to_string()).collect();
        assert_eq!(times, ["at-0", "at-10", "at-20"]);
        assert_eq!((simulation.due(&store), simulation.unrest().len(), simulation.now()), (None, 0, at(60)));
    }

    #[test]
    fn a_loop_ends_and_is_said() {
        let mut store = Store::new(1);
        let mut simulation = ClusterSimulation::new(at(0)).with(Maker(vec![at(0)])).with(Restless);
        simulation.advance(&mut store, at(1));
        assert_eq!(simulation.unrest().len(), 1);
        assert_eq!((simulation.unrest()[0].controller, simulation.unrest()[0].rounds), ("restless", MOST_ROUNDS));
    }
}
