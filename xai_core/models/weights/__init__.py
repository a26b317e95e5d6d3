"""Weights without a model: which network they belong to."""
