"""From evidence to a verdict, from a verdict to the next move."""
