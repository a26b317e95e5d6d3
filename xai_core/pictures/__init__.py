"""Picture files -> model inputs: read within bounds, framed, scaled, normalised."""
