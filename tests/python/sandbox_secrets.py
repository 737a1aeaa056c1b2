"""Secrets Manager of the sandbox, as boto3 reads it, in the world that stands still at 03:12:44 in the scenario of a
rotation that does not end. What is answered must have no member that the service's model does not know."""

import datetime
import json

from wire import client, equal, refused

NOW = datetime.datetime(2026, 11, 22, 3, 12, 44, tzinfo=datetime.timezone.utc)
seen = set()


def known(shape, value, path):
    """Every member of a JSON value is one of the shape."""
    if shape.type_name == "structure":
        for name, part in value.items():
            assert name in shape.members, f"{path}.{name} is not in {shape.name}"
            known(shape.members[name], part, f"{path}.{name}")
    elif shape.type_name == "list":
        for part in value:
            known(shape.member, part, f"{path}[]")
    elif shape.type_name == "map":
        for key, part in value.items():
            known(shape.value, part, f"{path}.{key}")
    elif shape.type_name == "timestamp":
        assert isinstance(value, (int, float)), f"{path}: {value!r}"
    else:
        kinds = {"string": str, "boolean": bool, "integer": int, "long": int}
        assert type(value) is kinds[shape.type_name], f"{path}: {value!r}"


def look(operation_model, response_dict, **_):
    if response_dict["status_code"] == 200:
        seen.add(operation_model.name)
        known(operation_model.output_shape, json.loads(response_dict["body"]), operation_model.name)


def at(account, region):
    secrets = client("secretsmanager", region, account)
    secrets.meta.events.register("before-parse.secretsmanager", look)
    return secrets


def pages(secrets, call, key, **arguments):
    """All items of a list, the same in one page and in pages of one."""
    paginate = secrets.get_paginator(call).paginate
    whole = [item for page in paginate(**arguments) for item in page[key]]
    single = [page[key] for page in paginate(PaginationConfig={"PageSize": 1}, **arguments)]
    assert all(len(page) <= 1 for page in single), single
    equal([item for page in single for item in page], whole)
    return whole


prod = at("111122223333", "us-east-1")
listed = pages(prod, "list_secrets", "SecretList")
equal(len(listed), 11)
keys = next(secret for secret in listed if secret["Name"] == "rentaliq/prod/api/keys")
equal({tag["Key"]: tag["Value"] for tag in keys["Tags"]}["ManagedBy"], "Terraform")
there = pages(at("111122223333", "us-west-2"), "list_secrets", "SecretList")
equal(sorted(secret["Name"] for secret in there), [f"rentaliq/prod/{name}" for name in ("db/connection-string", "db/credentials", "s3/config")])
assert all(secret["PrimaryRegion"] == "us-east-1" for secret in there), there

production = at("444455556666", "eu-west-1")
told = production.describe_secret(SecretId="production/checkout/payment-provider")
stages = sorted(stage for stages in told["VersionIdsToStages"].values() for stage in stages)
equal(stages, ["AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"])
equal(told["LastChangedDate"], NOW - datetime.timedelta(hours=5))
equal([(replica["Region"], replica["Status"]) for replica in told["ReplicationStatus"]], [("eu-central-1", "InSync")])
assert told["LastRotatedDate"] < NOW < told["NextRotationDate"], told
versions = production.list_secret_version_ids(SecretId=told["ARN"])["Versions"]
equal(sorted(version["VersionId"] for version in versions), sorted(told["VersionIdsToStages"]))
managed = [secret for secret in pages(production, "list_secrets", "SecretList") if secret.get("OwningService") == "rds"]
assert managed and all(secret["Name"].startswith("rds!db-") for secret in managed), managed

staging = at("555566667777", "eu-west-1")
hidden = "staging/identity/signing-keys"
assert hidden not in [secret["Name"] for secret in pages(staging, "list_secrets", "SecretList")]
deleted = [secret for secret in pages(staging, "list_secrets", "SecretList", IncludePlannedDeletion=True) if "DeletedDate" in secret]
equal([secret["Name"] for secret in deleted], [hidden])

for call, arguments in (("get_secret_value", {}), ("put_secret_value", {"SecretString": "x"}), ("rotate_secret", {}), ("delete_secret", {})):
    refused("AccessDeniedException", getattr(prod, call), SecretId="rentaliq/prod/api/keys", **arguments)
refused("ResourceNotFoundException", prod.describe_secret, SecretId="nobody")
refused("InvalidNextTokenException", prod.list_secrets, NextToken="x")
equal(sorted(seen), ["DescribeSecret", "ListSecretVersionIds", "ListSecrets"])
