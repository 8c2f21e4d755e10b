"""What stands behind a target group, one module a kind of fleet."""
