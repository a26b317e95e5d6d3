"""Gradients on the way from a baseline to the picture."""
