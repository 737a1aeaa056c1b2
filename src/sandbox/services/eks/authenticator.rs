//! Lets people into a cluster by their AWS credentials, as the access entries of the cluster say.

use jiff::Timestamp;

use super::access_entries::{AccessPolicy, Admission, CREATOR, admission_of};
use super::operator_role;
use super::presigned::Presigned;
use crate::sandbox::kubernetes::access::{Access, AccessQuestion};
use crate::sandbox::kubernetes::estate::ClusterSite;
use crate::sandbox::services::sts;

/// Who may do what in a cluster: whoever bears a token of `aws eks get-token`, what the access entry of their role
/// allows; whoever bears the token of the kubeconfig that the sandbox writes, all that its maker may.
#[derive(Clone)]
pub struct EksAuthenticator {
    site: ClusterSite,
    token: Option<String>,
    machine: fn() -> Timestamp,
}

impl std::fmt::Debug for EksAuthenticator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Without the token.
        f.debug_struct("EksAuthenticator").field("site", &self.site).finish_non_exhaustive()
    }
}

impl EksAuthenticator {
    /// That of a site's cluster.
    #[must_use]
    pub fn new(site: ClusterSite) -> Self {
        Self { site, token: None, machine: Timestamp::now }
    }

    /// One that lets in the bearer of this token, too.
    #[must_use]
    pub fn with_token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    /// The user name of an access entry of people: `arn:aws:sts::444455556666:assumed-role/reader/oncall`.
    fn user_of(&self, role: &str, session: &str) -> String {
        sts::user_arn(self.site.account(), role, session)
    }

    fn admission(&self, user: &str) -> Option<Admission> {
        // Sessions have no slash in their names.
        let (entry, session) = user.rsplit_once('/')?;
        let (_, role) = entry.rsplit_once('/')?;
        (self.user_of(role, session) == user).then(|| admission_of(self.site, role))?
    }
}

impl Access for EksAuthenticator {
    fn user(&self, token: Option<&str>, now: Timestamp) -> Option<String> {
        let token = token?;
        if self.token.as_deref() == Some(token) {
            return Some(self.user_of(CREATOR, "oncall"));
        }
        let signed = Presigned::read(token)?;
        // The sandbox's clock may be far from that of the machine, by which another process signs.
        if !signed.is_good(now) && !signed.is_good((self.machine)()) {
            return None;
        }
        if signed.account != self.site.account() {
            return None;
        }
        if ClusterSite::ALL.into_iter().any(|site| site != self.site && signed.is_for(site.cluster())) {
            return None;
        }
        let (role, session) = sts::session_in(signed.session_token.as_deref());
        admission_of(self.site, role).map(|_| self.user_of(role, session))
    }

    fn allows(&self, user: &str, asked: &AccessQuestion, _: Timestamp) -> bool {
        let Some(Admission { policy, group }) = self.admission(user) else { return false };
        let by_policy = match policy {
            AccessPolicy::ClusterAdmin => true,
            AccessPolicy::AdminView => matches!(asked.verb.as_str(), "get" | "list" | "watch"),
        };
        by_policy || group.is_some_and(|group| operator_role::allows(group, asked))
    }
}

#[cfg(test)]
mod tests;
