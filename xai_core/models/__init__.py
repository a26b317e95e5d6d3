"""A model file in, a model that can be run out."""
