"""The dynamic client of the official library, which knows of a kind what discovery tells, over Karpenter's kinds in
staging-eks, and over all that is served. Arguments: the kubeconfig, a folder for its cache."""

import pathlib
import sys

from kube import JSON_PATCH, MERGE, STRATEGIC, connect, freeze, names, refused, same, until
from kubernetes import client
from kubernetes.dynamic import DynamicClient, EagerDiscoverer
from kubernetes.dynamic.exceptions import (
    ConflictError,
    DynamicApiError,
    NotFoundError,
    ResourceNotFoundError,
    UnprocessibleEntityError,
)
from kubernetes.dynamic.resource import ResourceList
from wire import equal

POOLS = ["compute", "general", "memory", "spot"]
api = connect("staging-eks")
freeze(api)
dynamic = DynamicClient(api, cache_file=str(pathlib.Path(sys.argv[2]) / "discovery.json"), discoverer=EagerDiscoverer)


def kind(api_version, name):
    return dynamic.resources.get(api_version=api_version, kind=name)


pools, claims = kind("karpenter.sh/v1", "NodePool"), kind("karpenter.sh/v1", "NodeClaim")
classes, nodes = kind("karpenter.k8s.aws/v1", "EC2NodeClass"), kind("v1", "Node")
equal(
    (pools.name, pools.namespaced, claims.singular_name, classes.group),
    ("nodepools", False, "nodeclaim", "karpenter.k8s.aws"),
)
assert set(pools.subresources) == {"status", "scale"} and set(claims.subresources) == {"status"}, pools.subresources
assert set(pools.verbs) == {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}, (
    pools.verbs
)
try:
    kind("karpenter.sh/v1beta1", "NodePool")
except ResourceNotFoundError:
    pass
else:
    raise AssertionError("v1beta1 of NodePool is not served")
equal(dynamic.version["kubernetes"]["minor"], "33")

# Whatever can be listed is listed, as a list of its kind.
found = set()
for resource in dynamic.resources.search():
    # Beside the kinds there is a list of each, which is none of the server's.
    if isinstance(resource, ResourceList) or "list" not in resource.verbs:
        continue
    listed = resource.get(limit=2)
    equal((listed.kind, listed.apiVersion), (f"{resource.kind}List", resource.group_version))
    assert int(listed.metadata.resourceVersion) > 0, listed.metadata
    for one in listed["items"]:
        assert one.metadata.name and bool(one.metadata.namespace) == resource.namespaced, one.metadata
        # Metrics are of the moment.
        if resource.group != "metrics.k8s.io":
            alone = resource.get(name=one.metadata.name, namespace=one.metadata.namespace)
            equal(
                (alone.metadata.uid, alone.kind, alone.apiVersion),
                (one.metadata.uid, resource.kind, resource.group_version),
            )
    found.add((resource.group_version, resource.kind))
for one in (
    ("v1", "Pod"),
    ("apps/v1", "DaemonSet"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ("policy/v1", "PodDisruptionBudget"),
    ("events.k8s.io/v1", "Event"),
    ("karpenter.sh/v1", "NodeClaim"),
    ("karpenter.k8s.aws/v1", "EC2NodeClass"),
    ("argoproj.io/v1alpha1", "Application"),
    ("metrics.k8s.io/v1beta1", "NodeMetrics"),
):
    assert one in found, f"{one} is not in {found}"

# Pools, claims and nodes belong together.
equal(names(pools.get()["items"]), POOLS)
(default,) = classes.get()["items"]
equal(default.metadata.name, "default")


def whole():
    return claims.get(), nodes.get(label_selector="karpenter.sh/nodepool")


held, machines = same(whole)
by_id = {node.spec.providerID: node for node in machines["items"]}
registered = [claim for claim in held["items"] if claim.status.nodeName]
equal({claim.status.nodeName for claim in registered}, {node.metadata.name for node in machines["items"]})
for claim in registered:
    node, labels = by_id[claim.status.providerID], claim.metadata.labels
    equal(claim.status.nodeName, node.metadata.name)
    pool = labels["karpenter.sh/nodepool"]
    (owner,) = [one for one in claim.metadata.ownerReferences if one.kind == "NodePool"]
    equal((owner.name, owner.uid, owner.apiVersion), (pool, pools.get(name=pool).metadata.uid, "karpenter.sh/v1"))
    (owner,) = node.metadata.ownerReferences
    equal((owner.kind, owner.name, owner.uid), ("NodeClaim", claim.metadata.name, claim.metadata.uid))
    for label in (
        "karpenter.sh/nodepool",
        "karpenter.sh/capacity-type",
        "node.kubernetes.io/instance-type",
        "topology.kubernetes.io/zone",
    ):
        equal(labels[label], node.metadata.labels[label])
    equal((claim.spec.nodeClassRef.kind, claim.spec.nodeClassRef.name), ("EC2NodeClass", "default"))
    equal(claim.status.imageID in [id for ami in default.status.amis for id in [ami.id]], True)
    assert "karpenter.sh/termination" in node.metadata.finalizers + claim.metadata.finalizers, node.metadata
equal(claims.get(label_selector="karpenter.sh/nodepool=nobody")["items"], [])

# Changed: a merge patch and a JSON patch; custom resources take no strategic one.
memory = pools.get(name="memory")
limits = memory.spec.limits.to_dict()
wish = {"spec": {"limits": {"cpu": "20"}}}
changed = pools.patch(name="memory", body=wish, content_type=MERGE)
equal(changed.spec.limits.to_dict(), {**limits, "cpu": "20"})
equal(changed.metadata.generation, memory.metadata.generation + 1)
refusal = refused(415, "UnsupportedMediaType", pools.patch, name="memory", body=wish, content_type=STRATEGIC)
assert "application/merge-patch+json" in refusal["message"], refusal
refused(415, "UnsupportedMediaType", pools.server_side_apply, name="memory", body=wish, field_manager="test")
back = [
    {"op": "test", "path": "/spec/limits/cpu", "value": "20"},
    {"op": "replace", "path": "/spec/limits/cpu", "value": limits["cpu"]},
]
equal(pools.patch(name="memory", body=back, content_type=JSON_PATCH).spec.limits.to_dict(), limits)
try:
    pools.patch(name="memory", body=back, content_type=JSON_PATCH)
except UnprocessibleEntityError as error:
    equal(error.status, 422)
else:
    raise AssertionError("a test that fails was expected to refuse the patch")
try:
    pools.replace(body=memory)
except ConflictError as error:
    equal(error.status, 409)
else:
    raise AssertionError("a conflict was expected")
refusal = refused(
    422,
    "Invalid",
    claims.patch,
    name=registered[0].metadata.name,
    body={"spec": {"expireAfter": "1h"}},
    content_type=MERGE,
)
assert "spec is immutable" in refusal["message"], refusal
# The status is another's: a client that writes the object does not touch it.
odd = {"metadata": {"annotations": {"example.com/a": "b"}}, "status": {"nodes": 99}}
after = pools.patch(name="memory", body=odd, content_type=MERGE)
equal((after.metadata.annotations["example.com/a"], after.status.nodes == 99), ("b", False))

# A pool that is made, watched and deleted; while it is there its controller writes a status.
begin = pools.get().metadata.resourceVersion
body = {
    "apiVersion": "karpenter.sh/v1",
    "kind": "NodePool",
    "metadata": {"name": "batch"},
    "spec": {
        "limits": {"cpu": "8"},
        "disruption": {"consolidateAfter": "1m", "consolidationPolicy": "WhenEmpty"},
        "template": {
            "spec": {
                "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "default"},
                "requirements": [{"key": "kubernetes.io/arch", "operator": "In", "values": ["arm64"]}],
                "taints": [{"key": "batch", "effect": "NoSchedule"}],
            }
        },
    },
}
made = pools.create(body=body)
equal((made.metadata.generation, made.spec.limits.cpu), (1, "8"))
refusal = refused(409, "AlreadyExists", pools.create, body=body)
equal(refusal["details"], {"name": "batch", "group": "karpenter.sh", "kind": "nodepools"})


def state(one, wanted):
    return {known.type: known.status for known in (one.status and one.status.conditions) or []}.get(wanted)


until("a pool that is ready", lambda: state(pools.get(name="batch"), "Ready") == "True")
gone = pools.delete(name="batch")
equal((gone.kind, gone.status), ("Status", "Success"))
try:
    pools.get(name="batch")
except NotFoundError as error:
    equal(error.status, 404)
    assert 'nodepools.karpenter.sh \\"batch\\" not found' in str(error.body), error.body
else:
    raise AssertionError("a pool that is deleted was expected to be gone")
events = list(pools.watch(resource_version=begin, name="batch", timeout=1))
assert len(events) > 2, events
equal({event["object"].metadata.uid for event in events}, {made.metadata.uid})
steps = [event["type"] for event in events]
equal(steps, ["ADDED", *["MODIFIED"] * (len(steps) - 2), "DELETED"])
versions = [int(event["raw_object"]["metadata"]["resourceVersion"]) for event in events]
assert versions == sorted(set(versions)), versions

# A claim that is deleted drains its node, and goes with it.
(victim, *_) = [claim for claim in registered if claim.metadata.labels["karpenter.sh/nodepool"] == "general"]
node = victim.status.nodeName
claims.delete(name=victim.metadata.name)


def drains():
    try:
        taints = nodes.get(name=node).spec.taints or []
    except NotFoundError:
        return ["gone"]
    return [(taint.key, taint.effect) for taint in taints if taint.key == "karpenter.sh/disrupted"]


until("the taint of a node that drains", drains)


def is_gone(resource, name):
    try:
        resource.get(name=name)
    except NotFoundError:
        return True
    except DynamicApiError as error:
        raise AssertionError(error.body) from error
    return False


until("the end of the claim", lambda: is_gone(claims, victim.metadata.name))
assert is_gone(nodes, node), "a node ends before its claim"
# Those of DaemonSets are left to the garbage collector.
pods = client.CoreV1Api(api).list_pod_for_all_namespaces
until("the end of its pods", lambda: not pods(field_selector=f"spec.nodeName={node}").items)
