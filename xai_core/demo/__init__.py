"""The models and pictures that work out of the box."""
