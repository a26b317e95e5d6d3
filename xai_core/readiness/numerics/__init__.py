"""Derivatives by finite differences, against which a gradient is held."""
