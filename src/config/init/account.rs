//! Whose account a profile is, as STS says now and as its file says.

use super::{Profile, WhoseAccount};
use crate::domain::text;

/// What is known of a profile's account.
pub(super) struct ProfileAccount {
    /// The account to expect: the one that the profile is written for, which is what was meant, or else the one that
    /// answered.
    pub account: Option<String>,
    /// Why nobody answered, and what helps.
    pub unread: Option<String>,
    /// The account that answered, where it is another one.
    stranger: Option<String>,
}

impl ProfileAccount {
    /// Asks STS whose credentials these are.
    pub(super) fn of(profile: &Profile, verify: &mut WhoseAccount<'_>) -> Self {
        let meant = profile.account.clone();
        match verify(profile).map(|account| text::clean(&account)) {
            Ok(real) => {
                let stranger = meant.as_ref().is_some_and(|meant| *meant != real).then(|| real.clone());
                Self { account: meant.or(Some(real)), unread: None, stranger }
            }
            Err(why) => Self { account: meant, unread: Some(text::clean(&why)), stranger: None },
        }
    }

    /// The same in words.
    pub(super) fn said(&self) -> String {
        match (&self.account, &self.unread, &self.stranger) {
            (Some(meant), _, Some(real)) => format!(
                "STS says that these credentials belong to {real}, but the profile is written for {meant}: look at it \
                 before you trust it"
            ),
            (Some(meant), Some(why), _) => format!(
                "STS does not answer with this profile now ({why}); the account {meant} is the one in the profile"
            ),
            (None, Some(why), _) => {
                format!("STS does not answer with this profile now ({why}), so the account is not known")
            }
            (account, None, _) => {
                format!("STS says that these credentials belong to {}", account.as_deref().unwrap_or("nobody"))
            }
        }
    }

    /// Whether another account answered than the profile is written for.
    pub(super) fn is_strange(&self) -> bool {
        self.stranger.is_some()
    }
}
