"""What the scripts share: clients as anybody would make them, and answers as JSON."""

import datetime
import json
import os
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ACCOUNT = "111122223333"
REGION = "us-east-1"


def client(service, region=REGION, account=ACCOUNT, protocol=None):
    """A client of the endpoint in AWS_ENDPOINT_URL, as an account of the sandbox.

    `protocol` forces one of those that the service's model lists.
    """
    session = boto3.Session(
        aws_access_key_id=f"AKIASANDBOX{account}", aws_secret_access_key="secret", region_name=region
    )
    if protocol:
        _speak(session._session, service, protocol)
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=30)
    made = session.client(service, endpoint_url=os.environ["AWS_ENDPOINT_URL"], config=config)
    if protocol:
        spoken = made.meta.service_model.resolved_protocol
        assert spoken == protocol, spoken
    return made


def _speak(session, service, protocol):
    loader = session.get_component("data_loader")
    load = loader.load_service_model

    def changed(name, kind, api_version=None):
        model = load(name, kind, api_version)
        if (name, kind) != (service, "service-2"):
            return model
        return {**model, "metadata": {**model["metadata"], "protocols": [protocol], "protocol": protocol}}

    loader.load_service_model = changed


def refused(code, call, **arguments):
    """The error that a call must end in."""
    try:
        answer = call(**arguments)
    except ClientError as error:
        found = error.response["Error"]
        assert found["Code"] == code, f"{found} in place of {code}"
        assert found["Message"], found
        assert error.response["ResponseMetadata"]["RequestId"], error.response
        return error.response
    raise AssertionError(f"{code} was expected, and came: {answer}")


def equal(left, right):
    assert left == right, f"\n{left!r}\n{right!r}"


def _text(value):
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).isoformat()
    raise TypeError(type(value))


def tell(answer):
    """Gives a value to the test that runs this script."""
    json.dump(answer, sys.stdout, default=_text)
