"""Libraries whose networks are rebuilt from the names and shapes of saved tensors, a file each."""
