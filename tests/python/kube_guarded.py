"""What another client reads after each of qd's guarded operations on dev-eks is what its plan said. Arguments: the
kubeconfig, the program, a folder for its files."""

import json
import os
import pathlib
import subprocess
import sys

import boto3
from kube import MERGE, connect, freeze, is_ready
from kubernetes import client
from wire import equal

QD, FOLDER = sys.argv[2], pathlib.Path(sys.argv[3])
ACCOUNT, REGION, CLUSTER = "666677778888", "eu-west-1", "dev-eks"
KEYS = {
    "AWS_ACCESS_KEY_ID": f"AKIASANDBOX{ACCOUNT}",
    "AWS_SECRET_ACCESS_KEY": "sandbox",
    "AWS_SESSION_TOKEN": "sandbox/oncall-operator/oncall",
}
AROUND = {
    "HOME": str(FOLDER),
    "PATH": "/usr/bin:/bin",
    "TZ": "UTC",
    "QD_STATE_DIR": str(FOLDER / "state"),
    "AWS_EC2_METADATA_DISABLED": "true",
    **KEYS,
}
CONFIGURATION = FOLDER / "qd.toml"
CONFIGURATION.write_text(f"""
[[environment]]
name = "night"
criticality = "development"
region = "{REGION}"
account = "{ACCOUNT}"
endpoint = "{os.environ["AWS_ENDPOINT_URL"]}"
""")

api = connect(CLUSTER)
core, apps, scalers = client.CoreV1Api(api), client.AppsV1Api(api), client.AutoscalingV2Api(api)
custom = client.CustomObjectsApi(api)


def run(*arguments):
    command = [QD, "--config", CONFIGURATION, *arguments]
    ended = subprocess.run(command, env=AROUND, cwd=FOLDER, capture_output=True, text=True, timeout=240, check=False)
    assert ended.returncode == 0, f"{arguments}: {ended.returncode}\n{ended.stdout}\n{ended.stderr}"


def carried(kind, target, **parameters):
    """Plans an operation and carries it out; the calls of its plan, each as its name and its parameters."""
    file = FOLDER / f"{kind}.json"
    file.unlink(missing_ok=True)
    given = [word for name, value in parameters.items() for word in ("--param", f"{name}={value}")]
    run("plan", kind, "--env", "night", "--target", target, *given, "--out", file)
    plan = json.loads(file.read_text())
    run("apply", "--plan", file, "--approve", plan["fingerprint"], "--reason", "INC-4312")
    return [(step["call"]["api"], dict(step["call"]["parameters"])) for step in plan["steps"]]


def at(one, pointer):
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        one = one[int(key)] if isinstance(one, list) else one.get(key)
    return one


def stands(calls, read):
    """Every value that the one patch sets is there when it is read afterwards; what was read."""
    ((_, parameters),) = calls
    read = read()
    one = api.sanitize_for_serialization(read)
    changes = [step for step in json.loads(parameters["patch"]) if step["op"] in ("add", "replace")]
    assert changes, parameters
    # A parent that was made first has by now what was put into it.
    paths = [step["path"] for step in changes]
    for step in [one for one in changes if not any(path.startswith(one["path"] + "/") for path in paths)]:
        found = at(one, step["path"].removesuffix("/-"))
        expected = step["value"]
        assert (expected in found) if step["path"].endswith("/-") else (found == expected), f"{step}: {found}"
    return read


def pool(name):
    return custom.get_cluster_custom_object("karpenter.sh", "v1", "nodepools", name)


def claims():
    return custom.list_cluster_custom_object("karpenter.sh", "v1", "nodeclaims")["items"]


# Whoever was here before may have left Karpenter as it is, or frozen: nothing of its own comes between two operations.
freeze(api)

# A node of the managed node group: cordoned, open again, drained.
node = core.list_node(label_selector="eks.amazonaws.com/nodegroup").items[0].metadata.name
cordoned = stands(carried("cordon-node", f"node/{node}"), lambda: core.read_node(node))
equal(cordoned.spec.unschedulable, True)
carried("uncordon-node", f"node/{node}")
assert not core.read_node(node).spec.unschedulable
calls = carried("drain-node", f"node/{node}")
evicted = {parameters["uid"] for name, parameters in calls if name == "EvictPod"}
assert len(evicted) == len(calls) - 1 > 1, calls
there = core.list_pod_for_all_namespaces().items
assert evicted.isdisjoint(pod.metadata.uid for pod in there), "an evicted pod is still there"
for pod in there:
    owners = {owner.kind for owner in pod.metadata.owner_references or []}
    stays = "DaemonSet" in owners or pod.status.phase in ("Succeeded", "Failed")
    assert pod.spec.node_name != node or stays, f"{pod.metadata.name} is left on {node}"
equal(core.read_node(node).spec.unschedulable, True)
carried("uncordon-node", f"node/{node}")

# A pool: paused by one budget more, which resuming takes away; its limit and its weight.
name = custom.list_cluster_custom_object("karpenter.sh", "v1", "nodepools")["items"][0]["metadata"]["name"]
before = [{"nodes": "10%"}]
spec = {"spec": {"disruption": {"budgets": before}}}
custom.patch_cluster_custom_object("karpenter.sh", "v1", "nodepools", name, spec, _content_type=MERGE)
equal(pool(name)["spec"]["disruption"]["budgets"], before)
paused = stands(carried("pause-disruption", f"nodepool/{name}"), lambda: pool(name))["spec"]["disruption"]["budgets"]
(added,) = [budget for budget in paused if budget not in before]
assert added["nodes"] == "0" and added["schedule"] and added["duration"], added
equal(len(paused), len(before) + 1)
carried("resume-disruption", f"nodepool/{name}")
equal(pool(name)["spec"]["disruption"]["budgets"], before)
changed = stands(carried("change-nodepool", f"nodepool/{name}", cpu="777", weight="7"), lambda: pool(name))["spec"]
equal((str(changed["limits"]["cpu"]), changed["weight"]), ("777", 7))
freeze(api)

# A deployment: as many pods as it was told, and all of them of the new template.
namespace, name = "argocd", "argocd-dex-server"


def deployment():
    return apps.read_namespaced_deployment(name, namespace)


scaled = stands(carried("scale-workload", f"deployment/{namespace}/{name}", replicas="2"), deployment)
equal((scaled.spec.replicas, scaled.status.ready_replicas), (2, 2))
restarted = stands(carried("restart-rollout", f"deployment/{namespace}/{name}"), deployment)
assert "kubectl.kubernetes.io/restartedAt" in restarted.spec.template.metadata.annotations
equal((restarted.status.updated_replicas, restarted.status.observed_generation), (2, restarted.metadata.generation))

# An HPA's least and most. There is none here: this client makes one.
target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
spec = {"scaleTargetRef": target, "minReplicas": 2, "maxReplicas": 4}
body = {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": name}, "spec": spec}
scalers.create_namespaced_horizontal_pod_autoscaler(namespace, body)
bounds = {"minimum": 3, "maximum": 6}
bounded = stands(
    carried("change-autoscaler", f"hpa/{namespace}/{name}", **bounds),
    lambda: scalers.read_namespaced_horizontal_pod_autoscaler(name, namespace),
)
equal((bounded.spec.min_replicas, bounded.spec.max_replicas), (bounds["minimum"], bounds["maximum"]))

# A claim goes, and its node with it: the very one, though another of its pool may come.
claim = claims()[0]
((api_name, parameters),) = carried("delete-nodeclaim", f"nodeclaim/{claim['metadata']['name']}")
equal((api_name, parameters["uid"]), ("DeleteNodeClaim", claim["metadata"]["uid"]))
assert claim["metadata"]["uid"] not in [one["metadata"]["uid"] for one in claims()]
assert claim["status"]["nodeName"] not in [one.metadata.name for one in core.list_node().items]

# A managed node group, of which AWS tells.
session = boto3.Session(KEYS["AWS_ACCESS_KEY_ID"], "sandbox", KEYS["AWS_SESSION_TOKEN"], region_name=REGION)
eks = session.client("eks", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
(group,) = eks.list_nodegroups(clusterName=CLUSTER)["nodegroups"]


def sizes():
    told = eks.describe_nodegroup(clusterName=CLUSTER, nodegroupName=group)["nodegroup"]
    return told["status"], told["scalingConfig"]


(_, now) = sizes()
wanted = {"minSize": now["minSize"], "maxSize": now["maxSize"] + 1, "desiredSize": now["desiredSize"] + 1}
given = {"desired": wanted["desiredSize"], "maximum": wanted["maxSize"]}
carried("scale-nodegroup", f"nodegroup/{group}", **given)
equal(sizes(), ("ACTIVE", wanted))
nodes = core.list_node(label_selector=f"eks.amazonaws.com/nodegroup={group}").items
equal(len([one for one in nodes if is_ready(one)]), wanted["desiredSize"])
