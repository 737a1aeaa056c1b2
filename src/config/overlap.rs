//! Environments that take the same resources: one of them is then seen under two names.
//!
//! Whether two environments look at one place is judged by account and region where both accounts are
//! known, because profiles of any name may lead there; else by how they are reached.

use super::problem::Problems;
use super::{EnvironmentSpec, forms};

/// Warns of environments that own nothing, because one before them takes all of it, and of those whose
/// resources are read a second time for another environment.
pub(super) fn tell(environments: &[EnvironmentSpec], problems: &mut Problems<'_>) {
    for (index, spec) in environments.iter().enumerate() {
        let mut before = environments.iter().take(index);
        let Some((other, message)) = before.find_map(|other| Some((other, clash(spec, other)?))) else { continue };
        problems.environment = Some(spec.name.clone());
        problems.warning(spec.line, format!("{} (line {}) {message}", other.name, other.line));
    }
    problems.environment = None;
}

/// What `other`, which comes first, does to `spec`.
fn clash(spec: &EnvironmentSpec, other: &EnvironmentSpec) -> Option<String> {
    // Environments that are reached alike share what is read; each resource has one owner then.
    if other.connection == spec.connection && other.expected_account == spec.expected_account {
        let takes = regions(other).any(|region| region == spec.region) && other.selector.covers(&spec.selector);
        return takes.then(|| {
            "takes everything that name_prefix and tags select here, because it comes first; expected a narrower \
             selector there or this environment before it"
                .to_owned()
        });
    }
    let nested = other.selector.covers(&spec.selector) || spec.selector.covers(&other.selector);
    let shared = regions(spec).find(|region| regions(other).any(|known| known == *region))?;
    (nested && same_place(spec, other)).then(|| {
        let place = account(spec).map_or_else(|| shared.to_owned(), |account| format!("{account} in {shared}"));
        format!(
            "takes resources of {place} that this environment takes too, so that each of them is shown under both \
             names; expected a name_prefix or tags that tell them apart"
        )
    })
}

fn same_place(a: &EnvironmentSpec, b: &EnvironmentSpec) -> bool {
    match (account(a), account(b)) {
        (Some(one), Some(other)) => one == other && a.connection.endpoint == b.connection.endpoint,
        _ => a.connection == b.connection,
    }
}

/// The account that an environment lies in, as far as the file tells.
fn account(spec: &EnvironmentSpec) -> Option<&str> {
    let of_role = || forms::account_of_role(&spec.connection.roles.last()?.arn);
    spec.expected_account.as_deref().or_else(of_role)
}

fn regions(spec: &EnvironmentSpec) -> impl Iterator<Item = &str> {
    [Some(spec.region.as_str()), spec.dr_region.as_deref()].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use crate::config::parse;

    /// The warnings of two environments with these lines in them, without those about other things.
    fn clashes(one: &str, other: &str) -> Vec<String> {
        let block = |name: &str, lines: &str| {
            format!("[[environment]]\nname = \"{name}\"\ncriticality = \"staging\"\nregion = \"eu-west-1\"\n{lines}\n")
        };
        let (config, problems) = parse(&[block("a", one), block("b", other)].concat(), "f");
        assert_eq!(config.environments.len(), 2, "{problems:?}");
        problems.iter().map(ToString::to_string).collect()
    }

    const ACCOUNT: &str = "account = \"111122223333\"\n";
    const ROLE: &str = "role = \"arn:aws:iam::111122223333:role/reader\"\n";

    #[test]
    fn two_profiles_of_one_account_and_region_clash() {
        let with = |profile: &str| format!("profile = \"{profile}\"\n{ACCOUNT}");
        let found = clashes(&with("prod"), &with("staging"));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("b: a (line 1) takes resources of 111122223333 in eu-west-1"), "{found:?}");
        assert!(found[0].contains("shown under both names"), "{found:?}");
        let found = clashes(&with("prod"), &format!("{}name_prefix = \"shop-\"\n", with("staging")));
        assert_eq!(found.len(), 1, "a part of it is taken by both: {found:?}");
        assert_eq!(clashes(ROLE, &with("staging")).len(), 1, "a role tells its account");
    }

    #[test]
    fn what_is_told_apart_does_not_clash() {
        let with = |profile: &str, more: &str| format!("profile = \"{profile}\"\n{more}\n");
        let account = ACCOUNT.trim_end();
        for (one, other) in [
            (format!("{account}\nname_prefix = \"prod-\""), format!("{account}\nname_prefix = \"qa-\"")),
            (account.to_owned(), "account = \"444455556666\"".to_owned()),
            (account.to_owned(), format!("{account}\nendpoint = \"http://127.0.0.1:9\"")),
            (account.to_owned(), String::new()),
            (String::new(), String::new()),
        ] {
            let found = clashes(&with("prod", &one), &with("other", &other));
            assert_eq!(found, Vec::<String>::new(), "{one} / {other}");
        }
    }

    #[test]
    fn a_dr_region_is_a_place_too() {
        let here = format!("profile = \"x\"\n{ACCOUNT}dr_region = \"us-west-2\"\nname_prefix = \"shop-\"\n");
        let found = clashes(&here, &format!("profile = \"y\"\n{ACCOUNT}"));
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn one_connection_with_and_without_an_account_is_one_place() {
        let found = clashes("profile = \"x\"\n", &format!("profile = \"x\"\n{ACCOUNT}"));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("shown under both names"), "{found:?}");
    }
}
