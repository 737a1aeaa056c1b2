//! Arming: the state in which changes to one environment may be approved, for a short time, by the
//! identity that armed it. Without it the console only reads.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::policy::Policy;
use crate::domain::Identity;

/// An armed environment. It is never extended: whoever needs longer arms again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arming {
    /// Name of the environment.
    pub environment: String,
    /// Account of the identity that armed it.
    pub account: String,
    /// Role or user that armed it, without its session.
    pub principal: String,
    /// Why, in the engineer's words.
    pub reason: String,
    pub since: Timestamp,
    /// Changes may be approved before this moment.
    pub until: Timestamp,
}

/// Why an environment is no longer armed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disarmed {
    TimeIsOver,
    /// Another environment is in view.
    Elsewhere {
        armed: String,
        in_view: String,
    },
    /// The credentials are those of another account, role or user now.
    IdentityChanged {
        was: String,
        is: String,
    },
    /// Whose credentials they are is not known (any more).
    IdentityUnknown,
}

impl std::fmt::Display for Disarmed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TimeIsOver => f.write_str("disarmed: the time is over"),
            Self::Elsewhere { armed, in_view } => write!(f, "{armed} disarmed: {in_view} is in view now"),
            Self::IdentityChanged { was, is } => write!(f, "disarmed: it was armed as {was}, you are {is} now"),
            Self::IdentityUnknown => f.write_str("disarmed: it is not known whose credentials these are"),
        }
    }
}

impl Arming {
    /// Arms an environment for as long as the policy allows, or shorter.
    ///
    /// # Errors
    /// When there is no reason of at least three characters.
    pub fn begin<K>(
        environment: &str,
        identity: &Identity,
        reason: &str,
        now: Timestamp,
        wanted: Duration,
        policy: &Policy<K>,
    ) -> Result<Self, String> {
        let reason = plain_reason(reason);
        if !is_reason(&reason) {
            return Err("say why, in three characters or more (a ticket, what is wrong)".to_owned());
        }
        let until = now.checked_add(wanted.min(policy.arm_at_most)).unwrap_or(now);
        Ok(Self {
            environment: environment.to_owned(),
            account: identity.account.clone(),
            principal: identity.principal(),
            reason,
            since: now,
            until,
        })
    }

    /// Whether it is armed at this moment.
    #[must_use]
    pub fn is_on(&self, now: Timestamp) -> bool {
        (self.since..self.until).contains(&now)
    }

    /// How long it stays armed; nothing when it is over.
    #[must_use]
    pub fn left(&self, now: Timestamp) -> Duration {
        Duration::try_from(self.until.duration_since(now)).unwrap_or_default()
    }

    /// Whether it holds for what is in view and for the identity of now.
    ///
    /// # Errors
    /// Why it does not.
    pub fn still_valid(&self, now: Timestamp, in_view: &str, identity: Option<&Identity>) -> Result<(), Disarmed> {
        if !self.is_on(now) {
            return Err(Disarmed::TimeIsOver);
        }
        if self.environment != in_view {
            return Err(Disarmed::Elsewhere { armed: self.environment.clone(), in_view: in_view.to_owned() });
        }
        let Some(identity) = identity else { return Err(Disarmed::IdentityUnknown) };
        let is = identity.principal();
        if self.account != identity.account || self.principal != is {
            let was = format!("{} in account {}", self.principal, self.account);
            return Err(Disarmed::IdentityChanged { was, is: format!("{is} in account {}", identity.account) });
        }
        Ok(())
    }
}

/// A reason as it is kept: on one line, without anything that steers a terminal.
#[must_use]
pub fn plain_reason(text: &str) -> String {
    crate::domain::text::clean(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A reason that says something: three characters or more.
#[must_use]
pub fn is_reason(text: &str) -> bool {
    text.trim().chars().count() >= 3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::rds::testing::{at, seen};
    use crate::slices::Policy;

    fn after(seconds: u64) -> Timestamp {
        at().checked_add(Duration::from_secs(seconds)).unwrap()
    }

    fn arming() -> Arming {
        let wanted = Duration::from_secs(600);
        Arming::begin("PROD", &seen().identity, " INC-4312 ", at(), wanted, &Policy::default()).unwrap()
    }

    #[test]
    fn it_ends_by_itself() {
        let arming = arming();
        assert_eq!(arming.reason, "INC-4312");
        assert_eq!(arming.left(after(90)), Duration::from_secs(510));
        assert!(arming.is_on(at()) && arming.is_on(after(599)));
        assert!(!arming.is_on(after(600)));
        assert_eq!(arming.left(after(601)), Duration::ZERO);
        let before = at().checked_sub(Duration::from_secs(1)).unwrap();
        assert!(!arming.is_on(before), "the clock was set back");
    }

    #[test]
    fn the_policy_says_the_longest() {
        let identity = seen().identity;
        let policy = Policy::default();
        let long = Arming::begin("PROD", &identity, "INC-1", at(), Duration::from_secs(86_400), &policy).unwrap();
        assert_eq!(long.left(at()), policy.arm_at_most);
        assert!(Arming::begin("PROD", &identity, " a ", at(), Duration::from_secs(60), &policy).is_err());
    }

    #[test]
    fn it_holds_for_one_environment_and_one_identity() {
        let (arming, identity) = (arming(), seen().identity);
        assert_eq!(arming.still_valid(after(1), "PROD", Some(&identity)), Ok(()));
        assert_eq!(arming.still_valid(after(600), "PROD", Some(&identity)), Err(Disarmed::TimeIsOver));
        let elsewhere = Disarmed::Elsewhere { armed: "PROD".into(), in_view: "qa".into() };
        assert_eq!(arming.still_valid(after(1), "qa", Some(&identity)), Err(elsewhere));
        assert_eq!(arming.still_valid(after(1), "PROD", None), Err(Disarmed::IdentityUnknown));
        let mut another = identity.clone();
        another.account = "999988887777".into();
        let changed = arming.still_valid(after(1), "PROD", Some(&another)).unwrap_err();
        assert!(changed.to_string().contains("999988887777"), "{changed}");
        another = identity.clone();
        another.arn = another.arn.replace("reader", "admin");
        assert!(matches!(arming.still_valid(after(1), "PROD", Some(&another)), Err(Disarmed::IdentityChanged { .. })));
        // Another session of the same role is the same principal: credentials are renewed.
        another.arn = identity.arn.replace("oncall", "renewed");
        assert_eq!(arming.still_valid(after(1), "PROD", Some(&another)), Ok(()));
    }
}
