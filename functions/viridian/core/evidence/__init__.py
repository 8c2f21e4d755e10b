"""What is known of a candidate: alarms, health, answers, rollout."""
