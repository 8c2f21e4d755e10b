"""CloudWatch alarms, evaluated from the metrics of the traffic itself."""
