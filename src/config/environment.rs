//! Reads one `[[environment]]`.

mod cluster;
mod operator;

use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::document::{Entry, Part, found, raw};
use super::guard::{self, CLOSED, Guard};
use super::known::{self, Known};
use super::problem::Problems;
use super::{EnvironmentSpec, RoleSpec, forms, thresholds};
use crate::domain::{Criticality, text};
use crate::nearest::{hint, nearest};

const KEYS: [&str; 18] = [
    "name",
    "group",
    "criticality",
    "profile",
    "role",
    "operator",
    "endpoint",
    "account",
    "region",
    "dr_region",
    "name_prefix",
    "tags",
    "rpo",
    "rto",
    "thresholds",
    "cluster",
    "guard",
    "expectations",
];
const ROLE_KEYS: [&str; 4] = ["arn", "external_id", "mfa_serial", "session_name"];
const LEVELS: [Criticality; 3] = [Criticality::Development, Criticality::Staging, Criticality::Production];

/// What a name may be: it is typed after `-e` and stands in narrow places.
const NAME: &str = "a name of at most 40 letters, digits and - _ .";
const REGION: &str = "a region such as \"us-east-1\"";
const DURATION: &str = "a time such as \"5m\", \"24h\" or \"7d\"";
const EXTERNAL_ID: &str = "an external id of 2 to 1224 characters without blanks";
const MFA_SERIAL: &str = "an MFA device such as \"arn:aws:iam::111122223333:mfa/jo\"";
const ARN: &str = "the ARN of a role such as \"arn:aws:iam::111122223333:role/reader\"";

/// Whether a text can be an environment's name.
pub(super) fn is_name(text: &str) -> bool {
    let count = text.chars().count();
    (1..=40).contains(&count) && text.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c))
}

/// The name that is written in a block, sound or not.
pub(super) fn name_of(block: &DeTable<'_>) -> Option<String> {
    let entry = block.iter().find(|(key, _)| key.get_ref() == "name");
    entry.and_then(|(_, value)| value.get_ref().as_str()).map(text::clean).filter(|name| !name.is_empty())
}

/// Reads a block. `None` when it is not certain which place is meant or who reads it; a problem
/// tells why. `broken` says that a syntax error in the block has been reported: what is missing
/// then may only be unreadable. What it says about changes goes to `guard`.
pub(super) fn read<'t>(
    part: &Part<'t>,
    block: &Spanned<DeValue<'t>>,
    broken: bool,
    known: &Known,
    guard: &mut Guard,
    problems: &mut Problems<'_>,
) -> Option<EnvironmentSpec> {
    let line = part.line(block);
    let DeValue::Table(table) = block.get_ref() else {
        problems.error(line, format!("found {}, expected a block: [[environment]]", found(block.get_ref())));
        return None;
    };
    problems.environment = name_of(table);
    let mut reader = Reader { part, known, guard, problems, sound: !broken };
    let mut spec = EnvironmentSpec { line, criticality: Criticality::Production, ..EnvironmentSpec::default() };
    let mut lines = Lines::default();
    for entry in part.entries(table) {
        reader.entry(&entry, &mut spec, &mut lines);
    }
    if !broken {
        reader.whole(&mut spec, &lines);
    }
    let Reader { problems, sound, .. } = reader;
    problems.environment = None;
    sound.then_some(spec)
}

/// The names of the secrets that are expected; what stands there where it is no list of names.
fn expected_secrets(expectations: &toml::Table) -> Result<Vec<String>, &'static str> {
    let Some(secrets) = expectations.get("secrets") else { return Ok(Vec::new()) };
    let toml::Value::Table(secrets) = secrets else { return Err(secrets.type_str()) };
    let Some(names) = secrets.get("names") else { return Ok(Vec::new()) };
    let toml::Value::Array(names) = names else { return Err(names.type_str()) };
    let name = |value: &toml::Value| value.as_str().map(text::clean).ok_or_else(|| value.type_str());
    names.iter().map(name).collect()
}

/// Where the entries are that are looked at together; `None` when they are not written.
#[derive(Default)]
struct Lines {
    name: Option<usize>,
    criticality: Option<usize>,
    account: Option<usize>,
    region: Option<usize>,
    dr_region: Option<usize>,
    operator: Option<usize>,
}

struct Reader<'r, 't, 'f> {
    part: &'r Part<'t>,
    /// What the names in it may refer to.
    known: &'r Known,
    guard: &'r mut Guard,
    problems: &'r mut Problems<'f>,
    /// Nothing is wrong that would make another place of it.
    sound: bool,
}

impl<'t> Reader<'_, 't, '_> {
    fn entry(&mut self, entry: &Entry<'_, 't>, spec: &mut EnvironmentSpec, lines: &mut Lines) {
        match entry.key {
            "name" => {
                lines.name = Some(entry.line);
                spec.name = self.needed(entry, is_name, NAME).unwrap_or_default();
            }
            "group" => match entry.value.as_str().filter(|name| is_name(name)) {
                Some(name) => name.clone_into(&mut spec.group),
                None => self.ignored(entry, NAME, "it is in no group"),
            },
            "criticality" => {
                lines.criticality = Some(entry.line);
                spec.criticality = self.criticality(entry);
            }
            "profile" => {
                let sound = |text: &str| !text.is_empty() && !text.chars().any(text::is_hostile);
                spec.connection.profile = self.needed(entry, sound, "the name of a profile of ~/.aws/config");
                let names = self.known.profiles.as_deref();
                if let (Some(names), Some(profile)) = (names, &spec.connection.profile)
                    && let Some(hint) = known::stranger(profile, names)
                {
                    let message = format!("profile: {profile:?} is not in the AWS config files{hint}");
                    self.problems.warning(entry.line, message);
                }
            }
            "role" => spec.connection.roles = self.roles(entry),
            "operator" => {
                lines.operator = Some(entry.line);
                spec.operator = self.operator(entry);
                self.guard.closed |= spec.operator.is_none();
            }
            "endpoint" => {
                let sound = |url: &str| {
                    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
                    rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace))
                };
                spec.connection.endpoint = self.needed(entry, sound, "a URL such as \"http://127.0.0.1:5566\"");
            }
            "account" => {
                lines.account = Some(entry.line);
                spec.expected_account = self.needed(
                    entry,
                    forms::is_account,
                    "an account id of 12 digits in quotes, such as \"111122223333\"",
                );
            }
            "region" => {
                lines.region = Some(entry.line);
                spec.region = self.region(entry).unwrap_or_else(|| {
                    self.sound = false;
                    String::new()
                });
            }
            "dr_region" => {
                lines.dr_region = Some(entry.line);
                spec.dr_region = self.region(entry);
            }
            "name_prefix" => {
                let sound = |text: &str| !text.chars().any(|c| text::is_hostile(c) || c.is_whitespace());
                spec.selector.name_prefix =
                    self.needed(entry, sound, "the beginning of names, such as \"shop-prod-\"").unwrap_or_default();
                let prefix = &spec.selector.name_prefix;
                // "This value is stored as a lowercase string" (`DescribeDBInstances`, `DBInstanceIdentifier`).
                if prefix.chars().any(char::is_uppercase) {
                    let message = format!(
                        "name_prefix {prefix:?} matches nothing: RDS keeps names in lower case; write {:?}",
                        prefix.to_lowercase()
                    );
                    self.problems.warning(entry.line, message);
                }
            }
            "tags" => spec.selector.tags = self.tags(entry),
            "rpo" => spec.rpo = self.duration(entry),
            "rto" => spec.rto = self.duration(entry),
            "thresholds" => match entry.value {
                DeValue::Table(table) => spec.thresholds = thresholds::read(self.part, table, self.problems),
                _ => self.ignored(entry, "a table: [environment.thresholds]", "the defaults hold"),
            },
            "cluster" => spec.clusters = self.clusters(entry),
            "guard" => {
                if let DeValue::Table(table) = entry.value {
                    guard::read(self.part, table, "[environment.guard]", self.guard, self.problems);
                } else {
                    self.guard.closed = true;
                    self.ignored(entry, "a table: [environment.guard]", CLOSED);
                }
            }
            "expectations" => match entry.value {
                DeValue::Table(table) => {
                    spec.expectations = raw(table);
                    match expected_secrets(&spec.expectations) {
                        Ok(names) => spec.expected_secrets = names,
                        Err(found) => {
                            let what = format!(
                                "found {found} for secrets, expected names = [\"NAME\", …] in \
                                 [environment.expectations.secrets]: no secret is expected"
                            );
                            self.problems.warning(entry.line, what);
                        }
                    }
                }
                _ => self.ignored(entry, "a table: [environment.expectations]", "nothing is expected"),
            },
            key => {
                let key = text::clean(key);
                let message = format!("{key:?} is not known in [[environment]]{}", hint(&key, &KEYS));
                if guard::is_meant(&key, &KEYS) {
                    self.guard.closed = true;
                    self.problems.error(entry.line, format!("{message}; {CLOSED}"));
                } else {
                    self.problems.warning(entry.line, message);
                }
            }
        }
    }

    /// What can only be seen when the whole block has been read.
    fn whole(&mut self, spec: &mut EnvironmentSpec, lines: &Lines) {
        for (line, missing) in [
            (lines.name, format!("name is missing: expected {NAME}")),
            (lines.region, format!("region is missing: expected {REGION}")),
        ] {
            if line.is_none() {
                self.sound = false;
                self.problems.error(spec.line, format!("{missing}; the environment is left out"));
            }
        }
        if lines.criticality.is_none() {
            let message = "criticality is missing: expected development, staging or production; production is assumed";
            self.problems.warning(spec.line, message.into());
        }
        if spec.dr_region.as_ref() == Some(&spec.region) {
            let line = lines.dr_region.unwrap_or(spec.line);
            let message = format!(
                "dr_region: found {:?}, which is the environment's region, expected another one; no DR region is read",
                spec.region
            );
            self.problems.error(line, message);
            spec.dr_region = None;
        }
        let role = spec.connection.roles.last().and_then(|role| forms::account_of_role(&role.arn));
        match (role, &spec.expected_account) {
            (Some(role), Some(account)) if role != account => {
                self.sound = false;
                let message = format!(
                    "account: found {account}, but the role is of {role}; expected the same account; the environment \
                     is left out"
                );
                self.problems.error(lines.account.unwrap_or(spec.line), message);
            }
            (_, None) if spec.criticality == Criticality::Production && lines.account.is_none() => {
                let message = "account is missing: expected the account id, so that nothing is read with credentials \
                               of another account";
                self.problems.warning(spec.line, message.into());
            }
            _ => {}
        }
        self.same_account(spec, lines);
    }

    /// A text that decides which place is meant: when it is not sound, the environment is left out.
    fn needed(&mut self, entry: &Entry<'_, 't>, sound: impl Fn(&str) -> bool, expected: &str) -> Option<String> {
        if let DeValue::String(text) = entry.value
            && sound(text)
        {
            return Some(text.to_string());
        }
        self.refused(entry.line, entry.key, entry.value, expected);
        None
    }

    fn refused(&mut self, line: usize, key: &str, value: &DeValue<'_>, expected: &str) {
        self.sound = false;
        self.problems
            .error(line, format!("{key}: found {}, expected {expected}; the environment is left out", found(value)));
    }

    fn ignored(&mut self, entry: &Entry<'_, 't>, expected: &str, instead: &str) {
        self.problems
            .error(entry.line, format!("{}: found {}, expected {expected}; {instead}", entry.key, found(entry.value)));
    }

    fn criticality(&mut self, entry: &Entry<'_, 't>) -> Criticality {
        let written = entry.value.as_str().unwrap_or_default();
        if let Some(level) = LEVELS.into_iter().find(|level| level.name() == written) {
            return level;
        }
        // `stage` and `qa` are no slip of the pen, but what people say.
        let said = Some(Criticality::guess(written)).filter(|level| *level != Criticality::Production);
        let near = said.map(Criticality::name).or_else(|| nearest(written, LEVELS.map(Criticality::name)));
        let near = near.map(|near| format!("did you mean {near:?}? Until then ")).unwrap_or_default();
        self.ignored(entry, "development, staging or production", &format!("{near}production is assumed"));
        Criticality::Production
    }

    /// A region's name. One that is not known is taken with a warning: AWS opens new ones.
    fn region(&mut self, entry: &Entry<'_, 't>) -> Option<String> {
        let instead = if entry.key == "region" { "the environment is left out" } else { "no DR region is read" };
        let Some(written) = entry.value.as_str() else {
            self.ignored(entry, REGION, instead);
            return None;
        };
        let near = forms::nearest_region(written).map(|near| format!("did you mean {near:?}?"));
        if !forms::is_region(written) {
            let instead = near.map_or_else(|| instead.to_owned(), |near| format!("{near} Until then {instead}"));
            self.ignored(entry, REGION, &instead);
            return None;
        }
        if !forms::is_known_region(written) {
            let near = near.map(|near| format!("; {near}")).unwrap_or_default();
            self.problems.warning(
                entry.line,
                format!("{}: {written:?} is not a region that this version knows{near}", entry.key),
            );
        }
        Some(written.to_owned())
    }

    fn duration(&mut self, entry: &Entry<'_, 't>) -> Option<Duration> {
        let read = entry.value.as_str().and_then(forms::duration);
        if read.is_none() {
            self.ignored(entry, DURATION, "there is no target until then");
        }
        read
    }

    fn tags(&mut self, entry: &Entry<'_, 't>) -> Vec<(String, String)> {
        const EXPECTED: &str = "tags as texts, such as { Environment = \"prod\" }";
        let DeValue::Table(table) = entry.value else {
            self.refused(entry.line, entry.key, entry.value, EXPECTED);
            return Vec::new();
        };
        let mut tags = Vec::new();
        for tag in self.part.entries(table) {
            match tag.value.as_str() {
                Some(value) => tags.push((tag.key.to_owned(), value.to_owned())),
                None => self.refused(tag.line, &format!("tags.{}", tag.key), tag.value, EXPECTED),
            }
        }
        tags
    }

    /// `role` is an ARN, a table, or a list of both to be assumed one from the other.
    fn roles(&mut self, entry: &Entry<'_, 't>) -> Vec<RoleSpec> {
        match entry.value {
            DeValue::Array(items) if items.is_empty() => {
                self.refused(entry.line, entry.key, entry.value, ARN);
                Vec::new()
            }
            DeValue::Array(items) => items.iter().map(|item| self.role(self.part.line(item), item.get_ref())).collect(),
            value => vec![self.role(entry.line, value)],
        }
    }

    fn role(&mut self, line: usize, value: &DeValue<'t>) -> RoleSpec {
        let mut role = RoleSpec::default();
        match value {
            DeValue::String(arn) if forms::account_of_role(arn).is_some() => role.arn = arn.to_string(),
            DeValue::Table(table) => {
                let mut named = false;
                for entry in self.part.entries(table) {
                    named |= entry.key == "arn";
                    self.role_entry(&entry, &mut role);
                }
                if !named {
                    self.sound = false;
                    let message = format!("role: arn is missing: expected {ARN}; the environment is left out");
                    self.problems.error(line, message);
                }
            }
            _ => self.refused(line, "role", value, ARN),
        }
        role
    }

    fn role_entry(&mut self, entry: &Entry<'_, 't>, role: &mut RoleSpec) {
        match entry.key {
            "arn" => {
                let sound = |text: &str| forms::account_of_role(text).is_some();
                role.arn = self.needed(entry, sound, ARN).unwrap_or_default();
            }
            "external_id" => {
                role.external_id = self.needed(entry, is_external_id, EXTERNAL_ID);
            }
            "mfa_serial" => {
                role.mfa_serial = self.needed(entry, forms::is_mfa_serial, MFA_SERIAL);
            }
            "session_name" => {
                let expected = "a session name of 2 to 64 letters, digits and _ + = , . @ -";
                role.session_name = self.needed(entry, forms::is_session_name, expected);
            }
            key => {
                let message = format!("{key:?} is not known in a role{}", hint(key, &ROLE_KEYS));
                self.problems.warning(entry.line, message);
            }
        }
    }
}

/// STS API reference, `AssumeRole`: 2 to 1224 characters.
fn is_external_id(text: &str) -> bool {
    (2..=1224).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@:/-".contains(c))
}
