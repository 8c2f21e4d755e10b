"""A release: how it is asked for, named, proven and uploaded."""
