//! What the SDK is given of the shared files: one profile as we have read it, in words that its own
//! reader takes. The SDK's reader refuses whole files that the AWS CLI reads, and drops profiles whose
//! names it does not like.

use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};

use super::shared_files::{Profile, Profiles, Section};

/// What the profile is called there.
pub(super) const IN_USE: &str = "in-use";

/// Keys that say where credentials come from. The SDK goes by the first of them that it knows.
const OF_CREDENTIALS: [&str; 10] = [
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "aws_security_token",
    "credential_process",
    "credential_source",
    "login_session",
    "role_arn",
    "source_profile",
    "web_identity_token_file",
];

/// Everything but credentials.
pub(super) fn without_credentials(profiles: &Profiles, name: &str) -> EnvConfigFiles {
    files(profiles, name, &[])
}

/// Credentials of IAM Identity Center.
pub(super) fn of_sso(profiles: &Profiles, name: &str) -> EnvConfigFiles {
    files(
        profiles,
        name,
        &["sso_session", "sso_account_id", "sso_role_name", "sso_start_url", "sso_region", "sso_registration_scopes"],
    )
}

/// Credentials of `aws login`.
pub(super) fn of_login(profiles: &Profiles, name: &str) -> EnvConfigFiles {
    files(profiles, name, &["login_session"])
}

/// Credentials for a token in a file.
pub(super) fn of_web_identity(profiles: &Profiles, name: &str) -> EnvConfigFiles {
    files(profiles, name, &["role_arn", "web_identity_token_file"])
}

fn files(profiles: &Profiles, name: &str, wanted: &[&str]) -> EnvConfigFiles {
    EnvConfigFiles::builder().with_contents(EnvConfigFileKind::Config, text(profiles, name, wanted)).build()
}

/// The profile without what says where credentials come from, but for the `wanted` keys.
fn text(profiles: &Profiles, name: &str, wanted: &[&str]) -> String {
    let mut text = format!("[profile {IN_USE}]\n");
    let Some(profile) = profiles.get(name) else { return text };
    let has_session = profile.get("sso_session").is_some();
    for (key, value) in profile.entries() {
        let says_where = OF_CREDENTIALS.contains(&key) || key.starts_with("sso_");
        // A session has them: the SDK does not take them from both.
        let is_of_session = has_session && matches!(key, "sso_start_url" | "sso_region");
        if (!says_where || wanted.contains(&key)) && !is_of_session {
            text.push_str(&line(key, value));
        }
    }
    for (kind, key, sections) in
        [("sso-session", "sso_session", &profiles.sessions), ("services", "services", &profiles.services)]
    {
        if key == "services" || wanted.contains(&key) {
            text.push_str(&named(kind, key, profile, sections));
        }
    }
    text
}

fn named(kind: &str, key: &str, profile: &Profile, sections: &[Section]) -> String {
    let section = profile.get(key).and_then(|title| sections.iter().find(|section| section.title == title));
    section.map_or_else(String::new, |section| {
        let lines = section.entries.iter().map(|entry| line(&entry.key, &entry.value));
        format!("[{kind} {}]\n{}", section.title, lines.collect::<String>())
    })
}

/// `key = value`, with what goes on below it.
fn line(key: &str, value: &str) -> String {
    format!("{key} = {}\n", value.replace('\n', "\n  "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "\
[profile \"my prod\"] /* the main one */
  region = us-east-1
  aws_secret_access_key = hush
  credential_process = x ; y
  role_arn = r
  sso_session = corp
  sso_start_url = https://old.example
  services = local
  s3 =
    use_fips_endpoint = true

[sso-session corp]
sso_start_url = https://corp.example
[sso-session other]
sso_start_url = https://other.example
[services local]
rds =
  endpoint_url = http://127.0.0.1:1
";

    #[test]
    fn the_sdk_is_given_one_profile_without_credentials() {
        let profiles = Profiles::parse(CONFIG, "");
        assert_eq!(
            text(&profiles, "my prod", &[]),
            "[profile in-use]\nregion = us-east-1\nservices = local\ns3 = \n  use_fips_endpoint = true\n[services local]\n\
             rds = \n  endpoint_url = http://127.0.0.1:1\n"
        );
        assert_eq!(text(&profiles, "nowhere", &[]), "[profile in-use]\n");
    }

    #[test]
    fn a_session_comes_with_the_profile_that_needs_it() {
        let text = text(&Profiles::parse(CONFIG, ""), "my prod", &["sso_session", "sso_start_url"]);
        assert!(text.contains("sso_session = corp\n"), "{text}");
        assert!(text.contains("[sso-session corp]\nsso_start_url = https://corp.example\n"), "{text}");
        assert!(!text.contains("old.example") && !text.contains("other") && !text.contains("hush"), "{text}");
    }
}
