use super::*;
use crate::config::{Config, parse};
use crate::services::rds;

/// An environment and what is said about its changes.
fn file(whole: &str, own: &str) -> String {
    format!(
        "{whole}\n[[environment]]\nname = \"a\"\ncriticality = \"production\"\naccount = \"111122223333\"\n\
         region = \"eu-west-1\"\n{own}\n"
    )
}

fn read_file(text: &str) -> (Config, Vec<String>) {
    let (config, problems) = parse(text, "f");
    (config, problems.iter().map(ToString::to_string).collect())
}

/// The policy of the only environment, and the problems.
fn policy(whole: &str, own: &str) -> (Policy, Vec<String>) {
    let (mut config, problems) = read_file(&file(whole, own));
    (config.environments.remove(0).policy, problems)
}

fn changes_nothing(policy: &Policy) -> bool {
    policy.allowed.as_ref().is_some_and(Vec::is_empty)
}

const WHOLE: &str = "\
[guard]
arm_at_most = \"20m\"
running_at_most = 2
allowed = [\"create-snapshot\", \"failover\"]
headless = true
cool_down = \"30s\"
[guard.levels.production]
routine = \"type-name\"
disruptive = \"type-name-and-reason\"
[guard.levels.development]
irreversible = \"confirm\"
[[guard.freeze]]
name = \"weekend\"
days = [\"Sat\", \"Sun\"]
from = \"00:00\"
to = \"24:00\"
zone = \"Europe/Berlin\"
allows = [\"create-snapshot\"]
[[guard.freeze]]
name = \"sale\"
from = \"2026-11-27T00:00:00Z\"
to = 2026-12-01T00:00:00Z
";

#[test]
fn what_is_written_holds_and_the_rest_is_as_usual() {
    let (policy, problems) = policy(WHOLE, "");
    assert_eq!(problems, Vec::<String>::new());
    let reason = Level::TypeNameAndReason { cool_down: Duration::from_secs(30) };
    assert_eq!(policy.level(Risk::Routine, Criticality::Production), Level::TypeName);
    assert_eq!(policy.level(Risk::Disruptive, Criticality::Production), reason);
    assert_eq!(policy.level(Risk::Irreversible, Criticality::Production), reason, "the default with that time");
    assert_eq!(policy.level(Risk::Irreversible, Criticality::Development), Level::Confirm);
    assert_eq!((policy.arm_at_most.as_secs(), policy.running_at_most, policy.headless), (1200, 2, true));
    assert_eq!(policy.allowed, Some(vec![rds::Kind::CreateSnapshot.into(), rds::Kind::Failover.into()]));
    let names: Vec<&str> = policy.freezes.iter().map(|freeze| freeze.name.as_str()).collect();
    assert_eq!(names, ["weekend", "sale"]);
    assert!(policy.freezes[1].is_on("2026-11-28T00:00:00Z".parse().unwrap()));
    assert_eq!(policy.freezes[0].allows, [rds::Kind::CreateSnapshot.into()]);
}

#[test]
fn without_a_guard_production_is_changed_on_a_screen_only() {
    let (of_production, problems) = policy("", "");
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(of_production, Policy::usual(Criticality::Production));
    let text = file("", "").replace("\"production\"", "\"staging\"");
    assert!(read_file(&text).0.environments[0].policy.headless);
}

#[test]
fn an_environment_tightens_wherever_the_whole_stands() {
    let own = "[environment.guard]\narm_at_most = \"5m\"\nallowed = [\"failover\"]\nheadless = false\n\
               cool_down = \"1m\"\n[environment.guard.levels.production]\nroutine = \"type-name-and-reason\"\n\
               irreversible = \"deny\"\n";
    for text in [file(WHOLE, own), format!("{}{WHOLE}", file("", own))] {
        let (config, problems) = read_file(&text);
        assert_eq!(problems, Vec::<String>::new());
        let policy = &config.environments[0].policy;
        assert_eq!((policy.arm_at_most.as_secs(), policy.running_at_most, policy.headless), (300, 2, false));
        assert_eq!(policy.allowed, Some(vec![rds::Kind::Failover.into()]));
        let reason = Level::TypeNameAndReason { cool_down: Duration::from_secs(60) };
        assert_eq!(policy.level(Risk::Routine, Criticality::Production), reason);
        assert_eq!(policy.level(Risk::Irreversible, Criticality::Production), Level::Deny);
        assert_eq!(policy.freezes.len(), 2);
    }
}

#[test]
fn an_environment_never_loosens() {
    for (own, known) in [
        ("arm_at_most = \"1h\"", "20m"),
        ("running_at_most = 3", "2 operations"),
        ("allowed = [\"stop\"]", "stop is not allowed"),
        ("cool_down = \"10s\"", "30s"),
        ("levels.production.disruptive = \"confirm\"", "type the name and a reason"),
    ] {
        let (found, problems) = policy(WHOLE, &format!("[environment.guard]\n{own}"));
        assert_eq!(problems.len(), 1, "{problems:?}");
        let line = file(WHOLE, "").lines().count() + 1;
        assert!(problems[0].starts_with(&format!("f:{line}: error: a: guard.")), "{own}: {problems:?}");
        assert!(problems[0].contains(known) && problems[0].contains("looser"), "{own}: {problems:?}");
        assert_eq!(found, policy(WHOLE, "").0, "{own}: the rule of the whole file holds");
    }
    let (found, problems) = policy("", "[environment.guard]\nheadless = true");
    assert!(!found.headless && problems[0].contains("looser"), "{problems:?}");
}

#[test]
fn what_cannot_be_read_changes_nothing() {
    for (wrong, said) in [
        ("arm_at_most = 30", "expected a time from \"1m\" to \"8h\""),
        ("arm_at_most = \"9h\"", "expected a time from \"1m\" to \"8h\""),
        ("running_at_most = 0", "expected a number from 1 to 20"),
        ("headless = \"no\"", "expected true or false"),
        ("allowed = \"failover\"", "expected a list of operations"),
        ("allowed = [\"failovr\"]", "did you mean \"failover\"?"),
        ("levels.production.routine = \"typename\"", "did you mean \"type-name\"?"),
        ("levels.prodction.routine = \"confirm\"", "did you mean \"production\"?"),
        ("levels.production.rutine = \"confirm\"", "did you mean \"routine\"?"),
        ("freeze = [{ name = \"x\", from = \"25:00\", to = \"12:00\" }]", "25:00"),
        ("freeze = [{ name = \"x\", from = \"10:00\" }]", "to is missing"),
        ("freeze = [{ name = \"x\", from = \"10:00\", to = \"12:00\", zone = \"Mars\" }]", "Mars"),
        ("freeze = [{ name = \"x\", from = \"10:00\", to = \"2026-12-01T00:00:00Z\" }]", "two moments, or two times"),
        ("freeze = [{ from = \"10:00\", to = \"12:00\" }]", "name is missing"),
    ] {
        for (whole, own) in
            [(format!("[guard]\n{wrong}"), String::new()), (String::new(), format!("[environment.guard]\n{wrong}"))]
        {
            let (found, problems) = policy(&whole, &own);
            assert_eq!(problems.len(), 1, "{wrong}: {problems:?}");
            assert!(problems[0].contains(said) && problems[0].ends_with(CLOSED), "{wrong}: {problems:?}");
            assert!(changes_nothing(&found), "{wrong}");
        }
    }
    let (found, problems) = policy("[guard]\nrunning_at_most = = 3\n", "");
    assert!(changes_nothing(&found) && problems[0].ends_with(CLOSED), "{problems:?}");
}

#[test]
fn an_unknown_key_may_be_a_restriction() {
    for (wrong, meant) in [
        ("arm_at_mots = \"5m\"", "arm_at_most"),
        ("allwed = [\"create-snapshot\"]", "allowed"),
        ("freez = [{ name = \"x\", from = \"10:00\", to = \"12:00\" }]", "freeze"),
        ("freeze = [{ name = \"x\", from = \"10:00\", to = \"12:00\", alows = [\"stop\"] }]", "allows"),
    ] {
        for (whole, own) in
            [(format!("[guard]\n{wrong}"), String::new()), (String::new(), format!("[environment.guard]\n{wrong}"))]
        {
            let (found, problems) = policy(&whole, &own);
            assert_eq!(problems.len(), 1, "{wrong}: {problems:?}");
            assert!(problems[0].contains(": error: "), "{problems:?}");
            assert!(problems[0].contains(&format!("did you mean {meant:?}?")), "{wrong}: {problems:?}");
            assert!(problems[0].ends_with(CLOSED) && changes_nothing(&found), "{wrong}: {problems:?}");
        }
    }
}

#[test]
fn a_name_that_is_nearly_guard_is_meant() {
    let known = ["environment", "settings", "guard"];
    for meant in ["gaurd", "Guard", "guards", "gard", "guard_rails", "allowed", "freeze", "headless"] {
        assert!(is_meant(meant, &known), "{meant}");
    }
    for other in ["enviroment", "setings", "ui", "regoin", "dashboards"] {
        assert!(!is_meant(other, &known), "{other}");
    }
}

#[test]
fn a_table_that_was_to_be_a_guard_closes_what_it_was_to_guard() {
    for (whole, own) in [
        ("[gaurd]\nallowed = []", ""),
        ("[guards.levels.production]\nroutine = \"deny\"", ""),
        ("[[gard.freeze]]\nname = \"x\"", ""),
        ("allowed = [\"stop\"]", ""),
        ("[[freeze]]\nname = \"x\"", ""),
        ("[gaurd]\nallowed = = 1", ""),
        ("", "[environment.gaurd]\nallowed = []"),
        ("", "headless = false"),
        ("", "[enviroment.guard]\nheadless = false"),
    ] {
        let (found, problems) = policy(whole, own);
        assert_eq!(problems.len(), 1, "{whole}{own}: {problems:?}");
        assert!(problems[0].contains(": error: ") && problems[0].ends_with(CLOSED), "{whole}{own}: {problems:?}");
        assert!(changes_nothing(&found), "{whole}{own}");
    }
    let (found, problems) = policy("[setings]\nmouse = true", "regoin = \"x\"");
    assert!(problems.iter().all(|problem| problem.contains(": warning: ")), "{problems:?}");
    assert_eq!(found, Policy::usual(Criticality::Production));
}

#[test]
fn an_operator_is_a_role_of_the_environments_account() {
    let operator = |own: &str| {
        let (mut config, problems) = read_file(&file("", own));
        (config.environments.remove(0), problems)
    };
    let (spec, problems) = operator("operator = \"arn:aws:iam::111122223333:role/operator\"");
    assert_eq!(problems, Vec::<String>::new());
    assert!(spec.operator.is_some_and(|role| role.source_identity && role.mfa_serial.is_none()));

    let table = "operator = { arn = \"arn:aws:iam::111122223333:role/operator\", external_id = \"qd-7\", \
                 mfa_serial = \"arn:aws:iam::111122223333:mfa/jo\", source_identity = false }";
    let role = operator(table).0.operator.unwrap();
    assert_eq!((role.external_id.as_deref(), role.source_identity), (Some("qd-7"), false));

    for (own, said) in [
        ("operator = \"arn:aws:iam::444455556666:role/operator\"", "found a role of 444455556666"),
        ("operator = \"operator\"", "expected the ARN of a role"),
        ("operator = { external_id = \"qd-7\" }", "arn is missing"),
        ("operator = { arn = \"arn:aws:iam::111122223333:role/o\", source_identity = 1 }", "expected true or false"),
    ] {
        let (spec, problems) = operator(own);
        assert_eq!(problems.len(), 1, "{own}: {problems:?}");
        assert!(problems[0].contains(said) && problems[0].ends_with(CLOSED), "{own}: {problems:?}");
        assert!(spec.operator.is_none() && changes_nothing(&spec.policy), "{own}");
    }
    let named = "operator = { arn = \"arn:aws:iam::111122223333:role/o\", session_name = \"jo\" }";
    let (spec, problems) = operator(named);
    assert!(spec.operator.is_some() && problems[0].contains("session_name is not used here"), "{problems:?}");
}
