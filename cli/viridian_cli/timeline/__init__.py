"""A model of a deployment's time: when a service file stops which fault, and whom it hurts.

The judgement is the real one; load balancer, CloudWatch and chance are modelled, by the second,
without a clock: `python -m viridian_cli.timeline service.yaml` runs some thousand deployments.
"""
