//! What is known of changes: the rules for them, what is armed, what runs and what has run.

use std::collections::BTreeMap;

use crate::domain::EnvironmentId;
use crate::ops::Arming;
use crate::slices::{Api, Execution, Policy};

/// Everything about changes that is not on one screen only.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// What a change takes in an environment; the default where there is none.
    pub policies: BTreeMap<EnvironmentId, Policy>,
    /// The role that makes changes, where it is not the one that reads.
    pub operators: BTreeMap<EnvironmentId, String>,
    /// Why nothing may be changed until it is mended: a configuration that cannot be read, for example.
    pub blocked: Option<String>,
    pub arming: Option<Arming>,
    /// Oldest first.
    pub executions: Vec<Execution>,
    /// The IAM action that is missing, by environment and call.
    pub denied: BTreeMap<(String, Api), String>,
    /// Why nothing can be recorded, and so nothing be changed.
    pub journal: Option<String>,
}

impl Changes {
    /// The guard's policy of an environment.
    #[must_use]
    pub fn policy(&self, environment: EnvironmentId) -> Policy {
        self.policies.get(&environment).cloned().unwrap_or_default()
    }

    /// Executions that go on.
    pub fn running(&self) -> impl Iterator<Item = &Execution> + Clone {
        self.executions.iter().filter(|execution| execution.is_running())
    }
}
