//! One fetch for many, kept until its end, and after a failure a new one that looks again.

use std::collections::VecDeque;

use aws_smithy_async::time::TimeSource;
use tokio::time::{advance, sleep};

use super::*;

const EPOCH: SystemTime = SystemTime::UNIX_EPOCH;

/// Gives these in turn, each after a second.
#[derive(Debug, Clone, Default)]
struct Script {
    results: Arc<Mutex<VecDeque<Result<Credentials, &'static str>>>>,
    asked: Arc<Mutex<usize>>,
}

impl Script {
    fn of(results: impl IntoIterator<Item = Result<Credentials, &'static str>>) -> Self {
        Self { results: Arc::new(Mutex::new(results.into_iter().collect())), asked: Arc::default() }
    }

    fn asked(&self) -> usize {
        *self.asked.lock().unwrap()
    }
}

impl ProvideCredentials for Script {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            *self.asked.lock().unwrap() += 1;
            sleep(Duration::from_secs(1)).await;
            let next = self.results.lock().unwrap().pop_front().unwrap_or(Err("nothing left"));
            next.map_err(CredentialsError::provider_error)
        })
    }
}

/// Seconds since [`EPOCH`].
#[derive(Debug, Clone, Default)]
struct Wall(Arc<Mutex<u64>>);

impl Wall {
    fn set(&self, seconds: u64) {
        *self.0.lock().unwrap() = seconds;
    }
}

impl TimeSource for Wall {
    fn now(&self) -> SystemTime {
        EPOCH + Duration::from_secs(*self.0.lock().unwrap())
    }
}

fn keys(id: &str, end: Option<u64>) -> Credentials {
    Credentials::new(id, "secret", None, end.map(|end| EPOCH + Duration::from_secs(end)), "test")
}

fn keeper(script: &Script, wall: &Wall) -> Keeper {
    Keeper::new(script.clone(), Asker::default(), SharedTimeSource::new(wall.clone()))
}

async fn id(keeper: &Keeper) -> String {
    keeper.provide_credentials().await.unwrap().access_key_id().to_owned()
}

#[tokio::test(start_paused = true)]
async fn many_calls_make_one_fetch_until_shortly_before_the_end() {
    let (script, wall) = (Script::of([Ok(keys("one", Some(3600))), Ok(keys("two", None))]), Wall::default());
    let keeper = keeper(&script, &wall);
    assert_eq!(keeper.expiry(), None);
    let (a, b, c) = tokio::join!(id(&keeper), id(&keeper), id(&keeper));
    assert_eq!([a, b, c], ["one", "one", "one"]);
    assert_eq!(keeper.expiry().map(Timestamp::as_second), Some(3600));

    wall.set(3600 - EARLY.as_secs() - 1);
    assert_eq!((id(&keeper).await.as_str(), script.asked()), ("one", 1));
    wall.set(3600 - EARLY.as_secs());
    assert_eq!((id(&keeper).await.as_str(), script.asked()), ("two", 2));
    assert_eq!(keeper.expiry(), None);
}

#[tokio::test(start_paused = true)]
async fn a_fetch_outlives_the_call_that_began_it() {
    let (script, wall) = (Script::of([Ok(keys("one", None))]), Wall::default());
    let keeper = keeper(&script, &wall);
    assert!(timeout(Duration::from_millis(10), id(&keeper)).await.is_err());
    assert_eq!((id(&keeper).await.as_str(), script.asked()), ("one", 1));
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_told_to_all_and_then_looked_at_again() {
    let (script, wall) = (Script::of([Err("expired"), Ok(keys("new", None))]), Wall::default());
    let keeper = keeper(&script, &wall);
    let both = tokio::join!(keeper.settled(), keeper.settled());
    for failed in [both.0, both.1, keeper.settled().await] {
        let cause = failed.unwrap_err();
        let deepest = std::iter::successors(cause.source(), |&cause| cause.source()).last().unwrap();
        assert_eq!(deepest.to_string(), "expired");
    }
    assert_eq!(script.asked(), 1);
    advance(PAUSE).await;
    assert_eq!((id(&keeper).await.as_str(), script.asked()), ("new", 2));
}

#[tokio::test(start_paused = true)]
async fn only_the_credentials_that_aws_refused_are_forgotten() {
    let (script, wall) = (Script::of([Ok(keys("one", None)), Ok(keys("two", None))]), Wall::default());
    let keeper = keeper(&script, &wall);
    assert_eq!(id(&keeper).await, "one");
    keeper.refused("another");
    assert_eq!(id(&keeper).await, "one");
    keeper.refused("one");
    assert_eq!(id(&keeper).await, "two");
    // A late answer to a call that the old ones signed.
    keeper.refused("one");
    assert_eq!((id(&keeper).await.as_str(), script.asked()), ("two", 2));
}

#[tokio::test(start_paused = true)]
async fn what_is_forgotten_is_fetched_anew_and_its_end_still_told() {
    let results = [Ok(keys("one", Some(3600))), Err("no such role"), Ok(keys("two", Some(7200)))];
    let (script, wall) = (Script::of(results), Wall::default());
    let keeper = keeper(&script, &wall);
    assert_eq!(id(&keeper).await, "one");
    keeper.forget();
    assert_eq!(keeper.expiry().map(Timestamp::as_second), Some(3600));
    assert!(keeper.settled().await.is_err());
    assert_eq!(keeper.expiry().map(Timestamp::as_second), Some(3600));
    // Somebody who asks for it does not wait for the pause after a failure.
    keeper.forget();
    assert_eq!((id(&keeper).await.as_str(), script.asked()), ("two", 3));
    assert_eq!(keeper.expiry().map(Timestamp::as_second), Some(7200));
}

#[tokio::test(start_paused = true)]
async fn a_fetch_that_is_under_way_is_not_begun_again() {
    let (script, wall) = (Script::of([Ok(keys("one", None)), Ok(keys("two", None))]), Wall::default());
    let keeper = keeper(&script, &wall);
    assert!(timeout(Duration::from_millis(10), id(&keeper)).await.is_err());
    keeper.forget();
    assert_eq!((id(&keeper).await.as_str(), script.asked()), ("one", 1));
    assert_eq!((id(&keeper).await.as_str(), script.asked()), ("one", 1));
}

#[tokio::test(start_paused = true)]
async fn without_its_session_a_fetch_ends() {
    let (script, wall) = (Script::of([Ok(keys("one", None))]), Wall::default());
    let session = keeper(&script, &wall);
    assert!(timeout(Duration::from_millis(10), id(&session)).await.is_err());
    drop(session);
    sleep(Duration::from_secs(5)).await;
    assert_eq!((script.asked(), script.results.lock().unwrap().len()), (1, 1));
}

/// Never gives any.
#[derive(Debug)]
struct Never;

impl ProvideCredentials for Never {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(std::future::pending())
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_says_which_command_it_waits_for() {
    let asker = Asker::default();
    let keeper = Keeper::new(Never, asker.clone(), SharedTimeSource::new(Wall::default()));
    let _waits = asker.waits(Waits::Process("prod".into()));
    let error = keeper.provide_credentials().await.unwrap_err();
    let deepest = std::iter::successors(error.source(), |&cause| cause.source()).last().unwrap();
    assert_eq!(deepest.to_string(), "waits for credential_process of prod");
}
