"""Entry points that events call: they start or wake a deployment, they never advance one."""
