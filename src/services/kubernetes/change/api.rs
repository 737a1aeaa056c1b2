//! The mutating calls, by their names.

use serde::{Deserialize, Serialize};

use super::right::KubeRight;
use crate::domain::text::quoted;
use crate::ops::Call;
use crate::ops::call::{ApiName, Value, option_name};

/// The parameters of calls to an API server, by their names.
pub mod parameter {
    /// The cluster's name in EKS.
    pub const CLUSTER: &str = "cluster";
    pub const NAMESPACE: &str = "namespace";
    pub const NAME: &str = "name";
    /// The UID that the object must have (`preconditions.uid` of what is deleted or evicted).
    pub const UID: &str = "uid";
    /// A JSON patch (RFC 6902) as text. Each begins with a `test` of the UID and of what it replaces.
    pub const PATCH: &str = "patch";
}

/// The mutating calls that this console can make of a cluster: to its API server, and to EKS (API 2017-11-01).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Api {
    PatchNode,
    /// `policy/v1`, `Eviction`: what a disruption budget may refuse.
    EvictPod,
    DeleteNodeClaim,
    PatchNodePool,
    PatchDeployment,
    PatchStatefulSet,
    PatchDaemonSet,
    PatchAutoscaler,
    UpdateNodegroupConfig,
}

impl Api {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::PatchNode,
        Self::EvictPod,
        Self::DeleteNodeClaim,
        Self::PatchNodePool,
        Self::PatchDeployment,
        Self::PatchStatefulSet,
        Self::PatchDaemonSet,
        Self::PatchAutoscaler,
        Self::UpdateNodegroupConfig,
    ];

    /// The right that it needs in the cluster (RBAC); none for a call to AWS.
    #[must_use]
    pub fn right(self) -> Option<KubeRight> {
        let right = |group, resource, verb| Some(KubeRight { group, resource, verb });
        match self {
            Self::PatchNode => right("", "nodes", "patch"),
            Self::EvictPod => right("", "pods/eviction", "create"),
            Self::DeleteNodeClaim => right("karpenter.sh", "nodeclaims", "delete"),
            Self::PatchNodePool => right("karpenter.sh", "nodepools", "patch"),
            Self::PatchDeployment => right("apps", "deployments", "patch"),
            Self::PatchStatefulSet => right("apps", "statefulsets", "patch"),
            Self::PatchDaemonSet => right("apps", "daemonsets", "patch"),
            Self::PatchAutoscaler => right("autoscaling", "horizontalpodautoscalers", "patch"),
            Self::UpdateNodegroupConfig => None,
        }
    }

    /// Whether it is about an object that is in no namespace: then the right to it is one for the whole cluster.
    #[must_use]
    pub fn is_of_cluster(self) -> bool {
        matches!(self, Self::PatchNode | Self::DeleteNodeClaim | Self::PatchNodePool)
    }

    /// With who answers, and as RBAC or IAM write it: `k8s: patch nodes`, `eks:UpdateNodegroupConfig`.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::PatchNode => "k8s: patch nodes",
            Self::EvictPod => "k8s: create pods/eviction",
            Self::DeleteNodeClaim => "k8s: delete nodeclaims.karpenter.sh",
            Self::PatchNodePool => "k8s: patch nodepools.karpenter.sh",
            Self::PatchDeployment => "k8s: patch deployments.apps",
            Self::PatchStatefulSet => "k8s: patch statefulsets.apps",
            Self::PatchDaemonSet => "k8s: patch daemonsets.apps",
            Self::PatchAutoscaler => "k8s: patch horizontalpodautoscalers.autoscaling",
            Self::UpdateNodegroupConfig => "eks:UpdateNodegroupConfig",
        }
    }

    /// What `kubectl` calls the resource that it patches or deletes.
    fn noun(self) -> &'static str {
        match self {
            Self::PatchNode => "node",
            Self::EvictPod => "pod",
            Self::DeleteNodeClaim => "nodeclaim",
            Self::PatchNodePool => "nodepool",
            Self::PatchDeployment => "deployment",
            Self::PatchStatefulSet => "statefulset",
            Self::PatchDaemonSet => "daemonset",
            Self::PatchAutoscaler => "horizontalpodautoscaler",
            Self::UpdateNodegroupConfig => "nodegroup",
        }
    }

    /// The equivalent command. A patch is the very one; an eviction is what `kubectl drain` sends for each pod. A deletion is
    /// of this very object: `kubectl delete` knows no UID, but sends a body to a path.
    fn kubectl(call: &Call<Self>, options: &str) -> String {
        let text = |name: &str| match call.get(name) {
            Some(Value::Text(text)) => text.as_str(),
            _ => "",
        };
        let (namespace, name) = (text(parameter::NAMESPACE), text(parameter::NAME));
        let mut line = "kubectl".to_owned();
        let mut add = |word: &str| {
            line.push(' ');
            line.push_str(word);
        };
        if !options.trim().is_empty() {
            add(options.trim());
        }
        match call.api {
            Self::EvictPod => {
                let body = eviction(namespace, name, text(parameter::UID));
                let path = format!("/api/v1/namespaces/{namespace}/pods/{name}/eviction");
                add(&format!("create --raw {} -f -", quoted(&path)));
                return format!("echo {} | {line}", quoted(&body));
            }
            Self::DeleteNodeClaim => {
                let path = format!("/apis/karpenter.sh/v1/nodeclaims/{name}");
                add(&format!("delete --raw {} -f -", quoted(&path)));
                return format!("echo {} | {line}", quoted(&deletion(text(parameter::UID))));
            }
            api => {
                if !namespace.is_empty() {
                    add(&format!("-n {}", quoted(namespace)));
                }
                let (noun, name, patch) = (api.noun(), quoted(name), quoted(text(parameter::PATCH)));
                add(&format!("patch {noun} {name} --type=json -p {patch}"));
            }
        }
        line
    }
}

/// The body of a deletion: of the object of this UID alone.
#[must_use]
pub fn deletion(uid: &str) -> String {
    serde_json::json!({ "apiVersion": "v1", "kind": "DeleteOptions", "preconditions": { "uid": uid } }).to_string()
}

/// The body of an eviction (`policy/v1`): of this very pod, with the grace that its own specification gives it.
#[must_use]
pub fn eviction(namespace: &str, pod: &str, uid: &str) -> String {
    serde_json::json!({
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": { "name": pod, "namespace": namespace },
        "deleteOptions": { "preconditions": { "uid": uid } },
    })
    .to_string()
}

impl ApiName for Api {
    fn id(self) -> &'static str {
        Self::id(self)
    }

    fn command(self) -> String {
        match self {
            Self::UpdateNodegroupConfig => format!("eks {}", option_name("UpdateNodegroupConfig")),
            _ => "kubectl".to_owned(),
        }
    }

    fn taker(self) -> &'static str {
        match self {
            Self::UpdateNodegroupConfig => "AWS",
            _ => "the cluster",
        }
    }

    fn line(call: &Call<Self>, options: &str) -> String {
        match call.api {
            Self::UpdateNodegroupConfig => call.as_aws_command(options),
            _ => Self::kubectl(call, options),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_the_right_that_it_needs() {
        for api in Api::ALL {
            match api.right() {
                Some(right) => assert_eq!(api.id(), format!("k8s: {right}")),
                None => assert!(api.id().starts_with("eks:"), "{api:?}"),
            }
        }
    }

    #[test]
    fn commands_say_what_is_sent() {
        let patch = r#"[{"op":"test","path":"/metadata/uid","value":"u-1"}]"#;
        let call = Call::new(Api::PatchDeployment, "eu-west-1")
            .with(parameter::CLUSTER, "prod-eks")
            .with(parameter::NAMESPACE, "shop")
            .with(parameter::NAME, "checkout")
            .with(parameter::PATCH, patch);
        assert_eq!(
            call.as_command("--context prod"),
            format!("kubectl --context prod -n shop patch deployment checkout --type=json -p '{patch}'")
        );
        let evict = Call::new(Api::EvictPod, "eu-west-1")
            .with(parameter::CLUSTER, "prod-eks")
            .with(parameter::NAMESPACE, "shop")
            .with(parameter::NAME, "checkout-1")
            .with(parameter::UID, "u-1");
        let line = evict.as_command("");
        assert!(line.starts_with("echo '{"), "{line}");
        assert!(
            line.ends_with("| kubectl create --raw /api/v1/namespaces/shop/pods/checkout-1/eviction -f -"),
            "{line}"
        );
        let delete = Call::new(Api::DeleteNodeClaim, "eu-west-1")
            .with(parameter::NAME, "general-x")
            .with(parameter::UID, "u-claim");
        let body = r#"{"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"uid":"u-claim"}}"#;
        assert_eq!(
            delete.as_command("--context prod"),
            format!(
                "echo '{body}' | kubectl --context prod delete --raw /apis/karpenter.sh/v1/nodeclaims/general-x -f -"
            )
        );
        let scale = Call::new(Api::UpdateNodegroupConfig, "eu-west-1").with("clusterName", "prod-eks");
        assert_eq!(
            scale.as_command("--profile prod"),
            "aws eks update-nodegroup-config --profile prod --region eu-west-1 --cluster-name prod-eks"
        );
    }
}
