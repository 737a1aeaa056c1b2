"""Prints the members of a shape of a service's model, as the installed botocore carries it: one a line."""

import sys

import botocore.session

service, shape = sys.argv[1:]
model = botocore.session.get_session().get_service_model(service)
print("\n".join(sorted(model.shape_for(shape).members)))
