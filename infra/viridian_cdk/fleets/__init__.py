"""What stands behind a target group: one module for each kind of fleet."""
