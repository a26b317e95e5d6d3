"""Layers whose output is a list of tokens: their grid, their order, and products on them."""
