"""Metrics as functions of arrays, for callers of the library."""
