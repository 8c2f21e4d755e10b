"""Entry points that CloudFormation calls, for what a service's stack has Viridian make."""
