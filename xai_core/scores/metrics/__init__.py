"""Scores of canonical maps, one metric a file."""
