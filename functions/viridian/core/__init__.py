"""The core of Viridian: what a blue/green deployment is and how it decides.

Pure: no AWS, no clock, no environment, no network. Everything it needs is an argument.
"""
