//! Who we are, as AWS sees us.

/// The identity behind a session's credentials (`sts:GetCallerIdentity`), text cleaned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The twelve digits of the account.
    pub account: String,
    /// ARN of the user or assumed role, for example
    /// `arn:aws:sts::111122223333:assumed-role/reader/oncall`.
    pub arn: String,
}

impl Identity {
    /// The role or user without account and session: `reader`.
    #[must_use]
    pub fn name(&self) -> &str {
        let resource = self.arn.rsplit(':').next().unwrap_or(&self.arn);
        let mut parts = resource.split('/');
        match (parts.next(), parts.next()) {
            (Some("assumed-role" | "user" | "federated-user"), Some(_)) => {
                resource.split('/').nth(1).unwrap_or(resource)
            }
            _ => resource,
        }
    }
}
