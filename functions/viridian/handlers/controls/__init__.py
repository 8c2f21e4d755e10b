"""Entry points that people call: they ask, and the machine does what it may at its next look."""
