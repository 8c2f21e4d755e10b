"""ECS: its records are ministack's, its tasks are run by the fleet."""
