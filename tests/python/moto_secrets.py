"""Makes secrets in moto by boto3, with versions, stages, rotation, replicas and a deletion, and tells what boto3 then reads
of them: never a value."""

import json

from wire import client, tell

secrets = client("secretsmanager")
MANY = 130

for number in range(MANY):
    tags = [{"Key": "Environment", "Value": ["prod", "qa", "größe"][number % 3]}]
    secrets.create_secret(Name=f"orders/{number:03}/db", Description=f"number {number}", SecretString="canary-1", Tags=tags)

# Another value: the current version becomes the previous one.
secrets.put_secret_value(SecretId="orders/001/db", SecretString="canary-2")
# One that waits to become current, as in the middle of a rotation.
secrets.put_secret_value(SecretId="orders/002/db", SecretString="canary-3", VersionStages=["AWSPENDING"])
secrets.delete_secret(SecretId="orders/003/db", RecoveryWindowInDays=7)
secrets.replicate_secret_to_regions(SecretId="orders/004/db", AddReplicaRegions=[{"Region": "eu-west-1"}])

listed = []
arguments = {"IncludePlannedDeletion": True, "MaxResults": 50}
while True:
    page = secrets.list_secrets(**arguments)
    listed += page["SecretList"]
    if not page.get("NextToken"):
        break
    arguments["NextToken"] = page["NextToken"]

names = [f"orders/{number:03}/db" for number in range(1, 5)]
described = [secrets.describe_secret(SecretId=name) for name in names]
versions = [secrets.list_secret_version_ids(SecretId=name, IncludeDeprecated=True)["Versions"] for name in names[:2]]
told = {"secrets": listed, "described": described, "versions": versions}
tell(json.loads(json.dumps(told, default=lambda at: at.timestamp())))
