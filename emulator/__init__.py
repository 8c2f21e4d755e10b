"""The embedded AWS: an emulator, repaired, with a real load balancer and real alarms."""
