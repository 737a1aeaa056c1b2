"""The clusters of `qd sandbox serve --kubeconfig`, reached with what the AWS CLI makes of EKS's answers: a token of
`aws eks get-token`, a kubeconfig of `aws eks update-kubeconfig`. Argument: a folder to write to."""

import base64
import json
import os
import pathlib
import ssl
import subprocess
import sys
import urllib.error
import urllib.request

import yaml
from wire import client, equal

folder = pathlib.Path(sys.argv[1])
cli = pathlib.Path(__file__).with_name("aws_cli.py")
# Until the clusters are built a connection waits: seconds of a processor each, on a machine that is busy.
PATIENCE = 240


def aws(account, *arguments, **environment):
    names = ("PATH", "HOME", "AWS_ENDPOINT_URL", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    keys = {"AWS_ACCESS_KEY_ID": f"AKIASANDBOX{account}", "AWS_SECRET_ACCESS_KEY": "any"}
    command = [sys.executable, "-B", str(cli), "--region", "eu-west-1", *arguments]
    ended = subprocess.run(command, env={**kept, **keys, **environment}, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def token(account, name, **environment):
    return json.loads(aws(account, "eks", "get-token", "--cluster-name", name, **environment))["status"]["token"]


def ask(cluster, bearer, path, method="GET", body=None):
    context = ssl.create_default_context(cadata=base64.b64decode(cluster["certificateAuthority"]["data"]).decode())
    headers = {"Authorization": f"Bearer {bearer}", "Content-Type": "application/merge-patch+json"}
    request = urllib.request.Request(cluster["endpoint"] + path, data=body, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE, context=context) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


for account, name in (("444455556666", "prod-eks"), ("555566667777", "staging-eks"), ("666677778888", "dev-eks")):
    eks = client("eks", "eu-west-1", account)
    cluster = eks.describe_cluster(name=name)["cluster"]
    assert cluster["endpoint"].startswith("https://127.0.0.1:"), cluster["endpoint"]
    mine = token(account, name)
    status, nodes = ask(cluster, mine, "/api/v1/nodes")
    equal(status, 200)
    group = eks.describe_nodegroup(clusterName=name, nodegroupName="system")["nodegroup"]
    labels = [node["metadata"]["labels"] for node in nodes["items"]]
    of_group = [one for one in labels if one.get("eks.amazonaws.com/nodegroup") == "system"]
    equal(len(of_group), group["scalingConfig"]["desiredSize"])
    equal(ask(cluster, mine, "/version")[1]["gitVersion"].split(".")[1], cluster["version"].split(".")[1])

    # The reader's policy changes nothing.
    first = nodes["items"][0]["metadata"]["name"]
    status, refusal = ask(cluster, mine, f"/api/v1/nodes/{first}", "PATCH", b'{"spec":{"unschedulable":true}}')
    equal((status, refusal["reason"]), (403, "Forbidden"))
    assert f'"arn:aws:sts::{account}:assumed-role/reader/oncall" cannot patch' in refusal["message"], refusal

    # Others' tokens, and what is none.
    stranger = "555566667777" if account != "555566667777" else "444455556666"
    for wrong in (token(stranger, name), mine[:-8], "nonsense"):
        status, refusal = ask(cluster, wrong, "/api/v1/nodes")
        equal((status, refusal["reason"], refusal["message"]), (401, "Unauthorized", "Unauthorized"))

    path = folder / name
    aws(account, "eks", "update-kubeconfig", "--name", name, "--kubeconfig", str(path))
    written = yaml.safe_load(path.read_text())["clusters"][0]["cluster"]
    equal(written["server"], cluster["endpoint"])
    equal(written["certificate-authority-data"], cluster["certificateAuthority"]["data"])
