"""Thin, typed access to AWS: one service each, no decisions."""
