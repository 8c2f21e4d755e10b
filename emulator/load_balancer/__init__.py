"""An Application Load Balancer carried by Envoy."""
