"""The infrastructure: constructs model, stacks deploy."""

from pathlib import Path

PROJECT = Path(__file__).parents[2]
FUNCTIONS = PROJECT / "functions"
