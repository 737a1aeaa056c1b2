use super::*;
use crate::domain::Criticality;
use crate::ops::plan::{CheckState, Risk, hashes};
use crate::services::rds::operation::CreateSnapshot;
use crate::services::rds::testing::{Freeze, Policy, Refusal, Situation, at, plan_of, seen};
use crate::services::rds::{Kind, Operation, Plan};

const NAME: &str = "rentaliq-prod-db";
const CRITICALITIES: [Criticality; 3] = [Criticality::Development, Criticality::Staging, Criticality::Production];

fn plan() -> Plan {
    plan_of(Operation::CreateSnapshot(CreateSnapshot { name: "before-it".into() }), &seen())
}

fn plan_with(risk: Risk, criticality: Criticality) -> Plan {
    let mut plan = plan();
    (plan.risk, plan.criticality) = (risk, criticality);
    plan.fingerprint = hashes::of(&plan);
    plan.seal = hashes::seal(&plan);
    plan
}

fn after(seconds: u64) -> Timestamp {
    at().checked_add(Duration::from_secs(seconds)).unwrap()
}

/// A plan for another instance.
fn elsewhere() -> Plan {
    let mut seen = seen();
    seen.target.id = "rentaliq-prod-db-replica-1".into();
    Plan::make(&Operation::CreateSnapshot(CreateSnapshot { name: "another".into() }), None, &seen)
}

/// What a situation is made of, to be spoilt one thing at a time.
struct World {
    arming: Option<Arming>,
    policy: Policy,
    running: Vec<Plan>,
    now: Timestamp,
    identity: Option<Identity>,
    headless: bool,
}

impl World {
    fn good() -> Self {
        let (identity, policy) = (seen().identity, Policy::default());
        let arming = Arming::begin("PROD", &identity, "INC-4312", at(), Duration::from_secs(600), &policy).ok();
        Self { arming, policy, running: Vec::new(), now: after(60), identity: Some(identity), headless: false }
    }

    fn approve(&self, plan: &Plan, gesture: &Gesture) -> Result<Approved<Plan>, Refusal> {
        let situation = Situation {
            now: self.now,
            arming: self.arming.as_ref(),
            policy: &self.policy,
            running: &self.running.iter().collect::<Vec<_>>(),
            shown_since: at(),
            read_since: at(),
            identity: self.identity.as_ref(),
            headless: self.headless,
        };
        approve(plan, gesture, &situation)
    }

    fn refusal(&self, plan: &Plan) -> String {
        self.approve(plan, &typed(NAME, "INC-4312")).unwrap_err().to_string()
    }
}

fn typed(name: &str, reason: &str) -> Gesture {
    Gesture::Typed { name: name.into(), reason: reason.into() }
}

fn by_fingerprint(plan: &Plan, reason: &str) -> Gesture {
    Gesture::Fingerprint { text: plan.fingerprint.long(), reason: reason.into() }
}

#[test]
fn every_level_takes_its_gesture_and_no_lesser_one() {
    let world = World::good();
    for risk in Risk::ALL {
        for criticality in CRITICALITIES {
            let plan = plan_with(risk, criticality);
            let level = world.policy.level(risk, criticality);
            let reason_needed = matches!(level, Level::TypeNameAndReason { .. });
            for (gesture, expected) in [
                (Gesture::Key, level == Level::Confirm),
                (by_fingerprint(&plan, "INC-1"), level == Level::Confirm),
                (typed(NAME, ""), !reason_needed),
                (typed(NAME, "ab"), !reason_needed),
                (typed(NAME, "INC-1"), true),
                (typed("rentaliq-prod-dB", "INC-1"), false),
                (typed("rentaliq-prod-db ", "INC-1"), false),
                (typed("", "INC-1"), false),
            ] {
                let approved = world.approve(&plan, &gesture);
                assert_eq!(approved.is_ok(), expected, "{risk:?} {criticality:?} {gesture:?}: {approved:?}");
            }
        }
    }
}

#[test]
fn denied_is_denied_whatever_is_typed() {
    for risk in Risk::ALL {
        for criticality in CRITICALITIES {
            let mut world = World::good();
            world.policy = world.policy.with_level(risk, criticality, Level::Deny);
            world.policy.headless = true;
            let plan = plan_with(risk, criticality);
            let denied = Err(Refusal::Denied { kind: Kind::CreateSnapshot, risk, criticality });
            assert_eq!(world.approve(&plan, &typed(NAME, "INC-1")), denied);
            world.headless = true;
            assert_eq!(world.approve(&plan, &by_fingerprint(&plan, "INC-1")), denied);
        }
    }
}

#[test]
fn an_approval_says_how() {
    let plan = plan();
    let approved = World::good().approve(&plan, &Gesture::Key).unwrap();
    assert_eq!(approved.plan(), &plan);
    let approval = approved.approval();
    assert_eq!((approval.typed.as_str(), approval.reason.as_str()), ("key", "INC-4312"));
    assert_eq!((approval.at, approval.level, approval.headless), (after(60), Level::Confirm, false));
    assert_eq!(approval.fingerprint, plan.fingerprint);
    let approved = World::good().approve(&plan, &typed(NAME, " because ")).unwrap();
    assert_eq!((approved.approval().typed.as_str(), approved.approval().reason.as_str()), (NAME, "because"));
}

#[test]
fn each_thing_that_is_not_right_is_refused_for_its_own_reason() {
    let spoilt = |spoil: fn(&mut World)| {
        let mut world = World::good();
        spoil(&mut world);
        world.refusal(&plan())
    };
    for (words, refusal) in [
        ("arm it first", spoilt(|w| w.arming = None)),
        ("no longer armed", spoilt(|w| w.now = after(600))),
        ("qa is armed", spoilt(|w| w.arming.iter_mut().for_each(|a| a.environment = "qa".into()))),
        ("it was armed as", spoilt(|w| w.arming.iter_mut().for_each(|a| a.account = "999988887777".into()))),
        ("it was armed as", spoilt(|w| w.arming.iter_mut().for_each(|a| a.principal = "somebody".into()))),
        ("not known whose", spoilt(|w| w.identity = None)),
        ("you are ", spoilt(|w| w.identity.iter_mut().for_each(|i| i.account = "999988887777".into()))),
        ("you are ", spoilt(|w| w.identity.iter_mut().for_each(|i| i.arn = i.arn.replace("reader", "admin")))),
        ("3 operations are running", spoilt(|w| w.running = vec![elsewhere(); 3])),
        ("is being carried out", spoilt(|w| w.running = vec![plan()])),
        ("read it first", spoilt(|w| w.now = at())),
        ("does not allow create-snapshot", spoilt(|w| w.policy.allowed = Some(vec![Kind::Stop]))),
        (
            "change freeze sale",
            spoilt(|w| w.policy.freezes.extend(Freeze::between("sale", at(), after(100), Vec::new()))),
        ),
        ("fingerprint", spoilt(|w| (w.headless, w.policy.headless) = (true, true))),
        ("without a screen are not allowed", spoilt(|w| w.headless = true)),
    ] {
        assert!(refusal.contains(words), "{words}: {refusal}");
    }
}

#[test]
fn a_plan_that_is_not_as_it_was_made_is_refused() {
    let world = World::good();
    let mut changed = plan();
    changed.steps[0].call = changed.steps[0].call.clone().with("DBInstanceIdentifier", "another");
    assert_eq!(world.approve(&changed, &typed(NAME, "INC-1")), Err(Refusal::Tampered));
    let mut sweetened = plan();
    sweetened.summary = "harmless".into();
    assert_eq!(world.approve(&sweetened, &Gesture::Key), Err(Refusal::Tampered), "its words are not its own");
    let mut lowered = plan_with(Risk::Irreversible, Criticality::Production);
    lowered.risk = Risk::Routine;
    assert_eq!(world.approve(&lowered, &Gesture::Key), Err(Refusal::Tampered));
    let mut empty = plan();
    empty.steps.clear();
    empty.fingerprint = hashes::of(&empty);
    empty.seal = hashes::seal(&empty);
    assert_eq!(world.approve(&empty, &Gesture::Key), Err(Refusal::NothingToDo));
}

#[test]
fn a_failed_check_is_an_obstacle_and_a_doubtful_one_is_not() {
    let world = World::good();
    let mut plan = plan();
    plan.checks[0].state = CheckState::Doubtful;
    plan.checks[1].state = CheckState::Unknown;
    plan.seal = hashes::seal(&plan);
    assert!(world.approve(&plan, &Gesture::Key).is_ok());
    plan.checks[1].state = CheckState::Failed;
    plan.seal = hashes::seal(&plan);
    assert!(matches!(world.approve(&plan, &Gesture::Key), Err(Refusal::Obstacle { .. })));
}

#[test]
fn an_irreversible_plan_is_read_first() {
    let mut world = World::good();
    let plan = plan_with(Risk::Irreversible, Criticality::Production);
    let gesture = typed(NAME, "INC-1");
    world.now = after(4);
    assert_eq!(world.approve(&plan, &gesture), Err(Refusal::TooSoon { left: Duration::from_secs(6) }));
    world.now = after(10);
    assert!(world.approve(&plan, &gesture).is_ok());
}

#[test]
fn without_a_screen_the_fingerprint_and_a_reason_approve() {
    let mut world = World::good();
    (world.arming, world.headless, world.policy.headless) = (None, true, true);
    for risk in Risk::ALL {
        for criticality in CRITICALITIES {
            let plan = plan_with(risk, criticality);
            let approved = world.approve(&plan, &by_fingerprint(&plan, "INC-1")).unwrap();
            assert!(approved.approval().headless);
            assert_eq!(approved.approval().reason, "INC-1");
            assert_eq!(world.approve(&plan, &by_fingerprint(&plan, " ")), Err(Refusal::NoReason));
            let wrong = Gesture::Fingerprint { text: "0000-0000".into(), reason: "INC-1".into() };
            let refusal = Refusal::WrongFingerprint { plan: plan.fingerprint.long() };
            assert_eq!(world.approve(&plan, &wrong), Err(refusal));
            for gesture in [Gesture::Key, typed(NAME, "INC-1")] {
                assert!(matches!(world.approve(&plan, &gesture), Err(Refusal::Gesture { headless: true, .. })));
            }
        }
    }
}
