use super::*;
use crate::services::rds::Kind;
use crate::services::rds::testing::{Freeze, Policy, PolicyOverride};

fn now() -> Timestamp {
    "2026-11-22T03:12:44Z".parse().unwrap()
}

#[test]
fn levels_have_their_words_and_their_order() {
    let levels: Vec<Level> = Level::names().iter().map(|name| Level::parse(name).unwrap()).collect();
    assert!(levels.windows(2).all(|pair| pair[0] < pair[1]));
    for (name, level) in Level::names().iter().zip(&levels) {
        assert_eq!(level.name(), *name);
    }
    assert!(Level::parse("Confirm").unwrap_err().contains("type-name-and-reason"));
    let text = serde_json::to_string(&Level::TypeName).unwrap();
    assert_eq!(text, "\"type-name\"");
    let text = serde_json::to_string(&levels[2]).unwrap();
    assert_eq!(serde_json::from_str::<Level>(&text).unwrap(), levels[2]);
}

#[test]
fn the_defaults_are_stricter_with_risk_and_with_criticality() {
    let policy = Policy::default();
    for risk in 0..3 {
        for criticality in 0..3 {
            let level = policy.levels[risk][criticality];
            assert!(risk == 0 || policy.levels[risk - 1][criticality] <= level);
            assert!(criticality == 0 || policy.levels[risk][criticality - 1] <= level);
        }
    }
    assert_eq!(
        policy.level(Risk::Irreversible, Criticality::Production),
        Level::TypeNameAndReason { cool_down: Duration::from_secs(10) }
    );
    assert_eq!(policy.level(Risk::Disruptive, Criticality::Staging), Level::TypeName);
    assert_eq!(policy.level(Risk::Disruptive, Criticality::Development), Level::Confirm);
    assert!(!Policy::usual(Criticality::Production).headless);
    assert!(Policy::usual(Criticality::Staging).headless);
}

#[test]
fn what_is_not_allowed_or_frozen_is_refused() {
    let policy = Policy { allowed: Some(vec![Kind::Start]), ..Policy::default() };
    assert_eq!(policy.refusal(Kind::Start, now()), None);
    assert!(policy.refusal(Kind::Stop, now()).unwrap().contains("does not allow stop"));
    let sunday = Freeze::weekly("sundays", &["Sun"], "00:00", "24:00", "UTC", vec![Kind::CreateSnapshot]).unwrap();
    let policy = Policy::default().with_freeze(sunday);
    assert_eq!(policy.refusal(Kind::CreateSnapshot, now()), None);
    let why = policy.refusal(Kind::Failover, now()).unwrap();
    assert!(why.contains("sundays") && why.contains("until 2026-11-23 00:00 (UTC), only create-snapshot"), "{why}");
    assert_eq!(policy.refusal(Kind::Failover, "2026-11-23T00:00:00Z".parse().unwrap()), None);
}

#[test]
fn an_environment_tightens() {
    let other = PolicyOverride {
        arm_at_most: Some(Duration::from_secs(600)),
        running_at_most: Some(1),
        allowed: Some(vec![Kind::Failover]),
        headless: Some(false),
        ..PolicyOverride::default()
    }
    .with_level(Risk::Irreversible, Criticality::Production, Level::Deny);
    let policy = Policy::default().tightened_by(&other).unwrap();
    assert_eq!(policy.level(Risk::Irreversible, Criticality::Production), Level::Deny);
    assert_eq!(policy.level(Risk::Irreversible, Criticality::Staging), Level::TypeName);
    assert_eq!((policy.arm_at_most.as_secs(), policy.running_at_most), (600, 1));
    assert!(policy.refusal(Kind::Stop, now()).is_some());
}

#[test]
fn an_environment_never_loosens() {
    let base = Policy { allowed: Some(vec![Kind::Failover]), ..Policy::default() };
    let loose = [
        PolicyOverride { arm_at_most: Some(Duration::from_secs(3600)), ..PolicyOverride::default() },
        PolicyOverride { running_at_most: Some(4), ..PolicyOverride::default() },
        PolicyOverride { allowed: Some(vec![Kind::Failover, Kind::Stop]), ..PolicyOverride::default() },
        PolicyOverride { headless: Some(true), ..PolicyOverride::default() },
        PolicyOverride::default().with_level(Risk::Disruptive, Criticality::Production, Level::Confirm),
        PolicyOverride::default().with_level(
            Risk::Irreversible,
            Criticality::Production,
            Level::TypeNameAndReason { cool_down: Duration::ZERO },
        ),
    ];
    for other in loose {
        let problems = base.tightened_by(&other).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
    }
    assert_eq!(base.tightened_by(&PolicyOverride::default()), Ok(base.clone()));
}
