//! Settings that change nothing of how an instance runs here, but much for whoever uses it: a
//! restore and a replica do not take them over from their source.

use serde::Deserialize;

use super::identity;
use super::instance::Instance;

/// Settings with AWS's defaults, which a call that does not name them gets (service model,
/// `RestoreDBInstanceToPointInTimeMessage`, `CreateDBInstanceReadReplicaMessage`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Clients may sign in with IAM.
    pub iam_authentication: bool,
    /// `IPV4` or `DUAL`.
    pub network_type: String,
    pub dedicated_log_volume: bool,
    /// Enrolled in the paid RDS Extended Support; of written instances their estate says it.
    #[serde(skip)]
    pub extended_support: bool,
    /// `None` is the engine's default group.
    pub option_group: Option<String>,
    pub insights_mode: InsightsMode,
    /// ARN of the key of Performance Insights, while that is on.
    pub insights_key: Option<String>,
    /// RDS keeps the master password in Secrets Manager.
    pub managed_password: bool,
    /// ARN of the key of that secret.
    pub secret_key: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            iam_authentication: false,
            network_type: "IPV4".to_owned(),
            dedicated_log_volume: false,
            extended_support: true,
            option_group: None,
            insights_mode: InsightsMode::Standard,
            insights_key: None,
            managed_password: false,
            secret_key: None,
        }
    }
}

/// `DatabaseInsightsMode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InsightsMode {
    Standard,
    Advanced,
}

impl InsightsMode {
    /// The mode of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Standard, Self::Advanced].into_iter().find(|mode| mode.name() == name)
    }

    /// As the API names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Advanced => "advanced",
        }
    }
}

/// `EngineLifecycleSupport`.
#[must_use]
pub const fn lifecycle_support(extended: bool) -> &'static str {
    if extended { "open-source-rds-extended-support" } else { "open-source-rds-extended-support-disabled" }
}

impl Instance {
    /// The major version, as parameter groups and option groups name it: `16`, but `8.0` of MySQL.
    #[must_use]
    pub fn major_version(&self) -> &str {
        let parts = if matches!(self.engine.as_str(), "mysql" | "mariadb") { 2 } else { 1 };
        let end = self.engine_version.match_indices('.').nth(parts - 1).map(|(at, _)| at);
        end.and_then(|end| self.engine_version.get(..end)).unwrap_or(&self.engine_version)
    }

    /// `OptionGroupName`.
    #[must_use]
    pub fn option_group(&self) -> String {
        let default = || format!("default:{}-{}", self.engine, self.major_version().replace('.', "-"));
        self.settings.option_group.clone().unwrap_or_else(default)
    }

    /// `LicenseModel`.
    #[must_use]
    pub fn license(&self) -> &'static str {
        if self.engine.contains("postgres") { "postgresql-license" } else { "general-public-license" }
    }

    /// ARN of the secret that RDS keeps the master password in.
    #[must_use]
    pub fn secret_arn(&self) -> String {
        let seed = identity::hash(&["secret", &self.resource_id]);
        let (name, end) = (identity::uuid(seed), identity::draw(seed, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl", 6));
        format!("arn:aws:secretsmanager:{}:{}:secret:rds!db-{name}-{end}", self.region, self.account)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{World, WorldOptions};

    #[test]
    fn major_versions_are_named_as_the_engines_name_them() {
        let epoch = "2026-11-22T14:00:00Z".parse().unwrap();
        let options = WorldOptions { scenario: "quiet".into(), seed: 1, databases: None, epoch };
        let world = World::build(&options).unwrap();
        let mut instance = world.find("111122223333", "us-east-1", "rentaliq-prod-db").unwrap().clone();
        assert_eq!((instance.major_version(), instance.option_group().as_str()), ("16", "default:postgres-16"));
        assert_eq!(instance.license(), "postgresql-license");
        (instance.engine, instance.engine_version) = ("mysql".to_owned(), "8.0.40".to_owned());
        assert_eq!((instance.major_version(), instance.option_group().as_str()), ("8.0", "default:mysql-8-0"));
        assert_eq!(instance.license(), "general-public-license");
        assert!(instance.secret_arn().starts_with("arn:aws:secretsmanager:us-east-1:111122223333:secret:rds!db-"));
    }
}
