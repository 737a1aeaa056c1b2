//! `UpdateNodegroupConfig` with `scalingConfig`: how many nodes a managed node group has.

mod consequences;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::prelude::*;
use crate::services::kubernetes::model::{Node, NodeProvider};
use crate::services::kubernetes::{Nodegroup, ObjectKind};

/// Sets the least, the wanted and the greatest number of nodes of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScaleNodegroup {
    pub minimum: i32,
    pub desired: i32,
    pub maximum: i32,
}

const FIELDS: [&str; 3] = ["minimum", "desired", "maximum"];

impl Request for ScaleNodegroup {
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::Nodegroup(group) = on else { return None };
        why_not(&group.status)
    }

    fn offer(seen: &Seen) -> Self {
        let group = seen.nodegroup();
        let of = |size: fn(&Nodegroup) -> Option<i32>| group.and_then(size).unwrap_or_default();
        Self {
            minimum: of(|group| group.minimum),
            desired: of(|group| group.desired),
            maximum: of(|group| group.maximum).max(1),
        }
    }

    fn fields(&self, seen: &Seen) -> Vec<Field> {
        let group = seen.nodegroup();
        let now = |size: fn(&Nodegroup) -> Option<i32>| match group.and_then(size) {
            Some(size) => format!("now {size}"),
            None => "what it is now is not known".to_owned(),
        };
        let there = there(seen).map(|nodes| format!("; {} there", nodes.len())).unwrap_or_default();
        let field = |name: &'static str, label: &'static str, value: i32, hint: String| {
            Field::new(name, label, value.to_string(), FieldKind::Whole { unit: "nodes" }).hint(hint)
        };
        vec![
            field("minimum", "Minimum", self.minimum, now(|group| group.minimum)),
            field("desired", "Desired", self.desired, format!("{}{there}", now(|group| group.desired))),
            field("maximum", "Maximum", self.maximum, now(|group| group.maximum)),
        ]
    }

    /// The least of each is that of the EKS API (`ZeroCapacity`, `Capacity`); the greatest is a quota of the account.
    fn set(&mut self, name: &str, value: &str, _: &Seen) -> Result<(), String> {
        match name {
            "minimum" => self.minimum = field::whole(value, 0, i32::MAX)?,
            "desired" => self.desired = field::whole(value, 0, i32::MAX)?,
            "maximum" => self.maximum = field::whole(value, 1, i32::MAX)?,
            _ => return Err(field::unknown(name, &FIELDS)),
        }
        Ok(())
    }

    fn draft(&self, seen: &Seen) -> Draft {
        let (Some(name), Some(group)) = (seen.name(), seen.nodegroup()) else { return Draft::new(Risk::Routine, seen) };
        let change = self.change(seen, group);
        // Nodes that go take their pods with them; what is not known may be that.
        let is_gentle = change.going == Some(0);
        let mut draft = Draft::new(if is_gentle { Risk::Routine } else { Risk::Disruptive }, seen);
        draft.summary = self.summary(group, &change);
        self.check(&mut draft, seen, group, &change);
        consequences::say(&mut draft, seen, group, &change);
        let words: Vec<String> = change.sent.iter().map(|(size, value)| format!("{}={value}", size.name())).collect();
        // Sent once, and not again by the console: the token by which EKS would know it again is the SDK's
        // (`clientRequestToken`, an idempotency token of the model).
        let call = Call::new(Api::UpdateNodegroupConfig, &seen.target.region)
            .with("clusterName", &name.cluster)
            .with("nodegroupName", &name.name)
            .with("scalingConfig", words.join(","));
        let of = Followed::of(&seen.target.region, &name, "");
        let follow = Follow::NodegroupUpdated {
            of,
            minimum: change.sends(GroupSize::Minimum),
            maximum: change.sends(GroupSize::Maximum),
            desired: change.sends(GroupSize::Desired),
        };
        // AWS names no figure.
        let usual = if is_gentle { (30, 300) } else { (30, 1_200) };
        draft.step("sets its sizes", call, follow, usual);
        let number = |size: Option<i32>| size.map_or_else(|| "as it was".to_owned(), |size| size.to_string());
        let back = format!(
            "set it back: minimum {}, desired {}, maximum {}; nodes that went do not come back, others do",
            number(group.minimum),
            number(group.desired),
            number(group.maximum)
        );
        draft.inverse = Some(back);
        draft
    }
}

/// A size of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GroupSize {
    Minimum,
    Maximum,
    Desired,
}

impl GroupSize {
    /// In the EKS API (`NodegroupScalingConfig`).
    fn name(self) -> &'static str {
        match self {
            Self::Minimum => "minSize",
            Self::Maximum => "maxSize",
            Self::Desired => "desiredSize",
        }
    }
}

/// What becomes different.
#[derive(Debug)]
struct GroupChange {
    /// What is sent: only what differs. A desired size that is sent as it was read would undo what an autoscaler has done
    /// since ("can be out-of-date for short periods of time", EKS API, `desiredSize`).
    sent: Vec<(GroupSize, i32)>,
    /// Nodes that are there, or that EKS desires, where those are more: the rest is on its way.
    there: Option<i32>,
    /// Nodes that go, and that come; none where it is not known how many there are.
    going: Option<i32>,
    coming: Option<i32>,
}

impl GroupChange {
    fn sends(&self, size: GroupSize) -> Option<i32> {
        self.sent.iter().find(|(sent, _)| *sent == size).map(|(_, value)| *value)
    }
}

impl ScaleNodegroup {
    fn change(&self, seen: &Seen, group: &Nodegroup) -> GroupChange {
        let all = [
            (GroupSize::Minimum, self.minimum, group.minimum),
            (GroupSize::Maximum, self.maximum, group.maximum),
            (GroupSize::Desired, self.desired, group.desired),
        ];
        let sent: Vec<(GroupSize, i32)> =
            all.into_iter().filter(|(_, to, now)| Some(*to) != *now).map(|(size, to, _)| (size, to)).collect();
        let counted = there(seen).map(|nodes| i32::try_from(nodes.len()).unwrap_or(i32::MAX));
        let there = counted.max(group.desired);
        // An Auto Scaling group has no more nodes than its maximum and no fewer than its minimum.
        let is_desired = sent.iter().any(|(size, _)| *size == GroupSize::Desired);
        let (most, least) = if is_desired { (self.desired, self.desired) } else { (self.maximum, self.minimum) };
        let going = there.map(|there| (there - most).max(0));
        let coming = there.map(|there| (least - there).max(0));
        GroupChange { sent, there, going, coming }
    }

    fn summary(&self, group: &Nodegroup, change: &GroupChange) -> String {
        if change.sent.is_empty() {
            return format!("The sizes of {} stay as they are.", group.name);
        }
        let sizes = format!("{} has {} to {} nodes, {} desired.", group.name, self.minimum, self.maximum, self.desired);
        match (change.going, change.coming) {
            (Some(0), Some(0)) => format!("{sizes} No node comes or goes."),
            (Some(0), Some(coming)) => format!("{sizes} {coming} more are started."),
            (Some(going), _) => format!("{sizes} AWS ends {going} of those that are there, and chooses which."),
            (None, _) => format!("{sizes} How many are there now is not known."),
        }
    }

    fn check(&self, draft: &mut Draft, seen: &Seen, group: &Nodegroup, change: &GroupChange) {
        let why = why_not(&group.status);
        draft.check(Check::must("takes an update", why.is_none(), why.unwrap_or_default()));
        let ails: Vec<String> = group.health.iter().map(|one| format!("{}: {}", one.code, one.message)).collect();
        let is_well = &*group.status != "DEGRADED" && ails.is_empty();
        let ails = if ails.is_empty() { "EKS does not say of what".to_owned() } else { ails.join("; ") };
        draft.check(Check::should("is well", is_well, format!("it is {}, {ails}", group.status)));
        draft.check(Check::must("something changes", !change.sent.is_empty(), "all of it is so already"));
        // InvalidParameterException: "Minimum capacity 3 can't be greater than desired size 2", "desiredSize can't be greater
        // than maxSize".
        let wrong = if self.minimum > self.desired {
            format!("the minimum {} is more than the desired {}", self.minimum, self.desired)
        } else if self.desired > self.maximum {
            format!("the desired {} is more than the maximum {}", self.desired, self.maximum)
        } else if self.minimum < 0 || self.maximum < 1 {
            "AWS takes a minimum of 0 and a maximum of 1 at least".to_owned()
        } else {
            String::new()
        };
        draft.check(Check::must("sizes fit together", wrong.is_empty(), wrong));
        if let Some(desired) = change.sends(GroupSize::Desired) {
            check_desired(draft, seen, group, desired);
        }
    }
}

/// Whoever else scales it, and whether EKS knows how many nodes there are.
fn check_desired(draft: &mut Draft, seen: &Seen, group: &Nodegroup, desired: i32) {
    let name = "nobody else scales it";
    match autoscaler(seen) {
        Err(()) => {
            draft.check(Check::unknown(name, "deployments were not read: a Cluster Autoscaler would scale it too"));
        }
        Ok(None) => draft.check(Check::should(name, true, "")),
        Ok(Some(scaler)) => {
            // "If you use the Kubernetes Cluster Autoscaler, you shouldn't change the desiredSize value directly" (EKS API).
            let why = format!(
                "Cluster Autoscaler ({scaler}) may set another desired number than {desired}: change the minimum or maximum instead"
            );
            draft.check(Check::should(name, false, why));
        }
    }
    let name = "EKS knows its nodes";
    match (there(seen), group.desired) {
        (Some(nodes), Some(known)) => {
            let is_so = i32::try_from(nodes.len()) == Ok(known);
            let why = format!("EKS desires {known}, and {} are there: somebody may have scaled it since", nodes.len());
            draft.check(Check::should(name, is_so, why));
        }
        (None, _) => draft.check(Check::unknown(name, "nodes were not read")),
        (_, None) => draft.check(Check::unknown(name, "EKS does not say how many it desires")),
    }
}

/// `namespace/name` of a Cluster Autoscaler that runs in the cluster; an error where deployments were not read.
fn autoscaler(seen: &Seen) -> Result<Option<String>, ()> {
    let view = seen.view().filter(|_| seen.knows(ObjectKind::Deployment)).ok_or(())?;
    // registry.k8s.io/autoscaling/cluster-autoscaler:v1.34.0, or a copy of it.
    let is_image = |image: &str| image.rsplit('/').next().is_some_and(|name| name.starts_with("cluster-autoscaler"));
    let found = view.workloads().find(|one| one.wanted > 0 && one.images.iter().any(|image| is_image(image)));
    Ok(found.map(|one| format!("{}/{}", one.namespace, one.name)))
}

/// The nodes of the group that is the target, but for those that are going; none where nodes were not read.
fn there(seen: &Seen) -> Option<Vec<&Node>> {
    let group = seen.nodegroup()?;
    if !seen.knows(ObjectKind::Node) {
        return None;
    }
    let is_its = |node: &&Node| matches!(&node.provider, NodeProvider::ManagedGroup(name) if *name == group.name);
    let cluster = seen.data.get(&seen.name()?.cluster)?;
    let nodes = cluster.objects.nodes.items().value()?;
    Some(nodes.values().map(AsRef::as_ref).filter(is_its).filter(|node| node.deleting.is_none()).collect())
}

/// Why a group takes no update in this state: EKS takes one at a time (`ResourceInUseException`).
fn why_not(status: &str) -> Option<String> {
    match status {
        "ACTIVE" | "DEGRADED" => None,
        "UPDATING" => Some("an update of it runs: EKS takes another one when that is over".to_owned()),
        other => Some(format!("it is {other}")),
    }
}
