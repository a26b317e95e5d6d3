"""How pictures become inputs of the model."""
