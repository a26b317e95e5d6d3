"""Sanity checks and metrics."""
