"""Every object of Karpenter's kinds in the three clusters, against the schemas of Karpenter's CustomResourceDefinitions.
More is asked than the API server does: a field that the schema does not know would be dropped there in silence, and is
an error here. CEL rules are not evaluated. Arguments: the
kubeconfig, the folder of the definitions, the scenario that is served."""

import copy
import datetime
import pathlib
import sys

import yaml
from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators
from kube import CLUSTERS, connect
from kubernetes import client
from wire import equal

FORMATS = FormatChecker(formats=())


@FORMATS.checks("int32")
def is_int32(value):
    return not isinstance(value, int) or -(2**31) <= value < 2**31


@FORMATS.checks("int64")
def is_int64(value):
    return not isinstance(value, int) or -(2**63) <= value < 2**63


@FORMATS.checks("date-time", raises=ValueError)
def is_date_time(value):
    """RFC 3339 in UTC, as Kubernetes writes a time."""
    return not isinstance(value, str) or bool(datetime.datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ"))


def map_keys(validator, keys, value, schema):
    """A list that is a map has each key once."""
    if schema.get("x-kubernetes-list-type") == "map" and isinstance(value, list):
        found = [tuple(str(one.get(key)) for key in keys) for one in value]
        if len(set(found)) < len(found):
            yield ValidationError(f"{keys} are there twice: {found}")


def list_type(validator, kind, value, schema):
    if kind == "set" and isinstance(value, list) and len({str(one) for one in value}) < len(value):
        yield ValidationError(f"{value} has something twice")


Checker = validators.extend(
    Draft202012Validator, {"x-kubernetes-list-map-keys": map_keys, "x-kubernetes-list-type": list_type}
)


def strict(schema):
    """The schema, in which nothing may be that it does not name."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: strict(value) for key, value in schema.items()}
    closed = isinstance(made.get("properties"), dict) and made.get("type") == "object"
    if closed and "additionalProperties" not in made and not made.get("x-kubernetes-preserve-unknown-fields"):
        made["additionalProperties"] = False
    return made


def errors(kind, one):
    found = sorted(Checker(schemas[kind], format_checker=FORMATS).iter_errors(one), key=lambda error: error.json_path)
    return [f"{error.json_path}: {error.message}" for error in found]


folder, scenario = pathlib.Path(sys.argv[2]), sys.argv[3]
definitions, schemas = {}, {}
for path in sorted(folder.glob("*.yaml")):
    definition = yaml.safe_load(path.read_text())["spec"]
    (version,) = [version for version in definition["versions"] if version["storage"]]
    kind = definition["names"]["kind"]
    definitions[kind] = (definition["group"], version["name"], definition["names"]["plural"], definition["scope"])
    schema = strict(version["schema"]["openAPIV3Schema"])
    Checker.check_schema(schema)
    schemas[kind] = schema
equal(sorted(definitions), ["EC2NodeClass", "NodeClaim", "NodePool"])

kept = {}
for context in CLUSTERS:
    api = client.CustomObjectsApi(connect(context))
    for kind, (group, version, plural, scope) in definitions.items():
        equal(scope, "Cluster")
        listed = api.list_cluster_custom_object(group, version, plural)
        equal((listed["kind"], listed["apiVersion"]), (f"{kind}List", f"{group}/{version}"))
        for one in listed["items"]:
            equal((one["kind"], one["apiVersion"]), (kind, f"{group}/{version}"))
            name = one["metadata"]["name"]
            assert one["metadata"]["uid"] and one["metadata"]["creationTimestamp"], one["metadata"]
            equal(errors(kind, one), [])
            # As it is read alone, too.
            equal(errors(kind, api.get_cluster_custom_object(group, version, plural, name)), [])
        kept[context, kind] = listed["items"]
    equal(
        sorted(one["metadata"]["name"] for one in kept[context, "NodePool"]), ["compute", "general", "memory", "spot"]
    )
    equal([one["metadata"]["name"] for one in kept[context, "EC2NodeClass"]], ["default"])
    assert kept[context, "NodeClaim"], context


def state(claim, kind):
    found = [one["status"] for one in claim["status"]["conditions"] if one["type"] == kind]
    return found[0] if found else None


# What the scenario brings about is among them.
claims = kept["prod-eks", "NodeClaim"]
strangers = [one for one in claims if state(one, "Launched") == "True" and state(one, "Registered") != "True"]
if scenario == "never-registered":
    assert strangers and not any("nodeName" in one["status"] for one in strangers), claims
    equal({one["metadata"]["labels"]["karpenter.sh/nodepool"] for one in strangers}, {"general"})
else:
    equal(scenario, "capacity-shortage")
    (general,) = [one for one in kept["prod-eks", "NodePool"] if one["metadata"]["name"] == "general"]
    # Its limit is what it had when the shortage began, and no longer that of an ordinary day.
    assert int(general["status"]["resources"]["cpu"]) <= int(general["spec"]["limits"]["cpu"]) < 64, general

# The schemas refuse what is wrong: each of these has one thing changed in an object that is right.
REMOVED = object()
for kind, path, value, told in (
    ("NodePool", ("spec", "template", "spec", "nodeClassRef", "kind"), REMOVED, "'kind' is a required property"),
    ("NodePool", ("spec", "weight"), 101, "101 is greater than the maximum of 100"),
    ("NodePool", ("spec", "limits", "cpu"), "64 cores", "does not match"),
    ("NodePool", ("spec", "disruption", "consolidationPolicy"), "Always", "'Always' is not one of"),
    ("NodePool", ("spec", "disruption", "budgets", 0, "nodes"), "101%", "does not match"),
    ("NodePool", ("spec", "template", "spec", "expireAfter"), "30d", "does not match"),
    ("NodePool", ("spec", "wieght"), 10, "Additional properties are not allowed ('wieght' was unexpected)"),
    ("NodePool", ("spec", "template", "spec", "requirements"), {}, "{} is not of type 'array'"),
    ("NodeClaim", ("spec", "requirements", 0, "operator"), "Equals", "'Equals' is not one of"),
    ("NodeClaim", ("status", "nodename"), "n", "Additional properties are not allowed ('nodename' was unexpected)"),
    ("NodeClaim", ("status", "conditions", 0, "lastTransitionTime"), "yesterday", "is not a 'date-time'"),
    ("NodeClaim", ("status", "conditions", 0, "status"), "Yes", "'Yes' is not one of"),
    ("NodeClaim", ("status", "conditions", 1, "type"), "Consolidatable", "are there twice"),
    ("EC2NodeClass", ("spec", "amiSelectorTerms"), REMOVED, "'amiSelectorTerms' is a required property"),
    (
        "EC2NodeClass",
        ("spec", "metadataOptions", "httpPutResponseHopLimit"),
        65,
        "65 is greater than the maximum of 64",
    ),
    ("EC2NodeClass", ("spec", "blockDeviceMappings", 0, "ebs", "volumeType"), "gp4", "'gp4' is not one of"),
):
    broken = copy.deepcopy(next(one for one in kept["dev-eks", kind] if len(one["status"]["conditions"]) > 1))
    if path[-1] == "type":
        broken["status"]["conditions"][0]["type"] = value
    place = broken
    for part in path[:-1]:
        place = place[part]
    if value is REMOVED:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    found = errors(kind, broken)
    assert len(found) == 1 and told in found[0], f"{kind} {path}: {found}"
