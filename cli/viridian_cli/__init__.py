"""A client of the deployed system, the same for AWS and the rehearsal.

It knows the artifact bucket, the state machine and a service's registration, and asks AWS alone.
"""
