"""How many tasks a service's scaling policies want, and the watch that asks them."""
