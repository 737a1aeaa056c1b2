"""EKS of the sandbox, as boto3 reads it, in the world that stands still at 03:12:44. What is answered must have no
member that the service's model does not know: parsers pass over it in silence."""

import base64
import datetime
import json
import os

import boto3
from wire import client, equal, refused

NOW = datetime.datetime(2026, 11, 22, 3, 12, 44, tzinfo=datetime.timezone.utc)
PLACES = {"444455556666": "prod-eks", "555566667777": "staging-eks", "666677778888": "dev-eks"}
seen = set()


def known(shape, value, path):
    """Every member of a JSON value is one of the shape."""
    if shape.type_name == "structure":
        for name, part in value.items():
            members = {member.serialization.get("name", key): member for key, member in shape.members.items()}
            assert name in members, f"{path}.{name} is not in {shape.name}"
            known(members[name], part, f"{path}.{name}")
    elif shape.type_name == "list":
        for part in value:
            known(shape.member, part, f"{path}[]")
    elif shape.type_name == "map":
        for key, part in value.items():
            known(shape.value, part, f"{path}.{key}")
    elif shape.type_name == "timestamp":
        assert isinstance(value, (int, float)), f"{path}: {value!r}"
    else:
        kinds = {"string": str, "boolean": bool, "integer": int}
        assert type(value) is kinds[shape.type_name], f"{path}: {value!r}"


def look(operation_model, response_dict, **_):
    if response_dict["status_code"] == 200:
        seen.add(operation_model.name)
        known(operation_model.output_shape, json.loads(response_dict["body"]), operation_model.name)


def pages(eks, call, key, **arguments):
    """All items of a list, the same in one page and in pages of one."""
    paginate = eks.get_paginator(call).paginate
    whole = [item for page in paginate(**arguments) for item in page[key]]
    single = [page[key] for page in paginate(PaginationConfig={"PageSize": 1}, **arguments)]
    assert all(len(page) <= 1 for page in single), single
    equal([item for page in single for item in page], whole)
    return whole


def one(answer, key):
    assert answer["ResponseMetadata"]["RequestId"], answer
    return answer[key]


for account, name in PLACES.items():
    eks = client("eks", "eu-west-1", account)
    eks.meta.events.register("before-parse.eks", look)
    equal(pages(eks, "list_clusters", "clusters"), [name])
    for waiter in ("cluster_active",):
        eks.get_waiter(waiter).wait(name=name, WaiterConfig={"Delay": 1, "MaxAttempts": 1})
    cluster = one(eks.describe_cluster(name=name), "cluster")
    equal((cluster["name"], cluster["status"], cluster["version"]), (name, "ACTIVE", "1.33"))
    equal(cluster["arn"], f"arn:aws:eks:eu-west-1:{account}:cluster/{name}")
    assert cluster["createdAt"] < NOW - datetime.timedelta(days=300), cluster["createdAt"]
    equal(cluster["health"], {"issues": []})
    network = cluster["resourcesVpcConfig"]
    equal((network["endpointPrivateAccess"], network["endpointPublicAccess"]), (True, False))
    equal(len(network["subnetIds"]), 3)
    (logging,) = cluster["logging"]["clusterLogging"]
    equal((logging["enabled"], len(logging["types"])), (True, 5))
    authority = base64.b64decode(cluster["certificateAuthority"]["data"]).decode()
    assert authority.startswith("-----BEGIN CERTIFICATE-----\n"), authority
    assert cluster["endpoint"].endswith(".gr7.eu-west-1.eks.amazonaws.com"), cluster["endpoint"]
    assert cluster["identity"]["oidc"]["issuer"].rsplit("/", 1)[1] in cluster["endpoint"], cluster
    equal(cluster["upgradePolicy"]["supportType"], "EXTENDED")

    groups = pages(eks, "list_nodegroups", "nodegroups", clusterName=name)
    equal(groups, ["system"])
    for group in groups:
        eks.get_waiter("nodegroup_active").wait(
            clusterName=name, nodegroupName=group, WaiterConfig={"Delay": 1, "MaxAttempts": 1}
        )
        found = one(eks.describe_nodegroup(clusterName=name, nodegroupName=group), "nodegroup")
        size = found["scalingConfig"]
        assert size["minSize"] <= size["desiredSize"] <= size["maxSize"], size
        equal(size["desiredSize"], 3 if name == "prod-eks" else 2)
        equal((found["version"], found["health"]["issues"]), ("1.33", []))
        assert set(found["subnets"]) == set(network["subnetIds"]), found
        assert cluster["createdAt"] < found["createdAt"] < found["modifiedAt"] < NOW, found

    addons = pages(eks, "list_addons", "addons", clusterName=name)
    assert {"vpc-cni", "coredns", "kube-proxy", "aws-ebs-csi-driver", "aws-efs-csi-driver"} <= set(addons), addons
    for addon in addons:
        eks.get_waiter("addon_active").wait(
            clusterName=name, addonName=addon, WaiterConfig={"Delay": 1, "MaxAttempts": 1}
        )
        found = one(eks.describe_addon(clusterName=name, addonName=addon), "addon")
        assert "-eksbuild." in found["addonVersion"] and found["health"] == {"issues": []}, found

    insights = pages(eks, "list_insights", "insights", clusterName=name)
    equal({insight["category"] for insight in insights}, {"UPGRADE_READINESS"})
    for insight in insights:
        found = one(eks.describe_insight(clusterName=name, id=insight["id"]), "insight")
        equal({key: found[key] for key in insight}, insight)
        assert found["recommendation"] and found["additionalInfo"], found
    equal(eks.list_insights(clusterName=name, filter={"statuses": ["ERROR"]})["insights"], [])

    principals = pages(eks, "list_access_entries", "accessEntries", clusterName=name)
    admin = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
    admins = pages(eks, "list_access_entries", "accessEntries", clusterName=name, associatedPolicyArn=admin)
    equal(sorted(arn.rsplit("/", 1)[1] for arn in admins), ["platform-admin"])
    for principal in principals:
        entry = one(eks.describe_access_entry(clusterName=name, principalArn=principal), "accessEntry")
        equal(entry["principalArn"], principal)
        policies = pages(
            eks,
            "list_associated_access_policies",
            "associatedAccessPolicies",
            clusterName=name,
            principalArn=principal,
        )
        equal(len(policies), 1 if entry["type"] == "STANDARD" else 0)
        equal(admin in [policy["policyArn"] for policy in policies], principal in admins)

    versions = pages(eks, "describe_cluster_versions", "clusterVersions")
    equal([v["clusterVersion"] for v in versions], ["1.36", "1.35", "1.34", "1.33", "1.32", "1.31"])
    equal([v["defaultVersion"] for v in versions], [True] + [False] * 5)
    (ours,) = eks.describe_cluster_versions(clusterVersions=[cluster["version"]])["clusterVersions"]
    equal((ours["versionStatus"], ours["status"]), ("EXTENDED_SUPPORT", "extended-support"))
    equal(ours["endOfStandardSupportDate"].date(), datetime.date(2026, 7, 29))
    equal(ours["endOfExtendedSupportDate"].date(), datetime.date(2027, 7, 29))
    equal(ours["defaultPlatformVersion"], cluster["platformVersion"])
    every = pages(eks, "describe_cluster_versions", "clusterVersions", includeAll=True)
    equal([v["clusterVersion"] for v in every if v["versionStatus"] == "UNSUPPORTED"], ["1.30", "1.29"])
    extended = eks.describe_cluster_versions(versionStatus="EXTENDED_SUPPORT")["clusterVersions"]
    equal([v["clusterVersion"] for v in extended], ["1.33", "1.32", "1.31"])
    two = eks.describe_cluster_versions(clusterVersions=["1.34", "1.32"])["clusterVersions"]
    equal([v["clusterVersion"] for v in two], ["1.34", "1.32"])
    equal(len(eks.describe_cluster_versions(defaultOnly=True)["clusterVersions"]), 1)

equal(len(seen), 12)

# What is not there, and what is asked wrongly, are the model's exceptions.
eks = client("eks", "eu-west-1", "444455556666")
missing = eks.exceptions.ResourceNotFoundException
for call, arguments, about in (
    (eks.describe_cluster, {"name": "staging-eks"}, {}),
    (eks.list_nodegroups, {"clusterName": "nobody"}, {}),
    (
        eks.describe_nodegroup,
        {"clusterName": "prod-eks", "nodegroupName": "nobody"},
        {"clusterName": "prod-eks", "nodegroupName": "nobody"},
    ),
    (
        eks.describe_addon,
        {"clusterName": "prod-eks", "addonName": "nobody"},
        {"clusterName": "prod-eks", "addonName": "nobody"},
    ),
    (eks.describe_insight, {"clusterName": "prod-eks", "id": "nobody"}, {"clusterName": "prod-eks"}),
    (eks.describe_access_entry, {"clusterName": "prod-eks", "principalArn": "arn:aws:iam::1:role/nobody"}, {}),
    (eks.list_associated_access_policies, {"clusterName": "prod-eks", "principalArn": "nobody"}, {}),
):
    try:
        answer = call(**arguments)
    except missing as error:
        equal(error.response["ResponseMetadata"]["HTTPStatusCode"], 404)
        assert error.response["Error"]["Message"], error.response
        equal({key: error.response.get(key) for key in about}, about)
    else:
        raise AssertionError(answer)
for arguments in ({"maxResults": 101}, {"nextToken": "nonsense!"}):
    try:
        answer = eks.list_clusters(**arguments)
    except eks.exceptions.InvalidParameterException as error:
        equal(error.response["ResponseMetadata"]["HTTPStatusCode"], 400)
    else:
        raise AssertionError(answer)
size = {"minSize": 0, "maxSize": 1, "desiredSize": 0}
denied = refused(
    "AccessDeniedException",
    eks.update_nodegroup_config,
    clusterName="prod-eks",
    nodegroupName="system",
    scalingConfig=size,
)
equal(denied["ResponseMetadata"]["HTTPStatusCode"], 403)
refused("NotImplemented", eks.list_fargate_profiles, clusterName="prod-eks")

# The operator may scale a group. The world stands still: the update goes on for ever, and no other may begin.
role = client("sts", "eu-west-1", "666677778888").assume_role(
    RoleArn="arn:aws:iam::666677778888:role/oncall-operator", RoleSessionName="ann"
)["Credentials"]
operator = boto3.Session(
    aws_access_key_id=role["AccessKeyId"],
    aws_secret_access_key=role["SecretAccessKey"],
    aws_session_token=role["SessionToken"],
    region_name="eu-west-1",
).client("eks", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
operator.meta.events.register("before-parse.eks", look)
group = {"clusterName": "dev-eks", "nodegroupName": "system"}
for size, words in (
    ({"minSize": 3}, "Minimum capacity 3 can't be greater than desired size 2"),
    ({"desiredSize": 5}, "desiredSize can't be greater than maxSize"),
):
    no = refused("InvalidParameterException", operator.update_nodegroup_config, scalingConfig=size, **group)
    equal((no["message"], no["clusterName"], no["nodegroupName"]), (words, "dev-eks", "system"))
wish = {"scalingConfig": {"maxSize": 5, "desiredSize": 3}, "clientRequestToken": "one", **group}
update = operator.update_nodegroup_config(**wish)["update"]
equal((update["status"], update["type"], update["errors"]), ("InProgress", "ConfigUpdate", []))
equal(update["params"], [{"type": "MaxSize", "value": "5"}, {"type": "DesiredSize", "value": "3"}])
equal(update["createdAt"], NOW)
equal(operator.update_nodegroup_config(**wish)["update"], update)
busy = refused("ResourceInUseException", operator.update_nodegroup_config, scalingConfig={"desiredSize": 4}, **group)
equal(busy["ResponseMetadata"]["HTTPStatusCode"], 409)
equal(pages(operator, "list_updates", "updateIds", name="dev-eks", nodegroupName="system"), [update["id"]])
equal(pages(operator, "list_updates", "updateIds", name="dev-eks"), [])
told = operator.describe_update(name="dev-eks", nodegroupName="system", updateId=update["id"])["update"]
equal(told, update)
refused("ResourceNotFoundException", operator.describe_update, name="dev-eks", updateId=update["id"])
found = operator.describe_nodegroup(**group)["nodegroup"]
equal((found["status"], found["modifiedAt"]), ("UPDATING", NOW))
equal(found["scalingConfig"], {"minSize": 2, "maxSize": 5, "desiredSize": 3})

# Regions and accounts are apart.
equal(client("eks", "eu-central-1", "444455556666").list_clusters()["clusters"], [])
equal(client("eks").list_clusters()["clusters"], [])
