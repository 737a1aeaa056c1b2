use super::*;

/// A sound environment and what a test adds to it.
fn environment(name: &str, more: &str) -> String {
    format!(
        "[[environment]]\nname = \"{name}\"\ncriticality = \"staging\"\nregion = \"eu-west-1\"\n\
         name_prefix = \"{name}-\"\n{more}\n"
    )
}

fn lines(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

fn names(config: &Config) -> Vec<&str> {
    config.environments.iter().map(|spec| spec.name.as_str()).collect()
}

/// Parses the environment with one more line in it; gives the first problem's text and whether the
/// environment is kept.
fn verdict(more: &str) -> (String, bool) {
    let (config, problems) = parse(&environment("a", more), "f");
    (problems.first().map(ToString::to_string).unwrap_or_default(), !config.environments.is_empty())
}

#[test]
fn the_samples_are_without_a_problem() {
    for (file, text) in SAMPLES {
        let (config, problems) = parse(text, file);
        assert_eq!(lines(&problems), Vec::<String>::new());
        assert_eq!(config.environments.len(), 3, "{file}");
        assert!(config.environments.iter().all(|spec| !spec.expectations.is_empty()));
    }
}

#[test]
fn a_sample_says_what_it_says() {
    let (config, _) = parse(SAMPLES[0].1, SAMPLES[0].0);
    let prod = &config.environments[0];
    assert_eq!((prod.name.as_str(), prod.group.as_str()), ("prod", "rentaliq"));
    assert_eq!(prod.criticality, Criticality::Production);
    assert_eq!(prod.expected_account.as_deref(), Some("111122223333"));
    assert_eq!((prod.region.as_str(), prod.dr_region.as_deref()), ("us-east-1", Some("us-west-2")));
    assert_eq!((prod.rpo, prod.rto), (Some(Duration::from_secs(300)), Some(Duration::from_secs(3600))));
    assert_eq!(prod.expectations["database"]["class"].as_str(), Some("db.t3.medium"));

    let (config, _) = parse(SAMPLES[1].1, SAMPLES[1].0);
    let roles: Vec<&str> =
        config.environments.iter().flat_map(|spec| &spec.connection.roles).map(|role| role.arn.as_str()).collect();
    assert_eq!(roles.len(), 3);
    assert_eq!(roles[2], "arn:aws:iam::666677778888:role/oncall-reader");
}

#[test]
fn every_problem_is_told_at_once_and_the_sound_are_kept() {
    let text = [
        "[settings]\nmouse = \"yes\"\nthem = \"dark\"\n",
        &environment("a", "account = \"1234\"\nregoin = 1"),
        &environment("b", "rpo = \"5 minutes\"\n[environment.thresholds]\nlag_warning = -1"),
        &environment("c", ""),
    ]
    .concat();
    let (config, problems) = parse(&text, "config.toml");
    assert_eq!(
        lines(&problems),
        [
            "config.toml:2: error: mouse: found the string \"yes\", expected true or false; the default holds",
            "config.toml:3: warning: \"them\" is not known in [settings]; did you mean \"theme\"?",
            "config.toml:9: error: a: account: found the string \"1234\", expected an account id of 12 digits in \
             quotes, such as \"111122223333\"; the environment is left out",
            "config.toml:10: warning: a: \"regoin\" is not known in [[environment]]; did you mean \"region\"?",
            "config.toml:16: error: b: rpo: found the string \"5 minutes\", expected a time such as \"5m\", \"24h\" or \
             \"7d\"; there is no target until then",
            "config.toml:18: error: b: thresholds.lag_warning: found the number -1, expected a number from 1 to \
             2592000; the default 60 holds",
        ]
    );
    assert_eq!(names(&config), ["b", "c"]);
    assert_eq!(config.environments[0].thresholds, Thresholds::default());
}

#[test]
fn a_line_that_is_not_toml_takes_its_environment_alone() {
    let text =
        [environment("a", ""), environment("b", "account = 1111 2222"), environment("c", "rpo = \"5m\"")].concat();
    let (config, problems) = parse(&text, "f");
    assert_eq!(names(&config), ["a", "c"]);
    assert_eq!(config.environments[1].rpo, Some(Duration::from_secs(300)));
    assert!(!problems.is_empty());
    for problem in &problems {
        assert_eq!((problem.line, problem.environment.as_deref()), (Some(12), Some("b")), "{problem}");
        assert!(problem.message.ends_with("; the environment is left out"), "{problem}");
    }
}

#[test]
fn what_decides_which_place_is_meant_is_never_guessed() {
    for (more, said) in [
        ("account = 111122223333", "expected an account id of 12 digits in quotes"),
        ("role = \"reader\"", "expected the ARN of a role"),
        ("role = []", "found a list, expected the ARN of a role"),
        ("role = { external_id = \"abc\" }", "role: arn is missing"),
        ("tags = { Environment = 1 }", "tags.Environment: found the number 1"),
        ("tags = [\"a\"]", "tags: found a list"),
        ("profile = \"\"", "expected the name of a profile"),
        ("endpoint = \"localhost\"", "expected a URL"),
        (
            "account = \"111122223333\"\nrole = \"arn:aws:iam::444455556666:role/r\"",
            "found 111122223333, but the role is of 444455556666",
        ),
    ] {
        let (problem, kept) = verdict(more);
        assert!(problem.contains(said), "{more}: {problem}");
        assert!(problem.ends_with("the environment is left out") && !kept, "{more}: {problem}");
    }
}

#[test]
fn what_is_only_a_pity_keeps_the_environment() {
    for (more, said) in [
        ("dr_region = \"eu-west-1\"", "which is the environment's region"),
        ("dr_region = \"eu-west-1b\"", "did you mean \"eu-west-1\"? Until then no DR region is read"),
        ("dr_region = \"eu-wset-2\"", "is not a region that this version knows; did you mean \"eu-west-2\"?"),
        ("rto = 60", "rto: found the number 60"),
        ("group = \"a b\"", "it is in no group"),
        ("thresholds = 1", "expected a table: [environment.thresholds]"),
        ("role = { arn = \"arn:aws:iam::444455556666:role/r\", mfa = \"x\" }", "\"mfa\" is not known in a role"),
    ] {
        let (problem, kept) = verdict(more);
        assert!(problem.contains(said), "{more}: {problem}");
        assert!(kept, "{more}: {problem}");
    }
}

#[test]
fn a_broken_header_is_told_once_with_what_it_takes_away() {
    let text = [environment("a", ""), environment("b", "").replace("[[environment]]", "[[environment]")].concat();
    let (config, problems) = parse(&text, "f");
    assert_eq!(names(&config), ["a"]);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!((problems[0].line, problems[0].environment.as_deref()), (Some(7), Some("b")));
    assert!(problems[0].message.ends_with("; the environment is left out"), "{problems:?}");

    let (config, problems) = parse(&["[guard\nrunning_at_most = 1\n", &environment("a", "")].concat(), "f");
    assert_eq!(config.environments[0].policy.allowed.as_ref().map(Vec::len), Some(0), "nothing may be changed");
    assert_eq!(problems.len(), 1, "{problems:?}");

    let (_, problems) = parse(&["[settings\ntheme = \"dark\"\n", &environment("a", "")].concat(), "f");
    assert_eq!(problems.len(), 1, "{problems:?}");
}

#[test]
fn what_people_say_for_a_criticality_is_understood() {
    for (written, meant) in [("prod", "production"), ("stage", "staging"), ("dev", "development"), ("qa", "staging")] {
        let text = format!("[[environment]]\nname = \"a\"\nregion = \"eu-west-1\"\ncriticality = \"{written}\"\n");
        let told = lines(&parse(&text, "f").1).join("\n");
        assert!(told.contains(&format!("did you mean \"{meant}\"? Until then production is assumed")), "{told}");
    }
}

#[test]
fn regions_and_levels_have_a_nearest_name() {
    let text = "[[environment]]\nname = \"a\"\nregion = \"us-east-1a\"\ncriticality = \"prodution\"\n";
    let (config, problems) = parse(text, "f");
    assert_eq!(names(&config), Vec::<&str>::new());
    let text = lines(&problems).join("\n");
    assert!(text.contains("f:3: error: a: region: found the string \"us-east-1a\""), "{text}");
    assert!(text.contains("did you mean \"us-east-1\"? Until then the environment is left out"), "{text}");
    assert!(text.contains("did you mean \"production\"? Until then production is assumed"), "{text}");
    assert!(text.contains("f:1: warning: a: account is missing"), "{text}");
}

#[test]
fn what_nobody_said_is_production() {
    let (config, problems) = parse("[[environment]]\nname = \"a\"\nregion = \"eu-west-1\"\n", "f");
    assert_eq!(config.environments[0].criticality, Criticality::Production);
    assert!(problems.iter().all(|problem| problem.severity == Severity::Warning));
    assert_eq!(problems.len(), 2, "{problems:?}");
}

#[test]
fn a_block_without_name_and_region_says_both() {
    let (config, problems) = parse("\n[[environment]]\ncriticality = \"staging\"\n", "f");
    assert_eq!(config.environments, []);
    assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [Some(2), Some(2)]);
}

#[test]
fn names_are_unique() {
    let text = [environment("a", ""), environment("a", "profile = \"x\"")].concat();
    let (config, problems) = parse(&text, "f");
    assert_eq!(config.environments.len(), 1);
    assert_eq!(
        lines(&problems),
        ["f:7: error: a: the name \"a\" is taken by the environment of line 1, expected another one; the environment \
          is left out"]
    );
}

#[test]
fn an_environment_that_gets_nothing_is_told() {
    let all = "[[environment]]\nname = \"all\"\ncriticality = \"staging\"\nregion = \"eu-west-1\"\n";
    let (_, problems) = parse(&[all, &environment("a", "")].concat(), "f");
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].message.starts_with("all (line 1) takes everything"), "{problems:?}");
    assert_eq!(parse(&format!("{}{all}", environment("a", "")), "f").1, []);
    assert_eq!(parse(&[all, &environment("a", "profile = \"b\"")].concat(), "f").1, []);
}

#[test]
fn roles_are_a_chain() {
    let more = "role = [\"arn:aws:iam::111122223333:role/gate\", { arn = \"arn:aws:iam::444455556666:role/reader\", \
                external_id = \"qd-7\", mfa_serial = \"arn:aws:iam::111122223333:mfa/jo\", session_name = \"jo\" }]\n\
                account = \"444455556666\"";
    let (config, problems) = parse(&environment("a", more), "f");
    assert_eq!(lines(&problems), Vec::<String>::new());
    let roles = &config.environments[0].connection.roles;
    assert_eq!(roles[0], RoleSpec { arn: "arn:aws:iam::111122223333:role/gate".into(), ..RoleSpec::default() });
    assert_eq!(roles[1].external_id.as_deref(), Some("qd-7"));
    assert_eq!(roles[1].mfa_serial.as_deref(), Some("arn:aws:iam::111122223333:mfa/jo"));
    assert_eq!(roles[1].session_name.as_deref(), Some("jo"));
}

#[test]
fn nothing_at_all_is_said_in_words() {
    for text in ["", "[environment]\nname = \"a\"\n", "[[environments]]\nname = \"a\"\n"] {
        let (config, problems) = parse(text, "f");
        assert_eq!(config.environments, []);
        assert!(report(&problems, "f").contains("[[environment]]"), "{text}: {problems:?}");
    }
}

#[test]
fn settings_are_read() {
    let (config, _) = parse("[settings]\ntheme = \"light\"\nhourly_ceiling_usd = 3\nascii = true\n", "f");
    let expected =
        Settings { theme: Some("light".into()), hourly_ceiling_usd: 3.0, ascii: Ascii::Always, ..Settings::default() };
    assert_eq!(config.settings, expected);
}

#[test]
fn the_looks_may_stand_in_a_table_of_their_own() {
    let (config, problems) = parse(&format!("[ui]\nascii = \"auto\"\nmouse = true\n{}", environment("a", "")), "f");
    assert_eq!(problems, []);
    assert_eq!((config.settings.ascii, config.settings.mouse), (Ascii::Auto, true));
    let (config, problems) = parse(&format!("[ui]\nascii = \"maybe\"\n{}", environment("a", "")), "f");
    assert!(problems[0].message.contains("expected true, false or \"auto\""), "{problems:?}");
    assert_eq!(config.settings.ascii, Ascii::Auto);
}

#[test]
fn the_locale_decides_what_nobody_said() {
    for (locale, expected) in [
        ([None, None, None], false),
        ([None, None, Some("en_US.UTF-8")], false),
        ([None, Some("C.utf8"), Some("C")], false),
        ([Some(""), None, Some("de_DE.ISO-8859-1")], true),
        ([Some("C"), None, Some("en_US.UTF-8")], true),
    ] {
        assert_eq!(Ascii::Auto.is_on(locale), expected, "{locale:?}");
        assert!(Ascii::Always.is_on(locale) && !Ascii::Never.is_on(locale));
    }
}

#[test]
fn names_outside_of_the_file_are_looked_for() {
    let text = ["[settings]\ntheme = \"drak\"\nkeymap = \"vim\"\n", &environment("a", "profile = \"opps\"")].concat();
    let list = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
    let known = Known { profiles: list(&["ops"]), themes: list(&["dark"]), keymaps: list(&["vim"]) };
    let (config, problems) = read::read(&text, "f", &known);
    assert_eq!(
        lines(&problems),
        [
            "f:2: warning: theme: there is no \"drak\"; did you mean \"dark\"?",
            "f:9: warning: a: profile: \"opps\" is not in the AWS config files; did you mean \"ops\"?",
        ]
    );
    assert_eq!(names(&config), ["a"]);
    assert_eq!(parse(&text, "f").1, [], "who has not looked says nothing");
}

#[test]
fn a_name_that_is_written_twice_is_told_whatever_else_is_wrong() {
    let text = [environment("a", ""), environment("a", "account = \"12\"")].concat();
    let (config, problems) = parse(&text, "f");
    assert_eq!(config.environments.len(), 1);
    let told = lines(&problems).join("\n");
    assert!(told.contains("account: found") && told.contains("\"a\" is taken by the environment of line 1"), "{told}");

    let text = [environment("a", "account = \"12\""), environment("a", "")].concat();
    let (config, problems) = parse(&text, "f");
    assert_eq!(config.environments.len(), 1, "the sound one is kept");
    assert!(lines(&problems).join("\n").contains("is also that of line 1"), "{problems:?}");
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever is in the file, reading ends, and no environment is without a name and a region.
        #[test]
        fn any_text_is_read(text in "\\PC{0,200}") {
            let (config, _) = parse(&text, "f");
            prop_assert!(config.environments.iter().all(|spec| !spec.name.is_empty() && !spec.region.is_empty()));
        }

        /// A sample with something cut out of it.
        #[test]
        fn a_cut_sample_is_read(from in 0usize..2000, length in 0usize..400) {
            let text = SAMPLES[0].1;
            let keep = |c: &(usize, char)| c.0 < from || c.0 >= from + length;
            let cut: String = text.char_indices().filter(keep).map(|(_, c)| c).collect();
            let (config, _) = parse(&cut, "f");
            prop_assert!(config.environments.iter().all(|spec| !spec.name.is_empty() && !spec.region.is_empty()));
        }
    }
}
