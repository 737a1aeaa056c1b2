//! A cluster's managed node group: how large it is to be, and the updates by which that changes. EKS tells of it and
//! changes it; [`GroupScaling`] lets the cluster follow.

mod drain;
mod scaling;

#[cfg(test)]
mod tests;

pub use scaling::GroupScaling;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::controllers::chance;
use super::estate::{ClusterSite, system_group};

/// The most nodes of a group (EKS service quotas, "Nodes per managed node group").
const MOST: i32 = 450;

/// A group's bounds and its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupSizes {
    pub min: i32,
    pub max: i32,
    pub desired: i32,
}

/// The sizes that a caller asks for; what is not said stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GroupWish {
    pub min: Option<i32>,
    pub max: Option<i32>,
    pub desired: Option<i32>,
}

/// How an update stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UpdateState {
    InProgress,
    Successful,
    /// With what is said of it.
    Failed(GroupTrouble),
}

/// What is wrong: a code of EKS, words, and the instances or groups that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupTrouble {
    pub code: &'static str,
    pub message: String,
    pub resources: Vec<String>,
}

/// A change of a group's sizes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupUpdate {
    /// A UUID.
    pub id: String,
    pub created: Timestamp,
    pub wish: GroupWish,
    /// What the group is to be.
    pub sizes: GroupSizes,
    pub state: UpdateState,
    /// When it began or, if it has, ended.
    pub changed: Timestamp,
    token: Option<String>,
}

/// Why an update does not begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupRefusal {
    /// Another one runs.
    InUse,
    /// What is asked for cannot be.
    Invalid(String),
}

/// A managed node group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeGroup {
    site: ClusterSite,
    found: GroupSizes,
    updates: Vec<GroupUpdate>,
    /// What EKS says of the group's health.
    issues: Vec<GroupTrouble>,
}

impl NodeGroup {
    /// As it is found.
    #[must_use]
    pub fn new(site: ClusterSite) -> Self {
        let size = system_group::size(site) as i32;
        let found = GroupSizes { min: size.min(2), max: size * 2, desired: size };
        Self { site, found, updates: Vec::new(), issues: Vec::new() }
    }

    /// Its updates, oldest first.
    #[must_use]
    pub fn updates(&self) -> &[GroupUpdate] {
        &self.updates
    }

    /// What is wrong with it.
    #[must_use]
    pub fn issues(&self) -> &[GroupTrouble] {
        &self.issues
    }

    /// What it is to be.
    #[must_use]
    pub fn sizes(&self) -> GroupSizes {
        self.updates.last().map_or(self.found, |update| update.sizes)
    }

    /// What it was to be at a moment: a cluster that is built lives through its last hour once more.
    fn sizes_at(&self, now: Timestamp) -> GroupSizes {
        let before = self.updates.iter().rev().find(|update| update.created <= now);
        before.map_or(self.found, |update| update.sizes)
    }

    /// Whether an update runs.
    #[must_use]
    pub fn is_updating(&self) -> bool {
        self.updates.last().is_some_and(|update| update.state == UpdateState::InProgress)
    }

    /// As `DescribeNodegroup` has it. A group that could not grow is degraded until it has grown (containers-roadmap
    /// #2326), and an update may begin then.
    #[must_use]
    pub fn status(&self) -> &'static str {
        match (self.is_updating(), self.issues.is_empty()) {
            (true, _) => "UPDATING",
            (false, true) => "ACTIVE",
            (false, false) => "DEGRADED",
        }
    }

    /// Begins an update. Whoever sends the same token again is told of the update that it began.
    ///
    /// # Errors
    /// Another update runs; what is asked for cannot be; the token was another request's.
    pub fn begin(&mut self, wish: GroupWish, token: Option<&str>, now: Timestamp) -> Result<GroupUpdate, GroupRefusal> {
        let known = token.and_then(|token| self.updates.iter().position(|one| one.token.as_deref() == Some(token)));
        if let Some(known) = known {
            let update = &self.updates[known];
            // EKS documents the token's purpose, and not what it says here.
            let other = || GroupRefusal::Invalid("The clientRequestToken was used with other parameters.".to_owned());
            return if update.wish == wish { Ok(update.clone()) } else { Err(other()) };
        }
        let sizes = wish.made_of(self.sizes())?;
        if self.is_updating() {
            return Err(GroupRefusal::InUse);
        }
        let number = self.updates.len().to_string();
        let id = chance::uuid(self.site.seed(), &["update", system_group::NAME, &now.to_string(), &number]);
        let token = token.map(ToOwned::to_owned);
        let state = UpdateState::InProgress;
        let update = GroupUpdate { id, created: now, wish, sizes, state, changed: now, token };
        self.updates.push(update.clone());
        Ok(update)
    }

    /// Ends the update that runs.
    fn end(&mut self, state: UpdateState, now: Timestamp) {
        if let Some(update) = self.updates.last_mut().filter(|update| update.state == UpdateState::InProgress) {
            update.state = state;
            update.changed = now;
        }
    }

    /// The name of its Auto Scaling group: the group's name and its id.
    #[must_use]
    pub fn auto_scaling_group(&self) -> String {
        format!("eks-{}-{}", system_group::NAME, self.id())
    }

    /// Its id, the last part of its ARN.
    #[must_use]
    pub fn id(&self) -> String {
        chance::uuid(self.site.seed(), &["nodegroup", self.site.account(), self.site.cluster(), system_group::NAME])
    }
}

impl GroupWish {
    /// The sizes that come of it. Words of EKS: terraform-aws-eks #3306 for the minimum, cloud-platform-infrastructure
    /// #4595 for the maximum.
    fn made_of(self, known: GroupSizes) -> Result<GroupSizes, GroupRefusal> {
        let invalid = |words: String| Err(GroupRefusal::Invalid(words));
        for (name, value, least) in
            [("minSize", self.min, 0), ("maxSize", self.max, 1), ("desiredSize", self.desired, 0)]
        {
            if let Some(value) = value.filter(|value| *value < least) {
                return invalid(format!(
                    "1 validation error detected: Value '{value}' at 'scalingConfig.{name}' failed to satisfy \
                     constraint: Member must have value greater than or equal to {least}"
                ));
            }
        }
        let sizes = GroupSizes {
            min: self.min.unwrap_or(known.min),
            max: self.max.unwrap_or(known.max),
            desired: self.desired.unwrap_or(known.desired),
        };
        if sizes.min > sizes.desired {
            return invalid(format!(
                "Minimum capacity {} can't be greater than desired size {}",
                sizes.min, sizes.desired
            ));
        }
        if sizes.desired > sizes.max {
            return invalid("desiredSize can't be greater than maxSize".to_owned());
        }
        if sizes.max > MOST {
            return invalid(format!("maxSize can't be greater than {MOST}"));
        }
        Ok(sizes)
    }
}

/// A group that EKS and its cluster share.
#[derive(Debug, Clone)]
pub struct SharedNodeGroup(Arc<Mutex<NodeGroup>>);

impl SharedNodeGroup {
    /// As it is found.
    #[must_use]
    pub fn new(site: ClusterSite) -> Self {
        Self(Arc::new(Mutex::new(NodeGroup::new(site))))
    }

    /// The group; held for one request or one step of its controller.
    pub fn lock(&self) -> MutexGuard<'_, NodeGroup> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
