//! EKS's types as ours, every text cleaned. A word that is not known stays as it is.

use std::sync::Arc;

use aws_sdk_eks::types as sdk;

use crate::aws::{list, named, time, words};
use crate::domain::text;
use crate::services::kubernetes::change::NodegroupUpdate;
use crate::services::kubernetes::{
    Addon, ClusterVersion, EksCluster, EksTrouble, EndpointAccess, Insight, Nodegroup, Support,
};

/// The kind of cluster that runs in a region (`clusterType`); others are of Outposts.
const OF_REGION: &str = "eks";

/// The troubles in a `health`, which is three types with members of the same names.
macro_rules! troubles {
    ($health:expr) => {
        $health
            .and_then(|health| health.issues)
            .unwrap_or_default()
            .into_iter()
            .map(|issue| EksTrouble {
                code: word(issue.code.as_ref().map(|code| code.as_str())),
                message: line(issue.message),
                resources: texts(issue.resource_ids),
            })
            .collect()
    };
}

/// A cluster that was asked for by this name.
pub(super) fn cluster(name: &str, raw: sdk::Cluster) -> EksCluster {
    let (logs_on, logs_off) = logs(raw.logging);
    let compute = raw.compute_config;
    let keys = raw.encryption_config.unwrap_or_default().into_iter();
    EksCluster {
        name: name_of(name, raw.name),
        arn: plain(raw.arn),
        status: word(raw.status.as_ref().map(sdk::ClusterStatus::as_str)),
        version: plain(raw.version),
        platform: plain(raw.platform_version),
        created: time::optional(raw.created_at),
        endpoint: plain(raw.endpoint),
        authority: plain(raw.certificate_authority.and_then(|authority| authority.data)),
        access: access(raw.resources_vpc_config),
        authentication: word(
            raw.access_config
                .as_ref()
                .and_then(|access| access.authentication_mode.as_ref())
                .map(sdk::AuthenticationMode::as_str),
        ),
        logs_on,
        logs_off,
        upgrade_policy: raw
            .upgrade_policy
            .as_ref()
            .and_then(|policy| policy.support_type.as_ref())
            .map(|kind| text::clean(kind.as_str()).into()),
        auto_mode: compute.as_ref().and_then(|compute| compute.enabled) == Some(true),
        auto_pools: texts(compute.and_then(|compute| compute.node_pools)),
        deletion_protection: raw.deletion_protection,
        zonal_shift: raw.zonal_shift_config.and_then(|shift| shift.enabled) == Some(true),
        secrets_key: keys
            .filter_map(|config| config.provider)
            .find_map(|provider| named(provider.key_arn))
            .map(Arc::from),
        health: troubles!(raw.health),
        tags: raw
            .tags
            .unwrap_or_default()
            .into_iter()
            .map(|(key, value)| (text::clean(&key).into(), text::clean(&value).into()))
            .collect(),
    }
}

/// Where EKS says nothing, what it gives a cluster of which nothing is said: "The default value for this parameter is
/// true, which enables public access for your Kubernetes API server" (API reference, `VpcConfigRequest`).
fn access(raw: Option<sdk::VpcConfigResponse>) -> EndpointAccess {
    match raw {
        Some(raw) => EndpointAccess {
            public: raw.endpoint_public_access,
            private: raw.endpoint_private_access,
            cidrs: texts(raw.public_access_cidrs),
        },
        None => EndpointAccess { public: true, private: false, cidrs: Vec::new() },
    }
}

/// The log types that are on, and those that are off. One of which EKS says neither is in neither list.
fn logs(raw: Option<sdk::Logging>) -> (Vec<Arc<str>>, Vec<Arc<str>>) {
    let (mut on, mut off) = (Vec::new(), Vec::new());
    for setup in raw.and_then(|logging| logging.cluster_logging).unwrap_or_default() {
        let types = setup.types.unwrap_or_default();
        let types = types.iter().map(|kind| word(Some(kind.as_str())));
        match setup.enabled {
            Some(true) => on.extend(types),
            Some(false) => off.extend(types),
            None => {}
        }
    }
    (on, off)
}

/// A version of Kubernetes; none where it has no name, or is of a cluster of another kind.
pub(super) fn version(raw: sdk::ClusterVersionInformation) -> Option<ClusterVersion> {
    if raw.cluster_type.is_some_and(|kind| kind != OF_REGION) {
        return None;
    }
    // `status` is the older spelling of the same: "This field is deprecated. Use versionStatus instead".
    let said = raw.version_status.as_ref().map(sdk::VersionStatus::as_str);
    let said = said.or_else(|| raw.status.as_ref().map(sdk::ClusterVersionStatus::as_str));
    Some(ClusterVersion {
        version: named(raw.cluster_version)?.into(),
        is_default: raw.default_version,
        released: time::optional(raw.release_date),
        standard_until: time::optional(raw.end_of_standard_support_date),
        extended_until: time::optional(raw.end_of_extended_support_date),
        support: said.and_then(support),
    })
}

fn support(said: &str) -> Option<Support> {
    match said.to_ascii_uppercase().replace('-', "_").as_str() {
        "STANDARD_SUPPORT" => Some(Support::Standard),
        "EXTENDED_SUPPORT" => Some(Support::Extended),
        "UNSUPPORTED" => Some(Support::Ended),
        _ => None,
    }
}

/// A node group that was asked for by this name.
pub(super) fn nodegroup(name: &str, raw: sdk::Nodegroup) -> Nodegroup {
    let scaling = raw.scaling_config;
    let size = |of: fn(&sdk::NodegroupScalingConfig) -> Option<i32>| scaling.as_ref().and_then(of);
    Nodegroup {
        name: name_of(name, raw.nodegroup_name),
        arn: plain(raw.nodegroup_arn),
        status: word(raw.status.as_ref().map(sdk::NodegroupStatus::as_str)),
        version: plain(raw.version),
        release: plain(raw.release_version),
        capacity_type: word(raw.capacity_type.as_ref().map(sdk::CapacityTypes::as_str)),
        ami_type: word(raw.ami_type.as_ref().map(sdk::AmiTypes::as_str)),
        instance_types: texts(raw.instance_types),
        minimum: size(|scaling| scaling.min_size),
        maximum: size(|scaling| scaling.max_size),
        desired: size(|scaling| scaling.desired_size),
        health: troubles!(raw.health),
    }
}

/// An update that was asked for by this id.
pub(super) fn update(id: &str, raw: sdk::Update) -> NodegroupUpdate {
    let errors = raw.errors.unwrap_or_default().into_iter().map(|error| EksTrouble {
        code: word(error.error_code.as_ref().map(sdk::ErrorCode::as_str)),
        message: line(error.error_message),
        resources: texts(error.resource_ids),
    });
    let parameters = raw.params.unwrap_or_default().into_iter().map(|parameter| {
        let name = parameter.r#type.as_ref().map(sdk::UpdateParamType::as_str).unwrap_or_default();
        (text::clean(name), words(parameter.value))
    });
    NodegroupUpdate {
        id: named(raw.id).unwrap_or_else(|| text::clean(id)),
        kind: text::clean(raw.r#type.as_ref().map(sdk::UpdateType::as_str).unwrap_or_default()),
        status: text::clean(raw.status.as_ref().map(sdk::UpdateStatus::as_str).unwrap_or_default()),
        created: time::optional(raw.created_at),
        parameters: parameters.collect(),
        errors: errors.collect(),
    }
}

/// An add-on that was asked for by this name.
pub(super) fn addon(name: &str, raw: sdk::Addon) -> Addon {
    Addon {
        name: name_of(name, raw.addon_name),
        version: plain(raw.addon_version),
        status: word(raw.status.as_ref().map(sdk::AddonStatus::as_str)),
        health: troubles!(raw.health),
    }
}

/// An insight.
pub(super) fn insight(raw: sdk::InsightSummary) -> Insight {
    let (status, reason) = raw.insight_status.map(|said| (said.status, said.reason)).unwrap_or_default();
    Insight {
        id: plain(raw.id),
        name: line(raw.name),
        category: word(raw.category.as_ref().map(sdk::Category::as_str)),
        status: word(status.as_ref().map(sdk::InsightStatusValue::as_str)),
        reason: line(reason),
        description: line(raw.description),
        version: plain(raw.kubernetes_version),
        refreshed: time::optional(raw.last_refresh_time),
        since: time::optional(raw.last_transition_time),
    }
}

/// The name that EKS says, or the one that was asked for.
fn name_of(asked: &str, said: Option<String>) -> Arc<str> {
    named(said).unwrap_or_else(|| text::clean(asked)).into()
}

fn plain(raw: Option<String>) -> Arc<str> {
    words(raw).into()
}

fn word(raw: Option<&str>) -> Arc<str> {
    text::clean(raw.unwrap_or_default()).into()
}

/// What may be of several lines, in one.
fn line(raw: Option<String>) -> Arc<str> {
    let words: Vec<String> = raw.unwrap_or_default().split_whitespace().map(text::clean).collect();
    words.join(" ").into()
}

fn texts(raw: Option<Vec<String>>) -> Vec<Arc<str>> {
    list(raw).into_iter().map(Arc::from).collect()
}
