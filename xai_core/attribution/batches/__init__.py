"""Several pictures at once, each explained as it would be alone."""
