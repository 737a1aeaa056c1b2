"""Makes clusters and node groups in moto by boto3, and tells what boto3 then reads of them."""

import json

from wire import client, tell

eks = client("eks")
ROLE = "arn:aws:iam::123456789012:role/eks"
LOGS = ["api", "audit", "authenticator", "controllerManager", "scheduler"]

for number, name in enumerate(["orders", "billing-eks", "a1"]):
    eks.create_cluster(
        name=name,
        version=["1.30", "1.31", "1.29"][number],
        roleArn=ROLE,
        resourcesVpcConfig={
            "subnetIds": [f"subnet-{number}1", f"subnet-{number}2"],
            "endpointPublicAccess": number != 0,
            "endpointPrivateAccess": number != 2,
        },
        logging={"clusterLogging": [{"types": LOGS[: number + 1], "enabled": True}, {"types": LOGS[number + 1 :], "enabled": False}]},
        tags={"Environment": ["prod", "qa", "größe"][number], "Number": str(number)},
    )

for number, name in enumerate(["system", "spot", "arm"]):
    eks.create_nodegroup(
        clusterName="orders",
        nodegroupName=name,
        scalingConfig={"minSize": number, "maxSize": 10 + number, "desiredSize": number + 1},
        subnets=["subnet-01"],
        instanceTypes=[["m6i.large"], ["c6i.large", "c6a.large"], ["m7g.large"]][number],
        amiType=["AL2023_x86_64_STANDARD", "BOTTLEROCKET_x86_64", "AL2023_ARM_64_STANDARD"][number],
        nodeRole=ROLE,
        capacityType=["ON_DEMAND", "SPOT", "ON_DEMAND"][number],
        version="1.30",
    )

clusters = [eks.describe_cluster(name=name)["cluster"] for name in eks.list_clusters()["clusters"]]
groups = [
    eks.describe_nodegroup(clusterName="orders", nodegroupName=name)["nodegroup"]
    for name in eks.list_nodegroups(clusterName="orders")["nodegroups"]
]
tell(json.loads(json.dumps({"clusters": clusters, "nodegroups": groups}, default=lambda at: at.timestamp())))
