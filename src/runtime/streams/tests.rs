use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::task::Poll;

use futures_util::stream;
use tokio::sync::mpsc::error::TryRecvError;
use tokio::time::{sleep, timeout};

use super::*;
use crate::domain::Delta;

type Told = Delta<u8>;

/// A watch, and what makes it tell something.
fn source() -> (mpsc::UnboundedSender<Told>, Opening<Told>) {
    let (tell, told) = mpsc::unbounded_channel();
    let next = |mut told: mpsc::UnboundedReceiver<Told>| async move {
        let delta = told.recv().await?;
        Some((delta, told))
    };
    let open: Opening<Told> = Box::new(move || stream::unfold(told, next).boxed());
    (tell, open)
}

/// A watch of number 1 that runs, with room for so many messages.
fn running(room: usize) -> (mpsc::UnboundedSender<Told>, mpsc::Receiver<Told>, Streams<Told>) {
    let (messages, heard) = mpsc::channel(room);
    let mut streams = Streams::new(messages);
    let (tell, open) = source();
    streams.begin(1, "watch things", open, Delta::Lost, |delta| delta);
    (tell, heard, streams)
}

fn snapshot(all: &[(&str, u8)]) -> Told {
    Delta::Snapshot(all.iter().map(|(name, item)| (Arc::from(*name), *item)).collect())
}

fn put(name: &str, item: u8) -> Told {
    Delta::Changes { put: BTreeMap::from([(Arc::from(name), item)]), gone: BTreeSet::new() }
}

fn gone(name: &str) -> Told {
    Delta::Changes { put: BTreeMap::new(), gone: BTreeSet::from([Arc::from(name)]) }
}

fn tell(tell: &mpsc::UnboundedSender<Told>, all: impl IntoIterator<Item = Told>) {
    for delta in all {
        tell.send(delta).expect("it runs");
    }
}

fn is_lost(heard: Option<&Told>, kind: &FaultKind) -> bool {
    matches!(heard, Some(Delta::Lost(fault)) if fault.kind == *kind && fault.call == "watch things")
}

#[tokio::test(start_paused = true)]
async fn what_is_told_within_a_tenth_of_a_second_is_one_message() {
    let (things, mut heard, _streams) = running(64);
    let began = Instant::now();
    tell(&things, [snapshot(&[("a", 1), ("b", 1)]), put("a", 2), Delta::Alive, gone("b")]);
    assert_eq!(heard.recv().await, Some(snapshot(&[("a", 2)])));
    let waited = began.elapsed();
    assert!((GATHERED..GATHERED * 2).contains(&waited), "{waited:?}");
    tell(&things, [Delta::Alive]);
    assert_eq!(heard.recv().await, Some(Delta::Alive));
    // A thing that changes all the time does not keep others from being heard.
    for item in 0..40 {
        tell(&things, [put("c", item)]);
        sleep(GATHERED / 4).await;
    }
    let mut messages = 0;
    while heard.try_recv().is_ok() {
        messages += 1;
    }
    assert!((6..=10).contains(&messages), "{messages} messages a second");
}

#[tokio::test(start_paused = true)]
async fn without_room_it_goes_on_gathering() {
    let (things, mut heard, _streams) = running(1);
    tell(&things, [snapshot(&[("a", 1), ("b", 1)])]);
    sleep(GATHERED * 2).await;
    for item in 0..50 {
        tell(&things, [put("a", item), if item == 20 { gone("b") } else { Delta::Alive }]);
        sleep(GATHERED).await;
    }
    assert_eq!(heard.recv().await, Some(snapshot(&[("a", 1), ("b", 1)])));
    let Some(Delta::Changes { put, gone }) = heard.recv().await else { panic!("no changes") };
    assert_eq!((put, gone), (BTreeMap::from([(Arc::from("a"), 49)]), BTreeSet::from([Arc::from("b")])));
    assert_eq!(heard.try_recv(), Err(TryRecvError::Empty));
}

#[tokio::test(start_paused = true)]
async fn a_loss_comes_at_once_behind_what_was_told_and_is_the_last() {
    let (things, mut heard, mut streams) = running(8);
    let kind = FaultKind::Throttled;
    let fault = lost("watch things", kind.clone(), "");
    tell(&things, [snapshot(&[("a", 1)]), put("b", 1), Delta::Lost(fault), put("c", 1)]);
    let began = Instant::now();
    assert_eq!(heard.recv().await, Some(snapshot(&[("a", 1), ("b", 1)])));
    assert!(is_lost(heard.recv().await.as_ref(), &kind));
    assert!(began.elapsed() < GATHERED);
    sleep(GATHERED * 2).await;
    assert_eq!((heard.try_recv(), streams.running()), (Err(TryRecvError::Empty), 0));
    assert!(things.is_closed(), "the connection is closed");
}

#[tokio::test(start_paused = true)]
async fn one_that_ends_or_falls_silent_is_lost() {
    let (things, mut heard, _streams) = running(8);
    drop(things);
    assert!(is_lost(heard.recv().await.as_ref(), &FaultKind::Unreachable));
    let (things, mut heard, _streams) = running(8);
    for _ in 0..3 {
        tell(&things, [Delta::Alive]);
        sleep(SILENCE.saturating_sub(GATHERED)).await;
        assert_eq!(heard.try_recv(), Ok(Delta::Alive));
    }
    let began = Instant::now();
    assert!(is_lost(heard.recv().await.as_ref(), &FaultKind::TimedOut));
    assert!(began.elapsed() <= GATHERED * 2);
}

#[tokio::test(start_paused = true)]
async fn one_that_nobody_wants_ends_with_its_connection() {
    let (things, mut heard, mut streams) = running(8);
    let (others, open) = source();
    streams.begin(2, "watch things", open, Delta::Lost, |delta| delta);
    tell(&things, [snapshot(&[("a", 1)])]);
    sleep(GATHERED / 2).await;
    streams.end(1);
    assert!(timeout(GATHERED, things.closed()).await.is_ok());
    assert_eq!(heard.try_recv(), Err(TryRecvError::Empty));
    tell(&others, [Delta::Alive]);
    assert_eq!((heard.recv().await, streams.running()), (Some(Delta::Alive), 1), "the other one goes on");
    drop(streams);
    assert!(timeout(GATHERED, others.closed()).await.is_ok());
    assert_eq!(heard.recv().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_a_loss() {
    let (messages, mut heard) = mpsc::channel(8);
    let mut streams = Streams::new(messages);
    let opens: Opening<Told> = Box::new(|| -> BoxStream<'static, Told> { panic!("no client") });
    let tells: Opening<Told> =
        Box::new(|| stream::poll_fn(|_| -> Poll<Option<Told>> { panic!("a bad object") }).boxed());
    for (id, open, said) in [(1, opens, "no client"), (2, tells, "a bad object")] {
        streams.begin(id, "watch things", open, Delta::Lost, |delta| delta);
        let Some(Delta::Lost(fault)) = heard.recv().await else { panic!("no loss of {id}") };
        assert!(fault.message.contains(said) && fault.call == "watch things", "{fault}");
    }
    sleep(GATHERED).await;
    assert_eq!(streams.running(), 0);
}
