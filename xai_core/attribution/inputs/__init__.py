"""Several inputs of one model explained at once."""
