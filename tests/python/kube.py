"""What the scripts share that speak to the clusters of `qd sandbox serve --kubeconfig FILE`: clients of its contexts,
refusals as `Status`, and waiting for what is seen. Their first argument is that file."""

import base64
import json
import pathlib
import sys
import time

import boto3
import yaml
from botocore.model import ServiceId
from botocore.signers import RequestSigner
from kubernetes import client, config

KUBECONFIG = sys.argv[1]
CLUSTERS = ("prod-eks", "staging-eks", "dev-eks")
# For what the controllers do: the world goes faster than the clock, and the machine may be busy.
PATIENCE = 120
MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
JSON_PATCH = "application/json-patch+json"


def connect(context, token=None):
    """A client of a cluster as the kubeconfig has it, or with another token."""
    written = yaml.safe_load(pathlib.Path(KUBECONFIG).read_text())
    if token:
        for one in written["users"]:
            one["user"] = {"token": token}
    return config.new_client_from_config_dict(written, context=context)


def reader(account, cluster):
    """The token that `aws eks get-token` makes for the sandbox's reader in an account."""
    session = boto3.Session(f"AKIASANDBOX{account}", "secret", region_name="eu-west-1")
    signer = RequestSigner(ServiceId("STS"), "eu-west-1", "sts", "v4", session.get_credentials(), session.events)
    call = {
        "method": "GET",
        "url": "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15",
        "headers": {"x-k8s-aws-id": cluster},
        "body": {},
        "context": {},
    }
    url = signer.generate_presigned_url(call, region_name="eu-west-1", expires_in=60, operation_name="")
    return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


def freeze(api):
    """Lets Karpenter disrupt no node of its own accord, so that pods stay where they are."""
    custom = client.CustomObjectsApi(api)
    for pool in custom.list_cluster_custom_object("karpenter.sh", "v1", "nodepools")["items"]:
        place = ("karpenter.sh", "v1", "nodepools", pool["metadata"]["name"])
        body = {"spec": {"disruption": {"budgets": [{"nodes": "0"}]}}}
        custom.patch_cluster_custom_object(*place, body, _content_type=MERGE)


def refused(code, reason, call, *arguments, **named):
    """The `Status` that a call must end in."""
    try:
        answer = call(*arguments, **named)
    except client.ApiException as error:
        status = json.loads(error.body)
        found = (error.status, status["kind"], status["apiVersion"], status["status"], status["code"])
        assert found == (code, "Status", "v1", "Failure", code), status
        assert status.get("reason") == reason and status["message"], f"{status} in place of {reason}"
        return status
    raise AssertionError(f"{code} {reason} was expected, and came: {answer}")


def until(what, look, patience=PATIENCE):
    """Looks until something is there, and gives it."""
    ends = time.monotonic() + patience
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < ends, f"{what}: not within {patience} s"
        time.sleep(0.1)


def same(look):
    """The same asked twice in the same moment of a cluster that moves: two answers of one revision."""
    for _ in range(50):
        left, right = look()
        if left.metadata.resource_version == right.metadata.resource_version:
            return left, right
    raise AssertionError("the cluster does not stand still between two questions")


def names(objects):
    return sorted(one.metadata.name for one in getattr(objects, "items", objects))


def condition(one, kind):
    """One condition of an object, by its type."""
    (found,) = [known for known in one.status.conditions if known.type == kind]
    return found


def is_ready(pod):
    return any(known.type == "Ready" and known.status == "True" for known in pod.status.conditions or [])
