//! The file that `qd init` writes.

use toml::Value;

use super::Answer;
use crate::domain::text;

const HEAD: &str = "\
# quarterdeck: the environments that you are on call for.
#
# `qd config check` looks at this file, `qd config path` says where it is read from. A console that
# runs takes a change in at once.

[settings]
# theme = \"dark\"            # dark, light, high-contrast, colour-blind, or a file of your own
# keymap = \"default\"        # default, vim, emacs, or a file of your own
# ascii = \"auto\"            # true draws without line characters; auto asks the locale
# mouse = false             # true: wheel and clicks; the terminal's own selecting then needs Shift
hourly_ceiling_usd = 1.00   # what the console's own AWS calls may cost an hour

# [guard]                   # what it takes to change something; these are the defaults
# arm_at_most = \"30m\"       # how long changes stay allowed
# running_at_most = 3       # operations at a time
# cool_down = \"10s\"         # a plan without a way back is on the screen this long before approval

# [guard.levels.production] # confirm, type-name, type-name-and-reason or deny
# routine = \"confirm\"
# disruptive = \"type-name\"
# irreversible = \"type-name-and-reason\"
";

const TAIL: &str = "\
# role = \"arn:aws:iam::111122223333:role/reader\"    # a role to assume with the profile
# operator = \"arn:aws:iam::111122223333:role/operator\"  # assumed in its place to make a change
# tags = { Environment = \"prod\" }                   # only what carries all of these tags
# rpo = \"5m\"                                        # how much data, in time, may be lost
# rto = \"1h\"                                        # how long it may take to be back

# [environment.thresholds]                          # where the health rules draw their lines
# cpu_warning = 80                                  # percent, mean of 5 minutes
# lag_warning = 60                                  # seconds
";

/// A commented configuration with these environments.
#[must_use]
pub fn compose(answers: &[Answer]) -> String {
    let mut out = HEAD.to_owned();
    for answer in answers {
        out += "\n[[environment]]\n";
        out += &entry("name", &answer.name, "");
        out += &entry("criticality", answer.criticality.name(), "development, staging or production");
        out += &entry("profile", &answer.profile, "a profile of ~/.aws/config");
        if let Some(why) = &answer.unread {
            out += &format!("# when this was written: {}\n", text::clean(why));
        }
        out += &match &answer.endpoint {
            Some(endpoint) => entry("endpoint", endpoint, "asked in place of AWS"),
            None => "# endpoint = \"http://127.0.0.1:5566\"  # asked in place of AWS, for all services\n".to_owned(),
        };
        out += &match &answer.account {
            Some(account) => entry("account", account, "nothing is read with credentials of another account"),
            None => "# account = \"111122223333\"  # put it in: nothing is read with credentials of another account\n"
                .to_owned(),
        };
        out += &entry("region", &answer.region, "");
        out += &match &answer.dr_region {
            Some(region) => entry("dr_region", region, "the disaster-recovery region"),
            None => "# dr_region = \"us-west-2\"  # the disaster-recovery region\n".to_owned(),
        };
        out += &if answer.name_prefix.is_empty() {
            "# name_prefix = \"shop-prod-\"  # only what has such a name; all of the account and region without\n"
                .to_owned()
        } else {
            entry("name_prefix", &answer.name_prefix, "what of the account belongs to it")
        };
        out += TAIL;
    }
    out
}

fn entry(key: &str, value: &str, comment: &str) -> String {
    let value = Value::String(value.to_owned());
    if comment.is_empty() { format!("{key} = {value}\n") } else { format!("{key} = {value}  # {comment}\n") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{self, Problem};
    use crate::domain::Criticality;

    #[test]
    fn what_is_composed_is_without_a_problem() {
        let full = Answer {
            profile: "a \"role\" of\\mine".into(),
            name: "prod".into(),
            criticality: Criticality::Production,
            region: "us-east-1".into(),
            dr_region: Some("us-west-2".into()),
            account: Some("111122223333".into()),
            name_prefix: "shop-prod-".into(),
            endpoint: Some("http://127.0.0.1:5566".into()),
            unread: Some("never signed in; run: aws sso login --profile \nlab = 1".into()),
        };
        let bare =
            Answer { profile: "lab".into(), name: "lab".into(), region: "eu-west-1".into(), ..Answer::default() };
        let (config, problems) = config::parse(&compose(&[full.clone(), bare]), "f");
        assert_eq!(problems, Vec::<Problem>::new());
        assert_eq!(config.environments.len(), 2);
        let read = &config.environments[0];
        assert_eq!(read.connection.profile, Some(full.profile));
        assert_eq!((&read.expected_account, &read.dr_region), (&full.account, &full.dr_region));
        assert_eq!(read.connection.endpoint, full.endpoint);
        assert_eq!(read.selector.name_prefix, full.name_prefix);
        assert_eq!(config.environments[1].criticality, Criticality::Development);
    }

    #[test]
    fn the_comments_are_valid_when_they_are_taken_in() {
        let answer = Answer {
            profile: "lab".into(),
            name: "lab".into(),
            region: "eu-west-1".into(),
            account: Some("111122223333".into()),
            ..Answer::default()
        };
        let text = compose(&[answer]);
        let taken_in: String = text
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(rest) if rest.contains(" = ") || rest.starts_with('[') => format!("{rest}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        assert_ne!(taken_in, text);
        assert_eq!(config::parse(&taken_in, "f").1, Vec::<Problem>::new());
    }
}
