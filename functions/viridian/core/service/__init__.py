"""A service: what a person sets for it, and how it is known."""
