//! Which lists a strategic merge patch merges, and by what. From the `patchStrategy` and
//! `patchMergeKey` tags of k8s.io/api. A list that is not named here is replaced as a whole:
//! `taints` and `tolerations` are such lists.

/// How a list is merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strategy {
    /// The patch's list takes its place.
    Replace,
    /// Elements with the same value of this field are one.
    ObjectKey(&'static str),
    /// A set of plain values.
    Set,
}

/// The strategy of a list. `parent` is the field that holds the object with it.
pub(super) fn strategy(parent: &str, field: &str) -> Strategy {
    let key = match field {
        "containers"
        | "initContainers"
        | "ephemeralContainers"
        | "env"
        | "volumes"
        | "imagePullSecrets"
        | "schedulingGates"
        | "secrets" => "name",
        // Of a pod, not of a container.
        "resourceClaims" if parent == "spec" => "name",
        "ports" if matches!(parent, "containers" | "initContainers" | "ephemeralContainers") => "containerPort",
        "ports" if parent == "spec" => "port",
        "volumeMounts" => "mountPath",
        "volumeDevices" => "devicePath",
        "hostAliases" => "ip",
        "topologySpreadConstraints" => "topologyKey",
        "conditions" | "addresses" if parent == "status" => "type",
        "podIPs" | "hostIPs" if parent == "status" => "ip",
        "ownerReferences" if parent == "metadata" => "uid",
        "finalizers" | "podCIDRs" => return Strategy::Set,
        _ => return Strategy::Replace,
    };
    Strategy::ObjectKey(key)
}
