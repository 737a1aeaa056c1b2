use std::fs;

use super::*;
use crate::config;

const MACHINE: &str = "\
[profile acme-prod]
sso_session = corp
sso_account_id = 111122223333
region = us-east-1

[profile acme-dev]
region = eu-west-1
";

const TO_DO: &str = "never signed in; run: aws sso login --profile acme-dev";

/// Runs with these lines typed; gives the outcome, what was shown, and the file.
fn run_with(typed: &str, accounts: [Option<&str>; 2]) -> (Outcome, String, Option<String>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("quarterdeck").join("config.toml");
    let profiles = profiles(MACHINE, "");
    let mut verify = |profile: &Profile| {
        accounts[usize::from(profile.name != "acme-prod")].map(str::to_owned).ok_or_else(|| TO_DO.to_owned())
    };
    let mut output = Vec::new();
    let outcome = run(&mut typed.as_bytes(), &mut output, &path, &profiles, None, &mut verify).unwrap();
    (outcome, String::from_utf8(output).unwrap(), fs::read_to_string(&path).ok())
}

#[test]
fn empty_answers_take_what_is_offered() {
    let (outcome, shown, file) = run_with(&"\n".repeat(13), [Some("111122223333"), None]);
    assert_eq!(outcome, Outcome::Written(2), "{shown}");
    let (config, problems) = config::parse(&file.unwrap(), "f");
    assert_eq!(problems, []);
    let [prod, dev] = config.environments.as_slice() else { panic!("{config:?}") };
    assert_eq!((prod.name.as_str(), prod.criticality), ("acme-prod", Criticality::Production));
    assert_eq!(prod.expected_account.as_deref(), Some("111122223333"));
    assert_eq!((dev.region.as_str(), dev.criticality), ("eu-west-1", Criticality::Development));
    assert_eq!(dev.expected_account, None);
    assert!(shown.contains("STS does not answer"), "{shown}");
}

#[test]
fn answers_are_taken_and_bad_ones_asked_again() {
    let typed =
        "9\n1\n\nproduction please\np\nus-esat-1a\neu-west-1\neu-west-1\neu-central-1\n12\n444455556666\nshop-\n";
    let (outcome, shown, file) = run_with(typed, [Some("111122223333"), None]);
    assert_eq!(outcome, Outcome::Written(1), "{shown}");
    for said in [
        "expected numbers from 1 to 2",
        "expected development, staging or production",
        "did you mean us-east-1?",
        "eu-west-1 is the region itself",
        "expected 12 digits, or -",
    ] {
        assert!(shown.contains(said), "{said} in {shown}");
    }
    let (config, problems) = config::parse(&file.unwrap(), "f");
    assert_eq!(problems, []);
    let spec = &config.environments[0];
    assert_eq!((spec.region.as_str(), spec.dr_region.as_deref()), ("eu-west-1", Some("eu-central-1")));
    assert_eq!(spec.expected_account.as_deref(), Some("444455556666"));
    assert_eq!(spec.selector.name_prefix, "shop-");
}

#[test]
fn two_profiles_of_one_account_and_region_are_told() {
    let typed = |second_region: &str| ["\n".repeat(9), format!("{second_region}\n"), "\n".repeat(3)].concat();
    let same = Some("111122223333");
    let said = "acme-prod is in the same account and region";
    let (outcome, shown, _) = run_with(&typed("us-east-1"), [same, same]);
    assert_eq!(outcome, Outcome::Written(2), "{shown}");
    assert!(shown.contains(said), "{shown}");
    let (_, shown, _) = run_with(&typed("eu-west-1"), [same, same]);
    assert!(!shown.contains(said), "{shown}");
}

#[test]
fn a_wrong_account_is_told_and_the_meant_one_offered() {
    let (outcome, shown, file) = run_with(&format!("1\n{}", "\n".repeat(6)), [Some("999988887777"), None]);
    assert_eq!(outcome, Outcome::Written(1), "{shown}");
    assert!(shown.contains("belong to 999988887777, but the profile is written for 111122223333"), "{shown}");
    assert!(file.unwrap().contains("account = \"111122223333\""));
}

#[test]
fn when_the_input_ends_nothing_is_written() {
    for typed in ["", "1\n", "1\nprod\nproduction\n"] {
        let (outcome, shown, file) = run_with(typed, [None, None]);
        assert_eq!((outcome, file), (Outcome::GivenUp, None), "{typed:?}");
        assert!(shown.contains("Nothing is written") && shown.contains("qd init --yes"), "{shown}");
    }
}

#[test]
fn an_endpoint_is_written_into_every_environment() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let url = "http://127.0.0.1:5566";
    let typed = "\n".repeat(13);
    let profiles = profiles(MACHINE, "");
    let outcome =
        run(&mut typed.as_bytes(), &mut Vec::new(), &path, &profiles, Some(url), &mut |_| Err(TO_DO.into())).unwrap();
    assert_eq!(outcome, Outcome::Written(2));
    let (config, problems) = config::parse(&fs::read_to_string(&path).unwrap(), "f");
    assert!(problems.iter().all(|problem| problem.severity == config::Severity::Warning), "{problems:?}");
    assert!(config.environments.iter().all(|spec| spec.connection.endpoint.as_deref() == Some(url)));
}

#[test]
fn a_file_is_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, "mine").unwrap();
    let mut output = Vec::new();
    let profiles = profiles(MACHINE, "");
    let outcome =
        run(&mut "all\n".as_bytes(), &mut output, &path, &profiles, None, &mut |_| Err(TO_DO.into())).unwrap();
    assert_eq!(outcome, Outcome::Exists);
    assert_eq!(write(&path, "other").map_err(|error| error.kind()), Err(io::ErrorKind::AlreadyExists));
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
}

#[test]
fn a_machine_without_profiles_is_told_how_to_get_one() {
    let mut output = Vec::new();
    let path = Path::new("/nowhere/config.toml");
    let outcome = run(&mut "".as_bytes(), &mut output, path, &[], None, &mut |_| Err(TO_DO.into())).unwrap();
    assert_eq!(outcome, Outcome::NoProfiles);
    assert!(String::from_utf8(output).unwrap().contains("aws configure sso"));
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a").join("config.toml");
    write(&path, "x").unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

/// Takes what the profiles say, with these wishes.
fn take_with(path: &Path, wish: &Wish) -> (Outcome, String) {
    let profiles = profiles(MACHINE, "");
    let mut verify =
        |profile: &Profile| if profile.sso { Ok("111122223333".to_owned()) } else { Err(TO_DO.to_owned()) };
    let mut output = Vec::new();
    let outcome = take(&mut output, path, &profiles, wish, &mut verify).unwrap();
    (outcome, String::from_utf8(output).unwrap())
}

fn wanting(profiles: &[&str]) -> Wish {
    Wish { profiles: profiles.iter().map(ToString::to_string).collect(), ..Wish::default() }
}

#[test]
fn without_questions_the_profiles_say_it_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let (outcome, shown) = take_with(&path, &wanting(&["acme-dev", "acme-prod", "acme-dev"]));
    assert_eq!(outcome, Outcome::Written(2), "{shown}");
    assert!(shown.contains("acme-prod  production   profile acme-prod  111122223333  us-east-1"), "{shown}");
    assert!(shown.contains("acme-dev: never signed in; run: aws sso login --profile acme-dev"), "{shown}");
    let file = fs::read_to_string(&path).unwrap();
    assert!(file.contains("# when this was written: never signed in; run: aws sso login --profile acme-dev"), "{file}");
    let (config, problems) = config::parse(&file, "f");
    assert_eq!(problems, []);
    let [dev, prod] = config.environments.as_slice() else { panic!("{config:?}") };
    assert_eq!(
        (dev.region.as_str(), dev.criticality, &dev.expected_account),
        ("eu-west-1", Criticality::Development, &None)
    );
    assert_eq!((prod.region.as_str(), prod.criticality), ("us-east-1", Criticality::Production));
    assert_eq!(prod.expected_account.as_deref(), Some("111122223333"));
}

#[test]
fn all_profiles_are_taken_where_none_is_named_and_options_go_before_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let here = |name: &str| Some(name.to_owned());
    let wish = Wish {
        region: here("us-west-2"),
        dr_region: here("us-east-2"),
        endpoint: here("http://[::1]:1"),
        ..Wish::default()
    };
    assert_eq!(take_with(&path, &wish).0, Outcome::Written(2));
    let config = config::parse(&fs::read_to_string(&path).unwrap(), "f").0;
    for spec in &config.environments {
        assert_eq!((spec.region.as_str(), spec.dr_region.as_deref()), ("us-west-2", Some("us-east-2")));
        assert_eq!(spec.connection.endpoint, wish.endpoint);
    }
}

#[test]
fn what_cannot_be_is_said_as_a_whole_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let wish = Wish { region: Some("here".into()), ..wanting(&["acme-prdo", "acme-dev", "x"]) };
    let (outcome, shown) = take_with(&path, &wish);
    assert_eq!((outcome, path.exists()), (Outcome::Refused, false));
    for said in ["did you mean acme-prod?", "no profile x ", "here is no region", "Nothing is written."] {
        assert!(shown.contains(said), "{said} in {shown}");
    }
    let bare = profiles("[profile lab]\noutput = json\n", "");
    let mut output = Vec::new();
    let outcome = take(&mut output, &path, &bare, &Wish::default(), &mut |_| Err(String::new())).unwrap();
    assert_eq!(outcome, Outcome::Refused);
    assert!(String::from_utf8(output).unwrap().contains("profile lab names no region"));
}

#[test]
fn by_force_what_was_there_is_put_aside_and_never_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    for (round, kept) in ["config.toml.old", "config.toml.old2"].into_iter().enumerate() {
        fs::write(&path, format!("mine {round}")).unwrap();
        let (outcome, shown) = take_with(&path, &wanting(&["acme-prod"]));
        assert_eq!(outcome, Outcome::Exists, "{shown}");
        assert!(shown.contains("--force"), "{shown}");
        let (outcome, shown) = take_with(&path, &Wish { force: true, ..wanting(&["acme-prod"]) });
        assert_eq!(outcome, Outcome::Written(1), "{shown}");
        assert!(shown.contains(kept), "{shown}");
        assert_eq!(fs::read_to_string(folder.path().join(kept)).unwrap(), format!("mine {round}"));
    }
}
