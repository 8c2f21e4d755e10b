"""Viridian: blue/green deployment for AWS. `core` decides, `adapters` ask, `handlers` connect."""
