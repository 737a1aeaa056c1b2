//! Where services are asked when it is not at AWS's own addresses: as the AWS CLI finds it
//! (`botocore/configprovider.py`, `ConfiguredEndpointProvider`). The SDK's own search stops at a variable
//! that is set to nothing, and takes that for an address.

use std::collections::HashMap;
use std::env;
use std::ffi::OsString;

use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use super::chosen::BadSetting;
use super::shared_files::{Entry, Profiles, value};
use crate::domain::text;

/// The variable for all services; with `_` and a service's name behind it that of one.
const VARIABLE: &str = "AWS_ENDPOINT_URL";
/// The variable that has all of them ignored.
const IGNORE: &str = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";
/// The key for all services, and below a service's name that of one.
const KEY: &str = "endpoint_url";

/// The endpoints that are configured for a profile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Endpoints {
    variables: HashMap<String, String>,
    /// The section that the profile's `services` names.
    services: Vec<Entry>,
    profile: Option<String>,
}

impl Endpoints {
    /// Those of this process's environment and a profile.
    ///
    /// # Errors
    /// When the profile goes by services that are not there.
    pub(super) fn here(profiles: &Profiles, profile: &str) -> Result<Self, BadSetting> {
        // No others: there are secrets among them.
        let of_endpoints = |(name, text): (OsString, OsString)| {
            let name = name.into_string().ok().filter(|name| name.starts_with(VARIABLE) || name == IGNORE)?;
            Some((name, text.into_string().ok()?))
        };
        Self::of(env::vars_os().filter_map(of_endpoints).collect(), profiles, profile)
    }

    fn of(variables: HashMap<String, String>, profiles: &Profiles, name: &str) -> Result<Self, BadSetting> {
        let profile = profiles.get(name);
        let said = |key: &str| profile.and_then(|profile| profile.get(key));
        let ignored = variables.get(IGNORE).map(String::as_str);
        if ignored
            .or_else(|| said("ignore_configured_endpoint_urls"))
            .is_some_and(|word| word.eq_ignore_ascii_case("true"))
        {
            return Ok(Self::default());
        }
        let mut endpoints = Self { variables, services: Vec::new(), profile: said(KEY).map(str::to_owned) };
        // What a variable says of all services leaves nothing to look for in the files.
        if endpoints.variable(VARIABLE).is_none()
            && let Some((services, place)) = profiles.setting(name, "services")
        {
            let section = profiles.services.iter().find(|section| section.title == services);
            let found = section.filter(|section| !section.entries.is_empty()).ok_or_else(|| BadSetting::Services {
                place,
                services: text::clean(services),
                file: profiles.places.config.clone(),
            })?;
            endpoints.services.clone_from(&found.entries);
        }
        Ok(endpoints)
    }

    /// The endpoint of all services that have none of their own.
    pub(super) fn for_all(&self) -> Option<&str> {
        self.variable(VARIABLE).or(self.profile.as_deref())
    }

    /// The endpoint of a service, by the id that its model has (`CloudWatch`).
    fn of_service(&self, id: &str) -> Option<&str> {
        let id = id.replace(' ', "_");
        let variable = self.variable(&format!("{VARIABLE}_{}", id.to_uppercase()));
        let variable = variable.or_else(|| self.variable(VARIABLE));
        variable.or_else(|| self.below(&id.to_lowercase())).or(self.profile.as_deref())
    }

    /// A variable that says something.
    fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|url| !url.is_empty())
    }

    /// What stands below a service's name in the section of the services.
    fn below(&self, service: &str) -> Option<&str> {
        let lines = value(&self.services, service)?.lines();
        let mut pairs = lines.filter_map(|line| line.split_once('=')).filter(|(key, _)| key.trim() == KEY);
        pairs.next_back().map(|(_, url)| url.trim()).filter(|url| !url.is_empty())
    }
}

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let url = (key.env() == VARIABLE).then(|| self.of_service(key.service_id()))?;
        url.map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "\
[profile ops]
endpoint_url = http://profile
services = local
[profile deaf]
endpoint_url = http://profile
ignore_configured_endpoint_urls = true
[profile lost]
region = eu-west-1
services = nowhere
[profile hollow]
services = hollow
[services local]
sts =
  endpoint_url = http://service
[services hollow]
";

    fn of(variables: &[(&str, &str)], profile: &str) -> Result<Endpoints, BadSetting> {
        let variables = variables.iter().map(|(name, url)| ((*name).to_owned(), (*url).to_owned())).collect();
        Endpoints::of(variables, &Profiles::parse(CONFIG, ""), profile)
    }

    /// The endpoints of STS and of CloudWatch.
    fn both(variables: &[(&str, &str)], profile: &str) -> (Option<String>, Option<String>) {
        let endpoints = of(variables, profile).unwrap();
        let key = |service| ServiceConfigKey::builder().service_id(service).env(VARIABLE).profile(KEY).build().unwrap();
        (endpoints.load_config(key("STS")), endpoints.load_config(key("CloudWatch")))
    }

    #[test]
    fn an_endpoint_is_found_as_the_aws_cli_finds_it() {
        let urls = |sts: &str, cloudwatch: &str| (Some(sts.to_owned()), Some(cloudwatch.to_owned()));
        assert_eq!(both(&[], "ops"), urls("http://service", "http://profile"));
        assert_eq!(both(&[("AWS_ENDPOINT_URL", "http://all")], "ops"), urls("http://all", "http://all"));
        let one = [("AWS_ENDPOINT_URL", "http://all"), ("AWS_ENDPOINT_URL_CLOUDWATCH", "http://one")];
        assert_eq!(both(&one, "ops"), urls("http://all", "http://one"));
        assert_eq!(both(&[], "nowhere"), (None, None));
    }

    #[test]
    fn a_variable_that_is_set_to_nothing_is_not_set() {
        let empty = [("AWS_ENDPOINT_URL", ""), ("AWS_ENDPOINT_URL_STS", "")];
        let found = both(&empty, "ops");
        assert_eq!(found, (Some("http://service".into()), Some("http://profile".into())));
        assert_eq!(of(&empty, "ops").unwrap().for_all(), Some("http://profile"));
    }

    #[test]
    fn configured_endpoints_can_be_ignored() {
        let all = ("AWS_ENDPOINT_URL", "http://all");
        assert_eq!(both(&[all, (IGNORE, "TRUE")], "ops"), (None, None));
        assert_eq!(both(&[all], "deaf"), (None, None));
        let heard = both(&[all, (IGNORE, "false")], "deaf");
        assert_eq!(heard, (Some("http://all".into()), Some("http://all".into())));
    }

    #[test]
    fn services_that_are_not_there_are_told_with_the_place_that_names_them() {
        let bad = of(&[], "lost").unwrap_err();
        let said = "~/.aws/config:9: services = nowhere, and nothing stands in [services nowhere] of ~/.aws/config";
        assert_eq!(bad.to_string(), said);
        assert!(matches!(of(&[("AWS_ENDPOINT_URL", "")], "hollow"), Err(BadSetting::Services { .. })));
        assert!(of(&[("AWS_ENDPOINT_URL", "http://all")], "lost").is_ok(), "which are not looked for");
    }
}
