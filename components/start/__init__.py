"""The first page: the way in, and an example."""
