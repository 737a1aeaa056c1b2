//! The profiles in `~/.aws/config` and `~/.aws/credentials`: their names and what helps to describe
//! them. Keys are never kept.

use crate::aws::shared_files::{self, Profiles, SharedFiles};
use crate::config::forms;

/// One profile.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    pub name: String,
    pub region: Option<String>,
    /// It signs in by IAM Identity Center.
    pub sso: bool,
    /// The role that it assumes.
    pub role_arn: Option<String>,
    /// The account that the file says it is of.
    pub account: Option<String>,
}

/// The profiles of both files, those of the config file first.
#[must_use]
pub fn profiles(config: &str, credentials: &str) -> Vec<Profile> {
    described(&Profiles::parse(config, credentials))
}

/// The profiles of this machine. A file that is not there has none; one that is broken has those before
/// the line that breaks it.
#[must_use]
pub fn found_here() -> Vec<Profile> {
    described(&SharedFiles::here().read().0)
}

fn described(profiles: &Profiles) -> Vec<Profile> {
    let describe = |found: &shared_files::Profile| {
        let mut profile = Profile { name: found.name.clone(), ..Profile::default() };
        for (key, value) in found.entries() {
            learn(&mut profile, key, value);
        }
        profile
    };
    profiles.all.iter().map(describe).collect()
}

fn learn(profile: &mut Profile, key: &str, value: &str) {
    match key {
        "region" if forms::is_region(value) => profile.region = Some(value.to_owned()),
        "sso_session" | "sso_start_url" => profile.sso = true,
        "sso_account_id" if forms::is_account(value) => {
            profile.account.get_or_insert_with(|| value.to_owned());
        }
        "role_arn" => {
            profile.role_arn = Some(value.to_owned());
            // Who assumes a role is in the role's account, wherever the sign-in was.
            if let Some(account) = forms::account_of_role(value) {
                profile.account = Some(account.to_owned());
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "\
[default]
region = us-east-1

[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = us-east-1

[profile prod]
sso_session = corp
sso_account_id = 444455556666
region = eu-west-1
# Ireland
s3 =
  region = us-west-2

[profile \"a role\"]
role_arn = arn:aws:iam::555566667777:role/reader
source_profile = prod
# region = eu-north-1

[services local]
";

    #[test]
    fn both_files_are_read_and_sessions_are_no_profiles() {
        let credentials =
            "[default]\naws_access_key_id = AKIA\n\n[old]\naws_secret_access_key = secret\nregion = eu-west-3\n";
        let found = profiles(CONFIG, credentials);
        let names: Vec<&str> = found.iter().map(|profile| profile.name.as_str()).collect();
        assert_eq!(names, ["default", "prod", "a role", "old"]);
        let prod = Profile {
            name: "prod".into(),
            region: Some("eu-west-1".into()),
            sso: true,
            role_arn: None,
            account: Some("444455556666".into()),
        };
        assert_eq!(found[1], prod);
        assert_eq!(found[2].account.as_deref(), Some("555566667777"));
        assert_eq!(found[2].region, None);
        assert_eq!(found[3].region.as_deref(), Some("eu-west-3"));
        assert!(!format!("{found:?}").contains("secret"));
    }

    #[test]
    fn anything_may_stand_in_the_files() {
        assert_eq!(profiles("", ""), []);
        assert_eq!(profiles("[profile ]\n[\n]\n= x\nregion\n[other thing]\nregion = us-east-1", "[]\na = b"), []);
    }
}
