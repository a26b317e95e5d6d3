"""Gradients averaged over noise in the picture, in the weights, or in both."""
