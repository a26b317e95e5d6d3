"""Watching a forward pass for the places where the gradient is cut, and weighing each of them."""
