"""Models that take several pictures: how these are packed into one, and what else is held."""
