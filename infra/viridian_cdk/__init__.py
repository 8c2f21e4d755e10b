"""The infrastructure: constructs model, stacks deploy."""
