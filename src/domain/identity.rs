//! Who we are, as AWS sees us.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The call that tells it, as IAM names its action.
pub const GET_CALLER_IDENTITY: &str = "sts:GetCallerIdentity";

/// The identity behind a session's credentials (`sts:GetCallerIdentity`), text cleaned.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The twelve digits of the account.
    pub account: String,
    /// ARN of the user or assumed role, for example
    /// `arn:aws:sts::111122223333:assumed-role/reader/oncall`.
    pub arn: String,
    /// When the credentials end; `None` for those that do not (the keys of a user).
    pub expires: Option<Timestamp>,
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

    /// The ARN without the session: the same for everybody who assumes the role, and in every
    /// sign-in.
    #[must_use]
    pub fn principal(&self) -> String {
        match self.arn.split_once(":assumed-role/") {
            Some((before, rest)) => {
                let role = rest.rsplit_once('/').map_or(rest, |(role, _)| role);
                format!("{before}:assumed-role/{role}")
            }
            None => self.arn.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_the_role_or_the_user() {
        for (arn, name) in [
            ("arn:aws:sts::111122223333:assumed-role/reader/oncall", "reader"),
            ("arn:aws:iam::111122223333:user/alice", "alice"),
            ("arn:aws:iam::111122223333:root", "root"),
            ("", ""),
        ] {
            let identity = Identity { arn: arn.into(), ..Identity::default() };
            assert_eq!(identity.name(), name, "{arn}");
        }
    }

    #[test]
    fn the_principal_is_the_same_in_every_session() {
        for (arn, principal) in [
            ("arn:aws:sts::111122223333:assumed-role/reader/oncall", "arn:aws:sts::111122223333:assumed-role/reader"),
            ("arn:aws:iam::111122223333:user/team/alice", "arn:aws:iam::111122223333:user/team/alice"),
            ("", ""),
        ] {
            let identity = Identity { arn: arn.into(), ..Identity::default() };
            assert_eq!(identity.principal(), principal);
        }
    }
}
