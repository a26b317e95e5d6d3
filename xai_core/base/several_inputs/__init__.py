"""Several inputs of a model: as one tensor, and those that are fixed."""
