"""The typed API of the official client, against prod-eks: what it reads, watches, patches, evicts and scales. Its
models take nothing that is not of their types. Argument: the kubeconfig."""

import datetime
import time

from kube import (
    CLUSTERS,
    JSON_PATCH,
    MERGE,
    STRATEGIC,
    condition,
    connect,
    freeze,
    is_ready,
    names,
    reader,
    refused,
    same,
    until,
)
from kubernetes import client, watch
from wire import equal

GREATEST = 2**62
# More changes of a kind than the sandbox keeps.
MOST_KEPT = 5_000
api = connect("prod-eks")
core, apps = client.CoreV1Api(api), client.AppsV1Api(api)
budgets, scalers = client.PolicyV1Api(api), client.AutoscalingV2Api(api)
everywhere = core.list_pod_for_all_namespaces
freeze(api)


def with_selector(namespace, workload):
    """The pods of a Deployment."""
    labels = apps.read_namespaced_deployment(workload, namespace).spec.selector.match_labels
    selector = ",".join(f"{key}={value}" for key, value in labels.items())
    return core.list_namespaced_pod(namespace, label_selector=selector).items


def at_once(call, selectors, chosen):
    """What selectors choose is what is chosen of the whole, of one revision."""
    whole, some = same(lambda: (call(), call(**selectors)))
    equal(names(some), names([one for one in whole.items if chosen(one)]))
    assert len(some.items) < len(whole.items), selectors
    return some.items


# Versions and discovery.
for context in CLUSTERS:
    version = client.VersionApi(connect(context)).get_code()
    equal((version.major, version.minor, version.git_version), ("1", "33", "v1.33.5-eks-113cf36"))
groups = {group.name: group.preferred_version.version for group in client.ApisApi(api).get_api_versions().groups}
equal(
    {name: groups.get(name) for name in ("apps", "policy", "karpenter.sh")},
    dict.fromkeys(("apps", "policy", "karpenter.sh"), "v1"),
)
equal((groups["autoscaling"], groups["metrics.k8s.io"]), ("v2", "v1beta1"))
kinds = {one.name: one for one in core.get_api_resources().resources}
assert kinds["pods"].short_names == ["po"] and kinds["pods/eviction"].kind == "Eviction", kinds
assert kinds["pods"].namespaced and not kinds["nodes"].namespaced, kinds

# Nodes.
nodes = core.list_node()
equal((nodes.kind, nodes.api_version), ("NodeList", "v1"))
for node in nodes.items:
    assert node.spec.provider_id.startswith("aws:///eu-west-1"), node.spec
    assert node.status.node_info.kubelet_version.startswith("v1.33."), node.status.node_info
    assert {"cpu", "memory", "pods"} <= set(node.status.allocatable), node.status
    assert node.metadata.labels["topology.kubernetes.io/zone"].startswith("eu-west-1"), node.metadata
    assert any(address.type == "InternalIP" for address in node.status.addresses), node.status
system = at_once(
    core.list_node,
    {"label_selector": "!karpenter.sh/nodepool"},
    lambda node: "karpenter.sh/nodepool" not in node.metadata.labels,
)
equal(len(system), 3)
for node in system:
    equal(node.metadata.labels["eks.amazonaws.com/nodegroup"], "system")
    equal(condition(node, "Ready").status, "True")
    equal([(taint.key, taint.effect) for taint in node.spec.taints], [("CriticalAddonsOnly", "NoSchedule")])
pools = ("compute", "general")
at_once(
    core.list_node,
    {"label_selector": "karpenter.sh/nodepool in (compute,general)"},
    lambda node: node.metadata.labels.get("karpenter.sh/nodepool") in pools,
)
at_once(
    core.list_node,
    {"label_selector": "karpenter.sh/nodepool,karpenter.sh/nodepool notin (spot),kubernetes.io/arch=arm64"},
    lambda node: (
        node.metadata.labels.get("karpenter.sh/nodepool", "spot") != "spot"
        and node.metadata.labels["kubernetes.io/arch"] == "arm64"
    ),
)

# Pods.
name = system[0].metadata.name
there = at_once(everywhere, {"field_selector": f"spec.nodeName={name}"}, lambda pod: pod.spec.node_name == name)
assert {"aws-node", "kube-proxy"} <= {pod.metadata.labels["app.kubernetes.io/name"] for pod in there}, names(there)
equal(core.list_node(field_selector=f"metadata.name={name}").items[0].metadata.uid, system[0].metadata.uid)
waiting = at_once(
    everywhere,
    {"field_selector": "status.phase=Pending,metadata.namespace=checkout", "label_selector": "colour=blue"},
    lambda pod: pod.status.phase == "Pending" and pod.metadata.namespace == "checkout",
)
assert waiting, "the scenario lets pods of checkout wait"
for pod in waiting:
    scheduled = condition(pod, "PodScheduled")
    equal((scheduled.status, scheduled.reason, pod.spec.node_name), ("False", "Unschedulable", None))
    assert "nodes are available: " in scheduled.message, scheduled
refusal = refused(400, "BadRequest", everywhere, field_selector="spec.priority=1")
equal(refusal["message"], "field label not supported: spec.priority")
refused(400, "BadRequest", everywhere, label_selector="a in b")
refusal = refused(404, "NotFound", core.read_namespaced_pod, "nobody", "checkout")
equal((refusal["message"], refusal["details"]), ('pods "nobody" not found', {"name": "nobody", "kind": "pods"}))

# Pages are of one revision, whatever happens between them.
pages, onward = [], None
while onward or not pages:
    page = everywhere(limit=25, _continue=onward)
    if not pages:
        core.patch_namespaced_pod(
            page.items[0].metadata.name,
            page.items[0].metadata.namespace,
            {"metadata": {"annotations": {"example.com/page": "1"}}},
            _content_type=MERGE,
        )
    pages.append(page)
    onward = page.metadata._continue
revision = pages[0].metadata.resource_version
equal({page.metadata.resource_version for page in pages}, {revision})
equal({len(page.items) for page in pages[:-1]}, {25})
listed = [one for page in pages for one in page.items]
left = [page.metadata.remaining_item_count for page in pages]
equal(left, [*(len(listed) - 25 * number for number in range(1, len(pages))), None])
assert len(pages) > 3, left
exact = everywhere(resource_version=revision, resource_version_match="Exact")
equal(
    [(one.metadata.uid, one.metadata.resource_version) for one in exact.items],
    [(one.metadata.uid, one.metadata.resource_version) for one in listed],
)
equal(exact.metadata.resource_version, revision)
assert len(everywhere(limit=25, resource_version="0").items) > 25, "a list of the cache comes whole"
refused(400, "BadRequest", everywhere, limit=25, _continue="nonsense")

# Workloads, autoscalers, budgets.
blue = apps.read_namespaced_deployment("checkout-api-blue", "checkout")
equal(blue.status.observed_generation, blue.metadata.generation)
equal(
    (blue.spec.strategy.rolling_update.max_surge, blue.spec.template.spec.containers[0].name), ("25%", "checkout-api")
)
assert 0 < blue.status.ready_replicas < blue.spec.replicas == blue.status.replicas, blue.status
equal(
    condition(blue, "Available").status, "False" if blue.status.ready_replicas < blue.spec.replicas * 0.75 else "True"
)
(set_,) = [
    one for one in apps.list_namespaced_replica_set("checkout", label_selector="colour=blue").items if one.spec.replicas
]
equal((set_.metadata.owner_references[0].uid, set_.metadata.owner_references[0].controller), (blue.metadata.uid, True))
equal({pod.metadata.owner_references[0].uid for pod in waiting}, {set_.metadata.uid})
scaler = scalers.read_namespaced_horizontal_pod_autoscaler("checkout-api-blue", "checkout")
target = scaler.spec.scale_target_ref
equal((target.api_version, target.kind, target.name), ("apps/v1", "Deployment", "checkout-api-blue"))
equal(
    {metric.resource.name: metric.resource.target.average_utilization for metric in scaler.spec.metrics},
    {"cpu": 75, "memory": 90},
)
assert scaler.spec.min_replicas <= scaler.status.desired_replicas <= scaler.spec.max_replicas, scaler
assert {one.resource.name for one in scaler.status.current_metrics} == {"cpu", "memory"}, scaler.status
budget = budgets.read_namespaced_pod_disruption_budget("checkout-api-blue", "checkout")
equal((budget.spec.min_available, budget.spec.max_unavailable, budget.status.desired_healthy), (6, None, 6))
equal(budget.status.disruptions_allowed, max(0, budget.status.current_healthy - 6))
equal(
    len(budgets.list_pod_disruption_budget_for_all_namespaces(label_selector="app.kubernetes.io/name=coredns").items), 1
)

# Events, in both of their groups. Those of the older recorder, as Karpenter's, have no `eventTime`, which this client's
# model of `events.k8s.io` wants: they are left out.
selector = "reason=FailedScheduling,type=Warning"
told, other = same(
    lambda: (
        core.list_namespaced_event("checkout", field_selector=f"{selector},reportingComponent=default-scheduler"),
        client.EventsV1Api(api).list_namespaced_event(
            "checkout", field_selector=f"{selector},reportingController=default-scheduler"
        ),
    )
)
assert told.items and {event.reason for event in told.items} == {"FailedScheduling"}, told
equal({event.involved_object.kind for event in told.items}, {"Pod"})
equal(
    sorted((event.involved_object.name, event.message) for event in told.items),
    sorted((event.regarding.name, event.note) for event in other.items),
)
assert {pod.metadata.name for pod in waiting} <= {event.involved_object.name for event in told.items}, names(told)
equal({event.reporting_controller for event in other.items}, {"default-scheduler"})

# A watch from a revision tells what happened since, in order, and ends when it was told to.
begin = core.list_namespaced_config_map("default").metadata.resource_version
made = core.create_namespaced_config_map(
    "default",
    client.V1ConfigMap(metadata=client.V1ObjectMeta(name="watched", labels={"of": "kube-typed"}), data={"a": "1"}),
)
assert made.metadata.uid and int(made.metadata.resource_version) > int(begin), made
refusal = refused(409, "AlreadyExists", core.create_namespaced_config_map, "default", {"metadata": {"name": "watched"}})
equal(refusal["message"], 'configmaps "watched" already exists')
changed = core.patch_namespaced_config_map("watched", "default", {"data": {"a": None, "b": "2"}}, _content_type=MERGE)
equal(changed.data, {"b": "2"})
# Who leaves the selection is deleted to its watcher.
moved = core.patch_namespaced_config_map(
    "watched", "default", {"metadata": {"labels": {"of": "nobody"}}}, _content_type=MERGE
)
core.delete_namespaced_config_map("watched", "default")
refused(404, "NotFound", core.read_namespaced_config_map, "watched", "default")


def seen(selector, seconds):
    started, found = time.monotonic(), []
    for event in watch.Watch().stream(
        core.list_namespaced_config_map,
        "default",
        label_selector=selector,
        resource_version=begin,
        timeout_seconds=seconds,
        allow_watch_bookmarks=True,
    ):
        found.append((event["type"], event["raw_object"]))
    assert seconds - 0.5 <= time.monotonic() - started < seconds + 30, "the watch ends at its time"
    return found


(*found, mark) = seen(None, 3)
equal(
    [(kind, one.get("data")) for kind, one in found],
    [("ADDED", {"a": "1"}), ("MODIFIED", {"b": "2"}), ("MODIFIED", {"b": "2"}), ("DELETED", {"b": "2"})],
)
versions = [int(one["metadata"]["resourceVersion"]) for _, one in found]
equal(versions[:3], [int(one.metadata.resource_version) for one in (made, changed, moved)])
assert versions == sorted(set(versions)), versions
equal((mark[0], mark[1]["kind"]), ("BOOKMARK", "ConfigMap"))
assert int(mark[1]["metadata"]["resourceVersion"]) >= versions[-1], mark
found = [kind for kind, _ in seen("of=kube-typed", 1)]
equal(found, ["ADDED", "MODIFIED", "DELETED"])
# Without a revision it begins with what there is.
some = watch.Watch().stream(core.list_node, label_selector="!karpenter.sh/nodepool", timeout_seconds=1)
first = [event for event in some if event["type"] == "ADDED"]
equal(names(event["object"] for event in first), names(system))

# A revision that is no longer kept is gone, for a watch, a list, and a page.
for name in ("first", "second"):
    core.create_namespaced_config_map("default", {"metadata": {"name": name}})
page = core.list_namespaced_config_map("default", limit=1)
equal((names(page), page.metadata.remaining_item_count), (["first"], 1))
then = page.metadata.resource_version
for number in range(MOST_KEPT):
    core.patch_namespaced_config_map("second", "default", {"data": {"n": str(number)}}, _content_type=MERGE)
try:
    list(watch.Watch().stream(core.list_namespaced_config_map, "default", resource_version=then, timeout_seconds=10))
except client.ApiException as error:
    assert error.status == 410 and error.reason.startswith(f"Expired: too old resource version: {then} ("), error.reason
else:
    raise AssertionError("410 was expected")
exact = {"resource_version": then, "resource_version_match": "Exact"}
refusal = refused(410, "Expired", core.list_namespaced_config_map, "default", **exact)
equal(refusal["message"], f"The resourceVersion for the provided list is too old: {then}")
refusal = refused(
    410, "Expired", core.list_namespaced_config_map, "default", limit=1, _continue=page.metadata._continue
)
assert refusal["message"].startswith("The provided continue parameter is too old to display a consistent"), refusal
rest = core.list_namespaced_config_map("default", limit=1, _continue=refusal["metadata"]["continue"])
equal([one.data for one in rest.items], [{"n": str(MOST_KEPT - 1)}])
gone = core.delete_collection_namespaced_config_map("default", label_selector="!of")
equal(core.list_namespaced_config_map("default").items, [])
refusal = refused(504, "Timeout", core.list_node, resource_version=str(GREATEST))
equal(refusal["details"]["causes"][0]["reason"], "ResourceVersionTooLarge")

# Patches in three languages.
grafana = ("grafana", "monitoring")
before = apps.read_namespaced_deployment(*grafana)
equal(len(before.spec.template.spec.containers), 1)
labels = before.metadata.labels
after = apps.patch_namespaced_deployment(*grafana, {"metadata": {"labels": {"team": "sre"}}}, _content_type=MERGE)
equal((after.metadata.labels, after.metadata.generation), ({**labels, "team": "sre"}, before.metadata.generation))
test = [
    {"op": "test", "path": "/metadata/labels/team", "value": "sre"},
    {"op": "remove", "path": "/metadata/labels/team"},
]
equal(apps.patch_namespaced_deployment(*grafana, test, _content_type=JSON_PATCH).metadata.labels, labels)
refusal = refused(422, "Invalid", apps.patch_namespaced_deployment, *grafana, test, _content_type=JSON_PATCH)
equal(refusal["message"], "the server rejected our request due to an error in our request")
# Of containers a strategic patch changes the one that it names, a merge patch replaces them all.
more = {"spec": {"template": {"spec": {"containers": [{"name": "grafana", "env": [{"name": "A", "value": "1"}]}]}}}}
dry = apps.patch_namespaced_deployment(*grafana, more, dry_run="All", _content_type=STRATEGIC)
(container,) = dry.spec.template.spec.containers
equal((container.image, container.env[0].value), (before.spec.template.spec.containers[0].image, "1"))
equal(dry.metadata.generation, before.metadata.generation + 1)
dry = apps.patch_namespaced_deployment(*grafana, more, dry_run="All", _content_type=MERGE)
equal(dry.spec.template.spec.containers[0].image, None)
now = apps.read_namespaced_deployment(*grafana)
equal((now.metadata.generation, now.spec.template.spec.containers[0].env), (before.metadata.generation, None))
stale = {"metadata": {"resourceVersion": before.metadata.resource_version, "labels": {"team": "sre"}}}
refusal = refused(409, "Conflict", apps.patch_namespaced_deployment, *grafana, stale, _content_type=MERGE)
assert refusal["message"].startswith(
    'Operation cannot be fulfilled on deployments.apps "grafana": the object has been'
), refusal
refused(409, "Conflict", apps.replace_namespaced_deployment, *grafana, before)
refused(422, "Invalid", apps.patch_namespaced_deployment, *grafana, {"spec": {"replicas": -1}}, _content_type=MERGE)
refused(415, "UnsupportedMediaType", apps.patch_namespaced_deployment, *grafana, {}, _content_type="application/json")

# Cordoned and not.
node = core.list_node(label_selector="karpenter.sh/nodepool=memory").items[0].metadata.name
equal(core.patch_node(node, {"spec": {"unschedulable": True}}, _content_type=STRATEGIC).spec.unschedulable, True)


def cordons():
    taints = core.read_node(node).spec.taints or []
    return [(taint.key, taint.effect) for taint in taints if taint.key == "node.kubernetes.io/unschedulable"]


until("the taint of a cordoned node", cordons)
equal(cordons(), [("node.kubernetes.io/unschedulable", "NoSchedule")])
equal(names(core.list_node(field_selector="spec.unschedulable=true")), [node])
core.patch_node(node, {"spec": {"unschedulable": False}}, _content_type=STRATEGIC)
until("the end of the taint", lambda: not cordons())
equal(core.list_node(field_selector="spec.unschedulable=true").items, [])


# A pod that is deleted is replaced by its ReplicaSet.
def three(namespace, workload):
    pods = with_selector(namespace, workload)
    return pods if [is_ready(pod) for pod in pods] == [True] * 3 else None


old = until("three pods of mailer", lambda: three("notifications", "mailer"))
victim = old[0]
deleted = core.delete_namespaced_pod(victim.metadata.name, "notifications")
equal((deleted.metadata.uid, deleted.metadata.deletion_grace_period_seconds), (victim.metadata.uid, 30))
assert deleted.metadata.deletion_timestamp > victim.metadata.creation_timestamp, deleted.metadata


def replaced():
    pods = three("notifications", "mailer")
    return pods if pods and victim.metadata.uid not in {pod.metadata.uid for pod in pods} else None


pods = until("another pod in place of the deleted one", replaced)
(new,) = [pod for pod in pods if pod.metadata.uid not in {pod.metadata.uid for pod in old}]
equal(new.metadata.owner_references[0].uid, victim.metadata.owner_references[0].uid)
assert new.metadata.creation_timestamp > victim.metadata.creation_timestamp, new.metadata
wrong = client.V1DeleteOptions(preconditions=client.V1Preconditions(uid=victim.metadata.uid))
refused(409, "Conflict", core.delete_namespaced_pod, new.metadata.name, "notifications", body=wrong)

# A budget that allows nothing refuses an eviction; one that allows one gives one.
place = ("payments-api", "payments")


def allow(least, allowed):
    """Sets what a budget asks for, and waits until its controller has seen it."""
    budgets.patch_namespaced_pod_disruption_budget(*place, {"spec": {"minAvailable": least}}, _content_type=MERGE)

    def counted():
        one = budgets.read_namespaced_pod_disruption_budget(*place)
        seen = one.status.observed_generation == one.metadata.generation
        return one if seen and one.status.disruptions_allowed == allowed else None

    return until(f"a budget that allows {allowed}", counted)


def evict(pod, **options):
    name = pod.metadata.name
    body = client.V1Eviction(metadata=client.V1ObjectMeta(name=name, namespace="payments"))
    return core.create_namespaced_pod_eviction(name, "payments", body, **options)


budget = allow(4, 0)
equal(condition(budget, "DisruptionAllowed").status, "False")
pods = with_selector("payments", "payments-api")
equal([is_ready(pod) for pod in pods], [True] * 4)
refusal = refused(429, "TooManyRequests", evict, pods[0])
equal(refusal["message"], "Cannot evict pod as it would violate the pod's disruption budget.")
words = "The disruption budget payments-api needs 4 healthy pods and has 4 currently"
equal(refusal["details"]["causes"], [{"reason": "DisruptionBudget", "message": words}])
equal(core.read_namespaced_pod(pods[0].metadata.name, "payments").metadata.deletion_timestamp, None)
allow(3, 1)
evict(pods[0], dry_run="All")
equal(core.read_namespaced_pod(pods[0].metadata.name, "payments").metadata.deletion_timestamp, None)
evict(pods[0])
refusal = refused(429, "TooManyRequests", evict, pods[1])
equal(refusal["details"]["causes"][0]["reason"], "DisruptionBudget")
refused(404, "NotFound", evict, client.V1Pod(metadata=client.V1ObjectMeta(name="nobody")))
allow(3, 1)
uids = {pod.metadata.uid for pod in with_selector("payments", "payments-api")}
assert pods[0].metadata.uid not in uids and pods[1].metadata.uid in uids, uids

# Logs.
pod = with_selector("orders", "orders-events")[0].metadata.name
log = core.read_namespaced_pod_log
lines = log(pod, "orders", tail_lines=5, timestamps=True).splitlines()
equal(len(lines), 5)
times = [datetime.datetime.fromisoformat(line.split(" ", 1)[0][:26] + "+00:00") for line in lines]
assert times == sorted(times) and all(line.split(" ", 1)[1].startswith("level=") for line in lines), lines
long = log(pod, "orders", since_seconds=3600, timestamps=True).splitlines()
assert 200 < len(long) < 3600 and set(lines) <= set(long), len(long)
equal(len(log(pod, "orders", limit_bytes=10)), 10)
equal(log(pod, "orders", tail_lines=0), "")
refusal = refused(400, "BadRequest", log, pod, "orders", container="nobody")
equal(refusal["message"], f"container nobody is not valid for pod {pod}")
refusal = refused(400, "BadRequest", log, pod, "orders", previous=True)
equal(refusal["message"], f'previous terminated container "orders-events" in pod "{pod}" not found')
refused(422, "Invalid", log, pod, "orders", tail_lines=-1)
held = core.list_namespaced_pod("checkout", field_selector="status.phase=Pending").items[0]
equal(log(held.metadata.name, "checkout"), "")
follow = watch.Watch()
followed = []
for line in follow.stream(log, pod, "orders", tail_lines=2, timestamps=True, _request_timeout=60):
    followed.append(line)
    if len(followed) == 6:
        follow.stop()
equal(followed, sorted(followed))
equal(len(set(followed)), 6)
whole = log(pod, "orders", since_seconds=3600, timestamps=True).splitlines()
at = whole.index(followed[0])
equal(whole[at : at + 6], followed)

# Scaled by the subresource.
place = ("report-builder", "reporting")
scale = apps.read_namespaced_deployment_scale(*place)
equal((scale.kind, scale.api_version, scale.spec.replicas), ("Scale", "autoscaling/v1", 3))
equal(scale.status.selector, "app.kubernetes.io/name=report-builder")
scale.spec.replicas = 2
equal(apps.replace_namespaced_deployment_scale(*place, scale).spec.replicas, 2)
refused(409, "Conflict", apps.replace_namespaced_deployment_scale, *place, scale)
until("two pods of report-builder", lambda: len(with_selector("reporting", "report-builder")) == 2)
equal(apps.patch_namespaced_deployment_scale(*place, {"spec": {"replicas": 3}}, _content_type=MERGE).spec.replicas, 3)
until("three pods of report-builder", lambda: apps.read_namespaced_deployment(*place).status.ready_replicas == 3)

# Who may do what: the kubeconfig's user everything, a reader reads.
mine, other = connect("prod-eks"), connect("prod-eks", reader("444455556666", "prod-eks"))
for attributes, reads in (
    (client.V1ResourceAttributes(verb="list", resource="pods", namespace="checkout"), True),
    (client.V1ResourceAttributes(verb="watch", group="karpenter.sh", resource="nodeclaims"), True),
    (client.V1ResourceAttributes(verb="delete", resource="nodes"), False),
    (client.V1ResourceAttributes(verb="create", resource="pods", subresource="eviction", namespace="checkout"), False),
    (client.V1ResourceAttributes(verb="patch", group="karpenter.sh", resource="nodepools", name="general"), False),
):
    body = client.V1SelfSubjectAccessReview(spec=client.V1SelfSubjectAccessReviewSpec(resource_attributes=attributes))
    for connection, allowed in ((mine, True), (other, reads)):
        review = client.AuthorizationV1Api(connection).create_self_subject_access_review(body)
        equal(review.status.allowed, allowed)
        equal(review.spec.resource_attributes.resource, attributes.resource)
equal(names(client.CoreV1Api(other).list_namespace()), names(core.list_namespace()))
refusal = refused(403, "Forbidden", client.CoreV1Api(other).delete_node, system[0].metadata.name)
assert refusal["message"].startswith(f'nodes "{system[0].metadata.name}" is forbidden: User "arn:aws:sts::'), refusal
stranger = client.CoreV1Api(connect("prod-eks", "nobody"))
equal(refused(401, "Unauthorized", stranger.list_node)["message"], "Unauthorized")

# What nodes and pods use.
metrics = client.CustomObjectsApi(api)


def number(quantity):
    """Cores or bytes."""
    for suffix, factor in (("n", 1e-9), ("m", 1e-3), ("Ki", 2**10), ("Mi", 2**20), ("Gi", 2**30)):
        if quantity.endswith(suffix):
            return float(quantity.removesuffix(suffix)) * factor
    return float(quantity)


used = metrics.list_cluster_custom_object("metrics.k8s.io", "v1beta1", "nodes")
equal(used["kind"], "NodeMetricsList")
known = {node.metadata.name: node for node in core.list_node().items}
assert len(used["items"]) >= len(known) - 2, used
for one in used["items"]:
    if node := known.get(one["metadata"]["name"]):
        for kind in ("cpu", "memory"):
            assert 0 < number(one["usage"][kind]) <= number(node.status.capacity[kind]), (one, node.status.capacity)
of_pods = metrics.list_namespaced_custom_object(
    "metrics.k8s.io", "v1beta1", "orders", "pods", label_selector="colour=blue"
)
equal(of_pods["kind"], "PodMetricsList")
equal({pod["containers"][0]["name"] for pod in of_pods["items"]}, {"orders-api"})
running = {pod.metadata.name for pod in with_selector("orders", "orders-api-blue")}
assert {pod["metadata"]["name"] for pod in of_pods["items"]} <= running and of_pods["items"], of_pods
