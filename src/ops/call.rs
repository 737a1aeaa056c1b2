//! A mutating API call as data: what the plan shows is what is sent.
//!
//! Parameters carry AWS's own names. The same list is drawn in the plan, turned into the equivalent
//! `aws` command, hashed into the fingerprint, written to the journal and, in the adapter, handed to
//! the SDK, which refuses a parameter that it does not know. So nothing can be sent that was not shown.

use std::borrow::Cow;
use std::hash::Hash;

use serde::{Deserialize, Serialize};

use super::durable::Durable;
use crate::domain::text::quoted;

/// The mutating calls of a service, by their names.
pub trait ApiName: Durable + Copy + Eq + Ord + Hash {
    /// With its service, as CloudTrail and IAM write it: `rds:CreateDBSnapshot`.
    fn id(self) -> &'static str;
    /// As the AWS CLI names it, with its service: `rds create-db-snapshot`.
    fn command(self) -> String;
    /// Who takes it, in a sentence: `AWS`, `the cluster`.
    fn taker(self) -> &'static str {
        "AWS"
    }
    /// The equivalent command of a call; `options` (`--profile prod`) are those of the program that it is for.
    fn line(call: &Call<Self>, options: &str) -> String {
        call.as_aws_command(options)
    }
}

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    Bool(bool),
    Int(i64),
    Text(String),
    List(Vec<String>),
    Tags(Vec<Tag>),
}

/// A tag of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    #[serde(rename = "Key")]
    pub key: String,
    #[serde(rename = "Value")]
    pub value: String,
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<Vec<String>> for Value {
    fn from(value: Vec<String>) -> Self {
        Self::List(value)
    }
}

impl From<&[(String, String)]> for Value {
    fn from(tags: &[(String, String)]) -> Self {
        Self::Tags(tags.iter().map(|(key, value)| Tag { key: key.clone(), value: value.clone() }).collect())
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Text(value) => f.write_str(value),
            Self::List(values) => f.write_str(&values.join(",")),
            Self::Tags(tags) => {
                let words: Vec<String> = tags.iter().map(|tag| format!("{}={}", tag.key, tag.value)).collect();
                f.write_str(&words.join(","))
            }
        }
    }
}

/// One call with everything that goes with it. Built like this:
///
/// ```
/// use quarterdeck::services::rds::{Api, Call};
/// let call = Call::new(Api::StopDbInstance, "eu-west-1").with("DBInstanceIdentifier", "qa-db");
/// assert_eq!(call.as_command(""), "aws rds stop-db-instance --region eu-west-1 --db-instance-identifier qa-db");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call<A> {
    pub api: A,
    /// The region whose endpoint is called.
    pub region: String,
    /// In the order in which they are shown.
    pub parameters: Vec<(Cow<'static, str>, Value)>,
}

impl<A> Call<A> {
    /// A call without parameters.
    #[must_use]
    pub fn new(api: A, region: &str) -> Self {
        Self { api, region: region.to_owned(), parameters: Vec::new() }
    }

    /// The same call, by the name that one of the services has for it.
    #[must_use]
    pub fn with_api<B>(&self, api: B) -> Call<B> {
        Call { api, region: self.region.clone(), parameters: self.parameters.clone() }
    }

    /// Adds a parameter under AWS's own name.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.parameters.push((Cow::Borrowed(name), value.into()));
        self
    }

    /// Adds a parameter if there is a value.
    #[must_use]
    pub fn with_some(self, name: &'static str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The value of a parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

impl<A: ApiName> Call<A> {
    /// The equivalent command; `options` (`--profile prod`) go in front of the parameters.
    #[must_use]
    pub fn as_command(&self, options: &str) -> String {
        A::line(self, options)
    }

    /// The equivalent command of the AWS CLI.
    #[must_use]
    pub fn as_aws_command(&self, options: &str) -> String {
        let mut line = format!("aws {}", self.api.command());
        if !options.trim().is_empty() {
            line.push(' ');
            line.push_str(options.trim());
        }
        line.push_str(" --region ");
        line.push_str(&quoted(&self.region));
        for (name, value) in &self.parameters {
            let option = option_name(name);
            match value {
                Value::Bool(true) => line.push_str(&format!(" --{option}")),
                Value::Bool(false) => line.push_str(&format!(" --no-{option}")),
                Value::Int(number) => line.push_str(&format!(" --{option} {number}")),
                Value::Text(text) => line.push_str(&format!(" --{option} {}", quoted(text))),
                Value::List(items) => {
                    let items: Vec<Cow<'_, str>> = items.iter().map(|item| quoted(item)).collect();
                    line.push_str(&format!(" --{option} {}", items.join(" ")));
                }
                Value::Tags(tags) => {
                    // JSON, because the shorthand cannot say a comma or an equals sign in a value.
                    let json = serde_json::to_string(tags).unwrap_or_default();
                    line.push_str(&format!(" --{option} {}", quoted(&json)));
                }
            }
        }
        line
    }
}

/// `DBInstanceIdentifier` → `db-instance-identifier`, as the AWS CLI names its options and its commands.
#[must_use]
pub fn option_name(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut option = String::new();
    for (i, c) in chars.iter().enumerate() {
        let starts = c.is_uppercase() && i > 0 && {
            let before_lower = chars.get(i - 1).is_some_and(|b| !b.is_uppercase());
            let after_lower = chars.get(i + 1).is_some_and(|n| n.is_lowercase());
            // The s of a plural abbreviation (`IDs`) does not start a word; RDS has none of them.
            before_lower || after_lower
        };
        if starts {
            option.push('-');
        }
        option.extend(c.to_lowercase());
    }
    option
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::rds::{Api, Call};

    #[test]
    fn options_are_named_as_the_aws_cli_names_them() {
        for (name, option) in [
            ("DBInstanceIdentifier", "db-instance-identifier"),
            ("CreateDBInstanceReadReplica", "create-db-instance-read-replica"),
            ("RestoreDBInstanceFromDBSnapshot", "restore-db-instance-from-db-snapshot"),
            ("DBSubnetGroupName", "db-subnet-group-name"),
            ("MultiAZ", "multi-az"),
            ("VpcSecurityGroupIds", "vpc-security-group-ids"),
            ("PerformanceInsightsKMSKeyId", "performance-insights-kms-key-id"),
            ("CACertificateIdentifier", "ca-certificate-identifier"),
            ("EnableCloudwatchLogsExports", "enable-cloudwatch-logs-exports"),
            ("Iops", "iops"),
        ] {
            assert_eq!(option_name(name), option);
        }
    }

    #[test]
    fn a_command_survives_a_shell() {
        let tags: &[(String, String)] = &[("Owner".into(), "it's, me".into())];
        let call = Call::new(Api::CreateDbSnapshot, "us-east-1")
            .with("DBInstanceIdentifier", "a b")
            .with("Tags", tags)
            .with("MultiAZ", false)
            .with("AllocatedStorage", 100);
        assert_eq!(
            call.as_command(" --profile prod"),
            "aws rds create-db-snapshot --profile prod --region us-east-1 --db-instance-identifier 'a b' --tags \
             \"[{\\\"Key\\\":\\\"Owner\\\",\\\"Value\\\":\\\"it's, me\\\"}]\" --no-multi-az --allocated-storage 100"
        );
    }

    #[test]
    fn values_survive_a_file() {
        let call = Call::new(Api::ModifyDbInstance, "us-east-1")
            .with("AllocatedStorage", 100)
            .with("DBInstanceClass", "db.t3.large")
            .with("ApplyImmediately", true)
            .with("VpcSecurityGroupIds", vec!["sg-1".to_owned()]);
        let text = serde_json::to_string(&call).unwrap();
        assert_eq!(serde_json::from_str::<Call>(&text).unwrap(), call);
    }
}
