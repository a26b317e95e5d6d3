"""Noise on weights and inputs: what the noise methods share."""
