//! An EC2NodeClass (karpenter.k8s.aws/v1), or a NodeClass of EKS Auto Mode (eks.amazonaws.com/v1).

use std::sync::Arc;

use serde::Deserialize;

use super::super::interned::{Interned, own};
use super::common::{WireCondition, conditions};
use super::value::{WireList, WireText};
use super::{Projected, WireMeta};
use crate::domain::Delta;
use crate::services::kubernetes::model::{ClassKind, NodeClass};
use crate::services::kubernetes::{ObjectKind, WatchTold};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::kube) struct WireClass<'a> {
    #[serde(borrow)]
    metadata: WireMeta<'a>,
    spec: WireClassSpec<'a>,
    status: WireClassStatus<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireClassSpec<'a> {
    #[serde(borrow)]
    role: WireText<'a>,
    instance_profile: WireText<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireClassStatus<'a> {
    #[serde(borrow)]
    amis: WireList<WireAmi<'a>>,
    subnets: WireList<WireSubnet<'a>>,
    security_groups: WireList<WireGroup<'a>>,
    conditions: WireList<WireCondition<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireAmi<'a> {
    #[serde(borrow)]
    id: WireText<'a>,
    name: WireText<'a>,
    deprecated: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireSubnet<'a> {
    #[serde(borrow)]
    id: WireText<'a>,
    zone: WireText<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireGroup<'a> {
    #[serde(borrow)]
    id: WireText<'a>,
}

impl Projected for NodeClass {
    type Fields<'a> = WireClass<'a>;

    fn meta<'w, 'a>(wire: &'w Self::Fields<'a>) -> &'w WireMeta<'a> {
        &wire.metadata
    }

    fn project(kind: ObjectKind, wire: &WireClass<'_>, words: &mut Interned) -> Self {
        let WireClass { metadata, spec, status } = wire;
        let is_auto = kind == ObjectKind::AutoNodeClass;
        Self {
            kind: if is_auto { ClassKind::NodeClass } else { ClassKind::Ec2NodeClass },
            name: own(&metadata.name),
            created: metadata.created(),
            deleting: metadata.deleting(),
            role: words.word(if spec.role.is_empty() { &spec.instance_profile } else { &spec.role }),
            amis: status
                .amis
                .iter()
                .map(|ami| (words.word(&ami.id), words.word(&ami.name), ami.deprecated.unwrap_or(false)))
                .collect(),
            subnets: status.subnets.iter().map(|one| (words.word(&one.id), words.word(&one.zone))).collect(),
            security_groups: status.security_groups.iter().map(|one| words.word(&one.id)).collect(),
            conditions: conditions(&status.conditions, words),
        }
    }

    fn told(delta: Delta<Arc<Self>>) -> WatchTold {
        WatchTold::NodeClasses(delta)
    }
}
