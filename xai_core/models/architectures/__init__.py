"""Architectures that weights without a model can be put into."""
