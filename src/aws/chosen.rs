//! Which profile and which region count where several are named, and what of the settings the AWS CLI
//! refuses before it asks anything.

use thiserror::Error;

use super::shared_files::Profiles;
use crate::domain::text;

/// A setting with which nothing is asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum BadSetting {
    #[error("{variable} is set and names no profile")]
    Nameless { variable: &'static str },
    #[error("{place}: {region} is no region (letters, digits and -; a comment has a line of its own)")]
    Region { place: String, region: String },
    #[error("{place}: services = {services}, and nothing stands in [services {services}] of {file}")]
    Services { place: String, services: String, file: String },
}

impl BadSetting {
    /// What a person does about it.
    pub(super) fn remedy(&self) -> String {
        let remedy = match self {
            Self::Nameless { variable } => format!("unset {variable}, or let it name a profile"),
            Self::Region { .. } => "write the region there and nothing else, such as eu-west-1".to_owned(),
            Self::Services { .. } => "add the section, or take services out of the profile".to_owned(),
        };
        format!("{remedy}: the AWS CLI refuses it too")
    }
}

/// The profile that the environment names. As for version 1 of the AWS CLI and for boto3
/// (`botocore/configprovider.py`, `BOTOCORE_DEFAUT_SESSION_VARIABLES`) the older variable comes first,
/// and one that is set counts, even where it names nothing. Version 2 of the AWS CLI
/// (`awscli/botocore/configprovider.py`) looks at `AWS_PROFILE` first.
///
/// # Errors
/// When the variable that counts is empty.
pub(super) fn profile(variable: impl Fn(&str) -> Option<String>) -> Result<Option<String>, BadSetting> {
    for name in ["AWS_DEFAULT_PROFILE", "AWS_PROFILE"] {
        match variable(name) {
            Some(profile) if profile.is_empty() => return Err(BadSetting::Nameless { variable: name }),
            Some(profile) => return Ok(Some(profile)),
            None => {}
        }
    }
    Ok(None)
}

/// The region of a profile for calls that name none; `given` comes before everything, and a variable
/// that is empty is not set. What the profile's source says is nothing to it (`botocore/session.py`,
/// `get_scoped_config`).
///
/// # Errors
/// When it cannot be a region.
pub(super) fn region(
    given: Option<&str>,
    variable: impl Fn(&str) -> Option<String>,
    profiles: &Profiles,
    profile: &str,
) -> Result<Option<String>, BadSetting> {
    let of_variable = |name: &str| {
        let region = variable(name).filter(|region| !region.is_empty())?;
        Some((region, name.to_owned()))
    };
    let given = given.map(|region| (region.to_owned(), "the region that was given".to_owned()));
    let chosen = given.or_else(|| of_variable("AWS_REGION")).or_else(|| of_variable("AWS_DEFAULT_REGION"));
    let of_profile = || profiles.setting(profile, "region").map(|(region, place)| (region.to_owned(), place));
    match chosen.or_else(of_profile) {
        Some((region, place)) if !is_label(&region) => Err(BadSetting::Region { place, region: text::clean(&region) }),
        chosen => Ok(chosen.map(|(region, _)| region)),
    }
}

/// What the AWS CLI takes for a region: a label of a host's name (`botocore/utils.py`,
/// `validate_region_name`).
fn is_label(region: &str) -> bool {
    let is_plain = region.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let is_number = region.chars().all(|c| c.is_ascii_digit());
    is_plain && !is_number && region.len() <= 63 && !region.starts_with('-') && !region.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "\
[profile ops]
region = eu-west-1
[profile said]
region = eu-west-1 # Ireland
[profile role]
role_arn = r
source_profile = ops
";

    /// The variables of an environment.
    fn of(set: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        let set: Vec<(String, String)> = set.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect();
        move |name: &str| set.iter().find(|(known, _)| known == name).map(|(_, text)| text.clone())
    }

    #[test]
    fn the_older_variable_names_the_profile() {
        assert_eq!(profile(of(&[])), Ok(None));
        assert_eq!(profile(of(&[("AWS_PROFILE", "dev")])), Ok(Some("dev".into())));
        assert_eq!(profile(of(&[("AWS_PROFILE", "dev"), ("AWS_DEFAULT_PROFILE", "ops")])), Ok(Some("ops".into())));
    }

    #[test]
    fn a_variable_that_names_no_profile_is_refused() {
        let bad = profile(of(&[("AWS_PROFILE", "")])).unwrap_err();
        assert_eq!(bad.to_string(), "AWS_PROFILE is set and names no profile");
        assert!(bad.remedy().starts_with("unset AWS_PROFILE"), "{}", bad.remedy());
        let older = profile(of(&[("AWS_PROFILE", "dev"), ("AWS_DEFAULT_PROFILE", "")]));
        assert_eq!(older, Err(BadSetting::Nameless { variable: "AWS_DEFAULT_PROFILE" }));
    }

    #[test]
    fn the_nearest_region_counts() {
        let profiles = Profiles::parse(CONFIG, "");
        let both = [("AWS_REGION", "us-west-2"), ("AWS_DEFAULT_REGION", "us-east-1")];
        let chosen = |given, set: &[(&str, &str)], name| region(given, of(set), &profiles, name).unwrap();
        assert_eq!(chosen(Some("ca-central-1"), &both, "ops").as_deref(), Some("ca-central-1"));
        assert_eq!(chosen(None, &both, "ops").as_deref(), Some("us-west-2"));
        assert_eq!(chosen(None, &both[1..], "ops").as_deref(), Some("us-east-1"));
        assert_eq!(
            chosen(None, &[("AWS_REGION", ""), ("AWS_DEFAULT_REGION", "")], "ops").as_deref(),
            Some("eu-west-1")
        );
        assert_eq!(chosen(None, &[], "role"), None, "its source's is not its own");
        assert_eq!(chosen(None, &[], "nowhere"), None);
    }

    #[test]
    fn what_no_region_is_called_is_told_with_its_place() {
        let profiles = Profiles::parse(CONFIG, "");
        let said = |given, set: &[(&str, &str)]| region(given, of(set), &profiles, "said").unwrap_err().to_string();
        let rule = "(letters, digits and -; a comment has a line of its own)";
        assert_eq!(said(None, &[]), format!("~/.aws/config:4: eu-west-1 # Ireland is no region {rule}"));
        assert_eq!(said(None, &[("AWS_REGION", "eu west")]), format!("AWS_REGION: eu west is no region {rule}"));
        assert_eq!(said(Some("-"), &[]), format!("the region that was given: - is no region {rule}"));
        assert!(["local", "us-east-1", "x1"].into_iter().all(is_label));
        assert!(!["1", "eu-", "eu_west", "eu.west", ""].into_iter().any(is_label));
    }
}
