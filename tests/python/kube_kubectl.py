"""kubectl, as on-call people use it: on prod-eks it only looks, on dev-eks it changes. Arguments: the
kubeconfig, which kubectl, a folder to write to."""

import json
import os
import pathlib
import re
import subprocess
import sys
import threading

from kube import KUBECONFIG, until
from wire import equal

KUBECTL, FOLDER = sys.argv[2], pathlib.Path(sys.argv[3])
# Nothing of the user's own configuration.
ENVIRONMENT = {**os.environ, "HOME": str(FOLDER)}
PATIENCE = 120
POOLS = ("compute", "general", "memory", "spot")


def command(context, *arguments):
    return [KUBECTL, "--kubeconfig", KUBECONFIG, "--cache-dir", str(FOLDER / "cache"), "--context", context, *arguments]


def run(context, *arguments, body=None):
    return subprocess.run(
        command(context, *arguments),
        input=body,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def said(context, *arguments, body=None):
    """What a command that succeeds writes."""
    ended = run(context, *arguments, body=body)
    assert ended.returncode == 0, f"{arguments}: {ended.returncode}\n{ended.stdout}{ended.stderr}"
    return ended.stdout


def fails(pattern, context, *arguments):
    """A command that fails, and says why."""
    ended = run(context, *arguments)
    assert ended.returncode == 1 and re.search(pattern, ended.stderr), (
        f"{arguments}: {ended.returncode}\n{ended.stderr}"
    )
    return ended


def look(context, *arguments):
    return json.loads(said(context, "get", "-o", "json", *arguments))


class Followed:
    """A command that goes on until it is ended, which it is in any case after a time."""

    def __init__(self, *arguments):
        self.child = subprocess.Popen(
            command(*arguments), env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.limit = threading.Timer(PATIENCE, self.child.kill)
        self.limit.start()

    def __enter__(self):
        return self

    def until(self, matches):
        """The lines up to one that is waited for."""
        lines = []
        for line in self.child.stdout:
            lines.append(line.rstrip("\n"))
            if matches(lines):
                return lines
        raise AssertionError(f"it ended before that was seen: {lines}")

    def __exit__(self, *_):
        self.limit.cancel()
        self.child.kill()
        self.child.wait()
        self.child.stdout.close()


def wanted(text, *patterns):
    for pattern in patterns:
        assert re.search(pattern, text, re.MULTILINE), f"{pattern!r} is not in\n{text}"


# Looked at.
version = json.loads(said("prod-eks", "version", "-o", "json"))
equal(version["serverVersion"]["gitVersion"], "v1.33.5-eks-113cf36")
minor = int(version["clientVersion"]["minor"].rstrip("+"))
kinds = said("prod-eks", "api-resources", "--api-group", "karpenter.sh", "--no-headers", "-o", "name").split()
assert {"nodepools.karpenter.sh", "nodeclaims.karpenter.sh"} <= set(kinds), kinds
nodes = said("prod-eks", "get", "nodes", "--no-headers", "-L", "karpenter.sh/nodepool").splitlines()
# NAME STATUS ROLES AGE VERSION, and the pool of those that have one.
assert all(re.fullmatch(r"(Not)?Ready(,SchedulingDisabled)?", line.split()[1]) for line in nodes), nodes
equal(sorted({line.split()[5] for line in nodes if len(line.split()) == 6}), list(POOLS))
until(
    "as many rows as nodes",
    lambda: len(said("prod-eks", "get", "nodes", "--no-headers").splitlines())
    == len(look("prod-eks", "nodes")["items"]),
)
equal(said("prod-eks", "get", "nodepools", "-o", "name").split(), [f"nodepool.karpenter.sh/{name}" for name in POOLS])
pending = said(
    "prod-eks", "-n", "checkout", "get", "pods", "--field-selector", "status.phase=Pending", "-o", "name"
).split()
assert pending, "the scenario lets pods of checkout wait"
columns = "custom-columns=N:.metadata.name,O:.metadata.ownerReferences[0].kind"
said("prod-eks", "get", "nodeclaims", "--sort-by", ".metadata.creationTimestamp", "-o", columns)


def printed(*arguments):
    """The columns of a table that the server prints, and its rows."""
    head, *rows = said("prod-eks", "get", *arguments).splitlines()
    return re.split(r" {2,}", head.strip()), rows


AGE = r"(\d+[ydhms]){1,2}"
POD = ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
WIDE = ["INTERNAL-IP", "EXTERNAL-IP", "OS-IMAGE", "KERNEL-VERSION", "CONTAINER-RUNTIME"]
for arguments, heads, row in (
    (
        ("nodes", "-o", "wide"),
        ["NAME", "STATUS", "ROLES", "AGE", "VERSION", *WIDE],
        rf"ip-\S+ +Ready +<none> +{AGE} +v1\.33",
    ),
    (("pods", "-n", "orders"), POD, rf"orders-api-\S+ +1/1 +Running +0 +{AGE}$"),
    (("pods", "-n", "checkout"), POD, rf"checkout-\S+ +0/1 +Pending +0 +{AGE}$"),
    (
        ("deployments", "-n", "orders"),
        ["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"],
        rf"orders-api-blue +6/6 +6 +6 +{AGE}$",
    ),
    (
        ("replicasets", "-n", "orders"),
        ["NAME", "DESIRED", "CURRENT", "READY", "AGE"],
        rf"orders-api-\S+ +6 +6 +6 +{AGE}$",
    ),
    (
        ("hpa", "-n", "checkout"),
        ["NAME", "REFERENCE", "TARGETS", "MINPODS", "MAXPODS", "REPLICAS", "AGE"],
        rf"checkout-api-blue +Deployment/checkout-api-blue +memory: \d+%/\d+%, cpu: \d+%/\d+% +\d+ +\d+ +\d+ +{AGE}$",
    ),
    (
        ("pdb", "-n", "checkout"),
        ["NAME", "MIN AVAILABLE", "MAX UNAVAILABLE", "ALLOWED DISRUPTIONS", "AGE"],
        rf"checkout-api-blue +6 +N/A +\d+ +{AGE}$",
    ),
    (
        ("events", "-n", "checkout"),
        ["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"],
        rf"{AGE} +Warning +FailedScheduling +pod/checkout-api-blue-\S+ +0/\d+ nodes are available: ",
    ),
    (
        ("nodepools", "-o", "wide"),
        ["NAME", "NODECLASS", "NODES", "READY", "AGE", "WEIGHT", "CPU", "MEMORY"],
        rf"general +default +\d+ +True +{AGE} +\d+ +\d+ +\d+",
    ),
    (
        ("nodeclaims",),
        ["NAME", "TYPE", "CAPACITY", "ZONE", "NODE", "READY", "AGE"],
        rf"general-\w+ +\S+ +on-demand +eu-west-1[abc] +ip-\S+ +True +{AGE}$",
    ),
    (
        ("applications", "-n", "argocd"),
        ["NAME", "SYNC STATUS", "HEALTH STATUS"],
        r"checkout-checkout-api-blue +\w+ +\w+$",
    ),
    (("leases", "-n", "kube-node-lease"), ["NAME", "HOLDER", "AGE"], rf"(ip-\S+) +\1 +{AGE}$"),
):
    found, rows = printed(*arguments)
    # The first columns of an older one are the same.
    equal(found[: len(heads)], heads)
    assert any(re.match(row, line) for line in rows), f"{row!r} is not in {rows}"
wanted(said("prod-eks", "auth", "can-i", "--list", "-n", "checkout"), r"^\*\.\* +\[\] +\[\] +\[.*\]$")
fails('pods "nobody" not found', "prod-eks", "-n", "checkout", "get", "pod", "nobody")
fails("the server doesn't have a resource type", "prod-eks", "get", "widgets")
equal(said("prod-eks", "auth", "can-i", "create", "pods/eviction", "-n", "checkout").strip(), "yes")
top = said("prod-eks", "top", "nodes", "--no-headers").splitlines()
assert top and all(re.fullmatch(r"\S+ +\d+m +\d+% +\d+Mi +\d+% *", line) for line in top), top

# Described.
general = look("prod-eks", "nodes", "-l", "karpenter.sh/nodepool=general")["items"][0]["metadata"]["name"]
wanted(
    said("prod-eks", "describe", "node", general),
    rf"^Name: +{re.escape(general)}$",
    r"^ +karpenter\.sh/nodepool=general$",
    r"^Unschedulable: +false$",
    r"^  Ready +True .* KubeletReady ",
    r"^  RenewTime: +\w{3}, \d\d \w{3} \d{4} ",
    r"^  Machine ID: +ec2[0-9a-f]{29}$",
    r"^ProviderID: +aws:///eu-west-1[abc]/i-[0-9a-f]{17}$",
    r"^Non-terminated Pods: +\(\d+ in total\)$",
    r"^  kube-system +aws-node-\w+ ",
    r"^  cpu +\d+m \(\d+%\) +0 \(0%\)$",
)
wanted(
    said("prod-eks", "-n", "checkout", "describe", pending[0]),
    r"^Node: +<none>$",
    r"^Status: +Pending$",
    r"^Controlled By: +ReplicaSet/checkout-api-blue-",
    r"^  PodScheduled +False *$",
    r"^  Warning +FailedScheduling .* default-scheduler +0/\d+ nodes are available: ",
)
wanted(
    said("prod-eks", "describe", "nodepool", "general"),
    r"^API Version: +karpenter\.sh/v1$",
    r"^    Consolidation Policy: +WhenEmptyOrUnderutilized$",
    r"^    Type: +Ready$",
)
wanted(
    said("prod-eks", "-n", "orders", "describe", "deployment", "orders-api-blue"),
    r"^Replicas: +6 desired \| 6 updated ",
)
# An older one asks for versions of these that Kubernetes 1.33 has no longer.
if minor >= 23:
    described = said("prod-eks", "-n", "checkout", "describe", "hpa", "checkout-api-blue")
    wanted(described, r"^Reference: +Deployment/checkout-api-blue$", r"^  AbleToScale +True ")
    wanted(said("prod-eks", "-n", "checkout", "describe", "pdb", "checkout-api-blue"), r"^Min available: +6$")

# From here on dev-eks is changed, where Karpenter is to let nodes alone.
for pool in POOLS:
    frozen = '{"spec":{"disruption":{"budgets":[{"nodes":"0"}]}}}'
    said("dev-eks", "patch", "nodepool", pool, "--type", "merge", "-p", frozen)
MAILER = ("-n", "notifications")
fields = '{.type}{" "}{.object.metadata.name}{" "}{.object.status.phase}{"\\n"}'
before = {one["metadata"]["name"] for one in look("dev-eks", *MAILER, "pods")["items"]}
with Followed("dev-eks", *MAILER, "get", "pods", "-w", "--output-watch-events", "-o", f"jsonpath={fields}") as watched:
    first = watched.until(lambda lines: len(lines) == len(before))
    equal({tuple(line.split()) for line in first}, {("ADDED", name, "Running") for name in before})
    equal(
        said("dev-eks", *MAILER, "scale", "deployment/mailer", "--replicas", "2").strip(),
        "deployment.apps/mailer scaled",
    )
    lines = watched.until(lambda lines: lines[-1].split()[1] not in before and lines[-1].endswith("Running"))
    steps = [line.split() for line in lines if line.split()[1] not in before]
    name = steps[0][1]
    equal((steps[0], steps[-1]), (["ADDED", name, "Pending"], ["MODIFIED", name, "Running"]))
    equal({step[1] for step in steps}, {name})
said("dev-eks", *MAILER, "wait", "--for=condition=Ready", f"pod/{name}", "--timeout=100s")
wanted(
    said("dev-eks", *MAILER, "rollout", "status", "deployment/mailer", "--timeout=100s"),
    '^deployment "mailer" successfully rolled out$',
)
fails(
    "timed out waiting for the condition",
    "dev-eks",
    *MAILER,
    "wait",
    "--for=condition=Nonsense",
    f"pod/{name}",
    "--timeout=1s",
)

with Followed("dev-eks", *MAILER, "logs", "-f", "--tail=2", "--timestamps", "deployment/mailer") as log:
    lines = log.until(lambda lines: len(lines) == 5)
    assert lines == sorted(lines) and all(" level=" in line for line in lines), lines
equal(len(said("dev-eks", *MAILER, "logs", "--tail=3", f"pod/{name}").splitlines()), 3)

said("dev-eks", *MAILER, "rollout", "restart", "deployment/mailer")
wanted(said("dev-eks", *MAILER, "rollout", "status", "deployment/mailer", "--timeout=110s"), "successfully rolled out$")
mailer = look("dev-eks", *MAILER, "deployment", "mailer")
assert "kubectl.kubernetes.io/restartedAt" in mailer["spec"]["template"]["metadata"]["annotations"], mailer
revision = int(mailer["metadata"]["annotations"]["deployment.kubernetes.io/revision"])
until(
    "the end of the pods before",
    lambda: not before & {one["metadata"]["name"] for one in look("dev-eks", *MAILER, "pods")["items"]},
)
wanted(said("dev-eks", *MAILER, "rollout", "history", "deployment/mailer"), rf"^{revision - 1} ", rf"^{revision} ")
said("dev-eks", *MAILER, "rollout", "undo", "deployment/mailer")
said("dev-eks", *MAILER, "rollout", "status", "deployment/mailer", "--timeout=110s")
mailer = look("dev-eks", *MAILER, "deployment", "mailer")
equal(mailer["metadata"]["annotations"]["deployment.kubernetes.io/revision"], str(revision + 1))
assert "kubectl.kubernetes.io/restartedAt" not in mailer["spec"]["template"]["metadata"].get("annotations", {}), mailer
said("dev-eks", *MAILER, "scale", "deployment/mailer", "--current-replicas", "2", "--replicas", "1")

# Objects as a file has them, labels, annotations, and what is deleted.
body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "by-kubectl"}, "data": {"a": "1"}}
said("dev-eks", "-n", "default", "create", "--validate=false", "-f", "-", body=json.dumps(body))
said("dev-eks", "-n", "default", "label", "configmap", "by-kubectl", "team=sre")
said("dev-eks", "-n", "default", "annotate", "configmap", "by-kubectl", "example.com/a=b")
for kind, patch in (
    ("merge", '{"data":{"a":"2"}}'),
    ("strategic", '{"data":{"b":"3"}}'),
    ("json", '[{"op":"test","path":"/data/a","value":"2"},{"op":"remove","path":"/data/a"}]'),
):
    equal(
        said("dev-eks", "-n", "default", "patch", "configmap", "by-kubectl", "--type", kind, "-p", patch).strip(),
        "configmap/by-kubectl patched",
    )
found = look("dev-eks", "-n", "default", "configmap", "by-kubectl")
equal(
    (found["data"], found["metadata"]["labels"], found["metadata"]["annotations"]),
    ({"b": "3"}, {"team": "sre"}, {"example.com/a": "b"}),
)
refused = '[{"op":"test","path":"/data/b","value":"4"}]'
fails(
    r"the server rejected our request due to an error in our request|^The request is invalid$",
    "dev-eks",
    "-n",
    "default",
    "patch",
    "configmap",
    "by-kubectl",
    "--type",
    "json",
    "-p",
    refused,
)
equal(said("dev-eks", "-n", "default", "delete", "configmap", "by-kubectl").strip(), 'configmap "by-kubectl" deleted')
limits = look("dev-eks", "nodepool", "memory")["spec"]["limits"]
equal(
    said("dev-eks", "patch", "nodepool", "memory", "--type", "merge", "-p", '{"spec":{"limits":{"cpu":"9"}}}').strip(),
    "nodepool.karpenter.sh/memory patched",
)
equal(look("dev-eks", "nodepool", "memory")["spec"]["limits"], {**limits, "cpu": "9"})
said("dev-eks", "patch", "nodepool", "memory", "--type", "merge", "-p", json.dumps({"spec": {"limits": limits}}))

# Cordoned; a drain that a budget holds, and the same once it does not.
PAYMENTS = ("-n", "payments")


def allowed():
    return look("dev-eks", *PAYMENTS, "pdb", "payments-api")["status"]["disruptionsAllowed"]


(pod,) = look("dev-eks", *PAYMENTS, "pods")["items"]
node = pod["spec"]["nodeName"]
equal(said("dev-eks", "cordon", node).strip(), f"node/{node} cordoned")
equal(look("dev-eks", "node", node)["spec"]["unschedulable"], True)
wanted(
    said("dev-eks", "describe", "node", node),
    r"^Taints: +node\.kubernetes\.io/unschedulable:NoSchedule$",
    r"^Unschedulable: +true$",
)
# An older one looks first in the OpenAPI, which is not served, whether a dry run is possible.
if minor >= 28:
    wanted(
        said("dev-eks", "drain", node, "--ignore-daemonsets", "--dry-run=server"),
        rf"^evicting pod payments/{pod['metadata']['name']} \(server dry run\)$",
        rf"^node/{re.escape(node)} drained \(server dry run\)$",
    )
fails("cannot delete DaemonSet-managed Pods", "dev-eks", "drain", node)
said("dev-eks", *PAYMENTS, "patch", "pdb", "payments-api", "--type", "merge", "-p", '{"spec":{"maxUnavailable":0}}')
until("a budget that allows nothing", lambda: allowed() == 0)
drain = ("drain", node, "--ignore-daemonsets", "--pod-selector", "app.kubernetes.io/name=payments-api")
held = fails("Cannot evict pod as it would violate the pod's disruption budget.", "dev-eks", *drain, "--timeout=2s")
wanted(held.stderr, r"global timeout reached: 2s")
equal(look("dev-eks", *PAYMENTS, "pods")["items"][0]["metadata"]["uid"], pod["metadata"]["uid"])
said("dev-eks", *PAYMENTS, "patch", "pdb", "payments-api", "--type", "merge", "-p", '{"spec":{"maxUnavailable":1}}')
until("a budget that allows one", lambda: allowed() == 1)
wanted(
    said("dev-eks", *drain, "--timeout=100s"),
    rf"^pod/{pod['metadata']['name']} evicted$",
    rf"^node/{re.escape(node)} (drained|evicted)$",
)
said("dev-eks", *PAYMENTS, "rollout", "status", "deployment/payments-api", "--timeout=110s")
(new,) = [one for one in look("dev-eks", *PAYMENTS, "pods")["items"] if "deletionTimestamp" not in one["metadata"]]
assert new["metadata"]["uid"] != pod["metadata"]["uid"] and new["spec"]["nodeName"] != node, new
equal(said("dev-eks", "uncordon", node).strip(), f"node/{node} uncordoned")
assert "unschedulable" not in look("dev-eks", "node", node)["spec"], node
