"""What every handler stands on: its environment, its logs and metrics."""
