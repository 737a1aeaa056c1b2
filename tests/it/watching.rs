//! A service that is watched, from what somebody looks at to what is known and back: the parts that a service puts
//! together, over a server that tells what the test says.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use jiff::{SignedDuration, Timestamp};
use quarterdeck::collect::{Round, Watches};
use quarterdeck::domain::{Changed, Delta, Fault, FaultKind, Items, Remote, Watched};
use quarterdeck::runtime::Streams;
use quarterdeck::runtime::streams::Opening;
use tokio::sync::mpsc;

/// What is watched as a whole.
type Resource = &'static str;

const NODES: Resource = "nodes";

/// What a service's watches say to the core.
struct Streamed {
    id: u64,
    of: Resource,
    delta: Delta<u32>,
}

/// A console that knows nothing but this service.
struct Console {
    now: Timestamp,
    /// What somebody looks at.
    wanted: BTreeSet<Resource>,
    watches: Watches<Resource>,
    known: BTreeMap<Resource, Watched<u32>>,
    streams: Streams<Streamed>,
    messages: mpsc::Receiver<Streamed>,
    /// The server's ends of all watches that were begun.
    server: BTreeMap<u64, mpsc::UnboundedSender<Delta<u32>>>,
}

impl Console {
    fn new() -> Self {
        let (sender, messages) = mpsc::channel(16);
        Self {
            now: Timestamp::UNIX_EPOCH,
            wanted: BTreeSet::new(),
            watches: Watches::with_seed(1),
            known: BTreeMap::new(),
            streams: Streams::new(sender),
            messages,
            server: BTreeMap::new(),
        }
    }

    /// What the core and the runtime do when something has happened.
    fn turn(&mut self) {
        let Round { dropped, begun } = self.watches.round(self.wanted.iter().copied(), self.now);
        for (id, of) in dropped {
            self.known.entry(of).or_default().end();
            self.streams.end(id);
        }
        for (id, of) in begun {
            self.known.entry(of).or_default().begin(id);
            let (tell, told) = mpsc::unbounded_channel();
            self.server.insert(id, tell);
            let next = |mut told: mpsc::UnboundedReceiver<Delta<u32>>| async move {
                let delta = told.recv().await?;
                Some((delta, told))
            };
            let open: Opening<Delta<u32>> = Box::new(move || stream::unfold(told, next).boxed());
            self.streams.begin(id, "watch nodes", open, Delta::Lost, move |delta| Streamed { id, of, delta });
        }
    }

    /// Takes in what a watch says.
    fn hear(&mut self, Streamed { id, of, delta }: Streamed) -> Changed {
        if !self.watches.awaits(&of, id) {
            return Changed::Nothing;
        }
        if let Delta::Lost(fault) = &delta {
            self.watches.lost(&of, id, fault, self.now);
        } else {
            self.watches.told(&of, id, true);
        }
        self.known.entry(of).or_default().take(id, delta, self.now)
    }

    /// Time goes on; what has changed meanwhile.
    async fn pass(&mut self, seconds: u64) -> Changed {
        let mut changed = Changed::Nothing;
        for _ in 0..seconds {
            tokio::time::sleep(Duration::from_secs(1)).await;
            self.now += SignedDuration::from_secs(1);
            while let Ok(message) = self.messages.try_recv() {
                let told = self.hear(message);
                changed.join(told);
            }
            self.turn();
        }
        changed
    }

    /// The server tells this in the watch of this number.
    fn tell(&self, id: u64, delta: Delta<u32>) {
        self.server[&id].send(delta).expect("it is connected");
    }

    fn nodes(&self) -> &Remote<Items<u32>> {
        self.known[NODES].items()
    }

    /// Seconds since it is known that the nodes are so.
    fn age(&self) -> u64 {
        self.nodes().age(self.now).expect("they are known").as_secs()
    }
}

fn items(all: &[(&str, u32)]) -> Items<u32> {
    all.iter().map(|(name, item)| (Arc::from(*name), *item)).collect()
}

fn put(name: &str, item: u32) -> Delta<u32> {
    Delta::Changes { put: items(&[(name, item)]), gone: BTreeSet::new() }
}

fn these(names: &[&str]) -> Changed {
    Changed::of(names.iter().map(|name| Arc::from(*name)).collect())
}

fn lost() -> Fault {
    let kind = FaultKind::Unreachable;
    Fault { kind, call: "watch nodes".into(), message: "connection reset".into(), request_id: None }
}

#[tokio::test(start_paused = true)]
async fn a_watch_from_its_beginning_over_a_loss_to_its_end() {
    let mut console = Console::new();
    console.pass(3).await;
    assert!(console.server.is_empty(), "nobody looks");

    console.wanted.insert(NODES);
    console.pass(3).await;
    assert_eq!((console.server.len(), console.nodes(), console.watches.awaited()), (1, &Remote::Loading, 1));
    console.tell(1, put("b", 7));
    assert_eq!((console.pass(1).await, console.nodes()), (Changed::Nothing, &Remote::Loading), "that is not the whole");
    console.tell(1, Delta::Snapshot(items(&[("a", 1), ("b", 1)])));
    assert_eq!((console.pass(1).await, console.watches.awaited()), (Changed::All, 0));

    // Nothing happens for long, and it is known to be so.
    for _ in 0..10 {
        console.tell(1, Delta::Alive);
        assert_eq!(console.pass(60).await, Changed::Nothing);
        assert!(console.age() <= 60);
    }
    console.tell(1, put("a", 2));
    console.tell(1, put("a", 3));
    assert_eq!((console.pass(1).await, console.age()), (these(&["a"]), 0));

    console.tell(1, Delta::Lost(lost()));
    assert_eq!(console.pass(1).await, Changed::Nothing);
    assert_eq!(console.nodes().fault(), Some(&lost()));
    assert_eq!(console.server.len(), 1, "it waits");
    console.pass(10).await;
    assert_eq!((console.server.len(), console.age()), (2, 11), "what was known ages");
    let late = Streamed { id: 1, of: NODES, delta: Delta::Snapshot(Items::new()) };
    assert_eq!(console.hear(late), Changed::Nothing);
    console.tell(2, Delta::Snapshot(items(&[("a", 3), ("c", 1)])));
    assert_eq!((console.pass(1).await, console.nodes().fault()), (these(&["b", "c"]), None));

    console.wanted.clear();
    console.pass(60).await;
    assert!(console.server[&2].is_closed(), "nobody looks any more");
    assert_eq!((console.nodes().value(), console.age()), (Some(&items(&[("a", 3), ("c", 1)])), 60));
}
