"""The score, handed back to the picture layer by layer."""
