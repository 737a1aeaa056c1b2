use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use super::*;
use crate::domain::FaultKind;

/// Seconds of a clock that a test sets.
static CLOCK: [AtomicI64; 3] = [const { AtomicI64::new(0) }; 3];

fn clock<const N: usize>() -> Timestamp {
    Timestamp::from_second(CLOCK[N].load(Ordering::SeqCst)).unwrap()
}

type Fetched = BoxFuture<'static, Result<BearerToken, Fault>>;

/// Tokens `t1`, `t2` … that are signed at the time of the clock.
fn kept<const N: usize>(end: Option<Timestamp>) -> (impl TokenSource, Arc<AtomicUsize>) {
    let fetched = Arc::new(AtomicUsize::new(0));
    let count = fetched.clone();
    let fetch = move || -> Fetched {
        let number = count.fetch_add(1, Ordering::SeqCst) + 1;
        Box::pin(async move { Ok(BearerToken::signed(&format!("t{number}"), clock::<N>(), end).unwrap()) })
    };
    (KeptTokens::with_clock(fetch, clock::<N>), fetched)
}

async fn text(tokens: &impl TokenSource) -> String {
    tokens.token().await.unwrap().header().to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_token_is_used_for_14_of_its_15_minutes() {
    let (tokens, fetched) = kept::<0>(None);
    for (second, expected) in [(0, "t1"), (839, "t1"), (840, "t2"), (1_679, "t2"), (1_680, "t3")] {
        CLOCK[0].store(second, Ordering::SeqCst);
        assert_eq!(text(&tokens).await, format!("Bearer {expected}"), "after {second} s");
    }
    assert_eq!(fetched.load(Ordering::SeqCst), 3);
    let token = tokens.token().await.unwrap();
    tokens.refused(&BearerToken::new("another", Timestamp::MAX).unwrap());
    assert_eq!(text(&tokens).await, "Bearer t3", "another one was refused");
    tokens.refused(&token);
    tokens.refused(&token);
    assert_eq!(text(&tokens).await, "Bearer t4");
    tokens.refused(&token);
    assert_eq!(text(&tokens).await, "Bearer t4", "an old one that is refused late takes no new one along");
}

#[tokio::test]
async fn a_token_dies_with_the_credentials_that_signed_it() {
    let (tokens, _) = kept::<1>(Some(Timestamp::from_second(60).unwrap()));
    assert_eq!(tokens.token().await.unwrap().until(), Timestamp::from_second(60).unwrap());
    CLOCK[1].store(60, Ordering::SeqCst);
    assert_eq!(text(&tokens).await, "Bearer t2");
}

#[tokio::test]
async fn a_failure_is_not_tried_again_at_once() {
    let count = Arc::new(AtomicUsize::new(0));
    let fetched = count.clone();
    let fetch = move || -> Fetched {
        fetched.fetch_add(1, Ordering::SeqCst);
        let kind = FaultKind::Expired { login: None };
        let fault = Fault { kind, call: "x".into(), message: String::new(), request_id: None };
        Box::pin(async move { Err(fault) })
    };
    let tokens = KeptTokens::with_clock(fetch, clock::<2>);
    for (second, fetched) in [(0, 1), (4, 1), (5, 2), (9, 2)] {
        CLOCK[2].store(second, Ordering::SeqCst);
        assert_eq!(tokens.token().await.unwrap_err().word(), "credentials expired");
        assert_eq!(count.load(Ordering::SeqCst), fetched, "after {second} s");
    }
}

#[test]
fn nobody_prints_a_token() {
    let token = BearerToken::new("k8s-aws-v1.secret", Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(format!("{token:?}"), "BearerToken(until 1970-01-01T00:00:00Z)");
    assert!(!format!("{:?}", token.header()).contains("secret"));
    assert_eq!(BearerToken::new("a\nb", Timestamp::MAX), None);
    assert_eq!(BearerToken::new("", Timestamp::MAX), None);
}
