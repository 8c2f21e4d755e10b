"""Viridian's speed in figures: `make bench` writes them to build/bench.json."""
