"""A package onto the disk, within limits, and the models that lie in it."""
