"""Who computes a chunk of a study's pictures: a model in its cage, and what it is told."""
